#pragma once
#include <nlohmann/json.hpp>
#include <string>

namespace viresco::report {

/// Keeps the order of the file: routes, steps and components are shown as they were written.
using Json = nlohmann::ordered_json;

/// Reads a results.json. Throws ConfigError where it is not JSON or has no object `routes`.
Json parse_results(const std::string& text);

} // namespace viresco::report
