#include "base/messages/lca.h"
#include "database_builder.h"
#include "lang/evaluation.h"
#include "lca/formulas.h"
#include <cmath>
#include <gtest/gtest.h>
#include <numbers>

namespace viresco::lca {
namespace {

using test::DatabaseBuilder;

/// Value of a formula over x = 3, y = 0.5 of the process and g = 10, x = 100 of the database.
struct One {
    Database db;
    Diagnostics diagnostics;
    std::optional<Formulas> formulas;
    double value = std::nan("");

    explicit One(const std::string& text, std::vector<Parameter> more = {}) {
        DatabaseBuilder b;
        b.process("P").parameters = {{"x", 3, "", {}, ""}, {"Y", 0.5, "", {}, ""}};
        for (auto& p : more) b.db.processes[0].parameters.push_back(p);
        b.output("P", b.product("p"), 1).formula = text;
        db = b.db;
        db.parameters = {{"g", 10, "", {}, ""}, {"x", 100, "", {}, ""}};
        formulas = Formulas::compile(db, diagnostics);
        if (formulas) value = formulas->values().at(0);
    }
};

struct Case {
    const char* text;
    double expected;
};
class Formula : public testing::TestWithParam<Case> {};
TEST_P(Formula, HasTheValueOfOpenLca) {
    const One one(GetParam().text);
    ASSERT_TRUE(one.formulas) << one.diagnostics.text(Language::en);
    EXPECT_NEAR(one.value, GetParam().expected, 1e-14 * std::abs(GetParam().expected)) << GetParam().text;
}
INSTANTIATE_TEST_SUITE_P(
    Syntax, Formula,
    testing::Values(Case{"1 + 2*3", 7}, Case{"(1+2)*3", 9}, Case{"2^3^2", 64} /* from the left */,
                    Case{"-2^2", 4} /* the sign binds tighter */, Case{"8/4/2", 1}, Case{"10 - 4 - 3", 3},
                    Case{".5 + 1.5E-1 + 2e2", 200.65}, Case{"=x*2", 6}, Case{"X * y", 1.5} /* any case */,
                    Case{"g + x", 13} /* the process hides the database */, Case{"if(x=3;1;2)", 1},
                    Case{"IF(x <> 3, 1, 2)", 2}, Case{"if(x>2;if(y>2;1;2);3)", 2}, Case{"if(x>=3;1;0)+if(x<=2;1;0)", 1},
                    Case{"(x>2)&(y<1)", 1}, Case{"(x>2) and (y>1)", 0}, Case{"(x<2) | (y<1)", 1}, Case{"x<2 or y<1", 1},
                    Case{"and(1;x;0)", 0}, Case{"or(0;x)", 1}, Case{"not(x)", 0}, Case{"x = 3 xor y = 3", 1},
                    Case{"x == 3", 1}, Case{"x != 3", 0}, Case{"abs(-x)", 3}, Case{"sqrt(9)+sqr(x)", 12},
                    Case{"ln(exp(2))", 2}, Case{"log(1000)", 3}, Case{"lg(100)", 2}, Case{"pow(2;10)", 1024},
                    Case{"min(4;x;5)", 3}, Case{"max(1,2,x)", 3}, Case{"sum(1;2;3)", 6}, Case{"avg(1;2;6)", 3},
                    Case{"pi()", std::numbers::pi}, Case{"2*pi", 2 * std::numbers::pi}, Case{"7 div 2", 3},
                    Case{"7 mod 4", 3}, Case{"round(2.5)", 3}, Case{"int(-2.7)", -2}, Case{"sin(0)+cos(0)", 1},
                    Case{"cosh(0)+sinh(0)", 1}));

struct Bad {
    const char* text;
    MessageId hint;
    const char* arg;
};
class BadFormula : public testing::TestWithParam<Bad> {};
TEST_P(BadFormula, IsAnErrorWithProcessFlowAndReason) {
    const One one(GetParam().text);
    EXPECT_FALSE(one.formulas);
    ASSERT_EQ(one.diagnostics.n_errors(), 1);
    const auto& d = one.diagnostics.all()[0];
    EXPECT_EQ(d.message.id, message::lca_formula_wrong);
    EXPECT_EQ(d.message.args, (std::vector<std::string>{"P", "p", GetParam().text}));
    ASSERT_FALSE(d.hints.empty());
    EXPECT_EQ(d.hints[0].id, GetParam().hint);
    EXPECT_EQ(d.hints[0].args.empty() ? "" : d.hints[0].args[0], GetParam().arg);
}
INSTANTIATE_TEST_SUITE_P(
    Errors, BadFormula,
    testing::Values(Bad{"z + 1", message::lca_formula_name, "z"}, Bad{"foo(1)", message::lca_formula_function, "foo"},
                    Bad{"(1 + 2", message::lca_formula_expected, ")"}, Bad{"1 +", message::lca_formula_operand, ""},
                    Bad{"1 2", message::lca_formula_rest, "2"}, Bad{"if(1;2)", message::lca_formula_arguments, "if"},
                    Bad{"sqrt(1;2)", message::lca_formula_arguments, "sqrt"},
                    Bad{"1/0", message::lca_formula_not_finite, "inf"}));

TEST(Formulas, ChainsAndScopes) {
    const One one("mass * g",
                  {{"mass", 0, "volume*density", {}, ""}, {"volume", 2, "", {}, ""}, {"density", 0, "x + 1", {}, ""}});
    EXPECT_EQ(one.value, 80);
}

TEST(Formulas, NamesWithBlanksAroundThem) {
    const One one("Acrolein  * 2", {{" Acrolein  ", 4, "", {}, ""}});
    EXPECT_EQ(one.value, 8);
}

TEST(Formulas, CircularParametersAreNamedWithTheirCycle) {
    const One one("a", {{"a", 0, "b + 1", {}, ""}, {"b", 0, "c", {}, ""}, {"c", 0, "2*a", {}, ""}});
    EXPECT_FALSE(one.formulas);
    ASSERT_EQ(one.diagnostics.n_errors(), 1);
    const auto& d = one.diagnostics.all()[0];
    EXPECT_EQ(d.message.text(Language::en), "parameters of 'P' depend on each other: a -> b -> c -> a");
    EXPECT_EQ(d.hints.at(0).id, message::lca_formula_circular_hint);
}

TEST(Formulas, DeepNestingIsAnErrorNotACrash) {
    const One one(std::string(100'000, '(') + "1");
    EXPECT_FALSE(one.formulas);
    EXPECT_EQ(one.diagnostics.all().at(0).hints.at(0).id, message::lca_formula_deep);
}

TEST(Formulas, LongChainsOfParametersAreAnErrorNotACrash) {
    std::vector<Parameter> chain;
    for (int i = 0; i < 100'000; ++i)
        chain.push_back({"p" + std::to_string(i), 0, "p" + std::to_string(i + 1), {}, ""});
    chain.push_back({"p100000", 1, "", {}, ""});
    const One one("p0", chain);
    EXPECT_FALSE(one.formulas);
}

TEST(Formulas, SamplesAndDerivativesFlow) {
    const One one("x^2 * y");
    ASSERT_TRUE(one.formulas);
    const auto& f = *one.formulas;
    ASSERT_EQ(f.inputs().size(), 4u); // g, x of the database; x, Y of the process
    std::vector<double> in = f.program().defaults();
    int x = -1;
    for (size_t i = 0; i < f.inputs().size(); ++i)
        if (f.inputs()[i].owner == Formulas::Input::Owner::process && f.inputs()[i].parameter == 0)
            x = static_cast<int>(i);
    ASSERT_GE(x, 0);
    in[static_cast<size_t>(x)] = 5;
    EXPECT_EQ(f.evaluate(in).at(0), 12.5);
    lang::Evaluation evaluation(f.program());
    evaluation.run(in);
    std::vector<double> gradient;
    const std::pair<int32_t, double> seed{f.program().root_slots()[0], 1.0};
    evaluation.gradient({&seed, 1}, gradient);
    EXPECT_DOUBLE_EQ(gradient[static_cast<size_t>(x)], 2 * 5 * 0.5);
}

TEST(Formulas, StepsOfParametersAreTakenAtTheirValuesWithAWarning) {
    const One one("round(x / 2)");
    ASSERT_TRUE(one.formulas);
    EXPECT_EQ(one.value, 2);
    ASSERT_EQ(one.diagnostics.all().size(), 1u);
    EXPECT_EQ(one.diagnostics.all()[0].severity, Severity::warning);
    EXPECT_EQ(one.diagnostics.all()[0].message.id, message::lca_formula_frozen);
}

TEST(Formulas, OnlyWhatVariesIsKeptForSampling) {
    using Kind = Distribution::Kind;
    const Distribution spread{Kind::uniform, 1, 3, 0};
    DatabaseBuilder b;
    const int p = b.product("p"), e = b.elementary("e");
    b.process("P").parameters = {{"a", 2, "", spread, ""}, {"b", 5, "", {}, ""}, {"c", 8, "a + b", spread, ""}};
    b.output("P", p, 1);
    b.output("P", e, 1).formula = "b * 2";    // certain
    b.output("P", e, 1).formula = "a * b";    // 10
    b.output("P", e, 1).formula = "round(a)"; // does not follow samples
    b.output("P", e, 1).formula = "c";        // 7 times an input of its own
    b.process("Q").parameters = {{"a", 1, "", spread, ""}};
    b.output("Q", b.product("q"), 1).formula = "a";
    Diagnostics diagnostics;
    const auto all = Formulas::compile_uncertain(b.db, diagnostics);
    ASSERT_TRUE(all);
    EXPECT_EQ(all->outputs().size(), 3u);
    const std::vector<char> first{1, 0};
    const auto f = Formulas::compile_uncertain(b.db, diagnostics, first);
    ASSERT_TRUE(f);
    ASSERT_EQ(f->outputs().size(), 2u);
    EXPECT_EQ(f->outputs()[0].index, 2);
    EXPECT_EQ(f->outputs()[1].index, 4);
    EXPECT_EQ(f->values(), (std::vector<double>{10, 7}));
    ASSERT_EQ(f->inputs().size(), 2u);
    EXPECT_FALSE(f->inputs()[0].relative);
    EXPECT_TRUE(f->inputs()[1].relative);
    EXPECT_EQ(f->evaluate(std::vector<double>{3, 2}), (std::vector<double>{15, 16}));
}

TEST(Formulas, OfCategoriesAndInLinking) {
    DatabaseBuilder b;
    const int p = b.product("p"), e = b.elementary("e");
    b.process("P").parameters = {{"k", 3, "", {}, ""}};
    b.output("P", p, 1);
    b.output("P", e, 7).formula = "2*k"; // the stored amount is stale
    auto& c = b.category("c");
    c.parameters = {{"weight", 0, "base*2", {}, ""}};
    b.factor(c, "e", 1);
    c.factors[0].formula = "weight";
    b.db.parameters = {{"base", 5, "", {}, ""}};
    const test::Solved s(b.db, "P");
    EXPECT_EQ(s.of("e"), 6);
    EXPECT_EQ(s.score[0], 60);
    EXPECT_EQ(s.report["formula_differs"], 1);
    const test::Solved plain(b.db, "P", 1, "", "plain");
    EXPECT_EQ(plain.of("e"), 7);
    EXPECT_EQ(plain.report["formulas_not_evaluated"], 1);
}

} // namespace
} // namespace viresco::lca
