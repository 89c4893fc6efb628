// Gradients of carbon footprint and unit cost of the integrated plants against Richardson-extrapolated
// central differences, for every continuous parameter.
#include "compiled.h"
#include <cmath>
#include <cstdio>

namespace viresco::cases {
namespace {

class Differences {
public:
    Differences(const Case& c, int32_t slot) : case_(c), evaluation_(c.program, 8), slot_(slot) {}

    /// At the end of its range (zero) a parameter has a slope on one side only: forward differences with
    /// steps h .. h/8 and three Richardson extrapolations.
    double one_sided(size_t parameter, double h, double& error) {
        const size_t n = case_.parameters.size();
        std::vector<double> p(n * 8);
        for (size_t i = 0; i < n; ++i)
            for (size_t l = 0; l < 8; ++l) p[i * 8 + l] = case_.parameters[i];
        for (size_t k = 0; k < 4; ++k) p[parameter * 8 + k] += h / static_cast<double>(1 << k);
        if (!evaluation_.run(p)) return std::nan("");
        double d[4];
        for (int k = 0; k < 4; ++k)
            d[k] = (evaluation_.value(slot_, k) - evaluation_.value(slot_, 7)) / (h / static_cast<double>(1 << k));
        const double a = 2 * d[1] - d[0], b = 2 * d[2] - d[1], c = 2 * d[3] - d[2];
        const double e = (4 * b - a) / 3, f = (4 * c - b) / 3;
        error = std::fabs(f - e);
        return (8 * f - e) / 7;
    }

    /// Central differences with steps h, h/2, h/4 and two Richardson extrapolations, in one run of 8 lanes.
    double operator()(size_t parameter, double h, double& error) {
        const size_t n = case_.parameters.size();
        std::vector<double> p(n * 8);
        for (size_t i = 0; i < n; ++i)
            for (size_t l = 0; l < 8; ++l) p[i * 8 + l] = case_.parameters[i];
        const double steps[4] = {h, h / 2, h / 4, h / 8};
        for (size_t k = 0; k < 4; ++k) {
            p[parameter * 8 + 2 * k] += steps[k];
            p[parameter * 8 + 2 * k + 1] -= steps[k];
        }
        if (!evaluation_.run(p)) return std::nan("");
        double d[4];
        for (int k = 0; k < 4; ++k) {
            // The step that was really taken, after rounding.
            const double taken = p[parameter * 8 + static_cast<size_t>(2 * k)] -
                                 p[parameter * 8 + static_cast<size_t>(2 * k + 1)];
            d[k] = (evaluation_.value(slot_, 2 * k) - evaluation_.value(slot_, 2 * k + 1)) / taken;
        }
        const double a = (4 * d[1] - d[0]) / 3, b = (4 * d[2] - d[1]) / 3, c = (4 * d[3] - d[2]) / 3;
        const double e = (16 * b - a) / 15, f = (16 * c - b) / 15;
        error = std::fabs(f - e);
        return f;
    }

private:
    const Case& case_;
    lang::Evaluation evaluation_;
    int32_t slot_;
};

class Gradient : public testing::TestWithParam<const char*> {};

TEST_P(Gradient, OfIntegratedPlantsAgreesWithDifferences) {
    const auto c = compile_example("6-apa/integrated");
    lang::Evaluation e(c->program, 1);
    ASSERT_TRUE(e.run(c->parameters));
    size_t tried = 0, kinks = 0;
    std::string kink_names;
    for (const char* route : {"chemical", "enzymatic"}) {
        const Output* o = c->find(std::string(route) + ".indicators." + GetParam());
        ASSERT_NE(o, nullptr);
        ASSERT_TRUE(e.run(c->parameters));
        const double y = e.value(o->slot);
        std::vector<double> gradient;
        const std::pair<int32_t, double> seed[1] = {{o->slot, 1.0}};
        e.gradient(seed, gradient);
        Differences difference(*c, o->slot);
        for (size_t i = 0; i < c->parameters.size(); ++i) {
            const lang::Parameter& parameter = c->program.parameters()[i];
            if (parameter.integer || c->program.parameter_slots()[i] < 0) continue;
            const double p = c->parameters[i];
            ++tried;
            // Step sizes from coarse to fine: a small range of validity (mole fractions near a limit) wants
            // a fine one, rounding a coarse one. The best extrapolation is the one that agrees with itself.
            double best = 0, best_error = INFINITY;
            const double allowed = 1e-6 * std::max(std::fabs(gradient[i]), 1e-3 * std::fabs(p != 0 ? y / p : y));
            // Zero gives no step size of its own: one that moves the result by a few per cent.
            const double scale = p != 0 ? std::fabs(p) : gradient[i] != 0 ? std::fabs(y / gradient[i]) : 1e-3;
            for (const double relative : {1e-2, 3e-2, 3e-3, 1e-3, 3e-4, 1e-4, 1e-5, 1e-6}) {
                if (p != 0 && relative < 2e-4) break;
                double error = 0;
                const double d = p != 0 ? difference(i, relative * scale, error)
                                        : difference.one_sided(i, relative * scale, error);
                if (!std::isfinite(d) || error >= best_error) continue;
                best_error = error;
                best = d;
                if (error < 0.05 * allowed) break;
            }
            if (std::fabs(gradient[i] - best) <= allowed) continue;
            if (p == 0) {
                ADD_FAILURE() << route << " d " << GetParam() << " / d " << parameter.path << " at 0: gradient "
                              << gradient[i] << ", one-sided differences " << best << " (self-agreement " << best_error
                              << "), allowed " << allowed;
                continue;
            }
            // At a kink one-sided slopes differ: then the gradient is one of them.
            std::vector<double> q = c->parameters;
            const double h = 1e-6 * scale;
            q[i] = p + h;
            lang::Evaluation side(c->program, 1);
            ASSERT_TRUE(side.run(q));
            const double up = (side.value(o->slot) - y) / h;
            q[i] = p - h;
            ASSERT_TRUE(side.run(q));
            const double down = (y - side.value(o->slot)) / h;
            if (std::fabs(up - down) > 1e-3 * std::max(std::fabs(up), std::fabs(down))) {
                ++kinks;
                kink_names += "\n  " + parameter.path;
                continue;
            }
            ADD_FAILURE() << route << " d " << GetParam() << " / d " << parameter.path << ": gradient " << gradient[i]
                          << ", differences " << best << " (self-agreement " << best_error << "), allowed " << allowed;
        }
    }
    std::printf("%zu gradients of %s checked, %zu at a kink%s\n", tried, GetParam(), kinks, kink_names.c_str());
    EXPECT_GT(tried, 500u);
    EXPECT_LE(static_cast<double>(kinks), 0.02 * static_cast<double>(tried));
}

INSTANTIATE_TEST_SUITE_P(Indicators, Gradient, testing::Values("carbon_footprint", "unit_cost"));

} // namespace
} // namespace viresco::cases
