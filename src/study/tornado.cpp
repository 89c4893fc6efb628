#include "study/tornado.h"
#include <algorithm>
#include <cmath>
#include <numeric>

namespace viresco::study {
namespace {

double median(std::vector<double>& list) {
    const size_t half = list.size() / 2;
    std::nth_element(list.begin(), list.begin() + static_cast<long>(half), list.end());
    const double upper = list[half];
    if (list.size() % 2 == 1) return upper;
    return 0.5 * (upper + *std::max_element(list.begin(), list.begin() + static_cast<long>(half)));
}

/// Middle ranks from -0.5 to 0.5; zero where there is no number.
std::vector<double> ranks(std::span<const double> values, size_t rows) {
    std::vector<uint32_t> order;
    for (size_t k = 0; k < rows; ++k)
        if (std::isfinite(values[k])) order.push_back(static_cast<uint32_t>(k));
    std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return values[a] < values[b]; });
    std::vector<double> out(rows, 0.0);
    const double middle = 0.5 * (static_cast<double>(order.size()) - 1);
    for (size_t first = 0; first < order.size();) {
        size_t last = first;
        while (last + 1 < order.size() && values[order[last + 1]] == values[order[first]]) ++last;
        const double rank = 0.5 * static_cast<double>(first + last);
        for (; first <= last; ++first) out[order[first]] = (rank - middle) / static_cast<double>(order.size());
    }
    return out;
}

} // namespace

Tornado::Tornado(const Model& model, const Design& design, uint64_t most)
    : rows_(static_cast<size_t>(std::min(design.rows(), most))) {
    const auto n = static_cast<size_t>(model.inputs().size());
    std::vector<std::vector<double>> values(n, std::vector<double>(rows_));
    std::vector<double> u(n), x(n);
    for (size_t row = 0; row < rows_; ++row) {
        design.point(row, u);
        model.inputs().values(u, x);
        for (size_t k = 0; k < n; ++k) values[k][row] = x[k];
    }
    rank(values);
}

Tornado::Tornado(const std::vector<std::vector<double>>& values) : rows_(values.empty() ? 0 : values.front().size()) {
    rank(values);
}

void Tornado::rank(const std::vector<std::vector<double>>& values) {
    for (const auto& list : values) {
        auto& order = order_.emplace_back(rows_);
        std::iota(order.begin(), order.end(), 0U);
        std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return list[a] < list[b]; });
    }
}

std::vector<Swing> Tornado::of(std::span<const double> outcome, size_t most) const {
    const std::vector<double> y = ranks(outcome, rows_);
    double yy = 0;
    for (const double v : y) yy += v * v;
    std::vector<Swing> out;
    std::vector<double> sorted;
    for (size_t k = 0; k < order_.size(); ++k) {
        sorted.clear();
        double xy = 0;
        for (const uint32_t row : order_[k]) {
            if (!std::isfinite(outcome[row])) continue;
            xy += static_cast<double>(sorted.size()) * y[row]; // the mean of y is zero: ranks need not be centred
            sorted.push_back(outcome[row]);
        }
        const auto n = static_cast<double>(sorted.size());
        if (n < 100 || yy == 0) return {};
        const double r = xy / std::sqrt(yy * n * (n * n - 1) / 12);
        if (std::fabs(r) < 2 / std::sqrt(n)) continue;
        const auto fifth = static_cast<long>(sorted.size() / 5);
        std::vector<double> low(sorted.begin(), sorted.begin() + fifth), high(sorted.end() - fifth, sorted.end());
        out.push_back({static_cast<int>(k), median(low), median(high), r});
    }
    std::stable_sort(out.begin(), out.end(), [](const Swing& a, const Swing& b) {
        return std::fabs(a.rank_correlation) > std::fabs(b.rank_correlation);
    });
    if (out.size() > most) out.resize(most);
    return out;
}

} // namespace viresco::study
