#include "assess/barriers.h"
#include "base/messages/assess_barriers.h"
#include "base/messages/plant.h"
#include "base/messages/text.h"
#include "matter/quantity.h"
#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace viresco::assess {

using text::Node;

double score_at(std::span<const ScorePoint> curve, double value) {
    if (curve.empty() || std::isnan(value)) return std::nan("");
    if (value <= curve.front().value) return curve.front().score;
    for (size_t i = 1; i < curve.size(); ++i) {
        const ScorePoint &a = curve[i - 1], &b = curve[i];
        if (value <= b.value) return a.score + (b.score - a.score) * (value - a.value) / (b.value - a.value);
    }
    return curve.back().score;
}

double target_of(std::span<const ScorePoint> curve) {
    if (curve.empty()) return std::nan("");
    const bool rises = curve.front().score < curve.back().score;
    if (!rises) { // the better side is that of large values: the first point with the least score
        for (const ScorePoint& p : curve)
            if (p.score == curve.back().score) return p.value;
    }
    double out = curve.front().value;
    for (const ScorePoint& p : curve)
        if (p.score == curve.front().score) out = p.value;
    return out;
}

namespace {

std::optional<double> number(const Node& node) {
    const std::string text = node.is_scalar() ? node.scalar() : "";
    char* end = nullptr;
    const double x = std::strtod(text.c_str(), &end);
    return !text.empty() && *end == '\0' && std::isfinite(x) ? std::optional(x) : std::nullopt;
}

std::vector<std::string> texts(const Node& map, const char* key, Diagnostics& d) {
    std::vector<std::string> out;
    const Node* list = map.find(key);
    if (!list) return out;
    if (!list->is_sequence()) {
        d.error(list->pos(), message::expected_list, {std::string("'") + key + "'"});
        return out;
    }
    for (const Node& item : list->items()) {
        if (item.is_scalar())
            out.push_back(item.scalar());
        else
            d.error(item.pos(), message::expected_text, {key});
    }
    return out;
}

std::vector<ScorePoint> read_curve(const Node& node, const std::string& id, const units::Unit& unit, Diagnostics& d) {
    std::vector<ScorePoint> out;
    const std::string unit_text = unit.text.empty() ? "1" : unit.text;
    if (node.items().size() < 2) {
        d.error(node.pos(), message::barrier_curve_form, {id, unit_text});
        return out;
    }
    for (const Node& pair : node.items()) {
        const auto value = pair.items().size() == 2 ? number(pair.items()[0]) : std::nullopt;
        const auto score = pair.items().size() == 2 ? number(pair.items()[1]) : std::nullopt;
        if (!value || !score) {
            d.error(pair.pos(), message::barrier_curve_form, {id, unit_text});
            return {};
        }
        if (*score < 0 || *score > 4) {
            d.error(pair.items()[1].pos(), message::barrier_score, {pair.items()[1].scalar()})
                .hint(message::barrier_score_hint);
            return {};
        }
        out.push_back({*value, *score});
    }
    const bool rises = out.front().score < out.back().score;
    for (size_t i = 1; i < out.size(); ++i) {
        const ScorePoint &a = out[i - 1], &b = out[i];
        if (b.value > a.value && (rises ? b.score >= a.score : b.score <= a.score)) continue;
        const auto text = [](double x) { return units::format_number(x); };
        d.error(node.items()[i].pos(), message::barrier_curve_order,
                {id, text(b.value), text(b.score), text(a.value), text(a.score)})
            .hint(message::barrier_curve_hint);
        return {};
    }
    return out;
}

std::optional<Proxy> read_proxy(const Node::Entry& e, Diagnostics& d) {
    if (!plant::is_name(e.key)) d.error(e.key_pos, message::not_a_name, {e.key});
    if (!plant::expect_map(e.value, "'" + e.key + "'", d)) return std::nullopt;
    plant::check_keys(e.value, {"title", "unit", "formula", "defined_if", "needs", "routes", "score", "source"}, d);
    bool complete = true;
    for (const char* need : {"unit", "score", "source"}) {
        if (e.value.find(need)) continue;
        d.error(e.key_pos, message::barrier_proxy_needs, {e.key, need});
        complete = false;
    }
    if (!complete) return std::nullopt;
    Proxy p;
    p.id = e.key;
    p.pos = e.key_pos;
    p.title = e.value.find("title") ? matter::read_title(*e.value.find("title"), d) : matter::Title{e.key, e.key};
    const auto unit = matter::read_unit(*e.value.find("unit"), d);
    if (!unit) return std::nullopt;
    p.unit = *unit;
    p.curve = read_curve(*e.value.find("score"), e.key, p.unit, d);
    p.formula = e.value.find("formula");
    p.defined_if = e.value.find("defined_if");
    for (const Node* formula : {p.formula, p.defined_if})
        if (formula && !formula->is_scalar()) d.error(formula->pos(), message::expected_text, {"formula"});
    p.needs = texts(e.value, "needs", d);
    p.routes = texts(e.value, "routes", d);
    p.source = plant::scalar_of(e.value, "source", d);
    return p;
}

/// What a row says replaces what an earlier row of the same id said.
void read_barrier(const Node::Entry& e, std::vector<Barrier>& out, Diagnostics& d) {
    if (!plant::is_name(e.key)) d.error(e.key_pos, message::not_a_name, {e.key});
    if (!plant::expect_map(e.value, "'" + e.key + "'", d)) return;
    plant::check_keys(e.value, {"title", "form", "effect", "likelihood", "proxies"}, d);
    auto same = std::find_if(out.begin(), out.end(), [&](const Barrier& b) { return b.id == e.key; });
    if (same == out.end()) {
        for (const char* need : {"likelihood", "proxies"})
            if (!e.value.find(need)) d.error(e.key_pos, message::barrier_needs, {e.key, need});
        Barrier b;
        b.id = e.key;
        b.title = {e.key, e.key};
        b.pos = e.key_pos;
        out.push_back(std::move(b));
        same = out.end() - 1;
    }
    if (const Node* t = e.value.find("title")) same->title = matter::read_title(*t, d);
    if (const Node* t = e.value.find("form")) same->form = matter::read_title(*t, d);
    if (const Node* t = e.value.find("effect")) same->effect = matter::read_title(*t, d);
    if (const Node* n = e.value.find("likelihood")) same->likelihood = n;
    const Node* proxies = e.value.find("proxies");
    if (!proxies || !plant::expect_map(*proxies, "'proxies'", d)) return;
    for (const auto& entry : proxies->entries()) {
        if (entry.key == "likelihood") d.error(entry.key_pos, message::not_a_name, {entry.key});
        auto proxy = read_proxy(entry, d);
        if (!proxy) continue;
        const auto old = std::find_if(same->proxies.begin(), same->proxies.end(),
                                      [&](const Proxy& x) { return x.id == proxy->id; });
        if (old != same->proxies.end())
            *old = std::move(*proxy);
        else
            same->proxies.push_back(std::move(*proxy));
    }
}

/// The least distance to any limit, as a share of it; a limit of what the route does not have keeps it from nothing. Checks
/// of the path to industry are none that an authority sets.
void declare_limit_margin(plant::Context& c, const plant::Plant& p, const std::vector<Limit>& limits) {
    if (std::all_of(limits.begin(), limits.end(), [](const Limit& l) { return !l.stage.empty(); })) return;
    c.model.add_built_in(
        p.prefix + "limit_margin", 0,
        [&limits, &p](lang::Model& m, lang::Indices, const SourcePos& pos) {
            const lang::Value one = m.constant(1, m.dimensions.one());
            lang::Value least = one;
            for (const Limit& l : limits) {
                if (!l.stage.empty()) continue;
                const lang::Value ratio = m.divide(m.value(measured_path(p, l), {}, pos),
                                                   m.value(value_path(l), {}, pos));
                lang::Value margin = l.at_least ? m.subtract(ratio, one, pos) : m.subtract(one, ratio, pos);
                if (margin.wrong) return m.wrong();
                if (l.defined_if) {
                    const lang::Value defined = m.value(measured_if_path(p, l), {}, pos);
                    if (defined.wrong) return m.wrong();
                    margin.node = m.graph.select(defined.node, margin.node, one.node);
                }
                least.node = m.graph.min(least.node, margin.node);
            }
            return least;
        },
        "least distance to a limit, as a share of it");
}

void declare_incentives_used(plant::Context& c, const plant::Plant& p,
                             const std::vector<economics::Incentive>& incentives) {
    std::vector<std::string> switches;
    for (const economics::Incentive& i : incentives)
        if (!i.what_if) switches.push_back("economics." + i.id + ".on");
    if (switches.empty()) return;
    c.model.add_built_in(
        p.prefix + "incentives_used", 0,
        [switches](lang::Model& m, lang::Indices, const SourcePos& pos) {
            lang::Value used = m.constant(0, m.dimensions.one());
            for (const std::string& s : switches) used = m.add(used, m.value(s, {}, pos), pos);
            return m.divide(used, m.constant(static_cast<double>(switches.size()), m.dimensions.one()));
        },
        "incentives that are switched on, of those that may be in force");
}

} // namespace

