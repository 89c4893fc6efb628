#pragma once
#include "assess/decision.h"
#include "base/message.h"
#include <string>
#include <vector>

namespace viresco::assess {

/// What every route must meet before it is compared: a mandatory limit, a maturity.
struct Gate {
    std::string name;
    std::vector<char> passed; ///< per route
};

struct WeightSet {
    std::string name;
    std::vector<double> weights; ///< per criterion, sum 1
};

/// Routes by criteria by paired samples: sample s of every route was drawn with the same shared parameters.
///
/// Shape   values[(route * criteria.size() + criterion) * n_samples + sample], in the unit of the criterion; NaN where an
///         indicator is not defined or a sample failed.
struct RankingInput {
    std::vector<std::string> routes;
    std::vector<Criterion> criteria;
    size_t n_samples = 1;
    std::vector<double> values;
    std::vector<Gate> gates;
    std::vector<WeightSet> weight_sets; ///< empty: equal weights
    bool public_comparison = false;     ///< results are to be disclosed to the public (ISO 14044)
    double probability = 0.95;          ///< of being better, for dominance; also of the intervals
};

/// Paired difference a - b of one criterion: what the two draws share cancels.
struct Difference {
    double probability_better = 0;      ///< that a is better than b
    double mean = 0, low = 0, high = 0; ///< of a - b; the interval holds `probability` of the samples
    bool significant = false;           ///< the interval does not contain zero
};

struct Pair {
    size_t a = 0, b = 0;
    std::vector<Difference> by_criterion;
    double probability_a_dominates = 0, probability_b_dominates = 0; ///< no worse in all criteria, better in one
};

struct Scored {
    Method method = Method::weighted_sum;
    std::string weight_set;
    std::vector<double> score;             ///< at the mean values; NaN for a route that did not pass
    std::vector<double> probability_first; ///< per route, over the samples
    size_t first = 0;                      ///< most often first
    bool significant = false;              ///< its score is above that of every other, interval without zero
};

enum class Verdict {
    none_admissible,
    only_admissible,
    dominates,
    no_significant_difference,
    preferred,
    depends_on_weights
};
const char* to_string(Verdict);

/// Share of all weights (the simplex) with which a route is first, and the middle of those weights.
struct WeightShare {
    double share = 0;
    std::vector<double> weights; ///< mean; empty where it never wins
};

/// Two routes that change places because of a third one.
struct Reversal {
    Method method = Method::weighted_sum;
    std::string weight_set;
    std::string third;            ///< route that was left out, or that an irrelevant one copies
    bool added = false;           ///< an irrelevant alternative was added: `third`, worse in every criterion
    size_t ahead = 0, behind = 0; ///< order with all routes; the other way round without (or with) the third
};

struct Ranking {
    std::vector<char> admitted;             ///< per route
    std::vector<Pair> pairs;                ///< of admitted routes
    std::vector<Scored> scored;             ///< empty where weights were not needed
    std::vector<WeightShare> weight_shares; ///< per route; empty where weights were not needed
    std::vector<Reversal> reversals;
    Verdict verdict = Verdict::none_admissible;
    size_t winner = 0; ///< where the verdict names one
    Message text;      ///< "chemical wins: .."
    std::vector<Message> notes;
    size_t samples_used = 0, samples_left_out = 0;
};

/// Gates, then dominance, then "no significant difference", and weights last.
/// Throws ConfigError where the input does not fit together or a weight set is none.
Ranking rank(const RankingInput&);

/// Shares of the weight simplex by `n` points (the same at every call), by weighted_sum. Per route.
std::vector<WeightShare> weight_map(const DecisionTable&, size_t n = 20000);

/// Leaves out every route in turn, and adds to each a copy of itself that is 2 % worse in every criterion: a ranking of
/// the others that changes rests on what has nothing to do with them.
std::vector<Reversal> rank_reversals(const DecisionTable&, const std::vector<std::string>& routes,
                                     const std::vector<WeightSet>&);

} // namespace viresco::assess
