// The integrated 6-APA plants (examples/6-apa/integrated): evaluations per second, derivatives in units of an
// evaluation, compile time, results.
#include "samples.h"

namespace viresco::bench {
namespace {

enum Routes : int64_t { both, chemical, enzymatic };

const cases::Case& integrated(int64_t routes) {
    static std::unique_ptr<cases::Case> compiled[3];
    auto& c = compiled[routes];
    if (!c) {
        std::vector<std::string> names;
        if (routes == chemical) names = {"chemical"};
        if (routes == enzymatic) names = {"enzymatic"};
        c = compile(request("examples/6-apa/integrated", names));
    }
    return *c;
}

void describe(benchmark::State& state, const cases::Case& c) {
    state.SetLabel(state.range(0) == both ? "both routes" : state.range(0) == chemical ? "chemical" : "enzymatic");
    state.counters["operations"] = c.program.n_operations();
    state.counters["slots"] = c.program.n_slots();
    state.counters["unknowns"] = static_cast<double>(c.program.unknowns().size());
}

/// Arguments: routes, lanes. `per_sample` is the time of one sample, `samples` how many per second of one core.
void evaluate(benchmark::State& state) {
    const cases::Case& c = integrated(state.range(0));
    const auto width = static_cast<size_t>(state.range(1));
    const auto parameters = samples(c, width, 64);
    lang::Evaluation e(c.program, static_cast<int>(width));
    size_t k = 0;
    double newton = 0;
    for (auto _ : state) {
        run(e, parameters[k++ % parameters.size()]);
        for (size_t l = 0; l < width; ++l) newton += e.status(static_cast<int>(l)).newton_iterations;
    }
    const double done = static_cast<double>(state.iterations()) * static_cast<double>(width);
    describe(state, c);
    state.counters["newton"] = newton / done;
    state.counters["samples"] = benchmark::Counter(done, benchmark::Counter::kIsRate);
    state.counters["per_sample"] = benchmark::Counter(done, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(evaluate)
    ->ArgsProduct({{both, chemical, enzymatic}, {1, 8}})
    ->ArgNames({"routes", "lanes"})
    ->Unit(benchmark::kMicrosecond);

/// Evaluation and derivative in turn; the time shown is that of the derivative alone.
template <class Derivative>
void derivative(benchmark::State& state, Derivative&& of) {
    const cases::Case& c = integrated(state.range(0));
    const auto parameters = samples(c, 1, 64);
    lang::Evaluation e(c.program, 1);
    std::vector<double> evaluations, derivatives;
    size_t k = 0;
    for (auto _ : state) {
        const double start = seconds();
        run(e, parameters[k % parameters.size()]);
        const double between = seconds();
        of(c, e, parameters[k++ % parameters.size()]);
        const double end = seconds();
        evaluations.push_back(between - start);
        derivatives.push_back(end - between);
        state.SetIterationTime(end - between);
    }
    describe(state, c);
    // Medians: another program on the machine lengthens the one or the other.
    state.counters["evaluations"] = median(derivatives) / median(evaluations);
}

void gradient(benchmark::State& state) {
    std::vector<double> result;
    derivative(state, [&](const cases::Case& c, lang::Evaluation& e, const std::vector<double>&) {
        const std::string route = state.range(0) == enzymatic ? "enzymatic" : "chemical";
        const cases::Output* o = c.find(route + ".indicators.carbon_footprint");
        const std::pair<int32_t, double> seed[1] = {{o->slot, 1.0}};
        e.gradient(seed, result);
        benchmark::DoNotOptimize(result.data());
    });
}
BENCHMARK(gradient)->Arg(both)->Arg(chemical)->Arg(enzymatic)->ArgName("routes")->UseManualTime()->Unit(
    benchmark::kMicrosecond);

void tangent(benchmark::State& state) {
    std::vector<double> dots;
    derivative(state, [&](const cases::Case&, lang::Evaluation& e, const std::vector<double>& direction) {
        e.tangent(direction, dots);
        benchmark::DoNotOptimize(dots.data());
    });
}
BENCHMARK(tangent)->Arg(both)->Arg(chemical)->Arg(enzymatic)->ArgName("routes")->UseManualTime()->Unit(
    benchmark::kMicrosecond);

/// Files to program, with the nominal solution.
void compile_case(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(compile(request("examples/6-apa/integrated")));
    describe(state, integrated(both));
}
BENCHMARK(compile_case)->Arg(both)->Unit(benchmark::kMillisecond);

void results(benchmark::State& state) {
    const auto c = compile(request("examples/6-apa/integrated"));
    lang::Evaluation e(c->program, 1);
    run(e, c->parameters);
    size_t bytes = 0;
    for (auto _ : state) bytes = cases::results_json(*c, e, {}, "").size();
    state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(results)->Unit(benchmark::kMillisecond);

} // namespace
} // namespace viresco::bench
