#include "integrate/saved_point.h"
#include "system_builder.h"
#include <cstring>

namespace viresco::integrate {
namespace {

/// Two fed cycles with an unknown: the events are on and off at other times than those of the tests' stops.
lang::DynamicProgram cycles() {
    SystemBuilder b;
    auto& g = b.g;
    const auto k = b.parameter("k", 0.9), high = b.parameter("high", 2);
    const auto s = b.state("s", 1.7), f = b.state("f", 0), big = b.state("biomass", 1e-3);
    b.in.states[2].nominal = 0; // its size is that of its start
    const auto z = b.unknown("z", 1);
    b.equation(0, g.add(z, g.multiply(z, z)), s);
    b.rate(0, g.subtract(f, g.multiply(k, z)));
    b.rate(2, g.multiply(big, g.multiply(b.constant(0.3), z)));
    b.event("low", g.less(s, b.constant(0.4)), {{1, b.constant(1.5)}});
    b.event("high", g.less(high, s), {{1, b.constant(0)}});
    return b.build();
}

Point through_file(const lang::DynamicProgram& program, const Point& p, std::span<const int> sensitivities = {}) {
    Diagnostics warnings;
    const Point out = restore_point(program, save_point(program, p, sensitivities), "state.json", sensitivities,
                                    warnings);
    EXPECT_TRUE(warnings.all().empty()) << warnings.text(Language::en);
    return out;
}

bool same(const std::vector<double>& a, const std::vector<double>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

TEST(SavedPoint, KeepsEveryBit) {
    System s(cycles());
    Options o;
    o.sensitivities = {1, 0};
    o.rtol = 1e-7;
    const Point end = s.run(7.3, o).end;
    const Point back = through_file(s.program, end, o.sensitivities);
    EXPECT_EQ(back.time, end.time);
    EXPECT_EQ(back.step, end.step);
    EXPECT_TRUE(same(back.x, end.x));
    EXPECT_TRUE(same(back.s, end.s));
    EXPECT_TRUE(same(back.start, end.start));
    EXPECT_EQ(back.on, end.on);
}

TEST(SavedPoint, TheOneStepMethodGoesOnWithTheSameBits) {
    System s(cycles());
    Schedule stop;
    stop.rows.push_back({4.1, {}});
    Options o = with(Method::rosenbrock, 1e-7), uninterrupted = o;
    uninterrupted.schedule = &stop;
    const Trajectory whole = s.run(12, uninterrupted), first = s.run(4.1, o);
    const Trajectory rest = run(s.evaluation, through_file(s.program, first.end), 12, {}, o);
    EXPECT_TRUE(same(rest.end.x, whole.end.x));
    EXPECT_EQ(rest.end.on, whole.end.on);
    EXPECT_EQ(rest.end.step, whole.end.step);
    EXPECT_EQ(first.events.size() + rest.events.size(), whole.events.size());
    EXPECT_GT(first.events.size(), 0u);
    EXPECT_GT(rest.events.size(), 0u);
    Point forgetful = first.end;
    forgetful.step = 0;
    EXPECT_FALSE(same(run(s.evaluation, forgetful, 12, {}, o).end.x, whole.end.x)) << "the step is part of the state";
}

TEST(SavedPoint, IdaGoesOnToTheToleranceAlsoWithSensitivities) {
    System s(cycles());
    Options o;
    o.rtol = 1e-10;
    o.sensitivities = {0, 1};
    const Trajectory whole = s.run(12, o), first = s.run(4.1, o);
    const Trajectory rest = run(s.evaluation, through_file(s.program, first.end, o.sensitivities), 12, {}, o);
    for (size_t i = 0; i < whole.end.x.size(); ++i) EXPECT_NEAR(rest.end.x[i], whole.end.x[i], 1e-7);
    for (size_t i = 0; i < whole.end.s.size(); ++i)
        EXPECT_NEAR(rest.end.s[i], whole.end.s[i], 1e-6 * (1 + std::abs(whole.end.s[i])));
}

TEST(SavedPoint, SaysWhatDoesNotFit) {
    System s(cycles());
    const std::string document = save_point(s.program, start(s.evaluation, {}), {});
    const auto error_of = [&](const std::string& text, std::vector<int> sensitivities = {}) -> std::string {
        Diagnostics warnings;
        try {
            restore_point(s.program, text, "state.json", sensitivities, warnings);
        } catch (const ConfigError& e) {
            return e.diagnostics().text(Language::en);
        }
        return "warning: " + warnings.text(Language::en);
    };
    const auto changed = [&](const std::string& from, const std::string& to) {
        std::string text = document;
        text.replace(text.find(from), from.size(), to);
        return text;
    };
    const auto has = [](const std::string& text, const char* part) { return text.find(part) != std::string::npos; };
    EXPECT_TRUE(has(error_of("{]"), "'state.json' is not a saved state"));
    EXPECT_TRUE(has(error_of("{}"), "not a saved state"));
    EXPECT_TRUE(has(error_of(changed("\"s\":", "\"t\":")), "'s'"));
    EXPECT_TRUE(has(error_of(changed("\"s\": 1.7", "\"s\": \"1.7\"")), "'s'"));
    EXPECT_TRUE(has(error_of(changed("\"s\":", "\"more\": 1, \"s\":")), "'more'"));
    EXPECT_TRUE(has(error_of(changed("\"events_on\": []", "\"events_on\": [\"gone\"]")), "gone"));
    EXPECT_TRUE(has(error_of(changed(fingerprint(s.program), "0123456789abcdef")), "another model"));
    EXPECT_TRUE(has(error_of(document, {0}), "d/d k"));
}

TEST(SavedPoint, TheFingerprintIsOfTheEquations) {
    const auto of = [](double constant) {
        SystemBuilder b;
        const auto x = b.state("x", 1);
        b.rate(0, b.g.multiply(b.constant(constant), x));
        return fingerprint(b.build());
    };
    EXPECT_EQ(of(2), of(2));
    EXPECT_NE(of(2), of(3));
}

TEST(Schedules, InputsForgetTheirSensitivities) {
    // x' = u; u starts at p and is set to 3 at t = 1: x(2) = p + 3, dx/dp = 1, du/dp = 0.
    SystemBuilder b;
    const auto p = b.parameter("p", 0.5);
    b.state("x", 0);
    const auto u = b.state_from("u", p);
    b.rate(0, u);
    System s(b.build());
    Schedule schedule;
    schedule.rows.push_back({1, {{1, 3.0}}});
    for (const Method method : {Method::bdf, Method::ida}) {
        Options o = with(method, 1e-9);
        o.schedule = &schedule;
        o.sensitivities = {0};
        const Point end = s.run(2, o).end;
        EXPECT_NEAR(end.x[0], 3.5, 1e-8);
        EXPECT_NEAR(end.s[0], 1, 1e-8);
        EXPECT_NEAR(end.s[1], 0, 1e-12);
    }
}

TEST(Schedules, ManyChangesAreTakenByTheOneStepMethod) {
    // x' = u - x, u = +-1 in turn each 0.1 s: in the periodic state x swings by tanh(0.05).
    SystemBuilder b;
    const auto x = b.state("x", 0), u = b.state("u", 0);
    b.rate(0, b.g.subtract(u, x));
    System s(b.build());
    Schedule schedule;
    for (int k = 0; k < 400; ++k) schedule.rows.push_back({0.1 * k, {{1, k % 2 ? -1.0 : 1.0}}});
    Options o = with(Method::automatic, 1e-7), bdf = with(Method::bdf, 1e-7);
    o.schedule = bdf.schedule = &schedule;
    const Trajectory run = s.run(39.95, o), other = s.run(39.95, bdf);
    EXPECT_NEAR(s.run(40, o).end.x[0], -std::tanh(0.05), 1e-7);
    EXPECT_NEAR(run.end.x[0], other.end.x[0], 1e-6);
    EXPECT_LT(run.statistics.steps, other.statistics.steps / 2);
}

} // namespace
} // namespace viresco::integrate
