// Units of chemistry and solvents against closed forms and independent integrations.
#include "unit_example.h"

namespace viresco::cases {
namespace {

// ---- distillation

struct Ends {
    double z, top, bottom; ///< mole fractions of benzene
};
const std::vector<std::string> fractions{"feed.x[benzene]", "distillate.x[benzene]", "bottoms.x[benzene]"};
Ends ends(const Example& u) {
    const auto fraction = [&](const std::string& port) { return u[port + ".x[benzene]"]; };
    return {fraction("feed"), fraction("distillate"), fraction("bottoms")};
}

TEST(StagewiseColumn, IsTheStaircaseOfMcCabeAndThiele) {
    Example u("stagewise_column", fractions);
    const double alpha = 2.4, reflux = 1.7, distilled = 0.45, q = 0.8;
    ASSERT_TRUE(u({{"u.reflux", "1.7"}, {"u.distilled", "0.45"}, {"u.liquid", "0.8"}})) << u.messages();
    const Ends e = ends(u);
    EXPECT_NEAR(distilled * e.top + (1 - distilled) * e.bottom, e.z, 1e-12);
    // From the distillate down: equilibrium, operating line, 9 trays, the feed stage, 10 below it.
    const double L = reflux * distilled, V = L + distilled, L2 = L + q, V2 = V - (1 - q);
    double y = e.top, x = 0;
    for (int stage = 1; stage <= 20; ++stage) {
        x = y / (alpha - (alpha - 1) * y);
        y = stage < 10 ? (L * x + distilled * e.top) / V : (L2 * x - (1 - distilled) * e.bottom) / V2;
    }
    EXPECT_NEAR(x, e.bottom, 1e-9);
}

TEST(StagewiseColumn, ReachesFenskesSeparationAtTotalReflux) {
    Example u("stagewise_column", fractions);
    ASSERT_TRUE(u({{"u.reflux", "1e7"}, {"u.rectifying", "4"}, {"u.stripping", "5"}})) << u.messages();
    const Ends e = ends(u);
    const double stages = std::log(e.top / (1 - e.top) * (1 - e.bottom) / e.bottom) / std::log(2.4);
    EXPECT_NEAR(stages, 10, 1e-5);
}

TEST(StagewiseColumn, NeedsTheStagesOfFenskeUnderwoodAndGilliland) {
    // The correlation (Eduljee's form) is good to some per cent of the stages.
    Example u("stagewise_column", fractions);
    for (const double reflux : {1.5, 2.0, 3.0}) {
        ASSERT_TRUE(u({{"u.reflux", std::to_string(reflux)}, {"u.distilled", "0.4957"}})) << u.messages();
        const Ends e = ends(u);
        const double alpha = 2.4;
        const double least = std::log(e.top / (1 - e.top) * (1 - e.bottom) / e.bottom) / std::log(alpha);
        const double least_reflux = (e.top / e.z - alpha * (1 - e.top) / (1 - e.z)) / (alpha - 1); // Underwood, q = 1
        const double abscissa = (reflux - least_reflux) / (reflux + 1);
        const double ordinate = 0.75 * (1 - std::pow(abscissa, 0.5668));
        EXPECT_NEAR((least + ordinate) / (1 - ordinate), 20, 2.5) << reflux;
    }
}

TEST(StagewiseColumn, AgreesWithTheShortCutAtItsRecoveries) {
    Example column("stagewise_column");
    ASSERT_TRUE(column()) << column.messages();
    const auto recovery = [&](const std::string& c) {
        return units::format_number(column["distillate.m[" + c + "]"] / (c == "benzene" ? 0.5 : 0.6));
    };
    Workspace w("shortcut_for_" + Scratch::of_this_test());
    w.write("plant.yaml",
            "viresco: 1\nkind: plant\ncomponents: [common, treatment]\nfeeds:\n"
            "  feed: {T: 60 degC, flow: {benzene: 0.5 kg/s, toluene: 0.6 kg/s}, supply: none}\nunits:\n"
            "  u: {is: shortcut_distillation, light: [benzene, toluene], recovery: {benzene: " +
                recovery("benzene") + ", toluene: " + recovery("toluene") +
                "}, reflux: 2, top: 80 degC, bottom: 110 degC}\nconnections: |\n  feed -> u.feed\n"
                "  u.distillate -> d\n  u.bottoms -> b\nproducts: {d: {as: product}, b: {as: waste}}\n"
                "utilities: {steam: {supply: steam, content: 2.2 MJ/kg}, cooling_water: cooling_water}\n");
    w.write_case();
    ASSERT_TRUE(w.run()) << w.messages;
    EXPECT_NEAR(w.value("r.u.cooling"), column["cooling"], 1e-5 * column["cooling"]);
    EXPECT_NEAR(w.value("r.u.heating"), column["heating"], 1e-5 * column["heating"]);
}

TEST(StagewiseColumn, SeparatesNothingOfEqualVolatility) {
    Example u("stagewise_column", fractions);
    for (const char* v : {"2.39999", "2.3", "2", "1.5", "0.9"})
        ASSERT_TRUE(u({{"u.volatility[toluene]", v}})) << v << u.messages();
    ASSERT_TRUE(u({{"u.volatility[toluene]", "2.4"}})) << u.messages(); // equal volatilities: nothing is separated
    const Ends e = ends(u);
    EXPECT_NEAR(e.top, e.z, 1e-10);
    EXPECT_NEAR(e.bottom, e.z, 1e-10);
}

/// From the guess alone, over the ranges the unit declares; where stages abound, the split is perfect.
TEST(StagewiseColumn, IsFoundWhereTheSplitIsSharp) {
    Example u("stagewise_column", fractions);
    for (const char* volatility : {"0.01", "0.1", "1.05", "6", "20", "100"})
        for (const auto& [reflux, liquid] : {std::pair{"1.5", "1"}, {"10", "0.1"}, {"10", "1.2"}})
            for (const double distilled : {0.4, 0.6})
                for (const auto& [above, below] : {std::pair{"20", "20"}, {"2", "20"}, {"20", "2"}}) {
                    const std::string what = std::string(volatility) + " " + reflux + " " + liquid + " " + above + " " +
                                             below + " " + std::to_string(distilled);
                    ASSERT_TRUE(u({{"u.volatility[benzene]", volatility},
                                   {"u.volatility[toluene]", "1"},
                                   {"u.reflux", reflux},
                                   {"u.liquid", liquid},
                                   {"u.distilled", std::to_string(distilled)},
                                   {"u.rectifying", above},
                                   {"u.stripping", below}}))
                        << what << u.messages();
                    const Ends e = ends(u);
                    EXPECT_NEAR(distilled * e.top + (1 - distilled) * e.bottom, e.z, 1e-12) << what;
                    const double alpha = std::stod(volatility);
                    EXPECT_EQ(e.top > e.z, alpha > 1) << what;
                    if (std::string(above) != "20" || std::string(below) != "20" || std::string(reflux) != "10" ||
                        (alpha < 6 && alpha > 0.15))
                        continue;
                    // All that may distil does, of the lighter first.
                    const double light = alpha > 1 ? e.z : 1 - e.z, found = alpha > 1 ? e.top : 1 - e.top;
                    EXPECT_NEAR(found, std::min(1.0, light / distilled), 1e-6) << what;
                }
}

// ---- reactors

TEST(PackedBedEnzymeReactor, FollowsTheIntegratedMichaelisMentenEquation) {
    Example u("packed_bed_enzyme_reactor");
    for (const char* Kp : {"1e9 mmol/L", "60 mmol/L", "5 mmol/L"}) { // below Km the product term turns its sign
        ASSERT_TRUE(u({{"u.Kp", Kp}, {"u.Vmax", "0.1 mmol/L/s"}})) << u.messages();
        const double S0 = u["S0"], Km = 5;
        const double inhibition = units::parse_quantity(Kp)->si;
        const double decay = std::log(2.0) * 90 / 60, modulus = 0.25e-3 * std::sqrt(0.1 * 0.4 / 0.6 / (Km * 4e-10));
        const double effectiveness = 3 / modulus * (1 / std::tanh(modulus) - 1 / modulus);
        const double Vmax = 0.1 * effectiveness * (1 - std::exp(-decay)) / decay;
        const double S = integrate([&](double s) { return -Vmax * s / (Km * (1 + (S0 - s) / inhibition) + s); }, S0,
                                   20 * 60);
        const double left = u["out.m[penicillin_G_K]"] / 0.04;
        EXPECT_NEAR(left, S / S0, 1e-9 * left) << Kp;
    }
}

TEST(JacketedBatchReactor, TakesTheTimeOfItsRateLaw) {
    Example u("jacketed_batch_reactor");
    ASSERT_TRUE(u({{"u.temperature", "60 degC"}})) << u.messages();
    EXPECT_NEAR(u["reaction_time"], -std::log(0.05) / 5e-4, 1e-9 * u["reaction_time"]);
    ASSERT_TRUE(u({{"u.temperature", "70 degC"}})) << u.messages();
    const double faster = std::exp(60000 / gas_constant * (1 / 333.15 - 1 / 343.15));
    EXPECT_NEAR(u["reaction_time"], -std::log(0.05) / 5e-4 / faster, 1e-9 * u["reaction_time"]);
    // Second order with the partner charged M times what is used, M = 1 included.
    ASSERT_TRUE(u({{"u.order", "2"}, {"u.k_second", "1e-2 L/mol/s"}, {"u.temperature", "60 degC"}})) << u.messages();
    const double M = u["M"], C0 = u["C0"], k = 1e-5;
    EXPECT_GT(M, 50); // the partner is the water of the example
    const auto slope = [&](double X) { return k * C0 * (1 - X) * (M - X); };
    EXPECT_NEAR(integrate(slope, 0, u["reaction_time"]), 0.95, 1e-9);
    ASSERT_TRUE(u({{"u.order", "2"}, {"u.k_second", "1e-2 L/mol/s"}, {"u.partner", "ethyl_acetate"}})) << u.messages();
    EXPECT_NEAR(u["reaction_time"], 0.95 / 0.05 / (k * C0), 1e-9 * u["reaction_time"]);
}

TEST(HydrogenationReactor, IsLimitedByTransferWhereTheCatalystIsFast) {
    Example u("hydrogenation_reactor", {"feed.c[acetone]"});
    ASSERT_TRUE(u({{"u.k_cat", "1e6 m3/kg/s"}, {"u.kLa", "0.1 1/s"}})) << u.messages();
    EXPECT_NEAR(u["uptake"], 0.1 * 10e5 / 4e4, 1e-6);
    EXPECT_NEAR(u["reaction_time"], 0.99 * u["feed.c[acetone]"] / 0.0580791 / u["uptake"], 1e-4 * u["reaction_time"]);
}

TEST(PHAdjuster, KnowsBuffersAndStrongAcids) {
    Example u("ph_adjuster",
              {"out.volume", "out.n[sodium_hydroxide]", "out.n[hydrogen_chloride]", "out.n[acetic_acid]"});
    ASSERT_TRUE(u()) << u.messages();
    // Acid of 4.76, chloride and sodium as fed: electroneutrality by an independent search.
    const auto c = [&](const std::string& name) { return u["out.n[" + name + "]"] / u["out.volume"] / 1000; };
    const double sodium = c("sodium_hydroxide"), chloride = c("hydrogen_chloride"), acid = c("acetic_acid");
    const auto charge = [&](double pH) {
        return sodium + std::pow(10, -pH) - chloride - std::pow(10, pH - 14) - acid / (1 + std::pow(10, 4.76 - pH));
    };
    EXPECT_NEAR(u["pH"], bisect(charge, 0, 14), 1e-9);
    // Fed with what it asks for, the set point comes about.
    for (const double set_point : {4.0, 5.5, 8.0}) {
        const std::string wanted = std::to_string(set_point);
        ASSERT_TRUE(u({{"u.set_point", wanted}})) << u.messages();
        const double demand = u["reagent_demand"];
        ASSERT_TRUE(u({{"feed_reagent.flow[sodium_hydroxide]", units::format_number(demand) + " kg/s"},
                       {"feed_reagent.flow[water]", "0 kg/s"}}))
            << u.messages();
        EXPECT_NEAR(u["pH"], set_point, 1e-3) << "the lye itself takes a little volume";
    }
}

// ---- equilibria

TEST(Condenser, LeavesVapourAtTheSaturationPressure) {
    Example u("condenser", {"condensate.x[ethanol]", "condensate.x[ethyl_acetate]", "feed.x[ethanol]",
                            "feed.x[ethyl_acetate]", "vent.x[ethanol]", "vent.x[ethyl_acetate]"});
    ASSERT_TRUE(u()) << u.messages();
    const double p = 101325, T = 278.15;
    const auto saturation = [](double A, double B, double C, double t) { return std::exp(A - B / (t + C)); };
    const double ethanol = saturation(23.7836, 3782.89, -42.85, T), acetate = saturation(21.2452, 2866.61, -55.269, T);
    EXPECT_NEAR(u["vent.x[ethanol]"] * p, ethanol * u["condensate.x[ethanol]"], 1e-9 * ethanol);
    EXPECT_NEAR(u["vent.x[ethyl_acetate]"] * p, acetate * u["condensate.x[ethyl_acetate]"], 1e-9 * acetate);
    const auto dew = [&](double t) {
        return u["feed.x[ethanol]"] * p / saturation(23.7836, 3782.89, -42.85, t) +
               u["feed.x[ethyl_acetate]"] * p / saturation(21.2452, 2866.61, -55.269, t) - 1;
    };
    EXPECT_NEAR(u["dew_point"], bisect(dew, 250, 370), 1e-6);
}

TEST(PhaseSplitter, HoldsEveryPartitionCoefficient) {
    Example u("phase_splitter", {"light.w[water]", "light.w[toluene]", "light.w[acetonitrile]", "heavy.w[water]",
                                 "heavy.w[toluene]", "heavy.w[acetonitrile]"});
    ASSERT_TRUE(u({{"u.entrained", "0"}})) << u.messages();
    const std::pair<const char*, double> expected[] = {{"water", 5e-4}, {"toluene", 1500}, {"acetonitrile", 0.8}};
    for (const auto& [c, K] : expected) {
        const std::string w = std::string(".w[") + c + "]";
        EXPECT_NEAR(u["light" + w] / u["heavy" + w], K, 1e-9 * K) << c;
    }
    EXPECT_EQ(u["light.m[glucose]"], 0);
}

TEST(Pervaporation, IsItsDifferentialEquation) {
    Example u("pervaporation", {"feed.n[ethanol]", "feed.n[water]", "retentate.n[ethanol]"});
    ASSERT_TRUE(u({{"u.removal", "0.9"}, {"u.selectivity[ethanol]", "0.03"}})) << u.messages();
    const double water = u["feed.n[water]"], ethanol = u["feed.n[ethanol]"], area = u["area"], flux = 0.1;
    // dn/dA = - s J n / N, water along the area; ethanol follows as a power of it.
    const auto slope = [&](double w) { return -flux * w / (w + ethanol * std::pow(w / water, 0.03)); };
    EXPECT_NEAR(integrate(slope, water, area) / water, 0.1, 1e-9);
    EXPECT_NEAR(u["retentate.n[ethanol]"], ethanol * std::pow(0.1, 0.03), 1e-9 * ethanol);
}

TEST(ReverseOsmosis, NeedsTheOsmoticPressureOfVantHoff) {
    Example u("reverse_osmosis", {"concentrate.volume", "feed.volume"});
    ASSERT_TRUE(u({{"u.rejection", "1"}, {"u.recovery", "0.5"}, {"u.polarisation", "1"}})) << u.messages();
    const double salt = 0.02 / 0.058443, sulfate = 0.01 / 0.142042, sugar = 0.001 / 0.180156;
    const double volume = u["concentrate.volume"];
    const double osmotic = (2 * salt + 3 * sulfate + sugar) / volume * gas_constant * 298.15;
    EXPECT_NEAR(u["osmotic_concentrate"], osmotic, 1e-4 * osmotic);
    EXPECT_NEAR(u["pressure"], osmotic + 18.0 / 3 * 1e5 + 1.5e5, 1e-4 * osmotic);
    EXPECT_NEAR(u["power"], u["pressure"] * u["feed.volume"] / 0.75, 1e-9 * u["power"]);
    // Rejection along the module: d ln m / d ln (water left) = 1 - rejection.
    ASSERT_TRUE(u({{"u.rejection", "0.9"}, {"u.recovery", "0.8"}})) << u.messages();
    const double left = integrate([](double m) { return m * (1 - 0.9); }, 1, std::log(0.2));
    EXPECT_NEAR(u["concentrate.m[sodium_chloride]"] / 0.02, left, 1e-10);
    EXPECT_NEAR(u["permeate.m[water]"], 8, 1e-12);
}

} // namespace
} // namespace viresco::cases
