#pragma once
#include "study/model.h"
#include <span>
#include <vector>

namespace viresco::study {

/// What an input does to an outcome, read off the samples of an uncertainty study (no further evaluations).
struct Swing {
    int input = 0;
    double low = 0, high = 0;    ///< median of the outcome where the input is in its lowest, its highest fifth
    double rank_correlation = 0; ///< of input and outcome
};

/// The inputs' values of the first rows of a design, once for all outcomes.
class Tornado {
public:
    /// At most `most` rows are looked at.
    Tornado(const Model&, const Design&, uint64_t most = 4096);
    /// values: n_inputs lists of one length.
    explicit Tornado(const std::vector<std::vector<double>>& values);

    size_t rows() const { return rows_; }
    /// The `most` inputs that move an outcome, strongest first; those that chance explains (|correlation| < 2 over the
    /// root of the samples) are left out. outcome: at least rows() numbers, not finite where a sample has none. Empty
    /// below 100 samples.
    std::vector<Swing> of(std::span<const double> outcome, size_t most = 12) const;

private:
    void rank(const std::vector<std::vector<double>>& values);
    size_t rows_ = 0;
    std::vector<std::vector<uint32_t>> order_; ///< per input: rows from its smallest to its largest value
};

} // namespace viresco::study
