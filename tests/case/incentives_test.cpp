// The cash flow of models/economics/cash_flow.yaml and the incentives, through compiled cases.
#include "compiled.h"
#include "economics/irr.h"
#include "scratch.h"
#include <fstream>
#include <nlohmann/json.hpp>

namespace viresco::cases {
namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

/// A project that invests 40 million CNY to save 9 million a year, half of it listed equipment (examples/incentives).
class Project {
public:
    explicit Project(const std::string& scenario = {}, Settings settings = {}, const std::string& path = "incentives")
        : case_(compile_example(path, scenario, std::move(settings))), evaluation_(case_->program, 1) {
        evaluate(*case_, evaluation_, case_->parameters);
    }
    double of(const std::string& path) const { // in units of SI
        const Output* o = case_->find(path);
        return o ? evaluation_.value(o->slot) : std::nan("");
    }
    double year(const std::string& family, int y) const {
        return of("project." + family + "[market," + std::to_string(y) + "]") / 1e6; // million CNY
    }
    double indicator(const std::string& id, const std::string& route = "project") const {
        return cases::indicator(*case_, evaluation_, route, id);
    }
    std::vector<double> cash(const std::string& route = "project") const {
        std::vector<double> out;
        for (int y = 0; case_->find(route + ".cash[market," + std::to_string(y) + "]"); ++y)
            out.push_back(of(route + ".cash[market," + std::to_string(y) + "]"));
        return out;
    }
    std::unique_ptr<Case> case_;
    lang::Evaluation evaluation_;
};

double annuity(double rate, int n) { return (1 - std::pow(1 + rate, -n)) / rate; }

TEST(Incentives, FourFiguresOfPayback) {
    const Project base, high_tech("high-tech"), credit("high-tech-credit"), carbon("high-tech-credit-carbon");
    EXPECT_NEAR(high_tech.year("cash", 4), 8.25, 1e-9); // saving after tax at 15 %
    EXPECT_NEAR(high_tech.indicator("payback"), 40 / 8.25, 1e-9);
    EXPECT_NEAR(credit.indicator("payback"), (40 - 2) / 8.25, 1e-9);
    EXPECT_NEAR(base.indicator("payback"), 40 / 7.75, 1e-9);
    EXPECT_NEAR(carbon.indicator("payback"), (40 - 2) / 8.845, 1e-9);
    EXPECT_NEAR(high_tech.indicator("payback"), 4.85, 0.005);
    EXPECT_NEAR(credit.indicator("payback"), 4.61, 0.005);
    EXPECT_NEAR(base.indicator("payback"), 5.16, 0.005);
    EXPECT_NEAR(carbon.indicator("payback"), 4.30, 0.005);
}

TEST(Incentives, CreditBeyondTheTaxOfAYearWaits) {
    const Project p("high-tech-credit");
    const double used[] = {0.75, 0.75, 0.5, 0, 0};
    for (int y = 1; y <= 5; ++y) {
        EXPECT_NEAR(p.year("credit_used", y), used[y - 1], 1e-9) << y;
        EXPECT_NEAR(p.year("income_tax", y), 0.75 - used[y - 1], 1e-9) << y;
    }
    // Five further years and no more: a credit of 10 times the size is not used up.
    const Project large("high-tech-credit", {{"economics.credit_share", "100 %"}});
    double sum = 0;
    for (int y = 1; y <= 10; ++y) sum += large.year("credit_used", y);
    EXPECT_NEAR(sum, 6 * 0.75, 1e-9);
    EXPECT_NEAR(large.year("income_tax", 7), 0.75, 1e-9);
}

TEST(Incentives, SoldEquipmentPaysTheCreditBack) {
    const Project p("high-tech-credit", {{"economics.equipment_sold_in", "3"}});
    EXPECT_NEAR(p.year("income_tax", 3), 0.75 + 1.5, 1e-9);
    EXPECT_NEAR(p.year("income_tax", 4), 0.75, 1e-9); // what was left is lost
    const Project late("high-tech-credit", {{"economics.equipment_sold_in", "6"}});
    EXPECT_NEAR(late.year("income_tax", 6), 0.75, 1e-9);
}

TEST(Incentives, HolidayOfThreeFreeAndThreeHalf) {
    const Project p({}, {{"economics.project_tax_holiday.on", "1"}});
    const double tax[] = {0, 0, 0, 0.625, 0.625, 0.625, 1.25, 1.25, 1.25, 1.25};
    for (int y = 1; y <= 10; ++y) EXPECT_NEAR(p.year("income_tax", y), tax[y - 1], 1e-9) << y;
    // With the reduced rate the half is still that of the standard rate, and the better of the two counts.
    const Project both("high-tech", {{"economics.project_tax_holiday.on", "1"}});
    EXPECT_NEAR(both.year("income_tax", 5), 0.625, 1e-9);
    EXPECT_NEAR(both.year("income_tax", 8), 0.75, 1e-9);
}

TEST(Incentives, ARuleHoldsWithinItsDates) {
    const Project before("high-tech", {{"economics.start_year", "2000"}}); // from 2008 on
    EXPECT_NEAR(before.year("income_tax", 8), 1.25, 1e-9);
    EXPECT_NEAR(before.year("income_tax", 9), 0.75, 1e-9);
}

TEST(Incentives, GreenLoanGrantAndDischarge) {
    const Project loan({}, {{"economics.green_loan.on", "1"}});
    // Half of 40 million lent, 0.6 % saved, paid back over five years.
    EXPECT_NEAR(loan.year("cash", 1), 7.75 + 20 * 0.006 * 0.75, 1e-9);
    EXPECT_NEAR(loan.year("cash", 4), 7.75 + 8 * 0.006 * 0.75, 1e-9);
    EXPECT_NEAR(loan.year("cash", 6), 7.75, 1e-9);
    const Project grant({}, {{"economics.grant.on", "1"}, {"economics.grant_amount", "4 MCNY2024"}});
    EXPECT_NEAR(grant.year("cash", 0), -36, 1e-9);
    EXPECT_NEAR(grant.year("cash", 1), 7.75 - 1, 1e-9);
    const Settings discharge{{"economics.discharged_equivalents", "100 t/a"},
                             {"economics.environment_tax", "10 CNY2024/kg"}};
    const auto charge = [&](const char* on, const char* concentration) {
        Settings s = discharge;
        s.emplace_back("economics.environment_tax_band.on", on);
        s.emplace_back("economics.concentration_to_limit", concentration);
        return 7.75 - Project({}, s).year("cash", 2);
    };
    EXPECT_NEAR(charge("0", "0.4"), 0.75 * 1.0, 1e-9);
    EXPECT_NEAR(charge("1", "0.8"), 0.75 * 1.0, 1e-9);
    EXPECT_NEAR(charge("1", "0.7"), 0.75 * 0.75, 1e-9);
    EXPECT_NEAR(charge("1", "0.5"), 0.75 * 0.5, 1e-9);
}

TEST(CashFlow, OfEqualYearsAgreesWithTheAnnuity) {
    const Project p;
    EXPECT_NEAR(p.indicator("npv"), (-40 + 7.75 * annuity(0.08, 10)) * 1e6, 1e-3);
    const double rate = p.indicator("irr") / 100;
    EXPECT_NEAR(7.75 * annuity(rate, 10), 40, 1e-9);
    // Revenue R at which -I + (0.75 R + 0.25 D) a = 0, per kg of 50,000 t.
    const double revenue = (40 / annuity(0.08, 10) - 0.25 * 4) / 0.75;
    EXPECT_NEAR(p.indicator("minimum_selling_price"), revenue * 1e6 / 5e7, 1e-12);
}

TEST(CashFlow, LossesAreSetAgainstLaterProfitsWhileTheyLast) {
    // Nothing made in the first year: depreciation of 4 is lost, and taken from the profit of 5 in the second.
    const Project p({}, {{"economics.first_year_output", "0"}});
    EXPECT_NEAR(p.year("income_tax", 1), 0, 1e-9);
    EXPECT_NEAR(p.year("income_tax", 2), 0.25 * 1, 1e-9);
    EXPECT_NEAR(p.year("income_tax", 3), 0.25 * 5, 1e-9);
    const Project never({}, {{"economics.first_year_output", "0"}, {"economics.loss_carry_forward_years", "0"}});
    EXPECT_NEAR(never.year("income_tax", 2), 0.25 * 5, 1e-9);
    // Losses every year: 40 million over 10 years at a price that earns 3.5.
    const Project poor({}, {{"prices.saved_steam", "70 CNY2024/t"}});
    for (int y = 1; y <= 10; ++y) EXPECT_NEAR(poor.year("income_tax", y), 0, 1e-12);
    EXPECT_LT(poor.indicator("npv"), 0);
}

/// The price found is the one at which the value is zero, also where credit and losses are cut off.
TEST(CashFlow, TheMinimumPriceMakesNothing) {
    const struct {
        const char *path, *scenario, *route, *price;
        Settings settings;
    } cases[] = {
        {"incentives", "", "project", "prices.saved_steam", {}},
        {"incentives", "high-tech-credit-carbon", "project", "prices.saved_steam", {}},
        {"incentives", "high-tech-credit", "project", "prices.saved_steam", {{"economics.first_year_output", "0.1"}}},
        {"incentives",
         "",
         "project",
         "prices.saved_steam",
         {{"economics.learning_rate", "0.15"}, {"economics.salvage_share", "0.1"}}},
        {"6-apa/integrated", "", "enzymatic", "prices.six_apa", {{"economics.high_tech_enterprise.on", "1"}}},
        {"6-apa/integrated", "", "chemical", "prices.six_apa", {{"economics.special_equipment_credit.on", "1"}}},
    };
    for (const auto& c : cases) {
        const Project p(c.scenario, c.settings, c.path);
        const double price = p.indicator("minimum_selling_price", c.route);
        char text[64];
        std::snprintf(text, sizeof text, "%.17g CNY2024/kg", price);
        Settings at = c.settings;
        at.emplace_back(c.price, text);
        const Project zero(c.scenario, at, c.path);
        EXPECT_LE(std::abs(zero.indicator("npv", c.route)), 1e-9 * zero.indicator("capital_cost", c.route))
            << c.path << " " << c.route;
        EXPECT_NEAR(zero.indicator("irr", c.route), 8, 1e-6) << "the discount rate";
    }
}

TEST(CashFlow, TheRateInTheLanguageIsTheOneOfAllRates) {
    for (const char* route : {"chemical", "enzymatic"}) {
        const Project p({}, {}, "6-apa/integrated");
        const auto all = economics::rates_of_return(p.cash(route));
        ASSERT_EQ(all.rates.size(), 1u);
        EXPECT_NEAR(p.indicator("irr", route), 100 * all.rates[0], 1e-10);
        EXPECT_NEAR(p.indicator("npv", route), economics::present_value(p.cash(route), 0.08), 1e-6 * 1e8);
    }
}

TEST(CashFlow, TheRateHasAnExactDerivative) {
    Project p("high-tech-credit");
    const int price = p.case_->program.find_parameter("prices.saved_steam");
    ASSERT_GE(price, 0);
    std::vector<double> gradient;
    const std::pair<int32_t, double> seed[1] = {{p.case_->find("project.indicators.irr")->slot, 1.0}};
    p.evaluation_.gradient(seed, gradient);
    const auto rate = [&](double factor) {
        std::vector<double> x = p.case_->parameters;
        x[static_cast<size_t>(price)] *= factor;
        lang::Evaluation e(p.case_->program, 1);
        e.run(x);
        return e.value(p.case_->find("project.indicators.irr")->slot);
    };
    const double h = 1e-5, x = p.case_->parameters[static_cast<size_t>(price)];
    const double difference = (rate(1 + h) - rate(1 - h)) / (2 * h * x);
    EXPECT_NEAR(gradient[static_cast<size_t>(price)], difference, 1e-6 * std::abs(difference));
}

TEST(CashFlow, ResultsTellEachIncentiveAloneAndAdded) {
    Project p;
    const auto json = nlohmann::json::parse(results_json(*p.case_, p.evaluation_, {}, "test"));
    const auto& money = json.at("routes").at("project").at("economics");
    EXPECT_EQ(money.at("cash_flow").at("cash").size(), 11u);
    EXPECT_EQ(money.at("rates_of_return").at("values").size(), 1u);
    double sum = 0, last = 0;
    bool what_if = false;
    for (const auto& i : money.at("incentives")) {
        EXPECT_FALSE(i.at("on").get<bool>());
        EXPECT_FALSE(i.at("source").get<std::string>().empty());
        what_if = what_if || i.at("what_if").get<bool>();
        if (!i.contains("added")) continue;
        sum += i.at("added").at("npv").at("change").get<double>();
        last = i.at("added").at("npv").at("value").get<double>();
        if (i.at("id") == "high_tech_enterprise") {
            EXPECT_NEAR(i.at("alone").at("payback").at("value").get<double>(), 4.85, 0.005);
        }
    }
    EXPECT_TRUE(what_if);
    const double none = money.at("without_incentives").at("npv").at("value").get<double>();
    EXPECT_NEAR(none + sum, last, 1e-6 * std::abs(last));
    EXPECT_NEAR(none, p.indicator("npv"), 1e-9 * std::abs(none)); // the case itself has none switched on
}

/// 12 units of half the reference size, in dollars of 2010, at the six-tenths rule, itemised.
TEST(Capital, ScalesIndexesAndItemises) {
    const Scratch scratch;
    const std::string& folder = scratch.path();
    std::ofstream(folder + "plant.yaml") << R"(viresco: 1
kind: plant
title: {en: a, zh: a}
operation: {operating_time: 8000 h/a, annual_output: 1000 t/a}
units:
  line:
    inventory: {basis: operation.annual_output / operation.operating_time, consumption: {}}
    capital:
      size: basis
      reference_size: 250 kg/h
      reference_cost: 2 MUSD2010
      index: 8.5 CNY2024/USD2010
      exponent: 0.6
      count: 12
      installation_factors: {piping: 0.6, instruments: 0.3, buildings: 0.35}
products: {thing: {as: product, from: line, component: thing}}
)";
    std::ofstream(folder + "case.yaml") << R"(viresco: 1
kind: case
title: {en: a, zh: a}
product: thing
functional unit: 1 kg
routes: {only: ./plant.yaml}
background: [viresco_base]
prices: [cn_2024]
economics: [cn_2024]
indicators: [./indicators.yaml]
)";
    std::ofstream(folder + "indicators.yaml") << R"(viresco: 1
kind: indicators
indicators: {capital_cost: {unit: CNY2024, boundary: gate_to_gate, formula: fixed_capital}}
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
    EXPECT_NEAR(indicator(*c, e, "only", "capital_cost"), 12 * 2e6 * 8.5 * std::pow(0.5, 0.6) * 2.25, 1);
}

TEST(CashFlow, AnIncentiveThatIsNoSwitchIsRefused) {
    EXPECT_THROW(Project({}, {{"economics.grant.on", "2"}}), ConfigError);
    EXPECT_THROW(Project({}, {{"economics.grants.on", "1"}}), ConfigError);
}

} // namespace
} // namespace viresco::cases
