#include "sbml/compile.h"
#include "base/messages/sbml.h"
#include "sbml/functions.h"
#include "sbml/read.h"
#include <cmath>
#include <limits>
#include <set>
#include <unordered_map>

namespace viresco::sbml {
namespace {

using lang::Graph;
using lang::no_node;
using lang::NodeId;
using lang::Op;

/// What a formula belongs to: for messages, and the names bound there.
struct Scope {
    std::string owner;
    SourcePos pos;
    const std::unordered_map<std::string, NodeId>* bound = nullptr;
    int depth = 0;
};

class Compiler {
public:
    explicit Compiler(const Document& d) : d_(d), g_(in_.graph) {}

    Compiled compile() {
        declare();
        rates();
        starts();
        variables();
        events();
        switches();
        in_.outputs = outputs_;
        diagnostics_.throw_if_errors();
        out_.name = d_.name;
        out_.program = lang::DynamicProgram::build(std::move(in_), diagnostics_);
        diagnostics_.throw_if_errors();
        return std::move(out_);
    }

private:
    struct Symbol {
        enum class Kind { compartment, species, parameter, stoichiometry, reaction } kind;
        const Species* species = nullptr;
        const Reaction* reaction = nullptr;
        const Rule *assigned = nullptr, *rate_rule = nullptr;
        Place place; ///< of what is kept; none where a rule assigns it
        std::optional<double> initial;
        NodeId node = no_node; ///< of what its symbol means, once asked for
        bool open = false;     ///< being worked on
        SourcePos pos;
    };

    // --- symbols

    Symbol* find(const std::string& id) {
        const auto it = symbols_.find(id);
        return it == symbols_.end() ? nullptr : &it->second;
    }
    void add(const std::string& id, Symbol s) {
        if (id.empty()) return;
        if (!symbols_.emplace(id, s).second) diagnostics_.error(s.pos, message::sbml_twice, {id});
        order_.push_back(id);
    }

    void declare() {
        using Kind = Symbol::Kind;
        for (const Compartment& c : d_.compartments) {
            add(c.id, {Kind::compartment, nullptr, nullptr, nullptr, nullptr, {}, c.size, no_node, false, c.pos});
            if (c.without_size) without_size_.insert(c.id);
        }
        for (const Species& s : d_.species)
            add(s.id, {Kind::species, &s, nullptr, nullptr, nullptr, {}, {}, no_node, false, s.pos});
        for (const Parameter& p : d_.parameters)
            add(p.id, {Kind::parameter, nullptr, nullptr, nullptr, nullptr, {}, p.value, no_node, false, p.pos});
        for (const Reaction& r : d_.reactions) {
            add(r.id, {Kind::reaction, nullptr, &r, nullptr, nullptr, {}, {}, no_node, false, r.pos});
            for (const auto* side : {&r.reactants, &r.products})
                for (const Participant& p : *side)
                    if (!p.stoichiometry_math)
                        add(p.id, {Kind::stoichiometry,
                                   nullptr,
                                   nullptr,
                                   nullptr,
                                   nullptr,
                                   {},
                                   p.stoichiometry,
                                   no_node,
                                   false,
                                   r.pos});
        }
        for (const Rule& r : d_.assignment_rules) ruled(r)->assigned = &r;
        for (const Rule& r : d_.rate_rules) ruled(r)->rate_rule = &r;
        diagnostics_.throw_if_errors();
        // Species that reactions change
        std::set<std::string> reacting;
        for (const Reaction& r : d_.reactions)
            for (const auto* side : {&r.reactants, &r.products})
                for (const Participant& p : *side) reacting.insert(p.species);
        for (const std::string& id : order_) {
            Symbol& s = symbols_.at(id);
            if (s.assigned || s.kind == Symbol::Kind::reaction) continue;
            const bool reacts = s.species && !s.species->boundary && !s.species->constant && reacting.contains(id);
            s.place = s.rate_rule || reacts ? new_state(id, s.pos) : new_parameter(id, s);
        }
        if (in_.states.empty()) new_state("", {}); // the methods want something to integrate
    }
    Symbol* ruled(const Rule& r) {
        Symbol* s = find(r.target);
        if (!s || s->kind == Symbol::Kind::reaction) {
            diagnostics_.error(r.pos, message::sbml_unknown_symbol, {r.target, r.target});
            return &nowhere_;
        }
        if (s->assigned || s->rate_rule) diagnostics_.error(r.pos, message::sbml_twice, {r.target});
        return s;
    }
    Place new_state(const std::string& id, const SourcePos& pos) {
        lang::State s;
        s.path = id;
        s.pos = pos;
        s.node = g_.state(static_cast<int>(in_.states.size()));
        s.start = s.rate = g_.zero();
        in_.states.push_back(s);
        return {true, static_cast<int>(in_.states.size()) - 1};
    }
    Place new_parameter(const std::string& id, const Symbol& s) {
        lang::Parameter p;
        p.path = id;
        p.datum.si = s.initial.value_or(std::numeric_limits<double>::quiet_NaN());
        p.datum.pos = s.pos;
        in_.parameters.push_back(p);
        return {false, static_cast<int>(in_.parameters.size()) - 1};
    }

