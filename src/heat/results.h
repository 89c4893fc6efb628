#pragma once
#include "base/message.h"
#include "heat/pinch.h"

namespace viresco::heat {

/// One JSON document: quantities as {value, unit}, curves as rows of heat [W] and temperature [K] (docs/pinch.md).
std::string json_text(const Problem&, const Targets&, Language);
/// Targets and problem table for people.
std::string screen_text(const Problem&, const Targets&, Language);
/// Composite curves and the grand composite curve side by side, a whole SVG document.
std::string drawing(const Problem&, const Targets&, Language);

} // namespace viresco::heat
