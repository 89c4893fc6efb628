#pragma once
#include "lang/graph.h"
#include <cstdint>
#include <vector>

namespace viresco::lang {

/// One operation of a tape: slot[result] = op(slot[a], slot[b], slot[c]); property: c is the code.
struct Instruction {
    Op op;
    int32_t result, a, b, c;
};

/// Straight-line piece of a program.
using Tape = std::vector<Instruction>;

/// Lane kernels: every slot holds `width` doubles, one per sample. All sets give equal bits.
struct Kernels {
    int width;
    const char* name;
    void (*run)(const Instruction* begin, const Instruction* end, double* slots);
    /// Forward mode: dots[result] = sum of partial * dots[operand].
    void (*forward)(const Instruction* begin, const Instruction* end, const double* slots, double* dots);
    /// Reverse mode, last instruction first: adjoints[operand] += partial * adjoints[result].
    void (*reverse)(const Instruction* begin, const Instruction* end, const double* slots, double* adjoints);
};

/// The best kernels of this processor for a width of 1 or 8.
const Kernels& kernels(int width);
/// Every set this processor can run (differential tests).
const Kernels* const* all_kernels(int& count);

} // namespace viresco::lang
