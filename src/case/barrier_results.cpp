#include "case/barrier_results.h"
#include "base/messages/assess_barriers.h"
#include "case/changed.h"
#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace viresco::cases {

using Json = nlohmann::ordered_json;

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

Json title_of(const matter::Title& t) { return {{"en", t.en}, {"zh", t.zh}}; }
Json number(double x) { return std::isfinite(x) ? Json(x) : Json(nullptr); }
Json text_or_null(const std::string& t) { return t.empty() ? Json(nullptr) : Json(t); }
Json quantity(double x, const units::Unit& u) {
    return {{"value", number(x)}, {"unit", u.text.empty() ? "1" : u.text}};
}

double value(const Case& c, const lang::Evaluation& e, const std::string& path) {
    const Output* o = c.find(path);
    return o && o->slot >= 0 && o->missing < 0 ? e.value(o->slot) : nan;
}

bool indicator_defined(const Case& c, const lang::Evaluation& e, const plant::Plant& p, const assess::Definition& def) {
    return (!def.defined_if || value(c, e, assess::condition_path(p, def.id)) == 1) &&
           std::isfinite(value(c, e, assess::indicator_path(p, def.id)));
}

/// What a proxy needs and this route does not have, by the case or at this moment (an indicator that is not defined).
std::vector<std::string> lacking(const Case& c, const lang::Evaluation& e, const plant::Plant& p,
                                 const assess::Proxy& x) {
    std::vector<std::string> out;
    if (const auto it = x.missing.find(p.route); it != x.missing.end()) out = it->second;
    for (const assess::Definition& def : c.definitions)
        if (std::find(x.needs.begin(), x.needs.end(), def.id) != x.needs.end() && !indicator_defined(c, e, p, def))
            out.push_back(def.id);
    return out;
}

bool of_route(const assess::Proxy& x, const plant::Plant& p) {
    return x.routes.empty() || std::find(x.routes.begin(), x.routes.end(), p.route) != x.routes.end();
}

double proxy_value(const Case& c, const lang::Evaluation& e, const plant::Plant& p, const assess::Barrier& b,
                   const assess::Proxy& x) {
    if (x.formula && x.defined_if && value(c, e, assess::proxy_if_path(p, b, x)) != 1) return nan;
    return x.unit.from_si(value(c, e, assess::proxy_path(p, b, x)));
}

std::string text_of(const text::Node& value) {
    const text::Node* v = value.is_map() ? value.find("value") : &value;
    if (!v || v->is_scalar()) return v ? v->scalar() : "";
    std::string out;
    for (const text::Node& item : v->items()) out += (out.empty() ? "" : ", ") + item.scalar();
    return out;
}

Json settings(const std::vector<std::pair<std::string, std::string>>& list) {
    Json out = Json::array();
    for (const auto& [path, text] : list) out.push_back({{"path", path}, {"value", text}});
    return out;
}

std::vector<std::pair<std::string, std::string>> settings_of(const text::Node& set) {
    std::vector<std::pair<std::string, std::string>> out;
    for (const auto& e : set.entries()) out.emplace_back(e.key, text_of(e.value));
    return out;
}

} // namespace

BarrierResults::BarrierResults(const Case& c, const lang::Evaluation& e) : case_(c) {
    if (!c.barriers) return;
    for (const std::string& id : c.barriers->indicators)
        for (const assess::Definition& def : c.definitions)
            if (def.id == id) shown_.push_back(&def);
    now_ = read(c, e);
    for (const assess::BarrierAction& a : c.barriers->actions) actions_.push_back(evaluated(*a.set, a.pos, a.id));
    for (size_t b = 0; b < c.barriers->barriers.size(); ++b)
        for (size_t x = 0; x < c.barriers->barriers[b].proxies.size(); ++x) remove(b, x);
}

