#include "heat/pinch.h"
#include <algorithm>
#include <cmath>

namespace viresco::heat {
namespace {

/// A segment between shifted temperatures, top first.
struct Piece {
    double top, bottom, duty;
    bool hot;
};

/// The heat of a piece inside [bottom, top] of an interval.
double within(const Piece& p, double upper, double lower) {
    if (p.top == p.bottom) return upper == lower && upper == p.top ? p.duty : 0;
    if (upper == lower) return 0;
    const double over = std::min(upper, p.top) - std::max(lower, p.bottom);
    return over > 0 ? p.duty * (over / (p.top - p.bottom)) : 0;
}

/// The shifted temperatures from the top; one at which heat comes at once stands twice.
std::vector<double> levels(const std::vector<Piece>& pieces) {
    std::vector<double> out, flat;
    for (const Piece& p : pieces) {
        out.push_back(p.top);
        out.push_back(p.bottom);
        if (p.top == p.bottom) flat.push_back(p.top);
    }
    for (std::vector<double>* list : {&out, &flat}) {
        std::sort(list->begin(), list->end(), std::greater<>());
        list->erase(std::unique(list->begin(), list->end()), list->end());
    }
    out.insert(out.end(), flat.begin(), flat.end());
    std::sort(out.begin(), out.end(), std::greater<>());
    return out;
}

/// Heat over temperature from the bottom up, beginning at `heat`.
std::vector<Corner> composite(const std::vector<Piece>& pieces, double heat) {
    std::vector<Corner> out;
    if (pieces.empty()) return out;
    const std::vector<double> all = levels(pieces);
    out.push_back({heat, all.back()});
    for (size_t i = all.size() - 1; i-- > 0;) {
        double more = 0;
        for (const Piece& p : pieces) more += within(p, all[i], all[i + 1]);
        heat += more;
        // A corner only where the slope changes; a gap of temperature without heat is a vertical piece.
        if (out.size() >= 2) {
            const Corner &a = out[out.size() - 2], &b = out.back();
            const double cross = (b.heat - a.heat) * (all[i] - b.temperature) -
                                 (heat - b.heat) * (b.temperature - a.temperature);
            if (std::abs(cross) <= 1e-12 * std::abs((heat - a.heat) * (all[i] - a.temperature))) out.pop_back();
        }
        out.push_back({heat, all[i]});
    }
    return out;
}

std::vector<Piece> pieces_of(const Problem& problem, bool shifted, bool hot_ones, bool cold_ones) {
    std::vector<Piece> out;
    for (const Stream& s : problem.streams) {
        if (s.hot ? !hot_ones : !cold_ones) continue;
        const double shift = shifted ? s.contribution.value_or(problem.minimum_difference / 2) : 0;
        for (const Segment& g : s.segments) {
            const double a = g.from + (s.hot ? -shift : shift), b = g.to + (s.hot ? -shift : shift);
            if (g.duty > 0) out.push_back({std::max(a, b), std::min(a, b), g.duty, s.hot});
        }
    }
    return out;
}

} // namespace

Targets targets(const Problem& problem) {
    Targets out;
    const std::vector<Piece> pieces = pieces_of(problem, true, true, true);
    double given = 0, taken = 0;
    for (const Piece& p : pieces) (p.hot ? given : taken) += p.duty;
    if (pieces.empty()) return out;
    const std::vector<double> all = levels(pieces);
    const double none = 1e-12 * (given + taken);
    double flow = 0, least = 0;
    for (size_t i = 0; i + 1 < all.size(); ++i) {
        double surplus = 0;
        for (const Piece& p : pieces) surplus += (p.hot ? 1 : -1) * within(p, all[i], all[i + 1]);
        flow += surplus;
        least = std::min(least, flow);
        out.cascade.push_back({all[i], all[i + 1], surplus, flow});
    }
    out.hot_utility = -least <= none ? 0 : -least;
    out.cold_utility = given - taken + out.hot_utility;
    if (out.cold_utility <= none) out.cold_utility = 0;
    out.recovery = given - out.cold_utility;
    out.grand_composite.push_back({out.hot_utility, all.front()});
    for (Interval& row : out.cascade) {
        row.flow += out.hot_utility;
        if (std::abs(row.flow) <= none) row.flow = 0;
        out.grand_composite.push_back({row.flow, row.lower});
    }
    // Inner temperatures without flow; at the ends only where heat is needed on the other side alone.
    for (size_t i = 0; i < out.grand_composite.size(); ++i) {
        const Corner& c = out.grand_composite[i];
        const bool end = i == 0 || i + 1 == out.grand_composite.size();
        if (c.heat == 0 && !end && (out.pinches.empty() || out.pinches.back() != c.temperature))
            out.pinches.push_back(c.temperature);
    }
    out.threshold = (out.hot_utility == 0 || out.cold_utility == 0) && out.pinches.empty();
    out.hot_composite = composite(pieces_of(problem, false, true, false), 0);
    out.cold_composite = composite(pieces_of(problem, false, false, true), out.cold_utility);
    return out;
}

} // namespace viresco::heat
