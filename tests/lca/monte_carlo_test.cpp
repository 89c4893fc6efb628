#include "base/diagnostic.h"
#include "database_builder.h"
#include "lca/contribution_sensitivity.h"
#include "lca/monte_carlo.h"
#include "lca/monte_carlo_check.h"
#include "lca/monte_carlo_distribution.h"
#include "system_builder.h"
#include <bit>
#include <cmath>
#include <gtest/gtest.h>
#include <random>

namespace viresco::lca {
namespace {

using test::lognormal;
using test::SystemBuilder;
using Kind = Distribution::Kind;

std::vector<std::vector<double>> demand_for(const System& s, int activity, double amount = 1) {
    std::vector<double> f(s.diagonal.size(), 0);
    f[static_cast<size_t>(activity)] = amount;
    return {f};
}

/// c uses b uses a, a emits: score = x1 x2 x3 f, a product of lognormals.
SystemBuilder chain(double s1, double s2, double s3) {
    SystemBuilder b;
    b.process("a", 1, {}, {{"co2", 3, lognormal(3, s1)}});
    b.process("b", 1, {{"a", 2, lognormal(2, s2)}}, {});
    b.process("c", 1, {{"b", 0.5, lognormal(0.5, s3)}}, {});
    b.factor("gwp", "co2", 10);
    b.build();
    return b;
}

TEST(MonteCarlo, AChainOfLognormalsInClosedForm) {
    const double s1 = 0.3, s2 = 0.2, s3 = 0.4, s = std::sqrt(s1 * s1 + s2 * s2 + s3 * s3);
    const SystemBuilder b = chain(s1, s2, s3);
    const MonteCarlo mc(b.database, b.system);
    constexpr int n = 100000;
    const auto r = mc.run(demand_for(b.system, 2, 4), {.draws = n});
    const std::vector<double> levels{0.025, 0.25, 0.5, 0.975};
    const ScoreSummary x = r.summary(0, 0, levels);
    const double median = 4 * 0.5 * 2 * 3 * 10, mean = median * std::exp(s * s / 2);
    const double sd = mean * std::sqrt(std::exp(s * s) - 1);
    EXPECT_NEAR(x.deterministic, median, 1e-12 * median);
    EXPECT_NEAR(x.mean, mean, 4 * sd / std::sqrt(n));
    EXPECT_NEAR(x.controlled_mean, mean, 4 * x.controlled_error);
    EXPECT_LT(x.controlled_error, 0.5 * x.standard_error);
    EXPECT_NEAR(x.sd / sd, 1, 0.03);
    const double z[] = {-1.959963984540054, -0.6744897501960817, 0, 1.959963984540054};
    for (size_t k = 0; k < levels.size(); ++k) EXPECT_NEAR(std::log(x.quantiles[k] / median) / s, z[k], 0.03);
    EXPECT_EQ(x.share_positive, 1);
}

TEST(MonteCarlo, EveryDistributionHasItsMoments) {
    // Direct emissions, so that the score is the sampled amount itself.
    const struct {
        double amount;
        Distribution d;
    } cases[] = {{2, lognormal(2, 0.5)},           {-2, lognormal(-2, 0.5)},         {1, {Kind::normal, 1, 0.2, 0}},
                 {-1, {Kind::normal, -1, 2, 0}},   {3, {Kind::triangular, 1, 3, 7}}, {1, {Kind::triangular, 1, 1, 4}},
                 {4, {Kind::triangular, 1, 4, 4}}, {-5, {Kind::uniform, -8, -2, 0}}, {3, {Kind::none, 0, 0, 0}},
                 {3, {Kind::uniform, 3, 3, 0}}};
    for (const auto& c : cases) {
        SystemBuilder b;
        b.process("p", 1, {}, {{"e", c.amount, c.d}});
        b.factor("c", "e", 1);
        b.build();
        constexpr int n = 200000;
        const MonteCarlo mc(b.database, b.system);
        const ScoreSummary x = mc.run(demand_for(b.system, 0), {.draws = n}).summary(0, 0);
        const Moments m = moments(c.d, c.amount);
        const double error = std::sqrt(m.variance / n);
        EXPECT_NEAR(x.mean, m.mean, 4.5 * error + 1e-12);
        EXPECT_NEAR(x.sd * x.sd, m.variance, 0.03 * m.variance + 1e-20);
        // Linear in the amount: the first-order term explains everything.
        EXPECT_NEAR(x.controlled_mean, m.mean, 1e-6 * std::fabs(m.mean));
    }
}

TEST(MonteCarlo, QuantilesInvertTheDistributionFunctions) {
    const Distribution t{Kind::triangular, 1, 3, 7};
    const auto cdf = [](double x) { return x < 3 ? (x - 1) * (x - 1) / 12 : 1 - (7 - x) * (7 - x) / 24; };
    for (double u : {1e-9, 0.01, 0.2, 1.0 / 3, 0.5, 0.99, 1 - 1e-9}) EXPECT_NEAR(cdf(quantile(t, 0, u)), u, 1e-15);
    EXPECT_DOUBLE_EQ(quantile({Kind::uniform, -1, 3, 0}, 0, 0.25), 0);
    EXPECT_NEAR(quantile(lognormal(-2, 0.5), -2, 0.975), -2 * std::exp(0.5 * 1.959963984540054), 1e-14);
}

/// Loops, several categories, negative amounts, uncertain output and factors.
SystemBuilder mixed() {
    SystemBuilder b;
    b.process("steel", 1, {{"power", 0.6, lognormal(0.6, 0.2)}, {"coal", 0.7, {Kind::triangular, 0.5, 0.7, 1}}},
              {{"co2", 1.8, {Kind::normal, 1.8, 0.1, 0}}});
    b.process("power", 2, {{"coal", 0.9, lognormal(0.9, 0.1)}, {"steel", 0.1, {Kind::uniform, 0.05, 0.15, 0}}},
              {{"co2", 1.9, lognormal(1.9, 0.15)}, {"so2", 0.01, lognormal(0.01, 0.6)}}, "", "",
              {Kind::normal, 2, 0.05, 0});
    b.process("coal", 1, {{"power", 0.05, lognormal(0.05, 0.3)}}, {{"ch4", 0.02, lognormal(0.02, 0.5)}});
    b.process("credit", 1, {{"steel", -0.2, lognormal(-0.2, 0.3)}, {"power", 1, lognormal(1, 0.1)}}, {});
    b.factor("gwp", "co2", 1);
    b.factor("gwp", "ch4", 28, {Kind::normal, 28, 5, 0});
    b.factor("acid", "so2", 1, lognormal(1, 0.1));
    b.build();
    return b;
}

/// The same with the C++ library's generators and dense Gauss elimination: nothing in common but the model.
std::vector<std::vector<double>> simple_sampler(const SystemBuilder& b, int demand, int draws) {
    std::mt19937_64 bits(42);
    const auto sample = [&](const Distribution& d, double amount) {
        switch (d.kind) {
        case Kind::lognormal: return std::copysign(std::lognormal_distribution<double>(d.a, d.b)(bits), amount);
        case Kind::normal: return std::normal_distribution<double>(d.a, d.b)(bits);
        case Kind::uniform: return std::uniform_real_distribution<double>(d.a, d.b)(bits);
        case Kind::triangular: { // as the density is, by pieces
            const std::vector<double> x{d.a, d.b, d.c}, w{0, 1, 0};
            return std::piecewise_linear_distribution<double>(x.begin(), x.end(), w.begin())(bits);
        }
        case Kind::none: break;
        }
        return amount;
    };
    const System& s = b.system;
    const size_t n = s.diagonal.size();
    std::vector<std::vector<double>> scores;
    for (int draw = 0; draw < draws; ++draw) {
        const auto amount = [&](const Origin& o) {
            const Exchange& e =
                b.database.processes[static_cast<size_t>(o.process)].exchanges[static_cast<size_t>(o.exchange)];
            return o.factor * sample(e.distribution, e.amount);
        };
        std::vector<std::vector<double>> a(n, std::vector<double>(n + 1, 0));
        a[static_cast<size_t>(demand)][n] = 1;
        for (size_t j = 0; j < n; ++j) a[j][j] = amount(s.diagonal_origin[j]);
        for (size_t j = 0; j < n; ++j) {
            for (auto k = static_cast<size_t>(s.technosphere.start[j]);
                 k < static_cast<size_t>(s.technosphere.start[j + 1]); ++k) {
                a[static_cast<size_t>(s.technosphere.row[k])][j] += amount(s.technosphere_origin[k]);
            }
        }
        for (size_t p = 0; p < n; ++p) {
            for (size_t i = 0; i < n; ++i) {
                if (i == p) continue;
                const double q = a[i][p] / a[p][p];
                for (size_t c = p; c <= n; ++c) a[i][c] -= q * a[p][c];
            }
        }
        std::vector<double> h(static_cast<size_t>(s.characterisation.rows), 0), g(s.flows.size(), 0);
        for (size_t j = 0; j < n; ++j) {
            for (auto k = static_cast<size_t>(s.intervention.start[j]);
                 k < static_cast<size_t>(s.intervention.start[j + 1]); ++k) {
                g[static_cast<size_t>(s.intervention.row[k])] += amount(s.intervention_origin[k]) * a[j][n] / a[j][j];
            }
        }
        for (size_t f = 0; f < g.size(); ++f) {
            for (auto k = static_cast<size_t>(s.characterisation.start[f]);
                 k < static_cast<size_t>(s.characterisation.start[f + 1]); ++k) {
                h[static_cast<size_t>(s.characterisation.row[k])] += sample(s.characterisation_distribution[k],
                                                                            s.characterisation.value[k]) *
                                                                     g[f];
            }
        }
        scores.push_back(h);
    }
    return scores;
}

TEST(MonteCarlo, AgreesWithAnIndependentSimpleSampler) {
    const SystemBuilder b = mixed();
    constexpr int n = 40000;
    for (int demand : {0, 3}) {
        const auto r = MonteCarlo(b.database, b.system).run(demand_for(b.system, demand), {.draws = n, .seed = 7});
        const auto other = simple_sampler(b, demand, n);
        for (int c = 0; c < 2; ++c) {
            double m1 = 0, m2 = 0, m4 = 0;
            for (const auto& h : other) m1 += h[static_cast<size_t>(c)] / n;
            for (const auto& h : other) {
                const double d = h[static_cast<size_t>(c)] - m1;
                m2 += d * d / n, m4 += d * d * d * d / n;
            }
            const ScoreSummary x = r.summary(0, c);
            const double sd = std::sqrt(m2), error = sd * std::sqrt(2.0 / n);
            EXPECT_NEAR(x.mean, m1, 4 * error) << demand << " " << c;
            EXPECT_NEAR(x.controlled_mean, m1, 4 * error) << demand << " " << c;
            EXPECT_NEAR(x.sd, sd, 4 * std::sqrt(2.0) * std::sqrt((m4 / (m2 * m2) - 1) / n) * sd / 2)
                << demand << " " << c;
        }
    }
}

TEST(MonteCarlo, OneAndTwoThreadsAndAnyStartGiveTheSameBits) {
    const SystemBuilder b = mixed();
    const MonteCarlo mc(b.database, b.system);
    const auto f = demand_for(b.system, 0);
    const auto one = mc.run(f, {.draws = 101, .seed = 3});
    const auto two = mc.run(f, {.draws = 101, .seed = 3, .threads = 2});
    const auto late = mc.run(f, {.draws = 1, .seed = 3, .first_draw = 77});
    ASSERT_EQ(one.scores.size(), two.scores.size());
    for (size_t k = 0; k < one.scores.size(); ++k) {
        EXPECT_EQ(std::bit_cast<uint64_t>(one.scores[k]), std::bit_cast<uint64_t>(two.scores[k]));
        EXPECT_EQ(std::bit_cast<uint64_t>(one.first_order[k]), std::bit_cast<uint64_t>(two.first_order[k]));
    }
    for (int c = 0; c < 2; ++c) EXPECT_EQ(one.score(77, 0, c), late.score(0, 0, c));
    EXPECT_NE(one.score(0, 0, 0), mc.run(f, {.draws = 1, .seed = 4}).score(0, 0, 0));
}

TEST(MonteCarlo, ADrawCanBeLookedAtWithTheOrdinarySolver) {
    const SystemBuilder b = mixed();
    const MonteCarlo mc(b.database, b.system);
    const auto f = demand_for(b.system, 3, 2);
    const auto r = mc.run(f, {.draws = 20, .seed = 11});
    for (int draw : {0, 7, 19}) {
        const System drawn = mc.realise(11, static_cast<uint32_t>(draw));
        const Solver solver(drawn);
        const auto scores = solver.scores(solver.inventory(solver.solve(f[0]).x));
        for (int c = 0; c < 2; ++c) EXPECT_NEAR(r.score(draw, 0, c) / scores[static_cast<size_t>(c)], 1, 1e-8);
    }
}

TEST(MonteCarlo, AlternativesShareTheirDraws) {
    const SystemBuilder b = mixed();
    const MonteCarlo mc(b.database, b.system);
    std::vector<std::vector<double>> f{demand_for(b.system, 0)[0], demand_for(b.system, 0)[0],
                                       demand_for(b.system, 1)[0]};
    f[1][0] = 1.1; // the same thing, a tenth more of it
    const auto r = mc.run(f, {.draws = 500});
    const ScoreSummary d = r.difference(1, 0, 0), x = r.summary(0, 0);
    EXPECT_NEAR(d.mean, 0.1 * x.mean, 1e-7 * x.mean);
    EXPECT_NEAR(d.sd, 0.1 * x.sd, 1e-6 * x.sd);
    EXPECT_EQ(d.share_positive, 1);
    // A demand alone gives what it gives beside others (to the accuracy of the solve).
    const auto alone = mc.run(demand_for(b.system, 1), {.draws = 500});
    for (int k = 0; k < 500; ++k) EXPECT_NEAR(r.score(k, 2, 0) / alone.score(k, 0, 0), 1, 1e-7);
}

TEST(MonteCarlo, EntriesOfOneExchangeVaryTogether) {
    // One emission shared between two co-products 0.25 / 0.75, as allocation does: their sum has no allocation in it.
    SystemBuilder b;
    b.process("main", 1, {}, {{"e", 4, lognormal(4, 0.5)}});
    b.process("co", 1, {}, {{"e", 0, {}}});
    b.factor("c", "e", 1);
    b.build();
    b.system.intervention.value = {1, 3};
    b.system.intervention_origin = {{0, 1, 0.25}, {0, 1, 0.75}};
    const MonteCarlo mc(b.database, b.system);
    const auto r = mc.run(std::vector<std::vector<double>>{{1, 1}, {1, 0}}, {.draws = 200});
    for (int k = 0; k < 200; ++k) EXPECT_NEAR(r.score(k, 0, 0), 4 * r.score(k, 1, 0), 1e-13 * r.score(k, 0, 0));
    EXPECT_GT(r.summary(0, 0).sd, 0);
}

TEST(MonteCarlo, OwnUseOfAProductIsSampledToo) {
    SystemBuilder b;
    b.process("p", 1, {{"p", 0.5, {Kind::uniform, 0.25, 0.75, 0}}}, {{"e", 1, {}}});
    b.factor("c", "e", 1);
    b.build();
    const auto r = MonteCarlo(b.database, b.system).run(demand_for(b.system, 0), {.draws = 100000});
    // E[1 / (1 - u)], u uniform on 1/4 .. 3/4: 2 ln 3.
    EXPECT_NEAR(r.summary(0, 0).mean, 2 * std::log(3.0), 5 * r.summary(0, 0).standard_error);
}

TEST(MonteCarlo, ABadUncertaintyElsewhereDoesNotStopIt) {
    SystemBuilder b = mixed();
    b.database.processes[3].exchanges[1].distribution.b = 0; // in "credit", which steel does not need
    const MonteCarlo mc(b.database, b.system);
    EXPECT_NO_THROW((void)mc.run(demand_for(b.system, 0), {.draws = 2}));
    try {
        (void)mc.run(demand_for(b.system, 3), {.draws = 2});
        FAIL();
    } catch (const ConfigError& e) {
        const std::string text = e.diagnostics().text(Language::en);
        EXPECT_NE(text.find("in 'credit', exchange 'steel'"), std::string::npos) << text;
    }
}

TEST(MonteCarlo, ALoopThatSomeDrawsMakeStrongStillIsSolved) {
    SystemBuilder b;
    b.process("x", 1, {{"y", 1, {}}}, {{"e", 1, {}}});
    b.process("y", 1, {{"x", 0.5, {Kind::uniform, 2, 3, 0}}}, {});
    b.factor("c", "e", 1);
    b.build();
    const auto r = MonteCarlo(b.database, b.system).run(demand_for(b.system, 0), {.draws = 50});
    EXPECT_EQ(r.escalated, 50);
    for (int k = 0; k < 50; ++k) { // 1 / (1 - u) with u in 2 .. 3
        EXPECT_LE(r.score(k, 0, 0), -0.5);
        EXPECT_GE(r.score(k, 0, 0), -1);
    }
    EXPECT_LE(r.residual, 1e-9);
}

// ---- parameters and formulas

using test::DatabaseBuilder;

Parameter parameter(const std::string& name, double value, const Distribution& d = {},
                    const std::string& formula = "") {
    return {name, value, formula, d, ""};
}

/// A database with its system, and a demand of one of a product.
struct Linked {
    Database database;
    System system;

