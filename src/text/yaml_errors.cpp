#include "text/yaml_errors.h"
#include "base/messages/text.h"
#include "text/scalar.h"
#include <algorithm>

namespace viresco::text {
namespace {

constexpr size_t npos = std::string_view::npos;
constexpr std::string_view wide_colon = "：", wide_comma = "，";

std::string_view trimmed(std::string_view s) {
    const size_t begin = s.find_first_not_of(" \t\r");
    return begin == npos ? std::string_view() : s.substr(begin, s.find_last_not_of(" \t\r") - begin + 1);
}

/// "key: value" or "key:" at the end of the line.
bool has_colon(std::string_view line) { return line.find(": ") != npos || trimmed(line).ends_with(':'); }

class Explanation {
public:
    Explanation(const Places& places, const YamlStop& stop, Diagnostics& diagnostics)
        : places_(places), stop_(stop), out_(diagnostics), text_(places.file().text), byte_(stop.byte) {
        begin_ = places.line_start(byte_);
        line_ = text_.substr(begin_, std::min(text_.find('\n', begin_), text_.size()) - begin_);
        indent_ = std::min(line_.find_first_not_of(" \t"), line_.size());
    }

    /// Returns the first byte the error speaks of.
    size_t write() {
        const bool scalar_trouble = reason("unknown escape") || reason("bad character found") ||
                                    reason("invalid unicode");
        if (scalar_trouble) return escape();
        if (const size_t tab = line_.substr(0, indent_).find('\t'); tab != npos && stop_.bracket == npos)
            return error(begin_ + tab, begin_ + indent_, message::yaml_tab, {}, message::yaml_hint_tab);
        if (reason("end of map flow") || reason("end of sequence flow")) return flow_end();
        if (reason("illegal map value")) return map_value();
        if (reason("end of map") || reason("end of sequence")) return block_end();
        if (reason("illegal flow end"))
            return error(byte_, byte_ + 1, message::yaml_stray_bracket, {word()}, message::yaml_hint_brackets);
        if (reason("illegal block entry"))
            return error(byte_, byte_ + 1, message::yaml_list_item_misplaced, {}, message::yaml_hint_list);
        if (reason("illegal map key")) return question_mark();
        if (reason("unknown token")) return at() == '?' ? question_mark() : reserved_character();
        if (reason("illegal EOF in scalar") || reason("illegal document indicator")) return unclosed_quote();
        if (reason("illegal tab")) return error(byte_, byte_ + 1, message::yaml_tab, {}, message::yaml_hint_tab);
        if (reason("unexpected character in block") || reason("cannot set zero"))
            return error(byte_, byte_ + 1, message::yaml_block_header, {}, message::yaml_hint_block);
        if (names('*')) return error(name_, name_ + 1, message::yaml_alias, {name()}, message::yaml_hint_quote_any);
        if (names('&')) return error(name_, name_ + 1, message::yaml_anchor, {name()}, message::yaml_hint_quote_any);
        if (names('!')) return error(name_, name_ + 1, message::yaml_tag, {name()}, message::yaml_hint_quote_any);
        out_.error(places_.at(byte_), message::yaml_syntax, {std::string(stop_.reason)});
        return byte_;
    }

private:
    bool reason(std::string_view beginning) const { return stop_.reason.starts_with(beginning); }
    char at() const { return byte_ < text_.size() ? text_[byte_] : '\0'; }
    /// The rest of the line from byte_, shortened.
    std::string word() const { return shortened(trimmed(text_.substr(std::min(byte_, text_.size())))); }

    size_t error(size_t begin, size_t end, MessageId id, std::vector<std::string> args, MessageId hint) {
        out_.error(places_.at(begin, end), id, std::move(args)).hint(hint);
        return begin;
    }

    Diagnostic& with_quote(Diagnostic& d) const {
        if (stop_.long_quote != npos) d.see(places_.at(stop_.long_quote), message::yaml_quote_opened_here);
        return d;
    }

    size_t escape() {
        size_t begin = text_.rfind('\\', byte_ > 0 ? byte_ - 1 : 0);
        if (begin == npos || byte_ - begin > 10) begin = byte_;
        const size_t end = std::min(text_.size(), std::max(byte_ + !reason("unknown escape"), begin + 1));
        return error(begin, end, message::yaml_escape, {shortened(text_.substr(begin, end - begin))},
                     message::yaml_hint_escape);
    }

