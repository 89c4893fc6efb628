// The barrier register of a case: scores and risks in closed form, actions as evaluations, and what is refused.
#include "compiled.h"
#include "scratch.h"
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace viresco::cases {
namespace {

using Json = nlohmann::json;
using Settings = std::vector<std::pair<std::string, std::string>>;

std::string example(const std::string& name) {
    std::ifstream in(std::string(VIRESCO_SOURCE_DIR) + "/examples/barriers/" + name);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
    const size_t at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return at == std::string::npos ? text : text.replace(at, what.size(), with);
}

/// The example, perhaps with other texts.
class Register {
public:
    explicit Register(const std::string& case_text = example("case.yaml"), Settings settings = {},
                      const std::string& own = example("barriers.yaml")) {
        static SourceStore sources; // outlives every message
        const Scratch scratch;
        std::ofstream(scratch.path() + "plant.yaml") << example("plant.yaml");
        std::ofstream(scratch.path() + "batches.csv") << example("batches.csv");
        std::ofstream(scratch.path() + "barriers.yaml") << own;
        std::ofstream(scratch.path() + "case.yaml") << case_text;
        Request request;
        request.path = scratch.path() + "case.yaml";
        request.models_folder = std::string(VIRESCO_SOURCE_DIR) + "/models";
        request.sources = &sources;
        request.settings = std::move(settings);
        Diagnostics warnings;
        case_ = Case::compile(request, warnings);
        lang::Evaluation e(case_->program, 1);
        evaluate(*case_, e, case_->parameters);
        results_ = Json::parse(results_json(*case_, e, {}, "test"));
    }
    const Json& barriers(const std::string& route = "enzymatic") const {
        return results_.at("routes").at(route).at("barriers");
    }
    const Json& row(const std::string& id, const std::string& route = "enzymatic") const {
        return find(barriers(route).at("rows"), "id", id);
    }
    const Json& proxy(const std::string& barrier, const std::string& id, const std::string& route = "enzymatic") const {
        return find(row(barrier, route).at("proxies"), "id", id);
    }
    const Json& action(const std::string& id, const std::string& route = "enzymatic") const {
        return find(barriers(route).at("actions"), "id", id);
    }
    const Json& removed(const std::string& proxy) const { return find(barriers().at("removed"), "proxy", proxy); }
    const Json& results() const { return results_; }
    double indicator(const std::string& id, const std::string& route = "enzymatic") const {
        return results_.at("routes").at(route).at("indicators").at(id).at("value").get<double>();
    }

private:
    static const Json& find(const Json& list, const char* key, const std::string& id) {
        for (const Json& x : list)
            if (x.at(key) == id) return x;
        ADD_FAILURE() << id;
        return list;
    }
    std::unique_ptr<Case> case_;
    Json results_;
};

TEST(Barriers, ScoresAndRisksAreThoseOfTheCurves) {
    const Register r;
    // Level 6 of 9 on (2, 2) to (5, 4); 120 cycles on (20, 4) to (200, 1).
    EXPECT_NEAR(r.proxy("technical", "trl_gap").at("score").get<double>(), 2 + 2.0 / 3, 1e-12);
    EXPECT_NEAR(r.proxy("technical", "enzyme_cycles").at("score").get<double>(), 4 - 3 * 100.0 / 180, 1e-12);
    EXPECT_NEAR(r.proxy("technical", "strain_stability").at("score").get<double>(), 0.5, 1e-12);
    const Json& technical = r.row("technical");
    EXPECT_EQ(technical.at("worst"), "trl_gap");
    EXPECT_NEAR(technical.at("score").get<double>(), 8.0 / 3, 1e-12);
    EXPECT_EQ(technical.at("likelihood"), 0.5); // the case's own, with its document
    EXPECT_EQ(technical.at("document"), "review of risks");
    EXPECT_NEAR(technical.at("risk").get<double>(), 4.0 / 3, 1e-12);
    EXPECT_NEAR(r.row("talent").at("score").get<double>(), 3, 1e-12); // 45 % between (30, 4) and (60, 2)
    EXPECT_EQ(r.row("strategic").at("no_action").at("zh"), "随下一年度预算决定");
    EXPECT_EQ(r.row("economic").at("actions"), Json::array({"recompression"}));
    const double payback = r.indicator("payback");
    EXPECT_NEAR(r.proxy("economic", "payback").at("score").get<double>(), 2 * (payback - 2) / 3, 1e-12);
    EXPECT_NEAR(r.proxy("economic", "price_to_market").at("value").at("value").get<double>(),
                100 * r.indicator("minimum_selling_price") / 275, 1e-9);
    // Fixed capital and 15 % of it as working capital, per 300 t at 275 CNY/kg.
    EXPECT_NEAR(r.proxy("economic", "capital_per_sales").at("value").at("value").get<double>(),
                1.15 * r.indicator("capital_cost") / (3e5 * 275), 1e-12);
}

TEST(Barriers, WhatIsNotKnownIsNotScored) {
    const Register r;
    EXPECT_EQ(r.proxy("talent", "vendor_dependence").at("kind"), "not_given");
    EXPECT_TRUE(r.proxy("talent", "vendor_dependence").at("score").is_null());
    const Json& margin = r.proxy("regulatory", "margin_to_limits"); // the case has no limits
    EXPECT_TRUE(margin.at("value").at("value").is_null());
    EXPECT_EQ(margin.at("missing"), Json::array({"limit_margin"}));
    EXPECT_EQ(r.proxy("talent", "skills_covered").at("kind"), "given");
    EXPECT_EQ(r.proxy("talent", "skills_covered").at("date"), "2024-04-02");
}

/// The heart of it: an action is an evaluation, bit for bit the one that --set would give.
TEST(Barriers, AnActionIsTheEvaluationWithItsSettings) {
    const Register base;
    ASSERT_EQ(base.barriers().at("actions").size(), 4u);
    for (const Json& action : base.barriers().at("actions")) {
        Settings settings;
        for (const Json& s : action.at("set")) settings.emplace_back(s.at("path"), s.at("value"));
        ASSERT_FALSE(settings.empty());
        const Register with(example("case.yaml"), settings);
        for (const auto& [id, effect] : action.at("indicators").items()) {
            EXPECT_EQ(effect.at("value").get<double>(), with.indicator(id)) << action.at("id") << " " << id;
            EXPECT_EQ(effect.at("change").get<double>(), with.indicator(id) - base.indicator(id));
        }
        for (const auto& [id, risk] : action.at("risks").items()) {
            EXPECT_EQ(risk.at("risk"), with.row(id).at("risk")) << action.at("id") << " " << id;
            EXPECT_EQ(risk.at("score"), with.row(id).at("score"));
        }
    }
    EXPECT_LT(base.action("carrier").at("indicators").at("unit_cost").at("change").get<double>(), 0);
    EXPECT_EQ(base.action("carrier").at("cost").at("value"), 1.2);
    EXPECT_EQ(base.action("carrier").at("evidence"), "supplier");
    EXPECT_EQ(base.action("training").at("yearly_cost").at("unit"), "MCNY2024/a");
    // Enzyme bought for 600 CNY/kg: 0.36 kg/kg over the batches that it lasts.
    EXPECT_NEAR(base.action("carrier").at("indicators").at("unit_cost").at("change").get<double>(),
                600 * 0.36 * (1.0 / 400 - 1.0 / 120), 1e-9);
}

TEST(Barriers, AnActionComesOnTopOfWhatTheUserSets) {
    const Register r(example("case.yaml"), {{"enzymatic.enzyme_cycles", "300"}});
    EXPECT_NEAR(r.action("carrier").at("indicators").at("unit_cost").at("change").get<double>(),
                600 * 0.36 * (1.0 / 400 - 1.0 / 300), 1e-9);
}

/// What shapes the program (a whole number, a formula of the plant) is compiled anew.
TEST(Barriers, AnActionMayChangeTheProgram) {
    const std::string with_integer = replaced(example("case.yaml"), "set: {enzymatic.enzyme_cycles: 400}",
                                              "set: {economics.project_years: 20, '*.enzyme_cycles': 400}");
    const Register base, r(with_integer);
    const Register set(example("case.yaml"), {{"economics.project_years", "20"}, {"*.enzyme_cycles", "400"}});
    EXPECT_EQ(r.action("carrier").at("indicators").at("payback").at("value").get<double>(), set.indicator("payback"));
    EXPECT_EQ(r.action("carrier").at("risks").at("economic").at("score"), set.row("economic").at("score"));
    EXPECT_NE(set.proxy("economic", "price_to_market").at("value"),
              base.proxy("economic", "price_to_market").at("value"));
}

TEST(Barriers, ABottleneckIsWorthWhatItsTargetChanges) {
    const Register r;
    EXPECT_NEAR(r.removed("enzyme_cycles").at("indicators").at("unit_cost").at("change").get<double>(),
                600 * 0.36 * (1.0 / 500 - 1.0 / 120), 1e-9);
    const Json& skills = r.removed("skills_covered"); // an input: at the end of its curve
    EXPECT_EQ(skills.at("set"), Json::parse(R"([{"path": "barriers.talent.skills_covered", "value": "95 %"}])"));
    EXPECT_EQ(skills.at("indicators").at("unit_cost").at("change"), 0);
    // Next comes the training: 16 h on (0, 4) to (20, 1).
    EXPECT_NEAR(skills.at("risks").at("talent").at("score").get<double>(), 4 - 3 * 16.0 / 20, 1e-12);
    const Register met(example("case.yaml"), {{"barriers.talent.skills_covered", "95 %"}});
    EXPECT_EQ(skills.at("risks").at("talent").at("score"), met.row("talent").at("score"));
}

/// An action with which the equations have no solution spoils neither the result nor the other actions.
TEST(Barriers, AnActionWithoutASolutionSaysSo) {
    const Scratch scratch;
    const std::string& folder = scratch.path();
    std::ofstream(folder + "own.yaml") << R"(viresco: 1
kind: unit
unit: own
ports: {feed: in, out: out}
parameters: {share: {value: 0.5, limits: [0, 1]}}
equations: "out.m[c] = feed.m[c] / share * 0.5 for c in components"
energy: {closing: out.T}
)";
    std::ofstream(folder + "plant.yaml") << R"(viresco: 1
kind: plant
components: [common]
feeds: {tap: {flow: {water: 1 kg/s}, supply: none}}
units: {tank: {is: ./own.yaml}}
connections: tap -> tank.feed; tank.out -> product
products: {product: {as: product, component: water}}
)";
    std::ofstream(folder + "register.yaml") << R"(viresco: 1
kind: barriers
barriers: {technical: {likelihood: 0.5, proxies: {share: {unit: 1, formula: tank.share, score: [[0, 4], [1, 0]], source: test}}}}
)";
    std::ofstream(folder + "indicators.yaml") << R"(viresco: 1
