// What a report shows beside the evaluation: explanations, studies, schedules.
#include "page.h"
#include "case/explain.h"
#include "text/node.h"
#include <filesystem>
#include <nlohmann/json.hpp>

namespace viresco::cli {
namespace {

constexpr int levels = 2;
constexpr size_t lines_shown = 40, longest_document = size_t{256} << 20;

/// The first lines: what follows are mostly further years of the same.
std::string start_of(const std::string& text) {
    size_t end = 0;
    for (size_t line = 0; line < lines_shown; ++line) {
        const size_t next = text.find('\n', end);
        if (next == std::string::npos) return text;
        end = next + 1;
    }
    return text.substr(0, end) + "…\n";
}

} // namespace

std::string explanations_json(const cases::Case& c, const lang::Evaluation& e) {
    nlohmann::ordered_json out = nlohmann::ordered_json::object();
    for (const plant::Plant& p : c.routes)
        for (const assess::Definition& def : c.definitions) {
            const cases::Output* o = c.find(assess::indicator_path(p, def.id));
            if (def.additive || !def.formula || !o || o->slot < 0 || o->missing >= 0) continue;
            out[p.route][def.id] = {{"en", start_of(cases::explain(c, e, p, def.id, levels, Language::en))},
                                    {"zh", start_of(cases::explain(c, e, p, def.id, levels, Language::zh))}};
        }
    return out.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

report::Document read_document(const Common& common, std::string path, const char* in_folder) {
    if (std::error_code e; std::filesystem::is_directory(path, e))
        path = (std::filesystem::path(path) / in_folder).string();
    Diagnostics found;
    const SourceFile* file = text::read_file(*common.sources, path, found, {}, longest_document);
    found.throw_if_errors();
    return {path, std::string(file->text)};
}

} // namespace viresco::cli
