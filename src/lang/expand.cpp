// Expansion of formulas into the graph: names, indices, sets, functions, unit checking.
#include "base/messages/lang.h"
#include "lang/model.h"
#include "matter/property_function.h"
#include "matter/water.h"
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <numbers>

namespace viresco::lang {
namespace {

struct Constant {
    const char* name;
    double si;
    const char* unit;
};
const Constant constants[] = {{"pi", std::numbers::pi, "1"},
                              {"R", 8.31446261815324, "J/mol/K"},
                              {"T0", 298.15, "K"},
                              {"p0", 101325, "Pa"},
                              {"water_formation_shift", matter::water_formation_shift(), "J/kg"}};

const std::vector<std::string>& function_names() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> list{"exp",      "log", "log10",   "sqrt",   "abs",       "tanh",     "expm1",
                                      "log1p",    "min", "max",     "if",     "geometric", "ratio",    "number",
                                      "positive", "sum", "product", "at_end", "mean",      "integral", "given"};
        for (const auto& f : matter::property_functions()) list.emplace_back(f.name);
        return list;
    }();
    return names;
}

/// "-1" is one too: the neighbour of 0.
bool is_integer(const std::string& member) {
    const size_t first = member.size() > 1 && member[0] == '-' ? 1 : 0;
    return !member.empty() && member.find_first_not_of("0123456789", first) == std::string::npos;
}

} // namespace

/// What an index variable stands for here; the innermost `for` wins.
const Model::Bound* Model::bound(const std::string& variable, const Bindings& bindings) {
    for (auto b = bindings.rbegin(); b != bindings.rend(); ++b)
        if (*b->variable == variable) return &*b;
    return nullptr;
}

Value Model::evaluate(const Expr& e, const Scope* scope) {
    Bindings none;
    return eval(e, scope, none);
}

/// Formulas that lead to formulas are followed by recursion: what is too deep for the stack (8 MB as a
/// rule) is an error before it is a crash. Returns true, and reports it once, when too little is left.
bool Model::out_of_stack(const Expr& e) {
    constexpr intptr_t budget = 5 << 20;
    const char here = 0;
    const auto address = reinterpret_cast<intptr_t>(&here);
    if (eval_depth_ == 1) stack_base_ = address;
    if (std::abs(stack_base_ - address) < budget) return false;
    if (!too_deep_reported_) error(e.span.pos(), message::expression_too_deep, {std::to_string(eval_depth_ - 1)});
    too_deep_reported_ = true;
    return true;
}

Value Model::eval(const Expr& e, const Scope* scope, Bindings& bindings) {
    struct Level {
        int& depth;
        explicit Level(int& d) : depth(d) { ++depth; }
        ~Level() { --depth; }
    } const level(eval_depth_);
    if (out_of_stack(e)) return wrong();
    using K = Expr::Kind;
    const auto arg = [&](size_t i) { return eval(*e.arguments[i], scope, bindings); };
    switch (e.kind) {
    case K::number: return {graph.constant(e.number), dimensions.intern(e.unit.dimension), e.literal_zero, false};
    case K::reference: return reference(e, scope, bindings);
    case K::negate: {
        Value v = arg(0);
        if (!v.wrong) v.node = graph.negate(v.node);
        return v;
    }
    case K::add: {
        const Value a = arg(0), b = arg(1);
        return add(a, b, e.span.pos());
    }
    case K::subtract: {
        const Value a = arg(0), b = arg(1);
        return subtract(a, b, e.span.pos());
    }
    case K::multiply: {
        // What is not there needs no further look: m[c] * h[c] of an absent component.
        const Value a = arg(0);
        if (!a.wrong && graph.is_zero(a.node)) return {graph.zero(), 0, true, false};
        const Value b = arg(1);
        return multiply(a, b);
    }
    case K::divide: {
        const Value a = arg(0), b = arg(1);
        if (!b.wrong && graph.is_zero(b.node)) {
            // 0/0 of what is not there (an absent component) is nothing; anything else is a mistake.
            if (!a.wrong && graph.is_zero(a.node))
                return {graph.zero(), dimensions.divide(a.dim, b.dim), a.any_dim, false};
            error(e.arguments[1]->span.pos(), message::division_by_constant_zero, {e.arguments[1]->span.text()});
            return wrong();
        }
        return divide(a, b);
    }
    case K::power: return power(e, scope, bindings);
    case K::call: return call(e, scope, bindings);
    case K::reduce: return reduce(e, scope, bindings);
    case K::unit: error(e.span.pos(), message::unit_as_value, {e.span.text()}); return wrong();
    default: return compare(e, scope, bindings);
    }
}

