#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace viresco::lang {

/// Index of a node in a Graph; operands always have a smaller id than their user.
using NodeId = int32_t;
constexpr NodeId no_node = -1;

enum class Op : uint8_t {
    constant,  ///< value
    parameter, ///< a = index into the parameter vector
    unknown,   ///< a = index into the unknowns
    missing,   ///< a = index into a table of what is missing; NaN if it is ever evaluated
    state,     ///< a = index into the states of a dynamic system
    time,      ///< time of a dynamic system [s]
    negate,
    add,
    subtract,
    multiply,
    divide,
    power,
    exp,
    log,
    expm1,
    log1p,
    sqrt,
    abs,
    tanh,
    min,
    max,
    less,      ///< a < b ? 1 : 0
    select,    ///< a != 0 ? b : c
    geometric, ///< 1 + E + .. + E^n for real n (a = E, b = n)
    geometric_dE,
    geometric_dn,
    property, ///< c = 3 * function + {0: value, 1: d/da, 2: d/db} of matter::property_functions()
    sin,
    cos,
    atan,
    floor,   ///< its derivative is 0
    outcome, ///< a = index into what the runs in time of a program come to
};

struct Node {
    Op op = Op::constant;
    NodeId a = no_node, b = no_node, c = no_node;
    double value = 0;
};

/// Number of operands that are nodes (property: 1 or 2).
int n_operands(const Node&);

/// Scalar expressions as one directed acyclic graph: equal sub-expressions are one node
/// (hash-consing), constants are folded with the very functions that evaluation uses, and what is zero
/// whatever the parameters stays the constant 0 (a component that is not there costs nothing).
class Graph {
public:
    Graph();
    NodeId constant(double);
    NodeId parameter(int index);
    NodeId unknown(int index);
    NodeId missing(int index);
    NodeId state(int index);
    NodeId time();
    NodeId outcome(int index);
    NodeId negate(NodeId);
    NodeId add(NodeId, NodeId);
    NodeId subtract(NodeId, NodeId);
    NodeId multiply(NodeId, NodeId);
    NodeId divide(NodeId, NodeId);
    NodeId power(NodeId base, NodeId exponent);
    NodeId unary(Op, NodeId);
    NodeId min(NodeId, NodeId);
    NodeId max(NodeId, NodeId);
    NodeId less(NodeId, NodeId);
    NodeId select(NodeId condition, NodeId yes, NodeId no);
    NodeId geometric(NodeId E, NodeId n);
    NodeId property(int function, int which, NodeId a, NodeId b);
    /// Any operation by its op (used when a graph is rebuilt).
    NodeId make(const Node&, NodeId a, NodeId b, NodeId c);

    const Node& operator[](NodeId i) const { return nodes_[static_cast<size_t>(i)]; }
    int size() const { return static_cast<int>(nodes_.size()); }
    bool is_constant(NodeId i) const { return nodes_[static_cast<size_t>(i)].op == Op::constant; }
    bool is_zero(NodeId i) const { return is_constant(i) && nodes_[static_cast<size_t>(i)].value == 0; }
    bool is_value(NodeId i, double v) const { return is_constant(i) && nodes_[static_cast<size_t>(i)].value == v; }
    NodeId zero() const { return zero_; }
    NodeId one() const { return one_; }

private:
    bool has_factor(NodeId x, NodeId f, int& budget) const;
    NodeId without_factor(NodeId x, NodeId f);
    NodeId intern(const Node&);
    NodeId fold(const Node&);
    void grow();
    std::vector<Node> nodes_;
    std::vector<NodeId> table_;
    NodeId zero_, one_;
};

/// d node / d x for a list of independent nodes `x` (parameters or unknowns), sparse: pairs
/// (position in x, derivative node), ascending; new nodes are appended to the graph.
class Differentiator {
public:
    Differentiator(Graph&, std::span<const NodeId> x);
    using Row = std::vector<std::pair<int, NodeId>>;
    const Row& operator()(NodeId);

private:
    Row compute(NodeId);
    Graph& graph_;
    std::vector<Row> rows_;
    std::vector<char> done_;
};

/// Partial derivatives of a node's operation by its operands, as nodes of the graph.
struct Partials {
    NodeId a = no_node, b = no_node, c = no_node;
};
Partials partials(Graph&, NodeId);

} // namespace viresco::lang
