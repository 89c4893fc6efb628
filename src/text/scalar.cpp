#include "text/scalar.h"
#include "text/encoding.h"
#include <algorithm>
#include <charconv>
#include <cstdint>

namespace viresco::text {
namespace {

constexpr size_t npos = std::string_view::npos;

bool is_blank(char c) { return c == ' ' || c == '\t'; }
/// Length of the escape that begins with a backslash: \x41, \u0041, \U00000041 or two characters.
size_t escape_length(char kind) { return kind == 'x' ? 4 : kind == 'u' ? 6 : kind == 'U' ? 10 : 2; }
bool is_fold(char c) { return c == ' ' || c == '\n'; }
bool is_break(char c) { return c == '\n' || c == '\r'; }

/// Value and source walked side by side.
class Walk {
public:
    Walk(std::string_view source, size_t at, size_t end, std::string_view value, ScalarLayout& layout)
        : source_(source), s_(at), end_(end), value_(value), layout_(layout) {}

    /// Flow scalars: literal text, folded line breaks and (in quotes) escapes.
    void flow(char quote) {
        if (quote) anchor();
        while (s_ < end_ && (quote || v_ < value_.size())) {
            const char c = source_[s_];
            const bool escape = (quote == '"' && c == '\\') || (quote == '\'' && c == '\'');
            const bool matched = escape                       ? step_over_escape(quote)
                                 : is_blank(c) || is_break(c) ? step_over_white_space()
                                                              : step();
            if (!matched) return;
        }
        layout_.end = quote ? end_ + 1 : s_;
    }

    void literal() {
        size_t indent = 0;
        while (v_ < value_.size() && s_ < source_.size()) {
            const size_t value_end = std::min(value_.find('\n', v_), value_.size());
            const size_t source_end = line_end();
            const size_t n = value_end - v_, have = source_end - s_;
            if (n > have) return;
            if (n > 0) indent = have - n; // whatever stands before the text of the line is its indentation
            s_ += std::min(indent, have);
            anchor();
            v_ = value_end + 1;
            next_line(source_end);
        }
    }

    /// `indent` of the lines; npos: that of the first line with text.
    void folded(size_t indent) {
        size_t last_end = s_; // of the last line with text
        while (v_ < value_.size() && s_ < source_.size()) {
            const size_t source_end = line_end();
            const size_t text = std::min(source_.find_first_not_of(' ', s_), source_end);
            if (text < source_end && indent == npos) indent = text - s_;
            if (text < source_end || source_end - s_ > indent) {
                s_ += std::min(indent, source_end - s_);
                const std::string_view line = source_.substr(s_, source_end - s_);
                size_t n = 0; // line breaks and folds before the line
                while (v_ + n < value_.size() && is_fold(value_[v_ + n]) && !value_.substr(v_ + n).starts_with(line))
                    ++n;
                if (!value_.substr(v_ + n).starts_with(line)) break;
                step_over_breaks(n, last_end);
                anchor();
                v_ += line.size();
                last_end = source_end;
            }
            next_line(source_end);
        }
        step_over_breaks(value_.size() - v_, last_end);
    }

private:
    void anchor() { layout_.anchors.emplace_back(v_, s_); }

    /// `n` characters of the value for line breaks: all stand where the text before them ends.
    void step_over_breaks(size_t n, size_t text_end) {
        for (size_t i = 0; i < n; ++i) layout_.anchors.emplace_back(v_ + i, text_end);
        v_ += n;
    }

    size_t line_end() const {
        size_t end = std::min(source_.find('\n', s_), source_.size());
        if (end > s_ && source_[end - 1] == '\r') --end;
        return end;
    }

    void next_line(size_t end) { s_ = std::min(source_.find('\n', end), source_.size() - 1) + 1; }

    bool step() {
        if (v_ >= value_.size() || value_[v_] != source_[s_]) return false;
        ++v_, ++s_;
        return true;
    }

