#pragma once
#include "base/diagnostic.h"
#include "lang/program.h"
#include "lca/database.h"
#include <optional>
#include <span>
#include <vector>

namespace viresco::lca {

/// The formulas of a database as one program: amounts of exchanges, allocation factors and impact factors over the
/// parameters of process (or category) and database. Everything counts without unit. Samples of parameters flow to the
/// formulas by evaluate() or by lang::Evaluation over program(), eight lanes at a time, with derivatives.
///
/// Syntax as in openLCA: + - * / ^ (from the left; a sign binds tighter), div, mod, < <= = == != <> >= >, & && | || and
/// or xor not, if(condition; yes; no), functions; names in any case; arguments separated by ; or ,. A name is looked
/// up in the process (or category), then in the database. Functions with steps or angles (round, int, sin, ..) of
/// something that can change are taken at the parameters' own values, with a warning.
/// Source: GreenDelta/olca-modules, FormulaParser.jj and FunctionFactory.java (log and lg are to base 10).
class Formulas {
public:
    /// Whose parameter input k of the program is.
    struct Input {
        enum class Owner : uint8_t { database, process, category } owner = Owner::database;
        int index = -1, parameter = -1;
        bool relative = false; ///< multiplies what the formula of the parameter gives; 1 by itself
    };
    /// What output k is: an exchange or an allocation factor of a process, a factor of a category.
    struct Output {
        enum class Kind : uint8_t { exchange, allocation, factor } kind = Kind::exchange;
        int owner = -1, index = -1;
    };

    /// Nothing after errors: unknown names or functions, syntax, circular parameters (named with the cycle), values
    /// that are not finite.
    static std::optional<Formulas> compile(const Database&, Diagnostics&);
    /// Only what varies, for sampling: inputs are the parameters with a distribution, all others are numbers, and
    /// formulas that then are numbers too are left out. A parameter with a formula and a distribution is what the
    /// formula gives times a relative input. `processes`: one mark per process to look at; empty: all of them.
    static std::optional<Formulas> compile_uncertain(const Database&, Diagnostics&,
                                                     std::span<const char> processes = {});

    const lang::Program& program() const { return program_; }
    const std::vector<Input>& inputs() const { return inputs_; }    ///< one per parameter of the program
    const std::vector<Output>& outputs() const { return outputs_; } ///< one per formula
    /// Value of every output, for given values of the inputs.
    std::vector<double> evaluate(std::span<const double> inputs) const;
    /// .. for the parameters' own values.
    const std::vector<double>& values() const { return values_; }

private:
    void finish(lang::Program::Input, Diagnostics&);

    lang::Program program_;
    std::vector<Input> inputs_;
    std::vector<Output> outputs_;
    std::vector<double> values_;
};

} // namespace viresco::lca
