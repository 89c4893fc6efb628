#pragma once
#include <cstdint>
#include <vector>

namespace viresco::numerics {

/// The Sobol sequence with the direction numbers of Joe and Kuo (2008): points that fill the unit cube evenly, any of
/// them to be had alone.
///
/// seed 0: the sequence as published, point 0 at the origin moved by half a grid step. Any other seed scrambles it: in
/// each dimension a random lower triangular matrix of bits and a random shift (Matousek 1998, linear scrambling:
/// unverified), which keeps the evenness (every net stays a net) and makes each point uniform over the seeds.
/// Order of points: by Gray code, as the published lists have it. Beyond `max_dimensions` there are no direction numbers:
/// those dimensions are plain random numbers of (seed, dimension, index).
class SobolSequence {
public:
    static constexpr int max_dimensions = 1024;
    static constexpr int bits = 32; ///< at most 2^32 points

    SobolSequence(int dimensions, uint64_t seed);

    int dimensions() const { return dimensions_; }
    /// Coordinate in (0, 1) of point `index`: on the grid (n + 1/2) / 2^32.
    double at(uint64_t index, int dimension) const;

private:
    int dimensions_;
    uint64_t seed_;
    std::vector<uint32_t> directions_; ///< dimension x bit
    std::vector<uint32_t> shift_;      ///< per dimension
};

} // namespace viresco::numerics
