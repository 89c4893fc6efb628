#pragma once
#include "lca/database.h"
#include "lca/system.h"
#include <string>
#include <unordered_map>
#include <vector>

namespace viresco::lca {

/// Who makes (or treats) a flow, and who would be the next best.
class Providers {
public:
    Providers(const Database&, const std::vector<Activity>&);

    /// Column of a process for a flow; -1: it does not supply it.
    int find(int process, int flow) const;
    /// Columns that supply a flow, in the order of their process ids.
    const std::vector<int>& of(int flow) const;
    /// The same, best first for a consumer: its own location, its country, then the world; itself last.
    struct Ranked {
        std::vector<int> columns;
        bool settled = false; ///< the first one stands alone in its rank
    };
    Ranked ranked(int flow, int consumer) const;
    /// Process ids that supply flows with a similar name in the same unit group, best first, at most five.
    const std::vector<std::string>& similar(int flow);

private:
    int rank(int column, int consumer) const;
    int unit_group(int flow) const;
    const Database& db_;
    const std::vector<Activity>& activities_;
    std::unordered_map<int, std::vector<int>> by_flow_;
    std::unordered_map<std::string, std::vector<int>> by_word_; // columns whose flow has the word in its name
    std::vector<double> n_words_;                               // of the flow's name, per column
    std::unordered_map<int, std::vector<std::string>> similar_;
};

} // namespace viresco::lca
