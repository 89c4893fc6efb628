#pragma once
#include "study/model.h"
#include <string>

namespace viresco::study {

/// What the header of a cube says, and what a run that goes on must find: the case's fingerprint, plan, scenarios,
/// columns with their units, inputs. JSON.
std::string header_json(const Model&, const Plan&, const Cube::Shape&);
/// The first thing in which two headers differ, for a message.
std::string header_difference(const std::string& theirs, const std::string& ours, Language);

/// The document of `viresco study --json` (docs/study.md).
struct Results {
    std::string json;
    Diagnostics warnings;
};
Results results(const Model&, const Plan&, const Design&, const Cube&, const std::string& command, Language);

/// All samples: scenario, sample, why a route failed, then a column per route and indicator; to a file, line by line.
void write_samples_csv(const Model&, const Plan&, const Cube&, const std::string& path);

/// Scenarios as differences to the first one: parameters by address, and the effect on every indicator at the nominal
/// point. JSON.
std::string preview_json(const Model&);

/// Values of the columns at the nominal point; NaN where an indicator is not defined. Throws as cases::evaluate.
std::vector<double> nominal(const Model&, size_t scenario);

} // namespace viresco::study
