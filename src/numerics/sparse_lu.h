#pragma once
#include <memory>
#include <span>

namespace viresco::numerics {

/// LU factors of a sparse square matrix in compressed columns (KLU): the pattern once, then values many times.
class SparseLu {
public:
    /// start: n + 1 offsets; row: ascending within a column. Both are copied.
    SparseLu(std::span<const int> start, std::span<const int> row);
    ~SparseLu();
    SparseLu(SparseLu&&) noexcept;

    /// Factors these values; the pivots of the last time serve again while they are good. False: singular.
    bool factor(std::span<const double> values);
    /// Solves A x = b in place; transposed: A^T x = b.
    void solve(std::span<double> b) const;
    void solve_transposed(std::span<double> b) const;
    /// Entries of both factors.
    long fill() const;

private:
    struct Klu;
    std::unique_ptr<Klu> klu_;
};

} // namespace viresco::numerics