    size_t question_mark() {
        return error(byte_, byte_ + 1, message::yaml_question_mark, {}, message::yaml_hint_quote_any);
    }

    size_t reserved_character() {
        size_t end = byte_ + 1;
        while (end < text_.size() && is_continuation(text_[end])) ++end;
        const std::string character(text_.substr(std::min(byte_, text_.size()), end - byte_));
        out_.error(places_.at(byte_, end), message::yaml_reserved_character, {character})
            .hint(message::yaml_hint_quote,
                  {shortened(trimmed(text_.substr(byte_, text_.find_first_of(",]}#\n", byte_) - byte_)))});
        return byte_;
    }

    /// Nothing but blanks and comments from `from` to the end of the file.
    bool at_end_of_file(size_t from) const {
        while (from < text_.size()) {
            from = text_.find_first_not_of(" \t\r\n", from);
            if (from == npos) return true;
            if (text_[from] != '#') return false;
            from = std::min(text_.find('\n', from), text_.size());
        }
        return true;
    }

    size_t flow_end() {
        const size_t open = stop_.bracket;
        if (open == npos) return block_end();
        const std::string closing = text_[open] == '[' ? "]" : "}";
        const size_t open_line = places_.line_start(open);
        const size_t open_indent = text_.find_first_not_of(" \t", open_line) - open_line;
        const bool outdented = open_line != begin_ && indent_ <= open_indent;
        if (outdented || at_end_of_file(byte_)) {
            out_.error(places_.at(open), message::yaml_unclosed_bracket, {std::string(1, text_[open])})
                .hint(message::yaml_hint_close, {closing})
                .see(places_.at(byte_), message::yaml_read_up_to_here);
            return open;
        }
        // A key on its own line: the comma is missing before the key, not before its colon.
        const std::string_view key = line_.substr(indent_, byte_ - std::min(byte_, begin_ + indent_));
        if (at() == ':' && open_line != begin_ && key.find_first_of(",[]{}:") == npos) byte_ = begin_ + indent_;
        auto& d = out_.error(places_.at(byte_), message::yaml_missing_comma, {closing, word()});
        d.hint(message::yaml_hint_quote_any);
        if (text_.substr(open, byte_ - open).find(wide_comma) != npos)
            d.hint(message::yaml_hint_full_width, {std::string(wide_comma), ","});
        with_quote(d);
        return byte_;
    }

    /// The last line above that is neither blank nor a comment; begin of line and text.
    std::pair<size_t, std::string_view> line_above() const {
        for (size_t begin = begin_; begin > 0;) {
            const size_t end = begin - 1;
            begin = places_.line_start(end);
            const std::string_view line = text_.substr(begin, end - begin);
            const std::string_view content = trimmed(line);
            if (!content.empty() && content.front() != '#') return {begin, line};
        }
        return {npos, {}};
    }

    size_t map_value() {
        if (byte_ == 0) return error(0, 1, message::yaml_unexpected_colon, {}, message::yaml_hint_quote_any);
        if (line_.substr(0, byte_ - begin_).find(": ") != npos) {
            with_quote(out_.error(places_.at(byte_), message::yaml_two_colons).hint(message::yaml_hint_quote_any));
            return byte_;
        }
        const auto [above, line] = line_above();
        const bool quoted_key = (text_[byte_ - 1] == '"' || text_[byte_ - 1] == '\'') &&
                                line_[indent_] != text_[byte_ - 1];
        if (above != npos && stop_.long_quote == npos && !quoted_key) {
            const size_t indent = line.find_first_not_of(" \t");
            if (!has_colon(line) && !trimmed(line).starts_with('-') && indent == indent_)
                return missing_colon(above + indent, trimmed(line));
            if (indent != indent_) return indentation();
        }
        with_quote(out_.error(places_.at(byte_), message::yaml_unexpected_colon).hint(message::yaml_hint_quote_any));
        return byte_;
    }

    size_t missing_colon(size_t begin, std::string_view key) {
        auto& d = out_.error(places_.at(begin, begin + key.size()), message::yaml_missing_colon, {shortened(key)});
        hint_missing_colon(d, key);
        return begin;
    }

