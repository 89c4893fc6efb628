#pragma once
#include "base/diagnostic.h"
#include "matter/uncertainty.h"
#include "text/node.h"
#include "units/unit.h"
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace viresco::matter {

/// Evidence behind a number, weakest last (architecture section 2).
enum class Evidence { measured, supplier, literature, estimate };
const char* to_string(Evidence);
std::optional<Evidence> parse_evidence(std::string_view);

/// A number of a file with everything needed to say where it came from.
struct Datum {
    double si = 0;                         // value in SI
    units::Unit unit;                      // as written
    std::optional<double> low_si, high_si; // `range`
    Evidence evidence = Evidence::estimate;
    bool evidence_given = false;
    std::string source; // free text / doi; empty when not given
    SourcePos pos;      // of the value
    Uncertainty uncertainty;
};

/// Reads a quantity scalar ("4 kWh/m3") or a map {value, unit?, range?, evidence?, source?, distribution? ..}.
/// Errors (with place) go to diagnostics; nullopt then.
/// `further_keys` are keys of the map that belong to the caller.
std::optional<Datum> read_datum(const text::Node&, Diagnostics&, const std::vector<std::string>& further_keys = {});
/// The `evidence:` and `source:` entries alone, as they stand beside other things than a number.
std::optional<Evidence> read_evidence(const text::Node&, Diagnostics&);
std::optional<std::string> read_source(const text::Node&, Diagnostics&);

/// Text in both languages ({en: .., zh: ..} or one string for both).
struct Title {
    std::string en, zh;
    const std::string& in(Language l) const { return l == Language::zh ? zh : en; }
};
Title read_title(const text::Node&, Diagnostics&);

/// Elemental composition, mol per mol of formula unit; "charge" apart.
struct Formula {
    std::map<std::string, double> elements; // symbol -> count
    double charge = 0;
    std::string text;
    /// Molar mass [kg/mol], IUPAC 2021 abridged atomic weights.
    double molar_mass() const;
    /// Theoretical oxygen demand [kg O2 per mol] with N as NH3, S as sulfate, P as phosphate, halogen as
    /// halide: 8 g per unit of g = 4C+H-2O-3N+6S+5P+K+Na+2Ca+2Mg+4Si-Cl-charge (domain/cases.md section 0).
    double thod() const;
};

/// Reads "C16H18N2O4S", "CH1.64O0.52N0.16", "Ca(OH)2", "CuSO4.5H2O" (also '·'), "NH4+", "SO4-2", "SO4^2-".
std::optional<Formula> parse_formula(std::string_view text, units::UnitError* error = nullptr);

enum class Phase { solid, liquid, gas };

/// A substance or biomass class, counted in kg or in a basis of its own (kgCOD, kgN, mol).
struct Component {
    std::string name;
    std::string symbol; ///< how its source writes it; the name where the file says nothing
    Title title;
    SourcePos pos;
    units::Dimension basis = units::Dimension::base("kg");
    /// Counted in another basis than kg: carried by the water of its stream, without volume and heat of its own.
    bool carried = false;
    std::optional<units::Unit> concentration; ///< in which its source prints concentrations
    std::string cas;
    Phase state = Phase::liquid; // the phase whose formation enthalpy is meant by `formation_enthalpy`
    std::vector<std::string> tags;
    std::optional<Formula> formula;
    /// kg of element per basis. From the formula, or from `contents` {C: 0.2 kg/kg, ..} where a component states
    /// contents. Elements that a component counted in kg does not state are zero; of a carried one they are unknown.
    std::map<std::string, double> contents;
    std::optional<double> charge, thod, mass = 1; ///< mol, kg O2, kg per basis; empty: not known
    /// Content of an element, "charge", "COD" or "mass" per basis; empty where nothing says so.
    std::optional<double> content(const std::string& quantity) const;
    /// Every scalar property of the file by name (SI): molar_mass, density, heat_capacity,
    /// heat_capacity_gas [J/kg/K], formation_enthalpy [J/kg], heat_of_vaporisation [J/kg at 298.15 K],
    /// pKa, solubility, and whatever else a model file defines. Derived ones (molar_mass, thod,
    /// formation_enthalpy estimated from ThOD) are added with their evidence.
    std::map<std::string, Datum> properties;
};

/// Components of a case, in file order, names unique.
class ComponentTable {
public:
    /// Adds the components of one `kind: components` file.
    void read(const text::Node& file, Diagnostics&);
    int size() const { return static_cast<int>(components_.size()); }
    const Component& operator[](int i) const { return components_[static_cast<size_t>(i)]; }
    int find(std::string_view name) const; // -1 if absent
    /// By name, or else by the symbol its source uses; -1 if absent.
    int find_symbol(std::string_view name) const;
    std::vector<std::string> names() const;
    /// Every element that some component contains, sorted.
    std::vector<std::string> elements() const;

private:
    std::vector<Component> components_;
};

} // namespace viresco::matter
