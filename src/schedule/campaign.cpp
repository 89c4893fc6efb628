#include "schedule/campaign.h"
#include <algorithm>
#include <functional>
#include <limits>
#include <queue>
#include <tuple>

namespace viresco::schedule {
namespace {

constexpr Ticks never = std::numeric_limits<Ticks>::max();

/// `load` over [start, end) from the start of a batch; pieces of one limit do not overlap.
struct Piece {
    Ticks start, end;
    std::int64_t load;
};

std::vector<Piece> pieces_of(const Batch& batch, int limit) {
    std::vector<std::pair<Ticks, std::int64_t>> events;
    for (size_t i = batch.limit_begins[static_cast<size_t>(limit)];
         i < batch.limit_begins[static_cast<size_t>(limit) + 1]; ++i) {
        const Occupation& o = batch.occupations[i];
        events.emplace_back(o.start, o.amount);
        events.emplace_back(o.end, -o.amount);
    }
    std::sort(events.begin(), events.end());
    std::vector<Piece> out;
    std::int64_t load = 0;
    for (size_t i = 0; i < events.size(); ++i) {
        load += events[i].second;
        if (load == 0 || i + 1 == events.size() || events[i + 1].first == events[i].first) continue;
        if (!out.empty() && out.back().end == events[i].first && out.back().load == load)
            out.back().end = events[i + 1].first;
        else
            out.push_back({events[i].first, events[i + 1].first, load});
    }
    return out;
}

/// What is taken of one limit over time, from the past that matters on.
class Timeline {
public:
    /// The earliest t >= `from` at which all pieces fit. Pieces only ever move right, so whatever one of them hits
    /// must have ended before it starts.
    Ticks earliest(const std::vector<Piece>& pieces, Ticks from, std::int64_t capacity) const {
        Ticks t = from;
        for (bool moved = true; moved;) {
            moved = false;
            for (const Piece& p : pieces) {
                auto step = std::lower_bound(steps_.begin(), steps_.end(), t + p.end, // the last step that p touches
                                             [](const Step& s, Ticks time) { return s.time < time; });
                while (step != steps_.begin()) {
                    const auto next = step--;
                    const Ticks until = next == steps_.end() ? never : next->time;
                    if (until <= t + p.start) break;
                    if (step->load + p.load > capacity) {
                        t = until - p.start;
                        moved = true;
                        break;
                    }
                }
            }
        }
        return t;
    }

    void add(const std::vector<Piece>& pieces, Ticks at) {
        for (const Piece& p : pieces) {
            const size_t from = cut(at + p.start), to = cut(at + p.end);
            for (size_t i = from; i < to; ++i) steps_[i].load += p.load;
        }
    }

    /// Nothing will be asked of the time before.
    void forget(Ticks before) {
        auto keep = std::upper_bound(steps_.begin(), steps_.end(), before,
                                     [](Ticks time, const Step& s) { return time < s.time; });
        if (keep - steps_.begin() > 64) steps_.erase(steps_.begin(), keep - 1);
    }

private:
    struct Step {
        Ticks time;
        std::int64_t load; // from `time` to the next step; nothing is taken before the first
    };
    /// The step that begins at `time`, made where there is none.
    size_t cut(Ticks time) {
        auto at = std::lower_bound(steps_.begin(), steps_.end(), time,
                                   [](const Step& s, Ticks t) { return s.time < t; });
        if (at == steps_.end() || at->time != time)
            at = steps_.insert(at, {time, at == steps_.begin() ? 0 : std::prev(at)->load});
        return static_cast<size_t>(at - steps_.begin());
    }

    std::vector<Step> steps_;
};

class Dispatcher {
public:
    Dispatcher(const Facility& facility, const std::vector<Rhythm>& rhythms)
        : facility_(facility), rhythms_(rhythms), timelines_(size(facility.n_limits())) {
        for (const Rhythm& r : rhythms) {
            std::vector<std::vector<Piece>> of(size(facility.n_limits()));
            for (int l = 0; r.batch && l < facility.n_limits(); ++l) of[size(l)] = pieces_of(*r.batch, l);
            pieces_.push_back(std::move(of));
        }
    }

    Year run() {
        std::vector<Train> trains(std::max<size_t>(1, facility_.trains.size()));
        for (size_t c = 0; c < facility_.campaigns.size(); ++c)
            trains[size(facility_.campaigns[c].train)].campaigns.push_back(static_cast<int>(c));
        for (Train& t : trains) {
            t.left.assign(facility_.pools.size(), -1);
            t.by.assign(facility_.pools.size(), -1);
            begin_campaign(t, 0);
        }
        for (;;) {
            Train* first = nullptr;
            for (Train& t : trains) {
                settle(t);
                if (t.next != never && (!first || t.next < first->next)) first = &t;
            }
            if (!first) break;
            dispatch(*first);
            for (Timeline& line : timelines_) line.forget(now_);
        }
        assign_units();
        return std::move(year_);
    }

private:
    static size_t size(int i) { return static_cast<size_t>(i); }

    /// Campaigns that follow each other.
    struct Train {
        std::vector<int> campaigns;
        size_t at = 0;           // in `campaigns`
        std::int64_t number = 0; // of the next batch
        Ticks first = 0;         // start of the campaign's first batch
        Ticks next = 0;          // start of the next batch; never: there is none
        std::vector<Ticks> left; // of each pool: when the last batch of this train left it
        std::vector<int> by;     // .. and its recipe
    };

    const Campaign& campaign(const Train& t) const { return facility_.campaigns[size(t.campaigns[t.at])]; }

    void begin_campaign(Train& t, size_t at) {
        t.at = at;
        t.number = 0;
    }

