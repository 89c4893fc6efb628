#pragma once
#include "jit/schedule.h"
#include <string>
#include <utility>
#include <vector>

namespace viresco::jit {

/// What the code generator is asked for. Function `t<k>` of the result runs tape k: void(double* slots, const double* variables, double* out).
struct Request {
    std::vector<std::vector<Piece>> tapes;
    std::vector<std::pair<int32_t, double>> constants; ///< slots that always hold the same value
    int n_slots = 0;
    int n_variables = 0;  ///< slots before this one are read from `variables`
    int width = 1;        ///< doubles per slot
    int lanes = 1;        ///< doubles per vector: divides `width`
    std::string features; ///< of the processor, as LLVM writes them
    int effort = 2;       ///< 0: fastest compilation, 2: fastest code
    int threads = 1;
};

/// The one function of the plug-in, by the name `viresco_jit_compile_1` (the number changes with this interface): ELF
/// object files for x86-64, to be linked together. False: `error` says why.
using CompileFunction = bool (*)(const Request&, std::vector<std::string>& objects, std::string& error);
constexpr const char* compile_function = "viresco_jit_compile_1";

} // namespace viresco::jit
