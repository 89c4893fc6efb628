#pragma once
#include "kinetics/reaction_model.h"
#include "lang/graph.h"
#include <span>

namespace viresco::kinetics {

/// Quantities that every component of a process tells: elements, COD, charge, mass.
std::vector<std::string> conserved_quantities(const Process&, const matter::ComponentTable&);

/// Fills the coefficients that are left to conservation. `coefficients`: one node per cell, no_node where it is open;
/// open ones become linear combinations of the given ones, with constants from the components' contents. False, and an
/// error at the cell, where conservation does not determine it.
bool complete(lang::Graph&, const Process&, const matter::ComponentTable&, std::span<lang::NodeId> coefficients,
              Diagnostics&);

/// A coefficient that is no number at these parameters (it depends on a state, or divides by zero) is an error at its cell.
/// Continuity: every conserved quantity that a process makes or loses at these parameters by more than 1e-6 of what it
/// turns over is an error at the process, unless it is a named exception (then a warning with its size); an exception
/// that is none is an error too.
void check_continuity(const lang::Graph&, const Process&, const matter::ComponentTable&,
                      std::span<const lang::NodeId> coefficients, std::span<const double> parameters, Diagnostics&);

} // namespace viresco::kinetics
