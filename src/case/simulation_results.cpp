#include "case/simulation.h"
#include "text/csv.h"
#include <cmath>
#include <cstdlib>
#include <fmt/format.h>
#include <limits>
#include <nlohmann/json.hpp>

namespace viresco::cases {

namespace {

const units::Unit& time_unit(const Simulation& s) {
    static const units::Unit second = *units::parse_unit("s");
    return s.duration.si > 0 ? s.duration.unit : second;
}

std::string unit_text(const units::Unit& u) { return u.text.empty() ? "1" : u.text; }

} // namespace

std::vector<double> Simulation::values(lang::DynamicEvaluation& e, const integrate::Point& p) const {
    std::vector<double> out(e.program().output_slots().size());
    e.outputs({&p.time, 1}, p.x, out);
    out.resize(outputs.size());
    for (size_t k = 0; k < out.size(); ++k) out[k] = outputs[k].unit.from_si(out[k]);
    return out;
}

double Simulation::value(lang::DynamicEvaluation& e, const integrate::Point& p, std::string_view path) const {
    for (size_t k = 0; k < outputs.size(); ++k)
        if (outputs[k].path == path) return values(e, p)[k];
    return std::numeric_limits<double>::quiet_NaN();
}

std::vector<Closure> closure(const Simulation& s, lang::DynamicEvaluation& e, const integrate::Point& begin,
                             const integrate::Point& end, bool steady) {
    std::vector<Closure> out;
    std::vector<double> first(e.program().output_slots().size()), last(first.size());
    e.outputs({&begin.time, 1}, begin.x, first);
    e.outputs({&end.time, 1}, end.x, last);
    for (size_t k = 0; k < s.audit.size(); ++k) {
        enum : size_t { held, net, gross, net_rate, gross_rate, values };
        const double* a = first.data() + s.outputs.size() + k * values;
        const double* b = last.data() + s.outputs.size() + k * values;
        const double missing = steady ? b[net_rate] : b[held] - a[held] - (b[net] - a[net]);
        const double size = steady ? b[gross_rate] : std::abs(a[held]) + b[gross] - a[gross];
        out.push_back({s.audit[k].quantity, size > 0 ? std::abs(missing) / size : 0, s.audit[k].exceptions});
    }
    return out;
}

std::string simulation_json(const Simulation& s, lang::DynamicEvaluation& e, const integrate::Trajectory& run,
                            const std::vector<Closure>& closure) {
    using Json = nlohmann::ordered_json;
    const units::Unit& unit = time_unit(s);
    Json out;
    out["time"] = {{"value", unit.from_si(run.end.time)}, {"unit", unit_text(unit)}};
    if (!s.unvalidated.empty()) out["unvalidated"] = s.unvalidated;
    const auto values = s.values(e, run.end);
    Json outputs = Json::object();
    for (size_t k = 0; k < values.size(); ++k)
        outputs[s.outputs[k].path] = {{"value", values[k]}, {"unit", unit_text(s.outputs[k].unit)}};
    out["outputs"] = std::move(outputs);
    Json events = Json::array();
    for (const integrate::Occurrence& o : run.events)
        events.push_back({{"event", s.program.events()[static_cast<size_t>(o.event)].path},
                          {"time", {{"value", unit.from_si(o.time)}, {"unit", unit_text(unit)}}}});
    out["events"] = std::move(events);
    if (!s.audit.empty() || !s.not_audited.empty()) {
        Json list = Json::object();
        for (const Closure& c : closure) {
            list[c.quantity] = {{"value", c.relative}, {"unit", "1"}};
            if (!c.exceptions.empty()) list[c.quantity]["exceptions"] = c.exceptions;
        }
        out["closure"] = std::move(list);
        out["not_audited"] = s.not_audited;
    }
    out["statistics"] = {{"steps", run.statistics.steps},
                         {"failed_steps", run.statistics.failed_steps},
                         {"rates", run.statistics.rates},
                         {"jacobians", run.statistics.jacobians},
                         {"factorisations", run.statistics.factorisations},
                         {"states", s.program.n_states()},
                         {"unknowns", s.program.n_variables() - s.program.n_states()},
                         {"operations", s.program.n_operations()}};
    return out.dump(2);
}

std::string simulation_page(const Simulation& s, lang::DynamicEvaluation& e, const integrate::Trajectory& run,
                            const std::vector<Closure>& closure, const std::string& command) {
    using Json = nlohmann::ordered_json;
    constexpr size_t most = 500;
    const units::Unit& unit = time_unit(s);
    const size_t n = run.points.size(), shown = std::min(n, most);
    const auto rounded = [](double v) {
        return std::isfinite(v) ? Json(std::strtod(fmt::format("{:.7g}", v).c_str(), nullptr)) : Json();
    };
    Json times = Json::array();
    std::vector<Json> values(s.outputs.size(), Json::array());
    for (size_t i = 0; i < shown; ++i) {
        const integrate::Point& p = run.points[shown < 2 ? 0 : i * (n - 1) / (shown - 1)];
        times.push_back(rounded(unit.from_si(p.time)));
        const auto at = s.values(e, p);
        for (size_t k = 0; k < at.size(); ++k) values[k].push_back(rounded(at[k]));
    }
    Json out = Json::parse(simulation_json(s, e, run, closure));
    out["kind"] = "simulation";
    out["viresco"] = VIRESCO_VERSION;
    out["title"] = {{"en", s.title.en}, {"zh", s.title.zh}};
    if (!command.empty()) out["command"] = command;
    out["time"] = {{"unit", unit_text(unit)}, {"values", std::move(times)}};
    out["outputs"] = Json::array();
    for (size_t k = 0; k < s.outputs.size(); ++k)
        out["outputs"].push_back({{"path", s.outputs[k].path},
                                  {"title", {{"en", s.outputs[k].title.en}, {"zh", s.outputs[k].title.zh}}},
                                  {"unit", unit_text(s.outputs[k].unit)},
                                  {"values", std::move(values[k])}});
    return out.dump();
}

std::string simulation_csv(const Simulation& s, lang::DynamicEvaluation& e, const integrate::Trajectory& run) {
    const auto column = [](const std::string& name, const units::Unit& unit) {
        return text::csv_cell(name + (unit.text.empty() ? "" : " [" + unit.text + "]"));
    };
    const units::Unit& unit = time_unit(s);
    std::string out = column("time", unit);
    for (const Simulation::Output& o : s.outputs) out += "," + column(o.path, o.unit);
    out += "\n";
    for (const integrate::Point& p : run.points) {
        out += units::format_number(unit.from_si(p.time));
        for (const double v : s.values(e, p)) out += "," + units::format_number(v);
        out += "\n";
    }
    return out;
}

} // namespace viresco::cases
