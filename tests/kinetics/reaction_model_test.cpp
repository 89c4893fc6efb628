// Reading `kind: reactions`: places of cells, symbols, and every error where it belongs.
#include "matrix.h"
#include <ostream>

namespace viresco::kinetics {
namespace {

/// Line 4 is the first component: two groups use the symbol S_I.
constexpr const char* two_groups = "viresco: 1\nkind: components\ncomponents:\n"
                                   "  inert:  {title: inert, symbol: S_I, basis: gCOD}\n"
                                   "  other:  {title: other, symbol: S_I, basis: gCOD}\n"
                                   "  food:   {title: food, symbol: S_S, basis: gCOD}\n";

struct Read : Matrix {
    explicit Read(const std::string& body) {
        components(two_groups);
        reactions("viresco: 1\nkind: reactions\n" + body); // line 3 on
    }
};

TEST(ReactionModel, KeepsProcessesCellsAndTheirPlaces) {
    const Read m("title: {en: growth, zh: 生长}\nunvalidated: no data\ncomponents: [food]\n"
                 "processes:\n  decay:\n    rate: k * S_S\n    coefficients: {food: -1, inert: \"?\"}\n"
                 "    exceptions: {COD: as published}\n");
    ASSERT_TRUE(m.diagnostics.all().empty()) << m.diagnostics.text(Language::en);
    EXPECT_EQ(m.model.name, "reactions");
    EXPECT_EQ(m.model.title.zh, "生长");
    EXPECT_EQ(m.model.unvalidated, "no data");
    ASSERT_EQ(m.model.processes.size(), 1u);
    const Process& p = m.model.processes[0];
    EXPECT_EQ(p.pos.line, 7);
    ASSERT_EQ(p.cells.size(), 2u);
    EXPECT_EQ(p.cells[0].component, m.table.find("food"));
    EXPECT_EQ(p.cells[0].value->scalar(), "-1");
    EXPECT_EQ(p.cells[0].pos.column, 26);
    EXPECT_EQ(p.cells[1].value, nullptr);
    EXPECT_EQ(p.exceptions, (std::vector<std::pair<std::string, std::string>>{{"COD", "as published"}}));
    // As `components:` lists them, then as they appear.
    EXPECT_EQ(m.model.components, (std::vector<int>{m.table.find("food"), m.table.find("inert")}));
}

TEST(ReactionModel, OfASharedSymbolTheListedComponentIsMeant) {
    const char* rest = "processes: {decay: {rate: k, coefficients: {S_S: -1, S_I: 1}}}\n";
    const Read listed(std::string("components: [other]\n") + rest), plain(rest);
    EXPECT_EQ(listed.model.processes[0].cells[1].component, listed.table.find("other"));
    EXPECT_EQ(plain.model.processes[0].cells[1].component, plain.table.find("inert"));
}

struct Mistake {
    const char* name;
    const char* body;
    const char* finding;
    std::vector<std::string> words;
};

void PrintTo(const Mistake& m, std::ostream* out) { *out << m.name; }

class Mistakes : public testing::TestWithParam<Mistake> {};

TEST_P(Mistakes, AreToldAtTheirPlace) { Read(GetParam().body).expect_only(GetParam().finding, GetParam().words); }

INSTANTIATE_TEST_SUITE_P(
    ReactionModel, Mistakes,
    testing::Values(
        Mistake{"no_processes", "title: x\n", "1:1 reactions_without_processes", {"processes:"}},
        Mistake{"empty_processes", "processes: {}\n", "1:1 reactions_without_processes", {"rate", "coefficients"}},
        Mistake{"unknown_key",
                "process: {}\nprocesses: {a: {rate: k, coefficients: {food: 1}}}\n",
                "3:1 unknown_key",
                {"process"}},
        Mistake{"unknown_key_of_process",
                "processes: {a: {rates: k, rate: k, coefficients: {food: 1}}}\n",
                "3:17 unknown_key",
                {"rates"}},
        Mistake{"no_rate", "processes: {a: {coefficients: {food: 1}}}\n", "3:13 process_without_rate", {"a"}},
        Mistake{"no_coefficients", "processes: {a: {rate: k}}\n", "3:13 process_without_coefficients", {"a"}},
        Mistake{"empty_coefficients",
                "processes: {a: {rate: k, coefficients: {}}}\n",
                "3:13 process_without_coefficients",
                {"a"}},
        Mistake{"unknown_component",
                "processes: {a: {rate: k, coefficients: {fod: 1}}}\n",
                "3:41 unknown_component",
                {"fod"}},
        Mistake{"unknown_listed",
                "components: [fod]\nprocesses: {a: {rate: k, coefficients: {food: 1}}}\n",
                "3:14 unknown_component",
                {"fod"}},
        Mistake{"components_no_list",
                "components: food\nprocesses: {a: {rate: k, coefficients: {food: 1}}}\n",
                "3:13 expected_list",
                {"components"}},
        Mistake{
            "twice", "processes: {a: {rate: k, coefficients: {food: 1, S_S: -1}}}\n", "3:50 defined_twice", {"S_S"}},
        Mistake{"no_text", "processes: {a: {rate: k, coefficients: {food: [1]}}}\n", "3:47 expected_text", {"food"}}),
    [](const auto& m) { return m.param.name; });

TEST(ReactionModel, AMisspeltComponentIsSuggested) {
    const Read m("processes: {a: {rate: k, coefficients: {fod: 1}}}\n");
    ASSERT_EQ(m.diagnostics.all()[0].hints.size(), 1u);
    EXPECT_NE(m.diagnostics.all()[0].hints[0].text(Language::en).find("food"), std::string::npos);
}

} // namespace
} // namespace viresco::kinetics
