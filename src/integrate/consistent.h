#pragma once
#include "lang/dynamic.h"
#include "numerics/sparse_lu.h"
#include <span>
#include <vector>

namespace viresco::integrate {

/// The equations g(t, x, z, p) = 0 of the algebraic unknowns z of a system, states x given.
class Algebraic {
public:
    explicit Algebraic(lang::DynamicEvaluation&);

    bool empty() const { return n_ == first_; }
    /// Moves z onto its equations (Newton with step halving). False: no solution found.
    bool satisfy(double time, std::span<double> x);
    /// Factors g_z at this place. False: singular.
    bool factor(double time, std::span<const double> x);
    /// With the factors of the last `factor`: the unknowns' part of `dx` becomes what keeps g = 0 when the states move
    /// by theirs, the time by `dt` and the parameter by 1 (-1: none): g_z dz = -(g_x dx + g_t dt + g_p).
    void follow(double time, std::span<const double> x, int parameter, double dt, std::span<double> dx);
    /// dx/dt of all variables: rates of the states, and how the unknowns follow. False: g_z is singular.
    bool speed(double time, std::span<const double> x, std::span<double> out);
    /// The rows of unknowns of s (variables x parameters, row-major) from those of the states. False: g_z is singular.
    bool satisfy_sensitivities(double time, std::span<const double> x, std::span<const int> parameters,
                               std::span<double> s);

private:
    double residual(double time, std::span<const double> x);

    lang::DynamicEvaluation& e_;
    size_t first_, n_;
    /// g_z in compressed columns; from: its entries within the pattern of df/dx.
    struct Block {
        std::vector<int> begin{0}, row, from;
    };
    static Block unknowns_of(const lang::DynamicProgram&);
    const Block block_;
    std::vector<double> j_, values_, f_, dz_, trial_;
    numerics::SparseLu lu_;
};

} // namespace viresco::integrate
