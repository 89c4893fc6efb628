#include "base/diagnostic.h"
#include "lca/solver.h"
#include "lca/solver_lu.h"
#include "system_builder.h"
#include <cmath>
#include <gtest/gtest.h>
#include <numeric>
#include <random>

namespace viresco::lca {
namespace {

using test::SystemBuilder;

/// p1 uses 1 p2, p2 uses 0.5 p1: the self-loop case of openLCA (lca_reference/reference_cases.json).
SystemBuilder loop_of_two(double back = 0.5) {
    SystemBuilder b;
    b.process("p1", 1, {{"p2", 1, {}}}, {{"f1", 1, {}}, {"f2", 2, {}}});
    b.process("p2", 1, {{"p1", back, {}}}, {{"f1", 2, {}}, {"f2", 1, {}}});
    b.factor("one", "f1", 1);
    b.factor("two", "f2", 1);
    b.build();
    return b;
}

/// n processes, each with `inputs` random inputs whose sum is about `gain`; with chains and loops.
SystemBuilder random_system(int n, int inputs, double gain, unsigned seed, const std::vector<int>& naming = {}) {
    SystemBuilder b;
    std::mt19937 bits(seed);
    const auto uniform = [&] { return static_cast<double>(bits()) / 4294967296.0; };
    struct Plan {
        double output;
        std::vector<std::pair<int, double>> inputs;
        double emission;
    };
    std::vector<Plan> plans(static_cast<size_t>(n));
    for (Plan& p : plans) {
        p.output = 0.5 + uniform();
        for (int k = 0; k < inputs; ++k) {
            p.inputs.push_back({static_cast<int>(uniform() * n), uniform() * 2 * gain / inputs * p.output});
        }
        p.emission = uniform();
    }
    std::vector<int> order(static_cast<size_t>(n));
    std::iota(order.begin(), order.end(), 0);
    if (!naming.empty()) order = naming;
    for (int id : order) {
        const Plan& p = plans[static_cast<size_t>(id)];
        std::vector<SystemBuilder::Amount> in;
        for (const auto& [to, amount] : p.inputs) {
            if (to != id) in.push_back({"p" + std::to_string(to), amount, {}});
        }
        b.process("p" + std::to_string(id), p.output, in,
                  {{"e" + std::to_string(id % 7), p.emission, {}}, {"e0", 0.1, {}}});
    }
    for (int f = 0; f < 7; ++f) b.factor("c" + std::to_string(f % 2), "e" + std::to_string(f), 1 + f);
    b.build();
    return b;
}

double relative(double a, double b) { return a == b ? 0 : std::fabs(a - b) / std::max(std::fabs(a), std::fabs(b)); }

TEST(Solver, LoopOfTwoInClosedForm) {
    for (double back : {0.0, 0.5, 0.9, 0.999}) {
        const SystemBuilder b = loop_of_two(back);
        const Solver solver(b.system);
        const Solution s = solver.solve(0, 2);
        EXPECT_NEAR(s.x[0], 2 / (1 - back), 1e-12 / (1 - back));
        EXPECT_NEAR(s.x[1], 2 / (1 - back), 1e-12 / (1 - back));
        EXPECT_LE(s.residual, 1e-15);
        EXPECT_LE(s.demand_residual, 1e-14 / (1 - back));
        const auto g = solver.inventory(s.x);
        EXPECT_NEAR(g[0], 3 * s.x[0], 1e-11 / (1 - back));
        EXPECT_EQ(s.method, back < 0.9 ? SolveMethod::gauss_seidel : s.method);
    }
    const SystemBuilder b = loop_of_two();
    const Solver solver(b.system);
    const auto score = solver.scores(solver.inventory(solver.solve(0, 2).x));
    EXPECT_NEAR(score[0], 12, 1e-13);
    EXPECT_NEAR(score[1], 12, 1e-13);
}

TEST(Solver, LoopThatGaussSeidelCannotSolveStillHasItsSolution) {
    // Gain of 4 around the loop: the series diverges, the solution of the equations is s = f / (1 - 4).
    const SystemBuilder b = loop_of_two(4);
    const Solver solver(b.system);
    const Solution s = solver.solve(0, 3);
    EXPECT_NEAR(s.x[0], -1, 1e-13);
    EXPECT_NEAR(s.x[1], -1, 1e-13);
    EXPECT_GE(s.method, SolveMethod::bicgstab);
    EXPECT_LE(s.demand_residual, 1e-14);
    const Solution t = solver.unit_scores(0);
    EXPECT_NEAR(3 * t.x[0], solver.scores(solver.inventory(s.x))[0], 1e-12);
}

TEST(Solver, EveryMethodGivesTheSameSolution) {
    const SystemBuilder b = random_system(300, 6, 0.8, 5);
    const Solver usual(b.system);
    const Solver krylov(b.system, nullptr, {.max_sweeps = 1});
    const Solver direct(b.system, nullptr, {.max_sweeps = 1, .max_steps = 0});
    std::vector<double> demand(300, 0);
    demand[3] = 1, demand[100] = 2;
    const Solution a = usual.solve(demand), c = krylov.solve(demand), d = direct.solve(demand);
    EXPECT_EQ(a.method, SolveMethod::gauss_seidel);
    EXPECT_EQ(c.method, SolveMethod::bicgstab);
    EXPECT_EQ(d.method, SolveMethod::lu);
    const Solution ta = usual.unit_scores(0), tc = krylov.unit_scores(0), td = direct.unit_scores(0);
    EXPECT_EQ(td.method, SolveMethod::lu);
    for (size_t j = 0; j < 300; ++j) {
        EXPECT_NEAR(a.x[j], c.x[j], 1e-13 * (1 + std::fabs(a.x[j])));
        EXPECT_NEAR(a.x[j], d.x[j], 1e-13 * (1 + std::fabs(a.x[j])));
        EXPECT_NEAR(ta.x[j], tc.x[j], 1e-12 * (1 + std::fabs(ta.x[j])));
        EXPECT_NEAR(ta.x[j], td.x[j], 1e-12 * (1 + std::fabs(ta.x[j])));
    }
}

class RandomSystems : public testing::TestWithParam<unsigned> {};

TEST_P(RandomSystems, AdjointEqualsForward) {
    const unsigned seed = GetParam();
    const int n = 20 + 40 * static_cast<int>(seed);
    const SystemBuilder b = random_system(n, 1 + static_cast<int>(seed % 5), 0.3 + 0.1 * (seed % 7), seed);
    const Solver solver(b.system);
    const UnitScores unit(solver);
    EXPECT_LE(unit.worst_residual(), 1e-14);
    for (int j = 0; j < n; j += 7) {
        const Solution s = solver.solve(j, 2.5);
        EXPECT_LE(s.demand_residual, 1e-14);
        const auto forward = solver.scores(solver.inventory(s.x));
        std::vector<double> adjoint(2);
        unit.scores(std::vector<int>{j}, std::vector<double>{2.5}, adjoint);
        for (size_t c = 0; c < 2; ++c) EXPECT_LE(relative(forward[c], adjoint[c]), 1e-12) << seed << " " << j;
    }
}

TEST_P(RandomSystems, LinearInTheDemand) {
    const unsigned seed = GetParam();
    const SystemBuilder b = random_system(60, 3, 0.6, seed);
    const Solver solver(b.system);
    std::vector<double> f(60, 0), g(60, 0), sum(60);
    f[seed % 60] = 1.5, g[(seed * 17) % 60] = -0.25, g[5] += 3;
    for (size_t j = 0; j < 60; ++j) sum[j] = 2 * f[j] + g[j];
    const auto x = solver.solve(f).x, y = solver.solve(g).x, z = solver.solve(sum).x;
    for (size_t j = 0; j < 60; ++j) EXPECT_NEAR(z[j], 2 * x[j] + y[j], 1e-13 * (1 + std::fabs(z[j])));
}

TEST_P(RandomSystems, TheOrderOfTheProcessesDoesNotMatter) {
    const unsigned seed = GetParam();
    std::vector<int> shuffled(60);
    std::iota(shuffled.begin(), shuffled.end(), 0);
    std::shuffle(shuffled.begin(), shuffled.end(), std::mt19937(seed));
    const SystemBuilder a = random_system(60, 4, 0.7, seed), b = random_system(60, 4, 0.7, seed, shuffled);
    const auto x = Solver(a.system).solve(shuffled[0]).x, y = Solver(b.system).solve(0).x;
    for (size_t j = 0; j < 60; ++j) {
        EXPECT_NEAR(x[static_cast<size_t>(shuffled[j])], y[j], 1e-13 * (1 + std::fabs(y[j])));
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomSystems, testing::Range(1U, 8U));

TEST(Solver, AChainNeedsOnePassWhateverItsOrder) {
    SystemBuilder b;
    for (int k = 0; k < 50; ++k) { // built backwards: process k uses k - 1
        std::vector<SystemBuilder::Amount> in;
        if (k > 0) in.push_back({"p" + std::to_string(k - 1), 2, {}});
        b.process("p" + std::to_string(k), 1, in, {});
    }
    b.build();
    const Solver solver(b.system);
    const Solution s = solver.solve(49);
    EXPECT_EQ(s.method, SolveMethod::substitution);
    EXPECT_EQ(s.x[0], std::ldexp(1.0, 49));
    EXPECT_EQ(s.residual, 0);
}

TEST(Solver, RepeatedAndOwnEntriesAddUp) {
    SystemBuilder b;
    b.process("p", 1, {{"p", 0.25, {}}, {"q", 1, {}}, {"q", 2, {}}}, {});
    b.process("q", 2, {}, {{"e", 1, {}}});
    b.factor("c", "e", 1);
    b.build();
    const Solver solver(b.system);
    const Solution s = solver.solve(0, 3);
    EXPECT_DOUBLE_EQ(s.x[0], 4);
    EXPECT_DOUBLE_EQ(s.x[1], 6);
    EXPECT_DOUBLE_EQ(solver.unit_scores(0).x[0] * 3, 6);
}

std::string failure(const SystemBuilder& b, int demand = 0) {
    try {
        (void)Solver(b.system, &b.database).solve(demand);
    } catch (const SolveError& e) {
        return e.diagnostics().text(Language::en);
    }
    return "";
}

TEST(Solver, ASingularLoopIsNamed) {
    SystemBuilder b = loop_of_two(1);
    const std::string text = failure(b);
    EXPECT_NE(text.find("no unique solution"), std::string::npos) << text;
    EXPECT_NE(text.find("'p1'"), std::string::npos) << text;
    EXPECT_NE(text.find("'p2'"), std::string::npos) << text;
    EXPECT_NE(text.find("unit"), std::string::npos) << text;
}

TEST(Solver, ASingularLoopThatNobodyNeedsDoesNoHarm) {
    SystemBuilder b;
    b.process("good", 1, {}, {{"e", 1, {}}});
    b.process("a", 1, {{"b", 1, {}}}, {});
    b.process("b", 1, {{"a", 1, {}}}, {});
    b.factor("c", "e", 1);
    b.build();
    EXPECT_EQ(failure(b, 0), "");
    EXPECT_NE(failure(b, 1), "");
}

TEST(Solver, AProcessWithoutNetOutputIsNamed) {
    SystemBuilder b;
    b.process("mill", 1, {{"mill", 1, {}}}, {});
    b.build();
    const std::string text = failure(b);
    EXPECT_NE(text.find("'mill' makes none of its product"), std::string::npos) << text;
}

TEST(Solver, NumbersThatAreNoneAreNamed) {
    SystemBuilder b = loop_of_two();
    b.system.technosphere.value[0] = std::nan("");
    EXPECT_NE(failure(b).find("process 'p1' for 'p2' is nan"), std::string::npos) << failure(b);
    SystemBuilder c = loop_of_two();
    try {
        (void)Solver(c.system, &c.database).solve(0, INFINITY);
        FAIL();
    } catch (const SolveError& e) {
        EXPECT_NE(e.diagnostics().text(Language::en).find("demand for the product of 'p1' is inf"), std::string::npos);
    }
    EXPECT_THROW((void)Solver(c.system).solve(std::vector<double>{1}), SolveError);
}

TEST(Solver, TheFactorisationKeepsItsBudget) {
    const SystemBuilder b = random_system(300, 6, 0.8, 5);
    try {
        (void)Solver(b.system, &b.database, {.max_sweeps = 1, .max_steps = 0, .fill_budget = 100}).solve(0);
        FAIL();
    } catch (const SolveError& e) {
        EXPECT_NE(e.diagnostics().text(Language::en).find("memory budget"), std::string::npos);
    }
}

} // namespace
} // namespace viresco::lca
