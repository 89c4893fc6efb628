#pragma once
#include "text/node.h"
#include <string>
#include <vector>

namespace viresco::text {

/// An error for every key of `map` that is not in `known`, with suggestions.
bool check_keys(const Node& map, const std::vector<std::string>& known, Diagnostics&);
/// The scalar text of an entry; an error when it is there but not a scalar. Empty when absent.
std::string scalar_of(const Node& map, const char* key, Diagnostics&);
/// True when the node is a map, else an error that says what was expected.
bool expect_map(const Node&, const std::string& what, Diagnostics&);

} // namespace viresco::text
