#pragma once
#include "numerics/statistics.h"
#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace viresco::study {

/// Levels of the quantiles that are reported.
inline constexpr std::array<double, 7> quantile_levels{0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975};

/// An outcome over the samples that have it; numbers that are not finite are left out and counted.
struct Summary {
    numerics::Spread spread;
    std::array<double, 7> quantiles{};
    size_t without = 0;

    /// The same of the first 1/16, 1/8 .. of the samples: how the figures settle.
    struct Step {
        size_t samples;
        double mean, low, median, high; ///< quantiles 5, 50, 95 %
    };
    std::vector<Step> convergence;
};
Summary summary_of(std::span<const double> samples);

enum class Verdict { first_better, second_better, no_significant_difference, too_few_samples };
const char* to_string(Verdict);

/// First minus second, sample by sample: both saw the same random numbers.
struct Comparison {
    Summary difference;
    double probability = 0;       ///< that the first is better; a tie counts half
    double probability_error = 0; ///< standard error of it
    Verdict verdict = Verdict::no_significant_difference;
};

/// `better` where one is better with a probability above 95 %; no significant difference where the interval from 5 to
/// 95 % of the difference contains zero: exactly one of the two holds. Fewer than 100 pairs: no verdict.
Comparison compare(std::span<const double> first, std::span<const double> second, bool higher_is_better);

} // namespace viresco::study
