#include "case/assessment_results.h"
#include "case/barrier_results.h"
#include "case/case.h"
#include "case/economics_results.h"
#include "case/ranking_results.h"
#include "case/recipe_results.h"
#include <cmath>
#include <nlohmann/json.hpp>

namespace viresco::cases {

using Json = nlohmann::ordered_json;

namespace {

constexpr double closure_limit = 1e-9;

Json title_of(const matter::Title& t) { return {{"en", t.en}, {"zh", t.zh}}; }

Json number(double v) { return std::isfinite(v) ? Json(v) : Json(nullptr); }

/// A formula of several lines in one.
std::string one_line(const std::string& text) {
    std::string out;
    for (const char c : text)
        if (c != '\n' && c != ' ')
            out += c;
        else if (!out.empty() && out.back() != ' ')
            out += ' ';
    while (!out.empty() && out.back() == ' ') out.pop_back();
    return out;
}

Json quantity(double value, const std::string& unit) {
    return {{"value", number(value)}, {"unit", unit.empty() ? "1" : unit}};
}

/// Reads the numbers of one evaluation into the document of docs/results-schema.json.
class Writer {
public:
    Writer(Case& c, lang::Evaluation& e) : c_(c), e_(e), economics_(c, e), barriers_(c, e) {}

    Json document(const Diagnostics& warnings, const std::string& command) {
        e_.run_audit();
        Json out;
        out["viresco"] = VIRESCO_VERSION;
        out["schema"] = 1;
        out["case"] = head(command);
        Json titles = Json::object();
        for (int i = 0; i < c_.components.size(); ++i) titles[c_.components[i].name] = title_of(c_.components[i].title);
        out["components"] = titles;
        Json routes = Json::object();
        for (const plant::Plant& p : c_.routes) routes[p.route] = route(p);
        if (!c_.batch_records.empty()) out["batch_records"] = batch_records_json(c_);
        out["comparison"] = comparison(routes);
        out["routes"] = std::move(routes);
        out["diagnostics"] = Json::parse(warnings.json(Language::en));
        return out;
    }

private:
    double value(const std::string& path) const {
        const Output* o = c_.find(path);
        return o && o->slot >= 0 && o->missing < 0 ? e_.value(o->slot) : std::nan("");
    }
    bool defined(const plant::Plant& p, const assess::Definition& def) const {
        if (!def.defined_if) return true;
        return value(assess::condition_path(p, def.id)) == 1;
    }
    /// A value in a unit that people read: W as kW, kg/s as kg/h, K as degC.
    Json readable(double si, lang::DimId dim) const {
        const std::string& text = c_.dimension_texts[static_cast<size_t>(dim)];
        static const std::map<std::string, const char*> shown{{"W", "kW"},   {"kg/s", "kg/h"}, {"K", "degC"},
                                                              {"Pa", "bar"}, {"m3/s", "m3/h"}, {"mol/s", "kmol/h"}};
        const auto it = shown.find(text);
        if (it == shown.end()) return quantity(si, text);
        return quantity(units::parse_unit(it->second)->from_si(si), it->second);
    }
    Json in(double si, const char* unit) const { return quantity(units::parse_unit(unit)->from_si(si), unit); }

    /// Of the substance; of a route's product where the case has no substances.
    matter::Title product_title() const {
        if (const int k = c_.components.find(c_.product); k >= 0) return c_.components[k].title;
        for (const plant::Plant& route : c_.routes)
            for (const plant::Product& x : route.products)
                if (x.as == plant::Product::As::product) return x.title;
        return {c_.product, c_.product};
    }