Value Model::compare(const Expr& e, const Scope* scope, Bindings& bindings) {
    using K = Expr::Kind;
    switch (e.kind) {
    case K::logical_not: {
        const Value a = eval(*e.arguments[0], scope, bindings);
        if (!dimensionless(a, e.arguments[0]->span.pos(), e.arguments[0]->span.text())) return wrong();
        return {graph.subtract(graph.one(), a.node), 0, false, false};
    }
    case K::logical_and:
    case K::logical_or: {
        const Value a = eval(*e.arguments[0], scope, bindings);
        // The second half is not looked at when the first decides: `i > 1 and x[i-1] > 0`.
        if (!a.wrong && e.kind == K::logical_and && graph.is_zero(a.node)) return a;
        if (!a.wrong && e.kind == K::logical_or && graph.is_value(a.node, 1)) return a;
        const Value b = eval(*e.arguments[1], scope, bindings);
        for (const auto& [v, k] : {std::pair{a, size_t{0}}, {b, size_t{1}}})
            if (!dimensionless(v, e.arguments[k]->span.pos(), e.arguments[k]->span.text())) return wrong();
        return {e.kind == K::logical_and ? graph.multiply(a.node, b.node) : graph.max(a.node, b.node), 0, false, false};
    }
    case K::index_equal:
    case K::index_not_equal: {
        // Names of numbers on both sides: the comparison of two reals.
        const auto is_number = [&](const IndexExpr& i) {
            return !i.integer && i.indices.empty() && find_family(i.name, scope) >= 0 &&
                   std::none_of(bindings.begin(), bindings.end(),
                                [&](const Bound& bound) { return *bound.variable == i.name; });
        };
        if (is_number(e.indices[0])) {
            error(e.span.pos(), message::equal_on_reals_error).hint(message::equal_on_reals);
            return wrong();
        }
        const auto a = index(e.indices[0], scope, bindings), b = index(e.indices[1], scope, bindings);
        if (!a || !b) return wrong();
        return truth((*a == *b) == (e.kind == K::index_equal));
    }
    case K::in_set:
    case K::not_in_set: {
        const auto a = index(e.indices[0], scope, bindings);
        const auto members = set(e.set, scope, bindings);
        if (!a || !members) return wrong();
        const bool inside = members->position(*a) >= 0;
        return truth(inside == (e.kind == K::in_set));
    }
    default: break;
    }
    // Order of two index variables that are names: their position in their sets. Integers are numbers.
    const auto named_index = [&](const Expr& x) -> const Bound* {
        const Bound* b = x.kind == K::reference && x.indices.empty() ? bound(x.name, bindings) : nullptr;
        return b && !is_integer(member_name(b->member)) ? b : nullptr;
    };
    const Bound* const p = named_index(*e.arguments[0]);
    const Bound* const q = named_index(*e.arguments[1]);
    if (p && q) {
        switch (e.kind) {
        case K::less: return truth(p->position < q->position);
        case K::less_equal: return truth(p->position <= q->position);
        case K::greater: return truth(p->position > q->position);
        default: return truth(p->position >= q->position);
        }
    }
    const Value a = eval(*e.arguments[0], scope, bindings), b = eval(*e.arguments[1], scope, bindings);
    const Value u = unify(a, b, e.span.pos(), message::units_differ_in_comparison);
    if (u.wrong) return u;
    const auto flip = [&](NodeId x) { return graph.subtract(graph.one(), x); };
    switch (e.kind) {
    case K::less: return {graph.less(a.node, b.node), 0, false, false};
    case K::greater: return {graph.less(b.node, a.node), 0, false, false};
    case K::less_equal: return {flip(graph.less(b.node, a.node)), 0, false, false};
    default: return {flip(graph.less(a.node, b.node)), 0, false, false};
    }
}

