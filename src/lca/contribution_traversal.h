#pragma once
#include "lca/solver.h"
#include <span>
#include <vector>

namespace viresco::lca {

struct TraversalOptions {
    double cutoff = 0.005; ///< branches below this share of the score are not followed
    int max_nodes = 1000;  ///< the largest open branch is not followed once more nodes than this have been made
    int max_depth = 0;     ///< 0: no limit
};

/// A visit to an activity on one path of the supply chain.
struct TraversalNode {
    int activity = -1; ///< -1: the demand itself (node 0)
    int parent = -1;   ///< node that uses the product
    int depth = 0;
    double amount = 0;     ///< of the product, used by the parent
    double supply = 0;     ///< amount / output of the activity
    double direct = 0;     ///< score of the activity itself
    double cumulative = 0; ///< with everything upstream
    bool followed = false; ///< its inputs were looked at and some are nodes
};

/// The supply chain as a tree, largest branch first: every visit to an activity is a node of its own, so loops unroll.
/// Nodes stand in the order of their making; node 0 is the demand. With the settings of the test fixture of
/// brightway-lca/bw_graph_tools (NewNodeEachVisitGraphTraversal, whose rules these are) the same tree comes out; here a
/// visit costs no solve, because the unit scores are known. Empty when the score is 0.
std::vector<TraversalNode> traverse(const Solver&, std::span<const double> demand, std::span<const double> unit,
                                    std::span<const double> direct_per_unit, const TraversalOptions& = {});

} // namespace viresco::lca