    Json head(const std::string& command) {
        Json h;
        h["title"] = title_of(c_.title);
        h["path"] = c_.request.path;
        h["product"] = {{"name", c_.product}, {"title", title_of(product_title())}};
        h["functional_unit"] = quantity(c_.functional_unit.unit.from_si(c_.functional_unit.si),
                                        c_.functional_unit.unit.text);
        h["scenario"] = c_.request.scenario.empty() ? "base" : c_.request.scenario;
        h["scenario_title"] = title_of(c_.scenario_title);
        char hash[32];
        std::snprintf(hash, sizeof hash, "%016llx", static_cast<unsigned long long>(c_.hash()));
        h["hash"] = hash;
        h["command"] = command;
        Json overrides = Json::array();
        for (const auto& o : c_.overrides) {
            const std::string text = o.value && o.value->is_scalar() ? o.value->scalar() : "";
            const auto q = units::parse_quantity(text);
            if (q)
                overrides.push_back({{"path", o.path},
                                     {"value", q->unit.from_si(q->si)},
                                     {"unit", q->unit.text.empty() ? "1" : q->unit.text}});
            else
                overrides.push_back({{"path", o.path}, {"value", text}, {"unit", ""}});
        }
        h["overrides"] = overrides;
        if (!c_.electricity.region.empty())
            h["electricity"] = {
                {"factor_type", c_.electricity.type}, {"region", c_.electricity.region}, {"year", c_.electricity.year}};
        return h;
    }

    /// Share of each evidence class in an indicator: parameters weighted by |p dy/dp|.
    Json evidence(int32_t slot, const plant::Plant& p) {
        std::vector<double> gradient;
        const std::pair<int32_t, double> seed[1] = {{slot, 1.0}};
        e_.gradient(seed, gradient);
        double sum[4] = {0, 0, 0, 0}, total = 0;
        for (size_t i = 0; i < gradient.size(); ++i) {
            const lang::Parameter& parameter = c_.program.parameters()[i];
            // How much is made is a choice, not a finding.
            if (parameter.path.compare(0, p.prefix.size() + 10, p.prefix + "operation.") == 0) continue;
            const double weight = std::fabs(gradient[i] * c_.parameters[i]);
            if (!std::isfinite(weight)) continue;
            sum[static_cast<int>(c_.datum(i).evidence)] += weight;
            total += weight;
        }
        Json out;
        for (int k = 0; k < 4; ++k)
            out[matter::to_string(static_cast<matter::Evidence>(k))] = total > 0 ? sum[k] / total : 0.0;
        return out;
    }

    Json indicators(const plant::Plant& p) {
        Json out = Json::object();
        for (const assess::Definition& def : c_.definitions) {
            const Output* o = c_.find(assess::indicator_path(p, def.id));
            if (!o || o->slot < 0) continue;
            const bool is = defined(p, def) && o->missing < 0;
            Json j = is ? quantity(def.unit.from_si(e_.value(o->slot)), def.unit.text)
                        : Json{{"value", nullptr}, {"unit", def.unit.text}};
            j["title"] = title_of(def.title);
            j["definition"] = title_of(def.definition);
            j["boundary"] = def.boundary;
            j["better"] = def.better.empty() ? "none" : def.better;
            if (def.formula) {
                j["formula"] = one_line(def.formula->scalar());
                j["file"] = def.formula->pos().file ? shown(def.formula->pos().file->path) : "";
                j["line"] = def.formula->pos().line;
            }
            if (is && std::isfinite(e_.value(o->slot))) j["evidence"] = evidence(o->slot, p);
            out[def.id] = std::move(j);
        }
        return out;
    }

    Json closure(const std::string& route, const std::string& unit) {
        Json out = Json::object();
        for (const Case::Audit& a : c_.audit()) {
            if (a.route != route || a.unit != unit) continue;
            if (a.missing >= 0) {
                out[a.quantity] = {{"status", "not defined"},
                                   {"missing", Json::array({c_.missing[static_cast<size_t>(a.missing)]})}};
                continue;
            }
            const double gross = e_.value(a.gross), net = e_.value(a.net);
            Json j = quantity(gross > 0 ? std::fabs(net) / gross : 0.0, "1");
            j["limit"] = closure_limit;
            out[a.quantity] = std::move(j);
        }
        return out;
    }

