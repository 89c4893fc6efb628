#include "assess/ranking.h"
#include <cmath>
#include <gtest/gtest.h>
#include <random>

namespace viresco::assess {
namespace {

double normal(std::mt19937_64& random) { // Box-Muller, so that every machine draws the same
    const auto uniform = [&] { return (static_cast<double>(random() >> 11) + 0.5) * 0x1p-53; };
    const double a = uniform(), b = uniform();
    return std::sqrt(-2 * std::log(a)) * std::cos(6.283185307179586 * b);
}

/// Routes with normal indicators, of which `shared` is common to all routes (the background).
RankingInput routes(const std::vector<std::vector<double>>& means, double own, double shared, size_t n = 4000) {
    RankingInput in;
    const char* names[] = {"enzymatic", "chemical", "third", "fourth"};
    const size_t criteria = means[0].size();
    for (size_t r = 0; r < means.size(); ++r) in.routes.emplace_back(names[r]);
    for (size_t k = 0; k < criteria; ++k) in.criteria.push_back({std::string(1, static_cast<char>('a' + k)), false});
    in.n_samples = n;
    in.values.resize(means.size() * criteria * n);
    std::mt19937_64 random(7);
    for (size_t s = 0; s < n; ++s)
        for (size_t k = 0; k < criteria; ++k) {
            const double common = shared * normal(random);
            for (size_t r = 0; r < means.size(); ++r)
                in.values[(r * criteria + k) * n + s] = means[r][k] + common + own * normal(random);
        }
    return in;
}

TEST(Ranking, WhereChemistryIsBetterChemistryWins) {
    // Footprint, cost, water: the chemical route is better in all, far beyond what is uncertain.
    const Ranking r = rank(routes({{12, 30, 200}, {9, 22, 120}}, 0.5, 3));
    EXPECT_EQ(r.verdict, Verdict::dominates);
    EXPECT_EQ(r.winner, 1u);
    EXPECT_EQ(r.text.text(Language::en).rfind("chemical wins", 0), 0u) << r.text.text(Language::en);
    EXPECT_TRUE(r.scored.empty()); // no weights were used
}

TEST(Ranking, FewSamplesClaimNoProbability) {
    const auto words = [](size_t n) { return rank(routes({{12, 30}, {9, 22}}, 0.01, 0, n)).text.text(Language::en); };
    EXPECT_EQ(words(1).rfind("chemical wins by single values", 0), 0u) << words(1);
    EXPECT_NE(words(50).find("50 samples, which are too few"), std::string::npos) << words(50);
    EXPECT_EQ(words(200).rfind("chemical wins", 0), 0u) << words(200);
}

TEST(Ranking, EqualMeansAreNoSignificantDifference) {
    const Ranking r = rank(routes({{10, 20}, {10, 20}}, 1, 3));
    EXPECT_EQ(r.verdict, Verdict::no_significant_difference);
    EXPECT_EQ(r.text.text(Language::en).rfind("no significant difference", 0), 0u);
    EXPECT_EQ(r.text.text(Language::zh).rfind("无显著差异", 0), 0u);
}

/// What the routes share cancels in the paired difference: its interval is that of the own parts alone.
TEST(Ranking, PairedDifferencesForgetWhatIsShared) {
    const Ranking r = rank(routes({{10}, {10.5}}, 1, 50, 20000));
    const Difference& d = r.pairs.at(0).by_criterion.at(0);
    const double half = 1.959964 * std::sqrt(2.0);
    EXPECT_NEAR(d.mean, -0.5, 0.04);
    EXPECT_NEAR(d.low, -0.5 - half, 0.08);
    EXPECT_NEAR(d.high, -0.5 + half, 0.08);
    EXPECT_NEAR(d.probability_better, 0.5 * std::erfc(-0.5 / 2), 0.01); // of N(-0.5, 2) < 0
}

TEST(Ranking, AGateComesBeforeEverything) {
    RankingInput in = routes({{12, 30}, {9, 22}}, 0.5, 3);
    in.gates = {{"GB 21904", {1, 1}}, {"TRL 6", {1, 0}}};
    const Ranking r = rank(in);
    EXPECT_EQ(r.verdict, Verdict::only_admissible);
    EXPECT_EQ(r.winner, 0u);
    ASSERT_EQ(r.notes.size(), 1u);
    EXPECT_EQ(r.notes[0].args, (std::vector<std::string>{"chemical", "TRL 6"}));
    in.gates[1].passed = {0, 0};
    EXPECT_EQ(rank(in).verdict, Verdict::none_admissible);
}

TEST(Ranking, ATradeOffIsLeftToWeights) {
    RankingInput in = routes({{10, 40}, {20, 30}}, 0.2, 1);
    in.weight_sets = {{"carbon first", {0.9, 0.1}}};
    Ranking r = rank(in);
    EXPECT_EQ(r.verdict, Verdict::preferred);
    EXPECT_EQ(r.winner, 0u);
    EXPECT_EQ(r.scored.size(), 3u);
    in.weight_sets.push_back({"cost first", {0.1, 0.9}});
    r = rank(in);
    EXPECT_EQ(r.verdict, Verdict::depends_on_weights);
    EXPECT_NEAR(r.weight_shares[0].share + r.weight_shares[1].share, 1, 1e-12);
}

TEST(Ranking, APublicComparisonIsWarned) {
    RankingInput in = routes({{10, 40}, {20, 30}}, 0.2, 1);
    const auto warned = [](const Ranking& r) {
        for (const Message& m : r.notes)
            if (m.text(Language::en).find("ISO 14044") != std::string::npos) return true;
        return false;
    };
    EXPECT_FALSE(warned(rank(in)));
    in.public_comparison = true;
    EXPECT_TRUE(warned(rank(in)));
}

TEST(Ranking, ARouteThatIsBetterByHalfASigmaIsNotPreferred) {
    const Ranking r = rank(routes({{10, 10}, {10.1, 9.9}}, 0.5, 3));
    EXPECT_EQ(r.verdict, Verdict::no_significant_difference);
}

/// With two criteria the weight at which two routes are equal is known.
TEST(WeightMap, SharesOfTwoCriteriaAreExact) {
    const DecisionTable t{{{"a", true}, {"b", true}}, {3, 1, 1, 2}};
    // w 3/sqrt(10) + (1-w)/sqrt(5) = w/sqrt(10) + (1-w) 2/sqrt(5)
    const double w = (1 / std::sqrt(5.0)) / (2 / std::sqrt(10.0) + 1 / std::sqrt(5.0));
    const auto map = weight_map(t);
    EXPECT_NEAR(map[0].share, 1 - w, 0.01);
    EXPECT_NEAR(map[1].share, w, 0.01);
    EXPECT_NEAR(map[0].weights[0], (1 + w) / 2, 0.01); // the middle of where it wins
    const auto dominated = weight_map({{{"a", true}, {"b", true}}, {3, 2, 1, 1}});
    EXPECT_EQ(dominated[0].share, 1);
    EXPECT_TRUE(dominated[1].weights.empty());
}

TEST(RankReversal, AnIrrelevantAlternativeIsNoticed) {
    const std::vector<std::string> names{"x", "y", "z"};
    const std::vector<WeightSet> equal{{"equal", {0.5, 0.5}}};
    // x and y nearly equal by TOPSIS; a copy of x that is a little worse moves the norms and the worst point.
    const DecisionTable close{{{"a", true}, {"b", true}}, {1, 9, 9, 1, 6, 2}};
    const auto found = rank_reversals(close, names, equal);
    ASSERT_FALSE(found.empty());
    bool added = false;
    for (const Reversal& r : found) {
        added = added || r.added;
        EXPECT_NE(r.ahead, r.behind);
    }
    EXPECT_TRUE(added);
    RankingInput in;
    in.routes = names;
    in.criteria = close.criteria;
    for (size_t r = 0; r < 3; ++r)
        for (size_t k = 0; k < 2; ++k) in.values.push_back(close.at(r, k));
    bool noted = false;
    for (const Message& m : rank(in).notes)
        noted = noted || m.text(Language::en).find("irrelevant alternative") != std::string::npos;
    EXPECT_TRUE(noted);
    // Far apart, nothing changes.
    EXPECT_TRUE(rank_reversals({{{"a", true}, {"b", true}}, {9, 9, 5, 5, 1, 1}}, names, equal).empty());
}

TEST(Ranking, SamplesWithAGapAreCountedNotUsed) {
    RankingInput in = routes({{12, 30}, {9, 22}}, 0.5, 3, 100);
    in.values[5] = std::nan("");
    in.values[250] = INFINITY;
    const Ranking r = rank(in);
    EXPECT_EQ(r.samples_left_out, 2u);
    EXPECT_EQ(r.samples_used, 98u);
    ASSERT_EQ(r.notes.size(), 1u);
    EXPECT_EQ(r.notes[0].args[0], "2");
    for (size_t s = 0; s < 100; ++s) in.values[s] = std::nan(""); // a criterion unknown for one route
    const Ranking less = rank(in);
    EXPECT_EQ(less.samples_used, 100u); // the gaps were in that criterion
    EXPECT_EQ(less.pairs.at(0).by_criterion.size(), 1u);
}

TEST(Ranking, WrongInputIsRefused) {
    RankingInput in = routes({{12, 30}, {9, 22}}, 0.5, 3, 10);
    in.weight_sets = {{"too much", {0.9, 0.9}}};
    EXPECT_THROW(rank(in), ConfigError);
    in.weight_sets.clear();
    in.values.pop_back();
    EXPECT_THROW(rank(in), ConfigError);
}

} // namespace
} // namespace viresco::assess
