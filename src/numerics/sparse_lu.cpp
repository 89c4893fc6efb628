#include "numerics/sparse_lu.h"
#include <klu.h>
#include <vector>

namespace viresco::numerics {

struct SparseLu::Klu {
    std::vector<int> start, row;
    klu_common common;
    klu_symbolic* symbolic = nullptr;
    klu_numeric* numeric = nullptr;

    int n() const { return static_cast<int>(start.size()) - 1; }
    void forget() {
        if (numeric) klu_free_numeric(&numeric, &common);
    }
    ~Klu() {
        forget();
        if (symbolic) klu_free_symbolic(&symbolic, &common);
    }
};

SparseLu::SparseLu(std::span<const int> start, std::span<const int> row) : klu_(std::make_unique<Klu>()) {
    klu_->start.assign(start.begin(), start.end());
    klu_->row.assign(row.begin(), row.end());
    klu_defaults(&klu_->common);
    if (klu_->n() > 0) klu_->symbolic = klu_analyze(klu_->n(), klu_->start.data(), klu_->row.data(), &klu_->common);
}
SparseLu::~SparseLu() = default;
SparseLu::SparseLu(SparseLu&&) noexcept = default;

bool SparseLu::factor(std::span<const double> values) {
    Klu& k = *klu_;
    if (k.n() == 0) return true;
    if (!k.symbolic) return false;                // structurally singular
    auto* v = const_cast<double*>(values.data()); // KLU reads it only
    constexpr double poorest = 1e-8;              // reciprocal condition below which pivots are chosen anew
    if (k.numeric && klu_refactor(k.start.data(), k.row.data(), v, k.symbolic, k.numeric, &k.common) &&
        klu_rcond(k.symbolic, k.numeric, &k.common) && k.common.rcond > poorest)
        return true;
    k.forget();
    k.numeric = klu_factor(k.start.data(), k.row.data(), v, k.symbolic, &k.common);
    return k.numeric && k.common.status == KLU_OK;
}

void SparseLu::solve(std::span<double> b) const {
    if (klu_->numeric) klu_solve(klu_->symbolic, klu_->numeric, klu_->n(), 1, b.data(), &klu_->common);
}

void SparseLu::solve_transposed(std::span<double> b) const {
    if (klu_->numeric) klu_tsolve(klu_->symbolic, klu_->numeric, klu_->n(), 1, b.data(), &klu_->common);
}

long SparseLu::fill() const { return klu_->numeric ? klu_->numeric->lnz + klu_->numeric->unz : 0; }

} // namespace viresco::numerics
