#pragma once
#include "base/messages/lca_fmt.h"
#include "lca/archive.h"
#include "lca/draft.h"
#include <algorithm>
#include <initializer_list>
#include <pugixml.hpp>
#include <string>
#include <string_view>

namespace viresco::lca {

/// One XML entry of an archive, parsed, with the places of its nodes. Include in .cpp files only.
class XmlFile {
public:
    XmlFile(Archive& archive, std::string name) : archive_(archive), name_(std::move(name)) {}
    /// False after an error (unreadable, not well-formed: cut off, wrong encoding).
    bool load(Diagnostics&);
    pugi::xml_node root() const { return document_.document_element(); }
    SourcePos at(const pugi::xml_node&);
    /// at(), when asked.
    auto place(const pugi::xml_node& node) {
        return [this, node] { return at(node); };
    }

    /// Attribute or text as a number; an error that names `entity` where it is missing or no finite number. `fallback`
    /// (not NaN): for what is missing.
    double number(const pugi::xml_node&, const char* attribute, const std::string& entity, Diagnostics&,
                  double fallback);

private:
    Archive& archive_;
    std::string name_, text_;
    const SourceFile* source_ = nullptr;
    pugi::xml_document document_;
};

/// Gives a reader every entry with one of these endings (or the only entry), then lets it settle its providers; counts the
/// other files. False after errors, and where nothing of the format was found.
template <class Reader>
bool read_entries(Archive& archive, Draft& draft, std::initializer_list<std::string_view> endings, Reader& reader,
                  const char* format) {
    for (const std::string& name : archive.names()) {
        const bool fits = std::any_of(endings.begin(), endings.end(), [&](auto e) { return name.ends_with(e); });
        if (fits || archive.names().size() == 1)
            reader.read(name);
        else
            draft.report().count("files_not_taken");
    }
    if (!draft.diagnostics().has_errors() && reader.found() == 0)
        draft.diagnostics().error(archive.at(""), message::import_nothing, {archive.path(), format});
    reader.providers();
    return !draft.diagnostics().has_errors();
}

} // namespace viresco::lca
