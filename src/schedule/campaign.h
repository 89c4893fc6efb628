#pragma once
#include "schedule/cycle.h"

namespace viresco::schedule {

/// A recipe as campaigns run it.
struct Rhythm {
    const Batch* batch = nullptr;
    Ratio cycle; ///< a batch starts no earlier than k cycles after the first of its campaign; 0: as soon as it can
};

struct BatchStart {
    int campaign = 0;
    std::int64_t number = 0; ///< in its campaign, from 0
    Ticks start = 0;
};

/// A procedure of a batch in its unit.
struct Assignment {
    int batch = 0; ///< index in Year::batches
    int procedure = 0;
    int pool = 0, unit = 0; ///< unit: from 0
    Ticks start = 0, end = 0;
};

/// Campaigns in time.
struct Year {
    std::vector<BatchStart> batches;     ///< in the order in which they were dispatched
    std::vector<Assignment> assignments; ///< by pool, start
    std::vector<int> unfinished;         ///< campaigns that did not get all their batches into the year
    Ticks end = 0;                       ///< of the last batch
};

/// Runs the campaigns event by event: of the next batches of all trains, the one that can start first does (ties: the
/// campaign that stands first), at the earliest time at which everything it will ever need is free for it. Batches
/// keep the inner times of their recipe (nothing waits half done) and end within the operating time.
/// rhythms: one for each recipe. Deterministic; no limit is ever exceeded and no unit is held twice at a time.
Year run_year(const Facility&, const std::vector<Rhythm>& rhythms);

/// The load of a limit over time: steps of (time, load from then on), from 0.
std::vector<std::pair<Ticks, std::int64_t>> profile(const Facility&, const std::vector<Rhythm>&, const Year&,
                                                    int limit);

} // namespace viresco::schedule
