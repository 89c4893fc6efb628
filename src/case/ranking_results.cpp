#include "case/ranking_results.h"
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace viresco::cases {

using Json = nlohmann::ordered_json;

namespace {

Json text_of(const Message& m) { return {{"en", m.text(Language::en)}, {"zh", m.text(Language::zh)}}; }
Json number(double x) { return std::isfinite(x) ? Json(x) : Json(nullptr); }

double value(const Case& c, const lang::Evaluation& e, const std::string& path) {
    const Output* o = c.find(path);
    return o && o->slot >= 0 && o->missing < 0 ? e.value(o->slot) : std::numeric_limits<double>::quiet_NaN();
}

std::vector<assess::Gate> gates(const Case& c, const lang::Evaluation& e) {
    std::vector<assess::Gate> out;
    for (const assess::Limit& l : c.limits) {
        if (!l.mandatory) continue;
        assess::Gate g{l.standard + " " + l.id, {}};
        for (const plant::Plant& p : c.routes) {
            const bool defined = !l.defined_if || value(c, e, assess::measured_if_path(p, l)) == 1;
            const double measured = defined ? value(c, e, assess::measured_path(p, l)) : std::nan("");
            // A limit of what a route does not have holds it back from nothing.
            g.passed.push_back(!defined ||
                               assess::passes(assess::judge(l, measured, value(c, e, assess::value_path(l)))));
        }
        out.push_back(std::move(g));
    }
    if (c.required_trl > 0) {
        assess::Gate g{"TRL " + std::to_string(c.required_trl), {}};
        for (const assess::Maturity& m : c.maturity) g.passed.push_back(m.trl >= c.required_trl);
        out.push_back(std::move(g));
    }
    return out;
}

} // namespace

Json ranking_json(const Case& c, const lang::Evaluation& e, size_t n_samples, std::vector<double> values) {
    std::vector<std::string> routes;
    for (const plant::Plant& p : c.routes) routes.push_back(p.route);
    std::vector<Message> notes;
    assess::RankingInput in = assess::ranking_input(*c.ranking, c.definitions, routes, n_samples, std::move(values),
                                                    notes);
    in.gates = gates(c, e);
    const assess::Ranking r = assess::rank(in);
    notes.insert(notes.end(), r.notes.begin(), r.notes.end());
    using Verdict = assess::Verdict;
    const bool won = r.verdict == Verdict::only_admissible || r.verdict == Verdict::dominates ||
                     r.verdict == Verdict::preferred;
    Json out;
    out["verdict"] = assess::to_string(r.verdict);
    out["winner"] = won ? Json(routes[r.winner]) : Json(nullptr);
    out["text"] = text_of(r.text);
    Json said = Json::array();
    for (const Message& m : notes) said.push_back(text_of(m));
    out["notes"] = said;
    out["samples"] = {{"used", r.samples_used}, {"left_out", r.samples_left_out}};
    Json criteria = Json::array();
    for (const assess::Criterion& k : in.criteria) criteria.push_back(k.id);
    out["criteria"] = criteria;
    Json admitted = Json::object();
    for (size_t i = 0; i < routes.size(); ++i) admitted[routes[i]] = r.admitted[i] != 0;
    out["admitted"] = admitted;
    Json pairs = Json::array();
    for (const assess::Pair& p : r.pairs) {
        Json by = Json::array();
        for (const assess::Difference& d : p.by_criterion)
            by.push_back({{"probability_better", d.probability_better},
                          {"mean", number(d.mean)},
                          {"interval", Json::array({number(d.low), number(d.high)})},
                          {"significant", d.significant}});
        pairs.push_back({{"a", routes[p.a]},
                         {"b", routes[p.b]},
                         {"probability_a_dominates", p.probability_a_dominates},
                         {"probability_b_dominates", p.probability_b_dominates},
                         {"by_criterion", std::move(by)}});
    }
    out["pairs"] = std::move(pairs);
    Json weights = Json::object();
    for (const assess::WeightSet& w : in.weight_sets) weights[w.name] = w.weights;
    out["weights"] = weights;
    Json scored = Json::array();
    for (const assess::Scored& s : r.scored) {
        Json score = Json::array();
        for (const double x : s.score) score.push_back(number(x));
        scored.push_back({{"method", assess::to_string(s.method)},
                          {"weights", s.weight_set},
                          {"score", std::move(score)},
                          {"probability_first", s.probability_first},
                          {"first", routes[s.first]},
                          {"significant", s.significant}});
    }
    out["scored"] = std::move(scored);
    Json shares = Json::array();
    for (const assess::WeightShare& s : r.weight_shares) shares.push_back({{"share", s.share}, {"weights", s.weights}});
    out["weight_shares"] = std::move(shares);
    return out;
}

Json ranking_json(const Case& c, const lang::Evaluation& e) {
    std::vector<double> values;
    for (const plant::Plant& p : c.routes)
        for (const std::string& id : c.ranking->criteria)
            for (const assess::Definition& def : c.definitions) {
                if (def.id != id) continue;
                const bool defined = !def.defined_if || value(c, e, assess::condition_path(p, id)) == 1;
                values.push_back(defined ? def.unit.from_si(value(c, e, assess::indicator_path(p, id))) : std::nan(""));
            }
    return ranking_json(c, e, 1, std::move(values));
}

} // namespace viresco::cases
