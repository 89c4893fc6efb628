#include "lca/link.h"
#include "base/messages/lca.h"
#include "lca/formulas.h"
#include "lca/providers.h"
#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <unordered_set>

namespace viresco::lca {
namespace {

/// Makes columns one after the other; closed by next().
void begin(Columns& c) { c.start.assign(1, 0); }
void put(Columns& c, int row, double value) {
    c.row.push_back(row);
    c.value.push_back(value);
}
void next(Columns& c) { c.start.push_back(c.entries()); }

class Linker {
public:
    Linker(const Database& db, bool plain, LinkReport& report) : db_(db), plain_(plain), report_(report) {}

    bool run(System& s, Diagnostics& diagnostics) {
        amounts();
        if (!plain_ && !formulas(diagnostics)) return false;
        s.formulas = !plain_;
        for (size_t p = 0; p < db_.processes.size(); ++p) plain_ ? plain_column(s, p) : columns_of(s, p);
        report_.count("activities", static_cast<int>(s.activities.size()));
        if (!plain_) settle_decisions();
        Providers providers(db_, s.activities);
        providers_ = &providers;
        check_decisions();
        regional_flows();
        fill(s);
        characterise(s);
        return true;
    }

private:
    /// A column to be: the product's exchange and the share of each exchange that it carries.
    struct Plan {
        int main = -1; // index of the product's exchange
        bool allocated = false;
    };

    const Process& process(int i) const { return db_.processes[static_cast<size_t>(i)]; }
    const Flow& flow(int i) const { return db_.flows[static_cast<size_t>(i)]; }
    double amount(int p, size_t k) const { return amounts_[static_cast<size_t>(p)][k]; }
    double in_reference_unit(int p, size_t k) const { return amount(p, k) * process(p).exchanges[k].to_reference; }

    void amounts() {
        amounts_.resize(db_.processes.size());
        for (size_t p = 0; p < db_.processes.size(); ++p)
            for (const Exchange& e : db_.processes[p].exchanges) {
                amounts_[p].push_back(e.amount);
                if (plain_ && !e.formula.empty()) report_.count("formulas_not_evaluated");
            }
        for (const Process& p : db_.processes)
            if (plain_ && !p.parameters.empty())
                report_.count("parameters_not_evaluated", static_cast<int>(p.parameters.size()));
    }

    bool formulas(Diagnostics& diagnostics) {
        const auto compiled = Formulas::compile(db_, diagnostics);
        if (!compiled) return false;
        for (size_t i = 0; i < compiled->outputs().size(); ++i) {
            const auto& out = compiled->outputs()[i];
            const double x = compiled->values()[i];
            if (out.kind == Formulas::Output::Kind::factor)
                factor_values_[{out.owner, out.index}] = x;
            else if (out.kind == Formulas::Output::Kind::allocation)
                allocation_values_[{out.owner, out.index}] = x;
            else {
                double& stored = amounts_[static_cast<size_t>(out.owner)][static_cast<size_t>(out.index)];
                report_.count("formulas_of_amounts");
                if (std::abs(x - stored) > 1e-9 * std::max(std::abs(x), std::abs(stored))) {
                    const Process& p = process(out.owner);
                    const Flow& f = flow(p.exchanges[static_cast<size_t>(out.index)].flow);
                    report_.add("formula_differs", p.id, f.id,
                                {message::lca_formula_differs, {p.name, f.name, short_text(x), short_text(stored)}});
                }
                stored = x;
            }
        }
        return true;
    }

    // ---- columns
    bool usable_reference(int p) {
        const Process& process_of = process(p);
        if (process_of.reference < 0) {
            report_.add("no_reference", process_of.id, "", {message::lca_no_reference, {process_of.name}});
            return false;
        }
        return usable_product(p, process_of.reference);
    }
    bool usable_product(int p, int k) {
        if (in_reference_unit(p, static_cast<size_t>(k)) != 0) return true;
        report_.add("zero_reference", process(p).id, flow(process(p).exchanges[static_cast<size_t>(k)].flow).id,
                    {message::lca_zero_reference, {process(p).name}});
        return false;
    }

