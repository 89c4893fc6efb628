#include "world.h"
#include <algorithm>
#include <cstring>
#include <gtest/gtest.h>

namespace viresco::lang {
namespace {

uint64_t bits(double x) {
    uint64_t b;
    std::memcpy(&b, &x, sizeof b);
    return b;
}

/// Adds a tear `name` == left(name) of a stream's group.
template <class Left>
void tear(World& w, const std::string& name, Left left, int group = -1, double start = 0) {
    Unknown u;
    u.kind = Unknown::Kind::tear;
    u.path = name;
    u.equation = "what comes back equals what was assumed";
    u.start = w.model.graph.constant(start);
    u.group = group;
    const auto k = w.model.unknowns().size();
    const NodeId node = w.model.add_unknown(std::move(u), [left, k](Model& m) {
        return std::pair{left(m), Value{m.unknowns()[k].node, 0, false, false}};
    });
    w.model.bind_value(name, {}, {node, 0, false, false}, "recycle", {});
}

Value named(Model& m, const char* path) { return m.value(path, {}, {}); }

TEST(Tears, ALinearRecycleHasItsClosedForm) {
    // back = r * (feed + back): back = r feed / (1 - r)
    for (const double r : {0.0, 0.1, 0.9, 0.999, 1.5}) {
        World w("through = feed + back\nproduct = (1 - r) * through");
        w.parameter("feed", 2).parameter("r", r);
        tear(
            w, "back", [](Model& m) { return m.multiply(named(m, "r"), named(m, "through")); }, 1);
        ASSERT_TRUE(w.solve()) << r << w.diagnostics.text(Language::en);
        EXPECT_NEAR(w["back"], r * 2 / (1 - r), 1e-12 * std::fabs(2 / (1 - r)));
        EXPECT_NEAR(w["product"], 2, 1e-10);
        EXPECT_EQ(w.program.implicit().size(), 1u);
        const auto [reverse, forward] = w.derivative("back", "r");
        EXPECT_NEAR(reverse, 2 / ((1 - r) * (1 - r)), 1e-9 * reverse);
        EXPECT_NEAR(forward, reverse, 1e-12 * reverse);
        EXPECT_NEAR(w.derivative("product", "r").first, 0, 1e-7);
    }
}

TEST(Tears, WhatDoesNotComeBackIsSubstitutedAway) {
    World w("y = back + 1");
    w.parameter("p", 3);
    tear(w, "other", [](Model& m) { return m.multiply(named(m, "p"), named(m, "p")); });
    tear(w, "back", [](Model& m) { return m.add(named(m, "other"), named(m, "p"), {}); });
    ASSERT_TRUE(w.solve()) << w.diagnostics.text(Language::en);
    EXPECT_TRUE(w.program.implicit().empty());
    EXPECT_EQ(w["y"], 13);
    EXPECT_EQ(w.derivative("y", "p").first, 7);
}

TEST(Tears, AComponentThatNothingBringsIsRemoved) {
    // b circulates with a and c, but only a is ever fed: no unknown, and no 0/0 from its fractions.
    World w("w_b = b / (b + c)\nw_a = a / (a + b + c)\nlogical = if(b + c > 0, 1, 2)");
    w.parameter("feed", 2);
    tear(
        w, "a",
        [](Model& m) { return m.add(named(m, "feed"), m.multiply(m.constant(0.5, DimId{0}), named(m, "a")), {}); }, 1);
    tear(
        w, "b", [](Model& m) { return m.multiply(m.constant(0.5, DimId{0}), m.add(named(m, "b"), named(m, "c"), {})); },
        1);
    tear(
        w, "c", [](Model& m) { return m.multiply(named(m, "b"), named(m, "a")); }, 1);
    ASSERT_TRUE(w.solve()) << w.diagnostics.text(Language::en);
    ASSERT_EQ(w.program.implicit().size(), 1u);
    EXPECT_EQ(w.program.unknowns().size(), 1u);
    EXPECT_NEAR(w["a"], 4, 1e-12);
    EXPECT_EQ(w["b"], 0);
    EXPECT_EQ(w["c"], 0);
    EXPECT_EQ(w["w_b"], 0);
    EXPECT_EQ(w["w_a"], 1);
    EXPECT_EQ(w["logical"], 2);
}

TEST(Tears, ATraceConvergesRelativeToItsStream) {
    // 1e-30 beside 1: the floor of the group keeps the trace from holding up the stream.
    World w("x = big + small");
    w.parameter("feed", 1);
    tear(
        w, "big",
        [](Model& m) { return m.add(named(m, "feed"), m.multiply(m.constant(0.9, DimId{0}), named(m, "big")), {}); },
        1);
    tear(
        w, "small",
        [](Model& m) { return m.multiply(m.constant(1e-30, DimId{0}), m.add(named(m, "big"), named(m, "small"), {})); },
        1);
    ASSERT_TRUE(w.solve());
    EXPECT_NEAR(w["big"], 10, 1e-11);
    EXPECT_NEAR(w["small"] / 1e-29, 1, 1e-6);
}

TEST(Solve, OneEquation) {
    World w("solve x: x == exp(-x) from 1\nsolve y: y^2 == p from 1\nsolve z: z * exp(z) == 10 [kg] / 1 [kg] from 1");
    w.parameter("p", 2);
    ASSERT_TRUE(w.solve()) << w.diagnostics.text(Language::en);
    EXPECT_NEAR(w["x"], 0.56714329040978387, 1e-15); // the omega constant
    EXPECT_NEAR(w["y"], std::sqrt(2), 1e-15);
    EXPECT_NEAR(w["z"], 1.7455280027406994, 1e-14); // Lambert W(10)
    EXPECT_EQ(w.program.implicit().size(), 3u);
}

TEST(Solve, FormsWithZeroOnOneSide) {
    // Where all stands on one side, nothing there tells how large "small" is; every form must still converge.
    for (const char* equation : {"x - exp(-x) == 0", "exp(-x) - x == 0", "0 == x - exp(-x)", "-x + exp(-x) == 0",
                                 "x + -exp(-x) == 0", "x * exp(x) - 1 == 0", "x + (0.5 - exp(-x)) - 0.5 == 0",
                                 "sum(if(i > 1, x, 0) for i in 1..2) - exp(-x) == 0", "log(x) + x == 0"}) {
        World w(std::string("solve x: ") + equation + " from 2");
        EXPECT_TRUE(w.solve()) << equation << w.diagnostics.text(Language::en);
        EXPECT_NEAR(w["x"], 0.56714329040978387, 1e-12) << equation;
    }
    // A charge balance, the usual way to ask for a pH: h + na - kw/h - ka c/(ka + h) == 0.
    World w("solve h: h + na - kw / h - ka * c / (ka + h) == 0 from 1e-5");
    w.parameter("na", 0.05).parameter("kw", 1e-14).parameter("ka", 1.8e-5).parameter("c", 0.1);
    ASSERT_TRUE(w.solve());
    EXPECT_NEAR(w["h"], 1.8e-5, 1.8e-5 * 2e-3); // half neutralised: pH = pKa, but for h itself
    EXPECT_NEAR(w["h"] + 0.05 - 1e-14 / w["h"] - 1.8e-5 * 0.1 / (1.8e-5 + w["h"]), 0, 1e-15);
}

TEST(Solve, ACoupledSystem) {
    // x^2 + y^2 == 4, x y == 1: (x + y)^2 == 6, (x - y)^2 == 2
    World w("solve x: x^2 + y^2 == 4 from 0.3\nsolve y: x * y == p from 2");
    w.parameter("p", 1);
    ASSERT_TRUE(w.solve()) << w.diagnostics.text(Language::en);
    EXPECT_EQ(w.program.implicit().size(), 1u);
    EXPECT_NEAR(w["x"], (std::sqrt(6) - std::sqrt(2)) / 2, 1e-14);
    EXPECT_NEAR(w["y"], (std::sqrt(6) + std::sqrt(2)) / 2, 1e-14);
    // x' = y / (y^2 - x^2), from 2 x x' + 2 y y' == 0 and x' y + x y' == 1
    const double x = w["x"], y = w["y"];
    const auto [reverse, forward] = w.derivative("x", "p");
    EXPECT_NEAR(reverse, y / (y * y - x * x), 1e-13);
    EXPECT_NEAR(forward, reverse, 1e-13);
}

TEST(Solve, GradientsFollowTheImplicitFunctionTheorem) {
    // x^3 + p x == q: dx/dp = -x / (3 x^2 + p), dx/dq = 1 / (3 x^2 + p); then through a second block and on.
    World w("solve x: x^3 + p * x == q from 1\nsolve y: y + log(y) == x * p from 1\nf = y * x + q");
    w.parameter("p", 2).parameter("q", 7);
    ASSERT_TRUE(w.solve());
    const double x = w["x"], y = w["y"], s = 3 * x * x + 2, dx_dp = -x / s, dx_dq = 1 / s;
    const double dy_dp = (x + 2 * dx_dp) / (1 + 1 / y), dy_dq = 2 * dx_dq / (1 + 1 / y);
    for (const auto& [name, parameter, expected] :
         std::vector<std::tuple<const char*, const char*, double>>{{"x", "p", dx_dp},
                                                                   {"x", "q", dx_dq},
                                                                   {"y", "p", dy_dp},
                                                                   {"y", "q", dy_dq},
                                                                   {"f", "p", dy_dp * x + y * dx_dp},
                                                                   {"f", "q", dy_dq * x + y * dx_dq + 1}}) {
        const auto [reverse, forward] = w.derivative(name, parameter);
        EXPECT_NEAR(reverse, expected, 1e-13) << name << " by " << parameter;
        EXPECT_NEAR(forward, expected, 1e-13) << name << " by " << parameter;
    }
}

TEST(Solve, BlocksComeInDependencyOrder) {
    World w("solve c: c * b == a + 1 from 1\nsolve a: a^2 == p from 1\nsolve d: d + e == c from 1\nsolve e: e * d == "
            "0.1 from 0.2\nsolve b: exp(b) == a from 1");
    w.parameter("p", 4);
    ASSERT_TRUE(w.solve());
    std::vector<std::string> order;
    for (const ImplicitBlock& block : w.program.implicit()) {
        std::string names;
        for (const int k : block.unknowns) names += w.program.unknowns()[static_cast<size_t>(k)].path;
        order.push_back(names);
    }
    ASSERT_EQ(order.size(), 4u);
    const auto at = [&](const std::string& name) {
        return std::find_if(order.begin(), order.end(),
                            [&](const std::string& s) { return s.find(name) != std::string::npos; }) -
               order.begin();
    };
    EXPECT_LT(at("a"), at("b"));
    EXPECT_LT(at("b"), at("c"));
    EXPECT_LT(at("c"), at("d"));
    EXPECT_EQ(at("d"), at("e"));
    EXPECT_NEAR(w["c"], 3 / std::log(2), 1e-13);
    EXPECT_NEAR(w["d"] + w["e"], w["c"], 1e-13);
}

TEST(Solve, AStartMayNameOtherUnknowns) {
    World w("solve x: x^3 - 6 * x^2 + 11 * x == p from 2.9 * y\nsolve y: 2 * y == 2 from 5");
    w.parameter("p", 6); // roots 1, 2, 3: the start decides
    ASSERT_TRUE(w.solve());
    EXPECT_NEAR(w["x"], 3, 1e-12);
    // Also where both are solved together: the start of the other is what is meant.
    World v("solve x: x^2 + 0 * y + y == 4 + y from 3 * y\nsolve y: y * x == x from 0.5");
    ASSERT_TRUE(v.solve());
    EXPECT_NEAR(v["x"], 2, 1e-12);
    // A start that needs itself can never be had.
    World u("solve x: x^2 == 4 from y\nsolve y: y^2 == 9 from x");
    EXPECT_FALSE(u.solve());
    EXPECT_EQ(u.error(), "2:24 cyclic_formulas");
}

TEST(Solve, AnEquationWithoutItsUnknownIsAnErrorAtItsPlace) {
    World w("y = 2 * x\nsolve x: p^2 == 2 from 1");
    w.parameter("p", 1);
    EXPECT_FALSE(w.solve());
    ASSERT_EQ(w.errors().size(), 1u);
    EXPECT_EQ(w.error(), "2:7 equation_without_its_unknown");
    EXPECT_EQ(w.diagnostics.all().front().message.args.at(1), "x");
}

TEST(Solve, WhatHasNoSolutionEndsAndNamesTheEquation) {
    for (const char* equation :
         {"x^2 == -1", "exp(x) == 0", "x == x + 1", "log(x) == x", "sqrt(x) == -1", "1 / x == 0 * x"}) {
        World w(std::string("solve ok: ok == 3 from 1\nsolve x: ") + equation + " from 1\nz = x + ok");
        if (!w.compile()) continue; // found out before: as good
        w.evaluation = std::make_unique<Evaluation>(w.program, 1);
        EXPECT_FALSE(w.evaluation->solve_nominal(w.program.defaults())) << equation;
        const LaneStatus& status = w.evaluation->status();
        EXPECT_FALSE(status.converged);
        EXPECT_LE(status.newton_iterations, 400) << equation;
        ASSERT_EQ(status.worst.size(), 1u) << equation;
        EXPECT_EQ(w.program.unknowns()[static_cast<size_t>(status.worst.front())].path, "x");
    }
}

TEST(Solve, TheWorstEquationsComeFirst) {
    World w("solve x: x + 0.001 * y == 1 from 1\nsolve y: y^2 + 0 * x + x == x - 5 from 1");
    ASSERT_TRUE(w.compile());
    w.evaluation = std::make_unique<Evaluation>(w.program, 1);
    EXPECT_FALSE(w.evaluation->solve_nominal(w.program.defaults()));
    ASSERT_FALSE(w.evaluation->status().worst.empty());
    EXPECT_EQ(w.program.unknowns()[static_cast<size_t>(w.evaluation->status().worst.front())].path, "y");
}

// ---- lanes

TEST(Lanes, WithDifferentIterationCountsDoNotInfluenceOneAnother) {
    World w("solve x: exp(x) * x == p from 1\nsolve y: y^2 == p - 3 from 1\ns = x * y + tanh(x)\nt = x + p");
    w.parameter("p", 4);
    ASSERT_TRUE(w.solve());
    // One lane has no solution, one starts at it, the others need different numbers of steps.
    const std::vector<double> samples{4, 1e6, 3.001, -20, 4.0000001, 2, 1e300, 7};
    int count = 0;
    const Kernels* const* sets = all_kernels(count);
    for (int k = 0; k < count; ++k) {
        if (sets[k]->width != 8) continue;
        Evaluation wide(w.program, *sets[k]);
        EXPECT_FALSE(wide.run(samples));
        std::vector<int> iterations;
        for (int lane = 0; lane < 8; ++lane) {
            Evaluation one(w.program, 1);
            one.run({&samples[static_cast<size_t>(lane)], 1});
            const LaneStatus &a = wide.status(lane), &b = one.status();
            EXPECT_EQ(a.converged, b.converged) << lane;
            EXPECT_EQ(a.newton_iterations, b.newton_iterations) << lane;
            EXPECT_EQ(a.worst, b.worst) << lane;
            EXPECT_EQ(bits(a.residual), bits(b.residual)) << lane;
            for (const int32_t slot : w.program.root_slots()) {
                const double a_value = wide.value(slot, lane), b_value = one.value(slot);
                EXPECT_TRUE(bits(a_value) == bits(b_value) || (std::isnan(a_value) && std::isnan(b_value)))
                    << sets[k]->name << " lane " << lane << " p " << samples[static_cast<size_t>(lane)];
            }
            iterations.push_back(a.newton_iterations);
        }
        EXPECT_TRUE(wide.status(0).converged);
        EXPECT_FALSE(wide.status(3).converged);
        EXPECT_GT(*std::max_element(iterations.begin(), iterations.end()), iterations[0]);
    }
}

/// Lanes that begin anew by substitution wait while others step; none may step before it has looked where it is.
TEST(Lanes, ThatBeginAnewDoNotFollowTheOthers) {
    World w("d = b * (x - 1.3)\nnext = 1 + 4 * a * d * exp(-d * d) - a * tanh(3 * d)\nseen = x + 1");
    w.parameter("a", 0.1).parameter("b", 1);
    tear(
        w, "x", [](Model& m) { return named(m, "next"); }, -1, 1);
    ASSERT_TRUE(w.solve()) << w.diagnostics.text(Language::en);
    Evaluation wide(w.program, 8), one(w.program, 1);
    const auto at = [&](const char* name, size_t lane) { // scattered over 0.5 .. 3 and 0.3 .. 30
        const bool first = *name == 'a';
        const double u = std::fmod(static_cast<double>(lane + 1) * (first ? 0.6180339887498949 : 0.7548776662466927),
                                   1);
        return first ? 0.5 + 2.5 * u : 0.3 * std::pow(100, u);
    };
    int compared = 0, anew = 0;
    for (size_t batch = 0; batch < 100; ++batch) {
        std::vector<double> all(16);
        for (const char* name : {"a", "b"})
            for (size_t l = 0; l < 8; ++l)
                all[static_cast<size_t>(w.program.find_parameter(name)) * 8 + l] = at(name, batch * 8 + l);
        wide.run(all);
        for (size_t l = 0; l < 8; ++l) {
            const std::vector<double> own{all[l], all[8 + l]};
            one.run(own);
            const LaneStatus &a = wide.status(static_cast<int>(l)), &b = one.status();
            EXPECT_EQ(a.converged, b.converged) << batch << " " << l;
            EXPECT_EQ(a.newton_iterations, b.newton_iterations) << batch << " " << l;
            EXPECT_EQ(bits(wide.value(w.slot("seen"), static_cast<int>(l))), bits(one.value(w.slot("seen"))));
            compared += b.converged;
            anew += b.newton_iterations > 12;
        }
    }
    EXPECT_GT(compared, 100);
    EXPECT_GT(anew, 10);
}

TEST(Lanes, AnEvaluationForgetsWhatWasBefore) {
    World w("solve x: exp(x) * x == p from 1\ny = x^2");
    w.parameter("p", 4);
    ASSERT_TRUE(w.solve());
    Evaluation used(w.program, 1), fresh(w.program, 1);
    for (const double p : {1e8, -5.0, 0.001}) used.run({&p, 1});
    const double p = 11;
    ASSERT_TRUE(used.run({&p, 1}));
    ASSERT_TRUE(fresh.run({&p, 1}));
    EXPECT_EQ(bits(used.value(w.slot("y"))), bits(fresh.value(w.slot("y"))));
    EXPECT_EQ(used.status().newton_iterations, fresh.status().newton_iterations);
}

} // namespace
} // namespace viresco::lang
