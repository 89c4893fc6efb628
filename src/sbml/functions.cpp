#include "sbml/functions.h"
#include <cmath>
#include <limits>
#include <numbers>
#include <unordered_map>
#include <vector>

namespace viresco::sbml {
namespace {

using lang::Graph;
using lang::no_node;
using lang::NodeId;
using lang::Op;
using Arguments = std::span<const NodeId>;

bool is_truth(const Graph& g, NodeId i) {
    const lang::Node& n = g[i];
    switch (n.op) {
    case Op::less: return true;
    case Op::constant: return n.value == 0 || n.value == 1;
    case Op::multiply:
    case Op::max: return is_truth(g, n.a) && is_truth(g, n.b);
    case Op::subtract: return g.is_value(n.a, 1) && is_truth(g, n.b);
    default: return false;
    }
}

/// Expressions written as formulas.
struct Term {
    Graph* g;
    NodeId id;
};
Term operator+(Term a, Term b) { return {a.g, a.g->add(a.id, b.id)}; }
Term operator-(Term a, Term b) { return {a.g, a.g->subtract(a.id, b.id)}; }
Term operator*(Term a, Term b) { return {a.g, a.g->multiply(a.id, b.id)}; }
Term operator/(Term a, Term b) { return {a.g, a.g->divide(a.id, b.id)}; }
Term operator+(Term a, double b) { return a + Term{a.g, a.g->constant(b)}; }
Term operator-(Term a, double b) { return a - Term{a.g, a.g->constant(b)}; }
Term operator*(double a, Term b) { return Term{b.g, b.g->constant(a)} * b; }
Term operator/(double a, Term b) { return Term{b.g, b.g->constant(a)} / b; }
Term operator-(double a, Term b) { return Term{b.g, b.g->constant(a)} - b; }
Term operator-(Term a) { return {a.g, a.g->negate(a.id)}; }
Term map(Op op, Term a) { return {a.g, a.g->unary(op, a.id)}; }
Term less(Term a, Term b) { return {a.g, a.g->less(a.id, b.id)}; }
Term inverse(Term a) { return 1 - a; } // of a truth value
Term either(Term a, Term b) { return {a.g, a.g->max(a.id, b.id)}; }
Term pick(Term condition, Term yes, Term no) { return {yes.g, yes.g->select(condition.id, yes.id, no.id)}; }
Term like(Term a, double v) { return {a.g, a.g->constant(v)}; }

Term sinh(Term x) {
    const Term e = map(Op::expm1, x);
    return 0.5 * (e + e / (e + 1));
}
Term cosh(Term x) {
    const Term e = map(Op::exp, x);
    return 0.5 * (e + 1 / e);
}
Term arcsin(Term x) { return map(Op::atan, x / map(Op::sqrt, (1 - x) * (x + 1))); }
Term arccos(Term x) { return 2 * map(Op::atan, map(Op::sqrt, 1 - x) / map(Op::sqrt, x + 1)); }
Term arcsinh(Term x) {
    const Term a = map(Op::abs, x);
    const Term positive = map(Op::log1p, a + a * a / (map(Op::sqrt, a * a + 1) + 1));
    return pick(less(x, like(x, 0)), -positive, positive);
}
Term arccosh(Term x) { return map(Op::log, x + map(Op::sqrt, (x - 1) * (x + 1))); }
Term arctanh(Term x) { return 0.5 * map(Op::log1p, 2 * x / (1 - x)); }
Term ceiling(Term x) { return -map(Op::floor, -x); }
Term truncated(Term x) { return pick(less(x, like(x, 0)), ceiling(x), map(Op::floor, x)); }

/// n! for n in [low, high) by bisection; a number that is none is rounded.
Term factorial(Term n, int low, int high) {
    if (high - low == 1) return like(n, std::tgamma(low + 1.0));
    const int middle = (low + high) / 2;
    return pick(less(n, like(n, middle - 0.5)), factorial(n, low, middle), factorial(n, middle, high));
}

Term unary(const std::string& name, Term x) {
    static const std::unordered_map<std::string, Term (*)(Term)> table = {
        {"minus", [](Term a) { return -a; }},
        {"abs", [](Term a) { return map(Op::abs, a); }},
        {"exp", [](Term a) { return map(Op::exp, a); }},
        {"ln", [](Term a) { return map(Op::log, a); }},
        {"log", [](Term a) { return map(Op::log, a) / like(a, std::numbers::ln10); }},
        {"root", [](Term a) { return map(Op::sqrt, a); }},
        {"floor", [](Term a) { return map(Op::floor, a); }},
        {"ceiling", [](Term a) { return ceiling(a); }},
        {"factorial",
         [](Term a) {
             // 171! is beyond the numbers of a computer; of what is negative there is none.
             const Term value = pick(less(a, like(a, 170.5)), factorial(a, 0, 171),
                                     like(a, std::numeric_limits<double>::infinity()));
             return pick(less(a, like(a, -0.5)), like(a, std::nan("")), value);
         }},
        {"sin", [](Term a) { return map(Op::sin, a); }},
        {"cos", [](Term a) { return map(Op::cos, a); }},
        {"tan", [](Term a) { return map(Op::sin, a) / map(Op::cos, a); }},
        {"sec", [](Term a) { return 1 / map(Op::cos, a); }},
        {"csc", [](Term a) { return 1 / map(Op::sin, a); }},
        {"cot", [](Term a) { return map(Op::cos, a) / map(Op::sin, a); }},
        {"sinh", [](Term a) { return sinh(a); }},
        {"cosh", [](Term a) { return cosh(a); }},
        {"tanh", [](Term a) { return map(Op::tanh, a); }},
        {"sech", [](Term a) { return 1 / cosh(a); }},
        {"csch", [](Term a) { return 1 / sinh(a); }},
        {"coth", [](Term a) { return 1 / map(Op::tanh, a); }},
        {"arcsin", [](Term a) { return arcsin(a); }},
        {"arccos", [](Term a) { return arccos(a); }},
        {"arctan", [](Term a) { return map(Op::atan, a); }},
        {"arcsec", [](Term a) { return arccos(1 / a); }},
        {"arccsc", [](Term a) { return arcsin(1 / a); }},
        {"arccot", [](Term a) { return map(Op::atan, 1 / a); }},
        {"arcsinh", [](Term a) { return arcsinh(a); }},
        {"arccosh", [](Term a) { return arccosh(a); }},
        {"arctanh", [](Term a) { return arctanh(a); }},
        {"arcsech", [](Term a) { return arccosh(1 / a); }},
        {"arccsch", [](Term a) { return arcsinh(1 / a); }},
        {"arccoth", [](Term a) { return arctanh(1 / a); }},
        {"not",
         [](Term a) {
             return inverse({a.g, truth(*a.g, a.id)});
         }},
    };
    const auto found = table.find(name);
    return found == table.end() ? Term{x.g, no_node} : found->second(x);
}

/// One comparison; its margin (lang/dynamic.cpp) is the difference of the sides.
Term compare(const std::string& name, Term a, Term b) {
    if (name == "lt") return less(a, b);
    if (name == "gt") return less(b, a);
    if (name == "leq") return inverse(less(b, a));
    if (name == "geq") return inverse(less(a, b));
    const Term differ = either(less(a, b), less(b, a));
    return name == "neq" ? differ : inverse(differ);
}

Term binary(const std::string& name, Term a, Term b) {
    if (name == "minus") return a - b;
    if (name == "divide") return a / b;
    if (name == "power") return {a.g, a.g->power(a.id, b.id)};
    if (name == "root") { // degree, radicand
        if (a.g->is_value(a.id, 2)) return map(Op::sqrt, b);
        return {a.g, a.g->power(b.id, (1 / a).id)};
    }
    if (name == "log") return map(Op::log, b) / map(Op::log, a); // base, number
    if (name == "quotient") return truncated(a / b);
    if (name == "rem") return a - b * truncated(a / b);
    if (name == "neq") return compare(name, a, b);
    if (name == "implies") {
        const Term p{a.g, truth(*a.g, a.id)}, q{a.g, truth(*a.g, b.id)};
        return either(inverse(p), q);
    }
    return {a.g, no_node};
}

/// Operators of any number of arguments.
Term fold(Graph& g, const std::string& name, Arguments x) {
    const auto term = [&](size_t i) { return Term{&g, x[i]}; };
    const auto over = [&](double neutral, auto f) {
        Term sum = x.empty() ? Term{&g, g.constant(neutral)} : term(0);
        for (size_t i = 1; i < x.size(); ++i) sum = f(sum, term(i));
        return sum;
    };
    if (name == "plus") return over(0, [](Term a, Term b) { return a + b; });
    if (name == "times") return over(1, [](Term a, Term b) { return a * b; });
    if (!x.empty() && name == "min") return over(0, [&](Term a, Term b) { return Term{&g, g.min(a.id, b.id)}; });
    if (!x.empty() && name == "max") return over(0, [&](Term a, Term b) { return Term{&g, g.max(a.id, b.id)}; });
    if (name == "and" || name == "or" || name == "xor") {
        std::vector<NodeId> truths;
        for (const NodeId i : x) truths.push_back(truth(g, i));
        if (truths.empty()) return {&g, name == "and" ? g.one() : g.zero()};
        Term sum{&g, truths[0]};
        for (size_t i = 1; i < truths.size(); ++i) {
            const Term t{&g, truths[i]};
            sum = name == "and" ? sum * t : name == "or" ? either(sum, t) : either(sum * inverse(t), inverse(sum) * t);
        }
        return sum;
    }
    if (name == "lt" || name == "gt" || name == "leq" || name == "geq" || name == "eq") {
        Term all{&g, g.one()};
        for (size_t i = 1; i < x.size(); ++i) all = all * compare(name, term(i - 1), term(i));
        return all;
    }
    if (name == "piecewise") { // value, condition, value, condition .. [otherwise]
        Term value = x.size() % 2 ? term(x.size() - 1) : Term{&g, g.constant(std::nan(""))};
        for (size_t pair = x.size() / 2; pair-- > 0;)
            value = pick({&g, truth(g, x[2 * pair + 1])}, term(2 * pair), value);
        return value;
    }
    return {&g, no_node};
}

} // namespace

NodeId truth(Graph& g, NodeId i) {
    if (is_truth(g, i)) return i;
    return g.max(g.less(i, g.zero()), g.less(g.zero(), i));
}

NodeId apply(Graph& g, const std::string& name, Arguments x) {
    if (name == "time") return x.empty() ? g.time() : no_node;
    const Term folded = fold(g, name, x);
    if (folded.id != no_node) return folded.id;
    if (x.size() == 1) return unary(name, {&g, x[0]}).id;
    if (x.size() == 2) return binary(name, {&g, x[0]}, {&g, x[1]}).id;
    return no_node;
}

} // namespace viresco::sbml