    void add_column(System& s, int p, int k, bool allocated) {
        const Exchange& e = process(p).exchanges[static_cast<size_t>(k)];
        s.activities.push_back({p, e.flow});
        s.diagonal.push_back(in_reference_unit(p, static_cast<size_t>(k)));
        s.diagonal_origin.push_back({p, k, e.to_reference});
        plans_.push_back({k, allocated});
    }

    void plain_column(System& s, size_t index) {
        const int p = static_cast<int>(index);
        if (!usable_reference(p)) return;
        add_column(s, p, process(p).reference, false);
    }

    /// What others can take from the process: a product that leaves it, a waste that it takes in.
    bool supplies(const Exchange& e) const {
        const FlowType type = flow(e.flow).type;
        return !e.avoided && ((type == FlowType::product && !e.input) || (type == FlowType::waste && e.input));
    }

    void columns_of(System& s, size_t index) {
        const int p = static_cast<int>(index);
        const Process& of = process(p);
        if (!usable_reference(p)) return;
        const int reference_flow = of.exchanges[static_cast<size_t>(of.reference)].flow;
        std::vector<int> products{of.reference}; // the first exchange of every flow that is supplied
        std::unordered_set<int> seen{reference_flow};
        for (size_t k = 0; k < of.exchanges.size(); ++k)
            if (supplies(of.exchanges[k]) && seen.insert(of.exchanges[k].flow).second)
                products.push_back(static_cast<int>(k));
        if (products.size() == 1) return add_column(s, p, of.reference, false);

        report_.count("multi_output_processes");
        const bool asks = of.default_allocation != Allocation::none;
        const bool given = std::any_of(of.allocation.begin(), of.allocation.end(),
                                       [&](const AllocationFactor& f) { return f.method == of.default_allocation; });
        if (!asks || !given) {
            if (asks) report_.add("allocation_missing", of.id, "", {message::lca_allocation_missing, {of.name}});
            for (size_t i = 1; i < products.size(); ++i) {
                const Flow& f = flow(of.exchanges[static_cast<size_t>(products[i])].flow);
                report_.add("coproduct_dropped", of.id, f.id, {message::lca_coproduct_dropped, {of.name, f.name}});
            }
            return add_column(s, p, of.reference, false);
        }
        report_.count("allocated_processes");
        check_shares(p, products);
        for (const int k : products)
            if (usable_product(p, k)) add_column(s, p, k, true);
    }

    /// The shares of all products in an exchange should be 1.
    void check_shares(int p, const std::vector<int>& products) {
        const Process& of = process(p);
        const auto check = [&](int exchange, const std::string& what, const std::string& flow_id) {
            double sum = 0;
            for (const int k : products) sum += share(p, of.exchanges[static_cast<size_t>(k)].flow, exchange);
            if (std::abs(sum - 1) > 1e-6)
                report_.add("allocation_sum", of.id, flow_id,
                            {message::lca_allocation_sum, {of.name, what, short_text(sum)}});
        };
        if (of.default_allocation != Allocation::causal) return check(-1, of.name, "");
        for (size_t k = 0; k < of.exchanges.size(); ++k) {
            const Flow& f = flow(of.exchanges[k].flow);
            if (!supplies(of.exchanges[k])) check(static_cast<int>(k), f.name, f.id);
        }
    }

    /// Share of an exchange that a product carries; causal factors differ by exchange.
    double share(int p, int product, int exchange) const {
        const Process& of = process(p);
        const bool causal = of.default_allocation == Allocation::causal;
        double sum = 0;
        for (size_t i = 0; i < of.allocation.size(); ++i) {
            const AllocationFactor& f = of.allocation[i];
            if (f.method != of.default_allocation || f.product != product) continue;
            if (causal && f.exchange != exchange) continue;
            const auto formula = allocation_values_.find({p, static_cast<int>(i)});
            sum += formula == allocation_values_.end() ? f.value : formula->second;
        }
        return sum;
    }

