// Units of the library for biologics in one plant, each fed with what it asks for.
#include "plant/harness.h"

namespace viresco::cases {
namespace {

void expect_close(double value, double expected, double relative) {
    EXPECT_NEAR(value, expected, std::fabs(expected) * relative);
}

/// From the medium to the drug substance.
constexpr const char* antibody_plant = R"(viresco: 1
kind: plant
components: [common, biologics]
feeds:
  medium: {flow: {water: 0.5 kg/s, glucose: 0.02 kg/s, glutamine: 0.015 kg/s}, T: 20 degC, supply: none}
  gas: {flow: {oxygen: 0.24 kg/s, nitrogen: 0.1 kg/s}, phase: gas, supply: none}
  flush: {flow: {water: depth.flush_demand}, supply: none}
  chase: {flow: {water: depth.chase_demand}, supply: none}
  equilibration: {mass: capture.equilibration_demand, composition: {water: 0.99, sodium_chloride: 0.01}, supply: none}
  wash: {mass: capture.wash_demand, composition: {water: 0.99, sodium_chloride: 0.01}, supply: none}
  elution: {mass: capture.elution_demand, composition: {water: 0.995, acetic_acid: 0.005}, supply: none}
  regeneration: {mass: capture.regeneration_demand, composition: {water: 0.99, sodium_hydroxide: 0.01}, supply: none}
  acid: {flow: {hydrogen_chloride: hold.acid_demand, water: 20 * hold.acid_demand}, supply: none}
  base: {flow: {tris: hold.base_demand, water: 10 * hold.base_demand}, supply: none}
  buffer: {mass: uf.buffer_demand, composition: {water: 0.99, histidine: 0.01}, supply: none}
units:
  culture:
    is: cell_culture_fed_batch
    product: mab
    reactions:
      growth: {equation: "0.1 glucose + 0.14 glutamine + ? oxygen -> cho_cells + ? carbon_dioxide + ? water + ? ammonia", key: cho_cells, per_growth: 1}
      product: {equation: "0.05 glucose + 0.15 glutamine + ? oxygen -> mab + ? carbon_dioxide + ? water + ? ammonia", key: mab, per_cell_time: 25 pg/cells/d}
  harvest: {is: disc_stack_centrifuge, solids: [cho_cells], diameter: 12 um}
  depth: {is: dead_end_filter, log_reduction: {cho_cells: 3}}
  capture: {is: chromatography, product: mab, bound: {mab: 0.98}, eluted: {mab: 0.97}}
  hold:
    is: virus_inactivation
    acid_component: hydrogen_chloride
    base_component: tris
    reactions: {salt: {equation: tris + hydrogen_chloride -> tris_hydrochloride, key: hydrogen_chloride}}
  uf: {is: membrane_filter, product: mab, retention: {mab: 0.999}}
connections: |
  medium -> culture.medium; gas -> culture.gas; culture.harvest -> harvest.feed; culture.exhaust -> offgas
  harvest.centrate -> depth.feed; harvest.sludge -> cells; flush -> depth.flush; chase -> depth.chase; depth.waste -> w1
  depth.filtrate -> capture.feed; equilibration -> capture.equilibration; wash -> capture.wash
  elution -> capture.elution; regeneration -> capture.regeneration; capture.waste -> w2
  capture.pool -> hold.feed; acid -> hold.acid; base -> hold.base; hold.out -> uf.feed
  buffer -> uf.buffer; uf.permeate -> w3; uf.retentate -> drug
products:
  drug: {as: product, component: mab}
  offgas: {as: air}
  cells: {as: waste}
  w1: {as: wastewater}
  w2: {as: wastewater}
  w3: {as: wastewater}
utilities:
  electricity: electricity
  steam: {supply: steam, content: 2.2 MJ/kg}
  chilled_water: {supply: steam, content: 2.2 MJ/kg}
  single_use_plastics: single_use_plastics
  membrane_filter: membrane_filter
  chromatography_resin: protein_a_resin
)";

TEST(AntibodyTrain, KeepsItsProductInOnePlaceOrAnother) {
    Workspace w;
    w.write("plant.yaml", antibody_plant);
    w.write_case();
    ASSERT_TRUE(w.run()) << w.messages;
    EXPECT_LE(w.worst_balance().first, 1e-9) << w.worst_balance().second;
    const auto flow = [&](const std::string& stream) { return w.value("r." + stream + ".m[mab]"); };
    const double made = flow("culture.harvest");
    expect_close(made, w.value("r.culture.cell_time") * 25e-15 / 86400 * w.value("r.medium.volume"), 1e-9);
    // Antibody is in the drug or in one of the wastes, and the yield is that of the steps.
    expect_close(flow("uf.retentate") + flow("harvest.sludge") + flow("depth.waste") + flow("capture.waste") +
                     flow("uf.permeate"),
                 made, 1e-9);
    expect_close(flow("capture.pool"), 0.98 * 0.97 * flow("depth.filtrate"), 1e-12);
    const double washes = w.value("r.uf.washes");
    EXPECT_NEAR(washes, 8, 0.2);
    expect_close(flow("uf.retentate"), std::pow(5, -0.001) * std::exp(-0.001 * washes) * flow("hold.out"), 1e-9);
    EXPECT_GT(flow("uf.retentate") / made, 0.85);
}

} // namespace
} // namespace viresco::cases
