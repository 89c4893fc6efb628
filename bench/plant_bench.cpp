// The benchmark plants of wastewater treatment in time: BSM1 over 200 days from an arbitrary start, ADM1 over a year with inputs that
// change every 15 minutes, BSM2 over 200 days. Compiling is not counted. `error`: largest relative error of what is
// compared, against the steady state (BSM1, BSM2) or, per peak, against a run at a tolerance of 1e-8 (ADM1).
#include "case/simulation.h"
#include "jit/jit.h"
#include <algorithm>
#include <benchmark/benchmark.h>
#include <cmath>

namespace viresco::bench {
namespace {

constexpr double day = 86400;

struct Plant {
    explicit Plant(const std::string& name, std::vector<std::pair<std::string, std::string>> settings = {}) {
        cases::Simulation::Request request;
        request.path = std::string(VIRESCO_SOURCE_DIR) + "/examples/" + name;
        request.models_folder = VIRESCO_SOURCE_DIR "/models";
        request.sources = &sources;
        request.settings = std::move(settings);
        Diagnostics warnings;
        s = cases::Simulation::compile(request, warnings);
        evaluation = std::make_unique<lang::DynamicEvaluation>(s->program);
        jit::Options options;
        options.mode = jit::Mode::on;
        evaluation->use(jit::compile(s->program, options));
        evaluation->set_parameters(s->parameters);
    }
    double error(const integrate::Point& p, const integrate::Point& exact) const {
        double worst = 0;
        for (size_t i = 0; i < p.x.size(); ++i)
            if (std::abs(exact.x[i]) > 1e-9)
                worst = std::max(worst, std::abs(p.x[i] - exact.x[i]) / std::abs(exact.x[i]));
        return worst;
    }
    SourceStore sources;
    std::unique_ptr<cases::Simulation> s;
    std::unique_ptr<lang::DynamicEvaluation> evaluation;
};

void to_rest(benchmark::State& state, const char* name, integrate::Method method, double rtol) {
    Plant plant(name);
    integrate::Options o;
    o.rtol = rtol;
    o.method = method;
    const auto start = integrate::start(*plant.evaluation, o);
    integrate::Statistics counts;
    const auto exact = integrate::steady(*plant.evaluation, start, o, counts);
    integrate::Trajectory run;
    for (auto _ : state) run = integrate::run(*plant.evaluation, start, 200 * day, {}, o);
    // The effluent, which the requirement is about: the tanks and the top of the settler.
    std::vector<double> at(plant.s->program.output_slots().size()), rest(at.size());
    plant.evaluation->outputs({&run.end.time, 1}, run.end.x, at);
    plant.evaluation->outputs({&exact.time, 1}, exact.x, rest);
    double worst = 0;
    for (size_t k = 0; k < plant.s->outputs.size(); ++k)
        if (plant.s->outputs[k].path.starts_with("effluent.") && rest[k] != 0 &&
            plant.s->outputs[k].path != "effluent.S_N2")
            worst = std::max(worst, std::abs(at[k] / rest[k] - 1));
    state.counters["error"] = worst;
    state.counters["steps"] = static_cast<double>(run.statistics.steps);
}

void adm1_year(benchmark::State& state, double rtol) {
    Plant plant("adm1/year.yaml");
    integrate::Options o;
    o.rtol = rtol;
    o.schedule = &plant.s->schedule;
    const auto start = integrate::start(*plant.evaluation, o);
    const double until = plant.s->duration.si;
    std::vector<double> times;
    for (int k = 1; k <= 365; ++k) times.push_back(k * day);
    integrate::Options tight = o;
    tight.rtol = 1e-8;
    const auto exact = integrate::run(*plant.evaluation, start, until, times, tight);
    integrate::Trajectory run;
    for (auto _ : state) run = integrate::run(*plant.evaluation, start, until, times, o);
    double worst = 0;
    for (size_t i = 0; i < start.x.size(); ++i) {
        double peak = 0, off = 0;
        for (size_t k = 0; k < times.size(); ++k) {
            peak = std::max(peak, std::abs(exact.points[k].x[i]));
            off = std::max(off, std::abs(exact.points[k].x[i] - run.points[k].x[i]));
        }
        if (peak > 0) worst = std::max(worst, off / peak);
    }
    state.counters["error"] = worst;
    state.counters["steps"] = static_cast<double>(run.statistics.steps);
    state.counters["inputs"] = static_cast<double>(plant.s->schedule.rows.size());
}

void compile(benchmark::State& state, const char* name) {
    for (auto _ : state) Plant plant(name);
}

[[maybe_unused]] const bool registered = [] {
    using integrate::Method;
    const auto add = [](const std::string& name, auto run) {
        benchmark::RegisterBenchmark(name.c_str(), run)
            ->Unit(benchmark::kMillisecond)
            ->Repetitions(9)
            ->ReportAggregatesOnly();
    };
    for (const double rtol : {1e-3, 5e-4, 2e-4, 1e-4})
        add("bsm1_200d_bdf/" + std::to_string(rtol),
            [=](benchmark::State& s) { to_rest(s, "bsm1", Method::bdf, rtol); });
    for (const double rtol : {1e-3, 1e-4})
        add("bsm2_200d_ida/" + std::to_string(rtol),
            [=](benchmark::State& s) { to_rest(s, "bsm2", Method::ida, rtol); });
    for (const double rtol : {1e-3, 1e-4})
        add("adm1_year/" + std::to_string(rtol), [=](benchmark::State& s) { adm1_year(s, rtol); });
    for (const char* name : {"bsm1", "adm1", "bsm2"})
        add(std::string("compile_with_machine_code/") + name, [=](benchmark::State& s) { compile(s, name); });
    return true;
}();

} // namespace
} // namespace viresco::bench