Value Model::power(const Expr& e, const Scope* scope, Bindings& bindings) {
    const Value base = eval(*e.arguments[0], scope, bindings), exponent = eval(*e.arguments[1], scope, bindings);
    if (base.wrong || exponent.wrong) return wrong();
    if (!dimensionless(exponent, e.arguments[1]->span.pos(), e.arguments[1]->span.text())) return wrong();
    DimId d = 0;
    if (base.dim != 0 && !base.any_dim) {
        if (!graph.is_constant(exponent.node)) {
            error(e.arguments[1]->span.pos(), message::exponent_must_be_number, {dimensions.text(base.dim)});
            return wrong();
        }
        const double y = graph[exponent.node].value;
        int denominator = 1;
        while (denominator <= 12 && std::fabs(y * denominator - std::round(y * denominator)) > 1e-9) ++denominator;
        if (denominator > 12 || std::fabs(y) > 64) {
            error(e.arguments[1]->span.pos(), message::exponent_must_be_number, {dimensions.text(base.dim)});
            return wrong();
        }
        d = dimensions.pow(base.dim, static_cast<int>(std::lround(y * denominator)), denominator);
    }
    return {graph.power(base.node, exponent.node), d, false, false};
}

Value Model::reference(const Expr& e, const Scope* scope, Bindings& bindings) {
    if (const Bound* b = e.indices.empty() ? bound(e.name, bindings) : nullptr) {
        // An integer index may be used as a number.
        const std::string& text = member_name(b->member);
        if (is_integer(text)) return constant(std::stod(text), 0);
        error(e.span.pos(), message::index_as_value, {e.name});
        return wrong();
    }
    const auto [resolved, fresh] = resolved_.try_emplace({&e, scope}, -1);
    if (fresh || resolved->second < 0) resolved->second = find_family(e.name, scope);
    const int f = resolved->second;
    if (f < 0) {
        if (e.indices.empty()) {
            for (const Scope* s = scope;; s = s->parent) {
                const auto it = integers_.find(s ? s->prefix + e.name : e.name);
                if (it != integers_.end()) {
                    if (it->second.second >= 0) return {graph.parameter(it->second.second), 0, false, false};
                    return constant(it->second.first, 0);
                }
                if (!s) break;
            }
            for (const Constant& c : constants)
                if (e.name == c.name) return constant(c.si, c.unit);
        }
        auto& d = error(e.span.pos(), message::unknown_name, {e.name});
        std::vector<std::string> known;
        for (const Scope* s = scope; s; s = s->parent)
            for (std::string& name : names_under(s->prefix)) known.push_back(std::move(name));
        for (std::string& name : names_under(""))
            if (name.find('.') == std::string::npos) known.push_back(std::move(name));
        for (const Constant& c : constants) known.emplace_back(c.name);
        suggest(d, e.name, known);
        return wrong();
    }
    Member members[4];
    size_t n = 0;
    for (const IndexExpr& i : e.indices) {
        if (n == 4) break;
        const auto m = index(i, scope, bindings);
        if (!m) return wrong();
        members[n++] = *m;
    }
    // Told here by the name that the formula uses: an inlet's is another one for its stream's.
    int meant = f;
    while (!families_[static_cast<size_t>(meant)].alias.empty()) {
        const auto next = families_by_path_.find(families_[static_cast<size_t>(meant)].alias);
        if (next == families_by_path_.end()) break;
        meant = next->second;
    }
    if (const int arity = families_[static_cast<size_t>(meant)].arity;
        families_[static_cast<size_t>(meant)].alias.empty() && arity != static_cast<int>(n)) {
        error(e.span.pos(), message::different_number_of_indices, {e.name, std::to_string(n), std::to_string(arity)});
        return wrong();
    }
    return named_[static_cast<size_t>(expand(f, {members, n}, e.span.pos()))].value;
}

