#pragma once
#include "lca/solver_blocks.h"
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace viresco::lca {

struct SolveOptions {
    double tolerance = 1e-13; ///< of the iterations; refinement then goes to rounding
    int max_sweeps = 150;     ///< expected Gauss-Seidel sweeps above which a loop is given to BiCGSTAB
    int max_steps = 300;      ///< BiCGSTAB steps before LU
    double fill_budget = 1e8; ///< numbers in the LU factors (16 bytes each)
    bool refine = true;       ///< residual in extended precision, then corrections until it stops falling
};

/// A solution with the evidence for it.
struct Solution {
    std::vector<double> x;
    /// |A x - b|_1 / (|A| |x| + |b|)_1, in extended precision: relative to the terms that are added up. Below about
    /// 1e-16 x is as good as doubles can be.
    double residual = 0;
    /// |A x - b|_1 / |b|_1: larger where a small demand moves large amounts (products of very different units).
    double demand_residual = 0;
    SolveMethod method = SolveMethod::substitution;
    int sweeps = 0;      ///< most sweeps or steps in one loop
    int corrections = 0; ///< refinement steps that helped
};

/// Solves a linked system: A s = f and its adjoint A^T lambda = w. Loops are found once; each is solved by
/// Gauss-Seidel, by BiCGSTAB where that converges slowly, and by sparse LU as the last resort.
///
/// Vectors: per activity (n) for supply, demand and unit scores; per row of B for inventories and weights; per row of C
/// for scores. Units are those of the system. The system must outlive the solver. Throws SolveError, naming processes,
/// when an entry is not finite, a loop is singular or no method gets below a residual of 1e-8.
/// All members are safe to call from several threads at once.
class Solver {
public:
    /// `names`: the database the system is of, for messages; may be null.
    explicit Solver(const System&, const Database* names = nullptr, const SolveOptions& = {});
    ~Solver();
    Solver(Solver&&) noexcept;
    Solver& operator=(Solver&&) noexcept;

    const System& system() const;
    const Order& order() const;

    Solution solve(std::span<const double> demand) const;
    Solution solve(int activity, double amount = 1) const;
    /// A^T x = weight; the score of any demand f with direct scores `weight` is x . f.
    Solution solve_transposed(std::span<const double> weight) const;

    /// g = B s.
    std::vector<double> inventory(std::span<const double> supply) const;
    /// C g.
    std::vector<double> scores(std::span<const double> inventory) const;
    /// Row of C: factor per row of B.
    std::vector<double> factors(int category) const;
    /// B^T C^T e: direct score per unit of each activity.
    std::vector<double> direct_scores(int category) const;
    /// Score per unit of each product: solve_transposed(direct_scores(category)).
    Solution unit_scores(int category) const;

    /// "process name" of an activity for messages, or its number without a database.
    std::string name(int activity) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Unit scores of several categories together: the impacts of a demand as dot products, for many demands in a row
/// (a running plant). Scores of sparse demands cost categories x entries multiplications.
class UnitScores {
public:
    /// All categories of the system where `categories` is empty (rows of C).
    explicit UnitScores(const Solver&, std::span<const int> categories = {});

    int categories() const { return n_categories_; }
    double worst_residual() const { return worst_residual_; }
    /// Score of one unit of the product of `activity`, per category.
    std::span<const double> of(int activity) const;
    /// out[c] = sum_k amount[k] score[c][activity[k]]. No allocation.
    void scores(std::span<const int> activity, std::span<const double> amount, std::span<double> out) const;

private:
    int n_categories_ = 0;
    double worst_residual_ = 0;
    std::vector<double> values_; ///< n x categories: those of one product side by side
};

} // namespace viresco::lca
