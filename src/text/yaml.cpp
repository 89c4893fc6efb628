#include "base/messages/text.h"
#include "text/encoding.h"
#include "text/node.h"
#include "text/scalar.h"
#include "text/yaml_errors.h"
#include <algorithm>
#include <istream>
#include <streambuf>
#include <unordered_map>
#include <utility>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

namespace viresco::text {
namespace {

constexpr size_t npos = std::string_view::npos;

/// Stands for a '?' that begins a value. YAML 1.2 takes `{O2: ?, NH3: ?}` as text, yaml-cpp 0.7 as the
/// sign of a complex key. The character cannot occur in the input (check_encoding, control_escape).
constexpr char question_mark = '\x01';

/// The text for yaml-cpp, byte for byte as long as the source: every '?' that no text follows after
/// blanks (which alone makes a complex key) is replaced.
std::string hide_question_marks(std::string text) {
    for (size_t i = text.find('?'); i != npos; i = text.find('?', i + 1)) {
        const size_t next = text.find_first_not_of(" \t", i + 1);
        const bool value = next == i + 1 || next == npos || std::string_view(",]}#\n").find(text[next]) != npos;
        if (value) text[i] = question_mark;
    }
    return text;
}

/// A stream over text that is already in memory.
struct TextBuffer : std::streambuf {
    explicit TextBuffer(std::string& text) { setg(text.data(), text.data(), text.data() + text.size()); }
};

/// Reading ends after so many errors; a person would not read more.
constexpr size_t max_findings = 200;

/// Thrown through the parser when reading on makes no sense; the error is already noted.
struct Stop {};

} // namespace

/// Builds the tree from the parser's events and finds what YAML allows but Viresco does not.
class Builder : public YAML::EventHandler {
public:
    Builder(const Places& places, const YamlLimits& limits)
        : places_(places), text_(places.file().text), limits_(limits) {
        bom_ = text_.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
    }

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (++n_documents_ == 1) return;
        const size_t at = byte(mark);
        const std::string_view line = text_.substr(places_.line_start(at));
        const bool closed = text_.substr(0, at).find("\n...", read_to_) != npos;
        if (closed || line.starts_with("---") || line.starts_with("...")) {
            error(at, at, message::yaml_several_documents).hint(message::yaml_hint_one_document);
        } else { // yaml-cpp takes what does not fit below a list for a new document
            syntax_error("end of map not found", at);
        }
        throw Stop{};
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
        const size_t at = byte(mark);
        const size_t end = null_end(at);
        if (!end && at_key()) {
            error(at, at, message::yaml_key_empty).hint(message::yaml_hint_plain_key);
        } else if (!end && at < text_.size() && text_[at] == ',' && !frames_.empty() && !frames_.back().is_map()) {
            error(at, at, message::yaml_empty_entry).hint(message::yaml_hint_empty_entry);
        }
        Node node;
        const size_t place = end ? at : frames_.empty() || frames_.back().is_map() ? read_to_ : find_dash(read_to_, at);
        node.pos_ = places_.at(place, end);
        read_to_ = end ? end : std::min(place + 1, std::max(at, read_to_));
        add(std::move(node), at, std::max(end, at));
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        const size_t at = byte(mark);
        error(at, at, message::yaml_alias, {name(at)}).hint(message::yaml_hint_quote_any);
        read_to_ = at + 1;
        add(Node(), at, at + 1);
    }

