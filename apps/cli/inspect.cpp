// Commands that look without judging: explain, check, list, new.
#include "base/messages/cli.h"
#include "case/check.h"
#include "case/explain.h"
#include "commands.h"
#include "text/node.h"
#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace viresco::cli {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

int explain(const Common& common, const ExplainOptions& options) {
    cases::Request request;
    request.path = options.path;
    request.scenario = options.scenario;
    request.routes = options.routes;
    request.settings = split_sets(options.sets);
    request.models_folder = common.models;
    request.sources = common.sources;
    request.shares = true;
    Diagnostics warnings;
    const auto c = cases::Case::compile(request, warnings);
    lang::Evaluation evaluation(c->program, 1);
    cases::evaluate(*c, evaluation, c->parameters);
    if (!warnings.all().empty()) fmt::print(stderr, "{}", warnings.text(common.language));
    bool first = true;
    for (const plant::Plant& p : c->routes) {
        fmt::print("{}{}", first ? "" : "\n",
                   cases::explain(*c, evaluation, p, options.indicator, options.depth, common.language));
        first = false;
    }
    return 0;
}

int check(const Common& common, const std::vector<std::string>& files) {
    Diagnostics found;
    for (const std::string& file : files) cases::check_file(file, common.models, *common.sources, found);
    if (common.json)
        fmt::print("{{\"diagnostics\":{}}}\n", found.json(common.language));
    else
        fmt::print(stderr, "{}", found.text(common.language));
    if (!found.has_errors() && !common.json)
        fmt::print("{}\n", Message{message::check_passed, {std::to_string(files.size())}}.text(common.language));
    return found.has_errors() ? 2 : 0;
}

namespace {

struct Row {
    std::string name, file, en, zh, detail;
};

std::string title(const text::Node& map, const char* key, const std::string& fallback) {
    const text::Node* t = map.find("title");
    if (!t) return fallback;
    if (t->is_scalar()) return t->scalar();
    const text::Node* in = t->find(key);
    return in ? in->scalar() : fallback;
}

/// The entries of a kind: of every file of a library folder, or the files themselves.
std::vector<Row> rows(plant::Library& library, const std::string& folder, const char* kind, const char* entries,
                      const char* detail) {
    std::vector<Row> out;
    for (const std::string& name : library.names(folder)) {
        const text::Node* file = library.load(folder, kind, name, {});
        if (!file) continue;
        if (!entries) {
            out.push_back(
                {name, folder + "/" + name + ".yaml", title(*file, "en", name), title(*file, "zh", name), ""});
            continue;
        }
        const text::Node* list = file->find(entries);
        if (!list) continue;
        for (const auto& e : list->entries()) {
            const text::Node* d = detail ? e.value.is_map() ? e.value.find(detail) : &e.value : nullptr;
            out.push_back({e.key, folder + "/" + name + ".yaml", title(e.value, "en", e.key),
                           title(e.value, "zh", e.key), d && d->is_scalar() ? d->scalar() : ""});
        }
    }
    std::sort(out.begin(), out.end(), [](const Row& a, const Row& b) { return a.name < b.name; });
    return out;
}

fs::path examples_of(const Common& common) { return fs::path(common.models) / ".." / "examples"; }

/// A project that stands in models/templates, or null. Errors to `d`.
const text::Node* read_template(plant::Library& library, const std::string& name) {
    const fs::path path = fs::path(library.models_folder()) / "templates" / (name + ".yaml");
    std::error_code ignored;
    if (name.find('/') != std::string::npos || !fs::exists(path, ignored)) return nullptr;
    const text::Node* file = library.load_file(path.string(), "template");
    if (!file) return nullptr;
    text::check_keys(*file, {"viresco", "kind", "title", "from", "files", "case", "readme"}, library.diagnostics);
    return file;
}

/// Templates, and examples that stand alone: those that name files beside their folder cannot be copied.
std::vector<Row> templates(const Common& common, plant::Library& library) {
    std::vector<Row> out;
    std::error_code ignored;
    for (const std::string& name : library.names("templates"))
        if (const text::Node* file = read_template(library, name))
            out.push_back(
                {name, "templates/" + name + ".yaml", title(*file, "en", name), title(*file, "zh", name), ""});
    const fs::path examples = examples_of(common);
    for (const auto& entry : fs::recursive_directory_iterator(examples, ignored)) {
        if (entry.path().filename() != "case.yaml") continue;
        const std::string name = entry.path().parent_path().lexically_relative(examples).generic_string();
        const text::Node* file = library.load_file(entry.path().string(), "case");
        if (!file) continue;
        const std::string& text = file->pos().file->text;
        if (text.find("../") != std::string::npos) continue;
        out.push_back({name, "examples/" + name, title(*file, "en", name), title(*file, "zh", name), ""});
    }
    std::sort(out.begin(), out.end(), [](const Row& a, const Row& b) { return a.name < b.name; });
    return out;
}

} // namespace

