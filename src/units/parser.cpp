#include "units/parser.h"
#include "base/messages/units.h"
#include "units/symbol.h"
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace viresco::units {
namespace {

constexpr int max_depth = 64;
constexpr int max_exponent = 99;
constexpr size_t max_suggested_length = 40; // longer words are not misspelt units

constexpr std::string_view minus_sign = "\u2212", superscript_minus = "\u207B";
constexpr std::string_view superscripts[] = {"\u2070", "\u00B9", "\u00B2", "\u00B3", "\u2074",
                                             "\u2075", "\u2076", "\u2077", "\u2078", "\u2079"};
constexpr std::string_view multiplication_signs[] = {"*", ".", "\u00B7", "\u22C5", "\u00D7"};

/// Length of the UTF-8 sequence at text[at], 0 where it is broken.
size_t sequence_length(std::string_view text, size_t at) {
    const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char b = byte(at);
    const size_t n = b < 0x80 ? 1 : b >= 0xC2 && b < 0xE0 ? 2 : (b >> 4) == 14 ? 3 : b >= 0xF0 && b < 0xF5 ? 4 : 0;
    if (n == 0 || at + n > text.size()) return 0;
    for (size_t k = 1; k < n; ++k)
        if ((byte(at + k) & 0xC0) != 0x80) return 0;
    const bool overlong = (b == 0xE0 && byte(at + 1) < 0xA0) || (b == 0xF0 && byte(at + 1) < 0x90);
    const bool surrogate_or_beyond = (b == 0xED && byte(at + 1) >= 0xA0) || (b == 0xF4 && byte(at + 1) >= 0x90);
    return overlong || surrogate_or_beyond ? 0 : n;
}

/// A part of a unit while it is read.
struct Term {
    Scale scale;
    Dimension dimension;
    double offset = 0;
    size_t at = 0, length = 1; // where it stands
    bool affine() const { return offset != 0; }
};

/// Recursive descent:
///     unit     = "" | "-" | "1" | product
///     product  = factor { (multiplication sign | blank | "/") factor }     left associative
///     factor   = "1" (before "/" only) | symbol [power] | "(" product ")" [power]
///     symbol   = word | mass word blank tag
///     power    = digits | "-" digits | ("^" | "**") (["-"] digits | "(" ["-"] digits ["/" digits] ")")
///              | superscript digits
class Parser {
public:
    Parser(std::string_view text, size_t from) : text_(text), at_(skip_blanks(text, from)) {}

    Term whole() {
        const std::string_view rest = trimmed_rest();
        if (rest.empty() || rest == "-" || rest == "1") return {};
        const Term term = product();
        if (!end()) fail(at_, 1, {message::unit_parenthesis_close, {}}); // product() stops at ')' only
        return term;
    }

    /// What is still to be read, without blanks at its end.
    std::string_view trimmed_rest() const {
        size_t stop = at_;
        for (size_t i = at_; i < text_.size();) {
            const size_t n = blank_length(text_, i);
            i += n > 0 ? n : 1;
            if (n == 0) stop = i;
        }
        return text_.substr(at_, stop - at_);
    }

private:
    bool end() const { return at_ >= text_.size(); }
    bool next_is(std::string_view s) const { return text_.substr(at_).starts_with(s); }
    bool digit_at(size_t i) const { return i < text_.size() && is_digit(text_[i]); }

    /// Consumes `s` if it is next.
    bool take(std::string_view s) {
        if (!next_is(s)) return false;
        at_ += s.size();
        return true;
    }

    Term product() {
        Term left = factor();
        for (;;) {
            const size_t before = at_;
            at_ = skip_blanks(text_, at_);
            if (end() || next_is(")")) return left;
            const bool divide = take("/");
            if (!divide && !take_multiplication() && at_ == before) fail_missing_operator();
            at_ = skip_blanks(text_, at_);
            left = combined(left, factor(), divide);
        }
    }

    bool take_multiplication() {
        if (next_is("**")) return false;
        for (const std::string_view sign : multiplication_signs)
            if (take(sign)) return true;
        return false;
    }

    Term combined(const Term& a, const Term& b, bool divide) const {
        for (const Term* term : {&a, &b})
            if (term->affine()) fail_affine(*term);
        Term t{divide ? a.scale / b.scale : a.scale * b.scale,
               divide ? a.dimension / b.dimension : a.dimension * b.dimension, 0, a.at, b.at + b.length - a.at};
        check(t, b);
        return t;
    }

    Term factor() {
        if (end()) fail(text_.size(), 1, {message::unit_expected, {}});
        if (next_is("(")) return parenthesis();
        if (is_digit(text_[at_])) return one();
        if (word_length(at_) == 0) {
            if (next_is("/") || next_is(")") || next_is("*")) fail(at_, 1, {message::unit_expected, {}});
            fail_unexpected();
        }
        return symbol();
    }

    Term parenthesis() {
        const size_t start = at_++;
        if (++depth_ > max_depth) fail(start, 1, {message::unit_too_deep, {std::to_string(max_depth)}});
        at_ = skip_blanks(text_, at_);
        Term inner = product();
        if (!take(")")) fail(start, 1, {message::unit_parenthesis_open, {}});
        --depth_;
        inner.at = start;
        inner.length = at_ - start;
        return with_power(inner);
    }

    /// The "1" of "1/h".
    Term one() {
        size_t stop = at_;
        while (stop < text_.size() && (is_digit(text_[stop]) || (text_[stop] == '.' && digit_at(stop + 1)))) ++stop;
        const size_t next = skip_blanks(text_, stop);
        if (text_.substr(at_, stop - at_) != "1" || next >= text_.size() || text_[next] != '/')
            fail(at_, stop - at_, {message::unit_number, {shown(text_.substr(at_, stop - at_))}},
                 {{message::unit_hint_number, {}}});
        Term term;
        term.at = at_;
        at_ = stop;
        return term;
    }

    /// Bytes of the run of letters, digits and other symbol characters at `from`.
    size_t word_length(size_t from) const {
        size_t i = from;
        while (i < text_.size()) {
            const char c = text_[i];
            const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '%' || c == '$';
            if (letter || is_digit(c)) {
                ++i;
            } else if (static_cast<unsigned char>(c) >= 0x80) {
                const size_t n = sequence_length(text_, i);
                if (n == 0 || blank_length(text_, i) > 0 || is_operator_sign(text_.substr(i, n))) break;
                i += n;
            } else {
                break;
            }
        }
        return i - from;
    }

    static bool is_operator_sign(std::string_view s) {
        for (const std::string_view sign : multiplication_signs)
            if (s == sign) return true;
        for (const std::string_view sign : superscripts)
            if (s == sign) return true;
        return s == minus_sign || s == superscript_minus;
    }

    Term symbol() {
        const size_t start = at_;
        const std::string_view word = text_.substr(at_, word_length(at_));
        at_ += word.size();
        if (word == "Nm" && take_cube()) return with_power(to_term(*find_symbol("Nm3"), start));
        if (auto found = find_symbol(word)) {
            if (found->mass) found = with_tag(*found, word);
            return with_power(to_term(*found, start));
        }
        // "m3": a known name and its exponent.
        const size_t stem_length = word.find_last_not_of("0123456789") + 1;
        const std::string_view stem = word.substr(0, stem_length);
        const auto found = stem.size() < word.size() ? find_symbol(stem) : std::nullopt;
        if (!found) fail_unknown(word, start);
        if (found->tagged) fail_tag_power(word, stem, start);
        const int exponent = integer(start + stem_length, word.size() - stem_length);
        return raised(to_term(*found, start), exponent, 1);
    }

    /// The cube of "Nm^3", "Nm**3", "Nm³", which is not a power: normal cubic metres are an amount.
    bool take_cube() {
        for (const std::string_view cube : {std::string_view("^3"), std::string_view("**3"), superscripts[3]}) {
            if (!next_is(cube) || digit_at(at_ + cube.size())) continue;
            at_ += cube.size();
            return true;
        }
        return false;
    }

    Term to_term(const Symbol& s, size_t start) const { return {s.scale, s.dimension, s.offset, start, at_ - start}; }

    /// "kg CO2e": a tag may follow a mass after blanks.
    Symbol with_tag(const Symbol& mass, std::string_view mass_word) {
        const size_t next = skip_blanks(text_, at_);
        if (next == at_) return mass;
        const std::string_view word = text_.substr(next, word_length(next));
        if (const std::string base = tag_base(word); !base.empty()) {
            at_ = next + word.size();
            return {mass.scale, Dimension::base(base), 0, false, true};
        }
        const std::string_view stem = word.substr(0, word.find_last_not_of("0123456789") + 1);
        if (!tag_base(stem).empty()) fail_tag_power(word, std::string(mass_word) + std::string(stem), next);
        if (!word.empty() && !is_digit(word[0]) && !find_symbol(word) && !find_symbol(stem))
            fail_unknown(word, next, {{message::unit_hint_tags, {tag_list()}}});
        return mass;
    }

    Term with_power(const Term& base) {
        const size_t start = at_;
        if (take("^") || take("**")) {
            if (!take("(")) return raised(base, signed_integer(start), 1);
            const int numerator = signed_integer(start);
            const int denominator = take("/") ? signed_integer(start) : 1;
            if (denominator <= 0 || !take(")")) fail_exponent(start);
            return raised(base, numerator, denominator);
        }
        for (const std::string_view minus : {std::string_view("-"), minus_sign}) {
            if (!next_is(minus) || !digit_at(at_ + minus.size())) continue;
            return raised(base, signed_integer(start), 1);
        }
        if (digit_at(at_)) return raised(base, signed_integer(start), 1); // after ')'
        return superscript_power(base);
    }

    Term superscript_power(const Term& base) {
        const size_t start = at_;
        const bool negative = take(superscript_minus);
        const size_t digits = at_;
        int value = 0;
        for (int digit = 0; digit < 10;) {
            if (!take(superscripts[digit])) {
                ++digit;
                continue;
            }
            value = value * 10 + digit;
            if (value > max_exponent) fail_exponent_range(start, at_ - start);
            digit = 0;
        }
        if (at_ == start) return base;
        if (at_ == digits) fail_exponent(start);
        return raised(base, negative ? -value : value, 1);
    }

    /// Digits with an optional minus; `start` is where the whole power began.
    int signed_integer(size_t start) {
        const bool negative = take("-") || take(minus_sign);
        const size_t digits = at_;
        while (digit_at(at_)) ++at_;
        if (at_ == digits) fail_exponent(start);
        const int value = integer(digits, at_ - digits);
        return negative ? -value : value;
    }

    int integer(size_t start, size_t length) const {
        int value = 0;
        const char* first = text_.data() + start;
        const auto [stop, status] = std::from_chars(first, first + length, value);
        if (status != std::errc() || value > max_exponent) fail_exponent_range(start, length);
        return value;
    }

    Term raised(const Term& base, int numerator, int denominator) const {
        if (base.affine()) fail_affine(base);
        Term t{base.scale.pow(numerator, denominator), base.dimension.pow(numerator, denominator), 0, base.at,
               at_ - base.at};
        check(t, t);
        return t;
    }

    /// Keeps exponents and factors within bounds; `blamed` is what went too far.
    static void check(const Term& term, const Term& blamed) {
        for (const auto& e : term.dimension.exponents())
            if (std::abs(e.numerator) > max_exponent || e.denominator > max_exponent)
                fail_exponent_range(blamed.at, blamed.length);
        if (!term.scale.usable()) fail(blamed.at, blamed.length, {message::unit_factor_range, {}});
    }

    [[noreturn]] void fail_missing_operator() const {
        const size_t n = next_is("(") ? 1 : word_length(at_);
        if (n == 0) fail_unexpected();
        fail(at_, n, {message::unit_missing_operator, {shown(text_.substr(at_, n))}},
             {{message::unit_hint_operator, {}}});
    }

    [[noreturn]] void fail_unexpected() const {
        const size_t n = std::max<size_t>(sequence_length(text_, at_), 1);
        fail(at_, n, {message::unit_unexpected, {shown(text_.substr(at_, n))}}, {{message::unit_hint_operator, {}}});
    }

    [[noreturn]] void fail_exponent(size_t start) const {
        const size_t n = std::max<size_t>(at_ - start, 1);
        fail(start, n, {message::unit_bad_exponent, {shown(text_.substr(start, n))}},
             {{message::unit_hint_exponent, {}}});
    }

    [[noreturn]] static void fail_exponent_range(size_t start, size_t length) {
        fail(start, length, {message::unit_exponent_range, {std::to_string(max_exponent)}});
    }

    [[noreturn]] void fail_affine(const Term& term) const {
        fail(term.at, term.length, {message::unit_affine, {shown(text_.substr(term.at, term.length))}},
             {{message::unit_hint_kelvin, {}}});
    }

    [[noreturn]] static void fail_tag_power(std::string_view word, std::string_view stem, size_t start) {
        fail(start, word.size(), {message::unit_tag_power, {shown(word)}},
             {{message::unit_hint_tag_power, {shown(stem)}}});
    }

    [[noreturn]] static void fail_unknown(std::string_view word, size_t start, std::vector<Message> hints = {}) {
        const std::string name = shown(word);
        if ((word.ends_with("cal") && word.size() <= 4) || word == "Cal" || word == "kCal")
            fail(start, word.size(), {message::unit_ambiguous_calorie, {name}}, {{message::unit_hint_calorie, {}}});
        if (const std::string money = money_with_year(word); !money.empty())
            fail(start, word.size(), {message::unit_money_year, {name}}, {{message::unit_hint_money, {money}}});
        if (!tag_base(word).empty())
            fail(start, word.size(), {message::unit_tag_alone, {name}}, {{message::unit_hint_mass_tag, {name}}});
        if (const std::string_view money = money_sign_hint(word); !money.empty())
            hints.push_back({message::unit_hint_money, {std::string(money)}});
        if (word == "pH") hints.push_back({message::unit_hint_ph, {}});
        if (word.size() <= max_suggested_length) {
            static const std::vector<std::string> names = [] {
                std::vector<std::string> out;
                for (auto& [unit, dimension] : known_units()) out.push_back(unit);
                return out;
            }();
            Diagnostic diagnostic;
            suggest(diagnostic, std::string(word), names);
            hints.insert(hints.end(), diagnostic.hints.begin(), diagnostic.hints.end());
        }
        hints.push_back({message::unit_hint_list, {}});
        fail(start, word.size(), {message::unit_unknown, {name}}, std::move(hints));
    }

    std::string_view text_;
    size_t at_ = 0;
    int depth_ = 0;
};

} // namespace

void fail(size_t offset, size_t length, Message message, std::vector<Message> hints) {
    throw ParseFailure{{offset, length, std::move(message), std::move(hints)}};
}

std::string shown(std::string_view text) {
    constexpr size_t limit = 40;
    std::string out;
    for (size_t i = 0; i < text.size();) {
        if (out.size() >= limit) return out + "...";
        const size_t n = sequence_length(text, i);
        const auto byte = static_cast<unsigned char>(text[i]);
        if (n == 0 || byte < 0x20 || byte == 0x7F) {
            char code[8];
            std::snprintf(code, sizeof code, "\\x%02X", unsigned{byte});
            out += code;
            ++i;
        } else {
            out += text.substr(i, n);
            i += n;
        }
    }
    return out;
}

size_t blank_length(std::string_view text, size_t at) {
    for (const std::string_view blank : {" ", "\t", "\u00A0", "\u2009", "\u202F", "\u3000"})
        if (text.substr(at).starts_with(blank)) return blank.size();
    return 0;
}

size_t skip_blanks(std::string_view text, size_t at) {
    while (at < text.size()) {
        const size_t n = blank_length(text, at);
        if (n == 0) break;
        at += n;
    }
    return at;
}

Unit read_unit(std::string_view text, size_t from) {
    Parser parser(text, from);
    const std::string_view rest = parser.trimmed_rest();
    Unit unit;
    Term term = parser.whole();
    unit.dimension = std::move(term.dimension);
    unit.factor = term.scale.value();
    unit.offset = term.offset;
    unit.text = rest;
    if (!std::isnormal(unit.factor))
        fail(static_cast<size_t>(rest.data() - text.data()), rest.size(), {message::unit_factor_range, {}});
    return unit;
}

std::optional<Unit> parse_unit(std::string_view text, UnitError* error) {
    try {
        return read_unit(text, 0);
    } catch (ParseFailure& failure) {
        if (error) *error = std::move(failure.error);
        return std::nullopt;
    }
}

} // namespace viresco::units
