#include "model_files.h"

namespace viresco::cases {
namespace {

/// d(final states)/d(all parameters) against central differences of tight runs.
TEST(Sensitivities, OfBirolAgreeWithDifferencesOfTightRuns) {
    SourceStore sources;
    const auto s = compile(sources, "birol.yaml");
    integrate::Options o;
    o.rtol = 1e-10;
    lang::DynamicEvaluation e(s->program);
    for (int p = 0; p < s->program.n_parameters(); ++p) o.sensitivities.push_back(p);
    e.set_parameters(s->parameters);
    const auto run = integrate::run(e, integrate::start(e, o), s->duration.si, {}, o);
    const size_t m = o.sensitivities.size(), n = run.end.x.size();
    integrate::Options tight;
    tight.rtol = 1e-12;
    tight.method = integrate::Method::rosenbrock;
    const auto end = [&](size_t p, double value) {
        auto parameters = s->parameters;
        parameters[p] = value;
        e.set_parameters(parameters);
        return integrate::run(e, integrate::start(e, tight), s->duration.si, {}, tight).end.x;
    };
    int compared = 0;
    for (size_t p = 0; p < m; ++p) {
        const double value = s->parameters[p];
        const double usual = value != 0 ? std::abs(value) : s->program.parameters()[p].datum.unit.factor;
        const double h = 1e-4 * usual;
        // Richardson: (4 D(h/2) - D(h)) / 3.
        const auto a = end(p, value + h), b = end(p, value - h), c = end(p, value + h / 2), d = end(p, value - h / 2);
        for (size_t i = 0; i < n; ++i) {
            const double far = (a[i] - b[i]) / (2 * h), near = (c[i] - d[i]) / h, difference = (4 * near - far) / 3;
            const double exact = run.end.s[i * m + p];
            const double size = std::abs(run.end.x[i]) / usual;
            EXPECT_NEAR(exact, difference, 1e-5 * std::max(std::abs(exact), 1e-2 * size))
                << s->program.parameters()[p].path << " -> " << s->program.variable_path(static_cast<int>(i));
            ++compared;
        }
    }
    EXPECT_GT(compared, 200);
}

} // namespace
} // namespace viresco::cases
