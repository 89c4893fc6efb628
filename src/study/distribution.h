#pragma once
#include "matter/component.h"
#include <string>

namespace viresco::study {

/// How an input of a study spreads: a distribution over SI values.
///
/// Rule (docs/study.md): what the file states under `distribution:` or `pedigree:` holds. Else a number with a range
/// spreads over it with its value as the mode: PERT (beta with weight 4) where the evidence is measured or supplier,
/// triangular where it is literature or estimate. A number without a range, or with the span of its declaration only,
/// is fixed.
class Distribution {
public:
    using Kind = matter::Uncertainty::Kind;

    Distribution() = default; ///< fixed at 0
    static Distribution of(const matter::Datum&);

    Kind kind() const { return kind_; }
    bool fixed() const { return kind_ == Kind::fixed; }
    /// Both ends are finite: quantile(0) and quantile(1) are values.
    bool bounded() const { return kind_ != Kind::normal && kind_ != Kind::lognormal; }
    /// The value at probability u: (0, 1), with the ends where bounded().
    double quantile(double u) const;
    double mean() const;
    double variance() const;
    /// C with Var(f) <= C E[(df/dx)^2] for every f (Poincare constant), and the power of x that df/dx is taken with:
    /// of the lognormal distribution it is df/d ln x. Uniform w^2/pi^2 and normal sd^2 are the best there are; others
    /// 1/p(median)^2, which holds for log-concave densities (Lamboni et al. 2013: unverified).
    double poincare() const;
    /// "triangular [0.7, 1.1, 1.5]" in this unit.
    std::string text(const units::Unit&) const;
    bool operator==(const Distribution&) const = default;

private:
    Kind kind_ = Kind::fixed;
    double low_ = 0, mode_ = 0, high_ = 0; ///< normal: sd, mean; lognormal: sigma of ln, median
};

} // namespace viresco::study
