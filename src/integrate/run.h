#pragma once
#include "lang/dynamic.h"
#include <span>
#include <vector>

namespace viresco::integrate {

enum class Method { automatic, bdf, rosenbrock };

struct Options {
    double rtol = 1e-6;
    double atol = 1e-2; ///< absolute tolerance of a variable = atol x rtol x its usual size (State::nominal)
    Method method = Method::automatic;
    long max_steps = 1'000'000;
    double max_seconds = 600;       ///< of processor time
    std::vector<int> sensitivities; ///< parameters by which the variables are differentiated
};

struct Statistics {
    long steps = 0, failed_steps = 0, rates = 0, jacobians = 0, factorisations = 0;
};

struct Occurrence {
    double time;
    int event;
};

/// A point of a run: all that is needed to go on from there.
struct Point {
    double time = 0;
    std::vector<double> x; ///< states, then unknowns
    std::vector<double> s; ///< dx/dp: variables x sensitivities, row-major
    std::vector<char> on;  ///< per event: its condition holds
};

struct Trajectory {
    std::vector<Point> points; ///< at the times asked for
    Point end;
    std::vector<Occurrence> events;
    Statistics statistics;
};

/// The start: states from their start values, unknowns from their equations. Throws SolveError.
Point start(lang::DynamicEvaluation&, const Options&);

/// Integrates from `from` to `until`, stopping at `times` (ascending, within the span) to look; an event that ends the
/// run ends it earlier. At the time of an event the point after it is what is reported. Throws SolveError that says
/// when, what and the last good point.
Trajectory run(lang::DynamicEvaluation&, const Point& from, double until, std::span<const double> times,
               const Options&);

/// Steady state near `from`: Newton on the rates, with pseudo-transient continuation while it is far. Throws SolveError
/// with what moves most.
Point steady(lang::DynamicEvaluation&, const Point& from, const Options&, Statistics&);

} // namespace viresco::integrate
