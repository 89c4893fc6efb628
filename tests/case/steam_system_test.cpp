// The units of a steam system against hand balances with IAPWS-IF97 and printed steam tables, and the plant of examples/steam.
#include "compiled.h"
#include "matter/if97.h"
#include "unit_example.h"

namespace viresco::cases {
namespace {

using matter::if97::region1;
using matter::if97::region2;
using matter::if97::saturation_pressure;
using matter::if97::saturation_temperature;

/// `value` to a relative accuracy.
#define EXPECT_REL(value, expected, relative) EXPECT_NEAR(value, expected, std::fabs(expected) * (relative))

double liquid(double T) { return region1(T, std::max(101325.0, saturation_pressure(T))).h; }
double boiling(double p) { return liquid(saturation_temperature(p)); }
double dry(double p) { return region2(saturation_temperature(p), p).h; }
constexpr double bar = 1e5;

std::string number(double x) { return units::format_number(x); }

TEST(BackPressureTurbine, EntropyIsThatOfIF97) {
    // From wet to far superheated exhausts. The property functions have no entropy: here it comes from the region equations.
    for (const double celsius : {270.0, 350.0, 450.0}) {
        Example u("back_pressure_turbine");
        ASSERT_TRUE(u({{"feed_steam.T", number(celsius) + " degC"}})) << u.messages();
        const double p1 = 25 * bar, p2 = 4 * bar, T1 = celsius + 273.15, T2 = saturation_temperature(p2);
        const double s = region2(T1, p1).s, s_wet = region1(T2, p2).s, s_dry = region2(T2, p2).s;
        EXPECT_NEAR(u["entropy"], s - s_wet, 0.02) << celsius; // J/kg/K of 5000; IF97 itself joins its regions to 0.01
        if (s < s_dry)
            EXPECT_NEAR(u["h_ideal"], boiling(p2) + T2 * (s - s_wet), 10);
        else
            EXPECT_NEAR(region2(u["T_end"], p2).s, s, 0.02);
        const double h1 = region2(T1, p1).h, work = 0.7 * (h1 - u["h_ideal"]);
        EXPECT_REL(u["generated"], 0.94 * 2 * work, 1e-12);
        // What leaves has the heat that is left.
        const double leaves = u["exhaust.m[water]"] * region2(u["exhaust.T"], p2).h +
                              u["condensate.m[water]"] * boiling(p2);
        EXPECT_REL(leaves, 2 * (h1 - work), 1e-9);
    }
}

TEST(BackPressureTurbine, FollowsThePrintedTable) {
    // Steam tables as remembered (kJ/kg, kJ/kg/K): 2.5 MPa 350 degC h 3127.0, s 6.8424; 0.4 MPa h' 604.67, h'' 2738.1,
    // s' 1.7765, s'' 6.8955. Without losses the exhaust is 99.0 % dry.
    Example u("back_pressure_turbine");
    ASSERT_TRUE(u({{"u.isentropic", "1"}})) << u.messages();
    const double x = (6.8424 - 1.7765) / (6.8955 - 1.7765);
    EXPECT_NEAR(1 - u["moisture"], x, 1e-4);
    EXPECT_NEAR(u["h_ideal"] / 1e3, 604.67 + x * (2738.1 - 604.67), 0.5);
    EXPECT_NEAR(u["work"] / 1e3, 3127.0 - 2715.9, 0.6);
}

TEST(BackPressureTurbine, RefusesAWetExhaustAndAPressureThatRises) {
    Example u("back_pressure_turbine");
    EXPECT_FALSE(u({{"feed_steam.T", "230 degC"}, {"u.exhaust_pressure", "1.1 bar"}, {"u.isentropic", "0.99"}}));
    EXPECT_NE(u.messages().find("which wears the blades"), std::string::npos) << u.messages();
    EXPECT_FALSE(u({{"u.exhaust_pressure", "26 bar"}}));
    EXPECT_NE(u.messages().find("does not expand"), std::string::npos) << u.messages();
}

TEST(LetdownStation, MixesWaterIntoThrottledSteam) {
    Example u("letdown_station");
    ASSERT_TRUE(u({{"u.asked", "1 kg/s"}})) << u.messages();
    const double in = region2(523.15, 12 * bar).h, water = liquid(368.15), p = 4 * bar;
    const double T = saturation_temperature(p) + 10, out = region2(T, p).h;
    EXPECT_REL(u["water_demand"], (in - out) / (in - water), 1e-9);
    EXPECT_REL(u["steam_demand"] + u["water_demand"], 1, 1e-12);
    // 2935.6 - 2762 over 2935.6 - 398 by the printed table (remembered)
    EXPECT_NEAR(u["water_demand"], 0.0684, 5e-4);
    // What is given makes its own temperature; what is asked for makes the one wanted.
    EXPECT_REL(region2(u["out.T"], p).h, (in + 0.04 * water) / 1.04, 1e-9);
    ASSERT_TRUE(u({{"feed_water.flow[water]", number(u["spray_demand"]) + " kg/s"}})) << u.messages();
    EXPECT_NEAR(u["out.T"], T, 1e-6);
    EXPECT_FALSE(u({{"feed_water.flow[water]", "0.2 kg/s"}}));
    EXPECT_NE(u.messages().find("does not evaporate"), std::string::npos) << u.messages();
}

TEST(FlashTank, FlashesWhatTheBoilingEnthalpiesSay) {
    for (const double p : {1.2 * bar, 4 * bar, 9 * bar}) {
        Example u("flash_tank");
        ASSERT_TRUE(u({{"u.pressure", number(p) + " Pa"}, {"feed_condensate.flow[sodium_chloride]", "0 kg/s"}}))
            << u.messages();
        EXPECT_REL(u["flashed"], (liquid(457.15) - boiling(p)) / (dry(p) - boiling(p)), 1e-9);
        EXPECT_NEAR(u["liquid.T"], saturation_temperature(p), 1e-6);
    }
    // Colder water passes as it is. Salts stay in the liquid and give their heat too.
    Example u("flash_tank");
    ASSERT_TRUE(u({{"feed_condensate.T", "120 degC"}})) << u.messages();
    EXPECT_EQ(u["flashed"], 0);
    EXPECT_NEAR(u["liquid.T"], 393.15, 1e-6);
    ASSERT_TRUE(u({{"feed_condensate.flow[sodium_chloride]", "0.1 kg/s"}})) << u.messages();
    EXPECT_NEAR(u["liquid.T"], saturation_temperature(4 * bar), 1e-6);
    EXPECT_REL(u["liquid.m[sodium_chloride]"], 0.1, 1e-12);
    const double salt = 0.1 * 864 * (457.15 - saturation_temperature(4 * bar));
    EXPECT_REL(u["flashed"], (liquid(457.15) - boiling(4 * bar) + salt) / (dry(4 * bar) - boiling(4 * bar)), 1e-9);
}

TEST(Deaerator, TakesTheSteamThatBringsItsWaterToBoiling) {
    Example u("deaerator", {"vent.m[oxygen]"});
    ASSERT_TRUE(u({{"u.feedwater_flow", "1.5 kg/s"}})) << u.messages();
    const double p = 1.2 * bar, h = boiling(p), vent = 0.002 * 1.3;
    const double heat = 1.0 * (h - liquid(363.15)) + 0.3 * (h - liquid(293.15)) + vent * (dry(p) - h);
    EXPECT_REL(u["steam_demand"], heat / (region2(423.15, 4 * bar).h - h), 3e-5); // salt and oxygen left out here
    EXPECT_EQ(u["feedwater.m[oxygen]"], 0);
    EXPECT_REL(u["vent.m[oxygen]"], 2.7e-6, 1e-12);
    EXPECT_NEAR(u["makeup_demand"], 1.5 + u["vent.mass"] - 1 - 0.0755, 1e-9);
    EXPECT_FALSE(u({{"feed_steam.flow[water]", "0.07 kg/s"}}));
    EXPECT_NE(u.messages().find("does not come to boiling"), std::string::npos) << u.messages();
    EXPECT_FALSE(u({{"feed_steam.flow[water]", "0.08 kg/s"}}));
    EXPECT_NE(u.messages().find("more heat comes"), std::string::npos) << u.messages();
}

TEST(SteamGenerator, EfficiencyByHand) {
    Example u("steam_generator");
    ASSERT_TRUE(u({{"u.steam_flow", "2 kg/s"}, {"u.superheat", "60 K"}})) << u.messages();
    // Methane: 802.3 kJ/mol with the formation enthalpies of the library, 50.0 MJ/kg (water as vapour).
    EXPECT_REL(u["heating_value"], (-74.6 + 393.51 + 2 * (285.83 - 44.0)) * 1e3 / 0.016043, 2e-4);
    EXPECT_NEAR(u["heating_value"] / 1e6, 50.0, 0.05);
    const double p = 11 * bar, T = saturation_temperature(p), feed = 2 + 2e-4;
    const double blowdown = std::max(0.01 * feed, 2e-4 / 3e-3), water = blowdown - 2e-4, steam = 2 - water;
    EXPECT_REL(u["blowdown.mass"], blowdown, 1e-12); // salts at their limit: 3000 mg/kg
    EXPECT_REL(u["steam.mass"], steam, 1e-12);
    const double cold = liquid(378.15), hot = region2(T + 60, p).h;
    const double salt = 2e-4 * 864 * (T - 378.15), pump = (p - 1.2 * bar) * (2 / 997.0 + 2e-4 / 2170) / 0.6;
    const double output = steam * (hot - cold) + water * (liquid(T) - cold) + salt - pump;
    EXPECT_REL(u["output"], output, 1e-9);
    EXPECT_REL(u["fuel_demand"], output / (0.92 * u["heating_value"]), 1e-12);
    // Indirect: what the fuel brings less flue gas, less the rest, is what the water takes. Heat capacities of the library.
    const double fuel = 0.1053, to_dioxide = 44.009 / 16.043, to_water = 2 * 18.015 / 16.043,
                 oxygen = 2 * 31.998 / 16.043;
    const double rise = 130 - 25.0;
    const double vapour = matter::if97::ideal_vapour(403.15).h - matter::if97::ideal_vapour(298.15).h;
    const double flue = (1.522 * 1040 + (0.4622 - oxygen * fuel) * 918 + to_dioxide * fuel * 844) * rise +
                        to_water * fuel * vapour;
    const double losses = fuel * u["heating_value"] + u["fan"] + pump - output - pump - flue;
    EXPECT_NEAR(u["losses"], losses,
                2e-3 * fuel * u["heating_value"]); // 44.0 kJ/mol against IF97, rounded molar masses
    // The direct efficiency has the blowdown as a loss.
    EXPECT_REL(u["direct_efficiency"], steam * (hot - cold) / (fuel * u["heating_value"]), 1e-4);
}

TEST(SteamGenerator, SaysWhatIsLacking) {
    Example u("steam_generator");
    EXPECT_FALSE(u({{"feed_fuel.flow[methane]", "0.08 kg/s"}}));
    EXPECT_NE(u.messages().find("the fuel does not bring the heat"), std::string::npos) << u.messages();
    EXPECT_FALSE(u({{"feed_air.flow[oxygen]", "0.3 kg/s"}}));
    EXPECT_NE(u.messages().find("the boiler lacks air"), std::string::npos) << u.messages();
}

TEST(SteamHeader, MixesAndRefusesWetSteam) {
    Example u("steam_header");
    ASSERT_TRUE(u({{"u.users_flow", "0.5 kg/s"}, {"u.onward_flow", "1.5 kg/s"}})) << u.messages();
    const double in = region2(473.15, 6 * bar).h;
    EXPECT_REL(region2(u["users.T"], 4 * bar).h, in - 0.01 * (in - liquid(298.15)), 1e-9);
    EXPECT_REL(u["users.mass"], 0.5, 1e-12);
    EXPECT_REL(u["onward.mass"], 1.5, 1e-12);
    EXPECT_FALSE(u({{"u.loss_share", "0.1"}}));
    EXPECT_NE(u.messages().find("the steam in the header is wet"), std::string::npos) << u.messages();
    EXPECT_FALSE(u({{"u.users_flow", "0.5 kg/s"}, {"u.onward_flow", "1.2 kg/s"}}));
    EXPECT_NE(u.messages().find("are asked of the header"), std::string::npos) << u.messages();
}

TEST(CondensateReceiver, LosesWhatFlashesAndWhatDoesNotComeBack) {
    Example u("condensate_receiver");
    ASSERT_TRUE(u()) << u.messages();
    const double p = 1.02 * bar, in = liquid(393.15), losses = 0.03 * (in - liquid(298.15));
    const double flashed = (in - losses - boiling(p)) / (dry(p) - boiling(p));
    EXPECT_REL(u["flashed"], flashed, 1e-9);
    EXPECT_REL(u["returned.mass"], 0.8 * (1 - flashed), 1e-9);
}

/// The example, evaluated.
struct System {
    explicit System(const std::string& path = {}, const std::string& value = {}) {
        Settings settings;
        if (!path.empty()) settings.emplace_back(path, value);
        c = compile_example("steam", {}, std::move(settings));
        e = std::make_unique<lang::Evaluation>(c->program, 1);
        evaluate(*c, *e, c->parameters);
        e->run_audit();
    }
    double operator[](const std::string& name) const {
        const Output* o = c->find("steam." + name);
        EXPECT_TRUE(o && o->slot >= 0) << name;
        return o && o->slot >= 0 ? e->value(o->slot) : std::nan("");
    }
    double indicator(const std::string& id) const { return cases::indicator(*c, *e, "steam", id); }
    double closure() const {
        double worst = 0;
        for (const Case::Audit& a : c->audit())
            if (a.net >= 0 && e->value(a.gross) > 0)
                worst = std::max(worst, std::fabs(e->value(a.net)) / e->value(a.gross));
        return worst;
    }
    std::unique_ptr<Case> c;
    std::unique_ptr<lang::Evaluation> e;
};

TEST(SteamSystem, ClosesAndHandsOnWhatIsAskedFor) {
    for (const char* share : {"0", "0.5", "0.99"}) {
        const System s("steam.turbine_share", share);
        EXPECT_LE(s.closure(), 1e-9) << share;
        // Water: what is made up is what is lost.
        const double lost = s["preheater.hot_out.m[water]"] + s["receiver.lost.m[water]"] +
                            s["receiver.vent.m[water]"] + s["deaerator.vent.m[water]"];
        EXPECT_REL(s["makeup.m[water]"], lost, 1e-9) << share;
        // Salts leave by the blowdown alone, at their limit.
        EXPECT_REL(s["preheater.hot_out.m[sodium_chloride]"], s["makeup.m[sodium_chloride]"], 1e-9);
        EXPECT_REL(s["boiler.blowdown.m[sodium_chloride]"], 2500e-6 * s["boiler.blowdown.mass"], 1e-9);
        // Users get the heat they ask for.
        const double water = 15 * (liquid(333.15) - liquid(298.15));
        EXPECT_REL(s["process_heat"], (0.8 + 2.5 + 4) * 1e6 + water, 1e-8) << share;
    }
}

TEST(SteamSystem, IndicatorsByHand) {
    const System s;
    const double fuel = s["fuel.mass"] * (-74.6 + 393.51 + 2 * (285.83 - 44.0)) * 1e3 / 0.016043;
    const double steam = s["boiler.steam.mass"],
                 h = region2(s["boiler.steam.T"], 26 * bar).h - liquid(s["deaerator.feedwater.T"]);
    EXPECT_REL(s.indicator("thermal_efficiency_boiler"), 100 * steam * h / fuel, 3e-4);
    EXPECT_REL(s.indicator("thermal_efficiency_process"), 100 * s["process_heat"] / fuel, 3e-4);
    const double cold = liquid(298.15);
    const double recovered = s["flash.steam.mass"] * (dry(4 * bar) - cold) +
                             s["blowdown_flash.steam.mass"] * (dry(1.3 * bar) - cold) +
                             s["receiver.returned.mass"] * (liquid(s["receiver.returned.T"]) - cold) +
                             s["makeup.m[water]"] * (liquid(s["preheater.cold_out.T"]) - liquid(293.15));
    EXPECT_REL(s.indicator("thermal_efficiency"), 100 * recovered / (recovered + fuel), 1e-3);
    const auto work = [](double q, double celsius) { return q * (1 - 298.15 / (celsius + 273.15)); };
    const double lp = s["process_heat"] - 3.3e6;
    const double power = s["power_made"];
    EXPECT_GT(power, 0.5e6); // 2.6 kg/s x 0.94 x 0.7 x 440 kJ/kg less pumps and fans
    EXPECT_REL(s.indicator("exergy_efficiency"),
               100 * (work(0.8e6, 190) + work(2.5e6, 130) + work(lp, 90) + power) / (1.04 * fuel), 1e-3);
    // The process takes up less than it is given: there is no coefficient of performance.
    const Output* o = s.c->find("steam.defined.coefficient_of_performance");
    EXPECT_TRUE(o && s.e->value(o->slot) == 0);
}

TEST(SteamSystem, WhatIsSavedIsSavedAtTheBoiler) {
    // A kilogram of condensate that comes back saves the heat between make-up water and condensate, over the efficiency. The flow in the
    // boiler stays nearly the same.
    const System little("steam.receiver.return_ratio", "0.79"), much("steam.receiver.return_ratio", "0.81");
    const double fuel = little["boiler_fuel"] - much["boiler_fuel"];
    const double water = little["makeup.mass"] - much["makeup.mass"];
    EXPECT_GT(water, 0);
    // With a kilogram of make-up go blowdown (a tenth of it, by its salts) and a little more steam for the deaerator.
    const double heat = water * (liquid(373.2) - liquid(293.15));
    EXPECT_GT(fuel * 0.92, heat);
    EXPECT_LT(fuel * 0.92, 1.25 * heat);
    // The turbine makes power out of fuel alone: what it takes as heat, over the efficiency.
    const System with("steam.turbine_share", "0.8"), less("steam.turbine_share", "0.7");
    const double power = with["power_made"] - less["power_made"];
    EXPECT_NEAR(with["boiler_fuel"] - less["boiler_fuel"], power / (0.94 * 0.92), 0.1 * power);
}

TEST(SteamSystem, RefusesHeatAboveItsSteam) { EXPECT_THROW(System("steam.lp_users.used_at", "150 degC"), ConfigError); }

} // namespace
} // namespace viresco::cases
