#pragma once
#include "lca/database.h"
#include <array>
#include <cstdint>
#include <span>

namespace viresco::lca {

struct Moments {
    double mean = 0, variance = 0;
};

/// Mean and variance of an amount with this distribution; without one: the amount itself, variance 0.
Moments moments(const Distribution&, double amount);

/// The value at probability u in (0, 1). `amount` gives the lognormal its sign, and the value where there is no
/// distribution or one without width.
double quantile(const Distribution&, double amount, double u);

/// Contribution of a pedigree score to the variance of ln(amount): indicator 0 .. 4 (reliability, completeness,
/// temporal, geographical, further technological correlation), score 1 .. 5 (index 0 .. 4).
using PedigreeTable = std::array<std::array<double, 5>, 5>;

/// The default table of ecoinvent 3 (Weidema et al. 2013, Data quality guideline, table 10.5: read in brightway2-io's and
/// openLCA's copies of it, not in the report itself; unverified).
extern const PedigreeTable ecoinvent_pedigree;

/// Names of the five indicators.
extern const std::array<const char*, 5> pedigree_indicators;

/// sigma of ln(amount): sqrt(base_sigma^2 + sum of the variances of the scores); score 0 is not given and adds nothing.
/// The geometric standard deviation is exp of it: exp(sqrt(sum ln^2 of the geometric standard deviations)).
double pedigree_sigma(std::span<const uint8_t, 5> scores, double base_sigma,
                      const PedigreeTable& table = ecoinvent_pedigree);

/// The lognormal distribution of an amount with a pedigree; `none` where nothing is uncertain or the amount is 0.
Distribution pedigree_distribution(double amount, std::span<const uint8_t, 5> scores, double base_sigma,
                                   const PedigreeTable& table = ecoinvent_pedigree);

} // namespace viresco::lca
