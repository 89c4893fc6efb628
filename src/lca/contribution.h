#pragma once
#include "lca/solver.h"
#include <span>
#include <string>
#include <vector>

namespace viresco::lca {

/// A part of a score. Lists are sorted by size, largest first; `share` = value / total.
struct Part {
    int activity = -1; ///< column of the system; -1: not of one activity
    int flow = -1;     ///< row of the intervention matrix; -1: not of one flow
    std::string label; ///< name of process, flow, location or category
    double value = 0, share = 0;
};

/// Sums along the categories of the processes ("Energy/Electricity" is a part of "Energy"), largest first.
struct CategoryPart {
    std::string name; ///< last step of the path; empty: the whole
    double value = 0, share = 0;
    std::vector<CategoryPart> parts;
};

/// What a score is made of: one solved demand, one category. Direct parts add up to the score.
class Contributions {
public:
    /// supply: of the demand (Solver::solve). Database and solver must outlive this.
    Contributions(const Solver&, const Database&, std::span<const double> supply, int category);

    double total() const { return total_; }
    std::span<const double> supply() const { return supply_; }
    /// Direct score per activity, and score per row of the intervention matrix.
    std::span<const double> of_activities() const { return direct_; }
    std::span<const double> of_flows() const { return flow_score_; }

    /// The `limit` largest parts (0: all that are not 0).
    std::vector<Part> by_process(int limit = 0) const;
    std::vector<Part> by_flow(int limit = 0) const;
    std::vector<Part> by_process_and_flow(int limit = 0) const;
    std::vector<Part> by_location() const;
    CategoryPart by_category() const;

    const Solver& solver() const { return *solver_; }
    const Database& database() const { return *database_; }

private:
    const Solver* solver_;
    const Database* database_;
    std::vector<double> supply_, factor_, direct_, flow_score_;
    double total_ = 0;
};

/// Upstream part of an activity: the score that would go if its product were to be had for nothing, supply chain
/// included; the loops through the activity itself are counted once (openLCA calls it the upstream total).
struct UpstreamPart {
    int activity = -1;
    std::string label;
    double amount = 0; ///< of its product, made in all
    double direct = 0, upstream = 0, share = 0;
};
/// Of the `limit` activities with the largest upstream parts. `unit`: Solver::unit_scores of the category. Costs a
/// solve for every activity looked at that is part of a loop.
std::vector<UpstreamPart> upstream(const Contributions&, std::span<const double> unit, int limit = 50);

/// Flows of score through the supply chain: a link carries amount x unit score of what a maker gives to a user. The
/// total of a node = its direct part + its incoming links; loops are not cut, so totals within one may exceed the score.
struct SankeyNode {
    int activity = -1;
    std::string label;
    double amount = 0; ///< of its product
    double direct = 0, total = 0;
};
struct SankeyLink {
    int from = -1, to = -1; ///< maker and user: positions in `nodes`; to -1: the demand
    double amount = 0, value = 0;
};
struct Sankey {
    std::vector<SankeyNode> nodes;
    std::vector<SankeyLink> links;
};
/// Nodes of at least `cutoff` x |score| (the `max_nodes` largest), and the links between them of that size.
Sankey sankey(const Contributions&, std::span<const double> demand, std::span<const double> unit, double cutoff = 0.01,
              int max_nodes = 60);

/// Why two scores differ: parts of both side by side, largest difference first.
struct DifferencePart {
    std::string label, detail;           ///< process name and its product; flow name and its compartment
    double a = 0, b = 0, difference = 0; ///< b - a
    double share = 0;                    ///< of the whole difference
};
struct Difference {
    double a = 0, b = 0;
    std::vector<DifferencePart> by_process, by_flow;
};
/// The two may be of different systems (alternative links or allocations) and databases: entities match by their ids.
Difference difference(const Contributions& a, const Contributions& b, int limit = 20);

} // namespace viresco::lca
