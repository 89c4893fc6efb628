#pragma once
#include "base/diagnostic.h"
#include "lca/database.h"
#include "lca/report.h"
#include <string>

namespace viresco::lca {

class Archive;

/// Reads a Brightway bw_processing datapackage (datapackage.json and .npy files): technosphere, biosphere,
/// characterization, normalization and weighting matrices, distributions and flip flags.
///
/// Such packages hold numbers only: entity ids are those numbers in decimal, with a prefix for what they are
/// ("activity 5", "product 5", "flow 9"; a category is named by its identifier or its group); names come from a file
/// NAME_mapping.json beside the package ([["name", number], ..]) or from mapping.json inside (write_datapackage). An
/// activity's reference is the entry with row == column, else its first positive one; what else it makes (a positive
/// entry) is a negative input, so that the matrix is the same in either linking.
/// Of arrays (samples side by side) the first column counts, and the report says so. Several packages imported
/// into one database join by their numbers. Resources in parquet are refused by name.
/// Returns false, with errors, if something cannot be read; `into` is then unchanged.
/// Source: fixtures of brightway2-calc; names of fields as found there, distribution numbers of stats_arrays (2 lognormal,
/// 3 normal, 4 uniform, 5 triangular; 0 undefined, 1 no uncertainty).
bool read_datapackage(Archive&, Database& into, ImportReport&, Diagnostics&);

/// Writes the database, linked as `linking` says ("file", "plain" or empty: as the database says), as a datapackage (zip)
/// with a mapping of numbers to names, ids and units inside. Throws ConfigError when the file cannot be written.
void write_datapackage(const Database&, const std::string& linking, const std::string& path);

} // namespace viresco::lca
