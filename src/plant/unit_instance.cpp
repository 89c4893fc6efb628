// Units of a plant: parameters, equations, reactions, energy terms, sizes, requirements; inventory steps.
#include "base/messages/kinetics.h"
#include "base/messages/lang.h"
#include "base/messages/plant.h"
#include "plant/builder.h"
#include <algorithm>

namespace viresco::plant {

using lang::Indices;
using lang::Model;
using lang::Scope;
using lang::Value;
using text::Node;

void Builder::units() {
    const Node* u = map_at(file_, "units");
    if (!u) return;
    for (const auto& e : u->entries()) {
        name_of(e);
        if (!expect_map(e.value, "'" + e.key + "'", d_)) continue;
        plant_.units.emplace_back();
        UnitInstance& unit = plant_.units.back();
        unit.name = e.key;
        unit.pos = e.key_pos;
        unit.prefix = plant_.prefix + e.key + ".";
        unit.section = section_of(e.value, plant_.sections.empty() ? e.key : plant_.sections.front().first);
        if (e.value.find("inventory"))
            inventory_step(unit, e.value);
        else
            unit_operation(unit, e.value);
    }
}

/// The unit file of an instance: `is`, or what a scenario or setting puts in its place (`<route>.<unit>.is`).
std::shared_ptr<const UnitType> Builder::type_of(const UnitInstance& unit, const Node& instance) {
    const SourcePos& pos = unit.pos;
    const Node* is = instance.find("is");
    c_.addresses.push_back(unit.prefix + "is");
    if (const Node* other = c_.overrides.find(unit.prefix + "is")) is = other;
    if (!is || !is->is_scalar()) {
        d_.error(pos, message::unit_without_type).hint(message::unit_type_hint);
        return nullptr;
    }
    const Node* file = c_.library.load("units", "unit", is->scalar(), is->pos());
    if (!file) return nullptr;
    const std::string key = file->pos().file->path;
    auto& slot = c_.unit_types[key];
    if (!slot) slot = std::make_shared<const UnitType>(read_unit_type(*file, c_.library));
    return slot;
}

void Builder::unit_operation(UnitInstance& unit, const Node& map) {
    unit.type = type_of(unit, map);
    const UnitType* type = unit.type.get();
    if (!type) return;
    unit.title = map.find("title") ? title(map, unit.name) : type->title;
    std::vector<std::string> known{"is", "section", "title", "reactions", "capital", "trl", "kinetics", "start"};
    for (const ParameterDeclaration& p : type->parameters) known.push_back(p.name);
    check_keys(map, known, d_);
    const Scope* scope = m_.scope(nullptr, unit.prefix);
    const std::vector<std::string> reactions = read_reactions(unit, map, scope);
    if (const Node* sets = map_at(*type->file, "sets"))
        for (const auto& e : sets->entries()) declare_set(c_, unit.prefix, e);
    if (const Node* kinetics = map.find("kinetics")) {
        if (type->kinetics.empty())
            d_.error(kinetics->pos(), message::kinetics_not_taken, {unit.name});
        else
            declare_kinetics(c_, unit.prefix, type->kinetics, scope, *kinetics, plant_.scope);
    } else if (!type->kinetics.empty()) {
        m_.add_set(unit.prefix + "reacting", {});
        m_.add_set(unit.prefix + "processes", {});
        m_.add_built_in(unit.prefix + "production", 1, [](Model& m, Indices, const SourcePos&) {
            return Value{m.graph.zero(), 0, true, false};
        });
    }
    c_.instance = unit.pos;
    for (const ParameterDeclaration& p : type->parameters)
        declare_parameter(c_, unit.prefix, p, map.find(p.name), plant_.scope, scope, reactions);
    c_.instance = {};
    for (const Port& port : type->ports)
        if (!port.in) declare_port(c_, unit.prefix + port.name, port.phase);
    states(*type, unit, map, scope);
    if (type->equations)
        for (const lang::Statement& s : *type->equations) rule(*type, unit, scope, s);
    for (const Port& port : type->ports)
        if (!port.in) {
            const std::string path = unit.prefix + port.name;
            m_.set_default(path + ".m", 1, {m_.graph.zero(), mass_flow_, true, false});
            m_.expect_dimension(path + ".m", [&c = c_](Indices i) { return flow_dimension(c, i); });
            if (!m_.declared(path + ".p"))
                m_.add_built_in(
                    path + ".p", 0, [](Model& m, Indices, const SourcePos&) { return m.constant(101325, "Pa"); },
                    "1 atm");
            m_.expect_dimension(path + ".p", m_.dim("Pa"));
        }
    for (const bool holds : {true, false}) {
        const std::string& name = holds ? type->holds : type->crosses;
        if (name.empty()) continue;
        m_.set_default(unit.prefix + name, 1, {m_.graph.zero(), 0, true, false});
        m_.expect_dimension(unit.prefix + name, [&c = c_, holds](Indices i) {
            const lang::DimId flow = flow_dimension(c, i);
            return holds ? c.model.dimensions.multiply(flow, c.model.dim("s")) : flow;
        });
    }
    if (const Node* exceptions = map_at(*type->file, "exceptions"))
        for (const auto& e : exceptions->entries())
            c_.dynamics.exceptions.push_back({unit.prefix, e.key, unit.name + ": " + e.value.scalar()});
    energy(*type, unit, scope);
    amounts(*type, unit, scope);
    capital(unit, map);
}

void Builder::states(const UnitType& type, const UnitInstance& unit, const Node& map, const Scope* scope) {
    const Node* states = map_at(*type.file, "states");
    const Node* start = map_at(map, "start");
    if (states)
        for (const auto& e : states->entries())
            declare_state(c_, unit.prefix, scope, e, start ? start->find(e.key) : nullptr, plant_.scope);
    if (start)
        for (const auto& e : start->entries())
            if (!states || !states->find(e.key)) {
                std::vector<std::string> known;
                if (states)
                    for (const auto& s : states->entries()) known.push_back(s.key);
                suggest(d_.error(e.key_pos, message::start_of_unknown_state, {unit.name, e.key}), e.key, known);
            }
    if (const Node* events = map_at(*type.file, "events"))
        for (const auto& e : events->entries()) declare_event(c_, unit.prefix, scope, e);
    if (const Node* phases = type.file->find("phases")) declare_phases(c_, unit.prefix, scope, *phases);
    if (const Node* run = map_at(*type.file, "run")) run_in_time(unit, *run, scope);
    if (!type.unvalidated.empty() && states) {
        const std::string reason = type.name + ": " + type.unvalidated;
        auto& list = c_.dynamics.unvalidated;
        if (std::find(list.begin(), list.end(), reason) == list.end()) list.push_back(reason);
    }
}

/// `run: {duration: ..}`: the unit's states are a batch within a plant at steady state.
void Builder::run_in_time(const UnitInstance& unit, const Node& run, const Scope* scope) {
    check_keys(run, {"duration"}, d_);
    const Node* duration = run.find("duration");
    if (!duration) {
        d_.error(run.pos(), message::run_needs_duration, {unit.type->name});
        return;
    }
    const std::string path = unit.prefix + "run.duration";
    m_.add_formula(path, {}, scope, lang::parse_expression(*duration, d_), duration->pos());
    m_.expect_dimension(path, m_.dim("s"));
    if (!m_.declared("time")) m_.bind_value("time", {}, {m_.graph.time(), m_.dim("s"), false, false}, "time", unit.pos);
    m_.add_run(unit.prefix, unit.pos, [path, pos = unit.pos](Model& m) { return m.value(path, {}, pos); });
}

void Builder::rule(const UnitType& type, const UnitInstance& unit, const Scope* scope, const lang::Statement& s) {
    const size_t dot = s.target.find('.');
    if (s.target.ends_with(lang::rate_suffix)) {
        const std::string state = s.target.substr(0, s.target.size() - std::string_view(lang::rate_suffix).size());
        const Node* states = type.file->find("states");
        if (!states || !states->find(state)) {
            if (reported_.insert(&s).second)
                d_.error(s.target_span.pos(), message::start_of_unknown_state, {type.name, state});
            return;
        }
    } else if (dot != std::string::npos) {
        const std::string port = s.target.substr(0, dot), variable = s.target.substr(dot + 1);
        const Port* p = type.port(port);
        if (!p) {
            if (reported_.insert(&s).second) {
                std::vector<std::string> known;
                for (const Port& q : type.ports) known.push_back(q.name);
                suggest(d_.error(s.target_span.pos(), message::unknown_port, {port, type.name}), port, known);
            }
            return;
        }
        if (p->in) {
            if (reported_.insert(&s).second) d_.error(s.target_span.pos(), message::assignment_to_inlet, {s.target});
            return;
        }
        if (variable != "m" && variable != "T" && variable != "p") {
            if (reported_.insert(&s).second) d_.error(s.target_span.pos(), message::assignment_to_derived, {s.target});
            return;
        }
    } else if (std::any_of(type.parameters.begin(), type.parameters.end(),
                           [&](const auto& p) { return p.name == s.target; })) {
        if (reported_.insert(&s).second) d_.error(s.target_span.pos(), message::assignment_to_parameter, {s.target});
        return;
    }
    defined_at_.emplace(unit.prefix + s.target, s.target_span.pos());
    m_.add_rule(scope, s);
}

std::vector<std::string> Builder::read_reactions(const UnitInstance& unit, const Node& map, const Scope* scope) {
    std::vector<std::string> names;
    std::vector<lang::Member> members;
    std::map<std::pair<lang::Member, lang::Member>, double> nu;
    const Node* own = unit.type->file->find("reactions");
    const Node* given = map.find("reactions");
    std::vector<std::string> tables;
    for (const ParameterDeclaration& p : unit.type->parameters)
        if (p.per == ParameterDeclaration::Per::reaction) tables.push_back(p.name);
    std::vector<const Node::Entry*> entries;
    for (const Node* source : {own, given})
        if (source && expect_map(*source, "'reactions'", d_))
            for (const auto& e : source->entries()) entries.push_back(&e);
    for (const Node::Entry* e : entries) {
        names.push_back(e->key);
        members.push_back(m_.member(e->key));
    }
    m_.add_set(unit.prefix + "reactions", members);
    for (const Node::Entry* e : entries) {
        if (!is_name(e->key)) d_.error(e->key_pos, message::not_a_name, {e->key});
        if (!expect_map(e->value, "'" + e->key + "'", d_)) continue;
        std::vector<std::string> known = tables;
        known.emplace_back("equation");
        check_keys(e->value, known, d_);
        const Node* equation = e->value.find("equation");
        if (!equation) {
            d_.error(e->key_pos, message::reaction_without_equation, {e->key}).hint(message::reaction_example);
            continue;
        }
        const lang::Member r = m_.member(e->key);
        if (const auto reaction = read_reaction(e->key, *equation, c_.components, d_))
            for (const auto& [k, value] : reaction->coefficients) nu[{r, m_.member(c_.components[k].name)}] = value;
        for (const ParameterDeclaration& p : unit.type->parameters) {
            if (p.per != ParameterDeclaration::Per::reaction) continue;
            const Node* value = e->value.find(p.name);
            const std::string path = unit.prefix + p.name + "[" + e->key + "]";
            if (p.type == ParameterDeclaration::Type::component) {
                if (!value) continue; // an error only where it is used
                if (c_.components.find(value->scalar()) < 0)
                    suggest(d_.error(value->pos(), message::unknown_component, {value->scalar()}), value->scalar(),
                            c_.components.names());
                else
                    m_.add_index(path, m_.member(value->scalar()));
            } else if (value) {
                // The unit of the table's default is asked of its members too.
                lang::DimId dim = -1;
                if (p.unit)
                    dim = m_.dimensions.intern(p.unit->dimension);
                else if (const Node* v = p.node->is_map() ? p.node->find("value") : p.node; v && v->is_scalar())
                    if (const auto q = units::parse_quantity(v->scalar()))
                        dim = m_.dimensions.intern(q->unit.dimension);
                declare_value(c_, unit.prefix + p.name, {e->key}, *value,
                              e->value.find("equation") && own && own->find(e->key) ? scope : plant_.scope, dim,
                              p.title);
            }
        }
    }
    m_.add_built_in(
        unit.prefix + "nu", 2,
        [nu](Model& m, Indices i, const SourcePos&) {
            const auto it = nu.find({i[0], i[1]});
            return m.constant(it == nu.end() ? 0.0 : it->second, m.dimensions.one());
        },
        "stoichiometric coefficient");
    return names;
}

void Builder::formula(const std::string& path, const Scope* scope, const Node& node, lang::DimId want) {
    if (!node.is_scalar()) {
        d_.error(node.pos(), message::expected_text, {path.substr(path.rfind('.') + 1)});
        return;
    }
    if (const auto q = units::parse_quantity(node.scalar())) {
        const lang::DimId dim = m_.dimensions.intern(q->unit.dimension);
        const double si = q->si;
        if (want >= 0 && dim != want && !(si == 0 && dim == 0))
            d_.error(node.pos(), message::wrong_dimension, {path, m_.dimensions.text(want), m_.dimensions.text(dim)});
        m_.add_built_in(
            path, 0,
            [si, dim](Model& m, Indices, const SourcePos&) {
                return Value{m.graph.constant(si), dim, si == 0 && dim == 0, false};
            },
            node.scalar());
        return;
    }
    m_.add_formula(path, {}, scope, lang::parse_expression(node, d_), node.pos());
    if (want >= 0) m_.expect_dimension(path, want);
}

void Builder::energy(const UnitType& type, UnitInstance& unit, const Scope* scope) {
    const Node* e = type.file->find("energy");
    if (!e) {
        if (!type.ports.empty())
            d_.error({type.file->pos().file, 1, 1, 1}, message::unit_without_energy, {type.name})
                .hint(message::closing_hint);
        not_closed_.insert(&type);
        return;
    }
    if (!expect_map(*e, "'energy'", d_)) return;
    check_keys(*e, {"in", "out", "closing"}, d_);
    std::vector<SourcePos> closing;
    for (const char* side : {"in", "out"}) {
        const Node* terms = e->find(side);
        if (!terms || !expect_map(*terms, side, d_)) continue;
        for (const auto& t : terms->entries()) {
            EnergyTerm term{t.key, unit.prefix + t.key, std::string(side) == "in", t.value.scalar() == "closing"};
            if (term.closing) {
                closing.push_back(t.value.pos());
                unit.closing = t.key;
            } else {
                term.path = unit.prefix + "energy." + t.key;
                formula(term.path, scope, t.value, m_.dim("W"));
            }
            unit.energy.push_back(std::move(term));
        }
    }
    if (const Node* t = e->find("closing")) {
        closing.push_back(t->pos());
        unit.closing = t->scalar();
        const size_t dot = unit.closing.find('.');
        const Port* port = type.port(unit.closing.substr(0, dot));
        if (dot == std::string::npos || unit.closing.substr(dot + 1) != "T" || !port || port->in) {
            d_.error(t->pos(), message::closing_form, {unit.closing});
            not_closed_.insert(&type);
        }
    }
    if (closing.size() != 1) {
        auto& d = d_.error(e->pos(), message::one_closing_term, {type.name, std::to_string(closing.size())});
        d.hint(message::closing_hint);
        not_closed_.insert(&type);
        unit.closing.clear();
    }
    for (const auto& term : unit.energy)
        if (term.closing && m_.declared(term.path)) d_.error(closing.front(), message::defined_twice, {term.name});
}

void Builder::amounts(const UnitType& type, UnitInstance& unit, const Scope* scope) {
    if (const Node* uses = map_at(*type.file, "uses"))
        for (const auto& e : uses->entries()) {
            unit.uses.push_back({e.key, unit.prefix + "uses." + e.key, e.value.pos()});
            formula(unit.uses.back().path, scope, e.value);
        }
    if (const Node* size = map_at(*type.file, "size"))
        for (const auto& e : size->entries()) {
            unit.sizes.push_back(unit.prefix + "size." + e.key);
            formula(unit.sizes.back(), scope, e.value);
        }
    const Node* requires_list = type.file->find("requires");
    if (!requires_list) return;
    if (!requires_list->is_sequence()) {
        d_.error(requires_list->pos(), message::expected_list, {"'requires'"});
        return;
    }
    int k = 0;
    for (const Node& item : requires_list->items()) {
        if (!expect_map(item, "a requirement", d_)) continue;
        check_keys(item, {"check", "message"}, d_);
        const Node* check = item.find("check");
        if (!check || !check->is_scalar() || !item.find("message")) {
            d_.error(item.pos(), message::requirement_form);
            continue;
        }
        const std::string path = unit.prefix + "requires." + std::to_string(++k);
        m_.add_formula(path, {}, scope, lang::parse_expression(*check, d_), check->pos());
        unit.checks.push_back({path, &item, scope});
    }
}

static matter::Title capital_title(const std::string& key) {
    if (key == "reference_cost") return {"cost at the reference size", "基准规模投资"};
    if (key == "reference_size") return {"reference size", "基准规模"};
    if (key == "exponent") return {"exponent of the size", "规模指数"};
    if (key == "size") return {"size", "规模"};
    if (key == "installation_factor") return {"installation factor", "安装系数"};
    if (key == "index") return {"cost index of the price year over that of the reference cost", "费用指数比（换汇）"};
    if (key == "count") return {"number of units", "台数"};
    return {key, key};
}

void Builder::capital(const UnitInstance& unit, const Node& map) {
    const Node* cap = map_at(map, "capital");
    if (!cap) return;
    check_keys(*cap,
               {"reference_cost", "reference_size", "exponent", "size", "installation_factor", "installation_factors",
                "index", "count"},
               d_);
    Equipment e{unit.name, unit.prefix + "capital.", cap->pos(), {}, {}};
    const Scope* scope = m_.scope(plant_.scope, unit.prefix);
    for (const char* need : {"reference_cost", "reference_size", "size"})
        if (!cap->find(need)) d_.error(cap->pos(), message::capital_incomplete, {need});
    for (const auto& item : cap->entries()) {
        e.given.insert(item.key);
        if (item.key == "installation_factors") {
            if (!expect_map(item.value, "'installation_factors'", d_)) continue;
            for (const auto& part : item.value.entries()) {
                e.parts.push_back(part.key);
                declare_value(c_, e.prefix + item.key, {part.key}, part.value, scope, m_.dimensions.one(),
                              {part.key, part.key});
            }
            continue;
        }
        declare_value(c_, e.prefix + item.key, {}, item.value, scope, -1, capital_title(item.key));
    }
    plant_.equipment.push_back(std::move(e));
}

void Builder::inventory_step(UnitInstance& unit, const Node& map) {
    check_keys(map, {"inventory", "section", "title", "capital", "trl"}, d_);
    unit.title = title(map, unit.name);
    const Node& inventory = *map.find("inventory");
    if (!expect_map(inventory, "'inventory'", d_)) return;
    check_keys(inventory, {"basis", "consumption", "production"}, d_);
    const Node* basis = inventory.find("basis");
    if (!basis) {
        d_.error(inventory.pos(), message::inventory_without_basis);
        return;
    }
    declare_value(c_, unit.prefix + "basis", {}, *basis, plant_.scope, mass_flow_, {"basis", "基准"});
    for (const char* side : {"consumption", "production"}) {
        const Node* table = map_at(inventory, side);
        if (!table) continue;
        for (const auto& e : table->entries()) {
            declare_value(c_, unit.prefix + side, {e.key}, e.value, plant_.scope, -1, {e.key, e.key});
            Exchange x;
            x.id = unit.name + "." + e.key;
            x.kind = std::string(side) == "production" ? Exchange::Kind::coproduct : Exchange::Kind::input;
            if (x.kind == Exchange::Kind::coproduct) x.id += ".credit";
            x.item = e.key;
            x.step = unit.section;
            x.unit = unit.name;
            x.pos = e.key_pos;
            x.inventory = true;
            x.title = {e.key, e.key};
            x.amount = unit.prefix + side + ".amount." + e.key;
            const std::string factor = unit.prefix + side, base = unit.prefix + "basis";
            const lang::Member member = m_.member(e.key);
            m_.add_built_in(
                x.amount, 0,
                [factor, base, member](Model& m, Indices, const SourcePos& pos) {
                    const lang::Member index[1] = {member};
                    return m.multiply(m.value(factor, index, pos), m.value(base, {}, pos));
                },
                e.key + " per basis x basis");
            plant_.exchanges.push_back(std::move(x));
        }
    }
    capital(unit, map);
}

} // namespace viresco::plant
