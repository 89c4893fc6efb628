#include "numerics/sobol.h"
#include "numerics/random_bits.h"
#include <algorithm>
#include <bit>
#include <cstddef>

namespace viresco::numerics {
namespace {

constexpr uint16_t table[] = {
#include "numerics/sobol_directions.inc"
};

constexpr int n_bits = SobolSequence::bits;

/// Direction numbers of one dimension from its polynomial and starting values; `next` is moved behind them.
void directions_of(const uint16_t*& next, uint32_t* v) {
    const uint32_t polynomial = *next++;
    const int degree = static_cast<int>(std::bit_width(polynomial)) - 1;
    for (int k = 0; k < n_bits; ++k) {
        if (k < degree) {
            v[k] = static_cast<uint32_t>(*next++) << (31 - k);
            continue;
        }
        v[k] = v[k - degree] ^ (v[k - degree] >> degree);
        for (int i = 1; i < degree; ++i)
            if ((polynomial >> (degree - i)) & 1U) v[k] ^= v[k - i];
    }
}

/// L x modulo 2, L lower triangular with ones on the diagonal and random bits below it: rows from the highest bit.
uint32_t scrambled(uint32_t x, const uint32_t* rows) {
    uint32_t y = 0;
    for (int k = 0; k < n_bits; ++k) y |= static_cast<uint32_t>(std::popcount(rows[k] & x) & 1) << (31 - k);
    return y;
}

} // namespace

SobolSequence::SobolSequence(int dimensions, uint64_t seed) : dimensions_(dimensions), seed_(seed) {
    const auto n = static_cast<size_t>(std::min(dimensions, max_dimensions));
    directions_.resize(n * n_bits);
    shift_.assign(n, 0);
    const uint16_t* next = table;
    for (size_t d = 0; d < n; ++d) {
        uint32_t* const v = &directions_[d * n_bits];
        if (d == 0)
            for (int k = 0; k < n_bits; ++k) v[k] = 1U << (31 - k);
        else
            directions_of(next, v);
        if (seed == 0) continue;
        uint32_t rows[n_bits];
        for (int k = 0; k < n_bits; ++k) {
            const uint32_t own = 1U << (31 - k);
            const auto random = static_cast<uint32_t>(mixed(seed, d, static_cast<uint64_t>(k)));
            rows[k] = own | (random & ~(own | (own - 1)));
        }
        for (int k = 0; k < n_bits; ++k) v[k] = scrambled(v[k], rows);
        shift_[d] = static_cast<uint32_t>(mixed(seed, d, n_bits));
    }
}

double SobolSequence::at(uint64_t index, int dimension) const {
    if (dimension >= max_dimensions) return unit_number(mixed(seed_, static_cast<uint64_t>(dimension), ~index));
    const uint32_t* const v = &directions_[static_cast<size_t>(dimension) * n_bits];
    uint32_t x = shift_[static_cast<size_t>(dimension)];
    for (auto gray = static_cast<uint32_t>(index ^ (index >> 1)); gray != 0; gray &= gray - 1)
        x ^= v[std::countr_zero(gray)];
    return (static_cast<double>(x) + 0.5) * 0x1p-32;
}

} // namespace viresco::numerics
