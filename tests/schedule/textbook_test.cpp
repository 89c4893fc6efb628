// Cases solved by hand: from published examples with their addresses, or from a standard formula.
#include "facility.h"
#include "schedule/campaign.h"

namespace viresco::schedule {
namespace {

// Turton, Bailie, Whiting, Shaeiwitz, Analysis, Synthesis, and Design of Chemical Processes, 3rd ed., pages 116 to 118
// (digilib.universitaspertamina.ac.id, files/basic-html/page116.html ..118): six steps of 3.5, 0.5, 3.5, 2, 4, 1 h.
TEST(Textbook, TurtonOverlappingBatches) {
    const Sketch s = Sketch::row({3.5, 0.5, 3.5, 2, 4, 1});
    const Batch b = s.batch();
    EXPECT_EQ(b.time, hours(14.5));
    EXPECT_EQ(s.bound(), Ratio(hours(4)));
    EXPECT_EQ(s.minimum(), Ratio(hours(4)));
    EXPECT_EQ(makespan(b, 8, s.minimum()), hours(42.5)); // T = (8-1)(4.0) + 14.5 = 42.5 h
}

// The same pages: without overlap, 8 batches take 116 h and the cycle time is 14.5 h. One plant as one unit.
TEST(Textbook, TurtonNonoverlappingBatches) {
    Sketch s;
    s.procedure(s.pool());
    for (const double h : {3.5, 0.5, 3.5, 2.0, 4.0, 1.0}) s.add(h);
    EXPECT_EQ(s.minimum(), Ratio(hours(14.5)));
    EXPECT_EQ(makespan(s.batch(), 8, s.minimum()), hours(116));
}

// The same book, Example 3.3 (page120.html; times of A as reprinted in its Table E3.3, coursepaper.com solution
// manual): 42 batches of A take 41 x 2.5 + 8 = 110.5 h, 2.631 h for each.
TEST(Textbook, TurtonFlowshopProductA) {
    Sketch s = Sketch::row({1.5, 1.5, 2.5, 2.5});
    EXPECT_EQ(s.minimum(), Ratio(hours(2.5)));
    EXPECT_EQ(makespan(s.batch(), 42, s.minimum()), hours(110.5));
    EXPECT_NEAR(110.5 / 42, 2.631, 5e-4);
}

// Example sheet "Scheduling of batch processes" (scribd.com/document/377078734), question 1a(i): three products in
// mixer, reactor and separator, equal numbers, single-product campaigns in 500 h. Answer by its standard formula
// T = sum (n-1) max t + sum t: 13.5 (n-1) + 30 <= 500, so n = 35 (without the ends: 500 / 13.5 = 37). Each
// campaign begins when the one before has ended.
TEST(Textbook, ThreeProductsInCampaigns) {
    Sketch s;
    s.f.recipes.clear();
    for (int k = 0; k < 3; ++k) s.pool();
    for (const std::vector<double>& t : {std::vector<double>{2, 5, 4}, {3, 4, 3.5}, {1, 3, 4.5}}) {
        s.f.recipes.emplace_back();
        Step last;
        for (int k = 0; k < 3; ++k) {
            s.procedure(k);
            const Step now = s.add(t[static_cast<size_t>(k)]);
            if (k > 0) s.after(now, last);
            last = now;
        }
    }
    std::vector<Batch> batches;
    for (const Recipe& r : s.f.recipes) batches.push_back(std::get<Batch>(time_batch(s.f, r)));
    const double cycles[] = {5, 4, 4.5}, times[] = {11, 10.5, 8.5};
    Ticks per_round = 0, ends = 0;
    for (size_t k = 0; k < 3; ++k) {
        EXPECT_EQ(minimum_cycle(s.f, batches[k], Ratio(1)), Ratio(hours(cycles[k])));
        EXPECT_EQ(batches[k].time, hours(times[k]));
        per_round += minimum_cycle(s.f, batches[k], Ratio(1)).ceil();
        ends += batches[k].time;
    }
    EXPECT_EQ(batches_within(hours(500), ends, Ratio(per_round)), 35);
    // The year does better: a campaign begins while the one before still runs downstream. Hand-solved for one batch
    // each: A leaves the mixer at 2, the reactor at 7, the separator at 11. B (3, 4, 3.5 h) starts at 4.5: reactor
    // from 7.5 > 7, separator from 11.5 > 11; the separator holds it (11 - 7 = 4). So B starts at 4: mixer 4-7,
    // reactor 7-11, separator 11-14.5. C (1, 3, 4.5 h) reaches the separator 4 h after its start: 10.5; reactor from
    // 11.5 > 11. Ends at 19.
    s.f.operating_time = hours(500);
    s.f.campaigns = {{0, 1, 0, 0, {}}, {1, 1, 0, 0, {}}, {2, 1, 0, 0, {}}};
    std::vector<Rhythm> rhythms;
    for (const Batch& b : batches) rhythms.push_back({&b, Ratio(0)});
    const Year year = run_year(s.f, rhythms);
    ASSERT_EQ(year.batches.size(), 3u);
    EXPECT_EQ(year.batches[1].start, hours(4));
    EXPECT_EQ(year.batches[2].start, hours(10.5));
    EXPECT_EQ(year.end, hours(19));
}

// BioPharm International, "Systematic evaluation of single-use systems using process simulation tools"
// (biopharminternational.com, articleDetail.jsp?id=566015, page 5): 12 days of fermentation, four production
// bioreactors, cycle time 3.5 days: 80 batches per year, 20 per bioreactor. 4 x 3.5 = 14 days leave 2 for turnaround.
TEST(Textbook, FourStaggeredBioreactors) {
    Sketch s;
    s.procedure(s.pool(4));
    s.add(12 * 24);
    s.add(2 * 24, {}, Role::turnaround);
    EXPECT_EQ(s.minimum(), Ratio(hours(3.5 * 24)));
    s.f.operating_time = hours(14 * 24) + s.minimum().ceil(79);
    s.f.campaigns = {{0, 0, 0, 0, {}}};
    const Batch b = s.batch();
    const Year year = run_year(s.f, {{&b, s.minimum()}});
    ASSERT_EQ(year.batches.size(), 80u);
    std::vector<int> runs(4);
    for (const Assignment& a : year.assignments) ++runs[static_cast<size_t>(a.unit)];
    EXPECT_EQ(runs, (std::vector<int>{20, 20, 20, 20}));
}

// Hand-solved; formula of parallel units, cycle time = max t_i / N_i: 3, 12, 4 h with 1, 4, 1 units.
TEST(Textbook, ParallelUnits) {
    EXPECT_EQ(Sketch::row({3, 12, 4}).minimum(), Ratio(hours(12)));
    EXPECT_EQ(Sketch::row({3, 12, 4}, {1, 2, 1}).minimum(), Ratio(hours(6)));
    EXPECT_EQ(Sketch::row({3, 12, 4}, {1, 3, 1}).minimum(), Ratio(hours(4)));
    EXPECT_EQ(Sketch::row({3, 12, 4}, {1, 9, 1}).minimum(), Ratio(hours(4)));
    EXPECT_EQ(Sketch::row({3, 12, 4}, {2, 9, 3}).minimum(), Ratio(hours(1.5)));
}

// Hand-solved; formula of parallel units: 100 h in 7 vessels is 14 2/7 h, no whole number of milliseconds.
TEST(Textbook, CycleTimesAreExactRatios) {
    const Sketch s = Sketch::row({100}, {7});
    EXPECT_EQ(s.minimum(), Ratio(static_cast<Wide>(hours(100)), Wide{7}));
    EXPECT_EQ(s.minimum().denominator(), 7);
    EXPECT_EQ(s.minimum().ceil(7), hours(100));
}

// Hand-solved; formula batches = 1 + floor((annual - batch time) / cycle): 1 + floor((7920 - 300) / 20) = 382;
// exactly at a whole number, one tick less, and shorter than a batch.
TEST(Textbook, BatchesPerYear) {
    EXPECT_EQ(batches_within(hours(7920), hours(300), Ratio(hours(20))), 382);
    EXPECT_EQ(batches_within(hours(300), hours(300), Ratio(hours(20))), 1);
    EXPECT_EQ(batches_within(hours(320), hours(300), Ratio(hours(20))), 2);
    EXPECT_EQ(batches_within(hours(320) - 1, hours(300), Ratio(hours(20))), 1);
    EXPECT_EQ(batches_within(hours(299), hours(300), Ratio(hours(20))), 0);
}

// Hand-solved; formula N = ceil(occupied / cycle), never less than one. (A peer's fixed point for the same question
// ends at no reactor at all and divides by it.)
TEST(Textbook, VesselsForARate) {
    EXPECT_EQ(units_needed(hours(100), Ratio(hours(30))), 4);
    EXPECT_EQ(units_needed(hours(90), Ratio(hours(30))), 3);
    EXPECT_EQ(units_needed(hours(90) + 1, Ratio(hours(30))), 4);
    EXPECT_EQ(units_needed(hours(1), Ratio(hours(1000))), 1);
    EXPECT_EQ(units_needed(0, Ratio(1)), 1);
    EXPECT_EQ(units_needed(hours(100), Ratio(static_cast<Wide>(hours(100)), Wide{7})), 7);
}

// Hand-solved: one vessel is used twice by a batch, over [0, 3) and [5, 7). Its occupied time is 5 h, yet at 5 h the
// second use lies on the next batch's first; from 7 h on the batches pass: 5 mod C = 5 >= 3 and 5 + 2 <= C.
TEST(Textbook, SharedWithinTheBatchTheClosedFormIsABound) {
    Sketch s;
    const int v = s.pool(), w = s.pool();
    s.procedure(v);
    const Step a = s.add(3);
    s.procedure(w);
    const Step b = s.add(2);
    s.procedure(v);
    const Step c = s.add(2);
    s.after(b, a);
    s.after(c, b);
    EXPECT_EQ(s.bound(), Ratio(hours(5)));
    EXPECT_EQ(s.minimum(), Ratio(hours(7)));
    int where = -1;
    EXPECT_FALSE(fits(s.f, s.batch(), Ratio(hours(6)), &where));
    EXPECT_EQ(where, v);
}

// Hand-solved: the uses [0, 2) and [6, 8) of one vessel interlock at 4 h: 6 mod 4 = 2. The closed form is attained;
// yet a longer cycle of 5 h is not possible (6 mod 5 = 1 < 2), while 6 h again is not (0) and 8 h is.
TEST(Textbook, SharedWithinTheBatchTheClosedFormIsAttained) {
    Sketch s;
    const int v = s.pool(), w = s.pool();
    s.procedure(v);
    const Step a = s.add(2);
    s.procedure(w);
    const Step b = s.add(4);
    s.procedure(v);
    const Step c = s.add(2);
    s.after(b, a);
    s.after(c, b);
    EXPECT_EQ(s.bound(), Ratio(hours(4)));
    EXPECT_EQ(s.minimum(), Ratio(hours(4)));
    EXPECT_FALSE(fits(s.f, s.batch(), Ratio(hours(5))));
    EXPECT_FALSE(fits(s.f, s.batch(), Ratio(hours(6))));
    EXPECT_TRUE(fits(s.f, s.batch(), Ratio(hours(8))));
    EXPECT_EQ(minimum_cycle(s.f, s.batch(), Ratio(hours(4.5))), Ratio(hours(8)));
}

// Hand-solved: two vessels, used over [0, 6) and [8, 11): 9/2 h is the bound. Below 5.5 h the second use of one batch
// runs into the time when the next two hold both vessels (11 - C > C); at 5.5 h it ends as that begins.
TEST(Textbook, TwoVesselsSharedWithinTheBatch) {
    Sketch s;
    const int v = s.pool(2), w = s.pool();
    s.procedure(v);
    const Step a = s.add(6);
    s.procedure(w);
    const Step b = s.add(2);
    s.procedure(v);
    const Step c = s.add(3);
    s.after(b, a);
    s.after(c, b);
    EXPECT_EQ(s.bound(), Ratio(hours(4.5)));
    EXPECT_EQ(s.minimum(), Ratio(hours(5.5)));
}

// Hand-solved: three vessels in a row, 10 h each, of which the last 2 are cleaned by one skid: [8, 10), [18, 20),
// [28, 30). Equipment bound 10 h, skid bound 6 h. At 10 h the three cleanings of three batches coincide; they are
// 10 h apart, so they pass when C - 10 >= 2.
TEST(Textbook, SharedCleaningSkid) {
    Sketch s;
    const int skid = s.resource(1);
    Step last;
    for (int k = 0; k < 3; ++k) {
        s.procedure(s.pool());
        const Step now = s.add(8);
        const Step cleaned = s.add(2, {{skid, 1}}, Role::turnaround);
        if (k > 0) s.after(now, last);
        last = cleaned;
    }
    EXPECT_EQ(s.bound(), Ratio(hours(10)));
    EXPECT_EQ(s.minimum(), Ratio(hours(12)));
}

// Hand-solved; formula sum amount x time / capacity: 4 people; 2 for 3 h, then 3 for 2 h, then 4 for 1 h = 16 / 4.
TEST(Textbook, PeopleAreTheBottleneck) {
    Sketch s;
    const int people = s.resource(4);
    s.procedure(s.pool(10));
    s.add(3, {{people, 2}});
    s.add(2, {{people, 3}});
    s.add(1, {{people, 4}});
    EXPECT_EQ(s.bound(), Ratio(hours(4)));
    EXPECT_EQ(s.minimum(), Ratio(hours(6))); // a batch that starts earlier meets the hour that needs all four
}

// Hand-solved: longest path. Two branches (5 h, 3 + 4 h) join in a mixer for 2 h; a wash starts 1 h after the mixer
// started and lasts 3 h.
TEST(Textbook, BatchTimeIsTheLongestPath) {
    Sketch s;
    s.procedure(s.pool());
    const Step a = s.add(5);
    s.procedure(s.pool());
    const Step b = s.add(3), c = s.add(4);
    s.procedure(s.pool());
    const Step mix = s.add(2);
    s.procedure(s.pool());
    const Step wash = s.add(3);
    s.after(mix, a);
    s.after(mix, c);
    s.after_start(wash, mix, 1);
    (void)b;
    const Batch batch = s.batch();
    EXPECT_EQ(batch.time, hours(11)); // 3 + 4, + 1, + 3
    EXPECT_EQ(batch.starts[0], hours(2)) << "the shorter branch starts so late that nothing waits";
    EXPECT_EQ(batch.starts[2], hours(7));
    EXPECT_EQ(batch.starts[3], hours(8));
}

// Hand-solved: a seed vessel (prepared 2 h, 20 h of growth, 1 h of giving, 3 h of cleaning) feeds a main vessel
// (prepared 6 h, 1 h of taking, 100 h, 4 h of cleaning). Both are held over the transfer; the main vessel is
// prepared as late as it can be: at 22 - 6 = 16 h. Main: 6 + 1 + 100 + 4 = 111 h, in 5 vessels 22.2 h; the seed vessel
// is held for 26 h and is the bottleneck.
TEST(Textbook, SeedAndMainVesselsStaggered) {
    Sketch s;
    s.procedure(s.pool());
    s.add(2, {}, Role::setup);
    s.add(20);
    const Step gives = s.add(1);
    s.add(3, {}, Role::turnaround);
    s.procedure(s.pool(5));
    s.add(6, {}, Role::setup);
    const Step takes = s.add(1);
    s.add(100);
    s.add(4, {}, Role::turnaround);
    s.transfer(gives, takes);
    const Batch b = s.batch();
    EXPECT_EQ(b.starts, (std::vector<Ticks>{0, hours(16)}));
    EXPECT_EQ(b.ends, (std::vector<Ticks>{hours(26), hours(127)}));
    EXPECT_EQ(s.bound(), Ratio(hours(26)));
    EXPECT_EQ(s.minimum(), Ratio(hours(26)));
    ++s.f.pools[0].count; // a second seed vessel: now the main ones hold it up
    EXPECT_EQ(s.minimum(), Ratio(hours(22.2)));
}

// Hand-solved: a reactor goes through 6 cycles of 1.5 + 0.5 h between 1 h of set-up and 2 h of turnaround: 15 h. What
// comes after the emptying comes after the last one, at 13 h; the first filling waits for what comes before.
TEST(Textbook, CyclesWithinAProcedure) {
    Sketch s;
    s.procedure(s.pool());
    const Step made = s.add(4);
    s.procedure(s.pool(), 6);
    s.add(1, {}, Role::setup);
    const Step react = s.add(1.5), empty = s.add(0.5);
    s.add(2, {}, Role::turnaround);
    s.procedure(s.pool());
    const Step dry = s.add(3);
    s.after(react, made);
    s.after(dry, empty);
    const Batch b = s.batch();
    EXPECT_EQ(b.ends[1] - b.starts[1], hours(15));
    EXPECT_EQ(b.starts[1], hours(3)); // set up while the feed is being made
    EXPECT_EQ(b.starts[2], hours(4 + 6 * 2));
    EXPECT_EQ(b.time, hours(19));
}

// Hand-solved: two vessels of one batch are filled side by side for 8 h and cleaned by one skid for 2 h: the second
// cleaning waits for the first. 12 h instead of 10; the vessel that is cleaned last is filled 2 h later, so that it does
// not stand soiled, and the cycle time stays at 10 h: cleaning over [8, 10) and [10, 12).
TEST(Textbook, OneBatchMeetsItself) {
    Sketch s;
    const int skid = s.resource(1);
    for (int k = 0; k < 2; ++k) {
        s.procedure(s.pool());
        s.add(8);
        s.add(2, {{skid, 1}}, Role::turnaround);
    }
    const Batch b = s.batch();
    EXPECT_EQ(b.time, hours(12));
    ASSERT_EQ(b.waits.size(), 1u);
    EXPECT_EQ(b.waits[0].limit, 2);
    EXPECT_EQ(b.starts, (std::vector<Ticks>{0, hours(2)}));
    EXPECT_EQ(s.bound(), Ratio(hours(10)));
    EXPECT_EQ(s.minimum(), Ratio(hours(10)));
}

// A batch that would have to wait more than a thousand times is given up, not sorted out for minutes.
TEST(Batches, TooManyWaitsAreGivenUp) {
    Sketch s;
    const int people = s.resource(1);
    for (int p = 0; p < 2; ++p) {
        s.procedure(s.pool(), 1200);
        s.add(0.5, {{people, 1}});
        s.add(0.1);
    }
    const auto result = time_batch(s.f, s.recipe());
    const auto* blocked = std::get_if<Blocked>(&result);
    ASSERT_NE(blocked, nullptr);
    EXPECT_TRUE(blocked->given_up);
    EXPECT_EQ(blocked->limit, 2);
}

} // namespace
} // namespace viresco::schedule
