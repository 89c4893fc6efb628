#pragma once
#include "lca/contribution_sensitivity.h"
#include <span>
#include <string>
#include <vector>

namespace viresco::lca {

/// A reason why the mean of the draws lies off the deterministic score.
struct GapPart {
    int amount = -1; ///< index into Sensitivities::amounts(); -1: of many
    std::string label;
    double value = 0, share = 0; ///< of the whole estimated gap
};

/// Mean minus deterministic score, estimated and taken apart without a single draw.
struct Gap {
    double deterministic = 0;
    double at_means = 0;           ///< score of the system with every amount at its mean
    double curvature = 0;          ///< second-order part about the means: variance in loops and outputs
    double curvature_left_out = 0; ///< bound on the size of the part that was not worked out (`products` below)
    double mean() const { return at_means + curvature; }
    std::vector<GapPart> shifts;     ///< amounts whose mean is off their value, largest first
    std::vector<GapPart> curvatures; ///< products whose uncertain use bends the score, largest first
};

/// The lognormal's mean lies above its median, and the median is what databases give as the amount: most of the gap.
/// That part is the difference of two solved systems, shared out by the derivatives at both ends (trapezoid rule). The
/// rest is 1/2 sum H_kk var_k about the means with H_kk = 2 lambda_i s_j (A^-1)_ji, worked out for the `products` (rows
/// of A) of largest bound; each costs a solve. Amounts are taken as independent, as they are drawn.
Gap explain_gap(const Database&, const System&, std::span<const double> demand, int category, int limit = 20,
                int products = 30);

} // namespace viresco::lca
