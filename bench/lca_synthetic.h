#pragma once
// A synthetic background of the size and shape of a large unit-process database: processes with inputs from a few
// hubs (Zipf), from near neighbours and, seldom, from anywhere; elementary flows; methods. Every input, emission and
// nothing else is lognormal. The same seed gives the same system everywhere (mt19937 is fixed by the standard).
#include "lca/system.h"
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace viresco::bench {

struct SyntheticOptions {
    int processes = 20000, hubs = 400, flows = 10000, categories = 20, factors = 500;
    double inputs = 11.8, emissions = 20; ///< per process, mean
    double to_hubs = 0.62, long_links = 0.002;
    double column_sum = 0.55; ///< of the inputs of a process, at most
    double sigma = 0.3;
    uint32_t seed = 20260101;
};

struct Synthetic {
    lca::Database database;
    lca::System system;
};

inline Synthetic synthetic(const SyntheticOptions& o) {
    std::mt19937 bits(o.seed);
    const auto uniform = [&] { return (static_cast<double>(bits()) + 0.5) / 4294967296.0; };
    const auto pick = [&](int n) { return std::min(static_cast<int>(uniform() * n), n - 1); };
    std::vector<double> zipf(static_cast<size_t>(o.hubs));
    double total = 0;
    for (size_t k = 0; k < zipf.size(); ++k) zipf[k] = total += 1 / (1 + static_cast<double>(k));
    std::vector<int> hub(zipf.size()); // anywhere among the processes
    for (int& h : hub) h = pick(o.processes);

    Synthetic out;
    lca::Database& d = out.database;
    lca::System& s = out.system;
    const auto lognormal = [&](double amount) {
        return lca::Distribution{lca::Distribution::Kind::lognormal, std::log(amount), o.sigma, 0};
    };
    for (int j = 0; j < o.processes + o.flows; ++j) {
        lca::Flow f;
        f.id = f.name = std::to_string(j);
        f.type = j < o.processes ? lca::FlowType::product : lca::FlowType::elementary;
        d.flows.push_back(f);
    }
    s.technosphere.rows = o.processes;
    s.intervention.rows = o.flows;
    s.technosphere.start = s.intervention.start = s.characterisation.start = {0};
    for (int j = 0; j < o.processes; ++j) {
        lca::Process p;
        p.id = p.name = std::to_string(j);
        p.reference = 0;
        const auto exchange = [&](int flow, double amount, bool input) {
            lca::Exchange e;
            e.flow = flow;
            e.amount = amount;
            e.input = input;
            if (!p.exchanges.empty()) e.distribution = lognormal(amount);
            p.exchanges.push_back(e);
            return static_cast<int>(p.exchanges.size()) - 1;
        };
        exchange(j, 1, false);
        s.activities.push_back({j, j});
        s.diagonal.push_back(1);
        s.diagonal_origin.push_back({j, 0, 1});
        const int n_inputs = 1 + pick(static_cast<int>(2 * o.inputs - 1));
        std::vector<double> share(static_cast<size_t>(n_inputs));
        double sum = 0;
        for (double& x : share) sum += x = std::exp(4 * uniform());
        const double scale = o.column_sum * (0.2 + 0.8 * uniform()) / sum;
        for (double x : share) {
            const double kind = uniform();
            int i = 0;
            if (kind < o.to_hubs) {
                const double at = uniform() * total;
                i = hub[static_cast<size_t>(std::lower_bound(zipf.begin(), zipf.end(), at) - zipf.begin())];
            } else if (kind < o.to_hubs + o.long_links) {
                i = pick(o.processes);
            } else {
                i = std::clamp(j + pick(41) - 20, 0, o.processes - 1);
            }
            if (i == j) i = (j + 1) % o.processes;
            s.technosphere.row.push_back(i);
            s.technosphere.value.push_back(-x * scale);
            s.technosphere_origin.push_back({j, exchange(i, x * scale, true), -1});
        }
        s.technosphere.start.push_back(s.technosphere.entries());
        const int n_emissions = 1 + pick(static_cast<int>(2 * o.emissions - 1));
        for (int k = 0; k < n_emissions; ++k) {
            const int i = pick(o.flows);
            const double amount = std::exp(6 * uniform() - 9);
            s.intervention.row.push_back(i);
            s.intervention.value.push_back(amount);
            s.intervention_origin.push_back({j, exchange(o.processes + i, amount, false), 1});
        }
        s.intervention.start.push_back(s.intervention.entries());
        d.processes.push_back(std::move(p));
    }
    std::vector<std::vector<std::pair<int, double>>> of_flow(static_cast<size_t>(o.flows));
    for (int c = 0; c < o.categories; ++c) {
        lca::ImpactCategory category;
        category.id = category.name = std::to_string(c);
        for (int k = 0; k < o.factors; ++k) {
            of_flow[static_cast<size_t>(pick(o.flows))].push_back({c, std::exp(4 * uniform() - 2)});
        }
        d.categories.push_back(category);
        s.categories.push_back(c);
    }
    s.characterisation.rows = o.categories;
    for (int f = 0; f < o.flows; ++f) {
        s.flows.push_back(o.processes + f);
        s.locations.push_back(-1);
        for (const auto& [c, value] : of_flow[static_cast<size_t>(f)]) {
            s.characterisation.row.push_back(c);
            s.characterisation.value.push_back(value);
        }
        s.characterisation.start.push_back(s.characterisation.entries());
    }
    return out;
}

/// The harder variant: 2 % long links, loops nearer to 1.
inline SyntheticOptions hard() {
    SyntheticOptions o;
    o.long_links = 0.02;
    o.column_sum = 0.95;
    return o;
}

/// About the size of USLCI.
inline SyntheticOptions small() {
    SyntheticOptions o;
    o.processes = 766;
    o.hubs = 40;
    o.flows = 3000;
    o.inputs = 5.5;
    o.emissions = 31;
    o.categories = 48;
    o.factors = 200;
    return o;
}

} // namespace viresco::bench
