#include "lca/contribution_gap.h"
#include "lca/monte_carlo.h"
#include "lca/monte_carlo_distribution.h"
#include <algorithm>
#include <cmath>
#include <cstddef>

namespace viresco::lca {
namespace {

size_t at(int i) { return static_cast<size_t>(i); }

void keep_largest(std::vector<GapPart>& parts, int limit, double whole) {
    std::erase_if(parts, [](const GapPart& p) { return p.value == 0; });
    std::sort(parts.begin(), parts.end(),
              [](const auto& a, const auto& b) { return std::fabs(a.value) > std::fabs(b.value); });
    if (parts.size() > at(limit)) parts.resize(at(limit));
    for (GapPart& p : parts) p.share = whole != 0 ? p.value / whole : 0;
}

/// An uncertain entry of A: row, column, variance.
struct UncertainEntry {
    int row, column;
    double variance;
};

std::vector<UncertainEntry> uncertain_entries(const Database& database, const System& s) {
    std::vector<UncertainEntry> out;
    const auto take = [&](int row, int column, const Origin& o) {
        if (o.process < 0 || o.exchange < 0) return;
        const Exchange& e = database.processes[at(o.process)].exchanges[at(o.exchange)];
        const double variance = moments(e.distribution, e.amount).variance * o.factor * o.factor;
        if (variance > 0) out.push_back({row, column, variance});
    };
    for (int j = 0; j < s.technosphere.columns(); ++j) {
        take(j, j, s.diagonal_origin[at(j)]);
        for (size_t k = at(s.technosphere.start[at(j)]); k < at(s.technosphere.start[at(j) + 1]); ++k) {
            take(s.technosphere.row[k], j, s.technosphere_origin[k]);
        }
    }
    return out;
}

} // namespace

Gap explain_gap(const Database& database, const System& system, std::span<const double> demand, int category, int limit,
                int products) {
    const Solver solver(system, &database);
    const System means = MonteCarlo(database, system).mean_system();
    const Solver mean_solver(means, &database);
    const Sensitivities amounts(solver, database);
    const auto supply = solver.solve(demand).x, unit = solver.unit_scores(category).x;
    const auto mean_supply = mean_solver.solve(demand).x, mean_unit = mean_solver.unit_scores(category).x;
    const Sensitivity before = amounts.of(supply, unit, category);
    const Sensitivity after = Sensitivities(mean_solver, database).of(mean_supply, mean_unit, category);

    Gap gap;
    gap.deterministic = before.score;
    gap.at_means = after.score;
    for (size_t k = 0; k < before.derivative.size(); ++k) {
        const SensitiveAmount& a = amounts.amounts()[k];
        const double value = 0.5 * (before.derivative[k] + after.derivative[k]) * (a.mean - a.amount);
        if (value != 0) gap.shifts.push_back({static_cast<int>(k), {}, value, 0});
    }

    // The bound takes (A^-1)_ji for 1/d_j + nothing more: good enough to choose by.
    const std::vector<UncertainEntry> entries = uncertain_entries(database, system);
    const auto half = [&](const UncertainEntry& e) {
        return e.variance * mean_unit[at(e.row)] * mean_supply[at(e.column)];
    };
    std::vector<double> bound(means.diagonal.size(), 0);
    for (const UncertainEntry& e : entries) bound[at(e.row)] += std::fabs(half(e) / means.diagonal[at(e.column)]);
    // Only what lies on a loop, or is an output, can bend the score: (A^-1)_ji = 0 where j does not feed i.
    const Order& order = mean_solver.order();
    const auto block = [&](int activity) {
        return std::upper_bound(order.block_start.begin(), order.block_start.end(), order.position[at(activity)]);
    };
    std::vector<char> bends(bound.size(), 0);
    for (const UncertainEntry& e : entries) {
        if (block(e.row) == block(e.column)) bends[at(e.row)] = 1;
    }
    std::vector<int> rows;
    for (size_t i = 0; i < bound.size(); ++i) {
        if (bends[i] && bound[i] != 0) rows.push_back(static_cast<int>(i));
    }
    std::sort(rows.begin(), rows.end(), [&](int a, int b) { return bound[at(a)] > bound[at(b)]; });
    for (size_t k = at(products); k < rows.size(); ++k) gap.curvature_left_out += bound[at(rows[k])];
    if (rows.size() > at(products)) rows.resize(at(products));
    std::vector<std::vector<const UncertainEntry*>> by_row(bound.size());
    for (const UncertainEntry& e : entries) by_row[at(e.row)].push_back(&e);
    for (int i : rows) {
        const std::vector<double> response = mean_solver.solve(i).x;
        double value = 0;
        for (const UncertainEntry* e : by_row[at(i)]) value += half(*e) * response[at(e->column)];
        gap.curvature += value;
        gap.curvatures.push_back({-1, solver.name(i), value, 0});
    }
    const double whole = gap.mean() - gap.deterministic;
    keep_largest(gap.shifts, limit, whole);
    keep_largest(gap.curvatures, limit, whole);
    for (GapPart& p : gap.shifts) p.label = amounts.label(p.amount);
    return gap;
}

} // namespace viresco::lca
