#include "numerics/dense_lu.h"
#include <cmath>
#include <utility>

namespace viresco::numerics {

bool lu_factor(std::span<double> a, std::span<int> pivot) {
    const size_t n = pivot.size();
    for (size_t i = 0; i < n * n; ++i)
        if (!std::isfinite(a[i])) return false;
    for (size_t k = 0; k < n; ++k) {
        size_t best = k;
        double largest = std::fabs(a[k * n + k]);
        for (size_t i = k + 1; i < n; ++i) {
            const double size = std::fabs(a[i * n + k]);
            if (size > largest || std::isnan(size)) {
                largest = size;
                best = i;
            }
        }
        pivot[k] = static_cast<int>(best);
        if (!(largest > 1e-300) || !std::isfinite(largest)) return false;
        if (best != k)
            for (size_t j = 0; j < n; ++j) std::swap(a[k * n + j], a[best * n + j]);
        const double d = 1 / a[k * n + k];
        for (size_t i = k + 1; i < n; ++i) {
            const double f = a[i * n + k];
            if (f == 0) continue;
            const double m = a[i * n + k] = f * d;
            for (size_t j = k + 1; j < n; ++j) a[i * n + j] -= m * a[k * n + j];
        }
    }
    return true;
}

void lu_solve(std::span<const double> a, std::span<const int> pivot, std::span<double> b) {
    const size_t n = pivot.size();
    for (size_t k = 0; k < n; ++k) std::swap(b[k], b[static_cast<size_t>(pivot[k])]);
    for (size_t i = 1; i < n; ++i)
        for (size_t j = 0; j < i; ++j) b[i] -= a[i * n + j] * b[j];
    for (size_t i = n; i-- > 0;) {
        for (size_t j = i + 1; j < n; ++j) b[i] -= a[i * n + j] * b[j];
        b[i] /= a[i * n + i];
    }
}

void lu_solve_transposed(std::span<const double> a, std::span<const int> pivot, std::span<double> b) {
    const size_t n = pivot.size();
    for (size_t i = 0; i < n; ++i) {
        for (size_t j = 0; j < i; ++j) b[i] -= a[j * n + i] * b[j];
        b[i] /= a[i * n + i];
    }
    for (size_t i = n; i-- > 0;)
        for (size_t j = i + 1; j < n; ++j) b[i] -= a[j * n + i] * b[j];
    for (size_t k = n; k-- > 0;) std::swap(b[k], b[static_cast<size_t>(pivot[k])]);
}

} // namespace viresco::numerics
