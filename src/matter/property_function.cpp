#include "matter/property_function.h"
#include "matter/if97.h"
#include "matter/water.h"
#include <algorithm>
#include <iterator>

namespace viresco::matter {
namespace {

constexpr const char* if97_1 = "IAPWS R7-97(2012), region 1";
constexpr const char* if97_2 = "IAPWS R7-97(2012), region 2";
constexpr double p_tiny = 1e-3, p_liquid_min = 611.212, p_critical = 22.064e6, p_max = 100e6; // [Pa]

double none(double, double) { return 0; }

// Sorted by name. The limits are those of each argument alone; the regions narrow them further (NaN).
const PropertyFunction functions[] = {
    {"steam_enthalpy",
     2,
     {"K", "Pa"},
     "J/kg",
     if97::steam_enthalpy,
     {if97::steam_enthalpy_by_T, if97::steam_enthalpy_by_p},
     {273.15, p_tiny},
     {1073.15, p_max},
     if97_2},
    {"steam_volume",
     2,
     {"K", "Pa"},
     "m3/kg",
     if97::steam_volume,
     {if97::steam_volume_by_T, if97::steam_volume_by_p},
     {273.15, p_tiny},
     {1073.15, p_max},
     if97_2},
    {"water_enthalpy",
     1,
     {"K", nullptr},
     "J/kg",
     [](double T, double) { return water_enthalpy(T); },
     {[](double T, double) { return d_water_enthalpy(T); }, none},
     {200, 0},
     {623.15, 0},
     "IAPWS R7-97(2012), region 1 at max(101325 Pa, saturation pressure); linear below 273.15 K"},
    {"water_liquid_enthalpy",
     2,
     {"K", "Pa"},
     "J/kg",
     if97::liquid_enthalpy,
     {if97::liquid_enthalpy_by_T, if97::liquid_enthalpy_by_p},
     {273.15, p_liquid_min},
     {623.15, p_max},
     if97_1},
    {"water_liquid_volume",
     2,
     {"K", "Pa"},
     "m3/kg",
     if97::liquid_volume,
     {if97::liquid_volume_by_T, if97::liquid_volume_by_p},
     {273.15, p_liquid_min},
     {623.15, p_max},
     if97_1},
    {"water_saturation_pressure",
     1,
     {"K", nullptr},
     "Pa",
     [](double T, double) { return if97::saturation_pressure(T); },
     {[](double T, double) { return if97::d_saturation_pressure(T); }, none},
     {273.15, 0},
     {647.096, 0},
     "IAPWS R7-97(2012), equation 30"},
    {"water_saturation_temperature",
     1,
     {"Pa", nullptr},
     "K",
     [](double p, double) { return if97::saturation_temperature(p); },
     {[](double p, double) { return if97::d_saturation_temperature(p); }, none},
     {p_liquid_min, 0},
     {p_critical, 0},
     "IAPWS R7-97(2012), equation 31"},
    {"water_vapour_enthalpy",
     1,
     {"K", nullptr},
     "J/kg",
     [](double T, double) { return water_vapour_enthalpy(T); },
     {[](double T, double) { return d_water_vapour_enthalpy(T); }, none},
     {200, 0},
     {1073.15, 0},
     "IAPWS R7-97(2012), region 2, ideal-gas part; linear below 273.15 K"},
};

} // namespace

std::span<const PropertyFunction> property_functions() { return functions; }

const PropertyFunction* find_property_function(std::string_view name) {
    const auto* found = std::lower_bound(std::begin(functions), std::end(functions), name,
                                         [](const PropertyFunction& f, std::string_view n) { return f.name < n; });
    return found != std::end(functions) && found->name == name ? found : nullptr;
}

} // namespace viresco::matter
