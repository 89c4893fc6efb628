#pragma once
#include "assess/indicators.h"
#include "assess/limits.h"
#include "economics/economics.h"
#include <map>
#include <span>

namespace viresco::assess {

/// A point of the curve from a proxy (in its own unit, as written) to the score of a barrier.
struct ScorePoint {
    double value = 0, score = 0;
};

/// Score 0 (no barrier) to 4 (it stops the route): linear between the points, level beyond the first and the last.
double score_at(std::span<const ScorePoint>, double value);
/// The value next to the bad side at which the score is least: what a proxy must come to.
double target_of(std::span<const ScorePoint>);

/// Something measurable that tells how high a barrier is: a formula over the route's names, or an input that a case
/// gives with the document and the date that support it.
struct Proxy {
    std::string id;
    matter::Title title;
    units::Unit unit;
    std::vector<ScorePoint> curve;
    const text::Node* formula = nullptr; ///< null: an input
    const text::Node* defined_if = nullptr;
    std::vector<std::string> needs;  ///< names that not every case has; without them the proxy says nothing
    std::vector<std::string> routes; ///< only of these; empty: of all
    std::string source;
    const text::Node* given = nullptr;                       ///< of an input: the value; null: not stated
    std::string document, date;                              ///< what supports it
    const text::Node* target = nullptr;                      ///< map of overrides that bring a formula to its target
    std::map<std::string, std::vector<std::string>> missing; ///< by route: what it needs and the case does not have
    SourcePos pos;
};

/// A row of the register. Its score is that of its worst proxy, its risk is likelihood x score.
struct Barrier {
    std::string id;
    matter::Title title, form, effect;
    const text::Node* likelihood = nullptr; ///< 0 to 1, with its evidence
    std::string document, date;             ///< of a likelihood that the case gives
    std::vector<Proxy> proxies;
    std::vector<std::string> actions;
    bool no_action = false;
    matter::Title reason; ///< why there is none
    SourcePos pos;
};

/// What may be done about barriers, at what cost; its effect is found by evaluating the case with `set`.
struct BarrierAction {
    std::string id;
    matter::Title title;
    std::vector<std::string> barriers;
    matter::Datum cost;                  ///< money, once
    std::optional<matter::Datum> yearly; ///< money per time
    const text::Node* set = nullptr;     ///< address: value
    SourcePos pos;
};

/// The `barriers:` of a case.
struct BarrierPlan {
    std::vector<Barrier> barriers;
    std::vector<BarrierAction> actions;
    std::vector<std::string> indicators; ///< ids of those whose change is shown
};

/// Reads `kind: barriers` files in order: a later file adds barriers and proxies, or replaces those of the same id.
/// Declares their `parameters:` as `barriers.<name>`.
std::vector<Barrier> read_barrier_registers(plant::Context&, const std::vector<const text::Node*>& files);

/// Reads the `barriers:` of a case upon its registers (barrier_plan.cpp). Declares `barriers.<barrier>.likelihood` and
/// `barriers.<barrier>.<proxy>` for what is given. Errors: unknown barriers, proxies and indicators, inputs without
/// evidence, actions without cost, barriers without action or reason for none.
BarrierPlan read_barriers(plant::Context&, const text::Node& of_case, const std::vector<const text::Node*>& registers,
                          const std::vector<Definition>&);

/// Full paths of the value of a proxy in a route, of its condition, and of the likelihood.
std::string proxy_path(const plant::Plant&, const Barrier&, const Proxy&);
std::string proxy_if_path(const plant::Plant&, const Barrier&, const Proxy&);
std::string likelihood_path(const Barrier&);

/// Declares the proxies of a route, and what they may use: `limit_margin` (the least distance to any limit of the case,
/// as a share of it) and `incentives_used` (share of those in force that are switched on).
void declare_barriers(plant::Context&, const plant::Plant&, BarrierPlan&, const std::vector<Limit>&,
                      const std::vector<economics::Incentive>&);

} // namespace viresco::assess
