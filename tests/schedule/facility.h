// Facilities written down quickly: times in hours.
#pragma once
#include "schedule/analysis.h"
#include <cmath>
#include <gtest/gtest.h>
#include <string>
#include <variant>
#include <vector>

namespace viresco::schedule {

inline Ticks hours(double h) { return std::llround(h * static_cast<double>(ticks_per_hour)); }

/// A facility with one recipe in the making.
struct Sketch {
    Facility f;
    Sketch() {
        f.recipes.emplace_back();
        f.operating_time = hours(8000);
    }
    Recipe& recipe() { return f.recipes.back(); }
    int pool(int count = 1) {
        Pool p;
        p.name = "pool" + std::to_string(f.pools.size());
        p.count = count;
        f.pools.push_back(std::move(p));
        return static_cast<int>(f.pools.size()) - 1;
    }
    int resource(std::int64_t capacity) {
        Resource r;
        r.name = "resource" + std::to_string(f.resources.size());
        r.capacity = capacity;
        f.resources.push_back(std::move(r));
        return static_cast<int>(f.resources.size()) - 1;
    }
    int procedure(int pool, int cycles = 1) {
        UnitProcedure p;
        p.name = "p" + std::to_string(recipe().procedures.size());
        p.pool = pool;
        p.cycles = cycles;
        recipe().procedures.push_back(std::move(p));
        return static_cast<int>(recipe().procedures.size()) - 1;
    }
    /// Adds an operation to the last procedure.
    Step add(double h, std::vector<Use> uses = {}, Role role = Role::process) {
        UnitProcedure& p = recipe().procedures.back();
        Operation o;
        o.name = "o" + std::to_string(p.operations.size());
        o.role = role;
        o.phases.push_back({o.name, hours(h), std::move(uses)});
        p.operations.push_back(std::move(o));
        return {static_cast<int>(recipe().procedures.size()) - 1, static_cast<int>(p.operations.size()) - 1};
    }
    void after(Step to, Step from, double lag = 0) { recipe().links.push_back({from, to, false, hours(lag), {}}); }
    void after_start(Step to, Step from, double lag = 0) { recipe().links.push_back({from, to, true, hours(lag), {}}); }
    void transfer(Step giver, Step taker) { recipe().transfers.push_back({giver, taker, {}}); }

    /// Stages in a row, each in a pool of its own, the next when the one before has ended.
    static Sketch row(const std::vector<double>& stages, const std::vector<int>& counts = {}) {
        Sketch s;
        Step last;
        for (size_t i = 0; i < stages.size(); ++i) {
            s.procedure(s.pool(counts.empty() ? 1 : counts[i]));
            const Step now = s.add(stages[i]);
            if (i > 0) s.after(now, last);
            last = now;
        }
        return s;
    }

    Batch batch() const {
        auto result = time_batch(f, f.recipes.back());
        if (auto* b = std::get_if<Batch>(&result)) return *b;
        ADD_FAILURE() << "no batch: " << (std::holds_alternative<OrderCycle>(result) ? "order cycle" : "blocked");
        return {};
    }
    Ratio bound() const { return cycle_bound(loads(f, batch())); }
    Ratio minimum() const { return minimum_cycle(f, batch(), Ratio(1)); }
};

inline std::ostream& operator<<(std::ostream& out, const Ratio& r) {
    return out << r.numerator() << "/" << r.denominator() << " ms = " << r.seconds() / 3600 << " h";
}

/// n batches from the first start to the last end, where one starts every cycle.
inline Ticks makespan(const Batch& b, std::int64_t n, const Ratio& cycle) { return cycle.ceil(n - 1) + b.time; }

} // namespace viresco::schedule