    /// Blanks inside a line are text; a line break with the blanks around it is a space, or one
    /// line break fewer than the source has.
    bool step_over_white_space() {
        size_t s = s_, breaks = 0;
        for (; s < end_ && (is_blank(source_[s]) || is_break(source_[s])); ++s) breaks += source_[s] == '\n';
        if (breaks == 0) {
            for (; s_ < s;)
                if (!step()) return false;
            return true;
        }
        const size_t n = breaks == 1 ? 1 : breaks - 1;
        if (v_ + n > value_.size()) return false;
        step_over_breaks(n, s_);
        s_ = s;
        anchor();
        return true;
    }

    bool step_over_escape(char quote) {
        if (s_ + 1 >= end_) return false;
        if (quote == '"' && is_break(source_[s_ + 1])) { // vanishes with the indentation after it; blank lines stay
            size_t s = s_ + 1, breaks = 0;
            for (; s < end_ && (is_blank(source_[s]) || is_break(source_[s])); ++s) breaks += source_[s] == '\n';
            if (v_ + breaks - 1 > value_.size()) return false;
            step_over_breaks(breaks - 1, s_);
            s_ = s;
            anchor();
            return true;
        }
        anchor();
        char32_t point = 0;
        const size_t n = decode_utf8(value_.substr(std::min(v_, value_.size())), point);
        if (n == 0) return false;
        v_ += n;
        s_ = std::min(s_ + (quote == '"' ? escape_length(source_[s_ + 1]) : 2), end_);
        anchor();
        return true;
    }

    std::string_view source_;
    size_t s_, end_;
    std::string_view value_;
    size_t v_ = 0;
    ScalarLayout& layout_;
};

} // namespace

size_t quoted_end(std::string_view source, size_t begin) {
    const char quote = source[begin];
    for (size_t i = begin + 1; i < source.size(); ++i) {
        if (quote == '"' && source[i] == '\\') {
            ++i;
        } else if (source[i] == quote) {
            const bool doubled = quote == '\'' && i + 1 < source.size() && source[i + 1] == quote;
            if (!doubled) return i + 1;
            ++i;
        }
    }
    return npos;
}

std::string_view control_escape(std::string_view source, size_t begin, size_t end) {
    for (size_t i = source.find('\\', begin); i < end && i + 1 < end;) {
        const std::string_view escape = source.substr(i, std::min(escape_length(source[i + 1]), end - i));
        uint32_t point = 0x20;
        if (escape.size() > 2) std::from_chars(escape.data() + 2, escape.data() + escape.size(), point, 16);
        const bool named = escape.size() == 2 && std::string_view("0abvfreN_LP").find(escape[1]) != npos;
        const bool control = point < 0x20 && point != '\t' && point != '\n';
        if (named || control || (point >= 0x7F && point <= 0x9F)) return escape;
        i = source.find('\\', i + escape.size());
    }
    return {};
}

ScalarLayout lay_out_scalar(std::string_view source, size_t begin, std::string_view value, size_t parent_indent) {
    ScalarLayout layout;
    if (begin >= source.size()) {
        layout.end = source.size();
        return layout;
    }
    const char first = source[begin];
    if (first == '"' || first == '\'') {
        layout.end = quoted_end(source, begin);
        if (layout.end != npos) Walk(source, begin + 1, layout.end - 1, value, layout).flow(first);
    } else if (first == '|' || first == '>') {
        const size_t body = std::min(source.find('\n', begin), source.size() - 1) + 1;
        Walk walk(source, body, source.size(), value, layout);
        const size_t digit = source.substr(0, body).find_first_of("123456789#\n", begin + 1);
        const bool given = digit != npos && source[digit] >= '1' && source[digit] <= '9';
        const size_t indent = given ? parent_indent + static_cast<size_t>(source[digit] - '0') : npos;
        first == '|' ? walk.literal() : walk.folded(indent);
        layout.end = body;
    } else if (source.substr(begin).starts_with(value) && value.find('\n') == npos) {
        layout.end = begin + value.size();
    } else {
        Walk(source, begin, source.size(), value, layout).flow('\0');
        if (layout.end == npos) layout.end = begin;
    }
    return layout;
}

} // namespace viresco::text
