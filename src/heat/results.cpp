#include "heat/results.h"
#include "base/messages/heat.h"
#include "text/places.h"
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace viresco::heat {
namespace {

using Json = nlohmann::ordered_json;

constexpr double zero_celsius = 273.15;

Json watts(double w) { return {{"value", w}, {"unit", "W"}}; }
Json kelvin(double t) { return {{"value", t}, {"unit", "K"}}; }

Json curve(const std::vector<Corner>& corners) {
    Json out = Json::array();
    for (const Corner& c : corners) out.push_back({c.heat, c.temperature});
    return out;
}

/// A temperature in degC without the noise of the shift by 273.15.
std::string celsius(double t) { return fmt::format("{:.6g}", std::round((t - zero_celsius) * 1e6) / 1e6 + 0.0); }
std::string kilowatts(double w) { return fmt::format("{:.6g}", std::round(w * 1e3) / 1e6 + 0.0); }

std::string padded(const std::string& s, size_t width) {
    size_t columns = 0;
    for (const char c : s)
        if (!text::is_continuation(c)) columns += (static_cast<unsigned char>(c) & 0xF0u) >= 0xE0u ? 2 : 1;
    return s + std::string(columns < width ? width - columns : 1, ' ');
}

} // namespace

std::string json_text(const Problem& p, const Targets& t, Language language) {
    Json pinches = Json::array(), cascade = Json::array();
    for (const double shifted : t.pinches)
        pinches.push_back({{"shifted", kelvin(shifted)},
                           {"hot", kelvin(shifted + p.minimum_difference / 2)},
                           {"cold", kelvin(shifted - p.minimum_difference / 2)}});
    for (const Interval& i : t.cascade) cascade.push_back({i.upper, i.lower, i.surplus, i.flow});
    return Json{{"title", p.title.in(language)},
                {"minimum_temperature_difference", kelvin(p.minimum_difference)},
                {"hot_utility", watts(t.hot_utility)},
                {"cold_utility", watts(t.cold_utility)},
                {"heat_recovery", watts(t.recovery)},
                {"threshold", t.threshold},
                {"pinches", std::move(pinches)},
                {"cascade_columns", {"upper_K", "lower_K", "surplus_W", "flow_W"}},
                {"cascade", std::move(cascade)},
                {"hot_composite", curve(t.hot_composite)},
                {"cold_composite", curve(t.cold_composite)},
                {"grand_composite", curve(t.grand_composite)}}
        .dump();
}

std::string screen_text(const Problem& p, const Targets& t, Language language) {
    const auto said = [&](MessageId id, std::vector<std::string> args = {}) {
        return Message{id, std::move(args)}.text(language);
    };
    std::string out = p.title.in(language).empty() ? "" : p.title.in(language) + "\n";
    const auto line = [&](MessageId id, const std::string& value) {
        out += "  " + padded(said(id), 24) + value + "\n";
    };
    line(message::heat_hot_utility, kilowatts(t.hot_utility) + " kW");
    line(message::heat_cold_utility, kilowatts(t.cold_utility) + " kW");
    line(message::heat_recovery, kilowatts(t.recovery) + " kW");
    for (const double s : t.pinches)
        line(message::heat_pinch, said(message::heat_pinch_at, {celsius(s), celsius(s + p.minimum_difference / 2),
                                                                celsius(s - p.minimum_difference / 2)}));
    const MessageId without = t.threshold ? message::heat_threshold : message::heat_no_pinch;
    if (t.pinches.empty()) line(message::heat_pinch, said(without));
    out += "\n  " + said(message::heat_table) + "\n  " + padded(said(message::heat_column_upper), 14) +
           padded(said(message::heat_column_lower), 14) + padded(said(message::heat_column_surplus), 16) +
           said(message::heat_column_flow) + "\n";
    for (const Interval& i : t.cascade)
        out += "  " + padded(celsius(i.upper), 14) + padded(celsius(i.lower), 14) + padded(kilowatts(i.surplus), 16) +
               kilowatts(i.flow) + "\n";
    return out;
}

} // namespace viresco::heat
