// Units of utilities and treatment against closed forms, independent integrations and stoichiometry; and every value that
// a unit of the library tells.
#include "unit_example.h"

namespace viresco::cases {
namespace {

class EveryValue : public testing::TestWithParam<std::string> {};

// What changes within a batch is no number.
INSTANTIATE_TEST_SUITE_P(Library, EveryValue, testing::ValuesIn(unit_names(false)),
                         [](const auto& unit) { return unit.param; });

TEST_P(EveryValue, ThatAUnitTellsIsANumberAndSizesAreNotNegative) {
    Example u(GetParam());
    ASSERT_TRUE(u()) << u.messages();
    for (const std::string& name : u.names()) {
        const double value = u[name];
        EXPECT_TRUE(name.rfind("size.", 0) != 0 || value >= 0) << name << " = " << value;
    }
}

// ---- air and heat

TEST(VentScrubber, FollowsTheThermalOxidiserInChlorineAndLye) {
    Workspace w;
    const auto plant = [&](const std::string& scrubber) {
        w.write(
            "plant.yaml",
            "viresco: 1\nkind: plant\ncomponents: [common, beta_lactam, treatment]\nfeeds:\n"
            "  vents: {T: 30 degC, phase: gas, flow: {nitrogen: 0.767 kg/s, oxygen: 0.233 kg/s, acetone: 0.0003 "
            "kg/s, dichloromethane: 0.0004 kg/s}, supply: none}\n"
            "  fuel: {T: 25 degC, phase: gas, flow: {methane: rto.fuel_demand}, supply: none}\n"
            "  lye: {T: 25 degC, flow: {sodium_hydroxide: wash.lye_demand, water: 0.1 kg/s}, supply: none}\nunits:\n"
            "  rto: {is: regenerative_thermal_oxidiser, organics: [acetone, dichloromethane], scrubber: " +
                scrubber +
                "}\n  wash: {is: vent_scrubber}\nconnections: |\n  vents -> rto.feed; fuel -> rto.fuel\n"
                "  rto.flue_gas -> wash.gas; lye -> wash.lye\n  wash.cleaned -> stack; wash.liquor -> liquor\n"
                "products: {liquor: {as: product}, stack: {as: air}}\nutilities: {electricity: electricity}\n");
        w.write_case();
        return w.run();
    };
    ASSERT_TRUE(plant("1")) << w.messages;
    const double destroyed = 1 - w.value("r.rto.flue_gas.m[dichloromethane]") / 0.0004;
    EXPECT_NEAR(1 - destroyed, std::exp(-5.0 * std::exp(200000 / gas_constant * (1 / 1093.15 - 1 / 1093.15))), 1e-12);
    const double chloride = w.value("r.rto.flue_gas.n[hydrogen_chloride]");
    EXPECT_NEAR(chloride, 2 * destroyed * w.value("r.vents.n[dichloromethane]"), 1e-12 * chloride);
    // Fed with its demand the oxidiser closes on its shell loss alone.
    EXPECT_GT(w.value("r.rto.fuel_demand"), 0);
    EXPECT_NEAR(w.value("r.rto.hot_gas"), w.value("r.rto.fan"), 1e-6 * w.value("r.rto.hot"));
    const auto taken = [&](const std::string& c, double molar_mass) {
        return (w.value("r.rto.flue_gas.m[" + c + "]") - w.value("r.wash.cleaned.m[" + c + "]")) / molar_mass;
    };
    const double caught = taken("hydrogen_chloride", 0.036461), dioxide = taken("carbon_dioxide", 0.044009);
    EXPECT_NEAR(caught / chloride, 1 - std::exp(-3 / 0.5), 1e-4);
    const double sodium = (w.value("r.wash.lye_demand") - w.value("r.wash.liquor.m[sodium_hydroxide]")) / 0.039997;
    EXPECT_NEAR(sodium, caught + 2 * dioxide, 1e-4 * sodium);
    EXPECT_NEAR(w.value("r.wash.liquor.m[sodium_chloride]") / 0.058443, caught, 1e-4 * caught);
    EXPECT_FALSE(plant("0")) << "chlorinated solvents without a scrubber";
    EXPECT_NE(w.messages.find("vent_scrubber"), std::string::npos) << w.messages;
}

TEST(Incinerator, ReachesItsTemperatureWithTheFuelItAsksFor) {
    Example u("incinerator", {"feed.n[biomass_penicillium]", "flue_gas.n[nitrogen]"});
    ASSERT_TRUE(u({{"u.chamber", "850 degC"}})) << u.messages();
    const double fuel = u["fuel_demand"], air = u["air_demand"];
    EXPECT_GT(fuel, 0);
    ASSERT_TRUE(u({{"feed_fuel.flow[methane]", units::format_number(fuel) + " kg/s"},
                   {"feed_air.flow[nitrogen]", units::format_number(0.767 * air) + " kg/s"},
                   {"feed_air.flow[oxygen]", units::format_number(0.233 * air) + " kg/s"},
                   {"feed_air.flow[carbon_dioxide]", "0 kg/s"}}))
        << u.messages();
    // What the boiler gives is the heat between the chamber and the stack.
    EXPECT_NEAR(u["recovered"] - u["fan"], u["given_off"], 0.01 * u["given_off"]);
    EXPECT_NEAR(u["flue_gas.n[nitrogen]"], 0.767 * air / 0.0280134 + 0.5 * u["feed.n[biomass_penicillium]"] * 0.16,
                1e-4 * u["flue_gas.n[nitrogen]"]);
}

TEST(ChpBiogas, SharesTheHeatingValueOfMethane) {
    Example u("chp_biogas");
    ASSERT_TRUE(u({{"u.combustible", "[methane]"}})) << u.messages();
    // CH4 + 2 O2 -> CO2 + 2 H2O (gas): 802.3 kJ/mol of standard formation enthalpies
    const double power = 0.05 / 0.0160428 * 802.3e3;
    EXPECT_NEAR(u["generated"] / power, 0.39, 2e-3 * 0.39);
    EXPECT_NEAR(u["heat"] / u["generated"], 0.42 / 0.39, 1e-12);
    EXPECT_GT(u["losses"], 0);
    EXPECT_LT(u["losses"], 0.25 * power);
    EXPECT_NEAR(u["exhaust.m[methane]"], 0.015 * 0.05, 1e-15);
}

TEST(CoolingTower, GivesBackItsWaterInThreeStreams) {
    Example u("cooling_tower", {"blowdown.w[calcium_carbonate]", "makeup.w[calcium_carbonate]"});
    ASSERT_TRUE(u()) << u.messages();
    const double evaporated = u["evaporation"], drift = u["drift_flow"], discharge = u["discharge"];
    EXPECT_NEAR(u["makeup_demand"], evaporated + drift + discharge, 1e-15);
    EXPECT_NEAR(u["makeup_demand"] / (drift + discharge), 4, 1e-9); // cycles
    const double salt = u["blowdown.m[calcium_carbonate]"] / u["blowdown.m[water]"];
    EXPECT_NEAR(salt / (0.0001 / 0.45), 4, 1e-9);
    // Between all heat latent and a third of it sensible.
    EXPECT_LT(evaporated * 2.44e6, 1e6);
    EXPECT_GT(evaporated * 2.44e6, 0.66e6);
    EXPECT_NEAR(drift, 1e-5 * 1e6 / (4180 * 8), 1e-12);
}

TEST(GlycolChiller, IsAShareOfCarnot) {
    Example u("glycol_chiller");
    ASSERT_TRUE(u()) << u.messages();
    EXPECT_NEAR(u["COP"], 0.55 * 258.15 / (314.15 - 258.15), 1e-12);
}

TEST(CondensateReturn, FlashesByTheEnthalpiesOfSaturation) {
    Example u("condensate_return");
    ASSERT_TRUE(u({{"u.cooling_down", "0 K"}})) << u.messages();
    // Steam tables: h'(158 degC) 666.8, h'(1.5 bar) 467.1, r(1.5 bar) 2226.0 kJ/kg
    EXPECT_NEAR(u["flash_steam.mass"], (666.8 - 467.1) / 2226.0, 1e-3 * 0.0897);
    EXPECT_NEAR(u["losses"], u["pumping"], 1e-3 * 666.8e3) << "nothing but the pump's work is left over";
}

// ---- water

TEST(ActivatedSludgeSteady, ClosesTheBalanceOfCod) {
    Example u("activated_sludge_steady",
              {"effluent.TSS", "effluent.volume", "made[sludge_biomass]", "sludge.TSS", "sludge.volume"});
    ASSERT_TRUE(u({{"u.mu_nitrifiers", "0 1/d"}})) << u.messages(); // no nitrification: oxygen is that of COD alone
    const auto cod = [&](const std::string& port) { return u[port + ".cod"]; };
    const double oxygen = 0.274 - u["offgas.m[oxygen]"];
    EXPECT_NEAR(cod("feed") - cod("effluent") - cod("sludge"), oxygen, 1e-4 * oxygen); // 32 of 31.998
    // Design equations by hand.
    const double srt = 12, b = 0.12, debris = 0.15, Y = 0.6;
    const double left = 0.03 * (1 + b * srt) / (srt * (5 - b) - 1);
    const double degradable = (u["effluent.m[glucose]"] * 1.0657 + u["effluent.m[acetic_acid]"] * 1.0657 +
                               u["effluent.m[phenylacetic_acid]"] * 2.1154) /
                              u["effluent.volume"];
    EXPECT_NEAR(degradable, left, 2e-3 * left);
    const double observed = Y * (1 + debris * b * srt) / (1 + b * srt);
    EXPECT_NEAR(u["made[sludge_biomass]"] * 160 / 113.115 / u["removed"], observed, 1e-4 * observed);
    EXPECT_NEAR(oxygen / u["removed"], 1 - observed, 1e-4);
    EXPECT_NEAR(u["tank"] * 4 / (u["sludge.TSS"] * u["sludge.volume"] + u["effluent.TSS"] * u["effluent.volume"]),
                srt * 86400, 1e-3 * srt * 86400);
}

TEST(ActivatedSludgeSteady, NitrifiesOnlyWhereTheRetentionTimeAllowsIt) {
    Example u("activated_sludge_steady", {"effluent.c[ammonia]", "effluent.n[nitric_acid]", "sludge.n[nitric_acid]"});
    ASSERT_TRUE(u({{"u.srt", "12 d"}})) << u.messages();
    const double left = 0.74e-3 * (1 + 0.08 * 12) / (12 * (0.75 - 0.08) - 1);
    EXPECT_NEAR(u["effluent.c[ammonia]"] * 14.007 / 17.031, left, 5e-3 * left);
    const double nitrified = u["effluent.n[nitric_acid]"] + u["sludge.n[nitric_acid]"];
    EXPECT_GT(nitrified, 0);
    const double with = u["offgas.m[oxygen]"];
    ASSERT_TRUE(u({{"u.mu_nitrifiers", "0 1/d"}})) << u.messages();
    EXPECT_NEAR(u["offgas.m[oxygen]"] - with, nitrified * 2 * 0.031998, 1e-4 * with); // NH3 + 2 O2 -> HNO3 + H2O
    EXPECT_EQ(u["effluent.m[nitric_acid]"], 0);
    ASSERT_TRUE(u({{"u.srt", "1.3 d"}})) << u.messages(); // shorter than 1/(mu - b) = 1.49 d
    EXPECT_EQ(u["effluent.m[nitric_acid]"], 0);
}

TEST(ActivatedSludgeSteady, KeepsAllSolidsWithMembranes) {
    Example u("activated_sludge_steady", {"effluent.TSS", "feed.volume", "sludge.TSS"});
    ASSERT_TRUE(u({{"u.membrane", "1"}, {"u.mlss", "10 kg/m3"}})) << u.messages();
    EXPECT_NEAR(u["effluent.TSS"], 0, 1e-12);
    EXPECT_NEAR(u["sludge.TSS"], 10, 0.1);
    EXPECT_NEAR(u["area"], u["feed.volume"] / (18e-3 / 3600), 1e-6 * u["area"]);
}

TEST(Uasb, GivesTheMethaneOfTheCodThatItRemoves) {
    Example u("uasb",
              {"biogas.n[carbon_dioxide]", "biogas.n[hydrogen_sulfide]", "biogas.n[methane]", "effluent.n[methane]",
               "feed.n[sulfuric_acid]", "feed.volume", "made[methane]", "sludge.n[methane]"});
    ASSERT_TRUE(u({{"u.yield", "0 kgCOD/kgCOD"}, {"u.sulfate_reduced", "0"}, {"u.effluent_solids", "0 kg/m3"}}))
        << u.messages();
    EXPECT_NEAR(u["methane_yield"], 0.35, 2e-3);
    const double methane = u["biogas.n[methane]"], dioxide = u["biogas.n[carbon_dioxide]"];
    // What stays dissolved is in equilibrium with the gas.
    const double p = 101325 - 5627; // water vapour of 35 degC
    const double dry = methane + dioxide + u["biogas.n[hydrogen_sulfide]"];
    const double dissolved = u["effluent.n[methane]"] + u["sludge.n[methane]"];
    EXPECT_NEAR(dissolved, u["feed.volume"] * p * methane / dry / 7.6e4, 1e-3 * dissolved);
    // Sulfate takes two moles of oxygen demand from methane.
    const double formed = u["made[methane]"];
    ASSERT_TRUE(u({{"u.yield", "0 kgCOD/kgCOD"}, {"u.sulfate_reduced", "1"}, {"u.effluent_solids", "0 kg/m3"}}))
        << u.messages();
    EXPECT_NEAR((formed - u["made[methane]"]) / 0.0160428, u["feed.n[sulfuric_acid]"],
                1e-4 * u["feed.n[sulfuric_acid]"]);
}

TEST(FentonOxidation, SpendsHalfTheOxygenOfItsPeroxide) {
    Example u("fenton_oxidation", {"gas.n[oxygen]", "out.n[ferric_hydroxide]"});
    ASSERT_TRUE(u()) << u.messages();
    const double a = u["out.m[phenylacetic_acid]"] / 0.005, b = u["out.m[six_apa]"] / 0.003;
    EXPECT_NEAR(std::log(b) / std::log(a), 1.6, 1e-9); // one exposure for both
    const double iron = 0.0066 / 0.151908 / 2, charged = 0.0148 / 0.0340147 - iron;
    EXPECT_NEAR(u["removed"], 0.7 * charged * 0.016, 1e-4 * u["removed"]);
    EXPECT_NEAR(u["out.n[ferric_hydroxide]"], 2 * iron, 1e-4 * iron);
    EXPECT_NEAR(u["gas.n[oxygen]"], 0.3 * charged / 2, 1e-4 * charged);
}

TEST(Ozonation, OxidisesWithOneAtomOfThree) {
    Example u("ozonation");
    ASSERT_TRUE(u({{"u.dose", "1.5"}, {"u.transfer", "0.8"}, {"u.efficiency", "1"}})) << u.messages();
    EXPECT_NEAR(u["removal"], 1.5 * 0.8 / 3, 1e-9);
}

TEST(SandFilter, FollowsIwasaki) {
    Example u("sand_filter", {"feed.m[sludge_biomass]", "feed.volume", "filtrate.volume"});
    ASSERT_TRUE(u({{"u.depth", "1.2 m"}, {"u.coefficient", "2.5 1/m"}, {"u.wash_time", "5 min"}})) << u.messages();
    const double left = u["filtrate.m[sludge_biomass]"] / u["filtrate.volume"] /
                        (u["feed.m[sludge_biomass]"] / u["feed.volume"]);
    EXPECT_NEAR(left, std::exp(-3.0), 1e-4 * left);
    // All that is deposited in a run is what was caught in it.
    const double area = u["feed.volume"] / (8.0 / 3600), caught = u["feed.m[sludge_biomass]"] * (1 - std::exp(-3.0));
    EXPECT_NEAR(caught * u["run_time"], 1.5 * 1.2 * area, 1e-9 * caught * u["run_time"]);
}

TEST(BiosorptionColumn, LeaksTheMeanOfItsBreakthrough) {
    Example u("biosorption_column");
    ASSERT_TRUE(u()) << u.messages();
    const double C0 = u["C0"], k = 1e-3, q = 1.0 * 2 * C0 / (1 + 2 * C0), a = k * q * 1200 * 300;
    EXPECT_NEAR(u["service"], (a - std::log(19.0)) / (k * C0), 1e-9 * u["service"]);
    double sum = 0;
    const int steps = 100000;
    for (int i = 0; i < steps; ++i) sum += 1 / (1 + std::exp(a - k * C0 * u["service"] * (i + 0.5) / steps)) / steps;
    EXPECT_NEAR(u["out.m[copper_sulfate]"] / 0.0016, sum, 1e-6 * sum);
}

TEST(MicroalgaePolishing, GrowsAsFastAsItIsWashedOut) {
    Example u("microalgae_polishing", {"feed.volume"});
    ASSERT_TRUE(u()) << u.messages();
    const double X = u["biomass"], N = u["N_out"], optical = (100 * X + 1) * 0.25;
    const double light = 600 * (1 - std::exp(-optical)) / optical;
    const double growth = 1.5 * 0.5 * light / (80 + light) * N / (0.5e-3 + N) - 0.1;
    EXPECT_NEAR(growth, 1.0 / 5, 1e-9);
    EXPECT_GT(N, 0);
    EXPECT_NEAR(u["out.m[microalgae_biomass]"], X * u["feed.volume"], 1e-12);
}

TEST(SaltEvaporator, RaisesTheBoilingPointAndCompressesOverIt) {
    Example u("salt_evaporator");
    ASSERT_TRUE(u()) << u.messages();
    const double molal = u["particles"];
    EXPECT_NEAR(u["elevation"], 8.314463 * 363.15 * 363.15 / (44000 / 0.0180153) * molal, 1e-4 * u["elevation"]);
    // Industry: 15-30 kWh per tonne of water for small elevations, more for salt.
    const double kWh_per_t = u["specific_energy"] / 3.6e6 * 1000;
    EXPECT_GT(kWh_per_t, 15);
    EXPECT_LT(kWh_per_t, 60);
    EXPECT_NEAR(u["crystals.m[sodium_chloride]"] + u["purge.m[sodium_chloride]"], 0.15, 1e-12);
}

TEST(Composter, DriesWithTheHeatOfDegradation) {
    Example u("composter", {"made[oxygen]"});
    ASSERT_TRUE(u({{"u.rate", "0.05 1/d"}})) << u.messages();
    const double left = std::exp(-0.05 * 21);
    EXPECT_NEAR(u["compost.m[wood_chips]"] / 0.3, left, 1e-12);
    // 13.9 MJ per kg of oxygen, within ten per cent, whatever degrades.
    EXPECT_NEAR(u["heat"] / -u["made[oxygen]"], 13.9e6, 1.4e6);
}

TEST(HydrolysisAcidification, KeepsTheCodThatDoesNotLeaveAsHydrogen) {
    Example u("hydrolysis_acidification");
    ASSERT_TRUE(u()) << u.messages();
    const double share = 1 - std::pow(1 + 3 * std::pow(1.05, -5.0) * 0.5 / 2, -2);
    EXPECT_NEAR(u["out.m[starch]"] / 0.05, 1 - share, 1e-12);
    EXPECT_NEAR(u["acidified"], 1 - 0.06 - 0.05, 1e-9);
    EXPECT_NEAR(u["gas.m[hydrogen]"] * 32 / 4.032, 0.05 * u["oxygen_demand"], 1e-3 * u["oxygen_demand"] * 0.05);
}

TEST(MyceliumDryer, TakesTheTimeOfItsTwoPeriods) {
    Example u("mycelium_dryer");
    ASSERT_TRUE(u()) << u.messages();
    const double X0 = 0.78 / 0.22, critical = 1, end = 0.12, equilibrium = 0.04;
    const double flux = 30 * ((160 + 70) / 2.0 - 45) / (44000 / 0.0180153), rate = 1.5 * flux;
    const double falling = bisect(
        [&](double t) {
            return integrate([&](double X) { return -rate * (X - equilibrium) / (critical - equilibrium); }, critical,
                             t, 2000) -
                   end;
        },
        0, 1e6);
    EXPECT_NEAR(u["drying_time"], (X0 - critical) / rate + falling, 1e-4 * u["drying_time"]);
    EXPECT_NEAR(u["dried.m[water]"], 0.12 * 0.22, 1e-12);
}

TEST(SludgeDewatering, HoldsTheSolidsOfCakeAndCentrate) {
    Example u("sludge_dewatering", {"centrate.TSS"});
    ASSERT_TRUE(u()) << u.messages();
    const double solids = u["cake.m[sludge_biomass]"] + u["cake.m[ferric_hydroxide]"];
    EXPECT_NEAR(solids / u["cake.mass"], 0.22, 1e-12);
    EXPECT_NEAR(u["centrate.TSS"], 0.8, 1e-3); // per volume of liquor and solids
}

TEST(SolidFuelBoiler, BurnsWhatItsEfficiencyAsksFor) {
    Example u("solid_fuel_boiler");
    ASSERT_TRUE(u()) << u.messages();
    EXPECT_NEAR(u["heating_value"] / 1e6, 28, 2.5); // of dry coal with 13 % of ash
    EXPECT_NEAR(u["fuel_demand"] * 0.85 * u["wet_heating_value"], 2e6 / 0.92, 1e-3);
    EXPECT_NEAR(u["ash.m[ash]"] / (0.98 * 0.1), 0.0607 * 60.084 / 28.085, 1e-5);
}

} // namespace
} // namespace viresco::cases
