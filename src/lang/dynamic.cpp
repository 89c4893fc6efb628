#include "lang/dynamic.h"
#include "base/messages/lang.h"
#include <algorithm>
#include <cassert>
#include <limits>
#include <numeric>

namespace viresco::lang {
namespace {

/// Positive where a condition (a node of 0 and 1 made by comparisons, `and`, `or`, `not`) holds, negative where not:
/// continuous, so that its root can be found.
NodeId margin(Graph& g, NodeId condition) {
    const Node n = g[condition];
    switch (n.op) {
    case Op::less: return g.subtract(n.b, n.a);
    case Op::multiply: return g.min(margin(g, n.a), margin(g, n.b));
    case Op::max: return g.max(margin(g, n.a), margin(g, n.b));
    case Op::subtract:
        if (g.is_value(n.a, 1)) return g.negate(margin(g, n.b));
        break;
    default: break;
    }
    return g.subtract(condition, g.constant(0.5)); // constant, or a number used as truth
}

class Compiler {
public:
    Compiler(const Graph& g) : g_(g), varies_(static_cast<size_t>(g.size()), 0) {
        slot_.assign(static_cast<size_t>(g.size()), -1);
        for (NodeId i = 0; i < g.size(); ++i) {
            const Node& n = g[i];
            char& v = varies_[static_cast<size_t>(i)];
            v = n.op == Op::state || n.op == Op::time || n.op == Op::unknown;
            const NodeId operands[3] = {n.a, n.b, n.c};
            for (int k = 0; k < n_operands(n); ++k)
                if (varies(operands[k])) v = 1;
        }
    }

    /// Gives these nodes the next slots, one after the other.
    void place(std::span<const NodeId> nodes) {
        for (const NodeId i : nodes) slot_[static_cast<size_t>(i)] = next_++;
    }
    /// Gives the next slots to what the varying part of `roots` reads and does not change, constants apart: close together,
    /// and away from where results are written.
    void place_inputs(std::span<const NodeId> roots) {
        std::vector<char> seen(static_cast<size_t>(g_.size()), 0);
        std::vector<NodeId> stack(roots.begin(), roots.end());
        while (!stack.empty()) {
            const NodeId i = stack.back();
            stack.pop_back();
            if (i == no_node || seen[static_cast<size_t>(i)]) continue;
            seen[static_cast<size_t>(i)] = 1;
            const Node& n = g_[i];
            if (varies(i) && n_operands(n) > 0) {
                const NodeId operands[3] = {n.a, n.b, n.c};
                for (int k = 0; k < n_operands(n); ++k) stack.push_back(operands[k]);
            } else if (slot(i) < 0 && n.op != Op::constant) {
                slot_[static_cast<size_t>(i)] = next_++;
                (n_operands(n) == 0 ? leaves_ : fixed_).push_back(i);
            }
        }
    }
    bool varies(NodeId i) const { return varies_[static_cast<size_t>(i)] != 0; }
    int32_t slot(NodeId i) const { return i == no_node ? -1 : slot_[static_cast<size_t>(i)]; }
    int32_t n_slots() const { return next_; }

    /// Marks what `roots` need; appends what varies to `tape`, in an order that runs well.
    void tape(std::span<const NodeId> roots, Tape& out) {
        std::vector<char> seen(static_cast<size_t>(g_.size()), 0);
        std::vector<NodeId> stack(roots.begin(), roots.end()), nodes;
        while (!stack.empty()) {
            const NodeId i = stack.back();
            stack.pop_back();
            if (i == no_node || seen[static_cast<size_t>(i)]) continue;
            seen[static_cast<size_t>(i)] = 1;
            const Node& n = g_[i];
            if (slot(i) < 0) {
                slot_[static_cast<size_t>(i)] = next_++;
                if (n_operands(n) == 0)
                    leaves_.push_back(i);
                else if (!varies(i))
                    fixed_.push_back(i);
            }
            if (n_operands(n) > 0 && varies(i)) nodes.push_back(i);
            const NodeId operands[3] = {n.a, n.b, n.c};
            for (int k = 0; k < n_operands(n); ++k) stack.push_back(operands[k]);
        }
        emit(std::move(nodes), out);
    }
    void setup(Tape& out) { emit(fixed_, out); }
    const std::vector<NodeId>& leaves() const { return leaves_; }

private:
    void emit(std::vector<NodeId> nodes, Tape& out) const {
        std::sort(nodes.begin(), nodes.end());
        std::vector<int> depth(static_cast<size_t>(g_.size()), 0);
        for (const NodeId i : nodes) {
            const NodeId operands[3] = {g_[i].a, g_[i].b, g_[i].c};
            for (int k = 0; k < n_operands(g_[i]); ++k)
                depth[static_cast<size_t>(i)] = std::max(depth[static_cast<size_t>(i)],
                                                         depth[static_cast<size_t>(operands[k])] + 1);
        }
        std::stable_sort(nodes.begin(), nodes.end(), [&](NodeId i, NodeId j) {
            return std::pair(depth[static_cast<size_t>(i)], g_[i].op) <
                   std::pair(depth[static_cast<size_t>(j)], g_[j].op);
        });
        for (const NodeId i : nodes) {
            const Node& n = g_[i];
            Instruction ins{n.op, slot(i), slot(n.a), -1, -1};
            const int count = n_operands(n);
            if (count > 1) ins.b = slot(n.b);
            if (count > 2) ins.c = slot(n.c);
            if (n.op == Op::property) ins.c = n.c;
            out.push_back(ins);
        }
    }

