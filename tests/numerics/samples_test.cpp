#include "numerics/latin_hypercube.h"
#include "numerics/sobol.h"
#include "numerics/statistics.h"
#include <algorithm>
#include <array>
#include <cmath>
#include <gtest/gtest.h>
#include <numeric>
#include <set>
#include <vector>

namespace viresco::numerics {
namespace {

constexpr double half_step = 0x1p-33;

/// First ten points in three dimensions as Joe and Kuo print them (web.maths.unsw.edu.au/~fkuo/sobol/).
TEST(Sobol, FirstPointsAsPublished) {
    constexpr double published[10][3] = {{0, 0, 0},
                                         {0.5, 0.5, 0.5},
                                         {0.75, 0.25, 0.25},
                                         {0.25, 0.75, 0.75},
                                         {0.375, 0.375, 0.625},
                                         {0.875, 0.875, 0.125},
                                         {0.625, 0.125, 0.875},
                                         {0.125, 0.625, 0.375},
                                         {0.1875, 0.3125, 0.9375},
                                         {0.6875, 0.8125, 0.4375}};
    const SobolSequence s(3, 0);
    for (uint64_t i = 0; i < 10; ++i)
        for (int d = 0; d < 3; ++d) EXPECT_EQ(s.at(i, d), published[i][d] + half_step) << i << " " << d;
}

class Stratified : public testing::TestWithParam<uint64_t> {};

/// The first 2^m points have one coordinate in each of 2^m equal slices, in every dimension and for every seed.
TEST_P(Stratified, EveryDimensionOfTheSequence) {
    constexpr uint64_t n = 256;
    const SobolSequence s(SobolSequence::max_dimensions, GetParam());
    for (int d = 0; d < s.dimensions(); ++d) {
        std::set<uint64_t> slices;
        for (uint64_t i = 0; i < n; ++i) slices.insert(static_cast<uint64_t>(s.at(i, d) * n));
        ASSERT_EQ(slices.size(), n) << "dimension " << d << " seed " << GetParam();
    }
}

/// The first two dimensions are a net: 2^m points, one in every box of 2^-a by 2^-(m - a).
TEST_P(Stratified, BoxesOfTheFirstTwoDimensions) {
    const SobolSequence s(2, GetParam());
    constexpr int m = 10;
    for (int a = 0; a <= m; ++a) {
        std::set<std::pair<int, int>> boxes;
        for (uint64_t i = 0; i < 1U << m; ++i)
            boxes.insert(
                {static_cast<int>(std::ldexp(s.at(i, 0), a)), static_cast<int>(std::ldexp(s.at(i, 1), m - a))});
        EXPECT_EQ(boxes.size(), 1U << m) << a;
    }
}

/// sum of (product of |4 u - 2|) has the mean 1: the error of even points falls with nearly 1/n, that of random ones
/// with 1/sqrt(n), 0.015 here.
TEST_P(Stratified, IntegralOfEightDimensions) {
    constexpr uint64_t n = 4096;
    const SobolSequence s(8, GetParam());
    StableSum sum;
    for (uint64_t i = 0; i < n; ++i) {
        double f = 1;
        for (int d = 0; d < 8; ++d) f *= (std::fabs(4 * s.at(i, d) - 2) + d) / (1 + d);
        sum.add(f);
    }
    EXPECT_NEAR(sum.value() / n, 1, 0.002);
}

TEST_P(Stratified, LatinHypercube) {
    for (const uint64_t n : {1U, 2U, 7U, 1000U, 4096U}) {
        const LatinHypercube s(n, GetParam());
        for (const int d : {0, 1, 500}) {
            std::set<uint64_t> slices;
            for (uint64_t i = 0; i < n; ++i) {
                const double u = s.at(i, d);
                ASSERT_TRUE(u > 0 && u < 1);
                slices.insert(static_cast<uint64_t>(u * static_cast<double>(n)));
            }
            EXPECT_EQ(slices.size(), n);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Stratified, testing::Values(0, 1, 2026, ~uint64_t{0}));

TEST(LatinHypercube, DimensionsAndSeedsAreNotCorrelated) {
    constexpr uint64_t n = 10000;
    const LatinHypercube a(n, 1), b(n, 2);
    double same = 0, across = 0;
    for (uint64_t i = 0; i < n; ++i) {
        same += (a.at(i, 0) - 0.5) * (a.at(i, 1) - 0.5);
        across += (a.at(i, 0) - 0.5) * (b.at(i, 0) - 0.5);
    }
    // Standard deviation of the coefficient: 1 / sqrt(n).
    EXPECT_LT(std::fabs(same * 12 / n), 0.05);
    EXPECT_LT(std::fabs(across * 12 / n), 0.05);
}

TEST(Sobol, SeedsGiveOtherPointsAndBeyondTheTableTheyAreRandom) {
    const SobolSequence a(2000, 1), b(2000, 2);
    EXPECT_NE(a.at(5, 3), b.at(5, 3));
    double mean = 0;
    for (uint64_t i = 0; i < 10000; ++i) mean += a.at(i, 1500) / 10000;
    EXPECT_NEAR(mean, 0.5, 0.015); // five standard deviations
}

TEST(Statistics, ASumThatLosesEverythingWhenAddedPlainly) {
    StableSum s;
    for (const double x : {1.0, 1e100, 1.0, -1e100}) s.add(x);
    EXPECT_EQ(s.value(), 2);
}

TEST(Statistics, SpreadFarFromZero) {
    std::vector<double> x;
    for (int i = 0; i < 1000; ++i) x.push_back(1e9 + i % 2);
    const Spread s = spread(x);
    EXPECT_DOUBLE_EQ(s.mean, 1e9 + 0.5);
    EXPECT_NEAR(s.sd, std::sqrt(0.25 * 1000 / 999), 1e-12);
    EXPECT_NEAR(s.standard_error(), s.sd / std::sqrt(1000.0), 1e-15);
}

TEST(Statistics, QuantilesLieBetweenOrderStatistics) {
    const std::array<double, 4> at{0, 0.5, 0.75, 1};
    EXPECT_EQ(quantiles({4, 1, 3, 2}, at), (std::vector<double>{1, 2.5, 3.25, 4}));
    EXPECT_TRUE(std::isnan(quantile_of_sorted({}, 0.5)));
}

TEST(Statistics, BetaFunctionHasItsClosedForms) {
    for (const double x : {0.01, 0.2, 0.5, 0.8, 0.999}) {
        EXPECT_NEAR(incomplete_beta(1, 1, x), x, 1e-14);
        EXPECT_NEAR(incomplete_beta(2, 2, x), x * x * (3 - 2 * x), 1e-14);
        EXPECT_NEAR(incomplete_beta(5, 1, x), std::pow(x, 5), 1e-14);
        EXPECT_NEAR(incomplete_beta(1, 4, x), 1 - std::pow(1 - x, 4), 1e-14);
    }
    for (const double a : {1.0, 1.7, 3.0, 5.0})
        for (const double p : {1e-9, 0.025, 0.5, 0.975, 1 - 1e-9})
            EXPECT_NEAR(incomplete_beta(a, 6 - a, beta_quantile(a, 6 - a, p)), p, 1e-13) << a << " " << p;
}

TEST(Statistics, CholeskyTellsTheRowThatFails) {
    std::vector<double> good{1, 0.5, 0.5, 1}, bad{1, 0.9, 0.9, 0.9, 1, -0.9, 0.9, -0.9, 1};
    EXPECT_EQ(cholesky(good, 2), 2U);
    EXPECT_DOUBLE_EQ(good[2], 0.5);
    EXPECT_DOUBLE_EQ(good[3], std::sqrt(0.75));
    EXPECT_EQ(cholesky(bad, 3), 2U);
}

} // namespace
} // namespace viresco::numerics
