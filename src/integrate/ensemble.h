#pragma once
#include "integrate/run.h"
#include <memory>
#include <optional>

namespace viresco::integrate {

/// One parameter set of an ensemble and what became of it.
struct Member {
    Trajectory trajectory;
    std::optional<Diagnostics> failure; ///< why it ended early; its trajectory is then empty
};

/// Runs every parameter set from its start to `until` (or to the event that ends it) by the one-step method, eight side
/// by side on each of Options::threads threads. A set has its own step sizes, events and end; the next one takes the
/// lane of one that is done. The bits of a member are those of `run` with Method::rosenbrock, whatever its lane, its
/// neighbours and the number of threads.
/// parameters: members x n_parameters, row-major. code: machine code of the program for eight lanes, or null. Throws
/// ConfigError when sensitivities are asked for.
std::vector<Member> run_ensemble(const lang::DynamicProgram&, std::span<const double> parameters, double until,
                                 std::span<const double> times, const Options&,
                                 std::shared_ptr<lang::MachineCode> code = nullptr);

} // namespace viresco::integrate
