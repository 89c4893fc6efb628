// Random programs: every instruction set gives the same bits, and all ways to a derivative agree.
#include "lang/evaluation.h"
#include "matter/property_function.h"
#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <random>
#include <string>

namespace viresco::lang {
namespace {

constexpr int n_parameters = 5;

bool same(double a, double b) { return std::memcmp(&a, &b, sizeof a) == 0 || (std::isnan(a) && std::isnan(b)); }

class Random {
public:
    explicit Random(unsigned seed) : bits_(seed) {}
    int below(int n) { return static_cast<int>(bits_() % static_cast<unsigned>(n)); }
    /// -2..2
    double number() { return static_cast<double>(bits_()) / 1073741824.0 - 2; }

private:
    std::mt19937 bits_;
};

/// A graph grown at random. `smooth` keeps to functions that are analytic and tame everywhere.
class Growth {
public:
    Growth(unsigned seed, bool smooth, int unknowns) : random_(seed), smooth_(smooth) {
        for (int i = 0; i < n_parameters; ++i) pool_.push_back(g.parameter(i));
        for (int i = 0; i < unknowns; ++i) pool_.push_back(g.unknown(i));
        pool_.push_back(g.constant(0.7));
        pool_.push_back(g.constant(-1.3));
        const int n = 10 + random_.below(40);
        for (int i = 0; i < n; ++i) pool_.push_back(smooth ? tame() : wild());
    }
    NodeId last(int back = 0) const { return pool_[pool_.size() - 1 - static_cast<size_t>(back)]; }
    NodeId any() {
        // Young nodes more often: deep graphs.
        const int size = static_cast<int>(pool_.size());
        const int i = random_.below(3) ? size - 1 - random_.below(std::min(size, 8)) : random_.below(size);
        return pool_[static_cast<size_t>(i)];
    }
    NodeId bounded() { return g.unary(Op::tanh, any()); }

