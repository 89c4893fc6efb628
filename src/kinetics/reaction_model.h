#pragma once
#include "lang/ast.h"
#include "matter/component.h"
#include <memory>
#include <string>
#include <vector>

namespace viresco::kinetics {

/// One row of the matrix: a rate, and how much of each component it makes (or takes) per unit of rate.
struct Process {
    std::string name;
    matter::Title title;
    SourcePos pos;
    const text::Node* rate = nullptr; ///< formula [basis/(m3 s)]
    struct Cell {
        int component = -1;
        SourcePos pos;
        const text::Node* value = nullptr; ///< formula; null: `?`, left to conservation
    };
    std::vector<Cell> cells;
    /// Quantities that this process breaks as published, each with its reason.
    std::vector<std::pair<std::string, std::string>> exceptions;
};

/// Rates and stoichiometry of a group of processes as a Petersen (Gujer) matrix: a `kind: reactions` file
/// (docs/language.md section 9).
struct ReactionModel {
    std::string name; ///< of the file
    matter::Title title;
    std::string source, unvalidated;
    const text::Node* file = nullptr;
    std::vector<Process> processes;
    std::vector<int> components; ///< every component of the matrix: as `components:` lists them, then as they appear
};

/// Errors at their cells; components are those of the plant.
ReactionModel read_reaction_model(const text::Node& file, const matter::ComponentTable&, Diagnostics&);

} // namespace viresco::kinetics