    size_t indentation() {
        const size_t begin = begin_ + indent_;
        const SourcePos pos = places_.at(begin);
        auto& d = out_.error(pos, message::yaml_indentation, {std::to_string(pos.column)});
        with_quote(d.hint(message::yaml_hint_indentation));
        if (stop_.block_text != npos) d.see(places_.at(stop_.block_text), message::yaml_block_text_here);
        return begin;
    }

    size_t block_end() {
        const bool first = byte_ == begin_ + indent_;
        const std::string_view rest = trimmed(line_.substr(std::min(byte_ - begin_, line_.size())));
        if (first && (rest == "-" || rest.starts_with("- ")))
            return error(byte_, byte_ + 1, message::yaml_list_item_misplaced, {}, message::yaml_hint_list);
        if (first && (has_colon(rest) || stop_.block_text != npos)) return indentation();
        if (first && rest.starts_with('-'))
            return error(byte_, byte_ + 1, message::yaml_list_item_misplaced, {}, message::yaml_hint_dash_space);
        if (first && !rest.empty()) return missing_colon(byte_, rest);
        with_quote(
            out_.error(places_.at(byte_), message::yaml_text_after_value, {word()}).hint(message::yaml_hint_quote_any));
        return byte_;
    }

    /// The parser ran to the end inside quotes: find where they opened.
    size_t unclosed_quote() {
        for (size_t i = stop_.read_to; i < std::min(byte_, text_.size()); ++i) {
            const char before = i == 0 ? ' ' : text_[i - 1];
            const bool token = std::string_view(" \t\n[{,:").find(before) != npos;
            if (token && text_[i] == '#')
                i = std::min(text_.find('\n', i), text_.size());
            else if (token && (text_[i] == '"' || text_[i] == '\'')) {
                const size_t end = quoted_end(text_, i);
                if (end == npos || end > byte_) {
                    const std::string quote(1, text_[i]);
                    out_.error(places_.at(i), message::yaml_unclosed_quote, {quote})
                        .hint(message::yaml_hint_close, {quote});
                    return i;
                }
                i = end - 1;
            }
        }
        out_.error(places_.at(byte_), message::yaml_syntax, {std::string(stop_.reason)});
        return byte_;
    }

    /// Does the parser speak of an alias, anchor or tag? Its mark stands on the sign or inside the name.
    bool names(char sign) {
        const char* what = sign == '*' ? "alias" : sign == '&' ? "anchor" : "tag";
        const bool speaks = stop_.reason.find(what) != npos || (sign == '!' && stop_.reason.find("TAG") != npos);
        if (at() != sign && !speaks) return false;
        name_ = byte_;
        while (name_ > begin_ && (name_ >= text_.size() || text_[name_] != sign)) --name_;
        if (name_ >= text_.size() || text_[name_] != sign) name_ = npos;
        return name_ != npos;
    }

    std::string name() const {
        const size_t end = text_.find_first_of(" \t\r\n,]}", name_);
        return shortened(text_.substr(name_ + 1, end == npos ? npos : end - name_ - 1));
    }

    const Places& places_;
    const YamlStop& stop_;
    Diagnostics& out_;
    std::string_view text_, line_;
    size_t byte_, begin_ = 0, indent_ = 0, name_ = npos;
};

} // namespace

std::string shortened(std::string_view text) {
    constexpr size_t longest = 30;
    text = text.substr(0, text.find_first_of("\r\n"));
    size_t n = 0;
    for (size_t i = 0; i < text.size(); ++i)
        if (!is_continuation(text[i]) && ++n > longest) return std::string(text.substr(0, i)) + "...";
    return std::string(text);
}

void hint_missing_colon(Diagnostic& d, std::string_view text) {
    const size_t colon = text.find(':');
    if (text.find(wide_colon) != npos)
        d.hint(message::yaml_hint_full_width, {std::string(wide_colon), ": "});
    else if (colon != npos && colon > 0 && colon + 1 < text.size() && text[colon + 1] != ' ')
        d.hint(message::yaml_hint_colon_space);
    else
        d.hint(message::yaml_hint_colon);
}

size_t explain_yaml_error(const Places& places, const YamlStop& stop, Diagnostics& diagnostics) {
    return Explanation(places, stop, diagnostics).write();
}

} // namespace viresco::text
