#pragma once
#include "lca/solver_blocks.h"
#include <memory>
#include <span>

namespace viresco::lca {

/// Sparse LU factors of one block of a Rows (KLU). What is factorised are the rows taken as columns, the transpose:
/// widely used products are dense rows of A, and as columns they hardly fill in (docs/lca.md).
class BlockLu {
public:
    struct Failure {
        enum class Kind { none, singular, too_large } kind = Kind::none;
        int row = -1;       ///< of the Rows: where no pivot is left
        double numbers = 0; ///< estimated size of the factors
    };

    /// Factorises rows block_start[block] .. of `rows`, with at most `fill_budget` numbers in the factors.
    BlockLu(const Rows& rows, int block, double fill_budget);
    ~BlockLu();
    BlockLu(BlockLu&&) noexcept;
    BlockLu& operator=(BlockLu&&) noexcept;

    const Failure& failure() const { return failure_; }
    /// P x = b in place (block-local), with the block's own part of P.
    void solve(std::span<double> x) const;
    /// P^T x = b in place.
    void solve_transposed(std::span<double> x) const;

private:
    struct Factors;
    std::unique_ptr<Factors> factors_;
    Failure failure_;
};

} // namespace viresco::lca
