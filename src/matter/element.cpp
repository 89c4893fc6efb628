#include "matter/element.h"
#include <algorithm>
#include <iterator>

namespace viresco::matter {
namespace {

using None = std::optional<double>;

constexpr Element elements[] = {
    {"H", 1.0080, 1.},      {"He", 4.0026, 0.},     {"Li", 6.94, 1.},       {"Be", 9.0122, 2.},
    {"B", 10.81, 3.},       {"C", 12.011, 4.},      {"N", 14.007, -3.},     {"O", 15.999, -2.},
    {"F", 18.998, -1.},     {"Ne", 20.180, 0.},     {"Na", 22.990, 1.},     {"Mg", 24.305, 2.},
    {"Al", 26.982, 3.},     {"Si", 28.085, 4.},     {"P", 30.974, 5.},      {"S", 32.06, 6.},
    {"Cl", 35.45, -1.},     {"Ar", 39.95, 0.},      {"K", 39.098, 1.},      {"Ca", 40.078, 2.},
    {"Sc", 44.956, 3.},     {"Ti", 47.867, 4.},     {"V", 50.942, None{}},  {"Cr", 51.996, 3.},
    {"Mn", 54.938, 2.},     {"Fe", 55.845, 3.},     {"Co", 58.933, 2.},     {"Ni", 58.693, 2.},
    {"Cu", 63.546, 2.},     {"Zn", 65.38, 2.},      {"Ga", 69.723, 3.},     {"Ge", 72.630, 4.},
    {"As", 74.922, None{}}, {"Se", 78.971, None{}}, {"Br", 79.904, -1.},    {"Kr", 83.798, 0.},
    {"Rb", 85.468, 1.},     {"Sr", 87.62, 2.},      {"Y", 88.906, 3.},      {"Zr", 91.224, 4.},
    {"Nb", 92.906, None{}}, {"Mo", 95.95, 6.},      {"Ru", 101.07, None{}}, {"Rh", 102.91, None{}},
    {"Pd", 106.42, None{}}, {"Ag", 107.87, 1.},     {"Cd", 112.41, 2.},     {"In", 114.82, 3.},
    {"Sn", 118.71, 4.},     {"Sb", 121.76, None{}}, {"Te", 127.60, None{}}, {"I", 126.90, -1.},
    {"Xe", 131.29, 0.},     {"Cs", 132.91, 1.},     {"Ba", 137.33, 2.},     {"La", 138.91, 3.},
    {"Ce", 140.12, None{}}, {"Pr", 140.91, 3.},     {"Nd", 144.24, 3.},     {"Sm", 150.36, 3.},
    {"Eu", 151.96, 3.},     {"Gd", 157.25, 3.},     {"Tb", 158.93, 3.},     {"Dy", 162.50, 3.},
    {"Ho", 164.93, 3.},     {"Er", 167.26, 3.},     {"Tm", 168.93, 3.},     {"Yb", 173.05, 3.},
    {"Lu", 174.97, 3.},     {"Hf", 178.49, 4.},     {"Ta", 180.95, None{}}, {"W", 183.84, 6.},
    {"Re", 186.21, None{}}, {"Os", 190.23, None{}}, {"Ir", 192.22, None{}}, {"Pt", 195.08, None{}},
    {"Au", 196.97, None{}}, {"Hg", 200.59, 2.},     {"Tl", 204.38, None{}}, {"Pb", 207.2, 2.},
    {"Bi", 208.98, 3.},     {"Th", 232.04, 4.},     {"U", 238.03, 6.},
};

constexpr OxidisedProduct products[] = {
    {"C", 0, -393510}, {"N", 3, -45940},   {"S", 2, -814000},  {"P", 3, -1284400}, {"Cl", 1, -92310},
    {"K", 1, -424600}, {"Na", 1, -425900}, {"Ca", 2, -985200}, {"Mg", 2, -924700}, {"Si", 0, -910700},
};

} // namespace

const Element* find_element(std::string_view symbol) {
    const auto* found = std::find_if(std::begin(elements), std::end(elements),
                                     [&](const Element& e) { return e.symbol == symbol; });
    return found == std::end(elements) ? nullptr : found;
}

std::vector<std::string> element_symbols() {
    std::vector<std::string> out;
    for (const Element& e : elements) out.emplace_back(e.symbol);
    return out;
}

const OxidisedProduct* find_oxidised_product(std::string_view symbol) {
    const auto* found = std::find_if(std::begin(products), std::end(products),
                                     [&](const OxidisedProduct& p) { return p.element == symbol; });
    return found == std::end(products) ? nullptr : found;
}

} // namespace viresco::matter
