#include "base/messages/lang.h"
#include "world.h"
#include <algorithm>
#include <gtest/gtest.h>
#include <ostream>
#include <random>

namespace viresco::lang {
namespace {

// ---- units

struct Rule {
    const char *formula, *result; // the SI unit, or "line:column id" of the error
};
void PrintTo(const Rule& r, std::ostream* out) { *out << r.formula; }
class UnitRule : public testing::TestWithParam<Rule> {};

TEST_P(UnitRule, IsChecked) {
    World w(std::string("y = ") + GetParam().formula);
    w.parameter("m", 2, "kg")
        .parameter("t", 3, "s")
        .parameter("T", 300, "K")
        .parameter("x", 0.5)
        .parameter("p", 1e5, "Pa")
        .parameter("money", 5, "CNY2024");
    w.table("flow", {{"water", 1}, {"acetic", 2}, {"citric", 3}, {"butanol", 4}}, "kg/s");
    const std::string found = w.dimension("y");
    EXPECT_EQ(w.diagnostics.has_errors() ? w.error() : found, GetParam().result) << w.diagnostics.text(Language::en);
    if (w.diagnostics.has_errors()) {
        EXPECT_EQ(found, "wrong");
        EXPECT_EQ(w.errors().size(), 1u) << w.diagnostics.text(Language::en);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Rules, UnitRule,
    testing::Values(
        // sums, comparisons and branches need one dimension; products make new ones
        Rule{"m + 1 [t]", "kg"}, Rule{"m + t", "1:5 units_differ_in_sum"}, Rule{"m - t", "1:5 units_differ_in_sum"},
        Rule{"m + 1", "1:5 units_differ_in_sum"}, Rule{"m * t", "kg.s"}, Rule{"m / t", "kg/s"}, Rule{"m / m", "1"},
        Rule{"-m", "kg"}, Rule{"1 / (1 / m)", "kg"}, Rule{"if(m < t, 1, 2)", "1:8 units_differ_in_comparison"},
        Rule{"if(m < 1 [g], m, t)", "1:5 units_differ_in_branches"}, Rule{"if(m < 1 [g], m, 2 [t])", "kg"},
        Rule{"min(m, t)", "1:12 units_differ_in_sum"}, Rule{"max(m, 1 [g], 2 [t])", "kg"},
        Rule{"sum(if(c in acids, m, t) for c in all)", "1:9 units_differ_in_sum"},
        Rule{"sum(flow[c] for c in all)", "kg/s"}, Rule{"product(m for i in 1..3)", "kg3"},
        Rule{"max(flow[c] for c in acids)", "kg/s"},
        // the literal 0 fits every dimension, 0 [kg] does not, and neither does 1
        Rule{"m + 0", "kg"}, Rule{"0 - t", "s"}, Rule{"max(m, 0)", "kg"}, Rule{"max(0, t)", "s"},
        Rule{"if(m > 0, m, 0)", "kg"}, Rule{"t + 0 [kg]", "1:5 units_differ_in_sum"}, Rule{"0", "any"},
        Rule{"ratio(m, t, 0)", "kg/s"}, Rule{"sum(flow[c] for c in all if c in acids and c in solvents) + m", "kg"},
        // powers and roots
        Rule{"m^2", "kg2"}, Rule{"m^-1", "1/kg"}, Rule{"(m^2)^0.5", "kg"}, Rule{"sqrt(m^2)", "kg"},
        Rule{"(m^3)^(1/3)", "kg"}, Rule{"m^x", "1:7 exponent_must_be_number"}, Rule{"x^x", "1"},
        Rule{"m^pi", "1:7 exponent_must_be_number"}, Rule{"x^m", "1:7 must_be_dimensionless"}, Rule{"m^0", "1"},
        // functions of numbers
        Rule{"exp(x)", "1"}, Rule{"exp(m)", "1:9 must_be_dimensionless"}, Rule{"log(m / 1 [kg])", "1"},
        Rule{"log(m)", "1:9 must_be_dimensionless"}, Rule{"log10(t)", "1:11 must_be_dimensionless"},
        Rule{"tanh(t)", "1:10 must_be_dimensionless"}, Rule{"expm1(t)", "1:11 must_be_dimensionless"},
        Rule{"log1p(t)", "1:11 must_be_dimensionless"}, Rule{"abs(m)", "kg"}, Rule{"positive(m)", "kg"},
        Rule{"geometric(x, 3)", "1"}, Rule{"geometric(m, 3)", "1:15 must_be_dimensionless"},
        Rule{"geometric(x, m)", "1:18 must_be_dimensionless"}, Rule{"ratio(m, t, 1)", "1:17 units_differ_in_branches"},
        Rule{"number(m, [g])", "1"}, Rule{"number(m, [s])", "1:12 wrong_dimension"},
        Rule{"number(m, 3)", "1:15 number_needs_unit"}, Rule{"x + number(m)", "1:9 wrong_number_of_arguments"},
        Rule{"water_enthalpy(T) + 1 [kJ/kg]", "m2/s2"}, Rule{"water_enthalpy(m)", "1:20 wrong_dimension"},
        Rule{"steam_volume(T, p)", "m3/kg"}, Rule{"steam_volume(p, T)", "1:18 wrong_dimension"},
        // money, tags: dimensions of their own
        Rule{"money + 1 [CNY2023]", "1:5 units_differ_in_sum"}, Rule{"money / m", "CNY2024/kg"},
        Rule{"1 [kgCO2e] + m", "1:5 units_differ_in_sum"}, Rule{"1 [kgCOD/kg] * m", "kgCOD"},
        // a condition is a truth value, not a quantity
        Rule{"if(m, 1, 2)", "1:8 must_be_dimensionless"}, Rule{"if(not m, 1, 2)", "1:12 must_be_dimensionless"},
        Rule{"if(m and x < 1, 1, 2)", "1:8 must_be_dimensionless"},
        // constants
        Rule{"R * T + 1 [J/mol]", "kg.m2/(mol.s2)"}, Rule{"T0 - T", "K"}, Rule{"p0 + p", "Pa"}, Rule{"pi", "1"},
        // numbers of arguments, names
        Rule{"exp(x, x)", "1:5 wrong_number_of_arguments"}, Rule{"if(x < 1, 2)", "1:5 wrong_number_of_arguments"},
        Rule{"ratio(x, x)", "1:5 wrong_number_of_arguments"}, Rule{"min(x)", "1:5 wrong_number_of_arguments"},
        Rule{"exq(x)", "1:5 unknown_function"}, Rule{"moo", "1:5 unknown_name"},
        Rule{"flow[watr]", "1:10 unknown_index"}, Rule{"flow", "1:5 different_number_of_indices"},
        Rule{"sum(1 for c in alll)", "1:20 unknown_set"}, Rule{"exp(flow[c] for c in all)", "1:5 not_a_reduction"},
        Rule{"min(x for c in all if c == water and c != water)", "1:5 empty_extremum"},
        Rule{"x / 0", "1:9 division_by_constant_zero"}, Rule{"sum(1 for i in 1..x)", "1:20 range_needs_integer"},
        Rule{"sum(1 for i in 1..2.5)", "1:20 range_needs_integer"},
        Rule{"sum(1 for i in 1..20000)", "1:20 range_needs_integer"},
        Rule{"sum(1 for i in 1..-1e300)", "1:20 range_needs_integer"},
        Rule{"sum(1 for c in all if x > 0)", "1:27 condition_not_about_indices"},
        Rule{"sum(c for c in all)", "1:9 index_as_value"}, Rule{"sum(flow[c-1] for c in all)", "1:14 offset_of_name"}));

TEST(Units, EquationsNeedOneDimensionToo) {
    World w("solve x: x * 2 [s] == 3 [kg] from 1 [kg]");
    EXPECT_FALSE(w.solve());
    EXPECT_EQ(w.error(), "1:7 equation_units_differ");
    World v("solve x: x^2 == 4");
    EXPECT_FALSE(v.solve());
    EXPECT_EQ(v.error(), "1:7 solve_needs_start");
}

TEST(Units, ExpectedDimensionOfAFamily) {
    World w("y = 3 [kg]\nz = 0");
    w.declare();
    w.model.expect_dimension("y", w.model.dim("K"));
    w.model.expect_dimension("z", w.model.dim("K"));
    EXPECT_TRUE(w.value("y").wrong);
    EXPECT_EQ(w.error(), "1:5 wrong_dimension");
    EXPECT_EQ(w.dimension("z"), "K");
}

// ---- names, order, cycles

TEST(Names, OrderOfStatementsDoesNotMatterToTheLastBit) {
    std::vector<std::string> lines{"a = 1.1 * b + exp(-c)",
                                   "b = c^2 / 3",
                                   "c = sum(v[i] * 0.1 for i in 1..n)",
                                   "v[i] = i + d for i in 1..n",
                                   "d = sqrt(p) + q[acetic]",
                                   "q[c] = if(c in acids, 0.3, 0.7) * p for c in all",
                                   "e = max(a, b, c) - min(q[c] for c in all)",
                                   "solve f: f^3 + f == a from 1",
                                   "g = f * e + ratio(a, b, 0)"};
    std::vector<double> reference;
    std::mt19937 bits(7);
    for (int k = 0; k < 30; ++k) {
        std::string text;
        for (const std::string& line : lines) text += line + "\n";
        World w(text);
        w.parameter("p", 1.7);
        ASSERT_TRUE(w.solve()) << w.diagnostics.text(Language::en);
        std::vector<double> values;
        for (const char* name : {"a", "b", "c", "d", "e", "f", "g"}) values.push_back(w[name]);
        if (k == 0) reference = values;
        EXPECT_EQ(values, reference) << text;
        for (size_t i = lines.size(); i > 1; --i) std::swap(lines[i - 1], lines[bits() % i]);
    }
    EXPECT_NEAR(reference[5] * reference[5] * reference[5] + reference[5], reference[0], 1e-12);
}

TEST(Names, ACycleIsPrinted) {
    World w("a = b + 1\nb = 2 * c[water]\nc[i] = a for i in all\nd = a");
    EXPECT_FALSE(w.compile());
    ASSERT_EQ(w.errors().size(), 1u) << w.diagnostics.text(Language::en);
    EXPECT_EQ(w.error(), "3:8 cyclic_formulas");
    const Diagnostic& d = w.diagnostics.all().front();
    EXPECT_EQ(d.message.args.at(0), "a -> b -> c[water] -> a");
    EXPECT_EQ(d.related.size(), 3u);
}

TEST(Names, ADefinitionOfItselfIsACycleOfOne) {
    World w("a = a + 1");
    EXPECT_FALSE(w.compile());
    EXPECT_EQ(w.error(), "1:5 cyclic_formulas");
    EXPECT_EQ(w.diagnostics.all().front().message.args.at(0), "a -> a");
}

TEST(Names, NeighboursInARangeAreNoCycle) {
    World w("x[1] = 1\nx[i] = x[i-1] * 2 for i in 2..n\ny = x[n]\nz = sum(x[i] for i in 1..n if i < n)");
    ASSERT_TRUE(w.solve()) << w.diagnostics.text(Language::en);
    EXPECT_EQ(w["y"], 8);
    EXPECT_EQ(w["z"], 7);
    World v("x[i] = x[i+1] for i in 1..n\ny = x[1]");
    EXPECT_FALSE(v.compile());
    EXPECT_EQ(v.error(), "1:8 member_not_defined");
}

TEST(Names, OverlappingRulesAreReportedAtTheSecond) {
    World w(
        "D[c] = 0 for c in all if c not in acids\nD[acetic] = 1\nD[c] = 2 for c in acids\ny = D[water]\nz = D[acetic]");
    EXPECT_FALSE(w.compile());
    ASSERT_EQ(w.errors().size(), 1u) << w.diagnostics.text(Language::en);
    EXPECT_EQ(w.error(), "3:1 defined_twice");
    EXPECT_EQ(w.diagnostics.all().front().related.at(0).first.line, 3); // line 2 of the formula
    World v("a = 1\na = 2");
    EXPECT_FALSE(v.compile());
    EXPECT_EQ(v.error(), "2:1 defined_twice");
    World u("a[c] = 1 for c in all\na = 2");
    EXPECT_FALSE(u.compile());
    EXPECT_EQ(u.error(), "2:1 different_number_of_indices");
}

TEST(Names, RulesThatDoNotOverlapShareAFamily) {
    World w("D[c] = 0 for c in all if c not in acids\nD[c] = 1 for c in acids if c != citric\nD[citric] = 2\ns = "
            "sum(D[c] for c in all)\nk = D[key]");
    ASSERT_TRUE(w.solve()) << w.diagnostics.text(Language::en);
    EXPECT_EQ(w["s"], 3);
    EXPECT_EQ(w["k"], 1);
}

TEST(Names, AMemberWithoutARule) {
    World w("D[c] = 1 for c in acids\ny = D[water]");
    EXPECT_FALSE(w.compile());
    EXPECT_EQ(w.error(), "2:5 member_not_defined");
}

TEST(Names, SetsTagsRangesAndConditions) {
    World w("a = sum(1 for c in all)\n"
            "b = sum(1 for c in acids if c != key)\n"
            "c = sum(1 for x in all, y in all if x < y)\n"
            "d = sum(i * j for i in 1..3, j in 1..i)\n"
            "e = sum(1 for i in 1..0) + 5\n"
            "f = sum(1 for i in 0..2, j in 2..4 if i < j)\n"
            "g = sum(sum(i for i in 1..2) for i in 3..4)\n"
            "h = product(i for i in 1..5)\n"
            "k = sum(i for i in 1..n if i == 2 or i > 3)\n"
            "l = sum(1 for c in all if not (c in acids or c == water))\n"
            "m = if(key == acetic, 1, 2) + if(key != acetic, 10, 20)\n"
            "o = sum(if(i > 1 and x[i-1] > 1, 1, 0) for i in 1..n)\n"
            "x[i] = i for i in 1..n");
    ASSERT_TRUE(w.solve()) << w.diagnostics.text(Language::en);
    EXPECT_EQ(w["a"], 4);
    EXPECT_EQ(w["b"], 1);
    EXPECT_EQ(w["c"], 6);  // the pairs of four
    EXPECT_EQ(w["d"], 25); // 1 + 2 (1 + 2) + 3 (1 + 2 + 3)
    EXPECT_EQ(w["e"], 5);
    EXPECT_EQ(w["f"], 8); // integers are compared as numbers: of the nine only 2 < 2 fails
    EXPECT_EQ(w["g"], 6); // the inner i hides the outer
    EXPECT_EQ(w["h"], 120);
    EXPECT_EQ(w["k"], 6);
    EXPECT_EQ(w["l"], 1);
    EXPECT_EQ(w["m"], 21);
    EXPECT_EQ(w["o"], 2);
}

TEST(Names, TwoIndices) {
    World w("L[i, j] = 10 * i + j for i in 1..n, j in 1..i\nL[i, j] = 0 for i in 1..n, j in 1..n if j > i\ny = L[3, "
            "2]\nz = L[2, 3]\n"
            "D[i, i] = 1 for i in 1..n\nD[i, j] = 0 for i in 1..n, j in 1..n if i != j\ntrace = sum(D[i, j] for i in "
            "1..n, j in 1..n)\nM[j, i] = i for i in 1..n, j in 1..i\nm = M[2, 3]");
    ASSERT_TRUE(w.solve()) << w.diagnostics.text(Language::en);
    EXPECT_EQ(w["y"], 32);
    EXPECT_EQ(w["z"], 0);
    EXPECT_EQ(w["trace"], 4);
    EXPECT_EQ(w["m"], 3);
}

TEST(Names, AnErrorInARuleIsSaidOnce) {
    World w("x[c] = 1 [kg] + 1 [s] for c in all\ny = sum(x[c] for c in all)\nz[c] = 1 for c in nowhere\nu = sum(z[c] "
            "for c in all)");
    EXPECT_FALSE(w.compile());
    const auto errors = w.errors();
    EXPECT_EQ(std::count(errors.begin(), errors.end(), "1:8 units_differ_in_sum"), 1);
    EXPECT_EQ(std::count(errors.begin(), errors.end(), "3:19 unknown_set"), 1);
}

TEST(Names, DeepChainsAreAnErrorNotACrash) {
    std::string text;
    constexpr int n = 20000;
    for (int i = 0; i < n; ++i)
        text += "x" + std::to_string(i) + " = abs(abs(abs(sum(x" + std::to_string(i + 1) + " + 1 for i in 1..1))))\n";
    World w(text + "x" + std::to_string(n) + " = 1\n");
    EXPECT_FALSE(w.compile());
    const auto errors = w.errors();
    EXPECT_TRUE(std::any_of(errors.begin(), errors.end(),
                            [](const auto& e) { return e.find("expression_too_deep") != std::string::npos; }));
    // A chain of two hundred definitions is nothing special.
    text.clear();
    for (int i = 0; i < 200; ++i) text += "x" + std::to_string(i) + " = x" + std::to_string(i + 1) + " + 1\n";
    World v(text + "x200 = 1\n");
    ASSERT_TRUE(v.solve()) << v.diagnostics.text(Language::en);
    EXPECT_EQ(v["x0"], 201);
}

TEST(Names, SumsOfSumsWithoutEndAreAnErrorNotAWait) {
    World w("y = sum(sum(sum(1 for i in 1..10000) for j in 1..10000) for k in 1..10000)");
    EXPECT_FALSE(w.compile());
    EXPECT_EQ(w.errors().size(), 1u);
    EXPECT_EQ(w.error(), "1:28 too_many_terms");
}

// ---- what is not there

TEST(Zeros, WhatIsNotThereCostsNothingAndNeedsNoProperty) {
    World w("m[c] = 0 for c in acids\nm[c] = p for c in all if c not in acids\nH = sum(m[c] * h[c] for c in all)\nw = "
            "sum(m[c] / h[c] for c in all)");
    w.parameter("p", 2).table("h", {{"water", 3}, {"butanol", 4}});
    for (const char* c : {"acetic", "citric"})
        w.model.bind_value("h", {w.model.member(c)}, w.model.missing({message::unknown_name, {c}}, 0, {}), "", {});
    ASSERT_TRUE(w.solve()) << w.diagnostics.text(Language::en);
    EXPECT_EQ(w["H"], 14);
    EXPECT_DOUBLE_EQ(w["w"], 2.0 / 3 + 0.5);
    EXPECT_EQ(w.missing("H"), -1);
    EXPECT_EQ(w.missing("w"), -1);
}

} // namespace
} // namespace viresco::lang
