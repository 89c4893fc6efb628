#include "numerics/dense_lu.h"
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

namespace viresco::numerics {
namespace {

/// Numbers spread over several decades, fixed by the seed on every machine.
std::vector<double> random_numbers(size_t n, unsigned seed) {
    std::mt19937 bits(seed);
    std::vector<double> out(n);
    for (double& x : out) {
        const double u = static_cast<double>(bits()) / 4294967296.0 - 0.5;
        x = u * std::pow(10.0, static_cast<int>(bits() % 7) - 3);
    }
    return out;
}

class RandomSystem : public testing::TestWithParam<int> {};

TEST_P(RandomSystem, BothSolvesLeaveTheResidualOfABackwardStableMethod) {
    const auto n = static_cast<size_t>(GetParam());
    for (unsigned seed = 1; seed <= 20; ++seed) {
        const std::vector<double> a = random_numbers(n * n, seed), b = random_numbers(n, seed + 1000);
        std::vector<double> lu = a;
        std::vector<int> pivot(n);
        ASSERT_TRUE(lu_factor(lu, pivot)) << "seed " << seed;
        for (const bool transposed : {false, true}) {
            std::vector<double> x = b;
            if (transposed)
                lu_solve_transposed(lu, pivot, x);
            else
                lu_solve(lu, pivot, x);
            double size = 0, matrix = 0, worst = 0;
            for (size_t i = 0; i < n; ++i) {
                double r = -b[i], row = 0;
                for (size_t j = 0; j < n; ++j) {
                    const double coefficient = transposed ? a[j * n + i] : a[i * n + j];
                    r += coefficient * x[j];
                    row += std::fabs(coefficient);
                }
                worst = std::max(worst, std::fabs(r));
                matrix = std::max(matrix, row);
                size = std::max(size, std::fabs(x[i]));
            }
            // |A x - b| <= growth * n * eps * |A| |x|; growth of random matrices stays far below 100.
            EXPECT_LE(worst, 100 * static_cast<double>(n) * 2.3e-16 * matrix * size)
                << "n " << n << " seed " << seed << " transposed " << transposed;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Sizes, RandomSystem, testing::Values(1, 2, 3, 7, 20, 60));

TEST(DenseLu, SolvesAKnownSystem) {
    // 2x + y - z = 8, -3x - y + 2z = -11, -2x + y + 2z = -3: (2, 3, -1)
    std::vector<double> a{2, 1, -1, -3, -1, 2, -2, 1, 2}, b{8, -11, -3};
    std::vector<int> pivot(3);
    ASSERT_TRUE(lu_factor(a, pivot));
    lu_solve(a, pivot, b);
    EXPECT_NEAR(b[0], 2, 1e-14);
    EXPECT_NEAR(b[1], 3, 1e-14);
    EXPECT_NEAR(b[2], -1, 1e-14);
}

TEST(DenseLu, PermutationNeedsPivoting) {
    // A cyclic permutation has zeros on the diagonal: x shifted, exactly.
    const size_t n = 5;
    std::vector<double> a(n * n, 0.0), b(n);
    for (size_t i = 0; i < n; ++i) a[i * n + (i + 1) % n] = 1;
    std::iota(b.begin(), b.end(), 1.0);
    std::vector<double> forward = b, backward = b;
    std::vector<int> pivot(n);
    ASSERT_TRUE(lu_factor(a, pivot));
    lu_solve(a, pivot, forward);             // x[i+1] = b[i]
    lu_solve_transposed(a, pivot, backward); // x[i] = b[i+1]
    EXPECT_EQ(forward, (std::vector<double>{5, 1, 2, 3, 4}));
    EXPECT_EQ(backward, (std::vector<double>{2, 3, 4, 5, 1}));
}

TEST(DenseLu, TinyLeadingPivotIsNotUsed) {
    std::vector<double> a{1e-20, 1, 1, 1}, b{1, 2};
    std::vector<int> pivot(2);
    ASSERT_TRUE(lu_factor(a, pivot));
    EXPECT_EQ(pivot[0], 1);
    lu_solve(a, pivot, b);
    EXPECT_NEAR(b[0], 1, 1e-15);
    EXPECT_NEAR(b[1], 1, 1e-15);
}

TEST(DenseLu, SingularIsRejected) {
    const std::vector<std::vector<double>> singular{{0},
                                                    {0, 0, 0, 0},
                                                    {1, 2, 2, 4},
                                                    {1, 0, 0, 0},
                                                    {2, 0, 1, 4, 0, 3, 8, 0, 5},
                                                    {0, 1, 0, 1},
                                                    {1, 2, 3, 2, 4, 6, 1, 0, 1}};
    for (const auto& matrix : singular) {
        std::vector<double> a = matrix;
        std::vector<int> pivot(static_cast<size_t>(std::lround(std::sqrt(static_cast<double>(a.size())))));
        EXPECT_FALSE(lu_factor(a, pivot)) << matrix.size() << " entries, first " << matrix.front();
    }
}

TEST(DenseLu, WhatIsNotFiniteIsRejectedWhereverItStands) {
    const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
    for (const double bad : {nan, inf, -inf})
        for (size_t k = 0; k < 9; ++k) {
            std::vector<double> a{1, 0, 0, 0, 1, 0, 0, 0, 1};
            a[k] = bad;
            std::vector<int> pivot(3);
            EXPECT_FALSE(lu_factor(a, pivot)) << "entry " << k << " value " << bad;
        }
}

TEST(DenseLu, EmptySystem) {
    std::vector<double> none;
    std::vector<int> pivot;
    EXPECT_TRUE(lu_factor(none, pivot));
    lu_solve(none, pivot, none);
    EXPECT_TRUE(none.empty());
}

} // namespace
} // namespace viresco::numerics
