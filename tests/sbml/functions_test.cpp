// Every operator of MathML against the C library or its definition.
#include "model_text.h"
#include <cmath>

namespace viresco::sbml {
namespace {

/// The value of a formula: as an initial assignment of p.
double value_of(const std::string& m) {
    const std::string text = model(
        list("Parameters", parameter("p", 0) + parameter("x", 0)) +
        list("InitialAssignments", "<initialAssignment symbol=\"p\">" + math(m) + "</initialAssignment>"));
    return at(run_text(text, 1, 1, {"p"}), 0);
}

struct UnaryCase {
    const char* name;
    double (*expected)(double);
    std::vector<double> at;
};

TEST(Functions, OfOneArgumentEqualTheirDefinitions) {
    const std::vector<double> any{-2.5, -1, -0.3, 0.2, 0.5, 1, 3.7}, inside{-0.9, -0.2, 0.1, 0.99},
        positive{0.1, 1, 2.5}, outside{-3.0, -1.5, 1.25, 4};
    const UnaryCase cases[] = {
        {"abs", [](double x) { return std::fabs(x); }, any},
        {"exp", [](double x) { return std::exp(x); }, any},
        {"ln", [](double x) { return std::log(x); }, positive},
        {"log", [](double x) { return std::log10(x); }, positive},
        {"root", [](double x) { return std::sqrt(x); }, positive},
        {"floor", [](double x) { return std::floor(x); }, any},
        {"ceiling", [](double x) { return std::ceil(x); }, any},
        {"factorial", [](double x) { return std::tgamma(x + 1); }, {0, 1, 5, 20, 170}},
        {"sin", [](double x) { return std::sin(x); }, any},
        {"cos", [](double x) { return std::cos(x); }, any},
        {"tan", [](double x) { return std::tan(x); }, any},
        {"sec", [](double x) { return 1 / std::cos(x); }, any},
        {"csc", [](double x) { return 1 / std::sin(x); }, any},
        {"cot", [](double x) { return 1 / std::tan(x); }, any},
        {"sinh", [](double x) { return std::sinh(x); }, {-3, -1e-9, 1e-9, 2}},
        {"cosh", [](double x) { return std::cosh(x); }, any},
        {"tanh", [](double x) { return std::tanh(x); }, any},
        {"sech", [](double x) { return 1 / std::cosh(x); }, any},
        {"csch", [](double x) { return 1 / std::sinh(x); }, any},
        {"coth", [](double x) { return 1 / std::tanh(x); }, any},
        {"arcsin", [](double x) { return std::asin(x); }, {-1, -0.9, 0, 0.1, 1}},
        {"arccos", [](double x) { return std::acos(x); }, {-1, -0.9, 0, 0.1, 0.999999, 1}},
        {"arctan", [](double x) { return std::atan(x); }, any},
        {"arcsec", [](double x) { return std::acos(1 / x); }, outside},
        {"arccsc", [](double x) { return std::asin(1 / x); }, outside},
        {"arccot", [](double x) { return std::atan(1 / x); }, any},
        {"arcsinh", [](double x) { return std::asinh(x); }, {-1e6, -2, -1e-9, 0, 1e-9, 2, 1e6}},
        {"arccosh", [](double x) { return std::acosh(x); }, {1, 1.5, 20}},
        {"arctanh", [](double x) { return std::atanh(x); }, inside},
        {"arcsech", [](double x) { return std::acosh(1 / x); }, {0.1, 0.5, 1}},
        {"arccsch", [](double x) { return std::asinh(1 / x); }, outside},
        {"arccoth", [](double x) { return std::atanh(1 / x); }, outside},
        {"minus", [](double x) { return -x; }, any},
        {"not", [](double x) { return x == 0 ? 1.0 : 0.0; }, {0, 1, 2}},
    };
    for (const UnaryCase& c : cases)
        for (const double x : c.at) {
            const double expected = c.expected(x);
            EXPECT_NEAR(value_of(op(c.name, cn(x))), expected, 4e-15 * std::fabs(expected))
                << c.name << "(" << x << ")";
        }
    EXPECT_TRUE(std::isnan(value_of(op("factorial", cn(-1)))));
    EXPECT_TRUE(std::isinf(value_of(op("factorial", cn(171)))));
}

TEST(Functions, OfTwoArguments) {
    EXPECT_EQ(value_of(op("minus", cn(7) + cn(9))), -2);
    EXPECT_EQ(value_of(op("divide", cn(7) + cn(2))), 3.5);
    EXPECT_NEAR(value_of(op("power", cn(-2) + cn(3))), -8, 1e-14);
    EXPECT_NEAR(value_of(op("root", "<degree>" + cn(3) + "</degree>" + cn(27))), 3, 1e-14);
    EXPECT_NEAR(value_of(op("log", "<logbase>" + cn(2) + "</logbase>" + cn(8))), 3, 1e-14);
    // Towards zero, and the remainder has the sign of the dividend.
    const double pairs[][2] = {{7, 3}, {-7, 3}, {7, -3}, {-7, -3}, {6, 3}};
    for (const auto& [a, b] : pairs) {
        EXPECT_EQ(value_of(op("quotient", cn(a) + cn(b))), std::trunc(a / b)) << a << " " << b;
        EXPECT_EQ(value_of(op("rem", cn(a) + cn(b))), std::fmod(a, b)) << a << " " << b;
    }
}

TEST(Functions, TruthTables) {
    for (const double a : {0.0, 1.0})
        for (const double b : {0.0, 1.0}) {
            const std::string both = cn(a) + cn(b);
            EXPECT_EQ(value_of(op("and", both)), a * b);
            EXPECT_EQ(value_of(op("or", both)), std::max(a, b));
            EXPECT_EQ(value_of(op("xor", both)), a != b);
            EXPECT_EQ(value_of(op("implies", both)), a <= b);
            for (const double c : {0.0, 1.0})
                EXPECT_EQ(value_of(op("xor", both + cn(c))), std::fmod(a + b + c, 2)) << a << b << c;
        }
    for (const double a : {1.0, 2.0, 3.0}) {
        EXPECT_EQ(value_of(op("lt", cn(a) + cn(2))), a < 2);
        EXPECT_EQ(value_of(op("leq", cn(a) + cn(2))), a <= 2);
        EXPECT_EQ(value_of(op("gt", cn(a) + cn(2))), a > 2);
        EXPECT_EQ(value_of(op("geq", cn(a) + cn(2))), a >= 2);
        EXPECT_EQ(value_of(op("eq", cn(a) + cn(2))), a == 2);
        EXPECT_EQ(value_of(op("neq", cn(a) + cn(2))), a != 2);
    }
    // A number is true where it is not 0.
    EXPECT_EQ(value_of(op("and", cn(-3) + cn(0.1))), 1);
}

TEST(Functions, OfAnyNumberOfArguments) {
    EXPECT_EQ(value_of(op("plus", "")), 0);
    EXPECT_EQ(value_of(op("times", "")), 1);
    EXPECT_EQ(value_of(op("plus", cn(1) + cn(2) + cn(4))), 7);
    EXPECT_EQ(value_of(op("times", cn(3) + cn(2) + cn(4))), 24);
    EXPECT_EQ(value_of(op("min", cn(3) + cn(2) + cn(4))), 2);
    EXPECT_EQ(value_of(op("max", cn(3) + cn(2) + cn(4))), 4);
    EXPECT_EQ(value_of(op("lt", cn(1) + cn(2) + cn(3))), 1);
    EXPECT_EQ(value_of(op("lt", cn(1) + cn(3) + cn(2))), 0);
    const auto piece = [](double v, double condition) { return "<piece>" + cn(v) + cn(condition) + "</piece>"; };
    const std::string otherwise = "<otherwise>" + cn(9) + "</otherwise>";
    EXPECT_EQ(value_of("<piecewise>" + piece(5, 0) + piece(6, 1) + piece(7, 1) + otherwise + "</piecewise>"), 6);
    EXPECT_EQ(value_of("<piecewise>" + piece(5, 0) + otherwise + "</piecewise>"), 9);
    EXPECT_TRUE(std::isnan(value_of("<piecewise>" + piece(5, 0) + "</piecewise>")));
}

TEST(Functions, TheSameOfAVariableAsOfANumber) {
    // x goes from -2 to 2 as time goes on: what folds to a number above is now evaluated.
    const std::string x = op("minus", time_symbol + cn(2));
    const char* names[] = {"sin", "cos", "arctan", "floor", "ceiling", "sinh", "arcsinh", "abs"};
    double (*expected[])(double) = {[](double v) { return std::sin(v); },   [](double v) { return std::cos(v); },
                                    [](double v) { return std::atan(v); },  [](double v) { return std::floor(v); },
                                    [](double v) { return std::ceil(v); },  [](double v) { return std::sinh(v); },
                                    [](double v) { return std::asinh(v); }, [](double v) { return std::fabs(v); }};
    for (size_t k = 0; k < std::size(names); ++k) {
        const auto run = run_text(model(list("Parameters", "<parameter id=\"p\" constant=\"false\"/>") +
                                        list("Rules", assignment_rule("p", op(names[k], x)))),
                                  4, 16, {"p"});
        for (int row = 0; row <= 16; ++row)
            EXPECT_NEAR(at(run, row), expected[k](0.25 * row - 2), 1e-14) << names[k] << " " << row;
    }
}

} // namespace
} // namespace viresco::sbml
