#pragma once
#include "case/simulation.h"
#include <filesystem>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace viresco::cases {

/// A small plant in time in a folder of its own: a tank with one process of growth, two levels that fall and a valve that
/// an event shuts. Its texts may be changed before it is compiled.
class Timed {
public:
    Timed() {
        const testing::TestInfo* test = testing::UnitTest::GetInstance()->current_test_info();
        std::string name = std::string(test->test_suite_name()) + "_" + test->name();
        for (char& c : name)
            if (c == '/') c = '_';
        folder_ = testing::TempDir() + "viresco_timed_" + name;
        std::filesystem::remove_all(folder_);
        std::filesystem::create_directories(folder_);
    }
    ~Timed() {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    Timed(const Timed&) = delete;
    Timed& operator=(const Timed&) = delete;

    /// Replaces the only occurrence of a text in a file.
    void change(const std::string& file, const std::string& from, const std::string& to) {
        std::string& text = files[file];
        const size_t at = text.find(from);
        ASSERT_NE(at, std::string::npos) << file << ": " << from;
        ASSERT_EQ(text.find(from, at + 1), std::string::npos) << file << ": " << from;
        text.replace(at, from.size(), to);
    }

    bool compile(const std::string& file = "plant.yaml",
                 std::vector<std::pair<std::string, std::string>> settings = {}) {
        for (const auto& [name, text] : files) text::write_file(folder_ + "/" + name, text);
        Simulation::Request request;
        request.path = folder_ + "/" + file;
        request.settings = std::move(settings);
        request.models_folder = std::string(VIRESCO_SOURCE_DIR) + "/models";
        request.sources = &sources_;
        findings = Diagnostics();
        try {
            system = Simulation::compile(request, findings);
        } catch (const ConfigError& e) {
            findings = e.diagnostics();
            return false;
        }
        return true;
    }

    /// Outputs [SI] at a time, from the start values (or the steady state where the model begins there).
    std::map<std::string, double> at(double seconds, double rtol = 1e-10) {
        integrate::Options o;
        o.rtol = rtol;
        o.schedule = &system->schedule;
        lang::DynamicEvaluation e(system->program);
        e.set_parameters(system->parameters);
        integrate::Point point = integrate::start(e, o);
        integrate::Trajectory run;
        if (system->from_steady) point = integrate::steady(e, point, o, run.statistics);
        run = integrate::run(e, point, seconds, {}, o);
        std::vector<double> values(system->program.output_slots().size());
        e.outputs({&run.end.time, 1}, run.end.x, values);
        std::map<std::string, double> out;
        for (size_t k = 0; k < system->outputs.size(); ++k) out[system->outputs[k].path] = values[k];
        events = run.events;
        return out;
    }

    /// "file:line:column id" of every finding, warnings with "w " before.
    std::vector<std::string> found() const {
        std::vector<std::string> out;
        for (const Diagnostic& d : findings.all())
            out.push_back((d.severity == Severity::warning ? "w " : "") +
                          (d.pos.file ? std::filesystem::path(d.pos.file->path).filename().string() : "") + ":" +
                          std::to_string(d.pos.line) + ":" + std::to_string(d.pos.column) + " " + d.message.name());
        return out;
    }
    /// One error, at this place, that names these words in both languages.
    void expect_only(const std::string& finding, const std::vector<std::string>& words) const {
        ASSERT_EQ(found(), std::vector<std::string>{finding}) << findings.text(Language::en);
        const Message& m = findings.all().front().message;
        EXPECT_NE(m.text(Language::en), m.text(Language::zh));
        for (const Language l : {Language::en, Language::zh})
            for (const std::string& word : words) EXPECT_NE(m.text(l).find(word), std::string::npos) << m.text(l);
    }

    std::map<std::string, std::string> files{{"own.yaml", R"(viresco: 1
kind: components
components:
  food: {title: food, symbol: S_S, basis: gCOD, concentration: g/m3, contents: {N: 0, charge: 0}}
  bugs: {title: bugs, symbol: X_B, basis: gCOD, concentration: g/m3, contents: {N: 0.08 gN/gCOD, charge: 0}}
  dissolved_oxygen: {title: oxygen, symbol: S_O, basis: gCOD, concentration: g/m3, contents: {COD: -1, N: 0, charge: 0}}
  ammonium: {title: ammonia, symbol: S_NH, basis: gN, concentration: g/m3, contents: {N: 1, COD: 0, charge: 0}}
)"},
                                             {"growth.yaml", R"(viresco: 1
kind: reactions
parameters:
  Y: 0.6
  mu: 4 1/d
  K: 10 gCOD/m3
equations: |
  monod = S_S / (K + S_S)
processes:
  growth:
    rate: mu * monod * X_B
    coefficients: {S_S: -1/Y, X_B: 1, S_O: "?", S_NH: "?"}
)"},
                                             {"tank.yaml", R"(viresco: 1
kind: unit
unit: tank
ports: {feed: in, out: out}
kinetics: C
parameters:
  volume: {unit: m3}
  speed: 1 1/d
sets: {layers: 1..2}
states:
  C: {per: reacting, unit: concentration, start: 0}
  level: {per: layers, unit: m, start: [1, 2]}
  valve: {start: 1, held: true}
equations: |
  der(C[i]) = feed.volume / volume * (feed.c[i] - C[i]) + production[i] for i in reacting
  der(level[k]) = -speed * level[k] for k in layers
  out.m[i] = feed.volume * C[i] for i in reacting
  out.m[water] = feed.m[water]
  out.T = feed.T
events:
  shut: {when: "level[1] < 0.5 [m]", set: {valve: 0}}
energy: {out: {loss: closing}}
)"},
                                             {"plant.yaml", R"(viresco: 1
kind: plant
components: [common, ./own.yaml]
feeds:
  inflow: {volume: 10 m3/d, concentration: {S_S: 100 gCOD/m3, S_O: 200 gCOD/m3, S_NH: 20 gN/m3}, supply: none}
units:
  tank: {is: ./tank.yaml, volume: 5 m3, kinetics: ./growth.yaml, start: {C: {X_B: 50}}}
connections: inflow -> tank.feed; tank.out -> outflow
products: {outflow: {as: product}}
)"}};

    std::unique_ptr<Simulation> system;
    Diagnostics findings;
    std::vector<integrate::Occurrence> events;

private:
    std::string folder_;
    SourceStore sources_;
};

} // namespace viresco::cases
