#pragma once
#include "report/report.h"
#include "report/results.h"

namespace viresco::report {

/// What belongs to a page beside its results, as one document: {studies, schedule, explanations}; null where there is
/// nothing. Lists that a drawing shows the start of are cut. Throws ConfigError where a document is not what it should
/// be, or speaks of other routes.
Json attached_document(const Attached&, const Json& results);

} // namespace viresco::report
