#pragma once
#include "plant/plant.h"

namespace viresco::lca {

/// Which electricity factor a case uses; the two types are never mixed (emission factor of generation for
/// scope 2, footprint factor over the life cycle for products).
struct Electricity {
    std::string region, type;
    int year = 0;
    SourcePos pos;
};

/// `{region: CN, type: footprint, year: 2024}`; what is not given stays as in `base`.
Electricity read_electricity(const text::Node&, Diagnostics&, Electricity base = {});

/// A supply or treatment item with its factors; values are parameters `background.<name>.<factor>`.
struct Item {
    std::string name, category;
    matter::Title title;
    units::Unit unit;
    SourcePos pos;
    std::map<std::string, int> factors; // factor -> parameter index
    std::string electricity_type;       // footprint | emission, of the chosen factor
    bool verified = true;
    bool not_chosen = false; // it has several factors and the case names none (electricity)
    SourcePos choice;        // .. where the case names one, or should
};

struct Background {
    std::map<std::string, Item> items;
    std::vector<std::string> impacts; // gwp100 ..
    const Item* find(const std::string& name) const;
};

/// Reads `kind: background` files in order; a later file's item replaces an earlier one's.
Background read_background(plant::Context&, const std::vector<const text::Node*>& files, const Electricity&);

/// Reads `kind: prices` files: parameters `prices.<item>`.
void read_prices(plant::Context&, const std::vector<const text::Node*>& files);

/// Declares the attributes and sets of a route's exchanges (docs/language.md section 6).
void declare_exchanges(plant::Context&, const plant::Plant&, const Background&);

/// The sets of exchanges under `prefix`, restricted to those for which `keep` is true.
void declare_sets(plant::Context&, const plant::Plant&, const Background&, const std::string& prefix,
                  const std::function<bool(const plant::Exchange&)>& keep);

} // namespace viresco::lca
