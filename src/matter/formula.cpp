#include "base/messages/base.h"
#include "base/messages/matter.h"
#include "matter/component.h"
#include "matter/element.h"
#include <charconv>
#include <cmath>
#include <limits>

namespace viresco::matter {
namespace {

constexpr size_t max_depth = 20;
constexpr double max_count = 1e6;

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Recursive descent over
///   formula = part { dot part } [charge];  part = [number] group..;  group = (element | "(" group.. ")") [number]
/// A '.' is a hydrate dot when an element or ')' stands before it or "[n]H2O" ends the formula after it; between
/// digits it is a decimal point otherwise ("CH1.64O0.52").
class Parser {
public:
    Parser(std::string_view text, units::UnitError* error) : text_(text), error_(error) {}

    std::optional<Formula> parse() {
        if (text_.empty()) {
            fail(0, 1, {message::formula_empty, {}});
            return std::nullopt;
        }
        Formula out;
        out.text = std::string(text_);
        do {
            double factor = 1;
            if (at_ < text_.size() && is_digit(text_[at_]) && !number(factor, false)) return std::nullopt;
            std::map<std::string, double> part;
            if (!groups(part, 0)) return std::nullopt;
            for (const auto& [symbol, count] : part) out.elements[symbol] += factor * count;
        } while (dot());
        if (!charge(out)) return std::nullopt;
        if (at_ < text_.size()) {
            unexpected();
            return std::nullopt;
        }
        return out;
    }

private:
    bool fail(size_t offset, size_t length, Message message, std::vector<Message> hints = {}) {
        if (error_) *error_ = {offset, length, std::move(message), std::move(hints)};
        return false;
    }

    /// The UTF-8 character at at_.
    std::string character() const {
        size_t n = 1;
        while (at_ + n < text_.size() && (static_cast<unsigned char>(text_[at_ + n]) & 0xC0u) == 0x80u) ++n;
        return std::string(text_.substr(at_, n));
    }

    bool unexpected() {
        if (at_ >= text_.size()) return fail(text_.size(), 1, {message::formula_expected_element, {}});
        if (text_[at_] == ')') return fail(at_, 1, {message::formula_unopened, {}});
        std::vector<Message> hints;
        if (is_lower(text_[at_])) hints.push_back({message::formula_case_hint, {}});
        return fail(at_, 1, {message::formula_unexpected, {character()}}, std::move(hints));
    }

    bool groups(std::map<std::string, double>& into, size_t depth) {
        const size_t start = at_;
        while (at_ < text_.size() && (is_upper(text_[at_]) || text_[at_] == '(')) {
            std::map<std::string, double> group;
            if (text_[at_] == '(' ? !parentheses(group, depth) : !element(group)) return false;
            double count = 1;
            if (at_ < text_.size() && is_digit(text_[at_]) && !number(count)) return false;
            for (const auto& [symbol, n] : group) into[symbol] += n * count;
        }
        return at_ > start || unexpected();
    }

    bool parentheses(std::map<std::string, double>& into, size_t depth) {
        const size_t open = at_++;
        if (depth >= max_depth) return fail(open, 1, {message::formula_too_deep, {std::to_string(max_depth)}});
        if (!groups(into, depth + 1)) return false;
        if (at_ >= text_.size()) return fail(open, 1, {message::formula_unclosed, {}});
        if (text_[at_] != ')') return unexpected();
        ++at_;
        return true;
    }

    bool element(std::map<std::string, double>& into) {
        const size_t start = at_++;
        while (at_ < text_.size() && is_lower(text_[at_])) ++at_;
        const std::string symbol(text_.substr(start, at_ - start));
        if (find_element(symbol)) {
            into[symbol] += 1;
            return true;
        }
        // "CL", "SI": the second letter was read as an element of its own.
        std::vector<Message> hints;
        if (start > 0 && is_upper(text_[start - 1])) {
            const std::string joined{text_[start - 1], static_cast<char>(symbol[0] - 'A' + 'a')};
            if (find_element(joined)) hints.push_back({message::did_you_mean, {"'" + joined + "'"}});
        }
        if (hints.empty()) hints.push_back({message::formula_case_hint, {}});
        return fail(start, at_ - start, {message::formula_unknown_element, {symbol}}, std::move(hints));
    }

