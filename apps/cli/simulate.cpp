#include "base/messages/cli.h"
#include "case/simulation.h"
#include "commands.h"
#include "integrate/saved_point.h"
#include "jit/cache.h"
#include "jit/jit.h"
#include "report/report.h"
#include "text/node.h"
#include <cmath>
#include <fmt/format.h>

namespace viresco::cli {

int simulate(const Common& common, const SimulateOptions& options) {
    const auto span_of = [](const std::string& text, const char* option) {
        if (text.empty()) return 0.0;
        const auto q = units::parse_quantity(text);
        if (!q || q->dimension().text() != "s" || !(q->si > 0))
            throw UsageError({message::option_span, {option, text}});
        return q->si;
    };
    const double until_given = span_of(options.until, "--until"), every_given = span_of(options.every, "--every");
    cases::Simulation::Request request;
    request.path = options.path;
    request.settings = split_sets(options.sets);
    request.models_folder = common.models;
    request.sources = common.sources;
    Diagnostics warnings;
    const auto s = cases::Simulation::compile(request, warnings);
    const double until = until_given > 0 ? until_given : s->duration.si;
    if (!options.steady && !(until > 0)) throw UsageError({message::no_duration, {}});

    integrate::Options method;
    method.rtol = options.rtol;
    method.max_seconds = options.max_seconds;
    if (options.method == "bdf") method.method = integrate::Method::bdf;
    if (options.method == "ida") method.method = integrate::Method::ida;
    if (options.method == "rosenbrock") method.method = integrate::Method::rosenbrock;
    method.schedule = &s->schedule;
    lang::DynamicEvaluation evaluation(s->program);
    jit::Options machine;
    machine.mode = jit::parse_mode(options.jit).value_or(jit::Mode::automatic);
    machine.cache_folder = jit::Cache::user_folder();
    const auto code = jit::compile(s->program, machine);
    if (code && machine.mode == jit::Mode::on) jit::warn(*code, warnings);
    evaluation.use(code);
    evaluation.set_parameters(s->parameters);
    integrate::Point point = integrate::start(evaluation, method);
    integrate::Trajectory run;
    integrate::Point begin;
    if (!options.from.empty()) {
        Diagnostics unread;
        const SourceFile* file = text::read_file(*common.sources, options.from, unread);
        unread.throw_if_errors();
        point = integrate::restore_point(s->program, file->text, options.from, {}, warnings);
    } else if (s->from_steady && !options.steady)
        point = integrate::steady(evaluation, point, method, run.statistics);
    begin = point;
    if (options.steady) {
        // A run from the start first, where one is asked for: Newton's method wants to begin near.
        if (until_given > 0) point = integrate::run(evaluation, point, until, {}, method).end;
        run.end = integrate::steady(evaluation, point, method, run.statistics);
        run.points.push_back(run.end);
    } else {
        const double every = every_given > 0 ? every_given : s->every.si > 0 ? s->every.si : until / 100;
        std::vector<double> times;
        if (!options.csv.empty() || !options.report.empty()) {
            const auto n = static_cast<long>(std::floor(until / every * (1 + 1e-12)));
            for (long k = 0; k <= n; ++k)
                if (const double t = std::min(until, static_cast<double>(k) * every); t >= point.time)
                    times.push_back(t);
            if (times.empty() || times.back() < until * (1 - 1e-12)) times.push_back(until);
        }
        run = integrate::run(evaluation, point, until, times, method);
    }
    integrate::warn_negative(s->program, run, warnings);
    const auto closure = cases::closure(*s, evaluation, begin, run.end, options.steady);
    constexpr double open = 1e-6;
    for (const cases::Closure& c : closure)
        if (c.relative > open)
            warnings.warning({}, message::open_in_time, {c.quantity, fmt::format("{:.2g}", c.relative)});
    if (!options.save.empty()) text::write_file(options.save, integrate::save_point(s->program, run.end, {}));
    if (!warnings.all().empty()) fmt::print(stderr, "{}", warnings.text(common.language));
    if (!options.csv.empty()) text::write_file(options.csv, cases::simulation_csv(*s, evaluation, run));
    if (!options.report.empty())
        text::write_file(options.report,
                         report::render_simulation(cases::simulation_page(*s, evaluation, run, closure, common.command),
                                                   common.language));
    const std::string json = cases::simulation_json(*s, evaluation, run, closure);
    if (common.json) {
        fmt::print("{}\n", json);
        return 0;
    }
    fmt::print("{}\n\n", s->title.in(common.language));
    if (!s->unvalidated.empty())
        fmt::print("{}\n\n", Message{message::simulation_unvalidated, {s->unvalidated}}.text(common.language));
    std::vector<double> values(s->program.output_slots().size());
    evaluation.outputs({&run.end.time, 1}, run.end.x, values);
    for (size_t k = 0; k < s->outputs.size(); ++k)
        fmt::print("{:<32}{:>18.9g}  {}\n", s->outputs[k].path, s->outputs[k].unit.from_si(values[k]),
                   s->outputs[k].unit.text);
    if (!closure.empty()) fmt::print("\n{}\n", Message{message::closure_heading, {}}.text(common.language));
    for (const cases::Closure& c : closure)
        fmt::print("{:<32}{:>18.2e}{}\n", c.quantity, c.relative,
                   c.exceptions.empty() ? "" : "  (" + c.exceptions.front() + ")");
    if (!s->not_audited.empty())
        fmt::print("{}\n", Message{message::not_audited, {fmt::format("{}", fmt::join(s->not_audited, ", "))}}.text(
                               common.language));
    return 0;
}

} // namespace viresco::cli
