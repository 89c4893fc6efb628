#pragma once
#include "integrate/run.h"
#include <string>

namespace viresco::integrate {

/// A point as a JSON document: time, variables by name (SI, every bit), sensitivities by parameter and variable, which
/// events are on, the next step, and a fingerprint of the program. sensitivities: as in the Options of the run.
/// A run from a saved point is the uninterrupted one to the tolerance; by the one-step method, bit for bit, if that one
/// has a step end there (a row of Options::schedule that sets nothing).
std::string save_point(const lang::DynamicProgram&, const Point&, std::span<const int> sensitivities);

/// The point of a document of save_point; `name`: of its file, for messages. A variable or sensitivity that is not in it
/// is a ConfigError; what the program does not know, or another fingerprint, is a warning.
Point restore_point(const lang::DynamicProgram&, const std::string& document, const std::string& name,
                    std::span<const int> sensitivities, Diagnostics& warnings);

/// A fingerprint of what a program computes: its names, tapes and constants; not of parameter values.
std::string fingerprint(const lang::DynamicProgram&);

} // namespace viresco::integrate
