#include "matter/if97.h"
#include "matter/property_function.h"
#include "matter/water.h"
#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <string>

namespace viresco::matter {
namespace {

TEST(Water, EnthalpyFollowsTheReferencePressure) {
    EXPECT_DOUBLE_EQ(water_enthalpy(298.15), if97::region1(298.15, 101325).h);
    EXPECT_DOUBLE_EQ(water_enthalpy(394.15), if97::region1(394.15, if97::saturation_pressure(394.15)).h);
    EXPECT_NEAR(water_enthalpy(273.16), 0, 105); // 1 atm lifts it by v p = 101 J/kg
}

TEST(Water, EnthalpyIsContinuousAtItsJoints) {
    const double boiling = if97::saturation_temperature(101325);
    EXPECT_NEAR(boiling, 373.124, 1e-3);
    for (const double joint : {273.15, boiling})
        EXPECT_NEAR(water_enthalpy(joint * (1 - 1e-12)), water_enthalpy(joint * (1 + 1e-12)), 1e-5);
    // The kink is as small as documented.
    const double below = d_water_enthalpy(boiling - 1e-6), above = d_water_enthalpy(boiling + 1e-6);
    EXPECT_GT(above, below);
    EXPECT_LT(above - below, 1e-3 * below);
}

TEST(Water, ColdWaterAndVapourAreStraightLines) {
    EXPECT_DOUBLE_EQ(d_water_enthalpy(233.15), if97::region1(273.15, 101325).cp);
    EXPECT_NEAR(water_enthalpy(233.15), water_enthalpy(273.15) - 40 * d_water_enthalpy(273.15), 1e-6);
    EXPECT_DOUBLE_EQ(d_water_vapour_enthalpy(233.15), if97::ideal_vapour(273.15).cp);
    EXPECT_NEAR(water_vapour_enthalpy(233.15), water_vapour_enthalpy(273.15) - 40 * d_water_vapour_enthalpy(273.15),
                1e-6);
}

TEST(Water, FormationShiftCarriesLiquidWaterToItsFormationEnthalpy) {
    EXPECT_NEAR(water_enthalpy(298.15) + water_formation_shift(), -285830 / 0.018015268, 1e-6);
    // Vapour: -241.826 kJ/mol (CODATA), 44.00 kJ/mol above the liquid.
    EXPECT_NEAR((water_vapour_enthalpy(298.15) + water_formation_shift()) * 0.018015268, -241826, 40);
}

TEST(PropertyFunctions, AreSortedAndFound) {
    const auto all = property_functions();
    EXPECT_TRUE(std::is_sorted(all.begin(), all.end(),
                               [](const auto& a, const auto& b) { return std::string(a.name) < b.name; }));
    for (const auto& f : all) EXPECT_EQ(find_property_function(f.name), &f);
    EXPECT_EQ(find_property_function("water"), nullptr);
    EXPECT_EQ(find_property_function("zzz"), nullptr);
}

/// Two states in the common range of every function.
std::pair<double, double> inside(const PropertyFunction& f, int k) {
    const std::string name = f.name;
    if (f.n_arguments == 2)
        return name.starts_with("steam") ? std::pair{450. + 60 * k, 3e5} : std::pair{330. + 40 * k, 2e6};
    return name == "water_saturation_temperature" ? std::pair{2e5 * (k + 1), 0.} : std::pair{250. + 90 * (k + 1), 0.};
}

TEST(PropertyFunctions, DerivativesAgreeWithDifferences) {
    for (const PropertyFunction& f : property_functions())
        for (int k = 0; k < 2; ++k) {
            const auto [x, y] = inside(f, k);
            const double hx = 1e-5 * x, hy = 1e-4 * y;
            const double dx = (f.value(x + hx, y) - f.value(x - hx, y)) / (2 * hx);
            EXPECT_NEAR(f.derivative[0](x, y), dx, 1e-6 * std::fabs(dx)) << f.name << ' ' << x;
            if (f.n_arguments < 2) continue;
            const double dy = (f.value(x, y + hy) - f.value(x, y - hy)) / (2 * hy);
            EXPECT_NEAR(f.derivative[1](x, y), dy, 1e-5 * std::fabs(dy)) << f.name << ' ' << y;
        }
}

TEST(PropertyFunctions, LimitsAreWhereTheyEnd) {
    for (const PropertyFunction& f : property_functions()) {
        if (f.n_arguments == 2) continue;
        EXPECT_TRUE(std::isfinite(f.value(f.low[0], 0))) << f.name;
        EXPECT_TRUE(std::isfinite(f.value(f.high[0], 0))) << f.name;
        for (const double x : {f.low[0] * 0.999, f.high[0] * 1.001, std::nan("")}) {
            EXPECT_TRUE(std::isnan(f.value(x, 0))) << f.name << ' ' << x;
            EXPECT_TRUE(std::isnan(f.derivative[0](x, 0))) << f.name << ' ' << x;
        }
    }
    EXPECT_TRUE(std::isnan(find_property_function("water_liquid_enthalpy")->value(394.15, 1e5))); // boils below 2 bar
    EXPECT_TRUE(std::isnan(find_property_function("steam_enthalpy")->value(300, 1e5)));
}

TEST(PropertyFunctions, SteamTableValues) {
    const auto at = [](const char* name, double x, double y = 0) { return find_property_function(name)->value(x, y); };
    EXPECT_NEAR(at("water_saturation_pressure", 393.15) / 1e5, 1.9867, 1e-3); // any steam table, 120 degC
    EXPECT_NEAR(at("steam_enthalpy", at("water_saturation_temperature", 4e5), 4e5) / 1e3, 2738, 1);
    EXPECT_NEAR(1 / at("water_liquid_volume", 293.15, 101325), 998.2, 0.1);
    EXPECT_NEAR(at("water_liquid_enthalpy", 353.15, 1e5) / 1e3, 335.0, 0.2);
    EXPECT_NEAR(at("steam_volume", at("water_saturation_temperature", 1e5), 1e5), 1.694, 1e-3);
}

} // namespace
} // namespace viresco::matter
