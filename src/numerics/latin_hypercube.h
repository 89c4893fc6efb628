#pragma once
#include <cstdint>

namespace viresco::numerics {

/// A Latin hypercube: in every dimension exactly one of `n` points lies in each of n slices of equal probability. The
/// order of the slices is a keyed permutation, so that any point can be had alone, without a table.
class LatinHypercube {
public:
    LatinHypercube(uint64_t n, uint64_t seed);
    uint64_t size() const { return n_; }
    /// Coordinate in (0, 1) of point index < n; any dimension.
    double at(uint64_t index, int dimension) const;

private:
    uint64_t slice(uint64_t index, uint64_t key) const;
    uint64_t n_, seed_;
    int half_bits_; ///< of a four-round Feistel network over at least n numbers
};

} // namespace viresco::numerics
