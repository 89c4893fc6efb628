// `ranking:` of a case: what it accepts, and the verdict over single values and over samples.
#include "case/ranking_results.h"
#include "compiled.h"
#include "scratch.h"
#include <fstream>
#include <nlohmann/json.hpp>

namespace viresco::cases {
namespace {

/// Two routes of two criteria; `ranking` is the block of the case.
std::unique_ptr<Case> two_routes(SourceStore& sources, const std::string& ranking, int trl_of_second = 9) {
    const Scratch scratch;
    const std::string& folder = scratch.path();
    const char* names[] = {"enzymatic", "chemical"};
    for (int r = 0; r < 2; ++r)
        std::ofstream(folder + names[r] + "_rank.yaml")
            << "viresco: 1\nkind: plant\noperation: {operating_time: 8000 h/a, annual_output: 8000 t/a}\n"
            << "parameters: {effort: " << (r == 0 ? 3 : 2) << ", harm: " << (r == 0 ? 5 : 1) << "}\n"
            << "units: {line: {trl: " << (r == 0 ? 9 : trl_of_second)
            << ", inventory: {basis: operation.annual_output / operation.operating_time, consumption: {}}}}\n"
            << "products: {thing: {as: product, from: line, component: thing}}\n";
    std::ofstream(folder + "indicators_rank.yaml")
        << "viresco: 1\nkind: indicators\nindicators:\n"
        << "  a: {unit: 1, boundary: gate_to_gate, better: lower, formula: effort}\n"
        << "  b: {unit: 1, boundary: gate_to_gate, better: lower, formula: harm}\n"
        << "  c: {unit: 1, boundary: gate_to_gate, better: none, formula: harm}\n";
    std::ofstream(folder + "case_rank.yaml")
        << "viresco: 1\nkind: case\nproduct: thing\nfunctional unit: 1 kg\n"
        << "routes: {enzymatic: ./enzymatic_rank.yaml, chemical: ./chemical_rank.yaml}\nbackground: [viresco_base]\n"
        << "indicators: [./indicators_rank.yaml]\nrequired trl: 6\n"
        << ranking;
    Request request;
    request.path = folder + "case_rank.yaml";
    request.models_folder = std::string(VIRESCO_SOURCE_DIR) + "/models";
    request.sources = &sources;
    Diagnostics warnings;
    return Case::compile(request, warnings);
}

nlohmann::json verdict(const Case& c, size_t n = 0, std::vector<double> values = {}) {
    lang::Evaluation e(c.program, 1);
    evaluate(c, e, c.parameters);
    return nlohmann::json::parse((n ? ranking_json(c, e, n, std::move(values)) : ranking_json(c, e)).dump());
}

TEST(CaseRanking, TheChemicalRouteMayWin) {
    SourceStore sources;
    const auto c = two_routes(sources, "ranking: {criteria: [a, b]}\n");
    const auto r = verdict(*c);
    EXPECT_EQ(r.at("verdict"), "dominates");
    EXPECT_EQ(r.at("winner"), "chemical");
    EXPECT_EQ(r.at("text").at("en").get<std::string>().rfind("chemical wins", 0), 0u);
    EXPECT_FALSE(r.at("notes").empty()); // single values
}

TEST(CaseRanking, ARouteBelowTheRequiredLevelIsOut) {
    SourceStore sources;
    const auto c = two_routes(sources, "ranking: {criteria: [a, b]}\n", 4);
    const auto r = verdict(*c);
    EXPECT_EQ(r.at("verdict"), "only_admissible");
    EXPECT_EQ(r.at("winner"), "enzymatic");
    EXPECT_FALSE(r.at("admitted").at("chemical").get<bool>());
}

TEST(CaseRanking, SamplesOfAStudy) {
    SourceStore sources;
    const auto c = two_routes(
        sources, "ranking: {criteria: [a, b], weights: {board: {pairwise: [[1, 3], [1/3, 1]]}, spread: entropy}}\n");
    // enzymatic a, enzymatic b, chemical a, chemical b; the same means, the differences change sign
    const auto r = verdict(*c, 4, {1, 2, 3, 4, 5, 6, 7, 8, 2, 1, 4, 3, 6, 5, 8, 7});
    EXPECT_EQ(r.at("verdict"), "no_significant_difference");
    EXPECT_TRUE(r.at("winner").is_null());
    EXPECT_EQ(r.at("samples").at("used"), 4);
    EXPECT_NEAR(r.at("weights").at("board").at(0).get<double>(), 0.75, 1e-12);
}

TEST(CaseRanking, WhatCannotBeRankedIsRefused) {
    SourceStore sources;
    const auto said = [&](const std::string& block) {
        try {
            two_routes(sources, "ranking: " + block + "\n");
        } catch (const ConfigError& e) {
            return std::string(e.diagnostics().all().front().message.name());
        }
        return std::string("accepted");
    };
    EXPECT_EQ(said("{criteria: [a, b], weights: {x: {a: 0.5, b: 0.5}}}"), "accepted");
    EXPECT_EQ(said("{criteria: [a, b], weights: {x: {a: 0.5, b: 0.6}}}"), "weights_sum");
    EXPECT_EQ(said("{criteria: [a, b], weights: {x: {a: 1.5, b: -0.5}}}"), "weight_negative");
    EXPECT_EQ(said("{criteria: [a, b], weights: {x: {a: 0.5, bb: 0.5}}}"), "ranking_unknown_criterion");
    EXPECT_EQ(said("{criteria: [a, c]}"), "ranking_unknown_criterion"); // c has no better direction
    EXPECT_EQ(said("{criteria: []}"), "ranking_needs_criteria");
    EXPECT_EQ(said("{criteria: [a, b], weights: {x: {pairwise: [[1, 3]]}}}"), "ranking_pairwise_form");
    EXPECT_EQ(said("{criteria: [a, b], weights: {x: {pairwise: [[1, 3], [3, 1]]}}}"), "pairwise_reciprocal");
    EXPECT_EQ(said("{criteria: [a, b], weights: {x: even}}"), "ranking_weights_form");
}

} // namespace
} // namespace viresco::cases
