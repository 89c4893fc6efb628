// What a case says of its barriers: inputs with their evidence, targets, actions, and where there is none.
#include "assess/barriers.h"
#include "base/messages/assess_barriers.h"
#include "base/messages/text.h"
#include "matter/quantity.h"
#include <algorithm>
#include <cmath>

namespace viresco::assess {

using text::Node;

namespace {

/// "CNY2024": a currency with its year.
bool is_money(const std::string& dimension) {
    const auto letter = [](char c) { return c >= 'A' && c <= 'Z'; };
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    return dimension.size() == 7 && std::all_of(dimension.begin(), dimension.begin() + 3, letter) &&
           std::all_of(dimension.begin() + 3, dimension.end(), digit);
}

/// 2024-05-01.
bool is_date(const std::string& t) {
    if (t.size() != 10 || t[4] != '-' || t[7] != '-') return false;
    for (const size_t i : {0u, 1u, 2u, 3u, 5u, 6u, 8u, 9u})
        if (t[i] < '0' || t[i] > '9') return false;
    const int month = (t[5] - '0') * 10 + t[6] - '0', day = (t[8] - '0') * 10 + t[9] - '0';
    return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

class Reader {
public:
    Reader(plant::Context& c, const Node& node, const std::vector<Definition>& definitions)
        : c_(c), d_(c.model.diagnostics), node_(node), definitions_(definitions) {}

    BarrierPlan read(const std::vector<const Node*>& registers) {
        plan_.barriers = read_barrier_registers(c_, registers);
        for (const Barrier& b : plan_.barriers) barriers_.push_back(b.id);
        indicators();
        if (const Node* n = map("given"))
            for (const auto& e : n->entries()) given(e);
        if (const Node* n = map("targets"))
            for (const auto& e : n->entries()) target(e);
        if (const Node* n = map("actions"))
            for (const auto& e : n->entries()) action(e);
        if (const Node* n = map("no action"))
            for (const auto& e : n->entries()) no_action(e);
        SourcePos actions = node_.pos();
        for (const auto& e : node_.entries())
            if (e.key == "actions") actions = e.key_pos;
        for (const Barrier& b : plan_.barriers)
            if (b.actions.empty() && !b.no_action && !misspelt_) // it may be the one that was meant
                d_.error(actions, message::barrier_without_action, {b.id})
                    .hint(message::barrier_without_action_hint, {b.id});
        for (Barrier& b : plan_.barriers) declare(b);
        return std::move(plan_);
    }

private:
    const Node* map(const char* key) {
        const Node* n = node_.find(key);
        return n && plant::expect_map(*n, std::string("'") + key + "'", d_) ? n : nullptr;
    }

    Barrier* barrier(const std::string& id, const SourcePos& pos) {
        for (Barrier& b : plan_.barriers)
            if (b.id == id) return &b;
        suggest(d_.error(pos, message::barrier_unknown, {id}), id, barriers_);
        misspelt_ = true;
        return nullptr;
    }

    /// Of "barrier.proxy"; `likelihood` may be asked for too (then the proxy is null).
    std::pair<Barrier*, Proxy*> proxy(const Node::Entry& e, bool or_likelihood) {
        const size_t dot = e.key.find('.');
        std::vector<std::string> known;
        for (Barrier& b : plan_.barriers) {
            if (or_likelihood) known.push_back(b.id + ".likelihood");
            for (Proxy& x : b.proxies) known.push_back(b.id + "." + x.id);
            if (b.id != e.key.substr(0, dot) || dot == std::string::npos) continue;
            const std::string name = e.key.substr(dot + 1);
            if (or_likelihood && name == "likelihood") return {&b, nullptr};
            for (Proxy& x : b.proxies)
                if (x.id == name) return {&b, &x};
        }
        suggest(d_.error(e.key_pos, message::barrier_proxy_unknown, {e.key}), e.key, known);
        return {nullptr, nullptr};
    }

    void indicators() {
        const Node* list = node_.find("indicators");
        if (!list || !list->is_sequence() || list->items().empty()) {
            d_.error(list ? list->pos() : node_.pos(), message::barriers_need, {"indicators"})
                .hint(message::barriers_need_indicators_hint);
            return;
        }
        std::vector<std::string> known;
        for (const Definition& def : definitions_) known.push_back(def.id);
        for (const Node& item : list->items()) {
            const std::string id = item.is_scalar() ? item.scalar() : "";
            if (std::find(known.begin(), known.end(), id) == known.end())
                suggest(d_.error(item.pos(), message::barrier_indicator_unknown, {id}), id, known);
            else
                plan_.indicators.push_back(id);
        }
    }

    void given(const Node::Entry& e) {
        const auto [b, x] = proxy(e, true);
        if (!b) return;
        if (x && x->formula) {
            d_.error(e.key_pos, message::barrier_given_formula, {e.key})
                .hint(message::barrier_given_formula_hint, {x->formula->scalar()});
            return;
        }
        if (e.value.is_map()) plant::check_keys(e.value, {"value", "document", "date"}, d_);
        for (const char* need : {"value", "document", "date"}) {
            const Node* n = e.value.find(need);
            if (!n || (n->is_scalar() && n->scalar().empty()))
                d_.error(n ? n->pos() : e.key_pos, message::barrier_given_needs, {e.key, need})
                    .hint(message::barrier_given_hint);
        }
        const Node* date = e.value.find("date");
        if (date && !(date->is_scalar() && (date->scalar().empty() || is_date(date->scalar()))))
            d_.error(date->pos(), message::barrier_date, {date->scalar()});
        (x ? x->given : b->likelihood) = e.value.find("value");
        (x ? x->document : b->document) = plant::scalar_of(e.value, "document", d_);
        (x ? x->date : b->date) = plant::scalar_of(e.value, "date", d_);
    }

    void target(const Node::Entry& e) {
        const auto [b, x] = proxy(e, false);
        if (!x) return;
        if (!x->formula)
            d_.error(e.key_pos, message::barrier_target_given, {e.key});
        else if (plant::expect_map(e.value, "'" + e.key + "'", d_))
            x->target = &e.value;
    }

    void action(const Node::Entry& e) {
        if (!plant::expect_map(e.value, "'" + e.key + "'", d_)) return;
        plant::check_keys(e.value, {"title", "barriers", "cost", "yearly cost", "set"}, d_);
        BarrierAction a;
        a.id = e.key;
        a.pos = e.key_pos;
        a.title = e.value.find("title") ? matter::read_title(*e.value.find("title"), d_) : matter::Title{e.key, e.key};
        const Node* cost = e.value.find("cost");
        if (!cost)
            d_.error(e.key_pos, message::barrier_action_needs, {e.key, "cost"}).hint(message::barrier_action_cost_hint);
        else if (const auto read = money(*cost, e.key, false))
            a.cost = *read;
        if (const Node* yearly = e.value.find("yearly cost")) a.yearly = money(*yearly, e.key, true);
        a.set = e.value.find("set");
        if (!a.set || !a.set->is_map() || a.set->entries().empty())
            d_.error(a.set ? a.set->pos() : e.key_pos, message::barrier_action_needs, {e.key, "set"})
                .hint(message::barrier_action_set_hint);
        const Node* list = e.value.find("barriers");
        if (!list || !list->is_sequence() || list->items().empty())
            d_.error(list ? list->pos() : e.key_pos, message::barrier_action_needs, {e.key, "barriers"})
                .hint(message::barrier_action_barriers_hint);
        else
            for (const Node& item : list->items())
                if (Barrier* b = barrier(item.scalar(), item.pos())) {
                    b->actions.push_back(a.id);
                    a.barriers.push_back(b->id);
                }
        plan_.actions.push_back(std::move(a));
    }

    std::optional<matter::Datum> money(const Node& node, const std::string& action, bool yearly) {
        auto datum = matter::read_datum(node, d_);
        if (!datum) return datum;
        const units::Dimension whole = yearly ? datum->unit.dimension * units::Dimension::base("s")
                                              : datum->unit.dimension;
        const std::string shown = units::format_number(datum->unit.from_si(datum->si)) +
                                  (datum->unit.text.empty() ? "" : " " + datum->unit.text);
        if (!is_money(whole.text())) {
            const MessageId id = yearly ? MessageId(message::barrier_action_yearly)
                                        : MessageId(message::barrier_action_cost);
            d_.error(datum->pos, id, {action, shown});
            return std::nullopt;
        }
        if (datum->si < 0)
            d_.error(datum->pos, message::barrier_cost_negative, {action, shown})
                .hint(message::barrier_cost_negative_hint);
        return datum;
    }

    void no_action(const Node::Entry& e) {
        Barrier* b = barrier(e.key, e.key_pos);
        if (!b) return;
        if (!b->actions.empty()) d_.error(e.key_pos, message::barrier_with_and_without, {b->id, b->actions.front()});
        b->no_action = true;
        if (e.value.is_null() || (e.value.is_scalar() && e.value.scalar().empty()))
            d_.error(e.key_pos, message::barrier_reason, {b->id});
        else
            b->reason = matter::read_title(e.value, d_);
    }

    /// The likelihood and what is given become parameters, so that scenarios, actions and studies reach them.
    void declare(const Barrier& b) {
        if (!b.likelihood) return;
        const units::Unit one;
        const matter::Title title{"likelihood, " + b.title.en, "可能性：" + b.title.zh};
        declare(b.id + ".likelihood", *b.likelihood, title, one, b.document, b.date);
        if (const auto p = parameter(likelihood_path(b))) {
            lang::Parameter& likelihood = c_.model.parameters()[*p];
            likelihood.lowest = 0;
            likelihood.highest = 1;
            double value = likelihood.datum.si;
            SourcePos pos = likelihood.datum.pos;
            for (const plant::Setting& s : c_.settings)
                if (s.parameter == static_cast<int>(*p)) {
                    value = s.si;
                    pos = s.datum.pos;
                }
            if (value < 0 || value > 1) d_.error(pos, message::barrier_likelihood, {b.id, units::format_number(value)});
        }
        for (const Proxy& x : b.proxies)
            if (x.given) declare(b.id + "." + x.id, *x.given, x.title, x.unit, x.document, x.date);
    }

    void declare(const std::string& name, const Node& node, const matter::Title& title, const units::Unit& unit,
                 const std::string& document, const std::string& date) {
        plant::ParameterDeclaration declared;
        declared.name = name;
        declared.pos = node.pos();
        declared.node = &node;
        declared.title = title;
        declared.unit = unit;
        const lang::Scope* scope = c_.model.scope(nullptr, "barriers.");
        plant::declare_parameter(c_, "barriers.", declared, nullptr, scope, scope, {});
        if (const auto p = parameter("barriers." + name); p && !document.empty()) {
            matter::Datum& datum = c_.model.parameters()[*p].datum;
            datum.source = document + ", " + date;
            datum.evidence = matter::Evidence::measured;
        }
    }

    std::optional<size_t> parameter(const std::string& path) const {
        const auto& list = c_.model.parameters();
        for (size_t i = list.size(); i-- > 0;)
            if (list[i].path == path) return i;
        return std::nullopt;
    }

    plant::Context& c_;
    Diagnostics& d_;
    const Node& node_;
    const std::vector<Definition>& definitions_;
    BarrierPlan plan_;
    std::vector<std::string> barriers_;
    bool misspelt_ = false; ///< some barrier is not known
};

} // namespace

BarrierPlan read_barriers(plant::Context& c, const Node& of_case, const std::vector<const Node*>& registers,
                          const std::vector<Definition>& definitions) {
    Diagnostics& d = c.model.diagnostics;
    if (!plant::expect_map(of_case, "'barriers'", d)) return {};
    plant::check_keys(of_case, {"register", "indicators", "given", "targets", "actions", "no action"}, d);
    if (!of_case.find("register"))
        d.error(of_case.pos(), message::barriers_need, {"register"}).hint(message::barriers_need_register_hint);
    return Reader(c, of_case, definitions).read(registers);
}

} // namespace viresco::assess
