#pragma once
#include "case/case.h"
#include <map>
#include <nlohmann/json_fwd.hpp>

namespace viresco::cases {

/// What results.json says of the barriers of a route: scores, likelihoods and risks as they are; what every action changes
/// in the indicators that the case names and in the risks; and what each bottleneck is worth, its proxy at its target.
class BarrierResults {
public:
    /// Evaluates the case once for every action and once for every target. Throws ConfigError where a change does not fit.
    BarrierResults(const Case&, const lang::Evaluation&);
    /// Null where the case names no barriers.
    nlohmann::ordered_json of(const plant::Plant&) const;

private:
    struct Rating {
        double score = 0, likelihood = 0;              ///< NaN: nothing is known
        std::string worst;                             ///< proxy that makes the score
        std::vector<double> values, scores;            ///< by proxy, in its own unit; NaN: not defined
        std::vector<std::vector<std::string>> missing; ///< by proxy: names that would be needed
        double risk() const { return score * likelihood; }
    };
    struct Reading {
        bool solved = false;
        std::vector<std::vector<double>> indicators; ///< route x indicator of the plan
        std::vector<std::vector<Rating>> ratings;    ///< route x barrier
    };
    struct Removal {
        size_t barrier = 0, proxy = 0;
        std::vector<std::pair<std::string, std::string>> set; ///< address, value as text
        Reading reading;
    };
    Reading read(const Case&, const lang::Evaluation&) const;
    Reading evaluated(const Case&, const std::vector<double>& parameters) const;
    Reading evaluated(const text::Node& change, const SourcePos&, const std::string& name) const;
    void remove(size_t barrier, size_t proxy);
    nlohmann::ordered_json row(const assess::Barrier&, const Rating&, const plant::Plant&) const;
    nlohmann::ordered_json effect(const Reading&, size_t route) const;

    const Case& case_;
    std::vector<const assess::Definition*> shown_;
    Reading now_;
    std::vector<Reading> actions_;
    std::vector<Removal> removals_;
};

} // namespace viresco::cases
