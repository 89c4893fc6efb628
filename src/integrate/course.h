#pragma once
#include "base/message.h"
#include "integrate/events.h"
#include "integrate/kinks.h"
#include "integrate/stepper.h"
#include <chrono>
#include <optional>

namespace viresco::integrate {

/// One run as its steps come in: finds events and applies them, reports points, keeps the limits. It does not care who
/// makes the steps, so a run alone and a run in a lane are treated alike.
class Course {
public:
    /// Conditions that hold at the start happen at the start. Throws SolveError.
    Course(lang::DynamicEvaluation&, const Point& from, double until, std::span<const double> times, const Options&);

    bool done() const { return ends_ || p_.time >= until_; }
    const Point& point() const { return p_; }
    /// Where the next step has to end at the latest.
    double stop() const;

    /// A step is looked at at the ends of this many equal parts: a condition may turn true and false within it.
    static constexpr int parts = 4;
    double part_end(int part, double b) const { return part == parts ? b : p_.time + (b - p_.time) * part / parts; }
    /// Takes a step from point().time to b; margins: parts x events, at the part ends. True: something happened, the
    /// method has to begin anew at point(). Throws SolveError.
    bool take(DenseOutput&, double b, std::span<const double> margins);

    [[noreturn]] void fail(const StepFailure&) const;
    /// next_step: of the one-step method, to go on with; 0 after an event.
    Trajectory finish(const Statistics&, double next_step);

private:
    void report_until(DenseOutput&, double time);
    void report_here();
    void keep_limits();
    /// Rows of the schedule that are due at the present time; true when one was.
    bool inputs();
    void watch_progress();
    void note_negative();
    [[noreturn]] void fail_at(MessageId why, double time) const;

    lang::DynamicEvaluation& e_;
    const Options& o_;
    Events events_;
    Point p_;
    const double begin_, until_;
    std::span<const double> times_;
    size_t next_ = 0, row_ = 0;
    bool ends_ = false;
    Trajectory out_;
    std::vector<double> margins_before_, probe_;
    long steps_ = 0, window_steps_ = 0;
    double window_begin_ = 0;
    std::optional<Kinks> kinks_;       // while the run is watched
    std::vector<double> size_, below_; // per state: its usual size; what counts as negative, or -infinity
    std::chrono::steady_clock::time_point began_;
};

} // namespace viresco::integrate