kind: indicators
indicators: {share: {unit: 1, boundary: gate_to_gate, formula: tank.share}}
)";
    std::ofstream(folder + "case.yaml") << R"(viresco: 1
kind: case
product: water
functional unit: 1 kg
routes: {main: plant.yaml}
indicators: [./indicators.yaml]
barriers:
  register: [./register.yaml]
  indicators: [share]
  actions:
    none: {barriers: [technical], cost: 0 CNY2024, set: {main.tank.share: 0}}
    same: {barriers: [technical], cost: 0 CNY2024, set: {main.tank.share: 0.5}}
)";
    SourceStore sources;
    Request request;
    request.path = folder + "case.yaml";
    request.models_folder = std::string(VIRESCO_SOURCE_DIR) + "/models";
    request.sources = &sources;
    Diagnostics warnings;
    const auto c = Case::compile(request, warnings);
    lang::Evaluation e(c->program, 1);
    evaluate(*c, e, c->parameters);
    const auto actions = Json::parse(results_json(*c, e, {}, "test"))["routes"]["main"]["barriers"]["actions"];
    EXPECT_FALSE(actions.at(0).at("failure").at("zh").get<std::string>().empty());
    EXPECT_TRUE(actions.at(0).at("indicators").at("share").at("change").is_null());
    EXPECT_TRUE(actions.at(0).at("risks").at("technical").at("risk").is_null());
    EXPECT_TRUE(actions.at(1).at("failure").is_null());
    EXPECT_EQ(actions.at(1).at("indicators").at("share").at("change"), 0);
    EXPECT_EQ(actions.at(1).at("risks").at("technical").at("risk"), 1); // 0.5 x 2
}

