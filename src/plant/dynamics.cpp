// States, events and sets of what runs in time: units of a plant and models by themselves.
#include "base/messages/lang.h"
#include "base/messages/plant.h"
#include "matter/quantity.h"
#include "plant/plant.h"
#include <algorithm>
#include <fmt/format.h>

namespace viresco::plant {

using lang::Member;
using text::Node;

void declare_set(Context& c, const std::string& prefix, const Node::Entry& e) {
    std::vector<Member> members;
    if (e.value.is_sequence()) {
        for (const Node& n : e.value.items()) members.push_back(c.model.member(n.scalar()));
    } else {
        const std::string& t = e.value.scalar();
        const size_t dots = t.find("..");
        const int first = std::atoi(t.c_str());
        const int last = dots == std::string::npos ? first - 1 : std::atoi(t.c_str() + dots + 2);
        constexpr int most = 100'000;
        if (dots == std::string::npos || last < first || last - first > most) {
            c.model.diagnostics.error(e.value.pos(), message::member_set_form, {e.key});
            c.model.add_set(prefix + e.key, {}); // what is per it says nothing further
            return;
        }
        for (int i = first; i <= last; ++i) members.push_back(c.model.member(std::to_string(i)));
    }
    c.model.add_set(prefix + e.key, std::move(members));
}

namespace {

/// Reads one state and adds it for every member of the sets that it is `per`.
class StateReader {
public:
    StateReader(Context& c, const std::string& prefix, const lang::Scope* own_scope, const Node::Entry& e)
        : c_(c), m_(c.model), d_(c.model.diagnostics), prefix_(prefix), own_scope_(own_scope), e_(e) {}

    void read(const Node* given, const lang::Scope* given_scope) {
        if (!is_name(e_.key)) d_.error(e_.key_pos, message::not_a_name, {e_.key});
        const bool map = e_.value.is_map();
        if (map)
            check_keys(e_.value, {"start", "per", "nominal", "unit", "held", "positive", "title", "evidence", "source"},
                       d_);
        const Node* own = map ? e_.value.find("start") : &e_.value;
        if (!own && !given) {
            d_.error(e_.key_pos, message::state_needs_start, {e_.key});
            return;
        }
        held_ = map && scalar_of(e_.value, "held", d_) == "true";
        positive_ = map && scalar_of(e_.value, "positive", d_) == "true";
        if (!sets() || !unit()) return;
        if (const Node* nominal = map ? e_.value.find("nominal") : nullptr)
            if (const auto q = matter::read_datum(*nominal, d_)) nominal_ = q->si;
        check_members(given);
        std::vector<size_t> at(per_.size(), 0);
        while (true) {
            std::vector<Member> indices;
            for (size_t k = 0; k < per_.size(); ++k) indices.push_back(per_[k]->at(at[k]));
            const Node* value = given ? member_of(*given, indices, at) : nullptr;
            const lang::Scope* scope = value ? given_scope : own_scope_;
            if (!value && own) value = member_of(*own, indices, at);
            if (value)
                add(indices, *value, scope);
            else if (told_.insert(e_.key).second)
                d_.error(given ? given->pos() : e_.key_pos, message::state_needs_start, {path_of(indices)});
            size_t k = per_.size();
            while (k > 0 && ++at[k - 1] == per_[k - 1]->size()) at[--k] = 0;
            if (k == 0) break;
        }
    }

private:
    bool sets() {
        const Node* per = e_.value.is_map() ? e_.value.find("per") : nullptr;
        if (!per) return true;
        std::vector<const Node*> names;
        if (per->is_sequence())
            for (const Node& n : per->items()) names.push_back(&n);
        else
            names.push_back(per);
        for (const Node* n : names) {
            const auto* members = m_.find_set(prefix_ + n->scalar());
            if (!members) members = m_.find_set(n->scalar());
            if (!members) {
                suggest(d_.error(n->pos(), message::unknown_set, {n->scalar()}), n->scalar(),
                        {"components", "reacting"});
                return false;
            }
            if (members->empty()) return false;
            per_.push_back(members);
        }
        return true;
    }

    bool unit() {
        const Node* unit = e_.value.is_map() ? e_.value.find("unit") : nullptr;
        if (!unit) return true;
        const std::string& word = unit->scalar();
        if (word == "concentration" || word == "amount") {
            of_component_ = word;
            if (!per_.empty() && c_.components.find(m_.member_name(per_[0]->front())) >= 0) return true;
            d_.error(unit->pos(), message::state_unit_needs_component, {word});
            return false;
        }
        unit_ = matter::read_unit(*unit, d_);
        return unit_.has_value();
    }

