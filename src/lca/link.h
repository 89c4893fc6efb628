#pragma once
#include "base/diagnostic.h"
#include "lca/report.h"
#include "lca/system.h"
#include <string>

namespace viresco::lca {

struct LinkOptions {
    /// "file": default providers, allocation, avoided products, waste treatment, formulas, regional factors, as
    /// the file says. "plain": one column per process, no allocation, avoided products ignored, ties by the
    /// smallest id, amounts as stored. Empty: Database::linking. (docs/lca.md)
    std::string linking;
};

/// Builds the matrices of a database; every category of the database is a row of the characterisation matrix, in
/// their order. Amounts are in the reference unit of the unit group of the flow's reference property.
///
/// Inputs from nature count with a positive sign in the intervention matrix, as in openLCA's factors for resources.
/// An input without a provider is cut off and listed in the report with ranked candidates; Database::decisions
/// settle it. A database whose formulas are wrong or circular is an error; the System is then empty.
System link(const Database&, const LinkOptions&, LinkReport&, Diagnostics&);

/// Column that makes (or treats) `flow` of a process, -1: none. flow -1: the reference of the process.
int find_activity(const Database&, const System&, int process, int flow = -1);

} // namespace viresco::lca
