// Solver and sampling on a real database: USLCI with the impact methods of openLCA.
#include "lca/archive.h"
#include "lca/contribution.h"
#include "lca/contribution_gap.h"
#include "lca/contribution_sensitivity.h"
#include "lca/jsonld.h"
#include "lca/link.h"
#include "lca/methods.h"
#include "lca/monte_carlo.h"
#include "lca/monte_carlo_check.h"
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <gtest/gtest.h>
#include <string>

namespace viresco::lca {
namespace {

struct RealDatabase {
    Database database;
    System system;
    bool ok = false;
};

const RealDatabase& uslci() {
    static const RealDatabase once = [] {
        RealDatabase r;
        const std::string root = std::getenv("VIRESCO_REFERENCE_DATA");
        Diagnostics diagnostics;
        ImportReport report;
        LinkReport links;
        const auto archive = Archive::open(root + "/uslci/uslci_fy17_q4_olca1.5_jsonld.zip", diagnostics);
        r.ok = archive && read_jsonld(*archive, r.database, report, diagnostics) &&
               read_reference_data(root + "/openlca_refdata", root + "/openlca_refdata/ecospold1_flow_map.zip",
                                   r.database, report, diagnostics);
        if (r.ok) r.system = link(r.database, {"plain"}, links, diagnostics);
        return r;
    }();
    return once;
}

class RealSystem : public testing::Test {
protected:
    void SetUp() override {
        if (!std::getenv("VIRESCO_REFERENCE_DATA")) {
            GTEST_SKIP() << "VIRESCO_REFERENCE_DATA is not set: solver and sampling are NOT checked on USLCI";
        }
        ASSERT_TRUE(uslci().ok);
    }
};

TEST_F(RealSystem, ForwardAndAdjointAgreeToTwelveDigitsInEveryCategory) {
    const Solver solver(uslci().system, &uslci().database);
    const UnitScores unit(solver);
    EXPECT_LE(unit.worst_residual(), 1e-14);
    int compared = 0;
    for (int j = 0; j < 766; j += 5) {
        const Solution s = solver.solve(j);
        EXPECT_LE(s.residual, 1e-14) << solver.name(j);
        EXPECT_LE(s.method, SolveMethod::gauss_seidel) << solver.name(j);
        const auto forward = solver.scores(solver.inventory(s.x));
        for (size_t c = 0; c < forward.size(); ++c) {
            // Relative to the parts: sums with cancellation know no better.
            double size = 0;
            const Contributions parts(solver, uslci().database, s.x, static_cast<int>(c));
            for (double x : parts.of_activities()) size += std::fabs(x);
            EXPECT_NEAR(forward[c], unit.of(j)[c], 1e-12 * size) << solver.name(j) << " " << c;
            ++compared;
        }
    }
    EXPECT_EQ(compared, 154 * 58);
}

TEST_F(RealSystem, TheMeanOfTheDrawsIsExplained) {
    const auto& [database, system, ok] = uslci();
    // The process with the most uncertain exchanges.
    int activity = 0;
    long most = 0;
    for (size_t j = 0; j < system.activities.size(); ++j) {
        const auto& exchanges = database.processes[static_cast<size_t>(system.activities[j].process)].exchanges;
        const auto n = std::count_if(exchanges.begin(), exchanges.end(),
                                     [](const Exchange& e) { return e.distribution.kind != Distribution::Kind::none; });
        if (n > most) most = n, activity = static_cast<int>(j);
    }
    EXPECT_GT(most, 20);
    std::vector<std::vector<double>> demand(1, std::vector<double>(system.diagonal.size(), 0));
    demand[0][static_cast<size_t>(activity)] = 1;
    const auto r = MonteCarlo(database, system).run(demand, {.draws = 4000, .threads = 2});
    int uncertain = 0;
    for (int c = 0; c < r.categories; ++c) {
        const ScoreSummary x = r.summary(0, c);
        if (x.sd <= 1e-6 * std::fabs(x.mean)) continue;
        const Gap gap = explain_gap(database, system, demand[0], c, 5, 10);
        EXPECT_NEAR(gap.mean(), x.controlled_mean,
                    5 * x.controlled_error + 0.02 * std::fabs(gap.mean() - gap.deterministic) +
                        1e-12 * std::fabs(x.mean))
            << database.categories[static_cast<size_t>(c)].name;
        ++uncertain;
        if (uncertain == 12) break;
    }
    EXPECT_GT(uncertain, 5);
}

TEST_F(RealSystem, ItsUncertaintiesCanAllBeDrawnFrom) {
    int errors = 0;
    for (const UncertaintyFault& f : check_uncertainties(uslci().database)) errors += f.severity == Severity::error;
    EXPECT_EQ(errors, 0);
}

} // namespace
} // namespace viresco::lca
