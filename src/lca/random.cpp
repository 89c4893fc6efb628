#include "lca/random.h"
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>

// The loops over lanes are compiled twice, with and without AVX2, and chosen at load time. Both do the same IEEE
// operations (the library is built without contraction), so their bits agree.
// Not under clang, which inlines across targets less freely, nor under sanitizers, which start before the choice.
#if defined(__x86_64__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#include <immintrin.h>
#define VIRESCO_AVX2 1
#define VIRESCO_VECTOR __attribute__((target_clones("avx2", "default")))
#else
#define VIRESCO_VECTOR
#endif
#define VIRESCO_INLINE inline __attribute__((always_inline))
// Vectors never cross a real call: every function taking them is inlined, also without optimisation (hence no
// std::bit_cast, which would be called with the convention of the machine without AVX).
#pragma GCC diagnostic ignored "-Wpsabi"

namespace viresco::lca {
namespace {

constexpr int n_rounds = 10;
constexpr uint64_t multiplier = 0xD256D193U;
constexpr uint32_t key_step = 0x9E3779B9U;
constexpr size_t block = 256; ///< numbers made at once: the work arrays stay in the first cache

/// AS 241: numerator and denominator by region, lowest power first.
struct Rational {
    double p[8], q[8];
};
constexpr Rational central{
    {3.3871328727963666080, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
     4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3},
    {1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3, 2.1213794301586595867e4,
     3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3}};
constexpr Rational outer{
    {1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
     1.27045825245236838258, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4},
    {1.0, 2.05319162663775882187, 1.67638483018380384940, 6.89767334985100004550e-1, 1.48103976427480074590e-1,
     1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9}};
constexpr Rational far_out{
    {6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 2.96560571828504891230e-1,
     2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7},
    {1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2, 7.86869131145613259100e-4,
     1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15}};

/// Four numbers side by side; the functions below take one number or four.
using Four = double __attribute__((vector_size(32)));
using FourBits = uint64_t __attribute__((vector_size(32)));
VIRESCO_INLINE uint64_t bits_of(double x) { return __builtin_bit_cast(uint64_t, x); }
VIRESCO_INLINE FourBits bits_of(const Four& x) { return __builtin_bit_cast(FourBits, x); }
VIRESCO_INLINE double number_of(uint64_t x) { return __builtin_bit_cast(double, x); }
VIRESCO_INLINE Four number_of(const FourBits& x) { return __builtin_bit_cast(Four, x); }

template <class T>
VIRESCO_INLINE T ratio(const Rational& c, const T& r) {
    T p = r * c.p[7] + c.p[6], q = r * c.q[7] + c.q[6];
    for (int k = 5; k >= 0; --k) {
        p = p * r + c.p[k];
        q = q * r + c.q[k];
    }
    return p / q;
}

/// e^x for |x| < 708; beyond that the bound's value. Cody-Waite reduction, Taylor's polynomial on +-ln(2)/2.
template <class T>
VIRESCO_INLINE T exponential_of(const T& argument) {
    constexpr double to_integer = 6755399441055744.0; // 1.5 x 2^52: adding it leaves the integer in the low bits
    T x = argument < -708.0 ? argument * 0.0 - 708.0 : argument;
    x = x > 708.0 ? x * 0.0 + 708.0 : x;
    const T shifted = x * 1.4426950408889634074 + to_integer;
    const T k = shifted - to_integer;
    const T r = (x - k * 0.693147180369123816490) - k * 1.90821492927058770002e-10;
    // sum r^k / k!, k = 0 .. 12, in pairs: short chains.
    const T r2 = r * r, r4 = r2 * r2, r8 = r4 * r4;
    const T p01 = r + 1.0, p23 = r * (1.0 / 6.0) + 0.5;
    const T p45 = r * (1.0 / 120.0) + 1.0 / 24.0, p67 = r * (1.0 / 5040.0) + 1.0 / 720.0;
    const T p89 = r * (1.0 / 362880.0) + 1.0 / 40320.0, pab = r * (1.0 / 39916800.0) + 1.0 / 3628800.0;
    const T high = (p89 + pab * r2) + r4 * (1.0 / 479001600.0);
    const T p = (p01 + p23 * r2) + ((p45 + p67 * r2) * r4 + high * r8);
    return p * number_of((bits_of(shifted) << 52) + 0x3FF0000000000000U);
}

/// ln x for normal positive x: x = 2^e m, m in [sqrt(1/2), sqrt(2)), series of artanh((m - 1) / (m + 1)).
template <class T>
VIRESCO_INLINE T logarithm(const T& x) {
    const auto bits = bits_of(x);
    const auto exponent = (bits + 0x00095F619980C434U) >> 52; // the sum carries when the mantissa is above sqrt(2)
    const T m = number_of(bits - ((exponent - 1023U) << 52));
    // The exponent as a double without a conversion of 64-bit integers (AVX2 has none).
    const T e = number_of(exponent | 0x4330000000000000U) - (4503599627370496.0 + 1023.0);
    const T t = (m - 1.0) / (m + 1.0), s = t * t;
    T p = s * (2.0 / 21.0) + 2.0 / 19.0;
    p = p * s + 2.0 / 17.0;
    p = p * s + 2.0 / 15.0;
    p = p * s + 2.0 / 13.0;
    p = p * s + 2.0 / 11.0;
    p = p * s + 2.0 / 9.0;
    p = p * s + 2.0 / 7.0;
    p = p * s + 2.0 / 5.0;
    p = p * s + 2.0 / 3.0;
    return e * 0.693147180369123816490 + ((p * s * t + 2.0 * t) + e * 1.90821492927058770002e-10);
}

VIRESCO_INLINE Four load(const double* p) {
    Four x;
    std::memcpy(&x, p, sizeof x);
    return x;
}
VIRESCO_INLINE void store(double* p, const Four& x) { std::memcpy(p, &x, sizeof x); }

/// u - 1/2 from the two words, for the u of uniforms(): exact, so that both tails have the same numbers.
VIRESCO_INLINE double centred(std::array<uint32_t, 2> w) {
    const uint64_t mantissa = (static_cast<uint64_t>(w[0]) << 20) | (w[1] >> 12);
    return (number_of(mantissa | 0x3FF0000000000000U) - 1.5) + 0x1p-53;
}

VIRESCO_INLINE std::array<uint32_t, 2> words(uint32_t a, uint32_t b, uint32_t key) {
    for (int round = 0; round < n_rounds; ++round, key += key_step) {
        const uint64_t product = multiplier * a;
        a = static_cast<uint32_t>(product >> 32) ^ key ^ b;
        b = static_cast<uint32_t>(product);
    }
    return {a, b};
}

#ifdef VIRESCO_AVX2
/// centred_uniforms() for the first n - n % 16 numbers; integers, hence the same bits by definition.
/// Four independent chains, because one has to wait for each of its multiplications.
__attribute__((target("avx2"))) size_t centred_avx2(const uint32_t* id, uint32_t draw, uint32_t seed, double* out,
                                                    size_t n) {
    const __m256i m = _mm256_set1_epi64x(static_cast<long long>(multiplier));
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        __m256i a[4], b[4];
        for (size_t h = 0; h < 4; ++h) {
            a[h] = _mm256_cvtepu32_epi64(_mm_loadu_si128(reinterpret_cast<const __m128i*>(id + i + 4 * h)));
            b[h] = _mm256_set1_epi64x(draw);
        }
        uint32_t key = seed;
        for (int round = 0; round < n_rounds; ++round, key += key_step) {
            const __m256i k = _mm256_set1_epi64x(key);
            for (size_t h = 0; h < 4; ++h) { // the multiplication reads the low words only: no masks needed
                const __m256i product = _mm256_mul_epu32(a[h], m);
                a[h] = _mm256_xor_si256(_mm256_srli_epi64(product, 32), _mm256_xor_si256(k, b[h]));
                b[h] = product;
            }
        }
        for (size_t h = 0; h < 4; ++h) {
            const __m256i high = _mm256_srli_epi64(_mm256_slli_epi64(a[h], 32), 12);
            const __m256i low = _mm256_srli_epi64(_mm256_slli_epi64(b[h], 32), 44);
            const __m256i bits = _mm256_or_si256(_mm256_or_si256(high, low), _mm256_set1_epi64x(0x3FF0000000000000LL));
            const __m256d q = _mm256_add_pd(_mm256_sub_pd(_mm256_castsi256_pd(bits), _mm256_set1_pd(1.5)),
                                            _mm256_set1_pd(0x1p-53));
            _mm256_storeu_pd(out + i + 4 * h, q);
        }
    }
    return i;
}
#endif

void centred_uniforms(const uint32_t* id, uint32_t draw, uint32_t seed, double* out, size_t n) {
    size_t i = 0;
#ifdef VIRESCO_AVX2
    static const bool fast = __builtin_cpu_supports("avx2");
    if (fast) i = centred_avx2(id, draw, seed, out, n);
#endif
    for (; i < n; ++i) out[i] = centred(words(id[i], draw, seed));
}

// The three loops run over whole fours: their arrays hold `block` numbers, those beyond n are of no meaning.

VIRESCO_VECTOR void central_quantiles(const double* q, double* z, size_t n) {
    for (size_t i = 0; i < n; i += 4) {
        const Four x = load(q + i);
        store(z + i, x * ratio(central, 0.180625 - x * x));
    }
}

/// ratio(outer, sqrt(-ln p) - 1.6) for the probabilities p of the tail.
VIRESCO_VECTOR void tail_quantiles(const double* p, double* z, size_t n) {
    for (size_t i = 0; i < n; i += 4) store(z + i, -logarithm(load(p + i)));
    for (size_t i = 0; i < n; ++i) z[i] = std::sqrt(z[i]) - 1.6;
    for (size_t i = 0; i < n; i += 4) store(z + i, ratio(outer, load(z + i)));
}

VIRESCO_VECTOR void scaled_exponentials(const double* z, const double* median, const double* sigma, double* out,
                                        size_t n) {
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        store(out + i, load(median + i) * exponential_of(load(sigma + i) * load(z + i)));
    }
    for (; i < n; ++i) out[i] = median[i] * exponential_of(sigma[i] * z[i]);
}

