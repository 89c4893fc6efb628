#pragma once
#include "integrate/run.h"
#include <memory>

namespace viresco::integrate {

/// Every point of the last step.
class DenseOutput {
public:
    virtual ~DenseOutput() = default;
    /// Variables and sensitivities at a time of the last step.
    virtual void at(double time, std::span<double> x) = 0;
    virtual void sensitivities_at(double time, std::span<double> s) = 0;
};

/// A method that goes forward one step at a time.
class Stepper : public DenseOutput {
public:
    /// Begins anew at a point that satisfies the algebraic equations; s: sensitivities (variables x parameters).
    virtual void restart(double time, std::span<const double> x, std::span<const double> s) = 0;
    /// One step, never past `stop`; returns the new time. Throws StepFailure.
    virtual double step(double stop) = 0;
    virtual void count(Statistics&) const = 0;
    /// What a one-step method would try next; 0: nothing to hand over.
    virtual double next_step() const { return 0; }
};

/// Why no further step is possible.
struct StepFailure {
    enum class Why { step_too_small, too_many_failures, not_a_number, singular } why;
    double time;
};

/// Absolute tolerance of every variable.
std::vector<double> absolute_tolerances(const lang::DynamicProgram&, const Point& from, const Options&);

/// Usual sizes of the parameters of Options::sensitivities: tolerances of dx/dp follow from those of x by them.
std::vector<double> parameter_sizes(const lang::DynamicProgram&, const Options&);

/// Variable-order BDF of CVODES with KLU; for systems without algebraic unknowns. Sensitivities by the staggered method.
std::unique_ptr<Stepper> make_bdf(lang::DynamicEvaluation&, const Options&, std::vector<double> atol);
/// Variable-order BDF of IDAS with KLU; takes algebraic unknowns along, with sensitivities by the staggered method.
std::unique_ptr<Stepper> make_ida(lang::DynamicEvaluation&, const Options&, std::vector<double> atol);
/// RODAS5P, a one-step method of order 5 that takes algebraic unknowns along and pays nothing for a restart.
/// first_step: 0: chosen from the rates.
std::unique_ptr<Stepper> make_rosenbrock(lang::DynamicEvaluation&, const Options&, std::vector<double> atol,
                                         double first_step);

} // namespace viresco::integrate
