#include "report/results.h"
#include "base/diagnostic.h"
#include "base/messages/report.h"

namespace viresco::report {

Json parse_results(const std::string& text) {
    Diagnostics out;
    try {
        Json json = Json::parse(text);
        if (json.is_object() && json.contains("routes") && json["routes"].is_object()) return json;
        out.error({}, message::report_no_routes).hint(message::report_hint_evaluate);
    } catch (const Json::parse_error& error) {
        out.error({}, message::report_not_json, {std::to_string(error.byte)}).hint(message::report_hint_evaluate);
    }
    throw ConfigError(std::move(out));
}

} // namespace viresco::report
