#pragma once
#include "plant/plant.h"

namespace viresco::economics {

/// A rule that changes what a project earns, with dates: a tax rate, a credit, a price of carbon.
struct Incentive {
    std::string id;
    matter::Title title, definition;
    std::string source;
    bool verified = false; ///< read in the law or announcement itself
    bool what_if = false;  ///< not in force for such a plant: told alone, never added up with the others
};

/// Declares the parameters of `kind: economics` files once per case (`economics.<name>`), their sets, and their incentives:
/// the parameters `economics.<id>.on` (0 or 1), `.from` and `.until` (calendar years), the set `incentives` and over it
/// `incentive_on[i]`, `incentive_from[i]`, `incentive_until[i]`. Returns the incentives in the order of the files.
std::vector<Incentive> read_parameters(plant::Context&, const std::vector<const text::Node*>& files);

/// Adds the cost equations of the files to a route, and what they rest on: the set `equipment` with
/// purchase[q] = reference_cost (size / reference_size)^exponent and installation[q], `product_price`.
void declare_costs(plant::Context&, const plant::Plant&, const std::vector<const text::Node*>& files,
                   const std::string& product);

} // namespace viresco::economics
