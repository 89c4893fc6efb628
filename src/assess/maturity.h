#pragma once
#include "plant/plant.h"

namespace viresco::assess {

/// How far a step is on its way from the laboratory to industry, as the plant file says under `trl:` of a unit.
struct StepMaturity {
    std::string unit;
    matter::Title title;
    int trl = 0;                ///< technology readiness, 1 to 9
    int mrl = 0;                ///< manufacturing readiness, 1 to 10; 0: not stated
    bool critical = true;       ///< the route does not work without it
    std::string evidence, date; ///< of a document; empty: nothing supports the level
};

/// The weakest link counts, not the mean.
struct Maturity {
    std::vector<StepMaturity> steps; ///< units that state a level, in the order of the file
    int trl = 0, mrl = 0;            ///< lowest of the critical steps; 0: none states one
    std::string weakest;             ///< unit with that TRL
    int silent = 0;                  ///< units that state nothing
};

/// A stage of the path from the laboratory to industry.
struct Stage {
    const char* id;
    matter::Title title;
    int lowest, highest; ///< technology readiness levels
};
/// laboratory, pilot, demonstration, industry.
const std::vector<Stage>& stages();

/// The stage of the path that a technology readiness level belongs to: laboratory 1-4, pilot 5-6, demonstration 7-8,
/// industry 9.
matter::Title stage_of(int trl);

/// Reads `trl: 6` or `trl: {trl: 6, mrl: 6, evidence: "..", date: 2024-05-01, critical: false}` of every unit of a plant
/// file. Errors at their places: levels outside 1 to 9 (1 to 10).
Maturity read_maturity(const text::Node& plant_file, Diagnostics&);

/// A technology readiness level that a case asks for.
int read_level(const text::Node&, Diagnostics&);

/// Makes the levels names of the route for indicators: technology_readiness, manufacturing_readiness (0: not stated).
void declare_maturity(plant::Context&, const plant::Plant&, const Maturity&);

} // namespace viresco::assess