std::vector<Barrier> read_barrier_registers(plant::Context& c, const std::vector<const Node*>& files) {
    Diagnostics& d = c.model.diagnostics;
    const lang::Scope* scope = c.model.scope(nullptr, "barriers.");
    std::vector<Barrier> out;
    for (const Node* file : files) {
        plant::check_keys(*file, {"viresco", "kind", "title", "source", "parameters", "barriers"}, d);
        if (const Node* p = file->find("parameters"))
            for (const auto& declared : plant::read_declarations(*p, d))
                plant::declare_parameter(c, "barriers.", declared, nullptr, scope, scope, {});
        const Node* list = file->find("barriers");
        if (!list || !plant::expect_map(*list, "'barriers'", d)) continue;
        for (const auto& e : list->entries()) read_barrier(e, out, d);
    }
    return out;
}

std::string proxy_path(const plant::Plant& p, const Barrier& b, const Proxy& x) {
    return (x.formula ? p.prefix : "") + "barriers." + b.id + "." + x.id;
}
std::string proxy_if_path(const plant::Plant& p, const Barrier& b, const Proxy& x) {
    return p.prefix + "barriers_if." + b.id + "." + x.id;
}
std::string likelihood_path(const Barrier& b) { return "barriers." + b.id + ".likelihood"; }

