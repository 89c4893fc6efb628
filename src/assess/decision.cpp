#include "assess/decision.h"
#include "base/messages/assess.h"
#include <algorithm>
#include <cmath>
#include <cstdio>

namespace viresco::assess {

namespace {

std::string plain(double v) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", v);
    return text;
}

[[noreturn]] void refuse(const Diagnostics& d) { throw ConfigError(d); }

/// x / |x| over the routes; a criterion that is zero everywhere stays zero.
std::vector<double> normalised(const DecisionTable& t) {
    std::vector<double> out = t.values;
    for (size_t k = 0; k < t.criteria.size(); ++k) {
        double square = 0;
        for (size_t r = 0; r < t.routes(); ++r) square += t.at(r, k) * t.at(r, k);
        const double norm = square > 0 ? std::sqrt(square) : 1;
        for (size_t r = 0; r < t.routes(); ++r) out[r * t.criteria.size() + k] /= norm;
    }
    return out;
}

std::vector<double> topsis(const DecisionTable& t, std::span<const double> w) {
    const size_t n = t.criteria.size(), m = t.routes();
    std::vector<double> x = normalised(t);
    std::vector<double> best(n), worst(n), out;
    for (size_t k = 0; k < n; ++k) {
        for (size_t r = 0; r < m; ++r) x[r * n + k] *= w[k] * (t.criteria[k].higher_is_better ? 1 : -1);
        best[k] = worst[k] = x[k];
        for (size_t r = 1; r < m; ++r) {
            best[k] = std::max(best[k], x[r * n + k]);
            worst[k] = std::min(worst[k], x[r * n + k]);
        }
    }
    for (size_t r = 0; r < m; ++r) {
        double to_best = 0, to_worst = 0;
        for (size_t k = 0; k < n; ++k) {
            to_best += (best[k] - x[r * n + k]) * (best[k] - x[r * n + k]);
            to_worst += (x[r * n + k] - worst[k]) * (x[r * n + k] - worst[k]);
        }
        to_best = std::sqrt(to_best);
        to_worst = std::sqrt(to_worst);
        out.push_back(to_best + to_worst > 0 ? to_worst / (to_best + to_worst) : 0.5);
    }
    return out;
}

/// How much a is preferred to b by one criterion: 0 to 1.
double preference(const Criterion& c, double a, double b) {
    const double d = c.higher_is_better ? a - b : b - a;
    if (d <= c.indifference) return 0;
    if (d >= c.preference || c.preference <= c.indifference) return 1;
    return (d - c.indifference) / (c.preference - c.indifference);
}

std::vector<double> promethee(const DecisionTable& t, std::span<const double> w) {
    const size_t m = t.routes();
    std::vector<double> flow(m, 0.0);
    if (m < 2) return flow;
    for (size_t a = 0; a < m; ++a)
        for (size_t b = 0; b < m; ++b)
            for (size_t k = 0; k < t.criteria.size() && a != b; ++k) {
                const double p = w[k] * preference(t.criteria[k], t.at(a, k), t.at(b, k)) / static_cast<double>(m - 1);
                flow[a] += p;
                flow[b] -= p;
            }
    return flow;
}

constexpr double random_index[] = {0, 0, 0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45};

} // namespace

const char* to_string(Method m) {
    switch (m) {
    case Method::weighted_sum: return "weighted_sum";
    case Method::topsis: return "topsis";
    case Method::promethee: break;
    }
    return "promethee";
}

std::vector<double> scores(Method method, const DecisionTable& t, std::span<const double> weights) {
    if (method == Method::topsis) return topsis(t, weights);
    if (method == Method::promethee) return promethee(t, weights);
    const std::vector<double> x = normalised(t);
    std::vector<double> out(t.routes(), 0.0);
    for (size_t r = 0; r < t.routes(); ++r)
        for (size_t k = 0; k < t.criteria.size(); ++k)
            out[r] += weights[k] * x[r * t.criteria.size() + k] * (t.criteria[k].higher_is_better ? 1 : -1);
    return out;
}

void check_weights(std::span<const double> weights, size_t n_criteria, const SourcePos& pos) {
    Diagnostics d;
    double sum = 0;
    for (const double w : weights) {
        sum += w;
        if (!(w >= 0)) d.error(pos, message::weight_negative, {plain(w)});
    }
    if (weights.size() != n_criteria)
        d.error(pos, message::weights_of_criteria, {std::to_string(weights.size()), std::to_string(n_criteria)});
    else if (!d.has_errors() && !(std::abs(sum - 1) <= 1e-6))
        d.error(pos, message::weights_sum, {plain(sum)}).hint(message::weights_sum_hint, {plain(sum)});
    if (d.has_errors()) refuse(d);
}

