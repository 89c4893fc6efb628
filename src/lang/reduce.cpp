#include "lang/reduce.h"
#include <algorithm>

namespace viresco::lang {
namespace {

/// Marks what is zero whatever the parameters, with the listed unknowns taken as zero.
std::vector<char> structural_zeros(const Graph& g, const std::vector<char>& absent) {
    std::vector<char> zero(static_cast<size_t>(g.size()), 0);
    const auto z = [&](NodeId i) { return i != no_node && zero[static_cast<size_t>(i)]; };
    for (NodeId i = 0; i < g.size(); ++i) {
        const Node& n = g[i];
        bool is = false;
        switch (n.op) {
        case Op::constant: is = n.value == 0; break;
        case Op::unknown: is = absent[static_cast<size_t>(n.a)]; break;
        case Op::negate:
        case Op::sqrt:
        case Op::abs:
        case Op::tanh:
        case Op::expm1:
        case Op::log1p: is = z(n.a); break;
        case Op::add:
        case Op::subtract:
        case Op::min:
        case Op::max: is = z(n.a) && z(n.b); break;
        case Op::multiply: is = z(n.a) || z(n.b); break;
        case Op::divide: is = z(n.a); break;
        case Op::select: is = z(n.b) && z(n.c); break;
        default: break;
        }
        zero[static_cast<size_t>(i)] = is;
    }
    return zero;
}

/// Copies what `roots` need into a new graph, unknowns replaced where `replace` says so (a node of the
/// old graph, or no_node). Returns the new id of every copied node.
class Rewriter {
public:
    Rewriter(const Graph& from, Graph& to, const std::vector<NodeId>& replace)
        : from_(from), to_(to), replace_(replace), map_(static_cast<size_t>(from.size()), no_node) {}

