#pragma once

/// Water and steam: IAPWS R7-97(2012), regions 1, 2 and 4. Arguments T [K], p [Pa]; results SI per kg.
/// Outside the region of validity the functions return NaN.
namespace viresco::matter::if97 {

struct State {
    double v;                          // specific volume [m3/kg]
    double h;                          // specific enthalpy [J/kg]
    double u;                          // specific internal energy [J/kg]
    double s;                          // specific entropy [J/kg/K]
    double cp;                         // [J/kg/K]
    double w;                          // speed of sound [m/s]
    double dh_dT, dh_dp, dv_dT, dv_dp; // exact
};

State region1(double T, double p);
State region2(double T, double p);

/// One property of region 1 or 2, and its derivatives, at a part of the price of all of them.
double liquid_enthalpy(double T, double p);
double liquid_enthalpy_by_T(double T, double p);
double liquid_enthalpy_by_p(double T, double p);
double liquid_volume(double T, double p);
double liquid_volume_by_T(double T, double p);
double liquid_volume_by_p(double T, double p);
double steam_enthalpy(double T, double p);
double steam_enthalpy_by_T(double T, double p);
double steam_enthalpy_by_p(double T, double p);
double steam_volume(double T, double p);
double steam_volume_by_T(double T, double p);
double steam_volume_by_p(double T, double p);

/// Region 2 at zero pressure (its ideal-gas part): h, u, cp, w and their derivatives; v and s do not exist (NaN).
State ideal_vapour(double T);
double saturation_pressure(double T);    // region 4, equation 30
double saturation_temperature(double p); // region 4, equation 31
double d_saturation_pressure(double T);
double d_saturation_temperature(double p);

} // namespace viresco::matter::if97