void declare_barriers(plant::Context& c, const plant::Plant& p, BarrierPlan& plan, const std::vector<Limit>& limits,
                      const std::vector<economics::Incentive>& incentives) {
    declare_limit_margin(c, p, limits);
    declare_incentives_used(c, p, incentives);
    const lang::Scope* scope = c.model.scope(p.scope, p.prefix + "indicators.");
    const auto known = [&](const std::string& name) {
        return c.model.declared(p.prefix + "indicators." + name) || c.model.declared(p.prefix + name) ||
               c.model.declared(name);
    };
    for (Barrier& b : plan.barriers)
        for (Proxy& x : b.proxies) {
            const bool of_route = x.routes.empty() ||
                                  std::find(x.routes.begin(), x.routes.end(), p.route) != x.routes.end();
            if (!x.formula || !of_route) continue;
            std::vector<std::string>& missing = x.missing[p.route];
            for (const std::string& name : x.needs)
                if (!known(name)) missing.push_back(name);
            if (!missing.empty()) continue;
            const auto declare = [&](const std::string& path, const Node& formula) {
                c.model.add_formula(path, {}, scope, lang::parse_expression(formula, c.model.diagnostics),
                                    formula.pos());
            };
            declare(proxy_path(p, b, x), *x.formula);
            c.model.expect_dimension(proxy_path(p, b, x), c.model.dimensions.intern(x.unit.dimension));
            if (x.defined_if) declare(proxy_if_path(p, b, x), *x.defined_if);
        }
}

} // namespace viresco::assess
