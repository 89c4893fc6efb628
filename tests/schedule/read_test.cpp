// Recipe files: what is read, and every error at its place, all of a file at once.
#include "base/diagnostic.h"
#include "facility.h"
#include "schedule/gantt.h"
#include "schedule/read.h"
#include "schedule/results.h"
#include "text/node.h"
#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace viresco::schedule {
namespace {

struct Read {
    SourceStore sources;
    Diagnostics found;
    Facility facility;
    std::vector<Analysis> analyses;
    explicit Read(const std::string& text) {
        const auto node = text::parse_yaml(sources.add("recipe.yaml", text), found);
        if (!node) return;
        facility = read_facility(*node, found);
        if (found.has_errors()) return;
        for (const Recipe& r : facility.recipes)
            if (auto a = analyse(facility, r, found)) analyses.push_back(std::move(*a));
    }
    /// "line:message" of every error, in the order of lines.
    std::vector<std::string> errors() const {
        std::vector<std::pair<int, std::string>> list;
        for (const Diagnostic& d : found.all()) list.emplace_back(d.pos.line, d.message.name());
        std::stable_sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
        std::vector<std::string> out;
        for (const auto& [line, name] : list) out.push_back(std::to_string(line) + ":" + name);
        return out;
    }
    const Diagnostic& first(const std::string& name) const {
        for (const Diagnostic& d : found.all())
            if (d.message.name() == name) return d;
        ADD_FAILURE() << "no " << name << " in\n" << found.text(Language::en);
        static const Diagnostic none;
        return none;
    }
};

const std::string head = R"(viresco: 1
kind: recipe
operating time: 8000 h
equipment:
  tank: {count: 2, size: 10 m3}
  still: {}
resources:
  cip: {capacity: 1}
  steam: {capacity: 4 t/h}
recipes:
  one:
    output: 500 kg
)";