std::optional<Member> Model::index(const IndexExpr& i, const Scope* scope, const Bindings& bindings) {
    std::optional<Member> found;
    if (i.integer) found = member(i.name);
    if (!found && i.indices.empty())
        if (const Bound* b = bound(i.name, bindings)) found = b->member;
    if (!found) {
        std::string name = i.name;
        for (const IndexExpr& inner : i.indices) {
            const auto m = index(inner, scope, bindings);
            if (!m) return std::nullopt;
            name += "[" + member_name(*m) + "]";
        }
        for (const Scope* s = scope; !found; s = s->parent) {
            const std::string path = s ? s->prefix + name : name;
            if (const auto m = indices_.find(path); m != indices_.end())
                found = m->second;
            else if (const auto k = integers_.find(path); k != integers_.end())
                found = member(std::to_string(k->second.first));
            if (!s) break;
        }
        // The own name of a member of any set (a component, a reaction).
        if (!found && i.indices.empty())
            if (const auto m = member_ids_.find(i.name); m != member_ids_.end()) found = m->second;
    }
    if (!found) {
        auto& d = error(i.span.pos(), message::unknown_index, {i.name});
        suggest(d, i.name, members_);
        return std::nullopt;
    }
    if (i.offset != 0) {
        const std::string& text = member_name(*found);
        if (!is_integer(text)) {
            error(i.span.pos(), message::offset_of_name, {i.name});
            return std::nullopt;
        }
        return member(std::to_string(std::stoi(text) + i.offset));
    }
    return found;
}

const MemberSet* Model::set(const SetExpr& s, const Scope* scope, Bindings& bindings) {
    if (s.last) {
        const Value last = eval(*s.last, scope, bindings);
        if (last.wrong) return nullptr;
        double n = 0;
        if (graph.is_constant(last.node))
            n = graph[last.node].value;
        else if (graph[last.node].op == Op::parameter && parameters_[static_cast<size_t>(graph[last.node].a)].integer)
            n = parameters_[static_cast<size_t>(graph[last.node].a)].datum.si;
        else {
            error(s.span.pos(), message::range_needs_integer, {s.span.text()});
            return nullptr;
        }
        if (n != std::floor(n) || std::fabs(n) > 10000) {
            error(s.span.pos(), message::range_needs_integer, {s.span.text()});
            return nullptr;
        }
        MemberSet& range = ranges_[{s.first, static_cast<int>(n)}];
        if (range.members().empty()) {
            std::vector<Member> members;
            for (int i = s.first; i <= static_cast<int>(n); ++i) members.push_back(member(std::to_string(i)));
            range = MemberSet(std::move(members));
        }
        return &range;
    }
    const MemberSet*& known_set = resolved_sets_[{&s, scope}];
    if (known_set) return known_set;
    for (const Scope* at = scope;; at = at->parent) {
        const auto it = sets_.find(at ? at->prefix + s.name : s.name);
        if (it != sets_.end()) return known_set = &it->second;
        if (!at) break;
    }
    auto& d = error(s.span.pos(), message::unknown_set, {s.name});
    std::vector<std::string> known;
    for (const auto& [path, members] : sets_) {
        if (path.find('.') == std::string::npos) known.push_back(path);
        for (const Scope* at = scope; at; at = at->parent)
            if (path.compare(0, at->prefix.size(), at->prefix) == 0) known.push_back(path.substr(at->prefix.size()));
    }
    suggest(d, s.name, known);
    return nullptr;
}

