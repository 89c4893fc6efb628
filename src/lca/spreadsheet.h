#pragma once
#include "base/diagnostic.h"
#include "lca/database.h"
#include "lca/report.h"

namespace viresco::lca {

class Archive;

/// Reads own inventories from a table (CSV saved by any spreadsheet program; comma or semicolon; UTF-8). One row per
/// exchange; the rows of a process stand together or apart. Errors point at the cell.
///
///     process    process name, or an id: as in other databases (required)
///     flow       flow name or id (required)
///     kind       product | co-product | input | avoided | emission | resource | waste | treatment (required)
///                product: what the process makes (its reference); treatment: the waste it treats (its reference);
///                waste: a waste it gives away
///     amount     number (decimal point) or a formula over parameters (required)
///     unit       kg, MJ, kWh, m3, t*km, Item(s), .. or a unit of the database (required)
///     location   of the process (product and treatment rows) or of an emission with regional factors
///     compartment  of emissions and resources, "air/urban"
///     provider   process name or id that supplies an input; empty: by the product
///     allocation share of a product or co-product, 0..1
///     uncertainty  lognormal | normal | triangular | uniform; then columns
///     spread     lognormal: geometric standard deviation; normal: standard deviation
///     minimum, maximum   triangular (mode: amount) and uniform
///     comment    free text
///
/// A row with kind "parameter" defines a parameter of its process (of the database, if that is empty): name in
/// `flow`, value or formula in `amount`, uncertainty as of an exchange. Flows that the database knows by id, or by name and compartment, are used; others
/// are added.
/// Returns false, with errors, if something is wrong; `into` is then unchanged.
bool read_spreadsheet(Archive&, Database& into, ImportReport&, Diagnostics&);

} // namespace viresco::lca
