#pragma once
#include "case/case.h"
#include <nlohmann/json_fwd.hpp>

namespace viresco::cases {

/// What results.json says of a route's money beside its indicators: the cash flow year by year, every internal rate of
/// return, and what each incentive is worth (alone, and added to those before it). Null where the case's cost rules have
/// no yearly cash (`cash[market, y]` of models/economics/cash_flow.yaml).
class EconomicsResults {
public:
    /// Runs the case once for each incentive and once for each first few of them together.
    EconomicsResults(const Case&, const lang::Evaluation&);
    nlohmann::ordered_json of(const plant::Plant&) const;

private:
    /// Indicators of all routes with some incentives switched on: NaN where not defined.
    struct Run {
        std::vector<std::vector<double>> values; // route x definition shown
    };
    Run run(const std::vector<double>& parameters) const;
    nlohmann::ordered_json change(const Run& with, const Run& without, size_t route) const;

    const Case& case_;
    const lang::Evaluation& evaluation_;
    std::vector<const assess::Definition*> shown_;
    Run none_;
    std::vector<Run> alone_, added_; // per incentive
};

} // namespace viresco::cases