    static const char* kind_of(const plant::Exchange& x, const lca::Item* item) {
        using Kind = plant::Exchange::Kind;
        switch (x.kind) {
        case Kind::product: return "product";
        case Kind::coproduct: return "credit";
        case Kind::air: return "air";
        case Kind::wastewater: return "wastewater";
        case Kind::waste: return "waste";
        case Kind::input: break;
        }
        if (!item) return "material";
        return item->category == "energy" ? "energy" : item->category == "water" ? "water" : "material";
    }

    Json factor(const lca::Item& item) {
        const auto it = item.factors.find("gwp100");
        if (it == item.factors.end()) return nullptr;
        const lang::Parameter& p = c_.program.parameters()[static_cast<size_t>(it->second)];
        Json j = quantity(p.datum.unit.from_si(c_.parameters[static_cast<size_t>(it->second)]), p.datum.unit.text);
        j["type"] = item.electricity_type;
        j["source"] = p.datum.source;
        j["evidence"] = matter::to_string(p.datum.evidence);
        j["verified"] = item.verified;
        j["file"] = p.datum.pos.file ? shown(p.datum.pos.file->path) : "";
        j["line"] = p.datum.pos.line;
        return j;
    }

    /// Paths of the model library are shown as models/..; nobody's folders belong in a result.
    std::string shown(const std::string& path) const {
        const std::string& models = c_.request.models_folder;
        if (!models.empty() && path.compare(0, models.size(), models) == 0)
            return "models" + path.substr(models.size());
        return path;
    }

    /// The unit of what flows at the rate `path`: kgCO2e of kgCO2e/s.
    std::string unit_per_second(const std::string& path) {
        const Output* o = c_.find(path);
        if (!o) return "kgCO2e";
        const auto rate = units::parse_unit(c_.dimension_texts[static_cast<size_t>(o->dim)]);
        return rate && !rate->dimension.dimensionless() ? (rate->dimension * units::Dimension::base("s")).text()
                                                        : "kgCO2e"; // of what has no such impact
    }

    Json inventory(const plant::Plant& p) {
        Json out = Json::array();
        const double product = value(p.product_path), fu = c_.functional_unit.si;
        for (const plant::Exchange& x : p.exchanges) {
            const lca::Item* item = c_.background.find(x.item);
            const auto attribute = [&](const std::string& name) { return value(p.prefix + name + "[" + x.id + "]"); };
            Json j;
            j["id"] = x.id;
            j["title"] = title_of(item && x.kind == plant::Exchange::Kind::input ? item->title : named(x.title));
            const bool input = x.kind == plant::Exchange::Kind::input;
            j["direction"] = input ? "in" : "out";
            j["kind"] = kind_of(x, item);
            j["step"] = x.step;
            j["unit"] = x.unit;
            const double amount = attribute("amount");
            const Output* o = c_.find(p.prefix + "amount[" + x.id + "]");
            j["amount"] = quantity(amount, o ? c_.dimension_texts[static_cast<size_t>(o->dim)] : "1");
            const units::Unit unit = item ? item->unit : *units::parse_unit("kg");
            j["per_fu"] = quantity(amount / product * fu / unit.factor, unit.text);
            Json impacts = Json::object();
            const double sign = x.kind == plant::Exchange::Kind::coproduct ? -1 : 1;
            for (const std::string& impact : c_.background.impacts) {
                const std::string path = p.prefix + impact + "[" + x.id + "]";
                const Output* known = c_.find(path);
                // Impacts that only some items have (the biogenic part ..) are told where they are known.
                if (impact != c_.background.impacts.front() && (!known || known->missing >= 0)) continue;
                impacts[impact] = quantity(sign * attribute(impact) / product * fu, unit_per_second(path));
            }
            j["impacts"] = impacts;
            if (const Output* cost = c_.find(p.prefix + "cost[" + x.id + "]");
                cost && cost->slot >= 0 && cost->missing < 0) {
                std::string money = c_.dimension_texts[static_cast<size_t>(cost->dim)];
                money = money.size() > 2 && money.find('/') != std::string::npos ? money.substr(0, money.find('/'))
                                                                                 : "";
                if (!money.empty()) j["cost"] = quantity(sign * attribute("cost") / product * fu, money);
            }
            // Calorific, so that unlike carriers can be drawn side by side.
            if (const Output* energy = c_.find(p.prefix + "energy[" + x.id + "]");
                input && energy && energy->slot >= 0 && energy->missing < 0 && attribute("energy") != 0)
                j["energy"] = quantity(units::parse_unit("MJ")->from_si(attribute("energy") / product * fu), "MJ");
            if (item)
                if (Json f = factor(*item); !f.is_null()) j["factor"] = f;
            out.push_back(std::move(j));
        }
        return out;
    }

