#pragma once
#include <array>
#include <cstdint>
#include <span>

namespace viresco::lca {

/// Random numbers as a function of (seed, draw, id): nothing is stored, any number can be had again at any time, in
/// any order and on any thread, with the same bits on every processor (no fused operations, one sequence of them).
///
/// Bits: Philox2x32-10 of counter (id, draw) and key seed (Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers:
/// as easy as 1, 2, 3": unverified; constants and known answers as in the Random123 test vectors, see the tests).
/// Normal: algorithm AS 241, PPND16 (Wichura 1988: unverified; coefficients compared with several public copies).

/// The two words of Philox2x32-10.
std::array<uint32_t, 2> philox(std::array<uint32_t, 2> counter, uint32_t key);

/// out[k] in (0, 1), never 0 or 1, on the grid (n + 1/2) / 2^52. Sizes equal.
void uniforms(std::span<const uint32_t> id, uint32_t draw, uint32_t seed, std::span<double> out);

/// Standard normal numbers: the quantiles of the uniforms of the same arguments. Sizes equal.
void normals(std::span<const uint32_t> id, uint32_t draw, uint32_t seed, std::span<double> out);

/// out[k] = median[k] exp(sigma[k] z[k]), z the standard normal of id[k]. Sizes equal.
void lognormals(std::span<const uint32_t> id, std::span<const double> median, std::span<const double> sigma,
                uint32_t draw, uint32_t seed, std::span<double> out);

/// e^x, |x| <= 708, relative error about 2e-16: the same bits on every processor, which the C library's are not.
double exponential(double x);

/// The quantile of the standard normal distribution at p in (0, 1); relative error about 1e-16.
double normal_quantile(double p);

} // namespace viresco::lca
