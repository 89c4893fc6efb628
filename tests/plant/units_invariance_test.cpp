// What no unit operation may depend on: the order of the components, the units that numbers are written in, and the
// history of the solver. And what its program must get right besides values: zero, and slopes.
#include "base/messages/case.h"
#include "unit_file.h"

namespace viresco::cases {
namespace {

class EveryUnitStill : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Library, EveryUnitStill, testing::ValuesIn(unit_names()),
                         [](const auto& unit) { return unit.param; });

void expect_same(const UnitFile::Results& one, const UnitFile::Results& other, double relative) {
    ASSERT_FALSE(one.extensive.empty());
    for (const auto part : {&UnitFile::Results::extensive, &UnitFile::Results::intensive}) {
        EXPECT_EQ((one.*part).size(), (other.*part).size());
        for (const auto& [path, value] : one.*part) {
            const auto it = (other.*part).find(path);
            ASSERT_NE(it, (other.*part).end()) << path;
            EXPECT_NEAR(it->second, value, relative * std::fabs(value) + one.floor(path, relative)) << path;
        }
    }
}

TEST_P(EveryUnitStill, DoesNotCareForTheOrderOfComponents) {
    UnitFile unit(GetParam());
    Workspace& w = unit.workspace;
    unit.write();
    ASSERT_TRUE(w.run()) << w.messages;
    const UnitFile::Results results = unit.results();
    const std::string first = w.compiled->components[0].name;
    unit.write({.reversed = true});
    ASSERT_TRUE(w.run()) << w.messages;
    ASSERT_NE(w.compiled->components[0].name, first);
    expect_same(results, unit.results(), 1e-12);
}

TEST_P(EveryUnitStill, SaysTheSameInOtherUnitsOfMeasure) {
    UnitFile unit(GetParam());
    Workspace& w = unit.workspace;
    unit.write();
    ASSERT_TRUE(w.run()) << w.messages;
    const UnitFile::Results results = unit.results();
    unit.write({.as = w.compiled.get()});
    ASSERT_TRUE(w.run()) << w.messages;
    expect_same(results, unit.results(), 1e-12);
}

TEST_P(EveryUnitStill, GivesNothingForNothing) {
    UnitFile unit(GetParam());
    unit.write(0);
    Workspace& w = unit.workspace;
    if (unit.exception("empty")) {
        double largest = 0;
        if (w.run())
            for (const auto& [path, value] : unit.results().extensive) largest = std::max(largest, std::fabs(value));
        else
            largest = INFINITY; // a feed it asks for is missing
        EXPECT_GT(largest, 1e-6) << "the exception is none: the unit gives nothing for nothing";
        return;
    }
    if (w.run()) {
        for (const auto& [path, value] : unit.results().extensive) EXPECT_NEAR(value, 0, 1e-12) << path;
        return;
    }
    // It may as well say why it needs one.
    for (const Diagnostic& d : w.failure.all())
        EXPECT_TRUE(d.severity != Severity::error || d.message.id == message::requirement_failed) << w.messages;
    EXPECT_EQ(w.messages.find("nan"), std::string::npos) << w.messages;
}

/// The slope of `slot` along one parameter: central differences with steps h .. h/8 and Richardson's extrapolation, in
/// one run of eight lanes; `error` says how well the two best agree. From one side where `side` is +1 or -1.
double slope(const Case& c, lang::Evaluation& lanes, const std::vector<std::pair<int32_t, double>>& seeds, size_t k,
             double h, int side, double& error) {
    const size_t n = c.parameters.size();
    std::vector<double> p(n * 8);
    for (size_t i = 0; i < n; ++i) std::fill_n(p.begin() + static_cast<std::ptrdiff_t>(i * 8), 8, c.parameters[i]);
    for (size_t s = 0; s < 4; ++s) {
        const double step = h / static_cast<double>(1 << s);
        p[k * 8 + 2 * s] += side == 0 ? step : side * step;
        p[k * 8 + 2 * s + 1] -= side == 0 ? step : 0;
    }
    error = INFINITY;
    if (!lanes.run(p)) return std::nan("");
    const auto sum = [&](int lane) {
        double out = 0;
        for (const auto& [slot, weight] : seeds) out += weight * lanes.value(slot, lane);
        return out;
    };
    double d[4];
    for (size_t s = 0; s < 4; ++s) {
        const int lane = static_cast<int>(2 * s);
        d[s] = (sum(lane) - sum(lane + 1)) / (p[k * 8 + 2 * s] - p[k * 8 + 2 * s + 1]);
    }
    // Errors go with h^2, h^4 in the middle, with h, h^2 at a side.
    const double q1 = side == 0 ? 4 : 2, q2 = side == 0 ? 16 : 4;
    const double a = (q1 * d[1] - d[0]) / (q1 - 1), b = (q1 * d[2] - d[1]) / (q1 - 1),
                 e = (q1 * d[3] - d[2]) / (q1 - 1);
    const double f = (q2 * b - a) / (q2 - 1), g = (q2 * e - b) / (q2 - 1);
    error = std::fabs(f - g);
    return g;
}

TEST_P(EveryUnitStill, HasTheSlopesOfItsDifferences) {
    UnitFile unit(GetParam());
    unit.write();
    Workspace& w = unit.workspace;
    ASSERT_TRUE(w.run()) << w.messages;
    const Case& c = *w.compiled;
    // One number that every result of the unit takes part in, each with a weight of its own.
    std::vector<std::pair<int32_t, double>> seeds;
    double size = 0;
    const UnitFile::Results results = unit.results();
    for (const auto* part : {&results.extensive, &results.intensive})
        for (const auto& [path, value] : *part) {
            const Output* o = c.find(path);
            if (!o || o->slot < 0 || std::fabs(value) <= results.floor(path, 1e-9)) continue;
            seeds.emplace_back(o->slot, (1 + 0.37 * static_cast<double>(seeds.size() % 7)) / value);
            size += seeds.back().second * value;
        }
    ASSERT_FALSE(seeds.empty());
    std::vector<double> gradient, direction(c.parameters.size()), dots;
    w.evaluation->gradient(seeds, gradient);
    lang::Evaluation lanes(c.program, 8);
    const double within = unit.find("run") ? 1e-5 : 1e-6; // a run in time is solved to 1e-8, its differences to less
    int tried = 0;
    double along = 0;
    for (size_t k = 0; k < c.parameters.size(); ++k) {
        const lang::Parameter& parameter = c.program.parameters()[k];
        if (parameter.integer || c.program.parameter_slots()[k] < 0) continue;
        direction[k] = std::max(1e-3, std::fabs(c.parameters[k])) * (k % 2 ? 1 : -0.5);
        along += gradient[k] * direction[k];
        if (parameter.path.rfind("r.", 0) != 0) continue;
        const double p = c.parameters[k], scale = p != 0 ? std::fabs(p) : 1e-3;
        const double allowed = within * std::max(std::fabs(gradient[k]), 1e-2 * size / scale);
        double best = std::nan(""), best_error = INFINITY, error = 0;
        for (const int side : {0, 1, -1}) {
            if (best_error < allowed && std::fabs(gradient[k] - best) <= allowed) break;
            best_error = INFINITY; // at a kink the gradient is the slope on one of its sides
            for (const double relative : {1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 1e-5}) {
                const double d = slope(c, lanes, seeds, k, relative * scale, side, error);
                if (!std::isfinite(d) || error >= best_error) continue;
                best = d;
                best_error = error;
                if (error < 0.05 * allowed) break;
            }
        }
        EXPECT_NEAR(gradient[k], best, allowed) << parameter.path << " = " << p << ", agrees to " << best_error;
        ++tried;
    }
    EXPECT_GT(tried, 0);
    // Forward and reverse mode are two ways to the same number.
    w.evaluation->tangent(direction, dots);
    double forward = 0;
    for (const auto& [slot, weight] : seeds) forward += weight * dots[static_cast<size_t>(slot)];
    EXPECT_NEAR(forward, along, 1e-9 * (size + std::fabs(along)));
}

} // namespace
} // namespace viresco::cases
