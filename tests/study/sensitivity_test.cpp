#include "lca/random.h"
#include "numerics/random_bits.h"
#include "study/sensitivity.h"
#include <algorithm>
#include <cmath>
#include <functional>
#include <gtest/gtest.h>
#include <limits>

namespace viresco::study {
namespace {

using Function = std::function<double(std::span<const double>)>;
constexpr double pi = 3.14159265358979323846;

double ishigami(std::span<const double> u) {
    const auto x = [&](size_t k) { return pi * (2 * u[k] - 1); };
    return std::sin(x(0)) + 7 * std::pow(std::sin(x(1)), 2) + 0.1 * std::pow(x(2), 4) * std::sin(x(0));
}

double g_function(std::span<const double> u) {
    constexpr double a[] = {0, 1, 4.5, 9, 99, 99, 99, 99};
    double g = 1;
    for (size_t k = 0; k < 8; ++k) g *= (std::fabs(4 * u[k] - 2) + a[k]) / (1 + a[k]);
    return g;
}

SobolIndices indices(const Plan& plan, int inputs, const Function& f) {
    const Design design(plan, inputs);
    SobolIndices out(static_cast<size_t>(inputs), plan.samples);
    std::vector<double> u(static_cast<size_t>(inputs)), y;
    for (uint64_t row = 0; row < design.rows(); ++row) {
        design.point(row, u);
        y.push_back(f(u));
        if (y.size() < design.block()) continue;
        out.add(row / design.block(), y[0], y[1], std::span(y).subspan(2));
        y.clear();
    }
    return out;
}

struct Expected {
    const char* name;
    Function f;
    std::vector<double> first, total;
    double variance;
    uint64_t samples;
};

const Expected functions[] = {{"Ishigami", ishigami, {.31391, .44241, 0}, {.55759, .44241, .24368}, 13.84459, 4096},
                              {"g",
                               g_function,
                               {.71619, .17905, .02368, .00716, 7.2e-5, 7.2e-5, 7.2e-5, 7.2e-5},
                               {.78714, .24222, .03433, .01046, 1.05e-4, 1.05e-4, 1.05e-4, 1.05e-4},
                               .46542,
                               4096}};

class ClosedForm : public testing::TestWithParam<std::tuple<int, uint64_t>> {};

TEST_P(ClosedForm, SobolIndicesWithinAHundredth) {
    const Expected& e = functions[std::get<0>(GetParam())];
    Plan plan{Analysis::sobol, Sampling::sobol, e.samples, std::get<1>(GetParam())};
    const SobolIndices all = indices(plan, static_cast<int>(e.first.size()), e.f);
    const auto s = all.result();
    for (size_t k = 0; k < e.first.size(); ++k) {
        EXPECT_NEAR(s[k].first, e.first[k], 0.01) << e.name << " input " << k << " seed " << plan.seed;
        EXPECT_NEAR(s[k].total, e.total[k], 0.01) << e.name << " input " << k << " seed " << plan.seed;
    }
    EXPECT_NEAR(all.variance(), e.variance, 0.01 * e.variance);
}
INSTANTIATE_TEST_SUITE_P(Functions, ClosedForm, testing::Combine(testing::Values(0, 1), testing::Values(1, 2, 3, 99)));

/// Intervals of 95 % cover the truth in about 95 of 100 seeds (three inputs each): random points, where they should.
TEST(Sobol, ConfidenceIntervalsCover) {
    int inside_first = 0, inside_total = 0, n = 0;
    const Expected& e = functions[0];
    for (uint64_t seed = 1; seed <= 100; ++seed) {
        const auto s = indices({Analysis::sobol, Sampling::random, 1024, seed}, 3, e.f).result();
        for (size_t k = 0; k < 3; ++k, ++n) {
            inside_first += std::fabs(s[k].first - e.first[k]) <= s[k].first_error;
            inside_total += std::fabs(s[k].total - e.total[k]) <= s[k].total_error;
        }
    }
    EXPECT_GT(inside_first, n * 0.90);
    EXPECT_GT(inside_total, n * 0.88);
    EXPECT_LT(inside_first, n); // an interval that always covers is too wide
}

TEST(Sobol, BlocksWithoutAValueAreLeftOutAndCounted) {
    const auto holes = [](std::span<const double> u) {
        return u[0] > 0.99 ? std::numeric_limits<double>::quiet_NaN() : u[0] + 2 * u[1];
    };
    const SobolIndices s = indices({Analysis::sobol, Sampling::sobol, 2048, 1}, 2, holes);
    EXPECT_GT(s.left_out(), 20U);
    EXPECT_EQ(s.used() + s.left_out(), 2048U);
    EXPECT_NEAR(s.result()[1].first, 0.8, 0.02);
}

/// Adding a large constant must not cost digits.
TEST(Sobol, AConstantChangesNothing) {
    const Plan plan{Analysis::sobol, Sampling::sobol, 512, 1};
    const auto a = indices(plan, 3, ishigami).result();
    const auto b = indices(plan, 3, [](auto u) { return ishigami(u) + 1e6; }).result();
    for (size_t k = 0; k < 3; ++k) {
        EXPECT_NEAR(a[k].first, b[k].first, 1e-7);
        EXPECT_NEAR(a[k].total, b[k].total, 1e-7);
    }
}

std::vector<MorrisMeasure> screening(uint64_t trajectories, int inputs, const Function& f, uint64_t seed = 1) {
    const Design design({Analysis::morris, Sampling::sobol, trajectories, seed}, inputs);
    MorrisScreening out(static_cast<size_t>(inputs));
    std::vector<double> u(static_cast<size_t>(inputs)), y;
    for (uint64_t row = 0; row < design.rows(); ++row) {
        design.point(row, u);
        for (const double x : u) EXPECT_TRUE(x >= 0 && x <= 1 + 1e-15);
        y.push_back(f(u));
        if (y.size() < design.block()) continue;
        out.add(design.trajectory(row / design.block()), y);
        y.clear();
    }
    return out.result();
}

TEST(Morris, OfALinearFunctionTheCoefficients) {
    const auto m = screening(10, 3, [](auto u) { return 2 * u[0] - 5 * u[1] + 0 * u[2]; });
    const double coefficient[] = {2, -5, 0};
    for (size_t k = 0; k < 3; ++k) {
        EXPECT_NEAR(m[k].mu, coefficient[k], 1e-12);
        EXPECT_NEAR(m[k].mu_star, std::fabs(coefficient[k]), 1e-12);
        EXPECT_NEAR(m[k].sigma, 0, 1e-12);
    }
}

/// u0 u1 on the levels 0, 1/3, 2/3, 1: the effect of u0 is u1, which is any of them: mean 1/2, variance 5/36.
TEST(Morris, OfAProductTheMomentsOfTheGrid) {
    const auto m = screening(20000, 2, [](auto u) { return u[0] * u[1]; });
    for (size_t k = 0; k < 2; ++k) {
        EXPECT_NEAR(m[k].mu, 0.5, 0.015);
        EXPECT_NEAR(m[k].sigma, std::sqrt(5.0 / 36), 0.01);
    }
}

/// The function of Morris (1991) with 20 inputs, and what the paper finds in it: the first ten matter, of them 8 to 10
/// act linearly (sigma small beside mu), 1 to 7 with curvature or together; the other ten do not.
TEST(Morris, PublishedExample) {
    const auto normal = [](uint64_t a, uint64_t b) {
        return lca::normal_quantile(numerics::unit_number(numerics::mixed(1991, a, b)));
    };
    const Function f = [&](std::span<const double> x) {
        double w[20];
        for (size_t k = 0; k < 20; ++k)
            w[k] = k == 2 || k == 4 || k == 6 ? 2 * (1.1 * x[k] / (x[k] + 0.1) - 0.5) : 2 * (x[k] - 0.5);
        double y = 0;
        for (size_t i = 0; i < 20; ++i) {
            y += (i < 10 ? 20 : normal(i, 100)) * w[i];
            for (size_t j = i + 1; j < 20; ++j) {
                y += (j < 6 ? -15 : normal(i, j)) * w[i] * w[j];
                for (size_t l = j + 1; l < 5; ++l) {
                    y += -10 * w[i] * w[j] * w[l];
                    for (size_t s = l + 1; s < 4; ++s) y += 5 * w[i] * w[j] * w[l] * w[s];
                }
            }
        }
        return y;
    };
    const auto m = screening(50, 20, f);
    for (size_t k = 0; k < 20; ++k) {
        if (k < 10)
            EXPECT_GT(m[k].mu_star, 20) << k + 1;
        else
            EXPECT_LT(m[k].mu_star, 10) << k + 1;
        if (k >= 7 && k < 10) {
            EXPECT_LT(m[k].sigma, 0.3 * m[k].mu_star) << k + 1;
            EXPECT_NEAR(m[k].mu, 40, 5) << k + 1; // 20 x 2, and little from the small interactions
        }
        if (k < 7) {
            EXPECT_GT(m[k].sigma, 0.3 * m[k].mu_star) << k + 1;
        }
    }
}

TEST(Design, MixedRowsTakeOneInputFromB) {
    const Design d({Analysis::sobol, Sampling::sobol, 16, 3}, 4);
    std::vector<double> a(4), b(4), mixed(4);
    for (uint64_t base = 0; base < 16; ++base) {
        d.point(base * 6, a);
        d.point(base * 6 + 1, b);
        for (size_t i = 0; i < 4; ++i) {
            d.point(base * 6 + 2 + i, mixed);
            for (size_t k = 0; k < 4; ++k) EXPECT_EQ(mixed[k], k == i ? b[k] : a[k]);
        }
    }
}

} // namespace
} // namespace viresco::study
