#include "numerics/random_bits.h"
#include "study/distribution.h"
#include "study/summary.h"
#include "units/unit.h"
#include <cmath>
#include <gtest/gtest.h>
#include <limits>

namespace viresco::study {
namespace {

matter::Datum datum(double value, double low, double high, matter::Evidence evidence) {
    matter::Datum d;
    d.si = value;
    d.low_si = low;
    d.high_si = high;
    d.evidence = evidence;
    return d;
}

using Kind = Distribution::Kind;

TEST(Distribution, RangeAndEvidenceDecide) {
    using matter::Evidence;
    EXPECT_EQ(Distribution::of(datum(2, 1, 4, Evidence::measured)).kind(), Kind::pert);
    EXPECT_EQ(Distribution::of(datum(2, 1, 4, Evidence::supplier)).kind(), Kind::pert);
    EXPECT_EQ(Distribution::of(datum(2, 1, 4, Evidence::literature)).kind(), Kind::triangular);
    EXPECT_EQ(Distribution::of(datum(2, 1, 4, Evidence::estimate)).kind(), Kind::triangular);
    matter::Datum plain;
    plain.si = 2;
    EXPECT_TRUE(Distribution::of(plain).fixed());
    EXPECT_TRUE(Distribution::of(datum(2, 2, 2, Evidence::estimate)).fixed());
    matter::Datum declared = datum(2, 1, 4, Evidence::estimate);
    declared.uncertainty.span_of_declaration = true;
    EXPECT_TRUE(Distribution::of(declared).fixed());
}

matter::Datum stated(Kind kind, double value, double low, double high) {
    matter::Datum d;
    d.si = value;
    d.uncertainty.kind = kind;
    d.uncertainty.low = low;
    d.uncertainty.high = high;
    return d;
}

class Shapes : public testing::TestWithParam<matter::Datum> {};

/// Mean and variance by their formulas, and by integrating the quantile function over u (midpoints).
TEST_P(Shapes, MomentsAreThoseOfTheQuantiles) {
    const Distribution d = Distribution::of(GetParam());
    constexpr int n = 200000;
    double mean = 0, square = 0, before = -1e300;
    for (int k = 0; k < n; ++k) {
        const double x = d.quantile((k + 0.5) / n);
        EXPECT_GE(x, before);
        before = x;
        mean += x / n;
        square += (x - d.mean()) * (x - d.mean()) / n;
    }
    EXPECT_NEAR(mean, d.mean(), 1e-4 * std::sqrt(d.variance()));
    EXPECT_NEAR(square, d.variance(), 2e-3 * d.variance());
    // Var(x) <= C E[1]: the constant holds for the function x itself (of ln x where that is the variable).
    if (d.kind() != Kind::lognormal) {
        EXPECT_GE(d.poincare(), d.variance() * (1 - 1e-9));
    }
}
INSTANTIATE_TEST_SUITE_P(Kinds, Shapes,
                         testing::Values(stated(Kind::uniform, 2, 1, 5), stated(Kind::triangular, 2, 1, 5),
                                         stated(Kind::triangular, 1, 1, 5), stated(Kind::triangular, 5, 1, 5),
                                         stated(Kind::pert, 2, 1, 5), stated(Kind::pert, 5, 1, 5),
                                         stated(Kind::normal, 3, 0.5, 0), stated(Kind::lognormal, 3, 1.3, 0)));

TEST(Distribution, APedigreeWidensTheLognormal) {
    matter::Datum d = stated(Kind::lognormal, 3, 1.05, 0);
    d.uncertainty.pedigree = {5, 5, 5, 5, 5};
    // ln^2 1.05 + 0.04 + 0.008 + 0.04 + 0.002 + 0.12 (table of ecoinvent 3)
    EXPECT_NEAR(Distribution::of(d).poincare(), std::pow(std::log(1.05), 2) + 0.21, 1e-12);
}

double random_number(uint64_t stream, uint64_t k) { return numerics::unit_number(numerics::mixed(7, stream, k)); }

/// Two outcomes with a shared part: x = s + a, y = s + b + 0.1. The difference has the variance of a - b alone.
TEST(Compare, PairedDifferenceHasItsOwnVariance) {
    std::vector<double> x, y;
    for (uint64_t k = 0; k < 20000; ++k) {
        const double shared = 100 * random_number(0, k);
        x.push_back(shared + random_number(1, k));
        y.push_back(shared + random_number(2, k) + 0.1);
    }
    const Comparison c = compare(x, y, false);
    EXPECT_NEAR(c.difference.spread.sd * c.difference.spread.sd, 1.0 / 6, 0.005);
    EXPECT_NEAR(c.difference.spread.mean, -0.1, 0.015);
    // P(a - b < 0.1) for the triangular density on [-1, 1]: 1 - 0.9^2 / 2.
    EXPECT_NEAR(c.probability, 1 - 0.81 / 2, 0.015);
    EXPECT_EQ(c.verdict, Verdict::no_significant_difference);
}

TEST(Compare, VerdictAndIntervalAgree) {
    for (const double shift : {-3.0, -0.95, -0.8, -0.5, 0.0, 0.5, 0.7, 0.9, 3.0})
        for (const bool higher : {false, true}) {
            std::vector<double> x, y;
            for (uint64_t k = 0; k < 5000; ++k) {
                x.push_back(random_number(1, k) + shift);
                y.push_back(random_number(2, k));
            }
            const Comparison c = compare(x, y, higher), back = compare(y, x, higher);
            const bool zero_inside = c.difference.quantiles[1] <= 0 && c.difference.quantiles[5] >= 0;
            EXPECT_EQ(zero_inside, c.verdict == Verdict::no_significant_difference) << shift;
            EXPECT_NEAR(c.probability + back.probability, 1, 1e-12);
            if (shift == 3.0) {
                EXPECT_EQ(c.verdict, higher ? Verdict::first_better : Verdict::second_better);
            }
        }
}

TEST(Compare, EqualOutcomesAreNoDifferenceAndFewAreNoVerdict) {
    const std::vector<double> same(1000, 5.0), few(50, 1.0), more(50, 2.0);
    EXPECT_EQ(compare(same, same, false).verdict, Verdict::no_significant_difference);
    EXPECT_EQ(compare(same, same, false).probability, 0.5);
    EXPECT_EQ(compare(few, more, false).verdict, Verdict::too_few_samples);
}

TEST(Summary, WhatHasNoValueIsCounted) {
    std::vector<double> x;
    for (int k = 0; k < 1000; ++k) x.push_back(k % 10 == 0 ? std::numeric_limits<double>::quiet_NaN() : k);
    const Summary s = summary_of(x);
    EXPECT_EQ(s.without, 100U);
    EXPECT_EQ(s.spread.n, 900U);
    ASSERT_EQ(s.convergence.size(), 5U);
    EXPECT_EQ(s.convergence.back().samples, 900U);
    EXPECT_EQ(s.convergence.back().mean, s.spread.mean);
    EXPECT_EQ(s.convergence.front().samples, 55U); // of the first 62
}

} // namespace
} // namespace viresco::study
