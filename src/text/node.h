#pragma once
#include "base/diagnostic.h"
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace viresco::text {

/// One value of a YAML document with its place. Nodes live as long as their Document.
class Node {
public:
    enum class Kind { null, scalar, sequence, map };
    struct Entry; // key, key_pos, value

    Kind kind() const { return kind_; }
    bool is_null() const { return kind_ == Kind::null; }
    bool is_scalar() const { return kind_ == Kind::scalar; }
    bool is_sequence() const { return kind_ == Kind::sequence; }
    bool is_map() const { return kind_ == Kind::map; }
    /// The place of the value's first character; length is that of a one-line scalar, else 1.
    SourcePos pos() const { return pos_; }

    /// Scalar text (empty unless scalar); quoted scalars are never read as null.
    const std::string& scalar() const { return scalar_; }
    bool quoted() const { return quoted_; }
    /// The place of byte `offset` of scalar(), `length` code points long: right in plain, quoted and
    /// block (| and >) scalars, so that errors inside a formula point at the formula's own character.
    SourcePos position(size_t offset, size_t length = 1) const;

    std::span<const Node> items() const;          // sequence; empty otherwise
    std::span<const Entry> entries() const;       // map, in file order; empty otherwise
    const Node* find(std::string_view key) const; // map entry or nullptr

    /// Values that do not come from YAML, as the cells of a table do: a scalar at its place, a list and a map of such.
    static Node of(std::string scalar, SourcePos pos);
    static Node of(std::vector<Node> items, SourcePos pos);
    static Node of(std::vector<Entry> entries, SourcePos pos);

private:
    friend class Builder;
    Kind kind_ = Kind::null;
    bool quoted_ = false;
    SourcePos pos_;
    std::string scalar_;
    std::vector<std::pair<size_t, SourcePos>> anchors_; // offset in scalar -> place, for position()
    std::vector<Node> items_;
    std::vector<Entry> entries_;
};

struct Node::Entry {
    std::string key;
    SourcePos key_pos;
    Node value;
};

/// Limits against hostile input; exceeding one is an error with its place.
struct YamlLimits {
    size_t max_bytes = 32u << 20;
    int max_depth = 100;
    size_t max_nodes = 4'000'000;
};

/// Reads one YAML document strictly: UTF-8 only (a BOM is allowed, CRLF is allowed), duplicate keys,
/// anchors/aliases/tags, non-scalar keys, several documents, tabs as indentation, empty and binary
/// files are errors with their place. Null on a fatal error (already in `diagnostics`).
std::unique_ptr<const Node> parse_yaml(const SourceFile&, Diagnostics&, const YamlLimits& = {});

/// Reads a file into the store (nullptr and an error when it is missing, unreadable, a folder, too large).
const SourceFile* read_file(SourceStore&, const std::string& path, Diagnostics&, const SourcePos& asked_at = {},
                            size_t max_bytes = YamlLimits{}.max_bytes);

/// Writes a temporary file beside `path`, then renames it: never half a file. Throws ConfigError.
void write_file(const std::string& path, std::string_view content);

} // namespace viresco::text
