#pragma once
#include "base/diagnostic.h"
#include "schedule/recipe.h"
#include "text/node.h"

namespace viresco::schedule {

/// Reads a `kind: recipe` file (docs/recipes.md); every error goes to `diagnostics` at its place. What is read
/// without errors keeps the preconditions of time_batch.
Facility read_facility(const text::Node& file, Diagnostics&);

} // namespace viresco::schedule
