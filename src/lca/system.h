#pragma once
#include "lca/database.h"
#include <span>

namespace viresco::lca {

/// Where an entry of a matrix comes from, for sampling and for explanation.
struct Origin {
    int process = -1, exchange = -1; ///< of the Database; -1: not an exchange
    double factor = 1;               ///< entry = factor x amount of the exchange (sign, unit, allocation)
};

/// An entry of A or B whose part of the exchange (allocation) is given by formulas: entry = factor x amount x the sum
/// of these shares.
struct SharedEntry {
    bool intervention = false; ///< of B; else of A without its diagonal
    int entry = -1, process = -1;
    double factor = 1, amount = 0; ///< sign and unit; amount of the exchange as linked
    std::vector<int> shares;       ///< into Process::allocation
};

/// Where an entry of C comes from: entry = conversion x value of the factor.
struct FactorOrigin {
    int category = -1, factor = -1;
    double conversion = 1;
};

/// Compressed sparse columns. Several entries of a column may share a row: they add up.
struct Columns {
    int rows = 0;
    std::vector<int> start; ///< size columns + 1
    std::vector<int> row;
    std::vector<double> value;
    int columns() const { return static_cast<int>(start.size()) - 1; }
    int entries() const { return static_cast<int>(row.size()); }
    std::span<const int> rows_of(int column) const {
        return std::span(row).subspan(
            static_cast<size_t>(start[static_cast<size_t>(column)]),
            static_cast<size_t>(start[static_cast<size_t>(column) + 1] - start[static_cast<size_t>(column)]));
    }
};

/// One column: a process seen as the maker of one of its products (or the treatment of one of its wastes).
struct Activity {
    int process = -1, flow = -1;
};

/// The linked system. Supply s solves A s = f (f: demand per product); inventory g = B s; scores h = C g.
/// Row i of A is the product of activity i: A is square, outputs positive, inputs negative.
struct System {
    std::vector<Activity> activities;
    std::vector<int> flows;       ///< rows of B: elementary flows (position in Database::flows)
    std::vector<int> locations;   ///< of each row of B, where factors are regional; -1: anywhere
    std::vector<int> categories;  ///< rows of C
    std::vector<double> diagonal; ///< A(i, i), never 0
    std::vector<Origin> diagonal_origin;
    Columns technosphere;                    ///< A without its diagonal: n x n
    std::vector<Origin> technosphere_origin; ///< one per entry
    Columns intervention;                    ///< B: flows x n
    std::vector<Origin> intervention_origin;
    Columns characterisation;                                ///< C by flow: categories x flows
    std::vector<Distribution> characterisation_distribution; ///< empty, or one per entry
    // For sampling through formulas.
    bool formulas = false; ///< amounts, shares and factors are what their formulas give (linking by the file)
    std::vector<SharedEntry> shared;
    std::vector<FactorOrigin> characterisation_origin; ///< empty where no factor has a formula, or one per entry
};

} // namespace viresco::lca
