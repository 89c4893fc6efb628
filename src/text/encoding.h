#pragma once
#include "base/diagnostic.h"
#include "text/places.h"

namespace viresco::text {

/// True if the file is UTF-8 text without control characters (tab, LF and CRLF are allowed, and a byte
/// order mark at the start). Otherwise one error at the first offending byte.
bool check_encoding(const Places&, Diagnostics&);

/// Length in bytes of the well-formed UTF-8 sequence (RFC 3629) at the start of `text`; 0 if there is
/// none. The code point goes to `point`.
size_t decode_utf8(std::string_view text, char32_t& point);

} // namespace viresco::text
