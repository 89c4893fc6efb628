// Worked cases against the figures of their literature: the published change from one route to the other within the bands that the
// READMEs state, masses and energies within the ranges given for them, and the conclusions that the READMEs draw. Where a README
// says that a range is missed, the range is not asked for here.
#include "compiled.h"
#include <algorithm>
#include <nlohmann/json.hpp>

namespace viresco::cases {
namespace {

class Worked {
public:
    explicit Worked(const std::string& path, const std::string& scenario = {})
        : case_(compile_example(path, scenario)), evaluation_(case_->program, 1) {
        evaluate(*case_, evaluation_, case_->parameters);
        json_ = nlohmann::json::parse(results_json(*case_, evaluation_, {}, ""));
    }
    double operator()(const std::string& route, const std::string& id) const {
        return indicator(*case_, evaluation_, route, id);
    }
    /// Relative change of an indicator from one route to the other.
    double change(const std::string& id, const std::string& from, const std::string& to) const {
        return (*this)(to, id) / (*this)(from, id) - 1;
    }
    /// What is bought per kg of product under an id: "glucose_feed" itself, or "*.steam" of all units.
    double bought(const std::string& route, const std::string& id) const {
        double sum = 0;
        int found = 0;
        for (const auto& e : json_.at("routes").at(route).at("inventory")) {
            const std::string name = e.at("id");
            const bool all = id.rfind("*.", 0) == 0 && name.size() > id.size() - 1 &&
                             name.compare(name.size() - (id.size() - 1), id.size() - 1, id, 1) == 0;
            if (e.at("direction") != "in" || !(all || name == id)) continue;
            sum += e.at("per_fu").at("value").get<double>();
            ++found;
        }
        EXPECT_GT(found, 0) << route << " buys no " << id;
        return sum;
    }
    size_t units(const std::string& route) const { return json_.at("routes").at(route).at("units").size(); }
    /// Streams at which loops are cut.
    size_t torn(const std::string& route) const {
        size_t n = 0;
        for (const plant::Plant& p : case_->routes)
            for (const plant::Stream& s : p.streams) n += p.route == route && s.torn;
        return n;
    }
    double value(const std::string& path) const {
        const Output* o = case_->find(path);
        EXPECT_TRUE(o && o->slot >= 0) << path;
        return o && o->slot >= 0 ? evaluation_.value(o->slot) : std::nan("");
    }
    void expect_closed() {
        evaluation_.run_audit();
        int n = 0;
        for (const Case::Audit& a : case_->audit()) {
            ASSERT_LT(a.missing, 0) << a.route << " " << a.unit << " " << a.quantity;
            const double gross = evaluation_.value(a.gross);
            EXPECT_LE(std::fabs(evaluation_.value(a.net)), 1e-9 * gross)
                << a.route << "." << a.unit << " " << a.quantity;
            n += gross > 0;
        }
        EXPECT_GT(n, 200);
    }

private:
    std::unique_ptr<Case> case_;
    lang::Evaluation evaluation_;
    nlohmann::json json_;
};

void expect_within(double value, double low, double high, const char* what) {
    EXPECT_GE(value, low) << what;
    EXPECT_LE(value, high) << what;
}

// ---- sitagliptin (EPA 2010, Chemistry World 2010; the reaction by Savile 2010)

TEST(Sitagliptin, ThePublishedChanges) {
    Worked s("sitagliptin");
    s.expect_closed();
    // Yield +10 to +13 %, within 3 points.
    expect_within(s("rhodium", "ketone_use") / s("transaminase", "ketone_use") - 1, 0.07, 0.16, "yield");
    // Productivity +53 %, within 20 points.
    expect_within(s.value("transaminase.release.productivity") / s.value("rhodium.release.productivity") - 1, 0.33,
                  0.73, "productivity");
    // Waste -19 %, within 5 points.
    expect_within(s.change("e_factor_dry", "rhodium", "transaminase"), -0.24, -0.14, "waste");
}

TEST(Sitagliptin, TheReactionIsThePublishedOne) {
    Worked s("sitagliptin");
    const double ketone = s.bought("transaminase", "ketone");
    EXPECT_NEAR(s.bought("transaminase", "enzyme") / ketone, 6.0 / 200, 1e-3 * 6 / 200);
    // 1 mol/L of isopropylamine (59.11 g/mol) on 200 g/L of ketone (406.3 g/mol)
    EXPECT_NEAR(s.bought("transaminase", "amine") / 59.11 / (ketone / 406.3), 2.03, 0.01);
    // What is bought cannot be less than one mole of ketone per mole of the monohydrate (523.3 g/mol) at 92 %.
    EXPECT_GT(ketone, 406.3 / 523.3 / 0.92);
}

TEST(Sitagliptin, TheWasteRestsOnTheRecoveryOfSolvents) {
    for (const char* scenario : {"no-dmso-recovery", "low-recovery", "unequal-recovery"}) {
        Worked s("sitagliptin", scenario);
        EXPECT_GT(s.change("e_factor_dry", "rhodium", "transaminase"), 0) << scenario;
        EXPECT_LT(s.change("carbon_footprint", "rhodium", "transaminase"), 0) << scenario;
        EXPECT_LT(s.change("unit_cost", "rhodium", "transaminase"), 0) << scenario;
    }
}

// ---- riboflavin (Japan Times 2004-05-22; UK MMC report, appendix 4.3)

TEST(Riboflavin, ThePublishedChanges) {
    Worked r("riboflavin");
    r.expect_closed();
    // CO2 -30 %, cost -40 %, within 10 points; chemical waste -95 %, within 5.
    expect_within(r.change("carbon_footprint", "chemical", "fermentation"), -0.40, -0.20, "carbon footprint");
    expect_within(r.change("unit_cost", "chemical", "fermentation"), -0.50, -0.30, "cost");
    expect_within(r.change("chemical_waste", "chemical", "fermentation"), -1.0, -0.90, "chemical waste");
    // Resources -60 % (recalled, of what nobody says): within 30 points for materials that do not grow.
    expect_within(r.change("resources_not_renewable", "chemical", "fermentation"), -0.90, -0.30, "resources");
}

TEST(Riboflavin, ConsumptionsAreWithinTheirRanges) {
    Worked r("riboflavin");
    expect_within(r.bought("fermentation", "glucose_feed"), 9, 18, "glucose");
    expect_within(r.bought("fermentation", "*.electricity"), 9, 25, "electricity of the fermentation");
    expect_within(r("fermentation", "water_use"), 80, 200, "water");
    expect_within(r.bought("chemical", "*.electricity"), 8, 14, "electricity of the synthesis");
    expect_within(r.bought("chemical", "*.steam"), 25, 40, "steam of the synthesis");
    expect_within(r.bought("chemical", "xylidine_feed"), 0.45, 0.6, "xylidine");
    expect_within(r.bought("chemical", "aniline_feed"), 0.35, 0.45, "aniline");
    expect_within(r.bought("chemical", "barbituric_feed"), 0.45, 0.6, "barbituric acid");
    expect_within(r("chemical", "chemical_waste"), 2, 4, "hazardous waste");
    // An overall yield above 60 % from ribose (150.13 g/mol; riboflavin 376.36).
    EXPECT_LE(r.bought("chemical", "ribose_feed"), 150.13 / 376.36 / 0.575);
    // Sugar cannot yield more than its carbon: 72.06/180.16 against 204.2/376.36.
    EXPECT_GT(r.bought("fermentation", "glucose_feed"), 0.5426 / 0.4);
}

TEST(Riboflavin, TheSignOfCarbonIsNotThatOfTheReactions) {
    Worked both("riboflavin", "lean-chemistry+chilled-broth");
    EXPECT_GT(both.change("carbon_footprint", "chemical", "fermentation"), 0);
    EXPECT_LT(both.change("unit_cost", "chemical", "fermentation"), 0);
    Worked low("riboflavin", "low-titre"), high("riboflavin", "high-titre");
    EXPECT_LT(high.change("carbon_footprint", "chemical", "fermentation"),
              low.change("carbon_footprint", "chemical", "fermentation") - 0.2);
}

// ---- lysine (a demonstration: no published change of routes; abstracts of Seo and Hyun 2006 and of PubMed 2128693)

TEST(Lysine, TheDirectRouteIsBetterAndTheReasonsAreThoseGiven) {
    Worked l("lysine");
    l.expect_closed();
    for (const char* id : {"carbon_footprint", "unit_cost", "water_use", "capital_cost"})
        EXPECT_LT(l.change(id, "ion_exchange", "direct"), -0.03) << id;
    // Sugar goes the other way: what is purged is not brought back.
    expect_within(l.bought("direct", "glucose_feed") / l.bought("ion_exchange", "glucose_feed") - 1, 0.02, 0.12,
                  "sugar");
    // Each mole of lysine (182.65 g/mol with its acid) holds two of nitrogen; the exchanger takes two more of ammonia to elute.
    const double bound = 2 * 17.031 / 182.65;
    EXPECT_GT(l.bought("direct", "ammonia_feed"), bound);
    EXPECT_GT(l.bought("ion_exchange", "ammonia_feed") + l.bought("ion_exchange", "eluent_ammonia") +
                  l.bought("ion_exchange", "sulfate_feed") * 2 * 17.031 / 132.14,
              bound + 17.031 / 182.65);
}

TEST(Lysine, FiguresAreThoseOfAnIndustrialPlant) {
    Worked l("lysine");
    for (const char* route : {"ion_exchange", "direct"}) {
        EXPECT_GE(l(route, "purity"), 0.985) << route;              // feed grade
        expect_within(l(route, "sugar_yield"), 0.42, 0.55, route);  // 0.42-0.49 in a laboratory, 0.55 recalled
        EXPECT_LT(l(route, "carbon_footprint_credit"), 0) << route; // shown apart, never netted
        EXPECT_GT(l(route, "carbon_footprint"), l(route, "carbon_footprint_net")) << route;
    }
}

TEST(Lysine, WhatTurnsTheResult) {
    // With a purge of 30 % both have the same footprint; without osmosis the direct route has no advantage in carbon.
    for (const char* scenario : {"heavy-purge", "no-osmosis", "no-loading-acid"}) {
        Worked l("lysine", scenario);
        EXPECT_NEAR(l.change("carbon_footprint", "ion_exchange", "direct"), 0, 0.05) << scenario;
    }
    Worked steam("lysine", "steam-raffinate"), base("lysine");
    EXPECT_LT(steam.change("carbon_footprint", "ion_exchange", "direct"),
              base.change("carbon_footprint", "ion_exchange", "direct") - 0.08);
}

// ---- sugar (synthetic: a whole site of more than sixty units)

TEST(Sugar, ASiteOfSixtyUnitsConvergesFromItsGuessesAndCloses) {
    Worked s("sugar");
    s.expect_closed();
    EXPECT_GE(s.units("plant"), 60u);
    EXPECT_GE(s.torn("plant"), 5u);
    // Starch yields 180.16/162.14 of sugar, one of sugar (C6) makes one of lysine (C6) at best.
    const double sugar_at_least = 180.16 / 182.65;
    EXPECT_GT(s.bought("plant", "starch_feed"), sugar_at_least * 162.14 / 180.16);
    EXPECT_LT(s.bought("plant", "starch_feed"), 3);
    EXPECT_GT(s("plant", "unit_cost"), 2.9 * s.bought("plant", "starch_feed")); // the starch alone, 2.9 CNY/kg
    EXPECT_GT(s.bought("plant", "ammonia_feed"), 2 * 17.031 / 182.65);
}

/// What the benchmark relies on: every parameter moved, and the nominal solution still leads to the answer.
TEST(Sugar, EverySampleConverges) {
    const auto c = compile_example("sugar");
    lang::Evaluation e(c->program, 1);
    for (const double by : {0.99, 1.01}) {
        std::vector<double> p = c->parameters;
        for (size_t i = 0; i < p.size(); ++i) {
            const lang::Parameter& q = c->program.parameters()[i];
            if (!q.integer && !(q.highest && p[i] * by > *q.highest)) p[i] *= i % 2 ? by : 1 / by;
        }
        EXPECT_TRUE(e.run(p)) << by;
        e.run_audit();
        for (const Case::Audit& a : c->audit())
            if (a.missing < 0) {
                EXPECT_LE(std::fabs(e.value(a.net)), 1e-9 * e.value(a.gross)) << a.unit << " " << a.quantity;
            }
    }
}

} // namespace
} // namespace viresco::cases
