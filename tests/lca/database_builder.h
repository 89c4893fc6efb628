#pragma once
#include "lca/database.h"
#include "lca/link.h"
#include "lca/solver.h"
#include <gtest/gtest.h>
#include <string>

namespace viresco::lca::test {

/// Small databases for tests; ids are names.
struct DatabaseBuilder {
    Database db;

    DatabaseBuilder() {
        db.unit_groups.push_back({"mass", "Units of mass", {{"kg", "kg", 1, {}}, {"g", "g", 1e-3, {}}}, 0});
        db.properties.push_back({"Mass", "Mass", 0});
    }

    int flow(const std::string& name, FlowType type) {
        const auto found = db.flow_at.find(name);
        if (found != db.flow_at.end()) return found->second;
        Flow f;
        f.id = f.name = name;
        f.type = type;
        f.properties = {{0, 1}};
        db.flows.push_back(f);
        return db.flow_at[name] = static_cast<int>(db.flows.size()) - 1;
    }
    int product(const std::string& name) { return flow(name, FlowType::product); }
    int waste(const std::string& name) { return flow(name, FlowType::waste); }
    int elementary(const std::string& name) { return flow(name, FlowType::elementary); }

    int location(const std::string& code) {
        const auto found = db.location_at.find(code);
        if (found != db.location_at.end()) return found->second;
        db.locations.push_back({code, code, code});
        return db.location_at[code] = static_cast<int>(db.locations.size()) - 1;
    }

    /// The first exchange that is added becomes the reference.
    Process& process(const std::string& name, const std::string& location = "") {
        Process p;
        p.id = p.name = name;
        p.location = location;
        db.processes.push_back(p);
        db.process_at[name] = static_cast<int>(db.processes.size()) - 1;
        return db.processes.back();
    }
    Exchange& add(const std::string& process, int flow_index, double amount, bool input) {
        Process& p = db.processes[static_cast<size_t>(db.process_at.at(process))];
        Exchange e;
        e.flow = flow_index;
        e.amount = amount;
        e.input = input;
        e.unit = "kg";
        if (p.reference < 0) p.reference = 0;
        p.exchanges.push_back(e);
        return p.exchanges.back();
    }
    Exchange& output(const std::string& process, int f, double amount) { return add(process, f, amount, false); }
    Exchange& input(const std::string& process, int f, double amount) { return add(process, f, amount, true); }

    ImpactCategory& category(const std::string& name) {
        db.categories.emplace_back();
        ImpactCategory& c = db.categories.back();
        c.id = c.name = name;
        c.unit = "points";
        db.category_at[name] = static_cast<int>(db.categories.size()) - 1;
        return c;
    }
    void factor(ImpactCategory& c, const std::string& f, double value, int location = -1) const {
        c.factors.push_back({db.flow_at.at(f), value, "", location, {}});
    }
};

/// Links and solves; inventory and scores by name.
struct Solved {
    LinkReport report;
    Diagnostics diagnostics;
    System system;
    const Database* db = nullptr;
    std::vector<double> supply, inventory, score;

    Solved(const Database& database, const std::string& process, double amount = 1, const std::string& product = "",
           const std::string& linking = "file")
        : db(&database) {
        system = link(database, {linking}, report, diagnostics);
        EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.text(Language::en);
        const int flow = product.empty() ? -1 : database.flow_at.at(product);
        const int activity = find_activity(database, system, database.process_at.at(process), flow);
        EXPECT_GE(activity, 0) << process << " supplies nothing";
        if (activity < 0) return;
        const Solver solver(system, &database);
        supply = solver.solve(activity, amount).x;
        inventory = solver.inventory(supply);
        score = solver.scores(inventory);
    }
    double of(const std::string& flow) const {
        double sum = 0;
        for (size_t i = 0; i < system.flows.size(); ++i)
            if (system.flows[i] == db->flow_at.at(flow)) sum += inventory[i];
        return sum;
    }
};

} // namespace viresco::lca::test
