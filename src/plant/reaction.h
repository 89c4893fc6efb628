#pragma once
#include "matter/component.h"
#include "text/node.h"
#include <map>
#include <optional>
#include <string>

namespace viresco::plant {

/// One balanced reaction: net coefficient [mol per mol of reaction] by component index.
struct Reaction {
    std::string name;
    SourcePos pos;
    std::map<int, double> coefficients;
};

/// Reads "glucose + ? ammonia + ? oxygen -> 5.8 biomass + ? carbon_dioxide + ? water".
///
/// Coefficients written `?` are left to conservation of every element and of charge; they must follow
/// uniquely. A reaction that does not balance to 1e-6 of what it turns over is an error at its place with
/// the residual per element. nullopt after an error.
std::optional<Reaction> read_reaction(const std::string& name, const text::Node& equation,
                                      const matter::ComponentTable&, Diagnostics&);

} // namespace viresco::plant
