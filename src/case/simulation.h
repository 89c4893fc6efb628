#pragma once
#include "integrate/run.h"
#include "plant/plant.h"
#include <memory>

namespace viresco::cases {

/// A model in time (`kind: model`, docs/language.md section 8), compiled.
class Simulation {
public:
    struct Request {
        std::string path; ///< a model file, or a folder with model.yaml
        std::vector<std::pair<std::string, std::string>> settings;
        std::string models_folder;
        SourceStore* sources = nullptr;
    };
    /// Throws ConfigError with every error found.
    static std::unique_ptr<Simulation> compile(const Request&, Diagnostics& warnings);

    /// What is reported, in order.
    struct Output {
        std::string path;
        units::Unit unit;
        matter::Title title;
    };

    matter::Title title;
    std::string unvalidated; ///< why nobody should trust it yet; empty: it is checked against published figures
    lang::DynamicProgram program;
    std::vector<double> parameters; ///< defaults with settings
    std::vector<Output> outputs;
    units::Quantity duration, every; ///< 0: not given

private:
    Simulation() = default;
    friend class ModelCompiler;
    std::unique_ptr<plant::Library> library_;
};

/// Results of a run: the document of `viresco simulate --json` (docs/language.md section 8) and the table of --csv.
std::string simulation_json(const Simulation&, lang::DynamicEvaluation&, const integrate::Trajectory&);
std::string simulation_csv(const Simulation&, lang::DynamicEvaluation&, const integrate::Trajectory&);

} // namespace viresco::cases
