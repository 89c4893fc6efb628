#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace viresco::matter {

/// A chemical element and what becomes of it in complete oxidation.
struct Element {
    const char* symbol;
    double weight; // IUPAC 2021 abridged standard atomic weight [g/mol] (unverified: recalled table)
    /// Electrons given up per atom on the way to NH3, SO4, PO4, halide, hydroxide or oxide: the element's term
    /// in the degree of reduction (C 4, H 1, O -2, N -3, S 6, P 5, K 1, Cl -1, ..). None where it is not defined.
    std::optional<double> reduction;
};

const Element* find_element(std::string_view symbol);
std::vector<std::string> element_symbols();

/// Combustion to CO2, H2O(l), NH3(g), H2SO4(l), H3PO4(s), HCl(g), KOH(s), NaOH(s), Ca(OH)2(s), Mg(OH)2(s), SiO2(s).
struct OxidisedProduct {
    const char* element;
    double hydrogen;           // atoms of H bound per atom of the element
    double formation_enthalpy; // [J/mol], 298.15 K; unverified: recalled CODATA and NBS values
};

/// Nullptr for H and O (water and oxygen close the balance) and for elements without a product.
const OxidisedProduct* find_oxidised_product(std::string_view symbol);

constexpr double water_formation_enthalpy = -285830; // liquid [J/mol]
constexpr double heat_per_oxygen = 460e3;            // heat of oxidation per mol O2 [J/mol], cases of domain

} // namespace viresco::matter
