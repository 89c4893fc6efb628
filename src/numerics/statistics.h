#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace viresco::numerics {

/// A sum whose error does not grow with the number of terms (Neumaier's variant of Kahan's summation: unverified).
/// The order of the terms decides the last bits, nothing else does.
class StableSum {
public:
    void add(double x);
    double value() const { return sum_ + correction_; }

private:
    double sum_ = 0, correction_ = 0;
};

/// Mean, and standard deviation with n - 1 (0 for fewer than two numbers).
struct Spread {
    size_t n = 0;
    double mean = 0, sd = 0;
    /// sd / sqrt(n): of independent draws; an upper estimate for evenly spread points.
    double standard_error() const;
};
Spread spread(std::span<const double>);

/// Quantile at p in [0, 1], linear between order statistics (position (n - 1) p). NaN without numbers.
double quantile_of_sorted(std::span<const double> sorted, double p);
std::vector<double> quantiles(std::vector<double> values, std::span<const double> at);

/// Lower triangular L with L L^T = a (row-major n x n); the row at which `a` turns out not to be positive definite, or n.
size_t cholesky(std::span<double> a, size_t n);

/// I_x(a, b), the regularised incomplete beta function, a, b > 0: continued fraction, relative error about 1e-14.
double incomplete_beta(double a, double b, double x);
/// x with I_x(a, b) = p.
double beta_quantile(double a, double b, double p);

/// The distribution function of the standard normal distribution.
double normal_probability(double z);

} // namespace viresco::numerics
