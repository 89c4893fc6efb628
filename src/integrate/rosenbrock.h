#pragma once
#include "integrate/elimination.h"
#include "integrate/stepper.h"
#include "lang/dynamic.h"
#include "lang/kernels.h"
#include "numerics/sparse_lu.h"
#include <memory>
#include <vector>

namespace viresco::integrate {

/// The order of elimination for M / (gamma h) - df/dx of a program: made once, from the program alone.
Elimination eliminate(const lang::DynamicProgram&);

/// RODAS5P on W parameter sets side by side, each with its own time, step size and acceptance. What a lane does depends
/// on nothing but its own numbers: its bits are those of the same set with W = 1.
template <int W>
class RosenbrockLanes {
public:
    RosenbrockLanes(lang::DynamicEvaluation&, const Elimination&, double rtol);

    /// Lane l begins a run; atol: per variable. `first_step` 0: chosen from the rates.
    void begin(int lane, double time, std::span<const double> x, std::span<const double> atol, double first_step);
    /// Lane l begins anew after a jump; its step does not grow by that.
    void restart(int lane, double time, std::span<const double> x);
    void rest(int lane) { lane_[lane].active = false; }
    /// Where the next steps of a lane have to end at the latest.
    void stop_at(int lane, double time) { lane_[lane].stop = time; }

    enum class Outcome : char { none, accepted, rejected, failed };
    /// One attempt at a step on every active lane.
    void attempt();
    Outcome outcome(int lane) const { return lane_[lane].outcome; }
    StepFailure failure(int lane) const { return {lane_[lane].why, lane_[lane].t0}; }
    double time(int lane) const { return lane_[lane].t1; }
    double next_step(int lane) const { return lane_[lane].h; }
    const Statistics& statistics(int lane) const { return lane_[lane].count; }

    /// Dense output of the last step: of one lane, or of all at `fraction` of their steps (n x W).
    void at(int lane, double time, std::span<double> x);
    void at_times(const double* time, std::span<double> x);

private:
    struct Lane {
        bool active = false, fresh = false, rejected = false, last = false;
        Outcome outcome = Outcome::none;
        StepFailure::Why why = StepFailure::Why::not_a_number;
        int tries = 0;
        double t0 = 0, t1 = 0, h = 0, given = 0, stop = 0;
        Statistics count;
        bool alone = false; ///< its matrix needs pivots of its own in this attempt
        std::unique_ptr<numerics::SparseLu> lu;
    };
    void linearise();
    void choose_step(int lane);
    void factor();
    void solve(std::vector<double>& b);
    void solve_alone(int lane, const double* b, double* x);
    void stage(int i);
    void judge(int lane, double error, double factor);
    void interpolate();
    double first_step(int lane) const;

    lang::DynamicEvaluation& e_;
    const Elimination& order_;
    const size_t n_, n_states_;
    const double rtol_;
    const bool timed_;
    const lang::Kernels& kernels_;
    std::vector<int> diagonal_;
    std::vector<double> atol_, j_, w_, filled_, inverse_, x0_, x1_, f_, ft_, y_, work_, bound_, zero_, rhs_;
    std::vector<double> u_[8], dense_[3];
    Lane lane_[W];
    double t0_[W], h_[W], stage_time_[W];
    bool linearised_ = false, interpolated_ = false;
};

extern template class RosenbrockLanes<1>;
extern template class RosenbrockLanes<8>;

} // namespace viresco::integrate