/// Numbers made at once, set to a value that is harmless where they are not used.
struct alignas(32) Numbers : std::array<double, block> {
    Numbers() { fill(0.25); }
};

/// Standard normal numbers z from centred uniforms q; n <= block.
void quantiles(const Numbers& q, Numbers& z, size_t n) {
    central_quantiles(q.data(), z.data(), n);
    // 15 % lie outside the central region: gathered, so that they too are done side by side.
    std::array<uint32_t, block> where;
    Numbers tail, value;
    size_t n_tail = 0;
    for (size_t i = 0; i < n; ++i) {
        const double distance = std::fabs(q[i]);
        where[n_tail] = static_cast<uint32_t>(i);
        tail[n_tail] = 0.5 - distance;
        n_tail += distance > 0.425 ? 1U : 0U;
    }
    tail_quantiles(tail.data(), value.data(), n_tail);
    for (size_t k = 0; k < n_tail; ++k) {
        const size_t i = where[k];
        z[i] = std::copysign(value[k], q[i]);
        if (tail[k] < 1.3887943864964021e-11) { // exp(-25): sqrt(-ln p) above 5
            z[i] = std::copysign(ratio(far_out, std::sqrt(-logarithm(tail[k])) - 5.0), q[i]);
        }
    }
}

/// f(first, count) over blocks of n numbers.
template <class F>
void by_blocks(size_t n, F f) {
    for (size_t first = 0; first < n; first += block) f(first, std::min(block, n - first));
}

} // namespace

