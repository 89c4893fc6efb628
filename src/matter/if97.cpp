#include "matter/if97.h"
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

// Equation and table numbers are those of IAPWS R7-97(2012). The release itself was not opened (unverified): the
// coefficients, which are its published constants, were taken over from the tables in the Python package iapws 1.5.2
// and rounded back to the 14 digits of the release. The evidence that they are right is that every printed digit of
// the release's verification tables comes out (tests).
namespace viresco::matter::if97 {
namespace {

constexpr double R = 461.526;    // specific gas constant [J/kg/K], equation 1
constexpr double T_min = 273.15; // [K]
constexpr double T_critical = 647.096;
constexpr double T_13 = 623.15; // regions 1 and 3, 2 and 3 meet here
constexpr double T_23 = 863.15; // upper end of the boundary of regions 2 and 3
constexpr double T_max = 1073.15;
constexpr double p_max = 100e6;       // [Pa]
constexpr double p_sat_min = 611.212; // of 273.15 K
constexpr double p_critical = 22.064e6;
constexpr double T_calm = 372, p_calm = 1e5; // saturation pressure at 372 K: 97.3 kPa
// A caller on the saturation line must not fall off it by rounding; the equations hold on both sides.
constexpr double on_the_line = 1e-9;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

struct Term {
    int i, j;
    double n;
};

// Table 2
constexpr Term terms_1[] = {
    {0, -2, 1.4632971213167e-1},     {0, -1, -8.4548187169114e-1},    {0, 0, -3.756360367204e0},
    {0, 1, 3.3855169168385e0},       {0, 2, -9.5791963387872e-1},     {0, 3, 1.5772038513228e-1},
    {0, 4, -1.6616417199501e-2},     {0, 5, 8.1214629983568e-4},      {1, -9, 2.8319080123804e-4},
    {1, -7, -6.0706301565874e-4},    {1, -1, -1.8990068218419e-2},    {1, 0, -3.2529748770505e-2},
    {1, 1, -2.1841717175414e-2},     {1, 3, -5.283835796993e-5},      {2, -3, -4.7184321073267e-4},
    {2, 0, -3.0001780793026e-4},     {2, 1, 4.7661393906987e-5},      {2, 3, -4.4141845330846e-6},
    {2, 17, -7.2694996297594e-16},   {3, -4, -3.1679644845054e-5},    {3, 0, -2.8270797985312e-6},
    {3, 6, -8.5205128120103e-10},    {4, -5, -2.2425281908e-6},       {4, -2, -6.5171222895601e-7},
    {4, 10, -1.4341729937924e-13},   {5, -8, -4.0516996860117e-7},    {8, -11, -1.2734301741641e-9},
    {8, -6, -1.7424871230634e-10},   {21, -29, -6.8762131295531e-19}, {23, -31, 1.4478307828521e-20},
    {29, -38, 2.6335781662795e-23},  {30, -39, -1.1947622640071e-23}, {31, -40, 1.8228094581404e-24},
    {32, -41, -9.3537087292458e-26},
};

// Table 10: ideal-gas part of region 2, terms n tau^j (i unused)
constexpr Term terms_2_ideal[] = {
    {0, 0, -9.6927686500217e0},  {0, 1, 1.0086655968018e1},    {0, -5, -5.608791128302e-3},
    {0, -4, 7.1452738081455e-2}, {0, -3, -4.0710498223928e-1}, {0, -2, 1.4240819171444e0},
    {0, -1, -4.383951131945e0},  {0, 2, -2.8408632460772e-1},  {0, 3, 2.1268463753307e-2},
};

// Table 11: residual part of region 2
constexpr Term terms_2_residual[] = {
    {1, 0, -1.7731742473213e-3},    {1, 1, -1.7834862292358e-2},    {1, 2, -4.5996013696365e-2},
    {1, 3, -5.7581259083432e-2},    {1, 6, -5.032527872793e-2},     {2, 1, -3.3032641670203e-5},
    {2, 2, -1.8948987516315e-4},    {2, 4, -3.9392777243355e-3},    {2, 7, -4.3797295650573e-2},
    {2, 36, -2.6674547914087e-5},   {3, 0, 2.0481737692309e-8},     {3, 1, 4.3870667284435e-7},
    {3, 3, -3.227767723857e-5},     {3, 6, -1.5033924542148e-3},    {3, 35, -4.0668253562649e-2},
    {4, 1, -7.8847309559367e-10},   {4, 2, 1.2790717852285e-8},     {4, 3, 4.8225372718507e-7},
    {5, 7, 2.2922076337661e-6},     {6, 3, -1.6714766451061e-11},   {6, 16, -2.1171472321355e-3},
    {6, 35, -2.3895741934104e1},    {7, 0, -5.905956432427e-18},    {7, 11, -1.2621808899101e-6},
    {7, 25, -3.8946842435739e-2},   {8, 8, 1.1256211360459e-11},    {8, 36, -8.2311340897998e0},
    {9, 13, 1.9809712802088e-8},    {10, 4, 1.0406965210174e-19},   {10, 10, -1.0234747095929e-13},
    {10, 14, -1.0018179379511e-9},  {16, 29, -8.0882908646985e-11}, {16, 50, 1.0693031879409e-1},
    {18, 57, -3.3662250574171e-1},  {20, 20, 8.9185845355421e-25},  {20, 35, 3.0629316876232e-13},
    {20, 48, -4.2002467698208e-6},  {21, 21, -5.9056029685639e-26}, {22, 53, 3.7826947613457e-6},
    {23, 39, -1.2768608934681e-15}, {24, 26, 7.3087610595061e-29},  {24, 40, 5.5414715350778e-17},
    {24, 58, -9.436970724121e-7},
};

// Table 34; n[0] unused so that the indices are those of the release
constexpr double n_sat[] = {0,
                            0.11670521452767e4,
                            -0.72421316703206e6,
                            -0.17073846940092e2,
                            0.12020824702470e5,
                            -0.32325550322333e7,
                            0.14915108613530e2,
                            -0.48232657361591e4,
                            0.40511340542057e6,
                            -0.23855557567849,
                            0.65017534844798e3};

/// Powers of x by multiplication of its squares: the same bits on every machine, unlike pow(), and no long chain.
class Powers {
public:
    /// inverse: powers below zero are wanted too.
    Powers(double x, bool inverse) {
        fill(up_, x);
        if (inverse) fill(down_, 1 / x);
    }
    template <int k>
    double of() const {
        return product<(k < 0 ? -k : k)>(k < 0 ? down_ : up_);
    }

private:
    static void fill(double (&squares)[6], double x) { // x, x^2, x^4 .. x^32
        squares[0] = x;
        for (int i = 1; i < 6; ++i) squares[i] = squares[i - 1] * squares[i - 1];
    }
    template <int k, int bit = 0>
    static double product(const double (&squares)[6]) {
        static_assert(k < 64);
        if constexpr ((k >> bit) == 0)
            return 1;
        else if constexpr ((k >> bit) == 1)
            return squares[bit];
        else if constexpr ((k >> bit & 1) == 0)
            return product<k, bit + 1>(squares);
        else
            return squares[bit] * product<k, bit + 1>(squares);
    }
    double up_[6], down_[6] = {};
};

/// Which sums over the terms are wanted: of gamma itself and of its derivatives.
enum Sums : unsigned { G = 1, X = 2, XX = 4, Y = 8, YY = 16, XY = 32, everything = 63 };

/// gamma(x, y) = sum n x^i y^j with its derivatives to second order.
struct Gamma {
    double g = 0, x = 0, xx = 0, y = 0, yy = 0, xy = 0;

