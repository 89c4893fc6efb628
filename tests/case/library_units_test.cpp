// Unit operations of the library against closed forms, and against equations integrated or solved here another way.
#include "plant/unit_file.h"
#include <functional>
#include <numbers>

namespace viresco::cases {
namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

/// A unit around its example, evaluated; names and parameters without the plant's prefix.
class Unit {
public:
    explicit Unit(const std::string& name, const Settings& settings = {}) : file_(name) {
        file_.write();
        Settings full;
        for (const auto& [path, value] : settings)
            full.emplace_back((path.rfind("feed_", 0) == 0 ? "r." : "r.u.") + path, value);
        good = file_.workspace.run(full);
        EXPECT_TRUE(good) << name << "\n" << file_.workspace.messages;
    }
    double operator[](const std::string& name) const {
        double value = good ? file_.workspace.value("r.u." + name) : std::nan("");
        if (good && std::isnan(value)) value = file_.workspace.value("r.feed_" + name); // what an inlet tells
        EXPECT_TRUE(std::isfinite(value)) << name;
        return value;
    }
    /// Value of a parameter.
    double given(const std::string& name) const {
        const Case& c = *file_.workspace.compiled;
        for (size_t i = 0; i < c.parameters.size(); ++i)
            if (c.program.parameters()[i].path == "r.u." + name) return c.parameters[i];
        ADD_FAILURE() << "no parameter " << name;
        return std::nan("");
    }
    bool good = false;

private:
    UnitFile file_;
};

double simpson(const std::function<double(double)>& f, double a, double b, int n = 2000) {
    double sum = f(a) + f(b);
    for (int i = 1; i < n; ++i) sum += (i % 2 ? 4 : 2) * f(a + (b - a) * i / n);
    return sum * (b - a) / (3 * n);
}

/// dy/dt = f(t, y) from y over `duration`, by the classical Runge-Kutta method.
double integrated(const std::function<double(double, double)>& f, double y, double duration, int n = 4000) {
    const double h = duration / n;
    for (int i = 0; i < n; ++i) {
        const double t = i * h, k1 = f(t, y), k2 = f(t + h / 2, y + h / 2 * k1), k3 = f(t + h / 2, y + h / 2 * k2),
                     k4 = f(t + h, y + h * k3);
        y += h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
    }
    return y;
}

/// `value` to a relative accuracy.
#define EXPECT_REL(value, expected, relative) EXPECT_NEAR(value, expected, std::fabs(expected) * (relative))

constexpr double gas_constant = 8.31446261815324;

TEST(LibraryUnits, ExtractorOfKremserIsTheCascadeSolvedStageByStage) {
    for (const int stages : {1, 3, 6}) {
        const Unit u("counter_current_extractor", {{"stages", std::to_string(stages)}});
        const double E = u["E[penicillin_G]"], feed = u["feed.m[penicillin_G]"];
        // The solvent enters clean behind the last stage. From there backwards: what leaves a stage with the water
        // (1) leaves with the solvent E times over; the balance over the stages behind gives what enters it.
        double leaves = 1, enters = 1 + E;
        for (int k = 1; k < stages; ++k) {
            leaves = enters;
            enters = 1 + E * leaves;
        }
        EXPECT_REL(u["raffinate.m[penicillin_G]"], feed / enters, 1e-12) << stages;
    }
}

TEST(LibraryUnits, DiafiltrationIsTheRetentateFollowedInTime) {
    for (const double retention : {0.0, 0.3, 0.95}) {
        const Unit u("membrane_filter", {{"retention[mab]", units::format_number(retention)}});
        const double factor = u.given("concentration_factor"), washes = u["washes"];
        // Concentrating: volume falls from 1 to 1/factor, the filtrate carries (1 - retention) of the concentration.
        double m = integrated([&](double v, double y) { return -(1 - retention) * y / (1 - v); }, 1.0, 1 - 1 / factor,
                              200000);
        m = integrated([&](double, double y) { return -(1 - retention) * y; }, m, washes);
        EXPECT_REL(u["retentate.m[mab]"], m * u["feed.m[mab]"], 1e-9) << retention;
    }
    // A solute of the buffer alone comes to what the buffer holds, less what has not come yet.
    const Unit u("membrane_filter");
    const double washes = u["washes"], inflow = u["buffer.m[histidine]"] / washes;
    EXPECT_REL(u["retentate.m[histidine]"], integrated([&](double, double y) { return inflow - y; }, 0, washes), 1e-9);
}

TEST(LibraryUnits, DelFactorIsTheIntegralOfTheDeathRate) {
    const Unit u("batch_steriliser");
    const double at_121 = u.given("rate_at_121"), theta = u.given("activation_energy") / gas_constant;
    const auto k = [&](double T) { return at_121 * std::exp(theta * (1 / 394.15 - 1 / T)); };
    const double cold = 298.15, hot = u.given("holding_temperature"), end = u.given("temperature");
    const double heating = simpson(k, cold, hot) / u.given("heating_rate"),
                 cooling = simpson(k, end, hot) / u.given("cooling_rate");
    EXPECT_REL(u["del_heating"], heating, 1e-9);
    EXPECT_REL(u["del_cooling"], cooling, 1e-9);
    // The holding time is what heating and cooling leave open.
    EXPECT_REL(u["del"], std::log(1e12 * 50 / 1e-3), 1e-9);
    EXPECT_REL(u["del"], heating + cooling + k(hot) * u["holding_time"], 1e-9);
    const Unit continuous("continuous_steriliser", {{"holding_temperature", "121 degC"}});
    EXPECT_REL(continuous["del"], 2.5, 1e-9); // one minute at 2.5 1/min
}

TEST(LibraryUnits, CrystalSizesOfTheContinuousCrystalliserAreThoseOfItsDistribution) {
    for (const char* order : {"1", "0.6"}) {
        const Unit u("msmpr_crystalliser", {{"density_exponent", order}});
        const double n0 = u["nuclei_density"], L = u["growth"] * u.given("residence_time");
        const auto moment = [&](int k) {
            return simpson([&](double x) { return std::pow(x, k) * n0 * std::exp(-x / L); }, 0, 60 * L, 20000);
        };
        EXPECT_REL(u["m0"], moment(0), 1e-8);
        EXPECT_REL(u["m3"], moment(3), 1e-8);
        EXPECT_REL(u["mean_size"], moment(1) / moment(0), 1e-8);
        EXPECT_REL(u["size_by_mass"], moment(4) / moment(3), 1e-8);
        EXPECT_REL(u["area_density"], 6 * u.given("shape") * moment(2), 1e-8);
        // The crystals' mass is that of the balance, nucleation is that of the law.
        EXPECT_REL(u.given("shape") * 1665 * moment(3), u["suspension"], 1e-8);
        EXPECT_REL(u["births"], n0 * u["growth"], 1e-12);
        EXPECT_REL(u["births"] / u.given("nucleation"),
                   std::pow(u["growth"] / 1e-8, u.given("growth_exponent")) *
                       std::pow(u["suspension"] / 50, u.given("density_exponent")),
                   1e-10);
    }
}

TEST(LibraryUnits, WetBulbTemperatureIsThatOfThePsychrometricChart) {
    // Air that is saturated does not cool.
    const double vapour = 4246.0, humidity = 18.015268 / 28.964 * vapour / (101325 - vapour); // at 30 degC
    const Unit moist("fluid_bed_dryer", {{"inlet_temperature", "30 degC"},
                                         {"inlet_humidity", units::format_number(humidity - 2e-4) + " kg/kg"}});
    EXPECT_NEAR(moist["wet_bulb"], 303.15, 0.15);
    // 30 degC and 50 % relative humidity: 22.0 degC (psychrometric chart).
    const double half = 18.015268 / 28.964 * vapour / 2 / (101325 - vapour / 2);
    const Unit dry("fluid_bed_dryer",
                   {{"inlet_temperature", "30 degC"}, {"inlet_humidity", units::format_number(half) + " kg/kg"}});
    EXPECT_NEAR(dry["wet_bulb"], 295.15, 0.15);
}

TEST(LibraryUnits, DryingTimeOfTheFluidBedBringsTheMoistureToItsEnd) {
    const Unit u("fluid_bed_dryer");
    const double critical = u.given("critical"), equilibrium = u.given("equilibrium"), load = u.given("bed_load");
    const double rate = u["rate"] / load;
    double X = u["initial"] - u["constant_time"] * rate;
    EXPECT_REL(X, critical, 1e-12);
    X = integrated([&](double, double x) { return -rate * (x - equilibrium) / (critical - equilibrium); }, X,
                   u["falling_time"]);
    EXPECT_REL(X, u.given("moisture"), 1e-9);
}

TEST(LibraryUnits, SprayDryerFedWithTheAirItAsksForReachesItsOutletTemperature) {
    const Unit asked("spray_dryer");
    const double air = asked["air_demand"];
    const auto part = [&](double share) { return units::format_number(share * air) + " kg/s"; };
    const Unit u("spray_dryer", {{"feed_air.flow[nitrogen]", part(0.76)},
                                 {"feed_air.flow[oxygen]", part(0.23)},
                                 {"feed_air.flow[water]", part(0.01)}});
    EXPECT_NEAR(u["exhaust.T"], u.given("outlet_temperature"), 1.0); // the air's heat capacity is a rounded one
    EXPECT_GT(u["energy.losses"], 0);
}

TEST(LibraryUnits, VacuumDryerBoilsAtTheSaturationTemperature) {
    // Steam tables: 50 mbar, 32.88 degC.
    EXPECT_NEAR(Unit("vacuum_dryer")["boiling"], 273.15 + 32.88, 0.15);
}

TEST(LibraryUnits, FreezeDryingTimeIsTheFrontFollowedInTime) {
    const Unit u("freeze_dryer");
    const double depth = u.given("fill_depth"), ice = u["per_area"] / depth;
    const double pressure = u["ice_pressure"] - u.given("chamber_pressure");
    const double surface = u.given("resistance"), slope = u.given("resistance_slope");
    const double dry_layer = integrated([&](double, double l) { return pressure / (surface + slope * l) / ice; }, 0,
                                        u["primary_time"]);
    EXPECT_REL(dry_layer, depth, 1e-9);
    EXPECT_NEAR(u["ice_pressure"], 25.0, 0.5); // ice at -34 degC: 25.0 Pa (tables)
}

TEST(LibraryUnits, GainOfTheStillGrowsWithItsEffects) {
    // Without losses between effects the vapour of the first works once in every effect.
    for (const int effects : {3, 5, 8}) {
        const Unit ideal("wfi_still", {{"effects", std::to_string(effects)}, {"per_effect", "1"}, {"heat_loss", "0"}});
        EXPECT_REL(ideal["gain"], effects, 1e-12);
        EXPECT_REL((ideal["heating"] - ideal["bringing_up"]) * effects, ideal["distillate.m[water]"] * ideal["latent"],
                   1e-12);
        const Unit real("wfi_still", {{"effects", std::to_string(effects)}});
        double gain = 0, vapour = 1;
        for (int k = 0; k < effects; ++k, vapour *= 0.93) gain += vapour;
        EXPECT_REL(real["gain"], gain, 1e-12);
    }
    // Latent heat at 140 degC: 2144 kJ/kg (steam tables).
    EXPECT_NEAR(Unit("wfi_still")["latent"], 2144e3, 35e3);
}

TEST(LibraryUnits, VapourCompressionTakesTheWorkOfTheIdealGas) {
    const Unit u("wfi_vapour_compression", {{"compressor_efficiency", "1"}});
    // Integral of v dp along p v^k.
    const double p1 = u["evaporating_pressure"], p2 = u["condensing_pressure"], k = u.given("isentropic_exponent");
    const double v1 = gas_constant * u.given("boiling") / 0.018015 / p1;
    EXPECT_REL(u["work_per_mass"], simpson([&](double p) { return v1 * std::pow(p1 / p, 1 / k); }, p1, p2), 1e-4);
    EXPECT_NEAR(p1, 105.1e3, 0.5e3); // steam tables: 101 degC
}

TEST(LibraryUnits, PurifiedWaterWithRejectsReturnedIsTheFixedPointOfTheLoop) {
    const Unit u("purified_water");
    const double r1 = u.given("first_recovery"), r2 = u.given("second_recovery"), r3 = u.given("edi_recovery");
    double returned = 0, product = 0;
    for (int k = 0; k < 300; ++k) {
        const double first = (1 + returned) * r1, second = first * r2;
        product = second * r3;
        returned = first - second + second - product;
    }
    EXPECT_REL(u["recovery"], product, 1e-12);
    EXPECT_REL(u["water.m[water]"], product * u["feed.m[water]"], 1e-12);
}

TEST(LibraryUnits, FilterPressFiltersForItsTime) {
    const Unit u("filter_press");
    const double resistance = u.given("cloth_resistance"), slope = u["alpha"] * u["load"];
    const double drive = u["drive"];
    const double v = integrated([&](double, double x) { return drive / (slope * x + resistance); }, 0,
                                u.given("filter_time"), 400000);
    EXPECT_REL(u["v"], v, 1e-7);
}

TEST(LibraryUnits, DeadEndFilterPlugsAsItsFluxFalls) {
    const Unit u("dead_end_filter");
    const double J0 = u.given("initial_flux"), capacity = u.given("capacity");
    const double v = integrated([&](double, double x) { return J0 * (1 - x / capacity) * (1 - x / capacity); }, 0,
                                u.given("process_time"));
    EXPECT_REL(u["loading"], v, 1e-9);
    EXPECT_REL(u["lost[cho_cells]"], 1 - 1e-3 * (1 - u["held"] / u["feed.volume"] * u["left"]), 1e-12);
}

TEST(LibraryUnits, FlocsGrowAsTheirNumberFalls) {
    const Unit u("flocculator", {{"time", "5 min"}, {"collision_efficiency", "0.02"}});
    const double rate = 4 * 0.02 * u["fraction"] * u.given("shear") / std::numbers::pi;
    const double left = integrated([&](double, double n) { return -rate * n; }, 1, 300);
    EXPECT_REL(u["particles_left"], left, 1e-9);
    EXPECT_REL(u["floc_diameter"], 2e-6 * std::pow(left, -1.0 / 3), 1e-9); // their volume is that of the particles
}

TEST(LibraryUnits, HomogeniserReleasesTheSamePartOfTheRestInEveryPass) {
    const auto left = [](const char* passes) {
        const Unit u("homogeniser", {{"passes", passes}, {"pressure", "700 bar"}});
        return u["out.m[intracellular_protein]"] / u["feed.m[intracellular_protein]"];
    };
    EXPECT_REL(left("3"), std::pow(left("1"), 3), 1e-12);
    EXPECT_REL(-std::log(left("1")), 1.4 * std::pow(700.0 / 800, 2), 1e-12);
}

TEST(LibraryUnits, CentrifugeSettlesTheCriticalParticleAtItsLoading) {
    const Unit u("disc_stack_centrifuge");
    // A particle of the critical diameter falls by Stokes as fast as the flow rises per equivalent area.
    const double d = u["critical"];
    EXPECT_REL(d * d * 60 * 9.80665 / (18 * 1.2e-3), u.given("loading"), 1e-12);
    EXPECT_REL(u["recovery[bacterial_cells]"], 1 - std::exp(-std::pow(0.865 * 1.2e-6 / d, 2.08)), 1e-12);
    EXPECT_REL(u["slope"], std::tan(u.given("half_angle")), 2e-3);
    const Unit slow("disc_stack_centrifuge", {{"loading", "2e-9 m/s"}});
    EXPECT_GT(slow["recovery[intracellular_protein]"], u["recovery[intracellular_protein]"]);
}

TEST(LibraryUnits, PrecipitationFollowsCohn) {
    const Unit u("precipitator", {{"cohn", "0 L/mol"}, {"beta", "1"}});
    EXPECT_REL(u["solubility"], 10.0, 1e-12); // g/L
    const Unit less("precipitator"), more("precipitator", {{"cohn", "3.1 L/mol"}});
    EXPECT_REL(std::log10(less["solubility"] / more["solubility"]), 0.1 * less["reached"] / 1000, 1e-9);
}

TEST(LibraryUnits, BufferMadeOfItsDemandsHasThePhWanted) {
    for (const char* pH : {"4.2", "5.0", "5.6"}) {
        const Settings wanted{{"pH", pH}, {"tolerance", "14"}};
        const Unit asked("buffer_preparation", wanted);
        Settings fed = wanted;
        fed.emplace_back("feed_acid.flow[acetic_acid]", units::format_number(asked["acid_demand"]) + " kg/s");
        fed.emplace_back("feed_base.flow[sodium_acetate]", units::format_number(asked["base_demand"]) + " kg/s");
        const Unit u("buffer_preparation", fed);
        EXPECT_NEAR(u["pH_made"], std::stod(pH), 1e-9);
        EXPECT_REL(u["acid.n[acetic_acid]"] + u["base.n[sodium_acetate]"], 50 * u["water.volume"], 1e-9);
    }
}

TEST(LibraryUnits, CellTimeOfTheFedBatchIsTheIntegralOfItsGrowth) {
    const Unit u("cell_culture_fed_batch");
    const double mu = u.given("growth_rate"), peak = u.given("peak_density"), T = u.given("culture_time");
    const double seed = u.given("seed_density");
    EXPECT_REL(u["grown"], integrated([&](double, double x) { return mu * x * (1 - x / peak); }, seed, T), 1e-8);
    const auto logistic = [&](double t) { return peak / (1 + (peak / seed - 1) * std::exp(-mu * t)); };
    const double cell_time = simpson(logistic, 0, T);
    EXPECT_REL(u["cell_time"], cell_time, 1e-8);
    // All the antibody that the cells make leaves with the harvest.
    const double rate = 25e-15 / 86400; // kg per cell and second
    EXPECT_REL(u["harvest.m[mab]"], rate * cell_time * u["medium.volume"], 1e-8);
}

TEST(LibraryUnits, VesselsOfSteelAreCleanedWhereBagsAreThrownAway) {
    for (const char* name : {"cell_culture_fed_batch", "cell_culture_perfusion", "seed_train"}) {
        const Unit bags(name), steel(name, {{"single_use", "0"}});
        EXPECT_GT(bags["plastics"], 0) << name;
        EXPECT_EQ(bags["sip"] + bags["cip_demand"], 0) << name;
        EXPECT_EQ(steel["plastics"], 0) << name;
        EXPECT_REL(steel["sip"] / steel["cip_demand"], 220e6, 1e-12) << name; // one vessel volume, heated and cleaned
    }
    // 30 kg of bag in every batch of 2000 L.
    const Unit u("cell_culture_fed_batch");
    EXPECT_REL(u["plastics"], 30 * u["medium.volume"] / 2, 1e-12);
}

TEST(LibraryUnits, PerfusionMakesTheRatioOfItsCellSpecificRates) {
    const Unit u("cell_culture_perfusion");
    EXPECT_REL((u["harvest.m[mab]"] + u["bleed.m[mab]"]) / u["medium.volume"], 25.0 / 30, 1e-12); // pg per pL: g/L
    EXPECT_REL(u["perfusion_rate"] * 86400, 60e6 * 30e-9, 1e-12);                                 // 1.8 per day
    // What sieves worse stays in the vessel and leaves with the bleed.
    const Unit tight("cell_culture_perfusion", {{"sieving", "0.5"}});
    EXPECT_GT(tight["bleed.m[mab]"], u["bleed.m[mab]"]);
    const double bled = u["bled"];
    EXPECT_REL(tight["harvest.m[mab]"] / tight["bleed.m[mab]"], 0.5 * (1 - bled) / bled, 1e-12);
}

TEST(LibraryUnits, SeedTrainGrowsByItsRatioInEveryStage) {
    const Unit u("seed_train", {{"seed_volume", "625 L"}, {"first_volume", "1 L"}});
    EXPECT_REL(u["stages"], 5, 1e-12); // 1, 5, 25, 125, 625 L
    EXPECT_REL(u["train_volume"], 0.781, 1e-12);
    EXPECT_REL(std::exp(u.given("growth_rate") * u["stage_time"]), 5, 1e-12);
    EXPECT_REL(u["bags"],
               30 * (std::pow(0.625 / 2, 0.7) + std::pow(0.125 / 2, 0.7) + std::pow(0.025 / 2, 0.7) +
                     std::pow(0.005 / 2, 0.7) + std::pow(0.001 / 2, 0.7)),
               1e-12);
}

TEST(LibraryUnits, ChromatographyKeepsItsVolumesAndSharesInBothModes) {
    const Unit u("chromatography");
    EXPECT_REL(u["pool.m[mab]"], 0.99 * 0.97 * u["feed.m[mab]"], 1e-12);
    EXPECT_REL(u["packed"], u["feed.m[mab]"] / 35, 1e-12);
    EXPECT_REL(u["elution_demand"] / 997, 4 * u["packed"], 1e-9);
    EXPECT_REL(u["column"] * u.given("cycles") * 35, 2.0 * u["feed.c[mab]"], 1e-9); // kg of a batch
    const Unit through("chromatography", {{"flow_through", "1"}, {"bound[mab]", "0.03"}});
    EXPECT_REL(through["pool.m[mab]"], 0.97 * through["feed.m[mab]"], 1e-12);
    EXPECT_EQ(through["pool.m[acetic_acid]"], 0);
}

TEST(LibraryUnits, SterilisationInPlaceHasTheF0OfItsHold) {
    const Unit u("sip_station", {{"hold_temperature", "131.1 degC"}, {"hold_time", "20 min"}});
    EXPECT_REL(u["lethality"], 20 * 60 * 10.0, 1e-9); // ten times faster ten degrees above 121.1
}

TEST(LibraryUnits, CleanSteamTakesTheHeatOfTheSteamTables) {
    const Unit u("clean_steam", {{"heat_loss", "0"}, {"blowdown_share", "0"}, {"superheat", "0.1 K"}});
    EXPECT_NEAR(u["steam.T"], 273.15 + 138.9 + 0.1, 0.1);                 // 3.5 bar
    EXPECT_NEAR(u["heating"] / u["steam.mass"], 2732.0e3 - 334.9e3, 2e3); // saturated vapour less water of 80 degC
}

TEST(LibraryUnits, FansOfCleanRoomsFollowTheCubeOfTheFlow) {
    const Unit full("hvac_cleanroom", {{"idle_share", "0"}});
    const Unit idle("hvac_cleanroom", {{"idle_share", "1"}, {"setback", "0.5"}});
    EXPECT_REL(idle["fan"], full["fan"] / 8, 1e-12);
    EXPECT_REL(idle["air"], full["air"] / 2, 1e-12);
    EXPECT_REL(full["full_flow"] * 3600, 2.8 * (200 * 28 + 500 * 16 + 300 * 7), 1e-12);
    EXPECT_REL(full["cooling"], full["fan"] + full["outdoor"] + full["rooms"] + full["reheating"], 1e-12);
}

TEST(LibraryUnits, CleaningInPlaceFedWithItsDemandsHeatsTheWashItThrowsAway) {
    const Unit u("cip_skid", {{"reused", "0"}, {"heat_loss", "0"}});
    const double share = u.given("wash") / u["plain"]; // of the process water
    EXPECT_REL(u["heating"], 4180 * share * 0.12 * (348.15 - 298.15), 1e-12);
    EXPECT_REL(u["alkali_demand"], 0.12 * 15 / 3600, 1e-12);
    const Unit reusing("cip_skid");
    EXPECT_REL(reusing["alkali_demand"], 0.4 * u["alkali_demand"], 1e-12);
}

TEST(LibraryUnits, InactivationAtLowPhIsFirstOrder) {
    const Unit u("virus_inactivation", {{"pH_hold", "3.6"}});
    const double rate = 0.23 / 60 * std::pow(10, -0.1);
    EXPECT_REL(u["log_reduction"], -std::log10(integrated([&](double, double n) { return -rate * n; }, 1, 3600)), 1e-9);
}

TEST(LibraryUnits, IonExchangerRegeneratesByEquivalents) {
    const Unit u("ion_exchanger");
    const double salt = 0.99 * 0.002 / 58.443e-3, gypsum = 2 * 0.99 * 0.001 / 136.14e-3;
    EXPECT_REL(u["exchanged"], salt + gypsum, 1e-4);
    EXPECT_REL(u["bed"], (salt + gypsum) * 12 * 3600 / 800, 1e-4);
    EXPECT_REL(u["acid_demand"], 1.6 * (salt + gypsum) * 36.461e-3, 1e-4);
}

} // namespace
} // namespace viresco::cases
