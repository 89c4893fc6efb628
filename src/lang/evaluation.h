#pragma once
#include "lang/program.h"
#include <memory>

namespace viresco::lang {

/// What became of one lane.
struct LaneStatus {
    bool converged = true;
    int newton_iterations = 0;
    double residual = 0;                // largest relative residual over all blocks
    int block = -1;                     // the block that failed
    std::optional<Diagnostics> failure; // of a run in time
    std::vector<int> worst;             // unknowns (of that block) with the largest residuals, worst first
};

/// Working memory of evaluations: one per thread. Evaluation is a pure function of the program and the
/// parameters: every run starts from the nominal solution, and a lane's bits depend neither on the width
/// nor on its neighbours.
class Evaluation {
public:
    /// width: 1 or 8 samples side by side.
    explicit Evaluation(const Program&, int width = 1);
    Evaluation(const Program&, const Kernels&);

    /// Machine code of this program and width for what it holds; null: interpret all. Equal bits either way.
    void use(std::shared_ptr<MachineCode>);

    /// Rounds of residuals after which a block's lanes that are not there yet count as not converged; 0: as many as it
    /// takes. A lane that converges has the same bits either way. For who runs the stragglers of eight lanes again alone.
    void set_patience(int rounds) { patience_ = rounds; }

    /// parameters: n_parameters x width, parameter-major (the lanes of one parameter side by side).
    /// True when every lane converged.
    bool run(std::span<const double> parameters);
    /// Solves from the unknowns' start values instead of the nominal solution: damped Newton after
    /// successive substitution (width 1). Returns the unknowns' values by `solution()`.
    bool solve_nominal(std::span<const double> parameters);
    std::vector<double> solution() const;

    void run_audit();

    int width() const { return width_; }
    double value(int32_t slot, int lane = 0) const { return slots_[static_cast<size_t>(slot * width_ + lane)]; }
    const LaneStatus& status(int lane = 0) const { return status_[static_cast<size_t>(lane)]; }

    /// Reverse mode after run(): d (sum of seeds * slots) / d parameters, n_parameters x width.
    /// Through implicit blocks by the implicit function theorem.
    void gradient(std::span<const std::pair<int32_t, double>> seeds, std::vector<double>& result);
    /// Forward mode after run(): derivative of every slot along a parameter direction (J v).
    void tangent(std::span<const double> direction, std::vector<double>& dots);

private:
    /// LU factors of a row-scaled Jacobian.
    struct Factors {
        std::vector<double> lu, scale;
        std::vector<int> pivot;
        bool good = false;
    };
    enum class Phase { step, trial, back, polish, done, failed };
    struct LaneState {
        Phase phase = Phase::step;
        double norm = 0, alpha = 1;
        int iterations = 0, halvings = 0, restarts = 0, substitutions = 0;
        bool exact = true;        // the step wants the Jacobian of its own place, not the factors at hand
        bool last_scales = false; // no step was progress by its own sizes: those of the last place decide
        bool nominal = false;     // the factors at hand are those of the nominal solution
        bool steps = false;       // takes a step in this tick; others may do so while this one waits or substitutes
    };
    void load(std::span<const double> parameters);
    void run_straight(size_t stage);
    void run_jacobian(const ImplicitBlock&);
    void run_tape(size_t k, const Tape&); ///< k: of Program::tapes()
    size_t block_index(const ImplicitBlock& b) const { return static_cast<size_t>(&b - program_.implicit().data()); }
    void factor_nominal();
    bool solve_block(size_t block, bool from_start);
    bool run_in_time(size_t block);
    /// d outcomes / d inputs of a run in time at the present values of a lane.
    const std::vector<double>& run_derivatives(int run, int lane);
    double norm(const ImplicitBlock&, int lane, std::vector<int>* worst = nullptr);
    double norm_by_last_scales(const ImplicitBlock&, int lane) const;
    void keep_scales(const ImplicitBlock&, int lane);
    double scale_floor(int unknown) const;
    void size_groups(const ImplicitBlock&, int lane);
    void evaluate_residual(const ImplicitBlock&);
    void factor(const ImplicitBlock&, int lane, Factors&) const;
    void nominal_directions(const ImplicitBlock&, const Factors&);
    bool direction(const ImplicitBlock&, int lane);

    const Program& program_;
    const Kernels& kernels_;
    int width_;
    int patience_ = 0;
    std::vector<double> slots_;
    std::vector<LaneStatus> status_;
    std::vector<int> group_of_;      // per unknown
    std::vector<double> group_size_; // largest flow of a group in the lane being looked at
    // scratch of the block being solved
    std::vector<double> u_, du_, saved_, scale_, rhs_, rhs_lanes_;
    std::vector<LaneState> lanes_;
    std::vector<Factors> own_;     // per lane
    std::vector<Factors> nominal_; // per block, of the default parameters and the nominal solution
    std::vector<double> adjoints_;
    std::vector<std::vector<double>> run_derivatives_; // per run x width; empty: not known
    std::shared_ptr<MachineCode> code_;
};

} // namespace viresco::lang
