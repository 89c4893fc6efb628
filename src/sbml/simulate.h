#pragma once
#include "integrate/run.h"
#include "sbml/compile.h"

namespace viresco::sbml {

/// What to run and what to look at. Times and values in the units of the model.
struct Request {
    double duration = 0;
    int steps = 0; ///< rows at 0, duration / steps, .. duration
    std::vector<std::string> variables;
    std::vector<std::string> amounts, concentrations; ///< species among them to be told as such; else as in formulas
    double rtol = 1e-9;
    double max_seconds = 600; ///< by the clock
};

struct Result {
    std::vector<std::string> columns; ///< "time", then the variables
    std::vector<std::vector<double>> rows;
    long steps = 0;
    int events = 0; ///< executed

    std::string csv() const;
};

/// Runs a model from its start. An event happens at the moment its trigger turns true; what is executed when follows
/// SBML: delays, priorities (looked at again after every execution; equal ones in an order drawn with a fixed seed),
/// persistence, values of trigger or of execution time. Throws ConfigError for an unknown variable, SolveError where the
/// method cannot go on.
Result simulate(const Compiled&, const Request&);

/// Writes numbers so that they read back as the same ones.
std::string number(double);

} // namespace viresco::sbml
