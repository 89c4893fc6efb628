#pragma once
#include "lang/dynamic.h"
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace viresco::integrate {

/// The places where rates bend or leap: min, max, abs and comparisons. Told apart by which side holds; a run that slides
/// along one changes sides at nearly every step and gets nowhere.
class Kinks {
public:
    explicit Kinks(const lang::DynamicProgram&);

    /// One place of the run; counts the sides that changed since the last one.
    void look(lang::DynamicEvaluation&, double time, std::span<const double> x);
    void forget() { looks_ = 0; }
    long looks() const { return looks_; }

    struct Kink {
        std::string operation; ///< "min", "max", "abs", "if"
        double left = 0, right = 0;
        std::string variables; ///< whose rates it is in: 'S', 'X'
        long changes = 0;
    };
    /// The one that changed sides most often; none: nothing changed.
    std::optional<Kink> busiest(const lang::DynamicEvaluation&) const;
    /// One whose sides are equal within `tolerance` of their size at this place.
    std::optional<Kink> tie(lang::DynamicEvaluation&, double time, std::span<const double> x, double tolerance) const;

private:
    Kink describe(const lang::DynamicEvaluation&, size_t k) const;

    const lang::DynamicProgram& program_;
    std::vector<lang::Instruction> kinks_;
    std::vector<char> side_;
    std::vector<long> changes_;
    long looks_ = 0;
};

} // namespace viresco::integrate
