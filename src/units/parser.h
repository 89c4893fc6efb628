#pragma once
#include "units/unit.h"
#include <string>
#include <string_view>

namespace viresco::units {

/// Thrown inside the units folder only; parse_unit() and parse_quantity() catch it.
struct ParseFailure {
    UnitError error;
};

[[noreturn]] void fail(size_t offset, size_t length, Message message, std::vector<Message> hints = {});

/// Text for a message: at most 40 bytes, control characters and broken UTF-8 as \xNN.
std::string shown(std::string_view text);

/// Reads text[from..] as a unit; offsets count from the beginning of `text`. Throws ParseFailure.
Unit read_unit(std::string_view text, size_t from);

/// Bytes of a blank at text[at]: space, tab, no-break and ideographic spaces; 0 where there is none.
size_t blank_length(std::string_view text, size_t at);

size_t skip_blanks(std::string_view text, size_t at);

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

} // namespace viresco::units
