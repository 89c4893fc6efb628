#include "integrate/ensemble.h"
#include "system_builder.h"
#include <cstring>
#include <random>

namespace viresco::integrate {
namespace {

using lang::NodeId;

/// Stiff growth with a switch that depends on the state, an end that depends on a parameter, an algebraic unknown and
/// a rate that depends on time: s' = -k s / (K + s) x, x' = growth - fast (x - z), z^3 + z = s + x.
lang::DynamicProgram mixed() {
    SystemBuilder b;
    auto& g = b.g;
    const auto k = b.parameter("k", 0.8), K = b.parameter("K", 0.05), fast = b.parameter("fast", 200),
               level = b.parameter("level", 0.4), last = b.parameter("last", 30);
    const auto s = b.state("s", 3), x = b.state("x", 1), fed = b.state("fed", 0);
    const auto z = b.unknown("z", 1);
    const auto uptake = g.multiply(g.divide(g.multiply(k, s), g.add(K, s)), g.power(x, b.constant(1.3)));
    b.rate(0, g.subtract(fed, uptake));
    const auto swing = g.add(b.constant(1), g.multiply(b.constant(0.1), g.divide(g.time(), b.constant(10))));
    b.rate(1, g.subtract(g.multiply(uptake, swing), g.multiply(fast, g.subtract(x, z))));
    b.equation(0, g.add(g.power(z, b.constant(3)), z), g.add(s, x));
    b.event("feed", g.less(s, level), {{2, b.constant(1.5)}});
    b.event("stop feeding", g.less(g.multiply(b.constant(3), level), s), {{2, b.constant(0)}});
    b.event("harvest", g.less(last, g.time()), {}, true);
    return b.build();
}

std::vector<double> sets(const lang::DynamicProgram& program, size_t n, unsigned seed) {
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<double> within(0.5, 1.5);
    std::vector<double> out;
    for (size_t i = 0; i < n; ++i)
        for (const double v : program.defaults()) out.push_back(v * within(random));
    return out;
}

bool same(const std::vector<double>& a, const std::vector<double>& b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

void expect_same(const Trajectory& a, const Trajectory& b, size_t member) {
    EXPECT_EQ(a.end.time, b.end.time) << member;
    EXPECT_TRUE(same(a.end.x, b.end.x)) << member;
    EXPECT_EQ(a.end.on, b.end.on) << member;
    ASSERT_EQ(a.points.size(), b.points.size()) << member;
    for (size_t i = 0; i < a.points.size(); ++i) EXPECT_TRUE(same(a.points[i].x, b.points[i].x)) << member;
    ASSERT_EQ(a.events.size(), b.events.size()) << member;
    for (size_t i = 0; i < a.events.size(); ++i) {
        EXPECT_EQ(a.events[i].time, b.events[i].time) << member;
        EXPECT_EQ(a.events[i].event, b.events[i].event) << member;
    }
    EXPECT_EQ(a.statistics.steps, b.statistics.steps) << member;
    EXPECT_EQ(a.statistics.rates, b.statistics.rates) << member;
}

Trajectory alone(const lang::DynamicProgram& program, std::span<const double> set, double until,
                 std::span<const double> times, Options o) {
    o.method = Method::rosenbrock;
    lang::DynamicEvaluation e(program);
    e.set_parameters(set);
    return run(e, start(e, o), until, times, o);
}

TEST(Ensemble, EveryMemberHasTheBitsOfItsRunAlone) {
    const auto program = mixed();
    constexpr size_t n = 29;
    const auto parameters = sets(program, n, 3);
    const std::vector<double> times{0, 0.3, 5, 11, 39};
    const Options o = with(Method::rosenbrock, 1e-7);
    const auto members = run_ensemble(program, parameters, 40, times, o);
    ASSERT_EQ(members.size(), n);
    const auto m = static_cast<size_t>(program.n_parameters());
    size_t events = 0, ended = 0;
    for (size_t i = 0; i < n; ++i) {
        ASSERT_FALSE(members[i].failure) << members[i].failure->text(Language::en);
        expect_same(members[i].trajectory, alone(program, std::span(parameters).subspan(i * m, m), 40, times, o), i);
        events += members[i].trajectory.events.size();
        ended += members[i].trajectory.end.time < 40;
    }
    EXPECT_GT(events, 2 * n) << "the test is meant to have events";
    EXPECT_GT(ended, n / 4) << "and members that end at times of their own";
    EXPECT_LT(ended, n);
}

TEST(Ensemble, NeighboursLanesAndThreadsDoNotMatter) {
    const auto program = mixed();
    constexpr size_t n = 23;
    const auto m = static_cast<size_t>(program.n_parameters());
    const auto parameters = sets(program, n, 4);
    std::vector<double> reversed;
    for (size_t i = n; i-- > 0;)
        reversed.insert(reversed.end(), parameters.begin() + static_cast<long>(i * m),
                        parameters.begin() + static_cast<long>((i + 1) * m));
    Options o = with(Method::rosenbrock, 1e-6);
    const auto forth = run_ensemble(program, parameters, 20, {}, o), back = run_ensemble(program, reversed, 20, {}, o);
    o.threads = 3;
    const auto three = run_ensemble(program, parameters, 20, {}, o);
    for (size_t i = 0; i < n; ++i) {
        expect_same(forth[i].trajectory, back[n - 1 - i].trajectory, i);
        expect_same(forth[i].trajectory, three[i].trajectory, i);
    }
}

TEST(Ensemble, AMemberThatFailsSpoilsNoOther) {
    // y' = p y^2 from 1: blows up at 1/p; p <= 0 lives.
    SystemBuilder b;
    const auto p = b.parameter("p", 1);
    const auto y = b.state("runaway", 1);
    b.rate(0, b.g.multiply(p, b.g.multiply(y, y)));
    const auto program = b.build();
    std::vector<double> parameters;
    for (int i = 0; i < 20; ++i) parameters.push_back(i % 3 == 0 ? 1.0 + 0.1 * i : -0.1 * i);
    const Options o = with(Method::rosenbrock, 1e-8);
    const auto members = run_ensemble(program, parameters, 3, {}, o);
    for (size_t i = 0; i < members.size(); ++i) {
        ASSERT_EQ(members[i].failure.has_value(), i % 3 == 0) << i;
        if (members[i].failure) {
            const std::string text = members[i].failure->text(Language::en);
            EXPECT_NE(text.find("'runaway'"), std::string::npos) << text;
            EXPECT_THROW(alone(program, {&parameters[i], 1}, 3, {}, o), SolveError);
        } else {
            EXPECT_NEAR(members[i].trajectory.end.x[0], 1 / (1 - 3 * parameters[i]), 1e-6) << i;
            expect_same(members[i].trajectory, alone(program, {&parameters[i], 1}, 3, {}, o), i);
        }
    }
}

TEST(Ensemble, ALaneWhosePivotVanishesIsSolvedAlone) {
    // x' = -v; 0 = p v + (1 - p) w - x; 0 = (1 - p) v + p w - x: v = w = x for every p but 1/2. At p = 1, where the order
    // of elimination is made, the equations are solved for v and w on their diagonal, which is zero at p = 0.
    SystemBuilder b;
    auto& g = b.g;
    const auto p = b.parameter("p", 1);
    const auto x = b.state("x", 1), rest = g.subtract(b.constant(1), p);
    const auto v = b.unknown("v", 1), w = b.unknown("w", 1);
    b.rate(0, g.negate(v));
    b.equation(0, g.add(g.multiply(p, v), g.multiply(rest, w)), x);
    b.equation(1, g.add(g.multiply(rest, v), g.multiply(p, w)), x);
    const auto program = b.build();
    const std::vector<double> parameters{1, 0, 0.9, 0, 1e-14, 0.3, 1, 0.1, 0, 0.8};
    const Options o = with(Method::rosenbrock, 1e-9);
    const auto members = run_ensemble(program, parameters, 2, {}, o);
    for (size_t i = 0; i < members.size(); ++i) {
        ASSERT_FALSE(members[i].failure) << members[i].failure->text(Language::en);
        for (const double value : members[i].trajectory.end.x) EXPECT_NEAR(value, std::exp(-2.0), 1e-8) << i;
        expect_same(members[i].trajectory, alone(program, {&parameters[i], 1}, 2, {}, o), i);
    }
}

TEST(Ensemble, FollowsTheClosedFormOfLogisticGrowth) {
    SystemBuilder b;
    const auto mu = b.parameter("mu", 1), top = b.parameter("top", 5);
    const auto x = b.state("x", 0.1);
    b.rate(0, b.g.multiply(b.g.multiply(mu, x), b.g.subtract(b.constant(1), b.g.divide(x, top))));
    const auto program = b.build();
    const auto parameters = sets(program, 100, 5);
    const auto members = run_ensemble(program, parameters, 6, {}, with(Method::rosenbrock, 1e-9));
    for (size_t i = 0; i < members.size(); ++i) {
        const double m = parameters[2 * i], K = parameters[2 * i + 1];
        EXPECT_NEAR(members[i].trajectory.end.x[0], K / (1 + (K / 0.1 - 1) * std::exp(-m * 6)), 1e-7) << i;
    }
}

} // namespace
} // namespace viresco::integrate
