#pragma once
#include <string_view>

namespace viresco::report {

/// The page's program and style sheet (built from web/, embedded by assets.S).
std::string_view page_script();
std::string_view page_style();

} // namespace viresco::report
