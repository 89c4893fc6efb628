#include "assess/ranking_plan.h"
#include "base/messages/assess.h"
#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace viresco::assess {

using text::Node;

namespace {

const Definition* find(const std::vector<Definition>& list, const std::string& id) {
    const auto it = std::find_if(list.begin(), list.end(), [&](const Definition& d) { return d.id == id; });
    return it == list.end() ? nullptr : &*it;
}

/// 3, 0.5 or 1/3.
std::optional<double> number(const Node& node) {
    if (!node.is_scalar()) return std::nullopt;
    const char* text = node.scalar().c_str();
    char* end = nullptr;
    double x = std::strtod(text, &end);
    if (end == text) return std::nullopt;
    if (*end == '/') {
        const char* below = end + 1;
        const double y = std::strtod(below, &end);
        if (end == below || y == 0) return std::nullopt;
        x /= y;
    }
    return *end == '\0' && std::isfinite(x) ? std::optional(x) : std::nullopt;
}

class Reader {
public:
    Reader(const Node& node, const std::vector<Definition>& definitions, Diagnostics& d)
        : node_(node), definitions_(definitions), d_(d) {}

    RankingPlan read() {
        if (!plant::expect_map(node_, "'ranking'", d_)) return plan_;
        plant::check_keys(node_, {"criteria", "weights", "public"}, d_);
        plan_.public_comparison = plant::scalar_of(node_, "public", d_) == "true";
        criteria();
        if (plan_.criteria.empty()) return plan_;
        if (const Node* w = node_.find("weights"); w && plant::expect_map(*w, "'weights'", d_))
            for (const auto& e : w->entries()) weights(e);
        return plan_;
    }

private:
    void criteria() {
        const Node* list = node_.find("criteria");
        if (!list || !list->is_sequence() || list->items().empty()) {
            d_.error(list ? list->pos() : node_.pos(), message::ranking_needs_criteria);
            return;
        }
        std::vector<std::string> known;
        for (const Definition& def : definitions_)
            if (def.better == "lower" || def.better == "higher") known.push_back(def.id);
        for (const Node& item : list->items()) {
            const std::string id = item.is_scalar() ? item.scalar() : "";
            if (std::find(known.begin(), known.end(), id) == known.end())
                suggest(d_.error(item.pos(), message::ranking_unknown_criterion, {id}), id, known);
            else
                plan_.criteria.push_back(id);
        }
    }

    void weights(const Node::Entry& e) {
        RankingPlan::Weights w;
        w.name = e.key;
        if (e.value.is_scalar() && (e.value.scalar() == "equal" || e.value.scalar() == "entropy")) {
            if (e.value.scalar() == "entropy") w.kind = RankingPlan::Weights::Kind::entropy;
            plan_.weights.push_back(std::move(w));
            return;
        }
        w.kind = RankingPlan::Weights::Kind::given;
        if (!e.value.is_map()) {
            d_.error(e.value.pos(), message::ranking_weights_form, {e.key});
            return;
        }
        const int before = d_.n_errors();
        if (const Node* table = e.value.find("pairwise"))
            pairwise(e, *table, w);
        else
            given(e, w);
        if (d_.n_errors() == before) plan_.weights.push_back(std::move(w));
    }

    void given(const Node::Entry& e, RankingPlan::Weights& w) {
        w.given.assign(plan_.criteria.size(), 0.0);
        for (const auto& entry : e.value.entries()) {
            const auto at = std::find(plan_.criteria.begin(), plan_.criteria.end(), entry.key);
            const auto x = number(entry.value);
            if (at == plan_.criteria.end())
                suggest(d_.error(entry.key_pos, message::ranking_unknown_criterion, {entry.key}), entry.key,
                        plan_.criteria);
            else if (!x)
                d_.error(entry.value.pos(), message::ranking_weights_form, {e.key});
            else
                w.given[static_cast<size_t>(at - plan_.criteria.begin())] = *x;
        }
        try {
            if (!d_.has_errors()) check_weights(w.given, plan_.criteria.size(), e.key_pos);
        } catch (const ConfigError& error) {
            d_.append(error.diagnostics());
        }
    }

    void pairwise(const Node::Entry& e, const Node& table, RankingPlan::Weights& w) {
        std::vector<double> cells;
        const size_t n = plan_.criteria.size();
        bool whole = table.is_sequence() && table.items().size() == n;
        for (size_t i = 0; whole && i < n; ++i) {
            const Node& row = table.items()[i];
            whole = row.is_sequence() && row.items().size() == n;
            for (size_t j = 0; whole && j < n; ++j) {
                const auto x = number(row.items()[j]);
                whole = x.has_value();
                cells.push_back(x.value_or(0));
            }
        }
        if (!whole) {
            d_.error(table.pos(), message::ranking_pairwise_form, {e.key, std::to_string(n)});
            return;
        }
        try {
            const PairwiseWeights found = pairwise_weights(cells, table.pos());
            w.given = found.weights;
            w.consistency_ratio = found.consistency_ratio;
        } catch (const ConfigError& error) {
            d_.append(error.diagnostics());
        }
    }

    const Node& node_;
    const std::vector<Definition>& definitions_;
    Diagnostics& d_;
    RankingPlan plan_;
};

} // namespace

RankingPlan read_ranking(const Node& node, const std::vector<Definition>& definitions, Diagnostics& d) {
    return Reader(node, definitions, d).read();
}

RankingInput ranking_input(const RankingPlan& plan, const std::vector<Definition>& definitions,
                           std::vector<std::string> routes, size_t n_samples, std::vector<double> values,
                           std::vector<Message>& notes) {
    RankingInput in;
    in.routes = std::move(routes);
    in.n_samples = n_samples;
    in.values = std::move(values);
    in.public_comparison = plan.public_comparison;
    for (const std::string& id : plan.criteria) {
        const Definition* def = find(definitions, id);
        in.criteria.push_back({id, def && def->better == "higher"});
    }
    DecisionTable mean{in.criteria, {}};
    for (size_t i = 0; i < in.routes.size() * in.criteria.size(); ++i) {
        double sum = 0, n = 0;
        for (size_t s = 0; s < n_samples; ++s)
            if (const double x = in.values[i * n_samples + s]; std::isfinite(x)) sum += x, n += 1;
        mean.values.push_back(n > 0 ? sum / n : 0);
    }
    for (const RankingPlan::Weights& w : plan.weights) {
        if (w.kind == RankingPlan::Weights::Kind::given) {
            in.weight_sets.push_back({w.name, w.given});
        } else if (w.kind == RankingPlan::Weights::Kind::equal) {
            in.weight_sets.push_back({w.name, equal_weights(in.criteria.size())});
        } else {
            try {
                const EntropyWeights found = entropy_weights(mean);
                if (found.few) notes.push_back({message::entropy_few, {std::to_string(in.routes.size())}});
                in.weight_sets.push_back({w.name, found.weights});
            } catch (const ConfigError& error) {
                notes.push_back(error.diagnostics().all().front().message);
            }
        }
    }
    return in;
}

} // namespace viresco::assess
