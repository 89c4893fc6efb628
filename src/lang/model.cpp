#include "lang/model.h"
#include "base/messages/lang.h"
#include <algorithm>
#include <cassert>
#include <tuple>

namespace viresco::lang {

MemberSet::MemberSet(std::vector<Member> members) : members_(std::move(members)) {
    for (size_t i = 0; i < members_.size(); ++i) {
        const auto m = static_cast<size_t>(members_[i]);
        if (m >= position_.size()) position_.resize(m + 1, -1);
        position_[m] = static_cast<int>(i);
    }
}

Dimensions::Dimensions() { intern(units::Dimension{}); }

DimId Dimensions::intern(const units::Dimension& d) {
    const auto [it, fresh] = ids_.try_emplace(d, static_cast<DimId>(list_.size()));
    if (fresh) list_.push_back(d);
    return it->second;
}

DimId Dimensions::multiply(DimId a, DimId b) {
    if (a == 0) return b;
    if (b == 0) return a;
    const uint64_t key = (static_cast<uint64_t>(a) << 32) | static_cast<uint32_t>(b);
    if (const auto it = products_.find(key); it != products_.end()) return it->second;
    return products_[key] = intern(list_[static_cast<size_t>(a)] * list_[static_cast<size_t>(b)]);
}

DimId Dimensions::divide(DimId a, DimId b) {
    if (b == 0) return a;
    if (a == b) return 0;
    const uint64_t key = (static_cast<uint64_t>(a) << 32) | static_cast<uint32_t>(b);
    if (const auto it = quotients_.find(key); it != quotients_.end()) return it->second;
    return quotients_[key] = intern(list_[static_cast<size_t>(a)] / list_[static_cast<size_t>(b)]);
}

DimId Dimensions::pow(DimId a, int numerator, int denominator) {
    return intern(list_[static_cast<size_t>(a)].pow(numerator, denominator));
}

Member Model::member(std::string_view name) {
    const auto [it, fresh] = member_ids_.try_emplace(std::string(name), static_cast<Member>(members_.size()));
    if (fresh) members_.emplace_back(name);
    return it->second;
}

const Scope* Model::scope(const Scope* parent, std::string prefix) {
    scopes_.push_back({parent, std::move(prefix)});
    return &scopes_.back();
}

void Model::add_set(const std::string& path, std::vector<Member> members) {
    sets_[path] = MemberSet(std::move(members));
}
void Model::add_index(const std::string& path, Member m) { indices_[path] = m; }
void Model::add_integer(const std::string& path, int value, int parameter) { integers_[path] = {value, parameter}; }

const std::vector<Member>* Model::find_set(const std::string& path) const {
    const auto it = sets_.find(path);
    return it == sets_.end() ? nullptr : &it->second.members();
}

std::optional<Member> Model::find_index(const std::string& path) const {
    const auto it = indices_.find(path);
    if (it == indices_.end()) return std::nullopt;
    return it->second;
}

std::optional<int> Model::find_integer(const std::string& path) const {
    const auto it = integers_.find(path);
    if (it == integers_.end()) return std::nullopt;
    return it->second.first;
}

Model::Family& Model::family(const std::string& path, int arity) {
    const auto [it, fresh] = families_by_path_.try_emplace(path, static_cast<int>(families_.size()));
    if (fresh) {
        families_.emplace_back();
        families_.back().path = path;
        families_.back().arity = arity;
    }
    return families_[static_cast<size_t>(it->second)];
}

void Model::add_rule(const Scope* scope, const Statement& statement) {
    const std::string path = (scope ? scope->prefix : std::string()) + statement.target;
    const int arity = static_cast<int>(statement.indices.size());
    const SourcePos pos = statement.target_span.pos();
    Family& f = family(path, arity);
    if (f.arity != arity) {
        error(pos, message::different_number_of_indices,
              {statement.target, std::to_string(arity), std::to_string(f.arity)});
        return;
    }
    if (f.built_in || !f.alias.empty() || (arity == 0 && !f.rules.empty())) {
        auto& d = error(pos, message::defined_twice, {statement.target});
        if (!f.rules.empty()) d.see(f.rules.front().pos, message::first_defined_here);
        return;
    }
    Rule rule;
    rule.statement = &statement;
    rule.scope = scope;
    rule.pos = pos;
    f.rules.push_back(std::move(rule));
}

void Model::expect_dimension(const std::string& path, DimId d) {
    expect_dimension(path, [d](Indices) { return d; });
}

void Model::expect_dimension(const std::string& path, std::function<DimId(Indices)> of_member) {
    if (const auto it = families_by_path_.find(path); it != families_by_path_.end())
        families_[static_cast<size_t>(it->second)].expected = std::move(of_member);
}

void Model::add_built_in(const std::string& path, int arity, BuiltIn built_in, std::string note) {
    Family& f = family(path, arity);
    f.built_in = std::move(built_in);
    f.note = std::move(note);
}

void Model::add_alias(const std::string& path, const std::string& of) {
    // Rules and the number of indices are those of the family meant.
    family(path, 0).alias = of;
}

void Model::add_formula(const std::string& path, std::vector<Member> indices, const Scope* scope, ExprPtr formula,
                        SourcePos pos) {
    if (!formula) return;
    Family& f = family(path, static_cast<int>(indices.size()));
    formulas_.push_back(std::move(formula));
    Rule rule;
    rule.formula = formulas_.back().get();
    rule.members = std::move(indices);
    rule.scope = scope;
    rule.pos = pos;
    f.rules.push_back(std::move(rule));
}

int Model::add_parameter(Parameter p) {
    parameters_.push_back(std::move(p));
    return static_cast<int>(parameters_.size()) - 1;
}

void Model::bind_parameter(const std::string& path, std::vector<Member> indices, int parameter) {
    Family& f = family(path, static_cast<int>(indices.size()));
    Rule rule;
    rule.parameter = parameter;
    rule.pos = parameters_[static_cast<size_t>(parameter)].datum.pos;
    rule.members = std::move(indices);
    f.rules.push_back(std::move(rule));
}

void Model::bind_value(const std::string& path, std::vector<Member> indices, Value v, std::string note, SourcePos pos) {
    Family& f = family(path, static_cast<int>(indices.size()));
    Rule rule;
    rule.members = std::move(indices);
    rule.value = v;
    rule.note = std::move(note);
    rule.pos = pos;
    f.rules.push_back(std::move(rule));
}

void Model::set_default(const std::string& path, int arity, Value v) { family(path, arity).fallback = v; }

void Model::set_default_parameter(const std::string& path, int arity, int parameter) {
    family(path, arity).fallback_parameter = parameter;
}

NodeId Model::add_unknown(Unknown u, EquationOf equation) {
    u.node = graph.unknown(static_cast<int>(unknowns_.size()));
    unknowns_.push_back(std::move(u));
    equations_.push_back(std::move(equation));
    return unknowns_.back().node;
}

int Model::add_state(const std::string& path, std::vector<Member> indices, State s, bool held, StartOf start) {
    const int i = static_cast<int>(states_.size());
    s.node = graph.state(i);
    const DimId d = dimensions.intern(s.unit.dimension);
    bind_value(path, indices, {s.node, d, false, false}, {}, s.pos);
    state_rules_.push_back({path, std::move(indices), d, held, std::move(start)});
    states_.push_back(std::move(s));
    return i;
}

void Model::add_run(std::string prefix, SourcePos pos, std::function<Value(Model&)> duration) {
    runs_.push_back({std::move(prefix), pos, std::move(duration), {}});
}

void Model::close_states() {
    const DimId per_second = dimensions.divide(0, dim("s"));
    for (size_t i = 0; i < states_.size(); ++i) {
        const StateRule& rule = state_rules_[i];
        State& s = states_[i];
        s.rate = graph.zero();
        if (!rule.held) {
            const std::string rate = rule.family + rate_suffix;
            if (!declared(rate)) {
                error(s.pos, message::state_without_rate, {s.path});
                continue;
            }
            expect_dimension(rate, dimensions.multiply(rule.dim, per_second));
            s.rate = value(rate, rule.indices, s.pos).node;
        }
        Value start = rule.start(*this);
        if (!start.wrong && !start.any_dim && start.dim != rule.dim)
            error(s.pos, message::wrong_dimension, {s.path, dimensions.text(rule.dim), dimensions.text(start.dim)});
        s.start = start.node;
    }
}

namespace {

/// a + b - c == 0 is a + b == c: what stands on the two sides gives the scale of the residual.
std::pair<NodeId, NodeId> two_sides(Graph& g, NodeId sum) {
    constexpr size_t enough = 100; // terms; a sum of shared sums could have any number
    std::vector<std::pair<NodeId, bool>> open{{sum, true}}, terms;
    while (!open.empty()) {
        const auto [id, plus] = open.back();
        open.pop_back();
        const Node n = g[id];
        const bool split = open.size() + terms.size() < enough;
        if (split && n.op == Op::negate) {
            open.emplace_back(n.a, !plus);
        } else if (split && (n.op == Op::add || n.op == Op::subtract)) {
            open.emplace_back(n.b, n.op == Op::add ? plus : !plus);
            open.emplace_back(n.a, plus);
        } else {
            terms.emplace_back(id, plus);
        }
    }
    NodeId sides[2] = {g.zero(), g.zero()};
    const bool one_sided = std::all_of(terms.begin(), terms.end(),
                                       [&](const auto& t) { return t.second == terms.front().second; });
    for (size_t i = 0; i < terms.size(); ++i) {
        const auto [id, plus] = terms[i];
        // All on one side (then some are negative): the last one crosses over.
        if (one_sided)
            sides[i > 0 && i + 1 == terms.size()] = i > 0 && i + 1 == terms.size() ? g.negate(id) : g.add(sides[0], id);
        else
            sides[plus ? 0 : 1] = g.add(sides[plus ? 0 : 1], id);
    }
    return {sides[0], sides[1]};
}

} // namespace

void Model::close_equations() {
    for (; closed_ < equations_.size(); ++closed_) {
        const auto [left, right] = equations_[closed_](*this);
        Unknown& u = unknowns_[closed_];
        if (left.wrong || right.wrong) {
            u.left = u.node;
            u.right = graph.zero();
            continue;
        }
        const Value sides = unify(left, right, u.pos, message::equation_units_differ);
        if (!sides.wrong && sides.dim != 0) u.sides_unit = " " + dimensions.text(sides.dim);
        u.left = left.node;
        u.right = right.node;
        if (graph.is_zero(u.left)) std::swap(u.left, u.right);
        if (graph.is_zero(u.right)) std::tie(u.left, u.right) = two_sides(graph, u.left);
    }
}

DimId Model::dim(std::string_view si_unit) {
    const auto u = units::parse_unit(si_unit);
    return u ? dimensions.intern(u->dimension) : 0;
}

Value Model::constant(double si, std::string_view si_unit) { return constant(si, dim(si_unit)); }

Diagnostic& Model::error(const SourcePos& pos, MessageId id, std::vector<std::string> args) {
    if (pos.file && !said_.emplace(pos.file, pos.line, pos.column, id).second) return repeated_ = {};
    return diagnostics.error(pos, id, std::move(args));
}

std::vector<std::string> Model::missing_texts() const {
    std::vector<std::string> out;
    for (const Missing& m : missing_) out.push_back(m.what.text(Language::en));
    return out;
}

Value Model::missing(Message what, DimId d, const SourcePos& where) {
    const auto it = std::find_if(missing_.begin(), missing_.end(),
                                 [&](const Missing& m) { return m.what.id == what.id && m.what.args == what.args; });
    const int i = static_cast<int>(it - missing_.begin());
    if (it == missing_.end()) missing_.push_back({std::move(what), where});
    return {graph.missing(i), d, d == 0, false}; // without a dimension of its own it takes what is asked of it
}

Value Model::truth(bool b) { return {b ? graph.one() : graph.zero(), 0, false, false}; }

Value Model::unify(Value a, Value b, const SourcePos& pos, MessageId id) {
    if (a.wrong || b.wrong) return wrong();
    if (a.any_dim) return b;
    if (!b.any_dim && a.dim != b.dim) {
        error(pos, id, {dimensions.text(a.dim), dimensions.text(b.dim)});
        return wrong();
    }
    return a;
}

Value Model::add(Value a, Value b, const SourcePos& pos) {
    const Value u = unify(a, b, pos, message::units_differ_in_sum);
    if (u.wrong) return u;
    return {graph.add(a.node, b.node), u.dim, a.any_dim && b.any_dim, false};
}

Value Model::subtract(Value a, Value b, const SourcePos& pos) {
    const Value u = unify(a, b, pos, message::units_differ_in_sum);
    if (u.wrong) return u;
    return {graph.subtract(a.node, b.node), u.dim, a.any_dim && b.any_dim, false};
}

Value Model::multiply(Value a, Value b) {
    if (a.wrong || b.wrong) return wrong();
    return {graph.multiply(a.node, b.node), dimensions.multiply(a.dim, b.dim), a.any_dim || b.any_dim, false};
}

Value Model::divide(Value a, Value b) {
    if (a.wrong || b.wrong) return wrong();
    return {graph.divide(a.node, b.node), dimensions.divide(a.dim, b.dim), a.any_dim, false};
}

bool Model::dimensionless(Value v, const SourcePos& pos, const std::string& what) {
    if (v.wrong) return false;
    if (v.any_dim || v.dim == 0) return true;
    error(pos, message::must_be_dimensionless, {what, dimensions.text(v.dim)});
    return false;
}

int Model::find_named(const std::string& path) const {
    for (size_t i = 0; i < named_.size(); ++i)
        if (named_[i].path == path) return static_cast<int>(i);
    return -1;
}

std::vector<std::string> Model::names_under(const std::string& prefix) const {
    std::vector<std::string> out;
    const auto collect = [&](const auto& map) {
        for (const auto& [path, ignored] : map)
            if (path.compare(0, prefix.size(), prefix) == 0) out.push_back(path.substr(prefix.size()));
    };
    collect(families_by_path_);
    collect(indices_);
    collect(integers_);
    std::sort(out.begin(), out.end());
    return out;
}

int Model::find_family(const std::string& name, const Scope* scope) const {
    for (const Scope* s = scope;; s = s->parent) {
        const auto it = families_by_path_.find(s ? s->prefix + name : name);
        if (it != families_by_path_.end()) return it->second;
        if (!s) return -1;
    }
}

Value Model::value(const std::string& path, Indices indices, const SourcePos& asked_at) {
    const auto it = families_by_path_.find(path);
    if (it == families_by_path_.end()) {
        error(asked_at, message::unknown_name, {path});
        return wrong();
    }
    return named_[static_cast<size_t>(expand(it->second, indices, asked_at))].value;
}

int Model::expand(int f, Indices indices, const SourcePos& asked_at) {
    while (!families_[static_cast<size_t>(f)].alias.empty()) {
        const auto meant = families_by_path_.find(families_[static_cast<size_t>(f)].alias);
        if (meant == families_by_path_.end()) {
            diagnostics.error(asked_at, message::unknown_name, {families_[static_cast<size_t>(f)].alias});
            break;
        }
        f = meant->second;
    }
    assert(indices.size() <= 2); // the parser lets no third index through
    uint64_t key = static_cast<uint64_t>(f);
    for (size_t i = 0; i < 2; ++i) key = (key << 20) | (i < indices.size() ? static_cast<uint64_t>(indices[i]) + 1 : 0);
    if (const auto it = memo_.find(key); it != memo_.end()) {
        const int id = it->second;
        if (named_[static_cast<size_t>(id)].busy) {
            // Print the cycle as the user wrote it.
            const auto from = std::find(stack_.begin(), stack_.end(), id);
            std::string chain;
            for (auto i = from; i != stack_.end(); ++i) chain += named_[static_cast<size_t>(*i)].path + " -> ";
            chain += named_[static_cast<size_t>(id)].path;
            auto& d = error(asked_at, message::cyclic_formulas, {chain});
            for (auto i = from; i != stack_.end(); ++i)
                if (const Named& n = named_[static_cast<size_t>(*i)]; n.pos)
                    d.see(n.pos, message::cycle_member, {n.path});
            d.hint(message::cycle_hint);
            named_[static_cast<size_t>(id)].value = wrong();
        }
        if (!stack_.empty()) named_[static_cast<size_t>(stack_.back())].uses.push_back(id);
        return id;
    }
    const int id = static_cast<int>(named_.size());
    if (!stack_.empty()) named_[static_cast<size_t>(stack_.back())].uses.push_back(id);
    memo_.emplace(key, id);
    {
        Named n;
        const Family& fam = families_[static_cast<size_t>(f)];
        n.path = fam.path;
        for (size_t i = 0; i < indices.size(); ++i)
            n.path += (i ? "," : "[") + member_name(indices[i]) + (i + 1 == indices.size() ? "]" : "");
        n.busy = true;
        n.value = wrong();
        named_.push_back(std::move(n));
    }
    stack_.push_back(id);
    if (stack_.size() > 4000) {
        error(asked_at, message::expression_too_deep, {"4000"});
    } else {
        Named& n = named_[static_cast<size_t>(id)]; // a deque: stays where it is
        n.value = compute(f, indices, n, asked_at);
    }
    stack_.pop_back();
    named_[static_cast<size_t>(id)].busy = false;
    return id;
}

bool Model::matches(const Rule& rule, Indices indices, Bindings& bindings) {
    if (rule.formula) return std::equal(rule.members.begin(), rule.members.end(), indices.begin(), indices.end());
    const Statement& s = *rule.statement;
    bindings.clear();
    const auto stands_for = [](const IndexExpr& want, const Binding& b) {
        return b.variable == want.name && want.indices.empty() && want.offset == 0;
    };
    // In the order of the clause: a later set may use an earlier variable (`for i in 1..n, j in 1..i`).
    for (const Binding& b : s.clause.bindings) {
        std::optional<Member> member;
        for (size_t i = 0; i < indices.size(); ++i) {
            if (!stands_for(s.indices[i], b)) continue;
            if (member && *member != indices[i]) return false; // x[c, c]: the diagonal alone
            member = indices[i];
        }
        if (!member) continue;
        const auto members = set(b.set, rule.scope, bindings);
        if (!members) return false;
        const int at = members->position(*member);
        if (at < 0) return false;
        bindings.push_back({&b.variable, *member, at});
    }
    // What is left are members by name, and names for members.
    for (size_t i = 0; i < indices.size(); ++i) {
        const auto m = index(s.indices[i], rule.scope, bindings);
        if (!m || *m != indices[i]) return false;
    }
    if (s.clause.condition) {
        const Value c = eval(*s.clause.condition, rule.scope, bindings);
        if (c.wrong) return false;
        if (!graph.is_constant(c.node)) {
            error(s.clause.condition->span.pos(), message::condition_not_about_indices, {});
            return false;
        }
        return !graph.is_zero(c.node);
    }
    return true;
}

Value Model::compute(int f, Indices indices, Named& n, const SourcePos& asked_at) {
    Family& fam = families_[static_cast<size_t>(f)];
    if (static_cast<int>(indices.size()) != fam.arity) {
        error(asked_at, message::different_number_of_indices,
              {fam.path, std::to_string(indices.size()), std::to_string(fam.arity)});
        return wrong();
    }
    if (fam.built_in) {
        n.kind = Named::Kind::built_in;
        n.note = fam.note;
        n.pos = asked_at;
        return fam.built_in(*this, indices, asked_at);
    }
    const Rule* found = nullptr;
    Bindings bindings, best;
    const auto consider = [&](const Rule& rule) {
        if (rule.parameter >= 0 || rule.value) {
            if (!std::equal(rule.members.begin(), rule.members.end(), indices.begin(), indices.end())) return;
            found = &rule;
            return;
        }
        if (!matches(rule, indices, bindings)) return;
        if (found && found->parameter < 0) {
            error(rule.pos, message::defined_twice, {n.path}).see(found->pos, message::first_defined_here);
            return;
        }
        found = &rule;
        best = bindings;
    };
    for (const Rule& rule : fam.rules) consider(rule);
    const auto parameter_value = [&](int index) {
        const Parameter& p = parameters_[static_cast<size_t>(index)];
        n.kind = Named::Kind::parameter;
        n.parameter = index;
        return Value{graph.parameter(index), dimensions.intern(p.datum.unit.dimension), false, false};
    };
    if (!found && fam.fallback_parameter >= 0) return parameter_value(fam.fallback_parameter);
    if (!found) {
        if (fam.fallback) {
            n.kind = Named::Kind::built_in;
            return *fam.fallback;
        }
        error(asked_at, message::member_not_defined, {n.path});
        return wrong();
    }
    n.pos = found->pos;
    named_[static_cast<size_t>(stack_.back())].pos = found->pos; // a cycle is told while its members are expanded
    if (found->parameter >= 0) return parameter_value(found->parameter);
    if (found->value) {
        n.kind = Named::Kind::unknown;
        n.note = found->note;
        return *found->value;
    }
    const Expr& formula = found->formula ? *found->formula : *found->statement->value;
    n.span = formula.span;
    if (found->statement && found->statement->solve) {
        n.kind = Named::Kind::unknown;
        return solve(*found, n.path, indices, best);
    }
    Value v = eval(formula, found->scope, best);
    if (fam.expected && !v.wrong) {
        const DimId expected = fam.expected(indices);
        if (v.any_dim) {
            v.dim = expected;
            v.any_dim = false;
        } else if (v.dim != expected) {
            if (expected == 0)
                error(formula.span.pos(), message::must_be_dimensionless, {n.path, dimensions.text(v.dim)});
            else
                error(formula.span.pos(), message::wrong_dimension,
                      {n.path, dimensions.text(expected), dimensions.text(v.dim)});
            return wrong();
        }
    }
    return v;
}

/// `solve x: left == right from start` makes an unknown; the equation is expanded later.
Value Model::solve(const Rule& rule, const std::string& path, Indices, Bindings& bindings) {
    const Statement& s = *rule.statement;
    if (!s.start) {
        error(rule.pos, message::solve_needs_start, {s.target});
        return wrong();
    }
    const Value start = eval(*s.start, rule.scope, bindings);
    if (start.wrong) return start;
    Unknown u;
    u.path = path;
    u.equation = s.value->span.text() + " == " + s.right->span.text();
    u.pos = rule.pos;
    u.start = start.node;
    const Scope* scope = rule.scope;
    const NodeId node = add_unknown(std::move(u), [&s, scope, bindings](Model& m) mutable {
        const Value left = m.eval(*s.value, scope, bindings);
        const Value right = m.eval(*s.right, scope, bindings);
        return std::pair{left, right};
    });
    return {node, start.dim, false, false};
}

} // namespace viresco::lang