    std::optional<units::Unit> unit_of(const std::vector<Member>& indices) const {
        if (of_component_.empty()) return unit_;
        const matter::Component& component = c_.components[c_.components.find(m_.member_name(indices[0]))];
        units::Unit u;
        u.dimension = component.basis;
        if (of_component_ == "concentration") {
            u.dimension = u.dimension * units::parse_unit("1/m3")->dimension;
            if (component.concentration) {
                u.factor = component.concentration->factor;
                u.text = component.concentration->text;
                return u;
            }
        }
        u.text = u.dimension.text();
        return u;
    }

    /// Members are written by their names; components also by their symbols.
    bool means(const std::string& word, Member m) const {
        if (word == m_.member_name(m)) return true;
        const int k = c_.components.find(m_.member_name(m));
        return k >= 0 && c_.components[k].symbol == word;
    }

    const Node* member_of(const Node& node, const std::vector<Member>& indices, const std::vector<size_t>& at,
                          size_t depth = 0) {
        if (depth < indices.size() && node.is_map() && !node.find("value")) {
            for (const auto& e : node.entries())
                if (means(e.key, indices[depth])) return member_of(e.value, indices, at, depth + 1);
            return nullptr;
        }
        if (depth < indices.size() && node.is_sequence()) {
            // A list runs over the last set.
            const size_t last = indices.size() - 1;
            if (node.items().size() == per_[last]->size()) return &node.items()[at[last]];
            if (told_.insert(e_.key).second)
                d_.error(node.pos(), message::starts_and_members,
                         {e_.key, std::to_string(node.items().size()), std::to_string(per_[last]->size())});
            return nullptr;
        }
        return &node;
    }

    void check_members(const Node* given) {
        if (!given || !given->is_map() || per_.empty() || given->find("value")) return;
        for (const auto& e : given->entries())
            if (std::none_of(per_[0]->begin(), per_[0]->end(), [&](Member m) { return means(e.key, m); })) {
                std::vector<std::string> known;
                for (const Member m : *per_[0]) known.push_back(m_.member_name(m));
                suggest(d_.error(e.key_pos, message::start_of_unknown_member, {e_.key, e.key}), e.key, known);
            }
    }

    std::string path_of(const std::vector<Member>& indices) const {
        std::string out = prefix_ + e_.key;
        for (const Member m : indices) out += "[" + m_.member_name(m) + "]";
        return out;
    }

    void add(const std::vector<Member>& indices, const Node& value, const lang::Scope* scope) {
        lang::State s;
        s.pos = e_.key_pos;
        s.path = path_of(indices);
        s.nominal = nominal_;
        s.positive = !of_component_.empty() || positive_;
        const auto unit = unit_of(indices);
        if (unit)
            s.unit = *unit;
        else if (const auto q = units::parse_quantity(value.is_map() ? "" : value.scalar()))
            s.unit = q->unit;
        // A start is a parameter of its own, `X.start`: so it can be set and differentiated.
        const std::string family = prefix_ + e_.key, parameter = family + ".start";
        std::vector<std::string> members;
        for (const Member m : indices) members.push_back(m_.member_name(m));
        const Node* node = &value;
        lang::DimId dim = -1;
        if (unit) {
            dim = m_.dimensions.intern(unit->dimension);
            // A number without a unit is in that of the state.
            if (const auto q = value.is_scalar() ? units::parse_quantity(value.scalar()) : std::nullopt;
                q && q->unit.text.empty() && !unit->dimension.dimensionless())
                node = c_.library.inline_text(parameter,
                                              fmt::format("{:.17g} {}", unit->to_si(q->si), unit->dimension.text()));
        }
        declare_value(c_, parameter, members, *node, scope, dim, {e_.key, e_.key});
        c_.dynamics.states[s.path] = m_.add_state(
            family, indices, s, held_,
            [parameter, indices, pos = s.pos](lang::Model& m) { return m.value(parameter, indices, pos); });
    }