    /// "[digits]H2O" from `offset` to the end.
    bool is_water(size_t offset) const {
        while (offset < text_.size() && is_digit(text_[offset])) ++offset;
        return text_.substr(offset) == "H2O";
    }

    bool number(double& value, bool after_element = true) {
        const size_t start = at_;
        while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
        const bool point = at_ + 1 < text_.size() && text_[at_] == '.' && is_digit(text_[at_ + 1]);
        if (point && !(after_element && is_water(at_ + 1))) {
            ++at_;
            while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
        }
        const char* first = text_.data() + start;
        const auto read = std::from_chars(first, text_.data() + at_, value, std::chars_format::fixed);
        if (read.ec != std::errc() || !(value > 0) || value > max_count)
            return fail(start, at_ - start, {message::formula_count, {std::string(text_.substr(start, at_ - start))}});
        return true;
    }

    /// '.', '*', '·' (U+00B7), '⋅' (U+22C5) or '•' (U+2022).
    bool dot() {
        for (const std::string_view sign : {".", "*", "\u00B7", "\u22C5", "\u2022"})
            if (text_.substr(at_).starts_with(sign)) {
                at_ += sign.size();
                return true;
            }
        return false;
    }

    /// "+", "-", "++", "+2", "^2-", "^-2", "^-"; "Ca2+" and "SO42-" could mean two things and are refused.
    bool charge(Formula& out) {
        if (at_ >= text_.size()) return true;
        const size_t start = at_;
        const bool caret = text_[at_] == '^';
        if (caret) ++at_;
        double size = 1;
        const bool leading = caret && at_ < text_.size() && is_digit(text_[at_]);
        if (leading && !number(size)) return false;
        if (at_ >= text_.size() || (text_[at_] != '+' && text_[at_] != '-'))
            return caret ? fail(start, 1, {message::formula_charge, {}}, {{message::formula_charge_hint, {}}})
                         : true; // the caller reports what stands here
        const char sign = text_[at_++];
        if (!leading && at_ < text_.size() && is_digit(text_[at_])) {
            if (!number(size)) return false;
        } else if (!leading) {
            for (; at_ < text_.size() && text_[at_] == sign; ++at_) size += 1;
            if (!caret && size == 1 && ambiguous(start))
                return fail(start - 1, 2, {message::formula_charge_ambiguous, {std::string(text_)}},
                            {{message::formula_charge_hint, {}}});
        }
        out.charge = sign == '+' ? size : -size;
        return true;
    }

    /// A count right before a bare sign that may as well be the size of the charge: one element alone
    /// ("Ca2+") or more than 19 oxygen atoms ("SO42-").
    bool ambiguous(size_t sign) const {
        size_t digits = sign;
        while (digits > 0 && is_digit(text_[digits - 1])) --digits;
        if (digits == sign || digits == 0) return false;
        size_t letters = digits;
        while (letters > 0 && is_lower(text_[letters - 1])) --letters;
        if (letters == 0) return false;
        if (letters == 1) return true;
        return text_.substr(letters - 1, digits - letters + 1) == "O" && sign - digits >= 2 && text_[digits] > '1';
    }

    std::string_view text_;
    units::UnitError* error_;
    size_t at_ = 0;
};

} // namespace

std::optional<Formula> parse_formula(std::string_view text, units::UnitError* error) {
    return Parser(text, error).parse();
}

double Formula::molar_mass() const {
    double grams = 0;
    for (const auto& [symbol, count] : elements) grams += count * find_element(symbol)->weight;
    return grams / 1000;
}

double Formula::thod() const {
    double reduction = -charge;
    for (const auto& [symbol, count] : elements)
        reduction += count * find_element(symbol)->reduction.value_or(std::numeric_limits<double>::quiet_NaN());
    return 0.008 * reduction;
}

} // namespace viresco::matter
