#include "integrate/events.h"
#include "base/messages/integrate.h"
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>

namespace viresco::integrate {

namespace {
std::string number(double v) { return fmt::format("{:.6g}", v); }
} // namespace

Events::Events(lang::DynamicEvaluation& e, const Options& o)
    : e_(e), o_(o), n_(e.program().events().size()), algebraic_(e), margins_(n_),
      x_(static_cast<size_t>(e.program().n_variables())) {}

const std::vector<double>& Events::margins(double time, std::span<const double> x) {
    if (n_) e_.margins({&time, 1}, x, margins_);
    return margins_;
}

double Events::locate(DenseOutput& dense, size_t k, double a, double b, double margin_a, double margin_b) {
    double fa = margin_a, fb = margin_b;
    int side = 0;
    for (int i = 0; i < 200; ++i) {
        const double width = 4 * std::numeric_limits<double>::epsilon() * std::max(std::abs(a), std::abs(b));
        if (b - a <= width) break;
        // Illinois; a bisection now and then so that it always ends.
        double t = i % 4 == 3 || fa == 0 ? 0.5 * (a + b) : b - fb * (b - a) / (fb - fa);
        t = std::clamp(t, a + 0.25 * width, b - 0.25 * width);
        dense.at(t, x_);
        const double f = margins(t, x_)[k];
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

void Events::happen(size_t first, bool turned, Point& p, std::vector<Occurrence>& happened, bool& ends) {
    shift_.assign(o_.sensitivities.size(), 0);
    if (turned && !shift_.empty()) time_shift(first, p);
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

void Events::guard_chatter(double span, double time, size_t event) const {
    constexpr size_t many = 200;
    if (recent_.size() > many && time - recent_[recent_.size() - many] < 1e-9 * span) chatter(time, event);
}

void Events::chatter(double time, size_t event) const {
    const lang::Event& ev = e_.program().events()[event];
    Diagnostics d;
    d.error(ev.pos, message::events_chatter, {ev.path, number(time)}).hint(message::events_chatter_hint);
    throw SolveError(d);
}

void Events::inconsistent(size_t k, double time) const {
    const lang::Event& ev = e_.program().events()[k];
    Diagnostics d;
    d.error(ev.pos, message::inconsistent_after_event, {ev.path, number(time)});
    throw SolveError(d);
}

void Events::apply(size_t k, Point& p) {
    if (!o_.sensitivities.empty()) {
        jump_sensitivities(k, p);
        return;
    }
    e_.jump(static_cast<int>(k), {&p.time, 1}, p.x);
    if (!algebraic_.satisfy(p.time, p.x)) inconsistent(k, p.time);
}

/// dtau/dp = -(g_x s + g_p) / (g_x f + g_t): the time at which the margin g is zero moves with the parameters.
/// Unknowns count with how they follow the states.
void Events::time_shift(size_t k, const Point& p) {
    const size_t n = p.x.size(), m = o_.sensitivities.size();
    std::vector<double> rate(n), along(n_), column(n);
    const int none = -1;
    const double one = 1, zero = 0;
    if (!algebraic_.speed(p.time, p.x, rate)) inconsistent(k, p.time);
    e_.margins({&p.time, 1}, p.x, margins_);
    e_.margins_along({{&none, 1}, {&one, 1}, rate}, along);
    const double speed = along[k];
    for (size_t j = 0; j < m; ++j) {
        for (size_t i = 0; i < n; ++i) column[i] = p.s[i * m + j];
        e_.margins_along({{&o_.sensitivities[j], 1}, {&zero, 1}, column}, along);
        shift_[j] = speed != 0 ? -along[k] / speed : 0;
    }
}

/// Of the states s+ = h_x s + h_p + (h_x f- + h_t - f+) dtau/dp; the unknowns follow from their equations.
void Events::jump_sensitivities(size_t k, Point& p) {
    const size_t n = p.x.size(), m = o_.sensitivities.size();
    std::vector<double> before(n), after(n), column(n), moved(n), jumped(n), kept(n * m), x = p.x;
    const int none = -1;
    const double one = 1, zero = 0;
    const auto event = static_cast<int>(k);
    if (!algebraic_.speed(p.time, p.x, before)) inconsistent(k, p.time);
    e_.jump(event, {&p.time, 1}, x);
    // Slots hold the values before the jump.
    e_.jump_along(event, {{&none, 1}, {&one, 1}, before}, moved); // h_x f- + h_t
    for (size_t j = 0; j < m; ++j) {
        for (size_t i = 0; i < n; ++i) column[i] = p.s[i * m + j];
        e_.jump_along(event, {{&o_.sensitivities[j], 1}, {&zero, 1}, column}, jumped);
        for (size_t i = 0; i < n; ++i) kept[i * m + j] = jumped[i];
    }
    p.x = x;
    if (!algebraic_.satisfy(p.time, p.x)) inconsistent(k, p.time);
    e_.rates({&p.time, 1}, p.x, after);
    for (size_t i = 0; i < n; ++i)
        for (size_t j = 0; j < m; ++j) p.s[i * m + j] = kept[i * m + j] + (moved[i] - after[i]) * shift_[j];
    if (!algebraic_.satisfy_sensitivities(p.time, p.x, o_.sensitivities, p.s)) inconsistent(k, p.time);
}

} // namespace viresco::integrate
