// viresco study: uncertainty and sensitivity of a case, over scenarios, threads and processes.
#include "base/messages/study.h"
#include "base/messages/cli.h"
#include "commands.h"
#include "page.h"
#include "study/results.h"
#include "study/run.h"
#include "study/summary.h"
#include "text/node.h"
#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/statvfs.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace viresco::cli {
namespace {

using Json = nlohmann::ordered_json;
using namespace viresco::study;

struct Options {
    std::string path, out, report, sampling = "sobol", jit = "auto";
    std::vector<std::string> routes, sets, scenarios, indicators;
    uint64_t samples = 1000, seed = 1;
    int jobs = 0;
    bool sobol = false, morris = false, dgsm = false, preview = false, resume = false, csv = false;
};

std::atomic<bool> stop = false; // a signal may set nothing else

void stop_soon(int) { stop = true; }

/// A line of the terminal that grows, with the time that is left.
class Bar {
public:
    explicit Bar(bool shown) : shown_(shown) {}
    void show(uint64_t done, uint64_t all) {
        if (!shown_ || all == 0) return;
        const double share = static_cast<double>(done) / static_cast<double>(all);
        const double spent = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
        if (first_ < 0) first_ = share;
        const double gained = share - first_;
        const std::string left = gained > 0 && spent > 0.5 ? fmt::format("{:.0f} s", spent / gained * (1 - share)) : "";
        constexpr int width = 40;
        const int full = static_cast<int>(share * width);
        const std::string line = fmt::format("\r[{}{}] {}/{} {}", std::string(static_cast<size_t>(full), '#'),
                                             std::string(static_cast<size_t>(width - full), '.'), done, all, left);
        fmt::print(stderr, "{:<78}", line);
        std::fflush(stderr);
        drawn_ = true;
    }
    void clear() {
        if (drawn_) fmt::print(stderr, "\r{:<78}\r", "");
        drawn_ = false;
    }

private:
    bool shown_, drawn_ = false;
    double first_ = -1;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

Plan plan_of(const Options& o) {
    if (static_cast<int>(o.sobol) + static_cast<int>(o.morris) + static_cast<int>(o.dgsm) > 1)
        throw UsageError({message::study_one_analysis, {}});
    Plan p;
    p.analysis = o.sobol    ? Analysis::sobol
                 : o.morris ? Analysis::morris
                 : o.dgsm   ? Analysis::dgsm
                            : Analysis::uncertainty;
    p.sampling = o.sampling == "lhs" ? Sampling::lhs : o.sampling == "random" ? Sampling::random : Sampling::sobol;
    p.samples = o.samples;
    p.seed = o.seed;
    return p;
}

/// The cube of a whole study must fit where it is to be kept.
void check_room(const Cube::Shape& s, const std::string& folder) {
    const double needed = static_cast<double>(s.scenarios) * static_cast<double>(s.rows) *
                          (8 * static_cast<double>(s.columns) + 4 * static_cast<double>(s.flags));
    struct statvfs disk {};
    if (::statvfs(folder.c_str(), &disk) != 0) return;
    const double there = static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize);
    if (needed <= there) return;
    Diagnostics d;
    d.error({}, message::study_too_large,
            {std::to_string(s.scenarios * s.rows), std::to_string(s.columns), fmt::format("{:.3g}", needed / 1e9),
             fmt::format("{:.3g}", there / 1e9), folder})
        .hint(message::study_too_large_hint);
    throw ConfigError(std::move(d));
}

std::string in_folder(const std::string& folder, const char* name) {
    return (std::filesystem::path(folder) / name).string();
}

std::unique_ptr<Cube> open_cube(const Options& o, const Cube::Shape& shape, const std::string& header,
                                Language language) {
    if (o.resume && o.out.empty()) throw UsageError({message::study_resume_where, {}});
    std::error_code error;
    if (!o.out.empty()) {
        std::filesystem::create_directories(o.out, error);
        if (error || !std::filesystem::is_directory(o.out)) {
            Diagnostics d;
            d.error({}, message::cube_write,
                    {o.out, (error ? error : std::make_error_code(std::errc::not_a_directory)).message()})
                .hint(message::cube_write_hint);
            throw ConfigError(std::move(d));
        }
    }
    if (o.resume)
        return Cube::resume(in_folder(o.out, "outcomes.bin"), shape, header,
                            [language](const std::string& theirs, const std::string& ours) {
                                return header_difference(theirs, ours, language);
                            });
    check_room(shape, !o.out.empty() ? o.out : Cube::temporary_folder());
    return Cube::create(o.out.empty() ? "" : in_folder(o.out, "outcomes.bin"), shape, header);
}

/// A heading of a table, at least `width` wide.
std::string heading(MessageId id, Language language) { return fmt::format("{:>12}", Message{id, {}}.text(language)); }

std::string verdict_of(const Json& pair, Language language) {
    if (pair.contains("better_route"))
        return Message{message::study_better, {pair.at("better_route").get<std::string>()}}.text(language);
    const bool few = pair.at("verdict").get<std::string>() == to_string(Verdict::too_few_samples);
    const MessageId id = few ? MessageId(message::study_no_verdict) : MessageId(message::study_no_difference);
    return Message{id, {}}.text(language);
}

void print_uncertainty(const Json& scenario, Language language) {
    std::string head = fmt::format("  {:<32}", "");
    for (const MessageId id :
         {MessageId(message::study_nominal), MessageId(message::study_mean), MessageId(message::study_sd)})
        head += heading(id, language);
    head += fmt::format("{:>12}{:>12}", "5 %", "95 %");
    for (const auto& [route, r] : scenario.at("routes").items()) {
        fmt::print("{}\n{}\n", route, head);
        for (const auto& [id, x] : r.at("indicators").items()) {
            fmt::print("  {:<32}", id);
            for (const Json& v : {x.at("nominal"), x.at("mean"), x.at("sd"), x.at("quantiles").at("0.05"),
                                  x.at("quantiles").at("0.95")})
                fmt::print("{:>12}", v.is_number() ? fmt::format("{:.5g}", v.get<double>()) : "-");
            fmt::print("  {}\n", x.at("unit").get<std::string>());
        }
    }
    for (const auto& pair : scenario.at("comparison")) {
        fmt::print("{} - {}\n", pair.at("first").get<std::string>(), pair.at("second").get<std::string>());
        for (const auto& [id, x] : pair.at("indicators").items()) {
            if (!x.contains("verdict")) continue;
            const Json &low = x.at("interval")[0], &high = x.at("interval")[1];
            if (!low.is_number()) continue;
            fmt::print("  {:<32}{:>12.5g} .. {:<12.5g} P {:.4f}  {}\n", id, low.get<double>(), high.get<double>(),
                       x.at("probability_first_better").get<double>(), verdict_of(x, language));
        }
    }
    if (scenario.contains("ranking"))
        fmt::print("\n{}\n",
                   scenario.at("ranking").at("text").at(language == Language::zh ? "zh" : "en").get<std::string>());
}

void print_sensitivity(const Json& scenario, const char* kind, const std::vector<const char*>& figures) {
    for (const auto& [route, r] : scenario.at("routes").items())
        for (const auto& [id, x] : r.at("indicators").items()) {
            fmt::print("{}, {} [{}]\n  {:<56}", route, id, x.at("unit").get<std::string>(), "");
            for (const char* f : figures) fmt::print("{:>14}", f);
            fmt::print("\n");
            int shown = 0;
            for (const auto& input : x.at(kind)) {
                if (++shown > 10) break;
                fmt::print("  {:<56}", input.at("address").get<std::string>());
                for (const char* f : figures) fmt::print("{:>14.4g}", input.at(f).get<double>());
                fmt::print("\n");
            }
        }
}

void print_results(const std::string& json, const Plan& plan, Language language) {
    const Json document = Json::parse(json);
    const char* lang = language == Language::zh ? "zh" : "en";
    for (const auto& [name, scenario] : document.at("scenarios").items()) {
        fmt::print("\n{} ({})\n", scenario.at("title").at(lang).get<std::string>(), name);
        switch (plan.analysis) {
        case Analysis::uncertainty: print_uncertainty(scenario, language); break;
        case Analysis::sobol:
            print_sensitivity(scenario, "sobol", {"first", "first_error", "total", "total_error"});
            break;
        case Analysis::morris:
            print_sensitivity(scenario, "morris", {"mu", "mu_star", "mu_star_error", "sigma"});
            break;
        case Analysis::dgsm: print_sensitivity(scenario, "dgsm", {"nu", "nu_error", "total_bound"}); break;
        }
    }
}

void print_preview(const std::string& json, Language language) {
    const Json document = Json::parse(json);
    const char* lang = language == Language::zh ? "zh" : "en";
    const auto shown = [](const Json& q) {
        if (!q.is_object() || !q.at("value").is_number()) return std::string("-");
        return fmt::format("{:.6g} {}", q.at("value").get<double>(), q.at("unit").get<std::string>());
    };
    for (const auto& [name, s] : document.at("scenarios").items()) {
        fmt::print("\n{} ({})\n", s.at("title").at(lang).get<std::string>(), name);
        for (const auto& d : s.at("differences"))
            fmt::print("  {:<56} {} -> {}\n", d.at("path").get<std::string>(), shown(d.at("base")),
                       shown(d.at("scenario")));
        for (const auto& [route, effect] : s.at("effect").items())
            for (const auto& [id, x] : effect.items()) {
                if (!x.at("relative").is_number() || x.at("change").get<double>() == 0) continue;
                fmt::print("  {:<56} {:.5g} -> {:.5g} {} ({:+.2f} %)\n", route + ": " + id, x.at("base").get<double>(),
                           x.at("scenario").get<double>(), x.at("unit").get<std::string>(),
                           100 * x.at("relative").get<double>());
            }
    }
}

/// The page of the first scenario at its nominal point, with the study in it.
void write_report(const Model& model, const std::string& study, const Common& common, const std::string& file,
                  const Diagnostics& warnings) {
    cases::Case& c = *model.cases().front();
    lang::Evaluation evaluation(c.program, 1);
    cases::evaluate(c, evaluation, c.parameters);
    const std::string results = cases::results_json(c, evaluation, warnings, common.command);
    report::Attached attached;
    attached.studies.push_back({"study.json", study});
    attached.explanations = explanations_json(c, evaluation);
    text::write_file(file, report::render_report(results, common.language, attached));
}

/// What every process does; rank 0 alone reports.
int study_of(const Common& common, const Options& o, Ranks& ranks) {
    const Plan plan = plan_of(o);
    Model::Request request;
    request.base.path = o.path;
    request.base.routes = o.routes;
    request.base.settings = split_sets(o.sets);
    request.base.models_folder = common.models;
    request.base.sources = common.sources;
    request.scenarios = o.scenarios;
    if (o.preview && (o.scenarios.empty() || o.scenarios.front() != "base"))
        request.scenarios.insert(request.scenarios.begin(), "base");
    request.indicators = o.indicators;
    request.jit = jit::parse_mode(o.jit).value_or(jit::Mode::automatic);
    Diagnostics warnings;
    static const Model* model = nullptr; // never freed: main leaves without taking compiled cases apart
    model = new Model(request, warnings);
    if (ranks.root() && !warnings.all().empty()) fmt::print(stderr, "{}", warnings.text(common.language));
    if (o.preview) {
        if (!ranks.root()) return 0;
        const std::string json = preview_json(*model);
        if (common.json)
            fmt::print("{}\n", json);
        else
            print_preview(json, common.language);
        return 0;
    }
    Diagnostics d;
    if (model->inputs().size() == 0)
        d.error({}, message::study_without_inputs, {}).hint(message::study_without_inputs_hint);
    if (model->inputs().correlated() && (plan.analysis != Analysis::uncertainty))
        d.error({}, message::correlated_sensitivity, {to_string(plan.analysis)})
            .hint(message::correlated_sensitivity_hint);
    d.throw_if_errors();
    for (size_t s = 0; s < model->scenarios().size() && ranks.root(); ++s) nominal(*model, s); // fails at once, or not
    const Design design(plan, model->inputs().size());
    RunOptions options;
    options.jobs = o.jobs > 0 ? o.jobs
                              : std::max(1, static_cast<int>(std::thread::hardware_concurrency()) / ranks.size());
    options.derivatives = plan.analysis == Analysis::dgsm;
    options.stop = &stop;
    const Cube::Shape shape = shape_of(*model, design, options.derivatives);
    std::unique_ptr<Cube> cube;
    if (ranks.root()) cube = open_cube(o, shape, header_json(*model, plan, shape), common.language);
    Bar bar(ranks.root() && ::isatty(STDERR_FILENO));
    uint64_t done = 0;
    options.progress = [&](uint64_t n, uint64_t all) {
        done = n;
        bar.show(n, all);
    };
    std::signal(SIGINT, stop_soon);
    std::signal(SIGTERM, stop_soon);
    const bool whole = run(*model, design, cube.get(), shape, ranks, options);
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    bar.clear();
    if (!ranks.root()) return whole ? 0 : 1;
    if (!whole) {
        Diagnostics stopped;
        auto& e = stopped.error({}, message::study_interrupted,
                                {std::to_string(done), std::to_string(shape.scenarios * shape.rows)});
        if (o.out.empty())
            e.hint(message::study_interrupted_lost);
        else
            e.hint(message::study_interrupted_kept, {in_folder(o.out, "outcomes.bin.part")});
        throw SolveError(std::move(stopped));
    }
    cube->finish();
    const Results r = results(*model, plan, design, *cube, common.command, common.language);
    if (!r.warnings.all().empty()) fmt::print(stderr, "{}", r.warnings.text(common.language));
    if (!o.out.empty()) {
        text::write_file(in_folder(o.out, "study.json"), r.json + "\n");
        text::write_file(in_folder(o.out, "inputs.csv"), inputs_csv(model->inputs()));
        if (o.csv) write_samples_csv(*model, plan, *cube, in_folder(o.out, "samples.csv"));
    }
    if (!o.report.empty()) write_report(*model, r.json, common, o.report, warnings);
    if (common.json)
        fmt::print("{}\n", r.json);
    else
        print_results(r.json, plan, common.language);
    return 0;
}

int study(const Common& common, const Options& o) {
    if (o.csv && o.out.empty()) throw UsageError({message::study_csv_where, {}});
    Ranks ranks;
    if (ranks.size() == 1) return study_of(common, o, ranks);
    int status = 0;
    try {
        status = study_of(common, o, ranks);
    } catch (const ConfigError& e) {
        if (ranks.root()) fmt::print(stderr, "{}", e.diagnostics().text(common.language));
        status = 2;
    } catch (const SolveError& e) {
        if (ranks.root()) fmt::print(stderr, "{}", e.diagnostics().text(common.language));
        status = 1;
    }
    if (status != 0 && ranks.root()) {
        std::fflush(nullptr);
        ranks.abort(status); // the others may wait for it
    }
    return status;
}

} // namespace

