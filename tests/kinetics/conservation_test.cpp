// Coefficients by conservation and continuity: ASM1 as published, violations at their places, exceptions, random matrices.
#include "matrix.h"
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <random>

namespace viresco::kinetics {
namespace {

using Row = std::map<std::string, double>;

struct Yields {
    double H = 0.67, A = 0.24, f_P = 0.08, i_XB = 0.08, i_XP = 0.06;
};

/// ASM1 as it is published, written out: gCOD, gN, mol (per g of COD). The electrons of nitrate are 4.57 and 2.86 g/g.
std::map<std::string, Row> published(const Yields& Y) {
    const double denitrified = (1 - Y.H) / (2.86 * Y.H);
    const Row decay{{"X_P", Y.f_P}, {"X_S", 1 - Y.f_P}, {"X_ND", Y.i_XB - Y.f_P * Y.i_XP}};
    std::map<std::string, Row> out{
        {"aerobic_growth_heterotrophs",
         {{"S_S", -1 / Y.H}, {"X_BH", 1}, {"S_O", -(1 - Y.H) / Y.H}, {"S_NH", -Y.i_XB}, {"S_ALK", -Y.i_XB / 14}}},
        {"anoxic_growth_heterotrophs",
         {{"S_S", -1 / Y.H},
          {"X_BH", 1},
          {"S_NO", -denitrified},
          {"S_N2", denitrified},
          {"S_NH", -Y.i_XB},
          {"S_ALK", denitrified / 14 - Y.i_XB / 14}}},
        {"growth_autotrophs",
         {{"X_BA", 1},
          {"S_NO", 1 / Y.A},
          {"S_O", -(4.57 - Y.A) / Y.A},
          {"S_NH", -(Y.i_XB + 1 / Y.A)},
          {"S_ALK", -Y.i_XB / 14 - 1 / (7 * Y.A)}}},
        {"decay_heterotrophs", decay},
        {"decay_autotrophs", decay},
        {"ammonification", {{"S_ND", -1}, {"S_NH", 1}, {"S_ALK", 1.0 / 14}}},
        {"hydrolysis_organics", {{"X_S", -1}, {"S_S", 1}}},
        {"hydrolysis_nitrogen", {{"X_ND", -1}, {"S_ND", 1}}}};
    out["decay_heterotrophs"]["X_BH"] = -1;
    out["decay_autotrophs"]["X_BA"] = -1;
    return out;
}

/// The shipped model with other yields (what the nitrogen contents say stays).
struct Asm1 : Matrix {
    explicit Asm1(const Yields& Y) {
        components_file(VIRESCO_SOURCE_DIR "/models/components/asm1.yaml");
        reactions_file(VIRESCO_SOURCE_DIR "/models/reactions/asm1.yaml");
        parameter("Y_H", Y.H);
        parameter("Y_A", Y.A);
        parameter("f_P", Y.f_P);
        parameter("i_XB", Y.i_XB);
        parameter("i_XP", Y.i_XP);
    }
};

TEST(Asm1, CoefficientsAreThePublishedOnes) {
    for (const Yields Y : {Yields{}, Yields{0.5, 0.1, 0.2}, Yields{0.999, 0.3, 0}}) {
        Asm1 m(Y);
        const auto table = published(Y);
        ASSERT_EQ(m.model.processes.size(), table.size());
        for (const auto& [name, row] : table) {
            const Process& p = m.process(name);
            ASSERT_TRUE(m.complete(p));
            ASSERT_EQ(p.cells.size(), row.size()) << name;
            for (size_t k = 0; k < p.cells.size(); ++k) {
                const std::string& component = m.table[p.cells[k].component].symbol;
                ASSERT_EQ(row.count(component), 1u) << name << ' ' << component;
                const double want = row.at(component) * (component == "S_ALK" ? 1000 : 1); // mol per kg
                EXPECT_NEAR(m.value(k), want, 1e-13 * std::max(1.0, std::abs(want))) << name << ' ' << component;
            }
            m.check(p);
        }
        EXPECT_TRUE(m.diagnostics.all().empty()) << m.diagnostics.text(Language::en);
    }
}

TEST(Asm1, TheShippedParametersAreThose) {
    // What CoefficientsAreThePublishedOnes takes for granted.
    Asm1 m({});
    const auto quantity = [&](const char* name) {
        return units::parse_quantity(m.model.file->find("parameters")->find(name)->find("value")->scalar())->si;
    };
    EXPECT_DOUBLE_EQ(quantity("Y_H"), 0.67);
    EXPECT_DOUBLE_EQ(quantity("Y_A"), 0.24);
    EXPECT_DOUBLE_EQ(quantity("f_P"), 0.08);
    for (const char* biomass : {"X_BH", "X_BA"}) EXPECT_DOUBLE_EQ(*m.table[m.table.find(biomass)].content("N"), 0.08);
    EXPECT_DOUBLE_EQ(*m.table[m.table.find("X_P")].content("N"), 0.06);
}

TEST(Asm1, EachProcessTellsWhatAllItsComponentsTell) {
    Asm1 m({});
    using List = std::vector<std::string>;
    EXPECT_EQ(conserved_quantities(m.process("aerobic_growth_heterotrophs"), m.table), (List{"N", "COD", "charge"}));
    // Biomass, products and X_S weigh 0.75 g/gCOD; X_ND states no mass of its own.
    EXPECT_EQ(conserved_quantities(m.process("decay_heterotrophs"), m.table), (List{"N", "COD", "charge"}));
}

constexpr const char* small_components =
    "viresco: 1\nkind: components\ncomponents:\n"
    "  food:   {title: food, basis: gCOD, contents: {N: 0, charge: 0}}\n"
    "  bugs:   {title: bugs, basis: gCOD, contents: {N: 0.08 gN/gCOD, charge: 0}}\n"
    "  oxygen: {title: oxygen, basis: gCOD, contents: {COD: -1, N: 0, charge: 0}}\n"
    "  ammonia: {title: ammonia, symbol: S_NH, basis: gN, contents: {N: 1, COD: 0, charge: 71.428571428571431 "
    "mol/kgN}}\n"
    "  alkali: {title: alkali, basis: mol, contents: {N: 0, COD: 0, charge: -1}}\n"
    "  dust:   {title: dust, basis: gCOD}\n";

/// One process `growth` at line 4 with these coefficients (line 6) and, if any, exceptions (line 7).
std::string growth(const std::string& cells, const std::string& exceptions = {}) {
    return "viresco: 1\nkind: reactions\nprocesses:\n  growth:\n    rate: k\n    coefficients: {" + cells + "}\n" +
           (exceptions.empty() ? "" : "    exceptions: {" + exceptions + "}\n");
}

struct Small : Matrix {
    explicit Small(const std::string& cells, const std::string& exceptions = {}) {
        components(small_components);
        reactions(growth(cells, exceptions));
        parameter("Y", 0.6);
        complete_and_check();
    }
};

TEST(Continuity, WhatIsLeftOpenClosesTheBalances) {
    const Small m("food: -1/Y, bugs: 1, oxygen: \"?\", S_NH: \"?\", alkali: \"?\"");
    ASSERT_TRUE(m.diagnostics.all().empty()) << m.diagnostics.text(Language::en);
    EXPECT_NEAR(m.value(2), 1 - 1 / 0.6, 1e-15);
    EXPECT_NEAR(m.value(3), -0.08, 1e-16);
    EXPECT_NEAR(m.value(4), -80 / 14.0, 1e-14);
}

TEST(Continuity, AWrongCoefficientIsTheProcesssErrorWithItsSize) {
    const Small m("food: -1/Y, bugs: 1, oxygen: 1 - 1/Y + 0.01, S_NH: \"?\", alkali: \"?\"");
    m.expect_only("4:3 process_not_continuous", {"growth", "COD", "-0.01"});
    EXPECT_EQ(m.diagnostics.all()[0].hints.size(), 1u);
}

TEST(Continuity, ElectronsOfNitrateByMolarMassesFailByAThousandth) {
    // 64/14 in place of 4.57: the known inconsistency of ASM1's rounded numbers.
    Matrix m;
    m.components_file(VIRESCO_SOURCE_DIR "/models/components/asm1.yaml");
    m.reactions(growth("X_BA: 1, S_NO: 1/Y_A, S_O: -(64/14 - Y_A)/Y_A, S_NH: -0.08 - 1/Y_A, S_ALK: \"?\""));
    m.parameter("Y_A", 0.24);
    m.complete_and_check();
    m.expect_only("4:3 process_not_continuous", {"COD"});
    const double net = std::stod(m.diagnostics.all()[0].message.args[2]);
    EXPECT_NEAR(net, (64.0 / 14 - 4.57) / 0.24, 1e-7);
}

TEST(Continuity, AMillionthIsTheTolerance) {
    // net / gross of COD: e / (1 + 1 + ..)
    EXPECT_TRUE(Small("food: -1, bugs: 1 + 1e-7, S_NH: \"?\", alkali: \"?\"").diagnostics.all().empty());
    EXPECT_EQ(Small("food: -1, bugs: 1 + 1e-5, S_NH: \"?\", alkali: \"?\"").findings(),
              std::vector<std::string>{"4:3 process_not_continuous"});
}

TEST(Continuity, AnUndeterminedCoefficientIsAnErrorAtItsCell) {
    // Food and oxygen both have nothing but COD: two unknowns, one balance.
    const Small m("food: \"?\", bugs: 1, oxygen: \"?\", S_NH: -0.08, alkali: \"?\"");
    ASSERT_EQ(m.findings(), std::vector<std::string>{"6:48 coefficient_not_determined"});
    m.expect_only("6:48 coefficient_not_determined", {"oxygen", "growth", "N, COD, charge"});
    EXPECT_EQ(m.diagnostics.all()[0].hints.size(), 1u);
}

TEST(Continuity, OneComponentWithoutContentsLeavesNothingToConserve) {
    const Small m("dust: -1, S_NH: \"?\"");
    m.expect_only("6:36 coefficient_not_determined", {"ammonia", "growth", "COD"});
    EXPECT_TRUE(Small("dust: -1, food: 1").diagnostics.all().empty());
    EXPECT_EQ(Small("dust: -1, food: 2").findings(), std::vector<std::string>{"4:3 process_not_continuous"});
}

TEST(Exceptions, ANamedOneIsAWarningWithItsSizeAndReason) {
    const Small m("food: -1, bugs: 0.9, S_NH: \"?\", alkali: \"?\"", "COD: oxygen is not modelled");
    m.expect_only("w 4:3 named_exception", {"growth", "COD", "-0.1", "oxygen is not modelled"});
}

TEST(Exceptions, OneWithoutNeedAndOneOfNothingAreErrors) {
    Small("food: -1, bugs: 1, S_NH: \"?\", alkali: \"?\"", "COD: no reason")
        .expect_only("4:3 exception_without_need", {"growth", "COD"});
    Small("food: -1, bugs: 1, S_NH: \"?\", alkali: \"?\"", "P: phosphorus is not counted")
        .expect_only("4:3 exception_unknown", {"growth", "P"});
}

/// A process that conserves some quantities by construction: contents c >= 0 drawn at random, those of what is made
/// scaled until sum(nu c) = 0.
struct RandomProcess {
    std::vector<double> nu;
    std::vector<std::string> quantities;
    std::vector<std::vector<double>> contents; ///< quantity x component

