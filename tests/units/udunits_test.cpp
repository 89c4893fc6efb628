// UDUNITS-2 (Unidata) as an independent judge of factors, offsets and dimensions.
#include "units/unit.h"
#include <cmath>
#include <gtest/gtest.h>
#include <iterator>
#include <string>
#include <vector>
#ifdef VIRESCO_HAVE_UDUNITS
#include <udunits2.h>
#endif

namespace {

#ifdef VIRESCO_HAVE_UDUNITS

struct Pair {
    const char* ours;
    const char* theirs;
};

// Left out because UDUNITS means something else: a (are), yr (tropical year), rpm (radians), U, M;
// and eV, Da, whose values there precede the SI of 2019.
constexpr Pair pairs[] = {
    {"Mt", "1e6 t"},
    {"ha", "hectare"},
    {"Ohm", "ohm"},
    {"deg", "arc_degree"},
    {"kWh", "kW.h"},
    {"MWh", "MW.h"},
    {"kWh/m3", "kW.h/m3"},
    {"kcal_th", "1000 thermochemical_calorie"},
    {"kcal_IT", "1000 IT_calorie"},
    {"BTU", "Btu"},

    {"P", "poise"},
    {"cP", "centipoise"},
    {"St", "stokes"},
};

constexpr const char* alike[] = {
    "kg",         "g",           "mg",      "ug",         "\u00B5g",
    "t",          "m",           "cm",      "mm",         "um",
    "nm",         "km",          "dam",     "m2",         "m^2",
    "m\u00B2",    "cm3",         "m-1",     "L",          "mL",
    "uL",         "hL",          "s",       "ms",         "min",
    "h",          "d",           "1/d",     "h-1",        "K",
    "mK",         "degC",        "degF",    "\u00B0C",    "mol",
    "kmol",       "mmol",        "A",       "mA",         "cd",
    "N",          "kN",          "Pa",      "kPa",        "MPa",
    "hPa",        "J",           "MJ",      "GJ",         "W",
    "kW",         "Hz",          "C",       "V",          "S",
    "uS/cm",      "F",           "Wb",      "T",          "H",
    "Bq",         "Gy",          "Sv",      "kat",        "rad",
    "bar",        "mbar",        "atm",     "mmHg",       "%",
    "ppm",        "ppb",         "g/L",     "mg/L",       "g.L-1.h-1",
    "kg/m3",      "m3/h",        "m3.d-1",  "L/min",      "W/m2/K",
    "W/(m2.K)",   "kJ/(kg.K)",   "J/mol/K", "mol/(m3*s)", "mmol.g-1.h-1",
    "kg.m-1.s-2", "kg m2 s-3",   "mm2/s",   "N.m",        "kg/kg",
    "g/cm3",      "kW/m3",       "um/s",    "MJ/kg",      "m/s2",
    "C/mol",      "mol.m-2.s-1",
};

TEST(Udunits, AgreesOnFactorAndOffset) {
    using namespace viresco::units;
    ut_set_error_message_handler(ut_ignore);
    ut_system* system = ut_read_xml(nullptr);
    if (!system)
        GTEST_SKIP() << "UDUNITS-2 is linked but its unit database could not be read (package libudunits2-data)";
    int n_compared = 0;
    std::vector<Pair> all(std::begin(pairs), std::end(pairs));
    for (const char* text : alike) all.push_back({text, text});
    for (const Pair& pair : all) {
        const auto ours = parse_unit(pair.ours);
        ASSERT_TRUE(ours) << pair.ours;
        ut_unit* theirs = ut_parse(system, pair.theirs, UT_UTF8);
        ASSERT_NE(theirs, nullptr) << "UDUNITS does not read " << pair.theirs;
        // Their converter to our SI unit of the dimension also judges the dimension and its text.
        const std::string si_text = ours->dimension.text() == "Ohm" ? "ohm" : ours->dimension.text();
        ut_unit* si = ut_parse(system, si_text.c_str(), UT_UTF8);
        ASSERT_NE(si, nullptr) << "UDUNITS does not read " << si_text;
        cv_converter* convert = ut_get_converter(theirs, si);
        ASSERT_NE(convert, nullptr) << pair.theirs << " does not convert to " << si_text;
        const double offset = cv_convert_double(convert, 0), at_100 = cv_convert_double(convert, 100);
        EXPECT_NEAR(ours->to_si(100), at_100, 1e-12 * std::abs(at_100)) << pair.ours;
        EXPECT_NEAR(ours->offset, offset, 1e-12 * std::abs(at_100)) << pair.ours;
        cv_free(convert);
        ut_free(si);
        ut_free(theirs);
        ++n_compared;
    }
    ut_free_system(system);
    EXPECT_GE(n_compared, 60);
}

#else

TEST(Udunits, AgreesOnFactorAndOffset) {
    GTEST_SKIP() << "built without UDUNITS-2: install libudunits2-dev to compare with it";
}

#endif

} // namespace
