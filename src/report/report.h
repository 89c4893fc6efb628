#pragma once
#include "base/message.h"
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace viresco::report {

/// A text and what it is called in messages.
struct Document {
    std::string name, text;
};

/// What a page shows beside the evaluation itself.
struct Attached {
    std::vector<Document> studies;    ///< of `viresco study --json`: distributions, sensitivities
    std::optional<Document> schedule; ///< of `viresco schedule --json`
    std::string explanations;         ///< {route: {indicator: {en, zh}}}, or empty
};

/// One HTML page that shows a case evaluation: works offline from a file, in English and Chinese.
///
/// results_json  a results.json (docs/results-schema.json)
/// initial       the language the page opens in; it can be switched in the page
/// Throws        ConfigError where the text is not JSON or holds no routes, or where what is attached does not fit.
std::string render_report(const std::string& results_json, Language initial, const Attached& = {});

/// Prints a page on A4 by a headless Chromium or Chrome that is found on the search path. Throws SolveError where there
/// is none, or where it fails.
void print_pdf(const std::string& html_file, const std::string& pdf_file);

/// The page of a run in time: outputs over time, events. simulation_json: of cases::simulation_page. Throws as above.
std::string render_simulation(const std::string& simulation_json, Language initial);

/// The results as CSV tables (RFC 4180, UTF-8, full precision): file name -> text. Always the same:
/// indicators, inventory, streams (components in columns), steps, closure, parameters, ranking, limits, maturity,
/// cash_flow and incentives; one that has no rows is its header. A column of one unit names it in brackets, else the unit has its own column.
/// A value that is not defined is an empty cell. Throws as render_report does.
std::vector<std::pair<std::string, std::string>> csv_tables(const std::string& results_json);

} // namespace viresco::report
