#pragma once
#include "lang/graph.h"
#include <cstddef>
#include <optional>

namespace viresco::jit {

/// Functions that machine code calls through a table at its beginning: first the scalar ones, then those of its
/// vector width; addresses are filled in when the code is loaded, so code in a file has none.
enum class Function { exp, log, power, expm1, log1p, tanh, sin, cos, general };
constexpr size_t n_functions = 9; ///< general has no vector form
constexpr size_t table_entries = 2 * n_functions;

/// The function of an operation: double(double), power: double(double, double). None: general, lane by lane,
/// double(int64 op + 256 * (c + 1) for properties, double a, double b, double c).
constexpr std::optional<Function> function_of(lang::Op op) {
    switch (op) {
    case lang::Op::exp: return Function::exp;
    case lang::Op::log: return Function::log;
    case lang::Op::power: return Function::power;
    case lang::Op::expm1: return Function::expm1;
    case lang::Op::log1p: return Function::log1p;
    case lang::Op::tanh: return Function::tanh;
    case lang::Op::sin: return Function::sin;
    case lang::Op::cos: return Function::cos;
    default: return {};
    }
}

/// Addresses for vectors of 1 (none), 2, 4 or 8 doubles: SLEEF's deterministic functions, whose bits are the same in
/// every width.
void fill_table(void** table, int lanes);

} // namespace viresco::jit
