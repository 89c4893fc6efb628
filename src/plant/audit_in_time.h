#pragma once
#include "plant/plant.h"

namespace viresco::plant {

/// A balance of a plant in time: held' = net, where everything is counted that enters or leaves the units that say what
/// they hold (`holds:` of the unit file; a unit without states holds nothing).
struct TimeBalance {
    std::string quantity;                                    ///< mass, C, N, .., charge, COD
    lang::NodeId held = lang::no_node;                       ///< amount in all these units
    lang::NodeId net = lang::no_node, gross = lang::no_node; ///< per second: in minus out, and in plus out
    std::vector<std::string> exceptions; ///< units that break it as published, with their reasons: they are not counted
};

struct TimeAudit {
    std::vector<TimeBalance> balances;
    std::vector<std::string> left_out; ///< units with states that do not say what they hold
};

/// A quantity counts for the units in which every component declares it. States must be closed.
TimeAudit audit_in_time(Context&, const Plant&);

} // namespace viresco::plant
