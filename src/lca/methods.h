#pragma once
#include "base/diagnostic.h"
#include "lca/database.h"
#include "lca/report.h"
#include <string>

namespace viresco::lca {

/// Reads impact methods from a folder in the layout of openLCA's reference data: lcia_factors.zip (or a folder
/// lcia_factors/) with one CSV per category (LCIA category; Flow; Flow property; Flow unit; Location; Factor), beside
/// lcia_categories.csv, lcia_methods.csv, lcia_method_categories.csv, lcia_method_nw_sets.csv, locations.csv and the
/// units. Only categories with factors are taken. A flow map (CSV or zip of one; `;`: source id, target id, factor)
/// is added to Database::aliases: amount of the source x factor = amount of the target.
/// Returns false, with errors, if something cannot be read; `into` is then unchanged. `sources`: where the places of the
/// errors live; without it they have none.
/// Source: repository GreenDelta/data, folder refdata/ (CC BY-SA 4.0; read, not shipped).
bool read_reference_data(const std::string& folder, const std::string& flow_map, Database& into, ImportReport&,
                         Diagnostics&, SourceStore* sources = nullptr);

} // namespace viresco::lca