    /// The factors that make up a share, if a formula gives one of them.
    std::vector<int> shares_by_formula(int p, int product, int exchange) const {
        const Process& of = process(p);
        const bool causal = of.default_allocation == Allocation::causal;
        std::vector<int> out;
        bool any = false;
        for (size_t i = 0; i < of.allocation.size(); ++i) {
            const AllocationFactor& f = of.allocation[i];
            if (f.method != of.default_allocation || f.product != product) continue;
            if (causal && f.exchange != exchange) continue;
            out.push_back(static_cast<int>(i));
            any = any || !f.formula.empty();
        }
        if (!any) out.clear();
        return out;
    }

    // ---- links
    void settle_decisions() {
        for (const LinkDecision& d : db_.decisions) decisions_[{d.process, d.flow}] = &d;
    }
    const LinkDecision* decision(const std::string& process_id, const std::string& flow_id) const {
        auto found = decisions_.find({process_id, flow_id});
        if (found == decisions_.end()) found = decisions_.find({"", flow_id});
        return found == decisions_.end() ? nullptr : found->second;
    }
    void check_decisions() {
        for (const auto& [key, d] : decisions_) {
            if (d->provider.empty() || column_of(*d) >= 0) continue;
            const auto f = db_.flow_at.find(d->flow);
            report_.add("decision_unknown", d->process, d->flow,
                        {message::lca_decision_unknown,
                         {d->provider, f == db_.flow_at.end() ? d->flow : flow(f->second).name}});
        }
    }
    int column_of(const LinkDecision& d) const {
        const auto p = db_.process_at.find(d.provider);
        const auto f = db_.flow_at.find(d.flow);
        if (p == db_.process_at.end() || f == db_.flow_at.end()) return -1;
        return providers_->find(p->second, f->second);
    }

    /// The column that an exchange is linked to, -1: cut off (then it is in the report).
    int target(int p, size_t k) {
        const Process& of = process(p);
        const Exchange& e = of.exchanges[k];
        const Flow& f = flow(e.flow);
        if (plain_) {
            const auto& columns = providers_->of(e.flow); // in the order of process ids
            if (columns.empty()) return unlinked(of, e, message::lca_unlinked, "unlinked_input");
            if (columns.size() > 1) report_.count("linked_to_smallest_id");
            report_.count("linked");
            return columns.front();
        }
        if (const LinkDecision* d = decision(of.id, f.id)) {
            if (d->provider.empty()) {
                report_.add("cut_off_by_decision", of.id, f.id, {message::lca_cut_off_decided, {of.name, f.name}});
                return -1;
            }
            if (const int column = column_of(*d); column >= 0) {
                report_.count("linked");
                report_.count("linked_by_decision");
                return column;
            }
        }
        if (e.provider >= 0) {
            if (const int column = providers_->find(e.provider, e.flow); column >= 0) {
                report_.count("linked");
                report_.count("linked_by_provider");
                return column;
            }
            report_.add("provider_without_flow", of.id, f.id,
                        {message::lca_provider_without_flow, {of.name, f.name, process(e.provider).name}});
        }
        const auto ranked = providers_->ranked(e.flow, p);
        if (ranked.columns.empty())
            return f.type == FlowType::waste ? unlinked(of, e, message::lca_unlinked_waste, "unlinked_waste")
                                             : unlinked(of, e, message::lca_unlinked, "unlinked_input");
        report_.count("linked");
        if (ranked.columns.size() > 1 && ranked.settled) report_.count("linked_by_location");
        if (!ranked.settled) {
            std::vector<std::string> candidates;
            for (const int column : ranked.columns) candidates.push_back(supplier(column).id);
            report_.add(
                "ambiguous_provider", of.id, f.id,
                {message::lca_ambiguous,
                 {of.name, f.name, std::to_string(ranked.columns.size()), supplier(ranked.columns.front()).name}},
                std::move(candidates));
        }
        return ranked.columns.front();
    }

