// Random recipes, and what must hold for every one of them.
#pragma once
#include "facility.h"
#include <cstdint>
#include <map>
#include <random>

namespace viresco::schedule {

/// A small generator of its own: the same recipes with every standard library.
class Draw {
public:
    explicit Draw(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ULL + 1) {}
    /// From low to high, both included.
    int operator()(int low, int high) {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return low + static_cast<int>((state_ >> 11) % static_cast<std::uint64_t>(high - low + 1));
    }

private:
    std::uint64_t state_;
};

/// Up to `most` procedures in up to as many pools, with transfers, links forward, shared pools, cycles and resources.
inline Sketch random_sketch(Draw& draw, int most) {
    Sketch s;
    const int n_procedures = draw(1, most), n_pools = draw(1, n_procedures), n_resources = draw(0, 2);
    for (int i = 0; i < n_pools; ++i) s.pool(draw(1, 4));
    for (int i = 0; i < n_resources; ++i) s.resource(draw(1, 5));
    const auto uses = [&] {
        std::vector<Use> out;
        if (n_resources > 0 && draw(0, 2) == 0) {
            const int r = draw(0, n_resources - 1);
            out.push_back({r, draw(1, static_cast<int>(s.f.resources[static_cast<size_t>(r)].capacity))});
        }
        return out;
    };
    Step last{-1, 0};
    for (int p = 0; p < n_procedures; ++p) {
        s.procedure(draw(0, n_pools - 1), draw(0, 5) == 0 ? draw(2, 4) : 1);
        if (draw(0, 2) == 0) s.add(draw(1, 40) / 8.0, uses(), Role::setup);
        const Step first = s.add(draw(1, 200) / 8.0, uses());
        if (draw(0, 1)) s.add(draw(0, 100) / 8.0, uses());
        const Step end = draw(0, 1) ? s.add(draw(1, 80) / 8.0, uses()) : first;
        if (draw(0, 2) == 0) s.add(draw(1, 40) / 8.0, uses(), Role::turnaround);
        if (p > 0) switch (draw(0, 3)) {
            case 0: s.transfer(last, first); break;
            case 1: s.after(first, last, draw(-8, 16) / 8.0); break;
            case 2: s.after_start(first, last, draw(0, 16) / 8.0); break;
            default: break; // a branch of its own
            }
        last = end;
    }
    return s;
}

/// Everything a timed batch promises: order relations, occupied vessels, limits; false where it breaks a promise.
inline void check_batch(const Sketch& s, const Batch& b) {
    const Recipe& r = s.f.recipes.back();
    std::map<std::pair<int, int>, std::pair<const Run*, const Run*>> ends; // of a step: its first and last run
    Ticks begin = INT64_MAX, end = 0;
    for (size_t i = 0; i < b.runs.size(); ++i) {
        const Run& run = b.runs[i];
        const Operation& o =
            r.procedures[static_cast<size_t>(run.step.procedure)].operations[static_cast<size_t>(run.step.operation)];
        ASSERT_EQ(run.end - run.start, o.duration());
        if (i > 0 && b.runs[i - 1].step.procedure == run.step.procedure) {
            ASSERT_GE(run.start, b.runs[i - 1].end);
        }
        auto& e = ends[{run.step.procedure, run.step.operation}];
        if (!e.first) e.first = &run;
        e.second = &run;
        begin = std::min(begin, run.start);
        end = std::max(end, run.end);
    }
    ASSERT_EQ(begin, 0);
    ASSERT_EQ(end, b.time);
    for (const Link& l : r.links) {
        const auto &from = ends[{l.from.procedure, l.from.operation}], &to = ends[{l.to.procedure, l.to.operation}];
        ASSERT_GE(to.first->start, (l.from_start ? from.first->start : from.second->end) + l.lag);
    }
    for (const Transfer& t : r.transfers)
        ASSERT_EQ((ends[{t.giver.procedure, t.giver.operation}].second->start),
                  (ends[{t.taker.procedure, t.taker.operation}].first->start));
}

/// The largest load of a limit when batches start at `starts`: by brute force at every start of an occupation.
inline std::int64_t largest_load(const Batch& b, int limit, const std::vector<Ticks>& starts) {
    std::int64_t most = 0;
    for (const Ticks s : starts)
        for (const Occupation& o : b.occupations) {
            if (o.limit != limit) continue;
            std::int64_t load = 0;
            for (const Ticks other : starts)
                for (const Occupation& p : b.occupations)
                    if (p.limit == limit && other + p.start <= s + o.start && s + o.start < other + p.end)
                        load += p.amount;
            most = std::max(most, load);
        }
    return most;
}

/// No unit is held twice at a time.
inline void check_units(const Facility& f, const Year& year) {
    std::map<std::pair<int, int>, Ticks> free;
    for (const Assignment& a : year.assignments) { // by pool, start
        ASSERT_GE(a.unit, 0);
        ASSERT_LT(a.unit, f.pools[static_cast<size_t>(a.pool)].count);
        ASSERT_GT(a.end, a.start);
        Ticks& since = free[{a.pool, a.unit}];
        ASSERT_GE(a.start, since) << "unit " << a.unit << " of pool " << a.pool << " is held twice";
        since = a.end;
    }
}

} // namespace viresco::schedule
