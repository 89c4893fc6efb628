#pragma once
#include "lca/archive.h"
#include <pugixml.hpp>
#include <string>

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

} // namespace viresco::lca
