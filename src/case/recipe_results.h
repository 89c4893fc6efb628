#pragma once
#include "case/case.h"
#include <nlohmann/json_fwd.hpp>

namespace viresco::cases {

/// What results.json says of the batch recipe that a route's plant follows: its times, and what a batch takes of
/// equipment and resources. Null where there is none.
nlohmann::ordered_json recipe_json(const Case&, const lang::Evaluation&, const plant::Plant&);

} // namespace viresco::cases
