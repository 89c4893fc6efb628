// A case whose background is an inventory database: the footprint by unit scores (one adjoint solve) is that of a
// forward solve with all of the plant's demands at once.
#include "case/case.h"
#include "lca/import.h"
#include "lca/link.h"
#include "lca/solver.h"
#include <cmath>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace viresco::cases {
namespace {

const std::string root = VIRESCO_SOURCE_DIR;

TEST(DatabaseBackground, FootprintByAdjointIsThatOfTheForwardSolve) {
    Request request;
    request.path = root + "/examples/6-apa/database";
    request.models_folder = root + "/models";
    SourceStore sources;
    request.sources = &sources;
    Diagnostics warnings;
    const auto c = Case::compile(request, warnings);
    lang::Evaluation evaluation(c->program, 1);
    evaluate(*c, evaluation, c->parameters);
    const auto results = nlohmann::json::parse(results_json(*c, evaluation, warnings, "test"));

    lca::Database db;
    lca::ImportReport report;
    lca::LinkReport links;
    Diagnostics d;
    for (const char* file : {"/examples/lca/lactic-acid/inventory.csv", "/models/methods"})
        ASSERT_TRUE(lca::import_file(root + file, db, {}, report, d)) << d.text(Language::en);
    const lca::System system = lca::link(db, {}, links, d);
    const lca::Solver solver(system, &db);
    const std::map<std::string, std::pair<std::string, double>> items = {
        {"electricity", {"power_station", 1}}, {"steam", {"coal_boiler", 1}}, {"glucose", {"starch_mill", 1}}};
    const auto category = db.category_at.at("gwp100");

    for (const char* route : {"chemical", "enzymatic"}) {
        std::vector<double> demand(system.activities.size(), 0.0);
        double by_adjoint = 0;
        int n = 0;
        for (const auto& x : results.at("routes").at(route).at("inventory")) {
            const std::string id = x.at("id"), item = id.substr(id.rfind('.') + 1);
            const auto it = items.find(item);
            if (it == items.end() || x.at("direction") != "in") continue;
            for (size_t a = 0; a < system.activities.size(); ++a) {
                const lca::Process& p = db.processes[static_cast<size_t>(system.activities[a].process)];
                const int flow = system.activities[a].flow;
                if (p.name != it->second.first || p.exchanges[static_cast<size_t>(p.reference)].flow != flow) continue;
                // The item's unit in reference units of the product: kWh may be counted in MJ.
                const auto& group = db.unit_groups[static_cast<size_t>(
                    db.properties[static_cast<size_t>(db.flows[static_cast<size_t>(flow)].properties.front().property)]
                        .unit_group)];
                double factor = 0;
                for (const auto& u : group.units)
                    if (u.name == x.at("per_fu").at("unit")) factor = u.factor;
                ASSERT_GT(factor, 0) << id;
                demand[a] += x.at("per_fu").at("value").get<double>() * factor;
                ++n;
            }
            by_adjoint += x.at("impacts").at("gwp100").at("value").get<double>();
        }
        EXPECT_GE(n, 3) << route;
        const lca::Solution supply = solver.solve(demand);
        EXPECT_LE(supply.demand_residual, 1e-14);
        EXPECT_LE(solver.unit_scores(category).demand_residual, 1e-14);
        const auto forward = solver.scores(solver.inventory(supply.x));
        const double score = forward[static_cast<size_t>(category)];
        EXPECT_GT(score, 10) << "electricity alone is more";
        EXPECT_NEAR(by_adjoint, score, 1e-12 * score) << route;
        // What the case calls the footprint is the sum over all items, these among them.
        EXPECT_GT(results.at("routes").at(route).at("indicators").at("carbon_footprint").at("value").get<double>(),
                  score);
    }
}

} // namespace
} // namespace viresco::cases