BarrierResults::Reading BarrierResults::read(const Case& c, const lang::Evaluation& e) const {
    Reading out;
    out.solved = true;
    for (const plant::Plant& p : c.routes) {
        std::vector<double> indicators;
        for (const assess::Definition* def : shown_)
            indicators.push_back(indicator_defined(c, e, p, *def)
                                     ? def->unit.from_si(value(c, e, assess::indicator_path(p, def->id)))
                                     : nan);
        out.indicators.push_back(std::move(indicators));
        std::vector<Rating> ratings;
        for (const assess::Barrier& b : c.barriers->barriers) {
            Rating r;
            r.score = nan;
            r.likelihood = value(c, e, assess::likelihood_path(b));
            for (const assess::Proxy& x : b.proxies) {
                r.missing.push_back(lacking(c, e, p, x));
                r.values.push_back(of_route(x, p) && r.missing.back().empty() ? proxy_value(c, e, p, b, x) : nan);
                r.scores.push_back(assess::score_at(x.curve, r.values.back()));
                if (!(r.scores.back() > r.score) && !(std::isnan(r.score) && std::isfinite(r.scores.back()))) continue;
                r.score = r.scores.back();
                r.worst = x.id;
            }
            ratings.push_back(std::move(r));
        }
        out.ratings.push_back(std::move(ratings));
    }
    return out;
}

BarrierResults::Reading BarrierResults::evaluated(const Case& c, const std::vector<double>& parameters) const {
    lang::Evaluation e(c.program, 1);
    evaluate(c, e, parameters);
    return read(c, e);
}

BarrierResults::Reading BarrierResults::evaluated(const text::Node& change, const SourcePos& pos,
                                                  const std::string& name) const {
    try {
        const Changed with = changed(case_, change);
        return evaluated(*with.compiled, with.parameters);
    } catch (const SolveError&) {
        return {};
    } catch (const ConfigError& e) {
        Diagnostics wrong;
        for (Diagnostic d : e.diagnostics().all()) wrong.add(d.see(pos, message::barrier_change_here, {name}));
        throw ConfigError(wrong);
    }
}

void BarrierResults::remove(size_t barrier, size_t proxy) {
    const assess::Barrier& b = case_.barriers->barriers[barrier];
    const assess::Proxy& x = b.proxies[proxy];
    Removal r;
    r.barrier = barrier;
    r.proxy = proxy;
    if (x.target) {
        r.set = settings_of(*x.target);
        r.reading = evaluated(*x.target, x.target->pos(), b.id + "." + x.id);
    } else if (!x.formula && x.given) {
        const std::string path = "barriers." + b.id + "." + x.id;
        const int k = case_.program.find_parameter(path);
        const double target = assess::target_of(x.curve);
        if (k < 0) return;
        std::vector<double> parameters = case_.parameters;
        parameters[static_cast<size_t>(k)] = x.unit.to_si(target);
        r.set = {{path, units::format_number(target) +
                            (x.unit.dimension.dimensionless() && x.unit.factor == 1 ? "" : " " + x.unit.text)}};
        try {
            r.reading = evaluated(case_, parameters);
        } catch (const SolveError&) {
            r.reading = {};
        }
    } else {
        return;
    }
    removals_.push_back(std::move(r));
}

Json BarrierResults::row(const assess::Barrier& b, const Rating& r, const plant::Plant& p) const {
    Json out;
    out["id"] = b.id;
    out["title"] = title_of(b.title);
    out["form"] = title_of(b.form);
    out["effect"] = title_of(b.effect);
    out["score"] = number(r.score);
    out["likelihood"] = number(r.likelihood);
    out["risk"] = number(r.risk());
    out["worst"] = text_or_null(r.worst);
    out["document"] = text_or_null(b.document);
    out["date"] = text_or_null(b.date);
    out["actions"] = b.actions;
    out["no_action"] = b.no_action ? title_of(b.reason) : Json(nullptr);
    Json proxies = Json::array();
    for (size_t k = 0; k < b.proxies.size(); ++k) {
        const assess::Proxy& x = b.proxies[k];
        if (!of_route(x, p)) continue;
        Json curve = Json::array();
        for (const assess::ScorePoint& point : x.curve) curve.push_back(Json::array({point.value, point.score}));
        proxies.push_back({{"id", x.id},
                           {"title", title_of(x.title)},
                           {"value", quantity(r.values[k], x.unit)},
                           {"score", number(r.scores[k])},
                           {"target", quantity(assess::target_of(x.curve), x.unit)},
                           {"curve", std::move(curve)},
                           {"kind", x.formula ? "computed"
                                    : x.given ? "given"
                                              : "not_given"},
                           {"document", text_or_null(x.document)},
                           {"date", text_or_null(x.date)},
                           {"missing", r.missing[k]},
                           {"source", x.source}});
    }
    out["proxies"] = std::move(proxies);
    return out;
}

