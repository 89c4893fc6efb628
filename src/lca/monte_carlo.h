#pragma once
#include "lca/solver.h"
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace viresco::lca {

struct MonteCarloOptions {
    int draws = 1000;
    uint32_t seed = 1;
    uint32_t first_draw = 0; ///< draws first_draw .. first_draw + draws - 1: any draw can be had again alone
    int threads = 1;
    double tolerance = 1e-8;     ///< relative accuracy of the scores of one draw (of the solve, not of the statistics)
    bool control_variate = true; ///< also the first-order term of every draw: sharper means
};

/// Statistics of a score over the draws.
struct ScoreSummary {
    double deterministic = 0;                         ///< with the amounts of the database
    double mean = 0, sd = 0, standard_error = 0;      ///< standard error of the mean
    double controlled_mean = 0, controlled_error = 0; ///< with the first-order term as control variate
    std::vector<double> quantiles;                    ///< as asked for; linear between order statistics
    double share_positive = 0;                        ///< of the draws; of a difference: how often the first is larger
};

/// Scores of every draw. Draw-major: the scores of a draw for all demands and categories stand together.
struct MonteCarloResult {
    int draws = 0, demands = 0, categories = 0;
    std::vector<double> scores;        ///< draws x demands x categories
    std::vector<double> first_order;   ///< the same: first-order term, mean 0; empty without control variate
    std::vector<double> deterministic; ///< demands x categories
    int sweeps = 0;                    ///< most of a draw
    int escalated = 0;                 ///< draws that needed BiCGSTAB or LU
    double residual = 0;               ///< as Solution's; worst of the draws looked at (every hundredth)

    double score(int draw, int demand, int category) const;
    ScoreSummary summary(int demand, int category, std::span<const double> at = {}) const;
    /// Demand a minus demand b, draw by draw: both saw the same exchanges.
    ScoreSummary difference(int a, int b, int category, std::span<const double> at = {}) const;
};

/// Monte Carlo over all uncertain exchanges and factors of a system. The random number of an exchange is
/// f(seed, draw, position of the exchange in the database): independent of threads, of the order of draws, of the
/// demands, of what else is sampled and of how the database was linked; alternatives therefore share their draws.
/// Entries that come from one exchange (allocation) vary together. Uncertain parameters vary too, and with them the
/// amounts, shares and factors whose formulas use them (System::formulas). Where such an amount has a distribution of
/// its own, the formula gives the middle and the distribution the relative spread. Memory does not grow with the draws
/// but for the scores themselves. Database and system must outlive this.
class MonteCarlo {
public:
    MonteCarlo(const Database&, const System&);

    /// Samples the scores of the demands (each: amount per activity), all categories. Throws ConfigError where an
    /// exchange or a parameter in the supply chain of the demands has an invalid uncertainty, SolveError where a draw has no
    /// solution or a formula no finite value.
    MonteCarloResult run(std::span<const std::vector<double>> demands, const MonteCarloOptions& = {}) const;

    /// The system as it is in one draw, for a look with the ordinary solver.
    System realise(uint32_t seed, uint32_t draw) const;
    /// The system with every entry at its mean; formulas at the means of their parameters (the mean itself where they
    /// are linear in each of them and the parameters differ).
    System mean_system() const;

private:
    const Database* database_;
    const System* system_;
    std::vector<uint32_t> first_id_; ///< by process: number of its first exchange
};

} // namespace viresco::lca
