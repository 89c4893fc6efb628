#pragma once
#include "base/message.h"
#include "base/source.h"
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace CLI {
class App;
}

namespace viresco::cli {

/// What every command shares.
struct Common {
    SourceStore* sources = nullptr; // outlives the errors that point into it
    Language language = Language::en;
    bool json = false;
    std::string models;  // folder of the model library
    std::string command; // as typed, for the trail
};

struct EvaluateOptions {
    std::string path, scenario, out, schedule;
    std::vector<std::string> routes, sets, studies;
    bool pdf = false;
};
int evaluate(const Common&, const EvaluateOptions&);

/// The part of the short table that tells of barriers; nothing where the case names none. `results`: results.json.
void print_barriers(const nlohmann::ordered_json& results, Language);

struct ExplainOptions {
    std::string path, indicator, scenario;
    std::vector<std::string> routes, sets;
    int depth = 4;
};
int explain(const Common&, const ExplainOptions&);

struct SimulateOptions {
    std::string path, until, every, csv, report, save, from, method;
    std::vector<std::string> sets;
    std::string jit = "auto"; // off, auto or on
    bool steady = false;
    double rtol = 1e-6, max_seconds = 600;
};
int simulate(const Common&, const SimulateOptions&);

int check(const Common&, const std::vector<std::string>& files);
int list(const Common&, const std::string& what);
int create(const Common&, const std::string& folder, const std::string& from);

/// Adds `viresco lca ..`; `shared` adds the options of every command, `common` gives their values.
void add_lca(CLI::App&, const std::function<void(CLI::App*)>& shared, const std::function<const Common&()>& common,
             int& status);

/// Adds `viresco sbml ..`.
void add_sbml(CLI::App&, const std::function<void(CLI::App*)>& shared, const std::function<const Common&()>& common,
              int& status);

/// Adds `viresco schedule ..`.
void add_schedule(CLI::App&, const std::function<void(CLI::App*)>& shared, const std::function<const Common&()>& common,
                  int& status);

/// Adds `viresco study`.
void add_study(CLI::App&, const std::function<void(CLI::App*)>& shared, const std::function<const Common&()>& common,
               int& status);

/// Adds `viresco pinch ..`.
void add_pinch(CLI::App&, const std::function<void(CLI::App*)>& shared, const std::function<const Common&()>& common,
               int& status);

/// Wrong use of the command line (exit status 64).
struct UsageError : std::runtime_error {
    explicit UsageError(Message m) : std::runtime_error(m.text(Language::en)), message(std::move(m)) {}
    Message message;
};

/// "path=value" pairs; throws UsageError for one without '='.
std::vector<std::pair<std::string, std::string>> split_sets(const std::vector<std::string>&);

} // namespace viresco::cli
