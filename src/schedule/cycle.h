#pragma once
#include "schedule/batch.h"

namespace viresco::schedule {

/// What one batch takes of a limit: `work` = sum of amount x time [ticks x amount].
struct Load {
    int limit = 0;
    Ratio bound; ///< work / capacity: batches cannot follow each other faster in the long run
};

/// One entry for each limit, in order; the bound is 0 where the recipe does not use it.
std::vector<Load> loads(const Facility&, const Batch&);

/// The largest of the bounds: the closed form of the minimum cycle time
///     max( occupied time per batch / count over pools, amount x time / capacity over resources ).
/// No schedule is faster on average. It is attained by equal intervals where `minimum_cycle` says the same: always
/// where every limit is taken in one piece per batch, of one size that divides the capacity; elsewhere it is a bound.
Ratio cycle_bound(const std::vector<Load>&);

/// True where batches that start every `cycle` never ask for more of any limit than there is.
/// `overloaded`: the first limit that they ask too much of.
bool fits(const Facility&, const Batch&, const Ratio& cycle, int* overloaded = nullptr);

/// The shortest interval, not shorter than `at_least` (> 0), at which batches can start for ever: exact.
/// Between cycle times at which ends meet starts nothing changes, so only those are looked at.
Ratio minimum_cycle(const Facility&, const Batch&, const Ratio& at_least);

/// Whole batches that end within `span` where one starts every `cycle`: 1 + floor((span - time) / cycle), or 0.
std::int64_t batches_within(Ticks span, Ticks batch_time, const Ratio& cycle);

/// Vessels that a procedure which occupies one for `occupied` ticks needs where a batch starts every `cycle` (> 0):
/// the smallest whole number, at least 1.
std::int64_t units_needed(Ticks occupied, const Ratio& cycle);

} // namespace viresco::schedule
