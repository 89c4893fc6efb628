#include "system_builder.h"

namespace viresco::integrate {
namespace {

class Limits : public testing::TestWithParam<Method> {};
INSTANTIATE_TEST_SUITE_P(Methods, Limits, testing::Values(Method::bdf, Method::rosenbrock),
                         [](const auto& of) { return std::string(of.param == Method::bdf ? "Bdf" : "Rosenbrock"); });

TEST_P(Limits, AStepIsNeverLongerThanAllowed) {
    // Nothing moves: free steps leap over a pulse, limited ones meet it.
    const auto happened = [&](double begin, double max_step) {
        SystemBuilder b;
        b.state("x", 1);
        const auto after = b.g.less(b.constant(begin), b.g.time());
        const auto before = b.g.less(b.g.time(), b.constant(begin + 0.3));
        b.event("pulse", b.g.multiply(after, before), {{0, b.constant(2)}});
        System s(b.build());
        Options o = with(GetParam(), 1e-6);
        o.max_step = max_step;
        const Trajectory run = s.run(100, o);
        if (max_step > 0) {
            EXPECT_GE(static_cast<double>(run.statistics.steps), 100 / max_step - 1);
        }
        return run.events.size();
    };
    size_t free = 0, limited = 0;
    for (int k = 0; k < 20; ++k) {
        free += happened(50 + k, 0);
        limited += happened(50 + k, 1);
    }
    EXPECT_LT(free, 10u);
    EXPECT_EQ(limited, 20u);
}

TEST_P(Limits, SizesDecideTheAbsoluteTolerance) {
    // x' = 1e-9 cos t from 0, as a circle: against a size of 1 it is nothing, against its own it is followed.
    const auto error = [&](double size) {
        SystemBuilder b;
        const auto s = b.state("s", 0), c = b.state("c", 1e-9);
        b.rate(0, c);
        b.rate(1, b.g.negate(s));
        System system(b.build());
        Options o = with(GetParam(), 1e-6);
        o.sizes = {size, size};
        return std::abs(system.run(10, o).end.x[0] - 1e-9 * std::sin(10.0));
    };
    EXPECT_LT(error(1e-9), 1e-13);
    EXPECT_GT(error(1), 1e-11);
}

} // namespace
} // namespace viresco::integrate
