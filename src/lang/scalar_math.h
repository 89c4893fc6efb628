#pragma once

/// The scalar functions that give every evaluation its bits: folding, interpreter (all lane widths).
/// Transcendental ones are SLEEF's deterministic "cinz" family: equal bits in every vector width.
namespace viresco::lang::scalar {

double exp(double);
double log(double);
double expm1(double);
double log1p(double);
double tanh(double);
double sin(double);
double cos(double);
double atan(double);
double power(double x, double y);
/// 1 + E + .. + E^n for E >= 0, real n: expm1((n+1) log E) / expm1(log E), n+1 at E = 1.
double geometric(double E, double n);
double geometric_dE(double E, double n);
double geometric_dn(double E, double n);
/// Property function `code` (3 * function + which) of matter::property_functions().
double property(int code, double a, double b);

} // namespace viresco::lang::scalar
