#include "harness.h"
#include <algorithm>
#include <ostream>

namespace viresco::cases {
namespace {

/// A unit with one parameter of every form, in a plant that may give values of its own.
class Parameters : public testing::Test {
protected:
    Parameters() : w(Scratch::of_this_test()) {
        w.write(
            "splitter.yaml",
            "viresco: 1\nkind: unit\nunit: splitter\nports: {feed: in, a: out, b: out}\n"
            "parameters:\n"
            "  fraction: {value: 0.5, range: [0.2, 0.8], limits: [0, 1], title: {en: x, zh: x}}\n" // line 6
            "  loss: {value: 5 %, range: [1, 10], limits: [0, 50], title: {en: x, zh: x}}\n"
            "  dose: {unit: kg/m3, title: {en: x, zh: x}}\n"
            "  power_per: {unit: kWh/m3, formula: \"dose * 2 [kWh/kg] + extra\", title: {en: x, zh: x}}\n"
            "  extra: 0 kWh/m3\n" // line 10
            "  split: {per: component, value: 0.25, title: {en: x, zh: x}}\n"
            "  stages: {type: integer, value: 3, title: {en: x, zh: x}}\n"
            "  marker: {type: component, value: water, title: {en: x, zh: x}}\n"
            "  chosen: {type: components, value: [water, glucose], title: {en: x, zh: x}}\n"
            "  temperature: {value: 30 degC, range: [20, 40], limits: [-10, 90], title: {en: x, zh: x}}\n" // line 15
            "equations: |\n"
            "  a.m[c] = split[c] * feed.m[c] for c in components\n"
            "  b.m[c] = (1 - split[c]) * feed.m[c] for c in components\n"
            "  a.T = temperature\n"
            "  b.T = temperature\n"
            "  marked = a.m[marker]\n"
            "  sum_chosen = sum(feed.m[c] for c in chosen)\n"
            "  levels = sum(i for i in 1..stages) + stages\n"
            "  power = power_per * feed.volume\n"
            "  mean = fraction + loss\n"
            "energy: {in: {pump: power}, out: {heat: closing}}\nuses: {electricity: power}\n");
    }
    void plant(const std::string& given, const std::string& before = {}) {
        w.write("plant.yaml", "viresco: 1\nkind: plant\ncomponents: [common]\n" + before +
                                  "feeds: {f: {flow: {water: 2 kg/s, glucose: 1 kg/s}, supply: none}}\nunits:\n  u: "
                                  "{is: ./splitter.yaml" +
                                  given +
                                  "}\nconnections: f -> u.feed; u.a -> product; u.b -> rest\nproducts: {product: {as: "
                                  "product}, rest: {as: waste}}\nutilities: {electricity: electricity}\n");
        w.write_case("scenarios:\n  high: {set: {r.u.fraction: 0.7, \"*.u.split[water]\": 0.9}}\n  wrong: {set: "
                     "{r.u.fractoin: 0.7}}\n");
    }
    bool warned(const std::string& message) const {
        return std::any_of(w.warnings.all().begin(), w.warnings.all().end(),
                           [&](const Diagnostic& d) { return d.message.name() == message; });
    }

