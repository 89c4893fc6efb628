#pragma once
#include "study/model.h"
#include <functional>

namespace viresco::study {

/// Reads a cube in the order of its rows, a chunk at a time. Throws ConfigError where a chunk is damaged.
class Rows {
public:
    Rows(const Cube& cube, uint64_t scenario) : cube_(cube), scenario_(scenario) {}
    /// Numbers and flags of the next row; valid until the next call. False after the last one.
    bool next(std::span<const double>& values, std::span<const uint32_t>& flags);

private:
    const Cube& cube_;
    uint64_t scenario_, row_ = 0;
    Cube::Chunk chunk_;
};

/// Columns first .. first + n - 1 of all rows of a scenario, one after the other.
std::vector<std::vector<double>> columns_of(const Cube&, uint64_t scenario, size_t first, size_t n);

} // namespace viresco::study