    /// Finds the start of the train's next batch; goes on to the next campaign where this one is done or full.
    void settle(Train& t) {
        for (;; begin_campaign(t, t.at + 1)) {
            if (t.at >= t.campaigns.size()) {
                t.next = never;
                return;
            }
            const Campaign& c = campaign(t);
            const Rhythm& r = rhythms_[size(c.recipe)];
            if (!r.batch || (c.batches > 0 && t.number >= c.batches)) continue;
            Ticks from = std::max(now_, t.number > 0 && r.cycle > Ratio(0) ? t.first + r.cycle.ceil(t.number) : 0);
            for (size_t p = 0; p < r.batch->starts.size(); ++p) {
                const size_t pool = size(facility_.recipes[size(c.recipe)].procedures[p].pool);
                if (t.by[pool] >= 0 && t.by[pool] != c.recipe)
                    from = std::max(from, t.left[pool] + c.changeover - r.batch->starts[p]);
            }
            for (bool moved = true; moved;) {
                moved = false;
                for (int l = 0; l < facility_.n_limits(); ++l) {
                    const auto& pieces = pieces_[size(c.recipe)][size(l)];
                    if (pieces.empty()) continue;
                    const Ticks later = timelines_[size(l)].earliest(pieces, from, facility_.capacity(l));
                    if (later > from) from = later, moved = true;
                }
            }
            if (from + r.batch->time <= facility_.operating_time) {
                t.next = from;
                return;
            }
            if (c.batches > 0) year_.unfinished.push_back(t.campaigns[t.at]);
        }
    }

    void dispatch(Train& t) {
        const Campaign& c = campaign(t);
        const Batch& batch = *rhythms_[size(c.recipe)].batch;
        if (t.number == 0) t.first = t.next;
        for (int l = 0; l < facility_.n_limits(); ++l)
            timelines_[size(l)].add(pieces_[size(c.recipe)][size(l)], t.next);
        const auto& procedures = facility_.recipes[size(c.recipe)].procedures;
        for (size_t p = 0; p < procedures.size(); ++p) {
            const size_t pool = size(procedures[p].pool);
            t.left[pool] = t.by[pool] == c.recipe ? std::max(t.left[pool], t.next + batch.ends[p])
                                                  : t.next + batch.ends[p];
            t.by[pool] = c.recipe;
        }
        year_.batches.push_back({t.campaigns[t.at], t.number, t.next});
        year_.end = std::max(year_.end, t.next + batch.time);
        now_ = t.next;
        ++t.number;
    }

    /// Intervals of which never more than `count` overlap get `count` units: in order of their starts, each the unit
    /// that has been free longest.
    void assign_units() {
        std::vector<Assignment>& all = year_.assignments;
        for (size_t b = 0; b < year_.batches.size(); ++b) {
            const int recipe = facility_.campaigns[size(year_.batches[b].campaign)].recipe;
            const Batch& batch = *rhythms_[size(recipe)].batch;
            for (size_t p = 0; p < batch.starts.size(); ++p)
                all.push_back({static_cast<int>(b), static_cast<int>(p),
                               facility_.recipes[size(recipe)].procedures[p].pool, 0,
                               year_.batches[b].start + batch.starts[p], year_.batches[b].start + batch.ends[p]});
        }
        std::sort(all.begin(), all.end(), [](const Assignment& a, const Assignment& b) {
            return std::tie(a.pool, a.start, a.batch, a.procedure) < std::tie(b.pool, b.start, b.batch, b.procedure);
        });
        using Free = std::pair<Ticks, int>; // since when, unit
        std::priority_queue<Free, std::vector<Free>, std::greater<>> free;
        for (size_t i = 0; i < all.size(); ++i) {
            if (i == 0 || all[i].pool != all[i - 1].pool) {
                free = {};
                for (int u = 0; u < facility_.pools[size(all[i].pool)].count; ++u) free.emplace(0, u);
            }
            all[i].unit = free.top().second;
            free.pop();
            free.emplace(all[i].end, all[i].unit);
        }
    }

    const Facility& facility_;
    const std::vector<Rhythm>& rhythms_;
    std::vector<Timeline> timelines_;                     // of the limits
    std::vector<std::vector<std::vector<Piece>>> pieces_; // of a recipe, of a limit
    Ticks now_ = 0;                                       // batches are dispatched in the order of their starts
    Year year_;
};

} // namespace

Year run_year(const Facility& facility, const std::vector<Rhythm>& rhythms) {
    return Dispatcher(facility, rhythms).run();
}

std::vector<std::pair<Ticks, std::int64_t>> profile(const Facility& facility, const std::vector<Rhythm>& rhythms,
                                                    const Year& year, int limit) {
    std::vector<std::pair<Ticks, std::int64_t>> events{{0, 0}};
    std::vector<std::vector<Piece>> pieces;
    for (const Rhythm& r : rhythms) pieces.push_back(r.batch ? pieces_of(*r.batch, limit) : std::vector<Piece>{});
    for (const BatchStart& b : year.batches)
        for (const Piece& p : pieces[static_cast<size_t>(facility.campaigns[static_cast<size_t>(b.campaign)].recipe)]) {
            events.emplace_back(b.start + p.start, p.load);
            events.emplace_back(b.start + p.end, -p.load);
        }
    std::sort(events.begin(), events.end());
    std::vector<std::pair<Ticks, std::int64_t>> out;
    std::int64_t load = 0;
    for (size_t i = 0; i < events.size(); ++i) {
        load += events[i].second;
        if (i + 1 < events.size() && events[i + 1].first == events[i].first) continue;
        if (out.empty() || out.back().second != load) out.emplace_back(events[i].first, load);
    }
    return out;
}

} // namespace viresco::schedule
