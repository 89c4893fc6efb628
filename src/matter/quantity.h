#pragma once
#include "base/diagnostic.h"
#include "text/node.h"
#include "units/unit.h"
#include <optional>

namespace viresco::matter {

/// A scalar of a file as a quantity ("4 kWh/m3") or as a unit ("kWh/m3"); nullopt after an error at its character.
std::optional<units::Quantity> read_quantity(const text::Node&, Diagnostics&);
std::optional<units::Unit> read_unit(const text::Node&, Diagnostics&);

} // namespace viresco::matter
