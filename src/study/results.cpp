#include "study/results.h"
#include "base/messages/study.h"
#include "case/ranking_results.h"
#include "study/outcomes.h"
#include "study/sensitivity.h"
#include "study/summary.h"
#include "study/tornado.h"
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fmt/format.h>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

namespace viresco::study {

using Json = nlohmann::ordered_json;

namespace {

Json number(double v) { return std::isfinite(v) ? Json(v) : Json(nullptr); }
Json title_of(const matter::Title& t) { return {{"en", t.en}, {"zh", t.zh}}; }
std::string unit_text(const units::Unit& u) { return u.text.empty() ? "1" : u.text; }

Json summary_json(const Summary& s) {
    Json quantiles = Json::object();
    for (size_t q = 0; q < quantile_levels.size(); ++q)
        quantiles[fmt::format("{}", quantile_levels[q])] = number(s.quantiles[q]);
    Json steps = Json::array();
    for (const Summary::Step& x : s.convergence)
        steps.push_back({{"samples", x.samples}, {"mean", x.mean}, {"p05", x.low}, {"p50", x.median}, {"p95", x.high}});
    const bool any = s.spread.n > 0;
    return {{"samples", s.spread.n},
            {"without_value", s.without},
            {"mean", any ? number(s.spread.mean) : Json(nullptr)},
            {"sd", any ? number(s.spread.sd) : Json(nullptr)},
            {"standard_error", any ? number(s.spread.standard_error()) : Json(nullptr)},
            {"quantiles", std::move(quantiles)},
            {"convergence", std::move(steps)}};
}

/// Writes one document; each analysis adds its part to every indicator.
class Writer {
public:
    Writer(const Model& model, const Plan& plan, const Design& design, const Cube& cube, Language language)
        : model_(model), plan_(plan), design_(design), cube_(cube), language_(language) {}

    Results document(const std::string& command) {
        Json out;
        out["viresco"] = VIRESCO_VERSION;
        const cases::Case& c = *model_.cases().front();
        out["case"] = {
            {"title", title_of(c.title)},
            {"path", c.request.path},
            {"product", c.product},
            {"functional_unit",
             {{"value", c.functional_unit.unit.from_si(c.functional_unit.si)}, {"unit", c.functional_unit.unit.text}}},
            {"command", command}};
        out["study"] = {{"analysis", to_string(plan_.analysis)},
                        {"sampling", plan_.analysis == Analysis::morris ? "trajectories" : to_string(plan_.sampling)},
                        {"samples", plan_.samples},
                        {"seed", plan_.seed},
                        {"inputs", model_.inputs().size()},
                        {"evaluations", design_.rows() * model_.scenarios().size()}};
        out["inputs"] = inputs();
        out["routes"] = model_.routes();
        Json scenarios = Json::object();
        for (size_t s = 0; s < model_.scenarios().size(); ++s) scenarios[model_.scenarios()[s].name] = scenario(s);
        out["scenarios"] = std::move(scenarios);
        return {out.dump(1, ' ', false, Json::error_handler_t::replace), std::move(warnings_)};
    }

private:
    Json inputs() const {
        Json list = Json::array();
        for (const Input& in : model_.inputs().list()) {
            const units::Unit& unit = in.datum.unit;
            list.push_back({{"key", in.key},
                            {"addresses", in.addresses},
                            {"title", title_of(in.title)},
                            {"value", number(unit.from_si(in.datum.si))},
                            {"unit", unit_text(unit)},
                            {"distribution", in.distribution.text(unit)},
                            {"evidence", matter::to_string(in.datum.evidence)},
                            {"source", in.datum.source}});
        }
        return list;
    }

