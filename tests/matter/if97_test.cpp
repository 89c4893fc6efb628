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

// Table 5 of IAPWS R7-97(2012): every printed digit. The release was not opened; the rows of Tables 5, 15, 35 and 36
// are recalled, and agree with what the package named below computes.
TEST(If97, Table5OfRegion1) {
    for (const Row& row :
         {Row{300, 3, 0.100215168e-2, 0.115331273e3, 0.112324818e3, 0.392294792, 0.417301218e1, 0.150773921e4},
          Row{300, 80, 0.971180894e-3, 0.184142828e3, 0.106448356e3, 0.368563852, 0.401008987e1, 0.163469054e4},
          Row{500, 3, 0.120241800e-2, 0.975542239e3, 0.971934985e3, 0.258041912e1, 0.465580682e1, 0.124071337e4}})
        expect_row(row, region1(row.T, row.p * 1e6));
}

// Table 15
TEST(If97, Table15OfRegion2) {
    for (const Row& row :
         {Row{300, 0.0035, 0.394913866e2, 0.254991145e4, 0.241169160e4, 0.852238967e1, 0.191300162e1, 0.427920172e3},
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

// Regression against _Region1 and _Region2 of the Python package iapws 1.5.2 (Debian python3-iapws): K, Pa, SI per kg.
// Our coefficients come from that package, so this is no independent evidence for them; the release's tables above
// are. It guards the equations in the corners and against slips in digits which the tables do not resolve. Both codes
// add the same terms and may differ by rounding only; near zero (s at 274 K) by that of the terms, not of the sum.
TEST(If97, AgreesWithAnotherCodeToRounding) {
    struct Golden {
        double T, p, v, h, s, cp, w;
    };
    const auto expect_same = [](const State& state, const Golden& g) {
        EXPECT_NEAR(state.v, g.v, 1e-13 * g.v) << g.T << ' ' << g.p;
        EXPECT_NEAR(state.h, g.h, 1e-13 * g.h + 1e-9) << g.T << ' ' << g.p;
        EXPECT_NEAR(state.s, g.s, 1e-13 * g.s + 1e-10) << g.T << ' ' << g.p;
        EXPECT_NEAR(state.cp, g.cp, 1e-12 * g.cp) << g.T << ' ' << g.p;
        EXPECT_NEAR(state.w, g.w, 1e-12 * g.w) << g.T << ' ' << g.p;
    };
    const Golden liquid[] = {{274, 0.1e6, 1.00010538113849e-03, 3.64492517804241e+03, 1.29574400095272e+01,
                              4.21651215452382e+03, 1.40664569973227e+03},
                             {274, 99e6, 9.57232324630312e-04, 9.78073337137787e+04, 3.76652263887174e+00,
                              3.91148283947690e+03, 1.57765023451565e+03},
                             {450, 30e6, 1.10113468112505e-03, 7.65172248827912e+05, 2.07241400437447e+03,
                              4.28509286991656e+03, 1.48549802305597e+03},
                             {620, 20e6, 1.63071543199511e-03, 1.62119366876057e+06, 3.68901946239273e+03,
                              7.63433704679143e+03, 6.94550013462365e+02},
                             {620, 95e6, 1.31377335852056e-03, 1.53982680345649e+06, 3.38566550212070e+03,
                              4.63400883264117e+03, 1.22457601734385e+03}};
    const Golden steam[] = {{274, 0.0005e6, 2.52805991445306e+02, 2.50260856241673e+06, 9.25467731597485e+03,
                             1.87713133124652e+03, 4.09755911835205e+02},
                            {450, 0.9e6, 2.15856454449572e-01, 2.77698065712399e+06, 6.63001523012326e+03,
                             2.62543927131581e+03, 5.01352808409351e+02},
                            {622, 16e6, 9.57659789932354e-03, 2.60213635342685e+06, 5.28060878507211e+03,
                             1.34502888593000e+04, 4.36487273454797e+02},
                            {640, 18e6, 9.08890773402364e-03, 2.65257497149592e+06, 5.33099886215805e+03,
                             1.04850258191855e+04, 4.56016319635982e+02},
                            {863, 95e6, 2.71200436746426e-03, 2.83819905821831e+06, 5.14256569669843e+03,
                             5.30427803165284e+03, 7.48090134240811e+02},
                            {1073, 99e6, 4.37938523714972e-03, 3.71831742061986e+06, 6.04745973781182e+03,
                             3.56882618612801e+03, 8.19696254039505e+02}};
    for (const Golden& g : liquid) expect_same(region1(g.T, g.p), g);
    for (const Golden& g : steam) expect_same(region2(g.T, g.p), g);
}

TEST(If97, SaturationPressureAndTemperatureAreInverse) {
    for (double T = 273.15; T <= 647; T += 1.7) {
        EXPECT_NEAR(saturation_temperature(saturation_pressure(T)), T, 1e-9 * T);
        EXPECT_NEAR(d_saturation_temperature(saturation_pressure(T)) * d_saturation_pressure(T), 1, 1e-8);
    }
}

/// Fourth-order central difference with step h.
template <class F>
double slope(F f, double x, double h) {
    return (8 * (f(x + h) - f(x - h)) - (f(x + 2 * h) - f(x - 2 * h))) / (12 * h);
}

void expect_derivatives(State (*region)(double, double), double T, double p) {
    const State s = region(T, p);
    const double dT = 0.01, dp = 2e-3 * p;
    EXPECT_NEAR(slope([&](double t) { return region(t, p).h; }, T, dT), s.dh_dT, 1e-7 * s.cp) << T << ' ' << p;
    EXPECT_NEAR(slope([&](double t) { return region(t, p).v; }, T, dT), s.dv_dT, 1e-7 * s.v / 100) << T << ' ' << p;
    // The scale of dh/dp is v.
    EXPECT_NEAR(slope([&](double q) { return region(T, q).h; }, p, dp), s.dh_dp, 1e-7 * s.v + 1e-9 * s.h / p)
        << T << ' ' << p;
    EXPECT_NEAR(slope([&](double q) { return region(T, q).v; }, p, dp), s.dv_dp,
                1e-7 * std::fabs(s.dv_dp) + 1e-11 * s.v / p)
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
        EXPECT_NEAR(slope(saturation_pressure, T, 0.02), d_saturation_pressure(T), 2e-8 * d_saturation_pressure(T))
            << T;
}

// h'' - h' = T (s'' - s') = T (v'' - v') dp/dT: three separate fits meet on the saturation line.
// The tolerances are ours: what the fits leave open up to 623.15 K, their common end.
TEST(If97, TheThreeRegionsMeetOnTheSaturationLine) {
    for (double T = 273.16; T <= 623.15; T += 1.3) {
        const double p = saturation_pressure(T);
        const State liquid = region1(T, p), vapour = region2(T, p);
        const double latent = vapour.h - liquid.h;
        EXPECT_NEAR(T * (vapour.s - liquid.s), latent, 3e-4 * latent) << T;
        EXPECT_NEAR(T * (vapour.v - liquid.v) * d_saturation_pressure(T), latent, 2e-3 * latent) << T;
    }
    // The datum: u' = s' = 0 at the triple point.
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
                           region2(1073.15, 100e6).h, region2(273.15, 1e-3).h,
                           region1(saturation_temperature(on), on).h, region2(saturation_temperature(on), on).h})
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
