#include "lca/monte_carlo_distribution.h"
#include "lca/random.h"
#include <cmath>
#include <cstddef>

namespace viresco::lca {

using Kind = Distribution::Kind;

const PedigreeTable ecoinvent_pedigree{{
    {0, 0.0006, 0.002, 0.008, 0.04},
    {0, 0.0001, 0.0006, 0.002, 0.008},
    {0, 0.0002, 0.002, 0.008, 0.04},
    {0, 0.000025, 0.0001, 0.0006, 0.002},
    {0, 0.0006, 0.008, 0.04, 0.12},
}};

const std::array<const char*, 5> pedigree_indicators{"reliability", "completeness", "temporal correlation",
                                                     "geographical correlation", "further technological correlation"};

Moments moments(const Distribution& d, double amount) {
    switch (d.kind) {
    case Kind::none: break;
    case Kind::lognormal: {
        const double spread = std::exp(d.b * d.b), mean = std::copysign(std::exp(d.a) * std::sqrt(spread), amount);
        return {mean, mean * mean * (spread - 1)};
    }
    case Kind::normal: return {d.a, d.b * d.b};
    case Kind::triangular:
        return {(d.a + d.b + d.c) / 3, (d.a * d.a + d.b * d.b + d.c * d.c - d.a * d.b - d.a * d.c - d.b * d.c) / 18};
    case Kind::uniform: return {(d.a + d.b) / 2, (d.b - d.a) * (d.b - d.a) / 12};
    }
    return {amount, 0};
}

double quantile(const Distribution& d, double amount, double u) {
    switch (d.kind) {
    case Kind::none: break;
    case Kind::lognormal: return std::copysign(std::exp(d.a + d.b * normal_quantile(u)), amount);
    case Kind::normal: return d.a + d.b * normal_quantile(u);
    case Kind::triangular: {
        const double width = d.c - d.a, below = d.b - d.a;
        if (!(width > 0)) return d.b;
        return u * width < below ? d.a + std::sqrt(u * width * below) : d.c - std::sqrt((1 - u) * width * (d.c - d.b));
    }
    case Kind::uniform: return d.a + (d.b - d.a) * u;
    }
    return amount;
}

double pedigree_sigma(std::span<const uint8_t, 5> scores, double base_sigma, const PedigreeTable& table) {
    double variance = base_sigma * base_sigma;
    for (size_t k = 0; k < 5; ++k) {
        if (scores[k] >= 1 && scores[k] <= 5) variance += table[k][scores[k] - 1U];
    }
    return std::sqrt(variance);
}

Distribution pedigree_distribution(double amount, std::span<const uint8_t, 5> scores, double base_sigma,
                                   const PedigreeTable& table) {
    const double sigma = pedigree_sigma(scores, base_sigma, table);
    if (sigma == 0 || amount == 0) return {};
    return {Kind::lognormal, std::log(std::fabs(amount)), sigma, 0};
}

} // namespace viresco::lca