std::array<uint32_t, 2> philox(std::array<uint32_t, 2> counter, uint32_t key) {
    return words(counter[0], counter[1], key);
}

void uniforms(std::span<const uint32_t> id, uint32_t draw, uint32_t seed, std::span<double> out) {
    centred_uniforms(id.data(), draw, seed, out.data(), id.size());
    for (double& u : out) u += 0.5;
}

void normals(std::span<const uint32_t> id, uint32_t draw, uint32_t seed, std::span<double> out) {
    Numbers q, z;
    by_blocks(id.size(), [&](size_t first, size_t n) {
        centred_uniforms(id.data() + first, draw, seed, q.data(), n);
        quantiles(q, z, n);
        std::copy_n(z.begin(), n, out.data() + first);
    });
}

void lognormals(std::span<const uint32_t> id, std::span<const double> median, std::span<const double> sigma,
                uint32_t draw, uint32_t seed, std::span<double> out) {
    Numbers q, z;
    by_blocks(id.size(), [&](size_t first, size_t n) {
        centred_uniforms(id.data() + first, draw, seed, q.data(), n);
        quantiles(q, z, n);
        scaled_exponentials(z.data(), median.data() + first, sigma.data() + first, out.data() + first, n);
    });
}

double exponential(double x) { return exponential_of(x); }

double normal_quantile(double p) {
    const double q = p - 0.5;
    double z = 0;
    if (std::fabs(q) <= 0.425) {
        z = q * ratio(central, 0.180625 - q * q);
    } else {
        const double r = std::sqrt(-std::log(q < 0 ? p : 1 - p));
        z = std::copysign(r <= 5 ? ratio(outer, r - 1.6) : ratio(far_out, r - 5.0), q);
    }
    return z;
}

} // namespace viresco::lca