    const Process& supplier(int column) const { return process((*activities_)[static_cast<size_t>(column)].process); }

    int unlinked(const Process& of, const Exchange& e, MessageId id, const char* kind) {
        const Flow& f = flow(e.flow);
        report_.add(kind, of.id, f.id, {id, {of.name, f.name, short_text(e.amount) + " " + e.unit}},
                    providers_->similar(e.flow));
        return -1;
    }

    int ignored(const Process& of, const Exchange& e, MessageId id, const char* kind) {
        const Flow& f = flow(e.flow);
        report_.add(kind, of.id, f.id, {id, {of.name, f.name, short_text(e.amount) + " " + e.unit}});
        return -1;
    }

    /// Links the technosphere exchanges of a process, each once: a report line belongs to an exchange, not a column.
    std::vector<int> targets(int p) {
        const Process& of = process(p);
        std::vector<int> out(of.exchanges.size(), -1);
        for (size_t k = 0; k < of.exchanges.size(); ++k) {
            const Exchange& e = of.exchanges[k];
            const FlowType type = flow(e.flow).type;
            if (type == FlowType::elementary || static_cast<int>(k) == of.reference) continue;
            if (plain_ && e.avoided)
                ignored(of, e, message::lca_avoided_plain, "avoided_product_ignored");
            else if (plain_ && type == FlowType::waste)
                ignored(of, e, message::lca_waste_ignored, "waste_ignored");
            else if (plain_ && !e.input)
                ignored(of, e, message::lca_coproduct_plain, "coproduct_dropped");
            else if (!supplies(e))
                out[k] = target(p, k);
            if (!plain_ && e.avoided) report_.count("avoided_products");
        }
        return out;
    }

    // ---- matrices
    void fill(System& s) {
        activities_ = &s.activities;
        const int n = static_cast<int>(s.activities.size());
        begin(s.technosphere);
        begin(s.intervention);
        std::vector<int> link;
        int linked_process = -1;
        for (int j = 0; j < n; ++j) {
            const int p = s.activities[static_cast<size_t>(j)].process;
            if (p != linked_process) link = targets(p);
            linked_process = p;
            column(s, j, link);
            next(s.technosphere);
            next(s.intervention);
        }
        s.technosphere.rows = n;
        s.intervention.rows = static_cast<int>(s.flows.size());
        report_.count("technosphere_entries", s.technosphere.entries());
        report_.count("intervention_entries", s.intervention.entries());
        report_.count("elementary_flows", static_cast<int>(s.flows.size()));
    }

    void column(System& s, int j, const std::vector<int>& link) {
        const Activity activity = s.activities[static_cast<size_t>(j)];
        const Plan plan = plans_[static_cast<size_t>(j)];
        const int p = activity.process;
        const Process& of = process(p);
        for (size_t k = 0; k < of.exchanges.size(); ++k) {
            const Exchange& e = of.exchanges[k];
            const int at = static_cast<int>(k);
            if (at == plan.main) continue;
            const bool own_product = !plain_ && supplies(e) && e.flow == activity.flow;
            const bool split = plan.allocated && !own_product;
            const double part = split ? share(p, activity.flow, at) : 1;
            const auto by_formula = [&](bool intervention, double sign) {
                if (!split || allocation_values_.empty()) return;
                auto shares = shares_by_formula(p, activity.flow, at);
                const int entry = (intervention ? s.intervention : s.technosphere).entries() - 1;
                if (!shares.empty())
                    s.shared.push_back(
                        {intervention, entry, p, sign * e.to_reference, amount(p, k), std::move(shares)});
            };
            const double factor = e.to_reference * part;
            const double value = amount(p, k) * factor;
            if (flow(e.flow).type == FlowType::elementary) {
                put(s.intervention, row(s, p, e), value);
                s.intervention_origin.push_back({p, at, factor});
                by_formula(true, 1);
            } else if (own_product) { // the product in a second exchange: more of it
                put(s.technosphere, j, value);
                s.technosphere_origin.push_back({p, at, factor});
            } else if (link[k] >= 0) {
                // What is avoided need not be made: the opposite of an input.
                const double sign = e.avoided ? 1 : -1;
                put(s.technosphere, link[k], sign * value);
                s.technosphere_origin.push_back({p, at, sign * factor});
                by_formula(false, sign);
            }
        }
    }

