#include "lca/contribution_sensitivity.h"
#include "lca/monte_carlo_distribution.h"
#include <algorithm>
#include <cmath>
#include <cstddef>

namespace viresco::lca {
namespace {

size_t at(int i) { return static_cast<size_t>(i); }

} // namespace

Sensitivities::Sensitivities(const Solver& solver, const Database& database) : solver_(&solver), database_(&database) {
    const System& s = solver.system();
    std::vector<size_t> first{0};
    for (const Process& p : database.processes) first.push_back(first.back() + p.exchanges.size());
    std::vector<int> known(first.back(), -1);
    const auto take = [&](const std::vector<Origin>& origins, const std::vector<double>& values, Entries& entries) {
        for (size_t k = 0; k < values.size(); ++k) {
            const Origin o = k < origins.size() ? origins[k] : Origin{};
            const bool exchange = o.process >= 0 && o.exchange >= 0;
            int& index = exchange ? known[first[at(o.process)] + at(o.exchange)] : entries.amount.emplace_back(-1);
            if (index < 0) {
                index = static_cast<int>(amounts_.size());
                SensitiveAmount a;
                a.process = o.process;
                a.exchange = o.exchange;
                if (exchange) {
                    const Exchange& e = database.processes[at(o.process)].exchanges[at(o.exchange)];
                    const Moments m = moments(e.distribution, e.amount);
                    a.amount = e.amount;
                    a.mean = m.mean;
                    a.variance = m.variance;
                } else {
                    a.amount = a.mean = values[k];
                }
                amounts_.push_back(a);
            }
            if (exchange) entries.amount.push_back(index);
            entries.factor.push_back(exchange ? o.factor : 1);
        }
    };
    take(s.diagonal_origin, s.diagonal, diagonal_);
    take(s.technosphere_origin, s.technosphere.value, technosphere_);
    take(s.intervention_origin, s.intervention.value, intervention_);
    const Columns& c = s.characterisation;
    for (int f = 0; f < c.columns(); ++f) {
        for (size_t k = at(c.start[at(f)]); k < at(c.start[at(f) + 1]); ++k) {
            const Moments m = s.characterisation_distribution.empty()
                                  ? Moments{c.value[k], 0}
                                  : moments(s.characterisation_distribution[k], c.value[k]);
            characterisation_.push_back(static_cast<int>(amounts_.size()));
            amounts_.push_back({-1, -1, f, c.row[k], c.value[k], m.mean, m.variance});
        }
    }
}

Sensitivity Sensitivities::of(std::span<const double> supply, std::span<const double> unit, int category) const {
    const System& s = solver_->system();
    const std::vector<double> factor = solver_->factors(category), inventory = solver_->inventory(supply);
    Sensitivity out;
    out.derivative.assign(amounts_.size(), 0);
    double* d = out.derivative.data();
    for (size_t j = 0; j < supply.size(); ++j) {
        const double sj = supply[j];
        if (sj == 0) continue;
        d[diagonal_.amount[j]] -= diagonal_.factor[j] * unit[j] * sj;
        for (size_t k = at(s.technosphere.start[j]); k < at(s.technosphere.start[j + 1]); ++k) {
            d[technosphere_.amount[k]] -= technosphere_.factor[k] * unit[at(s.technosphere.row[k])] * sj;
        }
        for (size_t k = at(s.intervention.start[j]); k < at(s.intervention.start[j + 1]); ++k) {
            d[intervention_.amount[k]] += intervention_.factor[k] * factor[at(s.intervention.row[k])] * sj;
        }
    }
    const Columns& c = s.characterisation;
    for (size_t f = 0; f < inventory.size(); ++f) {
        out.score += factor[f] * inventory[f];
        for (size_t k = at(c.start[f]); k < at(c.start[f + 1]); ++k) {
            if (c.row[k] == category) d[characterisation_[k]] += inventory[f];
        }
    }
    double variance = 0;
    for (size_t k = 0; k < amounts_.size(); ++k) {
        out.mean_shift += d[k] * (amounts_[k].mean - amounts_[k].amount);
        variance += d[k] * d[k] * amounts_[k].variance;
    }
    out.sd = std::sqrt(variance);
    return out;
}

std::vector<RankedAmount> Sensitivities::top(const Sensitivity& s, int limit, bool by_variance) const {
    const double variance = s.sd * s.sd;
    std::vector<RankedAmount> out;
    for (size_t k = 0; k < amounts_.size(); ++k) {
        if (s.derivative[k] == 0) continue;
        const SensitiveAmount& a = amounts_[k];
        RankedAmount r;
        r.index = static_cast<int>(k);
        r.amount = a.amount;
        r.derivative = s.derivative[k];
        r.elasticity = s.score != 0 ? r.derivative * a.amount / s.score : 0;
        r.variance_share = variance > 0 ? r.derivative * r.derivative * a.variance / variance : 0;
        out.push_back(r);
    }
    const auto size = [&](const RankedAmount& r) { return by_variance ? r.variance_share : std::fabs(r.elasticity); };
    const size_t n = std::min(at(std::max(limit, 0)), out.size());
    std::partial_sort(out.begin(), out.begin() + static_cast<ptrdiff_t>(n), out.end(),
                      [&](const auto& a, const auto& b) { return size(a) > size(b); });
    out.resize(n);
    for (RankedAmount& r : out) r.label = label(r.index);
    return out;
}

std::string Sensitivities::label(int amount) const {
    const SensitiveAmount& a = amounts_[at(amount)];
    const System& s = solver_->system();
    const auto flow_name = [&](int flow) { return flow < 0 ? std::string("?") : database_->flows[at(flow)].name; };
    if (a.process >= 0 && a.exchange >= 0) {
        const Process& p = database_->processes[at(a.process)];
        const Exchange& e = p.exchanges[at(a.exchange)];
        return p.name + ": " + flow_name(e.flow) + (e.input ? " (input)" : " (output)");
    }
    if (a.category >= 0) {
        const int category = s.categories[at(a.category)];
        return database_->categories[at(category)].name + ": " + flow_name(s.flows[at(a.flow)]);
    }
    return "#" + std::to_string(amount);
}

} // namespace viresco::lca
