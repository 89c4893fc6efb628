#include "assess/indicators.h"
#include "base/messages/assess.h"
#include "base/messages/plant.h"
#include "matter/quantity.h"
#include <algorithm>

namespace viresco::assess {

using text::Node;

std::vector<Definition> read_definitions(plant::Library& library, const std::vector<const Node*>& files) {
    Diagnostics& d = library.diagnostics;
    std::vector<Definition> out;
    for (const Node* file : files) {
        plant::check_keys(*file, {"viresco", "kind", "title", "source", "indicators"}, d);
        const Node* list = file->find("indicators");
        if (!list || !plant::expect_map(*list, "'indicators'", d)) continue;
        for (const auto& e : list->entries()) {
            if (!plant::is_name(e.key)) d.error(e.key_pos, message::not_a_name, {e.key});
            if (!plant::expect_map(e.value, "'" + e.key + "'", d)) continue;
            plant::check_keys(e.value,
                              {"title", "definition", "unit", "boundary", "better", "additive", "electricity",
                               "formula", "defined_if", "source"},
                              d);
            Definition def;
            def.id = e.key;
            def.pos = e.key_pos;
            def.title = e.value.find("title") ? matter::read_title(*e.value.find("title"), d)
                                              : matter::Title{e.key, e.key};
            if (const Node* t = e.value.find("definition")) def.definition = matter::read_title(*t, d);
            def.boundary = plant::scalar_of(e.value, "boundary", d);
            def.better = plant::scalar_of(e.value, "better", d);
            def.electricity = plant::scalar_of(e.value, "electricity", d);
            def.additive = plant::scalar_of(e.value, "additive", d) == "true";
            def.formula = e.value.find("formula");
            def.defined_if = e.value.find("defined_if");
            if (!def.formula || !def.formula->is_scalar()) {
                d.error(e.key_pos, message::indicator_without_formula, {e.key});
                continue;
            }
            if (def.boundary != "gate_to_gate" && def.boundary != "cradle_to_gate")
                suggest(d.error(e.value.find("boundary") ? e.value.find("boundary")->pos() : e.key_pos,
                                message::unknown_boundary, {def.boundary}),
                        def.boundary, {"gate_to_gate", "cradle_to_gate"});
            if (const Node* u = e.value.find("unit")) {
                if (const auto unit = matter::read_unit(*u, d)) def.unit = *unit;
            } else {
                d.error(e.key_pos, message::indicator_without_unit, {e.key});
            }
            const auto same = std::find_if(out.begin(), out.end(), [&](const Definition& x) { return x.id == def.id; });
            if (same != out.end())
                *same = std::move(def);
            else
                out.push_back(std::move(def));
        }
    }
    return out;
}

std::string indicator_path(const plant::Plant& p, const std::string& id, const std::string& step) {
    return p.prefix + (step.empty() ? "indicators." : "steps." + step + ".") + id;
}
std::string condition_path(const plant::Plant& p, const std::string& id) { return p.prefix + "defined." + id; }
std::string share_path(const plant::Plant& p, const std::string& id, const std::string& exchange) {
    return p.prefix + "shares." + exchange + "." + id;
}

std::vector<std::string> steps_of(const plant::Plant& p) {
    std::vector<std::string> out;
    const auto add = [&](const std::string& s) {
        if (!s.empty() && std::find(out.begin(), out.end(), s) == out.end()) out.push_back(s);
    };
    for (const auto& [name, title] : p.sections) {
        const bool used = std::any_of(p.units.begin(), p.units.end(),
                                      [&, n = name](const auto& u) { return u.section == n; }) ||
                          std::any_of(p.exchanges.begin(), p.exchanges.end(),
                                      [&, n = name](const auto& x) { return x.step == n; });
        if (used) add(name);
    }
    for (const auto& x : p.exchanges) add(x.step);
    return out;
}

namespace {

/// Declares the definitions under one prefix, where the sets of exchanges may be narrower.
void declare_under(plant::Context& c, const plant::Plant& p, const std::vector<Definition>& list,
                   const std::string& prefix, bool additive_only) {
    const lang::Scope* scope = c.model.scope(p.scope, prefix);
    for (const Definition& def : list) {
        if (additive_only && !def.additive) continue;
        const std::string path = prefix + def.id;
        c.model.add_formula(path, {}, scope, lang::parse_expression(*def.formula, c.model.diagnostics),
                            def.formula->pos());
        c.model.expect_dimension(path, c.model.dimensions.intern(def.unit.dimension));
    }
}

} // namespace

void declare_indicators(plant::Context& c, const plant::Plant& p, const lca::Background& b,
                        const std::vector<Definition>& list) {
    declare_under(c, p, list, p.prefix + "indicators.", false);
    const lang::Scope* scope = c.model.scope(p.scope, p.prefix + "indicators.");
    for (const Definition& def : list)
        if (def.defined_if)
            c.model.add_formula(condition_path(p, def.id), {}, scope,
                                lang::parse_expression(*def.defined_if, c.model.diagnostics), def.defined_if->pos());
    for (const std::string& step : steps_of(p)) {
        const std::string prefix = p.prefix + "steps." + step + ".";
        lca::declare_sets(c, p, b, prefix, [&](const plant::Exchange& x) { return x.step == step; });
        declare_under(c, p, list, prefix, true);
    }
}

void declare_shares(plant::Context& c, const plant::Plant& p, const lca::Background& b,
                    const std::vector<Definition>& list) {
    for (const plant::Exchange& exchange : p.exchanges) {
        const std::string prefix = p.prefix + "shares." + exchange.id + ".";
        lca::declare_sets(c, p, b, prefix, [&](const plant::Exchange& x) { return x.id == exchange.id; });
        declare_under(c, p, list, prefix, true);
    }
}

} // namespace viresco::assess
