// Indicators of water reuse, carbon-neutral capability and environmental load, and direct emissions, against figures by
// hand.
#include "plant/harness.h"

namespace viresco::cases {
namespace {

/// Fresh water 2 kg/s, three quarters of it to the sewer; product 0.1 kg/s. `more`: what the plant says of reuse and carbon.
struct Site : Workspace {
    explicit Site(const std::string& more, const std::string& methane = "0 kg/s") {
        write("plant.yaml", "viresco: 1\nkind: plant\ncomponents: [common]\noperation: {operating_time: 8000 h/a, "
                            "annual_output: 100 t/a}\n" +
                                more + R"(
feeds:
  sugar: {flow: {glucose: 0.1 kg/s}, supply: glucose}
  water: {flow: {water: 2 kg/s}, supply: process_water}
  leak: {flow: {methane: )" + methane +
                                R"(, nitrogen: 0.01 kg/s}, phase: gas, supply: none}
units: {cut: {is: splitter, fraction: 0.75}}
connections: |
  sugar -> product
  leak -> gas
  water -> cut.feed
  cut.first -> sewer
  cut.second -> vapour
products:
  product: {as: product, component: glucose}
  sewer: {as: wastewater}
  vapour: {as: air}
  gas: {as: air}
)");
        write("case.yaml",
              "viresco: 1\nkind: case\nproduct: glucose\nfunctional unit: 1 kg\nroutes: {r: plant.yaml}\nbackground: "
              "[viresco_base]\nindicators: [core, green]\nelectricity: {region: CN, type: footprint, year: 2024}\n");
        EXPECT_TRUE(run()) << messages;
    }
    double indicator(const std::string& id) const { return value("r.indicators." + id); }
    bool defined(const std::string& id) const {
        for (const assess::Definition& d : compiled->definitions)
            if (d.id == id) return !d.defined_if || value(assess::condition_path(compiled->routes.front(), id)) == 1;
        ADD_FAILURE() << id;
        return false;
    }
};

TEST(GreenIndicators, WhatThePlantDoesNotSayIsNotDefined) {
    Site s("");
    for (const char* id : {"water_reuse_rate", "water_repeated_use_rate", "water_reuse_rate_wastewater",
                           "carbon_neutral_capability", "carbon_neutral_capability_credit"})
        EXPECT_FALSE(s.defined(id)) << id;
    EXPECT_NEAR(s.indicator("water_consumption"), (2 - 1.5) / 0.1, 1e-12);
    EXPECT_EQ(s.indicator("carbon_residual"), s.indicator("carbon_footprint"));
    const double joule = s.indicator("energy_intensity_mj"), cod = s.indicator("cod_load");
    EXPECT_NEAR(s.indicator("environmental_load_index"),
                0.2 * (s.indicator("carbon_footprint") / 7600 + joule / 66.6e9 + 20.0 / 515000 + cod / 30), 1e-15);
}

TEST(GreenIndicators, WaterTwiceUsed) {
    Site s("parameters: {reused_water: 3 kg/s, recirculated_water: 15 kg/s, reused_wastewater: 0.5 kg/s}");
    EXPECT_TRUE(s.defined("water_reuse_rate"));
    EXPECT_NEAR(s.indicator("water_reuse_rate"), 3.0 / 5, 1e-14);
    EXPECT_NEAR(s.indicator("water_repeated_use_rate"), 18.0 / 20, 1e-14);
    EXPECT_NEAR(s.indicator("water_reuse_rate_wastewater"), 0.5 / 2, 1e-14);
}

TEST(GreenIndicators, CreditsStandApart) {
    Site plain("");
    const double gross = plain.indicator("carbon_footprint");
    Site s("parameters: {own_renewable: 0.02 kgCO2e/s, carbon_stored: 0.01 kgCO2e/s, carbon_credits: 0.05 kgCO2e/s}");
    EXPECT_NEAR(s.indicator("carbon_footprint"), gross, 1e-12 * gross);
    EXPECT_NEAR(s.indicator("carbon_neutral_capability"), 0.03 / (gross * 0.1 + 0.02), 1e-12);
    EXPECT_NEAR(s.indicator("carbon_neutral_capability_credit"), 0.05 / (gross * 0.1), 1e-12);
    EXPECT_NEAR(s.indicator("carbon_residual"), gross - 0.1, 1e-12 * gross);
}

/// What leaves to the air acts by itself: 27 kg CO2e per kg of methane.
TEST(GreenIndicators, DirectEmissionsCount) {
    Site without(""), with("", "0.002 kg/s");
    EXPECT_NEAR(with.indicator("carbon_footprint") - without.indicator("carbon_footprint"), 27.0 * 0.002 / 0.1, 1e-9);
}

} // namespace
} // namespace viresco::cases
