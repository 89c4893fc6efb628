#pragma once
#include "lang/dynamic.h"

namespace viresco::lang {

/// For every equation the unknowns it depends on (its own unknown only where it really does), and the runs in time, which
/// are numbered after the unknowns; the same for every run.
std::vector<std::vector<int>> equation_graph(const Graph&, const std::vector<Unknown>&, const std::vector<TimeRun>&);

/// Strong components in dependency order (Tarjan): a component comes after those it uses.
std::vector<std::vector<int>> strong_components(const std::vector<std::vector<int>>& uses);

/// Components that cannot be in a torn stream are taken out: least fixed point from "none is there".
void remove_absent(Program::Input&);

/// A tear that turns out not to lie on a loop is simply its definition.
void substitute_singletons(Program::Input&);

/// Torn unknowns whose equation is linear in themselves are solved for, one after the other, until none is left that can
/// be: the flows of water in a plant with recycles. One that keeps all of itself (a loop without an outlet) stays.
void eliminate_linear(Program::Input&);

/// All of the above on a system in time.
void reduce(DynamicProgram::Input&);

} // namespace viresco::lang
