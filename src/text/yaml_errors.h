#pragma once
#include "base/diagnostic.h"
#include "text/places.h"
#include <string_view>

namespace viresco::text {

/// Where YAML reading stopped, and what was open there.
struct YamlStop {
    std::string_view reason;                    // the parser's own words
    size_t byte = 0;                            // where it stopped
    size_t bracket = std::string_view::npos;    // innermost open '[' or '{'
    size_t long_quote = std::string_view::npos; // last text in quotes over several lines
    size_t block_text = std::string_view::npos; // the | or > block that was read last
    size_t read_to = 0;                         // everything before is understood
};

/// Turns the YAML parser's terse error into one that says what to do. Returns the first byte the error
/// speaks of.
size_t explain_yaml_error(const Places&, const YamlStop&, Diagnostics&);

/// Adds the hints for `text`, a key without colon: full-width colon, missing space after the colon.
/// `text` must be a part of the file.
void hint_missing_colon(Diagnostic&, std::string_view text);

/// At most 30 code points of the first line of `text`, for messages.
std::string shortened(std::string_view text);

} // namespace viresco::text
