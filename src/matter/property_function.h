#pragma once
#include "units/unit.h"
#include <span>
#include <string_view>

namespace viresco::matter {

/// A property function as the language sees it: pure, deterministic, SI in, SI out, with exact
/// first derivatives. Outside [low, high] of an argument the result is NaN (the caller reports it).
struct PropertyFunction {
    const char* name;                // "saturation_pressure"
    int n_arguments;                 // 1 or 2
    const char* arguments[2];        // SI units of the arguments, "K", "Pa"
    const char* result;              // SI unit of the result
    double (*value)(double, double); // second argument ignored when n_arguments == 1
    double (*derivative[2])(double, double);
    double low[2], high[2];
    const char* source;
};

/// All property functions, sorted by name.
std::span<const PropertyFunction> property_functions();
const PropertyFunction* find_property_function(std::string_view name);

} // namespace viresco::matter
