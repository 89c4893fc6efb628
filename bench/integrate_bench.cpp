// 1,000 penicillin fed-batches (Birol, 400 h) with parameters and start values moved by up to 10 %: the ensemble in lanes
// against CVODES run by run, at tolerances that give final states of about the same accuracy. `worst` and `median` are
// over the members: largest relative error of a final state against runs at a tolerance of 1e-12.
#include "case/simulation.h"
#include "integrate/ensemble.h"
#include "jit/jit.h"
#include <algorithm>
#include <benchmark/benchmark.h>
#include <cmath>
#include <random>
#include <set>

namespace viresco::bench {
namespace {

constexpr size_t n_members = 1000;

/// The model, its parameter sets and the final states that are taken for exact.
struct FedBatches {
    FedBatches() {
        cases::Simulation::Request request;
        request.path = VIRESCO_SOURCE_DIR "/examples/models/birol.yaml";
        request.models_folder = VIRESCO_SOURCE_DIR "/models";
        request.sources = &sources;
        Diagnostics warnings;
        model = cases::Simulation::compile(request, warnings);
        // Temperatures, acidity and exponents of Arrhenius' law: 10 % of them is another world.
        const std::set<std::string> kept{"T", "T_v", "T_0", "R_cal", "E_g", "E_d", "pH"};
        std::mt19937_64 random(1);
        std::uniform_real_distribution<double> within(0.9, 1.1);
        for (size_t member = 0; member < n_members; ++member)
            for (size_t p = 0; p < model->parameters.size(); ++p)
                sets.push_back(model->parameters[p] *
                               (kept.count(model->program.parameters()[p].path) ? 1.0 : within(random)));
        integrate::Options tight;
        tight.rtol = 1e-12;
        for (const integrate::Member& m : run(tight)) exact.push_back(m.trajectory.end.x);
    }

    std::vector<integrate::Member> run(const integrate::Options& o,
                                       std::shared_ptr<lang::MachineCode> code = nullptr) const {
        return integrate::run_ensemble(model->program, sets, model->duration.si, {}, o, std::move(code));
    }
    double error(size_t member, const std::vector<double>& x) const {
        double worst = 0;
        for (size_t i = 0; i < x.size(); ++i)
            worst = std::max(worst, std::abs(x[i] - exact[member][i]) / std::abs(exact[member][i]));
        return worst;
    }

    SourceStore sources;
    std::unique_ptr<cases::Simulation> model;
    std::vector<double> sets;
    std::vector<std::vector<double>> exact;
};

const FedBatches& fed_batches() {
    static const FedBatches all;
    return all;
}

void report(benchmark::State& state, std::vector<double> errors, double steps) {
    std::sort(errors.begin(), errors.end());
    state.counters["worst"] = errors.back();
    state.counters["median"] = errors[errors.size() / 2];
    state.counters["steps"] = steps / n_members;
}

void ensemble(benchmark::State& state, double rtol, bool machine_code) {
    const FedBatches& f = fed_batches();
    std::shared_ptr<jit::Code> code;
    if (machine_code) {
        jit::Options options;
        options.mode = jit::Mode::on;
        options.width = 8;
        code = jit::compile(f.model->program, options);
        if (!code->ready()) return state.SkipWithError("no machine code");
    }
    integrate::Options o;
    o.rtol = rtol;
    std::vector<integrate::Member> members;
    for (auto _ : state) members = f.run(o, code);
    std::vector<double> errors;
    double steps = 0;
    for (size_t i = 0; i < members.size(); ++i) {
        errors.push_back(f.error(i, members[i].trajectory.end.x));
        steps += static_cast<double>(members[i].trajectory.statistics.steps);
    }
    report(state, errors, steps);
}

void one_by_one(benchmark::State& state, integrate::Method method, double rtol) {
    const FedBatches& f = fed_batches();
    integrate::Options o;
    o.rtol = rtol;
    o.method = method;
    lang::DynamicEvaluation e(f.model->program);
    const size_t n = f.model->parameters.size();
    std::vector<double> errors;
    double steps = 0;
    for (auto _ : state) {
        errors.clear();
        steps = 0;
        for (size_t i = 0; i < n_members; ++i) {
            e.set_parameters(std::span(f.sets).subspan(i * n, n));
            const auto run = integrate::run(e, integrate::start(e, o), f.model->duration.si, {}, o);
            errors.push_back(f.error(i, run.end.x));
            steps += static_cast<double>(run.statistics.steps);
        }
    }
    report(state, errors, steps);
}

const bool registered = [] {
    const auto add = [](const std::string& name, auto&& function) {
        benchmark::RegisterBenchmark(name.c_str(), function)
            ->Unit(benchmark::kMillisecond)
            ->Iterations(1)
            ->Repetitions(9)
            ->ReportAggregatesOnly();
    };
    for (const double rtol : {1e-7, 4e-8, 3e-8}) {
        char name[64];
        std::snprintf(name, sizeof name, "fed_batches/lanes/rtol:%g", rtol);
        add(name, [rtol](benchmark::State& s) { ensemble(s, rtol, false); });
        std::snprintf(name, sizeof name, "fed_batches/lanes_machine_code/rtol:%g", rtol);
        add(name, [rtol](benchmark::State& s) { ensemble(s, rtol, true); });
    }
    add("fed_batches/rodas5p_one_by_one/rtol:3e-08",
        [](benchmark::State& s) { one_by_one(s, integrate::Method::rosenbrock, 3e-8); });
    for (const double rtol : {1e-8, 4e-9}) {
        char name[64];
        std::snprintf(name, sizeof name, "fed_batches/cvodes_one_by_one/rtol:%g", rtol);
        add(name, [rtol](benchmark::State& s) { one_by_one(s, integrate::Method::bdf, rtol); });
    }
    return true;
}();

} // namespace
} // namespace viresco::bench
