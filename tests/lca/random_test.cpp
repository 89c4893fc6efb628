#include "lca/random.h"
#include <algorithm>
#include <bit>
#include <cmath>
#include <gtest/gtest.h>
#include <numeric>
#include <vector>

namespace viresco::lca {
namespace {

std::vector<uint32_t> counting(uint32_t n) {
    std::vector<uint32_t> id(n);
    std::iota(id.begin(), id.end(), 0U);
    return id;
}

TEST(Random, PhiloxGivesTheKnownAnswers) {
    // The known-answer vectors of Philox2x32-10 published with Random123.
    using Words = std::array<uint32_t, 2>;
    EXPECT_EQ(philox({0, 0}, 0), (Words{0xff1dae59, 0x6cd10df2}));
    EXPECT_EQ(philox({0xffffffff, 0xffffffff}, 0xffffffff), (Words{0x2c3f628b, 0xab4fd7ad}));
    EXPECT_EQ(philox({0x243f6a88, 0x85a308d3}, 0x13198a2e), (Words{0xdd7ce038, 0xf62a4c12}));
}

TEST(Random, UniformsAreThePhiloxWords) {
    const std::vector<uint32_t> id{0, 1, 7, 0x243f6a88};
    std::vector<double> u(id.size());
    uniforms(id, 0x85a308d3, 0x13198a2e, u);
    for (size_t k = 0; k < id.size(); ++k) {
        const auto w = philox({id[k], 0x85a308d3}, 0x13198a2e);
        const double n = static_cast<double>((static_cast<uint64_t>(w[0]) << 20) | (w[1] >> 12));
        EXPECT_EQ(u[k], std::ldexp(n + 0.5, -52));
    }
}

TEST(Random, OneNumberHasTheBitsItHasAmongMany) {
    const auto id = counting(1003);
    std::vector<double> many(id.size()), median(id.size(), 2.5), sigma(id.size(), 0.7), one(1);
    lognormals(id, median, sigma, 17, 99, many);
    for (uint32_t k : {0U, 1U, 255U, 256U, 511U, 1002U}) {
        const std::vector<uint32_t> single{k};
        lognormals(single, std::span(median).first(1), std::span(sigma).first(1), 17, 99, one);
        EXPECT_EQ(std::bit_cast<uint64_t>(one[0]), std::bit_cast<uint64_t>(many[k])) << k;
    }
}

TEST(Random, NormalsAreTheQuantilesOfTheUniforms) {
    const auto id = counting(200000);
    std::vector<double> u(id.size()), z(id.size());
    uniforms(id, 3, 4, u);
    normals(id, 3, 4, z);
    for (size_t k = 0; k < id.size(); ++k) {
        // Independent of the algorithm: the distribution function of the C library.
        const double tail = 0.5 * std::erfc(std::fabs(z[k]) / std::sqrt(2.0));
        const double p = std::min(u[k], 1 - u[k]);
        ASSERT_NEAR(tail, p, 2e-14 * p + 1e-15) << u[k] << " " << z[k];
        ASSERT_EQ(z[k] < 0, u[k] < 0.5);
        ASSERT_NEAR(z[k], normal_quantile(u[k]), 1e-14 * (1 + std::fabs(z[k])));
    }
}

TEST(Random, FarTail) {
    for (double p : {1e-11, 1e-12, 1e-15, 1.2e-16}) {
        EXPECT_NEAR(0.5 * std::erfc(-normal_quantile(p) / std::sqrt(2.0)) / p, 1, 2e-13) << p;
    }
}

TEST(Random, LognormalsAreExponentialsOfTheNormals) {
    const auto id = counting(50000);
    std::vector<double> z(id.size()), x(id.size()), median(id.size()), sigma(id.size());
    for (size_t k = 0; k < id.size(); ++k) {
        median[k] = (k % 2 ? -1 : 1) * std::pow(10.0, static_cast<int>(k % 19) - 9);
        sigma[k] = 0.01 + 0.3 * static_cast<double>(k % 11);
    }
    normals(id, 1, 2, z);
    lognormals(id, median, sigma, 1, 2, x);
    for (size_t k = 0; k < id.size(); ++k) {
        const double expected = median[k] * std::exp(sigma[k] * z[k]);
        ASSERT_NEAR(x[k] / expected, 1, 1e-15 * 4) << k;
    }
}

TEST(Random, TheBitsAreTheSameInEveryBuild) {
    // 5 million numbers folded into one, as gcc 12 makes them with and without AVX2, optimised or not, and clang 14 too.
    constexpr uint32_t n = 100003;
    std::vector<uint32_t> id(n);
    std::vector<double> median(n, 1.7), sigma(n), x(n);
    for (uint32_t k = 0; k < n; ++k) {
        id[k] = 7 * k;
        sigma[k] = 0.01 * (k % 300);
    }
    uint64_t fold = 1;
    for (uint32_t draw = 0; draw < 50; ++draw) {
        lognormals(id, median, sigma, draw, 9, x);
        for (double value : x) fold = fold * 6364136223846793005U + std::bit_cast<uint64_t>(value);
    }
    EXPECT_EQ(fold, 0x665a47fdbe3ed1afU);
}

TEST(Random, MomentsAndIndependence) {
    // 10^6 numbers in each direction (ids, draws, seeds): five standard errors each.
    constexpr size_t n = 1000000;
    for (int direction = 0; direction < 3; ++direction) {
        std::vector<double> z(n);
        if (direction == 0) {
            normals(counting(n), 5, 6, z);
        } else {
            const std::vector<uint32_t> id{12345};
            for (size_t k = 0; k < n; ++k) {
                const auto i = static_cast<uint32_t>(k);
                normals(id, direction == 1 ? i : 5, direction == 2 ? i : 6, std::span(z).subspan(k, 1));
            }
        }
        double m1 = 0, m2 = 0, m3 = 0, m4 = 0, lag = 0;
        for (size_t k = 0; k < n; ++k) {
            const double x = z[k];
            m1 += x, m2 += x * x, m3 += x * x * x, m4 += x * x * x * x;
            if (k > 0) lag += x * z[k - 1];
        }
        const double root = std::sqrt(static_cast<double>(n));
        EXPECT_NEAR(m1 / n, 0, 5 / root);
        EXPECT_NEAR(m2 / n, 1, 5 * std::sqrt(2.0) / root);
        EXPECT_NEAR(m3 / n, 0, 5 * std::sqrt(15.0) / root);
        EXPECT_NEAR(m4 / n, 3, 5 * std::sqrt(96.0) / root);
        EXPECT_NEAR(lag / n, 0, 5 / root);
    }
}

} // namespace
} // namespace viresco::lca