    Workspace w;
};

TEST_F(Parameters, DefaultsFormulasAndTables) {
    plant(", dose: 3 kg/m3");
    ASSERT_TRUE(w.run()) << w.messages;
    EXPECT_EQ(w.value("r.u.fraction"), 0.5);
    EXPECT_DOUBLE_EQ(w.value("r.u.loss"), 0.05);
    EXPECT_DOUBLE_EQ(w.value("r.u.mean"), 0.55);
    EXPECT_DOUBLE_EQ(w.value("r.u.power_per"), 3 * 2 * 3.6e6);
    EXPECT_EQ(w.value("r.u.a.m[water]"), 0.5);
    EXPECT_EQ(w.value("r.u.a.m[glucose]"), 0.25);
    EXPECT_EQ(w.value("r.u.a.T"), 303.15);
    EXPECT_EQ(w.value("r.u.marked"), 0.5);
    EXPECT_EQ(w.value("r.u.sum_chosen"), 3);
    EXPECT_EQ(w.value("r.u.levels"), 9);
    EXPECT_LE(w.worst_balance().first, 1e-12);
    EXPECT_TRUE(w.warnings.all().empty()) << w.warnings.text(Language::en);
}

TEST_F(Parameters, APlantGivesValuesFormulasTablesAndMembers) {
    plant(", dose: rich * 2, fraction: 0.3, power_per: 1 kWh/m3, split: {water: 0.95, glucose: share}, stages: 2, "
          "marker: glucose, chosen: glucose, temperature: 35 degC",
          "parameters: {rich: 4 kg/m3, share: 0.1}\n");
    ASSERT_TRUE(w.run()) << w.messages;
    EXPECT_TRUE(std::isnan(w.value("r.u.dose"))); // nothing asks for it any more
    EXPECT_EQ(w.value("r.u.fraction"), 0.3);
    EXPECT_EQ(w.value("r.u.power_per"), 3.6e6);
    EXPECT_EQ(w.value("r.u.a.m[water]"), 1.9);
    EXPECT_EQ(w.value("r.u.marked"), 0.1);
    EXPECT_EQ(w.value("r.u.sum_chosen"), 1);
    EXPECT_EQ(w.value("r.u.levels"), 5);
    EXPECT_DOUBLE_EQ(w.value("r.u.a.T"), 308.15);
}

TEST_F(Parameters, AFormulaOfThePlantFeedsAFormulaOfTheUnit) {
    plant(", dose: rich * 2, extra: 1 kWh/m3", "parameters: {rich: 4 kg/m3}\n");
    ASSERT_TRUE(w.run()) << w.messages;
    EXPECT_EQ(w.value("r.u.dose"), 8);
    EXPECT_DOUBLE_EQ(w.value("r.u.power_per"), 17 * 3.6e6);
    ASSERT_TRUE(w.run({{"r.rich", "1 kg/m3"}})) << w.messages;
    EXPECT_EQ(w.value("r.u.dose"), 2);
}

TEST_F(Parameters, OneValueForAllOfATable) {
    plant(", dose: 3 kg/m3, split: 0.6");
    ASSERT_TRUE(w.run()) << w.messages;
    EXPECT_EQ(w.value("r.u.a.m[water]"), 1.2);
    EXPECT_EQ(w.value("r.u.a.m[glucose]"), 0.6);
}

TEST_F(Parameters, OverridesReachEveryAddress) {
    plant(", dose: 3 kg/m3, split: {water: 0.4}");
    ASSERT_TRUE(w.run({{"r.u.fraction", "0.6"},
                       {"*.u.loss", "8 %"},
                       {"r.u.dose", "0.006 kg/L"},
                       {"r.u.split[glucose]", "0.7"},
                       {"*.u.split[water]", "0.8"},
                       {"r.u.stages", "4"},
                       {"r.u.marker", "glucose"},
                       {"r.u.chosen", "[glucose]"},
                       {"r.u.temperature", "20 degC"},
                       {"r.f.flow[glucose]", "2 kg/s"},
                       {"components.glucose.density", "1500 kg/m3"}}))
        << w.messages;
    EXPECT_EQ(w.value("r.u.fraction"), 0.6);
    EXPECT_DOUBLE_EQ(w.value("r.u.loss"), 0.08);
    EXPECT_DOUBLE_EQ(w.value("r.u.dose"), 6);
    EXPECT_DOUBLE_EQ(w.value("r.u.a.m[glucose]"), 1.4);
    EXPECT_DOUBLE_EQ(w.value("r.u.a.m[water]"), 1.6);
    EXPECT_EQ(w.value("r.u.levels"), 14);
    EXPECT_DOUBLE_EQ(w.value("r.u.marked"), 1.4);
    EXPECT_EQ(w.value("r.u.sum_chosen"), 2);
    EXPECT_DOUBLE_EQ(w.value("r.u.a.T"), 293.15);
    EXPECT_EQ(w.value("components.glucose.density"), 1500);
    // The last one given wins; a formula's place takes a number.
    ASSERT_TRUE(w.run({{"*.u.fraction", "0.6"}, {"r.u.fraction", "0.4"}, {"r.u.power_per", "1 kWh/m3"}})) << w.messages;
    EXPECT_EQ(w.value("r.u.fraction"), 0.4);
    EXPECT_EQ(w.value("r.u.power_per"), 3.6e6);
}

TEST_F(Parameters, AnOverrideIsWhatTheFileWouldSay) {
    plant(", dose: 3 kg/m3");
    ASSERT_TRUE(w.run({{"r.u.fraction", "0.6"}, {"r.u.split[water]", "0.8"}, {"r.u.stages", "2"}}));
    const double a = w.value("r.u.a.H"), mean = w.value("r.u.mean"), heat = w.value("r.u.heat");
    plant(", dose: 3 kg/m3, fraction: 0.6, split: {water: 0.8}, stages: 2");
    ASSERT_TRUE(w.run());
    EXPECT_EQ(w.value("r.u.a.H"), a);
    EXPECT_EQ(w.value("r.u.mean"), mean);
    EXPECT_EQ(w.value("r.u.heat"), heat);
}

TEST_F(Parameters, ScenariosSetTheSameAddresses) {
    plant(", dose: 3 kg/m3");
    ASSERT_TRUE(w.run({}, "high")) << w.messages;
    EXPECT_EQ(w.value("r.u.fraction"), 0.7);
    EXPECT_EQ(w.value("r.u.a.m[water]"), 1.8);
    EXPECT_EQ(w.value("r.u.a.m[glucose]"), 0.25);
    EXPECT_FALSE(w.run({}, "wrong"));
    EXPECT_EQ(w.error().substr(w.error().rfind(' ') + 1), "no_such_address");
    EXPECT_NE(w.messages.find("r.u.fraction"), std::string::npos) << w.messages;
}

TEST_F(Parameters, OutsideTheRangeIsAWarningOutsideTheLimitsAnError) {
    plant(", dose: 3 kg/m3, fraction: 0.9");
    ASSERT_TRUE(w.run()) << w.messages;
    EXPECT_TRUE(warned("outside_range"));
    plant(", dose: 3 kg/m3, fraction: 0.8, loss: 10 %, temperature: 40 degC"); // the ends belong to it
    ASSERT_TRUE(w.run()) << w.messages;
    EXPECT_TRUE(w.warnings.all().empty()) << w.warnings.text(Language::en);
    plant(", dose: 3 kg/m3, temperature: 41 degC"); // a range without a unit takes that of the value
    ASSERT_TRUE(w.run()) << w.messages;
    EXPECT_TRUE(warned("outside_range"));
    for (const char* given : {"fraction: 1.01", "fraction: -0.01", "loss: 60 %", "loss: 0.51", "temperature: 95 degC",
                              "temperature: 400 K", "temperature: -20 degC"}) {
        plant(std::string(", dose: 3 kg/m3, ") + given);
        EXPECT_FALSE(w.run()) << given;
        EXPECT_NE(w.error().find("outside_limits"), std::string::npos) << given << "\n" << w.messages;
        EXPECT_EQ(w.error().substr(0, 13), "plant.yaml:6:") << w.messages;
    }
    plant(", dose: 3 kg/m3");
    EXPECT_FALSE(w.run({{"r.u.fraction", "1.5"}}));
    EXPECT_NE(w.error().find("outside_limits"), std::string::npos) << w.messages;
    EXPECT_TRUE(w.run({{"r.u.fraction", "0.9"}}));
    EXPECT_TRUE(warned("outside_range"));
}

struct Wrong {
    const char *given, *setting, *value, *id;
};
void PrintTo(const Wrong& x, std::ostream* out) { *out << x.given << x.setting; }
class WrongParameter : public Parameters, public testing::WithParamInterface<Wrong> {};

TEST_P(WrongParameter, IsReported) {
    plant(GetParam().given);
    std::vector<std::pair<std::string, std::string>> settings;
    if (*GetParam().setting) settings.emplace_back(GetParam().setting, GetParam().value);
    EXPECT_FALSE(w.run(settings));
    EXPECT_EQ(w.error().substr(w.error().rfind(' ') + 1), GetParam().id) << w.messages;
}

INSTANTIATE_TEST_SUITE_P(
    Museum, WrongParameter,
    testing::Values(Wrong{"", "", "", "parameter_without_value"}, Wrong{", dose: 3", "", "", "value_needs_unit"},
                    Wrong{", dose: 3 kg", "", "", "parameter_dimension"},
                    Wrong{", dose: 3 kg/m3, fraction: 3 kg", "", "", "parameter_is_number"},
                    Wrong{", dose: 3 kg/m3, fractoin: 0.5", "", "", "unknown_key"},
                    Wrong{", dose: 3 kg/m3, split: {watr: 0.5}", "", "", "unknown_component"},
                    Wrong{", dose: 3 kg/m3, marker: watr", "", "", "unknown_component"},
                    Wrong{", dose: 3 kg/m3, chosen: [watr]", "", "", "unknown_component"},
                    Wrong{", dose: 3 kg/m3, stages: 2.5", "", "", "must_be_integer"},
                    Wrong{", dose: 3 kgg/m3", "", "", "unit_unknown"},
                    Wrong{", dose: feed_nowhere.mass * 2", "", "", "unknown_name"},
                    Wrong{", dose: f.mass * 2", "", "", "wrong_dimension"},
                    Wrong{", dose: 3 kg/m3, power_per: f.mass * 2", "", "", "wrong_dimension"},
                    Wrong{", dose: 3 kg/m3, split: {water: f.mass * 1}", "", "", "must_be_dimensionless"},
                    Wrong{", dose: 3 kg/m3", "r.u.fraction", "2 kg", "parameter_is_number"},
                    Wrong{", dose: 3 kg/m3", "r.u.dose", "2", "value_needs_unit"},
                    Wrong{", dose: 3 kg/m3", "r.u.fraction", "f.mass * 2", "override_is_formula"},
                    Wrong{", dose: 3 kg/m3", "r.u.split[watr]", "0.2", "no_such_address"},
                    Wrong{", dose: 3 kg/m3", "r.v.fraction", "0.2", "no_such_address"},
                    Wrong{", dose: 3 kg/m3", "r.u.marker", "watr", "unknown_component"},
                    Wrong{", dose: 3 kg/m3", "r.u.stages", "1.5", "must_be_integer"},
                    Wrong{", dose: 3 kg/m3", "components.glucose.density", "3 kg", "parameter_dimension"}));

} // namespace
} // namespace viresco::cases
