#pragma once
#include "base/diagnostic.h"
#include "lca/database.h"
#include "lca/report.h"
#include <string>
#include <vector>

namespace viresco::lca {

struct ImportOptions {
    std::string linking;            ///< "file" or "plain" (docs/lca.md), kept in the database; empty: as it is there
    std::string flow_map;           ///< of a folder of impact methods: CSV, or a zip of one
    SourceStore* sources = nullptr; ///< where places of errors live; without it diagnostics keep no places
};

/// Reads a file or folder of any known format into the database, on top of what is there: openLCA JSON-LD, openLCA
/// reference data (impact methods), EcoSpold 1, ecoSpold 2, Brightway bw_processing datapackage, SimaPro CSV,
/// Viresco's own CSV (spreadsheet.h). The format is told by the content, not by the name; report.counts gets
/// "format: NAME". Returns false, with errors that name file and entity, and then changes nothing.
bool import_file(const std::string& path, Database& into, const ImportOptions&, ImportReport&, Diagnostics&);

/// Decisions on exchanges that no file links, as CSV: process, flow, provider (ids; an empty process: all; provider "-":
/// cut off on purpose; an empty provider: undecided), then columns for the reader that are not read back.
bool read_decisions(const std::string& path, Database& into, SourceStore&, Diagnostics&);
/// Writes what is decided and, with the first candidate in a column of its own, what is not: the unlinked inputs that
/// `findings` names (kinds "unlinked_input", "unlinked_waste").
void write_decisions(const Database&, const std::vector<Finding>& findings, const std::string& path);

} // namespace viresco::lca
