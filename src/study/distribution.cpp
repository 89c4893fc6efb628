#include "study/distribution.h"
#include "lca/monte_carlo_distribution.h"
#include "lca/random.h"
#include "numerics/statistics.h"
#include <algorithm>
#include <cmath>

namespace viresco::study {

using Kind = Distribution::Kind;

namespace {

constexpr double pi = 3.14159265358979323846;
constexpr double pert_weight = 4;

} // namespace

Distribution Distribution::of(const matter::Datum& datum) {
    const matter::Uncertainty& u = datum.uncertainty;
    Distribution d;
    d.kind_ = u.kind;
    d.mode_ = datum.si;
    d.low_ = u.low;
    d.high_ = u.high;
    if (u.kind == Kind::unstated) {
        const bool well_known = datum.evidence == matter::Evidence::measured ||
                                datum.evidence == matter::Evidence::supplier;
        d.kind_ = !datum.low_si || u.span_of_declaration ? Kind::fixed : well_known ? Kind::pert : Kind::triangular;
        d.low_ = datum.low_si.value_or(datum.si);
        d.high_ = datum.high_si.value_or(datum.si);
    }
    if (u.kind == Kind::lognormal) d.low_ = lca::pedigree_sigma(u.pedigree, std::log(u.low));
    const bool spreads = d.kind_ == Kind::normal || d.kind_ == Kind::lognormal ? d.low_ > 0 : d.high_ > d.low_;
    if (d.kind_ == Kind::fixed || !spreads) return {};
    return d;
}

double Distribution::quantile(double u) const {
    const double width = high_ - low_;
    switch (kind_) {
    case Kind::unstated:
    case Kind::fixed: break;
    case Kind::uniform: return low_ + width * u;
    case Kind::triangular: {
        const double below = mode_ - low_;
        const double x = u * width < below ? low_ + std::sqrt(u * width * below)
                                           : high_ - std::sqrt((1 - u) * width * (high_ - mode_));
        return std::clamp(x, low_, high_);
    }
    case Kind::pert: {
        const double a = 1 + pert_weight * (mode_ - low_) / width, b = 1 + pert_weight * (high_ - mode_) / width;
        return std::clamp(low_ + width * numerics::beta_quantile(a, b, u), low_, high_);
    }
    case Kind::normal: return mode_ + low_ * lca::normal_quantile(u);
    case Kind::lognormal: return mode_ * std::exp(low_ * lca::normal_quantile(u));
    }
    return mode_;
}

double Distribution::mean() const {
    switch (kind_) {
    case Kind::unstated:
    case Kind::fixed:
    case Kind::normal: break;
    case Kind::uniform: return (low_ + high_) / 2;
    case Kind::triangular: return (low_ + mode_ + high_) / 3;
    case Kind::pert: return (low_ + pert_weight * mode_ + high_) / (pert_weight + 2);
    case Kind::lognormal: return mode_ * std::exp(low_ * low_ / 2);
    }
    return mode_;
}

double Distribution::variance() const {
    const double w = high_ - low_;
    switch (kind_) {
    case Kind::unstated:
    case Kind::fixed: break;
    case Kind::normal: return low_ * low_;
    case Kind::uniform: return w * w / 12;
    case Kind::triangular:
        return (low_ * low_ + mode_ * mode_ + high_ * high_ - low_ * mode_ - low_ * high_ - mode_ * high_) / 18;
    case Kind::pert: return (mean() - low_) * (high_ - mean()) / (pert_weight + 3);
    case Kind::lognormal: return mean() * mean() * std::expm1(low_ * low_);
    }
    return 0;
}

double Distribution::poincare() const {
    const double w = high_ - low_;
    switch (kind_) {
    case Kind::unstated:
    case Kind::fixed: break;
    case Kind::uniform: return w * w / (pi * pi);
    case Kind::normal:
    case Kind::lognormal: return low_ * low_;
    case Kind::triangular: {
        // Density at the median, on the side of the mode where the median lies.
        const double x = quantile(0.5);
        const double p = x < mode_ ? 2 * (x - low_) / (w * (mode_ - low_)) : 2 * (high_ - x) / (w * (high_ - mode_));
        return 1 / (p * p);
    }
    case Kind::pert: {
        const double step = 1e-5, span = quantile(0.5 + step) - quantile(0.5 - step);
        return span * span / (4 * step * step);
    }
    }
    return 0;
}

std::string Distribution::text(const units::Unit& unit) const {
    const auto shown = [&](double si) { return units::format_number(unit.from_si(si)); };
    const std::string name = matter::to_string(kind_);
    switch (kind_) {
    case Kind::unstated:
    case Kind::fixed: return name;
    case Kind::uniform: return name + " [" + shown(low_) + ", " + shown(high_) + "]";
    case Kind::triangular:
    case Kind::pert: return name + " [" + shown(low_) + ", " + shown(mode_) + ", " + shown(high_) + "]";
    case Kind::normal:
        return name + ", mean " + shown(mode_) + ", standard deviation " + units::format_number(low_ / unit.factor);
    case Kind::lognormal:
        return name + ", median " + shown(mode_) + ", geometric standard deviation " +
               units::format_number(std::exp(low_));
    }
    return name;
}

} // namespace viresco::study
