#include "base/diagnostic.h"
#include "base/messages/base.h"
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

namespace viresco {
namespace {

constexpr size_t max_errors_shown = 100;

const char* word(Severity severity, Language language) {
    const bool zh = language == Language::zh;
    switch (severity) {
    case Severity::error: return zh ? "错误" : "error";
    case Severity::warning: return zh ? "警告" : "warning";
    case Severity::note: break;
    }
    return zh ? "说明" : "note";
}

/// Code points that take two cells in a terminal: CJK, full-width forms.
bool is_wide(char32_t c) {
    return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) || (c >= 0xAC00 && c <= 0xD7A3) ||
           (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
           (c >= 0x20000 && c <= 0x3FFFD);
}

/// Splits UTF-8 text into code points; a broken byte counts as one.
std::vector<std::pair<char32_t, std::string_view>> code_points(std::string_view text) {
    std::vector<std::pair<char32_t, std::string_view>> out;
    for (size_t i = 0; i < text.size();) {
        const auto b = static_cast<unsigned char>(text[i]);
        size_t n = b < 0x80 ? 1 : (b >> 5) == 6 ? 2 : (b >> 4) == 14 ? 3 : (b >> 3) == 30 ? 4 : 1;
        if (i + n > text.size()) n = 1;
        for (size_t k = 1; k < n; ++k)
            if ((static_cast<unsigned char>(text[i + k]) & 0xC0u) != 0x80u) n = 1;
        if (n == 1 && b >= 0x80) {
            // A broken byte is shown as the replacement character: messages stay valid UTF-8.
            out.emplace_back(0xFFFD, "\xEF\xBF\xBD");
            ++i;
            continue;
        }
        char32_t c = n == 1 ? b : n == 2 ? b & 0x1Fu : n == 3 ? b & 0x0Fu : b & 0x07u;
        for (size_t k = 1; k < n; ++k) c = (c << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3Fu);
        out.emplace_back(c, text.substr(i, n));
        i += n;
    }
    return out;
}

/// A window of the line around the caret and the line of carets below it.
std::string excerpt(const SourcePos& pos) {
    if (!pos.file || pos.line <= 0) return {};
    const std::string_view line = pos.file->line(pos.line);
    if (line.find('\0') != std::string_view::npos) return {}; // a binary file shows nothing a person can read
    const auto points = code_points(line);
    if (points.empty()) return {};
    constexpr int before = 60, width = 110;
    const int n = static_cast<int>(points.size());
    const int column = std::clamp(pos.column, 1, n + 1);
    const int first = std::max(0, column - 1 - before);
    const int last = std::min(n, first + width);
    std::string text = first > 0 ? "..." : "", marks(first > 0 ? 3 : 0, ' ');
    for (int i = first; i < last; ++i) {
        const char32_t c = points[static_cast<size_t>(i)].first;
        const bool control = c < 0x20 || c == 0x7F;
        text += control ? std::string(" ") : std::string(points[static_cast<size_t>(i)].second);
        const char mark = i + 1 < column ? ' ' : i + 1 == column ? '^' : i + 1 < column + pos.length ? '~' : '\0';
        if (mark) marks += std::string(is_wide(c) ? 2 : 1, mark);
    }
    if (last < n) text += "...";
    if (column == n + 1) marks += '^';
    const std::string number = std::to_string(pos.line);
    std::string pad(number.size() < 5 ? 5 - number.size() : 0, ' ');
    return pad + number + " | " + text + "\n" + std::string(pad.size() + number.size(), ' ') + " | " + marks + "\n";
}

size_t edit_distance(const std::string& a, const std::string& b) {
    std::vector<size_t> row(b.size() + 1), previous(b.size() + 1), before;
    for (size_t j = 0; j <= b.size(); ++j) previous[j] = j;
    for (size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({row[j - 1] + 1, previous[j] + 1, previous[j - 1] + (a[i - 1] != b[j - 1])});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before = previous;
        std::swap(row, previous);
    }
    return previous[b.size()];
}

/// The same finding at the same place is told once (a file that several routes or units read).
class Repeats {
public:
    bool seen(const Diagnostic& d) {
        return d.pos.file && !seen_.emplace(d.pos.file, d.pos.line, d.pos.column, d.message.id, d.message.args).second;
    }

private:
    std::set<std::tuple<const SourceFile*, int, int, MessageId, std::vector<std::string>>> seen_;
};

std::string lower(std::string s) {
    for (char& c : s) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c == '-' || c == ' ' ? '_' : c;
    return s;
}

} // namespace

Diagnostic& Diagnostic::hint(MessageId id, std::vector<std::string> args) {
    hints.push_back({id, std::move(args)});
    return *this;
}

Diagnostic& Diagnostic::see(const SourcePos& where, MessageId id, std::vector<std::string> args) {
    related.push_back({where, {id, std::move(args)}});
    return *this;
}

Diagnostic& Diagnostics::error(const SourcePos& pos, MessageId id, std::vector<std::string> args) {
    ++n_errors_;
    items_.push_back({Severity::error, pos, {id, std::move(args)}, {}, {}});
    return items_.back();
}

Diagnostic& Diagnostics::warning(const SourcePos& pos, MessageId id, std::vector<std::string> args) {
    items_.push_back({Severity::warning, pos, {id, std::move(args)}, {}, {}});
    return items_.back();
}

void Diagnostics::add(const Diagnostic& d) {
    if (d.severity == Severity::error) ++n_errors_;
    items_.push_back(d);
}

void Diagnostics::append(const Diagnostics& other) {
    items_.insert(items_.end(), other.items_.begin(), other.items_.end());
    n_errors_ += other.n_errors_;
}

void Diagnostics::throw_if_errors() const {
    if (has_errors()) throw ConfigError(*this);
}

std::string Diagnostics::text(Language language) const {
    std::string out;
    size_t shown = 0;
    Repeats repeats;
    for (const Diagnostic& d : items_) {
        if (repeats.seen(d)) continue;
        if (d.severity == Severity::error && ++shown > max_errors_shown) continue;
        const std::string where = to_string(d.pos);
        out += (where.empty() ? "" : where + ": ") + word(d.severity, language) + ": " + d.message.text(language) +
               "\n";
        out += excerpt(d.pos);
        for (const auto& [pos, message] : d.related)
            out += "  " + (pos ? to_string(pos) + ": " : std::string()) + message.text(language) + "\n";
        for (const Message& hint : d.hints)
            out += std::string(language == Language::zh ? "  提示：" : "  hint: ") + hint.text(language) + "\n";
    }
    if (shown > max_errors_shown)
        out += Message{message::too_many_errors, {std::to_string(shown - max_errors_shown)}}.text(language) + "\n";
    return out;
}

std::string Diagnostics::json(Language language) const {
    auto list = nlohmann::json::array();
    Repeats repeats;
    for (const Diagnostic& d : items_) {
        if (repeats.seen(d)) continue;
        nlohmann::json item{{"severity", word(d.severity, Language::en)},
                            {"id", d.message.name()},
                            {"file", d.pos.file ? d.pos.file->path : ""},
                            {"line", d.pos.line},
                            {"column", d.pos.column},
                            {"message", d.message.text(language)},
                            {"hints", nlohmann::json::array()},
                            {"excerpt", excerpt(d.pos)}};
        for (const Message& hint : d.hints) item["hints"].push_back(hint.text(language));
        list.push_back(std::move(item));
    }
    return list.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

ConfigError::ConfigError(Diagnostics diagnostics)
    : std::runtime_error(diagnostics.text(Language::en)), diagnostics_(std::move(diagnostics)) {}

SolveError::SolveError(Diagnostics diagnostics)
    : std::runtime_error(diagnostics.text(Language::en)), diagnostics_(std::move(diagnostics)) {}

std::vector<std::string> suggestions(const std::string& name, const std::vector<std::string>& known) {
    std::vector<std::pair<size_t, std::string>> scored;
    const std::string wanted = lower(name);
    if (wanted.size() > 64) return {};
    for (const std::string& candidate : known) {
        if (candidate.size() > 64 || candidate == name) continue;
        const std::string have = lower(candidate);
        size_t distance = edit_distance(wanted, have);
        const bool part = wanted.size() >= 3 &&
                          (have.find(wanted) != std::string::npos || wanted.find(have) != std::string::npos) &&
                          have.size() >= 3;
        if (part) distance = std::min<size_t>(distance, 2);
        if (distance <= std::max<size_t>(1, std::min<size_t>(3, wanted.size() / 3 + 1)) || part)
            scored.emplace_back(distance, candidate);
    }
    std::stable_sort(scored.begin(), scored.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<std::string> out;
    for (const auto& [distance, candidate] : scored)
        if (out.size() < 3 && std::find(out.begin(), out.end(), candidate) == out.end()) out.push_back(candidate);
    return out;
}

void suggest(Diagnostic& diagnostic, const std::string& name, const std::vector<std::string>& known) {
    const auto close = suggestions(name, known);
    if (close.empty()) return;
    std::string list;
    for (size_t i = 0; i < close.size(); ++i) list += (i ? ", '" : "'") + close[i] + "'";
    diagnostic.hint(message::did_you_mean, {list});
}

} // namespace viresco
