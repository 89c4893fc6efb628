#include "study/sensitivity.h"
#include "numerics/statistics.h"
#include <algorithm>
#include <cmath>

namespace viresco::study {

SobolIndices::SobolIndices(size_t inputs, uint64_t base_points)
    : inputs_(inputs), base_points_(base_points), groups_(groups) {
    for (Sums& g : groups_) {
        g.difference.assign(inputs, 0);
        g.product.assign(inputs, 0);
        g.jansen.assign(inputs, 0);
    }
}

void SobolIndices::add(uint64_t base, double a, double b, std::span<const double> mixed) {
    bool good = std::isfinite(a) && std::isfinite(b);
    for (const double y : mixed) good = good && std::isfinite(y);
    if (!good) {
        ++left_out_;
        return;
    }
    if (!started_) shift_ = a;
    started_ = true;
    Sums& g = groups_[static_cast<size_t>(base * groups / base_points_)];
    const double moved_a = a - shift_, moved_b = b - shift_;
    g.n += 1;
    g.y += moved_a + moved_b;
    g.squares += moved_a * moved_a + moved_b * moved_b;
    for (size_t i = 0; i < inputs_; ++i) {
        const double d = mixed[i] - a;
        g.difference[i] += d;
        g.product[i] += moved_b * d;
        g.jansen[i] += d * d;
    }
}

double SobolIndices::variance_of(const Sums& s) {
    const double n = 2 * s.n, mean = s.y / n;
    return s.squares / n - mean * mean;
}

SobolIndex SobolIndices::index_of(const Sums& s, size_t i) const {
    const double variance = variance_of(s);
    if (!(variance > 0)) return {};
    const double mean = s.y / (2 * s.n); // the differences have no mean: taking it out only lowers the noise
    return {(s.product[i] - mean * s.difference[i]) / s.n / variance, 0, s.jansen[i] / (2 * s.n) / variance, 0};
}

uint64_t SobolIndices::used() const {
    double n = 0;
    for (const Sums& g : groups_) n += g.n;
    return static_cast<uint64_t>(n);
}

namespace {

constexpr double t_quantile = 2.0395; // 97.5 % of Student's t with 31 degrees of freedom

} // namespace

double SobolIndices::variance() const {
    Sums all;
    for (const Sums& g : groups_) {
        all.n += g.n;
        all.y += g.y;
        all.squares += g.squares;
    }
    return all.n > 0 ? std::max(0.0, variance_of(all)) : 0;
}

std::vector<SobolIndex> SobolIndices::result() const {
    std::vector<SobolIndex> out(inputs_);
    if (used() == 0) return out;
    // The sums of one input alone: jackknife and all.
    for (size_t i = 0; i < inputs_; ++i) {
        Sums all;
        all.difference.assign(1, 0);
        all.product.assign(1, 0);
        all.jansen.assign(1, 0);
        const auto add = [&](Sums& to, const Sums& from, double sign) {
            to.n += sign * from.n;
            to.y += sign * from.y;
            to.squares += sign * from.squares;
            to.difference[0] += sign * from.difference[i];
            to.product[0] += sign * from.product[i];
            to.jansen[0] += sign * from.jansen[i];
        };
        for (const Sums& g : groups_) add(all, g, 1);
        out[i] = index_of(all, 0);
        std::vector<double> first, total;
        for (const Sums& g : groups_) {
            if (g.n == 0) continue;
            Sums rest = all;
            add(rest, g, -1);
            if (rest.n == 0) continue;
            const SobolIndex without = index_of(rest, 0);
            first.push_back(without.first);
            total.push_back(without.total);
        }
        const auto half_width = [](const std::vector<double>& x) {
            const auto n = static_cast<double>(x.size());
            return x.size() < 2 ? 0.0 : t_quantile * numerics::spread(x).sd * (n - 1) / std::sqrt(n);
        };
        out[i].first_error = half_width(first);
        out[i].total_error = half_width(total);
    }
    return out;
}

void MorrisScreening::add(const Design::Trajectory& t, std::span<const double> values) {
    for (size_t s = 0; s < t.order.size(); ++s) {
        const auto k = static_cast<size_t>(t.order[s]);
        const double effect = (values[s + 1] - values[s]) / t.step[k];
        if (std::isfinite(effect)) effects_[k].push_back(effect);
    }
}

std::vector<MorrisMeasure> MorrisScreening::result() const {
    std::vector<MorrisMeasure> out;
    for (const std::vector<double>& effects : effects_) {
        std::vector<double> sizes;
        for (const double e : effects) sizes.push_back(std::fabs(e));
        const numerics::Spread signed_spread = numerics::spread(effects), size = numerics::spread(sizes);
        out.push_back({signed_spread.mean, size.mean, size.standard_error(), signed_spread.sd, effects.size()});
    }
    return out;
}

} // namespace viresco::study
