#pragma once
#include "case/case.h"
#include <nlohmann/json_fwd.hpp>

namespace viresco::cases {

/// What results.json says of a route against the limits of the case: a list, in the order of the files.
nlohmann::ordered_json limits_json(const Case&, const lang::Evaluation&, const plant::Plant&);

/// How mature the route is, by its weakest critical step, and the path from the laboratory to industry with the limits that are
/// checks of its stages; null where no unit states a level.
nlohmann::ordered_json maturity_json(const Case&, const lang::Evaluation&, const plant::Plant&);

/// Statistics of the batch records of the case: capability, completeness.
nlohmann::ordered_json batch_records_json(const Case&);

} // namespace viresco::cases
