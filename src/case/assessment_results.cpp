#include "case/assessment_results.h"
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace viresco::cases {

using Json = nlohmann::ordered_json;

namespace {

Json title_of(const matter::Title& t) { return {{"en", t.en}, {"zh", t.zh}}; }

double value(const Case& c, const lang::Evaluation& e, const std::string& path) {
    const Output* o = c.find(path);
    return o && o->slot >= 0 && o->missing < 0 ? e.value(o->slot) : std::numeric_limits<double>::quiet_NaN();
}

Json quantity(double si, const units::Unit& unit) {
    const double x = unit.from_si(si);
    return {{"value", std::isfinite(x) ? Json(x) : Json(nullptr)}, {"unit", unit.text.empty() ? "1" : unit.text}};
}

/// How far below the limit, as a share of it; negative: above. Null where that says nothing.
Json margin(const assess::Limit& l, double measured, double limit) {
    const double m = l.at_least ? measured / limit - 1 : 1 - measured / limit;
    return std::isfinite(m) ? Json(m) : Json(nullptr);
}

/// NaN where it is not defined.
double measured_value(const Case& c, const lang::Evaluation& e, const plant::Plant& p, const assess::Limit& l) {
    const bool defined = !l.defined_if || value(c, e, assess::measured_if_path(p, l)) == 1;
    return defined ? value(c, e, assess::measured_path(p, l)) : std::nan("");
}

/// Every stage with its checks. A stage without checks says nothing; one whose check is not defined is not passed.
Json path_of(const Case& c, const lang::Evaluation& e, const plant::Plant& p, int trl) {
    Json out = Json::array();
    for (const assess::Stage& stage : assess::stages()) {
        Json checks = Json::array();
        bool passes = true;
        for (const assess::Limit& l : c.limits) {
            if (l.stage != stage.id) continue;
            const auto status = assess::judge(l, measured_value(c, e, p, l), value(c, e, assess::value_path(l)));
            passes = passes && assess::passes(status);
            checks.push_back({{"limit", l.id}, {"status", assess::to_string(status)}});
        }
        Json j{{"stage", stage.id}, {"title", title_of(stage.title)}};
        j["levels"] = {stage.lowest, stage.highest};
        j["reached"] = trl >= stage.lowest;
        j["passes"] = checks.empty() ? Json(nullptr) : Json(passes);
        j["checks"] = std::move(checks);
        out.push_back(std::move(j));
    }
    return out;
}

} // namespace

Json limits_json(const Case& c, const lang::Evaluation& e, const plant::Plant& p) {
    Json out = Json::array();
    for (const assess::Limit& l : c.limits) {
        const double measured = measured_value(c, e, p, l);
        const double limit = value(c, e, assess::value_path(l));
        Json j;
        j["id"] = l.id;
        j["title"] = title_of(l.title);
        j["standard"] = l.standard;
        j["edition"] = l.edition;
        j["table"] = l.table;
        j["condition"] = title_of(l.condition);
        j["effective"] = l.effective;
        j["source"] = l.source;
        j["verified"] = l.verified;
        j["mandatory"] = l.mandatory;
        j["side"] = l.at_least ? "at_least" : "at_most";
        j["limit"] = quantity(limit, l.unit);
        j["measured"] = quantity(measured, l.unit);
        j["margin"] = margin(l, measured, limit);
        j["status"] = assess::to_string(assess::judge(l, measured, limit));
        out.push_back(std::move(j));
    }
    return out;
}

Json maturity_json(const Case& c, const lang::Evaluation& e, const plant::Plant& p) {
    const assess::Maturity& m = c.maturity[static_cast<size_t>(&p - c.routes.data())];
    if (m.steps.empty()) return nullptr;
    Json out;
    out["trl"] = m.trl > 0 ? Json(m.trl) : Json(nullptr);
    out["mrl"] = m.mrl > 0 ? Json(m.mrl) : Json(nullptr);
    out["weakest"] = m.weakest;
    out["stage"] = title_of(assess::stage_of(m.trl));
    out["units_without_level"] = m.silent;
    if (c.required_trl > 0) {
        out["required_trl"] = c.required_trl;
        out["passes"] = m.trl >= c.required_trl;
    }
    Json steps = Json::array();
    for (const assess::StepMaturity& s : m.steps)
        steps.push_back({{"unit", s.unit},
                         {"title", title_of(s.title)},
                         {"trl", s.trl},
                         {"mrl", s.mrl > 0 ? Json(s.mrl) : Json(nullptr)},
                         {"critical", s.critical},
                         {"evidence", s.evidence.empty() ? Json(nullptr) : Json(s.evidence)},
                         {"date", s.date.empty() ? Json(nullptr) : Json(s.date)}});
    out["steps"] = std::move(steps);
    out["path"] = path_of(c, e, p, m.trl);
    return out;
}

Json batch_records_json(const Case& c) {
    const auto number = [](double x) { return std::isfinite(x) ? Json(x) : Json(nullptr); };
    const auto limit = [](const std::optional<double>& x) { return x ? Json(*x) : Json(nullptr); };
    Json out = Json::object();
    for (const assess::BatchRecords& r : c.batch_records) {
        Json quantities = Json::object();
        for (const assess::BatchQuantity& q : r.quantities)
            quantities[q.id] = {{"title", title_of(q.title)},        {"unit", q.unit.text.empty() ? "1" : q.unit.text},
                                {"recorded", q.statistics.recorded}, {"outside", q.statistics.outside},
                                {"mean", number(q.statistics.mean)}, {"deviation", number(q.statistics.deviation)},
                                {"lower", limit(q.lower)},           {"upper", limit(q.upper)},
                                {"cp", number(q.statistics.cp)},     {"cpk", number(q.statistics.cpk)}};
        out[r.id] = {{"title", title_of(r.title)},
                     {"file", r.file},
                     {"batches", r.batches},
                     {"completeness", r.completeness},
                     {"capability", number(r.capability)},
                     {"quantities", std::move(quantities)}};
    }
    return out;
}

} // namespace viresco::cases
