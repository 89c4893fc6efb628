#pragma once
#include "lca/background.h"
#include "plant/plant.h"

namespace viresco::assess {

/// A result as `kind: indicators` files define it.
struct Definition {
    std::string id;
    matter::Title title, definition;
    units::Unit unit;
    std::string boundary, better;
    bool additive = false;
    std::string electricity; // the factor type that the definition requires
    const text::Node* formula = nullptr;
    const text::Node* defined_if = nullptr;
    SourcePos pos;
};

/// Reads the files in order; a later definition of the same id replaces an earlier one.
std::vector<Definition> read_definitions(plant::Library&, const std::vector<const text::Node*>& files);

/// Full paths of an indicator of a route (step empty), or of its part in a step.
std::string indicator_path(const plant::Plant&, const std::string& id, const std::string& step = {});
std::string condition_path(const plant::Plant&, const std::string& id);
/// The part of one exchange of an additive indicator.
std::string share_path(const plant::Plant&, const std::string& id, const std::string& exchange);

/// Declares every indicator for the route, and the additive ones for each of its steps.
void declare_indicators(plant::Context&, const plant::Plant&, const lca::Background&, const std::vector<Definition>&);
/// Declares the parts of single exchanges (for `explain`).
void declare_shares(plant::Context&, const plant::Plant&, const lca::Background&, const std::vector<Definition>&);

/// Sections in which the plant has exchanges or units, in the plant's order.
std::vector<std::string> steps_of(const plant::Plant&);

} // namespace viresco::assess
