// Models that cannot be run to their end say so, with what and where, and soon.
#include "integrate/ensemble.h"
#include "system_builder.h"
#include "units/unit.h"

namespace viresco::integrate {
namespace {

class Endings : public testing::TestWithParam<Method> {};
INSTANTIATE_TEST_SUITE_P(
    Methods, Endings, testing::Values(Method::bdf, Method::rosenbrock, Method::ida), [](const auto& of) {
        return std::string(of.param == Method::bdf ? "Bdf" : of.param == Method::rosenbrock ? "Rosenbrock" : "Ida");
    });

std::string failure_of(System& s, double until, const Options& o) {
    try {
        s.run(until, o);
    } catch (const SolveError& e) {
        return e.diagnostics().text(Language::en);
    }
    return "";
}

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

TEST_P(Endings, SlidingAlongAnIfNamesIt) {
    // x' = 1 below 1 and -1 above: the solution stays at 1 and no step can.
    SystemBuilder b;
    auto& g = b.g;
    const auto x = b.state("level", 0), other = b.state("other", 1);
    b.rate(0, g.select(g.less(x, b.constant(1)), b.constant(1), b.constant(-1)));
    b.rate(1, g.negate(other));
    System s(b.build());
    const std::string text = failure_of(s, 1000, with(GetParam(), 1e-8));
    EXPECT_TRUE(has(text, "'level'")) << text;
    EXPECT_TRUE(has(text, "'if'")) << text;
    EXPECT_FALSE(has(text, "'other'")) << text;
}

TEST_P(Endings, SlidingAlongAMinNamesIt) {
    // A store that is drawn from at rate 2 while there is any and filled at 1: s' = 1 - 2 min(1, s / 1e-12), nearly a leap.
    SystemBuilder b;
    auto& g = b.g;
    const auto s = b.state("store", 1), p = b.state("product", 0);
    (void)p;
    const auto drawn = g.multiply(b.constant(2),
                                  g.max(b.constant(0), g.min(b.constant(1), g.multiply(b.constant(1e11), s))));
    b.rate(0, g.subtract(b.constant(1), drawn));
    b.rate(1, drawn);
    System system(b.build());
    Options o = with(GetParam(), 1e-8);
    o.max_seconds = 5;
    const std::string text = failure_of(system, 1e5, o);
    if (text.empty()) { // a stiff method may ride the steep part: then it has to be right
        EXPECT_NEAR(system.run(1e5, o).end.x[1], 1e5 + 1, 1e-2);
        return;
    }
    EXPECT_TRUE(has(text, "'store'")) << text;
    EXPECT_TRUE(has(text, "'min'") || has(text, "'max'")) << text;
}

TEST_P(Endings, TheClockEndsARun) {
    // An oscillation of a million periods.
    SystemBuilder b;
    const auto x = b.state("x", 1), y = b.state("y", 0);
    b.rate(0, y);
    b.rate(1, b.g.negate(x));
    System s(b.build());
    Options o = with(GetParam(), 1e-10);
    o.max_seconds = 0.05;
    const std::string text = failure_of(s, 6e6, o);
    EXPECT_TRUE(has(text, "limit of computing time")) << text;
    EXPECT_TRUE(has(text, "last good point")) << text;
}

TEST_P(Endings, StepsAreLimited) {
    SystemBuilder b;
    const auto x = b.state("x", 1), y = b.state("y", 0);
    b.rate(0, y);
    b.rate(1, b.g.negate(x));
    System s(b.build());
    Options o = with(GetParam(), 1e-10);
    o.max_steps = 500;
    EXPECT_TRUE(has(failure_of(s, 6e6, o), "limit of steps"));
}

TEST_P(Endings, UnboundedGrowthIsNamed) {
    SystemBuilder b;
    const auto x = b.state("colony", 1);
    b.rate(0, x);
    System s(b.build());
    const std::string text = failure_of(s, 1e4, with(GetParam(), 1e-6)); // e^709 is the last number
    EXPECT_TRUE(has(text, "'colony'")) << text;
    EXPECT_TRUE(has(text, "unstable")) << text;
}

TEST_P(Endings, WhatBecomesNegativeIsReported) {
    // s' = -1 whatever is left of it, in kg/m3: below zero from t = 2 on, -3 at the end; T may.
    SystemBuilder b;
    b.state("substrate", 2);
    b.state("charge", 2);
    b.rate(0, b.constant(-1));
    b.rate(1, b.constant(-1));
    b.in.states[0].unit = *units::parse_unit("g/L");
    b.in.states[1].unit = *units::parse_unit("V");
    System s(b.build());
    const Trajectory run = s.run(5, with(GetParam(), 1e-6));
    ASSERT_EQ(run.negative.size(), 1u);
    EXPECT_EQ(run.negative[0].state, 0);
    EXPECT_GE(run.negative[0].since, 2);
    EXPECT_NEAR(run.negative[0].lowest, -3, 1e-5);
    Diagnostics warnings;
    warn_negative(s.program, run, warnings);
    const std::string text = warnings.text(Language::en);
    EXPECT_TRUE(has(text, "'substrate'")) << text;
    EXPECT_FALSE(warnings.has_errors());
}

TEST_P(Endings, RoundOffBelowZeroIsNoNews) {
    SystemBuilder b;
    const auto x = b.state("substrate", 1);
    b.rate(0, b.g.multiply(b.constant(-50), x));
    b.in.states[0].unit = *units::parse_unit("g/L");
    System s(b.build());
    EXPECT_TRUE(s.run(10, with(GetParam(), 1e-6)).negative.empty());
}

TEST_P(Endings, ARelayWithoutADeadBandIsChatter) {
    // On below 1, off above: both events at the same level.
    SystemBuilder b;
    auto& g = b.g;
    const auto x = b.state("level", 0), on = b.state("pump", 1);
    b.rate(0, g.subtract(g.multiply(b.constant(2), on), b.constant(1)));
    b.event("off", g.less(b.constant(1), x), {{1, b.constant(0)}});
    b.event("on", g.less(x, b.constant(1)), {{1, b.constant(1)}});
    System s(b.build());
    const std::string text = failure_of(s, 100, with(GetParam(), 1e-8));
    EXPECT_TRUE(has(text, "again and again")) << text;
    EXPECT_TRUE(has(text, "'on'") || has(text, "'off'")) << text;
    EXPECT_TRUE(has(text, "dead band")) << text;
}

TEST(Endings, OfOneMemberAreItsOwn) {
    // x' = 1 below `top`, and p above: slides for p < 0, goes on for p > 0.
    SystemBuilder b;
    auto& g = b.g;
    const auto p = b.parameter("p", 1);
    const auto x = b.state("level", 0);
    b.rate(0, g.select(g.less(x, b.constant(1)), b.constant(1), p));
    const auto program = b.build();
    const std::vector<double> parameters{1, -1, 2, 3, -2, 0.5, 4, 5, 6, 7};
    const auto members = run_ensemble(program, parameters, 1000, {}, with(Method::rosenbrock, 1e-8));
    for (size_t i = 0; i < members.size(); ++i) {
        ASSERT_EQ(members[i].failure.has_value(), parameters[i] < 0) << i;
        if (members[i].failure) {
            EXPECT_TRUE(has(members[i].failure->text(Language::en), "'if'"));
        } else {
            EXPECT_NEAR(members[i].trajectory.end.x[0], 1 + parameters[i] * 999, 1e-3) << i;
        }
    }
}

} // namespace
} // namespace viresco::integrate
