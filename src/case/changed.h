#pragma once
#include "case/case.h"

namespace viresco::cases {

/// A case with some overrides on top of all others, as `--set` would have them.
struct Changed {
    const Case* compiled = nullptr; ///< the case itself, or `own`
    std::unique_ptr<Case> own;      ///< where the change shapes the program
    std::vector<double> parameters; ///< of `compiled`
};

/// `change`: a map from addresses to values; lives as long as the case. Throws ConfigError where it does not fit.
/// Where only continuous parameters change it is the same program at other parameters; else the case is compiled anew.
Changed changed(const Case&, const text::Node& change);

} // namespace viresco::cases