TEST(Read, EverythingOfARecipe) {
    const Read r(head + R"(    demand: 100 t
    cycle time: 20 h
    unit procedures:
      react:
        in: tank
        cycles: 2
        filling: 8 m3
        setup: 30 min
        operations:
          fill: {duration: {value: 2 h, range: [1 h, 3 h], evidence: literature, source: "somewhere"}}
          cook: {phases: {heat: {duration: 1 h, uses: {steam: 1500 kg/h}}, hold: 3 h}}
          give: {duration: 1 h}
        turnaround: {duration: 2 h, uses: {cip: 1}}
      distil:
        in: still
        operations:
          take: {with: react.give}
          boil: {duration: 6 h, after: [{start of: react.give, lag: 90 min}, react.give]}
campaigns:
  - {recipe: one, batches: 7, changeover: 12 h, train: north}
  - {recipe: one, train: south}
)");
    ASSERT_EQ(r.found.text(Language::en), "");
    const Facility& f = r.facility;
    EXPECT_EQ(f.operating_time, hours(8000));
    EXPECT_EQ(f.pools[0].count, 2);
    EXPECT_EQ(f.pools[1].count, 1);
    EXPECT_EQ(f.pools[0].size, 10);
    EXPECT_EQ(f.resources[0].capacity, 1);
    // 1.5 of 4 t/h: three and eight steps of half a tonne.
    EXPECT_EQ(f.resources[1].capacity, 8);
    EXPECT_DOUBLE_EQ(f.resources[1].step, 0.5);
    const Recipe& one = f.recipes[0];
    EXPECT_EQ(one.output, 500);
    EXPECT_EQ(one.demand, 100'000);
    EXPECT_EQ(one.cycle, hours(20));
    const UnitProcedure& react = one.procedures[0];
    EXPECT_EQ(react.cycles, 2);
    EXPECT_EQ(react.filling, 8);
    ASSERT_EQ(react.operations.size(), 5u);
    EXPECT_EQ(react.operations[0].role, Role::setup);
    EXPECT_EQ(react.operations[0].duration(), hours(0.5));
    EXPECT_EQ(react.operations[2].phases[0].uses[0].amount, 3);
    EXPECT_EQ(react.operations[2].duration(), hours(4));
    EXPECT_EQ(react.operations[4].role, Role::turnaround);
    EXPECT_EQ(one.procedures[1].operations[0].duration(), hours(1)) << "of the other side";
    ASSERT_EQ(one.links.size(), 2u);
    EXPECT_TRUE(one.links[0].from_start);
    EXPECT_EQ(one.links[0].lag, hours(1.5));
    ASSERT_EQ(one.transfers.size(), 1u);
    ASSERT_EQ(f.campaigns.size(), 2u);
    EXPECT_EQ(f.campaigns[0].batches, 7);
    EXPECT_EQ(f.campaigns[0].changeover, hours(12));
    EXPECT_EQ(f.campaigns[1].batches, 0);
    EXPECT_EQ(f.trains, (std::vector<std::string>{"north", "south"}));
    // 0.5 + 2 (2 + 4 + 1) + 2 h in the tank; distillation from 13.5 h on for 1 + 6.
    ASSERT_EQ(r.analyses.size(), 1u);
    EXPECT_EQ(r.analyses[0].batch.time, hours(20.5));
    EXPECT_EQ(r.analyses[0].minimum, Ratio(hours(8.25)));
    EXPECT_EQ(r.analyses[0].demanded, 200);
}

TEST(Read, AllErrorsAtOnceAtTheirPlaces) {
    const Read r(R"(viresco: 1
kind: recipe
operating time: 8000 kg
equipment:
  tank: {count: 0, size: -1 m3}
  still: {counts: 1}
resources:
  cip: {capacity: 0}
  steam: {}
recipes:
  one:
    demand: 3 t
    unit procedures:
      react:
        in: tnak
        cycles: 1.5
        operations:
          fill: {duration: -2 h}
          cook: {duration: 3 h, phases: {x: 1 h}}
          hold: {duration: 4 h, uses: {cop: 1}}
          heat: {duration: 1 h, after: {start of: fill, end of: fill}}
      stir:
        operations: {}
      wait:
        in: still
        operations:
          none: {duration: 0 h, after: nowhere.fill, with: wait.none}
  two: {}
campaigns:
  - {recipe: on, batches: -3}
)");
    EXPECT_EQ(r.errors(), (std::vector<std::string>{"3:schedule_time",
                                                    "5:schedule_whole",
                                                    "5:schedule_positive",
                                                    "6:unknown_key",
                                                    "8:schedule_positive",
                                                    "9:schedule_entry_needs",
                                                    "12:schedule_demand_without_output",
                                                    "15:schedule_unknown_pool",
                                                    "16:schedule_whole",
                                                    "18:schedule_time",
                                                    "19:schedule_duration_or_phases",
                                                    "20:schedule_unknown_resource",
                                                    "21:schedule_after_form",
                                                    "22:schedule_entry_needs",
                                                    "23:schedule_entry_needs",
                                                    "27:schedule_unknown_operation",
                                                    "27:schedule_transfer_self",
                                                    "28:schedule_entry_needs",
                                                    "30:schedule_unknown_recipe",
                                                    "30:schedule_whole"}))
        << r.found.text(Language::en);
    EXPECT_NE(r.found.text(Language::en).find("did you mean 'tank'"), std::string::npos) << r.found.text(Language::en);
}

TEST(Read, TheCircleIsPrinted) {
    const Read r(head + R"(    unit procedures:
      a: {in: tank, operations: {x: {duration: 1 h, after: b.y}}}
      b: {in: still, operations: {y: {duration: 1 h, after: c.z}}}
      c: {in: still, operations: {w: {duration: 1 h, after: a.x}, z: {duration: 1 h}}}
)");
    const Diagnostic& d = r.first("schedule_order_cycle");
    EXPECT_EQ(d.message.args.at(0), "a.x -> c.w -> c.z -> b.y -> a.x");
    EXPECT_EQ(d.pos.line, 14);
    EXPECT_EQ(d.related.size(), 3u);
}

TEST(Read, OneBatchThatBlocksItself) {
    const Read r(head + R"(    unit procedures:
      a: {in: still, operations: {x: {duration: 1 h}, give: {duration: 1 h}}}
      b: {in: still, operations: {take: {with: a.give}, y: {duration: 2 h}}}
)");
    const Diagnostic& d = r.first("schedule_blocked");
    EXPECT_EQ(d.message.args.at(0), "still");
    EXPECT_EQ(d.message.args.at(1), "1");
}

TEST(Read, WhatDoesNotFitTogether) {
    const std::string tail = R"(    unit procedures:
      a: {in: tank, filling: 12 m3, operations: {x: {duration: 1 h, uses: {cip: 2}}, give: {duration: 1 h}}}
      b: {in: tank, filling: 3 kg, operations: {take: {with: a.give, duration: 2 h, uses: {steam: 3 kg}}, z: {duration: 0 h}}}
      c: {in: still, operations: {n: {duration: 0 h}}}
)";
    const Read r(head + "    demand: 3 m3\n" + tail);
    EXPECT_EQ(r.errors(),
              (std::vector<std::string>{"13:schedule_demand_dimension", "15:schedule_filling", "15:schedule_use_beyond",
                                        "16:schedule_filling_dimension", "16:schedule_use_dimension",
                                        "16:schedule_transfer_times", "17:schedule_procedure_empty"}))
        << r.found.text(Language::en);
}

const std::string simple = R"(    unit procedures:
      a: {in: tank, operations: {x: {duration: 10 h}}}
      b: {in: still, operations: {y: {duration: 4 h, after: a.x}}}
)";

TEST(Read, DemandBeyondCapacitySaysWhatIsMissing) {
    // 8000 h: 1 + (8000 - 14) / 5 = 1598 batches of 500 kg. 900 t are 1800: one every 4.44 h, so tanks for 10 h: 3.
    const Read r(head + "    demand: 900 t\n" + simple);
    const Diagnostic& d = r.first("schedule_demand");
    EXPECT_EQ(d.message.args, (std::vector<std::string>{"one", "1800", "1598"}));
    ASSERT_EQ(d.hints.size(), 1u);
    EXPECT_EQ(d.hints[0].args, (std::vector<std::string>{"tank", "2", "3"}));
    EXPECT_TRUE(Read(head + "    demand: 799 t\n" + simple).found.all().empty());
}