int list(const Common& common, const std::string& what) {
    Diagnostics found;
    plant::Library library(common.models, *common.sources, found);
    std::vector<Row> out;
    if (what == "components")
        out = rows(library, "components", "components", "components", "formula");
    else if (what == "units")
        out = rows(library, "units", "unit", nullptr, nullptr);
    else if (what == "background" || what == "factors")
        out = rows(library, "background", "background", "items", "unit");
    else if (what == "prices")
        out = rows(library, "prices", "prices", "items", "value");
    else if (what == "indicators")
        out = rows(library, "indicators", "indicators", "indicators", "unit");
    else if (what == "limits")
        out = rows(library, "limits", "limits", "limits", "value");
    else if (what == "templates")
        out = templates(common, library);
    else if (what == "measures")
        for (const auto& [name, dimension] : units::known_units()) out.push_back({name, "", name, name, dimension});
    else {
        Diagnostics wrong;
        const std::vector<std::string> known{"components", "units",  "background", "prices",
                                             "indicators", "limits", "templates",  "measures"};
        auto& d = wrong.error({}, message::unknown_list, {what});
        suggest(d, what, known);
        throw ConfigError(wrong);
    }
    found.throw_if_errors();
    if (common.json) {
        Json array = Json::array();
        for (const Row& r : out)
            array.push_back(
                {{"name", r.name}, {"title", {{"en", r.en}, {"zh", r.zh}}}, {"detail", r.detail}, {"file", r.file}});
        fmt::print("{}\n", Json{{what, array}}.dump(1));
        return 0;
    }
    for (const Row& r : out)
        fmt::print("{:<36} {:<24} {}\n", r.name, r.detail,
                   common.language == Language::zh ? r.zh
                   : r.en == r.name                ? ""
                                                   : r.en);
    return 0;
}

int create(const Common& common, const std::string& folder, const std::string& from) {
    Diagnostics wrong;
    std::error_code error;
    plant::Library library(common.models, *common.sources, wrong);
    const text::Node* project = read_template(library, from);
    const fs::path source = examples_of(common) / (project ? text::scalar_of(*project, "from", wrong) : from);
    wrong.throw_if_errors();
    if (!project && (from.empty() || !fs::exists(source / "case.yaml", error))) {
        std::vector<std::string> known;
        for (const Row& r : templates(common, library)) known.push_back(r.name);
        auto& d = wrong.error({}, message::unknown_template, {from});
        suggest(d, from, known);
        if (d.hints.empty()) d.hint(message::templates_there);
        throw ConfigError(wrong);
    }
    if (fs::exists(folder, error) && !fs::is_empty(folder, error)) {
        wrong.error({}, message::folder_not_empty, {folder}).hint(message::folder_not_empty_hint);
        throw ConfigError(wrong);
    }
    fs::create_directories(folder, error);
    if (project) {
        if (const text::Node* files = project->find("files"))
            for (const text::Node& file : files->items())
                if (!error) fs::copy_file(source / file.scalar(), fs::path(folder) / file.scalar(), error);
        if (!error) text::write_file(folder + "/case.yaml", text::scalar_of(*project, "case", wrong));
        if (!error) text::write_file(folder + "/README.md", text::scalar_of(*project, "readme", wrong));
    } else if (!error) {
        fs::copy(source, folder, fs::copy_options::recursive, error);
    }
    if (error) {
        wrong.error({}, message::cannot_create, {folder, error.message()});
        throw ConfigError(wrong);
    }
    fmt::print("{}\n", Message{message::project_created, {folder}}.text(common.language));
    return 0;
}

} // namespace viresco::cli
