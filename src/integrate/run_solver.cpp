#include "integrate/run_solver.h"
#include "integrate/ensemble.h"
#include "integrate/saved_point.h"
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace viresco::integrate {

BatchRun::BatchRun(lang::DynamicProgram system, int n_named_states)
    : system_(std::move(system)), n_named_states_(n_named_states) {}

Options BatchRun::options() const {
    Options o;
    o.rtol = 1e-8;
    o.max_steps = 100'000;
    o.max_seconds = 20;
    o.method = Method::rosenbrock;
    return o;
}

Trajectory BatchRun::trajectory(std::span<const double> inputs, std::span<const double> times) const {
    lang::DynamicEvaluation e(system_);
    e.set_parameters(inputs);
    const Options o = options();
    return integrate::run(e, start(e, o), 1, times, o);
}

void BatchRun::learn(std::span<const double> inputs) {
    system_.set_defaults(inputs);
    constexpr int looks = 64;
    std::vector<double> times;
    for (int k = 0; k <= looks; ++k) times.push_back(static_cast<double>(k) / looks);
    const Trajectory t = trajectory(inputs, times);
    for (int i = 0; i < system_.n_states(); ++i) {
        if (system_.states()[static_cast<size_t>(i)].nominal > 0) continue;
        double size = 0;
        for (const Point& p : t.points) size = std::max(size, std::abs(p.x[static_cast<size_t>(i)]));
        if (size > 0) system_.set_nominal(i, size);
    }
}

void BatchRun::run(std::span<const double> inputs, int width, std::span<double> outcomes,
                   std::span<std::optional<Diagnostics>> failures) const {
    const auto w = static_cast<size_t>(width);
    const size_t n = static_cast<size_t>(system_.n_parameters()), m = system_.output_slots().size();
    std::vector<double> sets(n * w);
    for (size_t i = 0; i < n; ++i)
        for (size_t l = 0; l < w; ++l) sets[l * n + i] = inputs[i * w + l];
    std::vector<Member> members;
    if (width == 1) {
        members.resize(1);
        try {
            members[0].trajectory = trajectory(sets, {});
        } catch (const SolveError& failure) {
            members[0].failure = failure.diagnostics();
        }
    } else {
        members = run_ensemble(system_, sets, 1, {}, options());
    }
    lang::DynamicEvaluation e(system_);
    std::vector<double> out(m);
    for (size_t l = 0; l < w; ++l) {
        if (members[l].failure) {
            failures[l] = std::move(members[l].failure);
            std::fill(out.begin(), out.end(), std::numeric_limits<double>::quiet_NaN());
        } else {
            const Point& end = members[l].trajectory.end;
            e.set_parameters(std::span(sets).subspan(l * n, n));
            e.outputs({&end.time, 1}, end.x, out);
        }
        for (size_t j = 0; j < m; ++j) outcomes[j * w + l] = out[j];
    }
}

void BatchRun::derivatives(std::span<const double> inputs, std::span<double> jacobian) const {
    const size_t n = static_cast<size_t>(system_.n_parameters()), m = system_.output_slots().size(),
                 n_x = static_cast<size_t>(system_.n_variables());
    Options o = options();
    o.method = Method::automatic;
    for (size_t i = 0; i < n; ++i) o.sensitivities.push_back(static_cast<int>(i));
    lang::DynamicEvaluation e(system_);
    e.set_parameters(inputs);
    const Point end = integrate::run(e, start(e, o), 1, {}, o).end;
    std::vector<double> out(m), dx(n_x);
    for (size_t i = 0; i < n; ++i) {
        for (size_t k = 0; k < n_x; ++k) dx[k] = end.s[k * n + i];
        e.outputs({&end.time, 1}, end.x, out);
        const int parameter = static_cast<int>(i);
        std::vector<double> along(m);
        e.outputs_along({{&parameter, 1}, {}, dx}, along);
        for (size_t j = 0; j < m; ++j) jacobian[j * n + i] = along[j];
    }
}

uint64_t BatchRun::hash() const { return std::hash<std::string>()(fingerprint(system_)); }

} // namespace viresco::integrate
