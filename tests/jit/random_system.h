#pragma once
#include "jit/jit.h"
#include "matter/property_function.h"
#include <cmath>
#include <cstring>
#include <filesystem>
#include <gtest/gtest.h>
#include <random>
#include <string>
#include <unistd.h>
#include <vector>

namespace viresco::jit {

/// Equal bits; one NaN is like another.
inline bool same(double a, double b) { return std::memcmp(&a, &b, sizeof a) == 0 || (std::isnan(a) && std::isnan(b)); }

/// Tests that need the code generator.
class MachineCode : public testing::Test {
    void SetUp() override {
#ifndef VIRESCO_HAVE_JIT
        GTEST_SKIP() << "built without LLVM 14";
#endif
    }
};

class Random {
public:
    explicit Random(unsigned seed) : bits_(seed) {}
    int below(int n) { return static_cast<int>(bits_() % static_cast<unsigned>(n)); }
    /// -2..2, now and then an edge.
    double number() {
        constexpr double edges[] = {0, -0.0, 1, -1, 1e308, -1e-310, INFINITY, NAN};
        if (below(40) == 0) return edges[below(8)];
        return static_cast<double>(bits_()) / 1073741824.0 - 2;
    }

private:
    std::mt19937 bits_;
};

constexpr int n_random_parameters = 4, n_random_states = 5;

/// A system in time grown at random from every operation there is. `smooth`: only from analytic and tame ones.
inline lang::DynamicProgram random_system(unsigned seed, int size, bool smooth = false) {
    using lang::Op;
    Random random(seed);
    lang::DynamicProgram::Input in;
    lang::Graph& g = in.graph;
    std::vector<lang::NodeId> pool{g.constant(0.7), g.constant(-1.3), g.time()};
    for (int i = 0; i < n_random_parameters; ++i) {
        lang::Parameter p;
        p.path = "p" + std::to_string(i);
        p.datum.si = 0.3 * (i + 1);
        in.parameters.push_back(p);
        pool.push_back(g.parameter(i));
    }
    for (int i = 0; i < n_random_states; ++i) {
        lang::State s;
        s.path = "x" + std::to_string(i);
        s.node = g.state(i);
        s.start = g.constant(0.2 * i);
        in.states.push_back(s);
        pool.push_back(s.node);
    }
    const auto any = [&] { // young ones more often: deep graphs
        const int n = static_cast<int>(pool.size());
        return pool[static_cast<size_t>(random.below(3) ? n - 1 - random.below(std::min(n, 12)) : random.below(n))];
    };
    const auto bounded = [&] { return g.unary(Op::tanh, any()); };
    const auto positive = [&] { return g.add(g.constant(1.5), bounded()); };
    for (int k = 0; k < size; ++k) {
        const lang::NodeId a = any(), b = any(), c = any();
        if (!smooth) {
            lang::Node n;
            n.op = static_cast<Op>(static_cast<int>(Op::negate) +
                                   random.below(static_cast<int>(Op::property) - static_cast<int>(Op::negate) + 1));
            if (n.op == Op::property) {
                const int f = random.below(static_cast<int>(matter::property_functions().size()));
                const bool two = matter::property_functions()[static_cast<size_t>(f)].n_arguments > 1;
                const auto near = [&](double middle) {
                    return g.multiply(g.constant(middle), g.add(g.one(), bounded()));
                };
                pool.push_back(g.property(f, 0, near(350), two ? near(1e5) : lang::no_node));
            } else {
                pool.push_back(g.make(n, a, b, c));
            }
            continue;
        }
        switch (random.below(10)) {
        case 0: pool.push_back(g.subtract(a, b)); break;
        case 1: pool.push_back(g.multiply(bounded(), b)); break;
        case 2: pool.push_back(g.divide(a, positive())); break;
        case 3: pool.push_back(g.unary(Op::exp, bounded())); break;
        case 4: pool.push_back(g.unary(Op::log, positive())); break;
        case 5: pool.push_back(g.unary(Op::sqrt, positive())); break;
        case 6: pool.push_back(g.power(positive(), bounded())); break;
        case 7: pool.push_back(g.unary(Op::log1p, g.multiply(a, a))); break;
        case 8: pool.push_back(g.unary(Op::expm1, bounded())); break;
        default: pool.push_back(g.add(a, b)); break;
        }
    }
    for (int i = 0; i < n_random_states; ++i)
        in.states[static_cast<size_t>(i)].rate = smooth ? bounded() : pool[pool.size() - 1 - static_cast<size_t>(i)];
    for (int i = 0; i < 4; ++i) in.outputs.push_back(any());
    in.outputs.push_back(g.constant(3));
    in.outputs.push_back(in.outputs[0]); // the same value twice
    in.events.push_back({"event", {}, g.less(any(), any()), {{0, any()}}, false});
    Diagnostics none;
    auto out = lang::DynamicProgram::build(std::move(in), none);
    EXPECT_FALSE(none.has_errors()) << none.text(Language::en);
    return out;
}

/// The module of this build tree, and no cache.
inline Options at_once(int width) {
    Options o;
    o.mode = Mode::on;
    o.width = width;
    o.threads = 1;
    return o;
}

/// Everything an evaluation gives, one after the other.
inline std::vector<double> everything(lang::DynamicEvaluation& e, std::span<const double> time,
                                      std::span<const double> x) {
    const lang::DynamicProgram& p = e.program();
    const auto w = static_cast<size_t>(e.width());
    const size_t n = static_cast<size_t>(p.n_variables()) * w;
    std::vector<double> all, part;
    const auto add = [&](size_t size, auto f) {
        part.assign(size, -7);
        f(std::span<double>(part));
        all.insert(all.end(), part.begin(), part.end());
    };
    const std::vector<int> parameter(w, 1);
    const std::vector<double> one(w, 1.0), direction(n, 0.5);
    const lang::DynamicEvaluation::Direction along{parameter, one, direction};
    add(n, [&](auto out) { e.rates(time, x, out); });
    add(p.jacobian().row.size() * w, [&](auto out) { e.jacobian(time, x, out); });
    add(p.output_slots().size() * w, [&](auto out) { e.outputs(time, x, out); });
    add(p.margin_slots().size() * w, [&](auto out) { e.margins(time, x, out); });
    add(n, [&](auto out) {
        std::copy(x.begin(), x.end(), out.begin());
        for (int k = 0; k < static_cast<int>(p.events().size()); ++k) e.jump(k, time, out);
    });
    e.rates(time, x, {part.data(), n});
    add(n, [&](auto out) { e.rates_along(along, out); });
    e.margins(time, x, {std::vector<double>(p.margin_slots().size() * w).data(), p.margin_slots().size() * w});
    add(p.margin_slots().size() * w, [&](auto out) { e.margins_along(along, out); });
    return all;
}

inline std::vector<int> levels() {
    std::vector<int> out;
    for (const int level : {2, 4, 8})
        if (level <= best_level()) out.push_back(level);
    return out;
}

/// Interpreter and machine code on one random point per lane.
inline void compare(const lang::DynamicProgram& p, const Options& o, unsigned seed, int& finite) {
    Random random(seed + 1000000);
    const auto w = static_cast<size_t>(o.width);
    std::vector<double> parameters(static_cast<size_t>(p.n_parameters()) * w), time(w),
        x(static_cast<size_t>(p.n_variables()) * w);
    for (auto* values : {&parameters, &time, &x})
        for (double& v : *values) v = random.number();
    const auto code = compile(p, o);
    ASSERT_TRUE(code->ready()) << code->report().problem.value_or(Message{}).text(Language::en);
    lang::DynamicEvaluation interpreted(p, o.width), compiled(p, o.width);
    compiled.use(code);
    interpreted.set_parameters(parameters);
    compiled.set_parameters(parameters);
    const auto a = everything(interpreted, time, x), b = everything(compiled, time, x);
    ASSERT_EQ(a.size(), b.size());
    for (size_t k = 0; k < a.size(); ++k) {
        finite += std::isfinite(a[k]) && a[k] != 0;
        ASSERT_TRUE(same(a[k], b[k])) << "seed " << seed << " width " << o.width << " level " << o.level << " effort "
                                      << o.effort << " largest " << o.largest << " value " << k << ": " << a[k] << ", "
                                      << b[k];
    }
}

/// Any size, instruction set, width, effort and size of the pieces.
inline void compare_random_system(unsigned seed, int& finite) {
    Random random(seed * 7919);
    const auto p = random_system(seed, 10 + random.below(60));
    Options o = at_once(seed % 2 ? 8 : 1);
    o.level = levels()[static_cast<size_t>(random.below(static_cast<int>(levels().size())))];
    o.effort = random.below(3);
    o.largest = random.below(3) ? 400 : 3 + static_cast<size_t>(random.below(30));
    compare(p, o, seed, finite);
}

/// A folder that is there as long as the test.
struct Folder {
    Folder() : path(testing::TempDir() + "viresco-jit-" + std::to_string(getpid()) + "-" + unique()) {
        std::filesystem::remove_all(path);
    }
    ~Folder() { std::filesystem::remove_all(path); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    static std::string unique() {
        static int n = 0;
        return std::to_string(n++);
    }
    std::string path;
};

} // namespace viresco::jit
