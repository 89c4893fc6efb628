// Controllers, phases of a recipe, and the audit of runs in time.
#include "../plant/harness.h"
#include "case/simulation.h"

namespace viresco::cases {
namespace {

/// A plant or model, compiled and run.
class Plant {
public:
    explicit Plant(const std::string& path, std::vector<std::pair<std::string, std::string>> settings = {}) {
        static SourceStore sources; // outlives what is said about its files
        Simulation::Request request;
        request.path = path;
        request.settings = std::move(settings);
        request.models_folder = std::string(VIRESCO_SOURCE_DIR) + "/models";
        request.sources = &sources;
        Diagnostics warnings;
        s = Simulation::compile(request, warnings);
        e = std::make_unique<lang::DynamicEvaluation>(s->program);
        e->set_parameters(s->parameters);
        o.schedule = &s->schedule;
    }
    integrate::Point start() { return integrate::start(*e, o); }
    const integrate::Trajectory& until(double t, std::vector<double> times = {}) {
        begin = start();
        trajectory = integrate::run(*e, begin, t, times, o);
        return trajectory;
    }
    double at(const integrate::Point& p, const std::string& path) {
        const double out = s->value(*e, p, path);
        EXPECT_TRUE(std::isfinite(out)) << path;
        return out;
    }
    double end(const std::string& path) { return at(trajectory.end, path); }

