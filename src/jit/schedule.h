#pragma once
#include "lang/machine_code.h"
#include <cstdint>
#include <utility>
#include <vector>

namespace viresco::jit {

/// A part of a tape that becomes one function. Pieces of a tape run one after the other; a value that a later piece
/// uses is kept in its slot.
struct Piece {
    lang::Tape steps;
    std::vector<int32_t> keep; ///< results of `steps` to store in their slots, ascending
    /// A slot and its place in `out`: results of `steps` in their order; slots of others (-1: zero), the first piece's.
    std::vector<std::pair<int32_t, int32_t>> out, passed;
};

/// What of the tape is needed for its uses, every value made shortly before it is used (the tape itself goes by depth
/// and keeps nearly all of them alive at once), cut into pieces of at most `largest` operations where few values cross:
/// the time to compile a function grows faster than its size.
std::vector<Piece> schedule(const lang::TapeUse&, int n_slots, size_t largest);

} // namespace viresco::jit