    explicit Linked(Database d, const std::string& linking = "file") : database(std::move(d)) {
        database.index();
        LinkReport report;
        Diagnostics diagnostics;
        system = link(database, {linking}, report, diagnostics);
        EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.text(Language::en);
    }
    std::vector<double> one(const std::string& process, const std::string& product = "") const {
        std::vector<double> f(system.diagonal.size(), 0);
        const int flow = product.empty() ? -1 : database.flow_at.at(product);
        f.at(static_cast<size_t>(find_activity(database, system, database.process_at.at(process), flow))) = 1;
        return f;
    }
    MonteCarloResult run(const std::vector<std::vector<double>>& demands, const MonteCarloOptions& o = {}) const {
        return MonteCarlo(database, system).run(demands, o);
    }
};

/// P makes one p and emits e as the formula says; the score is the emission.
Database emitting(const std::string& formula, const std::vector<Parameter>& parameters, double stored = 1,
                  const Distribution& own = {}) {
    DatabaseBuilder b;
    const int p = b.product("p"), e = b.elementary("e");
    b.process("P").parameters = parameters;
    b.output("P", p, 1);
    Exchange& x = b.output("P", e, stored);
    x.formula = formula;
    x.distribution = own;
    b.factor(b.category("c"), "e", 1);
    return b.db;
}

TEST(MonteCarloParameters, AProductOfLognormalsInClosedForm) {
    const double s1 = 0.3, s2 = 0.4, s = std::hypot(s1, s2), median = 2 * 3;
    const Linked k(emitting("a * b", {parameter("a", 2, lognormal(2, s1)), parameter("b", 3, lognormal(3, s2))}, 6));
    constexpr int n = 100000;
    const auto r = k.run({k.one("P")}, {.draws = n});
    const std::vector<double> levels{0.025, 0.5, 0.975};
    const ScoreSummary x = r.summary(0, 0, levels);
    const double mean = median * std::exp(s * s / 2), sd = mean * std::sqrt(std::exp(s * s) - 1);
    EXPECT_EQ(x.deterministic, median);
    EXPECT_NEAR(x.mean, mean, 4 * sd / std::sqrt(n));
    EXPECT_NEAR(x.controlled_mean, mean, 4 * x.controlled_error);
    EXPECT_LT(x.controlled_error, 0.5 * x.standard_error);
    EXPECT_NEAR(x.sd / sd, 1, 0.03);
    const double z[] = {-1.959963984540054, 0, 1.959963984540054};
    for (size_t q = 0; q < levels.size(); ++q) EXPECT_NEAR(std::log(x.quantiles[q] / median) / s, z[q], 0.03);
    // The formula at the means of independent factors is the mean.
    EXPECT_NEAR(MonteCarlo(k.database, k.system).mean_system().intervention.value[0], mean, 1e-13 * mean);
}

TEST(MonteCarloParameters, TheFirstOrderTermExplainsALinearFormulaAndHasMeanZero) {
    // Skewed on purpose, and the value is not the mean: an error in the mean of the linear form would show.
    const Linked k(emitting("3 * a - 1", {parameter("a", 2, {Kind::triangular, 1, 1, 4})}));
    const ScoreSummary x = k.run({k.one("P")}, {.draws = 1000}).summary(0, 0);
    EXPECT_GT(x.standard_error, 0.01);
    EXPECT_NEAR(x.controlled_mean, 3 * 2 - 1, 1e-6);
    // Bent, and drawn far from the value: to first order a^2 is 2 a - 1, of mean 5; its own mean is 28/3.
    const Linked bent(emitting("a^2", {parameter("a", 1, {Kind::uniform, 2, 4, 0})}));
    const ScoreSummary y = bent.run({bent.one("P")}, {.draws = 20000}).summary(0, 0);
    EXPECT_EQ(y.deterministic, 1);
    EXPECT_NEAR(y.controlled_mean, 28.0 / 3, 4 * y.controlled_error);
    EXPECT_LT(y.controlled_error, 0.2 * y.standard_error);
}

TEST(MonteCarloParameters, OneParameterMovesAllItsExchangesTogether) {
    DatabaseBuilder b;
    const int e = b.elementary("e");
    for (const char* name : {"P", "Q"}) {
        b.process(name);
        b.output(name, b.product(name), 1);
        b.output(name, e, 1).formula = "2 * k";
    }
    b.factor(b.category("c"), "e", 1);
    b.db.parameters = {parameter("k", 1, {Kind::normal, 1, 0.2, 0})};
    const Linked k(b.db);
    const auto r = k.run({k.one("P"), k.one("Q")}, {.draws = 300});
    EXPECT_NEAR(r.summary(0, 0).sd, 0.4, 0.05);
    EXPECT_EQ(r.difference(0, 1, 0).sd, 0);
    EXPECT_EQ(r.difference(0, 1, 0).mean, 0);
    // A parameter of its own in each: the variances add up.
    b.db.parameters.clear();
    for (Process& p : b.db.processes) p.parameters = {parameter("k", 1, {Kind::normal, 1, 0.2, 0})};
    const Linked own(b.db);
    EXPECT_NEAR(own.run({own.one("P"), own.one("Q")}, {.draws = 20000}).difference(0, 1, 0).sd, 0.4 * std::sqrt(2.0),
                0.02);
}

TEST(MonteCarloParameters, TheFormulaIsTheMiddleOfAnOwnDistribution) {
    const double s = 0.3;
    // Stored 7 is stale: the formula gives 3, the spread is that of a lognormal.
    const Linked certain(emitting("a", {parameter("a", 3)}, 7, lognormal(7, s)));
    const ScoreSummary x = certain.run({certain.one("P")}, {.draws = 100000}).summary(0, 0);
    const double mean = 3 * std::exp(s * s / 2);
    EXPECT_NEAR(x.mean, mean, 4 * x.standard_error);
    EXPECT_NEAR(x.sd, mean * std::sqrt(std::exp(s * s) - 1), 0.02);
    // Uniform parameter times a normal of 10 %: E = 2, E[x^2] = (4 + 1/12) 1.01.
    const Linked both(emitting("-a", {parameter("a", 2, {Kind::uniform, 1.5, 2.5, 0})}, 7, {Kind::normal, 7, 0.7, 0}));
    const ScoreSummary y = both.run({both.one("P")}, {.draws = 100000}).summary(0, 0);
    EXPECT_NEAR(y.mean, -2, 4 * y.standard_error);
    EXPECT_NEAR(y.controlled_mean, -2, 4 * y.controlled_error);
    EXPECT_NEAR(y.sd, std::sqrt((4 + 1.0 / 12) * 1.01 - 4), 0.004);
    // Likewise a parameter that has both.
    const Linked chained(emitting(
        "t", {parameter("a", 2, {Kind::uniform, 1.5, 2.5, 0}), parameter("t", 7, {Kind::normal, 7, 0.7, 0}, "-a")}));
    const ScoreSummary z = chained.run({chained.one("P")}, {.draws = 100000}).summary(0, 0);
    EXPECT_NEAR(z.deterministic, -2, 1e-15);
    EXPECT_NEAR(z.mean, -2, 4 * z.standard_error);
    EXPECT_NEAR(z.sd, y.sd, 0.004);
}

TEST(MonteCarloParameters, AParameterIsIndependentOfTheExchangeWithItsNumber) {
    const Distribution d{Kind::normal, 1, 0.1, 0};
    const Linked k(emitting("a", {parameter("z", 1), parameter("a", 1, d)}, 1, d)); // both are number 1 of their kind
    const ScoreSummary x = k.run({k.one("P")}, {.draws = 20000}).summary(0, 0);
    EXPECT_NEAR(x.sd, std::sqrt(1.01 * 1.01 - 1), 0.005); // 0.142; 0.2 if they moved together
}

TEST(MonteCarloParameters, ImpactFactorsFollowTheirParameters) {
    DatabaseBuilder b;
    const int e = b.elementary("e");
    b.process("P");
    b.output("P", b.product("p"), 1);
    b.output("P", e, 5);
    auto& c = b.category("c");
    b.factor(c, "e", 1);
    c.factors[0].formula = "w^2";
    c.parameters = {parameter("w", 1, {Kind::uniform, 0, 2, 0})};
    const Linked k(b.db);
    const ScoreSummary x = k.run({k.one("P")}, {.draws = 50000}).summary(0, 0);
    EXPECT_EQ(x.deterministic, 5);
    EXPECT_NEAR(x.mean, 5 * 4.0 / 3, 4 * x.standard_error); // E[w^2] on 0 .. 2
    EXPECT_NEAR(x.controlled_mean, 5 * 4.0 / 3, 4 * x.controlled_error);
}

/// Formulas in every place: output, input, own use, emission, avoided product, shares, factor; some with
/// distributions of their own, in a loop.
Database everywhere() {
    DatabaseBuilder b;
    const int main = b.product("main"), side = b.product("side"), power = b.product("power");
    const int e = b.elementary("e"), f = b.elementary("f");
    b.process("P").parameters = {parameter("w", 0.3, {Kind::triangular, 0.1, 0.3, 0.6}),
                                 parameter("x", 2, lognormal(2, 0.2)), parameter("certain", 4)};
    b.output("P", main, 2).formula = "x";
    b.output("P", side, 1);
    b.input("P", power, 0.5).formula = "g * x / 4";
    Exchange& emitted = b.output("P", e, 3);
    emitted.formula = "certain - w";
    emitted.distribution = lognormal(3, 0.1);
    b.output("P", f, 1).distribution = lognormal(1, 0.4);
    Process& p = b.db.processes[0];
    p.default_allocation = Allocation::physical;
    p.allocation = {{Allocation::physical, main, -1, 0.7, "1 - w"}, {Allocation::physical, side, -1, 0.3, "w"}};
    b.process("Q").parameters = {parameter("loss", 0.1, {Kind::uniform, 0.05, 0.2, 0})};
    b.output("Q", power, 1);
    b.input("Q", power, 0.1).formula = "loss";
    b.input("Q", side, 0.1).formula = "g / 10";
    b.output("Q", e, 1).formula = "g";
    b.input("Q", main, 0.05).avoided = true;
    auto& c = b.category("c");
    c.parameters = {parameter("k", 1, {Kind::normal, 1, 0.1, 0})};
    b.factor(c, "e", 1);
    c.factors[0].formula = "k * g";
    c.factors[0].distribution = {Kind::normal, 1, 0.05, 0};
    b.factor(c, "f", 2);
    b.db.parameters = {parameter("g", 1, lognormal(1, 0.15))};
    return b.db;
}

TEST(MonteCarloParameters, ADrawCanBeLookedAtWithTheOrdinarySolver) {
    const Linked k(everywhere());
    const std::vector<std::vector<double>> f{k.one("P", "main"), k.one("P", "side"), k.one("Q")};
    const auto r = k.run(f, {.draws = 20, .seed = 11, .tolerance = 1e-12});
    for (int draw : {0, 7, 8, 19}) {
        const System drawn = MonteCarlo(k.database, k.system).realise(11, static_cast<uint32_t>(draw));
        const Solver solver(drawn);
        for (int d = 0; d < 3; ++d) {
            const double score = solver.scores(solver.inventory(solver.solve(f[static_cast<size_t>(d)]).x))[0];
            EXPECT_NEAR(r.score(draw, d, 0) / score, 1, 1e-11) << draw << " " << d;
        }
        // By hand: what the formulas are in this draw, from one entry to another.
        const auto value = [&](int process, int exchange) {
            std::vector<double> out;
            for (const auto& [origins, values] : {std::pair{&drawn.diagonal_origin, &drawn.diagonal},
                                                  std::pair{&drawn.technosphere_origin, &drawn.technosphere.value},
                                                  std::pair{&drawn.intervention_origin, &drawn.intervention.value}})
                for (size_t i = 0; i < origins->size(); ++i)
                    if ((*origins)[i].process == process && (*origins)[i].exchange == exchange)
                        out.push_back((*values)[i]);
            return out;
        };
        const double x = value(0, 0).at(0), g = value(1, 3).at(0);
        const auto power = value(0, 2), emission = value(0, 4);
        ASSERT_EQ(power.size(), 2u);
        EXPECT_NEAR(power[0] + power[1], -g * x / 4, 1e-14); // the shares are w and 1 - w
        EXPECT_NEAR(power[0] / power[1], emission[0] / emission[1], 1e-13);
        EXPECT_NEAR(value(1, 2).at(0), -g / 10, 1e-16);
    }
}

TEST(MonteCarloParameters, OneAndTwoThreadsAndAnyStartGiveTheSameBits) {
    const Linked k(everywhere());
    const std::vector<std::vector<double>> f{k.one("P", "main"), k.one("Q")};
    const auto one = k.run(f, {.draws = 101, .seed = 3});
    const auto two = k.run(f, {.draws = 101, .seed = 3, .threads = 2});
    ASSERT_EQ(one.scores.size(), two.scores.size());
    for (size_t i = 0; i < one.scores.size(); ++i) {
        EXPECT_EQ(std::bit_cast<uint64_t>(one.scores[i]), std::bit_cast<uint64_t>(two.scores[i]));
        EXPECT_EQ(std::bit_cast<uint64_t>(one.first_order[i]), std::bit_cast<uint64_t>(two.first_order[i]));
    }
    for (uint32_t draw : {0U, 5U, 77U}) {
        const auto late = k.run(f, {.draws = 1, .seed = 3, .first_draw = draw, .control_variate = false});
        EXPECT_EQ(one.score(static_cast<int>(draw), 0, 0), late.score(0, 0, 0));
    }
    EXPECT_GT(one.summary(0, 0).sd, 0);
    EXPECT_NE(one.score(0, 0, 0), k.run(f, {.draws = 1, .seed = 4}).score(0, 0, 0));
}

TEST(MonteCarloParameters, TheFirstOrderTermHasMeanZeroWhereverFormulasStand) {
    const Linked k(everywhere());
    constexpr int n = 40000;
    const auto r = k.run({k.one("P", "main")}, {.draws = n});
    double mean = 0, square = 0, with_score = 0;
    const ScoreSummary x = r.summary(0, 0);
    for (int i = 0; i < n; ++i) {
        const double c = r.first_order[static_cast<size_t>(i)];
        mean += c / n, square += c * c / n, with_score += c * (r.score(i, 0, 0) - x.mean) / n;
    }
    EXPECT_NEAR(mean, 0, 4 * std::sqrt(square / n));
    EXPECT_GT(with_score / std::sqrt(square) / x.sd, 0.9); // it follows the score
}

TEST(MonteCarloParameters, SharesThatAddUpToOneCancel) {
    DatabaseBuilder b;
    const int main = b.product("main"), side = b.product("side"), e = b.elementary("e");
    b.process("P").parameters = {parameter("w", 0, {Kind::uniform, -0.5, 0.5, 0})};
    b.output("P", main, 1);
    b.output("P", side, 1);
    b.output("P", e, 8);
    Process& p = b.db.processes[0];
    p.default_allocation = Allocation::economic;
    p.allocation = {{Allocation::economic, main, -1, 1, "1 - w"}, {Allocation::economic, side, -1, 0, "w"}};
    b.factor(b.category("c"), "e", 1);
    const Linked k(b.db);
    std::vector<double> all = k.one("P", "main");
    all[static_cast<size_t>(find_activity(k.database, k.system, 0, side))] = 1;
    const auto r = k.run({all, k.one("P", "side")}, {.draws = 2000});
    for (int i = 0; i < r.draws; ++i) ASSERT_NEAR(r.score(i, 0, 0), 8, 1e-14 * 8);
    EXPECT_EQ(r.summary(1, 0).deterministic, 0); // a share of 0 is drawn all the same
    EXPECT_NEAR(r.summary(1, 0).sd, 8 / std::sqrt(12.0), 0.1);
}

double score_of(const Linked& k, const std::vector<double>& demand) {
    const Solver solver(k.system, &k.database);
    return solver.scores(solver.inventory(solver.solve(demand).x))[0];
}

TEST(SensitivityOfParameters, EqualsCentralDifferencesWhereverFormulasStand) {
    const Linked k(everywhere());
    const auto demand = k.one("P", "main");
    const Solver solver(k.system, &k.database);
    const Sensitivities all(solver, k.database);
    const Sensitivity s = all.of(solver.solve(demand).x, solver.unit_scores(0).x, 0);
    int n = 0;
    for (size_t i = 0; i < all.amounts().size(); ++i) {
        const SensitiveAmount& a = all.amounts()[i];
        if (a.parameter < 0) continue;
        ++n;
        const auto moved = [&](double by) {
            Database db = everywhere();
            auto& list = a.process >= 0    ? db.processes[static_cast<size_t>(a.process)].parameters
                         : a.category >= 0 ? db.categories[static_cast<size_t>(a.category)].parameters
                                           : db.parameters;
            list[static_cast<size_t>(a.parameter)].value += by;
            return score_of(Linked(db), demand);
        };
        constexpr double h = 1e-5;
        const double difference = (moved(h) - moved(-h)) / (2 * h);
        EXPECT_NEAR(s.derivative[i] / difference, 1, 1e-7) << all.label(static_cast<int>(i));
    }
    EXPECT_EQ(n, 5); // w, x, loss, k, g
    EXPECT_NEAR(s.score, score_of(k, demand), 1e-14 * s.score);
    // Small spreads: the first-order deviation is nearly that of the draws.
    const ScoreSummary x = k.run({demand}, {.draws = 20000}).summary(0, 0);
    EXPECT_NEAR(s.sd / x.sd, 1, 0.1);
}

TEST(SensitivityOfParameters, ALinearScoreHasTheVarianceOfItsParts) {
    // 3 a - 1 = 5, times a normal of 10 %: to first order 9 var(a) + 5^2 0.01.
    const Linked k(
        emitting("3 * a - 1", {parameter("a", 2, {Kind::triangular, 1, 1, 4})}, 7, {Kind::normal, 7, 0.7, 0}));
    const Solver solver(k.system, &k.database);
    const Sensitivities all(solver, k.database);
    const Sensitivity s = all.of(solver.solve(k.one("P")).x, solver.unit_scores(0).x, 0);
    EXPECT_NEAR(s.sd * s.sd, 9 * 0.5 + 25 * 0.01, 1e-13); // triangular 1, 1, 4: variance 1/2
    EXPECT_NEAR(s.mean_shift, 0, 1e-14);                  // its mean is 2
    const auto top = all.top(s, 1, true);
    ASSERT_EQ(top.size(), 1u);
    EXPECT_EQ(top[0].label, "P: a (parameter)");
    EXPECT_NEAR(top[0].variance_share, 4.5 / 4.75, 1e-13);
    EXPECT_NEAR(top[0].elasticity, 3 * 2 / 5.0, 1e-14);
}

TEST(MonteCarloParameters, PlainLinkingKnowsNoFormulas) {
    const Linked k(emitting("a", {parameter("a", 2, lognormal(2, 0.5))}, 6), "plain");
    const ScoreSummary x = k.run({k.one("P")}, {.draws = 20}).summary(0, 0);
    EXPECT_EQ(x.mean, 6);
    EXPECT_EQ(x.sd, 0);
}

TEST(MonteCarloParameters, AnInvalidDistributionIsNamedBeforeAnyDraw) {
    const struct {
        double value;
        Distribution d;
        const char* text;
    } cases[] = {{1, {Kind::lognormal, 0, 0, 0}, "lognormal: value 1, mu 0, sigma 0"},
                 {0, {Kind::lognormal, 0, 0.1, 0}, "lognormal: value 0, mu 0, sigma 0.1"},
                 {1, {Kind::normal, 1, -2, 0}, "normal: mean 1, standard deviation -2"},
                 {1, {Kind::triangular, 1, 5, 3}, "triangular: minimum 1, mode 5, maximum 3"},
                 {1, {Kind::uniform, 2, 1, 0}, "uniform: minimum 2, maximum 1"}};
    for (const auto& c : cases) {
        DatabaseBuilder b;
        b.db = emitting("1 + bad * 0.5", {parameter("bad", c.value, c.d)});
        b.db.index();
        b.process("Q").parameters = {parameter("other", 1)};
        b.output("Q", b.product("q"), 1);
        const Linked k(b.db);
        EXPECT_NO_THROW((void)k.run({k.one("Q")}, {.draws = 1})); // out of reach: no harm
        try {
            (void)k.run({k.one("P")}, {.draws = 1});
            FAIL() << c.text;
        } catch (const ConfigError& error) {
            const std::string text = error.diagnostics().text(Language::en);
            EXPECT_NE(text.find("parameter 'bad' of 'P'"), std::string::npos) << text;
            EXPECT_NE(text.find(c.text), std::string::npos) << text;
        }
    }
    // Around 0 there is no relative spread.
    const Linked zero(emitting("a", {parameter("a", 2)}, 1, {Kind::normal, 0, 1, 0}));
    EXPECT_THROW((void)zero.run({zero.one("P")}, {.draws = 1}), ConfigError);
}

TEST(MonteCarloParameters, CircularParametersAreNamedBeforeAnyDraw) {
    Linked k(emitting("a", {parameter("a", 2, lognormal(2, 0.1)), parameter("b", 1)}));
    k.database.processes[0].parameters[1].formula = "b + a";
    try {
        (void)k.run({k.one("P")}, {.draws = 1});
        FAIL();
    } catch (const ConfigError& error) {
        const std::string text = error.diagnostics().text(Language::en);
        EXPECT_NE(text.find("parameters of 'P' depend on each other: b -> b"), std::string::npos) << text;
    }
}

TEST(MonteCarloParameters, AFormulaThatFailsInADrawIsNamed) {
    const Linked k(emitting("sqrt(a)", {parameter("a", 1, {Kind::uniform, -2, -1, 0})}));
    try {
        (void)k.run({k.one("P")}, {.draws = 1});
        FAIL();
    } catch (const SolveError& error) {
        const std::string text = error.diagnostics().text(Language::en);
        EXPECT_NE(text.find("in draw 0 the formula of 'e' in 'P' gives"), std::string::npos) << text;
    }
}

TEST(Uncertainties, EveryInvalidOneIsNamed) {
    const double nan = std::nan("");
    const struct {
        double amount;
        Distribution d;
        const char* id;
        const char* value;
    } cases[] = {
        {1, {Kind::lognormal, 0, 0, 0}, "lca_sigma", "sigma 0;"},
        {1, {Kind::lognormal, 0, -0.1, 0}, "lca_sigma", "sigma -0.1;"},
        {0, {Kind::lognormal, 0, 0.1, 0}, "lca_lognormal_zero", "amount is 0"},
        {1, {Kind::lognormal, nan, 0.1, 0}, "lca_distribution_number", "mu of the lognormal distribution is nan"},
        {1, {Kind::lognormal, 0, INFINITY, 0}, "lca_distribution_number", "sigma of the lognormal distribution is inf"},
        {1, {Kind::normal, 1, 0, 0}, "lca_deviation", "standard deviation 0;"},
        {1, {Kind::normal, nan, 1, 0}, "lca_distribution_number", "mean of the normal"},
        {1, {Kind::triangular, 3, 2, 1}, "lca_bounds", "minimum 3 above maximum 1"},
        {1, {Kind::triangular, 1, 5, 3}, "lca_mode", "mode 5 of the triangular distribution is outside 1 to 3"},
        {1, {Kind::uniform, 2, 1, 0}, "lca_bounds", "minimum 2 above maximum 1"},
    };
    for (const auto& c : cases) {
        SystemBuilder b;
        b.process("mill", 1, {}, {{"dust", c.amount, c.d}});
        b.build();
        Diagnostics diagnostics;
        EXPECT_FALSE(check_uncertainties(b.database, diagnostics));
        ASSERT_EQ(diagnostics.n_errors(), 1);
        const Diagnostic& d = diagnostics.all()[0];
        EXPECT_STREQ(d.message.name(), c.id);
        const std::string text = d.message.text(Language::en);
        EXPECT_NE(text.find("in 'mill', exchange 'dust'"), std::string::npos) << text;
        EXPECT_NE(text.find(c.value), std::string::npos) << text;
        EXPECT_FALSE(d.hints.empty());
        const auto faults = check_uncertainties(b.database);
        EXPECT_EQ(faults[0].process, 0);
        EXPECT_EQ(faults[0].exchange, 1);
    }
    const SystemBuilder good = mixed();
    Diagnostics none;
    EXPECT_TRUE(check_uncertainties(good.database, none));
    EXPECT_TRUE(none.all().empty());
}

TEST(Uncertainties, NegativeAmountsWithLognormalAreNoError) {
    SystemBuilder b;
    b.process("p", 1, {}, {{"e", -2, lognormal(-2, 0.3)}});
    b.build();
    EXPECT_TRUE(check_uncertainties(b.database).empty());
}

TEST(Uncertainties, AnOutputThatMayBeDrawnAsZeroIsDoubtful) {
    SystemBuilder b;
    b.process("p", 1, {}, {}, "", "", {Kind::normal, 1, 0.4, 0});
    b.process("q", 1, {}, {}, "", "", {Kind::normal, 1, 0.1, 0});
    b.build();
    Diagnostics diagnostics;
    EXPECT_TRUE(check_uncertainties(b.database, diagnostics));
    ASSERT_EQ(diagnostics.all().size(), 1U);
    EXPECT_STREQ(diagnostics.all()[0].message.name(), "lca_output_uncertain");
}

TEST(Uncertainties, FactorsAndPedigreeScoresAreLookedAt) {
    SystemBuilder b;
    b.process("p", 1, {}, {{"e", 1, {}}});
    b.factor("gwp", "e", 1, {Kind::lognormal, 0, 0, 0});
    b.build();
    b.database.processes[0].exchanges[1].pedigree = {1, 2, 6, 0, 5};
    b.database.processes[0].exchanges[1].base_sigma = -1;
    const auto faults = check_uncertainties(b.database);
    ASSERT_EQ(faults.size(), 3U);
    EXPECT_NE(faults[0].text.text(Language::en).find("score 6 of 'temporal correlation'"), std::string::npos);
    EXPECT_STREQ(faults[1].text.name(), "lca_base_sigma");
    EXPECT_EQ(faults[2].category, 0);
    EXPECT_NE(faults[2].text.text(Language::en).find("in 'gwp', exchange 'e'"), std::string::npos);
}

TEST(Pedigree, SumsOfVariances) {
    const std::array<uint8_t, 5> none{}, best{1, 1, 1, 1, 1}, worst{5, 5, 5, 5, 5}, some{2, 0, 3, 1, 4};
    EXPECT_EQ(pedigree_sigma(none, 0), 0);
    EXPECT_DOUBLE_EQ(pedigree_sigma(best, 0.2), 0.2);
    EXPECT_DOUBLE_EQ(pedigree_sigma(worst, 0), std::sqrt(0.04 + 0.008 + 0.04 + 0.002 + 0.12));
    // exp(sqrt(sum ln^2)) over geometric standard deviations.
    const double g[] = {std::exp(std::sqrt(0.0006)), std::exp(std::sqrt(0.002)), std::exp(std::sqrt(0.04)), 1.05};
    double sum = 0;
    for (double x : g) sum += std::log(x) * std::log(x);
    EXPECT_NEAR(std::exp(pedigree_sigma(some, std::log(1.05))), std::exp(std::sqrt(sum)), 1e-14);
    EXPECT_EQ(pedigree_distribution(0, worst, 0.1).kind, Kind::none);
    EXPECT_EQ(pedigree_distribution(2, best, 0).kind, Kind::none);
    const Distribution d = pedigree_distribution(-2, best, 0.1);
    EXPECT_EQ(d.kind, Kind::lognormal);
    EXPECT_DOUBLE_EQ(d.a, std::log(2.0));
    EXPECT_DOUBLE_EQ(d.b, 0.1);
}

} // namespace
} // namespace viresco::lca
