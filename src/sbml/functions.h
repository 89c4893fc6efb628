#pragma once
#include "lang/graph.h"
#include <span>
#include <string>

namespace viresco::sbml {

/// Applies a MathML operator to nodes; truth values are 0 and 1. `no_node` where it does not take that many arguments.
/// Conditions are made of `less`, products, `max` and `1 - c`, so that their switching can be located.
lang::NodeId apply(lang::Graph&, const std::string& name, std::span<const lang::NodeId> arguments);

/// A number as a truth value: 0 or 1.
lang::NodeId truth(lang::Graph&, lang::NodeId);

} // namespace viresco::sbml
