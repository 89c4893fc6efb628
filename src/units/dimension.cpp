#include "units/symbol.h"
#include "units/unit.h"
#include <cstdlib>
#include <limits>
#include <numeric>
#include <stdexcept>

namespace viresco::units {
namespace {

using Exponent = Dimension::Exponent;

/// The reduced exponent numerator / denominator. Throws std::overflow_error beyond int.
Exponent reduced(const std::string& base, int64_t numerator, int64_t denominator) {
    const int64_t common = std::gcd(numerator, denominator);
    numerator /= common;
    denominator /= common;
    if (denominator < 0) {
        numerator = -numerator;
        denominator = -denominator;
    }
    constexpr int64_t limit = std::numeric_limits<int>::max();
    if (std::abs(numerator) > limit || denominator > limit) throw std::overflow_error("exponent of " + base);
    return {base, static_cast<int>(numerator), static_cast<int>(denominator)};
}

/// Sorted union of both lists with exponents a + sign * b; zeros are dropped.
std::vector<Exponent> merged(const std::vector<Exponent>& a, const std::vector<Exponent>& b, int sign) {
    std::vector<Exponent> out;
    out.reserve(a.size() + b.size());
    for (size_t i = 0, j = 0; i < a.size() || j < b.size();) {
        const int order = i == a.size() ? 1 : j == b.size() ? -1 : a[i].base.compare(b[j].base);
        if (order < 0) {
            out.push_back(a[i++]);
        } else if (order > 0) {
            out.push_back(b[j++]);
            out.back().numerator *= sign;
        } else {
            const int64_t p = a[i].numerator, q = a[i].denominator, r = b[j].numerator, s = b[j].denominator;
            const Exponent sum = reduced(a[i].base, p * s + sign * r * q, q * s);
            if (sum.numerator != 0) out.push_back(sum);
            ++i;
            ++j;
        }
    }
    return out;
}

/// "m3", "s", "m^(1/2)", "kgN^2" for a positive exponent. Digits follow a name directly only where
/// the name is an SI base: "kgN2" would be read as dinitrogen.
std::string power_text(const Exponent& e) {
    const int n = std::abs(e.numerator);
    if (e.denominator != 1) return e.base + "^(" + std::to_string(n) + "/" + std::to_string(e.denominator) + ")";
    if (n == 1) return e.base;
    return e.base + (is_si_base(e.base) ? "" : "^") + std::to_string(n);
}

} // namespace

Dimension Dimension::base(std::string name) {
    Dimension d;
    d.exponents_.push_back({std::move(name), 1, 1});
    return d;
}

Dimension Dimension::operator*(const Dimension& other) const {
    Dimension d;
    d.exponents_ = merged(exponents_, other.exponents_, 1);
    return d;
}

Dimension Dimension::operator/(const Dimension& other) const {
    Dimension d;
    d.exponents_ = merged(exponents_, other.exponents_, -1);
    return d;
}

Dimension Dimension::pow(int numerator, int denominator) const {
    if (denominator == 0) throw std::domain_error("exponent with denominator 0");
    Dimension d;
    if (numerator == 0) return d;
    for (const Exponent& e : exponents_)
        d.exponents_.push_back(reduced(e.base, int64_t{e.numerator} * numerator, int64_t{e.denominator} * denominator));
    return d;
}

std::string Dimension::text() const {
    if (dimensionless()) return "1";
    if (const std::string_view name = derived_si_name(*this); !name.empty()) return std::string(name);
    std::string above, below;
    int n_below = 0;
    for (const Exponent& e : exponents_) {
        std::string& side = e.numerator > 0 ? above : below;
        if (!side.empty()) side += '.';
        side += power_text(e);
        n_below += e.numerator < 0;
    }
    if (above.empty()) above += '1';
    if (n_below == 0) return above;
    return above + (n_below == 1 ? "/" + below : "/(" + below + ")");
}

} // namespace viresco::units
