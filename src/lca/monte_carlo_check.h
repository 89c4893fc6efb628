#pragma once
#include "base/diagnostic.h"
#include "lca/database.h"
#include <span>
#include <vector>

namespace viresco::lca {

/// One uncertainty that cannot be drawn from, or is doubtful, with where it stands.
struct UncertaintyFault {
    Severity severity = Severity::error;
    int process = -1, exchange = -1; ///< of the database; -1: a factor
    int category = -1, factor = -1;
    Message text, hint; ///< names process and exchange
};

/// Every invalid uncertainty of the database (sigma not above 0, lognormal with amount 0, minimum above maximum, mode
/// outside, numbers that are none, pedigree scores above 5), before anything is drawn. Doubtful ones are warnings:
/// a reference amount that may be drawn near 0.
/// `processes`: one mark per process to look at; empty: all of them.
std::vector<UncertaintyFault> check_uncertainties(const Database&, std::span<const char> processes = {});

/// The same as diagnostics; false if there is an error.
bool check_uncertainties(const Database&, Diagnostics&);

} // namespace viresco::lca
