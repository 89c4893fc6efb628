#include "integrate/elimination.h"
#include "integrate/lanes.h"
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace viresco::integrate {

namespace {
constexpr size_t most_unknowns = 1500;
constexpr size_t most_updates = 1'000'000;
} // namespace

Elimination::Elimination(std::span<const int> start, std::span<const int> row, int n_states,
                         std::span<const double> size)
    : n_(start.size() - 1) {
    if (n_ == 0 || n_ > most_unknowns) return;
    if (match(start, row, static_cast<size_t>(n_states), size)) order(start, row);
}

/// States keep their diagonal, which 1 / (h gamma) makes large; the other rows are matched by augmenting paths that try
/// the largest entries (relative to their row) first.
bool Elimination::match(std::span<const int> start, std::span<const int> row, size_t n_states,
                        std::span<const double> size) {
    row_of_column_.assign(n_, -1);
    for (size_t i = 0; i < n_states; ++i) row_of_column_[i] = static_cast<int>(i);
    if (n_states == n_) return true;
    const auto at = [&](size_t k) { return size.empty() || !std::isfinite(size[k]) ? 1.0 : std::abs(size[k]); };
    std::vector<double> largest(n_, 0);
    for (size_t k = 0; k < row.size(); ++k)
        largest[static_cast<size_t>(row[k])] = std::max(largest[static_cast<size_t>(row[k])], at(k));
    std::vector<std::vector<std::pair<double, int>>> choice(n_); // per row: columns, best first
    for (size_t column = n_states; column < n_; ++column)
        for (auto k = static_cast<size_t>(start[column]); k < static_cast<size_t>(start[column + 1]); ++k) {
            const auto r = static_cast<size_t>(row[k]);
            if (r < n_states || (at(k) == 0 && largest[r] > 0)) continue;
            choice[r].emplace_back(-at(k) / std::max(largest[r], 1e-300), static_cast<int>(column));
        }
    for (auto& c : choice) std::sort(c.begin(), c.end());
    std::vector<char> visited;
    const std::function<bool(int)> place = [&](int r) {
        for (const auto& [ignored, column] : choice[static_cast<size_t>(r)]) {
            const auto c = static_cast<size_t>(column);
            if (visited[c]) continue;
            visited[c] = 1;
            if (row_of_column_[c] >= 0 && !place(row_of_column_[c])) continue;
            row_of_column_[c] = r;
            return true;
        }
        return false;
    };
    for (size_t r = n_states; r < n_; ++r) {
        visited.assign(n_, 0);
        if (!place(static_cast<int>(r))) return false;
    }
    return true;
}

/// Markowitz: the next pivot is the matched entry with the least (row count - 1)(column count - 1).
void Elimination::order(std::span<const int> start, std::span<const int> row) {
    std::vector<int> column_of_row(n_);
    for (size_t c = 0; c < n_; ++c) column_of_row[static_cast<size_t>(row_of_column_[c])] = static_cast<int>(c);
    // Filled index of (row, column); rows named by their matched column, so that pivots are on the diagonal.
    std::vector<int> filled(n_ * n_, -1);
    for (size_t c = 0; c < n_; ++c)
        for (auto k = static_cast<size_t>(start[c]); k < static_cast<size_t>(start[c + 1]); ++k) {
            const auto r = static_cast<size_t>(column_of_row[static_cast<size_t>(row[k])]);
            filled[r * n_ + c] = static_cast<int>(n_filled_++);
        }
    std::vector<char> done(n_, 0);
    std::vector<int> step_of(n_);
    std::vector<size_t> row_count(n_), column_count(n_), below, right; // of what is left
    for (size_t r = 0; r < n_; ++r)
        for (size_t c = 0; c < n_; ++c)
            if (filled[r * n_ + c] >= 0) ++row_count[r], ++column_count[c];
    std::vector<std::vector<std::pair<int, int>>> left(n_); // entries of L by row: filled index, step
    below_begin_.push_back(0);
    right_begin_.push_back(0);
    for (size_t step = 0; step < n_; ++step) {
        size_t best = n_, cost = std::numeric_limits<size_t>::max();
        for (size_t i = 0; i < n_; ++i) {
            if (done[i]) continue;
            const size_t now = (row_count[i] - 1) * (column_count[i] - 1);
            if (now < cost) best = i, cost = now;
        }
        done[best] = 1;
        step_of[best] = static_cast<int>(step);
        row_.push_back(row_of_column_[best]);
        column_.push_back(static_cast<int>(best));
        pivot_.push_back(filled[best * n_ + best]);
        below.clear();
        right.clear();
        for (size_t i = 0; i < n_; ++i) {
            if (done[i]) continue;
            if (filled[i * n_ + best] >= 0) below.push_back(i);
            if (filled[best * n_ + i] >= 0) right.push_back(i);
        }
        for (const size_t i : below) {
            below_.push_back(filled[i * n_ + best]);
            left[i].emplace_back(below_.back(), static_cast<int>(step));
            --row_count[i];
            for (const size_t j : right) {
                int& at = filled[i * n_ + j];
                if (at < 0) at = static_cast<int>(n_filled_++), ++row_count[i], ++column_count[j];
                target_.push_back(at);
            }
        }
        for (const size_t j : right) {
            right_.push_back(filled[best * n_ + j]);
            right_step_.push_back(static_cast<int>(j)); // made a step below
            --column_count[j];
        }
        below_begin_.push_back(static_cast<int>(below_.size()));
        right_begin_.push_back(static_cast<int>(right_.size()));
        if (target_.size() > most_updates) {
            pivot_.clear();
            return;
        }
    }
    for (int& j : right_step_) j = step_of[static_cast<size_t>(j)];
    left_begin_.push_back(0);
    for (const int i : column_) {
        for (const auto& [index, step] : left[static_cast<size_t>(i)]) {
            left_.push_back(index);
            left_step_.push_back(step);
        }
        left_begin_.push_back(static_cast<int>(left_.size()));
    }
}

template <int W>
void Elimination::factor(double* values, double* inverse) const {
    widest<W>([&]() VIRESCO_INLINE {
        const auto at = [&](int i) { return values + static_cast<ptrdiff_t>(i) * W; };
        const int* target = target_.data();
        for (size_t k = 0; k < n_; ++k) {
            double* inv = inverse + k * W;
            const double* p = at(pivot_[k]);
            VIRESCO_EACH_LANE inv[l] = 1 / p[l];
            for (int i = below_begin_[k]; i < below_begin_[k + 1]; ++i) {
                double* low = at(below_[static_cast<size_t>(i)]);
                VIRESCO_EACH_LANE low[l] *= inv[l];
                for (int j = right_begin_[k]; j < right_begin_[k + 1]; ++j) {
                    double* to = at(*target++);
                    const double* up = at(right_[static_cast<size_t>(j)]);
                    VIRESCO_EACH_LANE to[l] -= low[l] * up[l];
                }
            }
        }
    });
}

template <int W>
void Elimination::solve(const double* values, const double* inverse, const double* b, double* x, double* work) const {
    widest<W>([&]() VIRESCO_INLINE {
        const auto subtract = [&](double* sum, const std::vector<int>& entry, const std::vector<int>& step, int from,
                                  int to) VIRESCO_INLINE {
            for (auto i = static_cast<size_t>(from); i < static_cast<size_t>(to); ++i) {
                const double* factor = values + static_cast<ptrdiff_t>(entry[i]) * W;
                const double* known = work + static_cast<ptrdiff_t>(step[i]) * W;
                VIRESCO_EACH_LANE sum[l] -= factor[l] * known[l];
            }
        };
        double sum[W];
        for (size_t k = 0; k < n_; ++k) {
            const double* from = b + static_cast<ptrdiff_t>(row_[k]) * W;
            VIRESCO_EACH_LANE sum[l] = from[l];
            subtract(sum, left_, left_step_, left_begin_[k], left_begin_[k + 1]);
            double* z = work + k * W;
            VIRESCO_EACH_LANE z[l] = sum[l];
        }
        for (size_t k = n_; k-- > 0;) {
            double* z = work + k * W;
            VIRESCO_EACH_LANE sum[l] = z[l];
            subtract(sum, right_, right_step_, right_begin_[k], right_begin_[k + 1]);
            const double* inv = inverse + k * W;
            double* to = x + static_cast<ptrdiff_t>(column_[k]) * W;
            VIRESCO_EACH_LANE to[l] = z[l] = sum[l] * inv[l];
        }
    });
}

template <int W>
void backward_error(std::span<const int> start, std::span<const int> row, const double* a, const double* x,
                    const double* b, double* residual, double* bound, double* out) {
    widest<W>([&]() VIRESCO_INLINE {
        const size_t n = start.size() - 1;
        for (size_t i = 0; i < n * W; ++i) residual[i] = b[i], bound[i] = std::fabs(b[i]);
        for (size_t c = 0; c < n; ++c) {
            const double* xc = x + c * W;
            for (auto k = static_cast<size_t>(start[c]); k < static_cast<size_t>(start[c + 1]); ++k) {
                const double* value = a + k * W;
                double* r = residual + static_cast<ptrdiff_t>(row[k]) * W;
                double* s = bound + static_cast<ptrdiff_t>(row[k]) * W;
                VIRESCO_EACH_LANE {
                    const double product = value[l] * xc[l];
                    r[l] -= product;
                    s[l] += std::fabs(product);
                }
            }
        }
        VIRESCO_EACH_LANE out[l] = 0;
        for (size_t i = 0; i < n; ++i)
            for (int l = 0; l < W; ++l) {
                const double r = std::fabs(residual[i * W + static_cast<size_t>(l)]);
                const double error = r == 0 ? 0 : r / bound[i * W + static_cast<size_t>(l)];
                if (!(error <= out[l])) out[l] = error; // NaN stays
            }
    });
}

template void Elimination::factor<1>(double*, double*) const;
template void Elimination::factor<8>(double*, double*) const;
template void Elimination::solve<1>(const double*, const double*, const double*, double*, double*) const;
template void Elimination::solve<8>(const double*, const double*, const double*, double*, double*) const;
template void backward_error<1>(std::span<const int>, std::span<const int>, const double*, const double*, const double*,
                                double*, double*, double*);
template void backward_error<8>(std::span<const int>, std::span<const int>, const double*, const double*, const double*,
                                double*, double*, double*);

} // namespace viresco::integrate
