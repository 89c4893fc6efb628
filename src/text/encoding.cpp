#include "text/encoding.h"
#include "base/messages/text.h"
#include <fmt/format.h>

namespace viresco::text {
namespace {

/// Control characters, and those that are invisible and break names: U+FEFF, zero-width, direction marks.
bool is_invisible(char32_t c) {
    if (c < 0x20) return c != '\t' && c != '\n' && c != '\r';
    return (c >= 0x7F && c <= 0x9F) || c == 0xFEFF || c == 0x200B || c == 0x2060 || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069) || c == 0xFFFE || c == 0xFFFF;
}

const char* wide_encoding(std::string_view text) {
    using namespace std::string_view_literals;
    if (text.starts_with("\xFF\xFE\0\0"sv) || text.starts_with("\0\0\xFE\xFF"sv)) return "UTF-32";
    if (text.starts_with("\xFF\xFE"sv) || text.starts_with("\xFE\xFF"sv)) return "UTF-16";
    return nullptr;
}

} // namespace

size_t decode_utf8(std::string_view text, char32_t& point) {
    if (text.empty()) return 0;
    const auto lead = static_cast<unsigned char>(text[0]);
    const size_t n = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
    if (n == 0 || n > text.size()) return 0;
    point = n == 1 ? lead : lead & (0xFFu >> (n + 1));
    for (size_t k = 1; k < n; ++k) {
        if (!is_continuation(text[k])) return 0;
        point = (point << 6) | (static_cast<unsigned char>(text[k]) & 0x3Fu);
    }
    const bool overlong = (n == 3 && point < 0x800) || (n == 4 && point < 0x10000);
    const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
    return overlong || surrogate || point > 0x10FFFF ? 0 : n;
}

bool check_encoding(const Places& places, Diagnostics& diagnostics) {
    const std::string_view text = places.file().text;
    if (const char* name = wide_encoding(text)) {
        diagnostics.error(places.at(0), message::text_utf16, {name}).hint(message::text_hint_utf8);
        return false;
    }
    if (const size_t zero = text.find('\0'); zero != std::string_view::npos) {
        diagnostics.error(places.at(zero), message::text_binary);
        return false;
    }
    for (size_t i = text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0; i < text.size();) {
        char32_t point = 0;
        const size_t n = decode_utf8(text.substr(i), point);
        if (n == 0) {
            const std::string byte = fmt::format("{:02X}", static_cast<unsigned char>(text[i]));
            diagnostics.error(places.at(i), message::text_not_utf8, {byte}).hint(message::text_hint_utf8);
            return false;
        }
        if (is_invisible(point)) {
            const std::string name = fmt::format("U+{:04X}", static_cast<uint32_t>(point));
            diagnostics.error(places.at(i), message::text_control_character, {name})
                .hint(message::text_hint_delete_character);
            return false;
        }
        if (point == '\r' && (i + 1 == text.size() || text[i + 1] != '\n')) {
            diagnostics.error(places.at(i), message::text_lone_return).hint(message::text_hint_line_ends);
            return false;
        }
        i += n;
    }
    return true;
}

} // namespace viresco::text
