// The tape interpreter alone: time per operation and sample of every set of kernels that this processor can
// run, on the tapes of the integrated 6-APA plants at their nominal solution.
#include "lang/kernels.h"
#include "samples.h"

namespace viresco::bench {
namespace {

enum class Tapes { straight, residual, jacobian };

void interpret(benchmark::State& state, const lang::Kernels& set, Tapes which) {
    static const auto c = compile(request("examples/6-apa/integrated"));
    const auto w = static_cast<size_t>(set.width);
    lang::Evaluation e(c->program, 1);
    run(e, c->parameters);
    std::vector<double> slots(static_cast<size_t>(c->program.n_slots()) * w);
    for (size_t i = 0; i < slots.size(); ++i) slots[i] = e.value(static_cast<int32_t>(i / w));

    std::vector<const lang::Tape*> tapes;
    if (which == Tapes::straight)
        for (const lang::Tape& t : c->program.straight()) tapes.push_back(&t);
    else
        for (const lang::ImplicitBlock& b : c->program.implicit())
            tapes.push_back(which == Tapes::residual ? &b.residual : &b.jacobian);
    size_t operations = 0;
    for (const lang::Tape* t : tapes) operations += t->size();
    for (auto _ : state) {
        for (const lang::Tape* t : tapes) set.run(t->data(), t->data() + t->size(), slots.data());
        benchmark::ClobberMemory();
    }
    state.counters["operations"] = static_cast<double>(operations);
    state.counters["per_operation"] = benchmark::Counter(static_cast<double>(state.iterations()) *
                                                             static_cast<double>(operations * w),
                                                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

const bool registered = [] {
    int count = 0;
    const lang::Kernels* const* sets = lang::all_kernels(count);
    for (const auto& [which, name] :
         {std::pair{Tapes::straight, "straight"}, {Tapes::residual, "residual"}, {Tapes::jacobian, "jacobian"}})
        for (int k = 0; k < count; ++k)
            benchmark::RegisterBenchmark((std::string(name) + "/" + sets[k]->name).c_str(), [set = sets[k],
                                                                                             which = which](
                                                                                                benchmark::State& s) {
                interpret(s, *set, which);
            })->Unit(benchmark::kMicrosecond);
    return true;
}();

} // namespace
} // namespace viresco::bench
