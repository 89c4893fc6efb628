// A plant that follows a batch recipe: times against those of `viresco schedule` and by hand, gradients, errors.
#include "compiled.h"
#include "plant/harness.h"
#include "schedule/analysis.h"
#include "schedule/read.h"

namespace viresco::cases {
namespace {

// Two vessels, a transfer between pools, a cleaning skid. By hand: `make` occupies 1 + react + 2 + 1 h, `take` 2 + 5 + 1 h.
constexpr const char* recipe = R"(viresco: 1
kind: recipe
operating time: 300 d
equipment: {reactor: {count: 2}, tank: {count: 1}}
resources: {people: {capacity: 3}, steam: {capacity: 6 t/h}}
recipes:
  broth:
    output: 1000 kg
    unit procedures:
      make:
        in: reactor
        setup: {duration: 1 h, uses: {people: 2}}
        operations:
          react: {duration: {value: 20 h, range: [10 h, 40 h], evidence: estimate}, uses: {steam: 0.5 t/h}}
          give: {duration: {value: 2 h, range: [1 h, 3 h], evidence: estimate}, uses: {people: 1}}
        turnaround: 1 h
      keep:
        in: tank
        operations: {take: {with: make.give}, rest: 5 h}
        turnaround: 1 h
)";

constexpr const char* plant = R"(viresco: 1
kind: plant
operation: {operating_time: 7200 h/a, annual_output: 300 t/a}
parameters: {time: {value: 20 h, range: [10 h, 40 h], evidence: estimate}, other: 3,
             people: recipe.per_batch.people * operation.annual_output / recipe.output / operation.operating_time}
components: [common]
recipe: {file: ./recipe.yaml, durations: {make.react: time}}
units: {line: {inventory: {consumption: {},
                           basis: 'operation.annual_output / operation.operating_time * if(people > 0, 1, 2)'}}}
products: {thing: {as: product, from: line, component: water}}
)";

struct Plant : Workspace {
    Plant(const std::string& recipe_text = recipe, const std::string& plant_text = plant) {
        write("recipe.yaml", recipe_text);
        write("plant.yaml", plant_text);
        write_case();
    }
};

constexpr double hour = 3600;

TEST(RecipeInPlant, TimesByHand) {
    Plant w;
    ASSERT_TRUE(w.run()) << w.messages;
    EXPECT_NEAR(w.value("r.recipe.batch_time"), (1 + 20 + 2 + 5 + 1) * hour, 1e-6); // the reactor is clean before
    EXPECT_NEAR(w.value("r.recipe.per_batch.reactor"), 24 * hour, 1e-6);
    EXPECT_NEAR(w.value("r.recipe.per_batch.tank"), 8 * hour, 1e-6);
    EXPECT_NEAR(w.value("r.recipe.cycle_time"), 12 * hour, 1e-6); // 24 h over two reactors
    EXPECT_NEAR(w.value("r.recipe.per_batch.people"), (2 * 1 + 1 * 2) * hour, 1e-6);
    EXPECT_NEAR(w.value("r.recipe.per_batch.steam"), 500.0 * 20, 1e-6); // 0.5 t/h for 20 h, in kg
    EXPECT_NEAR(w.value("r.recipe.use.tank"), 8.0 / 12, 1e-12);
    EXPECT_NEAR(w.value("r.recipe.use.steam"), 10.0 / (6 * 12), 1e-12);
    EXPECT_NEAR(w.value("r.recipe.capacity") * 8766 * hour, 1000.0 * 7200 / 12 * 8766 / 8766, 1);
    // 300 batches of 4 person hours in 7200 h
    EXPECT_NEAR(w.value("r.people"), 300 * 4 / 7200.0, 1e-9);
}

/// A setting, a formula and the file give the same as the schedule alone with these times.
TEST(RecipeInPlant, IsTheScheduleWithItsDurations) {
    for (const double react : {10.0, 20.0, 31.0, 40.0})
        for (const double give : {1.0, 2.5}) {
            Plant w;
            char hours[40];
            std::snprintf(hours, sizeof hours, "%g h", react);
            std::string text = recipe;
            text.replace(text.find("20 h"), 4, hours);
            ASSERT_TRUE(w.run({{"r.time", hours}, {"r.recipe.make.give", std::to_string(give) + " h"}})) << w.messages;
            std::snprintf(hours, sizeof hours, "%g h", give);
            text.replace(text.find("value: 2 h") + 7, 3, hours);
            SourceStore store;
            Diagnostics d;
            const auto root = text::parse_yaml(store.add("recipe.yaml", text), d);
            const schedule::Facility facility = schedule::read_facility(*root, d);
            const auto alone = schedule::analyse(facility, facility.recipes.front(), d);
            ASSERT_TRUE(alone) << d.text(Language::en);
            EXPECT_DOUBLE_EQ(w.value("r.recipe.cycle_time"), alone->cycle.seconds());
            EXPECT_DOUBLE_EQ(w.value("r.recipe.batch_time"), schedule::Ratio(alone->batch.time).seconds());
        }
}

