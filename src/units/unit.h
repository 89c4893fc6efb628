#pragma once
#include "base/diagnostic.h"
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace viresco::units {

/// Exponents of base quantities. Besides kg m s K mol A cd there are *tags*, which are dimensions of
/// their own and never convert by themselves: money ("CNY2024": the year belongs to it), "kgCO2e",
/// "kgCOD", "kgN".., "U" (enzyme activity), "cells", "kgce" is energy (29.3076 MJ), not a tag.
class Dimension {
public:
    static Dimension base(std::string name);
    bool dimensionless() const { return exponents_.empty(); }
    Dimension operator*(const Dimension&) const;
    Dimension operator/(const Dimension&) const;
    /// Rational powers; the exponent is given as numerator / denominator.
    /// Throws std::domain_error for denominator 0, std::overflow_error where an exponent leaves int.
    Dimension pow(int numerator, int denominator = 1) const;
    bool operator==(const Dimension&) const = default;
    std::strong_ordering operator<=>(const Dimension&) const = default;
    /// SI unit of the dimension as text that parse_unit() reads back: "kg/m3", "W", "kgCO2e/kg", "1".
    std::string text() const;
    struct Exponent {
        std::string base;
        int numerator = 0, denominator = 1; // reduced, denominator > 0
        bool operator==(const Exponent&) const = default;
        std::strong_ordering operator<=>(const Exponent&) const = default;
    };
    const std::vector<Exponent>& exponents() const { return exponents_; }

private:
    std::vector<Exponent> exponents_; // sorted by base, no zeros
};

/// A unit of measure: SI value = factor * value + offset (offset only for degC, degF alone).
struct Unit {
    Dimension dimension;
    double factor = 1;
    double offset = 0;
    std::string text; // as written
    double to_si(double value) const { return factor * value + offset; }
    double from_si(double value) const { return (value - offset) / factor; }
};

/// Where in the parsed text something is wrong, and what (table messages/units.h).
struct UnitError {
    size_t offset = 0, length = 1;
    Message message;
    std::vector<Message> hints;
};

/// A number with a unit, in SI. `unit` is as written ("kWh/m3"; empty = dimensionless).
struct Quantity {
    double si = 0;
    Unit unit;
    const Dimension& dimension() const { return unit.dimension; }
};

/// Reads a unit: "kWh/m3", "g/L", "m3.d-1", "kg CO2e/kWh", "mol/(m3*s)", "m^2", "m²", "%", "1/h", "Nm3".
/// Thread-safe, no state. On failure returns nullopt and fills `error`.
std::optional<Unit> parse_unit(std::string_view text, UnitError* error = nullptr);

/// Reads "4 kWh/m3", "97 %", "-40 degC", "1e-3", "0.25". The number is parsed locale-free.
std::optional<Quantity> parse_quantity(std::string_view text, UnitError* error = nullptr);

/// Shortest text that reads back to the same double: "0.1", "1e-12", "55.4".
std::string format_number(double value);

/// Every known unit name with its dimension text, for `viresco list units` and for suggestions.
std::vector<std::pair<std::string, std::string>> known_units();

} // namespace viresco::units
