// A reaction model bound to a unit: its matrix becomes names of the unit.
#include "base/messages/kinetics.h"
#include "base/messages/plant.h"
#include "kinetics/conservation.h"
#include "plant/plant.h"
#include <algorithm>

namespace viresco::plant {

using lang::Indices;
using lang::Member;
using lang::Model;
using lang::Value;
using text::Node;

namespace {

/// One reaction model in one unit.
class Bound {
public:
    Bound(Context& c, std::string prefix, const lang::Scope* scope, kinetics::ReactionModel model)
        : c_(c), prefix_(std::move(prefix)), scope_(scope), model_(std::move(model)) {
        Diagnostics& d = c_.model.diagnostics;
        for (const kinetics::Process& p : model_.processes) {
            by_member_[c_.model.member(p.name)] = formulas_.size();
            formulas_.emplace_back();
            for (const kinetics::Process::Cell& cell : p.cells)
                formulas_.back().push_back(cell.value ? lang::parse_expression(*cell.value, d) : nullptr);
        }
        rows_.resize(model_.processes.size());
    }

    const kinetics::ReactionModel& model() const { return model_; }

    /// Coefficients of a process, with `?` filled in; empty after an error.
    const std::vector<Value>& row(size_t j) {
        std::vector<Value>& out = rows_[j];
        if (!out.empty() || failed_.count(j)) return out;
        const kinetics::Process& p = model_.processes[j];
        Model& m = c_.model;
        std::vector<lang::NodeId> nodes;
        std::vector<lang::DimId> dims;
        bool good = true;
        for (const lang::ExprPtr& formula : formulas_[j]) {
            const Value v = formula ? m.evaluate(*formula, scope_) : Value{};
            good = good && !v.wrong;
            nodes.push_back(formula ? v.node : lang::no_node);
            dims.push_back(v.any_dim ? -1 : v.dim);
        }
        if (!good || !kinetics::complete(m.graph, p, c_.components, nodes, m.diagnostics)) {
            failed_.insert(j);
            return out;
        }
        // Per unit of rate: the rate's dimension gives that of the open ones and checks the given ones.
        const Member index[1] = {m.member(p.name)};
        const Value rate = m.value(prefix_ + "rate", index, p.pos);
        for (size_t k = 0; k < p.cells.size(); ++k) {
            const lang::DimId want = m.dimensions.divide(produced(p.cells[k].component), rate.dim);
            if (formulas_[j][k] && dims[k] >= 0 && dims[k] != want && !rate.wrong)
                m.error(p.cells[k].pos, message::reaction_rate_dimension,
                        {p.name + ": " + c_.components[p.cells[k].component].name,
                         m.dimensions.text(m.dimensions.multiply(dims[k], rate.dim)),
                         m.dimensions.text(produced(p.cells[k].component))});
            out.push_back({nodes[k], want, false, false});
        }
        return out;
    }

    /// basis/(m3 s)
    lang::DimId produced(int component) {
        lang::Dimensions& dims = c_.model.dimensions;
        return dims.divide(dims.intern(c_.components[component].basis), c_.model.dim("m3*s"));
    }

    Value coefficient(Member process, Member component) {
        const auto j = by_member_.find(process);
        const int k = c_.components.find(c_.model.member_name(component));
        if (j == by_member_.end() || k < 0) return {c_.model.graph.zero(), 0, true, false};
        const auto& cells = model_.processes[j->second].cells;
        const auto& values = row(j->second);
        for (size_t i = 0; i < values.size(); ++i)
            if (cells[i].component == k) return values[i];
        return {c_.model.graph.zero(), 0, true, failed_.count(j->second) > 0};
    }

    Value production(Member component) {
        Model& m = c_.model;
        const int k = c_.components.find(m.member_name(component));
        Value sum{m.graph.zero(), k < 0 ? 0 : produced(k), k < 0, false};
        for (const kinetics::Process& p : model_.processes) {
            const Value nu = coefficient(m.member(p.name), component);
            if (nu.wrong) return m.wrong();
            if (nu.any_dim) continue;
            const Member index[1] = {m.member(p.name)};
            sum = m.add(sum, m.multiply(nu, m.value(prefix_ + "rate", index, p.pos)), p.pos);
        }
        return sum;
    }

