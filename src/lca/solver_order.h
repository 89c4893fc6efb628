#pragma once
#include "lca/system.h"
#include <span>
#include <vector>

namespace viresco::lca {

/// Activities in an order that makes Gauss-Seidel short: who uses a product stands before who makes it, so that
/// without loops one pass solves the system. Activities of one loop (strongly connected part) form a block; within
/// a block the makers of widely used products stand last.
struct Order {
    std::vector<int> activity;    ///< by position
    std::vector<int> position;    ///< by activity; -1: left out
    std::vector<int> block_start; ///< positions, and their number at the end

    int size() const { return static_cast<int>(activity.size()); }
    int blocks() const { return static_cast<int>(block_start.size()) - 1; }
};

/// Order of the activities marked in `wanted` (empty: all). Linear in the number of entries.
Order consumers_first(const Columns& technosphere, std::span<const char> wanted = {});

/// Marks the activities that any of the given activities needs, directly or not (those included).
std::vector<char> suppliers_of(const Columns& technosphere, std::span<const int> activities);

} // namespace viresco::lca
