// Conversion factors against their defining relations, and what does not convert.
#include "units/unit.h"
#include <gtest/gtest.h>
#include <numbers>
#include <ostream>
#include <string>

using namespace viresco::units;

namespace {

struct Relation {
    const char* name;
    const char* unit;
    double factor; // SI value of 1 unit
    const char* dimension;
};

void PrintTo(const Relation& r, std::ostream* out) { *out << r.unit; }

class DefiningRelation : public testing::TestWithParam<Relation> {};

TEST_P(DefiningRelation, Holds) {
    const Relation& r = GetParam();
    UnitError error;
    const auto unit = parse_unit(r.unit, &error);
    ASSERT_TRUE(unit) << error.message.text(viresco::Language::en);
    EXPECT_EQ(unit->factor, r.factor) << "exactly, not nearly";
    EXPECT_EQ(unit->offset, 0);
    EXPECT_EQ(unit->dimension.text(), r.dimension);
    EXPECT_EQ(unit->text, r.unit);
}

constexpr Relation relations[] = {
    {"gram_is_1e_3_kg", "g", 1e-3, "kg"},
    {"microgram", "ug", 1e-9, "kg"},
    {"microgram_micro_sign", "\u00B5g", 1e-9, "kg"},
    {"microgram_greek_mu", "\u03BCg", 1e-9, "kg"},
    {"tonne_is_1000_kg", "t", 1e3, "kg"},
    {"megatonne", "Mt", 1e9, "kg"},
    {"kilodalton_CODATA_2018", "kDa", 1.66053906660e-24, "kg"},
    {"litre_is_dm3", "L", 1e-3, "m3"},
    {"millilitre_is_cm3", "mL", 1e-6, "m3"},
    {"cubic_centimetre", "cm3", 1e-6, "m3"},
    {"hectolitre", "hL", 0.1, "m3"},
    {"decametre", "dam", 10, "m"},
    {"hectare", "ha", 1e4, "m2"},
    {"minute_is_60_s", "min", 60, "s"},
    {"hour_is_60_min", "h", 3600, "s"},
    {"day_is_24_h", "d", 86400, "s"},
    {"year_is_365_25_d", "a", 365.25 * 86400, "s"},
    {"yr_is_a", "yr", 365.25 * 86400, "s"},
    {"newton", "N", 1, "N"},
    {"newton_from_base", "kg.m.s-2", 1, "N"},
    {"pascal_is_N_per_m2", "N/m2", 1, "Pa"},
    {"joule_is_N_m", "N.m", 1, "J"},
    {"watt_is_J_per_s", "J/s", 1, "W"},
    {"volt_is_W_per_A", "W/A", 1, "V"},
    {"coulomb_is_A_s", "A*s", 1, "C"},
    {"ohm_is_V_per_A", "V/A", 1, "Ohm"},
    {"ohm_greek", "k\u03A9", 1e3, "Ohm"},
    {"siemens_is_1_per_ohm", "1/Ohm", 1, "S"},
    {"farad_is_C_per_V", "C/V", 1, "F"},
    {"weber_is_V_s", "V s", 1, "Wb"},
    {"tesla_is_Wb_per_m2", "Wb/m2", 1, "T"},
    {"henry_is_Wb_per_A", "Wb/A", 1, "H"},
    {"lumen_is_cd_sr", "lm", 1, "cd"},
    {"lux_is_lm_per_m2", "lx", 1, "cd/m2"},
    {"becquerel", "kBq", 1e3, "1/s"},
    {"hertz", "MHz", 1e6, "1/s"},
    {"gray_is_J_per_kg", "Gy", 1, "m2/s2"},
    {"katal_is_mol_per_s", "nkat", 1e-9, "mol/s"},
    {"bar_is_1e5_Pa", "bar", 1e5, "Pa"},
    {"millibar_is_hPa", "mbar", 100, "Pa"},
    {"standard_atmosphere", "atm", 101325, "Pa"},
    {"conventional_mmHg_13_5951_g_cm3", "mmHg", 133.322387415, "Pa"},
    {"thermochemical_calorie", "kcal_th", 4184, "J"},
    {"international_table_calorie", "kcal_IT", 4186.8, "J"},
    {"watt_hour_is_3600_J", "Wh", 3600, "J"},
    {"kWh_is_3_6_MJ", "kWh", 3.6e6, "J"},
    {"GWh", "GWh", 3.6e12, "J"},
    {"kgce_is_29_3076_MJ_7000_kcal_IT", "kgce", 29.3076e6, "J"},
    {"gce", "gce", 29307.6, "J"},
    {"tce_is_7e6_kcal_IT", "tce", 7e6 * 4186.8, "J"},
    {"BTU_international_table", "BTU", 1055.05585262, "J"},
    {"poise_is_0_1_Pa_s", "P", 0.1, "kg/(m.s)"},
    {"centipoise_is_mPa_s", "cP", 1e-3, "kg/(m.s)"},
    {"stokes_is_cm2_per_s", "St", 1e-4, "m2/s"},
    {"molar_is_mol_per_L", "M", 1000, "mol/m3"},
    {"millimolar_is_mol_per_m3", "mM", 1, "mol/m3"},
    {"micromolar", "uM", 1e-3, "mol/m3"},
    {"percent", "%", 0.01, "1"},
    {"parts_per_million", "ppm", 1e-6, "1"},
    {"parts_per_billion", "ppb", 1e-9, "1"},
    {"turns_per_minute", "rpm", 1.0 / 60, "1/s"},
    {"volumes_per_volume_and_minute", "vvm", 1.0 / 60, "1/s"},
    {"radian_is_1", "rad", 1, "1"},
    {"degree_is_pi_over_180", "deg", std::numbers::pi / 180, "1"},
    {"gram_per_litre_is_kg_per_m3", "g/L", 1, "kg/m3"},
    {"mg_per_litre_is_g_per_m3", "mg/L", 1e-3, "kg/m3"},
    {"per_hour", "1/h", 1.0 / 3600, "1/s"},
    {"negative_exponent", "m3.d-1", 1.0 / 86400, "m3/s"},
    {"productivity", "g.L-1.h-1", 1.0 / 3600, "kg/(m3.s)"},
    {"specific_energy", "kWh/m3", 3.6e6, "Pa"},
    {"quotients_from_the_left", "W/m2/K", 1, "kg/(K.s3)"},
    {"quotient_by_parenthesis", "W/(m2 K)", 1, "kg/(K.s3)"},
    {"kg_per_kg", "kg/kg", 1, "1"},
    {"cells_per_mL", "Mcells/mL", 1e12, "cells/m3"},
    {"enzyme_activity", "kU/L", 1e6, "U/m3"},
    {"money_with_year", "kCNY2024", 1e3, "CNY2024"},
    {"price", "MEUR2022/t", 1e3, "EUR2022/kg"},
    {"carbon_footprint", "gCO2e/kWh", 1e-3 / 3.6e6, "kgCO2e.s2/(kg.m2)"},
    {"carbon_footprint_with_a_space", "kg CO2e/kWh", 1 / 3.6e6, "kgCO2e.s2/(kg.m2)"},
    {"tagged_mass_per_mass", "kg CO2e/kg", 1, "kgCO2e/kg"},
    {"cod_load", "kg COD/(m3.d)", 1.0 / 86400, "kgCOD/(m3.s)"},
    {"nitrogen_after_mass", "mg N/L", 1e-3, "kgN/m3"},
    {"phosphorus_joined", "mgP/L", 1e-3, "kgP/m3"},
    {"dry_weight", "g DW/L", 1, "kgDW/m3"},
    {"solids", "gTSS/m3", 1e-3, "kgTSS/m3"},
    {"five_day_bod", "mg BOD5/L", 1e-3, "kgBOD/m3"},
};

std::string relation_name(const testing::TestParamInfo<Relation>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Table, DefiningRelation, testing::ValuesIn(relations), relation_name);

TEST(Conversion, NormalCubicMetreIsAnAmountOfGas) {
    // p V = n R T at 101325 Pa and 273.15 K; 22.413969.. L/mol is the CODATA molar volume.
    for (const char* text : {"Nm3", "Nm^3", "Nm**3", "Nm\u00B3"}) {
        const auto unit = parse_unit(text);
        ASSERT_TRUE(unit) << text;
        EXPECT_EQ(unit->dimension.text(), "mol");
        EXPECT_NEAR(1 / unit->factor, 22.41396954e-3, 1e-11) << text;
    }
    EXPECT_EQ(parse_unit("Nm3/h")->dimension.text(), "mol/s");
    EXPECT_EQ(parse_unit("mg/Nm3")->dimension.text(), "kg/mol");
    EXPECT_EQ(parse_unit("Nm3.h-1")->factor, parse_unit("Nm3/h")->factor);
    EXPECT_FALSE(parse_unit("Nm2"));
    EXPECT_FALSE(parse_unit("Nm"));
    EXPECT_FALSE(parse_unit("Nm^32"));
}

TEST(Conversion, ElectronVoltIsExactInSI) {
    EXPECT_DOUBLE_EQ(parse_unit("eV")->factor, 1.602176634e-19);
    EXPECT_DOUBLE_EQ(parse_unit("MeV")->factor, 1.602176634e-13);
}

TEST(Conversion, AffineTemperatures) {
    EXPECT_DOUBLE_EQ(parse_quantity("0 degC")->si, 273.15);
    EXPECT_DOUBLE_EQ(parse_quantity("-40 degC")->si, 233.15);
    EXPECT_DOUBLE_EQ(parse_quantity("-40 degF")->si, 233.15); // where both scales meet
    EXPECT_DOUBLE_EQ(parse_quantity("212 degF")->si, 373.15);
    EXPECT_DOUBLE_EQ(parse_quantity("37 \u00B0C")->si, 310.15);
    EXPECT_DOUBLE_EQ(parse_quantity("37 (degC)")->si, 310.15);
    EXPECT_EQ(parse_quantity("5 K")->si, 5);
    for (const char* name : {"degC", "degF", "K", "kWh"}) {
        const Unit unit = *parse_unit(name);
        EXPECT_NEAR(unit.from_si(unit.to_si(36.6)), 36.6, 1e-12) << name;
    }
}

TEST(Conversion, TagsDoNotCancelWithPlainMass) {
    for (const char* tagged : {"kg CO2e/kg", "g COD/g", "gN/gDW", "kgVSS/kgTSS", "kg N/kg P", "CNY2024/CNY2023",
                               "CNY2024/USD2024", "U/mol", "cells/mol", "OD"})
        EXPECT_FALSE(parse_unit(tagged)->dimension.dimensionless()) << tagged;
    for (const char* same : {"kg COD/kg COD", "mgN/mgN", "CNY2024/kCNY2024", "kgCO2e/tCO2eq", "U/MU"})
        EXPECT_TRUE(parse_unit(same)->dimension.dimensionless()) << same;
    EXPECT_NE(parse_unit("kat")->dimension, parse_unit("U")->dimension);
}

TEST(Conversion, TagOnlyAfterMassAndABlank) {
    EXPECT_EQ(parse_unit("kg N")->dimension.text(), "kgN");
    EXPECT_EQ(parse_unit("kg*N")->dimension.text(), "kg2.m/s2"); // an explicit product with newton
    EXPECT_EQ(parse_unit("kg.N")->dimension.text(), "kg2.m/s2");
    EXPECT_EQ(parse_unit("m N")->dimension.text(), "J");
    EXPECT_EQ(parse_unit("kWh/kg N")->dimension, parse_unit("kWh/(kgN)")->dimension);
    EXPECT_EQ(parse_unit("kg CO2e.kWh-1")->dimension, parse_unit("kgCO2e/kWh")->dimension);
    EXPECT_EQ(parse_unit("kWh.kgN-1")->dimension, parse_unit("kWh/kgN")->dimension);
}

TEST(Conversion, FactorsOfProductsMultiply) {
    const char* names[] = {"kg", "mL", "h", "kWh", "bar", "mol", "K", "CNY2024", "mgN", "%"};
    for (const char* a : names)
        for (const char* b : names) {
            const Unit x = *parse_unit(a), y = *parse_unit(b);
            const Unit product = *parse_unit(std::string(a) + "*" + b),
                       quotient = *parse_unit(std::string(a) + "/" + b);
            EXPECT_DOUBLE_EQ(product.factor, x.factor * y.factor) << a << "*" << b;
            EXPECT_DOUBLE_EQ(quotient.factor, x.factor / y.factor) << a << "/" << b;
            EXPECT_EQ(product.dimension, x.dimension * y.dimension);
            EXPECT_EQ(quotient.dimension, x.dimension / y.dimension);
        }
}

TEST(Dimension, GroupLaws) {
    const Dimension a = Dimension::base("kg") / Dimension::base("s").pow(2), b = Dimension::base("m").pow(1, 2);
    EXPECT_EQ(a * b, b * a);
    EXPECT_TRUE((a / a).dimensionless());
    EXPECT_EQ(b * b, Dimension::base("m"));
    EXPECT_EQ(a.pow(2, 4).pow(2), a);
    EXPECT_EQ(a.pow(-1), Dimension() / a);
    EXPECT_EQ(a.pow(1, -2), a.pow(-1, 2));
    EXPECT_TRUE(a.pow(0).dimensionless());
    EXPECT_EQ(b.text(), "m^(1/2)");
    EXPECT_EQ(Dimension().text(), "1");
    EXPECT_EQ((Dimension() / b).text(), "1/m^(1/2)");
    EXPECT_NE(a <=> b, std::strong_ordering::equal);
    EXPECT_THROW(a.pow(1, 0), std::domain_error);
    EXPECT_THROW(Dimension::base("m").pow(2147483647).pow(2), std::overflow_error);
}

} // namespace
