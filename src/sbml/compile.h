#pragma once
#include "lang/dynamic.h"
#include "sbml/document.h"

namespace viresco::sbml {

/// Where a variable of the model is kept: a state of the system in time, or a parameter of the program that only
/// events change.
struct Place {
    bool state = false;
    int index = -1;
};

/// A variable as it can be asked for; the numbers are outputs of the program, -1: there is none.
struct Variable {
    std::string id;
    int value = -1;                      ///< what its symbol means in formulas
    int amount = -1, concentration = -1; ///< of a species
};

/// Sets a place at the start, or by an event. A species is kept as its amount, except where a rate rule determines its
/// concentration.
struct Assignment {
    Place place;
    int value = -1;  ///< output: the new value of the symbol
    int volume = -1; ///< output: what turns the symbol's value into the one kept (value x volume); -1: the same
    std::string id;
};

struct CompiledEvent {
    std::string id;
    int trigger = -1, delay = -1, priority = -1; ///< outputs; -1: none
    std::vector<Assignment> assignments;
    bool initial_value = true, persistent = true, values_from_trigger_time = true;
    SourcePos pos;
};

/// A species kept as a concentration: where an event changes the volume, its amount stays.
struct Diluted {
    Place place;
    int volume = -1; ///< output
};

/// An SBML model as a system in time. Formulas are nodes of one graph, so that the Jacobian is exact. Units are not
/// checked. Events of the program: for each event of the model its trigger turning true (2 k) and false (2 k + 1), both
/// end a run; then, without effect, the conditions in rates, where the method must begin anew.
struct Compiled {
    std::string name;
    lang::DynamicProgram program;
    std::vector<Assignment> starts; ///< to be repeated until nothing changes: they may use each other
    std::vector<Variable> variables;
    std::vector<CompiledEvent> events;
    std::vector<Diluted> diluted;

    const Variable* find(const std::string& id) const;
};

/// Throws ConfigError for unknown symbols, cycles, wrong numbers of arguments; Refused (read.h) for what is not
/// supported.
Compiled compile(const Document&);

} // namespace viresco::sbml
