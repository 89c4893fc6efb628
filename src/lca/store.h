#pragma once
#include "base/diagnostic.h"
#include "lca/database.h"
#include <string>

namespace viresco::lca {

/// Writes the database as one file (SQLite: table `meta`, table `part` with one compact blob per kind of entity), beside
/// `path` first and then put in its place: a reader sees the old file or the new one, never half of either.
/// Throws ConfigError if the file cannot be written.
void save(const Database&, const std::string& path);

/// Reads it back, positions by id included. False after an error: no file, no database of Viresco, of a newer schema,
/// damaged (every part carries its checksum); `into` is then unchanged.
bool load(const std::string& path, Database& into, Diagnostics&);

/// Names the content: 16 hexadecimal digits, equal for equal databases whenever and wherever they were written. Read
/// from the file without loading it; empty if it is no database.
std::string content_hash(const std::string& path);

} // namespace viresco::lca