std::vector<double> equal_weights(size_t n) { return std::vector<double>(n, 1 / static_cast<double>(n)); }

PairwiseWeights pairwise_weights(std::span<const double> a, const SourcePos& pos) {
    Diagnostics d;
    const auto n = static_cast<size_t>(std::lround(std::sqrt(static_cast<double>(a.size()))));
    if (n * n != a.size() || n == 0 || n > 9) {
        d.error(pos, message::pairwise_size, {std::to_string(a.size())});
        refuse(d);
    }
    for (size_t i = 0; i < n; ++i)
        for (size_t j = 0; j <= i; ++j)
            // Written with three digits, 0.333 is the reciprocal of 3.
            if (!(a[i * n + j] > 0) || !(std::abs(a[i * n + j] * a[j * n + i] - 1) <= 0.02))
                d.error(pos, message::pairwise_reciprocal,
                        {std::to_string(i + 1), std::to_string(j + 1), plain(a[i * n + j]), plain(a[j * n + i])});
    if (d.has_errors()) refuse(d);
    PairwiseWeights out;
    out.weights.assign(n, 1 / static_cast<double>(n));
    for (int iteration = 0; iteration < 10000; ++iteration) { // a positive matrix: the power method converges
        std::vector<double> next(n, 0.0);
        double sum = 0, change = 0;
        for (size_t i = 0; i < n; ++i) {
            for (size_t j = 0; j < n; ++j) next[i] += a[i * n + j] * out.weights[j];
            sum += next[i];
        }
        for (size_t i = 0; i < n; ++i) {
            next[i] /= sum;
            change = std::max(change, std::abs(next[i] - out.weights[i]));
        }
        out.weights = next;
        out.largest_eigenvalue = sum; // the weights before summed to one
        if (change < 1e-15) break;
    }
    if (n < 3) return out;
    const double size = static_cast<double>(n);
    out.consistency_ratio = std::max(0.0, (out.largest_eigenvalue - size) / (size - 1) / random_index[n]);
    if (out.consistency_ratio <= 0.1) return out;
    size_t worst[3] = {0, 1, 2};
    double most = 0;
    for (size_t i = 0; i < n; ++i)
        for (size_t j = i + 1; j < n; ++j)
            for (size_t k = j + 1; k < n; ++k) {
                const double loop = std::abs(std::log(a[i * n + j] * a[j * n + k] * a[k * n + i]));
                if (loop <= most) continue;
                most = loop;
                worst[0] = i, worst[1] = j, worst[2] = k;
            }
    const auto [i, j, k] = worst;
    d.error(pos, message::pairwise_inconsistent, {plain(out.consistency_ratio)})
        .hint(message::pairwise_inconsistent_hint,
              {std::to_string(i + 1), std::to_string(j + 1), std::to_string(k + 1), plain(a[i * n + j]),
               plain(a[j * n + k]), plain(a[i * n + k]), plain(a[i * n + j] * a[j * n + k])});
    refuse(d);
}

EntropyWeights entropy_weights(const DecisionTable& t) {
    Diagnostics d;
    const size_t m = t.routes();
    if (m < 2) d.error({}, message::entropy_needs_two, {std::to_string(m)});
    for (size_t k = 0; k < t.criteria.size(); ++k)
        for (size_t r = 0; r < m; ++r)
            if (!(t.at(r, k) > 0)) d.error({}, message::entropy_needs_positive, {t.criteria[k].id, plain(t.at(r, k))});
    if (d.has_errors()) refuse(d);
    EntropyWeights out;
    out.few = m < 4;
    double total = 0;
    for (size_t k = 0; k < t.criteria.size(); ++k) {
        double sum = 0, entropy = 0;
        const auto x = [&](size_t r) { return t.criteria[k].higher_is_better ? t.at(r, k) : 1 / t.at(r, k); };
        for (size_t r = 0; r < m; ++r) sum += x(r);
        for (size_t r = 0; r < m; ++r) entropy -= x(r) / sum * std::log(x(r) / sum);
        out.weights.push_back(std::max(0.0, 1 - entropy / std::log(static_cast<double>(m))));
        total += out.weights.back();
    }
    if (!(total > 1e-14)) // no criterion tells the routes apart
        out.weights = equal_weights(t.criteria.size());
    else
        for (double& w : out.weights) w /= total;
    return out;
}

} // namespace viresco::assess
