#include "base/messages/integrate.h"
#include "integrate/run.h"
#include "integrate/stepper.h"
#include "numerics/sparse_lu.h"
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace viresco::integrate {

bool make_consistent(lang::DynamicEvaluation& e, double time, std::span<double> x) {
    const lang::DynamicProgram& program = e.program();
    const auto first = static_cast<size_t>(program.n_states()), n = x.size();
    if (first == n) return true;
    // The columns and rows of the unknowns within df/dx.
    const auto& pattern = program.jacobian();
    std::vector<int> begin{0}, row, from;
    for (size_t column = first; column < n; ++column) {
        for (int k = pattern.start[column]; k < pattern.start[column + 1]; ++k)
            if (const int r = pattern.row[static_cast<size_t>(k)]; r >= static_cast<int>(first)) {
                row.push_back(r - static_cast<int>(first));
                from.push_back(k);
            }
        begin.push_back(static_cast<int>(row.size()));
    }
    numerics::SparseLu lu(begin, row);
    std::vector<double> j(pattern.row.size()), values(row.size()), f(n), dx(n - first), trial(x.begin(), x.end());
    const auto size = [&](std::span<const double> at) {
        e.rates({&time, 1}, at, f);
        double sum = 0;
        for (size_t i = first; i < n; ++i) sum += f[i] * f[i];
        return std::sqrt(sum);
    };
    double norm = size(x);
    for (int iteration = 0; iteration < 100; ++iteration) {
        if (!std::isfinite(norm)) return false;
        e.jacobian({&time, 1}, x, j);
        for (size_t k = 0; k < from.size(); ++k) values[k] = j[static_cast<size_t>(from[k])];
        if (!lu.factor(values)) return norm == 0;
        e.rates({&time, 1}, x, f);
        for (size_t i = first; i < n; ++i) dx[i - first] = -f[i];
        lu.solve(dx);
        double largest = 0;
        for (size_t i = first; i < n; ++i)
            largest = std::max(largest, std::abs(dx[i - first]) / std::max(std::abs(x[i]), 1e-300));
        double step = 1, reached = norm;
        for (int half = 0; half < 40; ++half, step /= 2) {
            for (size_t i = first; i < n; ++i) trial[i] = x[i] + step * dx[i - first];
            std::copy_n(x.begin(), first, trial.begin());
            reached = size(trial);
            if (reached < norm || norm == 0 || (largest < 1e-8 && reached <= norm * 1.5)) break;
        }
        std::copy(trial.begin(), trial.end(), x.begin());
        norm = reached;
        if (largest < 1e-13 || norm == 0) return true;
    }
    return false;
}

Point steady(lang::DynamicEvaluation& e, const Point& from, const Options& options, Statistics& statistics) {
    const lang::DynamicProgram& program = e.program();
    const auto n = static_cast<size_t>(program.n_variables()), n_states = static_cast<size_t>(program.n_states());
    const auto& pattern = program.jacobian();
    numerics::SparseLu lu(pattern.start, pattern.row);
    std::vector<double> size = absolute_tolerances(program, from.x, options); // usual size of each variable
    for (double& s : size) s /= options.rtol * options.atol;
    Point p = from;
    std::vector<double> j(pattern.row.size()), w(j.size()), f(n), dx(n), trial(n);
    std::vector<size_t> diagonal(n);
    for (size_t column = 0; column < n; ++column)
        for (int k = pattern.start[column]; k < pattern.start[column + 1]; ++k)
            if (pattern.row[static_cast<size_t>(k)] == static_cast<int>(column))
                diagonal[column] = static_cast<size_t>(k);
    const auto weight = [&](size_t i) { return std::max(std::abs(p.x[i]), size[i]); };
    // Rate of change relative to the size of each state: 1/s.
    const auto norm = [&](std::span<const double> at) {
        e.rates({&p.time, 1}, at, f);
        ++statistics.rates;
        double sum = 0;
        for (size_t i = 0; i < n; ++i) sum += (f[i] / weight(i)) * (f[i] / weight(i));
        return std::sqrt(sum);
    };
    double now = norm(p.x);
    double dt = now > 0 ? 0.1 / now : 1e300;
    for (int iteration = 0; iteration < 2000; ++iteration) {
        if (!std::isfinite(now)) break;
        e.jacobian({&p.time, 1}, p.x, j);
        ++statistics.jacobians;
        for (size_t k = 0; k < j.size(); ++k) w[k] = -j[k];
        for (size_t i = 0; i < n_states; ++i) w[diagonal[i]] += 1 / dt;
        e.rates({&p.time, 1}, p.x, f);
        dx = f;
        ++statistics.factorisations;
        if (!lu.factor(w)) {
            dt /= 10;
            if (dt < 1e-30) break;
            continue;
        }
        lu.solve(dx);
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
        if (near && largest < 1e-13) return p;
        if (near && largest < 1e-9 && reached >= 0.5 * now) return p; // round-off: no closer by Newton
        dt = std::min(1e300, dt * std::clamp(now / std::max(reached, 1e-300), 0.5, 10.0) * 1.5);
        now = reached;
        if (now == 0) return p;
    }
    size_t worst = 0;
    e.rates({&p.time, 1}, p.x, f);
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
