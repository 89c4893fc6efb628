#include "base/messages/lca.h"
#include "database_builder.h"
#include "lca/link.h"

namespace viresco::lca {
namespace {

using test::DatabaseBuilder;
using test::Solved;

// ---- cases of openLCA's own tests, restated with amounts and results in lca_reference/reference_cases.json

TEST(OpenLcaCases, SelfLoop) {
    DatabaseBuilder b;
    const int p1 = b.product("p1"), p2 = b.product("p2"), f1 = b.elementary("f1"), f2 = b.elementary("f2");
    b.process("P1");
    b.process("P2");
    b.output("P1", p1, 1);
    b.input("P1", p2, 1);
    b.input("P1", f1, 1);
    b.output("P1", f2, 2);
    b.output("P2", p2, 1);
    b.input("P2", p1, 0.5);
    b.input("P2", f1, 2);
    b.output("P2", f2, 1);
    const Solved s(b.db, "P1", 2);
    EXPECT_NEAR(s.supply[0], 4, 1e-10);
    EXPECT_NEAR(s.supply[1], 4, 1e-10);
    EXPECT_NEAR(s.of("f1"), 12, 1e-10); // resources count positive
    EXPECT_NEAR(s.of("f2"), 12, 1e-10);
}

TEST(OpenLcaCases, AllocationOfProducts) {
    DatabaseBuilder b;
    const int p1 = b.product("p1"), p2 = b.product("p2"), co2 = b.elementary("CO2");
    Process& p = b.process("P");
    p.default_allocation = Allocation::physical;
    p.allocation = {{Allocation::physical, p1, -1, 0.25, ""}, {Allocation::physical, p2, -1, 0.75, ""}};
    b.output("P", p1, 1);
    b.output("P", p2, 3);
    b.output("P", co2, 2);
    EXPECT_EQ(Solved(b.db, "P").of("CO2"), 0.5);
    EXPECT_EQ(Solved(b.db, "P", 3, "p2").of("CO2"), 1.5); // the rest: together all of it
    EXPECT_EQ(Solved(b.db, "P", 1, "", "plain").of("CO2"), 2);
}

TEST(OpenLcaCases, AllocationOfTreatedWastes) {
    DatabaseBuilder b;
    const int w1 = b.waste("w1"), w2 = b.waste("w2"), co2 = b.elementary("CO2");
    Process& p = b.process("P");
    p.default_allocation = Allocation::physical;
    p.allocation = {{Allocation::physical, w1, -1, 0.25, ""}, {Allocation::physical, w2, -1, 0.75, ""}};
    b.input("P", w1, 1);
    b.input("P", w2, 3);
    b.output("P", co2, 2);
    EXPECT_EQ(Solved(b.db, "P").of("CO2"), 0.5);
}

TEST(OpenLcaCases, AvoidedProduct) {
    DatabaseBuilder b;
    const int p1 = b.product("p1"), p2 = b.product("p2"), co2 = b.elementary("CO2");
    b.process("P1");
    b.process("P2");
    b.output("P1", p1, 1);
    b.input("P1", p2, 0.5).avoided = true;
    b.output("P1", co2, 2);
    b.output("P2", p2, 1);
    b.output("P2", co2, 2);
    EXPECT_EQ(Solved(b.db, "P1").of("CO2"), 1.0);
    const Solved plain(b.db, "P1", 1, "", "plain");
    EXPECT_EQ(plain.of("CO2"), 2.0);
    EXPECT_EQ(plain.report["avoided_product_ignored"], 1);
    b.db.processes[0].exchanges[1].input = false; // some packages write it as an output
    EXPECT_EQ(Solved(b.db, "P1").of("CO2"), 1.0);
}

TEST(OpenLcaCases, WasteIsTreatedDownstream) {
    DatabaseBuilder b;
    const int p = b.product("p"), w = b.waste("w"), e = b.elementary("elem");
    b.process("P");
    b.process("W");
    b.output("P", p, 1);
    b.output("P", w, 2);
    b.input("W", w, 1);
    b.output("W", e, 2);
    EXPECT_NEAR(Solved(b.db, "P").of("elem"), 4, 1e-10);
    EXPECT_NEAR(Solved(b.db, "W", 1).of("elem"), 2, 1e-10); // a treatment is asked for by what it treats
}

TEST(OpenLcaCases, NormalisationAndWeighting) {
    DatabaseBuilder b;
    const int p = b.product("p"), e = b.elementary("e");
    b.process("P");
    b.output("P", p, 1);
    b.output("P", e, 2);
    b.factor(b.category("c"), "e", 2);
    const NormalisationSet set{"set", "set", "", {0.5, 0}, {3, 0}};
    const double impact = Solved(b.db, "P").score[0];
    EXPECT_EQ(impact, 4);
    EXPECT_EQ(set.normalised(0, impact), 8);
    EXPECT_EQ(set.weighted(0, impact), 12);
    EXPECT_EQ(set.normalised_weighted(0, impact), 24);
    EXPECT_EQ(set.normalised(1, impact), 0); // not given
}

// ---- allocation

/// Steam and power from a boiler with fuel and CO2; the fuel goes by energy, the CO2 by price.
DatabaseBuilder cogeneration(Allocation method) {
    DatabaseBuilder b;
    const int steam = b.product("steam"), power = b.product("power"), fuel = b.product("fuel");
    const int co2 = b.elementary("CO2");
    Process& p = b.process("boiler");
    p.default_allocation = method;
    p.parameters = {{"share", 0.6, "", {}, ""}, {"rest", 0, "1 - share", {}, ""}};
    p.allocation = {{Allocation::economic, steam, -1, 0, "share"}, {Allocation::economic, power, -1, 0, "rest"},
                    {Allocation::causal, steam, 2, 0.8, ""},       {Allocation::causal, power, 2, 0.2, ""},
                    {Allocation::causal, steam, 3, 0.3, ""},       {Allocation::causal, power, 3, 0.7, ""}};
    b.output("boiler", steam, 10);
    b.output("boiler", power, 2);
    b.input("boiler", fuel, 5);
    b.output("boiler", co2, 7);
    b.process("refinery");
    b.output("refinery", fuel, 1);
    b.output("refinery", co2, 1);
    return b;
}

TEST(Allocation, EconomicWithFormulasInFactors) {
    const auto b = cogeneration(Allocation::economic);
    EXPECT_NEAR(Solved(b.db, "boiler", 10).of("CO2"), 0.6 * (7 + 5), 1e-12);
    EXPECT_NEAR(Solved(b.db, "boiler", 2, "power").of("CO2"), 0.4 * (7 + 5), 1e-12);
}

TEST(Allocation, CausalByExchange) {
    const auto b = cogeneration(Allocation::causal);
    const Solved s(b.db, "boiler", 10);
    EXPECT_NEAR(s.of("CO2"), 0.3 * 7 + 0.8 * 5, 1e-12);
    EXPECT_NEAR(Solved(b.db, "boiler", 2, "power").of("CO2"), 0.7 * 7 + 0.2 * 5, 1e-12);
    EXPECT_EQ(s.report["allocated_processes"], 1);
    EXPECT_EQ(s.report["allocation_sum"], 0);
}

TEST(Allocation, ColumnsTogetherAreTheProcess) {
    for (const auto method : {Allocation::economic, Allocation::causal}) {
        const auto b = cogeneration(method);
        const double both = Solved(b.db, "boiler", 10).of("CO2") + Solved(b.db, "boiler", 2, "power").of("CO2");
        EXPECT_NEAR(both, 7 + 5, 1e-12);
    }
}

TEST(Allocation, FactorsThatDoNotAddUpAreSaid) {
    auto b = cogeneration(Allocation::causal);
    b.db.processes[0].allocation[5].value = 0; // power, CO2: what "inherited" factors look like
    const Solved s(b.db, "boiler");
    ASSERT_EQ(s.report["allocation_sum"], 1);
    for (const auto& f : s.report.findings)
        if (f.kind == "allocation_sum") {
            EXPECT_EQ(f.process, "boiler");
            EXPECT_EQ(f.flow, "CO2");
            EXPECT_EQ(f.text.text(Language::en),
                      "the allocation factors of 'CO2' in 'boiler' add up to 0.3, not 1: used as they are");
        }
}

TEST(Allocation, WithoutAMethodTheReferenceCarriesEverything) {
    const auto b = cogeneration(Allocation::none);
    const Solved s(b.db, "boiler", 10);
    EXPECT_NEAR(s.of("CO2"), 12, 1e-12);
    EXPECT_EQ(s.report["coproduct_dropped"], 1);
    EXPECT_EQ(find_activity(b.db, s.system, 0, b.db.flow_at.at("power")), -1);
    const auto asked = cogeneration(Allocation::physical); // .. and one that has no factors is told apart
    EXPECT_EQ(Solved(asked.db, "boiler", 10).report["allocation_missing"], 1);
}

// ---- providers

/// A user in CN-SC of power from three grids.
DatabaseBuilder grids() {
    DatabaseBuilder b;
    const int power = b.product("power"), api = b.product("api"), co2 = b.elementary("CO2");
    const auto grid = [&](const std::string& name, const std::string& place, double emission) {
        b.process(name, place);
        b.output(name, power, 1);
        b.output(name, co2, emission);
    };
    grid("a grid", "US", 1);
    grid("b grid", "CN", 2);
    grid("c grid", "CN-SC", 4);
    b.process("plant", "CN-SC");
    b.output("plant", api, 1);
    b.input("plant", power, 1);
    return b;
}

TEST(Providers, TheFilesOwnProviderFirst) {
    auto b = grids();
    b.db.processes[3].exchanges[1].provider = 0;
    const Solved s(b.db, "plant");
    EXPECT_EQ(s.of("CO2"), 1);
    EXPECT_EQ(s.report["linked_by_provider"], 1);
}

TEST(Providers, ThenTheSamePlaceThenTheCountry) {
    auto b = grids();
    EXPECT_EQ(Solved(b.db, "plant").of("CO2"), 4);
    b.db.processes[2].location = "FR";
    const Solved s(b.db, "plant");
    EXPECT_EQ(s.of("CO2"), 2);
    EXPECT_EQ(s.report["linked_by_location"], 1);
    EXPECT_EQ(s.report["ambiguous_provider"], 0);
}

TEST(Providers, AmbiguousOnesAreListedBestFirstAndSettledByDecision) {
    auto b = grids();
    b.db.processes[3].location = "BR";
    {
        const Solved s(b.db, "plant");
        ASSERT_EQ(s.report["ambiguous_provider"], 1);
        EXPECT_EQ(s.report.findings[0].candidates, (std::vector<std::string>{"a grid", "b grid", "c grid"}));
        EXPECT_EQ(s.report.findings[0].process, "plant");
        EXPECT_EQ(s.report.findings[0].text.text(Language::en),
                  "'power' of 'plant' has 3 possible providers: linked to 'a grid'");
    }
    b.db.decisions = {{"", "power", "b grid"}};
    {
        const Solved s(b.db, "plant");
        EXPECT_EQ(s.of("CO2"), 2);
        EXPECT_EQ(s.report["ambiguous_provider"], 0);
        EXPECT_EQ(s.report["linked_by_decision"], 1);
    }
    b.db.decisions.push_back({"plant", "power", ""}); // of this process: cut off on purpose
    {
        const Solved s(b.db, "plant");
        EXPECT_EQ(s.report["cut_off_by_decision"], 1);
        EXPECT_EQ(s.system.technosphere.entries(), 0);
    }
}

TEST(Providers, DecisionsThatCannotHoldAreSaid) {
    auto b = grids();
    b.db.decisions = {{"plant", "power", "no such process"}};
    const Solved s(b.db, "plant");
    EXPECT_EQ(s.report["decision_unknown"], 1);
    EXPECT_EQ(s.of("CO2"), 4); // as without it
}

TEST(Providers, PlainTakesTheSmallestId) {
    const auto b = grids();
    const Solved s(b.db, "plant", 1, "", "plain");
    EXPECT_EQ(s.of("CO2"), 1);
    EXPECT_EQ(s.report["linked_to_smallest_id"], 1);
}

TEST(Providers, UnlinkedInputsAreListedWithSimilarNames) {
    DatabaseBuilder b;
    const int acid = b.product("sulfuric acid, at plant"), other = b.product("Sulfuric acid, liquid"),
              lime = b.product("quicklime"), water = b.product("water, at plant"), x = b.product("x");
    for (const auto& [name, f] : {std::pair{"lime", lime}, {"water", water}, {"acid", acid}}) {
        b.process(name);
        b.output(name, f, 1);
    }
    b.process("user");
    b.output("user", x, 1);
    b.input("user", other, 2.5);
    const Solved s(b.db, "user");
    ASSERT_EQ(s.report["unlinked_input"], 1);
    const Finding& f = s.report.findings.at(0);
    EXPECT_EQ(f.candidates.at(0), "acid");
    EXPECT_EQ(f.text.text(Language::en),
              "'Sulfuric acid, liquid' (2.5 kg), an input of 'user', has no provider in the database: cut off");
}

TEST(Providers, AProviderWithoutTheFlowIsSaid) {
    auto b = grids();
    b.process("other");
    b.output("other", b.product("something"), 1);
    b.db.processes[3].exchanges[1].provider = 4;
    const Solved s(b.db, "plant");
    EXPECT_EQ(s.report["provider_without_flow"], 1);
    EXPECT_EQ(s.of("CO2"), 4);
}

// ---- factors

TEST(Factors, RegionalWithADefault) {
    DatabaseBuilder b;
    const int p = b.product("p"), water = b.elementary("water");
    for (const auto& place : {"CN", "CN-SC", "FR", ""}) {
        b.process(std::string("at ") + place, place);
        b.output(std::string("at ") + place, p, 1);
        b.input(std::string("at ") + place, water, 1);
    }
    const int cn = b.location("CN");
    b.location("CN-SC");
    b.location("FR");
    auto& c = b.category("scarcity");
    b.factor(c, "water", 40, cn);
    b.factor(c, "water", 20);
    EXPECT_EQ(Solved(b.db, "at CN").score[0], 40);
    EXPECT_EQ(Solved(b.db, "at CN-SC").score[0], 40); // its country's
    EXPECT_EQ(Solved(b.db, "at FR").score[0], 20);
    EXPECT_EQ(Solved(b.db, "at ").score[0], 20);
    EXPECT_EQ(Solved(b.db, "at CN", 1, "", "plain").score[0], 20);
    b.db.processes[2].exchanges[1].location = cn; // the exchange's own place goes before the process's
    EXPECT_EQ(Solved(b.db, "at FR").score[0], 40);

    b.db.categories[0].factors.pop_back(); // no default any more
    const Solved s(b.db, "at ");
    EXPECT_EQ(s.score[0], 0);
    EXPECT_EQ(s.report["no_regional_factor"], 1);
}

TEST(Factors, ThroughTheFlowMap) {
    DatabaseBuilder b;
    const int p = b.product("p"), water = b.elementary("water, kg");
    b.elementary("water, m3");
    b.process("P");
    b.output("P", p, 1);
    b.input("P", water, 500);
    b.db.aliases = {{"water, kg", "water, m3", 1e-3}};
    b.factor(b.category("one"), "water, m3", 42);
    auto& direct = b.category("two");
    b.factor(direct, "water, m3", 42);
    b.factor(direct, "water, kg", 7); // its own factor goes before the map
    const Solved s(b.db, "P");
    EXPECT_DOUBLE_EQ(s.score[0], 21);
    EXPECT_DOUBLE_EQ(s.score[1], 3500);
}

// ---- matrices

TEST(Link, EntriesKnowTheirExchange) {
    auto b = cogeneration(Allocation::causal);
    b.db.processes[0].exchanges[2].to_reference = 1e-3; // g of fuel
    const Solved s(b.db, "boiler");
    const auto check = [&](const Origin& o, double value) {
        const Exchange& e = b.db.processes[static_cast<size_t>(o.process)].exchanges[static_cast<size_t>(o.exchange)];
        EXPECT_DOUBLE_EQ(o.factor * e.amount, value);
    };
    const System& m = s.system;
    for (size_t i = 0; i < m.diagonal.size(); ++i) check(m.diagonal_origin[i], m.diagonal[i]);
    for (size_t i = 0; i < m.technosphere.value.size(); ++i) check(m.technosphere_origin[i], m.technosphere.value[i]);
    for (size_t i = 0; i < m.intervention.value.size(); ++i) check(m.intervention_origin[i], m.intervention.value[i]);
    EXPECT_EQ(m.technosphere_origin.size(), m.technosphere.value.size());
    EXPECT_EQ(m.intervention_origin.size(), m.intervention.value.size());
}

TEST(Link, ZeroReferenceAndNoReferenceSupplyNothing) {
    DatabaseBuilder b;
    const int p = b.product("p"), q = b.product("q");
    b.process("zero");
    b.output("zero", p, 0);
    b.process("none");
    b.process("good");
    b.output("good", q, 1);
    b.input("good", p, 1);
    const Solved s(b.db, "good");
    EXPECT_EQ(s.system.activities.size(), 1u);
    EXPECT_EQ(s.report["zero_reference"], 1);
    EXPECT_EQ(s.report["no_reference"], 1);
    EXPECT_EQ(s.report["unlinked_input"], 1);
}

TEST(Link, UnknownLinkingIsAnError) {
    DatabaseBuilder b;
    LinkReport report;
    Diagnostics d;
    EXPECT_TRUE(link(b.db, {"magic"}, report, d).activities.empty());
    ASSERT_EQ(d.n_errors(), 1);
    EXPECT_EQ(d.all()[0].message.id, message::lca_unknown_linking);
    EXPECT_EQ(d.all()[0].message.args[0], "magic");
}

} // namespace
} // namespace viresco::lca
