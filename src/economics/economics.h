#pragma once
#include "plant/plant.h"

namespace viresco::economics {

/// Declares the parameters of `kind: economics` files once per case (`economics.<name>`).
void read_parameters(plant::Context&, const std::vector<const text::Node*>& files);

/// Adds the cost equations of the files to a route, and what they rest on: the set `equipment` with
/// purchase[q] = reference_cost (size / reference_size)^exponent and installation[q], `product_price`.
void declare_costs(plant::Context&, const plant::Plant&, const std::vector<const text::Node*>& files,
                   const std::string& product);

} // namespace viresco::economics
