#pragma once
#include "base/diagnostic.h"
#include "lang/ast.h"
#include "text/check.h"
#include "text/node.h"
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace viresco::plant {

/// Reads the files that a case names, each once, and keeps them. Names are file paths: "mixer" of kind
/// unit is <models>/units/mixer.yaml, "./mine.yaml" lies beside the file that names it. Nothing is scanned.
class Library {
public:
    /// `sources` keeps the texts and outlives every message about them.
    Library(std::string models_folder, SourceStore& sources, Diagnostics& diagnostics);

    Diagnostics& diagnostics;
    SourceStore& sources;

    /// The document `name` stands for, checked for `viresco: 1` and `kind:`; nullptr after an error.
    /// folder: "units", "components" ..; asked_by: the file that names it (for "./" and messages).
    const text::Node* load(const std::string& folder, const std::string& kind, const std::string& name,
                           const SourcePos& asked_at);
    /// A file by its path.
    const text::Node* load_file(const std::string& path, const std::string& kind, const SourcePos& asked_at = {});
    /// Text that did not come from a file (a value of the command line), named `title` in messages.
    const text::Node* inline_text(const std::string& title, const std::string& text);
    /// The statements of a scalar, parsed once per document.
    const std::vector<lang::Statement>& statements(const text::Node&);
    /// Files that were read, in order (for the trail of a result).
    std::vector<std::string> files() const;
    const std::string& models_folder() const { return models_; }
    /// Names of the files in a folder of the library, for suggestions only.
    std::vector<std::string> names(const std::string& folder) const;

private:
    std::string models_;
    std::map<std::string, std::unique_ptr<const text::Node>> documents_;
    std::deque<std::unique_ptr<const text::Node>> inline_;
    std::map<const text::Node*, std::vector<lang::Statement>> statements_;
};

using text::check_keys;
using text::expect_map;
using text::scalar_of;
/// True for a name as the language has it: letters (any script), digits, '_', not first a digit.
bool is_name(const std::string&);

} // namespace viresco::plant