    Graph g;

private:
    NodeId one_plus_square(NodeId a) { return g.add(g.one(), g.multiply(a, a)); }
    NodeId tame() {
        const NodeId a = any(), b = any();
        switch (random_.below(20)) {
        case 0: return g.add(a, b);
        case 1: return g.subtract(a, b);
        case 2: return g.multiply(bounded(), b);
        case 3: return g.divide(a, one_plus_square(b));
        case 4: return g.negate(a);
        case 5: return g.unary(Op::exp, bounded());
        case 6: return g.unary(Op::log, one_plus_square(a));
        case 7: return g.unary(Op::sqrt, one_plus_square(a));
        case 8: return g.unary(Op::tanh, a);
        case 9: return g.unary(Op::expm1, bounded());
        case 10: return g.unary(Op::log1p, g.multiply(a, a));
        case 11: return g.power(g.add(g.constant(1.5), bounded()), bounded());
        case 12: return g.power(g.add(g.constant(1.5), bounded()), g.constant(2.7));
        case 13: return g.geometric(g.add(g.constant(1.2), bounded()), g.constant(random_.below(6)));
        case 14: return g.geometric(g.add(g.constant(1.2), bounded()), g.add(g.constant(2.5), bounded()));
        case 15: return water();
        case 16: return g.unary(Op::sin, a);
        case 17: return g.unary(Op::cos, a);
        case 18: return g.unary(Op::atan, a);
        default: return g.multiply(g.constant(random_.number()), a);
        }
    }
    /// A property of water within 1 % of a place where it is smooth, as a number of the order of one.
    NodeId water() {
        const auto functions = matter::property_functions();
        const int k = random_.below(static_cast<int>(functions.size()));
        const auto& f = functions[static_cast<size_t>(k)];
        const bool pressure = f.arguments[0] == std::string("Pa");
        const bool steam = std::string(f.name).rfind("steam", 0) == 0;
        const double middle[2] = {pressure ? 2e5 : steam ? 500.0 : 340.0, 1e5};
        const double size = std::fabs(f.value(middle[0], middle[1]));
        EXPECT_TRUE(std::isfinite(size) && size > 0) << f.name;
        const auto near = [&](int i) {
            return g.multiply(g.constant(middle[i]), g.add(g.one(), g.multiply(g.constant(0.01), bounded())));
        };
        const NodeId a = near(0), b = f.n_arguments > 1 ? near(1) : no_node;
        return g.divide(g.property(k, 0, a, b), g.constant(size));
    }
    NodeId wild() {
        const NodeId a = any(), b = any(), c = any();
        switch (random_.below(13)) {
        case 0: return g.min(a, b);
        case 1: return g.max(a, b);
        case 2: return g.select(g.less(a, b), b, c);
        case 3: return g.unary(Op::abs, a);
        case 4: return g.divide(a, b);
        case 5: return g.unary(Op::log, a);
        case 6: return g.unary(Op::sqrt, a);
        case 7: return g.power(a, b);
        case 8: return g.unary(Op::exp, a);
        case 9: return g.geometric(a, g.unary(Op::abs, b));
        case 10: return g.unary(Op::log1p, a);
        case 11: return g.unary(Op::floor, a);
        default: return tame();
        }
    }
    Random random_;
    bool smooth_;
    std::vector<NodeId> pool_;
};

Program build(Growth& growth, std::vector<NodeId> roots, std::vector<Unknown> unknowns = {}) {
    Program::Input in;
    in.graph = growth.g;
    in.roots = std::move(roots);
    in.unknowns = std::move(unknowns);
    for (int i = 0; i < n_parameters; ++i) {
        Parameter p;
        p.path = "p" + std::to_string(i);
        in.parameters.push_back(p);
    }
    Diagnostics none;
    Program program = Program::build(std::move(in), none);
    EXPECT_FALSE(none.has_errors()) << none.text(Language::en);
    return program;
}

std::vector<Unknown> equations(Growth& growth, int count, double coupling) {
    // u_k == coupling * tanh(anything): a contraction more often than not.
    std::vector<Unknown> out;
    for (int k = 0; k < count; ++k) {
        Unknown u;
        u.path = "u" + std::to_string(k);
        u.node = growth.g.unknown(k);
        u.left = growth.g.add(u.node, growth.g.multiply(growth.g.constant(coupling), growth.bounded()));
        u.right = growth.g.parameter(k);
        u.start = growth.g.constant(0.1);
        out.push_back(u);
    }
    return out;
}

/// Runs eight samples side by side in every wide instruction set, and one by one in the scalar one.
void compare_lanes(const Program& program, unsigned seed) {
    Random random(seed + 77777);
    std::vector<double> samples(n_parameters * 8);
    for (double& x : samples) x = random.number();
    if (seed % 5 == 0) samples[3] = 0, samples[12] = 1, samples[21] = -1e3; // edges too
    std::vector<double> direction(n_parameters);
    for (double& x : direction) x = random.number();
    std::vector<std::pair<int32_t, double>> seeds;
    for (const int32_t slot : program.root_slots()) seeds.emplace_back(slot, random.number());

    int count = 0;
    const Kernels* const* sets = all_kernels(count);
    ASSERT_GE(count, 2);
    std::vector<std::unique_ptr<Evaluation>> wide;
    std::vector<std::vector<double>> gradients, tangents;
    for (int k = 0; k < count; ++k) {
        if (sets[k]->width != 8) continue;
        wide.push_back(std::make_unique<Evaluation>(program, *sets[k]));
        wide.back()->run(samples);
        gradients.emplace_back();
        tangents.emplace_back();
        wide.back()->gradient(seeds, gradients.back());
        std::vector<double> directions(n_parameters * 8);
        for (size_t i = 0; i < directions.size(); ++i) directions[i] = direction[i / 8];
        wide.back()->tangent(directions, tangents.back());
    }
    Evaluation one(program, 1);
    for (int lane = 0; lane < 8; ++lane) {
        std::vector<double> sample(n_parameters), gradient, dots;
        for (int p = 0; p < n_parameters; ++p)
            sample[static_cast<size_t>(p)] = samples[static_cast<size_t>(8 * p + lane)];
        one.run(sample);
        one.gradient(seeds, gradient);
        one.tangent(direction, dots);
        for (size_t k = 0; k < wide.size(); ++k) {
            ASSERT_EQ(wide[k]->status(lane).converged, one.status().converged) << "seed " << seed << " lane " << lane;
            for (const int32_t slot : program.root_slots()) {
                ASSERT_TRUE(same(wide[k]->value(slot, lane), one.value(slot)))
                    << "seed " << seed << " set " << k << " lane " << lane << ": " << wide[k]->value(slot, lane) << ", "
                    << one.value(slot);
                ASSERT_TRUE(same(tangents[k][static_cast<size_t>(8 * slot + lane)], dots[static_cast<size_t>(slot)]))
                    << "tangent, seed " << seed << " set " << k << " lane " << lane;
            }
            for (int p = 0; p < n_parameters; ++p)
                ASSERT_TRUE(same(gradients[k][static_cast<size_t>(8 * p + lane)], gradient[static_cast<size_t>(p)]))
                    << "gradient, seed " << seed << " set " << k << " lane " << lane;
        }
    }
}

TEST(RandomPrograms, EveryInstructionSetGivesTheSameBits) {
    for (unsigned seed = 1; seed <= 3000; ++seed) {
        Growth growth(seed, false, 0);
        const Program program = build(growth, {growth.last(), growth.last(1), growth.last(2), growth.last(3)});
        compare_lanes(program, seed);
        if (HasFatalFailure()) return;
    }
}

TEST(RandomPrograms, WithEquationsEveryInstructionSetGivesTheSameBits) {
    int converged = 0;
    for (unsigned seed = 1; seed <= 300; ++seed) {
        Growth growth(seed, true, 3);
        auto unknowns = equations(growth, 3, 0.3);
        Program program = build(
            growth, {growth.last(), growth.last(1), unknowns[0].node, unknowns[1].node, unknowns[2].node}, unknowns);
        Evaluation start(program, 1);
        const std::vector<double> zero(n_parameters, 0.2);
        if (!start.solve_nominal(zero)) continue;
        program.set_nominal(start.solution());
        ++converged;
        compare_lanes(program, seed);
        if (HasFatalFailure()) return;
    }
    EXPECT_GT(converged, 250);
}

struct Derivatives {
    std::vector<double> symbolic, forward, reverse, differences;
};

TEST(RandomPrograms, FourWaysToADerivativeAgree) {
    int judged = 0;
    for (unsigned seed = 1; seed <= 2000; ++seed) {
        Growth growth(seed, true, 0);
        NodeId y = growth.g.zero();
        for (int k = 0; k < 6; ++k) y = growth.g.add(y, growth.g.unary(Op::tanh, growth.last(k)));
        std::vector<NodeId> x, roots{y};
        for (int i = 0; i < n_parameters; ++i) x.push_back(growth.g.parameter(i));
        std::vector<NodeId> symbolic(n_parameters, growth.g.zero());
        {
            Differentiator d(growth.g, x);
            for (const auto& [p, node] : d(y)) symbolic[static_cast<size_t>(p)] = node;
        }
        roots.insert(roots.end(), symbolic.begin(), symbolic.end());
        const Program program = build(growth, roots);
        Random random(seed + 4242);
        std::vector<double> at(n_parameters);
        for (double& v : at) v = random.number();
        Evaluation e(program, 1);
        e.run(at);
        const std::pair<int32_t, double> one{program.root_slots()[0], 1.0};
        std::vector<double> gradient, exact(n_parameters);
        e.gradient({&one, 1}, gradient);
        double size = 1 + std::fabs(e.value(program.root_slots()[0]));
        for (size_t p = 0; p < n_parameters; ++p) {
            exact[p] = e.value(program.root_slots()[1 + p]);
            size = std::max(size, std::fabs(exact[p]));
        }
        for (size_t p = 0; p < n_parameters; ++p) {
            std::vector<double> direction(n_parameters, 0.0), dots;
            direction[p] = 1;
            e.tangent(direction, dots);
            EXPECT_NEAR(gradient[p], exact[p], 1e-12 * size) << "seed " << seed << " parameter " << p;
            EXPECT_NEAR(dots[static_cast<size_t>(program.root_slots()[0])], exact[p], 1e-12 * size)
                << "seed " << seed << " parameter " << p;
        }
        // Central differences, extrapolated twice: error of the order h^6.
        for (size_t p = 0; p < n_parameters; ++p) {
            double d[3];
            for (int k = 0; k < 3; ++k) {
                const double h = 4e-3 / (1 << k);
                std::vector<double> moved = at;
                moved[p] = at[p] + h;
                Evaluation f(program, 1);
                f.run(moved);
                const double up = f.value(program.root_slots()[0]), x_up = moved[p];
                moved[p] = at[p] - h;
                f.run(moved);
                d[k] = (up - f.value(program.root_slots()[0])) / (x_up - moved[p]);
            }
            const double r0 = (4 * d[1] - d[0]) / 3, r1 = (4 * d[2] - d[1]) / 3, r = (16 * r1 - r0) / 15;
            // Where the two extrapolations do not agree the function is too curved for differences to judge.
            if (std::fabs(r1 - r0) > 1e-6 * size) continue;
            if (exact[p] != 0) ++judged;
            EXPECT_NEAR(r, exact[p], 3e-7 * size) << "seed " << seed << " parameter " << p;
        }
        if (HasFailure()) return;
    }
    EXPECT_GT(judged, 4000) << "derivatives that differences could judge";
}

TEST(RandomPrograms, GradientsThroughEquationsAgreeWithDifferences) {
    int judged = 0;
    for (unsigned seed = 1; seed <= 300; ++seed) {
        Growth growth(seed, true, 3);
        auto unknowns = equations(growth, 3, 0.2);
        const NodeId y = growth.g.add(growth.g.unary(Op::tanh, growth.last()),
                                      growth.g.add(unknowns[0].node, unknowns[2].node));
        Program program = build(growth, {y}, unknowns);
        std::vector<double> at(n_parameters);
        Random random(seed + 99);
        for (double& v : at) v = 0.5 * random.number();
        Evaluation e(program, 1);
        if (!e.solve_nominal(at)) continue;
        program.set_nominal(e.solution());
        Evaluation f(program, 1);
        ASSERT_TRUE(f.run(at)) << "the nominal solution solves itself, seed " << seed;
        const int32_t slot = program.root_slots()[0];
        const std::pair<int32_t, double> one{slot, 1.0};
        std::vector<double> gradient;
        f.gradient({&one, 1}, gradient);
        double size = 1;
        for (const double g : gradient) size = std::max(size, std::fabs(g));
        for (size_t p = 0; p < n_parameters; ++p) {
            std::vector<double> direction(n_parameters, 0.0), dots;
            direction[p] = 1;
            f.run(at);
            f.tangent(direction, dots);
            EXPECT_NEAR(dots[static_cast<size_t>(slot)], gradient[p], 1e-11 * size)
                << "seed " << seed << " parameter " << p;
            double d[2];
            bool good = true;
            for (int k = 0; k < 2; ++k) {
                const double h = 1e-3 / (1 << k);
                std::vector<double> moved = at;
                moved[p] = at[p] + h;
                good = f.run(moved) && good;
                const double up = f.value(slot);
                moved[p] = at[p] - h;
                good = f.run(moved) && good;
                d[k] = (up - f.value(slot)) / (2 * h);
            }
            if (!good || std::fabs(d[1] - d[0]) > 1e-4 * size) continue;
            ++judged;
            EXPECT_NEAR((4 * d[1] - d[0]) / 3, gradient[p], 1e-5 * size) << "seed " << seed << " parameter " << p;
        }
        if (HasFailure()) return;
    }
    EXPECT_GT(judged, 1000);
}

} // namespace
} // namespace viresco::lang