    // --- what symbols mean

    NodeId kept(const Symbol& s) { return s.place.state ? g_.state(s.place.index) : g_.parameter(s.place.index); }
    bool sized(const Symbol& s) const { return s.species && !without_size_.contains(s.species->compartment); }
    /// The symbol of a species means its concentration.
    bool means_concentration(const Symbol& s) const { return sized(s) && !s.species->only_substance; }
    /// A species is kept as its amount, except where a rate rule determines its concentration.
    bool kept_as_concentration(const Symbol& s) const { return s.rate_rule && means_concentration(s); }
    NodeId volume(const Symbol& s) { return value(s.species->compartment, {s.species->id, s.pos}); }

    NodeId value(const std::string& id, const Scope& scope) {
        Symbol* s = find(id);
        if (!s) {
            diagnostics_.error(scope.pos, message::sbml_unknown_symbol, {id, scope.owner});
            return g_.zero();
        }
        if (s->node != no_node) return s->node;
        if (s->open) {
            diagnostics_.error(s->pos, message::sbml_cycle, {id});
            return g_.zero();
        }
        s->open = true;
        NodeId node;
        if (s->reaction)
            node = rate(*s->reaction);
        else if (s->assigned)
            node = expression(*s->assigned->math, {id, s->assigned->pos});
        else if (means_concentration(*s) && !kept_as_concentration(*s))
            node = g_.divide(kept(*s), volume(*s));
        else
            node = kept(*s);
        s->open = false;
        return s->node = node;
    }
    NodeId rate(const Reaction& r) {
        if (!r.rate) return g_.zero();
        std::unordered_map<std::string, NodeId> locals;
        for (const Parameter& p : r.locals)
            locals[p.id] = g_.constant(p.value.value_or(std::numeric_limits<double>::quiet_NaN()));
        return expression(*r.rate, {r.id, r.pos, &locals});
    }
    NodeId amount(const std::string& id) {
        Symbol& s = symbols_.at(id);
        const NodeId v = value(id, {id, s.pos});
        if (!means_concentration(s)) return v;
        return s.assigned || s.rate_rule ? g_.multiply(v, volume(s)) : kept(s);
    }
    NodeId concentration(const std::string& id) {
        Symbol& s = symbols_.at(id);
        const NodeId v = value(id, {id, s.pos});
        return means_concentration(s) || !sized(s) ? v : g_.divide(v, volume(s));
    }

    // --- formulas

    NodeId expression(const Expression& e, const Scope& scope) {
        switch (e.kind) {
        case Expression::Kind::number: return g_.constant(e.value);
        case Expression::Kind::symbol:
            if (scope.bound)
                if (const auto it = scope.bound->find(e.name); it != scope.bound->end()) return it->second;
            return value(e.name, scope);
        default: break;
        }
        std::vector<NodeId> arguments;
        for (const Expression& a : e.arguments) arguments.push_back(expression(a, scope));
        const std::string count = std::to_string(arguments.size());
        if (e.kind == Expression::Kind::call) return call(e.name, arguments, scope);
        if (e.name == "rateOf" && arguments.size() == 1) return total_rate(arguments[0], scope);
        const NodeId node = apply(g_, e.name, arguments);
        if (node != no_node) return node;
        diagnostics_.error(scope.pos, message::sbml_wrong_count, {e.name, scope.owner, count});
        return g_.zero();
    }
    NodeId call(const std::string& name, const std::vector<NodeId>& arguments, const Scope& scope) {
        constexpr int deepest = 200;
        if (scope.depth > deepest) {
            diagnostics_.error(scope.pos, message::sbml_cycle, {name});
            return g_.zero();
        }
        for (const FunctionDefinition& f : d_.functions) {
            if (f.id != name || f.arguments.size() != arguments.size()) continue;
            if (!f.body) return g_.constant(std::numeric_limits<double>::quiet_NaN());
            std::unordered_map<std::string, NodeId> bound;
            for (size_t i = 0; i < arguments.size(); ++i) bound[f.arguments[i]] = arguments[i];
            return expression(*f.body, {scope.owner, scope.pos, &bound, scope.depth + 1});
        }
        diagnostics_.error(scope.pos, message::sbml_unknown_function,
                           {name, scope.owner, std::to_string(arguments.size())});
        return g_.zero();
    }
    /// d/dt of a node along the solution.
    NodeId total_rate(NodeId node, const Scope& scope) {
        std::vector<NodeId> x;
        for (const lang::State& s : in_.states) x.push_back(s.node);
        x.push_back(g_.time());
        lang::Differentiator by(g_, x);
        NodeId sum = g_.zero();
        for (const auto& [i, slope] : by(node)) {
            const NodeId speed = static_cast<size_t>(i) < in_.states.size() ? state_rate(i, scope) : g_.one();
            sum = g_.add(sum, g_.multiply(slope, speed));
        }
        return sum;
    }