    Json scenario(size_t s) {
        const cases::Case& c = *model_.cases()[s];
        const std::vector<double> at_nominal = nominal(model_, s);
        Json routes = Json::object();
        const Json failures = failed(s);
        std::vector<Json> parts = measures(s);
        for (const std::string& route : model_.routes()) {
            Json indicators = Json::object();
            for (size_t k = 0; k < model_.columns().size(); ++k) {
                const Column& column = model_.columns()[k];
                if (column.route != route) continue;
                Json j = {{"unit", unit_text(column.unit)},
                          {"title", title_of(column.title)},
                          {"boundary", column.boundary},
                          {"better", column.better.empty() ? "none" : column.better},
                          {"nominal", number(at_nominal[k])}};
                j.update(parts[k]);
                indicators[column.indicator] = std::move(j);
            }
            routes[route] = {{"indicators", std::move(indicators)}, {"failures", failures.at(route)}};
        }
        Json out = {{"title", title_of(c.scenario_title)}, {"routes", std::move(routes)}};
        if (plan_.analysis != Analysis::uncertainty) return out;
        out["comparison"] = comparison(s);
        if (c.ranking && model_.routes().size() > 1 && all_criteria(c)) out["ranking"] = ranking(s);
        out["points"] = points(s);
        return out;
    }

    /// The first samples themselves, six digits, for drawings: the same sample at the same place in every list.
    Json points(size_t s) const {
        constexpr uint64_t enough = 300;
        const auto n = static_cast<size_t>(std::min(enough, cube_.shape().rows));
        Json routes = Json::object();
        Rows rows(cube_, s);
        std::span<const double> values;
        std::span<const uint32_t> flags;
        for (size_t row = 0; row < n && rows.next(values, flags); ++row)
            for (size_t k = 0; k < model_.columns().size(); ++k) {
                const Column& column = model_.columns()[k];
                const double v = values[k];
                routes[column.route][column.indicator].push_back(
                    std::isfinite(v) ? Json(std::strtod(fmt::format("{:.6g}", v).c_str(), nullptr)) : Json(nullptr));
            }
        return {{"samples", n}, {"routes", std::move(routes)}};
    }

    bool all_criteria(const cases::Case& c) const {
        return std::all_of(c.ranking->criteria.begin(), c.ranking->criteria.end(), [&](const std::string& id) {
            for (size_t r = 0; r < model_.routes().size(); ++r)
                if (model_.column(r, id) >= 0) return true;
            return false;
        });
    }

    /// The case's `ranking:` on the paired samples (the first of very many): gates, dominance, "no significant
    /// difference", weights last.
    Json ranking(size_t s) const {
        constexpr size_t enough = 100'000;
        const cases::Case& c = *model_.cases()[s];
        const size_t n = std::min<size_t>(enough, cube_.shape().rows);
        std::vector<double> values;
        for (size_t r = 0; r < model_.routes().size(); ++r)
            for (const std::string& id : c.ranking->criteria) {
                const int k = model_.column(r, id);
                if (k < 0) {
                    values.insert(values.end(), n, std::nan(""));
                    continue;
                }
                const auto samples = columns_of(cube_, s, static_cast<size_t>(k), 1);
                values.insert(values.end(), samples[0].begin(), samples[0].begin() + static_cast<long>(n));
            }
        lang::Evaluation nominal_point(c.program, 1);
        cases::evaluate(c, nominal_point, c.parameters);
        return cases::ranking_json(c, nominal_point, n, std::move(values));
    }

