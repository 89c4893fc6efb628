#include "base/messages/lang.h"
#include "lang/ast.h"
#include "world.h"
#include <algorithm>
#include <gtest/gtest.h>
#include <ostream>

namespace viresco::lang {
namespace {

using K = Expr::Kind;

std::string print(const IndexExpr& i) {
    std::string out = i.name;
    for (const IndexExpr& inner : i.indices) out += "{" + print(inner) + "}";
    if (i.offset) out += (i.offset > 0 ? "+" : "") + std::to_string(i.offset);
    return out;
}

std::string print(const Expr& e);

std::string print(const SetExpr& s) { return s.last ? std::to_string(s.first) + ".." + print(*s.last) : s.name; }

std::string print(const ForClause& c) {
    std::string out;
    for (const Binding& b : c.bindings) out += " for " + b.variable + " in " + print(b.set);
    if (c.condition) out += " if " + print(*c.condition);
    return out;
}

/// The tree in prefix form: every bracket that precedence implies is written.
std::string print(const Expr& e) {
    const auto list = [&](const std::string& head) {
        std::string out = "(" + head;
        for (const ExprPtr& a : e.arguments) out += " " + print(*a);
        return out + print(e.clause) + ")";
    };
    switch (e.kind) {
    case K::number: return units::format_number(e.number);
    case K::reference: {
        std::string out = e.name;
        for (const IndexExpr& i : e.indices) out += "[" + print(i) + "]";
        return out;
    }
    case K::negate: return list("neg");
    case K::add: return list("+");
    case K::subtract: return list("-");
    case K::multiply: return list("*");
    case K::divide: return list("/");
    case K::power: return list("^");
    case K::call:
    case K::reduce: return list(e.name);
    case K::unit: return "[" + e.unit.text + "]";
    case K::less: return list("<");
    case K::less_equal: return list("<=");
    case K::greater: return list(">");
    case K::greater_equal: return list(">=");
    case K::index_equal: return "(== " + print(e.indices[0]) + " " + print(e.indices[1]) + ")";
    case K::index_not_equal: return "(!= " + print(e.indices[0]) + " " + print(e.indices[1]) + ")";
    case K::in_set: return "(in " + print(e.indices[0]) + " " + print(e.set) + ")";
    case K::not_in_set: return "(not-in " + print(e.indices[0]) + " " + print(e.set) + ")";
    case K::logical_and: return list("and");
    case K::logical_or: return list("or");
    case K::logical_not: return list("not");
    }
    return "?";
}

std::string tree(const std::string& text) {
    Formula f(text);
    const ExprPtr e = parse_expression(*f.node, f.diagnostics);
    return e ? print(*e) : f.error();
}

TEST(Parse, PrecedenceAndAssociativity) {
    EXPECT_EQ(tree("a + b * c"), "(+ a (* b c))");
    EXPECT_EQ(tree("a * b + c"), "(+ (* a b) c)");
    EXPECT_EQ(tree("a - b - c"), "(- (- a b) c)");
    EXPECT_EQ(tree("a / b / c"), "(/ (/ a b) c)");
    EXPECT_EQ(tree("a / b * c"), "(* (/ a b) c)");
    EXPECT_EQ(tree("a ^ b ^ c"), "(^ a (^ b c))");
    EXPECT_EQ(tree("a * b ^ c * d"), "(* (* a (^ b c)) d)");
    EXPECT_EQ(tree("(a + b) * c"), "(* (+ a b) c)");
    EXPECT_EQ(tree("a < b + c and d >= e or f > g"), "(or (and (< a (+ b c)) (>= d e)) (> f g))");
    EXPECT_EQ(tree("not a < b and c > d"), "(and (not (< a b)) (> c d))");
    EXPECT_EQ(tree("not (a < b or c > d)"), "(not (or (< a b) (> c d)))");
    EXPECT_EQ(tree("(a + b) < c"), "(< (+ a b) c)");
}

TEST(Parse, SignsBindLooserThanPowersAndTighterThanProducts) {
    EXPECT_EQ(tree("-x^2"), "(neg (^ x 2))");
    EXPECT_EQ(tree("x^-2"), "(^ x (neg 2))");
    EXPECT_EQ(tree("2^-x^2"), "(^ 2 (neg (^ x 2)))");
    EXPECT_EQ(tree("-a * b"), "(* (neg a) b)");
    EXPECT_EQ(tree("a * -b"), "(* a (neg b))");
    EXPECT_EQ(tree("a - -b"), "(- a (neg b))");
    EXPECT_EQ(tree("+a"), "a");
    EXPECT_EQ(tree("- -a"), "(neg (neg a))");
    World w("a = -2^2\nb = (-2)^2\nc = 2^3^2\nd = 2^-1\ne = -2 [m] * 3");
    ASSERT_TRUE(w.solve());
    EXPECT_EQ(w["a"], -4);
    EXPECT_EQ(w["b"], 4);
    EXPECT_EQ(w["c"], 512);
    EXPECT_EQ(w["d"], 0.5);
    EXPECT_EQ(w["e"], -6);
}

TEST(Parse, NumbersAndUnits) {
    EXPECT_EQ(tree("1.5e3"), "1500");
    EXPECT_EQ(tree(".5"), "0.5");
    EXPECT_EQ(tree("2.*x"), "(* 2 x)");
    EXPECT_EQ(tree("2 [kg/h] * 3600"), "(* " + units::format_number(2.0 / 3600) + " 3600)");
    EXPECT_EQ(tree("25 [degC]"), "298.15");
    EXPECT_EQ(tree("number(T, [degC])"), "(number T [degC])");
}

TEST(Parse, NegativeTemperatureIsATemperature) {
    // -40 degC is 233.15 K; the sign belongs to the number, not to its kelvins.
    World w("T = -40 [degC]\nU = (-40 [degC])\ndelta = T - 25 [degC]\nneg = -(40 [degC])");
    ASSERT_TRUE(w.solve()) << w.diagnostics.text(Language::en);
    EXPECT_DOUBLE_EQ(w["T"], 233.15);
    EXPECT_DOUBLE_EQ(w["U"], 233.15);
    EXPECT_DOUBLE_EQ(w["delta"], -65);
    EXPECT_DOUBLE_EQ(w["neg"], -313.15);
}

TEST(Parse, IndicesSetsAndClauses) {
    EXPECT_EQ(tree("x[i-1]"), "x[i-1]");
    EXPECT_EQ(tree("x[i + 2, c]"), "x[i+2][c]");
    EXPECT_EQ(tree("nu[r, key[r]]"), "nu[r][key{r}]");
    EXPECT_EQ(tree("a.b.c[1]"), "a.b.c[1]");
    EXPECT_EQ(tree("sum(x[i] for i in 1..n)"), "(sum x[i] for i in 1..n)");
    EXPECT_EQ(tree("sum(x[i] for i in 1..n+1 if i > 2)"), "(sum x[i] for i in 1..(+ n 1) if (> i 2))");
    EXPECT_EQ(tree("sum(a[i, j] for i in (acids), j in 1..3 if i != water and i not in solvents)"),
              "(sum a[i][j] for i in acids for j in 1..3 if (and (!= i water) (not-in i solvents)))");
    EXPECT_EQ(tree("max(x[c] for c in all)"), "(max x[c] for c in all)");
    EXPECT_EQ(tree("if(c in acids, 1, 2)"), "(if (in c acids) 1 2)");
    EXPECT_EQ(tree("if(key[r] == water, 1, 2)"), "(if (== key{r} water) 1 2)");
    // A port may be called like a word of the language.
    EXPECT_EQ(tree("feed.in.m[c]"), "feed.in.m[c]");
}

TEST(Parse, ChineseNames) {
    EXPECT_EQ(tree("流量 * 浓度[水] + 过滤器.滤液.质量"), "(+ (* 流量 浓度[水]) 过滤器.滤液.质量)");
    Formula f("流量 + (质量 x");
    EXPECT_EQ(parse_expression(*f.node, f.diagnostics), nullptr);
    // Columns count characters, not bytes.
    EXPECT_EQ(f.error(), "1:10 expected_symbol");
}

TEST(Parse, FullWidthSymbolsAreNamed) {
    for (const auto& [text, place] : std::vector<std::pair<std::string, std::string>>{{"a＋b", "1:2"},
                                                                                      {"a × b", "1:3"},
                                                                                      {"a ÷ b", "1:3"},
                                                                                      {"max（a, b)", "1:4"},
                                                                                      {"max(a，b)", "1:6"},
                                                                                      {"流量　+ b", "1:3"},
                                                                                      {"a − b", "1:3"},
                                                                                      {"a ≤ b", "1:3"}}) {
        Formula f(text);
        EXPECT_EQ(parse_expression(*f.node, f.diagnostics), nullptr) << text;
        ASSERT_EQ(f.errors().size(), 1u) << text << "\n" << f.diagnostics.text(Language::en);
        EXPECT_EQ(f.error(), place + " full_width_symbol") << text;
    }
}

std::vector<std::string> targets(Formula& f) {
    std::vector<std::string> out;
    for (const Statement& s : parse_statements(*f.node, f.diagnostics))
        out.push_back(s.target + (s.value ? " " + print(*s.value) : "") + (s.right ? " == " + print(*s.right) : "") +
                      (s.start ? " from " + print(*s.start) : "") + print(s.clause));
    return out;
}

TEST(Parse, StatementsLinesAndComments) {
    Formula f("a = 1; b = 2 # two; c = 3\n"
              "\n"
              "# nothing but a comment\n"
              "d = a +   # goes on\n"
              "    b\n"
              "e = max(a,\n"
              "        b)\n"
              "x[c] = y[c] for c in all if c !=\n"
              "   water;;\n"
              "solve T: h(T) == 2 from 300 [K]\n"
              "g =\n"
              "  1");
    const std::vector<std::string> expected{
        "a 1", "b 2", "d (+ a b)", "e (max a b)", "x y[c] for c in all if (!= c water)", "T (h T) == 2 from 300",
        "g 1"};
    EXPECT_EQ(targets(f), expected);
    EXPECT_FALSE(f.diagnostics.has_errors()) << f.diagnostics.text(Language::en);
}

TEST(Parse, EveryStatementWithAnErrorIsReported) {
    Formula f("a = 1 +* 2\n"
              "b = 2\n"
              "c = (3\n"
              "    ]\n"
              "d = 5 kg\n"
              "for = 3\n"
              "e = x ** 2\n"
              "g = 7 [kgg]\n"
              "h = max(1, 2\n"
              ")  x\n"
              "k = 'x'");
    const auto good = targets(f);
    ASSERT_FALSE(good.empty());
    EXPECT_EQ(good.front(), "b 2");
    const auto errors = f.errors();
    EXPECT_TRUE(std::count(errors.begin(), errors.end(), "1:8 unexpected_token"));
    std::vector<std::string> places;
    for (const std::string& e : f.errors()) places.push_back(e.substr(0, e.find(':')));
    std::sort(places.begin(), places.end());
    for (const char* line : {"1", "4", "5", "6", "7", "8", "10", "11"})
        EXPECT_TRUE(std::count(places.begin(), places.end(), line)) << "line " << line << "\n"
                                                                    << f.diagnostics.text(Language::en);
    EXPECT_TRUE(f.hinted(message::unit_in_brackets));
    EXPECT_TRUE(f.hinted(message::power_is_caret));
}

struct Wrong {
    const char *text, *error;
};
void PrintTo(const Wrong& w, std::ostream* out) { *out << w.text; }
class WrongExpression : public testing::TestWithParam<Wrong> {};

TEST_P(WrongExpression, IsReportedAtItsCharacter) {
    Formula f(GetParam().text);
    EXPECT_EQ(parse_expression(*f.node, f.diagnostics), nullptr);
    EXPECT_EQ(f.error(), GetParam().error) << f.diagnostics.text(Language::en);
    EXPECT_EQ(f.errors().size(), 1u) << f.diagnostics.text(Language::en);
}

INSTANTIATE_TEST_SUITE_P(
    Museum, WrongExpression,
    testing::Values(Wrong{"a +", "1:5 formula_ends_early"}, Wrong{"a b", "1:3 unexpected_token"},
                    Wrong{"a == b * 2", "1:3 equal_on_reals_error"}, Wrong{"a + 1 == b", "1:7 equal_on_reals_error"},
                    Wrong{"a + 1 = b", "1:7 equal_on_reals_error"}, Wrong{"a < b < c", "1:7 unexpected_token"},
                    Wrong{"a[]", "1:3 unexpected_token"}, Wrong{"a[1.5]", "1:3 index_not_integer"},
                    Wrong{"a[i-1.5]", "1:5 index_not_integer"}, Wrong{"a[b,c,d]", "1:8 too_many_indices"},
                    Wrong{"a[b", "1:5 formula_ends_before"}, Wrong{"sum(a for 1 in x)", "1:11 unexpected_token"},
                    Wrong{"sum(a for i of x)", "1:13 expected_symbol"},
                    Wrong{"sum(a for i in 1.5..3)", "1:16 index_not_integer"},
                    Wrong{"1e999", "1:1 number_out_of_range"}, Wrong{"a @ b", "1:3 unexpected_character"},
                    Wrong{"if + 1", "1:1 keyword_as_name"}, Wrong{"25 [kgg]", "1:5 unit_unknown"},
                    Wrong{"25 [kg/]", "1:8 unit_expected"}, Wrong{"3 kg", "1:3 unexpected_token"},
                    Wrong{"a.", "1:2 unexpected_token"}, Wrong{"a..b", "1:2 unexpected_token"},
                    Wrong{")", "1:1 unexpected_token"}, Wrong{"max(a b)", "1:7 expected_symbol"},
                    Wrong{"a not b", "1:7 expected_symbol"}, Wrong{"# no more", "1:11 empty_formula"}));

TEST(Parse, EquationsTakeOneOrTwoSigns) {
    for (const char* text : {"a + 1 == b", "a + 1 = b"}) {
        Formula f(text);
        const Equation e = parse_equation(*f.node, f.diagnostics);
        ASSERT_TRUE(e.left && e.right) << f.diagnostics.text(Language::en);
        EXPECT_EQ(print(*e.left) + "=" + print(*e.right), "(+ a 1)=b");
    }
    Formula f("a + 1 < b");
    EXPECT_FALSE(parse_equation(*f.node, f.diagnostics).left);
    EXPECT_EQ(f.error(), "1:7 equation_expected");
}

TEST(Parse, PartOfAScalar) {
    Formula f("xx a + b) yy");
    const ExprPtr e = parse_expression(*f.node, 3, 8, f.diagnostics);
    ASSERT_TRUE(e);
    EXPECT_EQ(print(*e), "(+ a b)");
}

std::string repeat(const std::string& s, int n) {
    std::string out;
    for (int i = 0; i < n; ++i) out += s;
    return out;
}

TEST(Parse, NestingOf190IsReadAndOf210IsAnError) {
    EXPECT_EQ(tree(repeat("(", 190) + "a" + repeat(")", 190)), "a");
    for (const auto& [open, close] : std::vector<std::pair<std::string, std::string>>{
             {"(", ")"}, {"-", ""}, {"abs(", ")"}, {"not ", ""}, {"a^", ""}, {"if(a<1,1,", ")"}, {"x[", "]"}}) {
        Formula f(repeat(open, 210) + "a" + repeat(close, 210));
        EXPECT_EQ(parse_expression(*f.node, f.diagnostics), nullptr) << open;
        EXPECT_NE(f.error().find("expression_too_deep"), std::string::npos) << open << f.error();
    }
}

TEST(Parse, HostileDepthDoesNotOverflowTheStack) {
    // Deep brackets of every kind, and long chains, whose trees are as deep as they are long.
    for (const std::string open :
         {"(", "-", "abs(", "not ", "a^", "x[", "sum(a for i in (", "a+", "a*", "a or ", "a and ", "[", "1..", "if("}) {
        Formula f(repeat(open, 20000) + "a");
        if (!f.node) continue;
        EXPECT_EQ(parse_expression(*f.node, f.diagnostics), nullptr) << open;
        EXPECT_EQ(f.errors().size(), 1u) << open;
        Formula g("y = " + repeat(open, 20000) + "a");
        parse_statements(*g.node, g.diagnostics);
        EXPECT_TRUE(g.diagnostics.has_errors()) << open;
    }
    // A sum of a thousand terms is a formula like any other.
    World w("a = 1\ny = a" + repeat(" + a", 999));
    ASSERT_TRUE(w.solve()) << w.diagnostics.text(Language::en);
    EXPECT_EQ(w["y"], 1000);
}

} // namespace
} // namespace viresco::lang
