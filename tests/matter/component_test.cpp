#include "matter/component.h"
#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

namespace viresco::matter {
namespace {

/// A components file from the text below `components:`, read into a table.
struct Read {
    SourceStore store;
    Diagnostics diagnostics;
    std::vector<std::unique_ptr<const text::Node>> documents;
    ComponentTable table;

    explicit Read(const std::string& components) { add(components); }
    void add(const std::string& components, const std::string& path = "c.yaml") {
        file(path, "viresco: 1\nkind: components\ncomponents:\n" + components);
    }
    void file(const std::string& path, const std::string& text) {
        documents.push_back(text::parse_yaml(store.add(path, text), diagnostics));
        ASSERT_TRUE(documents.back()) << diagnostics.text(Language::en);
        table.read(*documents.back(), diagnostics);
    }
    const Component& operator[](const char* name) const { return table[table.find(name)]; }
};

void expect_clean(const Read& read) {
    EXPECT_TRUE(read.diagnostics.all().empty()) << read.diagnostics.text(Language::en);
}

const char* const butanol = "  n_butanol:\n"
                            "    title: {en: n-butanol, zh: 正丁醇}\n"
                            "    formula: C4H10O\n"
                            "    cas: 71-36-3\n"
                            "    state: liquid\n"
                            "    tags: [solvent, voc]\n"
                            "    properties:\n"
                            "      density: {value: 0.810 kg/L, evidence: measured, source: balance}\n"
                            "      heat_capacity: 2.39 kJ/kg/K\n"
                            "      heat_capacity_gas: 108 J/mol/K\n"
                            "      formation_enthalpy: {value: -327.3 kJ/mol, range: [-330, -325]}\n"
                            "      heat_of_vaporisation: {value: 52.3, unit: kJ/mol}\n"
                            "      boiling_point: 117.7 degC\n"
                            "      pKa: 16\n"
                            "      Hansen: 3.2 MPa\n"
                            "    evidence: literature\n"
                            "    source: {doi: 10.1/x, table: 2}\n";

TEST(Component, ReadsEverything) {
    const Read read(butanol);
    expect_clean(read);
    const Component& c = read["n_butanol"];
    EXPECT_EQ(c.title.en, "n-butanol");
    EXPECT_EQ(c.title.zh, "正丁醇");
    EXPECT_EQ(c.cas, "71-36-3");
    EXPECT_EQ(c.state, Phase::liquid);
    EXPECT_EQ(c.tags, (std::vector<std::string>{"solvent", "voc"}));
    EXPECT_EQ(c.pos.line, 4);
    EXPECT_EQ(c.pos.column, 3);
    const double M = 0.074123;
    const auto si = [&](const char* name) { return c.properties.at(name).si; };
    EXPECT_NEAR(si("molar_mass"), M, 1e-15);
    EXPECT_NEAR(si("density"), 810, 1e-10);
    EXPECT_NEAR(si("heat_capacity"), 2390, 1e-10);
    EXPECT_NEAR(si("heat_capacity_gas"), 108 / M, 1e-9);
    EXPECT_NEAR(si("formation_enthalpy"), -327300 / M, 1e-6);
    EXPECT_NEAR(si("heat_of_vaporisation"), 52300 / M, 1e-6);
    EXPECT_NEAR(si("boiling_point"), 390.85, 1e-9);
    EXPECT_NEAR(si("pKa"), 16, 0);
    EXPECT_NEAR(si("Hansen"), 3.2e6, 1e-6);
    EXPECT_NEAR(si("thod"), 0.008 * 24 / M, 1e-12);
    EXPECT_NEAR(*c.thod, si("thod"), 0);
    EXPECT_NEAR(c.contents.at("C"), 4 * 0.012011 / M, 1e-12);
    EXPECT_EQ(*c.charge, 0);

    const Datum& h = c.properties.at("formation_enthalpy");
    EXPECT_NEAR(h.low_si.value(), -330000 / M, 1e-6);
    EXPECT_NEAR(h.high_si.value(), -325000 / M, 1e-6);
    EXPECT_NEAR(h.unit.from_si(h.si), -327.3, 1e-10); // shown as it was written
    EXPECT_EQ(h.unit.dimension, units::parse_unit("J/kg")->dimension);
    EXPECT_EQ(h.evidence, Evidence::literature);
    EXPECT_EQ(h.source, "doi: 10.1/x, table: 2");
    const Datum& density = c.properties.at("density");
    EXPECT_EQ(density.evidence, Evidence::measured);
    EXPECT_TRUE(density.evidence_given);
    EXPECT_EQ(density.source, "balance");
    EXPECT_EQ(density.pos.line, 11);
}

TEST(Component, ContentsStandForAFormula) {
    const Read read("  sludge:\n    title: sludge\n    contents: {C: 0.36 kg/kg, N: 70 g/kg, H: 5 %, O: 0.3}\n");
    expect_clean(read);
    const Component& c = read["sludge"];
    EXPECT_FALSE(c.formula);
    EXPECT_NEAR(c.contents.at("N"), 0.07, 1e-15);
    const double reduction = 4 * 0.36 / 0.012011 - 3 * 0.07 / 0.014007 + 0.05 / 0.001008 - 2 * 0.3 / 0.015999;
    EXPECT_NEAR(*c.thod, 0.008 * reduction, 1e-12);
    EXPECT_FALSE(c.properties.contains("molar_mass"));
    EXPECT_EQ(c.title.zh, "sludge");
}

TEST(Component, StatedThodReplacesThatOfContents) {
    const Read read("  X:\n    title: x\n    contents: {C: 0.36}\n    properties: {thod: 1.42 kg/kg}\n");
    expect_clean(read);
    EXPECT_NEAR(*read["X"].thod, 1.42, 1e-15);
}

TEST(Component, FormationEnthalpyIsEstimatedFromThod) {
    const Read read("  glucose: {title: g, formula: C6H12O6}\n"
                    "  salt: {title: s, formula: C2H8N2O4S}\n"
                    "  acetate: {title: a, formula: CH3COO-}\n"
                    "  mix: {title: m, contents: {C: 0.4, H: 0.0671, O: 0.5329}}\n"
                    "  rust: {title: r, formula: Fe2O3}\n");
    expect_clean(read);
    const auto molar = [&](const char* n) {
        return read[n].properties.at("formation_enthalpy").si * read[n].properties.at("molar_mass").si / 1000;
    };
    EXPECT_NEAR(molar("glucose"), 6 * -393.51 + 6 * -285.83 + 6 * 460, 1e-9);
    // 2 C, 2 N as NH3 (6 H), S as H2SO4 (2 H): no hydrogen is left for water; 8 + 8 - 8 - 6 + 6 = 8 electrons.
    EXPECT_NEAR(molar("salt"), 2 * -393.51 + 2 * -45.94 - 814.0 + 2 * 460, 1e-9);
    EXPECT_NEAR(molar("acetate"), 2 * -393.51 + 2 * -285.83 + 2 * 460, 1e-9); // with H+ at zero: acetic acid
    const Datum& d = read["glucose"].properties.at("formation_enthalpy");
    EXPECT_EQ(d.evidence, Evidence::estimate);
    EXPECT_NE(d.source.find("ThOD"), std::string::npos);
    // C 40 %, H 6.71 %, O 53.29 % is glucose again.
    EXPECT_NEAR(read["mix"].properties.at("formation_enthalpy").si, molar("glucose") * 1000 / 0.180156, 5e4);
    EXPECT_FALSE(read["rust"].properties.contains("formation_enthalpy"));
}

// The estimate keeps what it must: a reaction without oxygen demand between estimated components moves only the
// enthalpies of the oxidised products (here: none, esterification).
TEST(Component, EstimatesBalanceReactionsWithoutOxygenDemand) {
    const Read read("  acid: {title: a, formula: C8H8O2}\n  alcohol: {title: b, formula: C4H10O}\n"
                    "  ester: {title: e, formula: C12H16O2}\n");
    const auto molar = [&](const char* n) {
        return read[n].properties.at("formation_enthalpy").si * read[n].properties.at("molar_mass").si;
    };
    EXPECT_NEAR(molar("ester") - 285830 - molar("acid") - molar("alcohol"), 0, 1e-6);
}

TEST(Component, ContentsAreKnownOrNot) {
    Read read("  water: {title: w, formula: H2O}\n  sludge: {title: s, contents: {C: 0.3, N: 0.1}}\n");
    EXPECT_EQ(read["sludge"].content("C"), 0.3);
    EXPECT_EQ(read["sludge"].content("P"), 0.0); // what a component counted in kg does not state it does not contain
    EXPECT_EQ(read["sludge"].content("charge"), 0.0);
    EXPECT_EQ(read["sludge"].content("mass"), 1.0);
    EXPECT_TRUE(read["sludge"].content("COD"));
    EXPECT_EQ(read.table.elements(), (std::vector<std::string>{"C", "H", "N", "O"}));
    read.add("  enzyme: {title: e}\n  oxide: {title: o, formula: V2O5}\n", "d.yaml");
    EXPECT_EQ(read.table.size(), 4);
    for (const char* q : {"C", "charge", "COD"}) EXPECT_FALSE(read["enzyme"].content(q)) << q;
    EXPECT_FALSE(read["oxide"].content("COD")); // vanadium has no agreed oxidised product
    EXPECT_TRUE(read["oxide"].content("V"));
    EXPECT_EQ(read.table.names(), (std::vector<std::string>{"water", "sludge", "enzyme", "oxide"}));
    EXPECT_EQ(read.table.find("enzymes"), -1);
}

// Counted in its own basis, a component knows just what its file says, per that basis.
TEST(Component, HasABasisOfItsOwn) {
    const Read read("  biomass: {title: b, basis: gCOD, contents: {N: 0.08 gN/gCOD, mass: 0.75 g/gCOD, charge: 0}}\n"
                    "  nitrate: {title: n, basis: kgN, concentration: g/m3, contents: {N: 1, COD: -4.57, charge: "
                    "-71.428571428571431 mol/kgN}}\n"
                    "  carbonate: {title: c, basis: kmol, contents: {C: 1}}\n"
                    "  lump: {title: l, basis: kgCOD, contents: {C: 0.03 kmol/kgCOD}}\n");
    const auto& biomass = read["biomass"];
    EXPECT_TRUE(biomass.carried);
    EXPECT_EQ(biomass.basis.text(), "kgCOD");
    EXPECT_EQ(biomass.content("COD"), 1.0);
    EXPECT_DOUBLE_EQ(*biomass.content("N"), 0.08);
    EXPECT_DOUBLE_EQ(*biomass.content("mass"), 0.75);
    EXPECT_FALSE(biomass.content("P"));
    EXPECT_EQ(*read["nitrate"].content("COD"), -4.57);
    EXPECT_DOUBLE_EQ(*read["nitrate"].content("charge"), -1000.0 / 14);
    EXPECT_FALSE(read["nitrate"].content("mass"));
    EXPECT_DOUBLE_EQ(read["nitrate"].concentration->from_si(0.01), 10);
    EXPECT_NEAR(*read["carbonate"].content("C"), 0.012011, 1e-9);
    EXPECT_NEAR(*read["lump"].content("C"), 30 * 0.012011, 1e-9);
}

TEST(Component, IonsCarryCharge) {
    const Read read("  sulfate: {title: s, formula: SO4^2-}\n");
    EXPECT_NEAR(*read["sulfate"].charge, -2 / 0.096056, 1e-9);
    EXPECT_NEAR(*read["sulfate"].thod, 0, 1e-15);
}

TEST(Component, NamesMayBeChinese) {
    const Read read("  青霉素G: {title: 青霉素}\n  _x1: {title: x}\n");
    expect_clean(read);
    EXPECT_EQ(read.table.find("青霉素G"), 0);
}

struct Wrong {
    const char* text;
    int line, column;
    const char* message;
    const char* says; // part of the English report
};

void PrintTo(const Wrong& w, std::ostream* out) { *out << w.text; }

class WrongComponent : public testing::TestWithParam<Wrong> {};

TEST_P(WrongComponent, IsReportedAtItsPlace) {
    const Wrong& wrong = GetParam();
    const Read read(wrong.text);
    const std::string report = read.diagnostics.text(Language::en);
    ASSERT_EQ(read.diagnostics.all().size(), 1u) << report;
    const Diagnostic& d = read.diagnostics.all()[0];
    EXPECT_STREQ(d.message.name(), wrong.message) << report;
    EXPECT_EQ(d.pos.line, wrong.line) << report;
    EXPECT_EQ(d.pos.column, wrong.column) << report;
    EXPECT_NE(report.find(wrong.says), std::string::npos) << report;
}

INSTANTIATE_TEST_SUITE_P(
    Museum, WrongComponent,
    testing::Values(
        Wrong{"  6-APA: {title: x}\n", 4, 3, "component_name", "write '_6_APA'"},
        Wrong{"  苯·酸: {title: x}\n", 4, 3, "component_name", "write '苯_酸'"},
        Wrong{"  a: {formula: H2O}\n", 4, 3, "component_without_title", "add title"},
        Wrong{"  a: {title: x, formla: H2O}\n", 4, 17, "components_unknown_key", "did you mean 'formula'?"},
        Wrong{"  a: {title: x, pKa: 2.75}\n", 4, 17, "components_unknown_key", "write it under 'properties:'"},
        Wrong{"  a: {title: {en: x, de: y}}\n", 4, 22, "components_unknown_key", "known keys: en, zh"},
        Wrong{"  a: {title: ''}\n", 4, 14, "title_empty", "add title"},
        Wrong{"  a: {title: [x]}\n", 4, 14, "title_form", "{en: ..., zh: ...}"},
        Wrong{"  a: {title: x, formula: NaCL}\n", 4, 29, "formula_unknown_element", "did you mean 'Cl'?"},
        Wrong{"  a: {title: x, formula: H2O, contents: {H: 0.1}}\n", 4, 41, "component_formula_and_contents",
              "keep one"},
        Wrong{"  a: {title: x, contents: {C: 0.7, O: 0.4}}\n", 4, 27, "component_contents_sum", "sum to 1.1"},
        Wrong{"  a: {title: x, contents: {C: -0.1}}\n", 4, 31, "component_content_negative", "C is negative: -0.1"},
        Wrong{"  a: {title: x, contents: {C: 0.1 mol/kg}}\n", 4, 31, "component_dimension", "'C' is in mol/kg"},
        Wrong{"  a: {title: x, contents: {Cc: 0.1}}\n", 4, 28, "formula_unknown_element", "did you mean"},
        Wrong{"  a: {title: x, state: liqiud}\n", 4, 24, "component_state", "did you mean 'liquid'?"},
        Wrong{"  a: {title: x, tags: voc}\n", 4, 23, "components_expected_list", "'tags' must be a list"},
        Wrong{"  a: {title: x, evidence: literatur}\n", 4, 27, "unknown_evidence", "did you mean 'literature'?"},
        Wrong{"  a: {title: x, properties: {density: 0.81 kg/K}}\n", 4, 39, "component_dimension", "kg/m3 is expected"},
        Wrong{"  a: {title: x, properties: {density: 0 kg/L}}\n", 4, 39, "component_not_positive", "above 0, not 0"},
        Wrong{"  a: {title: x, properties: {formation_enthalpy: 3 kJ/mol}}\n", 4, 50, "component_dimension",
              "per mol needs a molar mass"},
        Wrong{"  a: {title: x, formula: H2O, properties: {molar_mass: 18 g/mol}}\n", 4, 44, "component_derived",
              "follows"},
        Wrong{"  a: {title: x, properties: {heat_capcity: 2 kJ/kg/K}}\n", 4, 30, "component_property_misspelt",
              "did you mean 'heat_capacity'"},
        Wrong{"  a: {title: x, properties: {density: {vale: 1 kg/L, value: 1 kg/L}}}\n", 4, 40,
              "components_unknown_key", "did you mean 'value'?"},
        Wrong{"  a: {title: x, properties: {density: {range: [1, 2]}}}\n", 4, 39, "datum_without_value",
              "'value' is missing"},
        Wrong{"  a: {title: x, properties: {density: [1, 2]}}\n", 4, 39, "datum_not_a_quantity", "for example"},
        Wrong{"  a: {title: x, properties: {density: {value: 1 kg/L, range: [3, 2]}}}\n", 4, 62, "datum_range_order",
              "3 of"},
        Wrong{"  a: {title: x, properties: {density: {value: 1 kg/L, range: [2, 3]}}}\n", 4, 62,
              "datum_value_outside_range", "value 1 lies outside its range 2 to 3"},
        Wrong{"  a: {title: x, properties: {density: {value: 1 kg/L, range: [1, 3 K]}}}\n", 4, 66,
              "datum_range_dimension", "in K"},
        Wrong{"  a: {title: x, properties: {density: {value: 1 kg/L, range: 2}}}\n", 4, 62, "datum_range_form",
              "two numbers"},
        Wrong{"  a: {title: x, properties: {density: {value: 1 kg/L, unit: kg/L}}}\n", 4, 61, "datum_two_units",
              "given twice"},
        Wrong{"  a: {title: x, properties: {density: {value: 1 kg/L, source: [x]}}}\n", 4, 63, "source_form", "doi"},
        Wrong{"  a: {title: x, properties: 3}\n", 4, 29, "components_expected_map", "'properties' must be a map"},
        Wrong{"  a: water\n", 4, 6, "components_expected_map", "'a' must be a map"}));

TEST(Component, UnitErrorsPointIntoTheQuantity) {
    const Read read("  a: {title: x, properties: {density: 0.81 kg/Q}}\n");
    ASSERT_EQ(read.diagnostics.n_errors(), 1) << read.diagnostics.text(Language::en);
    EXPECT_EQ(read.diagnostics.all()[0].pos.line, 4);
    EXPECT_GE(read.diagnostics.all()[0].pos.column, 44);
}

TEST(Component, DuplicatesOverFilesShowTheFirst) {
    Read read("  water: {title: w, formula: H2O}\n");
    read.add("  water: {title: w, formula: H2O}\n", "d.yaml");
    ASSERT_EQ(read.diagnostics.n_errors(), 1);
    const Diagnostic& d = read.diagnostics.all()[0];
    EXPECT_STREQ(d.message.name(), "component_twice");
    EXPECT_EQ(to_string(d.pos), "d.yaml:4:3");
    ASSERT_EQ(d.related.size(), 1u);
    EXPECT_EQ(to_string(d.related[0].first), "c.yaml:4:3");
    EXPECT_EQ(read.table.size(), 1);
}

TEST(Component, AllErrorsOfAFileAtOnce) {
    const Read read("  a: {title: x, formula: Qq}\n  b: {formula: H2O}\n  c-d: {title: y}\n");
    EXPECT_EQ(read.diagnostics.n_errors(), 3) << read.diagnostics.text(Language::en);
    EXPECT_EQ(read.table.size(), 2);
}

TEST(ComponentFile, WrongHeads) {
    const struct {
        const char* text;
        const char* message;
    } cases[] = {
        {"viresco: 2\nkind: components\ncomponents: {}\n", "components_version"},
        {"viresco: 1\nkind: unit\ncomponents: {}\n", "components_kind"},
        {"viresco: 1\ncomponents: {}\n", "components_missing_key"},
        {"viresco: 1\nkind: components\n", "components_missing_key"},
        {"viresco: 1\nkind: components\ncomponents: []\n", "components_expected_map"},
        {"viresco: 1\nkind: components\ncomponents: {}\nsorce: x\n", "components_unknown_key"},
        {"- 1\n", "components_file_form"},
    };
    for (const auto& c : cases) {
        Read read("  a: {title: x}\n");
        read.file("wrong.yaml", c.text);
        ASSERT_EQ(read.diagnostics.n_errors(), 1) << c.text << read.diagnostics.text(Language::en);
        EXPECT_STREQ(read.diagnostics.all()[0].message.name(), c.message) << c.text;
    }
}

TEST(Evidence, NamesReadBack) {
    for (const Evidence e : {Evidence::measured, Evidence::supplier, Evidence::literature, Evidence::estimate})
        EXPECT_EQ(parse_evidence(to_string(e)), e);
    EXPECT_FALSE(parse_evidence("guess"));
}

} // namespace
} // namespace viresco::matter
