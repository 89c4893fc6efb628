#pragma once
#include "study/design.h"
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace viresco::study {

/// First-order and total Sobol index of an input, with half widths of their 95 % confidence intervals.
struct SobolIndex {
    double first = 0, first_error = 0, total = 0, total_error = 0;
};

/// Sobol indices of one output. Estimators: first order by Saltelli et al. (2010), total by Jansen (1999), both
/// unverified against the papers, both tested on closed forms. Confidence by a jackknife over 32 consecutive groups of
/// base points. Blocks come in order; a block with a value that is not finite is left out and counted.
class SobolIndices {
public:
    static constexpr size_t groups = 32;
    SobolIndices(size_t inputs, uint64_t base_points);

    /// Values of the block at A, at B, and at A with input i from B (size: inputs).
    void add(uint64_t base, double a, double b, std::span<const double> mixed);

    std::vector<SobolIndex> result() const;
    double variance() const;
    uint64_t used() const;
    uint64_t left_out() const { return left_out_; }

private:
    struct Sums {
        double n = 0, y = 0, squares = 0;                ///< over A and B, moved by the first value
        std::vector<double> difference, product, jansen; ///< per input
    };
    static double variance_of(const Sums&);
    SobolIndex index_of(const Sums&, size_t input) const;
    size_t inputs_;
    uint64_t base_points_, left_out_ = 0;
    bool started_ = false;
    double shift_ = 0;
    std::vector<Sums> groups_;
};

/// Elementary effects of an input over the unit cube: their mean, the mean of their sizes (with the standard error),
/// and their standard deviation.
struct MorrisMeasure {
    double mu = 0, mu_star = 0, mu_star_error = 0, sigma = 0;
    size_t effects = 0; ///< how many there are
};

/// Morris screening of one output. A trajectory with a value that is not finite loses the effects that need it.
class MorrisScreening {
public:
    explicit MorrisScreening(size_t inputs) : effects_(inputs) {}
    /// The values along a trajectory: inputs + 1.
    void add(const Design::Trajectory&, std::span<const double> values);
    std::vector<MorrisMeasure> result() const;

private:
    std::vector<std::vector<double>> effects_;
};

/// Derivative-based measure of an input: E[(df/dx)^2], and the upper bound of its total Sobol index that follows.
struct DerivativeMeasure {
    double nu = 0, nu_error = 0, bound = 0;
};

} // namespace viresco::study
