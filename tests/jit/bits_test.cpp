#include "jit/schedule.h"
#include "random_system.h"

namespace viresco::jit {
namespace {

TEST_F(MachineCode, RandomSystemsHaveTheBitsOfTheInterpreter) {
    int finite = 0; // a test of NaN against NaN would say little
    for (unsigned seed = 1; seed <= 250; ++seed) {
        compare_random_system(seed, finite);
        if (HasFatalFailure()) return;
    }
    EXPECT_GT(finite, 10000);
}

TEST_F(MachineCode, EveryOperationHasTheInterpretersBitsOnEveryEdge) {
    constexpr double edges[] = {0.0,  -0.0,  1,      -1,     0.5,     -3.7,     2,         700,
                                -800, 1e308, -1e308, 5e-324, -1e-310, INFINITY, -INFINITY, NAN};
    constexpr int n = 16;
    lang::DynamicProgram::Input in;
    lang::Graph& g = in.graph;
    for (int i = 0; i < 3; ++i) {
        lang::State s;
        s.path = "x" + std::to_string(i);
        s.node = g.state(i);
        s.start = s.rate = g.zero();
        in.states.push_back(s);
    }
    const lang::NodeId x[] = {in.states[0].node, in.states[1].node, in.states[2].node};
    for (int k = static_cast<int>(lang::Op::negate); k < static_cast<int>(lang::Op::property); ++k) {
        lang::Node node;
        node.op = static_cast<lang::Op>(k);
        in.outputs.push_back(g.make(node, x[0], x[1], x[2]));
    }
    in.outputs.push_back(g.select(g.less(x[0], x[1]), x[0], x[2])); // what a comparison may be fused with
    Diagnostics none;
    const auto p = lang::DynamicProgram::build(std::move(in), none);
    for (const int width : {1, 8})
        for (const int level : levels()) {
            Options o = at_once(width);
            o.level = level;
            lang::DynamicEvaluation a(p, width), b(p, width);
            b.use(compile(p, o));
            const auto w = static_cast<size_t>(width);
            std::vector<double> values(3 * w), t(w, 0.0), u(p.output_slots().size() * w), v(u);
            for (auto* e : {&a, &b}) e->set_parameters({});
            for (int i = 0; i < n * n * n; i += width) {
                for (int lane = 0; lane < width; ++lane) {
                    const auto at = static_cast<size_t>(lane);
                    values[at] = edges[(i + lane) % n];
                    values[w + at] = edges[(i + lane) / n % n];
                    values[2 * w + at] = edges[(i + lane) / n / n];
                }
                a.outputs(t, values, u);
                b.outputs(t, values, v);
                for (size_t k = 0; k < u.size(); ++k)
                    ASSERT_TRUE(same(u[k], v[k]))
                        << "operation " << k / w << " after negate, width " << width << " level " << level << " of "
                        << values[k % w] << ", " << values[w + k % w] << ": " << u[k] << ", " << v[k];
            }
        }
}

TEST_F(MachineCode, LargeSystemsInPiecesHaveTheBitsOfTheInterpreter) {
    int finite = 0;
    for (const int width : {1, 8})
        for (const size_t largest : {size_t{50}, size_t{300}, size_t{100000}}) {
            Options o = at_once(width);
            o.largest = largest;
            o.threads = 3;
            compare(random_system(4711, 1500), o, 4711, finite);
            if (HasFatalFailure()) return;
        }
}

TEST_F(MachineCode, JacobianAgreesWithDifferencesOfItsRates) {
    int judged = 0;
    for (unsigned seed = 1; seed <= 200; ++seed) {
        const auto p = random_system(seed, 30, true);
        lang::DynamicEvaluation e(p);
        e.use(compile(p, at_once(1)));
        e.set_parameters(p.defaults());
        std::vector<double> x{0.1, -0.4, 0.8, 0.3, -0.9}, up(5), down(5), values(p.jacobian().row.size());
        const double t = 0.4;
        e.jacobian({&t, 1}, x, values);
        for (size_t column = 0; column < 5; ++column) {
            const auto difference = [&](double h) {
                auto moved = x;
                moved[column] = x[column] + h;
                e.rates({&t, 1}, moved, up);
                moved[column] = x[column] - h;
                e.rates({&t, 1}, moved, down);
                std::vector<double> d(5);
                for (size_t k = 0; k < 5; ++k) d[k] = (up[k] - down[k]) / (2 * h);
                return d;
            };
            const auto coarse = difference(2e-4), fine = difference(1e-4);
            for (int k = p.jacobian().start[column]; k < p.jacobian().start[column + 1]; ++k) {
                const auto row = static_cast<size_t>(p.jacobian().row[static_cast<size_t>(k)]);
                const double exact = values[static_cast<size_t>(k)];
                if (std::fabs(coarse[row] - fine[row]) > 1e-5 * (1 + std::fabs(exact))) continue; // too curved to judge
                if (exact != 0) ++judged;
                ASSERT_NEAR((4 * fine[row] - coarse[row]) / 3, exact, 1e-6 * (1 + std::fabs(exact))) << "seed " << seed;
            }
        }
    }
    EXPECT_GT(judged, 1000);
}

/// u_k + 0.3 tanh(..) == p_k beside straight tapes: a program with an implicit block.
lang::Program random_program(unsigned seed) {
    Random random(seed);
    lang::Program::Input in;
    lang::Graph& g = in.graph;
    std::vector<lang::NodeId> pool;
    for (int i = 0; i < 4; ++i) {
        lang::Parameter p;
        p.path = "p" + std::to_string(i);
        p.datum.si = 0.2;
        in.parameters.push_back(p);
        pool.push_back(g.parameter(i));
    }
    for (int i = 0; i < 3; ++i) pool.push_back(g.unknown(i));
    const auto any = [&] { return pool[static_cast<size_t>(random.below(static_cast<int>(pool.size())))]; };
    for (int k = 0; k < 40; ++k) {
        const lang::NodeId a = any(), b = any();
        switch (random.below(6)) {
        case 0: pool.push_back(g.add(a, b)); break;
        case 1: pool.push_back(g.multiply(g.unary(lang::Op::tanh, a), b)); break;
        case 2: pool.push_back(g.divide(a, g.add(g.one(), g.multiply(b, b)))); break;
        case 3: pool.push_back(g.unary(lang::Op::exp, g.unary(lang::Op::tanh, a))); break;
        case 4: pool.push_back(g.min(a, b)); break;
        default: pool.push_back(g.subtract(a, b)); break;
        }
    }
    for (int k = 0; k < 3; ++k) {
        lang::Unknown u;
        u.path = "u" + std::to_string(k);
        u.node = g.unknown(k);
        u.left = g.add(u.node, g.multiply(g.constant(0.3), g.unary(lang::Op::tanh, any())));
        u.right = g.parameter(k);
        u.start = g.constant(0.1);
        in.unknowns.push_back(u);
        in.roots.push_back(u.node);
    }
    for (int k = 0; k < 5; ++k) in.roots.push_back(any());
    in.audit.push_back(g.add(any(), any()));
    Diagnostics none;
    return lang::Program::build(std::move(in), none);
}

TEST_F(MachineCode, ProgramsWithEquationsHaveTheBitsOfTheInterpreter) {
    int solved = 0;
    for (unsigned seed = 1; seed <= 150; ++seed) {
        lang::Program p = random_program(seed);
        lang::Evaluation nominal(p, 1);
        if (!nominal.solve_nominal(p.defaults())) continue;
        p.set_nominal(nominal.solution());
        ++solved;
        for (const int width : {1, 8}) {
            const auto w = static_cast<size_t>(width);
            Random random(seed);
            std::vector<double> parameters(4 * w), directions(4 * w, 0.7), g1, g2, d1, d2;
            for (double& v : parameters) v = 0.2 + 0.1 * std::tanh(random.number());
            lang::Evaluation a(p, width), b(p, width);
            const auto code = compile(p, at_once(width));
            ASSERT_TRUE(code->ready());
            b.use(code);
            ASSERT_EQ(a.run(parameters), b.run(parameters)) << seed;
            a.run_audit();
            b.run_audit();
            std::vector<std::pair<int32_t, double>> seeds;
            for (const int32_t slot : p.root_slots()) seeds.emplace_back(slot, 1.5);
            a.gradient(seeds, g1);
            b.gradient(seeds, g2);
            a.tangent(directions, d1);
            b.tangent(directions, d2);
            for (int lane = 0; lane < width; ++lane) {
                ASSERT_EQ(a.status(lane).newton_iterations, b.status(lane).newton_iterations);
                for (const auto* slots : {&p.root_slots(), &p.audit_slots()})
                    for (const int32_t slot : *slots)
                        ASSERT_TRUE(same(a.value(slot, lane), b.value(slot, lane))) << seed << " slot " << slot;
                for (const int32_t slot : p.root_slots()) {
                    const size_t at = static_cast<size_t>(slot) * w + static_cast<size_t>(lane);
                    ASSERT_TRUE(same(d1[at], d2[at])) << seed << " tangent";
                }
            }
            for (size_t k = 0; k < g1.size(); ++k) ASSERT_TRUE(same(g1[k], g2[k])) << seed << " gradient " << k;
        }
    }
    EXPECT_GT(solved, 100);
}

TEST(Schedule, KeepsTheBoundAndMakesEveryValueBeforeItIsUsed) {
    for (unsigned seed = 1; seed <= 100; ++seed) {
        const auto p = random_system(seed, 200);
        for (const lang::TapeUse& use : p.tapes()) {
            const size_t largest = 5 + seed % 40;
            std::vector<char> written(static_cast<size_t>(p.n_slots()), 0), there(written), made(written);
            for (const lang::Instruction& i : *use.tape) made[static_cast<size_t>(i.result)] = 1;
            std::vector<char> out(use.out.size(), 0);
            for (const Piece& piece : schedule(use, p.n_slots(), largest)) {
                ASSERT_LE(piece.steps.size(), largest);
                there = written;
                for (const lang::Instruction& i : piece.steps) {
                    for (const int32_t slot : {i.a, i.b, i.op == lang::Op::property ? -1 : i.c})
                        ASSERT_TRUE(slot < 0 || !made[static_cast<size_t>(slot)] || there[static_cast<size_t>(slot)])
                            << seed << " slot " << slot;
                    ASSERT_FALSE(there[static_cast<size_t>(i.result)]) << "made twice";
                    there[static_cast<size_t>(i.result)] = 1;
                }
                for (const int32_t slot : piece.keep) {
                    ASSERT_TRUE(there[static_cast<size_t>(slot)]);
                    written[static_cast<size_t>(slot)] = 1;
                }
                for (const auto* list : {&piece.out, &piece.passed})
                    for (const auto& [slot, place] : *list) {
                        ASSERT_EQ(slot, use.out[static_cast<size_t>(place)]);
                        ASSERT_TRUE(slot < 0 || !made[static_cast<size_t>(slot)] || there[static_cast<size_t>(slot)]);
                        ++out[static_cast<size_t>(place)];
                    }
            }
            EXPECT_EQ(std::count(out.begin(), out.end(), 1), static_cast<ptrdiff_t>(out.size()));
        }
    }
}

} // namespace
} // namespace viresco::jit
