#include "schedule/analysis.h"
#include "base/messages/schedule.h"
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace viresco::schedule {
namespace {

constexpr std::int64_t most_batches = 100'000; // per recipe and year: one every five minutes

size_t size(int i) { return static_cast<size_t>(i); }

std::string name(const Recipe& r, Step s) {
    const UnitProcedure& p = r.procedures[size(s.procedure)];
    return p.name + "." + p.operations[size(s.operation)].name;
}
const SourcePos& place(const Recipe& r, Step s) {
    return r.procedures[size(s.procedure)].operations[size(s.operation)].pos;
}

void count_relief(const Facility& facility, const Recipe& recipe, Analysis& a) {
    for (const Utilisation& u : a.limits) {
        // More of it changes the cycle only where it holds the cycle up, or where batches meet.
        if (u.bound < a.bound && a.minimum == a.bound && a.batch.waits.empty()) continue;
        Facility more = facility;
        Relief r{u.limit, 1, Ratio(0), 0};
        if (facility.is_pool(u.limit)) {
            ++more.pools[size(u.limit)].count;
        } else {
            for (const Occupation& o : a.batch.occupations)
                if (o.limit == u.limit) r.more = std::max(r.more, o.amount);
            more.resources[size(u.limit) - more.pools.size()].capacity += r.more;
        }
        auto result = time_batch(more, recipe);
        const auto* batch = std::get_if<Batch>(&result);
        if (!batch) continue;
        r.cycle = minimum_cycle(more, *batch, Ratio(1));
        r.batches = batches_within(facility.operating_time, batch->time, r.cycle);
        if (r.cycle < a.minimum) a.relief.push_back(r);
    }
    std::stable_sort(a.relief.begin(), a.relief.end(),
                     [](const Relief& x, const Relief& y) { return x.cycle < y.cycle; });
}

void count_demand(const Facility& facility, const Recipe& recipe, Analysis& a, Diagnostics& d) {
    if (recipe.demand <= 0 || recipe.output <= 0) return;
    // A demand of 10 batches is 10, whatever the last bit of the quotient says.
    a.demanded = std::max<std::int64_t>(1, std::llround(std::ceil(recipe.demand / recipe.output * (1 - 1e-12))));
    const Ticks span = facility.operating_time - a.batch.time;
    const Ratio needed = a.demanded > 1 ? Ratio(static_cast<Wide>(std::max<Ticks>(span, 1)), a.demanded - 1)
                                        : Ratio(facility.operating_time);
    a.units_for_demand.assign(facility.pools.size(), 1);
    for (const Utilisation& u : a.limits)
        if (facility.is_pool(u.limit)) {
            const Ratio work(static_cast<Wide>(u.bound.numerator()) * facility.capacity(u.limit),
                             u.bound.denominator());
            a.units_for_demand[size(u.limit)] = units_needed(work.ceil(), needed);
        }
    if (a.demanded <= a.batches) return;
    auto& e = d.error(recipe.demand_pos, message::schedule_demand,
                      {recipe.name, std::to_string(a.demanded), std::to_string(a.batches)});
    for (const Utilisation& u : a.limits)
        if (facility.is_pool(u.limit) && a.units_for_demand[size(u.limit)] > facility.capacity(u.limit))
            e.hint(message::schedule_demand_units,
                   {facility.limit_name(u.limit), std::to_string(facility.capacity(u.limit)),
                    std::to_string(a.units_for_demand[size(u.limit)])});
}

} // namespace

bool check_orders(const Recipe& recipe, Diagnostics& d) {
    Facility empty; // one pool that holds everything, nothing to share
    empty.pools.emplace_back();
    empty.pools[0].count = static_cast<int>(recipe.procedures.size()) + 1;
    Recipe bare = recipe;
    for (UnitProcedure& p : bare.procedures) {
        p.pool = 0;
        p.cycles = 1;
        for (Operation& o : p.operations)
            for (Phase& phase : o.phases) phase.uses.clear();
    }
    const auto result = time_batch(empty, bare);
    const auto* circle = std::get_if<OrderCycle>(&result);
    if (!circle) return true;
    std::string path;
    for (const Step s : circle->steps) path += name(recipe, s) + " -> ";
    path += name(recipe, circle->steps.front());
    auto& e = d.error(place(recipe, circle->steps.front()), message::schedule_order_cycle, {path});
    for (size_t i = 1; i < circle->steps.size(); ++i)
        e.see(place(recipe, circle->steps[i]), message::schedule_order_here, {name(recipe, circle->steps[i])});
    e.hint(message::schedule_order_hint);
    return false;
}

std::optional<Batch> timed_batch(const Facility& facility, const Recipe& recipe, Diagnostics& d) {
    auto result = time_batch(facility, recipe);
    if (auto* batch = std::get_if<Batch>(&result)) return std::move(*batch);
    if (const auto* blocked = std::get_if<Blocked>(&result)) {
        if (blocked->given_up) {
            d.error(recipe.pos, message::schedule_too_many_waits,
                    {facility.limit_name(blocked->limit), std::to_string(facility.capacity(blocked->limit)),
                     recipe.name, std::to_string(most_waits)});
            return std::nullopt;
        }
        std::string list;
        for (const Step s : blocked->steps) list += (list.empty() ? "" : ", ") + name(recipe, s);
        d.error(place(recipe, blocked->steps.back()), message::schedule_blocked,
                {facility.limit_name(blocked->limit), std::to_string(facility.capacity(blocked->limit)), list})
            .hint(message::schedule_blocked_hint, {facility.limit_name(blocked->limit)});
    }
    return std::nullopt;
}

bool given_cycle_fits(const Facility& facility, const Recipe& recipe, const Batch& batch, const Ratio& minimum,
                      Diagnostics& d) {
    int limit = 0;
    if (recipe.cycle < minimum) {
        d.error(recipe.cycle_pos, message::schedule_cycle_short,
                {time_text(Ratio(recipe.cycle).seconds()), time_text(minimum.seconds())});
        return false;
    }
    if (fits(facility, batch, recipe.cycle, &limit)) return true;
    const Ratio next = minimum_cycle(facility, batch, recipe.cycle);
    d.error(recipe.cycle_pos, message::schedule_cycle_overlaps,
            {time_text(Ratio(recipe.cycle).seconds()), facility.limit_name(limit)})
        .hint(message::schedule_cycle_next, {time_text(next.seconds())});
    return false;
}

std::string time_text(double seconds) {
    if (seconds < 60) return fmt::format("{:.4g} s", seconds);
    if (seconds < 3600) return fmt::format("{:.4g} min", seconds / 60);
    return seconds < 100 * 3600 ? fmt::format("{:.4g} h", seconds / 3600)
                                : fmt::format("{:.5g} h ({:.4g} d)", seconds / 3600, seconds / 86400);
}

std::optional<Analysis> analyse(const Facility& facility, const Recipe& recipe, Diagnostics& d) {
    const int errors = d.n_errors();
    auto batch = timed_batch(facility, recipe, d);
    if (!batch) return std::nullopt;
    Analysis a;
    a.batch = std::move(*batch);
    const std::vector<Load> all = loads(facility, a.batch);
    a.bound = cycle_bound(all);
    a.minimum = minimum_cycle(facility, a.batch, a.bound);
    a.cycle = a.minimum;
    if (recipe.cycle > 0) {
        a.cycle = recipe.cycle;
        given_cycle_fits(facility, recipe, a.batch, a.minimum, d);
    }
    a.batches = batches_within(facility.operating_time, a.batch.time, a.cycle);
    if (a.batches > most_batches)
        d.error(recipe.pos, message::schedule_too_many,
                {recipe.name, std::to_string(a.batches), time_text(a.cycle.seconds()), std::to_string(most_batches)})
            .hint(message::schedule_too_many_hint);
    if (a.batches == 0)
        d.error(recipe.pos, message::schedule_no_batch,
                {recipe.name, time_text(Ratio(a.batch.time).seconds()),
                 time_text(Ratio(facility.operating_time).seconds())});
    for (size_t p = 1; p < a.batch.starts.size(); ++p)
        if (a.batch.ends[p] - a.batch.starts[p] > a.batch.ends[size(a.longest)] - a.batch.starts[size(a.longest)])
            a.longest = static_cast<int>(p);
    for (const Load& l : all) {
        if (l.bound == Ratio(0)) continue;
        Utilisation u{l.limit, l.bound, l.bound.seconds() / a.cycle.seconds(), 0};
        if (facility.is_pool(l.limit) && facility.pools[size(l.limit)].size > 0)
            for (const UnitProcedure& p : recipe.procedures)
                if (p.pool == l.limit) u.filling = std::max(u.filling, p.filling / facility.pools[size(l.limit)].size);
        a.limits.push_back(u);
    }
    const auto slower = [](const Utilisation& x, const Utilisation& y) { return x.bound < y.bound; };
    a.time_bottleneck = std::max_element(a.limits.begin(), a.limits.end(), slower)->limit;
    const auto fuller = [](const Utilisation& x, const Utilisation& y) { return x.combined() < y.combined(); };
    if (const auto most = std::max_element(a.limits.begin(), a.limits.end(), fuller); most->combined() > 0)
        a.throughput_bottleneck = most->limit;
    count_relief(facility, recipe, a);
    if (a.batches > 0) count_demand(facility, recipe, a, d);
    if (d.n_errors() > errors) return std::nullopt;
    return a;
}

std::vector<Rhythm> rhythms(const std::vector<Analysis>& analyses) {
    std::vector<Rhythm> out;
    for (const Analysis& a : analyses) out.push_back({&a.batch, a.cycle});
    return out;
}

Year run_campaigns(Facility& facility, const std::vector<Analysis>& analyses, Diagnostics& d) {
    if (facility.campaigns.empty())
        for (size_t r = 0; r < facility.recipes.size(); ++r)
            facility.campaigns.push_back({static_cast<int>(r), facility.recipes.size() == 1 ? 0 : analyses[r].demanded,
                                          0, 0, facility.recipes[r].pos});
    const Year year = run_year(facility, rhythms(analyses));
    for (const int c : year.unfinished) {
        const Campaign& campaign = facility.campaigns[size(c)];
        const auto done = std::count_if(year.batches.begin(), year.batches.end(),
                                        [c](const BatchStart& b) { return b.campaign == c; });
        d.error(campaign.pos, message::schedule_campaign_unfinished,
                {facility.recipes[size(campaign.recipe)].name, std::to_string(campaign.batches), std::to_string(done)})
            .hint(message::schedule_campaign_hint);
    }
    return year;
}

} // namespace viresco::schedule
