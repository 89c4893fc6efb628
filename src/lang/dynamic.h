#pragma once
#include "lang/program.h"
#include <memory>

namespace viresco::lang {

/// A quantity that carries the past of a dynamic system: dx/dt = rate.
struct State {
    std::string path;
    units::Unit unit; ///< as written in its start value
    SourcePos pos;
    NodeId node = no_node, start = no_node, rate = no_node; ///< start: of parameters only
    bool positive = false; ///< a concentration or an amount: a steady state where it is negative is none
    double nominal = 0;    ///< usual size, SI: scales the absolute tolerance; 0: taken from the start value
};

/// At the moment `condition` turns true (also at the start, when it is true there) every target state takes its new
/// value, all computed from the values just before.
struct Event {
    std::string path;
    SourcePos pos;
    NodeId condition = no_node;
    std::vector<std::pair<int, NodeId>> set; ///< state, new value
    bool ends = false;                       ///< the run ends here
};

/// A system in time: M dx/dt = f(t, x, p) with the states first (M = 1) and then the unknowns of its equations (M = 0),
/// compiled to straight tapes over one row of slots. Every tape computes all it needs from slots of parameters, states
/// and time, and from what `setup` left.
class DynamicProgram {
public:
    struct Input {
        Graph graph;
        std::vector<Parameter> parameters;
        std::vector<State> states;
        std::vector<Unknown> unknowns; ///< algebraic: left == right
        std::vector<Event> events;
        std::vector<NodeId> outputs;
        std::vector<std::string> missing;
    };
    /// An unknown that its equation cannot move, or a start that depends on states or time, is an error.
    static DynamicProgram build(Input, Diagnostics&);

    int n_parameters() const { return static_cast<int>(parameters_.size()); }
    int n_states() const { return static_cast<int>(states_.size()); }
    /// States and algebraic unknowns.
    int n_variables() const { return n_states() + static_cast<int>(unknowns_.size()); }
    const std::vector<Parameter>& parameters() const { return parameters_; }
    const std::vector<State>& states() const { return states_; }
    const std::vector<Unknown>& unknowns() const { return unknowns_; }
    const std::vector<Event>& events() const { return events_; }
    std::vector<double> defaults() const;
    /// Other defaults: they say how large a parameter usually is.
    void set_defaults(std::span<const double>);
    /// The usual size of a state.
    void set_nominal(int state, double size) { states_[static_cast<size_t>(state)].nominal = size; }
    const std::string& variable_path(int i) const;

    /// Compressed sparse columns of df/dx, rows ascending; the diagonal is always there.
    struct Pattern {
        std::vector<int> start, row;
        std::vector<int32_t> slot; ///< -1: a zero of the diagonal
    };
    const Pattern& jacobian() const { return jacobian_; }

    int n_slots() const { return n_slots_; }
    const Tape& setup() const { return setup_; }
    const Tape& rates() const { return rates_; }
    const Tape& jacobian_tape() const { return jacobian_tape_; } ///< complete in itself
    const Tape& outputs_tape() const { return outputs_tape_; }
    const Tape& margins_tape() const { return margins_tape_; }
    const Tape& jumps_tape() const { return jumps_tape_; }
    const std::vector<std::pair<int32_t, double>>& constants() const { return constants_; }
    const std::vector<int32_t>& parameter_slots() const { return parameter_slots_; } ///< -1: unused
    const std::vector<int32_t>& variable_slots() const { return variable_slots_; }   ///< 0, 1, ..
    int32_t time_slot() const { return time_slot_; }                                 ///< -1: autonomous
    const std::vector<int32_t>& rate_slots() const { return rate_slots_; }           ///< of unknowns: the residual
    const std::vector<int32_t>& start_slots() const { return start_slots_; }
    const std::vector<int32_t>& output_slots() const { return output_slots_; }
    /// Per event: positive where its condition holds.
    const std::vector<int32_t>& margin_slots() const { return margin_slots_; }
    const std::vector<std::vector<std::pair<int, int32_t>>>& jump_slots() const { return jump_slots_; }
    int n_operations() const { return static_cast<int>(rates_.size()); }
    /// Tapes for machine code, in this order; only what an evaluation copies out is kept.
    enum Code : size_t { code_rates, code_jacobian, code_outputs, code_margins };
    std::vector<TapeUse> tapes() const;

private:
    std::vector<Parameter> parameters_;
    std::vector<State> states_;
    std::vector<Unknown> unknowns_;
    std::vector<Event> events_;
    Pattern jacobian_;
    Tape setup_, rates_, jacobian_tape_, outputs_tape_, margins_tape_, jumps_tape_;
    std::vector<std::pair<int32_t, double>> constants_;
    std::vector<int32_t> parameter_slots_, variable_slots_, rate_slots_, start_slots_, output_slots_, margin_slots_;
    std::vector<std::vector<std::pair<int, int32_t>>> jump_slots_;
    int32_t time_slot_ = -1;
    int n_slots_ = 0;
};

/// Working memory of one dynamic system (one thread). Lanes: 1 or 8 parameter sets side by side, every array
/// variable-major with the lanes of one variable together.
class DynamicEvaluation {
public:
    explicit DynamicEvaluation(const DynamicProgram&, int width = 1);

