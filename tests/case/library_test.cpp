// The model library: every reaction model through a unit of a plant, against trajectories that others computed,
// closed forms and conservation.
#include "case/simulation.h"
#include "text/csv.h"
#include <cmath>
#include <cstdlib>
#include <gtest/gtest.h>
#include <map>
#include <numbers>

namespace viresco::cases {
namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;
using Row = std::map<std::string, double>; ///< outputs in the units the model names

/// A plant of examples/ with the model around it.
class Example {
public:
    explicit Example(const std::string& folder, Settings settings = {}) {
        Simulation::Request request;
        request.path = VIRESCO_SOURCE_DIR "/examples/" + folder;
        request.settings = std::move(settings);
        request.models_folder = VIRESCO_SOURCE_DIR "/models";
        request.sources = &sources_;
        Diagnostics named_exceptions;
        simulation = Simulation::compile(request, named_exceptions);
        evaluation_ = std::make_unique<lang::DynamicEvaluation>(simulation->program);
        evaluation_->set_parameters(simulation->parameters);
    }
    std::vector<Row> run(const std::vector<double>& times, double rtol = 1e-9,
                         integrate::Method method = integrate::Method::bdf) {
        integrate::Options o;
        o.rtol = rtol;
        o.method = method;
        const auto run = integrate::run(*evaluation_, integrate::start(*evaluation_, o), times.back(), times, o);
        EXPECT_EQ(run.points.size(), times.size());
        std::vector<Row> rows;
        for (const auto& point : run.points) {
            const std::vector<double> values = simulation->values(*evaluation_, point);
            rows.emplace_back();
            for (size_t k = 0; k < values.size(); ++k) rows.back()[simulation->outputs[k].path] = values[k];
        }
        return rows;
    }
    Row at(double time, double rtol = 1e-9) { return run({time}, rtol).back(); }

