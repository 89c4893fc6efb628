#include "base/messages/cli.h"
#include "case/case.h"
#include "commands.h"
#include "page.h"
#include "report/report.h"
#include "text/node.h"
#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace viresco::cli {
namespace {

/// The short table for a terminal: indicators by route.
void print_summary(const nlohmann::ordered_json& results, Language language) {
    const char* lang = language == Language::zh ? "zh" : "en";
    const auto& routes = results.at("comparison").at("routes");
    fmt::print("{}\n\n", results.at("case").at("title").at(lang).get<std::string>());
    fmt::print("{:<32}", "");
    for (const auto& r : routes) fmt::print("{:>16}", r.get<std::string>());
    fmt::print("\n");
    for (const auto& row : results.at("comparison").at("rows")) {
        fmt::print("{:<32}", row.at("id").get<std::string>());
        for (const auto& v : row.at("values")) {
            if (v.is_number())
                fmt::print("{:>16.5g}", v.get<double>());
            else
                fmt::print("{:>16}", language == Language::zh ? "-" : "-");
        }
        fmt::print("  {}\n", row.at("unit").get<std::string>());
    }
    fmt::print("\n");
    print_barriers(results, language);
}

void write_outputs(const std::string& folder, const std::string& json, const report::Attached& attached, bool pdf,
                   Language language) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    const auto path = [&](const std::string& name) { return (std::filesystem::path(folder) / name).string(); };
    text::write_file(path("results.json"), json);
    for (const auto& [name, content] : report::csv_tables(json)) text::write_file(path(name), content);
    text::write_file(path("report.html"), report::render_report(json, language, attached));
    if (pdf) report::print_pdf(path("report.html"), path("report.pdf"));
}

} // namespace

int evaluate(const Common& common, const EvaluateOptions& options) {
    if (options.out.empty() && (options.pdf || !options.studies.empty() || !options.schedule.empty()))
        throw UsageError({message::evaluate_out_where, {}});
    report::Attached attached;
    for (const std::string& s : options.studies) attached.studies.push_back(read_document(common, s, "study.json"));
    if (!options.schedule.empty()) attached.schedule = read_document(common, options.schedule, "schedule.json");
    cases::Request request;
    request.path = options.path;
    request.scenario = options.scenario;
    request.routes = options.routes;
    request.settings = split_sets(options.sets);
    request.models_folder = common.models;
    request.sources = common.sources;
    Diagnostics warnings;
    static const auto c = cases::Case::compile(request, warnings); // static: main leaves without freeing it
    lang::Evaluation evaluation(c->program, 1);
    cases::evaluate(*c, evaluation, c->parameters);
    const std::string json = cases::results_json(*c, evaluation, warnings, common.command);
    if (!warnings.all().empty()) fmt::print(stderr, "{}", warnings.text(common.language));
    if (!options.out.empty()) {
        attached.explanations = explanations_json(*c, evaluation);
        write_outputs(options.out, json, attached, options.pdf, common.language);
    }
    if (common.json)
        fmt::print("{}\n", json);
    else
        print_summary(nlohmann::ordered_json::parse(json), common.language);
    return 0;
}

} // namespace viresco::cli
