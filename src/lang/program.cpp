#include "lang/program.h"
#include "base/messages/lang.h"
#include "lang/reduce.h"
#include <algorithm>
#include <cstring>
#include <limits>

namespace viresco::lang {

Program Program::build(Input in, Diagnostics& diagnostics) {
    remove_absent(in);
    substitute_singletons(in);
    Program out;

    // Blocks: strong components of the equations.
    const auto uses = equation_graph(in.graph, in.unknowns, in.runs);
    const size_t n_unknowns = in.unknowns.size();
    std::vector<std::vector<int>> blocks = strong_components(uses);
    const size_t n_blocks = blocks.size();
    std::vector<int> block_of(n_unknowns + in.runs.size(), 0);
    for (size_t b = 0; b < n_blocks; ++b)
        for (const int k : blocks[b]) block_of[static_cast<size_t>(k)] = static_cast<int>(b);
    for (std::vector<int>& block : blocks) {
        const auto k = static_cast<size_t>(block.front());
        const auto last = static_cast<size_t>(block.back());
        if (last >= n_unknowns) {
            const TimeRun& run = in.runs[last - n_unknowns];
            if (block.size() > 1)
                diagnostics
                    .error(run.pos, message::run_in_a_loop, {run.path, k < n_unknowns ? in.unknowns[k].path : ""})
                    .hint(message::run_in_a_loop_hint);
            else if (!uses[k].empty() && std::find(uses[k].begin(), uses[k].end(), block.front()) != uses[k].end())
                diagnostics.error(run.pos, message::run_in_a_loop, {run.path, run.path});
            continue;
        }
        const bool moves = block.size() > 1 ||
                           std::find(uses[k].begin(), uses[k].end(), block.front()) != uses[k].end();
        if (!moves)
            diagnostics.error(in.unknowns[k].pos, message::equation_without_its_unknown,
                              {in.unknowns[k].equation, in.unknowns[k].path});
    }
    if (diagnostics.has_errors()) return out;

    // Exact Jacobians: residual = left - right, differentiated by the block's unknowns.
    Graph& g = in.graph;
    std::vector<std::vector<std::tuple<int, int, NodeId>>> jacobians(n_blocks);
    const auto is_run = [&](size_t b) { return static_cast<size_t>(blocks[b].front()) >= n_unknowns; };
    for (size_t b = 0; b < n_blocks; ++b) {
        if (is_run(b)) continue;
        std::vector<NodeId> x;
        for (const int k : blocks[b]) x.push_back(in.unknowns[static_cast<size_t>(k)].node);
        // Only the nodes between the unknowns and the residuals matter; the differentiator visits no others.
        Differentiator d(g, x);
        for (size_t row = 0; row < x.size(); ++row) {
            const Unknown& u = in.unknowns[static_cast<size_t>(blocks[b][row])];
            const auto left = d(u.left);
            const auto right = d(u.right);
            size_t i = 0, j = 0;
            while (i < left.size() || j < right.size()) {
                const bool l = j >= right.size() || (i < left.size() && left[i].first <= right[j].first);
                const bool r = i >= left.size() || (j < right.size() && right[j].first <= left[i].first);
                const int column = l ? left[i].first : right[j].first;
                const NodeId value = g.subtract(l ? left[i].second : g.zero(), r ? right[j].second : g.zero());
                if (!g.is_zero(value)) jacobians[b].emplace_back(static_cast<int>(row), column, value);
                i += l;
                j += r;
            }
        }
    }

    // Stage of a node: one more than the last block it depends on.
    std::vector<int> stage(static_cast<size_t>(g.size()), 0);
    std::vector<int> missing(static_cast<size_t>(g.size()), -1);
    for (size_t r = 0; r < in.runs.size(); ++r)
        for (const NodeId o : in.runs[r].outcomes) stage[static_cast<size_t>(o)] = block_of[n_unknowns + r] + 1;
    for (NodeId i = 0; i < g.size(); ++i) {
        const Node& n = g[i];
        auto& s = stage[static_cast<size_t>(i)];
        auto& m = missing[static_cast<size_t>(i)];
        if (n.op == Op::unknown) s = block_of[static_cast<size_t>(n.a)] + 1;
        if (n.op == Op::missing) m = n.a;
        const NodeId operands[3] = {n.a, n.b, n.c};
        for (int k = 0; k < n_operands(n); ++k) {
            s = std::max(s, stage[static_cast<size_t>(operands[k])]);
            if (m < 0) m = missing[static_cast<size_t>(operands[k])];
        }
    }

    // What is needed, and by whom: by the residuals or the Jacobian of the node's own block, by anything
    // else, by the audit.
    constexpr char by_residual = 1, by_jacobian = 2, by_other = 4, by_audit = 8;
    std::vector<char> need(static_cast<size_t>(g.size()), 0);
    std::vector<int> seen(static_cast<size_t>(g.size()), -1);
    int stamp = 0;
    const auto mark = [&](const std::vector<NodeId>& from, char own, int own_stage, char other) {
        ++stamp;
        std::vector<NodeId> stack = from;
        while (!stack.empty()) {
            const NodeId i = stack.back();
            stack.pop_back();
            if (i == no_node || seen[static_cast<size_t>(i)] == stamp) continue;
            seen[static_cast<size_t>(i)] = stamp;
            need[static_cast<size_t>(i)] = static_cast<char>(
                need[static_cast<size_t>(i)] | (stage[static_cast<size_t>(i)] == own_stage ? own : other));
            const Node& n = g[i];
            const NodeId operands[3] = {n.a, n.b, n.c};
            for (int k = 0; k < n_operands(n); ++k) stack.push_back(operands[k]);
        }
    };
    mark(in.roots, by_other, -1, by_other);
    mark(in.audit, by_audit, -1, by_audit);
    std::vector<NodeId> starts;
    for (const Unknown& u : in.unknowns) starts.push_back(u.start);
    mark(starts, by_other, -1, by_other);
    for (const TimeRun& run : in.runs) mark(run.inputs, by_other, -1, by_other);
    for (size_t b = 0; b < n_blocks; ++b) {
        if (is_run(b)) continue;
        std::vector<NodeId> residuals, entries;
        for (const int k : blocks[b]) {
            residuals.push_back(in.unknowns[static_cast<size_t>(k)].left);
            residuals.push_back(in.unknowns[static_cast<size_t>(k)].right);
        }
        for (const auto& [row, column, value] : jacobians[b]) entries.push_back(value);
        mark(residuals, by_residual, static_cast<int>(b) + 1, by_other);
        mark(entries, by_jacobian, static_cast<int>(b) + 1, by_other);
    }
    enum class Role { unused, audit, straight, jacobian, residual };
    const auto role = [&](NodeId i) {
        const char n = need[static_cast<size_t>(i)];
        if (n == 0) return Role::unused;
        if (n == by_audit) return Role::audit;
        if (stage[static_cast<size_t>(i)] == 0) return Role::straight;
        if (n & by_residual) return Role::residual;
        if (n == by_jacobian) return Role::jacobian;
        // Entries shared with others must be fresh at the solution, not at the last step's start.
        return n & by_jacobian ? Role::residual : Role::straight;
    };

    // Slots in the order of running.
    std::vector<int32_t> slot(static_cast<size_t>(g.size()), -1);
    out.straight_.resize(n_blocks + 1);
    out.implicit_.resize(n_blocks);
    out.parameter_slots_.assign(in.parameters.size(), -1);
    int32_t next = 0;
    for (NodeId i = 0; i < g.size(); ++i) {
        const Node& n = g[i];
        if (role(i) == Role::unused || n_operands(n) > 0) continue;
        const int32_t here = slot[static_cast<size_t>(i)] = next++;
        if (n.op == Op::constant) out.constants_.emplace_back(here, n.value);
        if (n.op == Op::missing) out.constants_.emplace_back(here, std::numeric_limits<double>::quiet_NaN());
        if (n.op == Op::parameter) out.parameter_slots_[static_cast<size_t>(n.a)] = here;
    }
    for (const Unknown& u : in.unknowns)
        if (slot[static_cast<size_t>(u.node)] < 0) slot[static_cast<size_t>(u.node)] = next++;
    const auto emit = [&](NodeId i, Tape& tape) {
        const Node& n = g[i];
        const int32_t here = slot[static_cast<size_t>(i)] = next++;
        Instruction ins{n.op, here, -1, -1, -1};
        const int count = n_operands(n);
        ins.a = slot[static_cast<size_t>(n.a)];
        if (count > 1) ins.b = slot[static_cast<size_t>(n.b)];
        if (count > 2) ins.c = slot[static_cast<size_t>(n.c)];
        if (n.op == Op::property) ins.c = n.c;
        tape.push_back(ins);
    };
    std::vector<std::vector<NodeId>> of_stage(n_blocks + 1);
    for (NodeId i = 0; i < g.size(); ++i)
        if (n_operands(g[i]) > 0) of_stage[static_cast<size_t>(stage[static_cast<size_t>(i)])].push_back(i);
    // By depth, and equal operations side by side: so the processor guesses the next operation right, and no
    // operation waits for the one just before it. The results do not depend on it.
    std::vector<int> depth(static_cast<size_t>(g.size()), 0);
    for (NodeId i = 0; i < g.size(); ++i) {
        const NodeId operands[3] = {g[i].a, g[i].b, g[i].c};
        for (int k = 0; k < n_operands(g[i]); ++k) {
            const auto j = static_cast<size_t>(operands[k]);
            if (stage[j] == stage[static_cast<size_t>(i)])
                depth[static_cast<size_t>(i)] = std::max(depth[static_cast<size_t>(i)], depth[j] + 1);
        }
    }
    for (std::vector<NodeId>& nodes : of_stage)
        std::stable_sort(nodes.begin(), nodes.end(), [&](NodeId i, NodeId j) {
            return std::pair(depth[static_cast<size_t>(i)], g[i].op) <
                   std::pair(depth[static_cast<size_t>(j)], g[j].op);
        });
    for (size_t s = 0; s <= n_blocks; ++s) {
        for (const NodeId i : of_stage[s])
            if (role(i) == Role::residual) emit(i, out.implicit_[s - 1].residual);
        for (const NodeId i : of_stage[s])
            if (role(i) == Role::jacobian) emit(i, out.implicit_[s - 1].jacobian);
        for (const NodeId i : of_stage[s])
            if (role(i) == Role::straight) emit(i, out.straight_[s]);
    }
    for (NodeId i = 0; i < g.size(); ++i)
        if (n_operands(g[i]) > 0 && role(i) == Role::audit) emit(i, out.audit_);

    for (size_t b = 0; b < n_blocks; ++b) {
        if (is_run(b)) {
            out.implicit_[b].run = blocks[b].front() - static_cast<int>(n_unknowns);
            continue;
        }
        out.implicit_[b].unknowns = blocks[b];
        for (const auto& [row, column, value] : jacobians[b])
            out.implicit_[b].entries.push_back({row, column, slot[static_cast<size_t>(value)]});
    }
    const auto slot_of = [&](NodeId i) { return i == no_node ? -1 : slot[static_cast<size_t>(i)]; };
    for (const NodeId r : in.roots) {
        out.root_slots_.push_back(slot_of(r));
        out.root_missing_.push_back(r == no_node ? -1 : missing[static_cast<size_t>(r)]);
    }
    for (const NodeId r : in.audit) {
        out.audit_slots_.push_back(slot_of(r));
        out.audit_missing_.push_back(missing[static_cast<size_t>(r)]);
    }
    for (const Unknown& u : in.unknowns)
        out.unknown_slots_.push_back({slot_of(u.node), slot_of(u.left), slot_of(u.right), slot_of(u.start)});
    for (TimeRun& run : in.runs) {
        RunSlots slots{std::move(run), {}, {}};
        for (const NodeId i : slots.run.inputs) slots.inputs.push_back(slot_of(i));
        for (const NodeId o : slots.run.outcomes) slots.outcomes.push_back(slot_of(o));
        out.runs_.push_back(std::move(slots));
    }
    out.parameters_ = std::move(in.parameters);
    out.unknowns_ = std::move(in.unknowns);
    out.n_slots_ = next;
    return out;
}

std::vector<TapeUse> Program::tapes() const {
    std::vector<TapeUse> out;
    const auto add = [&](const Tape& tape) {
        out.push_back({&tape, {}, {}});
        for (const Instruction& i : tape) out.back().keep.push_back(i.result);
    };
    for (size_t stage = 0; stage < straight_.size(); ++stage) {
        add(straight_[stage]);
        if (stage == implicit_.size()) break;
        add(implicit_[stage].residual);
        add(implicit_[stage].jacobian);
    }
    add(audit_);
    std::vector<char> read(static_cast<size_t>(n_slots_), 0);
    const auto mark = [&](int32_t slot) {
        if (slot >= 0) read[static_cast<size_t>(slot)] = 1;
    };
    for (const auto* slots : {&root_slots_, &audit_slots_}) std::for_each(slots->begin(), slots->end(), mark);
    for (const UnknownSlots& s : unknown_slots_)
        for (const int32_t slot : {s.node, s.left, s.right, s.start}) mark(slot);
    for (size_t k = 0; k < out.size(); ++k)
        if (k % 3 != 2) // all but Jacobians
            for (const Instruction& i : *out[k].tape) {
                mark(i.a);
                mark(i.b);
                if (i.op != Op::property) mark(i.c);
            }
    for (const ImplicitBlock& b : implicit_)
        for (const ImplicitBlock::Entry& e : b.entries) mark(e.slot);
    for (const RunSlots& r : runs_) std::for_each(r.inputs.begin(), r.inputs.end(), mark);
    for (size_t b = 0; b < implicit_.size(); ++b)
        std::erase_if(out[3 * b + 2].keep, [&](int32_t slot) { return !read[static_cast<size_t>(slot)]; });
    return out;
}

int Program::n_operations() const {
    size_t n = 0;
    for (const Tape& t : straight_) n += t.size();
    for (const ImplicitBlock& b : implicit_) n += b.residual.size();
    return static_cast<int>(n);
}

int Program::find_parameter(std::string_view path) const {
    for (size_t i = 0; i < parameters_.size(); ++i)
        if (parameters_[i].path == path) return static_cast<int>(i);
    return -1;
}

std::vector<double> Program::defaults() const {
    std::vector<double> out;
    out.reserve(parameters_.size());
    for (const Parameter& p : parameters_) out.push_back(p.datum.si);
    return out;
}

uint64_t Program::hash() const {
    uint64_t h = 0xCBF29CE484222325u;
    const auto mix = [&h](const void* data, size_t n) {
        const auto* p = static_cast<const unsigned char*>(data);
        for (size_t i = 0; i < n; ++i) h = (h ^ p[i]) * 0x100000001B3u;
    };
    const auto tape = [&](const Tape& t) {
        for (const Instruction& i : t) {
            const int32_t words[5] = {static_cast<int32_t>(i.op), i.result, i.a, i.b, i.c};
            mix(words, sizeof words);
        }
    };
    for (const Tape& t : straight_) tape(t);
    for (const ImplicitBlock& b : implicit_) {
        tape(b.residual);
        tape(b.jacobian);
    }
    for (const auto& [slot, value] : constants_) mix(&value, sizeof value);
    for (const Parameter& p : parameters_) {
        mix(p.path.data(), p.path.size());
        mix(&p.datum.si, sizeof p.datum.si);
    }
    for (const double x : nominal_) mix(&x, sizeof x);
    for (const RunSlots& r : runs_) {
        const uint64_t of_run = r.run.solver->hash();
        mix(&of_run, sizeof of_run);
    }
    return h;
}

} // namespace viresco::lang
