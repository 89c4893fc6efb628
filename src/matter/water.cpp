#include "matter/water.h"
#include "matter/if97.h"
#include <cmath>
#include <limits>

namespace viresco::matter {
namespace {

constexpr double p_reference = 101325;                                // [Pa]
constexpr double T_cold = 200, T_ice = 273.15, T_liquid_max = 623.15; // [K]
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Region 1 at the reference pressure of T; dh_dT follows that pressure.
if97::State liquid(double T) {
    const double p_sat = if97::saturation_pressure(T);
    if (!(p_sat > p_reference)) return if97::region1(T, p_reference);
    if97::State s = if97::region1(T, p_sat);
    s.dh_dT += s.dh_dp * if97::d_saturation_pressure(T);
    return s;
}

} // namespace

double water_enthalpy(double T) {
    if (!(T >= T_cold && T <= T_liquid_max)) return nan;
    if (T >= T_ice) return liquid(T).h;
    const if97::State s = liquid(T_ice);
    return s.h + s.dh_dT * (T - T_ice);
}

double d_water_enthalpy(double T) {
    if (!(T >= T_cold && T <= T_liquid_max)) return nan;
    return liquid(std::fmax(T, T_ice)).dh_dT;
}

double water_vapour_enthalpy(double T) {
    if (!(T >= T_cold)) return nan;
    if (T >= T_ice) return if97::ideal_vapour(T).h;
    const if97::State s = if97::ideal_vapour(T_ice);
    return s.h + s.dh_dT * (T - T_ice);
}

double d_water_vapour_enthalpy(double T) {
    if (!(T >= T_cold)) return nan;
    return if97::ideal_vapour(std::fmax(T, T_ice)).dh_dT;
}

double water_formation_shift() {
    constexpr double formation = -285830 / 0.018015268; // CODATA, unverified [J/kg]
    return formation - if97::region1(298.15, p_reference).h;
}

} // namespace viresco::matter