    Json steps(const plant::Plant& p) {
        Json out = Json::object();
        for (const std::string& step : assess::steps_of(p)) {
            Json list = Json::object();
            for (const assess::Definition& def : c_.definitions) {
                if (!def.additive || !defined(p, def)) continue;
                const double v = value(assess::indicator_path(p, def.id, step));
                list[def.id] = quantity(def.unit.from_si(v), def.unit.text);
            }
            const matter::Title& t = plant::section_title(p, step);
            out[step] = {{"title", t.en.empty() ? title_of({step, step}) : title_of(t)},
                         {"indicators", std::move(list)}};
        }
        return out;
    }

    /// How the batch of a unit goes: its states at times from start to end.
    Json course_of(const plant::UnitInstance& u) {
        Json out = Json::object();
        constexpr int parts = 96;
        for (size_t r = 0; r < c_.batches.size(); ++r) {
            const lang::Program::RunSlots& run = c_.program.runs()[r];
            if (run.run.path + "." != u.prefix) continue;
            std::vector<double> inputs, times;
            for (const int32_t slot : run.inputs) inputs.push_back(e_.value(slot));
            for (int k = 0; k <= parts; ++k) times.push_back(static_cast<double>(k) / parts);
            const integrate::Trajectory t = c_.batches[r]->trajectory(inputs, times);
            const units::Unit hours = *units::parse_unit("h");
            const double duration = value(u.prefix + "run.duration");
            const auto list = [&](const std::string& unit, const auto& of) {
                Json values = Json::array();
                for (const integrate::Point& point : t.points) values.push_back(of(point));
                return Json{{"unit", unit}, {"values", std::move(values)}};
            };
            out["time"] = list("h", [&](const integrate::Point& at) { return hours.from_si(at.time * duration); });
            for (int k = 0; k < c_.batches[r]->n_named_states(); ++k) {
                const lang::State& s = c_.batches[r]->system().states()[static_cast<size_t>(k)];
                out["states"][s.path.substr(u.prefix.size())] = list(s.unit.text, [&](const integrate::Point& at) {
                    return s.unit.from_si(at.x[static_cast<size_t>(k)]);
                });
            }
        }
        return out;
    }

    Json units_of(const plant::Plant& p) {
        Json out = Json::object();
        for (const plant::UnitInstance& u : p.units) {
            Json j;
            j["type"] = u.type ? u.type->name : "inventory";
            j["title"] = title_of(u.title);
            j["step"] = u.section;
            j["closure"] = closure(p.route, u.name);
            Json variables = Json::object();
            if (u.type && u.type->equations)
                for (const lang::Statement& equation : *u.type->equations) {
                    if (!equation.indices.empty() || equation.target.find('.') != std::string::npos) continue;
                    if (const Output* o = c_.find(u.prefix + equation.target); o && o->slot >= 0)
                        variables[equation.target] = readable(e_.value(o->slot), o->dim);
                }
            for (const auto& t : u.energy)
                variables["energy." + t.name] = readable(value(t.path), c_.find(t.path)->dim);
            j["variables"] = variables;
            if (Json course = course_of(u); !course.empty()) j["course"] = std::move(course);
            out[u.name] = std::move(j);
        }
        return out;
    }

