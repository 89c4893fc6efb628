#pragma once
#include "schedule/analysis.h"
#include <string>

namespace viresco::schedule {

/// What is told of a facility: its recipes alone, and its year.
struct Results {
    const Facility& facility;
    const std::vector<Analysis>& analyses; ///< of each recipe
    const Year& year;
};

/// One JSON document (docs/recipes.md): quantities as {value, unit}, times in s.
std::string json_text(const Results&, Language);
/// The same for people: a screen for each recipe, and the campaigns.
std::string screen_text(const Results&, Language);
/// One row for each phase of each batch: campaign, recipe, batch, unit procedure, operation, phase, unit, start_h, end_h.
std::string csv(const Results&);

} // namespace viresco::schedule
