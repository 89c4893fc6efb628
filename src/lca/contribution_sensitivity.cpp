#include "lca/contribution_sensitivity.h"
#include "lca/monte_carlo_distribution.h"
#include <algorithm>
#include <cmath>
#include <cstddef>

namespace viresco::lca {
namespace {

size_t at(int i) { return static_cast<size_t>(i); }

/// The middle is what the formula gives, the spread relative to it that of the distribution.
void follow_formula(SensitiveAmount& a, const Distribution& d, double amount, double formula) {
    const double centre = middle(d, amount), ratio = centre != 0 ? formula / centre : 0;
    a.amount = formula;
    a.mean = d.given() && centre != 0 ? a.mean * ratio : formula;
    a.variance *= ratio * ratio;
}

} // namespace

Sensitivities::Sensitivities(const Solver& solver, const Database& database)
    : solver_(&solver), database_(&database), parameters_(database, solver.system()) {
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
                    if (parameters_.by_formula(o.process, o.exchange)) {
                        follow_formula(a, e.distribution, e.amount, o.factor != 0 ? values[k] / o.factor : e.amount);
                        const int formula = parameters_.formula(Formulas::Output::Kind::exchange, o.process,
                                                                o.exchange);
                        if (formula >= 0) of_amount_.push_back({formula, index, 1});
                    }
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
            if (!parameters_.factor_by_formula(static_cast<int>(k))) continue;
            const Distribution own = s.characterisation_distribution.empty() ? Distribution{}
                                                                             : s.characterisation_distribution[k];
            follow_formula(amounts_.back(), own, c.value[k], c.value[k]);
            const FactorOrigin& o = s.characterisation_origin[k];
            const int formula = parameters_.formula(Formulas::Output::Kind::factor, o.category, o.factor);
            if (formula >= 0) of_amount_.push_back({formula, characterisation_.back(), o.conversion});
        }
    }
    if (!parameters_.empty()) take_parameters();
}

void Sensitivities::take_parameters() {
    const System& s = solver_->system();
    for (const SharedEntry& e : s.shared) {
        const Columns& matrix = e.intervention ? s.intervention : s.technosphere;
        const auto next = std::upper_bound(matrix.start.begin(), matrix.start.end(), e.entry);
        const int column = static_cast<int>(next - matrix.start.begin()) - 1;
        for (const int share : e.shares) {
            const int formula = parameters_.formula(Formulas::Output::Kind::allocation, e.process, share);
            if (formula < 0) continue;
            of_entry_.push_back({formula, matrix.row[at(e.entry)], column, e.intervention, e.factor * e.amount});
        }
    }
    const Formulas& formulas = parameters_.formulas();
    for (size_t k = 0; k < formulas.inputs().size(); ++k) {
        parameter_.push_back(-1);
        if (formulas.program().parameter_slots()[k] < 0) continue;
        const Formulas::Input& input = formulas.inputs()[k];
        const Parameter& p = parameters_.parameter(input);
        const Moments m = moments(p.distribution, p.value);
        SensitiveAmount a{.amount = p.value, .mean = m.mean, .variance = m.variance, .parameter = input.parameter};
        if (input.relative) follow_formula(a, p.distribution, p.value, 1);
        if (input.owner == Formulas::Input::Owner::process) a.process = input.index;
        if (input.owner == Formulas::Input::Owner::category) a.category = input.index;
        parameter_.back() = static_cast<int>(amounts_.size());
        amounts_.push_back(a);
    }
}

void Sensitivities::add_parameters(std::span<const double> supply, std::span<const double> unit,
                                   std::span<const double> factor, std::vector<double>& derivative) const {
    const Formulas& formulas = parameters_.formulas();
    std::vector<std::pair<int32_t, double>> seeds;
    const auto seed = [&](int formula, double value) {
        if (value != 0) seeds.emplace_back(formulas.program().root_slots()[at(formula)], value);
    };
    for (const OfAmount& x : of_amount_) seed(x.formula, x.factor * derivative[at(x.amount)]);
    for (const OfEntry& x : of_entry_) {
        const double entry = x.intervention ? factor[at(x.row)] : -unit[at(x.row)];
        seed(x.formula, x.factor * entry * supply[at(x.column)]);
    }
    if (seeds.empty()) return;
    lang::Evaluation evaluation(formulas.program());
    evaluation.run(formulas.program().defaults());
    std::vector<double> gradient;
    evaluation.gradient(seeds, gradient);
    for (size_t k = 0; k < parameter_.size(); ++k)
        if (parameter_[k] >= 0) derivative[at(parameter_[k])] = gradient[k];
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
    if (!parameters_.empty()) add_parameters(supply, unit, factor, out.derivative);
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
    if (a.parameter >= 0) {
        const auto k = at(a.parameter);
        if (a.process >= 0) {
            const Process& p = database_->processes[at(a.process)];
            return p.name + ": " + p.parameters[k].name + " (parameter)";
        }
        const bool database = a.category < 0;
        const auto& list = database ? database_->parameters : database_->categories[at(a.category)].parameters;
        const std::string owner = database ? "" : database_->categories[at(a.category)].name + ": ";
        return owner + list[k].name + " (parameter)";
    }
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
