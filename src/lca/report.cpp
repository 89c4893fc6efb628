#include "lca/report.h"
#include <cstdio>

namespace viresco::lca {

std::string short_text(double x) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.6g", x);
    return buffer;
}

} // namespace viresco::lca
