#include "integrate/run.h"
#include "base/messages/integrate.h"
#include "integrate/stepper.h"
#include <algorithm>
#include <cmath>
#include <ctime>
#include <fmt/format.h>
#include <limits>

namespace viresco::integrate {
namespace {

double seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }
std::string number(double v) { return fmt::format("{:.6g}", v); }

/// Events of one run: which conditions hold, where the next one turns true, and what then happens.
class Events {
public:
    Events(lang::DynamicEvaluation& e, const Options& o)
        : e_(e), o_(o), n_(e.program().events().size()), margins_(n_) {}

    const std::vector<double>& margins(double time, std::span<const double> x) {
        if (n_) e_.margins({&time, 1}, x, margins_);
        return margins_;
    }

    /// Applies `first` and then whatever its jump makes true, until nothing more happens.
    void happen(size_t first, Point& p, std::vector<Occurrence>& happened, bool& ends) {
        std::vector<size_t> due{first};
        int rounds = 0;
        while (!due.empty()) {
            const size_t k = due.front();
            due.erase(due.begin());
            p.on[k] = 1;
            happened.push_back({p.time, static_cast<int>(k)});
            ends = ends || e_.program().events()[k].ends;
            apply(k, p);
            if (++rounds > 1000) chatter(p.time, k);
            const auto now = margins(p.time, p.x);
            for (size_t j = 0; j < n_; ++j) {
                if (j == k) continue;
                if (now[j] > 0 && !p.on[j]) {
                    if (std::find(due.begin(), due.end(), j) == due.end()) due.push_back(j);
                } else if (now[j] <= 0) {
                    p.on[j] = 0;
                }
            }
            // The event itself may have undone its own condition.
            if (now[k] < 0) p.on[k] = 0;
        }
        recent_.push_back(p.time);
    }

    void guard_chatter(double span, double time, size_t event) const {
        constexpr size_t many = 200;
        if (recent_.size() > many && time - recent_[recent_.size() - many] < 1e-9 * span) chatter(time, event);
    }

private:
    [[noreturn]] void chatter(double time, size_t event) const {
        const lang::Event& ev = e_.program().events()[event];
        Diagnostics d;
        d.error(ev.pos, message::events_chatter, {ev.path, number(time)}).hint(message::events_chatter_hint);
        throw SolveError(d);
    }

    void apply(size_t k, Point& p) {
        const size_t m = o_.sensitivities.size();
        if (m) {
            jump_sensitivities(k, p);
            return;
        }
        e_.jump(static_cast<int>(k), {&p.time, 1}, p.x);
        if (!make_consistent(e_, p.time, p.x)) inconsistent(k, p.time);
    }
    [[noreturn]] void inconsistent(size_t k, double time) const {
        Diagnostics d;
        d.error(e_.program().events()[k].pos, message::inconsistent_after_event,
                {e_.program().events()[k].path, number(time)});
        throw SolveError(d);
    }

    /// s+ = h_x s + h_p + (h_x f- + h_t - f+) dtau/dp, dtau/dp = -(g_x s + g_p) / (g_x f- + g_t): the switching time
    /// moves with the parameters.
    void jump_sensitivities(size_t k, Point& p) {
        const size_t n = p.x.size(), m = o_.sensitivities.size();
        std::vector<double> before(n), after_rate(n), along(n_), column(n), moved(n), jumped(n);
        const int none = -1;
        const double one = 1, zero = 0;
        const auto event = static_cast<int>(k);
        e_.rates({&p.time, 1}, p.x, before);
        // Slots hold the values before the jump until the jump is taken.
        e_.margins({&p.time, 1}, p.x, margins_);
        e_.margins_along({{&none, 1}, {&one, 1}, before}, along);
        const double speed = along[k];
        std::vector<double> shift(m), kept(n * m);
        for (size_t j = 0; j < m; ++j) {
            for (size_t i = 0; i < n; ++i) column[i] = p.s[i * m + j];
            e_.margins_along({{&o_.sensitivities[j], 1}, {&zero, 1}, column}, along);
            shift[j] = speed != 0 ? -along[k] / speed : 0;
        }
        std::vector<double> x = p.x;
        e_.jump(event, {&p.time, 1}, x);
        e_.jump_along(event, {{&none, 1}, {&one, 1}, before}, moved); // h_x f- + h_t
        for (size_t j = 0; j < m; ++j) {
            for (size_t i = 0; i < n; ++i) column[i] = p.s[i * m + j];
            e_.jump_along(event, {{&o_.sensitivities[j], 1}, {&zero, 1}, column}, jumped);
            for (size_t i = 0; i < n; ++i) kept[i * m + j] = jumped[i];
        }
        p.x = x;
        e_.rates({&p.time, 1}, p.x, after_rate);
        for (size_t i = 0; i < n; ++i)
            for (size_t j = 0; j < m; ++j) p.s[i * m + j] = kept[i * m + j] + (moved[i] - after_rate[i]) * shift[j];
    }

