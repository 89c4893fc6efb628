#include "case/recipe_results.h"
#include "schedule/timetable.h"
#include <cmath>
#include <nlohmann/json.hpp>

namespace viresco::cases {

using Json = nlohmann::ordered_json;

namespace {

Json title_of(const matter::Title& t) { return {{"en", t.en}, {"zh", t.zh}}; }

} // namespace

Json recipe_json(const Case& c, const lang::Evaluation& e, const plant::Plant& p) {
    if (!p.recipe) return nullptr;
    const auto quantity = [&](const std::string& name, const std::string& unit) -> Json {
        const Output* o = c.find(p.recipe->path + "." + name);
        if (!o || o->slot < 0 || o->missing >= 0) return nullptr;
        const double v = units::parse_unit(unit)->from_si(e.value(o->slot));
        return {{"value", std::isfinite(v) ? Json(v) : Json(nullptr)}, {"unit", unit}};
    };
    const schedule::Timetable& timetable = *p.recipe->timetable;
    const schedule::Facility& f = timetable.facility();
    Json out{{"name", timetable.recipe().name},
             {"title", title_of(timetable.recipe().title)},
             {"batch_time", quantity("batch_time", "h")},
             {"cycle_time", quantity("cycle_time", "h")},
             {"batches", quantity("batches", "1/a")}};
    if (const schedule::Recipe& r = timetable.recipe(); r.output_given) {
        out["output"] = quantity("output", r.output_unit.text);
        out["capacity"] = quantity("capacity", r.output_unit.text + "/a");
    }
    Json limits = Json::array();
    for (int limit = 0; limit < f.n_limits(); ++limit) {
        const std::string& name = f.limit_name(limit);
        Json j{{"name", name},
               {"title", title_of(f.limit_title(limit))},
               {"kind", f.is_pool(limit) ? "equipment" : "resource"}};
        if (f.is_pool(limit)) {
            j["count"] = f.capacity(limit);
            j["occupied"] = quantity("per_batch." + name, "h");
        } else {
            const schedule::Resource& r = f.resources[static_cast<size_t>(limit) - f.pools.size()];
            j["per_batch"] = quantity("per_batch." + name, (r.unit.text.empty() ? "" : r.unit.text + ".") + "h");
        }
        j["use"] = quantity("use." + name, "1");
        limits.push_back(std::move(j));
    }
    out["limits"] = std::move(limits);
    return out;
}

} // namespace viresco::cases
