#include "plant/library.h"
#include "base/messages/plant.h"
#include "text/node.h"
#include <algorithm>
#include <filesystem>

namespace viresco::plant {

namespace fs = std::filesystem;

Library::Library(std::string models_folder, SourceStore& s, Diagnostics& d)
    : diagnostics(d), sources(s), models_(std::move(models_folder)) {}

std::vector<std::string> Library::names(const std::string& folder) const {
    std::vector<std::string> out;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(fs::path(models_) / folder, ignored))
        if (entry.path().extension() == ".yaml") out.push_back(entry.path().stem().string());
    std::sort(out.begin(), out.end());
    return out;
}

const text::Node* Library::load(const std::string& folder, const std::string& kind, const std::string& name,
                                const SourcePos& asked_at) {
    const bool local = name.rfind("./", 0) == 0 || name.rfind("../", 0) == 0 ||
                       (name.size() > 5 && name.compare(name.size() - 5, 5, ".yaml") == 0);
    if (local) {
        const fs::path base = asked_at.file ? fs::path(asked_at.file->path).parent_path() : fs::path();
        return load_file((base / name).lexically_normal().string(), kind, asked_at);
    }
    const fs::path path = fs::path(models_) / folder / (name + ".yaml");
    std::error_code ignored;
    if (name.find('/') != std::string::npos || !fs::exists(path, ignored)) {
        auto& d = diagnostics.error(asked_at, message::not_in_library, {name, folder});
        suggest(d, name, names(folder));
        d.hint(message::local_file_hint, {});
        return nullptr;
    }
    return load_file(path.string(), kind, asked_at);
}

const text::Node* Library::load_file(const std::string& path, const std::string& kind, const SourcePos& asked_at) {
    if (const auto it = documents_.find(path); it != documents_.end()) return it->second.get();
    const SourceFile* file = text::read_file(sources, path, diagnostics, asked_at);
    if (!file) return nullptr;
    const int before = diagnostics.n_errors();
    auto document = text::parse_yaml(*file, diagnostics);
    if (!document) return nullptr;
    const SourcePos top{file, 1, 1, 1};
    if (!document->is_map()) {
        diagnostics.error(top, message::file_is_not_a_map, {kind});
    } else {
        const text::Node* version = document->find("viresco");
        if (!version)
            diagnostics.error(top, message::version_missing, {}).hint(message::version_hint);
        else if (version->scalar() != "1")
            diagnostics.error(version->pos(), message::version_unknown, {version->scalar()});
        const text::Node* found = document->find("kind");
        if (!found)
            diagnostics.error(top, message::kind_missing, {kind});
        else if (!kind.empty() && found->scalar() != kind)
            diagnostics.error(found->pos(), message::kind_differs, {kind, found->scalar()});
    }
    const text::Node* out = diagnostics.n_errors() > before ? nullptr : document.get();
    documents_.emplace(path, std::move(document));
    return out;
}

const text::Node* Library::inline_text(const std::string& title, const std::string& content) {
    const SourceFile& file = sources.add(title, content);
    auto node = text::parse_yaml(file, diagnostics);
    if (!node) return nullptr;
    inline_.push_back(std::move(node));
    return inline_.back().get();
}

const std::vector<lang::Statement>& Library::statements(const text::Node& node) {
    const auto it = statements_.find(&node);
    if (it != statements_.end()) return it->second;
    return statements_.emplace(&node, lang::parse_statements(node, diagnostics)).first->second;
}

std::vector<std::string> Library::files() const {
    std::vector<std::string> out;
    for (const SourceFile& f : sources.files()) out.push_back(f.path);
    return out;
}

bool is_name(const std::string& text) {
    if (text.empty() || (text[0] >= '0' && text[0] <= '9') || lang::is_keyword(text)) return false;
    return std::all_of(text.begin(), text.end(), [](char ch) {
        const auto c = static_cast<unsigned char>(ch);
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c >= 0x80;
    });
}

} // namespace viresco::plant
