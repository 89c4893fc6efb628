#pragma once
#include "base/diagnostic.h"
#include "lca/database.h"
#include "lca/report.h"

namespace viresco::lca {

class Archive;

/// Reads ecoSpold 2 (.spold files, one activity each; a file with several datasets too): activities, exchanges with
/// formulas, variables and parameters, activity links, uncertainties with pedigree.
///
/// A process is an activity with one reference product: its id is that of the activity, with the product's id where an
/// activity has several files. Flows keep their ids. An activity link names the supplier by its activity id; links to
/// activities outside the package are counted and left to linking. An input with a negative amount is a waste that
/// is treated (as ecoinvent writes them) and is kept as it is: A s = f holds with both signs. Lognormal: mu and
/// sqrt(varianceWithPedigreeUncertainty); the pedigree is kept beside sqrt(variance).
/// Returns false, with errors, if something cannot be read; `into` is then unchanged.
/// Source: element and attribute names as found in the files of bw2io's tests; EcoSpold 2 schema unverified.
bool read_ecospold2(Archive&, Database& into, ImportReport&, Diagnostics&);

} // namespace viresco::lca
