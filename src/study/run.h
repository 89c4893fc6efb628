#pragma once
#include "study/model.h"
#include "study/ranks.h"
#include <atomic>
#include <functional>

namespace viresco::study {

struct RunOptions {
    int jobs = 1; ///< threads of each process
    bool derivatives = false;
    const std::atomic<bool>* stop = nullptr;          ///< set by a signal
    std::function<void(uint64_t, uint64_t)> progress; ///< rows done and rows in all, now and then, at rank 0
};

/// Fills what is missing in the cube; chunks are shared out over processes and threads, and every number depends on its
/// row alone. `cube` is null but at rank 0. False where it was stopped before the end (what is done is in the cube).
/// Throws what a worker or the cube throws.
bool run(const Model&, const Design&, Cube* cube, const Cube::Shape&, Ranks&, const RunOptions&);

/// The shape of the cube of a study.
Cube::Shape shape_of(const Model&, const Design&, bool derivatives);

} // namespace viresco::study
