#include "base/messages/plant.h"
#include "plant/reaction.h"
#include "text/node.h"
#include <cmath>
#include <gtest/gtest.h>
#include <memory>
#include <ostream>

namespace viresco::plant {
namespace {

/// A component table and one equation as the scalar `e`.
class Bench {
public:
    Bench() {
        std::string yaml = "viresco: 1\nkind: components\ncomponents:\n";
        const char* list[][3] = {
            {"glucose", "C6H12O6", "solid"}, {"oxygen", "O2", "gas"},    {"carbon_dioxide", "CO2", "gas"},
            {"water", "H2O", "liquid"},      {"ammonia", "NH3", "gas"},  {"biomass", "CH1.8O0.5N0.2", "solid"},
            {"methane", "CH4", "gas"},       {"hydrogen", "H2", "gas"},  {"carbon_monoxide", "CO", "gas"},
            {"ammonium", "NH4+", "liquid"},  {"proton", "H+", "liquid"}, {"nitrate", "NO3-", "liquid"}};
        for (const auto& [name, formula, state] : list)
            yaml += std::string("  ") + name + ": {title: {en: x, zh: x}, formula: " + formula + ", state: " + state +
                    "}\n";
        yaml += "  ash: {title: {en: ash, zh: 灰分}, contents: {C: 0.1 kg/kg}, state: solid}\n";
        components_document = text::parse_yaml(store.add("components.yaml", yaml), diagnostics);
        components.read(*components_document, diagnostics);
        EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.text(Language::en);
    }
    std::optional<Reaction> read(const std::string& equation) {
        documents.push_back(text::parse_yaml(store.add("reaction.yaml", "e: \"" + equation + "\"\n"), diagnostics));
        return read_reaction("growth", *documents.back()->find("e"), components, diagnostics);
    }
    double nu(const Reaction& r, const char* component) {
        const auto it = r.coefficients.find(components.find(component));
        return it == r.coefficients.end() ? std::nan("") : it->second;
    }
    /// "column id" of the first error, columns counted from the equation's first character.
    std::string error() const {
        if (diagnostics.all().empty()) return "no error";
        const Diagnostic& d = diagnostics.all().front();
        return std::to_string(d.pos.column - 4) + " " + d.message.name();
    }

