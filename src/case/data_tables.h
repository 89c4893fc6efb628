#pragma once
#include "plant/plant.h"
#include <deque>

namespace viresco::cases {

/// Reads the `data:` of a case: CSV tables of parameters, streams, batch records or meter readings, as a spreadsheet saves
/// them (docs/data-tables.md). What they give replaces the values of the files, with evidence `measured` unless the table
/// says otherwise. Every error stands at its cell.
///
/// values   the nodes that the overrides point to; outlives them
void read_data_tables(plant::Library&, const text::Node& of_case, std::deque<text::Node>& values, plant::Overrides&);

} // namespace viresco::cases