    void OnAnchor(const YAML::Mark& mark, const std::string& name) override {
        const size_t at = byte(mark);
        error(at, at, message::yaml_anchor, {shortened(name)}).hint(message::yaml_hint_quote_any);
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, const std::string& value) override {
        const size_t at = byte(mark);
        Node node;
        node.kind_ = Node::Kind::scalar;
        node.scalar_ = value;
        std::replace(node.scalar_.begin(), node.scalar_.end(), question_mark, '?');
        const bool tagged = has_tag(at, tag) || (at < text_.size() && text_[at] == '&');
        size_t end = at;
        if (!tagged) {
            const ScalarLayout layout = lay_out_scalar(text_, at, node.scalar_, parent_indent());
            if (layout.end == npos) {
                const std::string quote(1, text_[at]);
                error(at, at, message::yaml_unclosed_quote, {quote}).hint(message::yaml_hint_close, {quote});
                throw Stop{};
            }
            end = layout.end;
            check_scalar(at, layout);
            node.quoted_ = at < end && (text_[at] == '"' || text_[at] == '\'');
            for (const auto& [offset, place] : layout.anchors) node.anchors_.emplace_back(offset, places_.at(place));
        }
        check_indentation(at);
        const bool one_line = text_.substr(at, end - at).find('\n') == npos;
        node.pos_ = places_.at(at, one_line ? end : at);
        if (node.quoted_ && !one_line) long_quote_ = at;
        block_text_ = !tagged && end > at && (text_[at] == '|' || text_[at] == '>') ? at : npos;
        read_to_ = std::max(end, at);
        add(std::move(node), at, end);
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                         YAML::EmitterStyle::value) override {
        open(Node::Kind::sequence, byte(mark), tag);
    }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                    YAML::EmitterStyle::value) override {
        open(Node::Kind::map, byte(mark), tag);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapEnd() override { close(); }

    /// Notes the parser's own error, which ends the reading. What was found inside a bracket that is
    /// never closed is not to be believed.
    void syntax_error(std::string_view reason, size_t at) {
        YamlStop stop{reason, std::min(at, text_.size()), npos, long_quote_, block_text_, read_to_};
        for (auto frame = frames_.rbegin(); frame != frames_.rend() && stop.bracket == npos; ++frame)
            if (is_bracket(frame->at)) stop.bracket = frame->at;
        Diagnostics found;
        const size_t from = explain_yaml_error(places_, stop, found);
        std::erase_if(findings_, [&](const Finding& f) { return f.at >= from; });
        findings_.push_back({from, std::move(found)});
        sound_ = false;
    }
    void syntax_error(const YAML::Exception& e) { syntax_error(e.msg, e.mark.is_null() ? text_.size() : byte(e.mark)); }

    /// The tree, or null if an error has damaged it. Hands over all findings.
    std::unique_ptr<const Node> finish(Diagnostics& diagnostics) {
        if (sound_ && findings_.empty() && root_.is_null()) {
            diagnostics.error(places_.at(0), message::yaml_empty);
            return nullptr;
        }
        for (const Finding& finding : findings_) diagnostics.append(finding.diagnostics);
        return sound_ ? std::make_unique<const Node>(std::move(root_)) : nullptr;
    }

private:
    struct Frame {
        Node node;
        size_t at;
        bool is_key; // this collection stands where a key is expected
        Node::Entry entry{};
        bool has_key = false;
        bool skip = false;                               // the value of a duplicate or unusable key
        std::unordered_map<std::string, size_t> index{}; // of entries, once there are many
        bool is_map() const { return node.is_map(); }
    };
    struct Finding {
        size_t at;
        Diagnostics diagnostics;
    };

    size_t byte(const YAML::Mark& mark) const {
        return std::min(text_.size(), bom_ + static_cast<size_t>(std::max(0, mark.pos)));
    }

    bool is_bracket(size_t at) const { return at < text_.size() && (text_[at] == '[' || text_[at] == '{'); }

    Diagnostic& error(size_t begin, size_t end, MessageId id, std::vector<std::string> args = {}) {
        if (findings_.size() >= max_findings) {
            sound_ = false;
            throw Stop{};
        }
        if (id != message::yaml_duplicate_key) sound_ = false;
        findings_.push_back({begin, {}});
        return findings_.back().diagnostics.error(places_.at(begin, end), id, std::move(args));
    }

    size_t parent_indent() const {
        return frames_.empty() ? 0 : frames_.back().at - std::max(places_.line_start(frames_.back().at), bom_);
    }

    bool at_key() const { return !frames_.empty() && frames_.back().is_map() && !frames_.back().has_key; }

    std::string name(size_t at) const {
        const size_t end = text_.find_first_of(" \t\r\n,]}", at);
        return shortened(
            text_.substr(std::min(at + 1, text_.size()), end == npos ? npos : end - std::min(end, at + 1)));
    }

    bool has_tag(size_t at, const std::string& tag) {
        const bool plain = tag.empty() || tag == "?" || (tag == "!" && (at >= text_.size() || text_[at] != '!'));
        if (!plain) error(at, at, message::yaml_tag, {name(at)}).hint(message::yaml_hint_quote_any);
        return !plain;
    }

    void count(size_t at) {
        if (++n_nodes_ <= limits_.max_nodes) return;
        error(at, at, message::yaml_too_many_values, {std::to_string(limits_.max_nodes)});
        throw Stop{};
    }

    void check_indentation(size_t at) {
        const size_t begin = places_.line_start(at);
        if (begin == checked_line_) return; // only the first value of a line can stand behind indentation
        checked_line_ = begin;
        const std::string_view blank = text_.substr(begin, at - begin);
        const size_t tab = blank.find('\t');
        if (tab != npos && blank.find_first_not_of(" \t") == npos)
            error(begin + tab, at, message::yaml_tab).hint(message::yaml_hint_tab);
    }

    void check_scalar(size_t at, const ScalarLayout& layout) {
        const char first = at < text_.size() ? text_[at] : '\0';
        if (first == '"') {
            const std::string_view escape = control_escape(text_, at, layout.end);
            if (!escape.empty()) {
                const auto begin = static_cast<size_t>(escape.data() - text_.data());
                error(begin, begin + escape.size(), message::yaml_control_escape, {std::string(escape)})
                    .hint(message::yaml_hint_control_escape);
            }
        } else if (first != '\'' && first != '|' && first != '>') {
            for (const auto& [offset, place] : layout.anchors)
                if (text_.substr(place).starts_with("- "))
                    error(place, place, message::yaml_list_in_text).hint(message::yaml_hint_list_in_text);
        }
    }

    /// The end of an explicit null (~, null) at `at`; 0 if there is none, but the next key "null:", say.
    size_t null_end(size_t at) const {
        const size_t end = std::min(text_.find_first_of(" \t\r\n,]}:", at), text_.size());
        const std::string_view word = text_.substr(at, end - at);
        const bool null = word == "~" || word == "null" || word == "Null" || word == "NULL";
        const bool key = end < text_.size() && text_[end] == ':';
        return null && (!key || at_key()) ? end : 0;
    }

    /// The '-' of the next list item, past comments and closing brackets.
    size_t find_dash(size_t from, size_t to) const {
        for (; from < to; ++from) {
            if (text_[from] == '-') return from;
            if (text_[from] == '#') from = std::min(text_.find('\n', from), text_.size() - 1);
        }
        return to;
    }

    void open(Node::Kind kind, size_t at, const std::string& tag) {
        count(at);
        has_tag(at, tag);
        check_indentation(at);
        if (frames_.size() >= static_cast<size_t>(limits_.max_depth)) {
            // Where brackets are never closed yaml-cpp takes the outermost for a key; depth is the true trouble.
            const auto bracket = std::find_if(frames_.begin(), frames_.end(),
                                              [&](const Frame& f) { return is_bracket(f.at); });
            if (bracket != frames_.end())
                std::erase_if(findings_, [&](const Finding& f) { return f.at >= bracket->at; });
            error(at, at, message::yaml_too_deep, {std::to_string(limits_.max_depth)});
            throw Stop{};
        }
        const bool is_key = at_key();
        if (is_key) error(at, at, message::yaml_key_not_text).hint(message::yaml_hint_plain_key);
        frames_.push_back({Node(), at, is_key});
        frames_.back().node.kind_ = kind;
        frames_.back().node.pos_ = places_.at(at);
        read_to_ = std::max(read_to_, at);
    }

    void close() {
        Frame frame = std::move(frames_.back());
        frames_.pop_back();
        if (frame.is_key) {
            frames_.back().has_key = frames_.back().skip = true;
        } else {
            attach(std::move(frame.node));
        }
    }

    void add(Node node, size_t at, size_t end) {
        count(at);
        if (at_key()) {
            take_key(std::move(node), at, end);
        } else {
            attach(std::move(node));
        }
    }

    void attach(Node node) {
        if (frames_.empty()) {
            root_ = std::move(node);
            return;
        }
        Frame& parent = frames_.back();
        if (!parent.is_map()) {
            parent.node.items_.push_back(std::move(node));
            return;
        }
        parent.has_key = false;
        if (std::exchange(parent.skip, false)) return;
        parent.entry.value = std::move(node);
        parent.node.entries_.push_back(std::move(parent.entry));
        parent.entry = {};
    }

    void take_key(Node node, size_t at, size_t end) {
        Frame& map = frames_.back();
        map.has_key = true;
        if (!node.is_scalar()) {
            if (end > at) error(at, end, message::yaml_key_not_text).hint(message::yaml_hint_plain_key);
            map.skip = true;
            return;
        }
        if (end > at) check_key(at, end);
        map.entry.key = std::move(node.scalar_);
        map.entry.key_pos = node.pos_;
        if (const Node::Entry* first = known(map, map.entry.key)) {
            error(at, end, message::yaml_duplicate_key, {shortened(map.entry.key)})
                .hint(message::yaml_hint_duplicate)
                .see(first->key_pos, message::yaml_first_given_here);
            map.skip = true;
        }
    }

    static const Node::Entry* known(Frame& map, const std::string& key) {
        constexpr size_t few = 12;
        const auto& entries = map.node.entries_;
        if (entries.size() <= few) {
            const auto same = [&](const Node::Entry& e) { return e.key == key; };
            const auto found = std::find_if(entries.begin(), entries.end(), same);
            return found == entries.end() ? nullptr : &*found;
        }
        for (size_t i = map.index.size(); i < entries.size(); ++i) map.index.emplace(entries[i].key, i);
        const auto found = map.index.find(key);
        return found == map.index.end() ? nullptr : &entries[found->second];
    }

    /// yaml-cpp takes `b` alone in a map, `{a, b}` and `a：1` as keys without a value.
    void check_key(size_t at, size_t end) {
        const std::string_view key = text_.substr(at, end - at);
        const size_t before = at == 0 ? npos : text_.find_last_not_of(" \t", at - 1);
        if (before != npos && before + 1 < at && text_[before] == '?') {
            error(before, before + 1, message::yaml_explicit_key).hint(message::yaml_hint_plain_key);
            return;
        }
        for (const std::string_view blank : {std::string_view("\u3000"), std::string_view("\u00A0")})
            if (key.starts_with(blank) || key.ends_with(blank)) {
                error(at, end, message::yaml_key_wide_blank).hint(message::yaml_hint_plain_blank);
                return;
            }
        const size_t colon = text_.find_first_not_of(" \t", end);
        if (colon != npos && text_[colon] == ':') {
            read_to_ = colon + 1;
        } else {
            hint_missing_colon(error(at, end, message::yaml_missing_colon, {shortened(key)}), key);
        }
    }

    const Places& places_;
    std::string_view text_;
    YamlLimits limits_;
    size_t bom_ = 0;
    size_t n_nodes_ = 0;
    int n_documents_ = 0;
    size_t read_to_ = 0;         // byte after what the events so far have covered
    size_t long_quote_ = npos;   // last text in quotes over several lines
    size_t block_text_ = npos;   // the last scalar, if it is a | or > block
    size_t checked_line_ = npos; // last line whose indentation was checked
    bool sound_ = true;
    std::vector<Frame> frames_;
    std::vector<Finding> findings_;
    Node root_;
};

std::unique_ptr<const Node> parse_yaml(const SourceFile& file, Diagnostics& diagnostics, const YamlLimits& limits) {
    if (file.text.size() > limits.max_bytes) {
        const std::string size = std::to_string(file.text.size()), limit = std::to_string(limits.max_bytes);
        diagnostics.error({&file, 0, 0}, message::yaml_too_large, {size, limit});
        return nullptr;
    }
    const Places places(file);
    if (!check_encoding(places, diagnostics)) return nullptr;
    std::string text = hide_question_marks(file.text);
    TextBuffer buffer(text);
    std::istream stream(&buffer);
    Builder builder(places, limits);
    try {
        YAML::Parser parser(stream);
        while (parser.HandleNextDocument(builder)) {
        }
    } catch (const YAML::Exception& e) {
        builder.syntax_error(e);
    } catch (const Stop&) { // the builder knows why
    }
    return builder.finish(diagnostics);
}

} // namespace viresco::text