    std::unique_ptr<Simulation> simulation;

private:
    SourceStore sources_;
    std::unique_ptr<lang::DynamicEvaluation> evaluation_;
};

constexpr double hour = 3600, day = 86400;

struct Reference {
    const char* folder;
    const char* file;
    std::vector<std::string> outputs;
    std::vector<double> scale = {}; ///< of our units to the file's
};

class Trajectories : public testing::TestWithParam<std::tuple<Reference, integrate::Method>> {};

TEST_P(Trajectories, OfTheReactionLibraryFollowTheReferenceTo1em7OfThePeakAtRtol1em9) {
    const char* data = std::getenv("VIRESCO_REFERENCE_DATA");
    if (!data) GTEST_SKIP() << "VIRESCO_REFERENCE_DATA is not set: the reference trajectories are not at hand";
    const auto& [reference, method] = GetParam();
    Example example(reference.folder);
    SourceStore sources;
    Diagnostics d;
    const SourceFile* file = text::read_file(sources, std::string(data) + "/models/ode_refs/" + reference.file, d);
    ASSERT_TRUE(file) << d.text(Language::en);
    const text::CsvTable table = text::parse_csv(*file, d);
    ASSERT_EQ(table.header.size(), reference.outputs.size() + 1);
    std::vector<double> times;
    for (const auto& row : table.rows) times.push_back(example.simulation->duration.unit.to_si(std::stod(row[0].text)));
    times.back() = std::min(times.back(), example.simulation->duration.si);
    const auto rows = example.run(times, 1e-9, method);
    for (size_t k = 0; k < reference.outputs.size(); ++k) {
        double peak = 0, worst = 0;
        const double scale = reference.scale.empty() ? 1 : reference.scale[k];
        for (size_t i = 0; i < rows.size(); ++i) {
            const double value = std::stod(table.rows[i][k + 1].text);
            peak = std::max(peak, std::abs(value));
            worst = std::max(worst, std::abs(rows[i].at(reference.outputs[k]) * scale - value));
        }
        EXPECT_LT(worst, 1e-7 * peak) << reference.outputs[k];
    }
}

INSTANTIATE_TEST_SUITE_P(
    Library, Trajectories,
    testing::Combine(
        testing::Values(Reference{"fermentation/birol", "birol_reduced.csv", {"X", "S", "CL", "P", "V"}},
                        Reference{"fermentation/anane", "ecoli_anane2017.csv", {"V", "X", "S", "A", "DOT", "DOTm"}},
                        Reference{"fermentation/cho_batch",
                                  "cho_moeller2018_batch.csv",
                                  {"Xv", "glc", "gln", "lac", "amm", "mAb"},
                                  {1e-9, 1, 1, 1, 1, 1}},
                        Reference{"enzyme/acylase", "pga400_ode.csv", {"PenG", "PAA", "six_apa"}}),
        testing::Values(integrate::Method::bdf, integrate::Method::rosenbrock)));

class Conservation : public testing::TestWithParam<std::pair<const char*, std::vector<std::string>>> {};

TEST_P(Conservation, WhatIsHeldIsWhatCameInLessWhatLeft) {
    const auto& [folder, quantities] = GetParam();
    // Penicillin is not part of the balances of its model, so none is made here.
    Settings settings;
    if (std::string(folder) == "fermentation/bajpai_reuss") settings.emplace_back("fermenter.reactions.q_p", "0 1/h");
    Example example(folder, settings);
    std::vector<double> times;
    for (int i = 0; i <= 20; ++i) times.push_back(example.simulation->duration.si * i / 20);
    const auto rows = example.run(times);
    for (const std::string& q : quantities) {
        const double start = rows[0].at("held_" + q) - rows[0].at("in_" + q);
        double size = 0, gap = 0, moved = 0;
        for (const Row& row : rows) {
            const double held = row.at("held_" + q), in = row.at("in_" + q);
            size = std::max({size, std::abs(held), std::abs(in)});
            moved = std::max(moved, std::abs(in));
            gap = std::max(gap, std::abs(held - in - start));
        }
        EXPECT_LT(gap, 1e-8 * size) << q;
        EXPECT_GT(moved, 1e-3 * size) << q << " crosses no boundary: the test says nothing";
    }
}

INSTANTIATE_TEST_SUITE_P(
    Library, Conservation,
    testing::Values(std::pair{"fermentation/bajpai_reuss", std::vector<std::string>{"C", "N", "COD"}},
                    std::pair{"fermentation/cho_perfusion", std::vector<std::string>{"C"}},
                    std::pair{"fermentation/yeast", std::vector<std::string>{"C", "N", "COD"}},
                    std::pair{"fermentation/microalgae", std::vector<std::string>{"C", "N", "COD"}},
                    std::pair{"degradation/drug_residue", std::vector<std::string>{"COD"}},
                    std::pair{"degradation/sulfate", std::vector<std::string>{"C", "N", "S", "COD"}},
                    std::pair{"degradation/phosphorus", std::vector<std::string>{"COD", "N", "P", "charge"}}));

TEST(Library, ModelsWithoutPublishedDigitsSaySo) {
    for (const char* folder : {"fermentation/bajpai_reuss", "fermentation/yeast", "fermentation/cho_perfusion",
                               "fermentation/microalgae", "degradation/drug_residue", "degradation/sulfate",
                               "degradation/phosphorus", "enzyme/cascade", "enzyme/acylase_cycles"})
        EXPECT_FALSE(Example(folder).simulation->unvalidated.empty()) << folder;
    for (const char* folder : {"fermentation/birol", "fermentation/anane", "fermentation/cho_batch", "enzyme/acylase"})
        EXPECT_TRUE(Example(folder).simulation->unvalidated.empty()) << folder;
}

TEST(PenicillinAcylaseLibrary, TimeTo99PercentIsTheClosedForm) {
    // The integral of dS/v from 10 to 0.1 mmol/L. The slope there turns a concentration into a time.
    Example example("enzyme/acylase");
    const double exact = 65.02386762585351 * 60;
    const auto rows = example.run({exact - 1, exact, exact + 1}, 1e-11);
    const double slope = (rows[2].at("PenG") - rows[0].at("PenG")) / 2;
    EXPECT_LT(std::abs((rows[1].at("PenG") - 0.1) / slope), 1e-8 * exact);
}

TEST(PenicillinAcylaseLibrary, EquilibriumAtPh5IsThePublishedConstantAndGrowsWithPhAsBothProductsDissociate) {
    const auto quotient = [](const char* pH) {
        Example example("enzyme/acylase", {{"reactor.reactions.reversible", "1"}, {"reactor.reactions.pH", pH}});
        const Row end = example.at(2000 * hour, 1e-10);
        return end.at("PAA") * end.at("six_apa") / end.at("PenG");
    };
    const auto dissociation = [](double pH) { return (1 + std::pow(10, pH - 4.20)) * (1 + std::pow(10, 4.60 - pH)); };
    EXPECT_NEAR(quotient("5"), 3.00, 1e-6);
    EXPECT_NEAR(quotient("6"), 3.00 * dissociation(6) / dissociation(5), 1e-5);
}

TEST(PenicillinAcylaseLibrary, ActivityOverCyclesDecaysToItsStablePartAndConversionFalls) {
    Example example("enzyme/acylase_cycles");
    std::vector<double> times;
    for (int cycle = 1; cycle < 20; ++cycle) times.push_back((2 * cycle + 1) * hour);
    const auto rows = example.run(times);
    double before = 1;
    for (size_t i = 0; i < rows.size(); ++i) {
        EXPECT_NEAR(rows[i].at("activity"), 1e-3 + 4e-3 * std::exp(-0.02 * times[i] / hour), 1e-9);
        EXPECT_EQ(rows[i].at("batches"), static_cast<double>(i + 1));
        EXPECT_LT(rows[i].at("last"), before);
        EXPECT_NEAR(rows[i].at("PenG") + rows[i].at("PAA"), 300, 1e-5);
        before = rows[i].at("last");
    }
}

TEST(Bead, EffectivenessOfFirstOrderReactionIsThatOfTheThieleModulus) {
    // A sphere: eta = 3/phi^2 (phi coth phi - 1), phi = R sqrt(k'/D). Saturation far away makes the reaction first
    // order, k' = k E / K; twenty shells of second order leave less than 2e-3.
    for (const double phi : {0.5, 2.0, 5.0}) {
        const double K = 1e6, R = 75.7e-6, D = 5.30e-10, E = 0.106;
        const double k = phi * phi * D / (R * R) * K / E;
        Example example("enzyme/acylase_beads", {{"reactor.K", "1e6 mmol/L"},
                                                 {"reactor.K_s", "1e12 mmol/L"},
                                                 {"reactor.K_1", "1e12 mmol/L"},
                                                 {"reactor.K_2", "1e12 mmol/L"},
                                                 {"reactor.bulk", "1e6 L"},
                                                 {"reactor.k", std::to_string(k) + " 1/s"}});
        const double eta = example.at(600).at("effectiveness");
        EXPECT_NEAR(eta, 3 / (phi * phi) * (phi / std::tanh(phi) - 1), 2e-3 * eta) << phi;
    }
}

TEST(Bead, KeepsEveryRingAndIsSlowerThanTheWellMixedEnzyme) {
    Example beads("enzyme/acylase_beads"), mixed("enzyme/acylase");
    const Row bead = beads.at(40 * 60);
    EXPECT_NEAR(bead.at("rings"), 0.403, 0.403e-8);
    EXPECT_GT(bead.at("PenG"), mixed.at(40 * 60).at("PenG"));
}

TEST(Bead, FollowsTheMeasuredBatch) {
    const char* data = std::getenv("VIRESCO_REFERENCE_DATA");
    if (!data) GTEST_SKIP() << "VIRESCO_REFERENCE_DATA is not set: the measured batch is not at hand";
    SourceStore sources;
    Diagnostics d;
    const SourceFile* file = text::read_file(sources, std::string(data) + "/models/enzyme/pga400r72_experiment.csv", d);
    ASSERT_TRUE(file) << d.text(Language::en);
    const text::CsvTable table = text::parse_csv(*file, d);
    std::vector<double> times;
    for (const auto& row : table.rows) times.push_back(60 * std::stod(row[0].text));
    const auto rows = Example("enzyme/acylase_beads").run(times);
    ASSERT_GT(rows.size(), 8u);
    for (size_t i = 0; i < rows.size(); ++i) // the parameters were not fitted to this batch
        EXPECT_NEAR(rows[i].at("PenG"), std::stod(table.rows[i][1].text), 0.7) << times[i];
}

TEST(Cascade, FirstOrderLimitIsTheClosedFormOfConsecutiveReactions) {
    Example example("enzyme/cascade", {{"reactor.reactions.K_1", "1e8 mmol/L"},
                                       {"reactor.reactions.V_1", "2e6 mmol/L/min"},
                                       {"reactor.reactions.K_2", "1e8 mmol/L"},
                                       {"reactor.reactions.V_2", "5e6 mmol/L/min"},
                                       {"reactor.reactions.K_i", "1e12 mmol/L"},
                                       {"reactor.reactions.K_p", "1e12 mmol/L"}});
    const double k1 = 0.02, k2 = 0.05, t = 45;
    const Row row = example.at(t * 60);
    EXPECT_NEAR(row.at("CB"), 50 * k1 / (k2 - k1) * (std::exp(-k1 * t) - std::exp(-k2 * t)), 2e-5);
    EXPECT_NEAR(row.at("CN"), 50 * (1 - std::exp(-k1 * t)), 2e-5);
    EXPECT_NEAR(row.at("CG"), row.at("CP"), 1e-9);
}

TEST(Haldane, GrowthIsFastestAtTheRootOfBothConstantsAndTheSameOnBothSides) {
    const auto growth = [](double substrate) {
        Example example("degradation/drug_residue", {{"tank.C.start[drug]", std::to_string(substrate) + " gCOD/m3"}});
        return example.run({0, 1}).front().at("growth");
    };
    const double best = growth(40); // sqrt(20 * 80)
    EXPECT_NEAR(best, 2 / (1 + 2 * std::sqrt(20.0 / 80)) * 8 / 8.2, 1e-12);
    EXPECT_LT(growth(41), best);
    EXPECT_LT(growth(39), best);
    EXPECT_NEAR(growth(40 * 3.2), growth(40 / 3.2), 1e-12);
}

TEST(PlugFlow, OfTenTanksLosesWhatTanksInSeriesLose) {
    EXPECT_NEAR(Example("degradation/plug_flow").at(60 * hour).at("outlet"), 200 / std::pow(1 + 0.4 * 5 / 10, 10),
                1e-5);
}

TEST(Photobioreactor, MeanLightIsTheMeanOfBeerLambertOverTheDepth) {
    const Row row = Example("fermentation/microalgae").run({0, 1}).front();
    const double absorbed = (100 * row.at("X") + 1) * 0.05; // m2/kg x kg/m3 + 1/m, times the depth
    double mean = 0;                                        // Simpson
    const int n = 1000;
    for (int i = 0; i <= n; ++i)
        mean += (i == 0 || i == n ? 1 : i % 2 ? 4 : 2) * std::exp(-absorbed * i / n) / (3.0 * n);
    EXPECT_NEAR(row.at("mean_light"), 400 * mean, 1e-8 * 400);
}

TEST(Perfusion, CellsLeaveWithTheBleedAndByWhatIsNotRetained) {
    // Without growth and death: X = X0 exp(-(bleed + (1 - bleed)(1 - retention)) D t).
    Example example("fermentation/cho_perfusion", {{"vessel.reactions.mu_max", "0 1/h"},
                                                   {"vessel.reactions.k_d", "0 1/h"},
                                                   {"vessel.retention", "0.95"},
                                                   {"vessel.bleed_part", "0.2"}});
    const auto rows = example.run({0, 10 * day});
    EXPECT_NEAR(rows[1].at("Xv") / rows[0].at("Xv"), std::exp(-(0.2 + 0.8 * 0.05) * 10), 1e-8);
}

TEST(Perfusion, WithoutRetentionTheBleedDoesNotMatter) {
    const auto end = [](const char* bleed) {
        return Example("fermentation/cho_perfusion", {{"vessel.retention", "0"}, {"vessel.bleed_part", bleed}})
            .at(5 * day);
    };
    const Row little = end("0.1"), much = end("0.9");
    for (const char* output : {"Xv", "glc", "lac", "mAb"})
        EXPECT_NEAR(little.at(output), much.at(output), 1e-7 * std::abs(much.at(output))) << output;
    EXPECT_GT(Example("fermentation/cho_perfusion").at(30 * day).at("Xv"), 5 * end("0.5").at("Xv"));
}

TEST(Yeast, ChemostatIsTheClosedFormBelowTheOnsetOfEthanolAndMakesEthanolAbove) {
    // Below: all sugar is respired, D = Y qS. Onset where respiration is full: D = Y qO / (oxygen per sugar) = 0.316.
    const Row low = Example("fermentation/yeast").at(100 * hour);
    const double q = 0.2 / 0.49, S = 0.2 * q / (3.5 - q);
    EXPECT_NEAR(low.at("S"), S, 1e-7);
    EXPECT_NEAR(low.at("X"), 0.49 * (10 - S), 1e-6);
    EXPECT_LT(std::abs(low.at("E")), 1e-8);
    EXPECT_LT(Example("fermentation/yeast", {{"medium.supplied_volume", "0.30 L/h"}}).at(200 * hour).at("E"), 1e-6);
    EXPECT_GT(Example("fermentation/yeast", {{"medium.supplied_volume", "0.34 L/h"}}).at(200 * hour).at("E"), 0.1);
}

TEST(Fermenter, KeepsDissolvedOxygenAndDoesNotWindUpWhileTransferIsAtItsLimit) {
    Example example("fermentation/bajpai_reuss");
    std::vector<double> times;
    for (int i = 0; i <= 132; ++i) times.push_back(i * hour);
    const auto rows = example.run(times, 1e-7);
    // Transfer is at its least while sugar is gone (18 to 30 h); an hour after the feed starts oxygen is where it shall be.
    EXPECT_GT(rows[28].at("saturated"), 0.9);
    for (size_t i = 31; i < 130; ++i) EXPECT_NEAR(rows[i].at("saturated"), 0.3, 2e-3) << i;
    // 0.02 L/h for 100 h
    EXPECT_NEAR(rows[132].at("V"), 7 + 0.02 * 100, 1e-8);
}

TEST(Sulfate, TakesMethaneAway) {
    const auto methane = [](const char* sulfate) {
        return Example("degradation/sulfate", {{"influent.concentration[sulfate]", sulfate}}).at(100 * day);
    };
    const Row none = methane("1e-6 mol/m3"), much = methane("40 mol/m3");
    EXPECT_LT(much.at("S_m"), 0.8 * none.at("S_m"));
    EXPECT_GT(much.at("S_h2s"), 20);
}

} // namespace
} // namespace viresco::cases
