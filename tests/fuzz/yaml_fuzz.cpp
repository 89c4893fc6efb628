#include "text/node.h"
#include <cstdint>
#include <cstdlib>
#include <string_view>

using viresco::text::Node;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

/// The byte at a place of the file; 0 behind the end of a line.
char at(const viresco::SourcePos& pos) {
    const std::string_view line = pos.file->line(pos.line);
    int column = 0;
    for (const char c : line)
        if ((static_cast<unsigned char>(c) & 0xC0) != 0x80 && ++column == pos.column) return c;
    return '\0';
}

/// Asks for the place of every byte: at the place of a visible character must stand that character,
/// or an escape.
void walk(const Node& node) {
    require(node.pos().line >= 1 && node.pos().column >= 1 && node.pos().length >= 1);
    for (size_t i = 0; i <= node.scalar().size(); ++i) {
        const viresco::SourcePos pos = node.position(i);
        require(pos.line >= node.pos().line && pos.column >= 1);
        const char c = i < node.scalar().size() ? node.scalar()[i] : '\0';
        if (c > ' ') require(at(pos) == c || (node.quoted() && at(pos) == '\\'));
    }
    for (const Node& item : node.items()) walk(item);
    for (const Node::Entry& entry : node.entries()) {
        require(node.find(entry.key) == &entry.value); // no key twice
        walk(entry.value);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    viresco::SourceStore store;
    viresco::Diagnostics diagnostics;
    const auto& file = store.add("fuzz.yaml", std::string(reinterpret_cast<const char*>(data), size));
    const auto root = viresco::text::parse_yaml(file, diagnostics);
    require(root || diagnostics.has_errors());
    if (root) walk(*root);
    (void)diagnostics.text(viresco::Language::zh);
    return 0;
}