    SourceStore store;
    Diagnostics diagnostics;
    std::unique_ptr<const text::Node> components_document;
    std::vector<std::unique_ptr<const text::Node>> documents;
    matter::ComponentTable components;
};

TEST(Reaction, CombustionOfGlucoseIsSixSixSix) {
    Bench b;
    const auto r = b.read("glucose + ? oxygen -> ? carbon_dioxide + ? water");
    ASSERT_TRUE(r) << b.diagnostics.text(Language::en);
    EXPECT_DOUBLE_EQ(b.nu(*r, "glucose"), -1);
    EXPECT_NEAR(b.nu(*r, "oxygen"), -6, 1e-13);
    EXPECT_NEAR(b.nu(*r, "carbon_dioxide"), 6, 1e-13);
    EXPECT_NEAR(b.nu(*r, "water"), 6, 1e-13);
}

TEST(Reaction, GrowthOnAmmonia) {
    // 3 C-mol of biomass: N 0.6; C 3; then O2 from the degree of reduction: (24 - 3 * 4.2) / 4 = 2.85
    Bench b;
    const auto r = b.read("glucose + ? ammonia + ? oxygen -> 3 biomass + ? carbon_dioxide + ? water");
    ASSERT_TRUE(r) << b.diagnostics.text(Language::en);
    EXPECT_NEAR(b.nu(*r, "ammonia"), -0.6, 1e-13);
    EXPECT_NEAR(b.nu(*r, "oxygen"), -2.85, 1e-12);
    EXPECT_NEAR(b.nu(*r, "carbon_dioxide"), 3, 1e-13);
    EXPECT_NEAR(b.nu(*r, "water"), 6 + 0.9 - 2.7, 1e-12); // H: (12 + 1.8 - 5.4) / 2
    EXPECT_EQ(b.nu(*r, "biomass"), 3);
}

TEST(Reaction, ChargeIsConservedToo) {
    Bench b;
    const auto r = b.read("ammonium + ? oxygen -> nitrate + ? proton + ? water");
    ASSERT_TRUE(r) << b.diagnostics.text(Language::en);
    EXPECT_NEAR(b.nu(*r, "oxygen"), -2, 1e-13);
    EXPECT_NEAR(b.nu(*r, "proton"), 2, 1e-13);
    EXPECT_NEAR(b.nu(*r, "water"), 1, 1e-13);
}

TEST(Reaction, WaysToWriteIt) {
    Bench b;
    for (const char* text :
         {"methane + 2 oxygen -> carbon_dioxide + 2 water", "methane+2oxygen->carbon_dioxide+2water",
          "methane + 2*oxygen -> carbon_dioxide + 2 * water", "methane + 2.0 oxygen → carbon_dioxide + 2e0 water",
          "methane + oxygen + oxygen -> carbon_dioxide + ? water", "methane + ?oxygen -> carbon_dioxide + ?water",
          "methane + 2 oxygen + water -> carbon_dioxide + 3 water"}) {
        const auto r = b.read(text);
        ASSERT_TRUE(r) << text << b.diagnostics.text(Language::en);
        EXPECT_NEAR(b.nu(*r, "oxygen"), -2, 1e-12) << text;
        EXPECT_NEAR(b.nu(*r, "water"), 2, 1e-12) << text; // net
    }
}

struct Wrong {
    const char *equation, *error;
};
void PrintTo(const Wrong& w, std::ostream* out) { *out << w.equation; }
class WrongReaction : public testing::TestWithParam<Wrong> {};

TEST_P(WrongReaction, IsReportedAtItsPlace) {
    Bench b;
    EXPECT_FALSE(b.read(GetParam().equation));
    EXPECT_EQ(b.error(), GetParam().error) << b.diagnostics.text(Language::en);
}

INSTANTIATE_TEST_SUITE_P(
    Museum, WrongReaction,
    testing::Values(
        Wrong{"glucose + ? oxygen -> ? carbon_monoxide + ? carbon_dioxide + ? water", "45 reaction_not_determined"},
        Wrong{"? glucose + ? oxygen -> ? carbon_dioxide + ? water", "3 reaction_not_determined"},
        Wrong{"glucose + 5 oxygen -> 6 carbon_dioxide + 6 water", "0 reaction_not_balanced"},
        Wrong{"glucose + ? oxygen -> ? carbon_dioxide", "0 reaction_not_balanced"},
        Wrong{"glucos -> water", "1 unknown_component"}, Wrong{"ash -> ? carbon_dioxide", "1 reaction_needs_formula"},
        Wrong{"glucose water", "9 reaction_plus_expected"}, Wrong{"glucose + 6 oxygen", "0 reaction_without_arrow"},
        Wrong{"methane -> carbon_dioxide -> water", "27 reaction_two_arrows"},
        Wrong{"methane + + oxygen -> water", "11 reaction_term_expected"},
        Wrong{"methane + -> water", "11 reaction_term_expected"}, Wrong{"-> water", "1 reaction_term_expected"},
        Wrong{"methane ->", "10 reaction_term_expected"}, Wrong{"methane + 2 -> water", "13 reaction_term_expected"},
        Wrong{"1e999 methane -> water", "1 number_out_of_range"}, Wrong{"", "0 reaction_without_arrow"}));

TEST(Reaction, ResidualsAreNamedAndNamesSuggested) {
    Bench b;
    EXPECT_FALSE(b.read("glucose + 5 oxygen -> 6 carbon_dioxide + 6 water"));
    EXPECT_EQ(b.diagnostics.all().front().message.args.at(1), "O +2"); // 18 right, 16 left
    EXPECT_EQ(b.diagnostics.all().front().hints.at(0).id, message::reaction_balance_hint);
    Bench c;
    EXPECT_FALSE(c.read("ammonium -> ammonia"));
    EXPECT_EQ(c.diagnostics.all().front().message.args.at(1), "H -1, charge -1");
    Bench d;
    EXPECT_FALSE(d.read("glucos + ? oxigen -> ? carbon_dioxide + ? water"));
    ASSERT_EQ(d.diagnostics.all().size(), 2u); // both names, not the first alone
    EXPECT_NE(d.diagnostics.text(Language::en).find("did you mean 'glucose'"), std::string::npos)
        << d.diagnostics.text(Language::en);
    EXPECT_NE(d.diagnostics.text(Language::en).find("did you mean 'oxygen'"), std::string::npos);
}

TEST(Reaction, AReactionOfNothingIsAnError) {
    // Every coefficient follows, and is zero.
    Bench b;
    EXPECT_FALSE(b.read("? water -> ? glucose"));
    EXPECT_EQ(b.error(), "3 reaction_not_determined");
}

} // namespace
} // namespace viresco::plant