    /// By route: how many samples have no result, and why.
    Json failed(size_t s) {
        struct Reason {
            uint64_t count = 0, first = 0;
            std::optional<uint64_t> alone; ///< the first sample in which no other route fails: it says why by itself
        };
        std::vector<std::map<uint32_t, Reason>> reasons(model_.routes().size());
        std::vector<uint64_t> count(model_.routes().size(), 0);
        Rows rows(cube_, s);
        std::span<const double> values;
        std::span<const uint32_t> flags;
        for (uint64_t row = 0; rows.next(values, flags); ++row)
            for (size_t r = 0; r < flags.size(); ++r) {
                if (flags[r] == 0) continue;
                Reason& reason = reasons[r][flags[r]];
                if (reason.count++ == 0) reason.first = row;
                const auto good = std::count(flags.begin(), flags.end(), 0U);
                if (!reason.alone && good + 1 == static_cast<long>(flags.size())) reason.alone = row;
                ++count[r];
            }
        const ScenarioModel& scenario = model_.scenarios()[s];
        Json out = Json::object();
        for (size_t r = 0; r < count.size(); ++r) {
            std::vector<std::pair<uint32_t, Reason>> sorted(reasons[r].begin(), reasons[r].end());
            std::stable_sort(sorted.begin(), sorted.end(),
                             [](const auto& a, const auto& b) { return a.second.count > b.second.count; });
            Json list = Json::array();
            for (size_t k = 0; k < sorted.size(); ++k) {
                const auto& [word, reason] = sorted[k];
                const Message text = scenario.text_of(Failure::of(word), model_.inputs());
                std::string example;
                const uint64_t looked_at = reason.alone.value_or(reason.first);
                if (k < 5) example = first_example(s, Failure::of(word), looked_at);
                list.push_back({{"reason", {{"en", text.text(Language::en)}, {"zh", text.text(Language::zh)}}},
                                {"count", reason.count},
                                {"first_sample", reason.first},
                                {"example_sample", looked_at},
                                {"example", example}});
            }
            if (count[r] > 0) warn(scenario, r, count[r], list);
            out[model_.routes()[r]] = {{"count", count[r]}, {"of", cube_.shape().rows}, {"reasons", std::move(list)}};
        }
        return out;
    }

    /// What one sample says when it is looked at alone.
    std::string first_example(size_t s, const Failure& f, uint64_t row) {
        Worker worker(model_, s, design_, false);
        const std::vector<double> parameters = worker.parameters(row);
        const cases::Case& c = *model_.cases()[s];
        if (f.kind == Failure::Kind::outside_limits) {
            for (const Inputs::Target& t : model_.inputs().targets(s)) {
                if (t.input != static_cast<int>(f.detail)) continue;
                const lang::Parameter& p = c.program.parameters()[static_cast<size_t>(t.parameter)];
                const double x = parameters[static_cast<size_t>(t.parameter)];
                return p.path + " = " + units::format_number(p.datum.unit.from_si(x)) +
                       (p.datum.unit.text.empty() ? "" : " " + p.datum.unit.text);
            }
            return {};
        }
        lang::Evaluation evaluation(c.program, 1);
        Diagnostics found;
        try {
            cases::evaluate(c, evaluation, parameters);
        } catch (const ConfigError& e) {
            found = e.diagnostics();
        } catch (const SolveError& e) {
            found = e.diagnostics();
        }
        if (found.all().empty()) return {};
        const Diagnostic& first = found.all().front();
        std::string text = first.message.text(language_);
        for (size_t k = 0; k < first.related.size() && k < 2; ++k) // what blocks, or what is not a number
            text += "; " + first.related[k].second.text(language_);
        return text;
    }

    void warn(const ScenarioModel& scenario, size_t r, uint64_t count, const Json& reasons) {
        const std::string route = scenario.name + ", " + model_.routes()[r];
        if (count == cube_.shape().rows) {
            warnings_.warning({}, message::study_all_failed, {route});
            return;
        }
        Diagnostic& d = warnings_.warning({}, message::study_failures,
                                          {route, std::to_string(count), std::to_string(cube_.shape().rows)});
        for (size_t k = 0; k < reasons.size() && k < 3; ++k) {
            const std::string example = reasons[k]["example"].get<std::string>();
            d.hint(message::study_failures_reason,
                   {std::to_string(reasons[k]["count"].get<uint64_t>()),
                    reasons[k]["reason"][language_ == Language::zh ? "zh" : "en"].get<std::string>(),
                    std::to_string(reasons[k]["example_sample"].get<uint64_t>()),
                    example.empty() ? "" : ": " + example});
        }
    }

    /// The part of each column that the analysis is about.
    std::vector<Json> measures(size_t s) {
        switch (plan_.analysis) {
        case Analysis::uncertainty: break;
        case Analysis::sobol: return sobol(s);
        case Analysis::morris: return morris(s);
        case Analysis::dgsm: return dgsm(s);
        }
        std::vector<Json> out;
        const Tornado tornado(model_, design_);
        each_column(s, [&](size_t, const std::vector<double>& samples) {
            out.push_back(summary_json(summary_of(samples)));
            Json swings = Json::array();
            for (const Swing& x : tornado.of(samples))
                swings.push_back({{"input", x.input},
                                  {"address", address(static_cast<size_t>(x.input))},
                                  {"low", number(x.low)},
                                  {"high", number(x.high)},
                                  {"rank_correlation", x.rank_correlation}});
            out.back()["tornado"] = std::move(swings);
        });
        return out;
    }