TEST(RecipeInPlant, GradientsGoThroughTheSchedule) {
    Plant w;
    ASSERT_TRUE(w.run()) << w.messages;
    const auto slope = [&](const char* of, const char* by) {
        const std::pair<int32_t, double> seed[1] = {{w.compiled->find(of)->slot, 1.0}};
        std::vector<double> gradient;
        w.evaluation->gradient(seed, gradient);
        return gradient[static_cast<size_t>(w.compiled->program.find_parameter(by))];
    };
    EXPECT_NEAR(slope("r.recipe.cycle_time", "r.time"), 0.5, 1e-12); // two reactors
    EXPECT_NEAR(slope("r.recipe.batch_time", "r.recipe.keep.rest"), 1, 1e-12);
    EXPECT_NEAR(slope("r.recipe.cycle_time", "r.recipe.keep.rest"), 0, 1e-12);
    EXPECT_NEAR(slope("r.recipe.per_batch.steam", "r.time"), 500.0 / 3600, 1e-12);
    // capacity = output x operating time / cycle: d ln / d ln time = - 20 / 24
    const double capacity = w.value("r.recipe.capacity");
    EXPECT_NEAR(slope("r.recipe.capacity", "r.time") * 20 * hour / capacity, -20.0 / 24, 1e-12);
    // Eight lanes of different times, each as alone.
    const size_t n = w.compiled->parameters.size(),
                 k = static_cast<size_t>(w.compiled->program.find_parameter("r.time"));
    std::vector<double> all(n * 8);
    for (size_t i = 0; i < n; ++i)
        for (size_t l = 0; l < 8; ++l)
            all[i * 8 + l] = i == k ? (10 + 4 * static_cast<double>(l)) * hour : w.compiled->parameters[i];
    lang::Evaluation lanes(w.compiled->program, 8);
    ASSERT_TRUE(lanes.run(all));
    for (int l = 0; l < 8; ++l)
        EXPECT_NEAR(lanes.value(w.compiled->find("r.recipe.cycle_time")->slot, l),
                    std::max(8.0, (14 + 4 * l) / 2.0) * hour,
                    1e-6); // the tank, then the reactors
}

TEST(RecipeInPlant, ATimeThatCannotBeIsAnErrorOfTheRun) {
    Plant w;
    ASSERT_TRUE(w.compile()) << w.messages;
    std::vector<double> p = w.compiled->parameters;
    p[static_cast<size_t>(w.compiled->program.find_parameter("r.time"))] = -hour;
    EXPECT_FALSE(w.evaluate(&p));
    EXPECT_NE(w.messages.find("make.react"), std::string::npos) << w.messages;
}

TEST(RecipeInPlant, ErrorsStandAtTheirPlaces) {
    const auto error = [](const std::string& line) {
        std::string text = plant;
        const std::string old = "recipe: {file: ./recipe.yaml, durations: {make.react: time}}";
        text.replace(text.find(old), old.size(), line);
        Plant w(recipe, text);
        EXPECT_FALSE(w.run());
        return w.error();
    };
    EXPECT_EQ(error("recipe: {durations: {}}"), "plant.yaml:7:9 schedule_entry_needs");
    EXPECT_EQ(error("recipe: {file: ./recipe.yaml, recipe: juice}"), "plant.yaml:7:39 schedule_unknown_recipe");
    EXPECT_EQ(error("recipe: {file: ./recipe.yaml, durations: {make.reakt: time}}"),
              "plant.yaml:7:43 plant_recipe_no_duration");
    EXPECT_EQ(error("recipe: {file: ./recipe.yaml, durations: {make.react: other}}"),
              "plant.yaml:7:55 wrong_dimension");
    Plant two(std::string(recipe) + "  juice: {unit procedures: {press: {in: tank, operations: {press: 1 h}}}}\n",
              std::string(plant).replace(std::string(plant).find("recipe: {"), 60, "recipe: ./recipe.yaml"));
    EXPECT_FALSE(two.run());
    EXPECT_EQ(two.error(), "plant.yaml:7:9 plant_recipe_which") << two.messages;
}

/// Longer fermentation of 6-APA: fewer batches of the same size.
TEST(RecipeInPlant, SixApa) {
    const auto c = compile_example("6-apa/integrated");
    lang::Evaluation e(c->program, 1);
    evaluate(*c, e, c->parameters);
    const auto value = [&](const char* path) { return e.value(c->find(path)->slot); };
    // seven operations of the main fermenter besides the fermentation take 22.5 h
    EXPECT_NEAR(value("enzymatic.recipe.per_batch.fermenter"), (190 + 22.5) * hour, 1e-6);
    EXPECT_GE(value("enzymatic.recipe.cycle_time"), value("enzymatic.recipe.per_batch.fermenter") / 8);
    EXPECT_GT(value("enzymatic.operators"), 6);
    EXPECT_LT(value("enzymatic.operators"), 16);
}

} // namespace
} // namespace viresco::cases
