#pragma once
#include "assess/barriers.h"
#include "assess/batch_records.h"
#include "assess/indicators.h"
#include "assess/limits.h"
#include "assess/maturity.h"
#include "assess/ranking_plan.h"
#include "economics/economics.h"
#include "integrate/run_solver.h"
#include "lang/evaluation.h"
#include "lca/background.h"
#include "plant/audit.h"
#include "plant/plant.h"
#include <deque>
#include <memory>
#include <unordered_map>

namespace viresco::cases {

/// What the user asks for beside the case file.
struct Request {
    std::string path;                                          // case file, or a folder that holds case.yaml
    std::string scenario;                                      // empty: the files as they are; "a+b": both
    std::vector<std::string> routes;                           // empty: all
    std::vector<std::pair<std::string, std::string>> settings; // --set path=value
    std::string models_folder;
    SourceStore* sources = nullptr;         // keeps the files' texts; outlives every message about them
    bool shares = false;                    // also the parts of single exchanges (explain)
    std::vector<const text::Node*> changes; // maps of overrides on top of all others (actions against barriers)
};

/// A named value to report: where its number is and how it is shown.
struct Output {
    int32_t slot = -1;
    int missing = -1; // index into Case::missing
    lang::DimId dim = 0;
    double value(const lang::Evaluation& e, int lane = 0) const { return e.value(slot, lane); }
};

/// A case, compiled: one program for all routes, with everything needed to read its results.
///
/// Compile is deterministic; the nominal solution is that of the files' defaults and of the structural
/// choices, and `settings` are parameter values on top of it.
class Case {
public:
    /// Throws ConfigError with every error found.
    static std::unique_ptr<Case> compile(const Request&, Diagnostics& warnings);

    Request request;
    const text::Node* file = nullptr;
    matter::Title title, scenario_title;
    std::string product;
    units::Quantity functional_unit;
    lca::Electricity electricity;
    std::vector<assess::Definition> definitions;
    std::vector<economics::Incentive> incentives;
    std::vector<assess::Limit> limits;
    std::vector<assess::Maturity> maturity; // as routes
    std::optional<assess::RankingPlan> ranking;
    int required_trl = 0; // of the case; 0: none
    std::optional<assess::BarrierPlan> barriers;
    std::vector<assess::BatchRecords> batch_records;
    lca::Background background;
    matter::ComponentTable components;
    std::vector<plant::Plant> routes;
    std::vector<plant::Setting> settings;
    std::vector<std::shared_ptr<integrate::BatchRun>> batches; // as in program.runs()
    lang::Program program;
    std::vector<double> parameters; // defaults with settings: what `evaluate` runs
    std::deque<text::Node> tables;  // values read from `data:`
    /// Where the number of a parameter comes from: the file, or what a scenario, a table or the command line put in its
    /// place.
    const matter::Datum& datum(size_t parameter) const;
    /// Of all that decides the results: texts of all files read, scenario, settings, version.
    uint64_t hash() const;
    std::vector<std::string> missing;
    std::vector<lang::Missing> missing_list; // the same with their places
    std::vector<lang::Named> named;
    std::vector<std::string> dimension_texts; // by DimId
    std::vector<plant::Overrides::Entry> overrides;

    /// Output of a full path, or nullptr.
    const Output* find(const std::string& path) const;
    /// All named values in order of expansion; output i belongs to named[i].
    const std::vector<Output>& outputs() const { return outputs_; }
    int find_named(const std::string& path) const;

    struct Audit {
        std::string route, unit, quantity;
        int32_t net = -1, gross = -1;
        int missing = -1;
    };
    const std::vector<Audit>& audit() const { return audit_; }
    const std::vector<std::string>& files() const { return files_; }
    plant::Library& library() { return *library_; }

private:
    Case() = default;
    friend class Compiler;
    std::vector<Output> outputs_;
    std::unordered_map<std::string, int> by_path_;
    std::vector<Audit> audit_;
    std::vector<std::string> files_;
    Diagnostics compile_diagnostics_;
    std::unique_ptr<plant::Library> library_;
};

/// Evaluates the case at `parameters`; throws SolveError (with the streams and equations that block), or
/// ConfigError where a requirement of a unit does not hold or a flow is negative.
void evaluate(const Case&, lang::Evaluation&, std::span<const double> parameters);

/// results.json (docs/results-schema.json) of an evaluation.
std::string results_json(Case&, lang::Evaluation&, const Diagnostics& warnings, const std::string& command);

} // namespace viresco::cases
