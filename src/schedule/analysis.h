#pragma once
#include "schedule/campaign.h"
#include <optional>

namespace viresco::schedule {

/// One limit under one recipe.
struct Utilisation {
    int limit = 0;
    Ratio bound;        ///< cycle time below which this limit does not let the recipe go
    double time = 0;    ///< share of its capacity that is taken: bound / cycle time
    double filling = 0; ///< of a pool: largest filling / size of one unit; 0: not given
    double combined() const { return filling > 0 ? time * filling : 0; }
};

/// What one more unit of a pool changes, or as much more of a resource as its largest single use.
struct Relief {
    int limit = 0;
    std::int64_t more = 1; ///< in the counting of Facility::capacity
    Ratio cycle;           ///< minimum cycle time then
    std::int64_t batches = 0;
};

/// The error for order relations that go round in a circle, at the operation it begins with; does not look at pools.
/// False where there is one.
bool check_orders(const Recipe&, Diagnostics&);

/// One batch, or an error: procedures that block each other. Pre: check_orders() is true.
std::optional<Batch> timed_batch(const Facility&, const Recipe&, Diagnostics&);

/// Errors where the cycle time of the recipe is shorter than `minimum`, or where batches meet at it.
bool given_cycle_fits(const Facility&, const Recipe&, const Batch&, const Ratio& minimum, Diagnostics&);

/// The figures of a recipe alone in its facility.
struct Analysis {
    Batch batch;
    Ratio bound;                                ///< closed form
    Ratio minimum;                              ///< shortest equal intervals; == bound: the closed form is attained
    Ratio cycle;                                ///< as given, or the minimum
    std::int64_t batches = 0;                   ///< within the operating time of a year
    int longest = 0;                            ///< unit procedure
    int time_bottleneck = 0;                    ///< limit with the largest bound (the first of equals)
    int throughput_bottleneck = -1;             ///< pool with the largest combined utilisation; -1: no sizes given
    std::vector<Utilisation> limits;            ///< those the recipe uses
    std::vector<Relief> relief;                 ///< limits of which more shortens the cycle, the most helpful first
    std::int64_t demanded = 0;                  ///< batches per year for the demand; 0: none given
    std::vector<std::int64_t> units_for_demand; ///< of each pool, at equal intervals over the year; empty: no demand
};

/// Errors at their places: procedures that block each other, a cycle time that is too short or overlaps, an operating
/// time shorter than a batch, a demand beyond the capacity; nullopt then. Pre: check_orders() is true.
std::optional<Analysis> analyse(const Facility&, const Recipe&, Diagnostics&);

/// The year of all campaigns; errors for those that do not get all their batches. Where the facility has none, the only
/// recipe gets one that fills the year; of several recipes, each gets the batches of its demand (or fills the rest),
/// in the order of the file. analyses: one of each recipe.
Year run_campaigns(Facility&, const std::vector<Analysis>& analyses, Diagnostics&);

std::vector<Rhythm> rhythms(const std::vector<Analysis>& analyses);

/// "2 h", "1.5 d" for people.
std::string time_text(double seconds);

} // namespace viresco::schedule
