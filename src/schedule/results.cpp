#include "schedule/results.h"
#include "base/messages/schedule.h"
#include "text/csv.h"
#include "text/places.h"
#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <nlohmann/json.hpp>

namespace viresco::schedule {
namespace {

using Json = nlohmann::ordered_json;

size_t size(int i) { return static_cast<size_t>(i); }

Json span_of(const Ratio& t) { return {{"value", t.seconds()}, {"unit", "s"}}; }

std::string short_time(const Ratio& t) { return time_text(t.seconds()); }

/// Padded to a width on the screen, where a Chinese character takes two columns.
std::string padded(const std::string& s, size_t width) {
    size_t columns = 0;
    for (size_t i = 0; i < s.size(); ++i) {
        if (text::is_continuation(s[i])) continue;
        columns += (static_cast<unsigned char>(s[i]) & 0xF0u) >= 0xE0u ? 2 : 1;
    }
    return s + std::string(columns < width ? width - columns : 1, ' ');
}

/// So many of a limit, in its own unit.
Json amount(const Facility& f, int limit, std::int64_t n) {
    if (f.is_pool(limit)) return {{"value", n}, {"unit", "1"}};
    const Resource& r = f.resources[size(limit) - f.pools.size()];
    return {{"value", static_cast<double>(n) * r.step}, {"unit", r.unit.text.empty() ? "1" : r.unit.text}};
}
std::string amount_text(const Facility& f, int limit, std::int64_t n) {
    if (f.is_pool(limit)) return std::to_string(n);
    const Resource& r = f.resources[size(limit) - f.pools.size()];
    return fmt::format("{:.5g}{}{}", static_cast<double>(n) * r.step, r.unit.text.empty() ? "" : " ", r.unit.text);
}

/// Largest and mean load of a limit over the year, as shares of its capacity.
Json use_of_year(const Results& r, int limit) {
    const auto steps = profile(r.facility, rhythms(r.analyses), r.year, limit);
    std::int64_t most = 0;
    double work = 0;
    for (size_t i = 0; i < steps.size(); ++i) {
        most = std::max(most, steps[i].second);
        if (i + 1 < steps.size())
            work += static_cast<double>(steps[i].second) * static_cast<double>(steps[i + 1].first - steps[i].first);
    }
    const auto capacity = static_cast<double>(r.facility.capacity(limit));
    Json out{{"name", r.facility.limit_name(limit)},
             {"peak", static_cast<double>(most) / capacity},
             {"mean", work / capacity / static_cast<double>(r.facility.operating_time)}};
    if (!r.facility.is_pool(limit)) {
        const Resource& resource = r.facility.resources[size(limit) - r.facility.pools.size()];
        out["capacity"] = amount(r.facility, limit, r.facility.capacity(limit));
        Json rows = Json::array();
        for (const auto& [t, load] : steps)
            rows.push_back({Ratio(t).seconds(), static_cast<double>(load) * resource.step});
        out["profile"] = std::move(rows); // [time in s, load from then on in the unit of the capacity]
    } else {
        out["count"] = r.facility.capacity(limit);
    }
    return out;
}

Json recipe_json(const Facility& f, const Recipe& recipe, const Analysis& a, Language language) {
    Json procedures = Json::array();
    for (size_t p = 0; p < recipe.procedures.size(); ++p) {
        const UnitProcedure& u = recipe.procedures[p];
        Json operations = Json::array();
        for (const Run& run : a.batch.runs)
            if (size(run.step.procedure) == p)
                operations.push_back({{"name", u.operations[size(run.step.operation)].name},
                                      {"cycle", run.cycle},
                                      {"start", span_of(run.start)},
                                      {"end", span_of(run.end)}});
        procedures.push_back({{"name", u.name},
                              {"title", u.title.in(language)},
                              {"equipment", f.pools[size(u.pool)].name},
                              {"start", span_of(a.batch.starts[p])},
                              {"end", span_of(a.batch.ends[p])},
                              {"operations", std::move(operations)}});
    }
    Json limits = Json::array();
    for (const Utilisation& u : a.limits) {
        Json row{{"name", f.limit_name(u.limit)},
                 {"kind", f.is_pool(u.limit) ? "equipment" : "resource"},
                 {"bound", span_of(u.bound)},
                 {"time_utilisation", u.time}};
        if (u.filling > 0) row["size_utilisation"] = u.filling, row["combined_utilisation"] = u.combined();
        if (!a.units_for_demand.empty() && f.is_pool(u.limit))
            row["units_for_demand"] = a.units_for_demand[size(u.limit)];
        limits.push_back(std::move(row));
    }
    Json relief = Json::array();
    for (const Relief& r : a.relief)
        relief.push_back({{"more_of", f.limit_name(r.limit)},
                          {"by", amount(f, r.limit, r.more)},
                          {"minimum_cycle_time", span_of(r.cycle)},
                          {"batches_per_year", r.batches}});
    Json waits = Json::array();
    const auto name = [&](Step s) {
        const UnitProcedure& u = recipe.procedures[size(s.procedure)];
        return u.name + "." + u.operations[size(s.operation)].name;
    };
    for (const Wait& w : a.batch.waits)
        waits.push_back({{"operation", name(w.late)}, {"after", name(w.early)}, {"limit", f.limit_name(w.limit)}});
    Json out{{"name", recipe.name},
             {"title", recipe.title.in(language)},
             {"batch_time", span_of(a.batch.time)},
             {"cycle_time_bound", span_of(a.bound)},
             {"minimum_cycle_time", span_of(a.minimum)},
             {"bound_attained", a.minimum == a.bound},
             {"cycle_time", span_of(a.cycle)},
             {"batches_per_year", a.batches},
             {"longest_procedure", recipe.procedures[size(a.longest)].name},
             {"time_bottleneck", f.limit_name(a.time_bottleneck)}};
    if (a.throughput_bottleneck >= 0) out["throughput_bottleneck"] = f.limit_name(a.throughput_bottleneck);
    if (recipe.output > 0)
        out["output_per_year"] = {{"value", recipe.output_unit.from_si(recipe.output) * static_cast<double>(a.batches)},
                                  {"unit", recipe.output_unit.text}};
    if (a.demanded > 0) out["batches_for_demand"] = a.demanded;
    out["limits"] = std::move(limits);
    out["debottlenecking"] = std::move(relief);
    out["waits"] = std::move(waits);
    out["unit_procedures"] = std::move(procedures);
    return out;
}

std::string recipe_text(const Facility& f, const Recipe& recipe, const Analysis& a, Language language) {
    const auto said = [&](MessageId id, std::vector<std::string> args = {}) {
        return Message{id, std::move(args)}.text(language);
    };
    std::string out = said(message::schedule_recipe_line, {recipe.title.in(language)}) + "\n";
    const auto line = [&](MessageId id, const std::string& value) {
        out += "  " + padded(said(id), 26) + value + "\n";
    };
    line(message::schedule_batch_time, short_time(a.batch.time));
    const MessageId how = a.minimum == a.bound ? message::schedule_attained : message::schedule_lower_bound;
    line(message::schedule_cycle_bound, short_time(a.bound) + "  (" + said(how) + ")");
    if (a.minimum != a.bound) line(message::schedule_cycle_minimum, short_time(a.minimum));
    if (a.cycle != a.minimum) line(message::schedule_cycle_used, short_time(a.cycle));
    line(message::schedule_batches_year, std::to_string(a.batches));
    if (a.demanded > 0) line(message::schedule_demanded, std::to_string(a.demanded));
    if (recipe.output > 0)
        line(message::schedule_output_year,
             fmt::format("{:.6g} {}", recipe.output_unit.from_si(recipe.output) * static_cast<double>(a.batches),
                         recipe.output_unit.text));
    const UnitProcedure& longest = recipe.procedures[size(a.longest)];
    line(message::schedule_longest, longest.title.in(language) + ", " +
                                        short_time(a.batch.ends[size(a.longest)] - a.batch.starts[size(a.longest)]));
    line(message::schedule_time_bottleneck, f.limit_title(a.time_bottleneck).in(language));
    for (const Utilisation& u : a.limits)
        if (u.limit == a.throughput_bottleneck)
            line(message::schedule_throughput_bottleneck,
                 said(message::schedule_utilisation_of,
                      {f.limit_title(u.limit).in(language), fmt::format("{:.1f}", 100 * u.time),
                       fmt::format("{:.1f}", 100 * u.filling)}));
    for (size_t i = 0; i < a.relief.size(); ++i)
        line(message::schedule_one_more,
             said(message::schedule_one_more_text,
                  {f.limit_title(a.relief[i].limit).in(language), amount_text(f, a.relief[i].limit, a.relief[i].more),
                   short_time(a.relief[i].cycle), std::to_string(a.relief[i].batches)}));
    if (a.relief.empty()) line(message::schedule_one_more, said(message::schedule_no_relief));
    for (const Wait& w : a.batch.waits) {
        const auto title = [&](Step s) {
            const UnitProcedure& u = recipe.procedures[size(s.procedure)];
            return u.title.in(language) + "/" + u.operations[size(s.operation)].title.in(language);
        };
        line(message::schedule_waits,
             said(message::schedule_waits_text, {title(w.late), title(w.early), f.limit_title(w.limit).in(language)}));
    }
    out += "\n  " + padded(said(message::schedule_column_limit), 36) +
           padded(said(message::schedule_column_number), 12) + padded(said(message::schedule_column_bound), 18) +
           padded(said(message::schedule_column_time), 10) + said(message::schedule_column_size) + "\n";
    for (const Utilisation& u : a.limits) {
        const std::string number = amount_text(f, u.limit, f.capacity(u.limit));
        out += "  " + padded(f.limit_title(u.limit).in(language), 36) + padded(number, 12) +
               padded(fmt::format("{:.4g} h", u.bound.seconds() / 3600), 18) +
               padded(fmt::format("{:.1f} %", 100 * u.time), 10) +
               (u.filling > 0 ? fmt::format("{:.1f} %", 100 * u.filling) : "") + "\n";
    }
    return out;
}

} // namespace

std::string json_text(const Results& r, Language language) {
    Json recipes = Json::array();
    for (size_t i = 0; i < r.facility.recipes.size(); ++i)
        recipes.push_back(recipe_json(r.facility, r.facility.recipes[i], r.analyses[i], language));
    Json batches = Json::array(), units = Json::array(), limits = Json::array();
    for (const BatchStart& b : r.year.batches)
        batches.push_back({{"campaign", b.campaign},
                           {"recipe", r.facility.recipes[size(r.facility.campaigns[size(b.campaign)].recipe)].name},
                           {"number", b.number + 1},
                           {"start", Ratio(b.start).seconds()}});
    for (const Assignment& a : r.year.assignments) {
        const Recipe& recipe =
            r.facility.recipes[size(r.facility.campaigns[size(r.year.batches[size(a.batch)].campaign)].recipe)];
        units.push_back({r.facility.pools[size(a.pool)].name, a.unit + 1, a.batch,
                         recipe.procedures[size(a.procedure)].name, Ratio(a.start).seconds(), Ratio(a.end).seconds()});
    }
    for (int l = 0; l < r.facility.n_limits(); ++l) limits.push_back(use_of_year(r, l));
    return Json{{"title", r.facility.title.in(language)},
                {"operating_time", span_of(r.facility.operating_time)},
                {"recipes", std::move(recipes)},
                {"year",
                 {{"end", span_of(r.year.end)},
                  {"batches", std::move(batches)},
                  {"unit_columns", {"equipment", "unit", "batch", "unit_procedure", "start_s", "end_s"}},
                  {"units", std::move(units)},
                  {"limits", std::move(limits)}}}}
        .dump();
}

std::string screen_text(const Results& r, Language language) {
    std::string out;
    for (size_t i = 0; i < r.facility.recipes.size(); ++i)
        out += recipe_text(r.facility, r.facility.recipes[i], r.analyses[i], language) + "\n";
    out += Message{message::schedule_year, {}}.text(language) + "\n";
    for (size_t c = 0; c < r.facility.campaigns.size(); ++c) {
        const int recipe = r.facility.campaigns[c].recipe;
        std::int64_t n = 0;
        Ticks from = 0, to = 0;
        for (const BatchStart& b : r.year.batches)
            if (size(b.campaign) == c) {
                if (n++ == 0) from = b.start;
                to = std::max(to, b.start + r.analyses[size(recipe)].batch.time);
            }
        out += "  " +
               Message{message::schedule_campaign_line,
                       {r.facility.recipes[size(recipe)].title.in(language), std::to_string(n), short_time(from),
                        short_time(to)}}
                   .text(language) +
               "\n";
    }
    return out;
}

std::string csv(const Results& r) {
    std::string out = "campaign,recipe,batch,unit_procedure,operation,cycle,phase,equipment,unit,start_h,end_h\n";
    std::map<std::pair<int, int>, int> unit; // of a batch and its procedure
    for (const Assignment& a : r.year.assignments) unit[{a.batch, a.procedure}] = a.unit;
    for (size_t b = 0; b < r.year.batches.size(); ++b) {
        const BatchStart& start = r.year.batches[b];
        const int index = r.facility.campaigns[size(start.campaign)].recipe;
        const Recipe& recipe = r.facility.recipes[size(index)];
        for (const Run& run : r.analyses[size(index)].batch.runs) {
            const UnitProcedure& u = recipe.procedures[size(run.step.procedure)];
            const Operation& o = u.operations[size(run.step.operation)];
            Ticks t = start.start + run.start;
            for (const Phase& phase : o.phases) {
                out += fmt::format("{},{},{},{},{},{},{},{},{},{},{}\n", start.campaign + 1,
                                   text::csv_cell(recipe.name), start.number + 1, text::csv_cell(u.name),
                                   text::csv_cell(o.name), run.cycle + 1, text::csv_cell(phase.name),
                                   text::csv_cell(r.facility.pools[size(u.pool)].name),
                                   unit[{static_cast<int>(b), run.step.procedure}] + 1,
                                   units::format_number(Ratio(t).seconds() / 3600),
                                   units::format_number(Ratio(t + phase.duration).seconds() / 3600));
                t += phase.duration;
            }
        }
    }
    return out;
}

} // namespace viresco::schedule
