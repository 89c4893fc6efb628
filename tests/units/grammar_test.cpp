// What may be written, and what a wrong text is told: message, byte offset and length, hints.
#include "base/messages/units.h"
#include "units/unit.h"
#include <gtest/gtest.h>
#include <locale>
#include <ostream>
#include <string>

using namespace viresco;
using namespace viresco::units;

namespace {

TEST(Grammar, SpellingsOfOneUnitAgree) {
    const std::vector<std::vector<const char*>> groups = {
        {"m2", "m^2", "m**2", "m\u00B2", "m m", "m*m", "m.m", "m\u00B7m", "m\u22C5m", "(m)2", "(m)^2", "m^(2)",
         "m^(4/2)"},
        {"1/h", "h-1", "h^-1", "h\u207B\u00B9", "h**-1", "(h)-1", "1 / h", "h^(-1)",
         "h\u2212"
         "1"},
        {"W/m2/K", "W/(m2.K)", "W.m-2.K-1", "W m-2 K-1", "W m\u207B\u00B2 K\u207B\u00B9", "W/m2 /K", "W\u00A0/ (m2\tK)",
         "((W)/((m2*K)))"},
        {"kg CO2e/kWh", "kgCO2e/kWh", "kg  CO2eq / kWh", "kgCO2e.kWh-1", "kgCO2e/(kW.h)"},
        {"", "1", "-", "kg/kg", " 1 ", "  "},
        {"uL", "\u00B5L", "\u03BCL", "mm3"},
        {"m12", "m^12", "m\u00B9\u00B2"},
    };
    for (const auto& group : groups) {
        const auto first = parse_unit(group.front());
        ASSERT_TRUE(first) << group.front();
        for (const char* text : group) {
            const auto unit = parse_unit(text);
            ASSERT_TRUE(unit) << '"' << text << '"';
            EXPECT_EQ(unit->dimension, first->dimension) << text;
            EXPECT_DOUBLE_EQ(unit->factor, first->factor) << text;
        }
    }
}

TEST(Grammar, ProductAfterQuotientIsInTheNumerator) {
    EXPECT_EQ(parse_unit("kg/m3.s")->dimension, parse_unit("kg.s/m3")->dimension);
    EXPECT_EQ(parse_unit("kg/m3 s")->dimension, parse_unit("kg.s/m3")->dimension);
}

TEST(Grammar, TextIsAsWrittenWithoutOuterBlanks) {
    EXPECT_EQ(parse_unit("  kg / m3 ")->text, "kg / m3");
    EXPECT_EQ(parse_quantity(" 4  kWh/m3 ")->unit.text, "kWh/m3");
    EXPECT_EQ(parse_quantity("0.25")->unit.text, "");
}

struct Wrong {
    const char* text;
    size_t offset, length;
    MessageId message;
    const char* in_hints; // one of the hints contains it
};

void PrintTo(const Wrong& w, std::ostream* out) { *out << '"' << w.text << '"'; }

void expect_error(const Wrong& w, const UnitError& error) {
    EXPECT_EQ(error.offset, w.offset);
    EXPECT_EQ(error.length, w.length);
    EXPECT_STREQ(error.message.name(), (Message{w.message, {}}.name())) << error.message.text(Language::en);
    EXPECT_EQ(error.message.text(Language::zh).find('{'), std::string::npos);
    std::string hints;
    for (const Message& hint : error.hints) hints += hint.text(Language::en) + "\n";
    EXPECT_NE(hints.find(w.in_hints), std::string::npos) << hints;
}

class WrongUnit : public testing::TestWithParam<Wrong> {};
TEST_P(WrongUnit, IsExplained) {
    UnitError error;
    ASSERT_FALSE(parse_unit(GetParam().text, &error));
    expect_error(GetParam(), error);
    EXPECT_FALSE(parse_unit(GetParam().text)) << "without asking for the error";
}

using namespace message;
INSTANTIATE_TEST_SUITE_P(
    Unit, WrongUnit,
    testing::Values(
        Wrong{"kwh/m3", 0, 3, unit_unknown, "'kWh'"}, Wrong{"kg/m3.hour", 6, 4, unit_unknown, "list measures"},
        Wrong{"kg/ m3 / mim", 9, 3, unit_unknown, "'min'"}, Wrong{"kmin", 0, 4, unit_unknown, "'min'"},
        Wrong{"pH", 0, 2, unit_unknown, "leave the unit out"}, Wrong{"BOU", 0, 3, unit_unknown, "list measures"},
        Wrong{"m3d", 0, 3, unit_unknown, "list measures"}, Wrong{"kg CO2/kWh", 3, 3, unit_unknown, "CO2e, COD"},
        Wrong{"kcal/kg", 0, 4, unit_ambiguous_calorie, "kcal_th (4184 J) or kcal_IT (4186.8 J)"},
        Wrong{"J/cal", 2, 3, unit_ambiguous_calorie, "kcal_IT"}, Wrong{"CNY/kg", 0, 3, unit_money_year, "CNY2024"},
        Wrong{"kEUR22", 0, 6, unit_money_year, "kEUR2024"}, Wrong{"USD0224", 0, 7, unit_money_year, "USD2024"},
        Wrong{"kg/RMB", 3, 3, unit_unknown, "CNY2024"}, Wrong{"$/kg", 0, 1, unit_unknown, "USD2024"},
        Wrong{"CO2e/kWh", 0, 4, unit_tag_alone, "kgCO2e"}, Wrong{"m3 COD", 3, 3, unit_tag_alone, "g COD"},
        Wrong{"kg N2/h", 3, 2, unit_tag_power, "(kgN)^2"}, Wrong{"1/kgN2", 2, 4, unit_tag_power, "(kgN)^2"},
        Wrong{"degC/min", 0, 4, unit_affine, "write K"}, Wrong{"W/(m2.degF)", 6, 4, unit_affine, "write K"},
        Wrong{"degC-1", 0, 4, unit_affine, "write K"}, Wrong{"1/\u00B0C", 2, 3, unit_affine, "write K"},
        Wrong{"1000 kg", 0, 4, unit_number, "prefix"}, Wrong{"kg 1", 3, 1, unit_number, "only 1"},
        Wrong{"m^0.5", 4, 1, unit_number, "m^(1/2)"}, Wrong{"1.5/h", 0, 3, unit_number, "1/h"},
        Wrong{"(kg/m3", 0, 1, unit_parenthesis_open, ""}, Wrong{"kg)/m3", 2, 1, unit_parenthesis_close, ""},
        Wrong{"kg/", 3, 1, unit_expected, ""}, Wrong{"kg//m3", 3, 1, unit_expected, ""},
        Wrong{"()", 1, 1, unit_expected, ""}, Wrong{"kg..m", 3, 1, unit_unexpected, "kWh/(m3.d)"},
        Wrong{"kg-m", 2, 1, unit_unexpected, "kWh/(m3.d)"}, Wrong{"m2^3", 2, 1, unit_unexpected, ""},
        Wrong{"kg(m)", 2, 1, unit_missing_operator, "'*'"}, Wrong{"m^3d", 3, 1, unit_missing_operator, "'*'"},
        Wrong{"m^", 1, 1, unit_bad_exponent, "m^(1/2)"}, Wrong{"m^-x", 1, 2, unit_bad_exponent, "m-1"},
        Wrong{"m^(1/0)", 1, 5, unit_bad_exponent, "m^(1/2)"}, Wrong{"m\u207B", 1, 3, unit_bad_exponent, "m^-1"},
        Wrong{"m100", 1, 3, unit_exponent_range, ""}, Wrong{"m^99999999999999999999", 2, 20, unit_exponent_range, ""},
        Wrong{"m99.m", 4, 1, unit_exponent_range, ""}, Wrong{"ym^20", 0, 5, unit_factor_range, ""},
        Wrong{"kg\xFF/m", 2, 1, unit_unexpected, ""}, Wrong{"\xC3", 0, 1, unit_unexpected, ""}));

class WrongQuantity : public testing::TestWithParam<Wrong> {};
TEST_P(WrongQuantity, IsExplained) {
    UnitError error;
    ASSERT_FALSE(parse_quantity(GetParam().text, &error));
    expect_error(GetParam(), error);
    EXPECT_FALSE(parse_quantity(GetParam().text));
}

INSTANTIATE_TEST_SUITE_P(
    Quantity, WrongQuantity,
    testing::Values(
        Wrong{"1,000 kg", 1, 1, quantity_separator, "(1000)"}, Wrong{"0,5 kg", 1, 1, quantity_separator, "(0.5)"},
        Wrong{"1_000 kg", 1, 1, quantity_separator, "(1000)"}, Wrong{"12 34", 3, 2, quantity_two_numbers, "(1000)"},
        Wrong{"1 000 kg", 2, 3, quantity_two_numbers, "(1000)"}, Wrong{"12 1", 3, 1, quantity_two_numbers, ""},
        Wrong{"5 -3", 2, 2, quantity_two_numbers, ""}, Wrong{"1.2.3 kg", 3, 2, quantity_two_numbers, ""},
        Wrong{"inf", 0, 3, quantity_not_finite, "4 kWh/m3"}, Wrong{"-Infinity kg", 0, 9, quantity_not_finite, ""},
        Wrong{"NaN", 0, 3, quantity_not_finite, ""}, Wrong{".inf", 0, 4, quantity_not_finite, ""},
        Wrong{"0x1F kg", 0, 4, quantity_hexadecimal, "1.5e-3"}, Wrong{"1e999 kg", 0, 5, quantity_range, ""},
        Wrong{"1e-999", 0, 6, quantity_range, ""}, Wrong{"1e308 Gt", 0, 8, quantity_range, ""},
        Wrong{"1e-320 yg", 0, 9, quantity_range, ""}, Wrong{"", 0, 1, quantity_no_number, "4 kWh/m3"},
        Wrong{"kg", 0, 2, quantity_no_number, "4 kWh/m3"}, Wrong{"+-1", 0, 3, quantity_no_number, ""},
        Wrong{".", 0, 1, quantity_no_number, ""}, Wrong{"3.2 CNY/kg", 4, 3, unit_money_year, "CNY2024"},
        Wrong{" 4  kwh/m3", 4, 3, unit_unknown, "'kWh'"}));

TEST(Quantities, Values) {
    EXPECT_EQ(parse_quantity("97 %")->si, 97 * 0.01);
    EXPECT_EQ(parse_quantity("97%")->si, 97 * 0.01);
    EXPECT_EQ(parse_quantity("3.2 CNY2024/kg")->si, 3.2);
    EXPECT_EQ(parse_quantity("1e-3")->si, 1e-3);
    EXPECT_TRUE(parse_quantity("1e-3")->dimension().dimensionless());
    EXPECT_EQ(parse_quantity("1.5e3 kWh/m3")->si, 1.5e3 * 3.6e6);
    EXPECT_EQ(parse_quantity("2eV")->si, parse_unit("eV")->factor * 2); // not an exponent
    EXPECT_EQ(parse_quantity("+.5 kg")->si, 0.5);
    EXPECT_EQ(parse_quantity("-5. m")->si, -5);
    EXPECT_EQ(parse_quantity("5 1/h")->si, 5.0 / 3600);
    EXPECT_EQ(parse_quantity("5 1 / h")->dimension().text(), "1/s");
    EXPECT_EQ(parse_quantity("0.5 -")->si, 0.5);
    EXPECT_EQ(parse_quantity("0 kg")->si, 0);
}

TEST(Quantities, DoNotDependOnTheLocale) {
    // A locale with a decimal comma must change nothing.
    struct Comma : std::numpunct<char> {
        char do_decimal_point() const override { return ','; }
        std::string do_grouping() const override { return "\3"; }
    };
    const std::locale before = std::locale::global(std::locale(std::locale::classic(), new Comma));
    const auto quantity = parse_quantity("1234.5 kg");
    const std::string text = format_number(1234.5);
    std::locale::global(before);
    EXPECT_EQ(quantity->si, 1234.5);
    EXPECT_EQ(text, "1234.5");
}

TEST(FormatNumber, ShortestThatReadsBack) {
    const std::pair<double, const char*> cases[] = {
        {0.1, "0.1"},
        {1e-12, "1e-12"},
        {55.4, "55.4"},
        {0, "0"},
        {1, "1"},
        {100000, "100000"},
        {-2.5, "-2.5"},
        {1e20, "1e20"},
        {1.5e300, "1.5e300"},
        {1e-5, "1e-5"},
        {0.0001, "0.0001"},
        {1.0 / 3, "0.3333333333333333"},
        {5e-324, "5e-324"},
        {1.7976931348623157e308, "1.7976931348623157e308"},
    };
    for (const auto& [value, text] : cases) {
        EXPECT_EQ(format_number(value), text);
        EXPECT_EQ(parse_quantity(text)->si, value) << text;
    }
}

} // namespace
