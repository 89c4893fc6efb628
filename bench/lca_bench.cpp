// The life-cycle engine on synthetic systems (lca_synthetic.h): a large background (20,000 processes), a harder one
// with ten times the long links and stronger loops, and one of the size of USLCI. All times are processor times.
// Aims: solve <= 30 ms, Monte Carlo >= 100 draws/s of 20 methods (small: >= 2,000/s), sensitivities <= 50 ms,
// 20 methods x 1,000 demands/s.
#include "lca/contribution_sensitivity.h"
#include "lca/monte_carlo.h"
#include "lca_synthetic.h"
#include <benchmark/benchmark.h>
#include <cmath>
#include <fstream>
#include <memory>
#include <string>

namespace viresco::bench {
namespace {

enum Size { large, harder, uslci_size };

const Synthetic& made(Size size) {
    static std::unique_ptr<Synthetic> cache[3];
    if (!cache[size]) {
        const SyntheticOptions options = size == large ? SyntheticOptions{} : size == harder ? hard() : small();
        cache[size] = std::make_unique<Synthetic>(synthetic(options));
    }
    return *cache[size];
}

/// Resident memory of this program in MB (Linux; 0 elsewhere).
double resident_megabytes() {
    std::ifstream in("/proc/self/statm");
    double pages = 0;
    in >> pages >> pages;
    return pages * 4096 / 1e6;
}

void setup(benchmark::State& state, Size size) {
    const Synthetic& s = made(size);
    for (auto _ : state) benchmark::DoNotOptimize(lca::Solver(s.system));
    state.counters["technosphere"] = s.system.technosphere.entries();
    state.counters["intervention"] = s.system.intervention.entries();
}
BENCHMARK_CAPTURE(setup, large, large)->Unit(benchmark::kMillisecond);

void solve(benchmark::State& state, Size size) {
    const Synthetic& s = made(size);
    const lca::Solver solver(s.system);
    lca::Solution x;
    int activity = 0;
    double residual = 0;
    for (auto _ : state) {
        x = solver.solve(activity = (activity + 613) % static_cast<int>(s.system.diagonal.size()));
        residual = std::max(residual, x.residual);
    }
    // Before a time counts: the adjoint gives the same scores.
    const lca::UnitScores unit(solver);
    const auto forward = solver.scores(solver.inventory(x.x));
    double worst = 0;
    for (size_t c = 0; c < forward.size(); ++c) {
        worst = std::max(worst, std::fabs(forward[c] / unit.of(activity)[c] - 1));
    }
    if (worst > 1e-12 || residual > 1e-14) state.SkipWithError("forward and adjoint differ");
    state.counters["sweeps"] = x.sweeps;
    state.counters["residual"] = residual;
    state.counters["adjoint_error"] = worst;
    state.SetLabel(lca::to_string(x.method));
}
BENCHMARK_CAPTURE(solve, large, large)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(solve, harder, harder)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(solve, uslci_size, uslci_size)->Unit(benchmark::kMillisecond);

/// Forward solve, adjoint, derivatives by every amount, first-order mean and standard deviation: one method.
void sensitivities(benchmark::State& state, Size size) {
    const Synthetic& s = made(size);
    const lca::Solver solver(s.system);
    const lca::Sensitivities all(solver, s.database);
    for (auto _ : state) {
        const auto x = solver.solve(5).x, unit = solver.unit_scores(0).x;
        benchmark::DoNotOptimize(all.of(x, unit, 0));
    }
    state.counters["amounts"] = static_cast<double>(all.amounts().size());
}
BENCHMARK_CAPTURE(sensitivities, large, large)->Unit(benchmark::kMillisecond);

void monte_carlo(benchmark::State& state, Size size, int draws, bool control) {
    const Synthetic& s = made(size);
    const lca::MonteCarlo mc(s.database, s.system);
    std::vector<std::vector<double>> demand(1, std::vector<double>(s.system.diagonal.size(), 0));
    demand[0][5] = 1;
    lca::MonteCarloOptions options;
    options.control_variate = control;
    options.draws = 1; // warm
    (void)mc.run(demand, options);
    const double before = resident_megabytes();
    lca::MonteCarloResult r;
    options.draws = draws;
    for (auto _ : state) r = mc.run(demand, options);
    state.counters["draws"] = benchmark::Counter(draws, benchmark::Counter::kIsIterationInvariantRate);
    state.counters["sweeps"] = r.sweeps;
    state.counters["escalated"] = r.escalated;
    state.counters["residual"] = r.residual;
    state.counters["memory_growth_MB"] = resident_megabytes() - before;
    const lca::ScoreSummary x = r.summary(0, 0);
    state.counters["error_ratio"] = x.standard_error / x.controlled_error;
}
BENCHMARK_CAPTURE(monte_carlo, large, large, 500, false)->Unit(benchmark::kMillisecond)->Iterations(1);
BENCHMARK_CAPTURE(monte_carlo, large_controlled, large, 500, true)->Unit(benchmark::kMillisecond)->Iterations(1);
BENCHMARK_CAPTURE(monte_carlo, harder, harder, 200, false)->Unit(benchmark::kMillisecond)->Iterations(1);
BENCHMARK_CAPTURE(monte_carlo, uslci_size, uslci_size, 5000, false)->Unit(benchmark::kMillisecond)->Iterations(1);
BENCHMARK_CAPTURE(monte_carlo, uslci_size_controlled, uslci_size, 5000, true)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1);

/// 20 adjoints, once per background.
void unit_scores(benchmark::State& state, Size size) {
    const lca::Solver solver(made(size).system);
    for (auto _ : state) benchmark::DoNotOptimize(lca::UnitScores(solver));
}
BENCHMARK_CAPTURE(unit_scores, large, large)->Unit(benchmark::kMillisecond);

/// A running plant: 40 background demands in every time step, 20 methods.
void time_steps(benchmark::State& state, Size size) {
    const lca::Solver solver(made(size).system);
    const lca::UnitScores unit(solver);
    std::vector<int> activity;
    std::vector<double> amount, out(static_cast<size_t>(unit.categories()));
    for (int k = 0; k < 40; ++k) {
        activity.push_back(k * 487 % static_cast<int>(made(size).system.diagonal.size()));
        amount.push_back(1 + k);
    }
    for (auto _ : state) {
        amount[0] += 1e-6;
        unit.scores(activity, amount, out);
        benchmark::DoNotOptimize(out.data());
    }
    state.counters["steps"] = benchmark::Counter(1, benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK_CAPTURE(time_steps, large, large)->Unit(benchmark::kMicrosecond);

} // namespace
} // namespace viresco::bench
