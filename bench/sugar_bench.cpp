// A plant of 64 units with ten loops, costs and indicators (examples/sugar): time of an evaluation, samples per second in lanes,
// and how much of an evaluation is Newton's method. Every evaluation has parameters of its own, each moved by up to 1 %, and starts
// at the nominal solution, never at that of the sample before. For comparison: BioSTEAM takes 0.083 s for a plant of this kind.
#include "jit/jit.h"
#include "samples.h"

namespace viresco::bench {
namespace {

constexpr double biosteam_seconds = 0.083, wanted_seconds = 0.5e-3, wanted_samples = 10000;

const cases::Case& sugar() {
    static const std::unique_ptr<cases::Case> c = compile(request("examples/sugar"));
    return *c;
}

void describe(benchmark::State& state, const cases::Case& c) {
    size_t units = 0;
    for (const plant::Plant& p : c.routes) units += p.units.size();
    size_t largest = 0;
    for (const lang::ImplicitBlock& b : c.program.implicit()) largest = std::max(largest, b.unknowns.size());
    state.counters["units"] = static_cast<double>(units);
    state.counters["operations"] = c.program.n_operations();
    state.counters["unknowns"] = static_cast<double>(c.program.unknowns().size());
    state.counters["largest_block"] = static_cast<double>(largest);
}

/// Arguments: lanes; machine code or interpreted.
void evaluate(benchmark::State& state) {
    const cases::Case& c = sugar();
    const auto width = static_cast<size_t>(state.range(0));
    const auto parameters = samples(c, width, 256);
    lang::Evaluation e(c.program, static_cast<int>(width));
    if (state.range(1)) {
        jit::Options options;
        options.mode = jit::Mode::on;
        options.width = static_cast<int>(width);
        const auto code = jit::compile(c.program, options);
        if (!code->ready()) {
            state.SkipWithError(code->report().problem->text(Language::en).c_str());
            return;
        }
        state.counters["compiling"] = code->report().seconds;
        e.use(code);
    }
    size_t k = 0;
    double newton = 0;
    const double start = seconds();
    for (auto _ : state) {
        run(e, parameters[k++ % parameters.size()]);
        for (size_t l = 0; l < width; ++l) newton += e.status(static_cast<int>(l)).newton_iterations;
    }
    const double done = static_cast<double>(state.iterations()) * static_cast<double>(width);
    const double each = (seconds() - start) / done;
    describe(state, c);
    state.counters["newton"] = newton / done;
    state.counters["samples"] = benchmark::Counter(done, benchmark::Counter::kIsRate);
    state.counters["times_biosteam"] = biosteam_seconds / each;
    state.counters["of_wanted"] = each / (width == 1 ? wanted_seconds : 1 / wanted_samples); // 1 or less: met
}
BENCHMARK(evaluate)->ArgsProduct({{1, 8}, {0, 1}})->ArgNames({"lanes", "code"})->Unit(benchmark::kMicrosecond);

/// The same parameters again: what is left when Newton's method has next to nothing to do.
void nominal(benchmark::State& state) {
    const cases::Case& c = sugar();
    lang::Evaluation e(c.program, 1);
    for (auto _ : state) run(e, c.parameters);
    describe(state, c);
}
BENCHMARK(nominal)->Unit(benchmark::kMicrosecond);

void compile_case(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(compile(request("examples/sugar")));
}
BENCHMARK(compile_case)->Unit(benchmark::kMillisecond);

} // namespace
} // namespace viresco::bench
