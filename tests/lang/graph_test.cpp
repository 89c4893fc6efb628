#include "lang/graph.h"
#include "lang/scalar_math.h"
#include "world.h"
#include <gtest/gtest.h>

namespace viresco::lang {
namespace {

TEST(Graph, EqualExpressionsAreOneNode) {
    Graph g;
    const NodeId a = g.parameter(0), b = g.parameter(1);
    EXPECT_EQ(g.parameter(0), a);
    EXPECT_EQ(g.add(a, b), g.add(b, a));
    EXPECT_EQ(g.multiply(a, b), g.multiply(b, a));
    EXPECT_NE(g.subtract(a, b), g.subtract(b, a));
    EXPECT_EQ(g.unary(Op::exp, g.multiply(a, b)), g.unary(Op::exp, g.multiply(b, a)));
    const int size = g.size();
    for (int i = 0; i < 1000; ++i) g.unary(Op::exp, g.multiply(b, a));
    EXPECT_EQ(g.size(), size);
    EXPECT_NE(g.constant(1), g.constant(std::nextafter(1.0, 2.0)));
    EXPECT_EQ(g.constant(0.0), g.constant(-0.0));
}

TEST(Graph, ThousandsOfNodesKeepTheirIdentity) {
    Graph g;
    std::vector<NodeId> ids;
    for (int i = 0; i < 20000; ++i) ids.push_back(g.add(g.parameter(i % 100), g.constant(i + 0.5)));
    for (int i = 0; i < 20000; ++i)
        ASSERT_EQ(g.add(g.parameter(i % 100), g.constant(i + 0.5)), ids[static_cast<size_t>(i)]);
}

TEST(Graph, WhatIsNothingStaysNothing) {
    Graph g;
    const NodeId a = g.parameter(0), zero = g.zero(), one = g.one();
    EXPECT_EQ(g.multiply(zero, a), zero);
    EXPECT_EQ(g.multiply(g.missing(0), zero), zero);
    EXPECT_EQ(g.divide(zero, a), zero);
    EXPECT_EQ(g.add(zero, a), a);
    EXPECT_EQ(g.subtract(a, zero), a);
    EXPECT_EQ(g.subtract(a, a), zero);
    EXPECT_EQ(g.multiply(one, a), a);
    EXPECT_EQ(g.divide(a, one), a);
    EXPECT_EQ(g.power(a, zero), one);
    EXPECT_EQ(g.power(a, one), a);
    EXPECT_EQ(g.negate(g.negate(a)), a);
    EXPECT_EQ(g.add(a, g.negate(a)), zero);
    EXPECT_EQ(g.select(one, a, zero), a);
    EXPECT_EQ(g.select(zero, a, one), one);
    EXPECT_EQ(g.select(g.less(a, one), a, a), a);
    EXPECT_EQ(g.geometric(zero, a), one);
    EXPECT_EQ(g.min(a, a), a);
}

TEST(Graph, ConstantsFoldToTheBitsOfEvaluation) {
    const char* formulas[] = {"exp(X)",          "log(X)",
                              "X^1.7",           "X^X",
                              "sqrt(X)",         "tanh(X)",
                              "expm1(X)",        "log1p(X)",
                              "geometric(X, 3)", "geometric(X, 2.5)",
                              "X / 3 - 1 / X",   "min(X, 1) + max(X, 0.5)",
                              "abs(0 - X)",      "ratio(1, X, 0)"};
    for (const char* formula : formulas)
        for (const char* x : {"0.3", "1", "2.7182", "17"}) {
            std::string constant = formula;
            for (size_t i; (i = constant.find('X')) != std::string::npos;) constant.replace(i, 1, x);
            World w("folded = " + constant + "\nrun = " + formula);
            w.parameter("X", std::stod(x));
            ASSERT_TRUE(w.solve()) << constant << w.diagnostics.text(Language::en);
            EXPECT_EQ(w["folded"], w["run"]) << constant;
            EXPECT_TRUE(w.program.straight().front().size() > 0);
        }
}

// ---- geometric(E, n) = 1 + E + .. + E^n

class Geometric : public testing::TestWithParam<double> {};

TEST_P(Geometric, IsTheDirectSumWithItsDerivatives) {
    const long double E = GetParam();
    for (int n = 0; n <= 20; ++n) {
        long double sum = 0, slope = 0, power = 1, before = 0;
        for (int k = 0; k <= n; ++k) {
            sum += power;
            slope += k * before;
            before = power;
            power *= E;
        }
        const double e = GetParam(), m = n;
        EXPECT_NEAR(scalar::geometric(e, m) / static_cast<double>(sum), 1, 4e-14) << "E " << e << " n " << n;
        if (slope == 0)
            EXPECT_EQ(scalar::geometric_dE(e, m), 0) << "E " << e << " n " << n;
        else
            EXPECT_NEAR(scalar::geometric_dE(e, m) / static_cast<double>(slope), 1, 1e-12) << "E " << e << " n " << n;
        // By n: E^(n+1) log E / (E - 1), which is n-continuous; 1 at E = 1, 0 at E = 0.
        const long double by_n = E == 0 ? 0 : E == 1 ? 1 : std::pow(E, n + 1.0L) * std::log(E) / (E - 1);
        EXPECT_NEAR(scalar::geometric_dn(e, m), static_cast<double>(by_n), 1e-12 * std::fabs(static_cast<double>(by_n)))
            << "E " << e << " n " << n;
    }
}

INSTANTIATE_TEST_SUITE_P(Factors, Geometric,
                         testing::Values(0.0, 1e-300, 1e-12, 1e-9, 1e-4, 0.3, 0.49, 0.51, 0.9, 1 - 1e-6, 1 - 1e-9, 1.0,
                                         1 + 1e-9, 1 + 1e-6, 1.1, 1.49, 1.51, 2.0, 3.0, 50.0, 1e6));

TEST(GeometricForRealN, IsSmoothAcrossItsBranches) {
    // Between whole numbers the closed form (E^(n+1) - 1) / (E - 1) in long double decides.
    for (const long double E : {1e-10L, 0.2L, 0.4999L, 0.5001L, 0.999L, 1.001L, 1.4999L, 1.5001L, 4.0L})
        for (const long double n : {0.5L, 1.25L, 3.7L, 11.5L}) {
            const auto f = [&](long double x) { return (std::pow(x, n + 1) - 1) / (x - 1); };
            const long double slope = ((n + 1) * std::pow(E, n) * (E - 1) - (std::pow(E, n + 1) - 1)) /
                                      ((E - 1) * (E - 1));
            EXPECT_NEAR(scalar::geometric(static_cast<double>(E), static_cast<double>(n)), static_cast<double>(f(E)),
                        1e-12 * static_cast<double>(f(E)));
            EXPECT_NEAR(scalar::geometric_dE(static_cast<double>(E), static_cast<double>(n)),
                        static_cast<double>(slope), 1e-9 * std::fabs(static_cast<double>(slope)))
                << "E " << static_cast<double>(E) << " n " << static_cast<double>(n);
        }
}

TEST(Geometric, OfManyStagesStaysFinite) {
    EXPECT_NEAR(scalar::geometric_dE(2, 500) / (std::pow(2.0, 500) * 499), 1,
                1e-9); // (n 2^(n+1) - (n+1) 2^n) + 1 = 2^n (n - 1) + 1
    EXPECT_NEAR(scalar::geometric_dE(0.5, 2000), 4, 1e-12);
    EXPECT_NEAR(scalar::geometric(0.5, 2000), 2, 1e-15);
    EXPECT_NEAR(scalar::geometric_dE(0.999, 5000) / ((1 - std::pow(0.999, 5000) * (0.999 + 5001 * 0.001)) / 1e-6), 1,
                1e-8);
}

// ---- derivatives only of what is taken

struct Branch {
    const char* formula;
    double x, value, slope;
};
void PrintTo(const Branch& b, std::ostream* out) { *out << b.formula << " at " << b.x; }
class BranchTaken : public testing::TestWithParam<Branch> {};

TEST_P(BranchTaken, GivesTheDerivative) {
    const Branch& b = GetParam();
    World w(std::string("y = ") + b.formula);
    w.parameter("x", b.x);
    ASSERT_TRUE(w.solve()) << w.diagnostics.text(Language::en);
    EXPECT_DOUBLE_EQ(w["y"], b.value);
    const auto [reverse, forward] = w.derivative("y", "x");
    EXPECT_DOUBLE_EQ(reverse, b.slope);
    EXPECT_DOUBLE_EQ(forward, b.slope);
    // The third way: the symbolic Jacobian of a Newton block, y == z solved for x from the value of y.
    if (b.slope == 0) return;
    std::string formula = b.formula;
    for (size_t i = 0; (i = formula.find('x', i)) != std::string::npos; i += 1)
        if ((i == 0 || !std::isalpha(static_cast<unsigned char>(formula[i - 1]))) &&
            (i + 1 == formula.size() || !std::isalpha(static_cast<unsigned char>(formula[i + 1]))))
            formula[i] = 'u';
    World v("solve u: " + formula + " == z from s");
    v.parameter("z", b.value).parameter("s", b.x);
    ASSERT_TRUE(v.solve()) << formula << v.diagnostics.text(Language::en);
    EXPECT_DOUBLE_EQ(v["u"], b.x);
    const auto [dz, dz_forward] = v.derivative("u", "z");
    EXPECT_DOUBLE_EQ(dz, 1 / b.slope);
    EXPECT_DOUBLE_EQ(dz_forward, 1 / b.slope);
}

INSTANTIATE_TEST_SUITE_P(
    Edges, BranchTaken,
    testing::Values(Branch{"if(x > 0, log(x), 0) + x", 0, 0, 1}, Branch{"if(x > 0, log(x), 0)", 0, 0, 0},
                    Branch{"if(x > 0, sqrt(x), 2 * x)", 0, 0, 2}, Branch{"if(x <= 0, 3 * x, 1 / x)", 0, 0, 3},
                    Branch{"ratio(1, x, 5) + 2 * x", 0, 5, 2}, Branch{"ratio(x, x, 1) + x", 0, 1, 1},
                    Branch{"ratio(1, x, 5)", 0.5, 2, -4}, Branch{"ratio(x, 2 * x, 7)", 3, 0.5, 0},
                    Branch{"positive(x)", -1, 0, 0}, Branch{"positive(x)", 2, 2, 1},
                    Branch{"max(x, 2) + min(x, 5)", 3, 6, 2}, Branch{"abs(x)", -3, 3, -1}, Branch{"x^2.5", 0, 0, 0},
                    Branch{"(x + 1)^x", 0, 1, 0}, Branch{"if(x > 0, x^x, x)", 0, 0, 1},
                    Branch{"if(not x > 1, if(x < 0, 1 / (x - 1), 4 * x), sqrt(x - 1))", 1, 4, 4},
                    Branch{"geometric(x, 3)", 0, 1, 1}, Branch{"geometric(x, 3)", 1, 4, 6}));

TEST(BranchTaken, ANumberThatIsNoneStaysNone) {
    // ratio() is for a denominator that vanishes, not for one that cannot be computed.
    World w("y = ratio(1, log(x), 0)");
    w.parameter("x", -1);
    ASSERT_TRUE(w.solve());
    EXPECT_TRUE(std::isnan(w["y"]));
}

} // namespace
} // namespace viresco::lang
