#pragma once
#include "base/source.h"
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace viresco::text {

inline bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0u) == 0x80u; }

/// Number of Unicode code points of UTF-8 text.
size_t count_points(std::string_view utf8);

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// Turns byte offsets of a file into lines and columns. The cost does not depend on the length of a
/// line, so that reading a file in one long line stays linear. A byte order mark takes no column.
class Places {
public:
    explicit Places(const SourceFile&);

    const SourceFile& file() const { return *file_; }
    /// The place of byte `begin`; its length is the code points of [begin, end), at least 1.
    SourcePos at(size_t begin, size_t end) const;
    SourcePos at(size_t begin) const { return at(begin, begin); }
    /// The first byte of the line that holds `byte`.
    size_t line_start(size_t byte) const;

private:
    size_t points_before(size_t byte) const;

    static constexpr size_t stride = 64;
    const SourceFile* file_;
    std::vector<uint32_t> points_;      // code points before byte stride * i
    std::vector<uint32_t> line_starts_; // ascending, first is 0
};

} // namespace viresco::text
