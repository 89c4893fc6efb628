#include "base/messages/units.h"
#include "units/parser.h"
#include "units/unit.h"
#include <charconv>
#include <cmath>

namespace viresco::units {
namespace {

/// Up to the next blank: what a message quotes.
std::string_view token(std::string_view text, size_t at) {
    size_t stop = at;
    while (stop < text.size() && blank_length(text, stop) == 0) ++stop;
    return text.substr(at, stop - at);
}

bool is_infinite_or_nan(std::string_view word) {
    std::string lower;
    for (const char c : word.substr(0, 8)) lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return lower.starts_with("nan") || lower == "inf" || lower == "infinity" || lower == ".inf" || lower == ".nan";
}

[[noreturn]] void fail_token(size_t at, std::string_view quoted, MessageId id, MessageId hint) {
    fail(at, quoted.empty() ? 1 : quoted.size(), {id, {shown(quoted)}}, {{hint, {}}});
}

/// The number at the beginning; moves `at` behind it.
double read_number(std::string_view text, size_t& at) {
    const size_t start = at;
    const auto digit_at = [&](size_t i) { return i < text.size() && is_digit(text[i]); };
    const size_t unsigned_start = at < text.size() && (text[at] == '+' || text[at] == '-') ? at + 1 : at;
    const bool number = digit_at(unsigned_start) ||
                        (unsigned_start < text.size() && text[unsigned_start] == '.' && digit_at(unsigned_start + 1));
    if (!number) {
        const MessageId id = is_infinite_or_nan(token(text, unsigned_start)) ? message::quantity_not_finite
                                                                             : message::quantity_no_number;
        fail_token(start, token(text, start), id, message::quantity_hint_form);
    }
    if (text[unsigned_start] == '0' && unsigned_start + 1 < text.size() &&
        (text[unsigned_start + 1] == 'x' || text[unsigned_start + 1] == 'X'))
        fail_token(start, token(text, start), message::quantity_hexadecimal, message::quantity_hint_form);
    double value = 0;
    const char* stop = text.data() + text.size();
    const auto result = std::from_chars(text.data() + unsigned_start, stop, value);
    at = static_cast<size_t>(result.ptr - text.data());
    if (result.ec != std::errc())
        fail_token(start, text.substr(start, at - start), message::quantity_range, message::quantity_hint_form);
    return text[start] == '-' ? -value : value;
}

/// A digit, or a sign or point before a digit.
bool number_follows(std::string_view text, size_t at) {
    if (at >= text.size()) return false;
    if (is_digit(text[at])) return true;
    return (text[at] == '-' || text[at] == '+' || text[at] == '.') && at + 1 < text.size() && is_digit(text[at + 1]);
}

/// "12 34", "1,000", "1_000"; the unit of "5 1/h" is allowed to begin with its 1.
void refuse_second_number(std::string_view text, size_t at) {
    if (at < text.size() && (text[at] == ',' || text[at] == '_' || text[at] == '\''))
        fail_token(at, text.substr(at, 1), message::quantity_separator, message::quantity_hint_separator);
    const size_t next = skip_blanks(text, at);
    if (!number_follows(text, next)) return;
    if (text[next] == '1') {
        const size_t after = skip_blanks(text, next + 1);
        if (after < text.size() && text[after] == '/') return;
    }
    fail_token(next, token(text, next), message::quantity_two_numbers, message::quantity_hint_separator);
}

Quantity read_quantity(std::string_view text) {
    const size_t start = skip_blanks(text, 0);
    size_t at = start;
    const double value = read_number(text, at);
    refuse_second_number(text, at);
    Quantity quantity;
    quantity.unit = read_unit(text, at);
    quantity.si = quantity.unit.to_si(value);
    const bool vanished = value != 0 && quantity.unit.offset == 0 && quantity.si == 0;
    if (!std::isfinite(quantity.si) || vanished)
        fail_token(start, text.substr(start), message::quantity_range, message::quantity_hint_form);
    return quantity;
}

} // namespace

std::optional<Quantity> parse_quantity(std::string_view text, UnitError* error) {
    try {
        return read_quantity(text);
    } catch (ParseFailure& failure) {
        if (error) *error = std::move(failure.error);
        return std::nullopt;
    }
}

std::string format_number(double value) {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
    const double size = std::abs(value);
    char text[32];
    if (size == 0 || (size >= 1e-4 && size < 1e15)) {
        const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed).ptr;
        return {text, end};
    }
    // "1e-05" is written "1e-5", "1e+20" is written "1e20".
    const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
    const std::string_view all(text, static_cast<size_t>(end - text));
    const size_t e = all.find('e');
    std::string out(all.substr(0, e + 1));
    if (all[e + 1] == '-') out += '-';
    size_t first = e + 2;
    while (first + 1 < all.size() && all[first] == '0') ++first;
    return out + std::string(all.substr(first));
}

} // namespace viresco::units
