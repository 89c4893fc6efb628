#pragma once
#include "schedule/results.h"

namespace viresco::schedule {

/// A drawing of the first `span` of the year: a row for each unit of equipment with its batches (set-up light,
/// turnaround hatched, pauses outlined), below it what is taken of each resource, with its capacity. A whole SVG
/// document without scripts; colours that colour-blind people tell apart, batch numbers inside the bars.
/// span 0: two batch times of the longest recipe.
std::string gantt(const Results&, Language, Ticks span = 0);

/// The drawing and the figures of screen_text() as one HTML page that needs nothing else.
std::string page(const Results&, Language, Ticks span = 0);

} // namespace viresco::schedule