    lang::DynamicEvaluation& e_;
    const Options& o_;
    size_t n_;
    std::vector<double> margins_, recent_;
};

/// The time in (a, b] where event k turns true, on the dense output; its margin is <= 0 at a and > 0 at b.
double locate(Stepper& stepper, Events& events, size_t k, double a, double b, double margin_a, double margin_b,
              std::vector<double>& x) {
    double fa = margin_a, fb = margin_b;
    int side = 0;
    for (int i = 0; i < 200; ++i) {
        const double width = 4 * std::numeric_limits<double>::epsilon() * std::max(std::abs(a), std::abs(b));
        if (b - a <= width) break;
        // Illinois; a bisection now and then so that it always ends.
        double t = i % 4 == 3 || fa == 0 ? 0.5 * (a + b) : b - fb * (b - a) / (fb - fa);
        t = std::clamp(t, a + 0.25 * width, b - 0.25 * width);
        stepper.at(t, x);
        const double f = events.margins(t, x)[k];
        if (f > 0) {
            b = t;
            fb = f;
            if (side == 1) fa /= 2;
            side = 1;
        } else {
            a = t;
            fa = f;
            if (side == -1) fb /= 2;
            side = -1;
        }
    }
    return b;
}

[[noreturn]] void fail(lang::DynamicEvaluation& e, const Point& last, MessageId why, double time) {
    const lang::DynamicProgram& program = e.program();
    std::vector<double> f(last.x.size());
    e.rates({&last.time, 1}, last.x, f);
    size_t worst = 0;
    double most = -1;
    for (size_t i = 0; i < f.size(); ++i) {
        const double speed = std::isfinite(f[i]) ? std::abs(f[i]) / (std::abs(last.x[i]) + 1e-300)
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
                   {number(last.time), program.variable_path(i), number(last.x[worst]), number(f[worst])});
    throw SolveError(d);
}

MessageId reason(StepFailure::Why why) {
    switch (why) {
    case StepFailure::Why::not_a_number: return message::rates_not_finite;
    case StepFailure::Why::step_too_small: return message::step_too_small;
    case StepFailure::Why::singular: return message::singular_system;
    default: return message::steps_rejected;
    }
}

} // namespace

std::vector<double> absolute_tolerances(const lang::DynamicProgram& program, std::span<const double> start,
                                        const Options& options) {
    std::vector<double> out;
    for (size_t i = 0; i < start.size(); ++i) {
        const bool state = i < program.states().size();
        double size = state ? program.states()[i].nominal : 0;
        if (size <= 0) size = std::abs(start[i]);
        if (size <= 0 || !std::isfinite(size)) size = state ? program.states()[i].unit.factor : 1;
        out.push_back(options.atol * options.rtol * size);
    }
    return out;
}

Point start(lang::DynamicEvaluation& e, const Options& options) {
    const lang::DynamicProgram& program = e.program();
    Point p;
    const size_t n = static_cast<size_t>(program.n_variables()), m = options.sensitivities.size();
    p.x.resize(n);
    e.start(p.x);
    for (size_t i = 0; i < static_cast<size_t>(program.n_states()); ++i)
        if (!std::isfinite(p.x[i])) {
            Diagnostics d;
            d.error(program.states()[i].pos, message::start_not_finite, {program.states()[i].path, number(p.x[i])});
            throw SolveError(d);
        }
    if (!make_consistent(e, 0, p.x)) {
        Diagnostics d;
        const lang::Unknown& u = program.unknowns().front();
        d.error(u.pos, message::inconsistent_start, {u.path, u.equation});
        throw SolveError(d);
    }
    p.s.assign(n * m, 0);
    std::vector<double> column(n);
    for (size_t j = 0; j < m; ++j) {
        e.start_along({&options.sensitivities[j], 1}, column);
        for (size_t i = 0; i < n; ++i) p.s[i * m + j] = column[i];
    }
    p.on.assign(program.events().size(), 0);
    return p;
}

