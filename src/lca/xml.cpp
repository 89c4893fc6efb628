#include "lca/xml.h"
#include "base/messages/lca_fmt.h"
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

namespace viresco::lca {

bool XmlFile::load(Diagnostics& diagnostics) {
    if (!archive_.read(name_, text_, diagnostics)) return false;
    const pugi::xml_parse_result result = document_.load_buffer(text_.data(), text_.size());
    if (result) return true;
    source_ = &archive_.source(name_, std::move(text_));
    SourcePos pos{source_, 1, 1, 1};
    const auto offset = static_cast<size_t>(std::max<ptrdiff_t>(result.offset, 0));
    const std::string_view before = std::string_view(source_->text).substr(0, std::min(offset, source_->text.size()));
    pos.line += static_cast<int>(std::count(before.begin(), before.end(), '\n'));
    diagnostics.error(pos, message::xml_malformed, {name_, result.description()}).hint(message::archive_hint_again);
    return false;
}

SourcePos XmlFile::at(const pugi::xml_node& node) {
    if (!source_) source_ = &archive_.source(name_, text_);
    SourcePos pos{source_, 0, 1, 1};
    const ptrdiff_t offset = node.offset_debug();
    if (offset < 0 || static_cast<size_t>(offset) > text_.size()) return pos;
    const std::string_view before = std::string_view(text_).substr(0, static_cast<size_t>(offset));
    pos.line = 1 + static_cast<int>(std::count(before.begin(), before.end(), '\n'));
    const size_t line = before.rfind('\n');
    pos.column = static_cast<int>(line == std::string_view::npos ? before.size() + 1 : before.size() - line);
    pos.length = static_cast<int>(std::strlen(node.name()));
    return pos;
}

double XmlFile::number(const pugi::xml_node& node, const char* attribute, const std::string& entity,
                       Diagnostics& diagnostics, double fallback) {
    std::string_view given = node.attribute(attribute).value();
    while (!given.empty() && given.front() == ' ') given.remove_prefix(1);
    while (!given.empty() && given.back() == ' ') given.remove_suffix(1);
    if (given.empty() && !std::isnan(fallback)) return fallback;
    const std::string_view digits = given.starts_with('+') ? given.substr(1) : given;
    double x = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), x);
    if (error == std::errc() && end == digits.data() + digits.size() && std::isfinite(x)) return x;
    Diagnostic& d = diagnostics.error(at(node), message::xml_not_a_number, {entity, attribute, std::string(given)});
    if (given.find(',') != std::string_view::npos) d.hint(message::xml_hint_point);
    return std::nan("");
}

} // namespace viresco::lca
