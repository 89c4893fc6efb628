#pragma once
#include "integrate/run.h"

namespace viresco::integrate {

/// Solves a run in time within a program (lang::TimeRun): its system from time 0 to 1 by the one-step method, in lanes
/// too; derivatives by forward sensitivities of CVODES, or IDAS, at the same tolerance.
class BatchRun final : public lang::RunSolver {
public:
    /// n_named_states: the first of its states; the others are integrals.
    BatchRun(lang::DynamicProgram system, int n_named_states);
    int n_named_states() const { return n_named_states_; }

    /// Takes these inputs for the usual ones: they give the usual sizes of parameters and states, hence the absolute
    /// tolerances. Throws SolveError. Before it is called, starts and units stand for them.
    void learn(std::span<const double> inputs);

    void run(std::span<const double> inputs, int width, std::span<double> outcomes,
             std::span<std::optional<Diagnostics>> failures) const override;
    void derivatives(std::span<const double> inputs, std::span<double> jacobian) const override;
    uint64_t hash() const override;

    const lang::DynamicProgram& system() const { return system_; }
    /// Points of the run at `times` (of 0 to 1). Throws SolveError.
    Trajectory trajectory(std::span<const double> inputs, std::span<const double> times) const;

private:
    Options options() const;
    lang::DynamicProgram system_;
    int n_named_states_;
};

} // namespace viresco::integrate
