#pragma once
#include "lang/ast.h"
#include "matter/component.h"
#include "plant/library.h"
#include <string>
#include <vector>

namespace viresco::plant {

struct Port {
    std::string name;
    SourcePos pos;
    bool in = true, many = false, optional = false;
    std::string phase; // out: liquid | gas | steam
};

/// A parameter as a unit file (or a plant) declares it.
struct ParameterDeclaration {
    enum class Type { number, integer, component, components };
    enum class Per { none, component, reaction };
    std::string name;
    SourcePos pos;
    Type type = Type::number;
    Per per = Per::none;
    const text::Node* node = nullptr; // scalar, list or map
    matter::Title title;
    std::optional<units::Unit> unit; // of `unit:`
};

/// A unit operation as its file says (`kind: unit`).
struct UnitType {
    std::string name;
    matter::Title title;
    std::string source, unvalidated;
    const text::Node* file = nullptr;
    std::vector<Port> ports;
    std::vector<ParameterDeclaration> parameters;
    const std::vector<lang::Statement>* equations = nullptr;
    std::string serves;
    std::string kinetics; ///< family of concentrations that a reaction model acts on; empty: none is taken
    /// Families per component, for the audit in time: what is held [basis]; what enters by no port [basis/s]. Or empty.
    std::string holds, crosses;

    const Port* port(const std::string& name) const;
};

/// Reads `parameters:`; errors at their places.
std::vector<ParameterDeclaration> read_declarations(const text::Node& map, Diagnostics&);

/// Reads and checks a unit file; nullptr-like empty name after an error.
UnitType read_unit_type(const text::Node& file, Library&);

} // namespace viresco::plant
