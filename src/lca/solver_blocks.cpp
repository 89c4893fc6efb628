#include "lca/solver_blocks.h"
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace viresco::lca {
namespace {

size_t at(int i) { return static_cast<size_t>(i); }

/// b_i minus the row's entries times x, without the diagonal.
inline double row_rest(const Rows& p, size_t i, double b, const double* x) {
    const int* column = p.column.data();
    const double* value = p.value.data();
    double even = b, odd = 0; // two sums: the additions of one need not wait for the other's
    int k = p.start[i];
    const int end = p.start[i + 1];
    for (; k + 1 < end; k += 2) {
        even -= value[k] * x[column[k]];
        odd += value[k + 1] * x[column[k + 1]];
    }
    if (k < end) even -= value[k] * x[column[k]];
    return even - odd;
}

enum class Outcome { converged, slow };

/// Gauss-Seidel on rows first..last with a guard: slow when too many sweeps are expected.
Outcome gauss_seidel(const Rows& p, size_t first, size_t last, std::span<const double> b, double* x,
                     const BlockOptions& options, int& sweeps) {
    constexpr double round_off = 4 * std::numeric_limits<double>::epsilon();
    const bool weighted = !options.weight.empty();
    double before = 0, rate_before = 0;
    int rising = 0;
    for (int sweep = 1; sweep <= options.max_sweeps; ++sweep) {
        double change = 0, size = 0;
        bool open = false;
        for (size_t i = first; i < last; ++i) {
            const double next = row_rest(p, i, b[i], x) * p.inverse[i];
            const double step = std::fabs(next - x[i]);
            if (weighted) {
                change += options.weight[i] * step;
            } else {
                change += step;
                size += std::fabs(next);
                open |= step > options.tolerance * std::fabs(next);
            }
            x[i] = next;
        }
        sweeps = sweep;
        if (!std::isfinite(change)) return Outcome::slow;
        if (change == 0) return Outcome::converged;
        if (sweep == 1) {
            if (!weighted && !open) return Outcome::converged;
            before = change;
            continue;
        }
        const double rate = change / before;
        if (weighted) {
            // Error after a sweep: what the remaining geometric series of changes adds up to.
            if (rate < 1 && change * rate / (1 - rate) < options.tolerance) return Outcome::converged;
        } else if (!open || (change <= round_off * size && rate > 0.3)) {
            return Outcome::converged; // or as near as rounding lets it come
        }
        rising = rate >= 1 ? rising + 1 : 0;
        if (rising >= 6) return Outcome::slow;
        if (sweep >= 10 && sweep % 5 == 0) {
            const double steady = std::sqrt(rate * rate_before);
            const double goal = weighted ? options.tolerance : options.tolerance * size;
            if (steady >= 1 || sweep + std::log(goal / change) / std::log(steady) > options.max_sweeps) {
                return Outcome::slow;
            }
        }
        rate_before = rate;
        before = change;
    }
    return Outcome::slow;
}

/// BiCGSTAB on one block, right-preconditioned by one forward Gauss-Seidel sweep. False: breakdown or too slow.
class Bicgstab {
public:
    Bicgstab(const Rows& p, size_t first, size_t last) : p_(p), first_(first), n_(last - first) {}

    bool solve(std::span<const double> b, std::span<double> x, double tolerance, int max_steps, int& steps) {
        std::vector<double> r(n_), shadow, direction(n_), v(n_), t(n_), y(n_), z(n_);
        multiply(x, r);
        for (size_t i = 0; i < n_; ++i) r[i] = b[i] - r[i];
        // Rows are measured in what they change in x, so that units do not matter much.
        const double goal = tolerance * norm(b);
        shadow = r;
        double rho = 1, alpha = 1, omega = 1;
        for (steps = 0; steps < max_steps; ++steps) {
            if (norm(r) <= goal) return true;
            const double rho_next = dot(shadow, r);
            if (rho_next == 0 || !std::isfinite(rho_next)) return false;
            const double beta = steps == 0 ? 0 : rho_next / rho * alpha / omega;
            for (size_t i = 0; i < n_; ++i) direction[i] = r[i] + beta * (direction[i] - omega * v[i]);
            sweep(direction, y);
            multiply(y, v);
            const double projection = dot(shadow, v);
            if (projection == 0 || !std::isfinite(projection)) return false;
            alpha = rho_next / projection;
            for (size_t i = 0; i < n_; ++i) {
                r[i] -= alpha * v[i];
                x[i] += alpha * y[i];
            }
            if (norm(r) <= goal) return true;
            sweep(r, z);
            multiply(z, t);
            const double tt = dot(t, t);
            if (tt == 0 || !std::isfinite(tt)) return false;
            omega = dot(t, r) / tt;
            if (omega == 0) return false;
            for (size_t i = 0; i < n_; ++i) {
                x[i] += omega * z[i];
                r[i] -= omega * t[i];
            }
            rho = rho_next;
        }
        return false;
    }

private:
    /// y = P x within the block.
    void multiply(std::span<const double> x, std::span<double> y) const {
        for (size_t i = 0; i < n_; ++i) {
            double sum = p_.diagonal[first_ + i] * x[i];
            for (size_t k = at(p_.start[first_ + i]); k < at(p_.start[first_ + i + 1]); ++k) {
                const size_t j = at(p_.column[k]);
                if (j >= first_ && j < first_ + n_) sum += p_.value[k] * x[j - first_];
            }
            y[i] = sum;
        }
    }
    /// (D + L) y = r.
    void sweep(std::span<const double> r, std::span<double> y) const {
        for (size_t i = 0; i < n_; ++i) {
            double sum = r[i];
            for (size_t k = at(p_.start[first_ + i]); k < at(p_.start[first_ + i + 1]); ++k) {
                const size_t j = at(p_.column[k]);
                if (j >= first_ && j < first_ + i) sum -= p_.value[k] * y[j - first_];
            }
            y[i] = sum * p_.inverse[first_ + i];
        }
    }
    double norm(std::span<const double> r) const {
        double sum = 0;
        for (size_t i = 0; i < n_; ++i) sum += std::fabs(r[i] * p_.inverse[first_ + i]);
        return sum;
    }
    static double dot(std::span<const double> a, std::span<const double> b) {
        double sum = 0;
        for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
        return sum;
    }

    const Rows& p_;
    size_t first_, n_;
};

/// Right-hand side of a block by itself: b minus what the blocks solved before contribute.
std::vector<double> local_side(const Rows& p, size_t first, size_t last, std::span<const double> b,
                               std::span<const double> x) {
    std::vector<double> out(last - first);
    for (size_t i = first; i < last; ++i) {
        double sum = b[i];
        for (size_t k = at(p.start[i]); k < at(p.start[i + 1]); ++k) {
            const size_t j = at(p.column[k]);
            if (j < first) sum -= p.value[k] * x[j];
        }
        out[i - first] = sum;
    }
    return out;
}

Rows make_rows(const System& s, const Order& order, bool transposed) {
    const int n = order.size();
    Rows p;
    p.diagonal.resize(at(n));
    const auto row_of = [&](int activity) {
        const int position = order.position[at(activity)];
        return position < 0 || !transposed ? position : n - 1 - position;
    };
    const auto each = [&](auto f) { // (row, column, entry) of the entries between activities of the order
        for (int j = 0; j < s.technosphere.columns(); ++j) {
            const int column = row_of(j);
            if (column < 0) continue;
            for (int k = s.technosphere.start[at(j)]; k < s.technosphere.start[at(j) + 1]; ++k) {
                const int row = row_of(s.technosphere.row[at(k)]);
                if (row >= 0) transposed ? f(column, row, k) : f(row, column, k);
            }
        }
    };
    for (int r = 0; r < n; ++r) p.diagonal[at(r)] = s.diagonal[at(order.activity[at(transposed ? n - 1 - r : r)])];
    p.start.assign(at(n) + 1, 0);
    each([&](int row, int column, int k) {
        if (row != column) {
            ++p.start[at(row) + 1];
        } else {
            p.diagonal[at(row)] += s.technosphere.value[at(k)];
            p.own_entry.push_back(k);
            p.own_row.push_back(row);
        }
    });
    for (size_t r = 0; r < at(n); ++r) p.start[r + 1] += p.start[r];
    const auto entries = at(p.start.back());
    p.column.resize(entries);
    p.value.resize(entries);
    p.entry.resize(entries);
    std::vector<int> next(p.start.begin(), p.start.end() - 1);
    each([&](int row, int column, int k) {
        if (row == column) return;
        const size_t to = at(next[at(row)]++);
        p.column[to] = column;
        p.value[to] = s.technosphere.value[at(k)];
        p.entry[to] = k;
    });
    p.block_start = order.block_start;
    if (transposed) {
        for (int& b : p.block_start) b = n - b;
        std::reverse(p.block_start.begin(), p.block_start.end());
    }
    p.set_inverse();
    return p;
}

} // namespace

const char* to_string(SolveMethod method) {
    switch (method) {
    case SolveMethod::substitution: return "substitution";
    case SolveMethod::gauss_seidel: return "Gauss-Seidel";
    case SolveMethod::bicgstab: return "BiCGSTAB";
    case SolveMethod::lu: return "LU";
    }
    return "";
}

void Rows::set_inverse() {
    inverse.resize(diagonal.size());
    for (size_t i = 0; i < diagonal.size(); ++i) inverse[i] = 1 / diagonal[i];
}

Rows forward_rows(const System& system, const Order& order) { return make_rows(system, order, false); }
Rows adjoint_rows(const System& system, const Order& order) { return make_rows(system, order, true); }

BlockStatistics solve_blocks(const Rows& p, std::span<const double> b, std::span<double> x, const BlockOptions& options,
                             const BlockFallback& fallback) {
    BlockStatistics statistics;
    std::vector<double> guess;
    for (int block = 0; block < p.blocks(); ++block) {
        const size_t first = at(p.block_start[at(block)]), last = at(p.block_start[at(block) + 1]);
        if (last - first == 1 && p.diagonal[first] != 0) {
            x[first] = row_rest(p, first, b[first], x.data()) * p.inverse[first];
            continue;
        }
        guess.assign(x.begin() + static_cast<ptrdiff_t>(first), x.begin() + static_cast<ptrdiff_t>(last));
        int steps = 0;
        SolveMethod method = SolveMethod::gauss_seidel;
        if (gauss_seidel(p, first, last, b, x.data(), options, steps) != Outcome::converged) {
            method = SolveMethod::bicgstab;
            const std::vector<double> side = local_side(p, first, last, b, x);
            const auto own = x.subspan(first, last - first);
            std::copy(guess.begin(), guess.end(), own.begin());
            const double tolerance = options.weight.empty() ? options.tolerance : std::min(options.tolerance, 1e-10);
            if (!Bicgstab(p, first, last).solve(side, own, tolerance, options.max_steps, steps)) {
                method = SolveMethod::lu;
                fallback(block, side, own);
            }
        }
        statistics.method = std::max(statistics.method, method);
        statistics.sweeps = std::max(statistics.sweeps, steps);
    }
    return statistics;
}

} // namespace viresco::lca