    /// A bare name (of a price, a consumption, a credit) becomes the title of the item or substance of that name.
    matter::Title named(const matter::Title& t) const {
        if (t.en != t.zh) return t;
        if (const lca::Item* item = c_.background.find(t.en)) return item->title;
        const int component = c_.components.find(t.en);
        return component >= 0 ? c_.components[component].title : t;
    }

    /// A stream between two units is called by their titles; its id tells streams of the same pair apart.
    static matter::Title between(const plant::Plant& p, const plant::Stream& s, const std::string& name) {
        const matter::Title *from = nullptr, *to = nullptr;
        for (const plant::UnitInstance& u : p.units) {
            if (u.name == s.from_unit) from = &u.title;
            if (u.name == s.to_unit) to = &u.title;
        }
        if (!from || !to) return {name, name};
        return {from->en + " → " + to->en, from->zh + " → " + to->zh};
    }

    Json streams(const plant::Plant& p) {
        Json out = Json::array();
        for (const plant::Stream& s : p.streams) {
            Json j;
            j["id"] = s.id;
            j["from"] = s.from_unit.empty() ? Json(nullptr) : Json(s.from_unit + "." + s.from_port);
            j["to"] = s.to_unit.empty() ? Json(nullptr) : Json(s.to_unit + "." + s.to_port);
            const size_t arrow = s.id.find(" -> ");
            const std::string name = s.from_unit.empty() ? s.id.substr(0, arrow)
                                     : s.to_unit.empty() ? s.id.substr(arrow + 4)
                                                         : s.id;
            j["name"] = name;
            matter::Title title = between(p, s, name);
            for (const auto& f : p.feeds)
                if (s.from_unit.empty() && f.name == name) title = f.title;
            for (const auto& x : p.products)
                if (s.to_unit.empty() && x.name == name) title = x.title;
            j["title"] = title_of(title);
            j["phase"] = s.phase;
            j["mass"] = in(value(s.path + ".mass"), "kg/h");
            j["T"] = in(value(s.path + ".T"), "degC");
            j["p"] = in(value(s.path + ".p"), "bar");
            j["enthalpy"] = in(value(s.path + ".H"), "kW");
            j["cod"] = in(value(s.path + ".cod"), "kg/h");
            Json components = Json::object();
            for (int k = 0; k < c_.components.size(); ++k) {
                const double m = value(s.path + ".m[" + c_.components[k].name + "]");
                if (m != 0) components[c_.components[k].name] = in(m, "kg/h");
            }
            j["components"] = components;
            out.push_back(std::move(j));
        }
        return out;
    }

    Json parameters(const plant::Plant& p) {
        Json out = Json::array();
        for (size_t i = 0; i < c_.program.parameters().size(); ++i) {
            const lang::Parameter& x = c_.program.parameters()[i];
            if (c_.program.parameter_slots()[i] < 0 && !x.integer) continue;
            const std::string root = x.path.substr(0, x.path.find('.'));
            const bool other = root != p.route && std::any_of(c_.routes.begin(), c_.routes.end(),
                                                              [&](const auto& r) { return r.route == root; });
            if (other) continue;
            const units::Unit& u = x.datum.unit;
            const matter::Datum& from = c_.datum(i);
            Json j;
            j["path"] = x.path;
            j["value"] = number(u.from_si(c_.parameters[i]));
            j["unit"] = u.text.empty() ? "1" : u.text;
            j["title"] = title_of(named(x.title));
            j["evidence"] = matter::to_string(from.evidence);
            j["source"] = from.source;
            j["range"] = from.low_si ? Json::array({u.from_si(*from.low_si), u.from_si(*from.high_si)}) : Json(nullptr);
            j["file"] = from.pos.file ? shown(from.pos.file->path) : "";
            j["line"] = from.pos.line;
            j["overridden"] = c_.parameters[i] != x.datum.si ||
                              (x.datum.pos.file && x.datum.pos.file->path.compare(0, 6, "--set ") == 0);
            out.push_back(std::move(j));
        }
        return out;
    }

