#pragma once
#include "base/diagnostic.h"
#include "lca/database.h"
#include "lca/report.h"

namespace viresco::lca {

class Archive;

/// Reads SimaPro CSV exports ({processes} and {methods}): encoding Windows-1252 or UTF-8, the separators and the decimal
/// mark its header names (without a header of that kind: tabs or semicolons as the first lines show).
///
/// Blocks Process (products with allocation in per cent, avoided products, inputs, emissions, wastes, parameters),
/// waste treatment, Method (impact categories with substances), Quantities and Units (conversion factors), parameters of
/// database and project. Formulas in amounts are kept, with '^' and a decimal comma made '.'. Suppliers are found by the
/// name of the product, as SimaPro does. Lognormal: the file gives the squared geometric standard deviation, so
/// sigma = ln(g2) / 2; normal: it gives two standard deviations.
/// Returns false, with errors, if something cannot be read; `into` is then unchanged.
/// Source: the files of bw2io's tests and that importer's reading of them; SimaPro's own description unverified.
bool read_simapro(Archive&, Database& into, ImportReport&, Diagnostics&);

} // namespace viresco::lca
