#pragma once
#include "schedule/recipe.h"
#include "text/node.h"

namespace viresco::schedule {

/// Reads an entry of `recipes:`, with the pools and resources of a facility that are read already. Every error goes to
/// `diagnostics` at its place, also order relations that go round in a circle.
Recipe read_recipe(const text::Node::Entry&, const Facility&, Diagnostics&);

} // namespace viresco::schedule
