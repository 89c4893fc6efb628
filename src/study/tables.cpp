#include "base/messages/study.h"
#include "numerics/random_bits.h"
#include "study/outcomes.h"
#include "study/results.h"
#include "text/node.h"
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fmt/format.h>
#include <limits>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace viresco::study {

using Json = nlohmann::ordered_json;

namespace {

std::string hex(uint64_t word) { return fmt::format("{:016x}", word); }

Json quantity(double si, const units::Unit& unit) {
    const double v = unit.from_si(si);
    return {{"value", std::isfinite(v) ? Json(v) : Json(nullptr)}, {"unit", unit.text.empty() ? "1" : unit.text}};
}

} // namespace

std::string header_json(const Model& model, const Plan& plan, const Cube::Shape& shape) {
    Json out;
    out["viresco"] = VIRESCO_VERSION;
    out["analysis"] = to_string(plan.analysis);
    out["sampling"] = to_string(plan.sampling);
    out["samples"] = plan.samples;
    out["seed"] = plan.seed;
    Json scenarios = Json::array(), inputs = Json::array(), columns = Json::array();
    for (const ScenarioModel& s : model.scenarios()) scenarios.push_back(s.name);
    for (const Column& c : model.columns())
        columns.push_back(
            {{"route", c.route}, {"indicator", c.indicator}, {"unit", c.unit.text.empty() ? "1" : c.unit.text}});
    for (const Input& in : model.inputs().list())
        inputs.push_back({{"key", in.key},
                          {"unit", in.datum.unit.text.empty() ? "1" : in.datum.unit.text},
                          {"distribution", in.distribution.text(in.datum.unit)}});
    out["scenarios"] = std::move(scenarios);
    out["routes"] = model.routes();
    // What decides every number: the programs, their parameters, the nominal solutions.
    Json cases = Json::array();
    for (const auto& c : model.cases()) {
        uint64_t h = c->program.hash();
        for (const double p : c->parameters) {
            uint64_t word = 0;
            std::memcpy(&word, &p, sizeof word);
            h = numerics::mixed(h, word);
        }
        cases.push_back(hex(h));
    }
    out["case"] = std::move(cases);
    std::string correlations;
    if (const text::Node* n = model.cases().front()->file->find("correlations"))
        for (const text::Node& item : n->items())
            for (const auto& e : item.entries()) {
                correlations += e.key + " " + e.value.scalar();
                for (const text::Node& x : e.value.items()) correlations += " " + x.scalar();
                correlations += ";";
            }
    out["correlations"] = correlations;
    out["columns"] = std::move(columns);
    out["inputs"] = std::move(inputs);
    out["layout"] = {{"scenarios", shape.scenarios},
                     {"rows", shape.rows},
                     {"numbers_per_row", shape.columns},
                     {"flags_per_row", shape.flags},
                     {"rows_per_chunk", shape.chunk_rows}};
    return out.dump();
}

std::string header_difference(const std::string& theirs, const std::string& ours, Language language) {
    const Json a = Json::parse(theirs, nullptr, false), b = Json::parse(ours, nullptr, false);
    if (!a.is_object()) return "?";
    for (const auto& [key, value] : b.items()) {
        if (a.contains(key) && a.at(key) == value) continue;
        const auto shown = [](const Json& j) {
            const std::string text = j.is_string() ? j.get<std::string>() : j.dump();
            return text.size() > 60 ? text.substr(0, 57) + ".." : text;
        };
        return Message{message::cube_differs, {key, a.contains(key) ? shown(a.at(key)) : "-", shown(value)}}.text(
            language);
    }
    return "?";
}

std::vector<double> nominal(const Model& model, size_t scenario) {
    const cases::Case& c = *model.cases()[scenario];
    lang::Evaluation e(c.program, 1);
    cases::evaluate(c, e, c.parameters);
    const ScenarioModel& s = model.scenarios()[scenario];
    std::vector<double> out;
    for (size_t k = 0; k < model.columns().size(); ++k) {
        const bool defined = s.slots[k] >= 0 && (s.conditions[k] < 0 || e.value(s.conditions[k]) == 1);
        out.push_back(defined ? model.columns()[k].unit.from_si(e.value(s.slots[k]))
                              : std::numeric_limits<double>::quiet_NaN());
    }
    return out;
}