/// The records of the example: 8 batches, 22 of 24 values; a conversion of 97.75 % against at least 96 %.
TEST(Path, TakesItsChecksFromTheBatchRecords) {
    const Register r;
    const Json& pilot = r.results().at("batch_records").at("pilot");
    EXPECT_EQ(pilot.at("batches"), 8);
    EXPECT_NEAR(pilot.at("completeness").get<double>(), 22.0 / 24, 1e-15);
    // Squares of the deviations: .35 .25 .05 .55 .65 .35 .05 .15 squared.
    const double deviation = std::sqrt((0.1225 + 0.0625 + 0.0025 + 0.3025 + 0.4225 + 0.1225 + 0.0025 + 0.0225) / 7);
    EXPECT_NEAR(pilot.at("quantities").at("conversion").at("cpk").get<double>(), 1.75 / (3 * deviation), 1e-9);
    const auto measured = [&](const char* id) {
        for (const Json& l : r.results().at("routes").at("enzymatic").at("limits"))
            if (l.at("id") == id) return l.at("measured").at("value").get<double>();
        return std::nan("");
    };
    EXPECT_EQ(measured("scale_up_batches"), 8);
    EXPECT_NEAR(measured("scale_up_data"), 100 * 22.0 / 24, 1e-12);
    EXPECT_NEAR(measured("scale_up_capability"), pilot.at("capability").get<double>(), 1e-15);
    const Json& path = r.results().at("routes").at("enzymatic").at("maturity").at("path");
    ASSERT_EQ(path.size(), 4u);
    EXPECT_TRUE(path[0].at("passes").is_null()); // no check belongs to the laboratory
    EXPECT_EQ(path[1].at("checks").size(), 2u);
    EXPECT_TRUE(path[1].at("passes").get<bool>());
    EXPECT_TRUE(path[1].at("reached").get<bool>()); // TRL 6
    EXPECT_FALSE(path[2].at("reached").get<bool>());
    // Without the scatter of a specification nothing is capable: not passed, not zero.
    std::string text = replaced(example("case.yaml"), "lower: 96, ", "");
    text = replaced(text, "lower: 87, upper: 95, ", "");
    const Register bare(replaced(text, "upper: 0.5, ", ""));
    const Json& demonstration = bare.results().at("routes").at("enzymatic").at("maturity").at("path")[2];
    EXPECT_EQ(demonstration.at("checks")[0].at("status"), "not_defined");
    EXPECT_FALSE(demonstration.at("passes").get<bool>());
}