Trajectory run(lang::DynamicEvaluation& e, const Point& from, double until, std::span<const double> times,
               const Options& options) {
    const lang::DynamicProgram& program = e.program();
    const bool algebraic = !program.unknowns().empty();
    const bool one_step = options.method == Method::rosenbrock || (options.method == Method::automatic && algebraic);
    if ((one_step || algebraic) && !options.sensitivities.empty()) {
        Diagnostics d;
        d.error({}, message::sensitivities_need_ode);
        throw ConfigError(d);
    }
    if (!one_step && algebraic) {
        Diagnostics d;
        d.error(program.unknowns().front().pos, message::method_needs_ode, {program.unknowns().front().path});
        throw ConfigError(d);
    }
    const double began = seconds();
    const auto atol = absolute_tolerances(program, from.x, options);
    const auto stepper = one_step ? make_rosenbrock(e, options, atol) : make_bdf(e, options, atol);
    Events events(e, options);

    Trajectory out;
    Point p = from;
    bool ends = false;
    const auto nothing_more = [&](double time) { return ends || time >= until; };
    // Conditions that hold at the start happen at the start.
    {
        const auto now = events.margins(p.time, p.x);
        for (size_t k = 0; k < now.size(); ++k)
            if (now[k] > 0 && !p.on[k]) events.happen(k, p, out.events, ends);
    }
    size_t next = 0;
    const auto report = [&](const Point& at) {
        out.points.push_back(at);
        ++next;
    };
    while (next < times.size() && times[next] <= p.time) report(p);
    if (!nothing_more(p.time)) stepper->restart(p.time, p.x, p.s);
    const size_t n_events = program.events().size();
    constexpr int parts = 4;
    std::vector<double> x(p.x.size()), probe(x.size()), margins_before = events.margins(p.time, p.x);
    long steps = 0;
    while (!nothing_more(p.time)) {
        const double a = p.time;
        double b = 0;
        try {
            b = stepper->step(until);
        } catch (const StepFailure& failure) {
            stepper->at(a, p.x);
            fail(e, p, reason(failure.why), failure.time);
        }
        // A condition may turn true and false within a step: look at some points of it, not only at its end.
        double when = b;
        size_t which = n_events;
        double left = a;
        for (int part = 1; part <= (n_events ? parts : 1) && which == n_events; ++part) {
            const double right = part == parts || !n_events ? b : a + (b - a) * part / parts;
            stepper->at(right, x);
            const std::vector<double> after = events.margins(right, x);
            for (size_t k = 0; k < n_events; ++k) {
                if (p.on[k] || !(after[k] > 0)) continue;
                const double t = locate(*stepper, events, k, left, right, std::min(margins_before[k], 0.0), after[k],
                                        probe);
                if (which == n_events || t < when) when = t, which = k;
            }
            if (which == n_events)
                for (size_t k = 0; k < n_events; ++k) p.on[k] = after[k] > 0;
            margins_before = after;
            left = right;
        }
        Point q = p;
        while (next < times.size() && times[next] < when) {
            q.time = times[next];
            stepper->at(q.time, q.x);
            stepper->sensitivities_at(q.time, q.s);
            report(q);
        }
        p.time = when;
        stepper->at(when, p.x);
        stepper->sensitivities_at(when, p.s);
        if (which < n_events) {
            events.happen(which, p, out.events, ends);
            events.guard_chatter(until - from.time, p.time, which);
            if (!nothing_more(p.time)) stepper->restart(p.time, p.x, p.s);
            margins_before = events.margins(p.time, p.x);
        }
        while (next < times.size() && times[next] <= p.time) {
            q = p;
            report(q);
        }
        if (++steps > options.max_steps) fail(e, p, message::too_many_steps, p.time);
        if (seconds() - began > options.max_seconds) fail(e, p, message::out_of_time, p.time);
    }
    stepper->count(out.statistics);
    out.end = std::move(p);
    return out;
}

} // namespace viresco::integrate
