#include "lang/graph.h"
#include "lang/operation.h"
#include "matter/property_function.h"
#include <cmath>
#include <cstring>

namespace viresco::lang {
namespace {

uint64_t hash(const Node& n) {
    uint64_t bits;
    std::memcpy(&bits, &n.value, sizeof bits);
    uint64_t h = bits * 0x9E3779B97F4A7C15u;
    for (const int32_t x : {static_cast<int32_t>(n.op), n.a, n.b, n.c}) {
        h ^= static_cast<uint32_t>(x);
        h *= 0xFF51AFD7ED558CCDu;
        h ^= h >> 32;
    }
    return h;
}

bool same(const Node& x, const Node& y) {
    return x.op == y.op && x.a == y.a && x.b == y.b && x.c == y.c &&
           std::memcmp(&x.value, &y.value, sizeof x.value) == 0;
}

} // namespace

int n_operands(const Node& n) {
    switch (n.op) {
    case Op::constant:
    case Op::parameter:
    case Op::unknown:
    case Op::missing:
    case Op::state:
    case Op::outcome:
    case Op::time: return 0;
    case Op::negate:
    case Op::exp:
    case Op::log:
    case Op::expm1:
    case Op::log1p:
    case Op::sqrt:
    case Op::abs:
    case Op::tanh:
    case Op::sin:
    case Op::cos:
    case Op::atan:
    case Op::floor: return 1;
    case Op::select: return 3;
    case Op::property: return n.b == no_node ? 1 : 2;
    default: return 2;
    }
}

Graph::Graph() {
    table_.assign(1u << 16, no_node);
    nodes_.reserve(1u << 15);
    zero_ = constant(0);
    one_ = constant(1);
}

void Graph::grow() {
    std::vector<NodeId> table(table_.size() * 2, no_node);
    const size_t mask = table.size() - 1;
    for (NodeId i = 0; i < size(); ++i) {
        size_t slot = hash((*this)[i]) & mask;
        while (table[slot] != no_node) slot = (slot + 1) & mask;
        table[slot] = i;
    }
    table_ = std::move(table);
}

NodeId Graph::intern(const Node& node) {
    if (2 * nodes_.size() >= table_.size()) grow();
    const size_t mask = table_.size() - 1;
    size_t slot = hash(node) & mask;
    while (table_[slot] != no_node) {
        if (same((*this)[table_[slot]], node)) return table_[slot];
        slot = (slot + 1) & mask;
    }
    nodes_.push_back(node);
    return table_[slot] = size() - 1;
}

/// Folds an operation whose operands are all constants.
NodeId Graph::fold(const Node& n) {
    const auto value = [&](NodeId i) { return i == no_node ? 0.0 : (*this)[i].value; };
    const bool second = n_operands(n) > 1;
    const double c = n.op == Op::select ? value(n.c) : 0;
    return constant(apply(n, value(n.a), second ? value(n.b) : 0.0, c));
}

NodeId Graph::constant(double value) {
    return intern({Op::constant, no_node, no_node, no_node, value == 0 ? 0.0 : value});
}
NodeId Graph::parameter(int index) { return intern({Op::parameter, index, no_node, no_node, 0}); }
NodeId Graph::unknown(int index) { return intern({Op::unknown, index, no_node, no_node, 0}); }
NodeId Graph::missing(int index) { return intern({Op::missing, index, no_node, no_node, 0}); }

NodeId Graph::state(int index) { return intern({Op::state, index, no_node, no_node, 0}); }
NodeId Graph::outcome(int index) { return intern({Op::outcome, index, no_node, no_node, 0}); }
NodeId Graph::time() { return intern({Op::time, no_node, no_node, no_node, 0}); }

NodeId Graph::negate(NodeId a) {
    if ((*this)[a].op == Op::negate) return (*this)[a].a;
    return unary(Op::negate, a);
}

NodeId Graph::unary(Op op, NodeId a) {
    const Node n{op, a, no_node, no_node, 0};
    return is_constant(a) ? fold(n) : intern(n);
}

NodeId Graph::add(NodeId a, NodeId b) {
    if (is_zero(a)) return b;
    if (is_zero(b)) return a;
    if ((*this)[b].op == Op::negate) return subtract(a, (*this)[b].a);
    if (a > b) std::swap(a, b);
    const Node n{Op::add, a, b, no_node, 0};
    return is_constant(a) && is_constant(b) ? fold(n) : intern(n);
}

NodeId Graph::subtract(NodeId a, NodeId b) {
    if (is_zero(b)) return a;
    if (a == b) return zero_;
    if (is_zero(a)) return negate(b);
    if ((*this)[b].op == Op::negate) return add(a, (*this)[b].a);
    const Node n{Op::subtract, a, b, no_node, 0};
    return is_constant(a) && is_constant(b) ? fold(n) : intern(n);
}

NodeId Graph::multiply(NodeId a, NodeId b) {
    if (is_zero(a) || is_zero(b)) return zero_;
    if (is_value(a, 1)) return b;
    if (is_value(b, 1)) return a;
    if (is_value(a, -1)) return negate(b);
    if (is_value(b, -1)) return negate(a);
    // x/y * y: what a stream has per volume, times its volume. So a flow that is set does not depend on what flows in.
    if ((*this)[a].op == Op::divide && (*this)[a].b == b) return (*this)[a].a;
    if ((*this)[b].op == Op::divide && (*this)[b].b == a) return (*this)[b].a;
    if (a > b) std::swap(a, b);
    const Node n{Op::multiply, a, b, no_node, 0};
    return is_constant(a) && is_constant(b) ? fold(n) : intern(n);
}

/// Whether x is a product with the factor f, or a sum of such: what flows in a volume.
bool Graph::has_factor(NodeId x, NodeId f, int& budget) const {
    if (x == f) return true;
    if (x < f || --budget < 0) return false; // a node that uses f was made after it
    const Node& n = (*this)[x];
    switch (n.op) {
    case Op::multiply: return has_factor(n.a, f, budget) || has_factor(n.b, f, budget);
    case Op::divide:
    case Op::negate: return has_factor(n.a, f, budget);
    case Op::add:
    case Op::subtract: return has_factor(n.a, f, budget) && has_factor(n.b, f, budget);
    default: return false;
    }
}

NodeId Graph::without_factor(NodeId x, NodeId f) {
    if (x == f) return one_;
    const Node n = (*this)[x];
    int budget = 200;
    switch (n.op) {
    case Op::multiply:
        return has_factor(n.a, f, budget) ? multiply(without_factor(n.a, f), n.b)
                                          : multiply(n.a, without_factor(n.b, f));
    case Op::divide: return divide(without_factor(n.a, f), n.b);
    case Op::negate: return negate(without_factor(n.a, f));
    case Op::add: return add(without_factor(n.a, f), without_factor(n.b, f));
    default: return subtract(without_factor(n.a, f), without_factor(n.b, f));
    }
}

NodeId Graph::divide(NodeId a, NodeId b) {
    if (is_zero(a)) return zero_; // also 0/0, of what is not there
    if (is_value(b, 1)) return a;
    if (!is_constant(b)) {
        const Node below = (*this)[b];
        if (below.op == Op::divide && below.a == a) return below.b; // x / (x / y)
        int budget = 200;
        if (has_factor(a, b, budget)) return without_factor(a, b);
    }
    const Node n{Op::divide, a, b, no_node, 0};
    return is_constant(a) && is_constant(b) ? fold(n) : intern(n);
}

NodeId Graph::power(NodeId base, NodeId exponent) {
    if (is_constant(exponent)) {
        const double y = (*this)[exponent].value;
        if (y == 0) return one_;
        if (y == 1) return base;
        if (y == 2) return multiply(base, base);
        if (y == 3) return multiply(base, multiply(base, base));
        if (y == -1) return divide(one_, base);
        if (y == 0.5) return unary(Op::sqrt, base);
    }
    const Node n{Op::power, base, exponent, no_node, 0};
    return is_constant(base) && is_constant(exponent) ? fold(n) : intern(n);
}

NodeId Graph::min(NodeId a, NodeId b) {
    if (a == b) return a;
    const Node n{Op::min, a, b, no_node, 0};
    return is_constant(a) && is_constant(b) ? fold(n) : intern(n);
}

NodeId Graph::max(NodeId a, NodeId b) {
    if (a == b) return a;
    const Node n{Op::max, a, b, no_node, 0};
    return is_constant(a) && is_constant(b) ? fold(n) : intern(n);
}

NodeId Graph::less(NodeId a, NodeId b) {
    const Node n{Op::less, a, b, no_node, 0};
    return is_constant(a) && is_constant(b) ? fold(n) : intern(n);
}

NodeId Graph::select(NodeId condition, NodeId yes, NodeId no) {
    if (is_constant(condition)) return (*this)[condition].value != 0 ? yes : no;
    if (yes == no) return yes;
    return intern({Op::select, condition, yes, no, 0});
}

NodeId Graph::geometric(NodeId E, NodeId n) {
    if (is_zero(E)) return one_;
    const Node g{Op::geometric, E, n, no_node, 0};
    return is_constant(E) && is_constant(n) ? fold(g) : intern(g);
}

NodeId Graph::property(int function, int which, NodeId a, NodeId b) {
    const Node n{Op::property, a, b, 3 * function + which, 0};
    return is_constant(a) && (b == no_node || is_constant(b)) ? fold(n) : intern(n);
}

NodeId Graph::make(const Node& n, NodeId a, NodeId b, NodeId c) {
    switch (n.op) {
    case Op::constant: return constant(n.value);
    case Op::parameter: return parameter(n.a);
    case Op::unknown: return unknown(n.a);
    case Op::missing: return missing(n.a);
    case Op::state: return state(n.a);
    case Op::time: return time();
    case Op::outcome: return outcome(n.a);
    case Op::negate: return negate(a);
    case Op::add: return add(a, b);
    case Op::subtract: return subtract(a, b);
    case Op::multiply: return multiply(a, b);
    case Op::divide: return divide(a, b);
    case Op::power: return power(a, b);
    case Op::min: return min(a, b);
    case Op::max: return max(a, b);
    case Op::less: return less(a, b);
    case Op::select: return select(a, b, c);
    case Op::geometric: return geometric(a, b);
    case Op::geometric_dE:
    case Op::geometric_dn: {
        const Node g{n.op, a, b, no_node, 0};
        return is_constant(a) && is_constant(b) ? fold(g) : intern(g);
    }
    case Op::property: return property(n.c / 3, n.c % 3, a, b);
    default: return unary(n.op, a);
    }
}

Partials partials(Graph& g, NodeId id) {
    const Node n = g[id];
    const NodeId zero = g.zero(), one = g.one();
    switch (n.op) {
    case Op::negate: return {g.constant(-1)};
    case Op::add: return {one, one};
    case Op::subtract: return {one, g.constant(-1)};
    case Op::multiply: return {n.b, n.a};
    case Op::divide: { // one division for both: they are what a Jacobian spends most of its time on
        const NodeId inverse = g.divide(one, n.b);
        return {inverse, g.negate(g.multiply(id, inverse))};
    }
    case Op::power: {
        // y x^(y-1) and x^y log x; the latter only where the exponent varies, and 0 where x is 0.
        const NodeId a = g.multiply(n.b, g.power(n.a, g.subtract(n.b, one)));
        if (g.is_constant(n.b)) return {a, zero};
        return {a, g.select(g.less(zero, n.a), g.multiply(id, g.unary(Op::log, n.a)), zero)};
    }
    case Op::exp: return {id};
    case Op::log: return {g.divide(one, n.a)};
    case Op::expm1: return {g.add(id, one)};
    case Op::log1p: return {g.divide(one, g.add(one, n.a))};
    case Op::sqrt: return {g.divide(g.constant(0.5), id)};
    case Op::abs: return {g.select(g.less(n.a, zero), g.constant(-1), one)};
    case Op::tanh: return {g.subtract(one, g.multiply(id, id))};
    case Op::sin: return {g.unary(Op::cos, n.a)};
    case Op::cos: return {g.negate(g.unary(Op::sin, n.a))};
    case Op::atan: return {g.divide(one, g.add(one, g.multiply(n.a, n.a)))};
    case Op::floor: return {zero};
    case Op::min: {
        const NodeId second = g.less(n.b, n.a);
        return {g.select(second, zero, one), g.select(second, one, zero)};
    }
    case Op::max: {
        const NodeId second = g.less(n.a, n.b);
        return {g.select(second, zero, one), g.select(second, one, zero)};
    }
    case Op::select: return {zero, g.select(n.a, one, zero), g.select(n.a, zero, one)};
    case Op::geometric: {
        Node dE{Op::geometric_dE, n.a, n.b, no_node, 0}, dn{Op::geometric_dn, n.a, n.b, no_node, 0};
        return {g.make(dE, n.a, n.b, no_node), g.is_constant(n.b) ? zero : g.make(dn, n.a, n.b, no_node)};
    }
    case Op::property:
        return {g.property(n.c / 3, 1, n.a, n.b), n.b == no_node ? no_node : g.property(n.c / 3, 2, n.a, n.b)};
    default: return {zero, zero, zero};
    }
}

Differentiator::Differentiator(Graph& graph, std::span<const NodeId> x) : graph_(graph) {
    const auto n = static_cast<size_t>(graph.size());
    rows_.resize(n);
    done_.assign(n, 0);
    for (size_t i = 0; i < x.size(); ++i) {
        rows_[static_cast<size_t>(x[i])] = {{static_cast<int>(i), graph.one()}};
        done_[static_cast<size_t>(x[i])] = 1;
    }
}

const Differentiator::Row& Differentiator::operator()(NodeId root) {
    // Operands have smaller ids, but the graph grows while we work: an explicit stack, no recursion.
    std::vector<NodeId> stack{root};
    while (!stack.empty()) {
        const NodeId id = stack.back();
        if (done_[static_cast<size_t>(id)]) {
            stack.pop_back();
            continue;
        }
        const Node n = graph_[id];
        bool ready = true;
        const NodeId operands[3] = {n.a, n.b, n.c};
        for (int k = 0; k < n_operands(n); ++k)
            if (!done_[static_cast<size_t>(operands[k])]) {
                stack.push_back(operands[k]);
                ready = false;
            }
        if (!ready) continue;
        rows_[static_cast<size_t>(id)] = compute(id);
        done_[static_cast<size_t>(id)] = 1;
        stack.pop_back();
    }
    return rows_[static_cast<size_t>(root)];
}

Differentiator::Row Differentiator::compute(NodeId id) {
    const Node n = graph_[id];
    const int operands = n_operands(n);
    if (operands == 0) return {};
    const NodeId operand[3] = {n.a, n.b, n.c};
    bool any = false;
    for (int k = 0; k < operands; ++k) any = any || !rows_[static_cast<size_t>(operand[k])].empty();
    if (!any) return {};
    Row sum;
    if (n.op == Op::select) {
        // Only the branch taken: select(c, da, db), never a product with the other branch's derivative.
        const Row& yes = rows_[static_cast<size_t>(n.b)];
        const Row& no = rows_[static_cast<size_t>(n.c)];
        size_t i = 0, j = 0;
        while (i < yes.size() || j < no.size()) {
            const bool take_yes = j >= no.size() || (i < yes.size() && yes[i].first <= no[j].first);
            const bool take_no = i >= yes.size() || (j < no.size() && no[j].first <= yes[i].first);
            const int x = take_yes ? yes[i].first : no[j].first;
            const NodeId a = take_yes ? yes[i].second : graph_.zero();
            const NodeId b = take_no ? no[j].second : graph_.zero();
            const NodeId d = graph_.select(n.a, a, b);
            if (!graph_.is_zero(d)) sum.emplace_back(x, d);
            i += take_yes;
            j += take_no;
        }
        return sum;
    }
    const Partials p = partials(graph_, id);
    const NodeId partial[3] = {p.a, p.b, p.c};
    for (int k = 0; k < operands; ++k) {
        const Row& row = rows_[static_cast<size_t>(operand[k])];
        if (row.empty() || partial[k] == no_node || graph_.is_zero(partial[k])) continue;
        Row merged;
        merged.reserve(sum.size() + row.size());
        size_t i = 0, j = 0;
        while (i < sum.size() || j < row.size()) {
            if (j >= row.size() || (i < sum.size() && sum[i].first < row[j].first)) {
                merged.push_back(sum[i++]);
                continue;
            }
            NodeId term = graph_.multiply(partial[k], row[j].second);
            if (i < sum.size() && sum[i].first == row[j].first) term = graph_.add(sum[i++].second, term);
            if (!graph_.is_zero(term)) merged.emplace_back(row[j].first, term);
            ++j;
        }
        sum = std::move(merged);
    }
    return sum;
}

} // namespace viresco::lang
