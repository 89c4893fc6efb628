#include "lca/monte_carlo_samples.h"
#include "lca/random.h"
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace viresco::lca {
namespace {

constexpr size_t chunk = 1024;

template <class F>
void by_chunks(size_t n, F f) {
    for (size_t first = 0; first < n; first += chunk) f(first, std::min(chunk, n - first));
}

} // namespace

void Samples::Group::add(uint32_t to, uint32_t name, double first, double second) {
    adjacent = adjacent && (target.empty() || to == target.back() + 1);
    target.push_back(to);
    id.push_back(name);
    a.push_back(first);
    b.push_back(second);
}

void Samples::add(uint32_t target, uint32_t id, const Distribution& d, double amount, double factor) {
    switch (d.kind) {
    case Distribution::Kind::none: return;
    case Distribution::Kind::lognormal:
        log_.add(target, id, factor * std::copysign(exponential(d.a), amount), d.b);
        return;
    case Distribution::Kind::normal: normal_.add(target, id, factor * d.a, factor * d.b); return;
    case Distribution::Kind::triangular:
    case Distribution::Kind::uniform:
        other_.id.push_back(id);
        other_.target.push_back(target);
        other_.distribution.push_back(d);
        other_.factor.push_back(factor);
        return;
    }
}

void Samples::draw(uint32_t seed, uint32_t draw, std::span<double> values) const {
    std::array<double, chunk> numbers;
    by_chunks(log_.id.size(), [&](size_t first, size_t n) {
        const auto id = std::span(log_.id).subspan(first, n);
        const auto median = std::span(log_.a).subspan(first, n), sigma = std::span(log_.b).subspan(first, n);
        if (log_.adjacent) {
            lognormals(id, median, sigma, draw, seed, values.subspan(log_.target[first], n));
            return;
        }
        lognormals(id, median, sigma, draw, seed, std::span(numbers).first(n));
        for (size_t k = 0; k < n; ++k) values[log_.target[first + k]] = numbers[k];
    });
    by_chunks(normal_.id.size(), [&](size_t first, size_t n) {
        normals(std::span(normal_.id).subspan(first, n), draw, seed, std::span(numbers).first(n));
        for (size_t k = 0; k < n; ++k) {
            values[normal_.target[first + k]] = normal_.a[first + k] + normal_.b[first + k] * numbers[k];
        }
    });
    by_chunks(other_.id.size(), [&](size_t first, size_t n) {
        uniforms(std::span(other_.id).subspan(first, n), draw, seed, std::span(numbers).first(n));
        for (size_t k = 0; k < n; ++k) {
            const size_t i = first + k;
            values[other_.target[i]] = other_.factor[i] * quantile(other_.distribution[i], 0, numbers[k]);
        }
    });
}

void Samples::means(std::span<double> values) const {
    for (size_t k = 0; k < log_.id.size(); ++k) {
        values[log_.target[k]] = log_.a[k] * std::exp(log_.b[k] * log_.b[k] / 2);
    }
    for (size_t k = 0; k < normal_.id.size(); ++k) values[normal_.target[k]] = normal_.a[k];
    for (size_t k = 0; k < other_.id.size(); ++k) {
        values[other_.target[k]] = other_.factor[k] * moments(other_.distribution[k], 0).mean;
    }
}

} // namespace viresco::lca
