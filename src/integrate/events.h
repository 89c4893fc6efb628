#pragma once
#include "integrate/consistent.h"
#include "integrate/stepper.h"

namespace viresco::integrate {

/// Events of one run: which conditions hold, where the next one turns true, and what then happens.
class Events {
public:
    Events(lang::DynamicEvaluation&, const Options&);

    size_t size() const { return n_; }
    const std::vector<double>& margins(double time, std::span<const double> x);
    /// The time in (a, b] where event k turns true, on the dense output; its margin is <= 0 at a and > 0 at b.
    double locate(DenseOutput&, size_t k, double a, double b, double margin_a, double margin_b);
    /// Applies `first` and then whatever its jump makes true, until nothing more happens. `turned`: its condition turned
    /// true just now, so that the time moves with the parameters; otherwise it holds from the start. Throws SolveError.
    void happen(size_t first, bool turned, Point&, std::vector<Occurrence>& happened, bool& ends);
    /// Throws SolveError when events happen again and again at one time.
    void guard_chatter(double span, double time, size_t event) const;

private:
    [[noreturn]] void chatter(double time, size_t event) const;
    [[noreturn]] void inconsistent(size_t event, double time) const;
    void apply(size_t event, Point&);
    void time_shift(size_t event, const Point&);
    void jump_sensitivities(size_t event, Point&);

    lang::DynamicEvaluation& e_;
    const Options& o_;
    size_t n_;
    Algebraic algebraic_;
    std::vector<double> margins_, recent_, x_, shift_; // shift_: d(time)/dp of what happens now
};

} // namespace viresco::integrate
