// Messages of economics/: {0}, {1}.. are the arguments.
#pragma once
#include "base/message.h"

// clang-format off
MESSAGE(capital_size_units, "the size and the reference size of equipment '{0}' differ in dimension ({1})", "设备“{0}”的规模与基准规模量纲不同（{1}）")
// clang-format on
