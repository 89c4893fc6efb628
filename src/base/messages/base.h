// Messages of base/: {0}, {1}.. are the arguments.
#pragma once
#include "base/message.h"

// clang-format off
MESSAGE(did_you_mean, "did you mean {0}?", "您是否想写 {0}？")
MESSAGE(too_many_errors, "{0} further errors are not shown", "另有 {0} 个错误未显示")
// clang-format on
