// viresco sbml: a model in SBML over time; the cases of the SBML Test Suite.
#include "base/messages/sbml.h"
#include "commands.h"
#include "sbml/read.h"
#include "sbml/suite.h"
#include "text/node.h"
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>
#include <unistd.h>

namespace viresco::cli {
namespace {

using Json = nlohmann::ordered_json;
using Kind = sbml::Verdict::Kind;

struct SbmlOptions {
    std::string file, csv, suite;
    sbml::Request request;
    int jobs = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
};

int simulate_file(const Common& common, const SbmlOptions& o) {
    if (!(o.request.duration > 0) || o.request.steps < 1) throw UsageError({message::sbml_needs_span, {}});
    const sbml::Compiled model = sbml::compile(sbml::read(o.file, *common.sources));
    sbml::Request request = o.request;
    for (const auto* list : {&request.amounts, &request.concentrations})
        for (const std::string& id : *list)
            if (std::find(request.variables.begin(), request.variables.end(), id) == request.variables.end())
                request.variables.push_back(id);
    if (request.variables.empty())
        for (const sbml::Variable& v : model.variables) request.variables.push_back(v.id);
    const sbml::Result result = sbml::simulate(model, request);
    if (!o.csv.empty()) text::write_file(o.csv, result.csv());
    if (common.json) {
        Json last = Json::object();
        for (size_t i = 0; i < result.columns.size(); ++i) last[result.columns[i]] = result.rows.back()[i];
        fmt::print("{}\n", Json{{"model", model.name},
                                {"units", "unchecked"},
                                {"steps", result.steps},
                                {"events", result.events},
                                {"end", last}}
                               .dump());
        return 0;
    }
    fmt::print(stderr, "{}\n", Message{message::sbml_unchecked_units, {}}.text(common.language));
    if (o.csv.empty()) {
        for (size_t i = 0; i < result.columns.size(); ++i)
            fmt::print("{:<32}{:>18.9g}\n", result.columns[i], result.rows.back()[i]);
    }
    return 0;
}

void show_progress(size_t done, size_t total) {
    constexpr size_t width = 40;
    const size_t filled = width * done / total;
    fmt::print(stderr, "\r[{:=<{}}{: <{}}] {}/{}{}", "", filled, "", width - filled, done, total,
               done == total ? "\n" : "");
}

/// Cases counted by verdict.
struct Row {
    int cases = 0, passed = 0, refused = 0, failed = 0;
    void add(Kind kind) {
        ++cases;
        (kind == Kind::passed ? passed : kind == Kind::refused ? refused : failed) += 1;
    }
};

int run_suite(const Common& common, const SbmlOptions& o) {
    if (!sbml::available()) { // says why
        sbml::read(o.suite, *common.sources);
    }
    const auto cases = sbml::find_cases(o.suite);
    sbml::SuiteOptions options;
    options.jobs = o.jobs;
    if (::isatty(STDERR_FILENO)) options.progress = show_progress;
    const auto began = std::chrono::steady_clock::now();
    const auto verdicts = sbml::run_suite(cases, options);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();

    Row all;
    std::map<std::string, Row> by_tag;
    std::map<std::string, int> refused;
    Json wrong = Json::array();
    double slowest = 0;
    long memory = 0;
    for (size_t i = 0; i < cases.size(); ++i) {
        const sbml::Verdict& v = verdicts[i];
        all.add(v.kind);
        for (const std::string& tag : cases[i].tags) by_tag[tag].add(v.kind);
        if (v.kind == Kind::refused)
            ++refused[v.detail];
        else if (v.kind != Kind::passed)
            wrong.push_back({{"case", cases[i].name}, {"verdict", sbml::name(v.kind)}, {"detail", v.detail}});
        slowest = std::max(slowest, v.seconds);
        memory = std::max(memory, v.memory);
    }
    if (common.json) {
        const auto json = [](const Row& r) {
            return Json{{"cases", r.cases}, {"passed", r.passed}, {"refused", r.refused}, {"failed", r.failed}};
        };
        Json tags = Json::object();
        for (const auto& [tag, row] : by_tag) tags[tag] = json(row);
        fmt::print("{}\n", Json{{"total", json(all)},
                                {"tags", tags},
                                {"refused", refused},
                                {"wrong", wrong},
                                {"seconds", seconds},
                                {"slowest_case_seconds", slowest},
                                {"most_memory_bytes", memory}}
                               .dump());
        return all.failed ? 1 : 0;
    }
    const auto line = [](const std::string& tag, const Row& r) {
        fmt::print("{:<36}{:>7}{:>8}{:>9}{:>8}\n", tag, r.cases, r.passed, r.refused, r.failed);
    };
    fmt::print("{:<36}{:>7}{:>8}{:>9}{:>8}\n", "tag", "cases", "passed", "refused", "failed");
    for (const auto& [tag, row] : by_tag) line(tag, row);
    line("all", all);
    fmt::print("\n");
    for (const auto& [feature, n] : refused) fmt::print("{:<36}{:>7} refused\n", feature, n);
    for (const Json& w : wrong)
        fmt::print("{} {}: {}\n", w["case"].get<std::string>(), w["verdict"].get<std::string>(),
                   w["detail"].get<std::string>());
    fmt::print("{:.1f} s, slowest case {:.2f} s, most memory {} MB\n", seconds, slowest, memory >> 20);
    return all.failed ? 1 : 0;
}

} // namespace

void add_sbml(CLI::App& app, const std::function<void(CLI::App*)>& shared, const std::function<const Common&()>& common,
              int& status) {
    const auto options = std::make_shared<SbmlOptions>();
    SbmlOptions* o = options.get();
    sbml::Request& r = o->request;
    auto* command = app.add_subcommand("sbml", "run a model in SBML, or the cases of the SBML Test Suite");
    auto* file = command->add_option("FILE", o->file, "SBML Level 2 or 3");
    command->add_option("--duration", r.duration, "span of time, in the model's unit");
    command->add_option("--steps", r.steps, "intervals of the table")->check(CLI::Range(1, 100'000'000));
    command->add_option("--variables", r.variables, "ids of the columns (default: all)")
        ->delimiter(',')
        ->allow_extra_args(false);
    command->add_option("--amounts", r.amounts, "species to be told as amounts")
        ->delimiter(',')
        ->allow_extra_args(false);
    command->add_option("--concentrations", r.concentrations, "species to be told as concentrations")
        ->delimiter(',')
        ->allow_extra_args(false);
    command->add_option("--rtol", r.rtol, "relative tolerance")->check(CLI::Range(1e-13, 0.1));
    command->add_option("--max-seconds", r.max_seconds, "limit of computing time")->check(CLI::PositiveNumber);
    command->add_option("--csv", o->csv, "file for the table over time");
    command->add_option("--suite", o->suite, "folder of cases: run and judge them all")->excludes(file);
    command->add_option("--jobs", o->jobs, "of --suite: cases at a time")->check(CLI::Range(1, 1024));
    shared(command);
    command->callback([options, common, &status] {
        if (options->file.empty() == options->suite.empty()) throw UsageError({message::sbml_file_or_suite, {}});
        status = options->suite.empty() ? simulate_file(common(), *options) : run_suite(common(), *options);
    });
}

} // namespace viresco::cli
