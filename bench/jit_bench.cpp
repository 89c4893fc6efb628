// Machine code against the interpreter and against C++ written by hand, on the activated sludge model no. 1; and the time
// to compile it, alone and as 25 tanks in a row (325 states, the size of a whole treatment plant).
#include "asm1.h"
#include "jit/cache.h"
#include "jit/jit.h"
#include "samples.h"
#include <cmath>
#include <filesystem>

namespace viresco::bench {
namespace {

enum class By { hand, interpreter, code };

[[gnu::noinline]] void hand_rates(const asm1::Parameters<double>& p, const double* x, double* f) {
    asm1::rates(p, x, f);
}
[[gnu::noinline]] void hand_jacobian(const asm1::Parameters<double>& p, const double* x, double* J) {
    asm1::jacobian(p, x, J);
}

asm1::Parameters<double> hand_parameters() {
    return asm1::parameters<double>([](const char*, double v) { return v; });
}

/// Time of one evaluation of one sample: rates or Jacobian.
void asm1_case(benchmark::State& state, By by, int width, bool jacobian, int effort, int tanks) {
    const auto program = asm1::program(tanks);
    lang::DynamicEvaluation e(program, width);
    const auto w = static_cast<size_t>(width);
    std::vector<double> parameters, x(static_cast<size_t>(program.n_states()) * w), t(w, 0.0);
    for (const double v : program.defaults()) parameters.insert(parameters.end(), w, v);
    e.set_parameters(parameters);
    e.start(x);
    std::vector<double> out((jacobian ? program.jacobian().row.size() : static_cast<size_t>(program.n_states())) * w);
    if (by == By::hand) {
        const auto p = hand_parameters();
        std::vector<double> J(13 * 13);
        for (auto _ : state) {
            benchmark::DoNotOptimize(x.data());
            if (jacobian)
                hand_jacobian(p, x.data(), J.data());
            else
                hand_rates(p, x.data(), out.data());
            benchmark::ClobberMemory();
        }
        return;
    }
    if (by == By::code) {
        jit::Options o;
        o.mode = jit::Mode::on;
        o.width = width;
        o.effort = effort;
        const auto code = jit::compile(program, o);
        if (!code->ready()) {
            state.SkipWithError(code->report().problem->text(Language::en).c_str());
            return;
        }
        e.use(code);
    }
    for (auto _ : state) {
        if (jacobian)
            e.jacobian(t, x, out);
        else
            e.rates(t, x, out);
        benchmark::ClobberMemory();
    }
    state.counters["operations"] = static_cast<double>(jacobian ? program.jacobian_tape().size()
                                                                : program.rates().size());
    state.counters["per_sample"] = benchmark::Counter(static_cast<double>(state.iterations()) * width,
                                                      benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void compile_case(benchmark::State& state, int tanks, int width, int effort, bool cached) {
    const auto program = asm1::program(tanks);
    jit::Options o;
    o.mode = jit::Mode::on;
    o.width = width;
    o.effort = effort;
    const std::string folder = std::filesystem::temp_directory_path() / "viresco-jit-bench";
    std::filesystem::remove_all(folder);
    if (cached) {
        o.cache_folder = folder;
        jit::compile(program, o);
    }
    size_t bytes = 0;
    for (auto _ : state) {
        const auto code = jit::compile(program, o);
        if (!code->ready() || code->report().cached != cached) {
            state.SkipWithError("no code");
            return;
        }
        bytes = code->report().bytes;
    }
    std::filesystem::remove_all(folder);
    state.counters["states"] = program.n_states();
    state.counters["operations"] = static_cast<double>(program.rates().size() + program.jacobian_tape().size());
    state.counters["bytes"] = static_cast<double>(bytes);
}

const bool registered = [] {
    for (const bool jacobian : {false, true}) {
        const std::string name = jacobian ? "asm1/jacobian/" : "asm1/rates/";
        const auto add = [&](const std::string& what, By by, int width, int effort) {
            benchmark::RegisterBenchmark((name + what).c_str(),
                                         [=](benchmark::State& s) { asm1_case(s, by, width, jacobian, effort, 1); });
        };
        add("by hand", By::hand, 1, 0);
        add("interpreter", By::interpreter, 1, 0);
        add("interpreter, 8 lanes", By::interpreter, 8, 0);
        for (const int effort : {0, 1, 2}) {
            add("machine code, effort " + std::to_string(effort), By::code, 1, effort);
            add("machine code, effort " + std::to_string(effort) + ", 8 lanes", By::code, 8, effort);
        }
        for (const auto& [by, what] : {std::pair{By::interpreter, "interpreter"}, {By::code, "machine code"}})
            benchmark::RegisterBenchmark(
                ((jacobian ? "25 tanks/jacobian/" : "25 tanks/rates/") + std::string(what)).c_str(),
                [=, b = by](benchmark::State& s) { asm1_case(s, b, 1, jacobian, 2, 25); })
                ->Unit(benchmark::kMicrosecond);
    }
    for (const int tanks : {1, 25})
        for (const int width : {1, 8}) {
            const std::string name = "compile/" + std::to_string(tanks) + " tanks, width " + std::to_string(width);
            for (const int effort : {0, 1, 2})
                benchmark::RegisterBenchmark((name + ", effort " + std::to_string(effort)).c_str(),
                                             [=](benchmark::State& s) { compile_case(s, tanks, width, effort, false); })
                    ->Unit(benchmark::kMillisecond)
                    ->UseRealTime()
                    ->MinTime(0.3);
            benchmark::RegisterBenchmark((name + ", cached").c_str(),
                                         [=](benchmark::State& s) { compile_case(s, tanks, width, 2, true); })
                ->Unit(benchmark::kMillisecond)
                ->UseRealTime();
        }
    return true;
}();

} // namespace
} // namespace viresco::bench
