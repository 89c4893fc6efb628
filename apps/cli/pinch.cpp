// viresco pinch: energy targets of a set of heat streams.
#include "commands.h"
#include "heat/read.h"
#include "heat/results.h"
#include "plant/library.h"
#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <memory>

namespace viresco::cli {
namespace {

struct PinchOptions {
    std::string path, svg;
};

int run_pinch(const Common& common, const PinchOptions& o) {
    Diagnostics found;
    plant::Library library(common.models, *common.sources, found);
    const text::Node* file = library.load_file(o.path, "heat_streams");
    found.throw_if_errors();
    const heat::Problem problem = heat::read_problem(*file, found);
    found.throw_if_errors();
    const heat::Targets targets = heat::targets(problem);
    if (!o.svg.empty()) text::write_file(o.svg, heat::drawing(problem, targets, common.language));
    if (common.json)
        fmt::print("{}\n", heat::json_text(problem, targets, common.language));
    else
        fmt::print("{}", heat::screen_text(problem, targets, common.language));
    return 0;
}

} // namespace

void add_pinch(CLI::App& app, const std::function<void(CLI::App*)>& shared,
               const std::function<const Common&()>& common, int& status) {
    const auto options = std::make_shared<PinchOptions>();
    auto* command = app.add_subcommand("pinch", "minimum heating and cooling of a set of streams, composite curves");
    command->add_option("FILE", options->path, "file of heat streams")->required();
    command->add_option("--svg", options->svg, "file for a drawing of the composite curves");
    shared(command);
    command->callback([options, common, &status] { status = run_pinch(common(), *options); });
}

} // namespace viresco::cli
