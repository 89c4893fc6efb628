#include "assess/limits.h"
#include "assess/maturity.h"
#include "base/messages/assess.h"
#include "base/messages/assess_barriers.h"
#include "base/messages/plant.h"
#include "matter/quantity.h"
#include <algorithm>
#include <cmath>

namespace viresco::assess {

using text::Node;

namespace {

std::optional<Limit> read_limit(plant::Context& c, const Node::Entry& e) {
    Diagnostics& d = c.model.diagnostics;
    if (!plant::is_name(e.key)) d.error(e.key_pos, message::not_a_name, {e.key});
    if (!plant::expect_map(e.value, "'" + e.key + "'", d)) return std::nullopt;
    plant::check_keys(e.value,
                      {"title", "standard", "edition", "table", "value", "condition", "effective", "source", "verified",
                       "mandatory", "at_least", "stage", "formula", "defined_if"},
                      d);
    for (const char* need : {"standard", "value", "effective", "source", "verified", "formula"})
        if (!e.value.find(need)) d.error(e.key_pos, message::limit_needs, {e.key, need});
    if (!e.value.find("value") || !e.value.find("formula")) return std::nullopt;
    Limit l;
    l.id = e.key;
    l.pos = e.key_pos;
    const auto flag = [&](const char* key) { return plant::scalar_of(e.value, key, d) == "true"; };
    l.title = e.value.find("title") ? matter::read_title(*e.value.find("title"), d) : matter::Title{e.key, e.key};
    if (const Node* t = e.value.find("condition")) l.condition = matter::read_title(*t, d);
    l.standard = plant::scalar_of(e.value, "standard", d);
    l.edition = plant::scalar_of(e.value, "edition", d);
    l.table = plant::scalar_of(e.value, "table", d);
    if (const Node* stage = e.value.find("stage")) {
        std::vector<std::string> known;
        for (const Stage& s : stages()) known.emplace_back(s.id);
        l.stage = stage->scalar();
        if (std::find(known.begin(), known.end(), l.stage) == known.end())
            suggest(d.error(stage->pos(), message::limit_stage, {l.stage}), l.stage, known);
    }
    l.effective = plant::scalar_of(e.value, "effective", d);
    l.source = plant::scalar_of(e.value, "source", d);
    l.verified = flag("verified");
    l.mandatory = flag("mandatory");
    l.at_least = flag("at_least");
    l.formula = e.value.find("formula");
    l.defined_if = e.value.find("defined_if");
    const auto q = matter::read_quantity(*e.value.find("value"), d);
    if (!q) return std::nullopt;
    l.unit = q->unit;
    return l;
}

} // namespace

const char* to_string(Compliance c) {
    switch (c) {
    case Compliance::compliant: return "compliant";
    case Compliance::within_unverified: return "within_unverified";
    case Compliance::exceeds: return "exceeds";
    case Compliance::exceeds_unverified: return "exceeds_unverified";
    case Compliance::not_defined: break;
    }
    return "not_defined";
}

std::vector<Limit> read_limits(plant::Context& c, const std::vector<const Node*>& files) {
    Diagnostics& d = c.model.diagnostics;
    const lang::Scope* scope = c.model.scope(nullptr, "limits.");
    std::vector<Limit> out;
    std::vector<const Node*> values;
    for (const Node* file : files) {
        plant::check_keys(*file, {"viresco", "kind", "title", "source", "parameters", "limits"}, d);
        if (const Node* p = file->find("parameters"))
            for (const auto& declared : plant::read_declarations(*p, d))
                plant::declare_parameter(c, "limits.", declared, nullptr, scope, scope, {});
        const Node* list = file->find("limits");
        if (!list || !plant::expect_map(*list, "'limits'", d)) continue;
        for (const auto& e : list->entries()) {
            auto limit = read_limit(c, e);
            if (!limit) continue;
            const auto same = std::find_if(out.begin(), out.end(), [&](const Limit& x) { return x.id == limit->id; });
            if (same != out.end()) {
                values[static_cast<size_t>(same - out.begin())] = e.value.find("value");
                *same = std::move(*limit);
            } else {
                values.push_back(e.value.find("value"));
                out.push_back(std::move(*limit));
            }
        }
    }
    for (size_t i = 0; i < out.size(); ++i) {
        plant::ParameterDeclaration declared;
        declared.name = out[i].id;
        declared.pos = out[i].pos;
        declared.title = out[i].title;
        declared.node = values[i];
        plant::declare_parameter(c, "limits.", declared, nullptr, scope, scope, {});
    }
    return out;
}

std::string measured_path(const plant::Plant& p, const Limit& l) { return p.prefix + "measured." + l.id; }
std::string measured_if_path(const plant::Plant& p, const Limit& l) { return p.prefix + "measured_if." + l.id; }
std::string value_path(const Limit& l) { return "limits." + l.id; }

void declare_limits(plant::Context& c, const plant::Plant& p, const std::vector<Limit>& limits) {
    const lang::Scope* scope = c.model.scope(p.scope, p.prefix + "indicators.");
    for (const Limit& l : limits) {
        if (!l.formula->is_scalar()) {
            c.model.diagnostics.error(l.formula->pos(), message::limit_needs, {l.id, "formula"});
            continue;
        }
        const std::string path = measured_path(p, l);
        c.model.add_formula(path, {}, scope, lang::parse_expression(*l.formula, c.model.diagnostics), l.formula->pos());
        c.model.expect_dimension(path, c.model.dimensions.intern(l.unit.dimension));
        if (l.defined_if && l.defined_if->is_scalar())
            c.model.add_formula(measured_if_path(p, l), {}, scope,
                                lang::parse_expression(*l.defined_if, c.model.diagnostics), l.defined_if->pos());
    }
}

Compliance judge(const Limit& l, double measured, double value) {
    if (!std::isfinite(measured) || !std::isfinite(value)) return Compliance::not_defined;
    const bool within = l.at_least ? measured >= value : measured <= value;
    if (l.verified) return within ? Compliance::compliant : Compliance::exceeds;
    return within ? Compliance::within_unverified : Compliance::exceeds_unverified;
}

bool passes(Compliance c) { return c == Compliance::compliant || c == Compliance::within_unverified; }

} // namespace viresco::assess
