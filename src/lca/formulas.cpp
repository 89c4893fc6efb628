#include "lca/formulas.h"
#include "base/messages/lca.h"
#include "lang/evaluation.h"
#include "lang/operation.h"
#include <charconv>
#include <cmath>
#include <map>
#include <numbers>

namespace viresco::lca {
namespace {

using lang::NodeId;
using lang::Op;
constexpr int deepest = 400; // brackets in each other, and parameters that use parameters

std::string lower(std::string_view s) {
    std::string out(s);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

/// A name as formulas see it: in any case, without the blanks that files leave around it.
std::string key_of(std::string_view name) {
    while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
    while (!name.empty() && name.front() == ' ') name.remove_prefix(1);
    return lower(name);
}

/// What is wrong with a formula: the hint of the error.
struct Fault {
    Message what;
};

/// Functions that a graph of smooth operations does not hold; they are applied to numbers only.
using Rough = double (*)(double);
const std::map<std::string, Rough>& rough_functions() {
    static const std::map<std::string, Rough> table{
        {"ceil", [](double x) { return std::ceil(x); }},         {"floor", [](double x) { return std::floor(x); }},
        {"round", [](double x) { return std::floor(x + 0.5); }}, {"int", [](double x) { return std::trunc(x); }},
        {"trunc", [](double x) { return std::trunc(x); }},       {"frac", [](double x) { return x - std::trunc(x); }},
        {"sin", [](double x) { return std::sin(x); }},           {"cos", [](double x) { return std::cos(x); }},
        {"tan", [](double x) { return std::tan(x); }},           {"cot", [](double x) { return 1 / std::tan(x); }},
        {"cotan", [](double x) { return 1 / std::tan(x); }},     {"asin", [](double x) { return std::asin(x); }},
        {"arcsin", [](double x) { return std::asin(x); }},       {"acos", [](double x) { return std::acos(x); }},
        {"arccos", [](double x) { return std::acos(x); }},       {"atan", [](double x) { return std::atan(x); }},
        {"arctan", [](double x) { return std::atan(x); }},
    };
    return table;
}

/// The parameters that a formula may name.
struct Scope {
    Formulas::Input::Owner owner = Formulas::Input::Owner::database;
    int index = -1;
    std::string name; // of the owner, for messages
    const std::vector<Parameter>* parameters = nullptr;
    Scope* parent = nullptr;
    std::map<std::string, int> at; // lower-case name -> parameter
    std::vector<NodeId> nodes;
    std::vector<char> busy;
};

class Compiler {
public:
    Compiler(const Database& db, Diagnostics& diagnostics, bool uncertain = false, std::span<const char> processes = {})
        : db_(db), diagnostics_(diagnostics), uncertain_(uncertain), processes_(processes) {
        database_ = make_scope(Formulas::Input::Owner::database, -1, "", db.parameters, nullptr);
    }

    bool run(std::vector<Formulas::Input>& inputs, std::vector<Formulas::Output>& outputs,
             lang::Program::Input& input) {
        const int before = diagnostics_.n_errors();
        all_parameters(database_);
        for (size_t i = 0; i < db_.processes.size(); ++i) {
            if (!processes_.empty() && !processes_[i]) continue;
            const Process& p = db_.processes[i];
            const int owner = static_cast<int>(i);
            Scope scope = make_scope(Formulas::Input::Owner::process, owner, p.name, p.parameters, &database_);
            all_parameters(scope);
            for (size_t k = 0; k < p.exchanges.size(); ++k)
                output(scope, p.exchanges[k].formula, p.exchanges[k].flow,
                       {Formulas::Output::Kind::exchange, owner, static_cast<int>(k)});
            for (size_t k = 0; k < p.allocation.size(); ++k)
                output(scope, p.allocation[k].formula, p.allocation[k].product,
                       {Formulas::Output::Kind::allocation, owner, static_cast<int>(k)});
        }
        for (size_t i = 0; i < db_.categories.size(); ++i) {
            const ImpactCategory& c = db_.categories[i];
            const int owner = static_cast<int>(i);
            Scope scope = make_scope(Formulas::Input::Owner::category, owner, c.name, c.parameters, &database_);
            all_parameters(scope);
            for (size_t k = 0; k < c.factors.size(); ++k)
                output(scope, c.factors[k].formula, c.factors[k].flow,
                       {Formulas::Output::Kind::factor, owner, static_cast<int>(k)});
        }
        if (diagnostics_.n_errors() != before) return false;
        input.graph = std::move(graph_);
        input.parameters = std::move(parameters_);
        input.roots = std::move(roots_);
        inputs = std::move(inputs_);
        outputs = std::move(outputs_);
        return true;
    }

private:
    static Scope make_scope(Formulas::Input::Owner owner, int index, const std::string& name,
                            const std::vector<Parameter>& parameters, Scope* parent) {
        Scope s;
        s.owner = owner;
        s.index = index;
        s.name = name;
        s.parameters = &parameters;
        s.parent = parent;
        for (size_t i = 0; i < parameters.size(); ++i) s.at.emplace(key_of(parameters[i].name), static_cast<int>(i));
        s.nodes.assign(parameters.size(), lang::no_node);
        s.busy.assign(parameters.size(), 0);
        return s;
    }

    void all_parameters(Scope& scope) {
        for (size_t i = 0; i < scope.parameters->size(); ++i) parameter(scope, i);
    }

    /// A parameter as a node; after an error its stored value, so that the error is told once.
    NodeId parameter(Scope& scope, size_t i) {
        NodeId& node = scope.nodes[i];
        if (node != lang::no_node) return node;
        const Parameter& p = (*scope.parameters)[i];
        const bool input = !uncertain_ || p.distribution.given();
        if (p.formula.empty()) return node = input ? make_input(scope, i, false) : graph_.constant(p.value);
        if (scope.busy[i]) {
            circular(scope, i);
            return node = graph_.constant(p.value);
        }
        scope.busy[i] = 1;
        path_.push_back({&scope, i});
        NodeId result = formula(scope, p.formula, p.name, p.value);
        path_.pop_back();
        if (uncertain_ && input) result = graph_.multiply(result, make_input(scope, i, true));
        scope.busy[i] = 0;
        if (scope.nodes[i] == lang::no_node) scope.nodes[i] = result;
        return scope.nodes[i];
    }

    NodeId make_input(const Scope& scope, size_t i, bool relative) {
        const Parameter& p = (*scope.parameters)[i];
        lang::Parameter input;
        input.path = scope.name.empty() ? p.name : scope.name + "." + p.name;
        input.datum.si = relative ? 1 : p.value;
        parameters_.push_back(std::move(input));
        inputs_.push_back({scope.owner, scope.index, static_cast<int>(i), relative});
        return graph_.parameter(static_cast<int>(parameters_.size()) - 1);
    }

    void circular(const Scope& scope, size_t i) {
        std::string cycle;
        bool inside = false;
        for (const auto& [s, k] : path_) {
            inside = inside || (s == &scope && k == i);
            if (inside) cycle += (*s->parameters)[k].name + " -> ";
        }
        diagnostics_.error({}, message::lca_formula_circular, {owner_name(scope), cycle + (*scope.parameters)[i].name})
            .hint(message::lca_formula_circular_hint);
    }

    static std::string owner_name(const Scope& scope) {
        return scope.name.empty() ? "database" : "'" + scope.name + "'";
    }

    void output(Scope& scope, const std::string& text, int flow, Formulas::Output what) {
        if (text.empty()) return;
        const auto& name = flow < 0 ? std::string() : db_.flows[static_cast<size_t>(flow)].name;
        const NodeId node = formula(scope, text, name, 0);
        if (uncertain_ && graph_.is_constant(node)) return;
        roots_.push_back(node);
        outputs_.push_back(what);
    }

    // ---- parsing: recursive descent, weakest operator first
    struct Text {
        std::string_view all;
        Scope* scope;
        std::string of; // for messages
        size_t i = 0;
        int depth = 0;
    };

    NodeId formula(Scope& scope, const std::string& text, const std::string& of, double fallback) {
        Text t{text, &scope, of};
        if (!text.empty() && text[0] == '=') t.i = 1; // as in a spreadsheet
        try {
            if (path_.size() > deepest) throw Fault{{message::lca_formula_deep, {}}};
            const NodeId node = either(t);
            skip(t);
            if (t.i < t.all.size()) throw Fault{{message::lca_formula_rest, {std::string(t.all.substr(t.i))}}};
            const double x = value(node);
            if (!std::isfinite(x)) throw Fault{{message::lca_formula_not_finite, {std::to_string(x)}}};
            return node;
        } catch (const Fault& fault) {
            auto& error = diagnostics_.error({}, message::lca_formula_wrong, {scope.name, of, text});
            error.hints.push_back(fault.what);
            if (fault.what.id == message::lca_formula_name) {
                std::vector<std::string> known;
                for (const Scope* s = &scope; s; s = s->parent)
                    for (const auto& p : *s->parameters) known.push_back(p.name);
                suggest(error, fault.what.args[0], known);
            }
            return graph_.constant(fallback);
        }
    }

    static void skip(Text& t) {
        while (t.i < t.all.size() && (t.all[t.i] == ' ' || (t.all[t.i] >= '\t' && t.all[t.i] <= '\r'))) ++t.i;
    }
    static bool take(Text& t, std::string_view symbol) {
        skip(t);
        if (t.all.substr(t.i, symbol.size()) != symbol) return false;
        t.i += symbol.size();
        return true;
    }
    static bool is_letter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
    }
    static bool is_digit(char c) { return c >= '0' && c <= '9'; }
    static std::string_view word(const Text& t) {
        size_t end = t.i;
        while (end < t.all.size() && (is_letter(t.all[end]) || (end > t.i && is_digit(t.all[end])))) ++end;
        return t.all.substr(t.i, end - t.i);
    }
    static bool take_word(Text& t, std::string_view wanted) {
        skip(t);
        const auto w = word(t);
        if (lower(w) != wanted) return false;
        t.i += w.size();
        return true;
    }
    static void expect(Text& t, std::string_view symbol) {
        if (!take(t, symbol)) throw Fault{{message::lca_formula_expected, {std::string(symbol)}}};
    }

    // Conditions are 1 and 0, as in openLCA's results; any other number but 0 counts as true.
    NodeId truth(NodeId x) { return graph_.select(x, graph_.one(), graph_.zero()); }
    NodeId negation(NodeId x) { return graph_.select(x, graph_.zero(), graph_.one()); }
    NodeId equal(NodeId a, NodeId b) {
        return graph_.multiply(negation(graph_.less(a, b)), negation(graph_.less(b, a)));
    }

    NodeId either(Text& t) {
        if (++t.depth > deepest) throw Fault{{message::lca_formula_deep, {}}};
        NodeId a = exclusive(t);
        while (take(t, "||") || take(t, "|") || take_word(t, "or")) a = graph_.max(truth(a), truth(exclusive(t)));
        --t.depth;
        return a;
    }
    NodeId exclusive(Text& t) {
        NodeId a = both(t);
        while (take_word(t, "xor")) a = negation(equal(truth(a), truth(both(t))));
        return a;
    }
    NodeId both(Text& t) {
        NodeId a = compare(t);
        while (take(t, "&&") || take(t, "&") || take_word(t, "and")) a = graph_.multiply(truth(a), truth(compare(t)));
        return a;
    }
    NodeId compare(Text& t) {
        NodeId a = sum(t);
        for (;;) {
            if (take(t, "<="))
                a = negation(graph_.less(sum(t), a));
            else if (take(t, ">="))
                a = negation(graph_.less(a, sum(t)));
            else if (take(t, "<>") || take(t, "!="))
                a = negation(equal(a, sum(t)));
            else if (take(t, "==") || take(t, "="))
                a = equal(a, sum(t));
            else if (take(t, "<"))
                a = graph_.less(a, sum(t));
            else if (take(t, ">"))
                a = graph_.less(sum(t), a);
            else
                return a;
        }
    }
    NodeId sum(Text& t) {
        NodeId a = term(t);
        for (;;) {
            if (take(t, "+"))
                a = graph_.add(a, term(t));
            else if (take(t, "-"))
                a = graph_.subtract(a, term(t));
            else
                return a;
        }
    }
    NodeId term(Text& t) {
        NodeId a = power(t);
        for (;;) {
            if (take(t, "*"))
                a = graph_.multiply(a, power(t));
            else if (take(t, "/"))
                a = graph_.divide(a, power(t));
            else if (take_word(t, "div"))
                a = rough(t, "div", graph_.divide(a, power(t)), [](double x) { return std::trunc(x); });
            else if (take_word(t, "mod")) {
                const NodeId b = power(t);
                const NodeId whole = rough(t, "mod", graph_.divide(a, b), [](double x) { return std::trunc(x); });
                a = graph_.subtract(a, graph_.multiply(whole, b));
            } else
                return a;
        }
    }
    NodeId power(Text& t) {
        NodeId a = sign(t);
        while (take(t, "^")) a = graph_.power(a, sign(t));
        return a;
    }
    NodeId sign(Text& t) {
        if (take(t, "-")) return graph_.negate(element(t));
        if (take(t, "+")) return element(t);
        return element(t);
    }
    NodeId element(Text& t) {
        skip(t);
        if (take(t, "(")) {
            const NodeId a = either(t);
            expect(t, ")");
            return a;
        }
        if (t.i < t.all.size() && (is_digit(t.all[t.i]) || t.all[t.i] == '.')) {
            double x = 0;
            const char* begin = t.all.data() + t.i;
            const auto [end, error] = std::from_chars(begin, t.all.data() + t.all.size(), x);
            if (error == std::errc()) {
                t.i += static_cast<size_t>(end - begin);
                return graph_.constant(x);
            }
        }
        const std::string name(word(t));
        if (name.empty()) throw Fault{{message::lca_formula_operand, {std::string(t.all.substr(t.i))}}};
        t.i += name.size();
        if (take(t, "(")) return function(t, name);
        if (lower(name) == "not") return negation(element(t));
        return reference(*t.scope, name);
    }

    NodeId reference(Scope& scope, const std::string& name) {
        const std::string key = lower(name);
        for (Scope* s = &scope; s; s = s->parent) {
            const auto found = s->at.find(key);
            if (found != s->at.end()) return parameter(*s, static_cast<size_t>(found->second));
        }
        if (key == "pi") return graph_.constant(std::numbers::pi);
        if (key == "e") return graph_.constant(std::numbers::e);
        if (key == "true") return graph_.one();
        if (key == "false") return graph_.zero();
        throw Fault{{message::lca_formula_name, {name}}};
    }

    NodeId function(Text& t, const std::string& written) {
        const std::string name = lower(written);
        std::vector<NodeId> x;
        if (!take(t, ")")) {
            do x.push_back(either(t));
            while (take(t, ";") || take(t, ","));
            expect(t, ")");
        }
        const auto arguments = [&](bool ok) {
            if (!ok) throw Fault{{message::lca_formula_arguments, {written, std::to_string(x.size())}}};
        };
        const size_t n = x.size();
        if (name == "if" || name == "iff" || name == "iif") {
            arguments(n == 3);
            return graph_.select(x[0], x[1], x[2]);
        }
        if (name == "and" || name == "or" || name == "sum" || name == "avg" || name == "mean" || name == "min" ||
            name == "max") {
            arguments(n > 0);
            const bool logical = name == "and" || name == "or";
            NodeId a = logical ? truth(x[0]) : x[0];
            for (size_t i = 1; i < n; ++i) {
                if (name == "and")
                    a = graph_.multiply(a, truth(x[i]));
                else if (name == "or")
                    a = graph_.max(a, truth(x[i]));
                else if (name == "min")
                    a = graph_.min(a, x[i]);
                else if (name == "max")
                    a = graph_.max(a, x[i]);
                else
                    a = graph_.add(a, x[i]);
            }
            return name == "avg" || name == "mean" ? graph_.divide(a, graph_.constant(static_cast<double>(n))) : a;
        }
        if (name == "power" || name == "pow" || name == "ipower") {
            arguments(n == 2);
            return graph_.power(x[0], x[1]);
        }
        if (n == 0 && (name == "pi" || name == "e" || name == "true" || name == "false"))
            return reference(*t.scope, written);
        return function_of_one(t, name, written, x);
    }

    NodeId function_of_one(Text& t, const std::string& name, const std::string& written, const std::vector<NodeId>& x) {
        static const std::map<std::string, Op> smooth{
            {"abs", Op::abs}, {"sqrt", Op::sqrt}, {"exp", Op::exp}, {"ln", Op::log}, {"tanh", Op::tanh}};
        const auto op = smooth.find(name);
        const auto step = rough_functions().find(name);
        const bool other = name == "log" || name == "lg" || name == "log10" || name == "sqr" || name == "not" ||
                           name == "sinh" || name == "cosh";
        if (op == smooth.end() && step == rough_functions().end() && !other)
            throw Fault{{message::lca_formula_function, {written}}};
        if (x.size() != 1) throw Fault{{message::lca_formula_arguments, {written, std::to_string(x.size())}}};
        const NodeId a = x[0];
        if (op != smooth.end()) return graph_.unary(op->second, a);
        if (step != rough_functions().end()) return rough(t, written, a, step->second);
        if (name == "sqr") return graph_.multiply(a, a);
        if (name == "not") return negation(a);
        if (name == "sinh" || name == "cosh") {
            const NodeId up = graph_.unary(Op::exp, a), down = graph_.unary(Op::exp, graph_.negate(a));
            return graph_.divide(name == "sinh" ? graph_.subtract(up, down) : graph_.add(up, down), graph_.constant(2));
        }
        if (graph_.is_constant(a)) return graph_.constant(std::log10(graph_[a].value)); // exact for powers of ten
        return graph_.divide(graph_.unary(Op::log, a), graph_.constant(std::numbers::ln10));
    }

    /// A function of numbers; of something that can change it is taken at the nominal values.
    NodeId rough(Text& t, const std::string& name, NodeId a, Rough f) {
        if (!graph_.is_constant(a)) diagnostics_.warning({}, message::lca_formula_frozen, {t.scope->name, t.of, name});
        return graph_.constant(f(value(a)));
    }

    /// Value of a node for the parameters' own values.
    double value(NodeId wanted) {
        while (static_cast<NodeId>(values_.size()) <= wanted) {
            const lang::Node& n = graph_[static_cast<NodeId>(values_.size())];
            const auto of = [&](NodeId i) { return i == lang::no_node ? 0.0 : values_[static_cast<size_t>(i)]; };
            if (n.op == Op::parameter)
                values_.push_back(parameters_[static_cast<size_t>(n.a)].datum.si);
            else if (n.op == Op::constant)
                values_.push_back(n.value);
            else
                values_.push_back(lang::apply(n, of(n.a), of(n.b), of(n.c)));
        }
        return values_[static_cast<size_t>(wanted)];
    }

    const Database& db_;
    Diagnostics& diagnostics_;
    const bool uncertain_;
    const std::span<const char> processes_;
    lang::Graph graph_;
    std::vector<double> values_;
    Scope database_;
    std::vector<std::pair<const Scope*, size_t>> path_;
    std::vector<lang::Parameter> parameters_;
    std::vector<NodeId> roots_;
    std::vector<Formulas::Input> inputs_;
    std::vector<Formulas::Output> outputs_;
};

} // namespace

std::optional<Formulas> Formulas::compile(const Database& db, Diagnostics& diagnostics) {
    Formulas f;
    lang::Program::Input input;
    if (!Compiler(db, diagnostics).run(f.inputs_, f.outputs_, input)) return std::nullopt;
    f.finish(std::move(input), diagnostics);
    return f;
}

std::optional<Formulas> Formulas::compile_uncertain(const Database& db, Diagnostics& diagnostics,
                                                    std::span<const char> processes) {
    Formulas f;
    lang::Program::Input input;
    if (!Compiler(db, diagnostics, true, processes).run(f.inputs_, f.outputs_, input)) return std::nullopt;
    f.finish(std::move(input), diagnostics);
    return f;
}

void Formulas::finish(lang::Program::Input input, Diagnostics& diagnostics) {
    program_ = lang::Program::build(std::move(input), diagnostics);
    values_ = evaluate(program_.defaults());
}

std::vector<double> Formulas::evaluate(std::span<const double> inputs) const {
    std::vector<double> out;
    if (outputs_.empty()) return out;
    lang::Evaluation evaluation(program_);
    evaluation.run(inputs);
    out.reserve(outputs_.size());
    for (const int32_t slot : program_.root_slots()) out.push_back(evaluation.value(slot));
    return out;
}

} // namespace viresco::lca
