#include "text/check.h"
#include "base/messages/text.h"
#include <algorithm>

namespace viresco::text {

bool check_keys(const Node& map, const std::vector<std::string>& known, Diagnostics& diagnostics) {
    bool good = true;
    for (const auto& entry : map.entries()) {
        if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
        auto& d = diagnostics.error(entry.key_pos, message::unknown_key, {entry.key});
        suggest(d, entry.key, known);
        good = false;
        if (!d.hints.empty()) continue;
        std::string list;
        for (const std::string& k : known) list += (list.empty() ? "" : ", ") + k;
        d.hint(message::known_keys, {list});
    }
    return good;
}

std::string scalar_of(const Node& map, const char* key, Diagnostics& diagnostics) {
    const Node* node = map.find(key);
    if (!node) return {};
    if (!node->is_scalar()) {
        diagnostics.error(node->pos(), message::expected_text, {key});
        return {};
    }
    return node->scalar();
}

bool expect_map(const Node& node, const std::string& what, Diagnostics& diagnostics) {
    if (node.is_map()) return true;
    diagnostics.error(node.pos(), message::expected_map, {what});
    return false;
}

} // namespace viresco::text
