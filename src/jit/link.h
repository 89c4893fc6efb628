#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace viresco::jit {

/// Machine code that runs wherever it is put: a table of addresses (functions.h), then code and constants, which refer
/// to each other by distance alone.
struct Blob {
    std::string bytes;
    std::vector<uint64_t> entries; ///< offset of the code of each tape
};

/// Puts object files of the plug-in together. False where they hold something that position-independent code of
/// straight lines does not need (an unknown relocation or symbol); `error` says what.
bool link(const std::vector<std::string>& objects, size_t n_tapes, Blob&, std::string& error);

} // namespace viresco::jit
