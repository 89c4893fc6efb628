#include "integrate/course.h"
#include "base/messages/integrate.h"
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>

namespace viresco::integrate {
namespace {

using Clock = std::chrono::steady_clock;

std::string number(double v) { return fmt::format("{:.6g}", v); }

MessageId reason(StepFailure::Why why) {
    switch (why) {
    case StepFailure::Why::not_a_number: return message::rates_not_finite;
    case StepFailure::Why::step_too_small: return message::step_too_small;
    case StepFailure::Why::singular: return message::singular_system;
    default: return message::steps_rejected;
    }
}

/// Amounts, masses, volumes, and these per each other: what cannot be less than nothing.
bool is_amount(const units::Dimension& dimension) {
    bool any = false;
    for (const auto& e : dimension.exponents()) {
        if (e.base != "kg" && e.base != "mol" && e.base != "m") return false;
        any = any || e.base != "m" || (e.numerator == 3 && e.denominator == 1);
    }
    return any;
}

} // namespace

/// `why` at `time`, with the variable that changes fastest at the last good point and what may have led there.
void Course::fail_at(MessageId why, double time) const {
    const lang::DynamicProgram& program = e_.program();
    std::vector<double> f(p_.x.size());
    e_.rates({&p_.time, 1}, p_.x, f);
    size_t worst = 0;
    double most = -1;
    for (size_t i = 0; i < f.size(); ++i) {
        const double speed = std::isfinite(f[i]) ? std::abs(f[i]) / (std::abs(p_.x[i]) + 1e-300)
                                                 : std::numeric_limits<double>::infinity();
        if (speed > most) most = speed, worst = i;
    }
    const auto i = static_cast<int>(worst);
    const SourcePos pos = i < program.n_states()
                              ? program.states()[worst].pos
                              : program.unknowns()[worst - static_cast<size_t>(program.n_states())].pos;
    Diagnostics d;
    auto& error = d.error(pos, why, {number(time), f.empty() ? "-" : program.variable_path(i)});
    if (!f.empty())
        error.hint(message::last_good_point,
                   {number(p_.time), program.variable_path(i), number(p_.x[worst]), number(f[worst])});
    constexpr double equal = 1e-6, huge = 1e8;
    for (size_t k = 0; k < below_.size(); ++k) {
        const std::string& path = program.states()[k].path;
        if (p_.x[k] < 0 && std::isfinite(below_[k])) error.hint(message::went_negative, {path, number(p_.x[k])});
        if (std::abs(p_.x[k]) > huge * size_[k]) error.hint(message::grew_without_bound, {path, number(p_.x[k])});
    }
    if (const auto tie = Kinks(program).tie(e_, p_.time, p_.x, equal))
        error.hint(message::at_a_kink, {tie->operation, tie->variables, number(tie->left), number(tie->right)});
    throw SolveError(d);
}

Course::Course(lang::DynamicEvaluation& e, const Point& from, double until, std::span<const double> times,
               const Options& options)
    : e_(e), o_(options), events_(e, options), p_(from), begin_(from.time), until_(until), times_(times),
      window_begin_(from.time), began_(Clock::now()) {
    const lang::DynamicProgram& program = e.program();
    const auto atol = absolute_tolerances(program, from, options);
    for (size_t k = 0; k < program.states().size(); ++k) {
        size_.push_back(atol[k] / (options.atol * options.rtol));
        // As far below zero as the tolerance does not explain.
        constexpr double beyond = 100;
        const bool amount = is_amount(program.states()[k].unit.dimension) && from.x[k] >= 0;
        below_.push_back(amount ? -beyond * options.rtol * size_[k] : -std::numeric_limits<double>::infinity());
    }
    inputs();
    const auto now = events_.margins(p_.time, p_.x);
    for (size_t k = 0; k < now.size(); ++k)
        if (now[k] > 0 && !p_.on[k]) events_.happen(k, false, p_, out_.events, ends_);
    report_here();
    margins_before_ = events_.margins(p_.time, p_.x);
}

double Course::stop() const {
    double stop = o_.max_step > 0 ? std::min(until_, p_.time + o_.max_step) : until_;
    if (o_.schedule && row_ < o_.schedule->rows.size()) stop = std::min(stop, o_.schedule->rows[row_].time);
    return stop;
}

bool Course::inputs() {
    if (!o_.schedule) return false;
    bool any = false;
    const size_t m = o_.sensitivities.size();
    for (; row_ < o_.schedule->rows.size() && o_.schedule->rows[row_].time <= p_.time; ++row_)
        for (const auto& [variable, value] : o_.schedule->rows[row_].set) {
            const auto i = static_cast<size_t>(variable);
            p_.x[i] = value;
            std::fill_n(p_.s.begin() + static_cast<ptrdiff_t>(i * m), m, 0.0); // it depends on no parameter
            any = true;
        }
    if (!any) return false;
    Algebraic algebraic(e_);
    if (!algebraic.satisfy(p_.time, p_.x) || !algebraic.satisfy_sensitivities(p_.time, p_.x, o_.sensitivities, p_.s))
        fail_at(message::inconsistent_inputs, p_.time);
    return true;
}

void Course::report_here() {
    while (next_ < times_.size() && times_[next_] <= p_.time) {
        out_.points.push_back(p_);
        ++next_;
    }
}

/// Points at the times asked for before `time`, within the last step.
void Course::report_until(DenseOutput& dense, double time) {
    while (next_ < times_.size() && times_[next_] < time) {
        Point q = p_;
        q.time = times_[next_];
        dense.at(q.time, q.x);
        dense.sensitivities_at(q.time, q.s);
        out_.points.push_back(std::move(q));
        ++next_;
    }
}

bool Course::take(DenseOutput& dense, double b, std::span<const double> margins) {
    const size_t n = events_.size();
    const double a = p_.time;
    double when = b, left = a;
    size_t which = n;
    for (int part = 1; n && part <= parts && which == n; ++part) {
        const double right = part_end(part, b);
        const std::span<const double> after = margins.subspan(static_cast<size_t>(part - 1) * n, n);
        for (size_t k = 0; k < n; ++k) {
            if (p_.on[k] || !(after[k] > 0)) continue;
            const double t = events_.locate(dense, k, left, right, std::min(margins_before_[k], 0.0), after[k]);
            if (which == n || t < when) when = t, which = k;
        }
        if (which == n)
            for (size_t k = 0; k < n; ++k) p_.on[k] = after[k] > 0;
        margins_before_.assign(after.begin(), after.end());
        left = right;
    }
    report_until(dense, when);
    p_.time = when;
    dense.at(when, p_.x);
    dense.sensitivities_at(when, p_.s);
    if (which < n) {
        events_.happen(which, true, p_, out_.events, ends_);
        events_.guard_chatter(until_ - begin_, p_.time, which);
        margins_before_ = events_.margins(p_.time, p_.x);
    }
    const bool switched = inputs();
    if (switched) margins_before_ = events_.margins(p_.time, p_.x);
    report_here();
    keep_limits();
    return which < n || switched;
}

void Course::keep_limits() {
    note_negative();
    watch_progress();
    if (++steps_ > o_.max_steps) fail_at(message::too_many_steps, p_.time);
    constexpr long now_and_then = 16;
    if (steps_ % now_and_then == 0 && std::chrono::duration<double>(Clock::now() - began_).count() > o_.max_seconds)
        fail_at(message::out_of_time, p_.time);
}

/// The lowest of every state that cannot be less than nothing but is.
void Course::note_negative() {
    for (size_t k = 0; k < below_.size(); ++k) {
        if (!(p_.x[k] < below_[k])) continue;
        auto at = std::find_if(out_.negative.begin(), out_.negative.end(),
                               [&](const Negative& n) { return n.state == static_cast<int>(k); });
        if (at == out_.negative.end())
            out_.negative.push_back({static_cast<int>(k), p_.time, p_.x[k]});
        else
            at->lowest = std::min(at->lowest, p_.x[k]);
    }
}

/// A run at whose pace the steps will not suffice is watched for a while: does it slide along a kink?
void Course::watch_progress() {
    constexpr long window = 20'000, watched = 1000;
    constexpr long sliding = watched / 100;
    if (kinks_) {
        kinks_->look(e_, p_.time, p_.x);
        if (kinks_->looks() < watched) return;
        if (const auto kink = kinks_->busiest(e_); kink && kink->changes >= sliding) {
            Diagnostics d;
            d.error(e_.program().states().front().pos, message::slides_along_a_kink,
                    {number(p_.time), kink->operation, kink->variables, number(kink->left), number(kink->right)})
                .hint(message::slides_along_a_kink_hint);
            throw SolveError(d);
        }
        kinks_.reset();
        window_steps_ = 0;
        window_begin_ = p_.time;
    }
    if (++window_steps_ < window) return;
    const double pace = (p_.time - window_begin_) / window;
    if (pace * static_cast<double>(o_.max_steps - steps_) < until_ - p_.time) kinks_.emplace(e_.program());
    window_steps_ = 0;
    window_begin_ = p_.time;
}

void Course::fail(const StepFailure& failure) const { fail_at(reason(failure.why), failure.time); }

Trajectory Course::finish(const Statistics& statistics, double next_step) {
    out_.statistics = statistics;
    p_.step = next_step;
    out_.end = std::move(p_);
    return std::move(out_);
}

} // namespace viresco::integrate
