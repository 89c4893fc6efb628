#include "study/model.h"
#include "base/messages/study.h"
#include "jit/cache.h"
#include <algorithm>
#include <limits>
#include <set>

namespace viresco::study {

using cases::Case;

namespace {

size_t route_index(const std::vector<std::string>& routes, const std::string& path) {
    const auto at = std::find(routes.begin(), routes.end(), path.substr(0, path.find('.')));
    return static_cast<size_t>(at - routes.begin()); // size(): of all
}

} // namespace

Model::Model(const Request& request, Diagnostics& warnings) {
    std::vector<std::string> names = request.scenarios;
    if (names.empty()) names.push_back("base");
    for (size_t k = 0; k < names.size(); ++k) {
        Diagnostics d;
        if (std::find(names.begin(), names.begin() + static_cast<long>(k), names[k]) !=
            names.begin() + static_cast<long>(k))
            d.error({}, message::study_scenario_twice, {names[k]});
        d.throw_if_errors();
        cases::Request own = request.base;
        own.scenario = names[k];
        cases_.push_back(Case::compile(own, warnings));
    }
    const Case& first = *cases_.front();
    for (const plant::Plant& p : first.routes) routes_.push_back(p.route);
    Diagnostics d;
    for (const std::string& wanted : request.indicators) {
        std::vector<std::string> known;
        for (const auto& def : first.definitions) known.push_back(def.id);
        if (std::find(known.begin(), known.end(), wanted) == known.end())
            suggest(d.error({}, message::study_unknown_indicator, {wanted}), wanted, known);
    }
    d.throw_if_errors();
    if (first.ranking && !request.indicators.empty()) {
        std::string left_out; // fewer criteria may give another verdict
        for (const std::string& id : first.ranking->criteria)
            if (std::find(request.indicators.begin(), request.indicators.end(), id) == request.indicators.end())
                left_out += (left_out.empty() ? "" : ", ") + id;
        if (!left_out.empty()) warnings.warning({}, message::study_no_ranking, {left_out});
    }
    for (const plant::Plant& p : first.routes)
        for (const assess::Definition& def : first.definitions) {
            const auto& wanted = request.indicators;
            if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), def.id) == wanted.end()) continue;
            const cases::Output* o = first.find(assess::indicator_path(p, def.id));
            if (!o || o->slot < 0) continue;
            columns_.push_back(
                {p.route, def.id, def.unit, def.title, def.boundary, def.better, route_index(routes_, p.route)});
        }
    for (size_t k = 0; k < names.size(); ++k) scenarios_.push_back(scenario(*cases_[k], names[k], request.jit));
    inputs_ = std::make_unique<Inputs>(cases_, warnings);
    for (size_t k = 0; k < scenarios_.size(); ++k)
        for (const Inputs::Target& t : inputs_->targets(k))
            scenarios_[k].route_of_target.push_back(
                route_index(routes_, cases_[k]->program.parameters()[static_cast<size_t>(t.parameter)].path));
}

ScenarioModel Model::scenario(const Case& c, const std::string& name, jit::Mode mode) const {
    ScenarioModel out;
    out.name = name;
    out.compiled = &c;
    jit::Options options;
    options.mode = mode;
    options.width = 8;
    options.cache_folder = jit::Cache::user_folder();
    out.code = jit::compile(c.program, options);
    const auto slot_of = [&](const std::string& path) {
        const cases::Output* o = c.find(path);
        return o && o->missing < 0 ? o->slot : -1;
    };
    for (const Column& column : columns_) {
        const plant::Plant& p = c.routes[route_index(routes_, column.route)];
        out.slots.push_back(slot_of(assess::indicator_path(p, column.indicator)));
        const auto def = std::find_if(c.definitions.begin(), c.definitions.end(),
                                      [&](const auto& d) { return d.id == column.indicator; });
        const bool conditional = def != c.definitions.end() && def->defined_if;
        out.conditions.push_back(conditional ? slot_of(assess::condition_path(p, column.indicator)) : -1);
    }
    std::set<int32_t> seen;
    for (size_t r = 0; r < c.routes.size(); ++r) {
        const plant::Plant& p = c.routes[r];
        for (const auto& u : p.units)
            for (const auto& check : u.checks)
                if (const int32_t slot = slot_of(check.path); slot >= 0)
                    out.requirements.push_back({r, slot, -1, {message::failure_requirement, {p.route + "." + u.name}}});
        for (const auto& s : p.streams) {
            const int32_t mass = slot_of(s.path + ".mass");
            for (int k = 0; k < c.components.size() && mass >= 0; ++k) {
                const std::string& component = c.components[k].name;
                const int32_t slot = slot_of(s.path + ".m[" + component + "]");
                if (slot >= 0 && seen.insert(slot).second)
                    out.flows.push_back({r, slot, mass, {message::failure_negative_flow, {s.id, component}}});
            }
        }
        if (const int32_t slot = slot_of(p.product_path); slot >= 0)
            out.products.push_back({r, slot, -1, {message::failure_not_a_number, {}}});
        for (const Case::Audit& a : c.audit())
            if (a.route == p.route && a.missing < 0 && a.net >= 0 && a.gross >= 0)
                out.balances.push_back(
                    {r,
                     a.net,
                     a.gross,
                     {message::failure_balance, {a.route + (a.unit.empty() ? "" : "." + a.unit) + ", " + a.quantity}}});
    }
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const auto& unknowns = c.program.unknowns();
    for (size_t k = 0; k < unknowns.size(); ++k)
        if (unknowns[k].lowest || unknowns[k].highest)
            out.specifications.push_back({route_index(routes_, unknowns[k].path),
                                          c.program.unknown_slots()[k].node,
                                          unknowns[k].lowest.value_or(-infinity),
                                          unknowns[k].highest.value_or(infinity),
                                          {message::failure_specification, {unknowns[k].path}}});
    for (const lang::ImplicitBlock& b : c.program.implicit())
        out.route_of_block.push_back(
            b.unknowns.empty() ? routes_.size()
                               : route_index(routes_, unknowns[static_cast<size_t>(b.unknowns.front())].path));
    return out;
}

int Model::column(size_t route, const std::string& indicator) const {
    for (size_t k = 0; k < columns_.size(); ++k)
        if (columns_[k].route == routes_[route] && columns_[k].indicator == indicator) return static_cast<int>(k);
    return -1;
}

std::vector<std::string> Model::indicators() const {
    std::vector<std::string> out;
    for (const Column& c : columns_)
        if (std::find(out.begin(), out.end(), c.indicator) == out.end()) out.push_back(c.indicator);
    return out;
}

Message ScenarioModel::text_of(const Failure& f, const Inputs& inputs) const {
    using Kind = Failure::Kind;
    switch (f.kind) {
    case Kind::none: break;
    case Kind::outside_limits: return {message::failure_outside_limits, {inputs.list()[f.detail].addresses.front()}};
    case Kind::not_converged: {
        const lang::Program& program = compiled->program;
        if (f.detail >= program.implicit().size() || program.implicit()[f.detail].unknowns.empty())
            return {message::failure_run, {}};
        const int first = program.implicit()[f.detail].unknowns.front();
        return {message::failure_not_converged, {program.unknowns()[static_cast<size_t>(first)].path}};
    }
    case Kind::requirement: return requirements[f.detail].text;
    case Kind::negative_flow: return flows[f.detail].text;
    case Kind::not_a_number: return {message::failure_not_a_number, {}};
    case Kind::balance: return balances[f.detail].text;
    case Kind::specification: return specifications[f.detail].text;
    }
    return {};
}

} // namespace viresco::study