/// Values and changes of the indicators, scores and changes of the risks.
Json BarrierResults::effect(const Reading& with, size_t route) const {
    Json out;
    out["failure"] = nullptr;
    if (!with.solved) {
        const Message failed{message::barrier_change_failed, {}};
        out["failure"] = {{"en", failed.text(Language::en)}, {"zh", failed.text(Language::zh)}};
    }
    Json indicators = Json::object();
    for (size_t k = 0; k < shown_.size(); ++k) {
        const double then = with.solved ? with.indicators[route][k] : nan;
        Json j = quantity(then, shown_[k]->unit);
        j["change"] = number(then - now_.indicators[route][k]);
        indicators[shown_[k]->id] = std::move(j);
    }
    out["indicators"] = std::move(indicators);
    Json risks = Json::object();
    for (size_t b = 0; b < case_.barriers->barriers.size(); ++b) {
        const Rating before = now_.ratings[route][b];
        Rating after;
        after.score = after.likelihood = nan;
        if (with.solved) after = with.ratings[route][b];
        risks[case_.barriers->barriers[b].id] = {{"score", number(after.score)},
                                                 {"risk", number(after.risk())},
                                                 {"change", number(after.risk() - before.risk())}};
    }
    out["risks"] = std::move(risks);
    return out;
}

Json BarrierResults::of(const plant::Plant& p) const {
    if (!case_.barriers) return nullptr;
    const assess::BarrierPlan& plan = *case_.barriers;
    const auto route = static_cast<size_t>(&p - case_.routes.data());
    Json rows = Json::array();
    for (size_t b = 0; b < plan.barriers.size(); ++b) rows.push_back(row(plan.barriers[b], now_.ratings[route][b], p));
    Json actions = Json::array();
    for (size_t k = 0; k < plan.actions.size(); ++k) {
        const assess::BarrierAction& a = plan.actions[k];
        Json j;
        j["id"] = a.id;
        j["title"] = title_of(a.title);
        j["barriers"] = a.barriers;
        j["cost"] = quantity(a.cost.unit.from_si(a.cost.si), a.cost.unit);
        j["yearly_cost"] = a.yearly ? quantity(a.yearly->unit.from_si(a.yearly->si), a.yearly->unit) : Json(nullptr);
        j["evidence"] = matter::to_string(a.cost.evidence);
        j["source"] = a.cost.source;
        j["set"] = settings(settings_of(*a.set));
        j.update(effect(actions_[k], route));
        actions.push_back(std::move(j));
    }
    Json removed = Json::array();
    for (const Removal& r : removals_) {
        const assess::Barrier& b = plan.barriers[r.barrier];
        const assess::Proxy& x = b.proxies[r.proxy];
        if (!of_route(x, p)) continue;
        Json j{{"barrier", b.id}, {"proxy", x.id}, {"title", title_of(x.title)}, {"set", settings(r.set)}};
        j.update(effect(r.reading, route));
        removed.push_back(std::move(j));
    }
    return {{"rows", std::move(rows)}, {"actions", std::move(actions)}, {"removed", std::move(removed)}};
}

} // namespace viresco::cases
