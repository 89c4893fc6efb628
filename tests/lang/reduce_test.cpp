// What is done to torn unknowns before a system is compiled: absent ones, those on no loop, linear ones.
#include "base/messages/lang.h"
#include "lang/evaluation.h"
#include "lang/reduce.h"
#include "lang/value_at.h"
#include <cmath>
#include <gtest/gtest.h>
#include <random>

namespace viresco::lang {
namespace {

/// A system under construction: parameters by number, tears and equations in order.
struct System {
    Program::Input in;

    NodeId parameter(double si) {
        Parameter p;
        p.datum.si = si;
        in.parameters.push_back(std::move(p));
        return in.graph.parameter(static_cast<int>(in.parameters.size()) - 1);
    }
    /// A torn flow; `left` is said later.
    NodeId tear() {
        Unknown u;
        u.kind = Unknown::Kind::tear;
        u.node = u.right = in.graph.unknown(static_cast<int>(in.unknowns.size()));
        u.start = in.graph.zero();
        u.path = "tear " + std::to_string(in.unknowns.size());
        in.unknowns.push_back(u);
        return u.node;
    }
    /// An unknown with an equation left == right.
    NodeId unknown() {
        const NodeId node = tear();
        in.unknowns.back().kind = Unknown::Kind::equation;
        return node;
    }
    void say(NodeId unknown, NodeId left) { in.unknowns[static_cast<size_t>(in.graph[unknown].a)].left = left; }
    void say(NodeId unknown, NodeId left, NodeId right) {
        say(unknown, left);
        in.unknowns[static_cast<size_t>(in.graph[unknown].a)].right = right;
    }
    size_t want(NodeId root) {
        in.roots.push_back(root);
        return in.roots.size() - 1;
    }
    /// Of a root without unknowns; NaN where one is left.
    double value(size_t root) const {
        std::vector<double> parameters;
        for (const Parameter& p : in.parameters) parameters.push_back(p.datum.si);
        return value_at(in.graph, in.roots[root], parameters);
    }
};

TEST(Absent, WhatNoSourceKeepsAliveIsZero) {
    // a -> b -> a with a share of each: nothing enters, so nothing is there, whatever the shares.
    System s;
    const NodeId a = s.tear(), b = s.tear(), share = s.parameter(0.7), p = s.parameter(3);
    s.say(a, s.in.graph.multiply(share, b));
    s.say(b, s.in.graph.add(a, s.in.graph.multiply(a, p)));
    const size_t sum = s.want(s.in.graph.add(a, s.in.graph.add(b, p)));
    remove_absent(s.in);
    EXPECT_TRUE(s.in.unknowns.empty());
    EXPECT_EQ(s.value(sum), 3);
}

TEST(Absent, OneSourceKeepsItsWholeLoopAndNoOther) {
    System s;
    Graph& g = s.in.graph;
    const NodeId a = s.tear(), b = s.tear(), c = s.tear(), feed = s.parameter(2), r = s.parameter(0.5);
    s.say(a, g.multiply(r, g.add(feed, b)));
    s.say(b, g.multiply(r, a));
    s.say(c, g.multiply(r, c));
    s.want(g.add(a, g.add(b, c)));
    remove_absent(s.in);
    ASSERT_EQ(s.in.unknowns.size(), 2u);
    EXPECT_EQ(s.in.unknowns[0].path, "tear 0");
    EXPECT_EQ(s.in.unknowns[1].path, "tear 1");
    // Numbered anew, without a gap.
    for (int k = 0; k < 2; ++k) EXPECT_EQ(s.in.graph[s.in.unknowns[static_cast<size_t>(k)].node].a, k);
}

TEST(Absent, EquationsAreNeverTakenAsAbsent) {
    // x^2 == x has the solutions 0 and 1: that is for the solver to find.
    System s;
    const NodeId x = s.unknown();
    s.say(x, s.in.graph.multiply(x, x), x);
    s.want(x);
    remove_absent(s.in);
    EXPECT_EQ(s.in.unknowns.size(), 1u);
}

TEST(Singletons, ATearOnNoLoopIsItsDefinition) {
    System s;
    Graph& g = s.in.graph;
    const NodeId a = s.tear(), b = s.tear(), p = s.parameter(4);
    s.say(a, g.add(b, p)); // a uses b, b uses nothing that comes back
    s.say(b, g.multiply(p, p));
    const size_t root = s.want(g.multiply(a, a));
    substitute_singletons(s.in);
    EXPECT_TRUE(s.in.unknowns.empty());
    EXPECT_EQ(s.value(root), 400);
}

TEST(Singletons, ATearOfItselfStays) {
    System s;
    const NodeId a = s.tear(), p = s.parameter(1);
    s.say(a, s.in.graph.add(p, s.in.graph.multiply(a, a)));
    s.want(a);
    substitute_singletons(s.in);
    EXPECT_EQ(s.in.unknowns.size(), 1u);
}

TEST(Linear, ARecycleHasItsClosedForm) {
    for (const double r : {0.0, 0.25, 0.9, 0.999, -3.0}) {
        System s;
        Graph& g = s.in.graph;
        const NodeId back = s.tear(), feed = s.parameter(2), share = s.parameter(r);
        s.say(back, g.multiply(share, g.add(feed, back)));
        const size_t root = s.want(back);
        eliminate_linear(s.in);
        ASSERT_TRUE(s.in.unknowns.empty());
        EXPECT_NEAR(s.value(root), 2 * r / (1 - r), 1e-14 * std::abs(2 * r / (1 - r)));
    }
}

/// Solves A x = b by Gaussian elimination with row pivots.
std::vector<double> solved(std::vector<std::vector<double>> a, std::vector<double> b) {
    const size_t n = b.size();
    for (size_t k = 0; k < n; ++k) {
        size_t best = k;
        for (size_t i = k; i < n; ++i)
            if (std::abs(a[i][k]) > std::abs(a[best][k])) best = i;
        std::swap(a[k], a[best]);
        std::swap(b[k], b[best]);
        for (size_t i = k + 1; i < n; ++i) {
            const double f = a[i][k] / a[k][k];
            for (size_t j = k; j < n; ++j) a[i][j] -= f * a[k][j];
            b[i] -= f * b[k];
        }
    }
    for (size_t k = n; k-- > 0;) {
        for (size_t j = k + 1; j < n; ++j) b[k] -= a[k][j] * b[j];
        b[k] /= a[k][k];
    }
    return b;
}

TEST(Linear, RandomNetworksOfRecyclesEqualASolvedSystem) {
    // x_i = b_i + sum_j A_ij x_j with splits as parameters: as flows of water through a plant.
    std::mt19937 random(20261122);
    std::uniform_real_distribution<double> part(0, 1);
    for (int round = 0; round < 60; ++round) {
        const size_t n = 1 + random() % 6;
        System s;
        Graph& g = s.in.graph;
        std::vector<NodeId> x;
        for (size_t i = 0; i < n; ++i) x.push_back(s.tear());
        std::vector<std::vector<double>> matrix(n, std::vector<double>(n, 0));
        std::vector<double> b;
        for (size_t i = 0; i < n; ++i) {
            b.push_back(1 + part(random));
            NodeId sum = s.parameter(b[i]);
            for (size_t j = 0; j < n; ++j) {
                const double a = random() % 3 ? part(random) / static_cast<double>(n) : 0; // rows sum to less than 1
                matrix[i][j] = (i == j ? 1 : 0) - a;
                if (a > 0) sum = g.add(sum, g.multiply(s.parameter(a), x[j]));
            }
            s.say(x[i], sum);
        }
        for (const NodeId node : x) s.want(node);
        eliminate_linear(s.in);
        ASSERT_TRUE(s.in.unknowns.empty()) << "round " << round;
        const std::vector<double> want = solved(matrix, b);
        for (size_t i = 0; i < n; ++i) EXPECT_NEAR(s.value(i), want[i], 1e-12 * want[i]) << "round " << round;
    }
}

TEST(Linear, WhatIsNotLinearStaysAndKeepsItsSolution) {
    // y = p + y^2/8 (nonlinear) fed by x = y + x/2 (linear in x: x = 2 y).
    System s;
    Graph& g = s.in.graph;
    const NodeId x = s.tear(), y = s.tear(), p = s.parameter(1), eighth = s.parameter(0.125), half = s.parameter(0.5);
    s.say(x, g.add(y, g.multiply(half, x)));
    s.say(y, g.add(p, g.multiply(eighth, g.multiply(y, y))));
    s.want(x);
    eliminate_linear(s.in);
    ASSERT_EQ(s.in.unknowns.size(), 1u);
    EXPECT_EQ(s.in.unknowns[0].path, "tear 1");
    // Newton's own program finds y = 4 - sqrt(8), so x = 8 - 2 sqrt(8).
    Diagnostics d;
    const Program program = Program::build(std::move(s.in), d);
    ASSERT_FALSE(d.has_errors()) << d.text(Language::en);
    Evaluation e(program, 1);
    ASSERT_TRUE(e.solve_nominal(program.defaults()));
    EXPECT_NEAR(e.value(program.root_slots()[0]), 8 - 2 * std::sqrt(8.0), 1e-10);
}

// All that comes back is added to what is fed: no flow does that. It is not divided by zero but told at compile time.
TEST(Linear, ALoopWithoutAnOutletStaysAndIsRefused) {
    System s;
    Graph& g = s.in.graph;
    const NodeId back = s.tear(), feed = s.parameter(2);
    s.say(back, g.add(feed, back));
    DynamicProgram::Input in;
    in.states.resize(1);
    in.states[0].node = g.state(0);
    in.states[0].start = g.zero();
    in.states[0].rate = back;
    in.graph = std::move(s.in.graph);
    in.parameters = std::move(s.in.parameters);
    in.unknowns = std::move(s.in.unknowns);
    reduce(in);
    ASSERT_EQ(in.unknowns.size(), 1u);
    Diagnostics d;
    DynamicProgram::build(std::move(in), d);
    ASSERT_EQ(d.n_errors(), 1);
    EXPECT_EQ(d.all().front().message.id, message::equation_without_its_unknown);
}

TEST(Linear, AnEquationIsNotATear) {
    // 2 x == 6 is linear, but belongs to who wrote it (its limits, its place in messages).
    System s;
    Graph& g = s.in.graph;
    const NodeId x = s.unknown();
    s.say(x, g.multiply(s.parameter(2), x), s.parameter(6));
    s.want(x);
    eliminate_linear(s.in);
    EXPECT_EQ(s.in.unknowns.size(), 1u);
}

TEST(Linear, SlopesThatDependOnStatesAreSolvedForAtEveryMoment) {
    // back = share(t) (feed + back) with the share a state: no unknown is left, and the output is the closed form.
    DynamicProgram::Input in;
    Graph& g = in.graph;
    Parameter feed;
    feed.datum.si = 2;
    in.parameters.push_back(feed);
    State share;
    share.path = "share";
    share.node = g.state(0);
    share.start = g.constant(0.5);
    share.rate = g.negate(share.node);
    Unknown back;
    back.kind = Unknown::Kind::tear;
    back.path = "back";
    back.node = back.right = g.unknown(0);
    back.start = g.zero();
    back.left = g.multiply(share.node, g.add(g.parameter(0), back.node));
    in.outputs = {back.node};
    in.states.push_back(share);
    in.unknowns.push_back(back);
    reduce(in);
    EXPECT_TRUE(in.unknowns.empty());
    Diagnostics d;
    const DynamicProgram program = DynamicProgram::build(std::move(in), d);
    ASSERT_FALSE(d.has_errors()) << d.text(Language::en);
    DynamicEvaluation e(program);
    e.set_parameters(program.defaults());
    for (const double x : {0.0, 0.5, 0.9}) {
        const double time = 0;
        double out = 0;
        e.outputs({&time, 1}, {&x, 1}, {&out, 1});
        EXPECT_NEAR(out, 2 * x / (1 - x), 1e-13 * (1 + out));
    }
}

TEST(StrongComponents, ComeInDependencyOrder) {
    // 0 <-> 1, 2 uses 0, 3 alone, 4 uses 2 and itself.
    const auto found = strong_components({{1}, {0}, {0}, {}, {2, 4}});
    const std::vector<std::vector<int>> want{{0, 1}, {2}, {3}, {4}};
    EXPECT_EQ(found, want);
}

} // namespace
} // namespace viresco::lang
