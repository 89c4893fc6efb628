#include "numerics/latin_hypercube.h"
#include "numerics/random_bits.h"
#include <algorithm>
#include <bit>

namespace viresco::numerics {

LatinHypercube::LatinHypercube(uint64_t n, uint64_t seed)
    : n_(n), seed_(seed), half_bits_(std::max(1, (static_cast<int>(std::bit_width(n > 0 ? n - 1 : 0)) + 1) / 2)) {}

/// A bijection of 0 .. 4^half_bits - 1, walked until it lands below n: less than four steps in the mean.
uint64_t LatinHypercube::slice(uint64_t index, uint64_t key) const {
    const uint64_t mask = (uint64_t{1} << half_bits_) - 1;
    uint64_t x = index;
    do {
        uint64_t left = x >> half_bits_, right = x & mask;
        for (uint64_t round = 0; round < 4; ++round) {
            const uint64_t next = left ^ (mixed(key, round, right) & mask);
            left = right;
            right = next;
        }
        x = (left << half_bits_) | right;
    } while (x >= n_);
    return x;
}

double LatinHypercube::at(uint64_t index, int dimension) const {
    const uint64_t key = mixed(seed_, static_cast<uint64_t>(dimension));
    const double inside = unit_number(mixed(key, 4, index));
    const double u = (static_cast<double>(slice(index, key)) + inside) / static_cast<double>(n_);
    return std::min(u, 1 - 0x1p-53); // rounding must not reach 1
}

} // namespace viresco::numerics
