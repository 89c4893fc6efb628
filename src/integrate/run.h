#pragma once
#include "lang/dynamic.h"
#include <span>
#include <utility>
#include <vector>

namespace viresco::integrate {

enum class Method {
    automatic,  ///< bdf, or ida where there are algebraic unknowns; rosenbrock for many changes of inputs
    bdf,        ///< CVODES
    rosenbrock, ///< RODAS5P; no sensitivities
    ida         ///< IDAS
};

/// Inputs that change at given times: held states take new values. Rows ascend in time.
struct Schedule {
    struct Row {
        double time;
        std::vector<std::pair<int, double>> set; ///< variable, value; empty: a step merely ends there
    };
    std::vector<Row> rows;
};

struct Options {
    double rtol = 1e-6;
    double atol = 1e-2;        ///< absolute tolerance of a variable = atol x rtol x its usual size (State::nominal)
    std::vector<double> sizes; ///< usual size per variable, in place of State::nominal; empty: none
    double max_step = 0;       ///< no step is longer; 0: no limit
    Method method = Method::automatic;
    long max_steps = 1'000'000;
    double max_seconds = 600;           ///< by the clock, of one run
    std::vector<int> sensitivities;     ///< parameters by which the variables are differentiated
    const Schedule* schedule = nullptr; ///< outlives the run
    int threads = 1;                    ///< of an ensemble; 0: as many as the machine has
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
    std::vector<double> x;     ///< states, then unknowns
    std::vector<double> s;     ///< dx/dp: variables x sensitivities, row-major
    std::vector<char> on;      ///< per event: its condition holds
    std::vector<double> start; ///< x where the run began: the usual sizes of what has no other
    double step = 0;           ///< the next step of the one-step method; 0: it is chosen from the rates
};

/// A state that cannot be less than nothing (an amount, a concentration, a volume) but was, by more than the tolerance
/// explains: the model takes more than there is.
struct Negative {
    int state;
    double since, lowest;
};

struct Trajectory {
    std::vector<Point> points; ///< at the times asked for
    Point end;
    std::vector<Occurrence> events;
    std::vector<Negative> negative;
    Statistics statistics;
};

/// The start: states from their start values, unknowns from their equations. Throws SolveError.
Point start(lang::DynamicEvaluation&, const Options&);

/// Integrates from `from` to `until`, stopping at `times` (ascending, within the span) to look; an event that ends the
/// run ends it earlier. At the time of an event the point after it is what is reported. Throws SolveError that says
/// when, what and the last good point.
Trajectory run(lang::DynamicEvaluation&, const Point& from, double until, std::span<const double> times,
               const Options&);

/// A warning for each of Trajectory::negative.
void warn_negative(const lang::DynamicProgram&, const Trajectory&, Diagnostics& warnings);

/// Steady state near `from`: Newton on the rates, with pseudo-transient continuation while it is far. Throws SolveError
/// with what moves most.
Point steady(lang::DynamicEvaluation&, const Point& from, const Options&, Statistics&);

} // namespace viresco::integrate
