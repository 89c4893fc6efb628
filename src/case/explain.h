#pragma once
#include "case/case.h"
#include <string>

namespace viresco::cases {

/// Where an indicator of a route comes from, as a tree of text: split over steps and boundary exchanges
/// where the indicator is additive (the case must be compiled with `shares`), then down the formulas
/// to parameters with file, line, evidence class and source. Sums are checked and the check is printed.
/// depth: levels of formulas below an exchange. Throws ConfigError for an unknown indicator.
std::string explain(const Case&, const lang::Evaluation&, const plant::Plant&, const std::string& indicator, int depth,
                    Language);

} // namespace viresco::cases