    Json route(const plant::Plant& p) {
        Json r;
        r["title"] = title_of(p.title);
        r["indicators"] = indicators(p);
        r["closure"] = closure(p.route, "");
        r["inventory"] = inventory(p);
        r["steps"] = steps(p);
        r["units"] = units_of(p);
        r["streams"] = streams(p);
        if (Json maturity = maturity_json(c_, e_, p); !maturity.is_null()) r["maturity"] = std::move(maturity);
        if (!c_.limits.empty()) r["limits"] = limits_json(c_, e_, p);
        if (Json money = economics_.of(p); !money.is_null()) r["economics"] = std::move(money);
        if (Json barriers = barriers_.of(p); !barriers.is_null()) r["barriers"] = std::move(barriers);
        if (Json recipe = recipe_json(c_, e_, p); !recipe.is_null()) r["recipe"] = std::move(recipe);
        r["parameters"] = parameters(p);
        r["solver"] = {{"unknowns", c_.program.unknowns().size()},
                       {"newton_iterations", e_.status().newton_iterations},
                       {"residual", e_.status().residual}};
        return r;
    }

    Json comparison(const Json& routes) const {
        Json out;
        Json names = Json::array();
        for (const plant::Plant& p : c_.routes) names.push_back(p.route);
        out["routes"] = names;
        Json rows = Json::array();
        for (const assess::Definition& def : c_.definitions) {
            Json values = Json::array();
            double best = std::nan(""), worst = std::nan("");
            std::string best_route;
            bool all = true, tie = false;
            for (const plant::Plant& p : c_.routes) {
                const auto& list = routes.at(p.route).at("indicators");
                const Json v = list.contains(def.id) ? list.at(def.id).at("value") : Json(nullptr);
                values.push_back(v);
                if (!v.is_number()) {
                    all = false;
                    continue;
                }
                const double x = v.get<double>();
                const double sign = def.better == "higher" ? -1 : 1;
                if (!(sign * x >= sign * best)) {
                    tie = x == best;
                    best = x;
                    best_route = p.route;
                } else {
                    tie = x == best;
                }
                if (!(sign * x <= sign * worst)) worst = x;
            }
            Json row{{"id", def.id}, {"values", values}, {"unit", def.unit.text}};
            const bool judged = all && !tie && c_.routes.size() > 1 &&
                                (def.better == "lower" || def.better == "higher");
            row["best"] = judged ? Json(best_route) : Json(nullptr);
            row["ratio"] = all && best != 0 && c_.routes.size() > 1 ? number(worst / best) : Json(nullptr);
            rows.push_back(std::move(row));
        }
        out["rows"] = rows;
        if (c_.ranking) out["ranking"] = ranking_json(c_, e_);
        out["note"] = {{"en", "single values; without their uncertainty a small difference decides nothing"},
                       {"zh", "均为单一数值；未计不确定性时，小的差异不足以判定优劣"}};
        return out;
    }

    Case& c_;
    lang::Evaluation& e_;
    EconomicsResults economics_;
    BarrierResults barriers_;
};

} // namespace

std::string results_json(Case& c, lang::Evaluation& e, const Diagnostics& warnings, const std::string& command) {
    return Writer(c, e).document(warnings, command).dump(1, ' ', false, Json::error_handler_t::replace);
}

} // namespace viresco::cases