    const Graph& g_;
    std::vector<char> varies_; // with states, unknowns or time; else with parameters alone
    std::vector<int32_t> slot_;
    std::vector<NodeId> leaves_, fixed_;
    int32_t next_ = 0;
};

DynamicProgram::Pattern compress(const std::vector<Differentiator::Row>& rows, int columns,
                                 std::vector<NodeId>& nodes) {
    std::vector<std::vector<std::pair<int, NodeId>>> by_column(static_cast<size_t>(columns));
    for (size_t r = 0; r < rows.size(); ++r) {
        bool on_diagonal = false;
        for (const auto& [column, node] : rows[r]) {
            by_column[static_cast<size_t>(column)].emplace_back(static_cast<int>(r), node);
            on_diagonal = on_diagonal || column == static_cast<int>(r);
        }
        if (!on_diagonal) by_column[r].emplace_back(static_cast<int>(r), no_node);
    }
    DynamicProgram::Pattern out;
    out.start.push_back(0);
    for (auto& column : by_column) {
        std::sort(column.begin(), column.end());
        for (const auto& [row, node] : column) {
            out.row.push_back(row);
            nodes.push_back(node);
        }
        out.start.push_back(static_cast<int>(out.row.size()));
    }
    return out;
}

} // namespace

DynamicProgram DynamicProgram::build(Input in, Diagnostics& diagnostics) {
    Graph& g = in.graph;
    DynamicProgram out;

    std::vector<NodeId> x, f;
    for (const State& s : in.states) {
        x.push_back(s.node);
        f.push_back(s.rate);
    }
    for (const Unknown& u : in.unknowns) {
        x.push_back(u.node);
        f.push_back(g.subtract(u.left, u.right));
    }
    std::vector<NodeId> margins, jumps, starts;
    for (const Event& e : in.events) {
        margins.push_back(margin(g, e.condition));
        for (const auto& [state, value] : e.set) jumps.push_back(value);
    }
    for (const State& s : in.states) starts.push_back(s.start);
    for (const Unknown& u : in.unknowns) starts.push_back(u.start == no_node ? g.zero() : u.start);

    std::vector<Differentiator::Row> by_x;
    {
        Differentiator d(g, x);
        for (const NodeId r : f) by_x.push_back(d(r));
    }
    std::vector<NodeId> entries;
    out.jacobian_ = compress(by_x, static_cast<int>(x.size()), entries);

    Compiler c(g);
    for (size_t k = 0; k < in.states.size(); ++k)
        if (c.varies(starts[k])) diagnostics.error(in.states[k].pos, message::start_varies, {in.states[k].path});
    for (size_t k = 0; k < in.unknowns.size(); ++k) {
        const size_t row = in.states.size() + k;
        if (by_x[row].empty())
            diagnostics.error(in.unknowns[k].pos, message::equation_without_its_unknown,
                              {in.unknowns[k].equation, in.unknowns[k].path});
    }
    if (diagnostics.has_errors()) return out;
    c.place(x);
    for (const auto* roots : {&f, &entries, &in.outputs, &margins, &jumps}) c.place_inputs(*roots);
    c.tape(f, out.rates_);
    c.tape(entries, out.jacobian_tape_);
    c.tape(in.outputs, out.outputs_tape_);
    c.tape(margins, out.margins_tape_);
    c.tape(jumps, out.jumps_tape_);
    Tape none; // starts depend on parameters only; starts of unknowns may use the starts of states
    std::vector<NodeId> fixed_starts;
    for (const NodeId s : starts)
        if (!c.varies(s)) fixed_starts.push_back(s);
    c.tape(fixed_starts, none);
    c.setup(out.setup_);

    out.parameter_slots_.assign(in.parameters.size(), -1);
    for (const NodeId i : x) out.variable_slots_.push_back(c.slot(i));
    for (const NodeId i : c.leaves()) {
        const Node& n = g[i];
        const int32_t here = c.slot(i);
        switch (n.op) {
        case Op::constant: out.constants_.emplace_back(here, n.value); break;
        case Op::missing: out.constants_.emplace_back(here, std::numeric_limits<double>::quiet_NaN()); break;
        case Op::parameter: out.parameter_slots_[static_cast<size_t>(n.a)] = here; break;
        case Op::time: out.time_slot_ = here; break;
        default: break;
        }
    }
    for (const NodeId r : f) out.rate_slots_.push_back(c.slot(r));
    for (const NodeId e : entries) out.jacobian_.slot.push_back(c.slot(e));
    for (const NodeId s : starts) out.start_slots_.push_back(c.varies(s) ? -1 : c.slot(s));
    for (const NodeId o : in.outputs) out.output_slots_.push_back(c.slot(o));
    for (const NodeId m : margins) out.margin_slots_.push_back(c.slot(m));
    for (const Event& e : in.events) {
        out.jump_slots_.emplace_back();
        for (const auto& [state, value] : e.set) out.jump_slots_.back().emplace_back(state, c.slot(value));
    }
    out.parameters_ = std::move(in.parameters);
    out.states_ = std::move(in.states);
    out.unknowns_ = std::move(in.unknowns);
    out.events_ = std::move(in.events);
    out.n_slots_ = c.n_slots();
    return out;
}

std::vector<TapeUse> DynamicProgram::tapes() const {
    return {{&rates_, {}, rate_slots_},
            {&jacobian_tape_, {}, jacobian_.slot},
            {&outputs_tape_, {}, output_slots_},
            {&margins_tape_, {}, margin_slots_}};
}

std::vector<double> DynamicProgram::defaults() const {
    std::vector<double> out;
    for (const Parameter& p : parameters_) out.push_back(p.datum.si);
    return out;
}

void DynamicProgram::set_defaults(std::span<const double> values) {
    for (size_t k = 0; k < parameters_.size(); ++k) parameters_[k].datum.si = values[k];
}

const std::string& DynamicProgram::variable_path(int i) const {
    return i < n_states() ? states_[static_cast<size_t>(i)].path : unknowns_[static_cast<size_t>(i - n_states())].path;
}

DynamicEvaluation::DynamicEvaluation(const DynamicProgram& program, int width)
    : program_(program), kernels_(kernels(width)), width_(width),
      n_loaded_(static_cast<size_t>(program.n_variables()) * static_cast<size_t>(width)),
      slots_(static_cast<size_t>(program.n_slots()) * static_cast<size_t>(width), 0.0) {
    if (program.time_slot() >= 0) time_at_ = slot(program.time_slot()) - slots_.data();
    for (const auto& [at, value] : program.constants()) std::fill_n(slot(at), width, value);
}

void DynamicEvaluation::use(std::shared_ptr<MachineCode> code) {
    assert(!code || code->width() == width_);
    code_ = std::move(code);
    compiled_ = code_ ? code_->ready() : nullptr;
}

void DynamicEvaluation::run(const Tape& tape) {
    if (tape.empty()) return;
    kernels_.run(tape.data(), tape.data() + tape.size(), slots_.data());
    interpreted_ = &tape;
}

inline void DynamicEvaluation::load(std::span<const double> time, std::span<const double> variables) {
    interpreted_ = nullptr;
    std::copy_n(variables.data(), n_loaded_, slots_.data()); // their slots are the first
    if (time_at_ >= 0) std::copy_n(time.data(), width_, slots_.data() + time_at_);
}

void DynamicEvaluation::interpret(DynamicProgram::Code which, const Tape& tape, const Slots& from,
                                  std::span<double> to) {
    if (code_) {
        compiled_ = code_->wanted(tape.size() * static_cast<size_t>(width_));
        if (compiled_) return compiled_[which](slots_.data(), slots_.data(), to.data());
    }
    run(tape);
    copy(slots_, from, to);
}

inline void DynamicEvaluation::evaluate(DynamicProgram::Code which, const Tape& tape, const Slots& from,
                                        std::span<const double> time, std::span<const double> variables,
                                        std::span<double> to) {
    load(time, variables);
    if (!compiled_) return interpret(which, tape, from, to);
    assert(to.size() == from.size() * static_cast<size_t>(width_));
    compiled_[which](slots_.data(), variables.data(), to.data());
}

void DynamicEvaluation::copy(const std::vector<double>& row, const std::vector<int32_t>& from,
                             std::span<double> to) const {
    double* out = to.data();
    for (const int32_t i : from) {
        if (i < 0)
            std::fill_n(out, width_, 0.0);
        else
            std::copy_n(row.data() + static_cast<size_t>(i) * static_cast<size_t>(width_), width_, out);
        out += width_;
    }
}

void DynamicEvaluation::set_parameters(std::span<const double> parameters) {
    const double* from = parameters.data();
    for (const int32_t i : program_.parameter_slots()) {
        if (i >= 0) std::copy_n(from, width_, slot(i));
        from += width_;
    }
    run(program_.setup());
    interpreted_ = nullptr;
}

void DynamicEvaluation::start(std::span<double> variables) { copy(slots_, program_.start_slots(), variables); }

void DynamicEvaluation::rates(std::span<const double> time, std::span<const double> variables,
                              std::span<double> rates) {
    evaluate(DynamicProgram::code_rates, program_.rates(), program_.rate_slots(), time, variables, rates);
}

void DynamicEvaluation::jacobian(std::span<const double> time, std::span<const double> variables,
                                 std::span<double> values) {
    evaluate(DynamicProgram::code_jacobian, program_.jacobian_tape(), program_.jacobian().slot, time, variables,
             values);
}

void DynamicEvaluation::outputs(std::span<const double> time, std::span<const double> variables,
                                std::span<double> outputs) {
    evaluate(DynamicProgram::code_outputs, program_.outputs_tape(), program_.output_slots(), time, variables, outputs);
}

void DynamicEvaluation::margins(std::span<const double> time, std::span<const double> variables,
                                std::span<double> margins) {
    evaluate(DynamicProgram::code_margins, program_.margins_tape(), program_.margin_slots(), time, variables, margins);
}

void DynamicEvaluation::trace_rates(std::span<const double> time, std::span<const double> variables) {
    load(time, variables);
    run(program_.rates());
}

void DynamicEvaluation::jump(int event, std::span<const double> time, std::span<double> variables) {
    load(time, variables);
    run(program_.jumps_tape());
    for (const auto& [state, from] : program_.jump_slots()[static_cast<size_t>(event)])
        std::copy_n(slot(from), width_, variables.data() + static_cast<size_t>(state * width_));
}

void DynamicEvaluation::along(const Tape& tape, const Direction& direction) {
    // Forward mode needs every slot of the tape; machine code leaves most of them out.
    if (code_ && interpreted_ != &tape) run(tape);
    const auto w = static_cast<size_t>(width_);
    dots_.assign(slots_.size(), 0.0);
    const auto dot = [&](int32_t i) { return dots_.data() + static_cast<size_t>(i) * w; };
    for (size_t lane = 0; lane < w; ++lane)
        if (const int p = direction.parameter[lane]; p >= 0)
            if (const int32_t i = program_.parameter_slots()[static_cast<size_t>(p)]; i >= 0) dot(i)[lane] = 1;
    if (!direction.dx.empty()) {
        const double* from = direction.dx.data();
        for (const int32_t i : program_.variable_slots()) {
            std::copy_n(from, width_, dot(i));
            from += width_;
        }
    }
    if (!direction.dt.empty() && program_.time_slot() >= 0)
        std::copy_n(direction.dt.data(), width_, dot(program_.time_slot()));
    const Tape& setup = program_.setup();
    kernels_.forward(setup.data(), setup.data() + setup.size(), slots_.data(), dots_.data());
    kernels_.forward(tape.data(), tape.data() + tape.size(), slots_.data(), dots_.data());
}

void DynamicEvaluation::rates_along(const Direction& d, std::span<double> out) {
    along(program_.rates(), d);
    copy(dots_, program_.rate_slots(), out);
}

void DynamicEvaluation::margins_along(const Direction& d, std::span<double> out) {
    along(program_.margins_tape(), d);
    copy(dots_, program_.margin_slots(), out);
}

void DynamicEvaluation::outputs_along(const Direction& d, std::span<double> out) {
    along(program_.outputs_tape(), d);
    copy(dots_, program_.output_slots(), out);
}

void DynamicEvaluation::start_along(std::span<const int> parameter, std::span<double> out) {
    along({}, {parameter, {}, {}});
    copy(dots_, program_.start_slots(), out);
}

void DynamicEvaluation::jump_along(int event, const Direction& d, std::span<double> out) {
    along(program_.jumps_tape(), d);
    std::copy(d.dx.begin(), d.dx.end(), out.begin());
    for (const auto& [state, from] : program_.jump_slots()[static_cast<size_t>(event)])
        std::copy_n(dots_.data() + static_cast<size_t>(from * width_), width_,
                    out.data() + static_cast<size_t>(state * width_));
}

} // namespace viresco::lang
