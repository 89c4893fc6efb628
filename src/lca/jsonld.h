#pragma once
#include "base/diagnostic.h"
#include "lca/database.h"
#include "lca/report.h"
#include <string>

namespace viresco::lca {

class Archive;

/// Reads an openLCA JSON-LD package (zip or folder), schema generations 1.x (`input`, `quantitativeReference`) and
/// 2.x (`isInput`, `isQuantitativeReference`), and adds it to `into`. Entities with an id that is already there are
/// replaced (processes, categories) or kept (units, properties, flows, locations) and counted.
/// Returns false, with errors, if something cannot be read; `into` is then unchanged.
/// Source: GreenDelta/olca-schema (CC0), yaml/ and CHANGES.md.
bool read_jsonld(Archive&, Database& into, ImportReport&, Diagnostics&);

/// Writes schema 2.x as a zip at `path`. Not written: decisions and flow maps (they are no part of the format). Throws
/// ConfigError when the file cannot be written.
void write_jsonld(const Database&, const std::string& path);

} // namespace viresco::lca
