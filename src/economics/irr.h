#pragma once
#include <span>
#include <vector>

namespace viresco::economics {

/// Present value of yearly flows at a yearly rate: sum of flows[k] / (1 + rate)^k.
///
/// Shape   flows[k] is paid at the end of year k; flows[0] at the start.   Units  those of the flows; rate [1/a] > -1.
double present_value(std::span<const double> flows, double rate);

/// Every internal rate of return of a cash flow.
struct RatesOfReturn {
    std::vector<double> rates; ///< [1/a], ascending; each > -1; a rate at which the value only touches zero stands once
    int sign_changes = 0; ///< of the flows, zeros left out; Descartes: never fewer than the rates (with multiplicity)
};

/// All real rates > -1 at which the present value is zero.
///
/// In the yearly discount factor v = 1/(1+rate) the present value is a polynomial; its positive zeros lie between the
/// zeros of its derivative, which are found the same way (Rolle), so that none is overlooked. Flows that never change
/// sign have none. Throws nothing; flows that are not finite have none.
RatesOfReturn rates_of_return(std::span<const double> flows);

} // namespace viresco::economics
