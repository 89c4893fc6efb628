#pragma once
#include <span>

namespace viresco::numerics {

/// LU factors of a dense n x n matrix, row-major, in place, with partial pivoting by rows.
/// `pivot[k]` is the row swapped with row k. Returns false when a pivot vanishes (below 1e-300) or the
/// matrix holds a value that is not finite; deterministic, no allocation.
bool lu_factor(std::span<double> a, std::span<int> pivot);

/// Solves A x = b in place with the factors of lu_factor.
void lu_solve(std::span<const double> a, std::span<const int> pivot, std::span<double> b);

/// The same for 8 right-hand sides side by side (b: n x 8); every one gets the bits of lu_solve.
void lu_solve_8(std::span<const double> a, std::span<const int> pivot, std::span<double> b);

/// Solves A^T x = b in place.
void lu_solve_transposed(std::span<const double> a, std::span<const int> pivot, std::span<double> b);

} // namespace viresco::numerics
