#include "commands.h"
#include <fmt/format.h>

namespace viresco::cli {
int explain(const Common&, const ExplainOptions&) { return 64; }
int check(const Common&, const std::vector<std::string>&) { return 64; }
int list(const Common&, const std::string&) { return 64; }
int create(const Common&, const std::string&, const std::string&) { return 64; }
} // namespace viresco::cli