/// Two routes: a proxy of one of them, limits of which one is close, and incentives that are in use.
TEST(Barriers, AreOfEachRoute) {
    std::string text = replaced(example("case.yaml"), "{enzymatic: plant.yaml}",
                                "{enzymatic: plant.yaml, other: plant.yaml}");
    text = replaced(text, "limits: [batch_records]", "limits: [batch_records, ./limits.yaml]");
    text = replaced(text, "set: {enzymatic.enzyme_cycles: 400}", "set: {'*.enzyme_cycles': 400}");
    const std::string own = replaced(example("barriers.yaml"), "formula: enzyme_cycles",
                                     "formula: enzyme_cycles\n        routes: [enzymatic]");
    const Scratch scratch("barrier_limits");
    std::ofstream(scratch.path() + "limits.yaml") << R"(viresco: 1
kind: limits
limits:
  steam: {standard: a, value: 10 kg/kg, effective: 2024, source: test, verified: true, formula: steam_use}
  cycles: {standard: a, value: 100, at_least: true, effective: 2024, source: test, verified: true, formula: enzyme_cycles}
  absent: {standard: a, value: 100, effective: 2024, source: test, verified: true, formula: 1000, defined_if: 1 < 0}
)";
    text = replaced(text, "./limits.yaml", scratch.path() + "limits.yaml");
    const Register r(text, {{"other.steam_use", "12 kg/kg"}, {"economics.high_tech_enterprise.on", "1"}}, own);
    const auto margin = [&](const char* route) {
        return r.proxy("regulatory", "margin_to_limits", route).at("value").at("value").get<double>();
    };
    EXPECT_NEAR(margin("enzymatic"), 10, 1e-9); // steam 9 of 10; 120 cycles are 20 % above 100
    EXPECT_NEAR(margin("other"), -20, 1e-9);
    EXPECT_NEAR(r.proxy("regulatory", "margin_to_limits", "other").at("score").get<double>(), 4, 1e-12);
    EXPECT_NEAR(r.proxy("regulatory", "incentives_used").at("value").at("value").get<double>(), 100.0 / 7, 1e-9);
    for (const Json& proxy : r.row("technical", "other").at("proxies")) EXPECT_NE(proxy.at("id"), "enzyme_cycles");
    for (const char* route : {"enzymatic", "other"})
        EXPECT_NEAR(r.action("carrier", route).at("indicators").at("unit_cost").at("change").get<double>(),
                    600 * 0.36 * (1.0 / 400 - 1.0 / 120), 1e-9);
}

/// A text of the example and what stands there instead; the message, and the text at its place.
struct Wrong {
    const char *what, *with, *message, *at;
};

class BarrierErrors : public testing::TestWithParam<Wrong> {};

