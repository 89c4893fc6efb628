#include "base/messages/integrate.h"
#include "integrate/run.h"
#include "integrate/stepper.h"
#include "numerics/sparse_lu.h"
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace viresco::integrate {

namespace {

/// Rates without those of pure integrals: states that nothing depends on never come to rest, and need not.
class RestingRates {
public:
    explicit RestingRates(lang::DynamicEvaluation& e) : e_(e) {
        const auto& pattern = e.program().jacobian();
        for (int i = 0; i < e.program().n_states(); ++i) {
            bool used = false;
            for (int k = pattern.start[static_cast<size_t>(i)]; k < pattern.start[static_cast<size_t>(i) + 1]; ++k)
                used = used || pattern.slot[static_cast<size_t>(k)] >= 0;
            if (!used) integrals_.push_back(static_cast<size_t>(i));
        }
    }
    void operator()(double time, std::span<const double> x, std::span<double> f) const {
        e_.rates({&time, 1}, x, f);
        clear(f);
    }
    void clear(std::span<double> f) const {
        for (const size_t i : integrals_) f[i] = 0;
    }
    const std::vector<size_t>& integrals() const { return integrals_; }

private:
    lang::DynamicEvaluation& e_;
    std::vector<size_t> integrals_;
};

/// Newton on the rates with pseudo-transient continuation. False: it got stuck at p.
bool newton(lang::DynamicEvaluation& e, const Point& from, const Options& options, Statistics& statistics, Point& p) {
    const lang::DynamicProgram& program = e.program();
    const auto n = static_cast<size_t>(program.n_variables()), n_states = static_cast<size_t>(program.n_states());
    const auto& pattern = program.jacobian();
    numerics::SparseLu lu(pattern.start, pattern.row);
    std::vector<double> size = absolute_tolerances(program, from, options); // usual size of each variable
    for (double& s : size) s /= options.rtol * options.atol;
    p = from;
    std::vector<double> j(pattern.row.size()), w(j.size()), f(n), dx(n), trial(n);
    std::vector<size_t> diagonal(n);
    for (size_t column = 0; column < n; ++column)
        for (int k = pattern.start[column]; k < pattern.start[column + 1]; ++k)
            if (pattern.row[static_cast<size_t>(k)] == static_cast<int>(column))
                diagonal[column] = static_cast<size_t>(k);
    const auto weight = [&](size_t i) { return std::max(std::abs(p.x[i]), size[i]); };
    const RestingRates rates(e);
    // Rate of change relative to the size of each state: 1/s.
    const auto norm = [&](std::span<const double> at) {
        rates(p.time, at, f);
        ++statistics.rates;
        double sum = 0;
        for (size_t i = 0; i < n; ++i) sum += (f[i] / weight(i)) * (f[i] / weight(i));
        return std::sqrt(sum);
    };
    // Rates of saturation type have roots at negative concentrations too.
    const auto possible = [&] {
        for (size_t i = 0; i < n_states; ++i)
            if (program.states()[i].positive && p.x[i] < -1e-9 * size[i]) return false;
        return true;
    };
    double now = norm(p.x);
    double dt = now > 0 ? 0.1 / now : 1e300;
    for (int iteration = 0; iteration < 2000; ++iteration) {
        if (!std::isfinite(now)) break;
        e.jacobian({&p.time, 1}, p.x, j);
        ++statistics.jacobians;
        for (size_t k = 0; k < j.size(); ++k) w[k] = -j[k];
        for (size_t i = 0; i < n_states; ++i) w[diagonal[i]] += 1 / dt;
        for (const size_t i : rates.integrals()) w[diagonal[i]] = 1;
        rates(p.time, p.x, f);
        dx = f;
        ++statistics.factorisations;
        if (!lu.factor(w)) {
            dt /= 10;
            if (dt < 1e-30) break;
            continue;
        }
        lu.solve(dx);
        rates.clear(dx);
        double largest = 0;
        for (size_t i = 0; i < n; ++i) largest = std::max(largest, std::abs(dx[i]) / weight(i));
        for (size_t i = 0; i < n; ++i) trial[i] = p.x[i] + dx[i];
        const double reached = norm(trial);
        const bool near = dt * now > 1e8;
        if (!std::isfinite(reached) || (reached > 2 * now && largest > 1e-10)) {
            dt /= 8;
            if (dt < 1e-30) break;
            continue;
        }
        ++statistics.steps;
        p.x = trial;
        bool escaped = false;
        for (size_t i = 0; i < n; ++i)
            escaped = escaped || std::abs(p.x[i]) > 1e12 * std::max(std::abs(from.x[i]), size[i]);
        if (escaped) break;
        // Done, or as close as round-off lets Newton's method come.
        if (near && (largest < 1e-13 || (largest < 1e-9 && reached >= 0.5 * now))) return possible();
        dt = std::min(1e300, dt * std::clamp(now / std::max(reached, 1e-300), 0.5, 10.0) * 1.5);
        now = reached;
        if (now == 0) return possible();
    }
    return false;
}

/// The fastest rate of change relative to the size of its variable [1/s].
double fastest(lang::DynamicEvaluation& e, const Point& p, std::span<const double> size) {
    std::vector<double> f(p.x.size());
    RestingRates{e}(p.time, p.x, f);
    double out = 0;
    for (size_t i = 0; i < f.size(); ++i) out = std::max(out, std::abs(f[i]) / std::max(std::abs(p.x[i]), size[i]));
    return out;
}

} // namespace

Point steady(lang::DynamicEvaluation& e, const Point& from, const Options& options, Statistics& statistics) {
    const lang::DynamicProgram& program = e.program();
    Point p = from;
    if (newton(e, from, options, statistics, p)) return p;
    // Kinks (min, max) on the way hold Newton's method up; time goes over them. Spans grow until it is near enough.
    Options loose = options;
    loose.rtol = std::max(options.rtol, 1e-5);
    loose.sensitivities.clear();
    loose.schedule = nullptr; // at rest its inputs are what they are at the start
    const auto n = static_cast<size_t>(program.n_variables()), n_states = static_cast<size_t>(program.n_states());
    std::vector<double> size = absolute_tolerances(program, from, options);
    for (double& s : size) s /= options.rtol * options.atol;
    Point at = from;
    double span = 10 / std::max(fastest(e, from, size), 1e-300);
    for (int round = 0; round < 12 && std::isfinite(span); ++round, span *= 10) {
        try {
            const Trajectory run = integrate::run(e, at, at.time + span, {}, loose);
            statistics.steps += run.statistics.steps;
            statistics.rates += run.statistics.rates;
            at = run.end;
        } catch (const SolveError&) {
            break; // the message about the steady state says more than that about the way
        }
        if (newton(e, at, options, statistics, p)) {
            p.time = from.time;
            return p;
        }
        if (fastest(e, at, size) * span < 1e-6) break; // it moves no more, yet Newton's method does not take it
    }
    p = at;
    std::vector<double> f(n);
    const auto weight = [&](size_t i) { return std::max(std::abs(p.x[i]), size[i]); };
    size_t worst = 0;
    RestingRates{e}(p.time, p.x, f);
    for (size_t i = 0; i < n; ++i)
        if (!(std::abs(f[i]) / weight(i) <= std::abs(f[worst]) / weight(worst))) worst = i;
    Diagnostics d;
    d.error(worst < n_states ? program.states()[worst].pos : SourcePos{}, message::no_steady_state,
            {program.variable_path(static_cast<int>(worst)), fmt::format("{:.6g}", p.x[worst]),
             fmt::format("{:.3g}", f[worst])})
        .hint(message::no_steady_state_hint);
    throw SolveError(d);
}

} // namespace viresco::integrate
