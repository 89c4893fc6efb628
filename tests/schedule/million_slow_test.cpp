// One million random recipes: no vessel count below one, no overlap on one unit, no cycle time below its bound.
// Twenty tests of 50,000 with fixed seeds, so that each run is short.
#include "random_facility.h"

namespace viresco::schedule {
namespace {

constexpr int per_seed = 50'000;

class Million : public testing::TestWithParam<int> {};

TEST_P(Million, RandomRecipes) {
    Draw draw(1000 + static_cast<std::uint64_t>(GetParam()));
    int timed = 0;
    for (int i = 0; i < per_seed; ++i) {
        Sketch s = random_sketch(draw, 6);
        auto result = time_batch(s.f, s.recipe());
        auto* b = std::get_if<Batch>(&result);
        if (!b) {
            ASSERT_TRUE(std::holds_alternative<Blocked>(result)) << i;
            continue;
        }
        ++timed;
        const Ratio bound = cycle_bound(loads(s.f, *b)), minimum = minimum_cycle(s.f, *b, Ratio(1));
        ASSERT_GT(bound, Ratio(0)) << i;
        ASSERT_GE(minimum, bound) << i;
        ASSERT_TRUE(fits(s.f, *b, minimum)) << i;
        // Vessels for a drawn rate: at least one, enough, and one fewer is not enough.
        const Ratio target(static_cast<Wide>(hours(draw(1, 4000) / 16.0)), draw(1, 7));
        for (size_t p = 0; p < b->starts.size(); ++p) {
            const Ticks held = b->ends[p] - b->starts[p];
            const std::int64_t n = units_needed(held, target);
            ASSERT_GE(n, 1) << i;
            ASSERT_GE(target.ceil(n), held) << i;
            ASSERT_TRUE(n == 1 || target.ceil(n - 1) < held ||
                        Ratio(static_cast<Wide>(held), static_cast<Wide>(n - 1)) > target)
                << i;
        }
        // Some batches at that rhythm, or as soon as they can.
        const Rhythm rhythm{b, draw(0, 1) ? minimum : Ratio(0)};
        s.f.operating_time = b->time + minimum.ceil(5);
        s.f.campaigns = {{0, 0, 0, 0, {}}};
        const Year year = run_year(s.f, {rhythm});
        ASSERT_GE(year.batches.size(), 1u) << i;
        ASSERT_TRUE(rhythm.cycle == Ratio(0) || year.batches.size() == 6) << i;
        ASSERT_LE(year.end, s.f.operating_time) << i;
        check_units(s.f, year);
        if (HasFatalFailure()) FAIL() << "recipe " << i;
    }
    EXPECT_GT(timed, per_seed / 2);
    RecordProperty("timed", timed);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Million, testing::Range(0, 20));

} // namespace
} // namespace viresco::schedule