    NodeId operator()(NodeId root) {
        if (root == no_node) return no_node;
        std::vector<NodeId> stack{root};
        while (!stack.empty()) {
            const NodeId id = stack.back();
            if (map(id) != no_node) {
                stack.pop_back();
                continue;
            }
            const Node& n = from_[id];
            if (n.op == Op::unknown && replace_[static_cast<size_t>(n.a)] != no_node) {
                const NodeId by = replace_[static_cast<size_t>(n.a)];
                if (map(by) == no_node) {
                    stack.push_back(by);
                    continue;
                }
                map(id) = map(by);
                stack.pop_back();
                continue;
            }
            const NodeId operands[3] = {n.a, n.b, n.c};
            const int count = n_operands(n);
            bool ready = true;
            for (int k = 0; k < count; ++k)
                if (map(operands[k]) == no_node) {
                    stack.push_back(operands[k]);
                    ready = false;
                }
            if (!ready) continue;
            NodeId mapped[3] = {no_node, no_node, no_node};
            for (int k = 0; k < count; ++k) mapped[k] = map(operands[k]);
            map(id) = to_.make(n, mapped[0], mapped[1], mapped[2]);
            stack.pop_back();
        }
        return map(root);
    }

private:
    NodeId& map(NodeId i) { return map_[static_cast<size_t>(i)]; }
    const Graph& from_;
    Graph& to_;
    const std::vector<NodeId>& replace_;
    std::vector<NodeId> map_;
};

/// The run in time that each outcome belongs to.
std::vector<int> run_of_outcome(const Graph& g, const std::vector<TimeRun>& runs) {
    std::vector<int> out;
    for (size_t r = 0; r < runs.size(); ++r)
        for (const NodeId o : runs[r].outcomes) {
            const auto k = static_cast<size_t>(g[o].a);
            if (k >= out.size()) out.resize(k + 1, -1);
            out[k] = static_cast<int>(r);
        }
    return out;
}

/// Which unknowns each node depends on, as bit sets; runs in time are numbered after the unknowns.
class Dependence {
public:
    Dependence(const Graph& g, size_t n_unknowns, const std::vector<TimeRun>& runs)
        : words_((n_unknowns + runs.size() + 63) / 64) {
        const std::vector<int> run = run_of_outcome(g, runs);
        bits_.assign(static_cast<size_t>(g.size()) * words_, 0);
        for (NodeId i = 0; i < g.size(); ++i) {
            const Node& n = g[i];
            const int own = n.op == Op::unknown   ? n.a
                            : n.op == Op::outcome ? static_cast<int>(n_unknowns) + run[static_cast<size_t>(n.a)]
                                                  : -1;
            if (own >= 0) row(i)[static_cast<size_t>(own) / 64] |= uint64_t{1} << (own % 64);
            const NodeId operands[3] = {n.a, n.b, n.c};
            for (int k = 0; k < n_operands(n); ++k)
                for (size_t w = 0; w < words_; ++w) row(i)[w] |= row(operands[k])[w];
        }
    }
    bool on(NodeId node, int unknown) const {
        return (bits_[static_cast<size_t>(node) * words_ + static_cast<size_t>(unknown) / 64] >> (unknown % 64)) & 1;
    }

private:
    uint64_t* row(NodeId i) { return bits_.data() + static_cast<size_t>(i) * words_; }
    size_t words_;
    std::vector<uint64_t> bits_;
};

/// Applies a replacement to all that Input refers to.
void rewrite(Program::Input& in, const std::vector<NodeId>& replace, const std::vector<char>& removed) {
    Graph to;
    Rewriter copy(in.graph, to, replace);
    for (NodeId& r : in.roots) r = copy(r);
    for (NodeId& r : in.audit) r = copy(r);
    for (TimeRun& run : in.runs) {
        for (NodeId& i : run.inputs) i = copy(i);
        for (NodeId& o : run.outcomes) o = copy(o);
    }
    // A start that names unknowns means their starts; it can name only such as were there before it.
    std::vector<NodeId> starts;
    for (const Unknown& u : in.unknowns) starts.push_back(u.start == no_node ? in.graph.zero() : u.start);
    Rewriter start(in.graph, to, starts);
    std::vector<Unknown> kept;
    std::vector<int> number(in.unknowns.size(), -1);
    for (size_t k = 0; k < in.unknowns.size(); ++k) {
        if (removed[k]) continue;
        number[k] = static_cast<int>(kept.size());
        Unknown u = in.unknowns[k];
        u.node = copy(u.node);
        u.left = copy(u.left);
        u.right = copy(u.right);
        u.start = start(u.start);
        kept.push_back(std::move(u));
    }
    // Renumber the unknowns that are left, in a second copy, so that their numbers are dense again.
    in.unknowns = std::move(kept);
    in.graph = std::move(to);
    Graph dense;
    std::vector<NodeId> map(static_cast<size_t>(in.graph.size()), no_node);
    for (NodeId i = 0; i < in.graph.size(); ++i) {
        Node n = in.graph[i];
        if (n.op == Op::unknown) n.a = number[static_cast<size_t>(n.a)] >= 0 ? number[static_cast<size_t>(n.a)] : 0;
        const int count = n_operands(n);
        NodeId m[3] = {no_node, no_node, no_node};
        const NodeId operands[3] = {n.a, n.b, n.c};
        for (int k = 0; k < count; ++k) m[k] = map[static_cast<size_t>(operands[k])];
        map[static_cast<size_t>(i)] = dense.make(n, m[0], m[1], m[2]);
    }
    const auto remap = [&](NodeId& id) {
        if (id != no_node) id = map[static_cast<size_t>(id)];
    };
    for (NodeId& r : in.roots) remap(r);
    for (NodeId& r : in.audit) remap(r);
    for (TimeRun& run : in.runs) {
        for (NodeId& i : run.inputs) remap(i);
        for (NodeId& o : run.outcomes) remap(o);
    }
    for (Unknown& u : in.unknowns) {
        remap(u.node);
        remap(u.left);
        remap(u.right);
        remap(u.start);
    }
    in.graph = std::move(dense);
}

/// The same expression with an unknown taken as zero.
NodeId with_zero(Graph& g, NodeId root, int unknown) {
    std::vector<NodeId> map(static_cast<size_t>(root) + 1, no_node);
    std::vector<NodeId> stack{root};
    while (!stack.empty()) {
        const NodeId id = stack.back();
        const Node n = g[id];
        const NodeId operands[3] = {n.a, n.b, n.c};
        const int count = n_operands(n);
        NodeId mapped[3] = {no_node, no_node, no_node};
        bool ready = true, same = true;
        for (int k = 0; k < count; ++k) {
            mapped[k] = map[static_cast<size_t>(operands[k])];
            if (mapped[k] == no_node) stack.push_back(operands[k]), ready = false;
            same = same && mapped[k] == operands[k];
        }
        if (!ready) continue;
        stack.pop_back();
        NodeId& to = map[static_cast<size_t>(id)];
        if (n.op == Op::unknown && n.a == unknown)
            to = g.zero();
        else
            to = same ? id : g.make(n, mapped[0], mapped[1], mapped[2]);
    }
    return map[static_cast<size_t>(root)];
}

bool depends_on(const Graph& g, NodeId root, int unknown) {
    std::vector<char> seen(static_cast<size_t>(root) + 1, 0);
    std::vector<NodeId> stack{root};
    while (!stack.empty()) {
        const NodeId id = stack.back();
        stack.pop_back();
        if (seen[static_cast<size_t>(id)]) continue;
        seen[static_cast<size_t>(id)] = 1;
        const Node& n = g[id];
        if (n.op == Op::unknown && n.a == unknown) return true;
        const NodeId operands[3] = {n.a, n.b, n.c};
        for (int k = 0; k < n_operands(n); ++k) stack.push_back(operands[k]);
    }
    return false;
}

} // namespace

std::vector<std::vector<int>> strong_components(const std::vector<std::vector<int>>& uses) {
    const int n = static_cast<int>(uses.size());
    std::vector<int> index(uses.size(), -1), low(uses.size(), 0);
    std::vector<char> on_stack(uses.size(), 0);
    std::vector<int> stack;
    std::vector<std::vector<int>> out;
    int counter = 0;
    struct Frame {
        int node;
        size_t next;
    };
    for (int root = 0; root < n; ++root) {
        if (index[static_cast<size_t>(root)] >= 0) continue;
        std::vector<Frame> frames{{root, 0}};
        while (!frames.empty()) {
            Frame& f = frames.back();
            const auto v = static_cast<size_t>(f.node);
            if (f.next == 0) {
                index[v] = low[v] = counter++;
                stack.push_back(f.node);
                on_stack[v] = 1;
            }
            if (f.next < uses[v].size()) {
                const int w = uses[v][f.next++];
                if (index[static_cast<size_t>(w)] < 0)
                    frames.push_back({w, 0});
                else if (on_stack[static_cast<size_t>(w)])
                    low[v] = std::min(low[v], index[static_cast<size_t>(w)]);
                continue;
            }
            if (low[v] == index[v]) {
                out.emplace_back();
                while (true) {
                    const int w = stack.back();
                    stack.pop_back();
                    on_stack[static_cast<size_t>(w)] = 0;
                    out.back().push_back(w);
                    if (w == f.node) break;
                }
                std::sort(out.back().begin(), out.back().end());
            }
            const int done = f.node;
            frames.pop_back();
            if (!frames.empty()) {
                const auto p = static_cast<size_t>(frames.back().node);
                low[p] = std::min(low[p], low[static_cast<size_t>(done)]);
            }
        }
    }
    return out;
}

std::vector<std::vector<int>> equation_graph(const Graph& g, const std::vector<Unknown>& unknowns,
                                             const std::vector<TimeRun>& runs) {
    const Dependence depends(g, unknowns.size(), runs);
    const size_t all = unknowns.size() + runs.size();
    std::vector<std::vector<int>> uses(all);
    for (size_t r = 0; r < runs.size(); ++r)
        for (size_t j = 0; j < all; ++j)
            if (std::any_of(runs[r].inputs.begin(), runs[r].inputs.end(),
                            [&](NodeId i) { return depends.on(i, static_cast<int>(j)); }))
                uses[unknowns.size() + r].push_back(static_cast<int>(j));
    for (size_t k = 0; k < unknowns.size(); ++k)
        for (size_t j = 0; j < all; ++j) {
            const int jj = static_cast<int>(j);
            // An equation always belongs to its own unknown; a tear's own right-hand side does not count.
            const bool right = unknowns[k].kind == Unknown::Kind::equation && depends.on(unknowns[k].right, jj);
            if (depends.on(unknowns[k].left, jj) || right) uses[k].push_back(jj);
        }
    return uses;
}

void remove_absent(Program::Input& in) {
    const size_t n = in.unknowns.size();
    std::vector<char> absent(n, 0);
    for (size_t k = 0; k < n; ++k) absent[k] = in.unknowns[k].kind == Unknown::Kind::tear;
    while (true) {
        const std::vector<char> zero = structural_zeros(in.graph, absent);
        bool changed = false;
        for (size_t k = 0; k < n; ++k)
            if (absent[k] && !zero[static_cast<size_t>(in.unknowns[k].left)]) {
                absent[k] = 0;
                changed = true;
            }
        if (!changed) break;
    }
    std::vector<NodeId> replace(n, no_node);
    for (size_t k = 0; k < n; ++k)
        if (absent[k]) replace[k] = in.graph.zero();
    rewrite(in, replace, absent);
}

void substitute_singletons(Program::Input& in) {
    const auto uses = equation_graph(in.graph, in.unknowns, in.runs);
    std::vector<NodeId> replace(in.unknowns.size(), no_node);
    std::vector<char> removed(in.unknowns.size(), 0);
    for (const std::vector<int>& component : strong_components(uses)) {
        const auto k = static_cast<size_t>(component.front());
        if (component.size() > 1 || k >= in.unknowns.size() || in.unknowns[k].kind != Unknown::Kind::tear) continue;
        if (std::find(uses[k].begin(), uses[k].end(), component.front()) != uses[k].end()) continue;
        replace[k] = in.unknowns[k].left;
        removed[k] = 1;
    }
    rewrite(in, replace, removed);
}

void eliminate_linear(Program::Input& in) {
    for (size_t k = 0; k < in.unknowns.size();) {
        const Unknown& u = in.unknowns[k];
        const int self = in.graph[u.node].a;
        NodeId value = u.left;
        bool solved = u.kind == Unknown::Kind::tear;
        if (solved && depends_on(in.graph, u.left, self)) {
            const NodeId x[1] = {u.node};
            Differentiator d(in.graph, x);
            const Differentiator::Row row = d(u.left);
            const NodeId slope = row.empty() ? in.graph.zero() : row.front().second;
            const NodeId leaves = in.graph.subtract(in.graph.one(), slope); // the share that does not come back
            solved = !depends_on(in.graph, slope, self) && !in.graph.is_zero(leaves);
            if (solved) value = in.graph.divide(with_zero(in.graph, in.unknowns[k].left, self), leaves);
        }
        if (!solved) {
            ++k;
            continue;
        }
        std::vector<NodeId> replace(in.unknowns.size(), no_node);
        std::vector<char> removed(in.unknowns.size(), 0);
        replace[k] = value;
        removed[k] = 1;
        rewrite(in, replace, removed);
        k = 0; // what depended on it may be linear now
    }
}

void reduce(DynamicProgram::Input& d) {
    Program::Input in;
    in.graph = std::move(d.graph);
    in.unknowns = std::move(d.unknowns);
    std::vector<NodeId*> roots;
    for (State& s : d.states) roots.insert(roots.end(), {&s.node, &s.start, &s.rate});
    for (Event& e : d.events) {
        roots.push_back(&e.condition);
        for (auto& [state, value] : e.set) roots.push_back(&value);
    }
    for (NodeId& o : d.outputs) roots.push_back(&o);
    for (const NodeId* r : roots) in.roots.push_back(*r);
    remove_absent(in);
    substitute_singletons(in);
    eliminate_linear(in);
    for (size_t k = 0; k < roots.size(); ++k) *roots[k] = in.roots[k];
    d.graph = std::move(in.graph);
    d.unknowns = std::move(in.unknowns);
}

} // namespace viresco::lang
