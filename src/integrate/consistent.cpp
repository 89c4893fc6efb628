#include "integrate/consistent.h"
#include <algorithm>
#include <cmath>

namespace viresco::integrate {

Algebraic::Block Algebraic::unknowns_of(const lang::DynamicProgram& program) {
    Block out;
    const auto& pattern = program.jacobian();
    const int first = program.n_states();
    for (auto column = static_cast<size_t>(first); column < static_cast<size_t>(program.n_variables()); ++column) {
        for (int k = pattern.start[column]; k < pattern.start[column + 1]; ++k)
            if (const int r = pattern.row[static_cast<size_t>(k)]; r >= first) {
                out.row.push_back(r - first);
                out.from.push_back(k);
            }
        out.begin.push_back(static_cast<int>(out.row.size()));
    }
    return out;
}

Algebraic::Algebraic(lang::DynamicEvaluation& e)
    : e_(e), first_(static_cast<size_t>(e.program().n_states())), n_(static_cast<size_t>(e.program().n_variables())),
      block_(unknowns_of(e.program())), f_(n_), dz_(n_ - first_), lu_(block_.begin, block_.row) {
    if (empty()) return;
    j_.resize(e.program().jacobian().row.size());
    values_.resize(block_.row.size());
}

double Algebraic::residual(double time, std::span<const double> x) {
    e_.rates({&time, 1}, x, f_);
    double sum = 0;
    for (size_t i = first_; i < n_; ++i) sum += f_[i] * f_[i];
    return std::sqrt(sum);
}

bool Algebraic::factor(double time, std::span<const double> x) {
    if (empty()) return true;
    e_.jacobian({&time, 1}, x, j_);
    for (size_t k = 0; k < values_.size(); ++k) values_[k] = j_[static_cast<size_t>(block_.from[k])];
    return lu_.factor(values_);
}

bool Algebraic::satisfy(double time, std::span<double> x) {
    if (empty()) return true;
    trial_.assign(x.begin(), x.end());
    double norm = residual(time, x);
    for (int iteration = 0; iteration < 100; ++iteration) {
        if (!std::isfinite(norm)) return false;
        if (!factor(time, x)) return norm == 0;
        e_.rates({&time, 1}, x, f_);
        for (size_t i = first_; i < n_; ++i) dz_[i - first_] = -f_[i];
        lu_.solve(dz_);
        double largest = 0;
        for (size_t i = first_; i < n_; ++i)
            largest = std::max(largest, std::abs(dz_[i - first_]) / std::max(std::abs(x[i]), 1e-300));
        double step = 1, reached = norm;
        for (int half = 0; half < 40; ++half, step /= 2) {
            for (size_t i = first_; i < n_; ++i) trial_[i] = x[i] + step * dz_[i - first_];
            std::copy_n(x.begin(), first_, trial_.begin());
            reached = residual(time, trial_);
            if (reached < norm || norm == 0 || (largest < 1e-8 && reached <= norm * 1.5)) break;
        }
        std::copy(trial_.begin(), trial_.end(), x.begin());
        norm = reached;
        if (largest < 1e-13 || norm == 0) return true;
    }
    return false;
}

void Algebraic::follow(double time, std::span<const double> x, int parameter, double dt, std::span<double> dx) {
    if (empty()) return;
    std::fill(dx.begin() + static_cast<ptrdiff_t>(first_), dx.end(), 0.0);
    e_.rates({&time, 1}, x, f_); // derivatives are of what was evaluated last
    e_.rates_along({{&parameter, 1}, {&dt, 1}, dx}, f_);
    for (size_t i = first_; i < n_; ++i) dz_[i - first_] = -f_[i];
    lu_.solve(dz_);
    std::copy(dz_.begin(), dz_.end(), dx.begin() + static_cast<ptrdiff_t>(first_));
}

bool Algebraic::speed(double time, std::span<const double> x, std::span<double> out) {
    e_.rates({&time, 1}, x, out);
    if (empty()) return true;
    if (!factor(time, x)) return false;
    follow(time, x, -1, 1, out);
    return true;
}

bool Algebraic::satisfy_sensitivities(double time, std::span<const double> x, std::span<const int> parameters,
                                      std::span<double> s) {
    if (empty() || parameters.empty()) return true;
    if (!factor(time, x)) return false;
    std::vector<double> column(n_);
    const size_t m = parameters.size();
    for (size_t j = 0; j < m; ++j) {
        for (size_t i = 0; i < n_; ++i) column[i] = s[i * m + j];
        follow(time, x, parameters[j], 0, column);
        for (size_t i = first_; i < n_; ++i) s[i * m + j] = column[i];
    }
    return true;
}

} // namespace viresco::integrate
