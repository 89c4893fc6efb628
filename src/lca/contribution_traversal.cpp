#include "lca/contribution_traversal.h"
#include <cmath>
#include <cstddef>
#include <map>
#include <queue>
#include <utility>

namespace viresco::lca {

std::vector<TraversalNode> traverse(const Solver& solver, std::span<const double> demand, std::span<const double> unit,
                                    std::span<const double> direct_per_unit, const TraversalOptions& options) {
    const System& s = solver.system();
    double score = 0;
    for (size_t j = 0; j < demand.size(); ++j) score += demand[j] * unit[j];
    if (score == 0) return {};
    const double least = std::fabs(score * options.cutoff);

    const auto net_output = [&](size_t j) { // own use of the product taken off
        double d = s.diagonal[j];
        for (auto k = static_cast<size_t>(s.technosphere.start[j]);
             k < static_cast<size_t>(s.technosphere.start[j + 1]); ++k) {
            if (static_cast<size_t>(s.technosphere.row[k]) == j) d += s.technosphere.value[k];
        }
        return d;
    };
    TraversalNode root;
    root.supply = 1;
    root.cumulative = score;
    std::vector<TraversalNode> nodes{root};
    // Largest first; of equal ones the older.
    using Open = std::pair<double, int>;
    std::priority_queue<Open> open;
    open.push({std::fabs(score), 0});
    std::map<int, double> uses;
    while (!open.empty() && static_cast<int>(nodes.size()) - 2 <= options.max_nodes) {
        const int parent = -open.top().second;
        open.pop();
        const TraversalNode user = nodes[static_cast<size_t>(parent)];
        uses.clear();
        if (user.activity < 0) {
            for (size_t j = 0; j < demand.size(); ++j) {
                if (demand[j] != 0) uses[static_cast<int>(j)] = demand[j];
            }
        } else {
            const auto j = static_cast<size_t>(user.activity);
            for (auto k = static_cast<size_t>(s.technosphere.start[j]);
                 k < static_cast<size_t>(s.technosphere.start[j + 1]); ++k) {
                if (s.technosphere.row[k] != user.activity) {
                    uses[s.technosphere.row[k]] -= user.supply * s.technosphere.value[k];
                }
            }
        }
        for (const auto& [maker, amount] : uses) {
            const auto i = static_cast<size_t>(maker);
            const double cumulative = amount * unit[i];
            if (amount == 0 || std::fabs(cumulative) < least) continue;
            TraversalNode node;
            node.activity = maker;
            node.parent = parent;
            node.depth = user.depth + 1;
            node.amount = amount;
            node.supply = amount / net_output(i);
            node.direct = node.supply * direct_per_unit[i];
            node.cumulative = cumulative;
            nodes[static_cast<size_t>(parent)].followed = true;
            if (options.max_depth == 0 || node.depth < options.max_depth) {
                open.push({std::fabs(cumulative), -static_cast<int>(nodes.size())});
            }
            nodes.push_back(node);
        }
    }
    return nodes;
}

} // namespace viresco::lca
