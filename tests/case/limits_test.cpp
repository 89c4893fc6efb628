// Limits of standards through a compiled case: the correction to benchmark water, and what may be called compliant.
#include "case/assessment_results.h"
#include "compiled.h"
#include "scratch.h"
#include <fstream>
#include <nlohmann/json.hpp>

namespace viresco::cases {
namespace {

/// A plant that makes 1 t/h and discharges so much water with so much COD, held against 120 mg/L at a benchmark of 1000 m3/t.
class Discharge {
public:
    Discharge(double water_per_product, double concentration, bool verified = true) {
        const Scratch scratch;
        const std::string& folder = scratch.path();
        char text[2000];
        std::snprintf(text, sizeof text, R"(viresco: 1
kind: limits
parameters: {benchmark: 1000 m3/t, water: %.17g m3/t, found: %.17g mg/L}
limits:
  cod:
    standard: GB 21903-2008
    value: 120 mg/L
    effective: 2008-08-01
    source: test
    verified: %s
    formula: limits.found * max(1, limits.water / limits.benchmark)
  reuse: {standard: GB/T 7119, value: 90 %%, at_least: true, effective: 2018, source: test, verified: true, formula: 0.95}
  absent: {standard: none, value: 1 mg/L, effective: 2018, source: test, verified: true, formula: limits.found, defined_if: 1 < 0}
)",
                      water_per_product, concentration, verified ? "true" : "false");
        std::ofstream(folder + "limits.yaml") << text;
        std::ofstream(folder + "limits_plant.yaml") << R"(viresco: 1
kind: plant
operation: {operating_time: 8000 h/a, annual_output: 8000 t/a}
units: {line: {inventory: {basis: operation.annual_output / operation.operating_time, consumption: {}}}}
products: {thing: {as: product, from: line, component: thing}}
)";
        std::ofstream(folder + "limits_case.yaml") << R"(viresco: 1
kind: case
product: thing
functional unit: 1 kg
routes: {only: ./limits_plant.yaml}
background: [viresco_base]
limits: [./limits.yaml]
)";
        Request request;
        request.path = folder + "limits_case.yaml";
        request.models_folder = std::string(VIRESCO_SOURCE_DIR) + "/models";
        request.sources = &sources_;
        Diagnostics warnings;
        case_ = Case::compile(request, warnings);
        lang::Evaluation e(case_->program, 1);
        evaluate(*case_, e, case_->parameters);
        const auto list = nlohmann::json::parse(limits_json(*case_, e, case_->routes[0]).dump());
        for (const auto& l : list) rows[l.at("id")] = l;
    }
    double measured() const { return rows.at("cod").at("measured").at("value").get<double>(); }
    std::string status(const char* id = "cod") const { return rows.at(id).at("status"); }
    std::map<std::string, nlohmann::json> rows;

private:
    SourceStore sources_;
    std::unique_ptr<Case> case_;
};

TEST(Limits, ConcentrationIsCorrectedToBenchmarkWater) {
    const Discharge d(1200, 110);
    EXPECT_NEAR(d.measured(), 132, 1e-9);
    EXPECT_EQ(d.status(), "exceeds");
    EXPECT_NEAR(d.rows.at("cod").at("margin").get<double>(), -0.1, 1e-12);
    EXPECT_EQ(Discharge(900, 110).status(), "compliant"); // less water than the benchmark: as measured
    EXPECT_NEAR(Discharge(900, 110).measured(), 110, 1e-9);
}

TEST(Limits, DilutionNeverTurnsAFailureIntoAPass) {
    for (const double load : {90000.0, 119000.0, 121000.0, 132000.0, 200000.0}) { // g COD per t of product
        bool failed_before = false;
        for (const double water : {1000.0, 1100.0, 1500.0, 4000.0, 50000.0}) {
            const bool passes = Discharge(water, load / water).status() == "compliant";
            EXPECT_EQ(passes, load <= 120000) << load << " g/t in " << water << " m3/t";
            EXPECT_FALSE(failed_before && passes);
            failed_before = !passes;
        }
    }
}

TEST(Limits, WhatNobodyReadIsNeverCalledCompliant) {
    EXPECT_EQ(Discharge(900, 50, false).status(), "within_unverified");
    EXPECT_EQ(Discharge(1200, 110, false).status(), "exceeds_unverified");
    EXPECT_EQ(Discharge(900, 50).status("reuse"), "compliant"); // 95 % is at least 90 %
    EXPECT_EQ(Discharge(900, 50).status("absent"), "not_defined");
}

