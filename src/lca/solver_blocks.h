#pragma once
#include "lca/solver_order.h"
#include <functional>
#include <span>
#include <vector>

namespace viresco::lca {

/// How a system was solved: the strongest method that any of its loops needed.
enum class SolveMethod { substitution, gauss_seidel, bicgstab, lu };
const char* to_string(SolveMethod);

/// A system P x = b, each row an equation for its own x: d_i x_i = b_i - sum_k value_k x_column_k.
/// Rows and columns are positions of an Order (A) or the reverse of it (A transposed).
struct Rows {
    std::vector<int> start, column;
    std::vector<double> value;
    std::vector<int> entry;                ///< of the technosphere matrix, per value
    std::vector<double> diagonal, inverse; ///< own use of the product included; 1 / diagonal
    std::vector<int> own_entry, own_row;   ///< technosphere entries on the diagonal, and their rows
    std::vector<int> block_start;

    int size() const { return static_cast<int>(diagonal.size()); }
    int blocks() const { return static_cast<int>(block_start.size()) - 1; }
    void set_inverse();
};

/// A in the order given: row = product at its position.
Rows forward_rows(const System&, const Order&);
/// A transposed, in the reverse order: row = activity at position n - 1 - row.
Rows adjoint_rows(const System&, const Order&);

struct BlockOptions {
    double tolerance = 1e-13; ///< relative change of every component, or of the weighted sum of changes
    int max_sweeps = 150;     ///< Gauss-Seidel gives way to BiCGSTAB when more are expected
    int max_steps = 300;      ///< of BiCGSTAB, before LU
    /// If given (one per row): the iteration stops when sum(weight |error|) is estimated below the tolerance.
    std::span<const double> weight;
};

struct BlockStatistics {
    SolveMethod method = SolveMethod::substitution;
    int sweeps = 0; ///< largest number of sweeps or BiCGSTAB steps in a block
};

/// Solves a block exactly where the iterations give up: x of the block from the right-hand side `b` (block-local).
using BlockFallback = std::function<void(int block, std::span<const double> b, std::span<double> x)>;

/// Solves P x = b, block by block; x holds the first guess. The fallback may throw.
BlockStatistics solve_blocks(const Rows&, std::span<const double> b, std::span<double> x, const BlockOptions&,
                             const BlockFallback&);

} // namespace viresco::lca
