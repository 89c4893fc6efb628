#pragma once
#include "lca/database.h"
#include "lca/report.h"

namespace viresco {
class Diagnostics;
namespace text {
class Node;
}
} // namespace viresco

namespace viresco::lca {

class Archive;

/// Reads impact methods of Viresco's own form (`kind: methods`, models/methods/README.md), one file or all of a folder,
/// and attaches their factors to the elementary flows that the database has now. A category or method of an id that is
/// there is replaced. Counted: "impact_categories", "methods", "factors", "matched_by_cas" (flows that only a CAS number told)
/// and "flows_without_factor". False, with errors at their places, changes nothing.
bool read_method_files(Archive&, Database& into, ImportReport&, Diagnostics&);

/// Reports what is wrong with one such file, without a database.
void check_method_file(const text::Node& file, Diagnostics&);

} // namespace viresco::lca
