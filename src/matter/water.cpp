#include "matter/water.h"
#include "matter/if97.h"
#include <cmath>
#include <limits>

namespace viresco::matter {
namespace {

constexpr double p_reference = 101325;                                // [Pa]
constexpr double T_calm = 372;                                        // [K], below boiling at the reference pressure
constexpr double T_cold = 200, T_ice = 273.15, T_liquid_max = 623.15; // [K]
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Pressure at which liquid water is counted: the reference, or where it would boil its saturation.
double liquid_pressure(double T) {
    if (T <= T_calm) return p_reference;
    const double p_sat = if97::saturation_pressure(T);
    return p_sat > p_reference ? p_sat : p_reference;
}

double liquid_slope(double T) { // follows that pressure
    const double p = liquid_pressure(T), slope = if97::liquid_enthalpy_by_T(T, p);
    return p > p_reference ? slope + if97::liquid_enthalpy_by_p(T, p) * if97::d_saturation_pressure(T) : slope;
}

} // namespace

double water_enthalpy(double T) {
    if (!(T >= T_cold && T <= T_liquid_max)) return nan;
    if (T >= T_ice) return if97::liquid_enthalpy(T, liquid_pressure(T));
    return if97::liquid_enthalpy(T_ice, p_reference) + liquid_slope(T_ice) * (T - T_ice);
}

double d_water_enthalpy(double T) {
    if (!(T >= T_cold && T <= T_liquid_max)) return nan;
    return liquid_slope(std::fmax(T, T_ice));
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
