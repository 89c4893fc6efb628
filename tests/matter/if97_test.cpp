#include "matter/if97.h"
#include <cmath>
#include <cstdio>
#include <gtest/gtest.h>
#include <random>

namespace viresco::matter::if97 {
namespace {

/// Rounded to nine significant digits, as the release prints its tables.
double nine(double x) {
    char text[40];
    std::snprintf(text, sizeof text, "%.8e", x);
    return std::atof(text);
}

struct Row {
    double T, p, v, h, u, s, cp, w; // K, MPa, m3/kg, kJ/kg, kJ/kg, kJ/kg/K, kJ/kg/K, m/s
};

void expect_row(const Row& row, const State& s) {
    EXPECT_DOUBLE_EQ(nine(s.v), row.v);
    EXPECT_DOUBLE_EQ(nine(s.h / 1000), row.h);
    EXPECT_DOUBLE_EQ(nine(s.u / 1000), row.u);
    EXPECT_DOUBLE_EQ(nine(s.s / 1000), row.s);
    EXPECT_DOUBLE_EQ(nine(s.cp / 1000), row.cp);
    EXPECT_DOUBLE_EQ(nine(s.w), row.w);
}

// Table 5 of IAPWS R7-97(2012): every printed digit.
TEST(If97, Table5OfRegion1) {
    for (const Row& row : {Row{300, 3, 0.100215168e-2, 0.115331273e3, 0.112324818e3, 0.392294792, 0.417301218e1, 0.150773921e4},
                           Row{300, 80, 0.971180894e-3, 0.184142828e3, 0.106448356e3, 0.368563852, 0.401008987e1, 0.163469054e4},
                           Row{500, 3, 0.120241800e-2, 0.975542239e3, 0.971934985e3, 0.258041912e1, 0.465580682e1, 0.124071337e4}})
        expect_row(row, region1(row.T, row.p * 1e6));
}

// Table 15
TEST(If97, Table15OfRegion2) {
    for (const Row& row : {Row{300, 0.0035, 0.394913866e2, 0.254991145e4, 0.241169160e4, 0.852238967e1, 0.191300162e1, 0.427920172e3},
                           Row{700, 0.0035, 0.923015898e2, 0.333568375e4, 0.301262819e4, 0.101749996e2, 0.208141274e1, 0.644289068e3},
                           Row{700, 30, 0.542946619e-2, 0.263149474e4, 0.246861076e4, 0.517540298e1, 0.103505092e2, 0.480386523e3}})
        expect_row(row, region2(row.T, row.p * 1e6));
}

// Tables 35 and 36
TEST(If97, Tables35And36OfTheSaturationLine) {
    EXPECT_DOUBLE_EQ(nine(saturation_pressure(300) / 1e6), 0.353658941e-2);
    EXPECT_DOUBLE_EQ(nine(saturation_pressure(500) / 1e6), 0.263889776e1);
    EXPECT_DOUBLE_EQ(nine(saturation_pressure(600) / 1e6), 0.123443146e2);
    EXPECT_DOUBLE_EQ(nine(saturation_temperature(0.1e6)), 0.372755919e3);
    EXPECT_DOUBLE_EQ(nine(saturation_temperature(1e6)), 0.453035632e3);
    EXPECT_DOUBLE_EQ(nine(saturation_temperature(10e6)), 0.584149488e3);
}

TEST(If97, SaturationPressureAndTemperatureAreInverse) {
    for (double T = 273.15; T <= 647; T += 1.7) {
        EXPECT_NEAR(saturation_temperature(saturation_pressure(T)), T, 1e-9 * T);
        EXPECT_NEAR(d_saturation_temperature(saturation_pressure(T)) * d_saturation_pressure(T), 1, 1e-8);
    }
}

/// Fourth-order central difference with step h.
template <class F> double slope(F f, double x, double h) {
    return (8 * (f(x + h) - f(x - h)) - (f(x + 2 * h) - f(x - 2 * h))) / (12 * h);
}

void expect_derivatives(State (*region)(double, double), double T, double p) {
    const State s = region(T, p);
    const double dT = 0.01, dp = 2e-3 * p;
    EXPECT_NEAR(slope([&](double t) { return region(t, p).h; }, T, dT), s.dh_dT, 1e-7 * s.cp) << T << ' ' << p;
    EXPECT_NEAR(slope([&](double t) { return region(t, p).v; }, T, dT), s.dv_dT, 1e-7 * s.v / 100) << T << ' ' << p;
    // The scale of dh/dp is v.
    EXPECT_NEAR(slope([&](double q) { return region(T, q).h; }, p, dp), s.dh_dp, 1e-7 * s.v + 1e-9 * s.h / p) << T << ' ' << p;
    EXPECT_NEAR(slope([&](double q) { return region(T, q).v; }, p, dp), s.dv_dp, 1e-7 * std::fabs(s.dv_dp) + 1e-11 * s.v / p)
        << T << ' ' << p;
    // Thermodynamic identities tie every derivative to another property.
    EXPECT_NEAR(s.dh_dp, s.v - T * s.dv_dT, 1e-12 * s.v + 1e-12 * std::fabs(s.dh_dp));
    EXPECT_NEAR(slope([&](double t) { return region(t, p).s; }, T, dT), s.cp / T, 1e-7 * s.cp / T);
    const double w2 = -s.v * s.v / (s.dv_dp + T * s.dv_dT * s.dv_dT / s.cp);
    EXPECT_NEAR(s.w * s.w, w2, 1e-10 * w2);
}

TEST(If97, DerivativesOfRegion1AgreeWithDifferences) {
    std::mt19937 random(971);
    std::uniform_real_distribution<double> share(0, 1);
    for (int k = 0; k < 200; ++k) {
        const double T = 274 + 348 * share(random);
        const double low = saturation_pressure(T + 0.1) * 1.01;
        expect_derivatives(region1, T, low * std::pow(99e6 / low, share(random)));
    }
}

TEST(If97, DerivativesOfRegion2AgreeWithDifferences) {
    std::mt19937 random(972);
    std::uniform_real_distribution<double> share(0, 1);
    for (int k = 0; k < 200; ++k) {
        const double T = 274 + 348 * share(random);
        const double high = saturation_pressure(T - 0.1) * 0.98;
        expect_derivatives(region2, T, 100 * std::pow(high / 100, share(random)));
        expect_derivatives(region2, 870 + 200 * share(random), 1e3 * std::pow(9e4, share(random)));
    }
}

TEST(If97, SaturationSlopeAgreesWithDifferences) {
    for (double T = 274; T < 646; T += 3.1)
        EXPECT_NEAR(slope(saturation_pressure, T, 0.02), d_saturation_pressure(T), 2e-8 * d_saturation_pressure(T)) << T;
}

// h'' - h' = T (s'' - s') = T (v'' - v') dp/dT: three separate fits meet on the saturation line. The release
// bounds their mismatch; 623.15 K is their common end.
TEST(If97, TheThreeRegionsMeetOnTheSaturationLine) {
    for (double T = 273.16; T <= 623.15; T += 1.3) {
        const double p = saturation_pressure(T);
        const State liquid = region1(T, p), vapour = region2(T, p);
        const double latent = vapour.h - liquid.h;
        EXPECT_NEAR(T * (vapour.s - liquid.s), latent, 3e-4 * latent) << T;
        EXPECT_NEAR(T * (vapour.v - liquid.v) * d_saturation_pressure(T), latent, 2e-3 * latent) << T;
    }
    // The definition of the datum: u' = s' = 0 at the triple point (equations 8 and 9 of the release's section 5.1).
    const State triple = region1(273.16, 611.657);
    EXPECT_NEAR(triple.u, 0, 1e-5);
    EXPECT_NEAR(triple.s, 0, 1e-4); // rounded coefficients leave -6e-5 J/kg/K
    EXPECT_NEAR(triple.h, 0.611783, 1e-4);
}

TEST(If97, RegionsEndWithNotANumber) {
    const double on = saturation_pressure(400);
    for (const State& s : {region1(273.14, 1e6), region1(623.2, 50e6), region1(400, on * 0.999), region1(300, 101e6),
                           region1(300, -1), region1(std::nan(""), 1e6), region2(400, on * 1.001), region2(1074, 1e5),
                           region2(700, 60e6), region2(300, 0), region2(300, std::nan("")), ideal_vapour(200)}) {
        EXPECT_TRUE(std::isnan(s.h));
        EXPECT_TRUE(std::isnan(s.dh_dT));
    }
    for (const double h : {region1(273.15, 101325).h, region1(400, on).h, region1(623.15, 100e6).h, region2(400, on).h,
                           region2(1073.15, 100e6).h, region2(273.15, 1e-3).h, region1(saturation_temperature(on), on).h,
                           region2(saturation_temperature(on), on).h})
        EXPECT_TRUE(std::isfinite(h));
    EXPECT_TRUE(std::isnan(saturation_pressure(273.1)));
    EXPECT_TRUE(std::isnan(saturation_pressure(647.2)));
    EXPECT_TRUE(std::isnan(saturation_temperature(600)));
    EXPECT_TRUE(std::isnan(saturation_temperature(22.1e6)));
    EXPECT_TRUE(std::isnan(d_saturation_temperature(22.1e6)));
}

TEST(If97, IdealVapourIsTheLimitOfRegion2) {
    for (double T = 273.15; T <= 1073.15; T += 25) {
        const State ideal = ideal_vapour(T), thin = region2(T, 1e-3);
        EXPECT_NEAR(ideal.h, thin.h, 1e-9 * thin.h);
        EXPECT_NEAR(ideal.cp, thin.cp, 1e-8 * thin.cp); // linear in p: 8e-9 at 1 mPa
        EXPECT_NEAR(ideal.u, thin.u, 1e-9 * thin.u);
        EXPECT_NEAR(ideal.w, thin.w, 1e-8 * thin.w);
    }
}

} // namespace
} // namespace viresco::matter::if97