    void check() {
        Model& m = c_.model;
        std::vector<double> parameters;
        for (const lang::Parameter& p : m.parameters()) parameters.push_back(p.datum.si);
        for (const Setting& s : c_.settings) parameters[static_cast<size_t>(s.parameter)] = s.si;
        for (size_t j = 0; j < rows_.size(); ++j) {
            std::vector<lang::NodeId> nodes;
            for (const Value& v : row(j)) nodes.push_back(v.node);
            if (!nodes.empty())
                kinetics::check_continuity(m.graph, model_.processes[j], c_.components, nodes, parameters,
                                           m.diagnostics);
        }
    }

private:
    Context& c_;
    std::string prefix_;
    const lang::Scope* scope_;
    kinetics::ReactionModel model_;
    std::vector<std::vector<lang::ExprPtr>> formulas_;
    std::vector<std::vector<Value>> rows_;
    std::map<Member, size_t> by_member_;
    std::set<size_t> failed_;
};

} // namespace

void declare_kinetics(Context& c, const std::string& prefix, const std::string& concentration, const lang::Scope* unit,
                      const Node& given, const lang::Scope* given_scope) {
    Model& m = c.model;
    Diagnostics& d = m.diagnostics;
    const Node* is = given.is_map() ? given.find("is") : &given;
    const auto nothing_reacts = [&] { // after an error: what is per `reacting` says nothing further
        m.add_set(prefix + "reacting", {});
        m.add_set(prefix + "processes", {});
    };
    if (!is || !is->is_scalar()) {
        nothing_reacts();
        d.error(given.pos(), message::kinetics_needed, {prefix.substr(0, prefix.size() - (prefix.empty() ? 0 : 1))});
        return;
    }
    const Node* file = c.library.load("reactions", "reactions", is->scalar(), is->pos());
    if (!file) return nothing_reacts();
    const lang::Scope* scope = m.scope(unit, prefix + "reactions.");
    auto bound = std::make_shared<Bound>(c, prefix, scope, kinetics::read_reaction_model(*file, c.components, d));
    const kinetics::ReactionModel& model = bound->model();
    if (!model.unvalidated.empty()) {
        auto& list = c.dynamics.unvalidated;
        const std::string reason = model.name + ": " + model.unvalidated;
        if (std::find(list.begin(), list.end(), reason) == list.end()) list.push_back(reason);
    }
    std::vector<Member> reacting, processes;
    for (const int k : model.components) {
        const Member member = m.member(c.components[k].name);
        reacting.push_back(member);
        const auto value = [path = prefix + concentration, member](Model& model_, Indices, const SourcePos& pos) {
            const Member index[1] = {member};
            return model_.value(path, index, pos);
        };
        m.add_built_in(prefix + "reactions." + c.components[k].symbol, 0, value, "concentration");
        if (c.components[k].symbol != c.components[k].name)
            m.add_built_in(prefix + "reactions." + c.components[k].name, 0, value, "concentration");
    }
    std::vector<std::string> known{"is"};
    if (const Node* list = file->find("parameters"))
        for (const ParameterDeclaration& p : read_declarations(*list, d)) {
            known.push_back(p.name);
            declare_parameter(c, prefix + "reactions.", p, given.is_map() ? given.find(p.name) : nullptr, given_scope,
                              scope, {});
        }
    if (given.is_map()) check_keys(given, known, d);
    if (const Node* equations = file->find("equations")) {
        if (equations->is_scalar())
            for (const lang::Statement& s : c.library.statements(*equations)) m.add_rule(scope, s);
        else
            d.error(equations->pos(), message::expected_text, {"equations"});
    }
    for (const kinetics::Process& p : model.processes) {
        processes.push_back(m.member(p.name));
        for (const auto& [quantity, reason] : p.exceptions)
            c.dynamics.exceptions.push_back({prefix, quantity, p.name + ": " + reason});
        if (p.rate && p.rate->is_scalar())
            m.add_formula(prefix + "rate", {processes.back()}, scope, lang::parse_expression(*p.rate, d),
                          p.rate->pos());
    }
    m.add_set(prefix + "reacting", reacting);
    m.add_set(prefix + "processes", processes);
    m.add_built_in(
        prefix + "coefficient", 2,
        [bound](Model&, Indices i, const SourcePos&) { return bound->coefficient(i[0], i[1]); },
        "stoichiometric coefficient");
    m.add_built_in(
        prefix + "production", 1, [bound](Model&, Indices i, const SourcePos&) { return bound->production(i[0]); },
        "sum over the processes of coefficient x rate");
    if (c.dynamics.checked.insert(file).second) c.dynamics.checks.push_back([bound] { bound->check(); });
}

} // namespace viresco::plant
