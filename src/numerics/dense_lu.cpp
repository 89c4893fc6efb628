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

namespace {

/// b: n x W. R rows side by side, so that one sum fills the waits of another. Every sum starts with the values
/// found first (rows 0, 1 .. forwards, n-1, n-2 .. backwards): its bits depend neither on R nor on W.
template <size_t R, size_t W>
void solve(const double* a, std::span<const int> pivot, double* b) {
    const size_t n = pivot.size();
    const auto rows = [&]<size_t r>(size_t first, size_t from, size_t count, size_t step) {
        double sum[r][W];
        for (size_t i = 0; i < r; ++i)
            for (size_t l = 0; l < W; ++l) sum[i][l] = b[(first + i) * W + l];
        for (size_t j = from, k = 0; k < count; ++k, j += step)
            for (size_t i = 0; i < r; ++i)
                for (size_t l = 0; l < W; ++l) sum[i][l] -= a[(first + i) * n + j] * b[j * W + l];
        for (size_t i = 0; i < r; ++i)
            for (size_t l = 0; l < W; ++l) b[(first + i) * W + l] = sum[i][l];
    };
    for (size_t k = 0; k < n; ++k)
        for (size_t l = 0; l < W; ++l) std::swap(b[k * W + l], b[static_cast<size_t>(pivot[k]) * W + l]);
    constexpr size_t down = 1, up = static_cast<size_t>(-1);
    const size_t whole = n / R * R;
    for (size_t first = 0; first < whole; first += R) {
        rows.template operator()<R>(first, 0, first, down);
        for (size_t i = first + 1; i < first + R; ++i) rows.template operator()<1>(i, first, i - first, down);
    }
    for (size_t i = whole; i < n; ++i) rows.template operator()<1>(i, 0, i, down);
    const auto finish = [&](size_t i, size_t end) {
        rows.template operator()<1>(i, end - 1, end - 1 - i, up);
        for (size_t l = 0; l < W; ++l) b[i * W + l] /= a[i * n + i];
    };
    for (size_t i = n; i-- > whole;) finish(i, n);
    for (size_t first = whole; first > 0;) {
        first -= R;
        rows.template operator()<R>(first, n - 1, n - first - R, up);
        for (size_t i = first + R; i-- > first;) finish(i, first + R);
    }
}

} // namespace

void lu_solve(std::span<const double> a, std::span<const int> pivot, std::span<double> b) {
    solve<8, 1>(a.data(), pivot, b.data());
}

void lu_solve_8(std::span<const double> a, std::span<const int> pivot, std::span<double> b) {
    solve<2, 8>(a.data(), pivot, b.data());
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
