#pragma once
#include "base/diagnostic.h"
#include "heat/pinch.h"
#include "text/node.h"

namespace viresco::heat {

/// Reads a `kind: heat_streams` file (docs/pinch.md); every error goes to `diagnostics` at its place.
Problem read_problem(const text::Node& file, Diagnostics&);

} // namespace viresco::heat
