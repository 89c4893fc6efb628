#pragma once
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace viresco::text {

/// How the bytes of a scalar's value lie in the source text.
struct ScalarLayout {
    /// Offset in the value -> byte in the source, ascending. From one anchor to the next, value and
    /// source run in step. Empty: they run in step from the first byte.
    std::vector<std::pair<size_t, size_t>> anchors;
    /// The byte after the scalar and its closing quote; npos if the closing quote is missing.
    size_t end = std::string_view::npos;
};

/// Finds the bytes of `value` (as YAML reads it) in the scalar that begins at source[begin]: plain,
/// 'single', "double", literal | or folded >. `parent_indent`: blanks before the block collection that
/// holds the scalar. The end of a block scalar is given as that of its first line (| or >).
ScalarLayout lay_out_scalar(std::string_view source, size_t begin, std::string_view value, size_t parent_indent = 0);

/// The byte after the closing quote of the quoted text that begins at source[begin]; npos if there is none.
size_t quoted_end(std::string_view source, size_t begin);

/// The first escape in the double-quoted text source[begin, end) that stands for an invisible character
/// (control characters, but not \n and \t; \N \_ \L \P); empty if there is none.
std::string_view control_escape(std::string_view source, size_t begin, size_t end);

} // namespace viresco::text
