#pragma once
#include "base/diagnostic.h"
#include "lca/database.h"
#include "lca/report.h"

namespace viresco::lca {

class Archive;

/// Reads EcoSpold 1 (one or many datasets in .xml files): processes, flows, allocation, uncertainties, and impact
/// categories (datasets with impactAssessmentResult="true"; their method is the category of the reference function).
///
/// Ids are openLCA's name-based ones (name_id.h): flow maps made for its imports apply. Two datasets of one name, place
/// and unit get ids with their number. An input is supplied by the dataset whose number it bears if that has its name
/// (ecoinvent), else by linking through the product flow. Lognormal: median meanValue, ln of the geometric standard
/// deviation = ln(standardDeviation95) / 2; normal: standardDeviation95 / 2; triangle: mostLikelyValue, or, where it is
/// missing, 3 mean - min - max.
/// Returns false, with errors, if something cannot be read; `into` is then unchanged.
/// Source: element and attribute names as found in the files of bw2io's tests and of USLCI; EcoSpold 1 schema
/// documentation unverified.
bool read_ecospold1(Archive&, Database& into, ImportReport&, Diagnostics&);

} // namespace viresco::lca