    // ---- elementary flows and factors
    void regional_flows() {
        for (const FlowAlias& a : db_.aliases) {
            const auto from = db_.flow_at.find(a.from), to = db_.flow_at.find(a.to);
            if (from != db_.flow_at.end() && to != db_.flow_at.end()) aliases_[from->second] = {to->second, a.factor};
        }
        if (plain_) return;
        for (const ImpactCategory& c : db_.categories)
            for (const ImpactFactor& f : c.factors)
                if (f.location >= 0) regional_.insert(f.flow);
        for (size_t i = 0; i < db_.locations.size(); ++i)
            location_by_code_.emplace(db_.locations[i].code, static_cast<int>(i));
    }

    bool regional(int f) const {
        const auto alias = aliases_.find(f);
        return regional_.count(f) || (alias != aliases_.end() && regional_.count(alias->second.to));
    }

    /// Row of an elementary flow; where factors are regional, one per place: that of the exchange, else of the process.
    int row(System& s, int p, const Exchange& e) {
        int place = -1;
        if (regional(e.flow)) {
            place = e.location;
            const auto code = location_by_code_.find(process(p).location);
            if (place < 0 && code != location_by_code_.end()) place = code->second;
        }
        const auto [entry, fresh] = rows_.try_emplace({e.flow, place}, static_cast<int>(s.flows.size()));
        if (fresh) {
            s.flows.push_back(e.flow);
            s.locations.push_back(place);
        }
        return entry->second;
    }

    /// The factor for a place: its own, its country's, the general one. -1: none.
    int factor_at(const ImpactCategory& c, int first, const std::vector<int>& chain, int place) const {
        int general = -1, country = -1;
        const std::string code = place < 0 ? std::string() : db_.locations[static_cast<size_t>(place)].code;
        const size_t dash = code.find('-');
        for (int i = first; i >= 0; i = chain[static_cast<size_t>(i)]) {
            const int there = c.factors[static_cast<size_t>(i)].location;
            if (there == place) return i;
            if (there < 0)
                general = i;
            else if (dash != std::string::npos &&
                     db_.locations[static_cast<size_t>(there)].code == code.substr(0, dash))
                country = i;
        }
        if (country >= 0) return country;
        if (general >= 0 && place >= 0) report_.count("regional_default_factors");
        return general;
    }

