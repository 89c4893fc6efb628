#pragma once
#include "lang/graph.h"
#include "lang/scalar_math.h"
#include <cmath>
#include <limits>

namespace viresco::lang {

/// The one scalar meaning of every operation. The lane kernels must give these bits.
inline double apply(const Node& n, double a, double b, double c) {
    switch (n.op) {
    case Op::constant: return n.value;
    case Op::negate: return -a;
    case Op::add: return a + b;
    case Op::subtract: return a - b;
    case Op::multiply: return a * b;
    case Op::divide: return a / b;
    case Op::power: return scalar::power(a, b);
    case Op::exp: return scalar::exp(a);
    case Op::log: return scalar::log(a);
    case Op::expm1: return scalar::expm1(a);
    case Op::log1p: return scalar::log1p(a);
    case Op::sqrt: return std::sqrt(a);
    case Op::abs: return std::fabs(a);
    case Op::tanh: return scalar::tanh(a);
    case Op::min: return b < a ? b : a;
    case Op::max: return a < b ? b : a;
    case Op::less: return a < b ? 1.0 : 0.0;
    case Op::select: return a != 0 ? b : c;
    case Op::geometric: return scalar::geometric(a, b);
    case Op::geometric_dE: return scalar::geometric_dE(a, b);
    case Op::geometric_dn: return scalar::geometric_dn(a, b);
    case Op::property: return scalar::property(n.c, a, b);
    case Op::sin: return scalar::sin(a);
    case Op::cos: return scalar::cos(a);
    case Op::atan: return scalar::atan(a);
    case Op::floor: return std::floor(a);
    case Op::parameter:
    case Op::unknown:
    case Op::missing:
    case Op::state:
    case Op::outcome:
    case Op::time: break;
    }
    return std::numeric_limits<double>::quiet_NaN();
}

} // namespace viresco::lang