    const DynamicProgram& program() const { return program_; }
    int width() const { return width_; }
    /// Machine code of this program and width for what it holds; null: interpret all. Equal bits either way.
    void use(std::shared_ptr<MachineCode>);
    /// Runs what depends on parameters alone. parameters: n_parameters x width.
    void set_parameters(std::span<const double> parameters);
    /// Start values of the states, and the starts of the unknowns (n_variables x width).
    void start(std::span<double> variables);
    /// f(t, x): dx/dt of the states, left - right of the unknowns. time: one per lane.
    void rates(std::span<const double> time, std::span<const double> variables, std::span<double> rates);
    /// Values of df/dx in the order of the pattern.
    void jacobian(std::span<const double> time, std::span<const double> variables, std::span<double> values);
    void outputs(std::span<const double> time, std::span<const double> variables, std::span<double> outputs);
    void margins(std::span<const double> time, std::span<const double> variables, std::span<double> margins);
    /// Applies an event in place.
    void jump(int event, std::span<const double> time, std::span<double> variables);

    /// Derivatives along one direction per lane, of what was evaluated last at this place: `dt` of time, `dx` of the
    /// variables, and the parameter `parameter[lane]` (-1: none).
    struct Direction {
        std::span<const int> parameter;
        std::span<const double> dt, dx;
    };
    void rates_along(const Direction&, std::span<double> out);
    void margins_along(const Direction&, std::span<double> out);
    void start_along(std::span<const int> parameter, std::span<double> out);
    /// Of the variables after an event.
    void jump_along(int event, const Direction&, std::span<double> out);
    void outputs_along(const Direction&, std::span<double> out);

    /// Fills every slot of the rates' tape at this place, also where machine code would leave them out, for whoever
    /// looks inside with `value`.
    void trace_rates(std::span<const double> time, std::span<const double> variables);
    double value(int32_t slot_index, int lane = 0) const { return slot(slot_index)[lane]; }

private:
    using Slots = std::vector<int32_t>;
    void load(std::span<const double> time, std::span<const double> variables);
    void run(const Tape&);
    void evaluate(DynamicProgram::Code, const Tape&, const Slots& from, std::span<const double> time,
                  std::span<const double> variables, std::span<double> to);
    void interpret(DynamicProgram::Code, const Tape&, const Slots& from, std::span<double> to);
    void along(const Tape&, const Direction&);
    void copy(const std::vector<double>& row, const std::vector<int32_t>& from, std::span<double> to) const;
    double* slot(int32_t i) { return slots_.data() + static_cast<size_t>(i) * static_cast<size_t>(width_); }
    const double* slot(int32_t i) const { return slots_.data() + static_cast<size_t>(i) * static_cast<size_t>(width_); }

    const DynamicProgram& program_;
    const Kernels& kernels_;
    int width_;
    size_t n_loaded_;        ///< doubles of all variables
    ptrdiff_t time_at_ = -1; ///< in slots_
    std::vector<double> slots_, dots_;
    std::shared_ptr<MachineCode> code_;
    const CompiledTape* compiled_ = nullptr; ///< of code_, once it is ready
    const Tape* interpreted_ = nullptr;      ///< the tape whose every slot holds its value at the present place
};

} // namespace viresco::lang
