#include "study/tornado.h"
#include <cmath>
#include <gtest/gtest.h>
#include <limits>

namespace viresco::study {
namespace {

/// Columns of n different numbers in (0, 1), each in an order of its own.
std::vector<std::vector<double>> columns(size_t k, size_t n) {
    std::vector<std::vector<double>> out(k, std::vector<double>(n));
    for (size_t i = 0; i < k; ++i)
        for (size_t j = 0; j < n; ++j) {
            // A stride that shares no factor with n visits every place once.
            const size_t stride = std::vector<size_t>{1, 387, 611, 203}[i];
            out[i][j] = (static_cast<double>((j * stride) % n) + 0.5) / static_cast<double>(n);
        }
    return out;
}

TEST(Tornado, MonotoneOutcomeHasItsMediansAndFullCorrelation) {
    const size_t n = 1000;
    const auto x = columns(2, n);
    std::vector<double> y(n);
    for (size_t j = 0; j < n; ++j) y[j] = std::exp(3 * x[0][j]); // of the first input alone, rising
    const auto swings = Tornado(x).of(y);
    ASSERT_GE(swings.size(), 1U);
    EXPECT_EQ(swings[0].input, 0);
    EXPECT_NEAR(swings[0].rank_correlation, 1, 1e-12);
    // The middle of 200 values is between the 100th and 101st: u = 0.1 and 0.9.
    EXPECT_NEAR(swings[0].low, 0.5 * (std::exp(3 * 0.0995) + std::exp(3 * 0.1005)), 1e-12);
    EXPECT_NEAR(swings[0].high, 0.5 * (std::exp(3 * 0.8995) + std::exp(3 * 0.9005)), 1e-12);
}

TEST(Tornado, FallingOutcomeIsTheMirrorImage) {
    const auto x = columns(1, 1000);
    std::vector<double> y, z;
    for (const double u : x[0]) {
        y.push_back(u);
        z.push_back(-u);
    }
    const auto rising = Tornado(x).of(y), falling = Tornado(x).of(z);
    ASSERT_EQ(rising.size(), 1U);
    ASSERT_EQ(falling.size(), 1U);
    EXPECT_DOUBLE_EQ(rising[0].rank_correlation, -falling[0].rank_correlation);
    EXPECT_DOUBLE_EQ(rising[0].low, -falling[0].low);
    EXPECT_DOUBLE_EQ(rising[0].high, -falling[0].high);
}

TEST(Tornado, StrongerInputsComeFirstAndWhatDoesNothingIsLeftOut) {
    const size_t n = 1000;
    const auto x = columns(4, n);
    std::vector<double> y(n);
    for (size_t j = 0; j < n; ++j) y[j] = 1 * x[0][j] - 3 * x[1][j] + 2 * x[2][j];
    const auto swings = Tornado(x).of(y);
    ASSERT_EQ(swings.size(), 3U);
    EXPECT_EQ(swings[0].input, 1);
    EXPECT_LT(swings[0].rank_correlation, 0);
    EXPECT_EQ(swings[1].input, 2);
    EXPECT_EQ(swings[2].input, 0);
    EXPECT_EQ(Tornado(x).of(y, 2).size(), 2U);
}

TEST(Tornado, SamplesWithoutAResultAreLeftOutAndFewSayNothing) {
    const size_t n = 1000;
    const auto x = columns(1, n);
    std::vector<double> y(n);
    for (size_t j = 0; j < n; ++j) y[j] = j % 2 == 0 ? std::numeric_limits<double>::quiet_NaN() : x[0][j];
    const auto swings = Tornado(x).of(y);
    ASSERT_EQ(swings.size(), 1U);
    EXPECT_NEAR(swings[0].rank_correlation, 1, 1e-12);
    EXPECT_NEAR(swings[0].low, 0.1, 0.01);
    for (size_t j = 99; j < n; ++j) y[j] = std::numeric_limits<double>::infinity();
    EXPECT_TRUE(Tornado(x).of(y).empty()) << "49 samples";
    EXPECT_TRUE(Tornado(x).of(std::vector<double>(n, 7.0)).empty()) << "an outcome that does not vary";
}

TEST(Tornado, TiesShareTheirRank) {
    const size_t n = 1000;
    const auto x = columns(1, n);
    std::vector<double> y(n);
    for (size_t j = 0; j < n; ++j) y[j] = x[0][j] < 0.5 ? 0 : 1;
    const auto swings = Tornado(x).of(y);
    ASSERT_EQ(swings.size(), 1U);
    // Closed form for a step at the median: sqrt(3)/2, up to 1/n.
    EXPECT_NEAR(swings[0].rank_correlation, std::sqrt(3.0) / 2, 1e-5);
    EXPECT_EQ(swings[0].low, 0);
    EXPECT_EQ(swings[0].high, 1);
}

} // namespace
} // namespace viresco::study
