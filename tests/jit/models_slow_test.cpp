#include "case/case.h"
#include "case/simulation.h"
#include "random_system.h"
#include <fstream>
#include <sstream>

namespace viresco::jit {
namespace {

namespace fs = std::filesystem;

bool is_model(const fs::path& path) {
    if (path.extension() != ".yaml") return false;
    std::ifstream in(path);
    std::stringstream text;
    text << in.rdbuf();
    return text.str().find("\nkind: model\n") != std::string::npos;
}

std::string root(const char* folder) { return std::string(VIRESCO_SOURCE_DIR) + "/" + folder; }

using ShippedModels = MachineCode;

TEST_F(ShippedModels, HaveTheBitsOfTheInterpreterInEveryWidth) {
    int n = 0;
    for (const char* folder : {"examples", "models"})
        for (const auto& entry : fs::recursive_directory_iterator(root(folder))) {
            if (!entry.is_regular_file() || !is_model(entry.path())) continue;
            SCOPED_TRACE(entry.path().string());
            SourceStore sources;
            Diagnostics warnings;
            cases::Simulation::Request request;
            request.path = entry.path();
            request.models_folder = root("models");
            request.sources = &sources;
            const auto s = cases::Simulation::compile(request, warnings);
            ++n;
            for (const int width : {1, 8})
                for (const int level : levels()) {
                    Options o = at_once(width);
                    o.level = level;
                    const auto code = compile(s->program, o);
                    ASSERT_TRUE(code->ready());
                    const auto w = static_cast<size_t>(width);
                    lang::DynamicEvaluation a(s->program, width), b(s->program, width);
                    b.use(code);
                    std::vector<double> parameters;
                    for (const double v : s->parameters)
                        for (size_t lane = 0; lane < w; ++lane)
                            parameters.push_back(v * (1 + 0.01 * static_cast<double>(lane)));
                    a.set_parameters(parameters);
                    b.set_parameters(parameters);
                    std::vector<double> x(static_cast<size_t>(s->program.n_variables()) * w), time(w, 3600.0);
                    a.start(x);
                    Random random(7);
                    for (int k = 0; k < 20; ++k) {
                        const auto u = everything(a, time, x), v = everything(b, time, x);
                        for (size_t i = 0; i < u.size(); ++i)
                            ASSERT_TRUE(same(u[i], v[i])) << "width " << width << " level " << level << " value " << i
                                                          << ": " << u[i] << ", " << v[i];
                        for (double& value : x) value = value * (1 + 0.1 * std::tanh(random.number())) + 1e-6;
                    }
                }
        }
    EXPECT_GE(n, 4);
}

TEST_F(ShippedModels, RunsAreTheSame) {
    SourceStore sources;
    Diagnostics warnings;
    cases::Simulation::Request request;
    request.path = root("examples/models/birol.yaml");
    request.models_folder = root("models");
    request.sources = &sources;
    const auto s = cases::Simulation::compile(request, warnings);
    for (const auto method : {integrate::Method::bdf, integrate::Method::rosenbrock}) {
        integrate::Options o;
        o.method = method;
        std::vector<double> ends[2];
        for (const bool compiled : {false, true}) {
            lang::DynamicEvaluation e(s->program);
            if (compiled) e.use(compile(s->program, at_once(1)));
            e.set_parameters(s->parameters);
            ends[compiled] = integrate::run(e, integrate::start(e, o), s->duration.si, {}, o).end.x;
        }
        for (size_t k = 0; k < ends[0].size(); ++k) EXPECT_TRUE(same(ends[0][k], ends[1][k])) << k;
    }
}

using ShippedCases = MachineCode;

TEST_F(ShippedCases, HaveTheBitsOfTheInterpreter) {
    SourceStore sources;
    Diagnostics warnings;
    cases::Request request;
    request.path = root("examples/6-apa/integrated");
    request.models_folder = root("models");
    request.sources = &sources;
    const auto c = cases::Case::compile(request, warnings);
    for (const int width : {1, 8}) {
        const auto w = static_cast<size_t>(width);
        Options o = at_once(width);
        o.effort = 0;
        o.threads = 2;
        const auto code = compile(c->program, o);
        ASSERT_TRUE(code->ready());
        lang::Evaluation a(c->program, width), b(c->program, width);
        b.use(code);
        std::vector<double> parameters;
        for (size_t k = 0; k < c->parameters.size(); ++k)
            for (size_t lane = 0; lane < w; ++lane)
                parameters.push_back(c->parameters[k] *
                                     (c->program.parameters()[k].integer ? 1 : 1 + 1e-4 * static_cast<double>(lane)));
        EXPECT_EQ(a.run(parameters), b.run(parameters));
        a.run_audit();
        b.run_audit();
        for (int32_t slot = 0; slot < c->program.n_slots(); ++slot) {
            // What only a Jacobian's tape itself uses stays in registers.
            bool kept = true;
            for (const lang::ImplicitBlock& block : c->program.implicit())
                for (const lang::Instruction& i : block.jacobian) kept = kept && i.result != slot;
            for (int lane = 0; kept && lane < width; ++lane)
                ASSERT_TRUE(same(a.value(slot, lane), b.value(slot, lane))) << "slot " << slot << " lane " << lane;
        }
        std::vector<double> g1, g2;
        const std::pair<int32_t, double> seed{c->program.root_slots()[0], 1.0};
        a.gradient({&seed, 1}, g1);
        b.gradient({&seed, 1}, g2);
        for (size_t k = 0; k < g1.size(); ++k) ASSERT_TRUE(same(g1[k], g2[k]));
    }
}

} // namespace
} // namespace viresco::jit
