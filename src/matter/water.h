#pragma once

namespace viresco::matter {

/// Specific enthalpy of liquid water [J/kg] as streams use it, a function of T [K] alone:
/// 273.15 .. 623.15 K: IF97 region 1 at p = max(101325 Pa, saturation pressure). Value continuous everywhere;
/// the slope has one kink, at the boiling point 373.124 K, where dh/dT rises by about 0.02 %.
/// 200 .. 273.15 K: straight line with the slope of 273.15 K (an extrapolation, for brines and cold mixtures).
/// Elsewhere NaN. Datum of IF97: zero for the saturated liquid at the triple point.
double water_enthalpy(double T);
double d_water_enthalpy(double T);

/// Specific enthalpy of water vapour at zero pressure [J/kg], same datum: IF97 region 2, ideal-gas part,
/// 273.15 .. 1073.15 K; 200 .. 273.15 K the straight line of 273.15 K's slope. For vapour in gas mixtures.
double water_vapour_enthalpy(double T);
double d_water_vapour_enthalpy(double T);

/// What carries the datum of IF97 to formation enthalpies [J/kg]: h(liquid, 298.15 K, 101325 Pa) + shift
/// = -285.830 kJ/mol / 18.015268 g/mol. The same shift serves vapour and steam.
double water_formation_shift();

} // namespace viresco::matter
