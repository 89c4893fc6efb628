#pragma once
#include "integrate/run.h"
#include "plant/plant.h"
#include <memory>

namespace viresco::cases {

/// A system in time, compiled: a model by itself (`kind: model`), a plant whose units have states (`kind: plant`), or a
/// model around a plant (docs/language.md section 8).
class Simulation {
public:
    struct Request {
        std::string path; ///< a model or plant file, or a folder with model.yaml or plant.yaml
        std::vector<std::pair<std::string, std::string>> settings;
        std::string models_folder;
        SourceStore* sources = nullptr;
        bool audit = true; ///< carry the balances along: two more states for each quantity
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
    /// Of `outputs`, in their units, at a point of a run. The program itself has more: those of the audit come after them.
    std::vector<double> values(lang::DynamicEvaluation&, const integrate::Point&) const;
    /// Of one output; NaN where there is none of that path.
    double value(lang::DynamicEvaluation&, const integrate::Point&, std::string_view path) const;
    units::Quantity duration, every; ///< 0: not given
    bool from_steady = false;        ///< a run begins at the steady state
    integrate::Schedule schedule;    ///< inputs that change at given times

    /// A balance over the units of the plant that say what they hold; its values are outputs of the program after
    /// `outputs`: what is held, what has come in less what has left, and in plus out, then the last two per second.
    struct Balance {
        std::string quantity;
        std::vector<std::string> exceptions; ///< units that break it as published and are not counted, with reasons
    };
    std::vector<Balance> audit;
    std::vector<std::string> not_audited; ///< units with states that do not say what they hold

private:
    Simulation() = default;
    friend class SystemCompiler;
    std::unique_ptr<plant::Library> library_;
};

/// Reads `series:`: tables whose columns set parameters of the plant at given times.
struct Series {
    std::vector<double> times; ///< s, ascending
    std::vector<std::pair<std::string, SourcePos>> addresses;
    std::vector<units::Unit> units;
    std::vector<double> values; ///< times x addresses, SI
};
std::vector<Series> read_series(const text::Node&, plant::Library&);

/// How a run, or a steady state, conserves what its plant is audited for.
struct Closure {
    std::string quantity;
    double relative = 0; ///< what is missing, per all that came, went and was there at the start
    std::vector<std::string> exceptions;
};
std::vector<Closure> closure(const Simulation&, lang::DynamicEvaluation&, const integrate::Point& begin,
                             const integrate::Point& end, bool steady);

/// Results of a run: the document of `viresco simulate --json` (docs/language.md section 8) and the table of --csv.
std::string simulation_json(const Simulation&, lang::DynamicEvaluation&, const integrate::Trajectory&,
                            const std::vector<Closure>& = {});
/// The document that the page of a run shows (report::render_simulation): at most 500 points, seven digits.
std::string simulation_page(const Simulation&, lang::DynamicEvaluation&, const integrate::Trajectory&,
                            const std::vector<Closure>&, const std::string& command);
std::string simulation_csv(const Simulation&, lang::DynamicEvaluation&, const integrate::Trajectory&);

} // namespace viresco::cases
