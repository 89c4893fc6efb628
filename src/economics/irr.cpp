#include "economics/irr.h"
#include <algorithm>
#include <cmath>

namespace viresco::economics {
namespace {

using Polynomial = std::vector<double>; // c[0] + c[1] v + ..; the last is not zero

double value(const Polynomial& c, double v) {
    double sum = 0;
    for (auto k = c.rbegin(); k != c.rend(); ++k) sum = sum * v + *k;
    return sum;
}

/// Sum of the absolute terms: what rounding is measured against.
double size(const Polynomial& c, double v) {
    double sum = 0;
    for (auto k = c.rbegin(); k != c.rend(); ++k) sum = sum * v + std::abs(*k);
    return sum;
}

Polynomial derivative(const Polynomial& c) {
    Polynomial out;
    for (size_t k = 1; k < c.size(); ++k) out.push_back(static_cast<double>(k) * c[k]);
    return out;
}

/// The zero between two points of different sign, to the last bit.
double between(const Polynomial& c, double low, double high) {
    const bool rising = value(c, low) < 0;
    for (int i = 0; i < 2000; ++i) {
        const double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high) break;
        ((value(c, middle) < 0) == rising ? low : high) = middle;
    }
    return std::abs(value(c, low)) <= std::abs(value(c, high)) ? low : high;
}

/// Zeros in (0, bound), ascending.
std::vector<double> positive_zeros(const Polynomial& c, double bound) {
    std::vector<double> zeros;
    if (c.size() < 2) return zeros;
    std::vector<double> points{0};
    for (const double x : positive_zeros(derivative(c), bound)) points.push_back(x);
    points.push_back(bound);
    constexpr double rounding = 1e-14;
    const auto touches = [&](double v) {
        return std::abs(value(c, v)) <= rounding * static_cast<double>(c.size()) * size(c, v);
    };
    for (size_t i = 0; i + 1 < points.size(); ++i) {
        const double a = points[i], b = points[i + 1];
        if (i > 0 && touches(a)) { // an extremum on the axis
            if (zeros.empty() || zeros.back() != a) zeros.push_back(a);
            continue;
        }
        if (i + 2 < points.size() && touches(b)) continue; // found as the next interval's beginning
        if ((value(c, a) < 0) != (value(c, b) < 0)) zeros.push_back(between(c, a, b));
    }
    return zeros;
}

} // namespace

double present_value(std::span<const double> flows, double rate) {
    double sum = 0;
    for (auto k = flows.rbegin(); k != flows.rend(); ++k) sum = sum / (1 + rate) + *k;
    return sum;
}

RatesOfReturn rates_of_return(std::span<const double> flows) {
    RatesOfReturn out;
    if (!std::all_of(flows.begin(), flows.end(), [](double x) { return std::isfinite(x); })) return out;
    double before = 0;
    for (const double x : flows) {
        if (x == 0) continue;
        if (before * x < 0) ++out.sign_changes;
        before = x > 0 ? 1 : -1;
    }
    if (out.sign_changes == 0) return out;
    // Years without cash at both ends say nothing: v > 0.
    const auto used = [](double x) { return x != 0; };
    const auto first = std::find_if(flows.begin(), flows.end(), used);
    const auto last = std::find_if(flows.rbegin(), flows.rend(), used);
    Polynomial c(first, last.base());
    double largest = 0;
    for (const double x : c) largest = std::max(largest, std::abs(x));
    for (double& x : c) x /= largest;
    const double bound = 1 + 1 / std::abs(c.back()); // Cauchy's bound of all zeros
    for (const double v : positive_zeros(c, bound)) out.rates.push_back(1 / v - 1);
    std::sort(out.rates.begin(), out.rates.end());
    return out;
}

} // namespace viresco::economics
