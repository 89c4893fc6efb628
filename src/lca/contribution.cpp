#include "lca/contribution.h"
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <unordered_map>

namespace viresco::lca {
namespace {

size_t at(int i) { return static_cast<size_t>(i); }

double part_of(double value, double whole) { return whole != 0 ? value / whole : 0; }

/// Largest first, those of no value left out, at most `limit` (0: all).
template <class T, class Size>
void keep_largest(std::vector<T>& parts, int limit, Size size) {
    std::erase_if(parts, [&](const T& p) { return size(p) == 0; });
    const auto larger = [&](const T& a, const T& b) { return std::fabs(size(a)) > std::fabs(size(b)); };
    const size_t n = limit > 0 ? std::min(at(limit), parts.size()) : parts.size();
    std::partial_sort(parts.begin(), parts.begin() + static_cast<ptrdiff_t>(n), parts.end(), larger);
    parts.resize(n);
}

double part_value(const Part& p) { return p.value; }

const Process* process_of(const Contributions& c, int activity) {
    const int p = c.solver().system().activities[at(activity)].process;
    return p < 0 ? nullptr : &c.database().processes[at(p)];
}
const Flow* flow_of(const Contributions& c, int row) {
    const System& s = c.solver().system();
    const int f = at(row) < s.flows.size() ? s.flows[at(row)] : -1;
    return f < 0 ? nullptr : &c.database().flows[at(f)];
}
std::string flow_name(const Contributions& c, int row) {
    const Flow* f = flow_of(c, row);
    return f ? f->name : "#" + std::to_string(row);
}

} // namespace

Contributions::Contributions(const Solver& solver, const Database& database, std::span<const double> supply,
                             int category)
    : solver_(&solver), database_(&database), supply_(supply.begin(), supply.end()), factor_(solver.factors(category)),
      direct_(solver.direct_scores(category)), flow_score_(solver.inventory(supply)) {
    for (size_t j = 0; j < direct_.size(); ++j) total_ += direct_[j] *= supply[j];
    for (size_t f = 0; f < flow_score_.size(); ++f) flow_score_[f] *= factor_[f];
}

std::vector<Part> Contributions::by_process(int limit) const {
    std::vector<Part> out;
    for (size_t j = 0; j < direct_.size(); ++j) {
        out.push_back({static_cast<int>(j), -1, {}, direct_[j], part_of(direct_[j], total_)});
    }
    keep_largest(out, limit, part_value);
    for (Part& p : out) p.label = solver_->name(p.activity);
    return out;
}

std::vector<Part> Contributions::by_flow(int limit) const {
    std::vector<Part> out;
    for (size_t f = 0; f < flow_score_.size(); ++f) {
        out.push_back({-1, static_cast<int>(f), {}, flow_score_[f], part_of(flow_score_[f], total_)});
    }
    keep_largest(out, limit, part_value);
    for (Part& p : out) p.label = flow_name(*this, p.flow);
    return out;
}

std::vector<Part> Contributions::by_process_and_flow(int limit) const {
    const Columns& b = solver_->system().intervention;
    std::vector<Part> out;
    std::map<int, double> own;
    for (size_t j = 0; j < supply_.size(); ++j) {
        if (supply_[j] == 0) continue;
        own.clear();
        for (size_t k = at(b.start[j]); k < at(b.start[j + 1]); ++k) {
            const double value = factor_[at(b.row[k])] * b.value[k] * supply_[j];
            if (value != 0) own[b.row[k]] += value;
        }
        for (const auto& [f, value] : own) out.push_back({static_cast<int>(j), f, {}, value, part_of(value, total_)});
    }
    keep_largest(out, limit, part_value);
    for (Part& p : out) p.label = solver_->name(p.activity) + ": " + flow_name(*this, p.flow);
    return out;
}

std::vector<Part> Contributions::by_location() const {
    std::map<std::string, double> sums;
    for (size_t j = 0; j < direct_.size(); ++j) {
        const Process* p = process_of(*this, static_cast<int>(j));
        if (direct_[j] != 0) sums[p ? p->location : std::string()] += direct_[j];
    }
    std::vector<Part> out;
    for (const auto& [location, value] : sums) out.push_back({-1, -1, location, value, part_of(value, total_)});
    keep_largest(out, 0, part_value);
    return out;
}

CategoryPart Contributions::by_category() const {
    CategoryPart whole;
    whole.value = total_;
    whole.share = 1;
    for (size_t j = 0; j < direct_.size(); ++j) {
        const Process* p = process_of(*this, static_cast<int>(j));
        if (direct_[j] == 0 || !p) continue;
        CategoryPart* node = &whole;
        for (size_t begin = 0; begin < p->category.size();) {
            const size_t end = std::min(p->category.find('/', begin), p->category.size());
            const std::string step = p->category.substr(begin, end - begin);
            begin = end + 1;
            if (step.empty()) continue;
            const auto found = std::find_if(node->parts.begin(), node->parts.end(),
                                            [&](const auto& c) { return c.name == step; });
            if (found == node->parts.end()) {
                node->parts.push_back({step, 0, 0, {}});
                node = &node->parts.back();
            } else {
                node = &*found;
            }
            node->value += direct_[j];
        }
    }
    const auto finish = [&](auto& self, CategoryPart& node) -> void {
        node.share = part_of(node.value, total_);
        std::sort(node.parts.begin(), node.parts.end(),
                  [](const auto& a, const auto& b) { return std::fabs(a.value) > std::fabs(b.value); });
        for (CategoryPart& part : node.parts) self(self, part);
    };
    finish(finish, whole);
    return whole;
}

std::vector<UpstreamPart> upstream(const Contributions& c, std::span<const double> unit, int limit) {
    const Solver& solver = c.solver();
    const System& s = solver.system();
    // Loops only make the amounts larger than what the part is: an upper bound to choose by.
    std::vector<UpstreamPart> out;
    for (size_t j = 0; j < s.diagonal.size(); ++j) {
        if (c.supply()[j] == 0) continue;
        const double amount = c.supply()[j] * s.diagonal[j];
        out.push_back({static_cast<int>(j), {}, amount, c.of_activities()[j], amount * unit[j], 0});
    }
    const auto size = [](const UpstreamPart& p) { return p.upstream; };
    keep_largest(out, limit, size);
    const Order& order = solver.order();
    for (UpstreamPart& p : out) {
        p.label = solver.name(p.activity);
        const int position = order.position[at(p.activity)];
        const auto block = std::upper_bound(order.block_start.begin(), order.block_start.end(), position);
        const double d = s.diagonal[at(p.activity)];
        // Own use of the product makes a loop of one: its net output differs from the diagonal.
        const auto suppliers = s.technosphere.rows_of(p.activity);
        const bool alone = *block - *(block - 1) == 1 &&
                           std::find(suppliers.begin(), suppliers.end(), p.activity) == suppliers.end();
        if (!alone) p.upstream /= d * solver.solve(p.activity).x[at(p.activity)];
        p.share = part_of(p.upstream, c.total());
    }
    keep_largest(out, limit, size);
    return out;
}

Sankey sankey(const Contributions& c, std::span<const double> demand, std::span<const double> unit, double cutoff,
              int max_nodes) {
    const System& s = c.solver().system();
    const double least = cutoff * std::fabs(c.total());
    Sankey out;
    for (size_t j = 0; j < s.diagonal.size(); ++j) {
        const double amount = c.supply()[j] * s.diagonal[j], total = amount * unit[j];
        if (std::fabs(total) >= least && total != 0) {
            out.nodes.push_back({static_cast<int>(j), {}, amount, c.of_activities()[j], total});
        }
    }
    keep_largest(out.nodes, max_nodes, [](const SankeyNode& n) { return n.total; });
    std::vector<int> node(s.diagonal.size(), -1);
    for (size_t k = 0; k < out.nodes.size(); ++k) {
        out.nodes[k].label = c.solver().name(out.nodes[k].activity);
        node[at(out.nodes[k].activity)] = static_cast<int>(k);
    }
    std::map<int, double> uses;
    for (size_t k = 0; k < out.nodes.size(); ++k) {
        const auto j = at(out.nodes[k].activity);
        uses.clear();
        for (size_t q = at(s.technosphere.start[j]); q < at(s.technosphere.start[j + 1]); ++q) {
            const int i = s.technosphere.row[q];
            if (node[at(i)] >= 0) uses[i] -= s.technosphere.value[q] * c.supply()[j];
        }
        for (const auto& [i, amount] : uses) {
            const double value = amount * unit[at(i)];
            if (std::fabs(value) >= least && value != 0) {
                out.links.push_back({node[at(i)], static_cast<int>(k), amount, value});
            }
        }
        if (demand[j] != 0) out.links.push_back({static_cast<int>(k), -1, demand[j], demand[j] * unit[j]});
    }
    keep_largest(out.links, 0, [](const SankeyLink& l) { return l.value; });
    return out;
}

Difference difference(const Contributions& a, const Contributions& b, int limit) {
    Difference out{a.total(), b.total(), {}, {}};
    const double whole = out.b - out.a;
    using Sums = std::unordered_map<std::string, DifferencePart>;
    const auto finish = [&](Sums& sums) {
        std::vector<DifferencePart> parts;
        for (auto& [id, part] : sums) {
            part.difference = part.b - part.a;
            part.share = part_of(part.difference, whole);
            parts.push_back(std::move(part));
        }
        // The map has no order of its own: equal differences by name.
        std::sort(parts.begin(), parts.end(), [](const auto& x, const auto& y) { return x.label < y.label; });
        std::stable_sort(parts.begin(), parts.end(), [](const auto& x, const auto& y) {
            return std::fabs(x.difference) > std::fabs(y.difference);
        });
        std::erase_if(parts, [](const auto& p) { return p.difference == 0; });
        if (limit > 0 && parts.size() > at(limit)) parts.resize(at(limit));
        return parts;
    };
    Sums processes, flows;
    const auto add = [&](const Contributions& c, double DifferencePart::*side) {
        const System& s = c.solver().system();
        for (size_t j = 0; j < s.activities.size(); ++j) {
            const double value = c.of_activities()[j];
            if (value == 0) continue;
            const Process* p = process_of(c, static_cast<int>(j));
            const int f = s.activities[j].flow;
            const Flow* product = f < 0 ? nullptr : &c.database().flows[at(f)];
            DifferencePart& part = processes[(p ? p->id : std::to_string(j)) + '\n' + (product ? product->id : "")];
            part.label = c.solver().name(static_cast<int>(j));
            part.detail = product ? product->name : "";
            part.*side += value;
        }
        for (size_t k = 0; k < c.of_flows().size(); ++k) {
            const double value = c.of_flows()[k];
            if (value == 0) continue;
            const Flow* f = flow_of(c, static_cast<int>(k));
            DifferencePart& part = flows[f ? f->id : std::to_string(k)];
            part.label = flow_name(c, static_cast<int>(k));
            part.detail = f ? f->category : "";
            part.*side += value;
        }
    };
    add(a, &DifferencePart::a);
    add(b, &DifferencePart::b);
    out.by_process = finish(processes);
    out.by_flow = finish(flows);
    return out;
}

} // namespace viresco::lca
