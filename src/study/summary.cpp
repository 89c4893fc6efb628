#include "study/summary.h"
#include <algorithm>
#include <cmath>

namespace viresco::study {

Summary summary_of(std::span<const double> samples) {
    Summary out;
    std::vector<double> values;
    values.reserve(samples.size());
    const auto step = [&] {
        if (values.empty()) return;
        constexpr std::array<double, 3> levels{0.05, 0.5, 0.95};
        const auto q = numerics::quantiles(values, levels);
        out.convergence.push_back({values.size(), numerics::spread(values).mean, q[0], q[1], q[2]});
    };
    for (size_t k = 0; k < samples.size(); ++k) {
        for (const size_t part : {16U, 8U, 4U, 2U})
            if (k > 0 && k == samples.size() / part && k >= 8) step();
        if (std::isfinite(samples[k])) values.push_back(samples[k]);
    }
    step();
    out.without = samples.size() - values.size();
    out.spread = numerics::spread(values);
    const auto q = numerics::quantiles(std::move(values), quantile_levels);
    std::copy(q.begin(), q.end(), out.quantiles.begin());
    return out;
}

const char* to_string(Verdict v) {
    constexpr const char* names[] = {"first better", "second better", "no significant difference", "too few samples"};
    return names[static_cast<int>(v)];
}

Comparison compare(std::span<const double> first, std::span<const double> second, bool higher_is_better) {
    Comparison out;
    std::vector<double> difference(first.size());
    double better = 0;
    for (size_t k = 0; k < first.size(); ++k) {
        const double d = difference[k] = first[k] - second[k];
        if (!std::isfinite(d)) continue;
        better += d == 0 ? 0.5 : (d > 0) == higher_is_better ? 1 : 0;
    }
    out.difference = summary_of(difference);
    const auto n = static_cast<double>(out.difference.spread.n);
    if (n == 0) {
        out.verdict = Verdict::too_few_samples;
        return out;
    }
    out.probability = better / n;
    out.probability_error = std::sqrt(out.probability * (1 - out.probability) / n);
    if (n < 100)
        out.verdict = Verdict::too_few_samples;
    else if (out.probability > 0.95)
        out.verdict = Verdict::first_better;
    else if (out.probability < 0.05)
        out.verdict = Verdict::second_better;
    return out;
}

} // namespace viresco::study