    RandomProcess(std::mt19937& g, size_t components, size_t n_quantities) {
        static const std::vector<std::string> names{"C", "N", "P", "COD", "charge", "mass"};
        std::uniform_real_distribution<double> size(0.2, 2);
        for (size_t k = 0; k < components; ++k) nu.push_back((k % 2 ? 1 : -1) * size(g));
        quantities.assign(names.begin(), names.begin() + static_cast<long>(n_quantities));
        for (size_t q = 0; q < n_quantities; ++q) {
            std::vector<double> c;
            double made = 0, taken = 0;
            for (const double v : nu) {
                c.push_back(size(g));
                (v > 0 ? made : taken) += std::abs(v) * c.back();
            }
            for (size_t k = 0; k < components; ++k)
                if (nu[k] > 0) c[k] *= taken / made;
            contents.push_back(std::move(c));
        }
    }
    std::string components_text() const {
        std::string out = "viresco: 1\nkind: components\ncomponents:\n";
        for (size_t k = 0; k < nu.size(); ++k) {
            out += fmt::format("  c{}: {{title: c{}, basis: gN, contents: {{", k, k);
            for (size_t q = 0; q < quantities.size(); ++q)
                out += fmt::format("{}{}: {:.17g}{}", q ? ", " : "", quantities[q], contents[q][k],
                                   quantities[q] == "charge" ? " mol/kgN" : "");
            out += "}}\n";
        }
        return out;
    }
    std::string reactions_text(const std::vector<size_t>& order, const std::vector<char>& open) const {
        std::string cells;
        for (const size_t k : order)
            cells += (cells.empty() ? "" : ", ") +
                     (open[k] ? fmt::format("c{}: \"?\"", k) : fmt::format("c{}: {:.17g}", k, nu[k]));
        return growth(cells);
    }
};

TEST(RandomMatrices, WhatCompleteFillsConserves) {
    std::mt19937 g(20261122);
    int determined = 0, not_determined = 0;
    for (int round = 0; round < 400; ++round) {
        const size_t components = 3 + g() % 8, n_quantities = 1 + g() % 6;
        const size_t n_open = 1 + g() % std::min<size_t>(components - 1, 5);
        const RandomProcess r(g, components, n_quantities);
        std::vector<size_t> order(components);
        for (size_t k = 0; k < components; ++k) order[k] = k;
        std::shuffle(order.begin(), order.end(), g);
        std::vector<char> open(components, 0);
        for (size_t k = 0; k < n_open; ++k) open[order[k]] = 1;
        std::shuffle(order.begin(), order.end(), g);
        Matrix m;
        m.components(r.components_text());
        m.reactions(r.reactions_text(order, open));
        ASSERT_TRUE(m.diagnostics.all().empty()) << round << m.diagnostics.text(Language::en);
        const Process& p = m.model.processes.front();
        ASSERT_EQ(conserved_quantities(p, m.table).size(), n_quantities);
        if (n_open > n_quantities) {
            // As many cells stay open as there are too few balances, each told at its place.
            EXPECT_FALSE(m.complete(p));
            EXPECT_EQ(m.findings().size(), n_open - n_quantities) << round;
            for (const std::string& f : m.findings())
                EXPECT_NE(f.find("coefficient_not_determined"), std::string::npos);
            ++not_determined;
            continue;
        }
        ASSERT_TRUE(m.complete(p)) << round << m.diagnostics.text(Language::en);
        // As many balances as `?` hold by what was filled; the others held before: so all of them, and nu is found
        // again as well as the contents determine it.
        m.check(p);
        EXPECT_TRUE(m.diagnostics.all().empty()) << "round " << round << m.diagnostics.text(Language::en);
        for (size_t q = 0; q < n_quantities; ++q) {
            double net = 0, gross = 0;
            for (size_t k = 0; k < components; ++k) {
                net += m.value(k) * r.contents[q][order[k]];
                gross += std::abs(m.value(k) * r.contents[q][order[k]]);
            }
            EXPECT_LE(std::abs(net), 1e-9 * gross) << "round " << round << ' ' << r.quantities[q];
        }
        ++determined;
    }
    EXPECT_GT(determined, 150);
    EXPECT_GT(not_determined, 50);
}

TEST(RandomMatrices, TheOrderOfTheCellsDoesNotMatter) {
    std::mt19937 g(7);
    for (int round = 0; round < 50; ++round) {
        const RandomProcess r(g, 6, 4);
        std::vector<size_t> order{0, 1, 2, 3, 4, 5};
        const std::vector<char> open{0, 1, 0, 1, 0, 0};
        std::vector<double> first(6);
        for (int turn = 0; turn < 2; ++turn) {
            Matrix m;
            m.components(r.components_text());
            m.reactions(r.reactions_text(order, open));
            ASSERT_TRUE(m.complete(m.model.processes.front())) << m.diagnostics.text(Language::en);
            for (size_t k = 0; k < 6; ++k) {
                if (turn == 0) first[order[k]] = m.value(k);
                EXPECT_NEAR(m.value(k), first[order[k]], 1e-9 * std::abs(first[order[k]])) << "round " << round;
            }
            std::shuffle(order.begin(), order.end(), g);
        }
    }
}

} // namespace
} // namespace viresco::kinetics
