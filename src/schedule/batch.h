#pragma once
#include "schedule/recipe.h"
#include <variant>
#include <vector>

namespace viresco::schedule {

/// One run of an operation, in ticks from the start of the batch.
struct Run {
    Step step;
    int cycle = 0; ///< 0 for set-up and turnaround
    Ticks start = 0, end = 0;
};

/// `amount` of a limit (pool or resource, see Facility) is taken over [start, end).
struct Occupation {
    int limit = 0;
    std::int64_t amount = 1;
    Ticks start = 0, end = 0;
    int procedure = 0;
};

/// Operation `late` begins after `early` has ended, because both need the same limit and it is too small for both.
struct Wait {
    Step late, early;
    int limit = 0;
};

/// One batch of a recipe in time: rigid from here on, every batch is a copy of it.
struct Batch {
    std::vector<Run> runs;               ///< by procedure, in order of time
    std::vector<Occupation> occupations; ///< by limit, then start
    std::vector<size_t> limit_begins;    ///< n_limits + 1 offsets into `occupations`
    std::vector<Ticks> starts, ends;     ///< of each procedure: its unit is occupied over [start, end)
    std::vector<Wait> waits;
    Ticks time = 0; ///< recipe batch time: first set-up to last turnaround
};

/// The order relations go round in a circle.
struct OrderCycle {
    std::vector<Step> steps; ///< each comes after the one before it, the first after the last
};

/// One batch alone asks for more of a limit than there is, and its order relations leave no way to wait.
struct Blocked {
    int limit = 0;
    std::vector<Step> steps; ///< what is to run at the same time
    bool given_up = false;   ///< there are ways to wait, but most_waits of them did not do
};

inline constexpr size_t most_waits = 1000;

/// The earliest batch that keeps the order relations and asks for no more of any limit than there is.
///
/// Starts are longest paths; then procedures start as late as their batch time and what waits for them allow, where
/// that frees equipment. Where one batch meets itself at a limit, what started later waits for the first that ends.
/// Pre     every procedure has operations of a positive total duration; amounts do not exceed capacities.
std::variant<Batch, OrderCycle, Blocked> time_batch(const Facility&, const Recipe&);

} // namespace viresco::schedule
