#pragma once
#include "lang/dynamic.h"
#include <array>
#include <string>
#include <vector>

/// The activated sludge model no. 1 in one stirred tank with feed and aeration, written once for doubles (by hand, as C++
/// would be) and for the nodes of a graph. Source: Henze et al. 2000, IWA STR 9 (unverified; the usual form).
namespace viresco::bench::asm1 {

constexpr size_t n_states = 13;
enum { S_I, S_S, X_I, X_S, X_BH, X_BA, X_P, S_O, S_NO, S_NH, S_ND, X_ND, S_ALK };

/// Rates and time in days, g/m3. What depends on parameters alone is computed once.
template <class T>
struct Parameters {
    T mu_H, K_S, K_OH, K_NO, b_H, eta_g, eta_h, k_h, K_X, mu_A, K_NH, b_A, K_OA, k_a; // kinetic
    T dilution, kLa, SO_sat;
    std::array<T, n_states> feed;
    T S_aer, X_dec, O_aer, O_aut, NO_anox, NO_aut, NH_H, NH_aut, ND_dec, ALK_aer, ALK_anox, ALK_aut, ALK_am,
        f_P; // derived
};

template <class T, class Number>
Parameters<T> parameters(Number number) {
    Parameters<T> p;
    p.mu_H = number("mu_H", 4), p.K_S = number("K_S", 10), p.K_OH = number("K_OH", 0.2), p.K_NO = number("K_NO", 0.5);
    p.b_H = number("b_H", 0.3), p.eta_g = number("eta_g", 0.8), p.eta_h = number("eta_h", 0.8),
    p.k_h = number("k_h", 3);
    p.K_X = number("K_X", 0.1), p.mu_A = number("mu_A", 0.5), p.K_NH = number("K_NH", 1), p.b_A = number("b_A", 0.05);
    p.K_OA = number("K_OA", 0.4), p.k_a = number("k_a", 0.05);
    p.dilution = number("dilution", 10), p.kLa = number("kLa", 240), p.SO_sat = number("SO_sat", 8);
    const double feed[n_states] = {30, 69.5, 51.2, 202.32, 28.17, 0, 0, 0, 0, 31.56, 6.95, 10.59, 7};
    for (size_t i = 0; i < n_states; ++i) p.feed[i] = number(("feed" + std::to_string(i)).c_str(), feed[i]);
    const T Y_H = number("Y_H", 0.67), Y_A = number("Y_A", 0.24), i_XB = number("i_XB", 0.08),
            i_XP = number("i_XP", 0.06);
    const T one = number("", 1), c14 = number("", 14), c286 = number("", 2.86), c457 = number("", 4.57),
            c7 = number("", 7);
    p.f_P = number("f_P", 0.08);
    p.S_aer = one / Y_H;
    p.X_dec = one - p.f_P;
    p.O_aer = (one - Y_H) / Y_H;
    p.O_aut = (c457 - Y_A) / Y_A;
    p.NO_anox = (one - Y_H) / (c286 * Y_H);
    p.NO_aut = one / Y_A;
    p.NH_H = i_XB;
    p.NH_aut = i_XB + one / Y_A;
    p.ND_dec = i_XB - p.f_P * i_XP;
    p.ALK_aer = i_XB / c14;
    p.ALK_anox = (one - Y_H) / (c14 * c286 * Y_H) - i_XB / c14;
    p.ALK_aut = i_XB / c14 + one / (c7 * Y_A);
    p.ALK_am = one / c14;
    return p;
}

template <class T>
void rates(const Parameters<T>& p, const T* x, T* f) {
    const T sat = x[S_O] / (p.K_OH + x[S_O]);
    const T anox = p.K_OH / (p.K_OH + x[S_O]) * (x[S_NO] / (p.K_NO + x[S_NO]));
    const T growth = p.mu_H * (x[S_S] / (p.K_S + x[S_S])) * x[X_BH];
    const T r1 = growth * sat, r2 = p.eta_g * growth * anox;
    const T r3 = p.mu_A * (x[S_NH] / (p.K_NH + x[S_NH])) * (x[S_O] / (p.K_OA + x[S_O])) * x[X_BA];
    const T r4 = p.b_H * x[X_BH], r5 = p.b_A * x[X_BA], r6 = p.k_a * x[S_ND] * x[X_BH];
    const T hydrolysis = p.k_h / (p.K_X * x[X_BH] + x[X_S]) * (sat + p.eta_h * anox) * x[X_BH];
    const T r7 = hydrolysis * x[X_S], r8 = hydrolysis * x[X_ND];
    const auto feed = [&](int i) { return p.dilution * (p.feed[static_cast<size_t>(i)] - x[i]); };
    f[S_I] = feed(S_I);
    f[S_S] = feed(S_S) - p.S_aer * (r1 + r2) + r7;
    f[X_I] = feed(X_I);
    f[X_S] = feed(X_S) + p.X_dec * (r4 + r5) - r7;
    f[X_BH] = feed(X_BH) + r1 + r2 - r4;
    f[X_BA] = feed(X_BA) + r3 - r5;
    f[X_P] = feed(X_P) + p.f_P * (r4 + r5);
    f[S_O] = feed(S_O) - p.O_aer * r1 - p.O_aut * r3 + p.kLa * (p.SO_sat - x[S_O]);
    f[S_NO] = feed(S_NO) - p.NO_anox * r2 + p.NO_aut * r3;
    f[S_NH] = feed(S_NH) - p.NH_H * (r1 + r2) - p.NH_aut * r3 + r6;
    f[S_ND] = feed(S_ND) - r6 + r8;
    f[X_ND] = feed(X_ND) + p.ND_dec * (r4 + r5) - r8;
    f[S_ALK] = feed(S_ALK) - p.ALK_aer * r1 + p.ALK_anox * r2 - p.ALK_aut * r3 + p.ALK_am * r6;
}

/// df/dx by hand: partials of the eight rates, then the stoichiometry; row-major, zeros not written.
inline void jacobian(const Parameters<double>& p, const double* x, double* J) {
    const double o = 1 / (p.K_OH + x[S_O]), sat = x[S_O] * o, sat_o = p.K_OH * o * o;
    const double n = 1 / (p.K_NO + x[S_NO]), no = x[S_NO] * n, no_n = p.K_NO * n * n;
    const double inhibited = p.K_OH * o, anox = inhibited * no, anox_o = -sat_o * no, anox_n = inhibited * no_n;
    const double s = 1 / (p.K_S + x[S_S]), g = p.mu_H * x[S_S] * s, g_s = p.mu_H * p.K_S * s * s, B = x[X_BH];
    const double r1_s = g_s * B * sat, r1_b = g * sat, r1_o = g * B * sat_o;
    const double r2_s = p.eta_g * g_s * B * anox, r2_b = p.eta_g * g * anox, r2_o = p.eta_g * g * B * anox_o,
                 r2_n = p.eta_g * g * B * anox_n;
    const double h = 1 / (p.K_NH + x[S_NH]), a = 1 / (p.K_OA + x[S_O]);
    const double nh = p.mu_A * x[S_NH] * h, nh_h = p.mu_A * p.K_NH * h * h, oa = x[S_O] * a, oa_o = p.K_OA * a * a,
                 A = x[X_BA];
    const double r3_h = nh_h * oa * A, r3_o = nh * oa_o * A, r3_a = nh * oa;
    const double r6_d = p.k_a * B, r6_b = p.k_a * x[S_ND];
    const double q = 1 / (p.K_X * B + x[X_S]), k = p.k_h * q, mix = sat + p.eta_h * anox, y = k * mix * B;
    const double y_b = k * mix - y * q * p.K_X, y_s = -y * q;
    const double y_o = k * B * (sat_o + p.eta_h * anox_o), y_n = k * B * p.eta_h * anox_n;
    const double r7_s = y + y_s * x[X_S], r7_b = y_b * x[X_S], r7_o = y_o * x[X_S], r7_n = y_n * x[X_S];
    const double r8_s = y_s * x[X_ND], r8_b = y_b * x[X_ND], r8_o = y_o * x[X_ND], r8_n = y_n * x[X_ND], r8_d = y;
    const auto at = [&](int i, int j) -> double& { return J[i * 13 + j]; };
    const double D = -p.dilution;
    at(S_I, S_I) = at(X_I, X_I) = at(X_P, X_P) = at(S_ALK, S_ALK) = D;
    at(S_S, S_S) = D - p.S_aer * (r1_s + r2_s);
    at(S_S, X_S) = r7_s;
    at(S_S, X_BH) = -p.S_aer * (r1_b + r2_b) + r7_b;
    at(S_S, S_O) = -p.S_aer * (r1_o + r2_o) + r7_o;
    at(S_S, S_NO) = -p.S_aer * r2_n + r7_n;
    at(X_S, X_S) = D - r7_s;
    at(X_S, X_BH) = p.X_dec * p.b_H - r7_b;
    at(X_S, X_BA) = p.X_dec * p.b_A;
    at(X_S, S_O) = -r7_o;
    at(X_S, S_NO) = -r7_n;
    at(X_BH, S_S) = r1_s + r2_s;
    at(X_BH, X_BH) = D + r1_b + r2_b - p.b_H;
    at(X_BH, S_O) = r1_o + r2_o;
    at(X_BH, S_NO) = r2_n;
    at(X_BA, X_BA) = D + r3_a - p.b_A;
    at(X_BA, S_O) = r3_o;
    at(X_BA, S_NH) = r3_h;
    at(X_P, X_BH) = p.f_P * p.b_H;
    at(X_P, X_BA) = p.f_P * p.b_A;
    at(S_O, S_S) = -p.O_aer * r1_s;
    at(S_O, X_BH) = -p.O_aer * r1_b;
    at(S_O, X_BA) = -p.O_aut * r3_a;
    at(S_O, S_O) = D - p.O_aer * r1_o - p.O_aut * r3_o - p.kLa;
    at(S_O, S_NH) = -p.O_aut * r3_h;
    at(S_NO, S_S) = -p.NO_anox * r2_s;
    at(S_NO, X_BH) = -p.NO_anox * r2_b;
    at(S_NO, X_BA) = p.NO_aut * r3_a;
    at(S_NO, S_O) = -p.NO_anox * r2_o + p.NO_aut * r3_o;
    at(S_NO, S_NO) = D - p.NO_anox * r2_n;
    at(S_NO, S_NH) = p.NO_aut * r3_h;
    at(S_NH, S_S) = -p.NH_H * (r1_s + r2_s);
    at(S_NH, X_BH) = -p.NH_H * (r1_b + r2_b) + r6_b;
    at(S_NH, X_BA) = -p.NH_aut * r3_a;
    at(S_NH, S_O) = -p.NH_H * (r1_o + r2_o) - p.NH_aut * r3_o;
    at(S_NH, S_NO) = -p.NH_H * r2_n;
    at(S_NH, S_NH) = D - p.NH_aut * r3_h;
    at(S_NH, S_ND) = r6_d;
    at(S_ND, X_S) = r8_s;
    at(S_ND, X_BH) = -r6_b + r8_b;
    at(S_ND, S_O) = r8_o;
    at(S_ND, S_NO) = r8_n;
    at(S_ND, S_ND) = D - r6_d;
    at(S_ND, X_ND) = r8_d;
    at(X_ND, X_S) = -r8_s;
    at(X_ND, X_BH) = p.ND_dec * p.b_H - r8_b;
    at(X_ND, X_BA) = p.ND_dec * p.b_A;
    at(X_ND, S_O) = -r8_o;
    at(X_ND, S_NO) = -r8_n;
    at(X_ND, X_ND) = D - r8_d;
    at(S_ALK, S_S) = -p.ALK_aer * r1_s + p.ALK_anox * r2_s;
    at(S_ALK, X_BH) = -p.ALK_aer * r1_b + p.ALK_anox * r2_b + p.ALK_am * r6_b;
    at(S_ALK, X_BA) = -p.ALK_aut * r3_a;
    at(S_ALK, S_O) = -p.ALK_aer * r1_o + p.ALK_anox * r2_o - p.ALK_aut * r3_o;
    at(S_ALK, S_NO) = p.ALK_anox * r2_n;
    at(S_ALK, S_NH) = -p.ALK_aut * r3_h;
    at(S_ALK, S_ND) = p.ALK_am * r6_d;
}

/// A node of a graph that is reckoned with like a number.
struct Symbol {
    lang::Graph* g = nullptr;
    lang::NodeId id = lang::no_node;
    Symbol operator+(Symbol o) const { return {g, g->add(id, o.id)}; }
    Symbol operator-(Symbol o) const { return {g, g->subtract(id, o.id)}; }
    Symbol operator*(Symbol o) const { return {g, g->multiply(id, o.id)}; }
    Symbol operator/(Symbol o) const { return {g, g->divide(id, o.id)}; }
    Symbol operator-() const { return {g, g->negate(id)}; }
};

constexpr std::array<double, n_states> start{30, 2, 1000, 60, 2500, 150, 500, 2, 5, 3, 1, 4, 5};

/// `tanks` in a row, each fed by the one before (parameters of their own each, as unit operations have them).
inline lang::DynamicProgram program(int tanks) {
    lang::DynamicProgram::Input in;
    lang::Graph& g = in.graph;
    std::array<Symbol, n_states> above{};
    for (int tank = 0; tank < tanks; ++tank) {
        auto p = parameters<Symbol>([&](const char* name, double value) {
            if (!*name) return Symbol{&g, g.constant(value)};
            lang::Parameter q;
            q.path = "tank" + std::to_string(tank) + "." + name;
            q.datum.si = value;
            in.parameters.push_back(q);
            return Symbol{&g, g.parameter(static_cast<int>(in.parameters.size()) - 1)};
        });
        if (tank > 0) p.feed = above;
        std::array<Symbol, n_states> x, f;
        const size_t first = in.states.size();
        for (size_t i = 0; i < n_states; ++i) {
            lang::State s;
            s.path = "tank" + std::to_string(tank) + ".x" + std::to_string(i);
            s.node = g.state(static_cast<int>(first + i));
            s.start = g.constant(start[i]);
            s.nominal = start[i];
            x[i] = {&g, s.node};
            in.states.push_back(s);
        }
        rates(p, x.data(), f.data());
        for (size_t i = 0; i < n_states; ++i) in.states[first + i].rate = f[i].id;
        above = x;
    }
    Diagnostics none;
    return lang::DynamicProgram::build(std::move(in), none);
}

} // namespace viresco::bench::asm1
