#include "lca/archive.h"
#include "lca/jsonld.h"
#include "lca/link.h"
#include "lca/methods.h"
#include "lca/solver.h"
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

// Against another code: scores that bw2calc computed from the same files (lca_reference/SOURCES.md).

namespace viresco::lca {
namespace {

std::string data(const std::string& name) {
    const char* root = std::getenv("VIRESCO_REFERENCE_DATA");
    return root ? std::string(root) + "/" + name : std::string();
}

nlohmann::json read_json(const std::string& path) {
    std::ifstream file(path);
    EXPECT_TRUE(file) << path;
    return nlohmann::json::parse(file);
}

/// USLCI and the impact methods, imported once for all tests of this file.
struct Imported {
    Database db;
    ImportReport inventory, methods;
    Diagnostics diagnostics;
    double seconds = 0;
    bool ok = false;
};
const Imported& imported() {
    static const Imported once = [] {
        Imported i;
        const auto begin = std::chrono::steady_clock::now();
        const auto archive = Archive::open(data("uslci/uslci_fy17_q4_olca1.5_jsonld.zip"), i.diagnostics);
        i.ok = archive && read_jsonld(*archive, i.db, i.inventory, i.diagnostics);
        i.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        i.ok = i.ok && read_reference_data(data("openlca_refdata"), data("openlca_refdata/ecospold1_flow_map.zip"),
                                           i.db, i.methods, i.diagnostics);
        return i;
    }();
    return once;
}

class Uslci : public testing::Test {
protected:
    void SetUp() override {
        if (data("").empty()) GTEST_SKIP() << "VIRESCO_REFERENCE_DATA is not set: the reference scores are NOT checked";
        ASSERT_TRUE(imported().ok) << imported().diagnostics.text(Language::en);
    }
};

TEST_F(Uslci, ImportsEverything) {
    const auto& i = imported();
    EXPECT_EQ(i.inventory["processes"], 766);
    EXPECT_EQ(i.inventory["flows"], 4601);
    EXPECT_EQ(i.inventory["exchanges"], 32526);
    EXPECT_EQ(i.inventory["uncertainties"], 5539);
    EXPECT_EQ(i.db.categories.size(), 58u);
    EXPECT_EQ(i.methods["factors"], 224868);
    EXPECT_EQ(i.methods["contradicting_factor"], 3);
    EXPECT_EQ(i.methods["flow_aliases"], 11765);
    EXPECT_LT(i.seconds, 2.0) << "import of USLCI";
    for (const auto& e : i.diagnostics.all()) ADD_FAILURE() << e.message.text(Language::en);
}

TEST_F(Uslci, PlainLinkingCountsAsTheReferenceDoes) {
    LinkReport report;
    Diagnostics diagnostics;
    const System s = link(imported().db, {"plain"}, report, diagnostics);
    EXPECT_EQ(s.activities.size(), 766u);
    EXPECT_EQ(report["linked"], 3725);
    EXPECT_EQ(report["unlinked_input"], 2755);
    EXPECT_EQ(s.intervention.entries(), 24950);
    EXPECT_EQ(s.flows.size(), 2918u);
    EXPECT_EQ(report["waste_ignored"], 74);
    EXPECT_EQ(report["formulas_not_evaluated"], 259);
    EXPECT_EQ(report["parameters_not_evaluated"], 537);
    // Every exchange is somewhere: in a matrix, or in the report with its process and flow.
    EXPECT_EQ(static_cast<int>(s.diagonal.size()) + s.technosphere.entries() + s.intervention.entries() +
                  report["unlinked_input"] + report["waste_ignored"] + report["coproduct_dropped"] +
                  report["avoided_product_ignored"],
              32526);
    for (const auto& f : report.findings)
        if (f.kind == "unlinked_input") {
            EXPECT_FALSE(f.process.empty() || f.flow.empty());
            EXPECT_LE(f.candidates.size(), 5u);
        }
}

TEST_F(Uslci, All120By48Scores) {
    const Database& db = imported().db;
    LinkReport report;
    Diagnostics diagnostics;
    const System s = link(db, {"plain"}, report, diagnostics);
    const auto reference = read_json(data("lca_reference/uslci_fy17_bw2calc_scores_part1.json"));
    const auto& methods = reference["methods"];
    const auto& results = reference["results"];
    ASSERT_EQ(methods.size(), 48u);
    ASSERT_EQ(results.size(), 120u);

    std::vector<double> largest(methods.size(), 0);
    for (const auto& r : results)
        for (size_t c = 0; c < methods.size(); ++c)
            largest[c] = std::max(largest[c], std::abs(r["scores"][c].get<double>()));

    const Solver solver(s, &db);
    int compared = 0;
    for (const auto& r : results) {
        const auto process = db.process_at.find(r["process"].get<std::string>());
        ASSERT_NE(process, db.process_at.end()) << r["process"];
        const int activity = find_activity(db, s, process->second);
        ASSERT_GE(activity, 0) << r["name"];
        const auto scores = solver.scores(solver.inventory(solver.solve(activity).x));
        for (size_t c = 0; c < methods.size(); ++c) {
            const auto category = db.category_at.find(methods[c]["id"].get<std::string>());
            ASSERT_NE(category, db.category_at.end()) << methods[c];
            const double expected = r["scores"][c].get<double>();
            EXPECT_NEAR(scores[static_cast<size_t>(category->second)], expected,
                        1e-9 * std::abs(expected) + 1e-10 * largest[c])
                << r["name"] << ", " << methods[c];
            ++compared;
        }
    }
    EXPECT_EQ(compared, 120 * 48);
}

TEST_F(Uslci, FileLinkingSaysWhatDiffersFromPlain) {
    LinkReport report;
    Diagnostics diagnostics;
    const System s = link(imported().db, {"file"}, report, diagnostics);
    EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.text(Language::en);
    ASSERT_FALSE(s.activities.empty());
    EXPECT_GT(report["formulas_of_amounts"], 250);
    EXPECT_GT(report["multi_output_processes"], 100);
    EXPECT_EQ(report["linked"] + report["unlinked_input"], 3725 + 2755);
    EXPECT_EQ(report["unlinked_waste"], 74); // no process of the set treats waste
}

} // namespace
} // namespace viresco::lca