    // --- rates

    /// dx/dt of a state, made when it is first asked for.
    NodeId state_rate(int index, const Scope& scope) {
        const auto i = static_cast<size_t>(index);
        if (rate_state_[i] == 2) return in_.states[i].rate;
        if (rate_state_[i] == 1) {
            diagnostics_.error(scope.pos, message::sbml_cycle, {"rateOf(" + in_.states[i].path + ")"});
            return g_.zero();
        }
        rate_state_[i] = 1;
        const std::string id = in_.states[i].path;
        NodeId node = g_.zero();
        if (Symbol* s = find(id)) {
            if (s->rate_rule)
                node = expression(*s->rate_rule->math, {id, s->rate_rule->pos});
            else
                node = net_production(id);
        }
        rate_state_[i] = 2;
        return in_.states[i].rate = node;
    }
    NodeId net_production(const std::string& id) {
        NodeId sum = g_.zero();
        for (const auto& [reaction, participant, sign] : turnover_[id]) {
            const NodeId n = stoichiometry(*participant, *reaction);
            const NodeId v = g_.multiply(n, value_of(*reaction));
            sum = sign > 0 ? g_.add(sum, v) : g_.subtract(sum, v);
        }
        const Species& s = *symbols_.at(id).species;
        const std::string& factor = s.conversion_factor.empty() ? d_.conversion_factor : s.conversion_factor;
        return factor.empty() ? sum : g_.multiply(sum, value(factor, {id, s.pos}));
    }
    NodeId value_of(const Reaction& r) { return r.id.empty() ? rate(r) : value(r.id, {r.id, r.pos}); }
    NodeId stoichiometry(const Participant& p, const Reaction& r) {
        if (p.stoichiometry_math) return expression(*p.stoichiometry_math, {r.id, r.pos});
        if (!p.id.empty()) return value(p.id, {r.id, r.pos});
        return g_.constant(p.stoichiometry.value_or(std::numeric_limits<double>::quiet_NaN()));
    }
    void rates() {
        for (const Reaction& r : d_.reactions) {
            for (const Participant& p : r.reactants) turnover_[p.species].push_back({&r, &p, -1});
            for (const Participant& p : r.products) turnover_[p.species].push_back({&r, &p, 1});
        }
        rate_state_.assign(in_.states.size(), 0);
        for (size_t i = 0; i < in_.states.size(); ++i) state_rate(static_cast<int>(i), {in_.states[i].path, {}});
    }

    // --- start, variables, events

