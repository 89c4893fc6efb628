#include "schedule/time.h"
#include <cassert>

namespace viresco::schedule {
namespace {

constexpr Wide largest = INT64_C(1) << 62;

/// Rounded towards plus infinity; denominator > 0.
Wide ceil_of(Wide numerator, Wide denominator) {
    const Wide q = numerator / denominator;
    return q + (numerator % denominator > 0 ? 1 : 0);
}

} // namespace

Ratio::Ratio(Wide numerator, Wide denominator) {
    assert(denominator > 0);
    Wide a = numerator < 0 ? -numerator : numerator, b = denominator;
    while (b != 0) {
        const Wide rest = a % b;
        a = b;
        b = rest;
    }
    numerator /= a;
    denominator /= a;
    if (numerator > largest || numerator < -largest || denominator > largest) {
        numerator = ceil_of(numerator, denominator);
        denominator = 1;
    }
    numerator_ = static_cast<Ticks>(numerator);
    denominator_ = static_cast<Ticks>(denominator);
}

Ticks Ratio::ceil(std::int64_t times) const {
    return static_cast<Ticks>(ceil_of(static_cast<Wide>(numerator_) * times, denominator_));
}

std::int64_t Ratio::times_in(Ticks span) const {
    assert(numerator_ > 0 && span >= 0);
    return static_cast<std::int64_t>(static_cast<Wide>(span) * denominator_ / numerator_);
}

} // namespace viresco::schedule
