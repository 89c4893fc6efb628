#include "units/symbol.h"
#include <array>
#include <cmath>
#include <cstdlib>
#include <numbers>

namespace viresco::units {
namespace {

/// Exponents of the SI base quantities; `tag` is a further base with exponent 1.
struct Powers {
    int kg = 0, m = 0, s = 0, K = 0, mol = 0, A = 0, cd = 0;
    std::string_view tag = {};
};

struct Definition {
    std::string_view name;
    Powers powers;
    Scale scale = {};
    std::string_view prefixes = ""; // letters of allowed prefixes; "*" allows all
    double offset = 0;
};

struct Prefix {
    std::string_view text;
    char letter; // as in Definition::prefixes; '-' only where all are allowed
    int power;
};

constexpr Prefix prefixes[] = {
    {"da", '-', 1}, {"y", 'y', -24}, {"z", 'z', -21}, {"a", 'a', -18},     {"f", 'f', -15},     {"p", 'p', -12},
    {"n", 'n', -9}, {"u", 'u', -6},  {"m", 'm', -3},  {"\u00B5", 'u', -6}, {"\u03BC", 'u', -6}, {"c", 'c', -2},
    {"d", 'd', -1}, {"h", 'h', 2},   {"k", 'k', 3},   {"M", 'M', 6},       {"G", 'G', 9},       {"T", 'T', 12},
    {"P", 'P', 15}, {"E", 'E', 18},  {"Z", 'Z', 21},  {"Y", 'Y', 24},
};

/// Far beyond any double, and small enough that products with an exponent fit an int.
constexpr int max_power = 10000;

constexpr double pi = std::numbers::pi;
constexpr double gas_constant = 8.31446261815324; // J/(mol K), exact since 2019
constexpr Powers none = {}, second = {.s = 1}, volume = {.m = 3}, frequency = {.s = -1},
                 energy = {.kg = 1, .m = 2, .s = -2}, power = {.kg = 1, .m = 2, .s = -3},
                 pressure = {.kg = 1, .m = -1, .s = -2}, molarity = {.m = -3, .mol = 1};

/// The units by their customary definitions; tests/units/conversion_test.cpp names the relation of each.
constexpr Definition definitions[] = {
    // Base units and their everyday companions.
    {"g", {.kg = 1}, {1, 1, -3}, "*"},
    {"t", {.kg = 1}, {1, 1, 3}, "kMG"},
    {"Da", {.kg = 1}, {166053906660, 1, -38}, "kM"}, // CODATA 2018
    {"m", {.m = 1}, {}, "*"},
    {"s", second, {}, "*"},
    {"min", second, {60}},
    {"h", second, {3600}},
    {"d", second, {86400}},
    {"a", second, {31557600}}, // 365.25 d
    {"yr", second, {31557600}},
    {"year", second, {31557600}},
    {"K", {.K = 1}, {}, "*"},
    {"mol", {.mol = 1}, {}, "*"},
    {"A", {.A = 1}, {}, "*"},
    {"cd", {.cd = 1}, {}, "*"},
    // Derived SI units.
    {"N", {.kg = 1, .m = 1, .s = -2}, {}, "*"},
    {"Pa", pressure, {}, "*"},
    {"J", energy, {}, "*"},
    {"W", power, {}, "*"},
    {"Hz", frequency, {}, "*"},
    {"C", {.s = 1, .A = 1}, {}, "*"},
    {"V", {.kg = 1, .m = 2, .s = -3, .A = -1}, {}, "*"},
    {"Ohm", {.kg = 1, .m = 2, .s = -3, .A = -2}, {}, "*"},
    {"\u03A9", {.kg = 1, .m = 2, .s = -3, .A = -2}, {}, "*"},
    {"\u2126", {.kg = 1, .m = 2, .s = -3, .A = -2}, {}, "*"},
    {"S", {.kg = -1, .m = -2, .s = 3, .A = 2}, {}, "*"},
    {"F", {.kg = -1, .m = -2, .s = 4, .A = 2}, {}, "*"},
    {"Wb", {.kg = 1, .m = 2, .s = -2, .A = -1}, {}, "*"},
    {"T", {.kg = 1, .s = -2, .A = -1}, {}, "*"},
    {"H", {.kg = 1, .m = 2, .s = -2, .A = -2}, {}, "num"}, // not p: pH is no unit
    {"lm", {.cd = 1}, {}, "*"},
    {"lx", {.m = -2, .cd = 1}, {}, "*"},
    {"Bq", frequency, {}, "*"},
    {"Gy", {.m = 2, .s = -2}, {}, "*"},
    {"Sv", {.m = 2, .s = -2}, {}, "*"},
    {"kat", {.s = -1, .mol = 1}, {}, "*"},
    {"rad", none, {}, "*"},
    {"sr", none, {}, "*"},
    {"deg", none, {pi, 180}},
    // Volume, area.
    {"L", volume, {1, 1, -3}, "*"},
    {"l", volume, {1, 1, -3}, "*"},
    {"ha", {.m = 2}, {1, 1, 4}},
    // Pressure, temperature, viscosity.
    {"bar", pressure, {1, 1, 5}, "*"},
    {"atm", pressure, {101325}},
    {"mmHg", pressure, {133322387415, 1, -9}}, // 13.5951 g/cm3 * 9.80665 m/s2 * 1 mm
    {"degC", {.K = 1}, {}, "", 273.15},
    {"\u00B0C", {.K = 1}, {}, "", 273.15},
    {"\u2103", {.K = 1}, {}, "", 273.15},
    {"degF", {.K = 1}, {5, 9}, "", 45967.0 / 180},
    {"\u00B0F", {.K = 1}, {5, 9}, "", 45967.0 / 180},
    {"P", {.kg = 1, .m = -1, .s = -1}, {1, 1, -1}, "cm"},
    {"St", {.m = 2, .s = -1}, {1, 1, -4}, "cm"},
    // Energy.
    {"Wh", energy, {3600}, "mkMGTP"},
    {"eV", energy, {1602176634, 1, -28}, "*"},
    {"cal_th", energy, {4184, 1, -3}, "kMG"},
    {"cal_IT", energy, {41868, 1, -4}, "kMG"},
    {"BTU", energy, {105505585262, 1, -8}}, // international table
    {"gce", energy, {293076, 1, -1}, "k"},  // grams of coal equivalent, GB/T 2589: kgce = 29.3076 MJ
    {"tce", energy, {293076, 1, 5}, "kM"},
    // Shares and rates.
    {"%", none, {1, 1, -2}},
    {"ppm", none, {1, 1, -6}},
    {"ppb", none, {1, 1, -9}},
    {"rpm", frequency, {1, 60}}, // turns, not radians
    {"vvm", frequency, {1, 60}}, // volume of gas per volume of liquid and minute
    // Amounts. Nm3 is an amount of ideal gas: 1 m3 at 273.15 K and 101325 Pa.
    {"M", molarity, {1, 1, 3}, "pnum"},
    {"Nm3", {.mol = 1}, {101325, gas_constant * 273.15, 0}},
    // Tags: dimensions of their own.
    {"U", {.tag = "U"}, {}, "numkMG"}, // enzyme activity; the assay differs, hence no tie to kat
    {"cells", {.tag = "cells"}, {}, "kMGT"},
    {"OD", {.tag = "OD"}, {}, "m"},
    {"CTUh", {.tag = "CTUh"}, {}}, // comparative toxic units, disability-adjusted years, points
    {"CTUe", {.tag = "CTUe"}, {}},
    {"DALY", {.tag = "DALY"}, {}, "um"},
    {"Pt", {.tag = "Pt"}, {}, "umk"},
};

struct Tag {
    std::string_view name, base;
};
constexpr Tag tags[] = {
    {"CO2e", "kgCO2e"},     {"CO2eq", "kgCO2e"}, {"COD", "kgCOD"}, {"BOD", "kgBOD"}, {"BOD5", "kgBOD"},
    {"TOC", "kgTOC"},       {"C", "kgC"},        {"N", "kgN"},     {"P", "kgP"},     {"TS", "kgTS"},
    {"VS", "kgVS"},         {"TSS", "kgTSS"},    {"VSS", "kgVSS"}, {"DW", "kgDW"},   {"SO2e", "kgSO2e"},
    {"PO4e", "kgPO4e"},     {"Ne", "kgNe"},      {"Pe", "kgPe"},   {"Sbe", "kgSbe"}, {"NMVOCe", "kgNMVOCe"},
    {"CFC11e", "kgCFC11e"},
};

constexpr std::string_view currencies[] = {"CNY", "USD", "EUR", "GBP", "JPY", "INR", "CHF", "KRW"};

/// Customary multiples, for lists and suggestions; every other allowed prefix is understood as well.
constexpr std::string_view customary[] = {
    "kg",      "mg",   "ug",   "ng",   "kt",   "Mt",  "kDa",    "km",     "cm",  "mm",   "um",   "nm",
    "ms",      "kmol", "mmol", "umol", "nmol", "mA",  "kPa",    "MPa",    "hPa", "kJ",   "MJ",   "GJ",
    "TJ",      "kW",   "MW",   "GW",   "kHz",  "MHz", "mV",     "kV",     "mL",  "ml",   "uL",   "hL",
    "mS",      "uS",   "mbar", "cP",   "cSt",  "kWh", "MWh",    "GWh",    "keV", "MeV",  "kgce", "kcal_th",
    "kcal_IT", "mM",   "uM",   "nM",   "kU",   "MU",  "Mcells", "Gcells", "kBq", "nkat",
};

/// Names of dimensions that Dimension::text() prefers to base products.
constexpr std::string_view preferred[] = {"W", "Pa", "J", "N", "C", "V", "Ohm", "S", "F", "Wb", "T", "H"};

Dimension to_dimension(const Powers& p) {
    static constexpr std::array<std::string_view, 7> names = {"kg", "m", "s", "K", "mol", "A", "cd"};
    const std::array<int, 7> exponents = {p.kg, p.m, p.s, p.K, p.mol, p.A, p.cd};
    Dimension d;
    for (size_t i = 0; i < names.size(); ++i)
        if (exponents[i] != 0) d = d * Dimension::base(std::string(names[i])).pow(exponents[i]);
    if (!p.tag.empty()) d = d * Dimension::base(std::string(p.tag));
    return d;
}

const Definition* find_definition(std::string_view name) {
    for (const Definition& d : definitions)
        if (d.name == name) return &d;
    return nullptr;
}

Symbol to_symbol(const Definition& d, int prefix_power) {
    Symbol s{d.scale, to_dimension(d.powers), d.offset};
    s.scale.power += prefix_power;
    s.mass = d.name == "g" || d.name == "t";
    return s;
}

std::optional<Symbol> find_plain(std::string_view word) {
    if (const Definition* d = find_definition(word)) return to_symbol(*d, 0);
    for (const Prefix& prefix : prefixes) {
        if (!word.starts_with(prefix.text)) continue;
        const Definition* d = find_definition(word.substr(prefix.text.size()));
        if (d && (d->prefixes == "*" || d->prefixes.find(prefix.letter) != std::string_view::npos))
            return to_symbol(*d, prefix.power);
    }
    return std::nullopt;
}

struct Money {
    std::string_view prefix, code, year;
    int power = 0;
    /// 19xx to 21xx: a typing error such as CNY0224 is not a year.
    bool has_year() const {
        return year.size() == 4 && (year.starts_with("19") || year.starts_with("20") || year.starts_with("21"));
    }
};

/// Splits "CNY2024" into CNY and 2024; nothing when it is not a currency followed by digits.
std::optional<Money> split_plain_money(std::string_view word) {
    for (const std::string_view code : currencies) {
        if (!word.starts_with(code)) continue;
        const std::string_view year = word.substr(code.size());
        if (year.find_first_not_of("0123456789") == std::string_view::npos) return Money{{}, code, year};
    }
    return std::nullopt;
}

/// The same with a prefix k, M or G; GBP itself begins with one.
std::optional<Money> split_money(std::string_view word) {
    if (auto money = split_plain_money(word)) return money;
    if (word.empty() || (word[0] != 'k' && word[0] != 'M' && word[0] != 'G')) return std::nullopt;
    auto money = split_plain_money(word.substr(1));
    if (!money) return std::nullopt;
    money->prefix = word.substr(0, 1);
    money->power = word[0] == 'k' ? 3 : word[0] == 'M' ? 6 : 9;
    return money;
}

std::optional<Symbol> find_tagged_mass(std::string_view word) {
    for (const Tag& tag : tags) {
        if (word.size() <= tag.name.size() || !word.ends_with(tag.name)) continue;
        const auto mass = find_plain(word.substr(0, word.size() - tag.name.size()));
        if (mass && mass->mass) {
            Symbol s{mass->scale, Dimension::base(std::string(tag.base))};
            s.tagged = true;
            return s;
        }
    }
    return std::nullopt;
}

} // namespace

Scale Scale::operator*(const Scale& b) const {
    return {numerator * b.numerator, denominator * b.denominator, power + b.power};
}

Scale Scale::operator/(const Scale& b) const {
    return {numerator * b.denominator, denominator * b.numerator, power - b.power};
}

Scale Scale::pow(int n, int d) const {
    const double exponent = std::abs(static_cast<double>(n) / d);
    Scale s{std::pow(numerator, exponent), std::pow(denominator, exponent), power * n / d};
    if (n < 0) std::swap(s.numerator, s.denominator);
    if (const int rest = power * n % d; rest != 0) s.numerator *= std::pow(10.0, static_cast<double>(rest) / d);
    return s;
}

double Scale::value() const {
    return power >= 0 ? numerator * std::pow(10.0, power) / denominator
                      : numerator / (denominator * std::pow(10.0, -power));
}

bool Scale::usable() const {
    return std::isnormal(numerator) && std::isnormal(denominator) && std::abs(power) <= max_power;
}

std::optional<Symbol> find_symbol(std::string_view word) {
    if (auto plain = find_plain(word)) return plain;
    if (const auto money = split_money(word); money && money->has_year()) {
        Symbol s{{1, 1, money->power}, Dimension::base(std::string(money->code) + std::string(money->year))};
        s.tagged = true;
        return s;
    }
    return find_tagged_mass(word);
}

std::string tag_base(std::string_view word) {
    for (const Tag& tag : tags)
        if (tag.name == word) return std::string(tag.base);
    return {};
}

std::string tag_list() {
    std::string text;
    for (const Tag& tag : tags)
        if (tag.base.substr(2) == tag.name) text += (text.empty() ? "" : ", ") + std::string(tag.name);
    return text;
}

std::string money_with_year(std::string_view word) {
    const auto money = split_money(word);
    if (!money || money->has_year()) return {};
    return std::string(money->prefix) + std::string(money->code) + "2024";
}

std::string_view money_sign_hint(std::string_view word) {
    static constexpr std::pair<std::string_view, std::string_view> signs[] = {
        {"RMB", "CNY2024"}, {"\u00A5", "CNY2024"}, {"\uFFE5", "CNY2024"}, {"\u5143", "CNY2024"},
        {"$", "USD2024"},   {"\u20AC", "EUR2024"}, {"\u00A3", "GBP2024"}, {"\u4E07\u5143", "CNY2024"},
    };
    for (const auto& [sign, code] : signs)
        if (sign == word) return code;
    return {};
}

bool is_si_base(std::string_view name) {
    return name == "kg" || name == "m" || name == "s" || name == "K" || name == "mol" || name == "A" || name == "cd";
}

std::string_view derived_si_name(const Dimension& dimension) {
    if (dimension.exponents().size() < 2) return {};
    for (const std::string_view name : preferred)
        if (to_dimension(find_definition(name)->powers) == dimension) return name;
    return {};
}

std::vector<std::pair<std::string, std::string>> known_units() {
    std::vector<std::pair<std::string, std::string>> out;
    const auto add = [&](std::string name) {
        std::string dimension = find_symbol(name)->dimension.text();
        out.emplace_back(std::move(name), std::move(dimension));
    };
    for (const Definition& d : definitions) add(std::string(d.name));
    for (const std::string_view name : customary) add(std::string(name));
    for (const Tag& tag : tags)
        for (const char* mass : {"kg", "g", "t"}) add(mass + std::string(tag.name));
    for (const std::string_view code : currencies)
        for (const char* prefix : {"", "k", "M"}) add(prefix + std::string(code) + "2024");
    return out;
}

} // namespace viresco::units
