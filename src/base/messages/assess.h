// Messages of assess/: {0}, {1}.. are the arguments.
#pragma once
#include "base/message.h"

// clang-format off
MESSAGE(indicator_without_formula, "indicator '{0}' has no formula", "指标“{0}”没有公式")
MESSAGE(indicator_without_unit, "indicator '{0}' has no unit", "指标“{0}”没有单位")
MESSAGE(unknown_boundary, "the boundary is gate_to_gate or cradle_to_gate, not '{0}'", "边界应为 gate_to_gate 或 cradle_to_gate，而不是“{0}”")
// clang-format on
