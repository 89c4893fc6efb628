#pragma once
#include "base/source.h"
#include "matter/component.h"
#include <optional>
#include <string>
#include <vector>

namespace viresco::heat {

/// A piece of a stream over which its heat capacity flow is constant, or which changes phase at one temperature.
struct Segment {
    double from = 0, to = 0; ///< [K]; equal: all of `duty` at one temperature
    double duty = 0;         ///< [W] > 0, what is given up (cooled) or taken (heated)
};

/// A process stream that is cooled (hot) or heated (cold).
struct Stream {
    std::string name;
    matter::Title title;
    SourcePos pos;
    bool hot = true;
    std::vector<Segment> segments;      ///< in the order of the flow
    std::optional<double> contribution; ///< its share of the minimum temperature difference [K]; else half of it
};

struct Problem {
    matter::Title title;
    std::vector<Stream> streams;
    double minimum_difference = 0; ///< dTmin [K] >= 0
};

/// A corner of a piecewise linear curve.
struct Corner {
    double heat = 0;        ///< [W]
    double temperature = 0; ///< [K]
};

/// One row of the problem table: between two shifted temperatures, from the top down.
struct Interval {
    double upper = 0, lower = 0; ///< shifted [K]; equal: heat at one temperature
    double surplus = 0;          ///< [W] what hot streams give above what cold ones take
    double flow = 0;             ///< [W] heat that goes down out of it, with the minimum hot utility at the top
};

struct Targets {
    double hot_utility = 0, cold_utility = 0, recovery = 0; ///< [W], minimum, minimum, maximum
    /// Shifted temperatures [K] at which no heat passes, from the top; empty: a threshold problem.
    std::vector<double> pinches;
    bool threshold = false; ///< one utility alone, and no pinch between the ends
    std::vector<Interval> cascade;
    std::vector<Corner> hot_composite, cold_composite; ///< real temperatures; cold begins at the cold utility
    std::vector<Corner> grand_composite;               ///< shifted temperatures, from the top
};

/// Energy targets by the problem table: exact for piecewise linear streams.
///
/// Hot streams are shifted down, cold ones up, by their contributions. Between neighbouring shifted temperatures the
/// surplus is a sum of heat capacity flows; heat goes down only; the hot utility is the least that leaves no flow
/// negative. A flow smaller than 1e-12 of all heat counts as none.
/// Source  I. C. Kemp, Pinch Analysis and Process Integration, 2nd ed., section 3.9 (opening read at globalspec.com
///         reference 33639/203279); Linnhoff and Flower (1978), unverified.
Targets targets(const Problem&);

} // namespace viresco::heat
