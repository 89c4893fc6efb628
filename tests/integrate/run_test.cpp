#include "system_builder.h"
#include <algorithm>

namespace viresco::integrate {
namespace {

using lang::Op;

class BothMethods : public testing::TestWithParam<Method> {};
INSTANTIATE_TEST_SUITE_P(Methods, BothMethods, testing::Values(Method::bdf, Method::rosenbrock),
                         [](const auto& of) { return std::string(of.param == Method::bdf ? "Bdf" : "Rosenbrock"); });

/// dy/dt = cos(t) y from 1: y = exp(sin t).
lang::DynamicProgram swinging() {
    SystemBuilder b;
    const auto y = b.state("y", 1);
    // cos t = sin(t + pi/2) is not an operation: s' = c, c' = -s carry it.
    const auto s = b.state("s", 0), c = b.state("c", 1);
    b.rate(0, b.g.multiply(c, y));
    b.rate(1, c);
    b.rate(2, b.g.negate(s));
    return b.build();
}

TEST_P(BothMethods, MeetsTheClosedFormAtEveryTimeAskedFor) {
    System s(swinging());
    std::vector<double> times;
    for (int i = 0; i <= 50; ++i) times.push_back(0.2 * i);
    const Trajectory run = s.run(10, with(GetParam(), 1e-9), times);
    ASSERT_EQ(run.points.size(), times.size());
    for (size_t i = 0; i < times.size(); ++i) {
        EXPECT_EQ(run.points[i].time, times[i]);
        EXPECT_NEAR(run.points[i].x[0], std::exp(std::sin(times[i])), 3e-7) << times[i];
    }
}

TEST(Rosenbrock, IsOfOrderFiveAlsoWithAnAlgebraicUnknown) {
    // dy/dt = z, 0 = y - z^3 - z: along the solution 1.5 z^2 + ln z = t + 1.5 (z = 1, y = 2 at the start).
    const auto error_and_steps = [](double rtol) {
        SystemBuilder b;
        const auto y = b.state("y", 2);
        const auto z = b.unknown("z", 0.9);
        b.rate(0, z);
        b.equation(0, y, b.g.add(b.g.power(z, b.constant(3)), z));
        System s(b.build());
        Options o = with(Method::rosenbrock, rtol);
        const Trajectory run = s.run(5, o);
        const double zz = run.end.x[1];
        // Error of z from the invariant: d(1.5 z^2 + ln z)/dz = 3 z + 1/z.
        return std::pair{std::abs(1.5 * zz * zz + std::log(zz) - 6.5) / (3 * zz + 1 / zz),
                         static_cast<double>(run.statistics.steps)};
    };
    const auto [coarse, few] = error_and_steps(1e-5);
    const auto [fine, many] = error_and_steps(1e-11);
    const double order = std::log(coarse / fine) / std::log(many / few);
    EXPECT_GT(order, 4.5) << coarse << " " << fine << " " << few << " " << many;
    EXPECT_LT(order, 6.0) << coarse << " " << fine << " " << few << " " << many;
    EXPECT_LT(fine, 1e-10);
}

TEST_P(BothMethods, FindsEventsWhoseTimeDependsOnTheState) {
    // A ball dropped from 1 m that keeps 80 % of its speed: falls for t0 = sqrt(2/g), then flies 2 v/g each time.
    constexpr double gravity = 9.81, kept = 0.8;
    SystemBuilder b;
    const auto x = b.state("x", 1), v = b.state("v", 0);
    b.rate(0, v);
    b.rate(1, b.constant(-gravity));
    b.event("bounce", b.g.less(x, b.constant(0)), {{1, b.g.multiply(b.constant(-kept), v)}});
    System s(b.build());
    const Trajectory run = s.run(2.2, with(GetParam(), 1e-10));
    double t = std::sqrt(2 / gravity), speed = gravity * t;
    ASSERT_EQ(run.events.size(), 3u);
    for (const Occurrence& o : run.events) {
        EXPECT_NEAR(o.time, t, 1e-8);
        speed *= kept;
        t += 2 * speed / gravity;
    }
    EXPECT_GT(t, 2.2) << "one bounce too few";
}

TEST_P(BothMethods, EventsAtTheStartAndInTurnAllHappenAtOnce) {
    SystemBuilder b;
    const auto x = b.state("x", 1), y = b.state("y", 0), z = b.state("z", 0);
    b.rate(0, b.constant(1));
    b.event("first", b.g.less(b.constant(0.5), x), {{1, b.g.add(x, b.constant(1))}});
    b.event("second", b.g.less(b.constant(1.5), y), {{2, b.g.multiply(y, b.constant(3))}});
    System s(b.build());
    (void)z;
    const Trajectory run = s.run(1, with(GetParam(), 1e-8));
    ASSERT_EQ(run.events.size(), 2u);
    EXPECT_EQ(run.events[1].time, 0);
    EXPECT_EQ(run.end.x[1], 2);
    EXPECT_EQ(run.end.x[2], 6);
    EXPECT_NEAR(run.end.x[0], 2, 1e-12);
}

TEST_P(BothMethods, AnEventMayEndTheRun) {
    SystemBuilder b;
    const auto x = b.state("x", 1);
    b.rate(0, b.g.negate(x));
    b.event("half", b.g.less(x, b.constant(0.5)), {}, true);
    System s(b.build());
    const Trajectory run = s.run(10, with(GetParam(), 1e-11), {0, 0.5, 5});
    EXPECT_NEAR(run.end.time, std::log(2.0), 1e-9);
    EXPECT_EQ(run.points.size(), 2u) << "5 was never reached";
}

TEST_P(BothMethods, GoesOnFromASavedPoint) {
    System s(swinging());
    const Options o = with(GetParam(), 1e-10);
    const Trajectory whole = s.run(8, o), half = s.run(3, o);
    const Point saved = half.end;
    const Trajectory rest = run(s.evaluation, saved, 8, {}, o);
    for (size_t i = 0; i < 3; ++i) EXPECT_NEAR(rest.end.x[i], whole.end.x[i], 1e-7);
    EXPECT_NEAR(rest.end.x[0], std::exp(std::sin(8.0)), 1e-7);
}

TEST(Sensitivities, MoveWithTheSwitchingTime) {
    // y' = -k y until y < c; then y' = -k y + u. With tau = ln(1/c)/k: y = (c - u/k) exp(-k (t - tau)) + u/k.
    constexpr double k0 = 0.7, c0 = 0.4, u0 = 0.5, t = 4;
    SystemBuilder b;
    const auto k = b.parameter("k", k0), c = b.parameter("c", c0), u = b.parameter("u", u0), y0 = b.parameter("y0", 1);
    const auto y = b.state_from("y", y0), on = b.state("on", 0);
    b.rate(0, b.g.add(b.g.multiply(b.g.negate(k), y), b.g.multiply(u, on)));
    b.event("switch", b.g.less(y, c), {{1, b.constant(1)}});
    System s(b.build());
    Options o = with(Method::bdf, 1e-10);
    o.sensitivities = {0, 1, 2, 3};
    const Trajectory run = s.run(t, o);
    const auto exact = [&](double kk, double cc, double uu, double yy) {
        const double tau = std::log(yy / cc) / kk;
        return (cc - uu / kk) * std::exp(-kk * (t - tau)) + uu / kk;
    };
    EXPECT_NEAR(run.end.x[0], exact(k0, c0, u0, 1), 1e-8);
    const double e = std::exp(-k0 * (t - std::log(1 / c0) / k0)); // = exp(-k t) / c
    // y = (c - u/k) exp(-k t) y0 / c + u/k, differentiated by hand.
    EXPECT_NEAR(run.end.s[0], u0 / k0 / k0 * e - (c0 - u0 / k0) * t * e - u0 / k0 / k0, 1e-7) << "by k";
    EXPECT_NEAR(run.end.s[1], e - (c0 - u0 / k0) * e / c0, 1e-7) << "by the level of the switch";
    EXPECT_NEAR(run.end.s[2], (1 - e) / k0, 1e-7) << "by u";
    EXPECT_NEAR(run.end.s[3], (c0 - u0 / k0) * e, 1e-7) << "by the start";
}

TEST(Sensitivities, JumpWithTheState) {
    // x' = v, a wall at x = p that doubles the speed: x(T) = p + 2 v (T - p/v).
    SystemBuilder b;
    const auto p = b.parameter("p", 1), v = b.parameter("v", 2);
    const auto x = b.state("x", 0), speed = b.state_from("speed", v);
    b.rate(0, speed);
    b.event("wall", b.g.less(p, x), {{1, b.g.multiply(b.constant(2), speed)}});
    System s(b.build());
    Options o = with(Method::bdf, 1e-10);
    o.sensitivities = {0, 1};
    const Trajectory run = s.run(2, o);
    EXPECT_NEAR(run.end.x[0], 1 + 4 * (2 - 0.5), 1e-8);
    EXPECT_NEAR(run.end.s[0], 1 - 2, 1e-7);
    EXPECT_NEAR(run.end.s[1], 2 * 2, 1e-7);
}

TEST(Steady, ChemostatReachesItsClosedForm) {
    // x' = (mu - D) x, s' = D (s0 - s) - mu x / Y, mu = m s/(K + s): s = K D/(m - D), x = Y (s0 - s).
    constexpr double D = 0.2, m = 0.5, K = 0.1, Y = 0.4, s0 = 10;
    SystemBuilder b;
    const auto x = b.state("x", 0.5), s = b.state("s", s0);
    const auto mu = b.g.divide(b.g.multiply(b.constant(m), s), b.g.add(b.constant(K), s));
    b.rate(0, b.g.multiply(b.g.subtract(mu, b.constant(D)), x));
    b.rate(1, b.g.subtract(b.g.multiply(b.constant(D), b.g.subtract(b.constant(s0), s)),
                           b.g.multiply(mu, b.g.divide(x, b.constant(Y)))));
    System system(b.build());
    Options o;
    Statistics statistics;
    const Point p = steady(system.evaluation, start(system.evaluation, o), o, statistics);
    EXPECT_NEAR(p.x[1], K * D / (m - D), 1e-13);
    EXPECT_NEAR(p.x[0], Y * (s0 - K * D / (m - D)), 1e-11);
}

TEST(Steady, WhatGrowsForEverIsNamed) {
    SystemBuilder b;
    const auto x = b.state("biomass", 1);
    b.rate(0, b.g.add(b.constant(1), b.g.multiply(b.constant(0.1), x)));
    System s(b.build());
    s.program.states();
    Options o;
    Statistics statistics;
    // The rate's zero is at x = -10: Newton finds it, and it is a steady state of the equations.
    EXPECT_NEAR(steady(s.evaluation, start(s.evaluation, o), o, statistics).x[0], -10, 1e-9);
    SystemBuilder c;
    const auto tank = c.state("tank", 1), leak = c.state("leak", 0);
    c.rate(0, c.constant(1));
    c.rate(1, c.g.subtract(c.g.min(tank, c.constant(2)),
                           leak)); // or the tank would be a mere integral, which need not rest
    System t(c.build());
    try {
        steady(t.evaluation, start(t.evaluation, o), o, statistics);
        FAIL() << "a tank that fills for ever has no steady state";
    } catch (const SolveError& e) {
        EXPECT_NE(e.diagnostics().text(Language::en).find("'tank'"), std::string::npos);
    }
}

TEST_P(BothMethods, ABlowUpEndsWithItsTimeAndState) {
    SystemBuilder b;
    const auto y = b.state("runaway", 1);
    b.rate(0, b.g.multiply(y, y)); // 1/(1 - t)
    System s(b.build());
    try {
        s.run(2, with(GetParam(), 1e-6));
        FAIL();
    } catch (const SolveError& e) {
        const std::string text = e.diagnostics().text(Language::en);
        EXPECT_NE(text.find("'runaway'"), std::string::npos) << text;
        EXPECT_TRUE(text.find("at 1 s") != std::string::npos || text.find("at 0.99") != std::string::npos ||
                    text.find("at 1.0") != std::string::npos)
            << text;
    }
}

TEST(Rosenbrock, ASingularPointEndsTheRunWithItsTime) {
    // y' = -1 from 1, 0 = z^2 - y: at t = 1 the equation of z turns singular, and after it has no solution.
    SystemBuilder b;
    const auto y = b.state("y", 1);
    const auto z = b.unknown("z", 1);
    b.rate(0, b.constant(-1));
    b.equation(0, b.g.multiply(z, z), y);
    System s(b.build());
    try {
        s.run(2, with(Method::rosenbrock, 1e-6));
        FAIL() << "there is no z after t = 1";
    } catch (const SolveError& e) {
        const std::string text = e.diagnostics().text(Language::en);
        EXPECT_TRUE(text.find("at 1 s") != std::string::npos || text.find("at 0.99") != std::string::npos ||
                    text.find("at 1.0") != std::string::npos)
            << text;
    }
}

TEST_P(BothMethods, ChatterIsToldNotSuffered) {
    SystemBuilder b;
    const auto x = b.state("level", 0);
    b.rate(0, b.constant(1));
    b.event("drain", b.g.less(b.constant(1), x), {{0, b.constant(1 - 1e-13)}});
    System s(b.build());
    try {
        s.run(1000, with(GetParam(), 1e-8));
        FAIL();
    } catch (const SolveError& e) {
        EXPECT_NE(e.diagnostics().text(Language::en).find("'drain'"), std::string::npos);
    }
}

TEST(Start, UnknownsAreMadeToSatisfyTheirEquations) {
    SystemBuilder b;
    const auto y = b.state("y", 9);
    const auto z = b.unknown("z", 1);
    b.rate(0, b.g.negate(z));
    b.equation(0, b.g.multiply(z, z), y);
    System s(b.build());
    EXPECT_NEAR(start(s.evaluation, {}).x[1], 3, 1e-12);
    SystemBuilder c;
    const auto w = c.unknown("w", 1);
    (void)c.state("y", -1);
    c.equation(0, c.g.multiply(w, w), c.g.state(0));
    System none(c.build());
    EXPECT_THROW(start(none.evaluation, {}), SolveError);
}

} // namespace
} // namespace viresco::integrate