/// A sum in a sum in a sum over thousands would never end: far more terms than any plant needs are an error.
constexpr int64_t max_terms = 10'000'000;

bool Model::run_clause(const ForClause& clause, const Scope* scope, Bindings& bindings,
                       const std::function<void()>& body) {
    const std::function<bool(size_t)> level = [&](size_t k) -> bool {
        if (k == clause.bindings.size()) {
            if (++terms_ > max_terms) {
                if (terms_ == max_terms + 1)
                    error(clause.bindings.front().set.span.pos(), message::too_many_terms, {std::to_string(max_terms)});
                return false;
            }
            if (clause.condition) {
                const Value c = eval(*clause.condition, scope, bindings);
                if (c.wrong) return false;
                if (!graph.is_constant(c.node)) {
                    error(clause.condition->span.pos(), message::condition_not_about_indices, {});
                    return false;
                }
                if (graph.is_zero(c.node)) return true;
            }
            body();
            return true;
        }
        const MemberSet* members = set(clause.bindings[k].set, scope, bindings);
        if (!members) return false;
        for (size_t i = 0; i < members->members().size(); ++i) {
            bindings.push_back({&clause.bindings[k].variable, members->members()[i], static_cast<int>(i)});
            const bool good = level(k + 1);
            bindings.pop_back();
            if (!good) return false;
        }
        return true;
    };
    return level(0);
}

Value Model::reduce(const Expr& e, const Scope* scope, Bindings& bindings) {
    if (e.name != "sum" && e.name != "product" && e.name != "min" && e.name != "max") {
        error(e.span.pos(), message::not_a_reduction, {e.name});
        return wrong();
    }
    if (e.arguments.size() != 1) {
        error(e.span.pos(), message::wrong_number_of_arguments, {e.name, std::to_string(e.arguments.size()), "1"});
        return wrong();
    }
    std::optional<Value> total;
    if (e.name == "sum") total = Value{graph.zero(), 0, true, false};
    if (e.name == "product") total = constant(1, 0);
    const bool good = run_clause(e.clause, scope, bindings, [&] {
        const Value v = eval(*e.arguments[0], scope, bindings);
        if (!total)
            total = v;
        else if (total->wrong)
            return;
        else if (e.name == "sum")
            total = add(*total, v, e.arguments[0]->span.pos());
        else if (e.name == "product")
            total = multiply(*total, v);
        else {
            const Value u = unify(*total, v, e.arguments[0]->span.pos(), message::units_differ_in_sum);
            if (u.wrong)
                total = u;
            else
                total = Value{e.name == "min" ? graph.min(total->node, v.node) : graph.max(total->node, v.node), u.dim,
                              false, false};
        }
    });
    if (!good) return wrong();
    if (!total) {
        error(e.span.pos(), message::empty_extremum, {e.name});
        return wrong();
    }
    return *total;
}

