#include "assess/decision.h"
#include <cmath>
#include <gtest/gtest.h>
#include <random>

namespace viresco::assess {
namespace {

/// Six sites by four criteria, all higher is better: J. Papathanasiou, N. Ploskas, Multiple Criteria Decision Aid, Springer
/// 2018 (doi.org/10.1007/978-3-319-91648-4), the example of chapters 1 (TOPSIS), 3 (PROMETHEE) and 5 (AHP). Read in the
/// tests of the public repositories pyrepo-mcda and distance-metrics-mcda, which quote it; the book itself was not at hand.
DecisionTable sites(double preference = 0, double indifference = 0) {
    DecisionTable t;
    for (const char* id : {"a", "b", "c", "d"}) t.criteria.push_back({id, true, indifference, preference});
    t.values = {8, 7, 2, 1, 5, 3, 7, 5, 7, 5, 6, 4, 9, 9, 7, 3, 11, 10, 3, 7, 6, 9, 5, 4};
    return t;
}
const double site_weights[] = {0.4, 0.3, 0.1, 0.2};

TEST(Topsis, PublishedExample) {
    const double printed[] = {0.387, 0.327, 0.391, 0.615, 0.868, 0.493};
    const auto c = scores(Method::topsis, sites(), site_weights);
    for (size_t i = 0; i < 6; ++i) EXPECT_NEAR(c[i], printed[i], 0.0005) << i;
}

/// Y. Ersoy, LogForum 17(3), 2021: equipment selection with two cost criteria; printed with three digits, weights rounded.
/// Read in the tests of pyrepo-mcda.
TEST(Topsis, PublishedExampleWithCosts) {
    DecisionTable t;
    for (int k = 0; k < 6; ++k) t.criteria.push_back({std::to_string(k), k < 4});
    t.values = {256, 8, 41, 1.6, 1.77, 7347.16, 256, 8, 32, 1.0, 1.8, 6919.99, 256, 8, 53, 1.6, 1.9, 8400,
                256, 8, 41, 1.0, 1.75, 6808.9,  512, 8, 35, 1.6, 1.7, 8479.99, 256, 4, 35, 1.6, 1.7, 7499.99};
    const double weights[] = {0.405, 0.221, 0.134, 0.199, 0.007, 0.034};
    const double printed[] = {0.308, 0.254, 0.327, 0.263, 0.857, 0.192};
    const auto c = scores(Method::topsis, t, weights);
    for (size_t i = 0; i < 6; ++i) EXPECT_NEAR(c[i], printed[i], 0.005) << i;
}

TEST(Promethee, PublishedExample) {
    const double printed[] = {-0.26, -0.52, -0.22, 0.36, 0.70, -0.06};
    const auto flow = scores(Method::promethee, sites(2, 1), site_weights);
    for (size_t i = 0; i < 6; ++i) EXPECT_NEAR(flow[i], printed[i], 1e-12) << i;
}

/// Three alternatives, two criteria, usual preference: flows -0.2, 0.2, 0 (tests of github.com/antoinedejonckheere/promethee).
TEST(Promethee, UsualCriterion) {
    DecisionTable t{{{"a", true}, {"b", true}}, {4, 2, 1, 5, 3, 4}};
    const double weights[] = {0.4, 0.6};
    const auto flow = scores(Method::promethee, t, weights);
    EXPECT_NEAR(flow[0], -0.2, 1e-12);
    EXPECT_NEAR(flow[1], 0.2, 1e-12);
    EXPECT_NEAR(flow[2], 0.0, 1e-12);
}

/// Chapter 5 of the same book: criteria, and alternatives by each criterion; printed priorities of the sites.
TEST(PairwiseWeights, PublishedExample) {
    const double criteria[] = {1, 1, 5, 3, 1, 1, 5, 3, 1. / 5, 1. / 5, 1, 1. / 3, 1. / 3, 1. / 3, 3, 1};
    const std::vector<double> by[] = {
        {1, 5, 1, 1, 1. / 3, 3, 1. / 5, 1, 1. / 3, 1. / 5, 1. / 7, 1, 1,      3, 1, 1. / 3, 1. / 5, 1,
         1, 5, 3, 1, 1. / 3, 3, 3,      7, 5,      3,      1,      7, 1. / 3, 1, 1, 1. / 3, 1. / 7, 1},
        {1,      7, 3, 1. / 3, 1. / 3, 1. / 3, 1. / 7, 1, 1. / 3, 1. / 7, 1. / 9, 1. / 7,
         1. / 3, 3, 1, 1. / 5, 1. / 5, 1. / 5, 3,      7, 5,      1,      1,      1,
         3,      9, 5, 1,      1,      1,      3,      7, 5,      1,      1,      1},
        {1, 1. / 9, 1. / 7, 1. / 9, 1, 1. / 5, 9, 1,      1,      1,      5, 3,      7, 1,      1, 1,      5, 1,
         9, 1,      1,      1,      7, 3,      1, 1. / 5, 1. / 5, 1. / 7, 1, 1. / 3, 5, 1. / 3, 1, 1. / 3, 3, 1},
        {1, 1. / 5, 1. / 5, 1. / 3, 1. / 7, 1. / 5, 5, 1, 1, 3, 1. / 3, 1, 5, 1, 1, 1, 1. / 3, 1,
         3, 1. / 3, 1,      1,      1. / 7, 1,      7, 3, 3, 7, 1,      5, 5, 1, 1, 1, 1. / 5, 1}};
    const double printed[] = {0.117, 0.071, 0.095, 0.212, 0.350, 0.155};
    const auto weights = pairwise_weights(criteria).weights;
    std::vector<double> total(6, 0.0);
    for (size_t k = 0; k < 4; ++k) {
        const auto local = pairwise_weights(by[k]).weights;
        for (size_t i = 0; i < 6; ++i) total[i] += weights[k] * local[i];
    }
    for (size_t i = 0; i < 6; ++i) EXPECT_NEAR(total[i], printed[i], 0.0006) << i;
}

TEST(PairwiseWeights, OfAConsistentTableAreTheWeightsItWasMadeOf) {
    const double w[] = {0.4, 0.3, 0.2, 0.07, 0.03};
    std::vector<double> a;
    for (const double x : w)
        for (const double y : w) a.push_back(x / y);
    const auto found = pairwise_weights(a);
    for (size_t i = 0; i < 5; ++i) EXPECT_NEAR(found.weights[i], w[i], 1e-12);
    EXPECT_NEAR(found.largest_eigenvalue, 5, 1e-12);
    EXPECT_NEAR(found.consistency_ratio, 0, 1e-12);
}

TEST(PairwiseWeights, ContradictionsAreRefusedAndNamed) {
    // a is 5 times b, b is 5 times c, yet c is 3 times a.
    const double a[] = {1, 5, 1. / 3, 1. / 5, 1, 5, 3, 1. / 5, 1};
    try {
        pairwise_weights(a);
        FAIL();
    } catch (const ConfigError& e) {
        const auto& d = e.diagnostics().all().at(0);
        EXPECT_STREQ(d.message.name(), "pairwise_inconsistent");
        ASSERT_EQ(d.hints.size(), 1u);
        EXPECT_EQ(d.hints[0].args[6], "25");
    }
    const double not_reciprocal[] = {1, 2, 2, 1}, negative[] = {1, -2, -0.5, 1}, not_square[] = {1, 2, 3};
    EXPECT_THROW(pairwise_weights(not_reciprocal), ConfigError);
    EXPECT_THROW(pairwise_weights(negative), ConfigError);
    EXPECT_THROW(pairwise_weights(not_square), ConfigError);
}

TEST(Weights, ThatAreNoneAreRefused) {
    const double good[] = {0.5, 0.25, 0.25}, sum[] = {0.5, 0.25, 0.5}, negative[] = {1.5, -0.5, 0};
    EXPECT_NO_THROW(check_weights(good, 3));
    EXPECT_THROW(check_weights(good, 4), ConfigError);
    EXPECT_THROW(check_weights(sum, 3), ConfigError);
    EXPECT_THROW(check_weights(negative, 3), ConfigError);
}

TEST(EntropyWeights, ByHandAndTheirLimits) {
    // Four routes; the first criterion is the same everywhere and says nothing, the second has shares .4 .3 .2 .1.
    DecisionTable t{{{"a", true}, {"b", true}}, {5, 4, 5, 3, 5, 2, 5, 1}};
    auto w = entropy_weights(t);
    EXPECT_NEAR(w.weights[0], 0, 1e-12);
    EXPECT_NEAR(w.weights[1], 1, 1e-12);
    EXPECT_FALSE(w.few);
    // With the first column 1 1 1 3: 1 - e from Shannon's formula by hand.
    t.values = {1, 4, 1, 3, 1, 2, 3, 1};
    const auto spread = [](std::vector<double> p) {
        double e = 0;
        for (const double x : p) e -= x * std::log(x) / std::log(4.0);
        return 1 - e;
    };
    const double one = spread({1. / 6, 1. / 6, 1. / 6, 1. / 2}), two = spread({.4, .3, .2, .1});
    w = entropy_weights(t);
    EXPECT_NEAR(w.weights[0], one / (one + two), 1e-12);
    EXPECT_TRUE(entropy_weights({{{"a"}, {"b"}}, {1, 2, 3, 4}}).few); // two routes
    EXPECT_THROW(entropy_weights({{{"a"}}, {1, -1}}), ConfigError);
    EXPECT_THROW(entropy_weights({{{"a"}}, {1}}), ConfigError);
    const auto none = entropy_weights({{{"a"}, {"b"}}, {1, 2, 1, 2}}); // nothing tells them apart
    EXPECT_NEAR(none.weights[0], 0.5, 1e-12);
}

/// No score depends on the units of a criterion, on the order of routes, and a route that improves never falls.
TEST(Scores, AreInvariantAndMonotone) {
    std::mt19937_64 random(4);
    const auto number = [&] { return 0.1 + static_cast<double>(random() % 10000) / 1000; };
    for (int trial = 0; trial < 200; ++trial) {
        const size_t n = 2 + random() % 4, m = 2 + random() % 5;
        DecisionTable t;
        std::vector<double> w;
        double sum = 0;
        for (size_t k = 0; k < n; ++k) {
            t.criteria.push_back({std::to_string(k), random() % 2 == 0});
            w.push_back(number());
            sum += w.back();
        }
        for (double& x : w) x /= sum;
        for (size_t i = 0; i < m * n; ++i) t.values.push_back(number());
        for (const Method method : {Method::weighted_sum, Method::topsis, Method::promethee}) {
            const auto s = scores(method, t, w);
            DecisionTable scaled = t;
            for (size_t k = 0; k < n; ++k)
                for (size_t r = 0; r < m; ++r) scaled.values[r * n + k] *= std::pow(10.0, static_cast<double>(k));
            const auto same = scores(method, scaled, w);
            for (size_t r = 0; r < m; ++r) EXPECT_NEAR(s[r], same[r], 1e-12);
            DecisionTable turned = t; // the last route first
            for (size_t r = 0; r < m; ++r)
                for (size_t k = 0; k < n; ++k) turned.values[r * n + k] = t.at(m - 1 - r, k);
            const auto back = scores(method, turned, w);
            for (size_t r = 0; r < m; ++r) EXPECT_NEAR(s[r], back[m - 1 - r], 1e-12);
            if (method == Method::promethee) {
                double total = 0;
                for (const double x : s) total += x;
                EXPECT_NEAR(total, 0, 1e-12); // what one gains the others lose
                DecisionTable better = t;
                better.values[0] *= t.criteria[0].higher_is_better ? 1.5 : 0.5;
                EXPECT_GE(scores(method, better, w)[0], s[0] - 1e-12);
            }
        }
    }
}

} // namespace
} // namespace viresco::assess
