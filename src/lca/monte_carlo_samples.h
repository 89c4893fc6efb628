#pragma once
#include "lca/monte_carlo_distribution.h"
#include <cstdint>
#include <span>
#include <vector>

namespace viresco::lca {

/// The uncertain ones among a list of matrix entries, grouped by distribution so that each group is drawn at once.
class Samples {
public:
    /// Entry number `target` is factor x an amount with this distribution; `id` names the amount.
    void add(uint32_t target, uint32_t id, const Distribution&, double amount, double factor);

    /// Overwrites the uncertain ones of `values` with draw `draw`.
    void draw(uint32_t seed, uint32_t draw, std::span<double> values) const;
    /// Overwrites them with their means.
    void means(std::span<double> values) const;

    bool empty() const { return log_.id.empty() && normal_.id.empty() && other_.id.empty(); }
    size_t size() const { return log_.id.size() + normal_.id.size() + other_.id.size(); }

private:
    struct Group {
        std::vector<uint32_t> id, target;
        std::vector<double> a, b; ///< lognormal: median and sigma; normal: mean and standard deviation
        bool adjacent = true;     ///< targets are consecutive
        void add(uint32_t to, uint32_t name, double first, double second);
    };
    struct Other {
        std::vector<uint32_t> id, target;
        std::vector<Distribution> distribution;
        std::vector<double> factor;
    };
    Group log_, normal_;
    Other other_;
};

} // namespace viresco::lca