    /// How many columns are held at once: memory stays small.
    size_t columns_at_once() const {
        return std::max<size_t>(1, (size_t{64} << 20) / 8 / std::max<uint64_t>(1, cube_.shape().rows));
    }

    template <class F>
    void each_column(size_t s, F f) {
        const size_t n = model_.columns().size(), at_once = columns_at_once();
        for (size_t first = 0; first < n; first += at_once) {
            const auto columns = columns_of(cube_, s, first, std::min(at_once, n - first));
            for (size_t k = 0; k < columns.size(); ++k) f(first + k, columns[k]);
        }
    }

    std::vector<Json> sobol(size_t s) {
        const size_t inputs = static_cast<size_t>(model_.inputs().size()), columns = model_.columns().size();
        std::vector<SobolIndices> indices(columns, SobolIndices(inputs, plan_.samples));
        std::vector<std::vector<double>> block(columns, std::vector<double>(inputs + 2));
        Rows rows(cube_, s);
        std::span<const double> values;
        std::span<const uint32_t> flags;
        for (uint64_t row = 0; rows.next(values, flags); ++row) {
            const size_t part = row % (inputs + 2);
            for (size_t c = 0; c < columns; ++c) block[c][part] = values[c];
            if (part != inputs + 1) continue;
            for (size_t c = 0; c < columns; ++c)
                indices[c].add(row / (inputs + 2), block[c][0], block[c][1], std::span(block[c]).subspan(2));
        }
        std::vector<Json> out;
        for (const SobolIndices& x : indices) {
            const auto all = x.result();
            Json list = Json::array();
            for (const size_t k : by_size(inputs, [&](size_t i) { return all[i].total; }))
                list.push_back({{"input", k},
                                {"address", address(k)},
                                {"first", all[k].first},
                                {"first_error", all[k].first_error},
                                {"total", all[k].total},
                                {"total_error", all[k].total_error}});
            out.push_back({{"variance", x.variance()},
                           {"base_points", x.used()},
                           {"without_value", x.left_out()},
                           {"sobol", std::move(list)}});
        }
        return out;
    }

    std::vector<Json> morris(size_t s) {
        const size_t inputs = static_cast<size_t>(model_.inputs().size()), columns = model_.columns().size();
        std::vector<MorrisScreening> screenings(columns, MorrisScreening(inputs));
        std::vector<std::vector<double>> block(columns, std::vector<double>(inputs + 1));
        Rows rows(cube_, s);
        std::span<const double> values;
        std::span<const uint32_t> flags;
        for (uint64_t row = 0; rows.next(values, flags); ++row) {
            const size_t part = row % (inputs + 1);
            for (size_t c = 0; c < columns; ++c) block[c][part] = values[c];
            if (part != inputs) continue;
            const Design::Trajectory t = design_.trajectory(row / (inputs + 1));
            for (size_t c = 0; c < columns; ++c) screenings[c].add(t, block[c]);
        }
        std::vector<Json> out;
        for (const MorrisScreening& x : screenings) {
            const auto all = x.result();
            Json list = Json::array();
            for (const size_t k : by_size(inputs, [&](size_t i) { return all[i].mu_star; }))
                list.push_back({{"input", k},
                                {"address", address(k)},
                                {"mu", all[k].mu},
                                {"mu_star", all[k].mu_star},
                                {"mu_star_error", all[k].mu_star_error},
                                {"sigma", all[k].sigma},
                                {"effects", all[k].effects}});
            out.push_back({{"morris", std::move(list)}});
        }
        return out;
    }