/// The shipped rows: none is verified, so none says more than that.
TEST(Limits, OfTheLibraryAreHonest) {
    const auto c = compile_example("6-apa/integrated");
    lang::Evaluation e(c->program, 1);
    evaluate(*c, e, c->parameters);
    ASSERT_GE(c->limits.size(), 5u);
    for (const plant::Plant& p : c->routes)
        for (const auto& l : nlohmann::json::parse(limits_json(*c, e, p).dump())) {
            EXPECT_FALSE(l.at("verified").get<bool>());
            EXPECT_NE(l.at("status"), "compliant");
            EXPECT_NE(l.at("status"), "exceeds");
            EXPECT_FALSE(l.at("effective").get<std::string>().empty());
        }
}

/// Rules of scale-up against figures by hand: 2.7 kW/m3 and 7.8 m/s at the file's own numbers.
TEST(Limits, ScaleUpFollowsItsFormulas) {
    const Scratch scratch;
    const std::string& folder = scratch.path();
    std::ofstream(folder + "scale_plant.yaml") << R"(viresco: 1
kind: plant
operation: {operating_time: 8000 h/a, annual_output: 8000 t/a}
units:
  first: {trl: {trl: 7, mrl: 6, evidence: report 12, date: 2024-05-01}, inventory: {basis: operation.annual_output / operation.operating_time, consumption: {}}}
  second: {trl: 4, inventory: {basis: first.basis, consumption: {}}}
  third: {trl: {trl: 2, critical: false}, inventory: {basis: first.basis, consumption: {}}}
  silent: {inventory: {basis: first.basis, consumption: {}}}
products: {thing: {as: product, from: first, component: thing}}
)";
    std::ofstream(folder + "scale_case.yaml") << R"(viresco: 1
kind: case
product: thing
functional unit: 1 kg
routes: {only: ./scale_plant.yaml}
background: [viresco_base]
limits: [scale_up]
indicators: [maturity]
required trl: 6
)";
    SourceStore sources;
    Request request;
    request.path = folder + "scale_case.yaml";
    request.models_folder = std::string(VIRESCO_SOURCE_DIR) + "/models";
    request.sources = &sources;
    Diagnostics warnings;
    const auto c = Case::compile(request, warnings);
    lang::Evaluation e(c->program, 1);
    evaluate(*c, e, c->parameters);
    std::map<std::string, double> measured;
    for (const auto& l : nlohmann::json::parse(limits_json(*c, e, c->routes[0]).dump()))
        measured[l.at("id")] = l.at("measured").at("value").get<double>();
    const double power = 0.5 * 4 * 4 * 1050 * std::pow(1.55, 3) * std::pow(1.6, 5) / 120;
    EXPECT_NEAR(power, 2733, 1);
    EXPECT_NEAR(measured.at("scale_up_power"), power / 1000, 1e-9);
    EXPECT_NEAR(measured.at("scale_up_tip_speed"), 3.14159265358979 * 1.55 * 1.6, 1e-9);
    const double kla = 0.026 * std::pow(power, 0.4) * std::sqrt(0.08);
    EXPECT_NEAR(measured.at("scale_up_oxygen"), kla * 0.35 / (45.0 / 3600), 1e-9);
    const double mixing = 5.9 * std::pow(4.2, 2.0 / 3) * std::pow(power / 1050, -1.0 / 3) *
                          std::pow(1.6 / 4.2, -1.0 / 3);
    EXPECT_NEAR(measured.at("scale_up_mixing_time"), mixing / (0.35 / (45.0 / 3600)), 1e-9);
    EXPECT_NEAR(measured.at("scale_up_capability"), 8.0 / 6, 1e-12);

    // The weakest critical step: a TRL 4 caps the route; what is not critical does not.
    const auto maturity = nlohmann::json::parse(maturity_json(*c, e, c->routes[0]).dump());
    EXPECT_EQ(maturity.at("trl"), 4);
    EXPECT_EQ(maturity.at("weakest"), "second");
    EXPECT_EQ(maturity.at("stage").at("en"), "laboratory research");
    EXPECT_EQ(maturity.at("mrl"), 6);
    EXPECT_FALSE(maturity.at("passes").get<bool>());
    EXPECT_EQ(maturity.at("units_without_level"), 1);
    EXPECT_TRUE(maturity.at("steps").at(1).at("evidence").is_null());
    EXPECT_EQ(indicator(*c, e, "only", "trl"), 4);
}

