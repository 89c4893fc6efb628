#include "model_files.h"
#include "text/node.h"
#include <filesystem>
#include <fstream>
#include <sstream>

namespace viresco::cases {
namespace {

/// d(final states)/d(all parameters) against central differences of tight runs.
void expect_sensitivities_of_differences(const Simulation& s, double until, double rtol, size_t at_least,
                                         size_t events = 0) {
    integrate::Options o;
    o.rtol = rtol;
    lang::DynamicEvaluation e(s.program);
    for (int p = 0; p < s.program.n_parameters(); ++p) o.sensitivities.push_back(p);
    e.set_parameters(s.parameters);
    const auto start = integrate::start(e, o);
    const auto run = integrate::run(e, start, until, {}, o);
    EXPECT_EQ(run.events.size(), events);
    const size_t m = o.sensitivities.size(), n = run.end.x.size();
    integrate::Options tight;
    tight.rtol = 1e-12;
    tight.method = integrate::Method::rosenbrock;
    const auto end = [&](size_t p, double value) {
        auto parameters = s.parameters;
        parameters[p] = value;
        e.set_parameters(parameters);
        return integrate::run(e, integrate::start(e, tight), until, {}, tight).end.x;
    };
    size_t compared = 0;
    for (size_t p = 0; p < m; ++p) {
        const double value = s.parameters[p];
        const double usual = value != 0 ? std::abs(value) : s.program.parameters()[p].datum.unit.factor;
        const double h = 1e-4 * usual;
        // Richardson: (4 D(h/2) - D(h)) / 3.
        const auto a = end(p, value + h), b = end(p, value - h), c = end(p, value + h / 2), d = end(p, value - h / 2);
        for (size_t i = 0; i < n; ++i) {
            const double far = (a[i] - b[i]) / (2 * h), near = (c[i] - d[i]) / h, difference = (4 * near - far) / 3;
            const double exact = run.end.s[i * m + p];
            // What has been used up entirely (1e-40 of its start) is compared on the scale of a trace of its start.
            const double size = std::max(std::abs(run.end.x[i]), 1e-6 * std::abs(start.x[i])) / usual;
            EXPECT_NEAR(exact, difference, 1e-5 * std::max(std::abs(exact), 1e-2 * size))
                << s.program.parameters()[p].path << " -> " << s.program.variable_path(static_cast<int>(i));
            if (exact != 0) ++compared;
        }
    }
    EXPECT_GT(compared, at_least);
}

/// A model of examples/models with parts of its text replaced.
std::unique_ptr<Simulation> changed(SourceStore& sources, const std::string& model,
                                    const std::vector<std::pair<std::string, std::string>>& replacements) {
    std::ifstream in(VIRESCO_SOURCE_DIR "/examples/models/" + model);
    std::stringstream text;
    text << in.rdbuf();
    std::string t = text.str();
    for (const auto& [from, to] : replacements) {
        const size_t at = t.find(from);
        EXPECT_NE(at, std::string::npos) << from;
        if (at != std::string::npos) t.replace(at, from.size(), to);
    }
    const std::string path = testing::TempDir() + "/changed_" + model;
    text::write_file(path, t);
    Simulation::Request request;
    request.path = path;
    request.models_folder = VIRESCO_SOURCE_DIR "/models";
    request.audit = false;
    request.sources = &sources;
    Diagnostics warnings;
    return Simulation::compile(request, warnings);
}

TEST(Sensitivities, OfBirolAgreeWithDifferencesOfTightRuns) {
    SourceStore sources;
    const auto s = compile(sources, "birol.yaml");
    expect_sensitivities_of_differences(*s, s->duration.si, 1e-10, 150, 1);
}

// The time at which the feed begins moves with the parameters: the jump of the sensitivities there counts.
TEST(Sensitivities, OfBirolWithItsSwitchAtASubstrateLimit) {
    SourceStore sources;
    const auto s = changed(
        sources, "birol.yaml",
        {{"feed_start: {value: 45 h", "S_switch: {value: 0.3 g/L"}, {"time >= feed_start", "S <= S_switch"}});
    expect_sensitivities_of_differences(*s, 100 * 3600.0, 1e-10, 150, 1);
}

TEST(Sensitivities, OfCellsFedAtAGlucoseLimit) {
    SourceStore sources;
    const auto s = changed(sources, "cho.yaml",
                           {{"parameters:\n", "parameters:\n  glc_limit: 12 mmol/L\n  feed_rate: 0.2 mmol/L/h\n"},
                            {"states:\n", "states:\n  feed: {start: 0 mmol/L/h, nominal: 0.2 mmol/L/h, held: true}\n"},
                            {"der(glc) = ", "der(glc) = feed "},
                            {"outputs:", "events: {fed: {when: glc <= glc_limit, set: {feed: feed_rate}}}\noutputs:"}});
    expect_sensitivities_of_differences(*s, s->duration.si, 1e-10, 80, 1);
}

// With pH as an algebraic unknown (IDAS).
TEST(Sensitivities, OfAdm1AgreeWithDifferencesOfTightRuns) {
    SourceStore sources;
    Simulation::Request request;
    request.path = VIRESCO_SOURCE_DIR "/examples/adm1";
    request.models_folder = VIRESCO_SOURCE_DIR "/models";
    request.audit = false;
    request.sources = &sources;
    Diagnostics warnings;
    const auto s = Simulation::compile(request, warnings);
    expect_sensitivities_of_differences(*s, 2 * 86400.0, 1e-9, 1500);
}

} // namespace
} // namespace viresco::cases