TEST(Read, CycleTimesThatAreTooShortOrMeet) {
    EXPECT_EQ(Read(head + "    cycle time: 4.9 h\n" + simple).first("schedule_cycle_short").message.args,
              (std::vector<std::string>{"4.9 h", "5 h"}));
    const std::string shared = R"(    unit procedures:
      a: {in: still, operations: {x: {duration: 2 h}}}
      b: {in: tank, operations: {y: {duration: 4 h, after: a.x}}}
      c: {in: still, operations: {z: {duration: 2 h, after: b.y}}}
)";
    EXPECT_TRUE(Read(head + "    cycle time: 4 h\n" + shared).found.all().empty());
    const Read r(head + "    cycle time: 5 h\n" + shared);
    const Diagnostic& d = r.first("schedule_cycle_overlaps");
    EXPECT_EQ(d.message.args.at(1), "still");
    EXPECT_EQ(d.hints.at(0).args.at(0), "8 h");
}

TEST(Read, ABatchLongerThanTheYear) {
    EXPECT_EQ(Read(head + "    unit procedures:\n      a: {in: tank, operations: {x: {duration: 9000 h}}}\n")
                  .first("schedule_no_batch")
                  .pos.line,
              11);
}

TEST(Read, AYearOfTooManyBatches) {
    const Read r(head + "    unit procedures:\n      a: {in: still, operations: {x: {duration: 1 s}}}\n");
    EXPECT_EQ(r.first("schedule_too_many").message.args.at(1), "28800000");
}

TEST(Read, ABatchOfTooManyRuns) {
    const Read r(head +
                 "    unit procedures:\n      a: {in: still, cycles: 10000, operations: {x: 1 h, y: 1 h, z: 1 h}}\n");
    EXPECT_EQ(r.first("schedule_too_long").message.args.at(1), "30000");
}

TEST(Read, CampaignsThatDoNotFit) {
    Read r(head + simple + "campaigns:\n  - {recipe: one, batches: 1598}\n  - {recipe: one, batches: 2}\n");
    ASSERT_FALSE(r.found.has_errors()) << r.found.text(Language::en);
    run_campaigns(r.facility, r.analyses, r.found);
    const Diagnostic& d = r.first("schedule_campaign_unfinished");
    EXPECT_EQ(d.message.args, (std::vector<std::string>{"one", "2", "0"}));
}

std::string example() {
    std::ifstream in(VIRESCO_SOURCE_DIR "/examples/6-apa/integrated/recipe.yaml");
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

TEST(Results, OfTheExample) {
    Read r(example());
    ASSERT_EQ(r.found.text(Language::en), "");
    const Year year = run_campaigns(r.facility, r.analyses, r.found);
    const Results results{r.facility, r.analyses, year};
    const auto json = nlohmann::json::parse(json_text(results, Language::en));
    const auto& recipe = json["recipes"][0];
    EXPECT_EQ(recipe["batch_time"]["value"], 265 * 3600.0);
    EXPECT_EQ(json["year"]["batches"].size(), recipe["batches_per_year"].get<size_t>());
    for (const auto& limit : json["year"]["limits"]) {
        EXPECT_LE(limit["peak"].get<double>(), 1);
        EXPECT_LE(limit["mean"].get<double>(), limit["peak"].get<double>());
    }
    // The table: one row for each phase of each batch, no unit at two things at a time.
    std::istringstream table(csv(results));
    std::string line;
    size_t rows = 0;
    while (std::getline(table, line)) ++rows;
    size_t phases = 0;
    for (const schedule::Run& run : r.analyses[0].batch.runs)
        phases += r.facility.recipes[0]
                      .procedures[static_cast<size_t>(run.step.procedure)]
                      .operations[static_cast<size_t>(run.step.operation)]
                      .phases.size();
    EXPECT_EQ(rows, 1 + phases * year.batches.size());
}

TEST(Results, TheDrawingHasABarForEveryBatchThatBegan) {
    Read r(example());
    const Year year = run_campaigns(r.facility, r.analyses, r.found);
    for (const Language l : {Language::en, Language::zh}) {
        const Ticks span = hours(200);
        const std::string svg = gantt({r.facility, r.analyses, year}, l, span);
        size_t bars = 0, expected = 0;
        for (size_t at = svg.find("<title>"); at != std::string::npos; at = svg.find("<title>", at + 1)) ++bars;
        for (const Assignment& a : year.assignments) expected += a.start < span;
        EXPECT_EQ(bars, expected);
        EXPECT_NE(svg.find(l == Language::en ? "main fermenter 8" : "主发酵罐 8"), std::string::npos);
        EXPECT_EQ(svg.find("nan"), std::string::npos);
        EXPECT_NE(page({r.facility, r.analyses, year}, l, span).find(svg), std::string::npos);
    }
}

} // namespace
} // namespace viresco::schedule
