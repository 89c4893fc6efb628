#pragma once
#include "plant/plant.h"

namespace viresco::assess {

/// A limit of a standard: what is measured (a formula over the route's names) must not be above, or below, a value.
struct Limit {
    std::string id;
    matter::Title title, condition;
    std::string standard, edition, table, effective, source;
    std::string stage;      ///< of the path to industry that it is a check of; empty: of none
    bool verified = false;  ///< the value was read in the text of the standard itself
    bool mandatory = false; ///< a gate: a route that does not pass is not compared
    bool at_least = false;  ///< `value` is the least that is allowed
    units::Unit unit;       ///< of the value
    const text::Node* formula = nullptr;
    const text::Node* defined_if = nullptr;
    SourcePos pos;
};

enum class Compliance {
    compliant,         ///< within a verified value
    within_unverified, ///< within a value nobody read in the standard: never "compliant"
    exceeds,
    exceeds_unverified,
    not_defined, ///< the route does not say what is measured
};
const char* to_string(Compliance);

/// Reads `kind: limits` files in order (a later row of the same id replaces an earlier one) and declares the values as
/// parameters `limits.<id>`, and the files' own `parameters:` as `limits.<name>`.
std::vector<Limit> read_limits(plant::Context&, const std::vector<const text::Node*>& files);

/// Full paths of what is measured for a limit, of the condition under which it says something, and of the value.
std::string measured_path(const plant::Plant&, const Limit&);
std::string measured_if_path(const plant::Plant&, const Limit&);
std::string value_path(const Limit&);

/// Declares what is measured, for a route; formulas see the route's indicators.
void declare_limits(plant::Context&, const plant::Plant&, const std::vector<Limit>&);

/// `measured` and `value` in the same unit; a measured NaN is not defined.
Compliance judge(const Limit&, double measured, double value);
/// False where a mandatory limit is exceeded or not known to be met.
bool passes(Compliance);

} // namespace viresco::assess
