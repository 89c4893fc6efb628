#include "lca/contribution.h"
#include "lca/contribution_gap.h"
#include "lca/contribution_sensitivity.h"
#include "lca/contribution_traversal.h"
#include "lca/monte_carlo.h"
#include "lca/monte_carlo_distribution.h"
#include "system_builder.h"
#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <numeric>

namespace viresco::lca {
namespace {

using test::lognormal;
using test::SystemBuilder;

/// A demand and its solution in one category.
struct Case {
    SystemBuilder b;
    Solver solver;
    std::vector<double> demand;
    std::vector<double> supply, unit, direct;
    int category;

    Case(SystemBuilder built, int activity, double amount = 1, int c = 0)
        : b(std::move(built)), solver(b.system, &b.database), demand(b.system.diagonal.size(), 0), category(c) {
        demand[static_cast<size_t>(activity)] = amount;
        supply = solver.solve(demand).x;
        unit = solver.unit_scores(c).x;
        direct = solver.direct_scores(c);
    }
    Case(const Case&) = delete;
    Case& operator=(const Case&) = delete;
    Contributions contributions() const { return {solver, b.database, supply, category}; }
};

SystemBuilder self_loop() { // openLCA's SelfLoopAnalysisTest, as restated in reference_cases.json
    SystemBuilder b;
    b.process("p1", 1, {{"p2", 1, {}}}, {{"f1", -1, {}}, {"f2", 2, {}}});
    b.process("p2", 1, {{"p1", 0.5, {}}}, {{"f1", -2, {}}, {"f2", 1, {}}});
    b.factor("f1", "f1", 1);
    b.factor("f2", "f2", 1);
    b.build();
    return b;
}

TEST(Contribution, DirectAndUpstreamOfTheOpenLcaSelfLoop) {
    const double direct[2][2] = {{-4, -8}, {8, 4}}, up[2][2] = {{-12, -10}, {12, 8}};
    for (int c = 0; c < 2; ++c) {
        const Case k(self_loop(), 0, 2, c);
        EXPECT_NEAR(k.supply[0], 4, 1e-14);
        EXPECT_NEAR(k.supply[1], 4, 1e-14);
        const Contributions parts = k.contributions();
        EXPECT_NEAR(parts.total(), c == 0 ? -12 : 12, 1e-13);
        const auto all = upstream(parts, k.unit);
        ASSERT_EQ(all.size(), 2U);
        for (const UpstreamPart& p : all) {
            EXPECT_NEAR(p.direct, direct[c][p.activity], 1e-13);
            EXPECT_NEAR(p.upstream, up[c][p.activity], 1e-12);
            EXPECT_NEAR(p.amount, 4, 1e-13);
            EXPECT_NEAR(p.share, p.upstream / parts.total(), 1e-12);
        }
    }
}

SystemBuilder brightway() { // bw_graph_tools test_normal_traversal.py, as restated in reference_cases.json
    SystemBuilder b;
    b.process("1", 2, {{"2", 1, {}}}, {{"a", 0.5, {}}});
    b.process("2", 2, {{"1", 2, {}}, {"3", 4, {}}}, {{"a", 1, {}}, {"b", 0.02, {}}});
    b.process("3", 1, {}, {{"b", 0.01, {}}});
    b.process("4", 1, {}, {{"b", 0.02, {}}});
    b.factor("m", "a", 2);
    b.factor("m", "b", 2);
    b.build();
    return b;
}

TEST(Traversal, IsThatOfBrightway) {
    const Case k(brightway(), 1, 8);
    const auto nodes = traverse(k.solver, k.demand, k.unit, k.direct, {.cutoff = 0.001, .max_nodes = 3});
    struct Expected {
        int activity, parent;
        double amount, supply, direct, cumulative;
        bool followed;
    };
    const Expected expected[] = {{-1, -1, 0, 1, 0, 24.96, true},  {1, 0, 8, 4, 8.16, 24.96, true},
                                 {0, 1, 8, 4, 4, 16.48, true},    {2, 1, 16, 16, 0.32, 0.32, false},
                                 {1, 2, 4, 2, 4.08, 12.48, true}, {0, 4, 4, 2, 2, 8.24, false},
                                 {2, 4, 8, 8, 0.16, 0.16, false}};
    ASSERT_EQ(nodes.size(), std::size(expected)); // 7 nodes, hence 6 edges
    for (size_t i = 0; i < nodes.size(); ++i) {
        EXPECT_EQ(nodes[i].activity, expected[i].activity) << i;
        EXPECT_EQ(nodes[i].parent, expected[i].parent) << i;
        EXPECT_NEAR(nodes[i].amount, expected[i].amount, 1e-12) << i;
        EXPECT_NEAR(nodes[i].supply, expected[i].supply, 1e-12) << i;
        EXPECT_NEAR(nodes[i].direct, expected[i].direct, 1e-12) << i;
        EXPECT_NEAR(nodes[i].cumulative, expected[i].cumulative, 1e-12) << i;
        EXPECT_EQ(nodes[i].followed, expected[i].followed) << i;
    }
}

TEST(Traversal, CumulativeIsDirectPlusBranchesWhereNothingIsCutOff) {
    const Case k(brightway(), 1, 8);
    const auto nodes = traverse(k.solver, k.demand, k.unit, k.direct, {.cutoff = 0, .max_nodes = 200});
    std::vector<double> sum(nodes.size());
    for (size_t i = 0; i < nodes.size(); ++i) sum[i] = nodes[i].direct;
    for (size_t i = 1; i < nodes.size(); ++i) sum[static_cast<size_t>(nodes[i].parent)] += nodes[i].cumulative;
    int looked_at = 0;
    for (size_t i = 0; i < nodes.size(); ++i) {
        if (!nodes[i].followed) continue;
        EXPECT_NEAR(sum[i], nodes[i].cumulative, 1e-12);
        ++looked_at;
    }
    EXPECT_GT(looked_at, 50);
    for (const TraversalNode& n : traverse(k.solver, k.demand, k.unit, k.direct, {.cutoff = 0, .max_depth = 3})) {
        EXPECT_LE(n.depth, 3);
    }
    EXPECT_TRUE(traverse(k.solver, std::vector<double>(4, 0), k.unit, k.direct).empty());
}

SystemBuilder plant() {
    SystemBuilder b;
    b.process("product", 1,
              {{"power", 3, lognormal(3, 0.2)}, {"heat", 5, lognormal(5, 0.1)}, {"acid", 0.2, lognormal(0.2, 0.4)}},
              {{"co2", 0.3, lognormal(0.3, 0.1)}}, "CN", "Chemicals/Organic");
    b.process("power", 1, {{"coal", 0.4, lognormal(0.4, 0.3)}, {"steel", 0.01, lognormal(0.01, 0.5)}},
              {{"co2", 0.9, lognormal(0.9, 0.05)}}, "CN", "Energy/Electricity");
    b.process("heat", 1, {{"coal", 0.05, {}}}, {{"co2", 0.1, {}}}, "CN", "Energy/Heat");
    b.process("coal", 1, {{"power", 0.04, lognormal(0.04, 0.3)}}, {{"ch4", 0.01, lognormal(0.01, 0.6)}}, "AU",
              "Energy/Fuels");
    b.process("steel", 1, {{"power", 0.8, {}}, {"coal", 0.7, lognormal(0.7, 0.2)}}, {{"co2", 1.6, {}}}, "JP", "Metals");
    b.process("acid", 1, {{"power", -0.1, {}}}, {{"co2", 0.05, {}}}, "CN", "Chemicals/Inorganic");
    b.factor("gwp", "co2", 1);
    b.factor("gwp", "ch4", 28, lognormal(28, 0.2));
    b.build();
    return b;
}

TEST(Contribution, EveryWayOfTakingAScoreApartAddsUpToIt) {
    const Case k(plant(), 0, 10);
    const Contributions c = k.contributions();
    const double score = k.solver.scores(k.solver.inventory(k.supply))[0];
    EXPECT_NEAR(c.total(), score, 1e-13 * score);
    const auto sum = [](const std::vector<Part>& parts) {
        double out = 0;
        for (const Part& p : parts) out += p.value;
        return out;
    };
    for (const auto& parts : {c.by_process(), c.by_flow(), c.by_process_and_flow(), c.by_location()}) {
        EXPECT_NEAR(sum(parts), score, 1e-12 * score);
        for (size_t i = 0; i < parts.size(); ++i) {
            EXPECT_NEAR(parts[i].share, parts[i].value / score, 1e-14);
            if (i == 0) continue;
            EXPECT_GE(std::fabs(parts[i - 1].value), std::fabs(parts[i].value));
        }
    }
    EXPECT_EQ(c.by_process(2).size(), 2U);
    EXPECT_EQ(c.by_process(1)[0].label, "power");
    EXPECT_EQ(c.by_flow(1)[0].label, "co2");
    EXPECT_EQ(c.by_process_and_flow(1)[0].label, "power: co2");
    EXPECT_EQ(c.by_location()[0].label, "CN");
    const CategoryPart whole = c.by_category();
    EXPECT_NEAR(whole.value, score, 1e-12 * score);
    ASSERT_EQ(whole.parts[0].name, "Energy");
    double energy = 0;
    for (const CategoryPart& p : whole.parts[0].parts) energy += p.value;
    EXPECT_EQ(whole.parts[0].parts.size(), 3U);
    EXPECT_NEAR(energy, whole.parts[0].value, 1e-12 * score);
    EXPECT_NEAR(energy, c.of_activities()[1] + c.of_activities()[2] + c.of_activities()[3], 1e-12 * score);
}

TEST(Contribution, UpstreamIsWhatTheProductForNothingWouldSave) {
    const Case k(plant(), 0);
    for (const UpstreamPart& p : upstream(k.contributions(), k.unit)) {
        // The activity without inputs and emissions: its product is to be had for nothing.
        System free = k.b.system;
        const auto j = static_cast<size_t>(p.activity);
        for (Columns* m : {&free.technosphere, &free.intervention}) {
            std::fill(m->value.begin() + m->start[j], m->value.begin() + m->start[j + 1], 0.0);
        }
        const Solver without(free);
        const double rest = without.scores(without.inventory(without.solve(k.demand).x))[0];
        EXPECT_NEAR(p.upstream, k.contributions().total() - rest, 1e-12) << p.label;
    }
}

TEST(Sankey, EveryNodeIsBalanced) {
    const Case k(plant(), 0, 2);
    const Sankey s = sankey(k.contributions(), k.demand, k.unit, 0, 100);
    ASSERT_EQ(s.nodes.size(), 6U);
    std::vector<double> in(6, 0), out(6, 0);
    for (const SankeyLink& l : s.links) {
        out[static_cast<size_t>(l.from)] += l.value;
        if (l.to >= 0) in[static_cast<size_t>(l.to)] += l.value;
    }
    for (size_t n = 0; n < s.nodes.size(); ++n) {
        EXPECT_NEAR(s.nodes[n].direct + in[n], s.nodes[n].total, 1e-12);
        EXPECT_NEAR(out[n], s.nodes[n].total, 1e-12);
    }
    const Sankey coarse = sankey(k.contributions(), k.demand, k.unit, 0.2);
    EXPECT_LT(coarse.nodes.size(), 6U);
    for (const SankeyLink& l : coarse.links) EXPECT_GE(std::fabs(l.value), 0.2 * k.contributions().total());
}

TEST(Difference, IsExplainedInFull) {
    const Case a(plant(), 0);
    SystemBuilder greener = plant();
    greener.system.intervention.value[1] *= 0.5; // the emission of "power"
    const Case b(std::move(greener), 0);
    const Difference d = difference(a.contributions(), b.contributions(), 0);
    EXPECT_NEAR(d.b - d.a, b.contributions().total() - a.contributions().total(), 1e-15);
    ASSERT_EQ(d.by_process.size(), 1U); // nothing else changed
    EXPECT_EQ(d.by_process[0].label, "power");
    EXPECT_NEAR(d.by_process[0].difference, d.b - d.a, 1e-13);
    ASSERT_EQ(d.by_flow.size(), 1U);
    EXPECT_EQ(d.by_flow[0].label, "co2");
    EXPECT_NEAR(d.by_flow[0].share, 1, 1e-12);
    // Two demands of one system.
    const Case heat(plant(), 2, 10);
    const Difference e = difference(a.contributions(), heat.contributions(), 0);
    double processes = 0, flows = 0;
    for (const auto& p : e.by_process) processes += p.difference;
    for (const auto& p : e.by_flow) flows += p.difference;
    EXPECT_NEAR(processes, e.b - e.a, 1e-13);
    EXPECT_NEAR(flows, e.b - e.a, 1e-13);
}

TEST(Sensitivity, DerivativesEqualCentralDifferences) {
    const Case k(plant(), 0, 3);
    const Sensitivities all(k.solver, k.b.database);
    const Sensitivity s = all.of(k.supply, k.unit, 0);
    EXPECT_NEAR(s.score, k.contributions().total(), 1e-12 * s.score);
    const auto score = [&](const System& changed) {
        const Solver solver(changed);
        return solver.scores(solver.inventory(solver.solve(k.demand).x))[0];
    };
    int compared = 0;
    double scale = 0;
    for (double d : s.derivative) scale = std::max(scale, std::fabs(d));
    for (size_t a = 0; a < all.amounts().size(); ++a) {
        const SensitiveAmount& amount = all.amounts()[a];
        const double step = 1e-4 * (std::fabs(amount.amount) + 0.01);
        double side[2];
        for (int sign : {0, 1}) {
            System changed = k.b.system;
            const double by = sign ? step : -step;
            const auto apply = [&](const std::vector<Origin>& origins, std::vector<double>& values) {
                for (size_t q = 0; q < origins.size(); ++q) {
                    if (origins[q].process == amount.process && origins[q].exchange == amount.exchange) {
                        values[q] += origins[q].factor * by;
                    }
                }
            };
            if (amount.process >= 0) {
                apply(changed.diagonal_origin, changed.diagonal);
                apply(changed.technosphere_origin, changed.technosphere.value);
                apply(changed.intervention_origin, changed.intervention.value);
            } else {
                changed.characterisation
                    .value[static_cast<size_t>(changed.characterisation.start[static_cast<size_t>(amount.flow)])] += by;
            }
            side[sign] = score(changed);
        }
        EXPECT_NEAR((side[1] - side[0]) / (2 * step), s.derivative[a], 1e-6 * scale) << all.label(static_cast<int>(a));
        ++compared;
    }
    EXPECT_EQ(compared, 6 + 10 + 6 + 2); // outputs, inputs, emissions, factors
}

TEST(Sensitivity, FirstOrderMomentsOfALinearScoreAreExact) {
    SystemBuilder b;
    b.process("p", 1, {}, {{"x", 2, lognormal(2, 0.4)}, {"y", 1, {Distribution::Kind::normal, 1, 0.3, 0}}});
    b.factor("c", "x", 3);
    b.factor("c", "y", 1);
    b.build();
    const Case k(std::move(b), 0, 2);
    const Sensitivities all(k.solver, k.b.database);
    const Sensitivity s = all.of(k.supply, k.unit, 0);
    const Moments x = moments(lognormal(2, 0.4), 2);
    EXPECT_NEAR(s.sd, std::sqrt(36 * x.variance + 4 * 0.09), 1e-13);
    EXPECT_NEAR(s.score + s.mean_shift, 6 * x.mean + 2, 1e-13);
    const auto top = all.top(s, 5, true);
    EXPECT_EQ(top[0].label, "p: x (output)");
    EXPECT_NEAR(top[0].elasticity, 12.0 / 14, 1e-14);
    double variance = 0;
    for (const RankedAmount& r : top) variance += r.variance_share;
    EXPECT_NEAR(variance, 1, 1e-12);
    EXPECT_NEAR(all.top(s, 1)[0].elasticity, -1, 1e-14); // the output: what is made of twice as much halves
}

TEST(Gap, ExplainsWhyTheMeanOfTheDrawsIsAboveTheScore) {
    const Case k(plant(), 0);
    const Gap gap = explain_gap(k.b.database, k.b.system, k.demand, 0);
    const auto r =
        MonteCarlo(k.b.database, k.b.system).run(std::vector<std::vector<double>>{k.demand}, {.draws = 200000});
    const ScoreSummary x = r.summary(0, 0);
    EXPECT_NEAR(gap.deterministic, x.deterministic, 1e-12 * x.deterministic);
    EXPECT_GT(x.mean - x.deterministic, 20 * x.controlled_error);
    EXPECT_NEAR(gap.mean(), x.controlled_mean, 4 * x.controlled_error + 1e-6 * x.mean);
    double shifts = 0;
    for (const GapPart& p : gap.shifts) shifts += p.value;
    EXPECT_NEAR(shifts, gap.at_means - gap.deterministic, 2e-3 * (gap.at_means - gap.deterministic));
    EXPECT_EQ(gap.curvature_left_out, 0);
    EXPECT_GT(gap.curvature, 0);
    // Methane of coal: a third of the score, and exp(0.6^2 / 2) - 1 = 20 % above its median.
    EXPECT_EQ(gap.shifts[0].label, "coal: ch4 (output)");
}

TEST(Gap, CurvatureOfALoopInClosedForm) {
    // score = 1 / (1 - u), u normal about 0.5 with a small spread: E = 2 + 8 sd^2 + O(sd^4).
    SystemBuilder b;
    b.process("x", 1, {{"y", 1, {}}}, {{"e", 1, {}}});
    b.process("y", 1, {{"x", 0.5, {Distribution::Kind::normal, 0.5, 0.01, 0}}}, {});
    b.factor("c", "e", 1);
    b.build();
    const Gap gap = explain_gap(b.database, b.system, std::vector<double>{1, 0}, 0);
    EXPECT_NEAR(gap.deterministic, 2, 1e-13);
    EXPECT_NEAR(gap.at_means, 2, 1e-13);
    EXPECT_NEAR(gap.curvature, 8 * 1e-4, 1e-13);
    EXPECT_TRUE(gap.shifts.empty());
}

} // namespace
} // namespace viresco::lca
