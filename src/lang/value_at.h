#pragma once
#include "lang/graph.h"
#include <span>

namespace viresco::lang {

/// Value of a node that depends on parameters alone; NaN where it needs a state, an unknown or the time.
double value_at(const Graph&, NodeId, std::span<const double> parameters);

} // namespace viresco::lang
