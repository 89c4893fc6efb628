#pragma once
#include "case/case.h"
#include "commands.h"
#include "report/report.h"

namespace viresco::cli {

/// How the indicators that are not sums come about, for a click in the report: {route: {indicator: {en, zh}}}.
std::string explanations_json(const cases::Case&, const lang::Evaluation&);

/// Reads a document of another command; a folder stands for the file of this name in it.
report::Document read_document(const Common&, std::string path, const char* in_folder);

} // namespace viresco::cli
