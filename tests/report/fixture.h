#pragma once
#include <fstream>
#include <iterator>
#include <string>

/// The development results of web/: two routes, all sections filled.
inline std::string fixture_text() {
    std::ifstream file(std::string(VIRESCO_SOURCE_DIR) + "/web/fixture/results.json");
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}
