#pragma once
#include "base/diagnostic.h"
#include "lang/graph.h"
#include "lang/kernels.h"
#include "lang/machine_code.h"
#include "matter/component.h"
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace viresco::lang {

/// A continuous input of the program, addressable from outside.
struct Parameter {
    std::string path;    // "enzymatic.filter.wash_ratio"
    matter::Datum datum; // default value, unit as written, evidence, source, place
    matter::Title title;
    bool integer = false;                  // no derivative is meant
    std::optional<double> lowest, highest; // `limits`, SI
};

/// An unknown and the equation that fixes it: left == right, both in SI.
struct Unknown {
    enum class Kind { tear, equation }; // tear: left is the new value of the unknown itself
    std::string path;                   // what it is, for messages
    std::string equation;               // text of the equation, for messages
    SourcePos pos;
    Kind kind = Kind::equation;
    NodeId node = no_node, left = no_node, right = no_node;
    NodeId start = no_node;                // expression without unknowns
    std::optional<double> lowest, highest; // limits of a parameter that a specification varies
    units::Unit unit;                      // .. and the unit it is written in
    std::string sides_unit;                // of both sides of the equation (SI), for messages
    int group = -1;                        // unknowns of one stream share a group (scale of convergence)
};

/// Integrates a run in time within a program (integrate/run_solver.h). Pure: the same inputs give the same bits, in any
/// lane and on any thread.
class RunSolver {
public:
    virtual ~RunSolver() = default;
    /// inputs: n_inputs x width, outcomes: n_outcomes x width, the lanes of one value side by side; width: 1 or 8. A lane
    /// that fails has NaN outcomes and says why; its neighbours go on.
    virtual void run(std::span<const double> inputs, int width, std::span<double> outcomes,
                     std::span<std::optional<Diagnostics>> failures) const = 0;
    /// d outcomes / d inputs of one set of inputs, n_outcomes x n_inputs, row-major. Throws SolveError.
    virtual void derivatives(std::span<const double> inputs, std::span<double> jacobian) const = 0;
    virtual uint64_t hash() const = 0;
};

/// States that run from their starts over a duration, once per evaluation: a batch in a plant at steady state.
struct TimeRun {
    std::string path; ///< of the unit
    SourcePos pos;
    std::vector<NodeId> inputs;   ///< values that the run depends on
    std::vector<NodeId> outcomes; ///< Op::outcome leaves that stand for what it comes to
    std::shared_ptr<const RunSolver> solver;
};

/// Unknowns that must be solved together: residuals, exact sparse Jacobian, nominal solution.
/// Or a run in time: it has no unknowns, its values go into the slots of its outcomes.
struct ImplicitBlock {
    int run = -1;              // index into Program::runs()
    std::vector<int> unknowns; // index into Program::unknowns()
    Tape residual;             // all that depends on the unknowns and is needed
    Tape jacobian;             // further nodes for Jacobian entries
    struct Entry {
        int row, column; // positions within this block
        int32_t slot;
    };
    std::vector<Entry> entries;
};

/// A compiled case: blocks in order, every value of the model in its slot.
///
/// Slots hold SI doubles. Evaluation = load parameters, then for each stage: run straight[i], solve
/// implicit[i]; straight.size() == implicit.size() + 1. Pure: see Evaluation.
class Program {
public:
    struct Input {
        Graph graph;
        std::vector<Parameter> parameters;
        std::vector<Unknown> unknowns;
        std::vector<TimeRun> runs;
        std::vector<NodeId> roots;        // values to keep (every named value)
        std::vector<NodeId> audit;        // values of the conservation audit: a tape of their own
        std::vector<std::string> missing; // texts of Op::missing nodes
    };

    /// Orders, decomposes and differentiates. `slots` of roots and audit come back in the same order
    /// (-1 for nodes that are missing). An unknown that no equation can move is an error.
    static Program build(Input, Diagnostics&);

    int n_slots() const { return n_slots_; }
    int n_parameters() const { return static_cast<int>(parameters_.size()); }
    int n_operations() const;
    const std::vector<Parameter>& parameters() const { return parameters_; }
    int find_parameter(std::string_view path) const; // -1 if absent
    const std::vector<Unknown>& unknowns() const { return unknowns_; }
    const std::vector<int32_t>& root_slots() const { return root_slots_; }
    const std::vector<int32_t>& audit_slots() const { return audit_slots_; }
    /// Index into Input::missing that a root depends on, or -1.
    const std::vector<int>& root_missing() const { return root_missing_; }
    const std::vector<int>& audit_missing() const { return audit_missing_; }

    const std::vector<Tape>& straight() const { return straight_; }
    const std::vector<ImplicitBlock>& implicit() const { return implicit_; }
    const Tape& audit() const { return audit_; }
    struct RunSlots {
        TimeRun run;
        std::vector<int32_t> inputs, outcomes; // outcomes: -1 where nobody asks
    };
    const std::vector<RunSlots>& runs() const { return runs_; }
    const std::vector<std::pair<int32_t, double>>& constants() const { return constants_; }
    const std::vector<int32_t>& parameter_slots() const { return parameter_slots_; } // -1: unused
    struct UnknownSlots {
        int32_t node, left, right, start;
    };
    const std::vector<UnknownSlots>& unknown_slots() const { return unknown_slots_; }

    /// Default parameter values (SI).
    std::vector<double> defaults() const;

    /// The nominal solution, per unknown (SI): the only warm start there is.
    const std::vector<double>& nominal() const { return nominal_; }
    void set_nominal(std::vector<double> nominal) { nominal_ = std::move(nominal); }

    /// Tapes for machine code: straight[i], then residual and Jacobian of implicit[i], for each i; the audit.
    /// All results stay in their slots, but what only the Jacobian tape itself uses.
    std::vector<TapeUse> tapes() const;

    /// Hash of everything that decides a result (structure, constants, defaults, nominal solution).
    uint64_t hash() const;

private:
    std::vector<Parameter> parameters_;
    std::vector<Unknown> unknowns_;
    std::vector<UnknownSlots> unknown_slots_;
    std::vector<int32_t> root_slots_, audit_slots_, parameter_slots_;
    std::vector<int> root_missing_, audit_missing_;
    std::vector<Tape> straight_;
    std::vector<ImplicitBlock> implicit_;
    Tape audit_;
    std::vector<RunSlots> runs_;
    std::vector<std::pair<int32_t, double>> constants_;
    std::vector<double> nominal_;
    int n_slots_ = 0;
};

} // namespace viresco::lang