    Context& c_;
    lang::Model& m_;
    Diagnostics& d_;
    std::string prefix_;
    const lang::Scope* own_scope_;
    const Node::Entry& e_;
    std::vector<const std::vector<Member>*> per_;
    std::optional<units::Unit> unit_;
    std::string of_component_;
    double nominal_ = 0;
    bool held_ = false, positive_ = false;
    std::set<std::string> told_;
};

} // namespace

void declare_state(Context& c, const std::string& prefix, const lang::Scope* own_scope, const Node::Entry& e,
                   const Node* given, const lang::Scope* given_scope) {
    StateReader(c, prefix, own_scope, e).read(given, given_scope);
}

void declare_event(Context& c, const std::string& prefix, const lang::Scope* scope, const Node::Entry& e) {
    Diagnostics& d = c.model.diagnostics;
    if (!expect_map(e.value, "'" + e.key + "'", d)) return;
    check_keys(e.value, {"when", "set", "end", "title"}, d);
    const Node* when = e.value.find("when");
    if (!when || !when->is_scalar()) {
        d.error(e.key_pos, message::event_needs_when, {e.key});
        return;
    }
    Dynamics::Event event{prefix + e.key, e.key_pos, scope, lang::parse_expression(*when, d), {}};
    if (const Node* set = e.value.find("set"); set && expect_map(*set, "'set'", d))
        for (const auto& s : set->entries())
            event.set.emplace_back(prefix + s.key, s.key_pos, lang::parse_expression(s.value, d));
    event.ends = scalar_of(e.value, "end", d) == "true";
    if (event.set.empty() && !event.ends) d.error(e.key_pos, message::event_without_effect, {e.key});
    c.dynamics.events.push_back(std::move(event));
}

void declare_phases(Context& c, const std::string& prefix, const lang::Scope* scope, const Node& phases) {
    Diagnostics& d = c.model.diagnostics;
    if (!expect_map(phases, "'phases'", d) || phases.entries().empty()) return;
    lang::State number;
    number.path = prefix + "phase";
    number.pos = phases.pos();
    number.nominal = 1;
    const int state = c.model.add_state(number.path, {}, number, true,
                                        [](lang::Model& m) { return m.constant(1, lang::DimId{0}); });
    c.dynamics.states[number.path] = state;
    const auto& list = phases.entries();
    for (size_t k = 0; k < list.size(); ++k) {
        const Node& phase = list[k].value;
        if (!is_name(list[k].key)) d.error(list[k].key_pos, message::not_a_name, {list[k].key});
        if (!expect_map(phase, "'" + list[k].key + "'", d)) continue;
        check_keys(phase, {"until", "set", "title"}, d);
        if (k == 0 && phase.find("set")) d.error(phase.find("set")->pos(), message::first_phase_sets, {list[k].key});
        const Node* until = phase.find("until");
        if (!until || !until->is_scalar()) {
            if (k + 1 < list.size()) d.error(list[k].key_pos, message::phase_without_end, {list[k].key});
            continue; // the last one may go on until the run ends
        }
        Dynamics::Event event{prefix + "phases." + list[k].key,
                              list[k].key_pos,
                              scope,
                              lang::parse_expression(*until, d),
                              {},
                              k + 1 == list.size(),
                              state,
                              static_cast<int>(k + 1)};
        if (k + 1 < list.size()) {
            const Node* next = c.library.inline_text(number.path, std::to_string(k + 2));
            event.set.emplace_back(number.path, list[k + 1].key_pos, lang::parse_expression(*next, d));
            const Node* set = list[k + 1].value.is_map() ? list[k + 1].value.find("set") : nullptr;
            if (set && expect_map(*set, "'set'", d))
                for (const auto& s : set->entries())
                    event.set.emplace_back(prefix + s.key, s.key_pos, lang::parse_expression(s.value, d));
        }
        c.dynamics.events.push_back(std::move(event));
    }
}

std::vector<lang::Event> close_events(Context& c) {
    lang::Model& m = c.model;
    std::vector<lang::Event> out;
    for (Dynamics::Event& e : c.dynamics.events) {
        if (!e.when) continue;
        lang::Event event{e.path, e.pos, m.evaluate(*e.when, e.scope).node, {}, e.ends};
        if (e.phase_state >= 0) {
            lang::Graph& g = m.graph;
            const lang::NodeId now = m.states()[static_cast<size_t>(e.phase_state)].node;
            const lang::NodeId off = g.unary(lang::Op::abs, g.subtract(now, g.constant(e.phase)));
            event.condition = g.multiply(g.less(off, g.constant(0.5)), event.condition);
        }
        for (auto& [name, pos, formula] : e.set) {
            const auto state = c.dynamics.states.find(name);
            if (state == c.dynamics.states.end()) {
                std::vector<std::string> known;
                for (const auto& [path, ignored] : c.dynamics.states) known.push_back(path);
                suggest(m.diagnostics.error(pos, message::event_sets_no_state, {e.path, name}), name, known);
                continue;
            }
            if (!formula) continue;
            const lang::Value v = m.evaluate(*formula, e.scope);
            const lang::State& s = m.states()[static_cast<size_t>(state->second)];
            if (!v.wrong && !v.any_dim && m.dimensions[v.dim] != s.unit.dimension)
                m.diagnostics.error(formula->span.pos(), message::wrong_dimension,
                                    {name, s.unit.dimension.text(), m.dimensions.text(v.dim)});
            event.set.emplace_back(state->second, v.node);
        }
        out.push_back(std::move(event));
    }
    return out;
}

} // namespace viresco::plant