/// Every message stands at its place and says what to do.
TEST_P(BarrierErrors, HaveAPlaceAReasonAndAHint) {
    const Wrong& w = GetParam();
    const bool own = example("barriers.yaml").find(w.what) != std::string::npos;
    const std::string changed = replaced(example(own ? "barriers.yaml" : "case.yaml"), w.what, w.with);
    try {
        const Register r(own ? example("case.yaml") : changed, {}, own ? changed : example("barriers.yaml"));
        FAIL() << "not refused";
    } catch (const ConfigError& e) {
        ASSERT_EQ(e.diagnostics().n_errors(), 1) << e.diagnostics().text(Language::en);
        const Diagnostic& d = e.diagnostics().all().front();
        EXPECT_STREQ(d.message.name(), w.message);
        EXPECT_FALSE(d.hints.empty()) << d.message.text(Language::en);
        const size_t at = changed.find(w.at, changed.find(w.with));
        ASSERT_NE(at, std::string::npos);
        const auto line = 1 + std::count(changed.begin(), changed.begin() + static_cast<std::ptrdiff_t>(at), '\n');
        EXPECT_EQ(d.pos.line, line) << e.diagnostics().text(Language::en);
    }
}

INSTANTIATE_TEST_SUITE_P(
    All, BarrierErrors,
    testing::Values(
        Wrong{"barriers: [talent]", "barriers: [talents]", "barrier_unknown", "talents"},
        Wrong{"indicators: [unit_cost, carbon_footprint, payback]", "indicators: [unit_cost, carbon_footprnt]",
              "barrier_indicator_unknown", "carbon_footprnt"},
        Wrong{"      cost: {value: 9 MCNY2024, evidence: estimate, source: \"figure of the example\"}\n", "",
              "barrier_action_needs", "demonstration:"},
        Wrong{"      set: {barriers.reached_trl: 8}\n", "", "barrier_action_needs", "demonstration:"},
        Wrong{"[20, 4]", "[20, 5]", "barrier_score", "[20, 5]"}, Wrong{"[20, 4]", "[20, -1]", "barrier_score", "-1"},
        Wrong{"[[20, 4], [200, 1], [500, 0]]", "[[20, 4], [200, 1], [100, 0]]", "barrier_curve_order", "[[20"},
        Wrong{"[[20, 4], [200, 1], [500, 0]]", "[[20, 4], [200, 1], [500, 2]]", "barrier_curve_order", "[[20"},
        Wrong{", document: \"list of meters\"", "", "barrier_given_needs", "strategic.sites_metered"},
        Wrong{", date: 2024-02-28", "", "barrier_given_needs", "strategic.sites_metered"},
        Wrong{"strategic.targets_set: ", "strategic.target_set: ", "barrier_proxy_unknown", "strategic.target_set"},
        Wrong{"    technical.strain_stability: ", "    technical.trl_gap: ", "barrier_given_formula",
              "technical.trl_gap"},
        Wrong{
            "  no action:\n    strategic: {en: \"decided with the budget of the next year\", zh: 随下一年度预算决定}\n",
            "", "barrier_without_action", "actions:"},
        Wrong{"{enzymatic.enzyme_cycles: 400}", "{enzymatic.enzyme_cycle: 400}", "no_such_address", "enzyme_cycle:"},
        Wrong{"register: [challenges, ./barriers.yaml]", "register: [challenge]", "not_in_library", "challenge"},
        Wrong{"cost: {value: 4 MCNY2024", "cost: {value: -4 MCNY2024", "barrier_cost_negative", "-4"}));

/// Errors that need no hint beyond themselves.
TEST(Barriers, OtherMistakesAreRefused) {
    const auto message = [](const std::string& what, const std::string& with) -> std::string {
        try {
            const Register r(replaced(example("case.yaml"), what, with));
        } catch (const ConfigError& e) {
            return e.diagnostics().all().front().message.name();
        }
        return "";
    };
    EXPECT_EQ(message("{value: 0.5, document", "{value: 1.5, document"), "barrier_likelihood");
    EXPECT_EQ(message("date: 2024-05-06", "date: 6 May"), "barrier_date");
    EXPECT_EQ(message("date: 2024-05-06", "date: 2024-13-06"), "barrier_date");
    EXPECT_EQ(message("    strategic: {en", "    talent: {en"), "barrier_with_and_without");
    EXPECT_EQ(message("cost: {value: 4 MCNY2024", "cost: {value: 4 kg"), "barrier_action_cost");
    EXPECT_EQ(message("{value: 0.6 MCNY2024/a", "{value: 0.6 MCNY2024"), "barrier_action_yearly");
    EXPECT_EQ(message("technical.enzyme_cycles: {", "talent.skills_covered: {"), "barrier_target_given");
    EXPECT_EQ(message("barriers.talent.training_hours: 32 h/a", "barriers.talent.vendor_dependence: 20 %"),
              "no_such_address"); // not given, so there is nothing to change
    // Outside its limits: found when the case is evaluated with the action.
    EXPECT_EQ(message("{enzymatic.enzyme_cycles: 400}", "{enzymatic.enzyme_cycles: 4000}"), "outside_limits");
}

} // namespace
} // namespace viresco::cases
