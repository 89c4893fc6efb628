#include "text/node.h"
#include "text/places.h"
#include <algorithm>
#include <tuple>

namespace viresco::text {

SourcePos Node::position(size_t offset, size_t length) const {
    offset = std::min(offset, scalar_.size());
    while (offset > 0 && offset < scalar_.size() && is_continuation(scalar_[offset])) --offset;
    const auto next = std::upper_bound(anchors_.begin(), anchors_.end(), offset,
                                       [](size_t at, const auto& anchor) { return at < anchor.first; });
    size_t from = 0;
    SourcePos pos = pos_;
    if (next != anchors_.begin()) std::tie(from, pos) = *(next - 1);
    pos.column += static_cast<int>(count_points(std::string_view(scalar_).substr(from, offset - from)));
    pos.length = static_cast<int>(std::max<size_t>(1, length));
    return pos;
}

std::span<const Node> Node::items() const { return items_; }

std::span<const Node::Entry> Node::entries() const { return entries_; }

const Node* Node::find(std::string_view key) const {
    const auto entry = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.key == key; });
    return entry == entries_.end() ? nullptr : &entry->value;
}

Node Node::of(std::string scalar, SourcePos pos) {
    Node n;
    n.kind_ = Kind::scalar;
    n.pos_ = pos;
    n.anchors_ = {{0, pos}};
    n.scalar_ = std::move(scalar);
    return n;
}

Node Node::of(std::vector<Node> items, SourcePos pos) {
    Node n;
    n.kind_ = Kind::sequence;
    n.pos_ = pos;
    n.items_ = std::move(items);
    return n;
}

Node Node::of(std::vector<Entry> entries, SourcePos pos) {
    Node n;
    n.kind_ = Kind::map;
    n.pos_ = pos;
    n.entries_ = std::move(entries);
    return n;
}

} // namespace viresco::text