/// Base value 12 and leading value 7 kgce/kg: 60 to 100 between them, nothing beyond the base value.
TEST(Limits, ScoresFollowTheCurveOfBaseAndLeadingValue) {
    const Scratch scratch;
    const std::string& folder = scratch.path();
    const auto score = [&](const char* energy) {
        std::ofstream(folder + "score_plant.yaml")
            << "viresco: 1\nkind: plant\noperation: {operating_time: 8000 h/a, annual_output: 8000 t/a}\nparameters: "
               "{used: "
            << energy
            << " kgce/kg}\nunits: {line: {inventory: {basis: operation.annual_output / operation.operating_time, "
            << "consumption: {}}}}\nproducts: {thing: {as: product, from: line, component: thing}}\n";
        std::ofstream(folder + "score_indicators.yaml")
            << "viresco: 1\nkind: indicators\nindicators:\n"
            << "  energy_intensity: {unit: kgce/kg, boundary: gate_to_gate, formula: used}\n"
            << "  water_use: {unit: kg/kg, boundary: gate_to_gate, formula: 150}\n"
            << "  pmi_dry: {unit: kg/kg, boundary: gate_to_gate, formula: 30}\n"
            << "  cod_load: {unit: kg/kg, boundary: gate_to_gate, formula: 1}\n"
            << "  voc_emission: {unit: kg/kg, boundary: gate_to_gate, formula: 0}\n"
            << "  carbon_footprint: {unit: kgCO2e/kg, boundary: gate_to_gate, formula: \"70 [kgCO2e/kg]\"}\n";
        std::ofstream(folder + "score_case.yaml")
            << "viresco: 1\nkind: case\nproduct: thing\nfunctional unit: 1 kg\nroutes: {only: ./score_plant.yaml}\n"
            << "background: [viresco_base]\nindicators: [./score_indicators.yaml]\nlimits: [green_factory_2025]\n";
        SourceStore sources;
        Request request;
        request.path = folder + "score_case.yaml";
        request.models_folder = std::string(VIRESCO_SOURCE_DIR) + "/models";
        request.sources = &sources;
        Diagnostics warnings;
        const auto c = Case::compile(request, warnings);
        lang::Evaluation e(c->program, 1);
        evaluate(*c, e, c->parameters);
        std::map<std::string, double> measured;
        for (const auto& l : nlohmann::json::parse(limits_json(*c, e, c->routes[0]).dump()))
            measured[l.at("id")] = l.at("measured").at("value").get<double>();
        return measured;
    };
    EXPECT_NEAR(score("13").at("gf_energy"), 0, 1e-9);
    EXPECT_NEAR(score("12").at("gf_energy"), 60, 1e-9);
    EXPECT_NEAR(score("9.5").at("gf_energy"), 80, 1e-9);
    EXPECT_NEAR(score("5").at("gf_energy"), 100, 1e-9);
    // .35 x 80 + .15 x 100 + .10 x 0 + .10 x 80 + .10 x 100 + .15 x 80 + .05 x 90
    EXPECT_NEAR(score("9.5").at("gf_total"), 77.5, 1e-9);
}

TEST(Limits, ARowWithoutItsSourceIsRefused) {
    const Scratch scratch;
    const std::string& folder = scratch.path();
    std::ofstream(folder + "limits.yaml")
        << "viresco: 1\nkind: limits\nlimits:\n  cod: {standard: a, value: 1 mg/L, formula: 1}\n";
    SourceStore sources;
    Diagnostics d;
    plant::Library library(std::string(VIRESCO_SOURCE_DIR) + "/models", sources, d);
    lang::Model model(d);
    matter::ComponentTable components;
    plant::Overrides overrides;
    std::vector<plant::Setting> settings;
    plant::Context context{library, model, components, overrides, settings, {}, {}, {}};
    assess::read_limits(context, {library.load_file(folder + "limits.yaml", "limits")});
    EXPECT_EQ(d.n_errors(), 3); // effective, source, verified
}

} // namespace
} // namespace viresco::cases
