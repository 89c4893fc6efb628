#pragma once
#include "units/unit.h"
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace viresco::units {

/// A conversion factor kept as numerator / denominator * 10^power, so that factors made of whole
/// numbers stay exact until the one rounding in value(): g/L is exactly 1 kg/m3.
struct Scale {
    double numerator = 1, denominator = 1;
    int power = 0;

    Scale operator*(const Scale&) const;
    Scale operator/(const Scale&) const;
    Scale pow(int n, int d) const;
    /// May be infinite or zero; usable() tells.
    double value() const;
    /// Both parts are positive, normal numbers and the power is not absurd.
    bool usable() const;
};

/// What one symbol of a unit means: "kWh", "kgCO2e", "CNY2024".
struct Symbol {
    Scale scale;
    Dimension dimension;
    double offset = 0;
    bool mass = false;   // g, t and their multiples: a tag may follow
    bool tagged = false; // a digit after it would be ambiguous
};

/// Looks a whole symbol up: plain, with a prefix, money with its year, or a tagged mass.
std::optional<Symbol> find_symbol(std::string_view word);

/// The tag base ("kgCO2e") of "CO2e", "COD"..; empty when `word` is no tag.
std::string tag_base(std::string_view word);

/// The tags as text: "CO2e, COD, ..".
std::string tag_list();

/// For money without a proper year ("CNY", "kCNY24") the same with one ("CNY2024"); else empty.
std::string money_with_year(std::string_view word);

/// "CNY2024" where `word` is a usual sign of money that is not a unit ("$", "RMB"); else empty.
std::string_view money_sign_hint(std::string_view word);

/// kg m s K mol A cd.
bool is_si_base(std::string_view name);

/// The one named SI unit of the dimension (W Pa J N C V Ohm S F Wb T H), or empty.
std::string_view derived_si_name(const Dimension&);

} // namespace viresco::units