    template <unsigned wanted, const auto& terms>
    void add(const Powers& px, const Powers& py) {
        add<wanted, terms>(px, py, std::make_index_sequence<std::size(terms)>());
    }

private:
    template <unsigned wanted, const auto& terms, size_t... k>
    void add(const Powers& px, const Powers& py, std::index_sequence<k...>) {
        (term<wanted, terms[k].i, terms[k].j>(terms[k].n, px, py), ...);
    }
    /// A derivative of a constant factor is zero, whatever its powers.
    template <unsigned wanted, int i, int j>
    void term(double n, const Powers& px, const Powers& py) {
        if constexpr ((wanted & G) != 0) g += n * px.of<i>() * py.of<j>();
        if constexpr ((wanted & X) != 0 && i != 0) x += n * i * px.of<i - 1>() * py.of<j>();
        if constexpr ((wanted & XX) != 0 && i * (i - 1) != 0) xx += n * i * (i - 1) * px.of<i - 2>() * py.of<j>();
        if constexpr ((wanted & Y) != 0 && j != 0) y += n * j * px.of<i>() * py.of<j - 1>();
        if constexpr ((wanted & YY) != 0 && j * (j - 1) != 0) yy += n * j * (j - 1) * px.of<i>() * py.of<j - 2>();
        if constexpr ((wanted & XY) != 0 && i * j != 0) xy += n * i * j * px.of<i - 1>() * py.of<j - 1>();
    }
};

/// Table 3 (equally 12): from gamma(pi, tau) and its derivatives to properties. Speed of sound, which needs all of them, is
/// left to `complete`.
State properties(const Gamma& gamma, double T, double tau, double p, double p_reduction) {
    State s{};
    const double RT = R * T;
    s.v = RT * gamma.x / p_reduction;
    s.h = RT * tau * gamma.y;
    s.u = s.h - p * s.v;
    s.s = R * (tau * gamma.y - gamma.g);
    s.cp = -R * tau * tau * gamma.yy;
    s.dh_dT = s.cp;
    s.dh_dp = RT * tau * gamma.xy / p_reduction;
    s.dv_dT = R * (gamma.x - tau * gamma.xy) / p_reduction; // gamma_pi - tau gamma_pi_tau
    s.dv_dp = RT * gamma.xx / (p_reduction * p_reduction);
    return s;
}

State complete(const Gamma& gamma, double T, double tau, double p, double p_reduction) {
    State s = properties(gamma, T, tau, p, p_reduction);
    const double a = gamma.x - tau * gamma.xy;
    s.w = std::sqrt(R * T * gamma.x * gamma.x / (a * a / (tau * tau * gamma.yy) - gamma.xx));
    return s;
}

State invalid() { return {nan, nan, nan, nan, nan, nan, nan, nan, nan, nan}; }

/// Equation 5: boundary of regions 2 and 3 [Pa].
double boundary_23(double T) {
    return 1e6 * (0.34805185628969e3 + T * (-0.11671859879975e1 + T * 0.10192970039326e-2));
}

bool in_region_1(double T, double p) {
    if (!(T >= T_min && T <= T_13 && p <= p_max)) return false;
    if (T <= T_calm && p >= p_calm) return true; // far from boiling, no need to ask
    return p >= saturation_pressure(T) * (1 - on_the_line);
}

bool in_region_2(double T, double p) {
    if (!(T >= T_min && T <= T_max && p > 0)) return false;
    if (T <= T_13) return p <= saturation_pressure(T) * (1 + on_the_line);
    return p <= (T <= T_23 ? boundary_23(T) : p_max);
}

/// d beta / d theta on the saturation line, from equation 29 (beta^4 = p / MPa).
double d_beta(double beta, double theta) {
    const double* n = n_sat;
    const double by_theta = 2 * theta * (beta * beta + n[3] * beta + n[6]) + n[1] * beta * beta + n[4] * beta + n[7];
    const double by_beta = 2 * beta * (theta * theta + n[1] * theta + n[2]) + n[3] * theta * theta + n[4] * theta +
                           n[5];
    return -by_theta / by_beta;
}

double theta_of(double T) { return T + n_sat[9] / (T - n_sat[10]); }

/// beta of equation 30.
double beta_of(double theta) {
    const double* n = n_sat;
    const double A = theta * theta + n[1] * theta + n[2];
    const double B = n[3] * theta * theta + n[4] * theta + n[5];
    const double C = n[6] * theta * theta + n[7] * theta + n[8];
    return 2 * C / (-B + std::sqrt(B * B - 4 * A * C));
}

} // namespace

namespace {

constexpr double p_1 = 16.53e6, T_1 = 1386, p_2 = 1e6, T_2 = 540; // reducing quantities

template <unsigned wanted>
Gamma gamma_1(double T, double p) {
    Gamma gamma; // in x = 7.1 - pi: odd derivatives change their sign
    gamma.add<wanted, terms_1>(Powers(7.1 - p / p_1, false), Powers(T_1 / T - 1.222, true));
    gamma.x = -gamma.x;
    gamma.xy = -gamma.xy;
    return gamma;
}

template <unsigned wanted>
Gamma gamma_2(double T, double p) {
    const double pi = p / p_2, tau = T_2 / T;
    Gamma gamma;
    if constexpr ((wanted & (G | Y | YY)) != 0) gamma.add<wanted, terms_2_ideal>(Powers(pi, false), Powers(tau, true));
    gamma.add<wanted, terms_2_residual>(Powers(pi, false), Powers(tau - 0.5, false));
    if constexpr ((wanted & G) != 0) gamma.g += std::log(pi);
    if constexpr ((wanted & X) != 0) gamma.x += 1 / pi;
    if constexpr ((wanted & XX) != 0) gamma.xx -= 1 / (pi * pi);
    return gamma;
}

/// What is asked for alone: only its own sums are formed.
template <unsigned wanted>
State some_1(double T, double p) {
    return in_region_1(T, p) ? properties(gamma_1<wanted>(T, p), T, T_1 / T, p, p_1) : invalid();
}

template <unsigned wanted>
State some_2(double T, double p) {
    return in_region_2(T, p) ? properties(gamma_2<wanted>(T, p), T, T_2 / T, p, p_2) : invalid();
}

} // namespace

State region1(double T, double p) {
    return in_region_1(T, p) ? complete(gamma_1<everything>(T, p), T, T_1 / T, p, p_1) : invalid();
}

State region2(double T, double p) {
    return in_region_2(T, p) ? complete(gamma_2<everything>(T, p), T, T_2 / T, p, p_2) : invalid();
}

double liquid_enthalpy(double T, double p) { return some_1<Y>(T, p).h; }
double liquid_enthalpy_by_T(double T, double p) { return some_1<YY>(T, p).dh_dT; }
double liquid_enthalpy_by_p(double T, double p) { return some_1<XY>(T, p).dh_dp; }
double liquid_volume(double T, double p) { return some_1<X>(T, p).v; }
double liquid_volume_by_T(double T, double p) { return some_1<X | XY>(T, p).dv_dT; }
double liquid_volume_by_p(double T, double p) { return some_1<XX>(T, p).dv_dp; }
double steam_enthalpy(double T, double p) { return some_2<Y>(T, p).h; }
double steam_enthalpy_by_T(double T, double p) { return some_2<YY>(T, p).dh_dT; }
double steam_enthalpy_by_p(double T, double p) { return some_2<XY>(T, p).dh_dp; }
double steam_volume(double T, double p) { return some_2<X>(T, p).v; }
double steam_volume_by_T(double T, double p) { return some_2<X | XY>(T, p).dv_dT; }
double steam_volume_by_p(double T, double p) { return some_2<XX>(T, p).dv_dp; }

State ideal_vapour(double T) {
    if (!(T >= T_min && T <= T_max)) return invalid();
    const double tau = 540 / T;
    Gamma gamma;
    gamma.add<Y | YY, terms_2_ideal>(Powers(0, false), Powers(tau, true));
    State s = invalid();
    s.h = R * T * tau * gamma.y;
    s.u = s.h - R * T;
    s.cp = -R * tau * tau * gamma.yy;
    s.w = std::sqrt(R * T * s.cp / (s.cp - R));
    s.dh_dT = s.cp;
    s.dh_dp = 0;
    return s;
}

double saturation_pressure(double T) {
    if (!(T >= T_min && T <= T_critical)) return nan;
    const double beta = beta_of(theta_of(T));
    return 1e6 * (beta * beta) * (beta * beta);
}

double d_saturation_pressure(double T) {
    if (!(T >= T_min && T <= T_critical)) return nan;
    const double theta = theta_of(T), beta = beta_of(theta), offset = T - n_sat[10];
    return 4e6 * beta * beta * beta * d_beta(beta, theta) * (1 - n_sat[9] / (offset * offset));
}

double saturation_temperature(double p) {
    if (!(p >= p_sat_min && p <= p_critical)) return nan;
    const double* n = n_sat;
    const double beta2 = std::sqrt(p / 1e6), beta = std::sqrt(beta2);
    const double E = beta2 + n[3] * beta + n[6];
    const double F = n[1] * beta2 + n[4] * beta + n[7];
    const double G = n[2] * beta2 + n[5] * beta + n[8];
    const double D = 2 * G / (-F - std::sqrt(F * F - 4 * E * G));
    const double sum = n[10] + D;
    return (sum - std::sqrt(sum * sum - 4 * (n[9] + n[10] * D))) / 2;
}

double d_saturation_temperature(double p) {
    const double T = saturation_temperature(p); // NaN outside
    return 1 / d_saturation_pressure(T);
}

} // namespace viresco::matter::if97