    std::unique_ptr<Simulation> s;
    std::unique_ptr<lang::DynamicEvaluation> e;
    integrate::Options o;
    integrate::Point begin;
    integrate::Trajectory trajectory;
};

std::string example(const std::string& name) { return std::string(VIRESCO_SOURCE_DIR) + "/examples/" + name; }
constexpr double hour = 3600;

TEST(Control, AVesselWithoutControlRestsWhereItsBalancesSay) {
    Plant run(example("control"), {{"vessel.coolant", "0.3"}, {"more", "1"}, {"heat", "80 kW"}});
    integrate::Statistics ignored;
    const auto p = integrate::steady(*run.e, run.start(), run.o, ignored);
    // F rho cp (Tj - Tc) = Q = U A (T - Tj), less what the feed takes away.
    const double feed = 100.0 / hour / 1000, cp = 4.18e6, UA = 600 * 20, cool = 0.3 * 20 / hour * cp;
    const double flow = run.at(p, "water.flow") / 86400 * cp; // the feed's volume by the density of the library
    EXPECT_NEAR(flow, feed * cp, 0.01 * feed * cp);
    const double q = 80e3 + 10e3;
    // T (flow + 1/(1/UA + 1/cool)) = q + flow * Tfeed + Tc / (1/UA + 1/cool)
    const double k = 1 / (1 / UA + 1 / cool);
    const double T = (q + flow * 25 + k * 7) / (flow + k);
    EXPECT_NEAR(run.at(p, "vessel.T"), T, 1e-6);
    EXPECT_NEAR(run.at(p, "vessel.T_jacket"), 7 + k * (T - 7) / cool, 1e-6);
}

TEST(Control, TheCascadeHoldsTheSetPoint) {
    Plant run(example("control"));
    std::vector<double> times;
    for (int h = 1; h <= 60; ++h) times.push_back(h * hour);
    const auto& t = run.until(60 * hour, times);
    EXPECT_NEAR(run.end("vessel.T"), 30, 1e-4);
    double most = 0;
    for (const auto& p : t.points) most = std::max(most, std::abs(run.at(p, "vessel.T") - 30));
    EXPECT_GT(most, 0.02); // the step of the heat is felt
    EXPECT_LT(most, 3);
    // At rest the coolant takes away what is set free, stirred in and not carried off by the feed.
    const double carried = run.end("water.flow") / 86400 * 4180 * 5;
    EXPECT_NEAR(run.end("vessel.cooled"), 150 + 10 - carried, 0.05);
}

TEST(Control, AntiWindupBringsControlBackAtOnce) {
    // For ten hours more heat than the coolant can take; then little again.
    Workspace w;
    SourceStore sources;
    Diagnostics d;
    std::string plant = text::read_file(sources, example("control/plant.yaml"), d)->text;
    const std::string step = "if(time > 10 [h], more, 1)";
    ASSERT_NE(plant.find(step), std::string::npos);
    plant.replace(plant.find(step), step.size(), "if(time > 10 [h] and time < 20 [h], 6, 1)");
    w.write("plant.yaml", plant);
    const auto lowest = [&](const std::string& tracking) {
        Plant run(w.folder() + "plant.yaml", {{"control.tracking_time", tracking}});
        std::vector<double> times;
        for (int k = 0; k < 300; ++k) times.push_back((20 + 0.2 * k) * hour);
        const auto& t = run.until(80 * hour, times);
        double low = 100;
        for (const auto& p : t.points) low = std::min(low, run.at(p, "vessel.T"));
        return low;
    };
    const double with = lowest("2 min"), without = lowest("1e6 h");
    EXPECT_GT(with, 28.5);
    EXPECT_LT(without, with - 3); // a wound-up integral cools far below
}

TEST(Control, APIControllerFollowsTheClosedForm) {
    // Level h of a tank fed by the controller: h' = u - h (per hour), u = g e + I, I' = g e / Ti: a linear system.
    Workspace w;
    w.write("tank.yaml",
            "viresco: 1\nkind: unit\nunit: tank\nports: {feed: in, out: out}\nparameters: {u: {unit: \"1\"}}\n"
            "states: {h: {start: 0, nominal: 1}}\nequations: |\n  der(h) = (u - h) / 1 [h]\n"
            "  out.m[c] = feed.m[c] for c in components\n  out.T = feed.T\nenergy: {out: {loss: closing}}\n");
    w.write("plant.yaml",
            "viresco: 1\nkind: plant\ncomponents: [common]\noperation: {operating_time: 8000 h/a, "
            "annual_output: 1 t/a}\nfeeds: {x: {flow: {water: 1 kg/h}, supply: none}}\nunits:\n"
            "  t: {is: ./tank.yaml, u: c.output}\n  c: {is: pi_controller, measured: t.h, set_point: 0.5, "
            "gain: 1.5, integral_time: 0.5 h, lowest: -10, highest: 10}\nconnections: |\n  x -> t.feed\n"
            "  t.out -> p\nproducts: {p: {as: product}}\n");
    Plant run(w.folder() + "plant.yaml");
    run.o.rtol = 1e-10;
    run.until(2 * hour);
    // h'' + (1 + g) h' + (g / Ti) h = (g / Ti) r, h(0) = 0, h'(0) = g r.
    const double g = 1.5, Ti = 0.5, r = 0.5, a = (1 + g) / 2, b = std::sqrt(g / Ti - a * a), t = 2;
    const double h = r + std::exp(-a * t) * (-r * std::cos(b * t) + (g * r - a * r) / b * std::sin(b * t));
    EXPECT_NEAR(run.end("t.h"), h, 1e-8);
}

TEST(Phases, FollowEachOtherAndAreLogged) {
    // Fill at 2 L/h to 10 L, rest 3 h, drain at 5 L/h to 1 L.
    Workspace w;
    w.write("model.yaml", "viresco: 1\nkind: model\nparameters: {full: 10 L}\nstates:\n  V: {start: 2 L}\n"
                          "  F: {start: 2 L/h, held: true}\n  since: {start: 0 h, held: true}\n"
                          "equations: der(V) = F\nphases:\n  fill: {until: V >= full}\n"
                          "  rest: {set: {F: \"0 [L/h]\", since: time}, until: \"time >= since + 3 [h]\"}\n"
                          "  drain: {set: {F: \"-5 [L/h]\"}, until: \"V <= 1 [L]\"}\noutputs: {V: L, phase: \"1\"}\n");
    Plant run(w.folder() + "model.yaml");
    const auto& t = run.until(100 * hour);
    ASSERT_EQ(t.events.size(), 3u);
    const auto name = [&](size_t k) { return run.s->program.events()[static_cast<size_t>(t.events[k].event)].path; };
    EXPECT_EQ(name(0), "phases.fill");
    EXPECT_EQ(name(1), "phases.rest");
    EXPECT_EQ(name(2), "phases.drain");
    EXPECT_NEAR(t.events[0].time / hour, 4, 1e-9);
    EXPECT_NEAR(t.events[1].time / hour, 7, 1e-9);
    EXPECT_NEAR(t.events[2].time / hour, 7 + 9.0 / 5, 1e-9);
    EXPECT_NEAR(t.end.time / hour, 8.8, 1e-9); // the last one ends the run
    EXPECT_EQ(run.end("phase"), 3);
}

TEST(Phases, AnEndThatHoldsAlreadyPassesAtOnce) {
    Workspace w;
    w.write("model.yaml", "viresco: 1\nkind: model\nstates: {x: {start: 0}}\nequations: der(x) = 1 / 1 [h]\nphases:\n"
                          "  first: {until: x > 2}\n  second: {until: x > 1}\n  third: {until: x > 3}\n");
    Plant run(w.folder() + "model.yaml");
    const auto& t = run.until(10 * hour);
    ASSERT_EQ(t.events.size(), 3u);
    EXPECT_NEAR(t.events[0].time / hour, 2, 1e-9);
    EXPECT_NEAR(t.events[1].time / hour, 2, 1e-9);
    EXPECT_NEAR(t.events[2].time / hour, 3, 1e-9);
}

TEST(Phases, WhatIsWrongIsSaidAtItsPlace) {
    Workspace w;
    w.write("model.yaml", "viresco: 1\nkind: model\nstates: {x: {start: 0}}\nequations: der(x) = 1 / 1 [h]\nphases:\n"
                          "  a: {set: {x: 1}}\n  b: {until: x > 1, sett: {x: 2}}\n");
    try {
        Plant run(w.folder() + "model.yaml");
        FAIL();
    } catch (const ConfigError& e) {
        const std::string text = e.diagnostics().text(Language::en);
        EXPECT_NE(text.find("model.yaml:6:"), std::string::npos) << text;
        EXPECT_NE(text.find("the first phase 'a'"), std::string::npos) << text;
        EXPECT_NE(text.find("needs 'until'"), std::string::npos) << text;
        EXPECT_NE(text.find("model.yaml:7:"), std::string::npos) << text;
    }
}

/// Every plant in time closes what its components declare, to 1e-9 of what came, went and was there.
class Conserves : public testing::TestWithParam<std::tuple<const char*, double, int>> {};

TEST_P(Conserves, OverARun) {
    const auto [path, days, quantities] = GetParam();
    Plant run(example(path));
    run.o.rtol = 1e-9;
    const double until = days > 0 ? days * 86400 : run.s->duration.si;
    run.until(until);
    const auto closure = cases::closure(*run.s, *run.e, run.begin, run.trajectory.end, false);
    EXPECT_EQ(closure.size(), static_cast<size_t>(quantities));
    for (const Closure& c : closure) EXPECT_LE(c.relative, 1e-9) << c.quantity;
}
INSTANTIATE_TEST_SUITE_P(
    Plants, Conserves,
    testing::Values(std::tuple("bsm1", 20.0, 3), std::tuple("adm1", 100.0, 2), std::tuple("fermentation/anane", 0.0, 1),
                    std::tuple("fermentation/microalgae", 0.0, 3), std::tuple("fermentation/yeast", 0.0, 3),
                    std::tuple("enzyme/cascade", 0.0, 2), std::tuple("degradation/drug_residue", 0.0, 1),
                    std::tuple("degradation/phosphorus", 0.0, 4), std::tuple("degradation/plug_flow", 0.0, 1),
                    std::tuple("degradation/sulfate", 0.0, 4)),
    [](const auto& given) {
        std::string name = std::get<0>(given.param);
        std::replace(name.begin(), name.end(), '/', '_');
        return name;
    });

TEST(Conservation, ASteadyStateOfBenchmarkPlants) {
    for (const char* path : {"bsm1", "adm1", "bsm2"}) {
        Plant run(example(path));
        integrate::Statistics ignored;
        const auto p = integrate::steady(*run.e, run.start(), run.o, ignored);
        const auto closure = cases::closure(*run.s, *run.e, p, p, true);
        EXPECT_GE(closure.size(), 2u) << path;
        for (const Closure& c : closure) EXPECT_LE(c.relative, 1e-9) << path << " " << c.quantity;
    }
}

TEST(Conservation, WhatIsLostIsFound) {
    // A tank that forgets a tenth of what reacts; and one that does not say what it holds.
    Workspace w;
    const std::string plant = "viresco: 1\nkind: plant\ncomponents: [common]\noperation: {operating_time: 8000 h/a, "
                              "annual_output: 1 t/a}\nfeeds: {x: {flow: {water: 1 kg/h, glucose: 0.1 kg/h}, supply: "
                              "none}}\nunits: {t: {is: ./tank.yaml}}\nconnections: |\n  x -> t.feed\n  t.out -> p\n"
                              "products: {p: {as: product}}\n";
    const auto tank = [](const std::string& holds, const std::string& factor) {
        return "viresco: 1\nkind: unit\nunit: tank\nports: {feed: in, out: out}\nstates: {M: {start: 1 "
               "kg}}\nequations: |\n"
               "  der(M) = feed.m[glucose] - out.m[glucose]\n  out.m[glucose] = " +
               factor + " * M / 1 [h]\n  out.m[water] = feed.m[water]\n  out.T = feed.T\n  held[glucose] = " +
               (holds == "half" ? "0.5 * M" : "M") + "\n" + (holds.empty() ? "" : "holds: held\n") +
               "energy: {out: {loss: closing}}\n";
    };
    w.write("plant.yaml", plant);
    const auto worst = [&] {
        Plant run(w.folder() + "plant.yaml");
        run.until(5 * hour);
        double most = 0;
        for (const Closure& c : cases::closure(*run.s, *run.e, run.begin, run.trajectory.end, false))
            most = std::max(most, c.relative);
        return std::pair(most, run.s->not_audited.size());
    };
    w.write("tank.yaml", tank("all", "0.2"));
    EXPECT_LT(worst().first, 1e-12);
    w.write("tank.yaml", tank("half", "0.2"));
    EXPECT_GT(worst().first, 1e-2);
    w.write("tank.yaml", tank("", "0.2"));
    EXPECT_EQ(worst().second, 1u);
}

} // namespace
} // namespace viresco::cases
