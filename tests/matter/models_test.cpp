#include "matter/component.h"
#include "matter/water.h"
#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

// The shipped component files: everything the engine asks of a component is there, and the numbers hang together.
namespace viresco::matter {
namespace {

struct Models : testing::Test {
    SourceStore store;
    Diagnostics diagnostics;
    ComponentTable table;

    void SetUp() override {
        for (const char* name : {"common", "beta_lactam"}) {
            const std::string path = std::string(VIRESCO_SOURCE_DIR "/models/components/") + name + ".yaml";
            const SourceFile* file = text::read_file(store, path, diagnostics);
            ASSERT_TRUE(file) << diagnostics.text(Language::en);
            const auto document = text::parse_yaml(*file, diagnostics);
            ASSERT_TRUE(document) << diagnostics.text(Language::en);
            table.read(*document, diagnostics);
        }
        ASSERT_TRUE(diagnostics.all().empty()) << diagnostics.text(Language::en);
    }
    const Component& component(const std::string& name) const {
        const int i = table.find(name);
        EXPECT_GE(i, 0) << name;
        return table[std::max(i, 0)];
    }
    double property(const std::string& name, const char* what) const { return component(name).properties.at(what).si; }
    /// Formation enthalpy [kJ/mol].
    double formation(const std::string& name) const {
        return property(name, "formation_enthalpy") * property(name, "molar_mass") / 1000;
    }
};

bool tagged(const Component& c, const char* tag) {
    return std::find(c.tags.begin(), c.tags.end(), tag) != c.tags.end();
}

TEST_F(Models, EveryComponentHasWhatTheEngineNeeds) {
    EXPECT_GE(table.size(), 70);
    for (const std::string& name : table.names()) {
        const Component& c = component(name);
        std::vector<const char*> needed{"molar_mass", "thod", "density", "heat_capacity", "formation_enthalpy"};
        const bool evaporates = c.state == Phase::liquid &&
                                (tagged(c, "voc") || tagged(c, "volatile") || name == "water");
        if (evaporates || c.state == Phase::gas) needed.push_back("heat_capacity_gas");
        if (evaporates)
            needed.insert(needed.end(),
                          {"heat_of_vaporisation", "boiling_point", "antoine_A", "antoine_B", "antoine_C"});
        for (const char* what : needed) EXPECT_TRUE(c.properties.contains(what)) << name << " lacks " << what;
        EXPECT_FALSE(c.title.zh.empty()) << name;
        EXPECT_NE(c.title.zh, c.title.en) << name;
        EXPECT_EQ(tagged(c, "gas"), c.state == Phase::gas) << name;
        for (const auto& [what, datum] : c.properties) {
            EXPECT_TRUE(datum.evidence_given) << name << '.' << what;
            EXPECT_FALSE(datum.source.empty()) << name << '.' << what;
        }
    }
    for (const char* quantity : {"C", "N", "P", "COD", "charge", "mass"})
        for (int k = 0; k < table.size(); ++k) EXPECT_TRUE(table[k].content(quantity)) << table[k].name << quantity;
}

TEST_F(Models, MagnitudesArePhysical) {
    for (const std::string& name : table.names()) {
        const auto& p = component(name).properties;
        const auto expect_between = [&](const char* what, double low, double high) {
            if (!p.contains(what)) return;
            EXPECT_GT(p.at(what).si, low) << name << '.' << what;
            EXPECT_LT(p.at(what).si, high) << name << '.' << what;
        };
        expect_between("density", 60, 3500);
        expect_between("heat_capacity", 600, name == "hydrogen" ? 1e4 : 5000);
        expect_between("heat_capacity_gas", 500, name == "hydrogen" ? 1.5e4 : 2500);
        expect_between("heat_of_vaporisation", 1e5, 2.5e6);
        expect_between("thod", -4, 8.1);
        expect_between("formation_enthalpy", -1.7e7, 2e6 + 1);
    }
}

TEST_F(Models, VapourPressureIsOneAtmosphereAtTheBoilingPoint) {
    int n = 0;
    for (const std::string& name : table.names()) {
        const auto& p = component(name).properties;
        if (!p.contains("antoine_A")) continue;
        ++n;
        const auto slope = [&](double T) {
            const double shifted = T + p.at("antoine_C").si;
            return p.at("antoine_B").si / (shifted * shifted);
        };
        const double T = p.at("boiling_point").si;
        EXPECT_NEAR(std::exp(p.at("antoine_A").si - p.at("antoine_B").si / (T + p.at("antoine_C").si)), 101325, 2000)
            << name;
        // Clausius-Clapeyron ties the slope to the heat of vaporisation (Antoine fits are loose at 25 degC).
        const double heat = 8.314 * 298.15 * 298.15 * slope(298.15) / p.at("molar_mass").si;
        EXPECT_NEAR(heat, p.at("heat_of_vaporisation").si, 0.08 * heat) << name;
    }
    EXPECT_GE(n, 15);
}

TEST_F(Models, WaterAgreesWithIf97AndItsShift) {
    EXPECT_NEAR(property("water", "formation_enthalpy"), water_enthalpy(298.15) + water_formation_shift(), 1e-3);
    EXPECT_NEAR(property("water", "heat_capacity"), d_water_enthalpy(298.15), 5);
    EXPECT_NEAR(property("water", "heat_capacity_gas"), d_water_vapour_enthalpy(298.15), 5);
    EXPECT_NEAR(property("water", "heat_of_vaporisation"), water_vapour_enthalpy(298.15) - water_enthalpy(298.15), 2e3);
}

// Section 0 of the case data (the two molar masses that are not rounded there: see formula_test.cpp).
TEST_F(Models, MolarMassesAndThodAreThoseOfTheCases) {
    const struct {
        const char* name;
        double molar_mass, thod;
    } rows[] = {
        {"six_apa", 216.26, 1.406},
        {"penicillin_G", 334.39, 1.770},
        {"penicillin_G_K", 372.48, 0},
        {"phenylacetic_acid", 136.15, 2.115},
        {"dimethyldichlorosilane", 129.06, 0},
        {"dimethylaniline", 121.18, 2.641},
        {"dichloromethane", 84.93, 0.377},
        {"n_butanol", 74.12, 2.590},
        {"butyl_acetate", 116.16, 2.204},
        {"butyl_phenylacetate", 192.26, 2.497},
        {"acetone", 0, 2.204},
        {"isopropanol", 0, 2.396},
        {"glucose", 0, 1.066},
    };
    for (const auto& row : rows) {
        if (row.molar_mass > 0) {
            EXPECT_NEAR(property(row.name, "molar_mass") * 1000, row.molar_mass, 0.00501) << row.name;
        }
        if (row.thod > 0) {
            EXPECT_NEAR(*component(row.name).thod, row.thod, 0.0005001) << row.name;
        }
    }
    // 5.05 g C/L from 29.7 g/L of corn steep liquor with 50 % dry matter; N about 7.5 % of it.
    EXPECT_NEAR(component("corn_steep_solids").contents.at("C"), 5.05 / 14.85, 0.002);
    EXPECT_NEAR(component("corn_steep_solids").contents.at("N"), 0.075, 0.001);
}

struct Reaction {
    std::map<std::string, double> nu; // negative: consumed
    double enthalpy, tolerance;       // kJ per turn; reference phases
};

// The chemical route (section 1.1, equations 1 to 9), deacylation, and what everybody knows.
TEST_F(Models, ReactionsConserveElementsAndHaveSensibleHeats) {
    const Reaction reactions[] = {
        {{{"penicillin_G_K", -2}, {"dimethyldichlorosilane", -1}, {"silyl_ester", 1}, {"potassium_chloride", 2}},
         -80,
         1},
        {{{"silyl_ester", -1},
          {"phosphorus_pentachloride", -2},
          {"imidoyl_chloride", 1},
          {"phosphoryl_chloride", 2},
          {"hydrogen_chloride", 2}},
         -100,
         1},
        {{{"imidoyl_chloride", -1}, {"n_butanol", -2}, {"imino_ether", 1}, {"hydrogen_chloride", 2}}, -20, 1},
        {{{"imino_ether", -1}, {"water", -3}, {"six_apa", 2}, {"butyl_phenylacetate", 2}, {"siloxane_unit", 1}},
         -48,
         1},
        {{{"dimethyldichlorosilane", -1}, {"water", -1}, {"siloxane_unit", 1}, {"hydrogen_chloride", 2}}, 35, 1},
        {{{"phosphorus_pentachloride", -1}, {"water", -4}, {"phosphoric_acid", 1}, {"hydrogen_chloride", 5}}, -159, 1},
        {{{"phosphoryl_chloride", -1}, {"water", -3}, {"phosphoric_acid", 1}, {"hydrogen_chloride", 3}}, -107, 1},
        {{{"dimethylaniline", -1}, {"hydrogen_chloride", -1}, {"dimethylaniline_hydrochloride", 1}}, -100, 1},
        {{{"ammonia", -1}, {"hydrogen_chloride", -1}, {"ammonium_chloride", 1}}, -176, 1},
        {{{"penicillin_G", -1}, {"water", -1}, {"six_apa", 1}, {"phenylacetic_acid", 1}}, 20, 1},
        {{{"phenylacetic_acid", -1}, {"ammonia", -1}, {"ammonium_phenylacetate", 1}}, -80, 1},
        {{{"phenylacetic_acid", -1}, {"n_butanol", -1}, {"butyl_phenylacetate", 1}, {"water", 1}}, 5, 1},
        // combustion heats of the handbooks
        {{{"glucose", -1}, {"oxygen", -6}, {"carbon_dioxide", 6}, {"water", 6}}, -2803, 3},
        {{{"methane", -1}, {"oxygen", -2}, {"carbon_dioxide", 1}, {"water", 2}}, -890.6, 2},
        {{{"n_butanol", -1}, {"oxygen", -6}, {"carbon_dioxide", 4}, {"water", 5}}, -2676, 3},
        {{{"ethanol", -1}, {"oxygen", -3}, {"carbon_dioxide", 2}, {"water", 3}}, -1367, 2},
        {{{"calcium_carbonate", -1},
          {"sulfuric_acid", -1},
          {"calcium_sulfate", 1},
          {"water", 1},
          {"carbon_dioxide", 1}},
         -93,
         3},
    };
    for (const Reaction& r : reactions) {
        const std::string what = "reaction of " + r.nu.begin()->first;
        std::map<std::string, double> elements;
        double mass = 0, cod = 0, heat = 0;
        for (const auto& [name, nu] : r.nu) {
            const Component& c = component(name);
            const double kg = nu * property(name, "molar_mass");
            mass += kg;
            cod += kg * *c.thod;
            heat += nu * formation(name);
            for (const auto& [symbol, content] : c.contents) elements[symbol] += kg * content;
        }
        EXPECT_NEAR(mass, 0, 1e-12) << what;
        EXPECT_NEAR(cod, 0, 1e-12) << what;
        for (const auto& [symbol, kg] : elements) EXPECT_NEAR(kg, 0, 1e-12) << what << ": " << symbol;
        EXPECT_NEAR(heat, r.enthalpy, r.tolerance) << what;
    }
}

} // namespace
} // namespace viresco::matter
