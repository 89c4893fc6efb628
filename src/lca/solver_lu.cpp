#include "lca/solver_lu.h"
#include <algorithm>
#include <cstddef>
#include <klu.h>

namespace viresco::lca {

struct BlockLu::Factors {
    klu_common common{};
    klu_symbolic* symbolic = nullptr;
    klu_numeric* numeric = nullptr;

    Factors() { klu_defaults(&common); }
    ~Factors() {
        klu_free_numeric(&numeric, &common);
        klu_free_symbolic(&symbolic, &common);
    }
    Factors(const Factors&) = delete;
    Factors& operator=(const Factors&) = delete;
};

BlockLu::BlockLu(const Rows& rows, int block, double fill_budget) : factors_(std::make_unique<Factors>()) {
    const int first = rows.block_start[static_cast<size_t>(block)];
    const int last = rows.block_start[static_cast<size_t>(block) + 1];
    const int n = last - first;
    std::vector<int> start{0}, row;
    std::vector<double> value;
    std::vector<std::pair<int, double>> column;
    for (int i = first; i < last; ++i) {
        const auto r = static_cast<size_t>(i);
        column.assign(1, {i - first, rows.diagonal[r]});
        for (auto k = static_cast<size_t>(rows.start[r]); k < static_cast<size_t>(rows.start[r + 1]); ++k) {
            const int j = rows.column[k];
            if (j >= first && j < last) column.push_back({j - first, rows.value[k]});
        }
        std::sort(column.begin(), column.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
        for (size_t k = 0; k < column.size(); ++k) { // KLU wants every place once
            if (k > 0 && column[k].first == column[k - 1].first) {
                value.back() += column[k].second;
            } else {
                row.push_back(column[k].first);
                value.push_back(column[k].second);
            }
        }
        start.push_back(static_cast<int>(row.size()));
    }
    klu_common& common = factors_->common;
    factors_->symbolic = klu_analyze(n, start.data(), row.data(), &common);
    if (!factors_->symbolic) {
        failure_ = {Failure::Kind::singular, first, 0};
        return;
    }
    // For blocks that KLU orders by AMD these are its estimates; -1 where it has none.
    failure_.numbers = std::max(factors_->symbolic->lnz, 0.0) + std::max(factors_->symbolic->unz, 0.0);
    if (failure_.numbers > fill_budget) {
        failure_.kind = Failure::Kind::too_large;
        return;
    }
    factors_->numeric = klu_factor(start.data(), row.data(), value.data(), factors_->symbolic, &common);
    const bool factorised = factors_->numeric && common.status == KLU_OK;
    if (factorised) klu_rcond(factors_->symbolic, factors_->numeric, &common);
    if (!factorised || common.rcond < 1e-15) {
        int where = common.singular_col;
        if (factorised || where < 0 || where >= n) where = 0;
        failure_ = {Failure::Kind::singular, first + where, failure_.numbers};
    }
}

BlockLu::~BlockLu() = default;
BlockLu::BlockLu(BlockLu&&) noexcept = default;
BlockLu& BlockLu::operator=(BlockLu&&) noexcept = default;

void BlockLu::solve(std::span<double> x) const {
    klu_tsolve(factors_->symbolic, factors_->numeric, static_cast<int>(x.size()), 1, x.data(), &factors_->common);
}

void BlockLu::solve_transposed(std::span<double> x) const {
    klu_solve(factors_->symbolic, factors_->numeric, static_cast<int>(x.size()), 1, x.data(), &factors_->common);
}

} // namespace viresco::lca
