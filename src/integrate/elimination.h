#pragma once
#include <span>
#include <vector>

namespace viresco::integrate {

/// Gaussian elimination of one sparsity pattern with its order fixed once: a list of multiply-and-subtract steps that
/// works on one matrix or on eight side by side, with the same bits for each. No pivoting by value: whoever solves has
/// to look at the residual (`backward_error`).
///
/// Layout: filled values and vectors hold W doubles (one per lane) for each entry.
class Elimination {
public:
    /// start, row: compressed columns (n + 1 offsets, rows ascending). size: |typical value| of each entry, or empty;
    /// the rows from n_states on may have zeros on the diagonal and are matched to columns by size.
    Elimination(std::span<const int> start, std::span<const int> row, int n_states, std::span<const double> size);

    /// No order was made: structurally singular, or so much fill that another solver does better.
    bool empty() const { return pivot_.empty(); }
    size_t n_filled() const { return n_filled_; }

    /// Factors in place; inverse: n x W. The filled values begin with those of the pattern, in its order; zeros follow.
    template <int W>
    void factor(double* values, double* inverse) const;
    /// x = A^-1 b; work: n x W. x and b may be the same.
    template <int W>
    void solve(const double* values, const double* inverse, const double* b, double* x, double* work) const;

private:
    bool match(std::span<const int> start, std::span<const int> row, size_t n_states, std::span<const double> size);
    void order(std::span<const int> start, std::span<const int> row);

    size_t n_ = 0, n_filled_ = 0;
    std::vector<int> row_of_column_;                    // the row matched to a column
    std::vector<int> pivot_, row_, column_;             // per step: filled index, row of b, column of x
    std::vector<int> below_begin_, below_;              // per step: entries of its column of L
    std::vector<int> left_begin_, left_, left_step_;    // per step: entries of its row of L, with the steps of columns
    std::vector<int> right_begin_, right_, right_step_; // and of U
    std::vector<int> target_;                           // per step, below, right: the filled index that is updated
};

/// max over rows of |A x - b| / (|A| |x| + |b|) per lane (Oettli, Prager): as small as round-off where x is as good as
/// any. A in compressed columns with W values per entry; residual, bound: n x W.
template <int W>
void backward_error(std::span<const int> start, std::span<const int> row, const double* a, const double* x,
                    const double* b, double* residual, double* bound, double* out);

} // namespace viresco::integrate
