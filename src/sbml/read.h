#pragma once
#include "base/diagnostic.h"
#include "sbml/document.h"

namespace viresco::sbml {

/// The model uses what Viresco does not compute; each feature by name ("algebraic rule", "delay()").
class Refused : public ConfigError {
public:
    Refused(Diagnostics, std::vector<std::string> features);
    const std::vector<std::string>& features() const { return features_; }

private:
    std::vector<std::string> features_;
};

/// False where Viresco was built without libsbml; read() then throws SolveError.
bool available();

/// Reads a file of SBML Level 2 or 3. Hierarchical models (package comp) are flattened. Throws ConfigError where it is
/// no SBML, Refused where it needs what is not supported: never is anything ignored silently.
/// Source: SBML Level 3 Version 2 Core, as libsbml reads it (unverified against the text of the specification).
Document read(const std::string& path, SourceStore&);

} // namespace viresco::sbml
