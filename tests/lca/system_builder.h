#pragma once
// Small databases with their systems, built directly: for tests of what works on matrices.
#include "lca/system.h"
#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace viresco::lca::test {

/// One process per product. Usage: b.process("steel", 1, {{"coal", 0.6}}, {{"co2", 2.1}}); b.factor("gwp", "co2", 1);
class SystemBuilder {
public:
    struct Amount {
        std::string name;
        double amount = 0;
        Distribution distribution;
    };

    int process(const std::string& name, double output, const std::vector<Amount>& inputs,
                const std::vector<Amount>& emissions, const std::string& location = {},
                const std::string& category = {}, const Distribution& output_distribution = {}) {
        rows_.push_back({name, output, inputs, emissions, location, category, output_distribution});
        return static_cast<int>(rows_.size()) - 1;
    }
    void factor(const std::string& category, const std::string& flow, double value, Distribution d = {}) {
        factors_.push_back({category, flow, value, d});
    }

    /// Makes `database` and `system`. Inputs name processes; elementary flows and categories come up as used.
    void build() {
        const auto index = [](auto& map, auto& list, const std::string& name, auto make) {
            const auto [it, fresh] = map.emplace(name, static_cast<int>(list.size()));
            if (fresh) list.push_back(make(name));
            return it->second;
        };
        std::map<std::string, int> product, elementary, category, row_of;
        for (const Row& r : rows_) {
            index(product, database.flows, r.name,
                  [](const std::string& n) { return made_flow(n, FlowType::product); });
        }
        const auto flow = [&](const std::string& name) {
            return index(elementary, database.flows, name,
                         [](const std::string& n) { return made_flow(n, FlowType::elementary); });
        };
        const auto row = [&](const std::string& name) {
            const int f = flow(name);
            const auto [it, fresh] = row_of.emplace(name, static_cast<int>(system.flows.size()));
            if (fresh) {
                system.flows.push_back(f);
                system.locations.push_back(-1);
            }
            return it->second;
        };
        const int n = static_cast<int>(rows_.size());
        system.technosphere = {.rows = n, .start = {0}, .row = {}, .value = {}};
        system.intervention.start = {0};
        for (int j = 0; j < n; ++j) {
            const Row& r = rows_[static_cast<size_t>(j)];
            Process p;
            p.id = p.name = r.name;
            p.category = r.category;
            p.location = r.location;
            p.reference = 0;
            p.exchanges.push_back(made_exchange(j, r.output, false, r.output_distribution));
            system.activities.push_back({j, j});
            system.diagonal.push_back(r.output);
            system.diagonal_origin.push_back({j, 0, 1});
            for (const Amount& a : r.inputs) {
                const int i = product.at(a.name);
                system.technosphere_origin.push_back({j, static_cast<int>(p.exchanges.size()), -1});
                p.exchanges.push_back(made_exchange(i, a.amount, true, a.distribution));
                system.technosphere.row.push_back(i);
                system.technosphere.value.push_back(-a.amount);
            }
            system.technosphere.start.push_back(system.technosphere.entries());
            for (const Amount& a : r.emissions) {
                const int i = row(a.name);
                system.intervention_origin.push_back({j, static_cast<int>(p.exchanges.size()), 1});
                p.exchanges.push_back(made_exchange(flow(a.name), a.amount, false, a.distribution));
                system.intervention.row.push_back(i);
                system.intervention.value.push_back(a.amount);
            }
            system.intervention.start.push_back(system.intervention.entries());
            database.processes.push_back(std::move(p));
        }
        std::vector<std::vector<std::tuple<int, double, Distribution>>> by_flow;
        for (const Factor& f : factors_) {
            const int c = index(category, database.categories, f.category, [](const std::string& name) {
                ImpactCategory made;
                made.id = made.name = name;
                return made;
            });
            const int i = row(f.flow);
            ImpactFactor made;
            made.flow = flow(f.flow);
            made.value = f.value;
            made.distribution = f.distribution;
            database.categories[static_cast<size_t>(c)].factors.push_back(made);
            by_flow.resize(std::max(by_flow.size(), static_cast<size_t>(i) + 1));
            by_flow[static_cast<size_t>(i)].push_back({c, f.value, f.distribution});
        }
        by_flow.resize(system.flows.size());
        system.intervention.rows = static_cast<int>(system.flows.size());
        system.characterisation = {
            .rows = static_cast<int>(database.categories.size()), .start = {0}, .row = {}, .value = {}};
        for (const auto& list : by_flow) {
            for (const auto& [c, value, d] : list) {
                system.characterisation.row.push_back(c);
                system.characterisation.value.push_back(value);
                system.characterisation_distribution.push_back(d);
            }
            system.characterisation.start.push_back(system.characterisation.entries());
        }
        for (int c = 0; c < system.characterisation.rows; ++c) system.categories.push_back(c);
    }

    Database database;
    System system;

private:
    static Flow made_flow(const std::string& name, FlowType type) {
        Flow f;
        f.id = f.name = name;
        f.type = type;
        if (type == FlowType::elementary) f.category = "air";
        return f;
    }
    static Exchange made_exchange(int flow, double amount, bool input, const Distribution& d) {
        Exchange e;
        e.flow = flow;
        e.amount = amount;
        e.input = input;
        e.distribution = d;
        return e;
    }

    struct Row {
        std::string name;
        double output;
        std::vector<Amount> inputs, emissions;
        std::string location, category;
        Distribution output_distribution;
    };
    struct Factor {
        std::string category, flow;
        double value;
        Distribution distribution;
    };
    std::vector<Row> rows_;
    std::vector<Factor> factors_;
};

/// Lognormal around `amount` as its median.
inline Distribution lognormal(double amount, double sigma) {
    return {Distribution::Kind::lognormal, __builtin_log(amount < 0 ? -amount : amount), sigma, 0};
}

} // namespace viresco::lca::test
