#include "system_builder.h"
#include <algorithm>

namespace viresco::integrate {
namespace {

using lang::NodeId;

/// x' = -k z + u on, p z = x, on when z < c: with K = k/p and tau = ln(x0 / (c p)) / K, x = (c p - u/K) e^(-K (t - tau)) + u/K.
struct Switched {
    lang::DynamicProgram program() const {
        SystemBuilder b;
        auto& g = b.g;
        const auto k = b.parameter("k", p[0]), divisor = b.parameter("p", p[1]), c = b.parameter("c", p[2]),
                   u = b.parameter("u", p[3]), x0 = b.parameter("x0", p[4]);
        const auto x = b.state_from("x", x0), on = b.state("on", 0);
        const auto z = b.unknown("z", 1);
        b.rate(0, g.add(g.multiply(g.negate(k), z), g.multiply(u, on)));
        b.equation(0, g.multiply(divisor, z), x);
        b.event("switch", g.less(z, c), {{1, b.constant(1)}});
        return b.build();
    }
    static long double exact(const std::vector<long double>& q, long double t) {
        const long double K = q[0] / q[1], tau = std::log(q[4] / (q[2] * q[1])) / K;
        if (t < tau) return q[4] * std::exp(-K * t);
        return (q[2] * q[1] - q[3] / K) * std::exp(-K * (t - tau)) + q[3] / K;
    }
    /// d(exact)/dp by differences in long double: 1e-12 exact.
    static double slope(const std::vector<double>& p, size_t j, double t) {
        std::vector<long double> up(p.begin(), p.end()), down = up;
        const long double h = 1e-5L * up[j];
        up[j] += h;
        down[j] -= h;
        std::vector<long double> up2(p.begin(), p.end()), down2 = up2;
        up2[j] += h / 2;
        down2[j] -= h / 2;
        const long double far = (exact(up, t) - exact(down, t)) / (2 * h), near = (exact(up2, t) - exact(down2, t)) / h;
        return static_cast<double>((4 * near - far) / 3);
    }
    std::vector<double> p{0.7, 1.5, 0.3, 0.5, 2};
};

TEST(DaeSensitivities, MeetTheClosedFormBeforeAndAfterAnEventOfTheUnknown) {
    const Switched closed;
    System s(closed.program());
    Options o;
    o.rtol = 1e-10;
    o.sensitivities = {0, 1, 2, 3, 4};
    const std::vector<double> times{0, 1, 3, 6};
    const Trajectory run = s.run(7, o, times);
    ASSERT_EQ(run.events.size(), 1u);
    EXPECT_NEAR(run.events[0].time, std::log(2 / 0.45) * 1.5 / 0.7, 1e-8);
    ASSERT_EQ(run.points.size(), times.size());
    const auto& p = closed.p;
    for (const Point& at : run.points) {
        const double x = static_cast<double>(Switched::exact({p.begin(), p.end()}, at.time));
        EXPECT_NEAR(at.x[0], x, 1e-8) << at.time;
        EXPECT_NEAR(at.x[2], x / p[1], 1e-8) << at.time;
        for (size_t j = 0; j < 5; ++j) {
            const double slope = Switched::slope(p, j, at.time);
            EXPECT_NEAR(at.s[j], slope, 2e-7) << "x by parameter " << j << " at " << at.time;
            const double of_z = slope / p[1] - (j == 1 ? x / p[1] / p[1] : 0);
            EXPECT_NEAR(at.s[2 * 5 + j], of_z, 2e-7) << "z by parameter " << j << " at " << at.time;
        }
    }
}

TEST(DaeSensitivities, StartConsistently) {
    const Switched closed;
    System s(closed.program());
    Options o;
    o.sensitivities = {1, 4};
    const Point p = start(s.evaluation, o); // z = x0 / p
    EXPECT_NEAR(p.s[2 * 2 + 0], -2 / 1.5 / 1.5, 1e-14);
    EXPECT_NEAR(p.s[2 * 2 + 1], 1 / 1.5, 1e-14);
}

/// Growth on what an equilibrium leaves free: z + z^2 / K = s (z free, the rest bound), a feed that is switched on by the
/// free substrate and halved by the volume, a dose of substrate with it.
lang::DynamicProgram bound_substrate() {
    SystemBuilder b;
    auto& g = b.g;
    const auto mu = b.parameter("mu", 0.4), half = b.parameter("half", 0.2), bound = b.parameter("bound", 3),
               yield = b.parameter("yield", 0.5), low = b.parameter("low", 0.5), feed = b.parameter("feed", 0.3),
               dose = b.parameter("dose", 0.8), x0 = b.parameter("x0", 0.2), full = b.parameter("full", 1.8);
    const auto x = b.state_from("x", x0), s = b.state("s", 5), v = b.state("v", 1), f = b.state("f", 0);
    const auto z = b.unknown("z", 1), rate = b.unknown("rate", 0.1);
    b.equation(0, g.add(z, g.divide(g.multiply(z, z), bound)), s);
    b.equation(1, g.multiply(rate, g.add(half, z)), g.multiply(mu, z));
    const auto dilution = g.divide(f, v);
    b.rate(0, g.multiply(g.subtract(rate, dilution), x));
    b.rate(1, g.subtract(g.multiply(dilution, g.subtract(b.constant(8), s)), g.divide(g.multiply(rate, x), yield)));
    b.rate(2, f);
    b.event("feed", g.less(z, low), {{3, feed}, {1, g.add(s, g.multiply(dose, rate))}});
    b.event("full", g.less(full, v), {{3, g.multiply(b.constant(0.5), feed)}});
    return b.build();
}

TEST(DaeSensitivities, AgreeWithDifferencesOfTightRunsOfTheOtherMethod) {
    System s(bound_substrate());
    Options o;
    o.rtol = 1e-10;
    for (int k = 0; k < s.program.n_parameters(); ++k) o.sensitivities.push_back(k);
    const double until = 11;
    const Trajectory run = s.run(until, o);
    ASSERT_GT(run.events.size(), 5u) << "doses are meant to be given again and again";
    const Options tight = with(Method::rosenbrock, 1e-12);
    const auto end = [&](size_t k, double value) {
        s.parameters = s.program.defaults();
        s.parameters[k] = value;
        const Trajectory shifted = s.run(until, tight);
        EXPECT_EQ(shifted.events.size(), run.events.size())
            << "no derivative across a further event: other end, please";
        return shifted.end.x;
    };
    const size_t m = o.sensitivities.size(), n = run.end.x.size();
    double largest = 0;
    for (size_t k = 0; k < m; ++k) {
        const double value = s.program.defaults()[k], h = 1e-3 * value;
        const auto a = end(k, value + h), b = end(k, value - h), c = end(k, value + h / 2), d = end(k, value - h / 2);
        for (size_t i = 0; i < n; ++i) {
            const double far = (a[i] - b[i]) / (2 * h), near = (c[i] - d[i]) / h, slope = (4 * near - far) / 3;
            EXPECT_NEAR(run.end.s[i * m + k], slope, 1e-5 * std::max(std::abs(slope), std::abs(run.end.x[i]) / value))
                << s.program.parameters()[k].path << " -> " << s.program.variable_path(static_cast<int>(i));
            largest = std::max(largest, std::abs(slope) * value);
        }
    }
    EXPECT_GT(largest, 0.5) << "the parameters are meant to matter";
}

TEST(Ida, AgreesWithTheOneStepMethodWithoutSensitivities) {
    System s(bound_substrate());
    const auto a = s.run(12, with(Method::ida, 1e-9)).end.x, b = s.run(12, with(Method::rosenbrock, 1e-10)).end.x;
    for (size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-6 * (1 + std::abs(b[i]))) << i;
}

TEST(DaeSensitivities, AreRefusedByTheMethodsThatHaveNone) {
    System s(bound_substrate());
    Options o = with(Method::rosenbrock, 1e-6);
    o.sensitivities = {0};
    EXPECT_THROW(s.run(1, o), ConfigError);
    EXPECT_THROW(s.run(1, with(Method::bdf, 1e-6)), ConfigError);
}

TEST(Sensitivities, OfWhatHappensAtTheStartAndInTurn) {
    // x0 > 1 holds at the start whatever x0 is near 2: y = 3 x0 at time 0. y > 5 then sets z = y^2 at the same time.
    // z' = z, so z(t) = 9 x0^2 e^t: nothing moves in time.
    SystemBuilder b;
    auto& g = b.g;
    const auto x0 = b.parameter("x0", 2);
    const auto x = b.state_from("x", x0), y = b.state("y", 0), z = b.state("z", 0);
    b.rate(0, b.constant(1));
    b.rate(2, z);
    b.event("first", g.less(b.constant(1), x), {{1, g.multiply(b.constant(3), x)}});
    b.event("second", g.less(b.constant(5), y), {{2, g.multiply(y, y)}});
    System s(b.build());
    Options o = with(Method::bdf, 1e-10);
    o.sensitivities = {0};
    const Trajectory run = s.run(1, o);
    ASSERT_EQ(run.events.size(), 2u);
    EXPECT_NEAR(run.end.s[1], 3, 1e-9);
    EXPECT_NEAR(run.end.s[2], 18 * 2 * std::exp(1.0), 1e-6);
}

TEST(Sensitivities, OfACascadeMoveWithTheFirstEvent) {
    // x = t reaches p: y becomes 1, which makes z start from 0 to grow by rate w = 2: z(T) = 2 (T - p).
    SystemBuilder b;
    auto& g = b.g;
    const auto p = b.parameter("p", 0.6);
    const auto x = b.state("x", 0), y = b.state("y", 0), z = b.state("z", 0), w = b.state("w", 0);
    b.rate(0, b.constant(1));
    b.rate(2, w);
    (void)z;
    b.event("first", g.less(p, x), {{1, b.constant(1)}});
    b.event("second", g.less(b.constant(0.5), y), {{3, b.constant(2)}});
    System s(b.build());
    Options o = with(Method::bdf, 1e-10);
    o.sensitivities = {0};
    const Trajectory run = s.run(2, o);
    EXPECT_NEAR(run.end.x[2], 2 * 1.4, 1e-9);
    EXPECT_NEAR(run.end.s[2], -2, 1e-9);
}

} // namespace
} // namespace viresco::integrate
