// Models with a solution in closed form.
#include "model_text.h"
#include <cmath>

namespace viresco::sbml {
namespace {

const std::string compartment = "<compartment id=\"V\" size=\"2\" constant=\"false\"/>";
std::string species(const std::string& id, double concentration, bool only_substance = false) {
    return "<species id=\"" + id + "\" compartment=\"V\" initialConcentration=\"" + std::to_string(concentration) +
           "\" hasOnlySubstanceUnits=\"" + (only_substance ? "true" : "false") +
           "\" boundaryCondition=\"false\" constant=\"false\"/>";
}
std::string reference(const std::string& id, const std::string& more = "stoichiometry=\"1\"") {
    return "<speciesReference species=\"" + id + "\" " + more + " constant=\"false\"/>";
}
std::string reaction(const std::string& reactants, const std::string& products, const std::string& rate) {
    return "<reaction id=\"J\" reversible=\"false\">" + (reactants.empty() ? "" : list("Reactants", reactants)) +
           (products.empty() ? "" : list("Products", products)) + "<kineticLaw>" + math(rate) +
           "<listOfLocalParameters><localParameter id=\"k\" value=\"0.5\"/></listOfLocalParameters>" +
           "</kineticLaw></reaction>";
}

TEST(Simulate, FirstOrderDecayInAmountsAndConcentrations) {
    // dA/dt = -k V [A]: [A] = 3 exp(-k t); two B for each A.
    const std::string text = model(list("Compartments", compartment) +
                                   list("Species", species("A", 3) + species("B", 0)) +
                                   list("Reactions", reaction(reference("A"), reference("B", "stoichiometry=\"2\""),
                                                              op("times", ci("k") + ci("V") + ci("A")))));
    const Result r = run_text(text, 8, 16, {"A", "B", "J"});
    const Result amounts = run_text(text, 8, 16, {"A", "B"}, {"A", "B"});
    ASSERT_EQ(r.rows.size(), 17u);
    for (int row = 0; row <= 16; ++row) {
        const double a = 3 * std::exp(-0.5 * 0.5 * row);
        EXPECT_EQ(r.rows[static_cast<size_t>(row)][0], 0.5 * row);
        EXPECT_NEAR(at(r, row, 0), a, 1e-7 * a);
        EXPECT_NEAR(at(r, row, 1), 2 * (3 - a), 1e-7);
        EXPECT_NEAR(at(r, row, 2), 0.5 * 2 * a, 1e-7);
        EXPECT_NEAR(at(amounts, row, 0), 2 * a, 1e-7);
    }
}

TEST(Simulate, AGrowingCompartmentDilutes) {
    // V = 2 + t by a rate rule, no reaction changes the amount 6 of A, but B is produced at rate 1: [B] = t / (2 + t).
    const std::string text = model(
        list("Compartments", compartment) + list("Species", species("A", 3) + species("B", 0)) +
        list("Rules", rate_rule("V", cn(1))) + list("Reactions", reaction("", reference("B"), cn(1))));
    const Result r = run_text(text, 4, 4, {"A", "B", "V"});
    for (int row = 0; row <= 4; ++row) {
        EXPECT_NEAR(at(r, row, 0), 6.0 / (2 + row), 1e-8);
        EXPECT_NEAR(at(r, row, 1), row / (2.0 + row), 1e-8);
        EXPECT_NEAR(at(r, row, 2), 2.0 + row, 1e-8);
    }
}

TEST(Simulate, AmountsStayWhereAnEventChangesTheVolume) {
    const std::string event_text = event({op("geq", time_symbol + cn(1)), "V", cn(5)});
    const std::string text = model(list("Compartments", compartment) + list("Species", species("A", 3)) +
                                   list("Events", event_text));
    const Result r = run_text(text, 2, 4, {"A"});
    const Result amounts = run_text(text, 2, 4, {"A"}, {"A"});
    EXPECT_EQ(at(r, 1), 3);
    EXPECT_EQ(at(r, 2), 6.0 / 5); // at the very time of the event: the value after it
    EXPECT_EQ(at(amounts, 4), 6);
}

TEST(Simulate, ConversionFactorsAndVariableStoichiometry) {
    // dA/dt = f n(t) J with f = 10, n = t, J = 1: A = 5 t^2.
    const std::string text = model(list("Compartments", compartment) + list("Species", species("A", 0, true)) +
                                       list("Parameters", "<parameter id=\"f\" value=\"10\" constant=\"true\"/>") +
                                       list("Rules", assignment_rule("n", time_symbol)) +
                                       list("Reactions", reaction("", reference("A", "id=\"n\""), cn(1))),
                                   "conversionFactor=\"f\"");
    const Result r = run_text(text, 3, 6, {"A", "n"});
    for (int row = 0; row <= 6; ++row) {
        EXPECT_NEAR(at(r, row, 0), 5 * 0.25 * row * row, 1e-7);
        EXPECT_EQ(at(r, row, 1), 0.5 * row);
    }
}

TEST(Simulate, FunctionsRatesOfChangeAndAssignmentsAtTheStart) {
    // x' = -x from 4 / f(2) with f(a) = a^2; y = 3 x, so rateOf(y) = -3 x. The assignments use each other backwards.
    const std::string rate_of = "<csymbol encoding=\"text\" "
                                "definitionURL=\"http://www.sbml.org/sbml/symbols/rateOf\">rateOf</csymbol>";
    const auto start = [](const std::string& id, const std::string& m) {
        return "<initialAssignment symbol=\"" + id + "\">" + math(m) + "</initialAssignment>";
    };
    const std::string function = "<functionDefinition id=\"f\">" +
                                 math("<lambda><bvar><ci>a</ci></bvar>" + op("power", ci("a") + cn(2)) + "</lambda>") +
                                 "</functionDefinition>";
    const std::string text = model(
        list("FunctionDefinitions", function) +
        list("Parameters",
             parameter("x", 0) + parameter("y", 0) + parameter("v", 0) + parameter("a", 0) + parameter("b", 0)) +
        list("InitialAssignments", start("x", op("divide", cn(4) + ci("a"))) +
                                       start("a", "<apply><ci>f</ci>" + ci("b") + "</apply>") + start("b", cn(2))) +
        list("Rules", rate_rule("x", op("minus", ci("x"))) + assignment_rule("y", op("times", cn(3) + ci("x"))) +
                          assignment_rule("v", "<apply>" + rate_of + ci("y") + "</apply>")));
    const Result r = run_text(text, 2, 4, {"x", "v"});
    for (int row = 0; row <= 4; ++row) {
        EXPECT_NEAR(at(r, row, 0), std::exp(-0.5 * row), 1e-8);
        EXPECT_NEAR(at(r, row, 1), -3 * std::exp(-0.5 * row), 1e-7);
    }
}

TEST(Simulate, SwitchesInRatesAreExact) {
    // x' = 1 between 1/3 and 2/3 of every..: once; x = 1/3 afterwards, though nothing else makes the steps short.
    const std::string in = op("and", op("gt", time_symbol + cn(1.0 / 3)) + op("lt", time_symbol + cn(2.0 / 3)));
    const std::string text = model(
        list("Parameters", parameter("x", 0)) +
        list("Rules", rate_rule("x", "<piecewise><piece>" + cn(1) + in + "</piece><otherwise>" + cn(0) +
                                         "</otherwise></piecewise>")));
    const Result r = run_text(text, 10, 10, {"x"});
    EXPECT_NEAR(at(r, 10), 1.0 / 3, 1e-9);
}

TEST(Simulate, OutcomeIsTheSameEveryTime) {
    std::string events, parameters = parameter("x", 0);
    for (int i = 1; i <= 9; ++i) // equal priorities: the order is drawn
        events += event({op("geq", time_symbol + cn(1)), "x", op("plus", op("times", cn(10) + ci("x")) + cn(i)), "",
                         cn(1), true, true, false});
    const std::string text = model(list("Parameters", parameters) + list("Events", events));
    const double first = at(run_text(text, 2, 2, {"x"}), 2);
    EXPECT_EQ(at(run_text(text, 2, 2, {"x"}), 2), first);
    std::string digits = std::to_string(static_cast<long>(first));
    EXPECT_NE(digits, "123456789"); // 1 of 362,880 orders
    std::sort(digits.begin(), digits.end());
    EXPECT_EQ(digits, "123456789");
}

TEST(Simulate, WhatIsAskedForMustBeThere) {
    const std::string text = model(list("Parameters", parameter("alpha", 1)));
    try {
        run_text(text, 1, 1, {"alpho"});
        FAIL();
    } catch (const ConfigError& e) {
        const std::string said = e.diagnostics().text(Language::en);
        EXPECT_NE(said.find("no variable 'alpho'"), std::string::npos) << said;
        EXPECT_NE(said.find("'alpha'"), std::string::npos) << said;
    }
    EXPECT_THROW(run_text(text, 1, 1, {"alpha"}, {"alpha"}), ConfigError);
}

} // namespace
} // namespace viresco::sbml
