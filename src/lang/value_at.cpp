#include "lang/value_at.h"
#include "lang/operation.h"
#include <map>
#include <vector>

namespace viresco::lang {

double value_at(const Graph& g, NodeId root, std::span<const double> parameters) {
    std::map<NodeId, double> values;
    std::vector<NodeId> stack{root};
    while (!stack.empty()) {
        const NodeId id = stack.back();
        const Node& n = g[id];
        const NodeId operands[3] = {n.a, n.b, n.c};
        const int count = n_operands(n);
        double v[3] = {0, 0, 0};
        bool ready = true;
        for (int k = 0; k < count; ++k) {
            const auto it = values.find(operands[k]);
            if (it != values.end())
                v[k] = it->second;
            else
                stack.push_back(operands[k]), ready = false;
        }
        if (!ready) continue;
        values[id] = n.op == Op::parameter ? parameters[static_cast<size_t>(n.a)] : apply(n, v[0], v[1], v[2]);
        stack.pop_back();
    }
    return values[root];
}

} // namespace viresco::lang
