#include "numerics/statistics.h"
#include <algorithm>
#include <cmath>
#include <limits>
#include <math.h>

namespace viresco::numerics {

void StableSum::add(double x) {
    const double t = sum_ + x;
    correction_ += std::fabs(sum_) >= std::fabs(x) ? (sum_ - t) + x : (x - t) + sum_;
    sum_ = t;
}

double Spread::standard_error() const { return n > 0 ? sd / std::sqrt(static_cast<double>(n)) : 0; }

Spread spread(std::span<const double> values) {
    Spread out;
    out.n = values.size();
    if (values.empty()) return out;
    StableSum sum;
    for (const double x : values) sum.add(x);
    const auto n = static_cast<double>(out.n);
    out.mean = sum.value() / n;
    if (out.n < 2) return out;
    StableSum squares;
    for (const double x : values) squares.add((x - out.mean) * (x - out.mean));
    out.sd = std::sqrt(squares.value() / (n - 1));
    return out;
}

double quantile_of_sorted(std::span<const double> sorted, double p) {
    if (sorted.empty()) return std::numeric_limits<double>::quiet_NaN();
    const double place = p * static_cast<double>(sorted.size() - 1), below = std::floor(place);
    const auto k = static_cast<size_t>(below);
    if (k + 1 >= sorted.size()) return sorted.back();
    return sorted[k] + (place - below) * (sorted[k + 1] - sorted[k]);
}

std::vector<double> quantiles(std::vector<double> values, std::span<const double> at) {
    std::sort(values.begin(), values.end());
    std::vector<double> out;
    for (const double p : at) out.push_back(quantile_of_sorted(values, p));
    return out;
}

size_t cholesky(std::span<double> a, size_t n) {
    for (size_t i = 0; i < n; ++i) {
        for (size_t j = 0; j <= i; ++j) {
            double s = a[i * n + j];
            for (size_t k = 0; k < j; ++k) s -= a[i * n + k] * a[j * n + k];
            if (i != j)
                a[i * n + j] = s / a[j * n + j];
            else if (!(s > 1e-12))
                return i;
            else
                a[i * n + i] = std::sqrt(s);
        }
        for (size_t j = i + 1; j < n; ++j) a[i * n + j] = 0;
    }
    return n;
}

namespace {

/// The continued fraction of I_x(a, b), by Lentz's method; converges fast for x below the mean.
double beta_fraction(double a, double b, double x) {
    constexpr double tiny = 1e-300, enough = 1e-16;
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    if (std::fabs(d) < tiny) d = tiny;
    d = 1 / d;
    double h = d;
    for (int m = 1; m <= 500; ++m) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        double step = 1;
        for (const double term : {even, odd}) {
            d = 1 + term * d;
            c = 1 + term / c;
            if (std::fabs(d) < tiny) d = tiny;
            if (std::fabs(c) < tiny) c = tiny;
            d = 1 / d;
            step = d * c;
            h *= step;
        }
        if (std::fabs(step - 1) < enough) break;
    }
    return h;
}

/// ln Gamma(x), x > 0; std::lgamma() writes a global.
double log_gamma(double x) {
    int sign = 0;
    return ::lgamma_r(x, &sign);
}

double beta_density(double a, double b, double x) {
    return std::exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + (a - 1) * std::log(x) + (b - 1) * std::log1p(-x));
}

} // namespace

double incomplete_beta(double a, double b, double x) {
    if (!(x > 0)) return 0;
    if (!(x < 1)) return 1;
    const double front = beta_density(a, b, x) * x * (1 - x);
    if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
    return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double beta_quantile(double a, double b, double p) {
    if (!(p > 0)) return 0;
    if (!(p < 1)) return 1;
    double low = 0, high = 1, x = a / (a + b);
    for (int k = 0; k < 200; ++k) { // Newton's method, kept inside a shrinking bracket
        const double error = incomplete_beta(a, b, x) - p;
        if (error == 0) return x;
        (error > 0 ? high : low) = x;
        double next = x - error / beta_density(a, b, x);
        if (!(next > low && next < high)) next = 0.5 * (low + high);
        if (std::fabs(next - x) <= 4e-16 * x) return next;
        x = next;
    }
    return x;
}

double normal_probability(double z) { return 0.5 * std::erfc(-z * 0.70710678118654752440); }

} // namespace viresco::numerics
