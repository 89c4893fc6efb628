// Random recipes against brute force: promises of batches, the cycle time against exhaustive search, years.
#include "random_facility.h"
#include <set>

namespace viresco::schedule {
namespace {

std::optional<Batch> timed(const Sketch& s) {
    auto result = time_batch(s.f, s.f.recipes.back());
    if (auto* b = std::get_if<Batch>(&result)) return std::move(*b);
    EXPECT_TRUE(std::holds_alternative<Blocked>(result)) << "random orders go forward: no circle";
    return std::nullopt;
}

/// Every cycle time at which an end meets a start, from the bound on: the first that fits is the minimum.
Ratio exhaustive_minimum(const Facility& f, const Batch& b) {
    std::set<Ratio> candidates;
    const Ratio bound = cycle_bound(loads(f, b));
    candidates.insert(bound);
    for (const Occupation& x : b.occupations)
        for (const Occupation& y : b.occupations)
            if (x.limit == y.limit && x.end > y.start)
                for (Ticks k = 1; Ratio(static_cast<Wide>(x.end - y.start), static_cast<Wide>(k)) >= bound; ++k)
                    candidates.insert(Ratio(static_cast<Wide>(x.end - y.start), static_cast<Wide>(k)));
    for (const Ratio& c : candidates)
        if (c >= bound && fits(f, b, c)) return c;
    ADD_FAILURE() << "no cycle time fits";
    return 0;
}

TEST(Property, BatchesKeepTheirPromisesAndTheCycleTimeIsTheShortest) {
    Draw draw(1);
    int attained = 0, longer = 0, blocked = 0, waiting = 0;
    for (int i = 0; i < 3000; ++i) {
        SCOPED_TRACE(i);
        const Sketch s = random_sketch(draw, 5);
        const auto b = timed(s);
        if (!b) {
            ++blocked;
            continue;
        }
        check_batch(s, *b);
        waiting += !b->waits.empty();
        for (int l = 0; l < s.f.n_limits(); ++l) ASSERT_LE(largest_load(*b, l, {0}), s.f.capacity(l));
        const Ratio bound = cycle_bound(loads(s.f, *b)), minimum = minimum_cycle(s.f, *b, Ratio(1));
        ASSERT_GE(minimum, bound);
        ASSERT_LE(minimum, Ratio(b->time));
        ASSERT_EQ(minimum, exhaustive_minimum(s.f, *b));
        (minimum == bound ? attained : longer) += 1;
        // Equal intervals, rounded up to ticks, for ever: n batches, no limit exceeded.
        std::vector<Ticks> starts;
        for (int k = 0; k < 6; ++k) starts.push_back(minimum.ceil(k));
        for (int l = 0; l < s.f.n_limits() && i % 10 == 0; ++l) ASSERT_LE(largest_load(*b, l, starts), s.f.capacity(l));
        if (HasFatalFailure()) return;
    }
    // The sample holds something of everything.
    EXPECT_GT(attained, 300);
    EXPECT_GT(longer, 300);
    EXPECT_GT(blocked, 10);
    EXPECT_GT(waiting, 100);
}

TEST(Property, TheBoundHoldsForEveryScheduleAndOneMoreUnitNeverRaisesIt) {
    Draw draw(2);
    for (int i = 0; i < 1000; ++i) {
        SCOPED_TRACE(i);
        Sketch s = random_sketch(draw, 5);
        const auto b = timed(s);
        if (!b) continue;
        // As soon as possible, unequal intervals: n batches cannot take less than the work of n batches.
        s.f.operating_time = b->time * 40;
        s.f.campaigns = {{0, 20, 0, 0, {}}};
        const Year year = run_year(s.f, {{&*b, Ratio(0)}});
        check_units(s.f, year);
        if (HasFatalFailure()) return;
        const auto n = static_cast<std::int64_t>(year.batches.size());
        ASSERT_EQ(n, 20);
        ASSERT_GE(year.end, cycle_bound(loads(s.f, *b)).ceil(n));
        for (int l = 0; l < s.f.n_limits(); ++l)
            for (const auto& [t, load] : profile(s.f, {{&*b, Ratio(0)}}, year, l)) ASSERT_LE(load, s.f.capacity(l));
        // Earliest: no batch could have started a tick sooner, the others being where they are.
        std::vector<Ticks> starts;
        for (const BatchStart& start : year.batches) {
            if (start.start > (starts.empty() ? 0 : starts.back())) {
                std::vector<Ticks> sooner = starts;
                sooner.push_back(start.start - 1);
                bool free = true;
                for (int l = 0; l < s.f.n_limits(); ++l) free = free && largest_load(*b, l, sooner) <= s.f.capacity(l);
                ASSERT_FALSE(free) << "batch " << start.number << " could start sooner";
            }
            starts.push_back(start.start);
        }
    }
}

TEST(Property, WithoutConflictsTheYearAttainsTheClosedForm) {
    Draw draw(3);
    for (int i = 0; i < 300; ++i) {
        SCOPED_TRACE(i);
        // Every procedure in a pool of its own: the closed form is exact.
        std::vector<double> stages;
        std::vector<int> counts;
        for (int k = draw(1, 6); k > 0; --k) stages.push_back(draw(1, 300) / 8.0), counts.push_back(draw(1, 5));
        Sketch s = Sketch::row(stages, counts);
        const Batch b = s.batch();
        ASSERT_EQ(s.minimum(), s.bound());
        s.f.operating_time = hours(4000);
        s.f.campaigns = {{0, 0, 0, 0, {}}};
        const Year even = run_year(s.f, {{&b, s.minimum()}});
        ASSERT_EQ(static_cast<std::int64_t>(even.batches.size()), batches_within(hours(4000), b.time, s.minimum()));
        for (const BatchStart& start : even.batches) ASSERT_EQ(start.start, s.minimum().ceil(start.number));
        check_units(s.f, even);
        // As soon as possible: the bottleneck's units take turns without a pause, count x cycle apart.
        const Year soon = run_year(s.f, {{&b, Ratio(0)}});
        ASSERT_GE(soon.batches.size(), even.batches.size());
        size_t most = 0;
        for (size_t k = 1; k < stages.size(); ++k)
            if (stages[k] / counts[k] > stages[most] / counts[most]) most = k;
        const auto n = static_cast<size_t>(counts[most]);
        for (size_t k = soon.batches.size() / 2; k + n < soon.batches.size(); ++k)
            ASSERT_GE(soon.batches[k + n].start - soon.batches[k].start, hours(stages[most]));
    }
}

TEST(Property, TwoTrainsShareWithoutOverlapAndAChangeoverIsKept) {
    Draw draw(4);
    for (int i = 0; i < 300; ++i) {
        SCOPED_TRACE(i);
        Sketch s = random_sketch(draw, 4);
        if (!timed(s)) continue;
        s.f.recipes.push_back(s.f.recipes[0]); // a second product, the same steps twice as long
        for (UnitProcedure& p : s.recipe().procedures)
            for (Operation& o : p.operations)
                for (Phase& phase : o.phases) phase.duration *= 2;
        const auto second = timed(s);
        if (!second) continue;
        const Batch first = std::get<Batch>(time_batch(s.f, s.f.recipes[0]));
        s.f.operating_time = hours(3000);
        s.f.trains = {"a", "b"};
        s.f.campaigns = {{0, 5, 0, 0, {}}, {1, 5, hours(7), 0, {}}, {1, 6, 0, 1, {}}};
        const std::vector<Rhythm> rhythms{{&first, Ratio(0)}, {&*second, Ratio(0)}};
        const Year year = run_year(s.f, rhythms);
        check_units(s.f, year);
        if (HasFatalFailure()) return;
        for (int l = 0; l < s.f.n_limits(); ++l)
            for (const auto& [t, load] : profile(s.f, rhythms, year, l)) ASSERT_LE(load, s.f.capacity(l));
        std::map<int, Ticks> left;
        for (const Assignment& a : year.assignments)
            if (year.batches[static_cast<size_t>(a.batch)].campaign == 0) left[a.pool] = std::max(left[a.pool], a.end);
        for (const Assignment& a : year.assignments)
            if (year.batches[static_cast<size_t>(a.batch)].campaign == 1) {
                ASSERT_GE(a.start, left[a.pool] + hours(7));
            }
    }
}

TEST(Property, TimesScale) {
    Draw draw(5);
    for (int i = 0; i < 300; ++i) {
        SCOPED_TRACE(i);
        Sketch s = random_sketch(draw, 5);
        const auto once = timed(s);
        for (UnitProcedure& p : s.recipe().procedures)
            for (Operation& o : p.operations)
                for (Phase& phase : o.phases) phase.duration *= 3;
        for (Link& l : s.recipe().links) l.lag *= 3;
        const auto thrice = timed(s);
        ASSERT_EQ(once.has_value(), thrice.has_value());
        if (!once) continue;
        EXPECT_EQ(thrice->time, 3 * once->time);
        const Ratio c = minimum_cycle(s.f, *once, Ratio(1));
        EXPECT_EQ(minimum_cycle(s.f, *thrice, Ratio(1)), Ratio(static_cast<Wide>(c.numerator()) * 3, c.denominator()));
    }
}

} // namespace
} // namespace viresco::schedule
