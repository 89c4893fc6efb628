#pragma once
#include <cstdint>

namespace viresco::numerics {

/// 64 bits that depend on every bit of the arguments: a counter in, random bits out, the same on every machine.
/// The finaliser of SplitMix64 (constants as in its public implementations; paper unverified), chained.
constexpr uint64_t mixed(uint64_t x) {
    x += 0x9E3779B97F4A7C15U;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
    return x ^ (x >> 31);
}
constexpr uint64_t mixed(uint64_t a, uint64_t b) { return mixed(mixed(a) ^ b); }
constexpr uint64_t mixed(uint64_t a, uint64_t b, uint64_t c) { return mixed(mixed(a, b) ^ c); }

/// A number in (0, 1), never 0 or 1, of the upper 52 bits.
constexpr double unit_number(uint64_t bits) { return (static_cast<double>(bits >> 12) + 0.5) * 0x1p-52; }

} // namespace viresco::numerics
