// Inputs from tables, held between their rows: closed forms, conservation, and every mistake at its place.
#include "plant/timed.h"
#include <cmath>
#include <ostream>

namespace viresco::cases {
namespace {

constexpr double day = 86400;

/// The tank without reactions, D = 2/d, around it a model with a table for its inflow.
struct Driven : Timed {
    Driven() {
        change("plant.yaml", "kinetics: ./growth.yaml, start: {C: {X_B: 50}}", "start: {C: {S_S: 10}}");
        change("tank.yaml", "per: reacting", "per: carried");
        change("tank.yaml", "production[i] for i in reacting", "production[i] for i in carried");
        change("tank.yaml", "feed.volume * C[i] for i in reacting", "feed.volume * C[i] for i in carried");
        files["inflow.csv"] = "t,Q,food\n0.25,10,40\n0.5,10,0\n1.5,20,80\n";
        files["model.yaml"] = R"(viresco: 1
kind: model
plant: ./plant.yaml
begin: start
duration: 3 d
series:
  inflow:
    file: inflow.csv
    time: d
    columns:
      inflow.supplied_volume: {column: Q, unit: m3/d}
      inflow.concentration[food]: {column: food, unit: gCOD/m3}
states: {left: {start: 0 kgCOD, nominal: 1 kgCOD}}
equations: der(left) = outflow.m[food]
)";
    }
};

/// c' = Q/V (c_in - c) over a span with everything held.
double mixed(double c, double in, double flow, double days) {
    return in + (c - in) * std::exp(-flow / 5 * days); // V = 5 m3
}

TEST(Series, RowsAreHeldUntilTheNextOne) {
    Driven t;
    ASSERT_TRUE(t.compile("model.yaml")) << t.findings.text(Language::en);
    // Before the first row the plant's own value holds (100 g/m3), after the last one the last.
    const double a = mixed(10, 100, 10, 0.25), b = mixed(a, 40, 10, 0.25), c = mixed(b, 0, 10, 1),
                 d = mixed(c, 80, 20, 1.5);
    const std::pair<double, double> want[] = {{0.25, a}, {0.4, mixed(a, 40, 10, 0.15)}, {0.5, b}, {1.5, c}, {3, d}};
    for (const auto& [days, value] : want)
        EXPECT_NEAR(t.at(days * day)["tank.S_S"] * 1000, value, 1e-6) << days << " d";
    // What flowed in is in the tank or has left.
    auto v = t.at(3 * day);
    const double in = (10 * 100 * 0.25 + 10 * 40 * 0.25 + 20 * 80 * 1.5) / 1000; // kg
    EXPECT_NEAR(v["left"] + 5 * (v["tank.S_S"] - 0.01), in, 1e-8);
    EXPECT_NEAR(v["inflow.flow"], 20 / day, 1e-15);
}

TEST(Series, BothMethodsSeeTheSameSteps) {
    Driven t;
    ASSERT_TRUE(t.compile("model.yaml")) << t.findings.text(Language::en);
    std::vector<double> ends;
    for (const auto method : {integrate::Method::bdf, integrate::Method::rosenbrock}) {
        integrate::Options o;
        o.rtol = 1e-10;
        o.method = method;
        o.schedule = &t.system->schedule;
        lang::DynamicEvaluation e(t.system->program);
        e.set_parameters(t.system->parameters);
        const auto run = integrate::run(e, integrate::start(e, o), 3 * day, {}, o);
        std::vector<double> values(t.system->program.output_slots().size());
        e.outputs({&run.end.time, 1}, run.end.x, values);
        for (size_t k = 0; k < t.system->outputs.size(); ++k)
            if (t.system->outputs[k].path == "tank.S_S") ends.push_back(values[k]);
    }
    ASSERT_EQ(ends.size(), 2u);
    EXPECT_NEAR(ends[0], ends[1], 1e-9);
}

TEST(Series, ASteadyBeginningIsThatOfTheOwnValue) {
    Driven t;
    t.change("model.yaml", "begin: start", "begin: steady");
    // What a steady state cannot have: a level that falls is there at zero, the amount that left grows on.
    t.change("model.yaml",
             "states: {left: {start: 0 kgCOD, nominal: 1 kgCOD}}\nequations: der(left) = outflow.m[food]\n", "");
    ASSERT_TRUE(t.compile("model.yaml")) << t.findings.text(Language::en);
    EXPECT_NEAR(t.at(0.2 * day)["tank.S_S"] * 1000, 100, 1e-6);
    EXPECT_NEAR(t.at(0.5 * day)["tank.S_S"] * 1000, mixed(100, 40, 10, 0.25), 1e-6);
}

TEST(Series, RepeatedRowsAreThoseOfALongerTable) {
    Driven repeated, written;
    repeated.change("model.yaml", "    time: d\n", "    time: d\n    repeat: {every: 2 d, times: 3}\n");
    written.files["inflow.csv"] = "t,Q,food\n0.25,10,40\n0.5,10,0\n1.5,20,80\n2.25,10,40\n2.5,10,0\n3.5,20,80\n"
                                  "4.25,10,40\n4.5,10,0\n5.5,20,80\n";
    ASSERT_TRUE(repeated.compile("model.yaml")) << repeated.findings.text(Language::en);
    ASSERT_TRUE(written.compile("model.yaml")) << written.findings.text(Language::en);
    EXPECT_EQ(repeated.system->schedule.rows.size(), 9u);
    for (const double days : {2.0, 4.4, 6.0}) EXPECT_EQ(repeated.at(days * day), written.at(days * day)) << days;
}

TEST(Series, TwoTablesAreOneOrderOfTime) {
    Driven t;
    t.files["flow.csv"] = "t,Q\n12,10\n36,20\n"; // hours
    t.change("model.yaml", "      inflow.supplied_volume: {column: Q, unit: m3/d}\n", "");
    t.change("model.yaml", "states:",
             "  flow: {file: flow.csv, time: h, columns: {inflow.supplied_volume: {column: Q, "
             "unit: m3/d}}}\nstates:");
    Driven one;
    ASSERT_TRUE(t.compile("model.yaml")) << t.findings.text(Language::en);
    ASSERT_TRUE(one.compile("model.yaml")) << one.findings.text(Language::en);
    EXPECT_NEAR(t.at(3 * day)["tank.S_S"], one.at(3 * day)["tank.S_S"], 1e-12);
}

TEST(Series, SetChangesThePlantBeforeTheTableDoes) {
    Driven t;
    t.change("model.yaml", "begin: start", "set: {\"inflow.concentration[food]\": 50 gCOD/m3, tank.volume: 10 m3}");
    ASSERT_TRUE(t.compile("model.yaml")) << t.findings.text(Language::en);
    EXPECT_NEAR(t.at(0.25 * day)["tank.S_S"] * 1000, 50 - 40 * std::exp(-0.25), 1e-6);
}

struct Mistake {
    const char* name;
    const char* file;
    const char* from;
    const char* to;
    const char* finding;
    std::vector<std::string> words;
};

void PrintTo(const Mistake& m, std::ostream* out) { *out << m.name; }

class SeriesMistakes : public testing::TestWithParam<Mistake> {};

TEST_P(SeriesMistakes, AreToldAtTheirPlaceInBothLanguages) {
    const Mistake& m = GetParam();
    Driven t;
    t.change(m.file, m.from, m.to);
    EXPECT_FALSE(t.compile("model.yaml"));
    t.expect_only(m.finding, m.words);
}

INSTANTIATE_TEST_SUITE_P(
    All, SeriesMistakes,
    testing::Values(
        Mistake{
            "no_file", "model.yaml", "    file: inflow.csv\n", "", "model.yaml:7:3 series_form", {"inflow", "file:"}},
        Mistake{"no_time", "model.yaml", "    time: d\n", "", "model.yaml:7:3 series_form", {"inflow", "time:"}},
        Mistake{"unknown_key",
                "model.yaml",
                "    time: d\n",
                "    time: d\n    times: d\n",
                "model.yaml:10:5 unknown_key",
                {"times"}},
        Mistake{"time_in_metres", "model.yaml", "time: d", "time: m", "model.yaml:9:11 span_of_time", {"time", "m"}},
        Mistake{"unknown_column",
                "model.yaml",
                "{column: food,",
                "{column: Food,",
                "model.yaml:12:35 series_unknown_column",
                {"Food", "inflow.csv"}},
        Mistake{"not_a_number", "inflow.csv", "0.5,10,0", "0.5,10,x", "inflow.csv:3:8 series_not_a_number", {"x"}},
        Mistake{"time_not_a_number", "inflow.csv", "0.25,10", "nan,10", "inflow.csv:2:1 series_not_a_number", {"nan"}},
        Mistake{"not_ascending", "inflow.csv", "1.5,20", "0.5,20", "inflow.csv:4:1 series_not_ascending", {"0.5"}},
        Mistake{"empty",
                "inflow.csv",
                "0.25,10,40\n0.5,10,0\n1.5,20,80\n",
                "",
                "model.yaml:8:11 series_empty",
                {"inflow.csv"}},
        Mistake{"repeat_too_short",
                "model.yaml",
                "    time: d\n",
                "    time: d\n    repeat: {every: 1 d, times: 2}\n",
                "model.yaml:10:13 series_repeat_form",
                {"repeat:"}},
        Mistake{"repeat_never",
                "model.yaml",
                "    time: d\n",
                "    time: d\n    repeat: {every: 2 d, times: 0}\n",
                "model.yaml:10:13 series_repeat_form",
                {"every"}},
        Mistake{"unknown_address",
                "model.yaml",
                "inflow.supplied_volume:",
                "inflow.volume:",
                "model.yaml:11:7 no_such_address",
                {"inflow.volume"}},
        Mistake{"wrong_dimension",
                "model.yaml",
                "unit: m3/d",
                "unit: kg/d",
                "model.yaml:11:7 wrong_dimension",
                {"inflow.supplied_volume", "m3/s", "kg/s"}},
        Mistake{"begin", "model.yaml", "begin: start", "begin: stady", "model.yaml:4:8 begin_form", {"stady"}},
        Mistake{"duration",
                "model.yaml",
                "duration: 3 d",
                "duration: 3 m",
                "model.yaml:5:11 span_of_time",
                {"duration", "3 m"}},
        Mistake{"unknown_key_of_model",
                "model.yaml",
                "begin: start",
                "begins: start",
                "model.yaml:4:1 unknown_key",
                {"begins"}},
        Mistake{"set_unknown",
                "model.yaml",
                "begin: start",
                "set: {tank.depth: 2 m}",
                "model.yaml:4:7 no_such_address",
                {"tank.depth"}}),
    [](const auto& m) { return m.param.name; });

TEST(PlantInTime, WithoutStatesIsToldSo) {
    Timed t;
    t.files["plant.yaml"] = "viresco: 1\nkind: plant\ncomponents: [common]\n"
                            "feeds: {f: {flow: {water: 1 kg/s}, supply: none}}\nunits: {u: {is: mixer}}\n"
                            "connections: f -> u.feed; u.out -> product\nproducts: {product: {as: product}}\n";
    EXPECT_FALSE(t.compile());
    t.expect_only("plant.yaml:1:1 plant_without_states", {});
}

} // namespace
} // namespace viresco::cases