    void characterise(System& s) {
        struct Entry {
            FactorOrigin origin;
            double value;
            Distribution distribution;
        };
        std::vector<std::vector<Entry>> columns(s.flows.size());
        std::vector<int> first(db_.flows.size()), chain;
        bool uncertain = false;
        for (size_t i = 0; i < db_.categories.size(); ++i) {
            const ImpactCategory& c = db_.categories[i];
            const int category = static_cast<int>(i);
            s.categories.push_back(category);
            std::fill(first.begin(), first.end(), -1);
            chain.assign(c.factors.size(), -1);
            for (size_t k = c.factors.size(); k-- > 0;) {
                int& head = first[static_cast<size_t>(c.factors[k].flow)];
                chain[k] = head;
                head = static_cast<int>(k);
            }
            for (size_t r = 0; r < s.flows.size(); ++r) {
                const int own = s.flows[r];
                int head = first[static_cast<size_t>(own)];
                double conversion = 1;
                if (head < 0) {
                    const auto alias = aliases_.find(own);
                    if (alias == aliases_.end()) continue;
                    head = first[static_cast<size_t>(alias->second.to)];
                    conversion = alias->second.factor;
                }
                if (head < 0) continue;
                const int at = factor_at(c, head, chain, s.locations[r]);
                if (at < 0) {
                    no_regional_factor(c, own, s.locations[r]);
                    continue;
                }
                const ImpactFactor& f = c.factors[static_cast<size_t>(at)];
                const auto formula = factor_values_.find({category, at});
                const double value = formula == factor_values_.end() ? f.value : formula->second;
                columns[r].push_back(
                    {{category, at, conversion}, value * conversion, f.distribution.scaled(conversion)});
                uncertain = uncertain || f.distribution.given();
            }
        }
        begin(s.characterisation);
        for (const auto& entries : columns) {
            for (const Entry& e : entries) {
                put(s.characterisation, e.origin.category, e.value);
                if (!factor_values_.empty()) s.characterisation_origin.push_back(e.origin);
                if (uncertain) s.characterisation_distribution.push_back(e.distribution);
            }
            next(s.characterisation);
        }
        s.characterisation.rows = static_cast<int>(s.categories.size());
        report_.count("characterisation_entries", s.characterisation.entries());
        const auto bare = std::count_if(columns.begin(), columns.end(), [](const auto& c) { return c.empty(); });
        report_.count("flows_without_factor", static_cast<int>(bare));
    }

    void no_regional_factor(const ImpactCategory& c, int f, int place) {
        if (plain_) return; // general factors are meant
        const std::string where = place < 0 ? std::string("-") : db_.locations[static_cast<size_t>(place)].code;
        report_.add("no_regional_factor", c.id, flow(f).id,
                    {message::lca_no_regional_factor, {c.name, flow(f).name, where}});
    }

    struct Alias {
        int to;
        double factor;
    };
    const Database& db_;
    const bool plain_;
    LinkReport& report_;
    Providers* providers_ = nullptr;
    const std::vector<Activity>* activities_ = nullptr;
    std::vector<std::vector<double>> amounts_; // per process and exchange, in the source's unit
    std::map<std::pair<int, int>, double> factor_values_, allocation_values_;
    std::vector<Plan> plans_; // per column
    std::map<std::pair<std::string, std::string>, const LinkDecision*> decisions_;
    std::unordered_map<int, Alias> aliases_;
    std::unordered_set<int> regional_;
    std::unordered_map<std::string, int> location_by_code_;
    std::map<std::pair<int, int>, int> rows_; // (flow, place) -> row
};

} // namespace

System link(const Database& db, const LinkOptions& options, LinkReport& report, Diagnostics& diagnostics) {
    const std::string& linking = options.linking.empty() ? db.linking : options.linking;
    if (linking != "plain" && linking != "file") {
        diagnostics.error({}, message::lca_unknown_linking, {linking}).hint(message::lca_linking_hint);
        return {};
    }
    System s;
    if (!Linker(db, linking == "plain", report).run(s, diagnostics)) return {};
    return s;
}

int find_activity(const Database& db, const System& s, int process, int flow) {
    if (process < 0 || process >= static_cast<int>(db.processes.size())) return -1;
    const Process& p = db.processes[static_cast<size_t>(process)];
    if (flow < 0 && p.reference >= 0) flow = p.exchanges[static_cast<size_t>(p.reference)].flow;
    for (size_t i = 0; i < s.activities.size(); ++i)
        if (s.activities[i].process == process && s.activities[i].flow == flow) return static_cast<int>(i);
    return -1;
}

} // namespace viresco::lca
