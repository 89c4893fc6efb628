#pragma once
#include "matter/component.h"
#include <memory>
#include <utility>
#include <vector>

namespace viresco::lca {

/// The inventory database behind a background file: its items get their factors from processes, by one adjoint solve
/// per impact, so that a plant's footprint is a sum of products whatever the size of the database.
///
///     database: grid.db                # made by `viresco lca import`, or any file or folder that it reads
///                                      # or a list: [inventory.csv, ../../models/methods]
///     impacts: {gwp100: {category: <id or name>, unit: kgCO2e}}
///     items: {electricity: {unit: kWh, process: <id or name>}}
class BackgroundDatabase {
public:
    /// Errors at their places; a database with errors gives no factors.
    static std::unique_ptr<BackgroundDatabase> open(const text::Node& file, SourceStore&, Diagnostics&);
    ~BackgroundDatabase();

    /// Impacts of one `unit` of what the process makes, by name, with their source.
    std::vector<std::pair<std::string, matter::Datum>> factors(const text::Node& process, const units::Unit& unit,
                                                               Diagnostics&) const;

    /// False where an impact rests on factors that nobody compared with the official text.
    bool verified() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace viresco::lca
