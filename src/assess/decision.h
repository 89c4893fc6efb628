#pragma once
#include "base/diagnostic.h"
#include <span>
#include <string>
#include <vector>

namespace viresco::assess {

/// What alternatives are judged by.
struct Criterion {
    std::string id;
    bool higher_is_better = false;
    double indifference = 0; ///< PROMETHEE: differences up to this count nothing (unit of the criterion)
    double preference =
        0; ///< PROMETHEE: differences from this on count in full; both 0: every difference counts in full
};

/// Shape   values[route * criteria.size() + criterion], every one finite.
struct DecisionTable {
    std::vector<Criterion> criteria;
    std::vector<double> values;
    size_t routes() const { return criteria.empty() ? 0 : values.size() / criteria.size(); }
    double at(size_t route, size_t criterion) const { return values[route * criteria.size() + criterion]; }
};

enum class Method { weighted_sum, topsis, promethee };
const char* to_string(Method);

/// Score of every route, higher is better. `weights`: one per criterion, sum 1.
///
/// weighted_sum  sum of w x / |x|, the norm over the routes, negative where lower is better.
/// topsis        C = D- / (D+ + D-), vector normalisation. Hwang, Yoon (1981), as in Papathanasiou, Ploskas (2018), ch. 1.
/// promethee     net flow of PROMETHEE II, linear preference between the thresholds. Brans, Mareschal (2005), ch. 5 of
///               Multiple Criteria Decision Analysis; Papathanasiou, Ploskas (2018), ch. 3.
std::vector<double> scores(Method, const DecisionTable&, std::span<const double> weights);

/// Throws ConfigError unless there is one weight per criterion, none negative, and their sum is 1 to 1e-6.
void check_weights(std::span<const double> weights, size_t n_criteria, const SourcePos& = {});
std::vector<double> equal_weights(size_t n_criteria);

struct PairwiseWeights {
    std::vector<double> weights;
    double largest_eigenvalue = 0, consistency_ratio = 0;
};

/// Weights by pairwise comparison (AHP): the principal eigenvector of a positive reciprocal matrix (row-major, n x n).
/// Throws ConfigError where it is not one, is larger than 9 x 9, or its consistency ratio is above 0.1: then the three
/// judgements that contradict each other most are named.
/// Source  Saaty's random indices for n = 3 .. 9: .58 .90 1.12 1.24 1.32 1.41 1.45.
PairwiseWeights pairwise_weights(std::span<const double> matrix, const SourcePos& = {});

/// Weights by the spread of the values (entropy). Few alternatives make them unstable: `few` with fewer than four.
/// Throws ConfigError where a value is not positive or there is only one route.
struct EntropyWeights {
    std::vector<double> weights;
    bool few = false;
};
EntropyWeights entropy_weights(const DecisionTable&);

} // namespace viresco::assess
