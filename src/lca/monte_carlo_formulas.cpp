#include "lca/monte_carlo_formulas.h"
#include "base/messages/lca_num.h"
#include "lca/random.h"
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <fmt/format.h>

namespace viresco::lca {
namespace {

using Input = Formulas::Input;
using Output = Formulas::Output;

size_t at(int i) { return static_cast<size_t>(i); }
uint64_t key(int owner, int index) {
    return static_cast<uint64_t>(static_cast<uint32_t>(owner)) << 32 | static_cast<uint32_t>(index);
}

/// Position of the first parameter of each process, then of each category, then of the database.
std::vector<uint32_t> first_parameters(const Database& database) {
    std::vector<uint32_t> first{0};
    for (const Process& p : database.processes)
        first.push_back(first.back() + static_cast<uint32_t>(p.parameters.size()));
    for (const ImpactCategory& c : database.categories)
        first.push_back(first.back() + static_cast<uint32_t>(c.parameters.size()));
    return first;
}

void check_parameter(Diagnostics& diagnostics, const std::string& owner, const Parameter& p) {
    const Distribution& d = p.distribution;
    using Kind = Distribution::Kind;
    const bool no_sign = d.kind == Kind::lognormal && p.value == 0 && p.formula.empty();
    if (d.valid() && !no_sign) return;
    std::string text;
    MessageId hint = message::lca_deviation_hint;
    switch (d.kind) {
    case Kind::none: return;
    case Kind::lognormal:
        text = fmt::format("lognormal: value {:.6g}, mu {:.6g}, sigma {:.6g}", p.value, d.a, d.b);
        hint = no_sign ? message::lca_lognormal_zero_hint : message::lca_sigma_hint;
        break;
    case Kind::normal: text = fmt::format("normal: mean {:.6g}, standard deviation {:.6g}", d.a, d.b); break;
    case Kind::triangular:
        text = fmt::format("triangular: minimum {:.6g}, mode {:.6g}, maximum {:.6g}", d.a, d.b, d.c);
        hint = message::lca_mode_hint;
        break;
    case Kind::uniform:
        text = fmt::format("uniform: minimum {:.6g}, maximum {:.6g}", d.a, d.b);
        hint = message::lca_bounds_hint;
        break;
    }
    diagnostics.error({}, message::lca_parameter_distribution, {owner, p.name, text}).hint(hint);
}

[[noreturn]] void not_finite(const Database& database, const Output& o, uint32_t draw, double value) {
    const bool factor = o.kind == Output::Kind::factor;
    int flow = -1;
    std::string owner;
    if (factor) {
        owner = database.categories[at(o.owner)].name;
        flow = database.categories[at(o.owner)].factors[at(o.index)].flow;
    } else {
        const Process& p = database.processes[at(o.owner)];
        owner = p.name;
        flow = o.kind == Output::Kind::exchange ? p.exchanges[at(o.index)].flow : p.allocation[at(o.index)].product;
    }
    Diagnostics bad;
    bad.error({}, message::lca_draw_not_finite,
              {std::to_string(draw), owner, flow < 0 ? "?" : database.flows[at(flow)].name, fmt::format("{}", value)})
        .hint(message::lca_draw_not_finite_hint);
    throw SolveError(bad);
}

} // namespace

double middle(const Distribution& d, double amount) {
    switch (d.kind) {
    case Distribution::Kind::none: break;
    case Distribution::Kind::lognormal: return std::copysign(exponential(d.a), amount);
    case Distribution::Kind::normal: return d.a;
    case Distribution::Kind::triangular: return d.b;
    case Distribution::Kind::uniform: return (d.a + d.b) / 2;
    }
    return amount;
}

double DrawnEntries::share(const Entry& e, std::span<const double> at_formulas) const {
    double sum = e.share;
    for (uint32_t k = 0; k < e.n_shares; ++k) sum += at_formulas[at(shares_[e.first_share + k])];
    return sum;
}

void DrawnEntries::apply(std::span<const double> formulas, std::span<double> values) const {
    for (const Entry& e : entries_) {
        const double amount = e.amount < 0 ? e.fixed : formulas[at(e.amount)];
        const double base = e.sampled ? e.base * values[e.target] : e.base;
        values[e.target] = base * amount * share(e, formulas);
    }
}

void DrawnEntries::apply_linear(std::span<const double> formulas, std::span<const double> nominal,
                                std::span<double> values) const {
    for (const Entry& e : entries_) {
        const double amount0 = e.amount < 0 ? e.fixed : nominal[at(e.amount)];
        const double change = e.amount < 0 ? 0 : formulas[at(e.amount)] - amount0;
        const double share0 = share(e, nominal), share_change = share(e, formulas) - share0;
        const double base = e.sampled ? e.base * values[e.target] : e.base;
        values[e.target] = base * (amount0 * share0 + change * share0 + amount0 * share_change);
    }
}

UncertainParameters::UncertainParameters(const Database& database, const System& system,
                                         std::span<const char> processes)
    : database_(&database), system_(&system) {
    if (!system.formulas) return;
    const auto uncertain = [](const std::vector<Parameter>& list) {
        return std::any_of(list.begin(), list.end(), [](const Parameter& p) { return p.distribution.given(); });
    };
    bool any = uncertain(database.parameters);
    for (const Process& p : database.processes) any = any || uncertain(p.parameters);
    for (const ImpactCategory& c : database.categories) any = any || uncertain(c.parameters);
    if (!any) return;

    Diagnostics diagnostics; // warnings have been told when the system was linked
    formulas_ = Formulas::compile_uncertain(database, diagnostics, processes);
    if (!formulas_) diagnostics.throw_if_errors();
    if (empty()) return;
    const std::vector<uint32_t> first = first_parameters(database);
    const lang::Program& program = formulas_->program();
    for (size_t k = 0; k < formulas_->inputs().size(); ++k) {
        if (program.parameter_slots()[k] < 0) continue;
        const Input& input = formulas_->inputs()[k];
        size_t owner = first.size() - 1;
        if (input.owner == Input::Owner::process) owner = at(input.index);
        if (input.owner == Input::Owner::category) owner = database.processes.size() + at(input.index);
        const uint32_t id = ~(first[owner] + static_cast<uint32_t>(input.parameter));
        const Parameter& p = parameter(input);
        const double centre = middle(p.distribution, p.value);
        inputs_.add(static_cast<uint32_t>(k), id, p.distribution, p.value, input.relative ? 1 / centre : 1);
    }
    for (size_t k = 0; k < formulas_->outputs().size(); ++k) {
        const Output& o = formulas_->outputs()[k];
        auto& map = o.kind == Output::Kind::exchange ? exchange_
                                                     : (o.kind == Output::Kind::factor ? factor_ : allocation_);
        map.emplace(key(o.owner, o.index), static_cast<int>(k));
    }
    for (size_t k = 0; k < system.shared.size(); ++k) {
        const SharedEntry& s = system.shared[k];
        const bool varies = std::any_of(s.shares.begin(), s.shares.end(), [&](int share) {
            return formula(Output::Kind::allocation, s.process, share) >= 0;
        });
        if (varies)
            (s.intervention ? shared_intervention_ : shared_technosphere_).emplace(s.entry, static_cast<int>(k));
    }

    nominal_ = formulas_->values();
    const std::vector<double> own = program.defaults();
    std::vector<double> mean = own;
    inputs_.means(mean);
    means_.exact = formulas_->evaluate(mean);
    for (size_t k = 0; k < own.size(); ++k) mean[k] -= own[k];
    lang::Evaluation evaluation(program);
    evaluation.run(own);
    std::vector<double> dots;
    evaluation.tangent(mean, dots);
    for (size_t k = 0; k < nominal_.size(); ++k) {
        const double change = dots[at(program.root_slots()[k])];
        means_.linear.push_back(nominal_[k] + (std::isfinite(change) ? change : 0));
    }
}

const Parameter& UncertainParameters::parameter(const Input& input) const {
    const auto k = at(input.parameter);
    switch (input.owner) {
    case Input::Owner::process: return database_->processes[at(input.index)].parameters[k];
    case Input::Owner::category: return database_->categories[at(input.index)].parameters[k];
    case Input::Owner::database: break;
    }
    return database_->parameters[k];
}

int UncertainParameters::formula(Output::Kind kind, int owner, int index) const {
    const auto& map = kind == Output::Kind::exchange ? exchange_
                                                     : (kind == Output::Kind::factor ? factor_ : allocation_);
    if (map.empty()) return -1;
    const auto found = map.find(key(owner, index));
    return found == map.end() ? -1 : found->second;
}

bool UncertainParameters::by_formula(int process, int exchange) const {
    return system_->formulas && !database_->processes[at(process)].exchanges[at(exchange)].formula.empty();
}

bool UncertainParameters::factor_by_formula(int entry) const {
    if (!system_->formulas || system_->characterisation_origin.empty()) return false;
    const FactorOrigin& o = system_->characterisation_origin[at(entry)];
    return !database_->categories[at(o.category)].factors[at(o.factor)].formula.empty();
}

void UncertainParameters::check(std::span<const char> processes, Diagnostics& diagnostics) const {
    if (!system_->formulas) return;
    const auto around_zero = [&](const std::string& formula, const Distribution& d, double amount,
                                 const std::string& owner, int flow) {
        if (formula.empty() || !d.given() || !d.valid() || middle(d, amount) != 0) return;
        diagnostics.error({}, message::lca_formula_middle, {owner, database_->flows[at(flow)].name})
            .hint(message::lca_formula_middle_hint);
    };
    for (size_t i = 0; i < database_->processes.size(); ++i) {
        if (!processes.empty() && !processes[i]) continue;
        const Process& p = database_->processes[i];
        for (const Exchange& e : p.exchanges) around_zero(e.formula, e.distribution, e.amount, p.name, e.flow);
    }
    for (const ImpactCategory& c : database_->categories)
        for (const ImpactFactor& f : c.factors) around_zero(f.formula, f.distribution, f.value, c.name, f.flow);
    if (empty()) return;
    for (size_t k = 0; k < formulas_->inputs().size(); ++k) {
        if (formulas_->program().parameter_slots()[k] < 0) continue;
        const Input& input = formulas_->inputs()[k];
        const Parameter& p = parameter(input);
        std::string owner = "database";
        if (input.owner == Input::Owner::process) owner = database_->processes[at(input.index)].name;
        if (input.owner == Input::Owner::category) owner = database_->categories[at(input.index)].name;
        check_parameter(diagnostics, owner, p);
        if (input.relative && p.distribution.valid() && middle(p.distribution, p.value) == 0)
            diagnostics.error({}, message::lca_formula_middle, {owner, p.name}).hint(message::lca_formula_middle_hint);
    }
}

void UncertainParameters::add(DrawnEntries& to, size_t target, const Origin& o, uint32_t id, double value,
                              bool intervention, int entry) const {
    if (o.process < 0 || o.exchange < 0) return;
    const Exchange& e = database_->processes[at(o.process)].exchanges[at(o.exchange)];
    const bool of_formula = by_formula(o.process, o.exchange);
    const double centre = of_formula ? middle(e.distribution, e.amount) : 1;
    const bool sampled = e.distribution.given() && centre != 0;
    const auto place = static_cast<uint32_t>(target);

    DrawnEntries::Entry made;
    made.target = place;
    made.sampled = sampled;
    made.base = o.factor;
    made.amount = formula(Output::Kind::exchange, o.process, o.exchange);
    const SharedEntry* shared = nullptr;
    const auto& map = intervention ? shared_intervention_ : shared_technosphere_;
    if (const auto found = map.empty() ? map.end() : map.find(entry); found != map.end())
        shared = &system_->shared[at(found->second)];
    if (made.amount < 0 && !shared) {
        if (sampled) to.samples.add(place, id, e.distribution, e.amount, of_formula ? value / centre : o.factor);
        return;
    }
    if (shared) {
        made.base = shared->factor;
        made.fixed = sampled && !of_formula ? 1 : shared->amount;
        made.share = 0;
        made.first_share = static_cast<uint32_t>(to.shares_.size());
        for (const int share : shared->shares) {
            const AllocationFactor& f = database_->processes[at(o.process)].allocation[at(share)];
            const int k = formula(Output::Kind::allocation, o.process, share);
            if (k >= 0)
                to.shares_.push_back(k);
            else
                made.share += f.value;
        }
        made.n_shares = static_cast<uint32_t>(to.shares_.size()) - made.first_share;
    }
    if (sampled) to.samples.add(place, id, e.distribution, e.amount, 1 / centre);
    to.entries_.push_back(made);
}

void UncertainParameters::add_factor(DrawnEntries& to, size_t target, uint32_t id, int entry) const {
    const System& s = *system_;
    const Distribution own = s.characterisation_distribution.empty() ? Distribution{}
                                                                     : s.characterisation_distribution[at(entry)];
    const double value = s.characterisation.value[at(entry)];
    const FactorOrigin o = s.characterisation_origin.empty() ? FactorOrigin{} : s.characterisation_origin[at(entry)];
    const bool of_formula = factor_by_formula(entry);
    const double centre = of_formula ? middle(own, value) : value;
    const bool sampled = own.given() && (centre != 0 || !of_formula);
    const auto place = static_cast<uint32_t>(target);
    const int amount = of_formula ? formula(Output::Kind::factor, o.category, o.factor) : -1;
    if (amount < 0) {
        if (sampled) to.samples.add(place, id, own, value, of_formula ? value / centre : 1);
        return;
    }
    DrawnEntries::Entry made;
    made.target = place;
    made.sampled = sampled;
    made.base = o.conversion;
    made.amount = amount;
    if (sampled) to.samples.add(place, id, own, value, 1 / centre);
    to.entries_.push_back(made);
}

FormulaDraws::FormulaDraws(const UncertainParameters& p, const Database& database)
    : parameters_(p), database_(database), drawn_(p.formulas().program(), static_cast<int>(width)),
      nominal_(p.formulas().program(), static_cast<int>(width)), defaults_(p.formulas().program().defaults()),
      numbers_(defaults_) {
    for (const double x : defaults_) inputs_.insert(inputs_.end(), width, x);
    nominal_.run(inputs_);
}

const FormulaValues& FormulaDraws::of(uint32_t seed, uint32_t draw, bool linear) {
    const uint32_t first = draw / width * width;
    if (first_ != first || seed_ != seed || linear_ != linear) {
        first_ = first;
        seed_ = seed;
        linear_ = linear;
        evaluate(seed, linear);
    }
    const auto& slots = parameters_.formulas().program().root_slots();
    const auto lane = static_cast<int>(draw - first);
    values_.exact.resize(slots.size());
    values_.linear.resize(linear ? slots.size() : 0);
    for (size_t k = 0; k < slots.size(); ++k) {
        const double x = drawn_.value(slots[k], lane);
        if (!std::isfinite(x)) not_finite(database_, parameters_.formulas().outputs()[k], draw, x);
        values_.exact[k] = x;
        if (!linear) continue;
        const double change = dots_[at(slots[k]) * width + at(lane)];
        values_.linear[k] = parameters_.nominal()[k] + (std::isfinite(change) ? change : 0);
    }
    return values_;
}

void FormulaDraws::evaluate(uint32_t seed, bool linear) {
    for (uint32_t lane = 0; lane < width; ++lane) {
        parameters_.inputs().draw(seed, *first_ + lane, numbers_);
        for (size_t k = 0; k < numbers_.size(); ++k) inputs_[k * width + lane] = numbers_[k];
    }
    drawn_.run(inputs_);
    if (!linear) return;
    for (size_t k = 0; k < defaults_.size(); ++k)
        for (uint32_t lane = 0; lane < width; ++lane) inputs_[k * width + lane] -= defaults_[k];
    nominal_.tangent(inputs_, dots_);
}

} // namespace viresco::lca
