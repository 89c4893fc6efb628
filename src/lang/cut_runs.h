#pragma once
#include "lang/model.h"

namespace viresco::lang {

/// A run in time taken out of a model's graph: what the program keeps of it, and the system that it integrates from
/// time 0 to 1 (time per duration). The system's parameters are the run's inputs, its outputs the outcomes, in order.
struct CutRun {
    TimeRun run; ///< without a solver yet
    DynamicProgram system;
    int n_named_states = 0; ///< the first of its states; the others are integrals that formulas ask for
};

/// Cuts out every run that was declared; states and events must be closed. A named value outside of the runs that
/// changes in time, an equation within a run, a run that asks for states of another: errors.
std::vector<CutRun> cut_runs(Model&, const std::vector<Event>&);

/// Per node: it changes with states or time.
std::vector<char> varying(const Graph&);

} // namespace viresco::lang
