#include "case/check.h"
#include "base/messages/case.h"
#include "case/simulation.h"
#include "economics/economics.h"
#include "heat/read.h"
#include "lca/method_files.h"
#include "schedule/analysis.h"
#include "schedule/read.h"
#include <filesystem>

namespace viresco::cases {
namespace {

void check_statements(plant::Library& library, const text::Node& file) {
    for (const auto& e : file.entries())
        if (e.key == "equations" || e.key == "every" || e.key == "liquid" || e.key == "gas" || e.key == "steam" ||
            e.key == "many")
            if (e.value.is_scalar()) library.statements(e.value);
}

/// Formulas and declarations; which components it means is known only in a plant.
void check_reactions(plant::Library& library, const text::Node& file) {
    check_statements(library, file);
    if (const text::Node* parameters = file.find("parameters"))
        plant::read_declarations(*parameters, library.diagnostics);
    const text::Node* processes = file.find("processes");
    if (!processes || !plant::expect_map(*processes, "'processes'", library.diagnostics)) return;
    for (const auto& process : processes->entries()) {
        if (!plant::expect_map(process.value, "'" + process.key + "'", library.diagnostics)) continue;
        if (const text::Node* rate = process.value.find("rate"); rate && rate->is_scalar())
            lang::parse_expression(*rate, library.diagnostics);
        if (const text::Node* cells = process.value.find("coefficients"))
            for (const auto& cell : cells->entries())
                if (cell.value.is_scalar() && cell.value.scalar() != "?")
                    lang::parse_expression(cell.value, library.diagnostics);
    }
}

} // namespace

void check_file(const std::string& path, const std::string& models_folder, SourceStore& sources,
                Diagnostics& diagnostics) {
    plant::Library library(models_folder, sources, diagnostics);
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) {
        check_file((std::filesystem::path(path) / "case.yaml").string(), models_folder, sources, diagnostics);
        return;
    }
    const text::Node* file = library.load_file(path, "");
    if (!file) return;
    const std::string kind = file->find("kind")->scalar();
    if (kind == "case") {
        Request request;
        request.path = path;
        request.models_folder = models_folder;
        request.sources = &sources;
        try {
            Case::compile(request, diagnostics);
        } catch (const ConfigError& e) {
            diagnostics.append(e.diagnostics());
        }
        return;
    }
    if (kind == "model") {
        Simulation::Request request;
        request.path = path;
        request.models_folder = models_folder;
        request.sources = &sources;
        try {
            Simulation::compile(request, diagnostics);
        } catch (const ConfigError& e) {
            diagnostics.append(e.diagnostics());
        }
        return;
    }
    lang::Model model(diagnostics);
    matter::ComponentTable components;
    plant::Overrides overrides;
    std::vector<plant::Setting> settings;
    plant::Context context{library, model, components, overrides, settings, {}, {}, {}};
    if (kind == "components") {
        components.read(*file, diagnostics);
    } else if (kind == "unit") {
        plant::read_unit_type(*file, library);
    } else if (kind == "reactions") {
        check_reactions(library, *file);
    } else if (kind == "plant") {
        if (const text::Node* list = file->find("components"))
            for (const text::Node& item : list->items())
                if (const text::Node* n = library.load("components", "components", item.scalar(), item.pos()))
                    components.read(*n, diagnostics);
        if (diagnostics.has_errors()) return;
        plant::declare_components(context);
        plant::Plant p = plant::build_plant(context, *file, "plant");
        if (diagnostics.has_errors()) return;
        for (const plant::Stream& s : p.streams)
            for (const char* name : {".mass", ".T", ".p", ".H"}) model.value(s.path + name, {}, s.pos);
        model.close_equations();
    } else if (kind == "background") {
        lca::read_background(context, {file}, {});
        // The choice of electricity belongs to a case.
    } else if (kind == "prices") {
        lca::read_prices(context, {file});
    } else if (kind == "economics") {
        economics::read_parameters(context, {file});
        check_statements(library, *file);
    } else if (kind == "indicators") {
        assess::read_definitions(library, {file});
    } else if (kind == "limits") {
        assess::read_limits(context, {file});
    } else if (kind == "barriers") {
        for (const assess::Barrier& b : assess::read_barrier_registers(context, {file}))
            for (const assess::Proxy& x : b.proxies)
                for (const text::Node* formula : {x.formula, x.defined_if})
                    if (formula && formula->is_scalar()) lang::parse_expression(*formula, diagnostics);
    } else if (kind == "methods") {
        lca::check_method_file(*file, diagnostics);
    } else if (kind == "recipe") {
        const schedule::Facility facility = schedule::read_facility(*file, diagnostics);
        if (diagnostics.has_errors()) return;
        for (const schedule::Recipe& recipe : facility.recipes) schedule::analyse(facility, recipe, diagnostics);
    } else if (kind == "heat_streams") {
        heat::read_problem(*file, diagnostics);
    } else if (kind == "stream") {
        check_statements(library, *file);
    } else {
        suggest(diagnostics.error(file->find("kind")->pos(), message::unknown_kind, {kind}), kind,
                {"case", "plant", "unit", "reactions", "model", "components", "background", "prices", "economics",
                 "indicators", "limits", "barriers", "methods", "stream", "recipe", "heat_streams"});
    }
}

} // namespace viresco::cases