void add_study(CLI::App& app, const std::function<void(CLI::App*)>& shared,
               const std::function<const Common&()>& common, int& status) {
    static Options o;
    auto* sub = app.add_subcommand("study", "uncertainty and sensitivity of a case");
    sub->add_option("CASE", o.path, "case file, or a folder with case.yaml")->required();
    sub->add_option("--samples", o.samples, "samples; base points of --sobol; trajectories of --morris")
        ->check(CLI::Range(uint64_t{1}, uint64_t{1} << 31));
    sub->add_option("--seed", o.seed, "of the random numbers");
    sub->add_option("--jobs", o.jobs, "threads (default: the processor's)")->check(CLI::Range(1, 1024));
    sub->add_option("--sampling", o.sampling, "sobol (default), lhs or random")
        ->check(CLI::IsMember({"sobol", "lhs", "random"}));
    sub->add_flag("--sobol", o.sobol, "first and total Sobol indices");
    sub->add_flag("--morris", o.morris, "Morris screening");
    sub->add_flag("--dgsm", o.dgsm, "derivative-based measures from the exact gradients");
    sub->add_option("--scenario", o.scenarios, "scenarios: a,b one beside the other, a+b both at once")
        ->delimiter(',')
        ->allow_extra_args(false);
    sub->add_flag("--preview", o.preview, "only show what the scenarios change, and its effect at the nominal point");
    sub->add_option("--route", o.routes, "only this route (repeatable)")->allow_extra_args(false);
    sub->add_option("--indicator", o.indicators, "only these indicators")->delimiter(',')->allow_extra_args(false);
    sub->add_option("--set", o.sets, "PATH=VALUE (repeatable)")->allow_extra_args(false);
    sub->add_option("--out", o.out, "folder for outcomes.bin, study.json and inputs.csv");
    sub->add_flag("--csv", o.csv, "also samples.csv in --out");
    sub->add_option("--report", o.report, "file for a page (HTML) of the case with the study in it");
    sub->add_flag("--resume", o.resume, "go on with an unfinished study in --out");
    sub->add_option("--jit", o.jit, "machine code: off, auto or on")
        ->envname("VIRESCO_JIT")
        ->check(CLI::IsMember({"off", "auto", "on"}));
    shared(sub);
    sub->callback([&status, common] { status = study(common(), o); });
}

} // namespace viresco::cli