Value Model::call(const Expr& e, const Scope* scope, Bindings& bindings) {
    const size_t n = e.arguments.size();
    const auto need = [&](size_t low, size_t high) {
        if (n >= low && n <= high) return true;
        const std::string want = std::to_string(low) +
                                 (high > low ? ".." + (high > 99 ? std::string("n") : std::to_string(high)) : "");
        error(e.span.pos(), message::wrong_number_of_arguments, {e.name, std::to_string(n), want});
        return false;
    };
    const auto arg = [&](size_t i) { return eval(*e.arguments[i], scope, bindings); };
    const auto pos = [&](size_t i) { return e.arguments[i]->span.pos(); };
    if (e.name == "if") {
        if (!need(3, 3)) return wrong();
        const Value c = arg(0);
        if (!dimensionless(c, pos(0), e.arguments[0]->span.text())) return wrong();
        if (graph.is_constant(c.node)) return arg(graph.is_zero(c.node) ? 2 : 1);
        const Value a = arg(1), b = arg(2);
        const Value u = unify(a, b, e.span.pos(), message::units_differ_in_branches);
        if (u.wrong) return u;
        return {graph.select(c.node, a.node, b.node), u.dim, a.any_dim && b.any_dim, false};
    }
    if (e.name == "given") { // a name that not every plant has
        if (!need(2, 2)) return wrong();
        const Expr& name = *e.arguments[0];
        if (name.kind != Expr::Kind::reference) {
            error(pos(0), message::given_needs_name);
            return wrong();
        }
        bool there = find_family(name.name, scope) >= 0;
        for (const Scope* s = scope; !there; s = s->parent) {
            there = integers_.count(s ? s->prefix + name.name : name.name) > 0;
            if (!s) break;
        }
        const Value otherwise = arg(1);
        if (!there) return otherwise;
        const Value value = arg(0);
        const Value u = unify(value, otherwise, e.span.pos(), message::units_differ_in_branches);
        return u.wrong ? u : value;
    }
    if (e.name == "number") {
        if (!need(2, 2)) return wrong();
        if (e.arguments[1]->kind != Expr::Kind::unit) {
            error(pos(1), message::number_needs_unit, {});
            return wrong();
        }
        const Value x = arg(0);
        const units::Unit& u = e.arguments[1]->unit;
        if (x.wrong) return x;
        if (!x.any_dim && dimensions[x.dim] != u.dimension) {
            error(pos(0), message::wrong_dimension,
                  {e.arguments[0]->span.text(), u.dimension.text(), dimensions.text(x.dim)});
            return wrong();
        }
        return {graph.divide(graph.subtract(x.node, graph.constant(u.offset)), graph.constant(u.factor)), 0, false,
                false};
    }
    if (e.name == "at_end" || e.name == "integral" || e.name == "mean") {
        if (!need(1, 1)) return wrong();
        return of_run(e, scope, bindings);
    }
    static constexpr std::pair<const char*, Op> plain[] = {
        {"exp", Op::exp}, {"log", Op::log}, {"tanh", Op::tanh}, {"expm1", Op::expm1}, {"log1p", Op::log1p}};
    for (const auto& [name, op] : plain) {
        if (e.name != name) continue;
        if (!need(1, 1)) return wrong();
        const Value x = arg(0);
        if (!dimensionless(x, pos(0), e.arguments[0]->span.text())) return wrong();
        return {graph.unary(op, x.node), 0, false, false};
    }
    if (e.name == "log10") {
        if (!need(1, 1)) return wrong();
        const Value x = arg(0);
        if (!dimensionless(x, pos(0), e.arguments[0]->span.text())) return wrong();
        return {graph.divide(graph.unary(Op::log, x.node), graph.constant(std::numbers::ln10)), 0, false, false};
    }
    if (e.name == "sqrt" || e.name == "abs" || e.name == "positive") {
        if (!need(1, 1)) return wrong();
        const Value x = arg(0);
        if (x.wrong) return x;
        if (e.name == "sqrt") return {graph.unary(Op::sqrt, x.node), dimensions.pow(x.dim, 1, 2), x.any_dim, false};
        if (e.name == "abs") return {graph.unary(Op::abs, x.node), x.dim, x.any_dim, false};
        return {graph.max(x.node, graph.zero()), x.dim, x.any_dim, false};
    }
    if (e.name == "min" || e.name == "max") {
        if (!need(2, 100)) return wrong();
        Value total = arg(0);
        for (size_t i = 1; i < n; ++i) {
            const Value v = arg(i);
            const Value u = unify(total, v, pos(i), message::units_differ_in_sum);
            if (u.wrong) return u;
            total = {e.name == "min" ? graph.min(total.node, v.node) : graph.max(total.node, v.node), u.dim, false,
                     false};
        }
        return total;
    }
    if (e.name == "geometric") {
        if (!need(2, 2)) return wrong();
        const Value E = arg(0), m = arg(1);
        if (!dimensionless(E, pos(0), e.arguments[0]->span.text()) ||
            !dimensionless(m, pos(1), e.arguments[1]->span.text()))
            return wrong();
        return {graph.geometric(E.node, m.node), 0, false, false};
    }
    if (e.name == "ratio") {
        if (!need(3, 3)) return wrong();
        const Value a = arg(0), b = arg(1), z = arg(2);
        if (a.wrong || b.wrong || z.wrong) return wrong();
        if (graph.is_zero(b.node)) return z;
        const Value q = divide(a, b);
        const Value u = unify(q, z, pos(2), message::units_differ_in_branches);
        if (u.wrong) return u;
        // "b is 0" written so that a denominator that is not a number stays one: NaN is less than nothing.
        const NodeId none = graph.less(graph.unary(Op::abs, b.node),
                                       graph.constant(std::numeric_limits<double>::denorm_min()));
        return {graph.select(none, z.node, q.node), u.dim, u.any_dim, false};
    }
    const auto functions = matter::property_functions();
    for (size_t k = 0; k < functions.size(); ++k) {
        const auto& f = functions[k];
        if (e.name != f.name) continue;
        const auto count = static_cast<size_t>(f.n_arguments);
        if (!need(count, count)) return wrong();
        NodeId nodes[2] = {no_node, no_node};
        for (size_t i = 0; i < count; ++i) {
            const Value x = arg(i);
            if (x.wrong) return x;
            if (!x.any_dim && x.dim != dim(f.arguments[i])) {
                error(pos(i), message::wrong_dimension,
                      {e.arguments[i]->span.text(), f.arguments[i], dimensions.text(x.dim)});
                return wrong();
            }
            nodes[i] = x.node;
        }
        return {graph.property(static_cast<int>(k), 0, nodes[0], nodes[1]), dim(f.result), false, false};
    }
    auto& d = error(e.span.pos(), message::unknown_function, {e.name});
    suggest(d, e.name, function_names());
    return wrong();
}

