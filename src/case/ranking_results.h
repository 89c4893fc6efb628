#pragma once
#include "case/case.h"
#include <nlohmann/json_fwd.hpp>

namespace viresco::cases {

/// Ranks the routes as the case's `ranking:` says. `values[(route * criteria + criterion) * n_samples + sample]` in the
/// units of the indicators, criteria in the order of `c.ranking->criteria`, NaN where not defined; `e` is an evaluation at
/// the nominal point, by which mandatory limits and the required maturity admit a route. JSON of results-schema.json.
nlohmann::ordered_json ranking_json(const Case& c, const lang::Evaluation& e, size_t n_samples,
                                    std::vector<double> values);

/// The same for the single values of one evaluation.
nlohmann::ordered_json ranking_json(const Case&, const lang::Evaluation&);

} // namespace viresco::cases
