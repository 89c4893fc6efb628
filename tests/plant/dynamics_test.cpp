// Units with states in a plant: what holds whatever the kinetics, starts and addresses, and every mistake at its place.
#include "timed.h"
#include <cmath>
#include <ostream>

namespace viresco::cases {
namespace {

constexpr double day = 86400;

TEST(Tank, CodAndNitrogenFollowTheirClosedFormWhateverGrows) {
    // What reactions conserve is only mixed: dz/dt = D (z_in - z), D = Q/V = 2/d.
    Timed t;
    ASSERT_TRUE(t.compile()) << t.findings.text(Language::en);
    for (const double days : {0.1, 0.7, 3.0}) {
        auto v = t.at(days * day);
        const double left = std::exp(-2 * days);
        const double cod = v["tank.S_S"] + v["tank.X_B"] - v["tank.S_O"],
                     nitrogen = 0.08 * v["tank.X_B"] + v["tank.S_NH"];
        EXPECT_NEAR(cod, -0.1 + (0.05 + 0.1) * left, 1e-9) << days;
        EXPECT_NEAR(nitrogen, 0.02 + (0.08 * 0.05 - 0.02) * left, 1e-10) << days;
        EXPECT_GT(v["tank.X_B"], 0.05 * left + 1e-3) << "nothing grows"; // more than wash-out leaves
        EXPECT_DOUBLE_EQ(v["outflow.S_S"], v["tank.S_S"]);
        EXPECT_NEAR(v["outflow.flow"], 10 / day, 1e-18);
        EXPECT_DOUBLE_EQ(v["inflow.S_NH"], 0.02);
    }
}

TEST(Tank, WithoutKineticsItOnlyMixes) {
    Timed t;
    t.change("plant.yaml", "kinetics: ./growth.yaml, start: {C: {X_B: 50}}", "start: {level: 3}");
    t.change("tank.yaml", "per: reacting", "per: carried");
    t.change("tank.yaml", "production[i] for i in reacting", "production[i] for i in carried");
    t.change("tank.yaml", "feed.volume * C[i] for i in reacting", "feed.volume * C[i] for i in carried");
    ASSERT_TRUE(t.compile()) << t.findings.text(Language::en);
    auto v = t.at(0.5 * day);
    EXPECT_NEAR(v["tank.S_S"], 0.1 * (1 - std::exp(-1.0)), 1e-9);
    EXPECT_NEAR(v["tank.level[1]"], 3 * std::exp(-0.5), 1e-9);
    EXPECT_NEAR(v["tank.level[2]"], 3 * std::exp(-0.5), 1e-9);
}

TEST(Tank, ListsRunOverMembersAndTheEventComesAtItsTime) {
    Timed t;
    ASSERT_TRUE(t.compile()) << t.findings.text(Language::en);
    EXPECT_EQ(t.at(0.69 * day)["tank.valve"], 1);
    EXPECT_TRUE(t.events.empty());
    auto v = t.at(day);
    EXPECT_EQ(v["tank.valve"], 0);
    ASSERT_EQ(t.events.size(), 1u);
    EXPECT_EQ(t.system->program.events()[0].path, "tank.shut");
    EXPECT_NEAR(t.events[0].time, std::log(2) * day, 1e-7 * day);
    EXPECT_NEAR(v["tank.level[1]"], std::exp(-1), 1e-9);
    EXPECT_NEAR(v["tank.level[2]"], 2 * std::exp(-1), 1e-9);
}

TEST(Tank, StartsAndParametersHaveAddresses) {
    Timed t;
    ASSERT_TRUE(t.compile("plant.yaml", {{"tank.C.start[bugs]", "0 kgCOD/m3"},
                                         {"tank.reactions.mu", "8 1/d"},
                                         {"tank.speed", "2 1/d"},
                                         {"inflow.concentration[food]", "40 gCOD/m3"}}))
        << t.findings.text(Language::en);
    auto v = t.at(0.5 * day);
    EXPECT_EQ(v["tank.X_B"], 0); // no seed, no growth
    EXPECT_NEAR(v["tank.S_S"], 0.04 * (1 - std::exp(-1.0)), 1e-9);
    EXPECT_NEAR(v["tank.level[2]"], 2 * std::exp(-1.0), 1e-9);
    EXPECT_FALSE(t.compile("plant.yaml", {{"tank.reactions.mux", "8 1/d"}}));
    EXPECT_EQ(t.findings.all()[0].message.name(), std::string("no_such_address"));
}

TEST(Tank, ParametersOfTheKineticsStandBesideItsName) {
    Timed beside, edited;
    beside.change("plant.yaml", "kinetics: ./growth.yaml", "kinetics: {is: ./growth.yaml, mu: 3 1/d, Y: 0.5}");
    edited.change("growth.yaml", "mu: 4 1/d", "mu: 3 1/d");
    edited.change("growth.yaml", "Y: 0.6", "Y: 0.5");
    ASSERT_TRUE(beside.compile()) << beside.findings.text(Language::en);
    ASSERT_TRUE(edited.compile()) << edited.findings.text(Language::en);
    EXPECT_EQ(beside.at(0.3 * day), edited.at(0.3 * day));
}

TEST(Tank, UnvalidatedPartsAreToldWithTheRun) {
    Timed t;
    t.change("growth.yaml", "kind: reactions", "kind: reactions\nunvalidated: no data of growth");
    t.change("tank.yaml", "unit: tank", "unit: tank\nunvalidated: no tank like this");
    ASSERT_TRUE(t.compile()) << t.findings.text(Language::en);
    EXPECT_NE(t.system->unvalidated.find("growth: no data of growth"), std::string::npos) << t.system->unvalidated;
    EXPECT_NE(t.system->unvalidated.find("tank: no tank like this"), std::string::npos) << t.system->unvalidated;
}

TEST(Tank, AProcessThatIsNotContinuousAtTheParametersOfTheRunIsAnError) {
    Timed t;
    t.change("growth.yaml", "S_O: \"?\"", "S_O: 1 - 1/0.6");
    ASSERT_TRUE(t.compile()) << t.findings.text(Language::en);
    EXPECT_FALSE(t.compile("plant.yaml", {{"tank.reactions.Y", "0.7"}}));
    t.expect_only("growth.yaml:10:3 process_not_continuous", {"growth", "COD"});
}

TEST(Tank, ThatTakesNoKineticsSaysSo) {
    Timed t;
    t.change("tank.yaml", "kinetics: C\n", "");
    t.change("tank.yaml", "per: reacting", "per: carried");
    t.change("tank.yaml", " + production[i] for i in reacting", " for i in carried");
    t.change("tank.yaml", "feed.volume * C[i] for i in reacting", "feed.volume * C[i] for i in carried");
    EXPECT_FALSE(t.compile());
    t.expect_only("plant.yaml:7:51 kinetics_not_taken", {"tank"});
}

TEST(Tank, ARateOfTheWrongDimensionIsToldAtEveryCoefficientThatIsGiven) {
    Timed t;
    t.change("growth.yaml", "rate: mu * monod * X_B", "rate: mu * monod");
    EXPECT_FALSE(t.compile());
    EXPECT_EQ(t.found(), (std::vector<std::string>{"growth.yaml:12:25 reaction_rate_dimension",
                                                   "growth.yaml:12:36 reaction_rate_dimension"}));
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

class Mistakes : public testing::TestWithParam<Mistake> {};

TEST_P(Mistakes, AreToldAtTheirPlaceInBothLanguages) {
    const Mistake& m = GetParam();
    Timed t;
    t.change(m.file, m.from, m.to);
    EXPECT_FALSE(t.compile());
    t.expect_only(m.finding, m.words);
}

INSTANTIATE_TEST_SUITE_P(
    Dynamics, Mistakes,
    testing::Values(
        // sets
        Mistake{"set_word", "tank.yaml", "1..2", "two", "tank.yaml:9:16 member_set_form", {"layers"}},
        Mistake{"set_backwards", "tank.yaml", "1..2", "2..1", "tank.yaml:9:16 member_set_form", {"layers"}},
        // states
        Mistake{"state_name",
                "tank.yaml",
                "  valve: {",
                "  2nd: {start: 1, held: true}\n  valve: {",
                "tank.yaml:13:3 not_a_name",
                {"2nd"}},
        Mistake{"state_key",
                "tank.yaml",
                "start: 1, held: true",
                "start: 1, hold: true",
                "tank.yaml:13:21 unknown_key",
                {"hold"}},
        Mistake{"state_without_start",
                "tank.yaml",
                "start: 1, held: true",
                "held: true",
                "tank.yaml:13:3 state_needs_start",
                {"valve"}},
        Mistake{"state_of_unknown_set",
                "tank.yaml",
                "per: layers, unit: m",
                "per: layer, unit: m",
                "tank.yaml:12:16 unknown_set",
                {"layer"}},
        Mistake{"state_unit_without_component",
                "tank.yaml",
                "per: layers, unit: m,",
                "per: layers, unit: amount,",
                "tank.yaml:12:30 state_unit_needs_component",
                {"amount"}},
        Mistake{"state_unit_without_members",
                "tank.yaml",
                "valve: {start: 1",
                "valve: {unit: concentration, start: 1",
                "tank.yaml:13:17 state_unit_needs_component",
                {"concentration"}},
        Mistake{"too_many_starts",
                "tank.yaml",
                "start: [1, 2]",
                "start: [1, 2, 3]",
                "tank.yaml:12:40 starts_and_members",
                {"level", "3", "2"}},
        // starts of the plant
        Mistake{"start_of_unknown_state",
                "plant.yaml",
                "start: {C:",
                "start: {D:",
                "plant.yaml:7:74 start_of_unknown_state",
                {"tank", "D"}},
        Mistake{"start_of_unknown_member",
                "plant.yaml",
                "{X_B: 50}",
                "{X_A: 50}",
                "plant.yaml:7:78 start_of_unknown_member",
                {"X_A"}},
        // events
        Mistake{"event_key",
                "tank.yaml",
                ", set: {valve: 0}",
                ", set: {valve: 0}, then: 1",
                "tank.yaml:21:55 unknown_key",
                {"then"}},
        Mistake{"event_without_condition",
                "tank.yaml",
                "when: \"level[1] < 0.5 [m]\", ",
                "",
                "tank.yaml:21:3 event_needs_when",
                {"shut", "when:"}},
        Mistake{"event_without_effect",
                "tank.yaml",
                ", set: {valve: 0}",
                "",
                "tank.yaml:21:3 event_without_effect",
                {"shut", "set:"}},
        Mistake{"event_of_no_state",
                "tank.yaml",
                "set: {valve: 0}",
                "set: {valves: 0}",
                "tank.yaml:21:44 event_sets_no_state",
                {"tank.shut", "tank.valves"}},
        Mistake{"event_dimension",
                "tank.yaml",
                "set: {valve: 0}",
                "set: {valve: \"1 [m]\"}",
                "tank.yaml:21:52 wrong_dimension",
                {"tank.valve", "m"}},
        // equations
        Mistake{"rate_of_no_state",
                "tank.yaml",
                "der(level[k])",
                "der(levels[k])",
                "tank.yaml:16:3 start_of_unknown_state",
                {"tank", "levels"}},
        // kinetics
        Mistake{"kinetics_without_file",
                "plant.yaml",
                "kinetics: ./growth.yaml",
                "kinetics: {mu: 3 1/d}",
                "plant.yaml:7:51 kinetics_needed",
                {"tank", "kinetics:"}},
        Mistake{"kinetics_not_in_library",
                "plant.yaml",
                "kinetics: ./growth.yaml",
                "kinetics: asm11",
                "plant.yaml:7:51 not_in_library",
                {"asm11", "reactions"}},
        Mistake{"kinetics_unknown_parameter",
                "plant.yaml",
                "kinetics: ./growth.yaml",
                "kinetics: {is: ./growth.yaml, nu: 3 1/d}",
                "plant.yaml:7:71 unknown_key",
                {"nu"}},
        Mistake{"equations_as_list",
                "growth.yaml",
                "equations: |\n  monod = S_S / (K + S_S)",
                "equations: [monod]",
                "growth.yaml:7:12 expected_text",
                {"equations"}},
        Mistake{"coefficient_dimension",
                "growth.yaml",
                "S_S: -1/Y",
                "S_S: \"-1/Y * 1 [gCOD/gN]\"",
                "growth.yaml:12:25 reaction_rate_dimension",
                {"growth: food"}},
        Mistake{"not_continuous",
                "growth.yaml",
                "S_O: \"?\"",
                "S_O: -1",
                "growth.yaml:10:3 process_not_continuous",
                {"growth", "COD"}},
        Mistake{"coefficient_of_a_state",
                "growth.yaml",
                "S_S: -1/Y",
                "S_S: -1/Y * monod",
                "growth.yaml:12:25 coefficient_not_a_number",
                {"food", "growth"}},
        // feeds
        Mistake{"feed_of_unknown_component",
                "plant.yaml",
                "S_S: 100 gCOD/m3",
                "S_X: 100 gCOD/m3",
                "plant.yaml:5:45 unknown_component",
                {"S_X"}},
        Mistake{"feed_without_volume", "plant.yaml", "volume: 10 m3/d, ", "", "plant.yaml:5:3 feed_form", {"inflow"}},
        Mistake{"feed_concentration_dimension",
                "plant.yaml",
                "S_NH: 20 gN/m3",
                "S_NH: 20 gCOD/m3",
                "plant.yaml:5:87 parameter_dimension",
                {"ammonium", "kgN/m3"}}),
    [](const auto& m) { return m.param.name; });

} // namespace
} // namespace viresco::cases
