// viresco schedule: a recipe file in time: batch time, cycle time, bottlenecks, a year of campaigns.
#include "base/messages/schedule.h"
#include "commands.h"
#include "plant/library.h"
#include "schedule/gantt.h"
#include "schedule/read.h"
#include "schedule/results.h"
#include "units/unit.h"
#include <CLI/CLI.hpp>
#include <cmath>
#include <filesystem>
#include <fmt/format.h>
#include <memory>

namespace viresco::cli {
namespace {

struct ScheduleOptions {
    std::string path, svg, html, csv, span;
};

schedule::Ticks span_of(const std::string& text) {
    if (text.empty()) return 0;
    const auto q = units::parse_quantity(text);
    if (!q || q->dimension().text() != "s" || !(q->si > 0) || q->si > 1e10)
        throw UsageError({message::schedule_time, {"--span", text}});
    return std::llround(q->si * static_cast<double>(schedule::ticks_per_second));
}

int run_schedule(const Common& common, const ScheduleOptions& o) {
    const schedule::Ticks span = span_of(o.span);
    std::string path = o.path;
    if (std::error_code e; std::filesystem::is_directory(path, e)) path += "/recipe.yaml";
    Diagnostics found;
    plant::Library library(common.models, *common.sources, found);
    const text::Node* file = library.load_file(path, "recipe");
    found.throw_if_errors();
    schedule::Facility facility = schedule::read_facility(*file, found);
    found.throw_if_errors();
    std::vector<schedule::Analysis> analyses;
    for (const schedule::Recipe& r : facility.recipes)
        if (auto a = schedule::analyse(facility, r, found)) analyses.push_back(std::move(*a));
    found.throw_if_errors();
    const schedule::Year year = schedule::run_campaigns(facility, analyses, found);
    found.throw_if_errors();
    const schedule::Results results{facility, analyses, year};
    if (!o.svg.empty()) text::write_file(o.svg, schedule::gantt(results, common.language, span));
    if (!o.html.empty()) text::write_file(o.html, schedule::page(results, common.language, span));
    if (!o.csv.empty()) text::write_file(o.csv, schedule::csv(results));
    if (common.json)
        fmt::print("{}\n", schedule::json_text(results, common.language));
    else
        fmt::print("{}", schedule::screen_text(results, common.language));
    return 0;
}

} // namespace

void add_schedule(CLI::App& app, const std::function<void(CLI::App*)>& shared,
                  const std::function<const Common&()>& common, int& status) {
    const auto options = std::make_shared<ScheduleOptions>();
    auto* command = app.add_subcommand("schedule",
                                       "a batch recipe in time: cycle time, bottlenecks, a year of campaigns");
    command->add_option("FILE", options->path, "recipe file, or a folder with recipe.yaml")->required();
    command->add_option("--svg", options->svg, "file for a drawing of equipment and resources over time");
    command->add_option("--html", options->html, "file for a page with the drawing and the figures");
    command->add_option("--span", options->span, "how much of the year is drawn, '30 d' (default: two batch times)");
    command->add_option("--csv", options->csv, "file for the table of every phase of the year");
    shared(command);
    command->callback([options, common, &status] { status = run_schedule(common(), *options); });
}

} // namespace viresco::cli
