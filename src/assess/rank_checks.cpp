// What a ranking by weights rests on: which weights, and which other routes.
#include "assess/ranking.h"
#include <algorithm>
#include <cmath>
#include <random>

namespace viresco::assess {

std::vector<WeightShare> weight_map(const DecisionTable& table, size_t n) {
    const size_t k = table.criteria.size();
    std::vector<WeightShare> out(table.routes());
    if (k == 0) return out;
    for (auto& share : out) share.weights.assign(k, 0.0);
    std::mt19937_64 random(1); // the points are part of the method: the same at every call
    std::vector<double> cuts(k), weights(k);
    cuts.push_back(1);
    for (size_t i = 0; i < n; ++i) {
        // Gaps between sorted uniform numbers are uniform on the simplex.
        cuts[0] = 0;
        for (size_t j = 1; j < k; ++j) cuts[j] = static_cast<double>(random() >> 11) * 0x1p-53;
        std::sort(cuts.begin(), cuts.end() - 1);
        for (size_t j = 0; j < k; ++j) weights[j] = (j + 1 < k ? cuts[j + 1] : 1) - cuts[j];
        const std::vector<double> s = scores(Method::weighted_sum, table, weights);
        const auto first = static_cast<size_t>(std::max_element(s.begin(), s.end()) - s.begin());
        out[first].share += 1;
        for (size_t j = 0; j < k; ++j) out[first].weights[j] += weights[j];
    }
    for (auto& share : out) {
        for (double& w : share.weights) w /= share.share;
        if (share.share <= 0) share.weights.clear();
        share.share /= static_cast<double>(n);
    }
    return out;
}

namespace {

/// Pairs whose order differs between two score lists; `where[i]` is the place of route i in the second.
void compare(const std::vector<double>& all, const std::vector<double>& other, const std::vector<size_t>& where,
             Reversal r, std::vector<Reversal>& out) {
    constexpr double tie = 1e-12;
    for (size_t a = 0; a < all.size(); ++a)
        for (size_t b = 0; b < all.size(); ++b) {
            if (where[a] >= other.size() || where[b] >= other.size()) continue;
            if (!(all[a] > all[b] + tie && other[where[a]] < other[where[b]] - tie)) continue;
            r.ahead = a;
            r.behind = b;
            out.push_back(r);
        }
}

} // namespace

std::vector<Reversal> rank_reversals(const DecisionTable& table, const std::vector<std::string>& routes,
                                     const std::vector<WeightSet>& sets) {
    std::vector<Reversal> out;
    const size_t m = table.routes(), n = table.criteria.size();
    for (const WeightSet& set : sets)
        for (const Method method : {Method::weighted_sum, Method::topsis, Method::promethee}) {
            const std::vector<double> all = scores(method, table, set.weights);
            for (size_t r = 0; r < m; ++r) {
                Reversal found{method, set.name, routes[r], false, 0, 0};
                std::vector<size_t> where(m);
                if (m > 2) {
                    DecisionTable fewer = table;
                    const auto row = fewer.values.begin() + static_cast<std::ptrdiff_t>(r * n);
                    fewer.values.erase(row, row + static_cast<std::ptrdiff_t>(n));
                    for (size_t i = 0; i < m; ++i) where[i] = i < r ? i : i == r ? m : i - 1;
                    compare(all, scores(method, fewer, set.weights), where, found, out);
                }
                DecisionTable more = table;
                for (size_t k = 0; k < n; ++k) {
                    const double x = table.at(r, k);
                    more.values.push_back(x + (table.criteria[k].higher_is_better ? -0.02 : 0.02) * std::abs(x));
                }
                for (size_t i = 0; i < m; ++i) where[i] = i;
                found.added = true;
                compare(all, scores(method, more, set.weights), where, found, out);
            }
        }
    return out;
}

} // namespace viresco::assess
