#pragma once
#include "plant/plant.h"

namespace viresco::plant {

/// One balance to audit: what enters minus what leaves, against the sum of what crosses.
struct Balance {
    std::string unit;     // empty: the whole plant
    std::string quantity; // mass, C, H, .., charge, COD, energy
    lang::NodeId net = lang::no_node, gross = lang::no_node;
};

/// Balances of mass, every element, charge, COD and energy over every unit and over the plant.
/// Quantities that nothing carries are left out.
std::vector<Balance> audit(Context&, const Plant&);

} // namespace viresco::plant