void write_samples_csv(const Model& model, const Plan& plan, const Cube& cube, const std::string& path) {
    const std::string part = path + "." + std::to_string(::getpid()) + ".part";
    std::FILE* const file = std::fopen(part.c_str(), "w");
    const auto failed = [&](int cause) {
        if (file) std::fclose(file);
        ::unlink(part.c_str());
        Diagnostics d;
        d.error({}, message::cube_write, {path, std::strerror(cause)}).hint(message::cube_write_hint);
        throw ConfigError(std::move(d));
    };
    if (!file) failed(errno);
    std::string line = "scenario,sample";
    for (const std::string& r : model.routes()) line += "," + r + ".failure";
    for (const Column& c : model.columns())
        line += "," + c.route + "." + c.indicator + " [" + (c.unit.text.empty() ? "1" : c.unit.text) + "]";
    if (plan.analysis == Analysis::dgsm)
        for (const Column& c : model.columns())
            for (size_t k = 0; k < model.inputs().list().size(); ++k)
                line += ",d " + c.route + "." + c.indicator + " / d input " + std::to_string(k);
    bool good = std::fprintf(file, "%s\n", line.c_str()) >= 0;
    for (size_t s = 0; s < model.scenarios().size() && good; ++s) {
        Rows rows(cube, s);
        std::span<const double> values;
        std::span<const uint32_t> flags;
        for (uint64_t row = 0; good && rows.next(values, flags); ++row) {
            line = model.scenarios()[s].name + "," + std::to_string(row);
            for (const uint32_t flag : flags) {
                const Failure f = Failure::of(flag);
                const std::string text = flag == 0 ? ""
                                                   : model.scenarios()[s].text_of(f, model.inputs()).text(Language::en);
                line += text.empty() ? "," : ",\"" + text + "\"";
            }
            for (const double v : values) line += std::isfinite(v) ? fmt::format(",{}", v) : ",";
            line += "\n";
            good = std::fwrite(line.data(), 1, line.size(), file) == line.size();
        }
    }
    const int cause = errno;
    if (!good || std::fflush(file) != 0 || ::fsync(::fileno(file)) != 0) failed(good ? errno : cause);
    std::fclose(file);
    if (std::rename(part.c_str(), path.c_str()) != 0) {
        const int why = errno;
        ::unlink(part.c_str());
        Diagnostics d;
        d.error({}, message::cube_write, {path, std::strerror(why)}).hint(message::cube_write_hint);
        throw ConfigError(std::move(d));
    }
}

std::string preview_json(const Model& model) {
    Json out;
    out["viresco"] = VIRESCO_VERSION;
    out["base"] = model.scenarios().front().name;
    const cases::Case& base = *model.cases().front();
    const std::vector<double> before = nominal(model, 0);
    Json list = Json::object();
    for (size_t s = 0; s < model.scenarios().size(); ++s) {
        const cases::Case& c = *model.cases()[s];
        Json differences = Json::array();
        for (size_t i = 0; i < c.parameters.size(); ++i) {
            const lang::Parameter& p = c.program.parameters()[i];
            const int k = base.program.find_parameter(p.path);
            const Json now = quantity(c.parameters[i], p.datum.unit);
            if (k < 0) {
                differences.push_back({{"path", p.path}, {"kind", "added"}, {"base", nullptr}, {"scenario", now}});
                continue;
            }
            const double old = base.parameters[static_cast<size_t>(k)];
            if (old == c.parameters[i]) continue;
            differences.push_back(
                {{"path", p.path},
                 {"kind", p.integer ? "structure" : "value"},
                 {"base", quantity(old, base.program.parameters()[static_cast<size_t>(k)].datum.unit)},
                 {"scenario", now}});
        }
        for (size_t i = 0; i < base.parameters.size(); ++i) {
            const lang::Parameter& p = base.program.parameters()[i];
            if (c.program.find_parameter(p.path) >= 0) continue;
            differences.push_back({{"path", p.path},
                                   {"kind", "removed"},
                                   {"base", quantity(base.parameters[i], p.datum.unit)},
                                   {"scenario", nullptr}});
        }
        Json effect = Json::object();
        for (const std::string& route : model.routes()) effect[route] = Json::object();
        const std::vector<double> after = s == 0 ? before : nominal(model, s);
        for (size_t k = 0; k < model.columns().size(); ++k) {
            const Column& column = model.columns()[k];
            const auto number = [](double v) { return std::isfinite(v) ? Json(v) : Json(nullptr); };
            effect[column.route][column.indicator] = {
                {"unit", column.unit.text.empty() ? "1" : column.unit.text},
                {"base", number(before[k])},
                {"scenario", number(after[k])},
                {"change", number(after[k] - before[k])},
                {"relative", before[k] != 0 ? number((after[k] - before[k]) / std::fabs(before[k])) : Json(nullptr)}};
        }
        list[model.scenarios()[s].name] = {{"title", {{"en", c.scenario_title.en}, {"zh", c.scenario_title.zh}}},
                                           {"differences", std::move(differences)},
                                           {"effect", std::move(effect)}};
    }
    out["scenarios"] = std::move(list);
    return out.dump(1, ' ', false, Json::error_handler_t::replace);
}

} // namespace viresco::study
