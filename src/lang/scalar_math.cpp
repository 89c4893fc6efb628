#include "lang/scalar_math.h"
#include "matter/property_function.h"
#include <cmath>
#include <limits>
#include <sleef.h>

namespace viresco::lang::scalar {
namespace {

/// expm1(x)/x and its derivative, by series near 0.
struct Phi {
    double value, derivative;
};

Phi phi(double x) {
    if (std::fabs(x) < 0.05) {
        // expm1(x)/x = sum x^k/(k+1)!, derivative = sum (k+1) x^k/(k+2)!
        double value = 0, derivative = 0, power = 1, factorial = 1;
        for (int k = 0; k < 10; ++k) {
            factorial *= k + 1;
            value += power / factorial;
            derivative += (k + 1) * power / (factorial * (k + 2));
            power *= x;
        }
        return {value, derivative};
    }
    const double e = expm1(x);
    return {e / x, ((e + 1) * x - e) / (x * x)};
}

} // namespace

double expm1(double x) { return Sleef_cinz_expm1d1_u10purec(x); }
double log1p(double x) { return Sleef_cinz_log1pd1_u10purec(x); }
double tanh(double x) { return Sleef_cinz_tanhd1_u10purec(x); }
double sin(double x) { return Sleef_cinz_sind1_u10purec(x); }
double cos(double x) { return Sleef_cinz_cosd1_u10purec(x); }
double atan(double x) { return Sleef_cinz_atand1_u10purec(x); }

#if defined(__SSE2__)
// The bits are those of one lane; with two the same code takes less time: 62 ns instead of 153 for a power.
double exp(double x) { return _mm_cvtsd_f64(Sleef_cinz_expd2_u10sse2(_mm_set1_pd(x))); }
double log(double x) { return _mm_cvtsd_f64(Sleef_cinz_logd2_u10sse2(_mm_set1_pd(x))); }
double power(double x, double y) { return _mm_cvtsd_f64(Sleef_cinz_powd2_u10sse2(_mm_set1_pd(x), _mm_set1_pd(y))); }
#else
double exp(double x) { return Sleef_cinz_expd1_u10purec(x); }
double log(double x) { return Sleef_cinz_logd1_u10purec(x); }
double power(double x, double y) { return Sleef_cinz_powd1_u10purec(x, y); }
#endif

double geometric(double E, double n) {
    if (E == 1) return n + 1;
    if (E == 0) return 1;
    const double t = log(E);
    return expm1((n + 1) * t) / expm1(t);
}

double geometric_dE(double E, double n) {
    const double m = n + 1;
    const double t = log(E);
    // Near E = 1, where the closed form cancels, by the smooth function phi; 700: before exp overflows.
    if (std::fabs(E - 1) < 0.5 && std::fabs(m * t) < 700) {
        const Phi p = phi(m * t), q = phi(t);
        return m * (m * p.derivative * q.value - p.value * q.derivative) / (q.value * q.value) / E;
    }
    const double power_n = power(E, n);
    return (1 - power_n * (E + m * (1 - E))) / ((1 - E) * (1 - E));
}

double geometric_dn(double E, double n) {
    if (E == 0) return 0;
    const double t = log(E);
    return exp((n + 1) * t) / phi(t).value;
}

double property(int code, double a, double b) {
    const auto& f = matter::property_functions()[static_cast<size_t>(code / 3)];
    const bool inside = a >= f.low[0] && a <= f.high[0] && (f.n_arguments < 2 || (b >= f.low[1] && b <= f.high[1]));
    if (!inside) return std::numeric_limits<double>::quiet_NaN();
    const int which = code % 3;
    return which == 0 ? f.value(a, b) : f.derivative[which - 1](a, b);
}

} // namespace viresco::lang::scalar