Value Model::of_run(const Expr& e, const Scope* scope, Bindings& bindings) {
    RunRule* run = nullptr;
    for (const Scope* s = scope; s && !run; s = s->parent)
        for (RunRule& r : runs_)
            if (r.prefix == s->prefix) run = &r;
    if (!run) {
        error(e.span.pos(), message::not_in_a_run, {e.name}).hint(message::not_in_a_run_hint);
        return wrong();
    }
    const Value x = eval(*e.arguments[0], scope, bindings);
    const Value duration = run->duration(*this);
    if (x.wrong || duration.wrong) return wrong();
    const bool integral = e.name != "at_end";
    const auto known = std::find_if(run->asked.begin(), run->asked.end(),
                                    [&](const auto& a) { return a.of == x.node && a.integral == integral; });
    NodeId outcome = known != run->asked.end() ? known->outcome : no_node;
    if (outcome == no_node) {
        outcome = add_outcome();
        run->asked.push_back({integral, x.node, outcome});
    }
    Value v{outcome, integral ? dimensions.multiply(x.dim, duration.dim) : x.dim, x.any_dim, false};
    return e.name == "mean" ? divide(v, duration) : v;
}

std::string format_si(double si, const units::Unit& unit, int digits) {
    char buffer[64];
    const double v = unit.from_si(si);
    if (v == 0 || (std::fabs(v) >= 1e-3 && std::fabs(v) < 1e6)) {
        const int before = v == 0 ? 1 : static_cast<int>(std::floor(std::log10(std::fabs(v)))) + 1;
        std::snprintf(buffer, sizeof buffer, "%.*f", std::max(0, digits - before), v);
    } else {
        std::snprintf(buffer, sizeof buffer, "%.*e", digits - 1, v);
    }
    return std::string(buffer) + (unit.text.empty() || unit.text == "1" ? "" : " " + unit.text);
}

} // namespace viresco::lang
