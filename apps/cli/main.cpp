// The command line (architecture section 7): stable names and exit statuses. 0 done; 1 the numerics failed;
// 2 the input is wrong; 64 wrong usage.
#include "base/diagnostic.h"
#include "base/messages/cli.h"
#include "base/messages/lca_fmt.h"
#include "commands.h"
#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <malloc.h>

namespace viresco::cli {

std::vector<std::pair<std::string, std::string>> split_sets(const std::vector<std::string>& sets) {
    std::vector<std::pair<std::string, std::string>> out;
    for (const std::string& s : sets) {
        const size_t equal = s.find('=');
        if (equal == std::string::npos || equal == 0) throw UsageError({message::set_form, {s}});
        out.emplace_back(s.substr(0, equal), s.substr(equal + 1));
    }
    return out;
}

namespace {

/// The model library: $VIRESCO_MODELS, beside the program, or the source tree it was built from.
std::string find_models() {
    namespace fs = std::filesystem;
    if (const char* given = std::getenv("VIRESCO_MODELS")) return given;
    std::error_code error;
    const fs::path self = fs::read_symlink("/proc/self/exe", error);
    const fs::path installed = self.parent_path().parent_path() / "share/viresco/models";
    if (!error && fs::exists(installed, error)) return installed.string();
    const fs::path here = fs::relative(VIRESCO_MODELS, error);
    // A path relative to the working folder reads better in messages, when it is short.
    return !error && !here.empty() && here.string().rfind("..", 0) != 0 ? here.string() : VIRESCO_MODELS;
}

int report(const Diagnostics& diagnostics, const Common& common, int status) {
    if (common.json) {
        fmt::print("{{\"diagnostics\":{}}}\n", diagnostics.json(common.language));
        return status;
    }
    fmt::print(stderr, "{}", diagnostics.text(common.language));
    return status;
}

int run(int argc, char** argv, Common& common) {
    CLI::App app{"Viresco: green biomanufacturing, from plant to footprint"};
    app.set_version_flag("--version", std::string("viresco ") + VIRESCO_VERSION);
    app.require_subcommand(1);
    SourceStore sources;
    common.sources = &sources;
    for (int i = 0; i < argc; ++i)
        common.command += (i ? " " : "") + (i ? std::string(argv[i]) : std::string("viresco"));
    std::string language = "en";
    const auto shared = [&](CLI::App* sub, bool json = true) {
        sub->add_option("--lang", language, "language of messages and report: en or zh")
            ->check(CLI::IsMember({"en", "zh"}));
        sub->add_option("--models", common.models, "folder of the model library");
        if (json) sub->add_flag("--json", common.json, "one JSON document on standard output");
    };
    int status = 0;

    EvaluateOptions evaluate_options;
    auto* evaluate_command = app.add_subcommand("evaluate", "simulate and judge every route of a case");
    evaluate_command->add_option("CASE", evaluate_options.path, "case file, or a folder with case.yaml")->required();
    evaluate_command->add_option("--route", evaluate_options.routes, "only this route (repeatable)")
        ->allow_extra_args(false);
    evaluate_command->add_option("--scenario", evaluate_options.scenario, "a scenario of the case");
    evaluate_command->add_option("--set", evaluate_options.sets, "PATH=VALUE (repeatable)")->allow_extra_args(false);
    evaluate_command->add_option("--out", evaluate_options.out, "folder for results.json, report.html and tables");
    evaluate_command
        ->add_option("--study", evaluate_options.studies,
                     "for the report: study.json of 'viresco study', or its folder (repeatable)")
        ->allow_extra_args(false);
    evaluate_command->add_option("--schedule", evaluate_options.schedule,
                                 "for the report: what 'viresco schedule --json' prints, as a file");
    evaluate_command->add_flag("--pdf", evaluate_options.pdf, "also report.pdf, printed by Chromium or Chrome");
    shared(evaluate_command);
    evaluate_command->callback([&] {
        common.language = language == "zh" ? Language::zh : Language::en;
        status = evaluate(common, evaluate_options);
    });

    ExplainOptions explain_options;
    auto* explain_command = app.add_subcommand("explain", "where a number comes from");
    explain_command->add_option("CASE", explain_options.path)->required();
    explain_command->add_option("INDICATOR", explain_options.indicator)->required();
    explain_command->add_option("--route", explain_options.routes)->allow_extra_args(false);
    explain_command->add_option("--scenario", explain_options.scenario);
    explain_command->add_option("--set", explain_options.sets)->allow_extra_args(false);
    explain_command->add_option("--depth", explain_options.depth, "levels of formulas to walk")
        ->check(CLI::Range(0, 100));
    shared(explain_command, false);
    explain_command->callback([&] {
        common.language = language == "zh" ? Language::zh : Language::en;
        status = explain(common, explain_options);
    });

    SimulateOptions simulate_options;
    auto* simulate_command = app.add_subcommand("simulate", "run a model in time, or find its steady state");
    simulate_command->add_option("FILE", simulate_options.path, "model file, or a folder with model.yaml")->required();
    simulate_command->add_flag("--steady", simulate_options.steady, "the steady state (after --until, where given)");
    simulate_command->add_option("--until", simulate_options.until, "span of time, '14 d' (default: the model's)");
    simulate_command->add_option("--every", simulate_options.every, "interval of the rows of --csv");
    simulate_command->add_option("--csv", simulate_options.csv, "file for the table of outputs over time");
    simulate_command->add_option("--report", simulate_options.report, "file for a page with drawings (HTML)");
    simulate_command->add_option("--save", simulate_options.save, "file for the full state at the end");
    simulate_command->add_option("--from", simulate_options.from, "go on from such a file");
    simulate_command->add_option("--rtol", simulate_options.rtol, "relative tolerance")->check(CLI::Range(1e-14, 0.1));
    simulate_command->add_option("--method", simulate_options.method, "bdf, rosenbrock or ida (default: as fits)")
        ->check(CLI::IsMember({"bdf", "rosenbrock", "ida"}));
    simulate_command->add_option("--jit", simulate_options.jit, "machine code: off, auto (for long runs) or on")
        ->envname("VIRESCO_JIT")
        ->check(CLI::IsMember({"off", "auto", "on"}));
    simulate_command->add_option("--max-seconds", simulate_options.max_seconds, "limit of computing time")
        ->check(CLI::PositiveNumber);
    simulate_command->add_option("--set", simulate_options.sets, "PARAMETER=VALUE (repeatable)")
        ->allow_extra_args(false);
    shared(simulate_command);
    simulate_command->callback([&] {
        common.language = language == "zh" ? Language::zh : Language::en;
        status = simulate(common, simulate_options);
    });

    std::vector<std::string> files;
    auto* check_command = app.add_subcommand("check", "check files of any kind without running them");
    check_command->add_option("FILE", files)->required();
    shared(check_command);
    check_command->callback([&] {
        common.language = language == "zh" ? Language::zh : Language::en;
        status = check(common, files);
    });

    std::string what;
    auto* list_command = app.add_subcommand("list", "what the model library holds");
    list_command->add_option("WHAT", what, "components, units, background, prices, indicators, templates or measures")
        ->required();
    shared(list_command);
    list_command->callback([&] {
        common.language = language == "zh" ? Language::zh : Language::en;
        status = list(common, what);
    });

    std::string folder, from = "6-apa/literature-table";
    auto* new_command = app.add_subcommand("new", "start a case from an example");
    new_command->add_option("DIR", folder)->required();
    new_command->add_option("--from", from, "template (viresco list templates)");
    shared(new_command, false);
    new_command->callback([&] {
        common.language = language == "zh" ? Language::zh : Language::en;
        status = create(common, folder, from);
    });

    const auto given = [&]() -> const Common& {
        common.language = language == "zh" ? Language::zh : Language::en;
        return common;
    };
    add_lca(
        app, [&](CLI::App* sub) { shared(sub); }, given, status);
    add_study(
        app, [&](CLI::App* sub) { shared(sub); }, given, status);
    add_sbml(
        app, [&](CLI::App* sub) { shared(sub); }, given, status);
    add_schedule(
        app, [&](CLI::App* sub) { shared(sub); }, given, status);
    add_pinch(
        app, [&](CLI::App* sub) { shared(sub); }, given, status);

    common.models = find_models();
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        const int code = app.exit(e);
        return code == 0 ? 0 : 64;
    } catch (const ConfigError& e) {
        return report(e.diagnostics(), common, 2);
    } catch (const SolveError& e) {
        return report(e.diagnostics(), common, 1);
    } catch (const UsageError& e) {
        fmt::print(stderr, "{}\n", e.message.text(common.language));
        return 64;
    } catch (const std::exception& e) {
        fmt::print(stderr, "viresco: {}\n", e.what());
        return 1;
    }
    return status;
}

} // namespace
} // namespace viresco::cli

int main(int argc, char** argv) {
    // A run allocates some 60 MB once and ends: take it from the system in large pieces, give nothing back.
    mallopt(M_TOP_PAD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    viresco::cli::Common common;
    int status = viresco::cli::run(argc, argv, common);
    errno = 0;
    if (std::fflush(stdout) != 0 || std::ferror(stdout)) { // a full disk: what was asked for is not there
        const std::string why = std::strerror(errno ? errno : EIO);
        fmt::print(stderr, "viresco: {}\n",
                   viresco::Message{viresco::message::output_incomplete, {why}}.text(common.language));
        if (status == 0) status = 1;
    }
    std::fflush(nullptr);
    std::_Exit(status); // without taking the compiled case apart
}
