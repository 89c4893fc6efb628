#pragma once
#include "text/node.h"
#include <memory>
#include <string>

namespace viresco::text {

/// A YAML text, its tree and its errors.
struct Reading {
    SourceStore store;
    Diagnostics diagnostics;
    std::unique_ptr<const Node> root;

    explicit Reading(std::string text, const YamlLimits& limits = {}) {
        root = parse_yaml(store.add("case.yaml", std::move(text)), diagnostics, limits);
    }
    const std::string& text() const { return store.files().front().text; }

    /// "line:column id" of error `i`, the form in which tests expect it.
    std::string error(size_t i = 0) const {
        if (i >= diagnostics.all().size()) return "no error";
        const Diagnostic& d = diagnostics.all()[i];
        return std::to_string(d.pos.line) + ":" + std::to_string(d.pos.column) + " " + d.message.name();
    }
    bool hinted(MessageId id, size_t i = 0) const {
        if (i >= diagnostics.all().size()) return false;
        for (const Message& hint : diagnostics.all()[i].hints)
            if (hint.id == id) return true;
        return false;
    }
};

inline std::string place(const SourcePos& pos) { return std::to_string(pos.line) + ":" + std::to_string(pos.column); }

/// Line and column of a byte by plain counting: the ground truth for places.
inline std::string counted_place(const std::string& text, size_t byte) {
    int line = 1, column = 1;
    for (size_t i = 0; i < byte; ++i) {
        if ((static_cast<unsigned char>(text[i]) & 0xC0) == 0x80) continue;
        ++column;
        if (text[i] == '\n') ++line, column = 1;
    }
    return std::to_string(line) + ":" + std::to_string(column);
}

} // namespace viresco::text
