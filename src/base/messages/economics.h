// Messages of economics/: {0}, {1}.. are the arguments.
#pragma once
#include "base/message.h"

// clang-format off
MESSAGE(capital_size_units, "the size and the reference size of equipment '{0}' differ in dimension ({1})", "设备“{0}”的规模与基准规模量纲不同（{1}）")
MESSAGE(incentive_without_source, "incentive '{0}' names no source", "激励政策“{0}”没有给出来源")
MESSAGE(incentive_needs, "incentive '{0}' needs '{1}'", "激励政策“{0}”缺少“{1}”")
// clang-format on