    std::vector<Json> dgsm(size_t s) {
        const size_t inputs = static_cast<size_t>(model_.inputs().size()), columns = model_.columns().size();
        std::vector<double> variances(columns);
        std::vector<Json> out(columns);
        each_column(s, [&](size_t c, const std::vector<double>& samples) {
            const Summary summary = summary_of(samples);
            variances[c] = summary.spread.sd * summary.spread.sd;
            out[c] = summary_json(summary);
        });
        for (size_t c = 0; c < columns; ++c) {
            auto squares = columns_of(cube_, s, columns + c * inputs, inputs);
            std::vector<DerivativeMeasure> all;
            for (size_t k = 0; k < inputs; ++k) {
                std::vector<double> good;
                for (const double g : squares[k])
                    if (std::isfinite(g)) good.push_back(g * g);
                const numerics::Spread spread = numerics::spread(good);
                const Input& in = model_.inputs().list()[k];
                const double scale = in.distribution.kind() == Distribution::Kind::lognormal
                                         ? 1
                                         : in.datum.unit.factor * in.datum.unit.factor;
                all.push_back({spread.mean * scale, spread.standard_error() * scale,
                               variances[c] > 0 ? in.distribution.poincare() * spread.mean / variances[c] : 0});
            }
            Json list = Json::array();
            for (const size_t k : by_size(inputs, [&](size_t i) { return all[i].bound; }))
                list.push_back({{"input", k},
                                {"address", address(k)},
                                {"nu", all[k].nu},
                                {"nu_error", all[k].nu_error},
                                {"total_bound", all[k].bound}});
            out[c]["dgsm"] = std::move(list);
        }
        return out;
    }

    template <class F>
    static std::vector<size_t> by_size(size_t n, F f) {
        std::vector<size_t> order(n);
        for (size_t k = 0; k < n; ++k) order[k] = k;
        std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return f(a) > f(b); });
        return order;
    }

    const std::string& address(size_t input) const { return model_.inputs().list()[input].addresses.front(); }

    /// Every pair of routes, indicator by indicator.
    Json comparison(size_t s) {
        Json pairs = Json::array();
        const auto& routes = model_.routes();
        for (size_t a = 0; a < routes.size(); ++a)
            for (size_t b = a + 1; b < routes.size(); ++b) {
                Json indicators = Json::object();
                for (const std::string& id : model_.indicators()) {
                    const int first = model_.column(a, id), second = model_.column(b, id);
                    if (first < 0 || second < 0) continue;
                    indicators[id] = paired(s, static_cast<size_t>(first), static_cast<size_t>(second));
                }
                pairs.push_back({{"first", routes[a]}, {"second", routes[b]}, {"indicators", std::move(indicators)}});
            }
        return pairs;
    }

    Json paired(size_t s, size_t first, size_t second) {
        const Column& column = model_.columns()[first];
        const auto x = columns_of(cube_, s, first, 1), y = columns_of(cube_, s, second, 1);
        const bool judged = column.better == "lower" || column.better == "higher";
        const Comparison c = compare(x[0], y[0], column.better == "higher");
        Json j = {{"unit", unit_text(column.unit)}, {"better", judged ? column.better : "none"}};
        j["difference"] = summary_json(c.difference);
        j["interval"] = {number(c.difference.quantiles[1]), number(c.difference.quantiles[5])};
        if (!judged) return j;
        j["probability_first_better"] = c.probability;
        j["probability_error"] = c.probability_error;
        const bool settled = c.verdict == Verdict::first_better || c.verdict == Verdict::second_better;
        j["verdict"] = settled ? "better" : to_string(c.verdict);
        if (settled) j["better_route"] = (c.verdict == Verdict::first_better ? column : model_.columns()[second]).route;
        if (c.verdict == Verdict::too_few_samples && !told_) {
            told_ = true;
            warnings_.warning({}, message::study_few_samples, {std::to_string(c.difference.spread.n)});
        }
        return j;
    }

    const Model& model_;
    const Plan& plan_;
    const Design& design_;
    const Cube& cube_;
    Language language_; ///< of warnings and examples
    Diagnostics warnings_;
    bool told_ = false;
};

} // namespace

Results results(const Model& model, const Plan& plan, const Design& design, const Cube& cube,
                const std::string& command, Language language) {
    return Writer(model, plan, design, cube, language).document(command);
}

} // namespace viresco::study
