#include "lca/solver_order.h"
#include <algorithm>
#include <cstddef>

namespace viresco::lca {
namespace {

/// Strongly connected parts of the graph user -> maker, makers before users (Tarjan, without recursion).
struct Components {
    std::vector<int> member, start{0}, of;

    Components(const Columns& graph, std::span<const char> wanted) {
        const auto n = static_cast<size_t>(graph.columns());
        of.assign(n, -1);
        std::vector<int> number(n, -1), low(n, 0), stack, at(n, 0), path;
        int next = 0;
        for (size_t root = 0; root < n; ++root) {
            if (number[root] >= 0 || (!wanted.empty() && !wanted[root])) continue;
            path.push_back(static_cast<int>(root));
            while (!path.empty()) {
                const auto v = static_cast<size_t>(path.back());
                if (number[v] < 0) {
                    number[v] = low[v] = next++;
                    at[v] = graph.start[v];
                    stack.push_back(static_cast<int>(v));
                }
                bool deeper = false;
                for (int& k = at[v]; k < graph.start[v + 1]; ++k) {
                    const auto w = static_cast<size_t>(graph.row[static_cast<size_t>(k)]);
                    if (!wanted.empty() && !wanted[w]) continue;
                    if (number[w] < 0) {
                        path.push_back(static_cast<int>(w));
                        deeper = true;
                        break;
                    }
                    if (of[w] < 0) low[v] = std::min(low[v], low[w]);
                }
                if (deeper) continue;
                path.pop_back();
                if (low[v] != number[v]) continue;
                const int part = static_cast<int>(start.size()) - 1;
                for (size_t w = n; w != v;) {
                    w = static_cast<size_t>(stack.back());
                    stack.pop_back();
                    of[w] = part;
                    member.push_back(static_cast<int>(w));
                }
                start.push_back(static_cast<int>(member.size()));
            }
        }
    }
};

} // namespace

Order consumers_first(const Columns& technosphere, std::span<const char> wanted) {
    const Components parts(technosphere, wanted);
    const auto n = static_cast<size_t>(technosphere.columns());
    // Users minus suppliers within the part: low for a process that only consumes, high for a hub.
    std::vector<int> rank(n, 0);
    for (size_t v = 0; v < n; ++v) {
        if (parts.of[v] < 0) continue;
        for (int w : technosphere.rows_of(static_cast<int>(v))) {
            if (parts.of[static_cast<size_t>(w)] != parts.of[v]) continue;
            ++rank[static_cast<size_t>(w)];
            --rank[v];
        }
    }
    Order order;
    order.position.assign(n, -1);
    order.block_start.push_back(0);
    for (size_t part = parts.start.size() - 1; part-- > 0;) {
        std::vector<int> members(parts.member.begin() + parts.start[part],
                                 parts.member.begin() + parts.start[part + 1]);
        std::sort(members.begin(), members.end(), [&](int a, int b) {
            const int ra = rank[static_cast<size_t>(a)], rb = rank[static_cast<size_t>(b)];
            return ra != rb ? ra < rb : a < b;
        });
        for (int v : members) {
            order.position[static_cast<size_t>(v)] = order.size();
            order.activity.push_back(v);
        }
        order.block_start.push_back(order.size());
    }
    return order;
}

std::vector<char> suppliers_of(const Columns& technosphere, std::span<const int> activities) {
    std::vector<char> reached(static_cast<size_t>(technosphere.columns()), 0);
    std::vector<int> open(activities.begin(), activities.end());
    for (int v : open) reached[static_cast<size_t>(v)] = 1;
    while (!open.empty()) {
        const int v = open.back();
        open.pop_back();
        for (int w : technosphere.rows_of(v)) {
            if (reached[static_cast<size_t>(w)]) continue;
            reached[static_cast<size_t>(w)] = 1;
            open.push_back(w);
        }
    }
    return reached;
}

} // namespace viresco::lca