    int output(NodeId node) {
        outputs_.push_back(node);
        return static_cast<int>(outputs_.size()) - 1;
    }
    /// How the value of a symbol becomes the number that is kept.
    Assignment assignment(const std::string& id, NodeId node) {
        const Symbol& s = symbols_.at(id);
        const bool scaled = means_concentration(s) && !kept_as_concentration(s);
        return {s.place, output(node), scaled ? output(volume(s)) : -1, id};
    }
    void starts() {
        std::set<std::string> given;
        for (const Rule& r : d_.initial_assignments) {
            Symbol* s = find(r.target);
            if (!s || s->reaction) {
                diagnostics_.error(r.pos, message::sbml_unknown_symbol, {r.target, r.target});
                continue;
            }
            if (s->assigned || !given.insert(r.target).second)
                diagnostics_.error(r.pos, message::sbml_twice, {r.target});
            else
                out_.starts.push_back(assignment(r.target, expression(*r.math, {r.target, r.pos})));
        }
        for (const std::string& id : order_) {
            const Symbol& s = symbols_.at(id);
            if (s.place.index < 0 || given.contains(id)) continue;
            if (s.species)
                start_of_species(id, s);
            else if (s.place.state)
                out_.starts.push_back({s.place, output(g_.constant(s.initial.value_or(std::nan("")))), -1, id});
        }
    }
    void start_of_species(const std::string& id, const Symbol& s) {
        const Species& species = *s.species;
        NodeId node = g_.constant(species.amount ? *species.amount : species.concentration.value_or(std::nan("")));
        const bool as_concentration = kept_as_concentration(s);
        if (species.amount && as_concentration) node = g_.divide(node, volume(s));
        if (!species.amount && species.concentration && !as_concentration && sized(s))
            node = g_.multiply(node, volume(s));
        out_.starts.push_back({s.place, output(node), -1, id});
    }
    void variables() {
        for (const std::string& id : order_) {
            const Symbol& s = symbols_.at(id);
            Variable v{id, output(value(id, {id, s.pos}))};
            if (s.species) {
                v.amount = output(amount(id));
                v.concentration = output(concentration(id));
                if (kept_as_concentration(s)) out_.diluted.push_back({s.place, output(volume(s))});
            }
            out_.variables.push_back(v);
        }
    }
    void events() {
        for (const Event& e : d_.events) {
            if (!e.trigger) continue; // never happens
            const Scope scope{e.id, e.pos};
            CompiledEvent c;
            c.id = e.id;
            c.pos = e.pos;
            const NodeId trigger = truth(g_, expression(*e.trigger, scope));
            c.trigger = output(trigger);
            if (e.delay) c.delay = output(expression(*e.delay, scope));
            if (e.priority) c.priority = output(expression(*e.priority, scope));
            c.initial_value = e.initial_value;
            c.persistent = e.persistent;
            c.values_from_trigger_time = e.values_from_trigger_time;
            for (const Rule& a : e.assignments) {
                const Symbol* s = find(a.target);
                if (!s || s->place.index < 0)
                    diagnostics_.error(a.pos, s ? message::sbml_twice : message::sbml_unknown_symbol, {a.target, e.id});
                else
                    c.assignments.push_back(assignment(a.target, expression(*a.math, {a.target, a.pos})));
            }
            in_.events.push_back({e.id, e.pos, trigger, {}, true});
            in_.events.push_back({e.id, e.pos, g_.subtract(g_.one(), trigger), {}, true});
            out_.events.push_back(std::move(c));
        }
    }
    /// Where a condition in the rates switches the method begins anew.
    void switches() {
        std::vector<NodeId> stack;
        for (const lang::State& s : in_.states) stack.push_back(s.rate);
        std::vector<char> seen(static_cast<size_t>(g_.size()), 0);
        std::vector<NodeId> conditions;
        while (!stack.empty()) {
            const NodeId i = stack.back();
            stack.pop_back();
            if (seen[static_cast<size_t>(i)]) continue;
            seen[static_cast<size_t>(i)] = 1;
            const lang::Node n = g_[i];
            if (n.op == Op::less) conditions.push_back(i);
            const NodeId operands[3] = {n.a, n.b, n.c};
            for (int k = 0; k < lang::n_operands(n); ++k) stack.push_back(operands[k]);
        }
        for (const NodeId c : conditions) {
            in_.events.push_back({"piecewise", {}, c, {}, false});
            in_.events.push_back({"piecewise", {}, g_.subtract(g_.one(), c), {}, false});
        }
    }

    struct Turnover {
        const Reaction* reaction;
        const Participant* participant;
        int sign;
    };
    const Document& d_;
    lang::DynamicProgram::Input in_;
    Graph& g_;
    Compiled out_;
    Diagnostics diagnostics_;
    std::unordered_map<std::string, Symbol> symbols_;
    std::vector<std::string> order_; ///< ids as declared
    Symbol nowhere_{};
    std::set<std::string> without_size_;
    std::unordered_map<std::string, std::vector<Turnover>> turnover_;
    std::vector<char> rate_state_; ///< 0 not yet, 1 being made, 2 there
    std::vector<NodeId> outputs_;
};

} // namespace

const Variable* Compiled::find(const std::string& id) const {
    for (const Variable& v : variables)
        if (v.id == id) return &v;
    return nullptr;
}

Compiled compile(const Document& d) { return Compiler(d).compile(); }

} // namespace viresco::sbml
