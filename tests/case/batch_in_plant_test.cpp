// Batches in time within plants at steady state: outcomes, derivatives, lanes, and what is refused.
#include "../plant/harness.h"
#include "compiled.h"

namespace viresco::cases {
namespace {

/// First-order decay in a batch: everything in closed form.
struct Decay {
    Workspace w{Scratch::of_this_test()};
    const double k = 0.3 / 3600, T = 5 * 3600.0, a0 = 2;

    explicit Decay(const std::string& more = {}, const std::string& formula = "at_end(A) / a0",
                   const std::string& states = {}, const std::string& run = "{duration: duration}") {
        w.write("batch.yaml", "viresco: 1\nkind: unit\nunit: batch\nports: {feed: in, out: out}\nparameters:\n"
                              "  k: 0.3 1/h\n  a0: 2 kg/m3\n  duration: 5 h\nrun: " +
                                  run + "\nstates:\n  A: {start: a0, unit: kg/m3}\n" + states +
                                  "equations: |\n  der(A) = -k * A\n  left = " + formula +
                                  "\n  average = mean(A)\n  area = integral(A)\n  burnt = integral(k * A)\n"
                                  "  out.m[c] = feed.m[c] for c in components\n  out.T = feed.T\n" +
                                  more + "energy: {out: {loss: closing}}\n");
        w.write("plant.yaml", "viresco: 1\nkind: plant\ncomponents: [common]\noperation: {operating_time: 8000 h/a, "
                              "annual_output: 1 t/a}\nfeeds: {x: {flow: {water: 1 kg/h}, supply: none}}\nunits: {u: "
                              "{is: ./batch.yaml}}\nconnections: |\n  x -> u.feed\n  u.out -> p\nproducts: {p: {as: "
                              "product}}\nutilities: {electricity: electricity}\n");
        w.write_case();
    }
};

TEST(BatchInPlant, OutcomesOfADecayAreInClosedForm) {
    Decay d;
    ASSERT_TRUE(d.w.run()) << d.w.messages;
    const double end = std::exp(-d.k * d.T);
    EXPECT_NEAR(d.w.value("r.u.left"), end, 1e-8);
    EXPECT_NEAR(d.w.value("r.u.area"), d.a0 * (1 - end) / d.k, 1e-8 * d.a0 / d.k);
    EXPECT_NEAR(d.w.value("r.u.average"), d.a0 * (1 - end) / (d.k * d.T), 1e-8);
    EXPECT_NEAR(d.w.value("r.u.burnt"), d.a0 * (1 - end), 2e-8);
}

TEST(BatchInPlant, GradientsOfADecayAreInClosedForm) {
    Decay d;
    ASSERT_TRUE(d.w.run()) << d.w.messages;
    const Case& c = *d.w.compiled;
    const auto by = [&](const char* what, const char* parameter) {
        std::vector<double> g;
        const std::pair<int32_t, double> seed[1] = {{c.find(what)->slot, 1.0}};
        d.w.evaluation->gradient(seed, g);
        const int p = c.program.find_parameter(parameter);
        EXPECT_GE(p, 0) << parameter;
        // The same by the forward mode.
        std::vector<double> direction(c.parameters.size()), dots;
        direction[static_cast<size_t>(p)] = 1;
        d.w.evaluation->tangent(direction, dots);
        EXPECT_DOUBLE_EQ(dots[static_cast<size_t>(c.find(what)->slot)], g[static_cast<size_t>(p)]);
        return g[static_cast<size_t>(p)];
    };
    const double end = std::exp(-d.k * d.T);
    EXPECT_NEAR(by("r.u.left", "r.u.k") / (-d.T * end), 1, 1e-6);
    EXPECT_NEAR(by("r.u.left", "r.u.duration") / (-d.k * end), 1, 1e-6);
    EXPECT_NEAR(by("r.u.area", "r.u.a0") / ((1 - end) / d.k), 1, 1e-6);
    EXPECT_NEAR(by("r.u.average", "r.u.duration") / (d.a0 * (end / d.T - (1 - end) / (d.k * d.T * d.T))), 1, 1e-6);
}

TEST(BatchInPlant, LanesHaveTheBitsOfOne) {
    Decay d;
    ASSERT_TRUE(d.w.run()) << d.w.messages;
    const Case& c = *d.w.compiled;
    const size_t n = c.parameters.size();
    const auto k = static_cast<size_t>(c.program.find_parameter("r.u.k"));
    const auto T = static_cast<size_t>(c.program.find_parameter("r.u.duration"));
    std::vector<double> all(n * 8);
    for (size_t i = 0; i < n; ++i)
        for (size_t l = 0; l < 8; ++l) all[i * 8 + l] = c.parameters[i];
    for (size_t l = 0; l < 8; ++l) {
        all[k * 8 + l] *= 1 + 0.2 * static_cast<double>(l);
        all[T * 8 + l] *= 1 + 0.1 * static_cast<double>(l % 3);
    }
    lang::Evaluation eight(c.program, 8);
    ASSERT_TRUE(eight.run(all));
    for (size_t l = 0; l < 8; ++l) {
        std::vector<double> own = c.parameters;
        own[k] = all[k * 8 + l];
        own[T] = all[T * 8 + l];
        ASSERT_TRUE(d.w.evaluate(&own)) << d.w.messages;
        for (const char* path : {"r.u.left", "r.u.area", "r.u.average"})
            EXPECT_EQ(eight.value(c.find(path)->slot, static_cast<int>(l)), d.w.value(path)) << path << " lane " << l;
    }
}

TEST(BatchInPlant, AnEventSwitchesWithinTheRun) {
    // Decay begins anew from 2 at two hours.
    Decay d("events:\n  top_up: {when: \"time >= 2 [h]\", set: {A: a0}}\n");
    ASSERT_TRUE(d.w.run()) << d.w.messages;
    EXPECT_NEAR(d.w.value("r.u.left"), std::exp(-d.k * 3 * 3600), 1e-8);
}

TEST(BatchInPlant, ResultsTellTheCourse) {
    Decay d;
    ASSERT_TRUE(d.w.run()) << d.w.messages;
    const std::string json = results_json(*d.w.compiled, *d.w.evaluation, {}, "");
    EXPECT_NE(json.find("\"course\""), std::string::npos);
    EXPECT_EQ(json.find("\"integral "), std::string::npos); // what formulas ask for is not a state of the user's
}

TEST(BatchInPlant, ACourseIsNoNumberForThePlant) {
    Decay d("uses: {electricity: \"A * 1 [m3] * 1 [J/kg/s]\"}\n");
    EXPECT_FALSE(d.w.run());
    EXPECT_NE(d.w.messages.find("changes in time"), std::string::npos) << d.w.messages;
    EXPECT_NE(d.w.messages.find("mean("), std::string::npos) << d.w.messages;
}

TEST(BatchInPlant, AnOutletMayNotFollowTheCourse) {
    Decay d("", "at_end(A) / a0\n  out.p = 1 [bar] * A / a0");
    EXPECT_FALSE(d.w.run());
    EXPECT_NE(d.w.messages.find("batch.yaml:1"), std::string::npos) << d.w.messages;
    EXPECT_NE(d.w.messages.find("changes in time"), std::string::npos) << d.w.messages;
}

TEST(BatchInPlant, ARunThatNeedsItsOwnOutcomeIsRefused) {
    Decay d("", "at_end(A) / a0", "", "{duration: duration * left}");
    EXPECT_FALSE(d.w.run());
    EXPECT_NE(d.w.messages.find("circle"), std::string::npos) << d.w.messages;
}

TEST(BatchInPlant, ARunThatFailsSaysWhenAndWhat) {
    // A^2 without end: it grows beyond all bounds at 1/(k a0) = 1.67 h.
    Decay d("", "at_end(B)", "  B: {start: 1}\n");
    d.w.write("batch.yaml", "viresco: 1\nkind: unit\nunit: batch\nports: {feed: in, out: out}\nparameters:\n"
                            "  k: 0.3 1/h\n  duration: 5 h\nrun: {duration: duration}\nstates:\n  B: {start: 2}\n"
                            "equations: |\n  der(B) = k * B^2\n  left = at_end(B)\n"
                            "  out.m[c] = feed.m[c] for c in components\n  out.T = feed.T\nenergy: {out: {loss: "
                            "closing}}\n");
    EXPECT_FALSE(d.w.run());
    EXPECT_NE(d.w.messages.find("r.u.B"), std::string::npos) << d.w.messages;
    EXPECT_NE(d.w.messages.find("batch.yaml:10"), std::string::npos) << d.w.messages;
}

TEST(BatchInPlant, QuestionsAboutARunNeedOne) {
    Decay d("", "at_end(A) / a0", "", "{}");
    EXPECT_FALSE(d.w.run());
    EXPECT_NE(d.w.messages.find("duration"), std::string::npos) << d.w.messages;
}

/// The flagship with its fermenter by kinetics instead of yields: one line.
TEST(BatchInPlant, FermentationByKineticsKeepsThePlant) {
    const auto c = compile_example("6-apa/integrated", "kinetics");
    lang::Evaluation e(c->program, 1);
    evaluate(*c, e, c->parameters);
    e.run_audit();
    for (const Case::Audit& a : c->audit()) {
        if (a.missing >= 0) continue;
        EXPECT_LE(std::abs(e.value(a.net)), 1e-9 * e.value(a.gross)) << a.route << a.unit << a.quantity;
    }
    const auto value = [&](const std::string& path) {
        const Output* o = c->find(path);
        EXPECT_TRUE(o && o->slot >= 0) << path;
        return o && o->slot >= 0 ? e.value(o->slot) : std::nan("");
    };
    // Electricity per m3 of broth, kWh: agitation, air, and chilled water by the chiller's coefficient of performance.
    for (const std::string route : {"chemical.", "enzymatic."}) {
        double cooling = 0;
        for (const plant::Plant& p : c->routes)
            for (const plant::UnitInstance& u : p.units)
                for (const plant::EnergyTerm& t : u.energy)
                    if (u.prefix == route + "fermenter." && t.name == "cooling") cooling = value(t.path);
        const double harvest = value(route + "fermenter.harvest");
        const double air = value(route + "compressor.work"); // all compressed air is the fermenters'
        const double cop = value(route + "chiller.energy.heat") / value(route + "chiller.work");
        const double kWh = (value(route + "fermenter.stirring") + air + cooling / cop) / harvest / 3.6e6;
        EXPECT_NEAR(kWh, 1064, 0.1 * 1064) << route;
        EXPECT_NEAR(value(route + "fermenter.titre"), 50, 2.5);                   // kg/m3, cases.md 1.4
        EXPECT_NEAR(value(route + "fermenter.dry_cells"), 40, 5);                 // 35 to 45
        EXPECT_NEAR(value(route + "fermenter.mean_oxygen_uptake") * 3600, 28, 5); // mmol/L/h, 20 to 60
    }
}

/// The footprint's derivatives by what the batch depends on, against differences of runs.
TEST(BatchInPlant, FootprintFollowsTheKinetics) {
    const auto c = compile_example("6-apa/integrated", "kinetics");
    lang::Evaluation e(c->program, 1);
    evaluate(*c, e, c->parameters);
    const int32_t slot = c->find("enzymatic.indicators.carbon_footprint")->slot;
    const std::pair<int32_t, double> seed[1] = {{slot, 1.0}};
    std::vector<double> gradient;
    e.gradient(seed, gradient);
    const double footprint = e.value(slot);
    int looked_at = 0;
    for (const char* name :
         {"growth_rate", "contois", "product_rate", "half_rate", "inhibition", "maintenance[maintenance]", "inoculum",
          "start_sugar", "feed_sugar", "feed_start", "start_volume", "ferment_time", "saturation", "agitation",
          "power_exponent", "amount[by_products]", "aeration"}) {
        const int p = c->program.find_parameter(std::string("enzymatic.fermenter.") + name);
        ASSERT_GE(p, 0) << name;
        const auto k = static_cast<size_t>(p);
        // Central differences with one extrapolation; the batch is solved to 1e-8.
        const auto at = [&](double relative) {
            std::vector<double> moved = c->parameters;
            moved[k] *= 1 + relative;
            EXPECT_TRUE(e.run(moved)) << name;
            return e.value(slot);
        };
        const double h = 4e-3;
        const double wide = (at(h) - at(-h)) / (2 * h), narrow = (at(h / 2) - at(-h / 2)) / h;
        const double expected = (4 * narrow - wide) / 3, found = gradient[k] * c->parameters[k];
        EXPECT_NEAR(found, expected, 1e-5 * std::abs(expected) + 2e-6 * footprint) << name;
        looked_at += std::abs(expected) > 1e-4 * footprint;
    }
    EXPECT_GE(looked_at, 12); // most of them matter
}

} // namespace
} // namespace viresco::cases
