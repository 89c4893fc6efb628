#include "report/attached.h"
#include "base/diagnostic.h"
#include "base/messages/report.h"
#include <algorithm>

namespace viresco::report {
namespace {

using namespace nlohmann::literals;

constexpr size_t inputs_shown = 12, bars_shown = 5000;

/// Parses a document that must have an object of this name.
Json parse(const Document& d, const char* must_have, MessageId wrong, MessageId hint) {
    Json json = Json::parse(d.text, nullptr, false);
    if (json.is_object() && json.contains(must_have) && json[must_have].is_object()) return json;
    Diagnostics out;
    out.error({}, wrong, {d.name}).hint(hint);
    throw ConfigError(std::move(out));
}

void cut(Json& list, size_t most) {
    if (list.is_array() && list.size() > most) list.erase(list.begin() + static_cast<long>(most), list.end());
}

Json study(const Document& d, const Json& results) {
    Json json = parse(d, "scenarios", message::report_no_study, message::report_hint_study);
    bool common = false;
    for (auto& [name, scenario] : json["scenarios"].items())
        for (auto& [route, data] : scenario["routes"].items()) {
            common = common || results["routes"].contains(route);
            for (auto& [id, indicator] : data["indicators"].items())
                for (const char* kind : {"sobol", "morris", "dgsm"})
                    if (indicator.contains(kind)) cut(indicator[kind], inputs_shown);
        }
    if (!common) {
        Diagnostics out;
        out.error({}, message::report_other_study, {d.name}).hint(message::report_hint_study);
        throw ConfigError(std::move(out));
    }
    // Of the inputs, what the page says of them; where they are used is told by the study itself.
    for (Json& input : json["inputs"])
        if (input.is_object()) {
            input.erase("addresses");
            input.erase("source");
        }
    return json;
}

Json schedule(const Document& d) {
    Json json = parse(d, "year", message::report_no_schedule, message::report_hint_schedule);
    Json& year = json["year"];
    year.erase("batches");
    // Bars, [equipment, unit, batch, procedure, start, end], are drawn of the first month, or of two batches where
    // those are longer.
    double until = 30 * 86400.0;
    for (const Json& recipe : json.value("recipes", Json::array()))
        until = std::max(until, 2 * recipe.value("/batch_time/value"_json_pointer, 0.0));
    Json shown = Json::array();
    for (Json& bar : year["units"])
        if (bar.is_array() && bar.size() == 6 && bar[4].is_number() && bar[4].get<double>() < until)
            shown.push_back(std::move(bar));
    cut(shown, bars_shown);
    year["units"] = std::move(shown);
    return json;
}

} // namespace

Json attached_document(const Attached& attached, const Json& results) {
    Json out;
    for (const Document& d : attached.studies) out["studies"].push_back(study(d, results));
    if (attached.schedule) out["schedule"] = schedule(*attached.schedule);
    if (!attached.explanations.empty()) {
        Json texts = Json::parse(attached.explanations, nullptr, false);
        if (texts.is_object() && !texts.empty()) out["explanations"] = std::move(texts);
    }
    return out;
}

} // namespace viresco::report
