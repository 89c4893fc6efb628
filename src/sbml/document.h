#pragma once
#include "base/source.h"
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace viresco::sbml {

/// MathML as a tree: a number, a symbol of the model (or bound variable), or an operator over arguments.
/// Operators have their MathML names ("plus", "geq", "piecewise"); "call" applies the function definition `name`;
/// "time" and "rateOf" are the csymbols. Truth values are the numbers 0 and 1.
struct Expression {
    enum class Kind { number, symbol, call, apply };
    Kind kind = Kind::number;
    double value = 0;
    std::string name;
    std::vector<Expression> arguments;
};
using Math = std::optional<Expression>; ///< Level 3 Version 2 lets every math element be missing

struct Compartment {
    std::string id;
    std::optional<double> size;
    bool without_size = false; ///< of no spatial dimension: its species are amounts
    SourcePos pos;
};

struct Species {
    std::string id, compartment, conversion_factor;
    std::optional<double> amount, concentration;
    bool only_substance = false; ///< in math the symbol is the amount, not the concentration
    bool boundary = false, constant = false;
    SourcePos pos;
};

struct Parameter {
    std::string id;
    std::optional<double> value;
    SourcePos pos;
};

/// A reactant or product. With an id its stoichiometry is a variable of the model.
struct Participant {
    std::string id, species;
    std::optional<double> stoichiometry;
    Math stoichiometry_math; ///< Level 2
};

struct Reaction {
    std::string id;
    std::vector<Participant> reactants, products;
    std::vector<Parameter> locals;
    Math rate; ///< [substance/time]
    SourcePos pos;
};

/// `target` is determined by `math`: at the start, at all times, or its rate is.
struct Rule {
    std::string target;
    Math math;
    SourcePos pos;
};

struct FunctionDefinition {
    std::string id;
    std::vector<std::string> arguments;
    Math body;
};

struct Event {
    std::string id;
    Math trigger, delay, priority;
    std::vector<Rule> assignments;
    bool initial_value = true, persistent = true, values_from_trigger_time = true;
    SourcePos pos;
};

/// A model of SBML Level 2 or 3 Core as plain data, in the order of the file. Numbers are as written: units are not
/// checked.
struct Document {
    std::string name, conversion_factor;
    int level = 0, version = 0;
    std::vector<Compartment> compartments;
    std::vector<Species> species;
    std::vector<Parameter> parameters;
    std::vector<Reaction> reactions;
    std::vector<Rule> initial_assignments, assignment_rules, rate_rules;
    std::vector<FunctionDefinition> functions;
    std::vector<Event> events;
};

} // namespace viresco::sbml
