#pragma once
#include "assess/indicators.h"
#include "assess/ranking.h"

namespace viresco::assess {

/// What a case says about ranking its routes (`ranking:`).
struct RankingPlan {
    /// Weights as they are written: `equal`, `entropy`, a map by criterion, or a table of pairwise comparisons.
    struct Weights {
        enum class Kind { equal, entropy, given } kind = Kind::equal;
        std::string name;
        std::vector<double> given; ///< per criterion; of a table of comparisons its principal eigenvector
        double consistency_ratio = 0;
    };
    std::vector<std::string> criteria; ///< ids of indicators
    std::vector<Weights> weights;
    bool public_comparison = false;
};

/// Reads and checks `ranking:`; a criterion is an indicator that says which direction is better. A table of comparisons
/// that contradicts itself is refused. Throws nothing: errors go to the diagnostics.
RankingPlan read_ranking(const text::Node&, const std::vector<Definition>&, Diagnostics&);

/// Criteria and weight sets for `rank`: routes, samples and gates are the caller's. Weights by entropy are those of the
/// mean values; where they cannot be had the set is left out and said in the notes.
RankingInput ranking_input(const RankingPlan&, const std::vector<Definition>&, std::vector<std::string> routes,
                           size_t n_samples, std::vector<double> values, std::vector<Message>& notes);

} // namespace viresco::assess
