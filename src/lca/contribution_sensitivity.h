#pragma once
#include "lca/monte_carlo_formulas.h"
#include "lca/solver.h"
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace viresco::lca {

/// A number of the database that a score depends on: the amount of an exchange (all matrix entries made of it
/// together), a factor of characterisation, a matrix entry of no known origin, or an uncertain parameter of formulas.
/// What follows a parameter is in its derivative; an amount with a formula has the variance of its own distribution.
struct SensitiveAmount {
    int process = -1, exchange = -1;           ///< of the database; -1: a factor
    int flow = -1, category = -1;              ///< of a factor: row of the intervention matrix, row of the factors
    double amount = 0, mean = 0, variance = 0; ///< in the unit of the amount
    /// Of a parameter: of `process`, of `category` (then of the database), or of the database where both are -1.
    int parameter = -1;
};

/// Derivatives of one score by all amounts, and what their uncertainties make of it to first order.
struct Sensitivity {
    double score = 0;
    double mean_shift = 0;          ///< sum of derivative x (mean - amount): first-order mean minus score
    double sd = 0;                  ///< sqrt of the sum of derivative^2 x variance
    std::vector<double> derivative; ///< d(score) / d(amount), by SensitiveAmount
};

/// One line of a ranking.
struct RankedAmount {
    int index = -1; ///< into Sensitivities::amounts()
    std::string label;
    double amount = 0, derivative = 0;
    double elasticity = 0;     ///< relative change of the score per relative change of the amount
    double variance_share = 0; ///< of the first-order variance
};

/// Sensitivity of scores to everything at once, from one forward and one adjoint solution:
/// dh/dA_ij = -lambda_i s_j, dh/dB_kj = c_k s_j, dh/dc_k = g_k. The amounts are found once; then each (demand, category)
/// costs one pass over the entries. Solver and database must outlive this.
class Sensitivities {
public:
    Sensitivities(const Solver&, const Database&);

    std::span<const SensitiveAmount> amounts() const { return amounts_; }

    /// supply: of the demand; unit: Solver::unit_scores(category).
    Sensitivity of(std::span<const double> supply, std::span<const double> unit, int category) const;

    /// The `limit` amounts of largest |elasticity|, or of largest share of the variance.
    std::vector<RankedAmount> top(const Sensitivity&, int limit, bool by_variance = false) const;
    /// "process: flow (input)", of a factor "category: flow", of a parameter "process: name (parameter)".
    std::string label(int amount) const;

private:
    struct Entries {
        std::vector<int> amount; ///< per matrix entry
        std::vector<double> factor;
    };
    /// d(score)/d(formula) += factor x d(score)/d(amount).
    struct OfAmount {
        int formula, amount;
        double factor;
    };
    /// d(score)/d(formula) += factor x d(score)/d(entry of A or B).
    struct OfEntry {
        int formula, row, column;
        bool intervention;
        double factor;
    };
    void take_parameters();
    void add_parameters(std::span<const double> supply, std::span<const double> unit, std::span<const double> factor,
                        std::vector<double>& derivative) const;

    const Solver* solver_;
    const Database* database_;
    UncertainParameters parameters_;
    std::vector<OfAmount> of_amount_;
    std::vector<OfEntry> of_entry_;
    std::vector<int> parameter_; ///< per input of the formulas: amount, -1: not used
    std::vector<SensitiveAmount> amounts_;
    Entries diagonal_, technosphere_, intervention_;
    std::vector<int> characterisation_;
};

} // namespace viresco::lca
