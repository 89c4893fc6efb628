#pragma once
#include <compare>
#include <cstdint>

namespace viresco::schedule {

/// Times are whole milliseconds: sums and differences are exact, schedules meet to the tick.
using Ticks = std::int64_t;
inline constexpr Ticks ticks_per_second = 1000;
inline constexpr Ticks ticks_per_hour = 3600 * ticks_per_second;

__extension__ typedef __int128 Wide;

/// An exact ratio of ticks (100 h over 7 vessels is no whole number of ticks), reduced, denominator > 0.
class Ratio {
public:
    Ratio() = default;
    Ratio(Ticks whole) : numerator_(whole) {} // NOLINT(google-explicit-constructor): every whole number is a ratio
    /// numerator / denominator, denominator > 0; where the reduced numbers do not fit, rounded up to a whole tick.
    Ratio(Wide numerator, Wide denominator);

    Ticks numerator() const { return numerator_; }
    Ticks denominator() const { return denominator_; }
    double seconds() const {
        return static_cast<double>(numerator_) / static_cast<double>(denominator_) / ticks_per_second;
    }
    /// The smallest whole number of ticks that is not less than `times` times the ratio.
    Ticks ceil(std::int64_t times = 1) const;
    /// How often the ratio goes into `span` (>= 0) as a whole; the ratio must be positive.
    std::int64_t times_in(Ticks span) const;

    friend bool operator==(const Ratio&, const Ratio&) = default;
    friend std::strong_ordering operator<=>(const Ratio& a, const Ratio& b) {
        const Wide l = static_cast<Wide>(a.numerator_) * b.denominator_,
                   r = static_cast<Wide>(b.numerator_) * a.denominator_;
        return l < r ? std::strong_ordering::less : l > r ? std::strong_ordering::greater : std::strong_ordering::equal;
    }

private:
    Ticks numerator_ = 0, denominator_ = 1;
};

} // namespace viresco::schedule
