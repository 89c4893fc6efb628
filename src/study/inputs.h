#pragma once
#include "case/case.h"
#include "study/distribution.h"
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace viresco::study {

/// A random number of a study: one place in one file, however many parameters of however many routes take it.
struct Input {
    std::string key;                    ///< "models/units/dryer.yaml: parameters.efficiency", or an address
    std::vector<std::string> addresses; ///< parameters that take it, in any scenario
    matter::Title title;
    matter::Datum datum;
    Distribution distribution;
};

/// What varies in a study, and how its numbers reach the parameters of each scenario.
///
/// A random number belongs to the place where it is declared: routes and units that read the same line of the same file
/// share it, also across scenarios. A value that a scenario, --set or a plant puts in its place has its own spread, or
/// none. `independent: true` gives every address its own.
class Inputs {
public:
    /// Throws ConfigError where correlations name what does not vary, or contradict each other. Scenarios of one case.
    Inputs(std::span<const std::unique_ptr<cases::Case>> scenarios, Diagnostics& warnings);

    int size() const { return static_cast<int>(list_.size()); }
    const std::vector<Input>& list() const { return list_; }
    bool correlated() const { return !correlated_.empty(); }

    /// Values of all inputs at the point u of the unit cube, correlated by a Gaussian copula. Sizes: size().
    void values(std::span<const double> u, std::span<double> x) const;

    /// Parameter of a scenario's program that takes an input.
    struct Target {
        int parameter, input;
    };
    const std::vector<Target>& targets(size_t scenario) const { return targets_[scenario]; }

private:
    void read_correlations(const cases::Case&, Diagnostics&);
    std::vector<Input> list_;
    std::vector<std::vector<Target>> targets_;
    std::vector<int> correlated_;  ///< inputs
    std::vector<double> cholesky_; ///< of their correlation matrix
};

/// The inputs' table: key, distribution, unit, evidence, addresses.
std::string inputs_csv(const Inputs&);

} // namespace viresco::study
