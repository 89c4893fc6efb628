// From a `kind: plant` file to named values of the model.
#include "plant/plant.h"
#include "plant/reaction.h"
#include <algorithm>
#include <cmath>

namespace viresco::plant {

using lang::Indices;
using lang::Model;
using lang::Scope;
using lang::Value;
using text::Node;

namespace {

constexpr const char* scalars[] = {"mass", "moles", "volume", "H", "cod"};
constexpr const char* families[] = {"n", "w", "x", "c"};

class Builder {
public:
    Builder(Context& c, const Node& file, const std::string& route) : c_(c), m_(c.model), d_(c.model.diagnostics), file_(file) {
        plant_.route = route;
        plant_.prefix = route + ".";
    }

    Plant build() {
        check_keys(file_, {"viresco", "kind", "title", "source", "components", "operation", "parameters", "sections", "feeds", "units", "connections",
                           "products", "utilities", "specifications", "labour"}, d_);
        plant_.title = title(file_, plant_.route);
        // Names of the cost rules are seen from every route.
        plant_.scope = m_.scope(m_.scope(nullptr, "economics."), plant_.prefix);
        mass_flow_ = m_.dim("kg/s");
        sections();
        specifications();
        operation();
        if (const Node* p = file_.find("parameters"))
            for (const ParameterDeclaration& declared : read_declarations(*p, d_))
                declare_parameter(c_, plant_.prefix, declared, nullptr, plant_.scope, plant_.scope, {});
        labour();
        feeds();
        units();
        products();
        connections();
        tear();
        wire();
        close_energy();
        utilities();
        exchanges();
        for (const auto& [path, s] : c_.varied)
            if (!s.used && path.compare(0, plant_.prefix.size(), plant_.prefix) == 0) {
                auto& d = d_.error(s.pos, MessageId::specification_varies_nothing, {s.name, path.substr(plant_.prefix.size())});
                std::vector<std::string> known;
                for (const std::string& a : c_.addresses)
                    if (a.compare(0, plant_.prefix.size(), plant_.prefix) == 0) known.push_back(a.substr(plant_.prefix.size()));
                suggest(d, path.substr(plant_.prefix.size()), known);
            }
        return std::move(plant_);
    }

private:
    matter::Title title(const Node& map, const std::string& fallback) {
        if (const Node* t = map.find("title")) return matter::read_title(*t, d_);
        return {fallback, fallback};
    }
    const Node* map_at(const Node& parent, const char* key) {
        const Node* n = parent.find(key);
        return n && expect_map(*n, std::string("'") + key + "'", d_) ? n : nullptr;
    }
    void name_of(const Node::Entry& e) {
        if (!is_name(e.key)) d_.error(e.key_pos, MessageId::not_a_name, {e.key});
        const auto [it, fresh] = names_.emplace(e.key, e.key_pos);
        if (!fresh) d_.error(e.key_pos, MessageId::defined_twice, {e.key}).see(it->second, MessageId::first_defined_here);
    }
    std::string section_of(const Node& map, const std::string& fallback) {
        const std::string s = scalar_of(map, "section", d_);
        if (s.empty()) return fallback;
        for (const auto& [name, t] : plant_.sections)
            if (name == s) return s;
        auto& d = d_.error(map.find("section")->pos(), MessageId::unknown_section, {s});
        std::vector<std::string> known;
        for (const auto& [name, t] : plant_.sections) known.push_back(name);
        suggest(d, s, known);
        return fallback;
    }

    void sections() {
        if (const Node* s = map_at(file_, "sections"))
            for (const auto& e : s->entries()) plant_.sections.emplace_back(e.key, matter::read_title(e.value, d_));
    }

    void specifications() {
        const Node* s = map_at(file_, "specifications");
        if (!s) return;
        for (const auto& e : s->entries()) {
            if (!expect_map(e.value, "'" + e.key + "'", d_)) continue;
            check_keys(e.value, {"vary", "until", "from", "title"}, d_);
            const std::string vary = scalar_of(e.value, "vary", d_);
            const Node* until = e.value.find("until");
            if (vary.empty() || !until || !until->is_scalar()) {
                d_.error(e.key_pos, MessageId::specification_incomplete, {e.key});
                continue;
            }
            Specification spec{e.key, until, e.value.find("from"), plant_.scope, e.value.find("vary")->pos(), false};
            const auto [it, fresh] = c_.varied.emplace(plant_.prefix + vary, spec);
            if (!fresh) d_.error(spec.pos, MessageId::specification_twice, {vary, it->second.name});
        }
    }

    void operation() {
        const Node* o = map_at(file_, "operation");
        for (const char* name : {"operating_time", "annual_output"}) {
            if (o && o->find(name)) continue;
            m_.add_built_in(plant_.prefix + "operation." + name, 0, [name, top = SourcePos{file_.pos().file, 1, 1, 1}](Model& m, Indices, const SourcePos& asked_at) {
                m.diagnostics.error(top, MessageId::plant_needs_operation, {name}).see(asked_at, MessageId::needed_here);
                return m.wrong();
            });
        }
        if (!o) return;
        check_keys(*o, {"operating_time", "annual_output"}, d_);
        if (const Node* t = o->find("operating_time"))
            declare_value(c_, plant_.prefix + "operation.operating_time", {}, *t, plant_.scope, m_.dimensions.one(), {"operating time", "年运行时间"});
        if (const Node* t = o->find("annual_output"))
            declare_value(c_, plant_.prefix + "operation.annual_output", {}, *t, plant_.scope, mass_flow_, {"annual output", "年产量"});
    }

    void labour() {
        const Node* l = map_at(file_, "labour");
        if (!l) {
            m_.add_built_in(plant_.prefix + "operators", 0, [](Model& m, Indices, const SourcePos&) { return m.constant(0, m.dimensions.one()); });
            return;
        }
        check_keys(*l, {"operators"}, d_);
        if (const Node* n = l->find("operators"))
            declare_value(c_, plant_.prefix + "operators", {}, *n, plant_.scope, m_.dimensions.one(), {"operators per shift", "每班操作工"});
    }

    // ---- what enters and leaves

    void flow_table(const std::string& port, const Node& flow) {
        for (const auto& e : flow.entries()) {
            if (c_.components.find(e.key) < 0) {
                suggest(d_.error(e.key_pos, MessageId::unknown_component, {e.key}), e.key, c_.components.names());
                continue;
            }
            // The parameter is <feed>.flow[x]; m[x] of the stream is that.
            declare_value(c_, port + ".flow", {e.key}, e.value, plant_.scope, mass_flow_, {"flow of " + e.key, e.key + " 流量"});
            const std::string path = port + ".flow";
            lang::Member member = m_.member(e.key);
            flows_[port].push_back({member, path});
        }
        m_.add_built_in(port + ".m", 1, [list = flows_[port]](Model& m, Indices i, const SourcePos& pos) {
            for (const auto& [member, path] : list)
                if (member == i[0]) return m.value(path, i, pos);
            return Value{m.graph.zero(), m.dim("kg/s"), false, false};
        });
    }

    void composition(const std::string& port, const Node& feed, const Node& table) {
        declare_value(c_, port + ".supplied", {}, *feed.find("mass"), plant_.scope, mass_flow_, {"flow", "流量"});
        double total = 0;
        bool constant = true;
        std::vector<lang::Member> members;
        for (const auto& e : table.entries()) {
            if (c_.components.find(e.key) < 0) {
                suggest(d_.error(e.key_pos, MessageId::unknown_component, {e.key}), e.key, c_.components.names());
                continue;
            }
            const auto q = units::parse_quantity(e.value.scalar());
            if (q) total += q->si;
            else constant = false;
            declare_value(c_, port + ".composition", {e.key}, e.value, plant_.scope, m_.dimensions.one(), {"mass fraction of " + e.key, e.key + " 质量分数"});
            members.push_back(m_.member(e.key));
        }
        if (constant && std::abs(total - 1) > 1e-9) d_.error(table.pos(), MessageId::composition_sum, {units::format_number(std::round(total * 1e9) / 1e9)});
        m_.add_built_in(port + ".m", 1, [members, port](Model& m, Indices i, const SourcePos& pos) {
            if (std::find(members.begin(), members.end(), i[0]) == members.end()) return Value{m.graph.zero(), m.dim("kg/s"), false, false};
            return m.multiply(m.value(port + ".supplied", {}, pos), m.value(port + ".composition", i, pos));
        });
    }

    void feeds() {
        const Node* f = map_at(file_, "feeds");
        if (!f) return;
        for (const auto& e : f->entries()) {
            name_of(e);
            if (!expect_map(e.value, "'" + e.key + "'", d_)) continue;
            const bool all_known = check_keys(e.value, {"flow", "mass", "composition", "T", "p", "phase", "supply", "section", "title"}, d_);
            Feed feed;
            feed.name = e.key;
            feed.pos = e.key_pos;
            feed.title = title(e.value, e.key);
            feed.section = section_of(e.value, "");
            if (const std::string phase = scalar_of(e.value, "phase", d_); !phase.empty()) {
                feed.phase = phase;
                if (phase != "gas" && phase != "liquid" && phase != "steam")
                    suggest(d_.error(e.value.find("phase")->pos(), MessageId::unknown_phase, {phase}), phase, {"gas", "liquid", "steam"}), feed.phase = "liquid";
            }
            if (all_known || e.value.find("supply")) supply(feed, e.value, e.key_pos);
            const std::string port = plant_.prefix + e.key;
            declare_port(c_, port, feed.phase);
            const Node* flow = e.value.find("flow");
            const Node* parts = e.value.find("composition");
            if (flow && !parts && expect_map(*flow, "'flow'", d_)) flow_table(port, *flow);
            else if (!flow && parts && e.value.find("mass") && expect_map(*parts, "'composition'", d_)) composition(port, e.value, *parts);
            else if ((!flow || parts) && all_known) d_.error(e.key_pos, MessageId::feed_form, {e.key});
            temperature_and_pressure(port, e.value);
            plant_.feeds.push_back(std::move(feed));
        }
    }

    void supply(Feed& feed, const Node& map, const SourcePos& pos) {
        const Node* s = map.find("supply");
        if (!s) {
            d_.error(pos, MessageId::feed_without_supply, {feed.name}).hint(MessageId::feed_supply_hint);
            return;
        }
        feed.supply_pos = s->pos();
        if (s->is_scalar()) {
            if (s->scalar() == "none") feed.free = true;
            else feed.supply.emplace_back("", s->scalar());
        } else if (s->is_map()) {
            for (const auto& e : s->entries()) {
                if (c_.components.find(e.key) < 0) suggest(d_.error(e.key_pos, MessageId::unknown_component, {e.key}), e.key, c_.components.names());
                feed.supply.emplace_back(e.key, e.value.scalar());
            }
        } else {
            d_.error(s->pos(), MessageId::expected_text, {"supply"});
        }
    }

    void temperature_and_pressure(const std::string& port, const Node& map) {
        if (const Node* t = map.find("T")) declare_value(c_, port + ".T", {}, *t, plant_.scope, m_.dim("K"), {"temperature", "温度"});
        else m_.add_built_in(port + ".T", 0, [](Model& m, Indices, const SourcePos&) { return m.constant(298.15, "K"); }, "25 degC");
        if (const Node* p = map.find("p")) declare_value(c_, port + ".p", {}, *p, plant_.scope, m_.dim("Pa"), {"pressure", "压力"});
        else m_.add_built_in(port + ".p", 0, [](Model& m, Indices, const SourcePos&) { return m.constant(101325, "Pa"); }, "1 atm");
    }

    void products() {
        const Node* p = map_at(file_, "products");
        if (!p) {
            d_.error({file_.pos().file, 1, 1, 1}, MessageId::plant_without_product);
            return;
        }
        using As = Product::As;
        static const std::vector<std::pair<std::string, As>> kinds{{"product", As::product}, {"coproduct", As::coproduct}, {"air", As::air},
                                                                 {"wastewater", As::wastewater}, {"waste", As::waste}, {"internal", As::internal}};
        bool unsure = false;
        for (const auto& e : p->entries()) {
            if (!expect_map(e.value, "'" + e.key + "'", d_)) continue;
            check_keys(e.value, {"as", "component", "treatment", "supply", "title", "section", "from"}, d_);
            Product product;
            product.name = e.key;
            product.pos = e.key_pos;
            product.title = title(e.value, e.key);
            product.section = section_of(e.value, "");
            product.component = scalar_of(e.value, "component", d_);
            product.treatment = scalar_of(e.value, "treatment", d_);
            product.supply = scalar_of(e.value, "supply", d_);
            product.from_step = scalar_of(e.value, "from", d_);
            for (const char* key : {"supply", "treatment"})
                if (const Node* item = e.value.find(key)) product.item_pos = item->pos();
            const std::string as = scalar_of(e.value, "as", d_);
            const auto kind = std::find_if(kinds.begin(), kinds.end(), [&](const auto& k) { return k.first == as; });
            if (kind == kinds.end()) {
                auto& d = d_.error(e.value.find("as") ? e.value.find("as")->pos() : e.key_pos, MessageId::unknown_product_kind, {as});
                suggest(d, as, {"product", "coproduct", "air", "wastewater", "waste", "internal"});
                product.as = As::internal;
                unsure = true;
            } else {
                product.as = kind->second;
            }
            if (product.from_step.empty()) name_of(e);
            if (!product.component.empty() && c_.components.size() > 0 && product.from_step.empty() && c_.components.find(product.component) < 0)
                suggest(d_.error(e.value.find("component")->pos(), MessageId::unknown_component, {product.component}), product.component, c_.components.names());
            plant_.products.push_back(std::move(product));
        }
        if (!unsure && std::none_of(plant_.products.begin(), plant_.products.end(), [](const Product& x) { return x.as == As::product; }))
            d_.error(p->pos(), MessageId::plant_without_product);
    }

    // ---- units

    void units() {
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
            if (e.value.find("inventory")) inventory_step(unit, e.value);
            else unit_operation(unit, e.value);
        }
    }

    std::shared_ptr<const UnitType> type_of(const Node& instance, const SourcePos& pos) {
        const Node* is = instance.find("is");
        if (!is || !is->is_scalar()) {
            d_.error(pos, MessageId::unit_without_type).hint(MessageId::unit_type_hint);
            return nullptr;
        }
        const Node* file = c_.library.load("units", "unit", is->scalar(), is->pos());
        if (!file) return nullptr;
        const std::string key = file->pos().file->path;
        auto& slot = c_.unit_types[key];
        if (!slot) slot = std::make_shared<const UnitType>(read_unit_type(*file, c_.library));
        return slot;
    }

    void unit_operation(UnitInstance& unit, const Node& map) {
        unit.type = type_of(map, unit.pos);
        const UnitType* type = unit.type.get();
        if (!type) return;
        unit.title = map.find("title") ? title(map, unit.name) : type->title;
        std::vector<std::string> known{"is", "section", "title", "reactions", "capital", "trl"};
        for (const ParameterDeclaration& p : type->parameters) known.push_back(p.name);
        check_keys(map, known, d_);
        const Scope* scope = m_.scope(nullptr, unit.prefix);
        const std::vector<std::string> reactions = read_reactions(unit, map, scope);
        c_.instance = unit.pos;
        for (const ParameterDeclaration& p : type->parameters)
            declare_parameter(c_, unit.prefix, p, map.find(p.name), plant_.scope, scope, reactions);
        c_.instance = {};
        for (const Port& port : type->ports)
            if (!port.in) declare_port(c_, unit.prefix + port.name, port.phase);
        if (type->equations)
            for (const lang::Statement& s : *type->equations) rule(*type, unit, scope, s);
        for (const Port& port : type->ports)
            if (!port.in) {
                const std::string path = unit.prefix + port.name;
                m_.set_default(path + ".m", 1, {m_.graph.zero(), mass_flow_, false, false});
                m_.expect_dimension(path + ".m", mass_flow_);
                if (!m_.declared(path + ".p")) m_.add_built_in(path + ".p", 0, [](Model& m, Indices, const SourcePos&) { return m.constant(101325, "Pa"); }, "1 atm");
                m_.expect_dimension(path + ".p", m_.dim("Pa"));
            }
        energy(*type, unit, scope);
        amounts(*type, unit, scope);
        capital(unit, map);
    }

    /// A statement of a unit file: its target must be a name of the unit or a variable of an outlet.
    void rule(const UnitType& type, const UnitInstance& unit, const Scope* scope, const lang::Statement& s) {
        const size_t dot = s.target.find('.');
        if (dot != std::string::npos) {
            const std::string port = s.target.substr(0, dot), variable = s.target.substr(dot + 1);
            const Port* p = type.port(port);
            if (!p) {
                if (reported_.insert(&s).second) {
                    std::vector<std::string> known;
                    for (const Port& q : type.ports) known.push_back(q.name);
                    suggest(d_.error(s.target_span.pos(), MessageId::unknown_port, {port, type.name}), port, known);
                }
                return;
            }
            if (p->in) {
                if (reported_.insert(&s).second) d_.error(s.target_span.pos(), MessageId::assignment_to_inlet, {s.target});
                return;
            }
            if (variable != "m" && variable != "T" && variable != "p") {
                if (reported_.insert(&s).second) d_.error(s.target_span.pos(), MessageId::assignment_to_derived, {s.target});
                return;
            }
        } else if (std::any_of(type.parameters.begin(), type.parameters.end(), [&](const auto& p) { return p.name == s.target; })) {
            if (reported_.insert(&s).second) d_.error(s.target_span.pos(), MessageId::assignment_to_parameter, {s.target});
            return;
        }
        defined_at_.emplace(unit.prefix + s.target, s.target_span.pos());
        m_.add_rule(scope, s);
    }

    std::vector<std::string> read_reactions(const UnitInstance& unit, const Node& map, const Scope* scope) {
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
            if (!is_name(e->key)) d_.error(e->key_pos, MessageId::not_a_name, {e->key});
            if (!expect_map(e->value, "'" + e->key + "'", d_)) continue;
            std::vector<std::string> known = tables;
            known.emplace_back("equation");
            check_keys(e->value, known, d_);
            const Node* equation = e->value.find("equation");
            if (!equation) {
                d_.error(e->key_pos, MessageId::reaction_without_equation, {e->key}).hint(MessageId::reaction_example);
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
                    if (c_.components.find(value->scalar()) < 0) suggest(d_.error(value->pos(), MessageId::unknown_component, {value->scalar()}), value->scalar(), c_.components.names());
                    else m_.add_index(path, m_.member(value->scalar()));
                } else if (value) {
                    // The unit of the table's default is asked of its members too.
                    lang::DimId dim = -1;
                    if (p.unit) dim = m_.dimensions.intern(p.unit->dimension);
                    else if (const Node* v = p.node->is_map() ? p.node->find("value") : p.node; v && v->is_scalar())
                        if (const auto q = units::parse_quantity(v->scalar())) dim = m_.dimensions.intern(q->unit.dimension);
                    declare_value(c_, unit.prefix + p.name, {e->key}, *value, e->value.find("equation") && own && own->find(e->key) ? scope : plant_.scope, dim, p.title);
                }
            }
        }
        m_.add_built_in(unit.prefix + "nu", 2, [nu](Model& m, Indices i, const SourcePos&) {
            const auto it = nu.find({i[0], i[1]});
            return m.constant(it == nu.end() ? 0.0 : it->second, m.dimensions.one());
        }, "stoichiometric coefficient");
        return names;
    }

    /// A named amount: formula or quantity in the unit's scope.
    void formula(const std::string& path, const Scope* scope, const Node& node, lang::DimId want = -1) {
        if (!node.is_scalar()) {
            d_.error(node.pos(), MessageId::expected_text, {path.substr(path.rfind('.') + 1)});
            return;
        }
        if (const auto q = units::parse_quantity(node.scalar())) {
            const lang::DimId dim = m_.dimensions.intern(q->unit.dimension);
            const double si = q->si;
            if (want >= 0 && dim != want && !(si == 0 && dim == 0)) d_.error(node.pos(), MessageId::wrong_dimension, {path, m_.dimensions.text(want), m_.dimensions.text(dim)});
            m_.add_built_in(path, 0, [si, dim](Model& m, Indices, const SourcePos&) { return Value{m.graph.constant(si), dim, si == 0 && dim == 0, false}; }, node.scalar());
            return;
        }
        m_.add_formula(path, {}, scope, lang::parse_expression(node, d_), node.pos());
        if (want >= 0) m_.expect_dimension(path, want);
    }

    void energy(const UnitType& type, UnitInstance& unit, const Scope* scope) {
        const Node* e = type.file->find("energy");
        if (!e) {
            if (!type.ports.empty()) d_.error({type.file->pos().file, 1, 1, 1}, MessageId::unit_without_energy, {type.name}).hint(MessageId::closing_hint);
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
                d_.error(t->pos(), MessageId::closing_form, {unit.closing});
                not_closed_.insert(&type);
            }
        }
        if (closing.size() != 1) {
            auto& d = d_.error(e->pos(), MessageId::one_closing_term, {type.name, std::to_string(closing.size())});
            d.hint(MessageId::closing_hint);
            not_closed_.insert(&type);
            unit.closing.clear();
        }
        for (const auto& term : unit.energy)
            if (term.closing && m_.declared(term.path)) d_.error(closing.front(), MessageId::defined_twice, {term.name});
    }

    void amounts(const UnitType& type, UnitInstance& unit, const Scope* scope) {
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
            d_.error(requires_list->pos(), MessageId::expected_list, {"'requires'"});
            return;
        }
        int k = 0;
        for (const Node& item : requires_list->items()) {
            if (!expect_map(item, "a requirement", d_)) continue;
            check_keys(item, {"check", "message"}, d_);
            const Node* check = item.find("check");
            if (!check || !check->is_scalar() || !item.find("message")) {
                d_.error(item.pos(), MessageId::requirement_form);
                continue;
            }
            const std::string path = unit.prefix + "requires." + std::to_string(++k);
            m_.add_formula(path, {}, scope, lang::parse_expression(*check, d_), check->pos());
            unit.checks.push_back({path, &item, scope});
        }
    }

    void capital(const UnitInstance& unit, const Node& map) {
        const Node* cap = map_at(map, "capital");
        if (!cap) return;
        check_keys(*cap, {"reference_cost", "reference_size", "exponent", "size", "installation_factor", "count"}, d_);
        Equipment e{unit.name, unit.prefix + "capital.", cap->pos(), {}};
        const Scope* scope = m_.scope(plant_.scope, unit.prefix);
        for (const char* need : {"reference_cost", "reference_size", "size"})
            if (!cap->find(need)) d_.error(cap->pos(), MessageId::capital_incomplete, {need});
        for (const auto& item : cap->entries()) {
            e.given.insert(item.key);
            declare_value(c_, e.prefix + item.key, {}, item.value, scope, -1, {item.key, item.key});
        }
        plant_.equipment.push_back(std::move(e));
    }

    void inventory_step(UnitInstance& unit, const Node& map) {
        check_keys(map, {"inventory", "section", "title", "capital", "trl"}, d_);
        unit.title = title(map, unit.name);
        const Node& inventory = *map.find("inventory");
        if (!expect_map(inventory, "'inventory'", d_)) return;
        check_keys(inventory, {"basis", "consumption", "production"}, d_);
        const Node* basis = inventory.find("basis");
        if (!basis) {
            d_.error(inventory.pos(), MessageId::inventory_without_basis);
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
                m_.add_built_in(x.amount, 0, [factor, base, member](Model& m, Indices, const SourcePos& pos) {
                    const lang::Member index[1] = {member};
                    return m.multiply(m.value(factor, index, pos), m.value(base, {}, pos));
                }, e.key + " per basis x basis");
                plant_.exchanges.push_back(std::move(x));
            }
        }
        capital(unit, map);
    }

    // ---- connections

    struct End {
        std::string unit, port; // unit empty: feed or product `port`
        SourcePos pos;
        const Port* declared = nullptr;
    };

    std::optional<End> end_of(const Node& node, size_t begin, const std::string& word, bool source) {
        End e;
        e.pos = node.position(begin, word.size());
        const size_t dot = word.find('.');
        if (dot == std::string::npos) {
            e.port = word;
            std::vector<std::string> known;
            bool found = false;
            if (source)
                for (const Feed& f : plant_.feeds) known.push_back(f.name), found = found || f.name == word;
            else
                for (const Product& p : plant_.products) known.push_back(p.name), found = found || p.name == word;
            if (found) return e;
            if (known.empty()) return std::nullopt; // said where the list is missing
            auto& d = d_.error(e.pos, source ? MessageId::unknown_feed : MessageId::unknown_product, {word});
            for (const UnitInstance& u : plant_.units)
                if (u.name == word) d.hint(MessageId::name_the_port, {word});
            if (source)
                for (const Product& p : plant_.products)
                    if (p.name == word) d.hint(MessageId::product_is_target, {word});
            if (!source)
                for (const Feed& f : plant_.feeds)
                    if (f.name == word) d.hint(MessageId::feed_is_source, {word});
            suggest(d, word, known);
            return std::nullopt;
        }
        e.unit = word.substr(0, dot);
        e.port = word.substr(dot + 1);
        for (const UnitInstance& u : plant_.units) {
            if (u.name != e.unit) continue;
            if (!u.type) return std::nullopt;
            e.declared = u.type->port(e.port);
            std::vector<std::string> known;
            for (const Port& p : u.type->ports)
                if (p.in != source) known.push_back(p.name);
            if (!e.declared) {
                suggest(d_.error(node.position(begin + dot + 1, e.port.size()), MessageId::unknown_port, {e.port, u.name}), e.port, known);
                return std::nullopt;
            }
            if (e.declared->in == source) {
                d_.error(e.pos, source ? MessageId::inlet_as_source : MessageId::outlet_as_target, {word});
                return std::nullopt;
            }
            return e;
        }
        std::vector<std::string> known;
        for (const UnitInstance& u : plant_.units) known.push_back(u.name);
        suggest(d_.error(node.position(begin, dot), MessageId::unknown_unit, {e.unit}), e.unit, known);
        return std::nullopt;
    }

    void connections() {
        const Node* node = file_.find("connections");
        if (!node) return;
        if (!node->is_scalar()) {
            d_.error(node->pos(), MessageId::expected_text, {"connections"});
            return;
        }
        const std::string& t = node->scalar();
        std::map<std::string, SourcePos> sources, targets;
        bool complete = true;
        for (size_t i = 0; i < t.size();) {
            size_t end = t.find_first_of(";\n", i);
            if (end == std::string::npos) end = t.size();
            size_t stop = std::min(end, t.find('#', i));
            if (stop < end) end = std::min(t.size(), t.find('\n', stop)); // a comment ends with its line
            const size_t arrow = t.find("->", i);
            const auto trim = [&](size_t a, size_t b) {
                while (a < b && (t[a] == ' ' || t[a] == '\t')) ++a;
                while (b > a && (t[b - 1] == ' ' || t[b - 1] == '\t' || t[b - 1] == '\r')) --b;
                return std::pair{a, b};
            };
            const auto [a, b] = trim(i, stop);
            if (a < b) {
                if (arrow == std::string::npos || arrow >= stop) {
                    d_.error(node->position(a, b - a), MessageId::connection_form, {t.substr(a, b - a)});
                    complete = false;
                } else {
                    const auto [fa, fb] = trim(a, arrow);
                    const auto [ta, tb] = trim(arrow + 2, stop);
                    const auto from = end_of(*node, fa, t.substr(fa, fb - fa), true);
                    const auto to = end_of(*node, ta, t.substr(ta, tb - ta), false);
                    if (from && to) connect(*from, *to, sources, targets);
                    else complete = false;
                }
            }
            i = end + 1;
        }
        if (!complete) return; // what seems to lack a connection may be what a misspelt name meant
        // Nothing may leave to nowhere, and every inlet must be fed.
        for (const UnitInstance& u : plant_.units) {
            if (!u.type) continue;
            for (const Port& p : u.type->ports) {
                const std::string name = u.name + "." + p.name;
                if (p.in && !p.many && !p.optional && !targets.count(name)) d_.error(u.pos, MessageId::inlet_not_connected, {name});
                if (!p.in && !sources.count(name)) d_.error(u.pos, MessageId::outlet_not_connected, {name}).hint(MessageId::outlet_hint);
            }
        }
        for (const Feed& f : plant_.feeds)
            if (!sources.count(f.name)) d_.error(f.pos, MessageId::feed_not_connected, {f.name});
        for (const Product& p : plant_.products)
            if (p.from_step.empty() && !targets.count(p.name)) d_.error(p.pos, MessageId::product_not_connected, {p.name});
    }

    void connect(const End& from, const End& to, std::map<std::string, SourcePos>& sources, std::map<std::string, SourcePos>& targets) {
        const auto full = [](const End& e) { return e.unit.empty() ? e.port : e.unit + "." + e.port; };
        const auto [s, fresh_source] = sources.emplace(full(from), from.pos);
        if (!fresh_source) d_.error(from.pos, MessageId::outlet_used_twice, {full(from)}).see(s->second, MessageId::first_used_here).hint(MessageId::use_splitter);
        const auto [g, fresh_target] = targets.emplace(full(to), to.pos);
        if (!fresh_target && !(to.declared && to.declared->many)) d_.error(to.pos, MessageId::inlet_used_twice, {full(to)}).see(g->second, MessageId::first_used_here).hint(MessageId::use_mixer);
        Stream stream;
        stream.id = full(from) + " -> " + full(to);
        stream.from_unit = from.unit;
        stream.from_port = from.unit.empty() ? "" : from.port;
        stream.to_unit = to.unit;
        stream.to_port = to.unit.empty() ? "" : to.port;
        stream.path = plant_.prefix + full(from);
        stream.pos = from.pos;
        if (from.unit.empty()) {
            for (const Feed& f : plant_.feeds)
                if (f.name == from.port) stream.phase = f.phase;
        } else {
            stream.phase = from.declared->phase;
        }
        if (to.unit.empty()) product_streams_[to.port] = plant_.streams.size();
        plant_.streams.push_back(std::move(stream));
        plant_.has_streams = true;
    }

    /// Streams that close a loop, in the order of the file, are torn: a depth-first walk's back edges.
    void tear() {
        std::map<std::string, std::vector<size_t>> leaving;
        for (size_t k = 0; k < plant_.streams.size(); ++k)
            if (!plant_.streams[k].from_unit.empty() && !plant_.streams[k].to_unit.empty()) leaving[plant_.streams[k].from_unit].push_back(k);
        std::map<std::string, int> state; // 1 on the path, 2 done
        struct Frame {
            std::string unit;
            size_t next;
        };
        for (const UnitInstance& u : plant_.units) {
            if (state[u.name]) continue;
            std::vector<Frame> path{{u.name, 0}};
            state[u.name] = 1;
            while (!path.empty()) {
                Frame& f = path.back();
                const std::vector<size_t>& out = leaving[f.unit];
                if (f.next == out.size()) {
                    state[f.unit] = 2;
                    path.pop_back();
                    continue;
                }
                Stream& s = plant_.streams[out[f.next++]];
                if (state[s.to_unit] == 1) s.torn = true;
                else if (!state[s.to_unit]) {
                    state[s.to_unit] = 1;
                    path.push_back({s.to_unit, 0});
                }
            }
        }
    }

    /// What an inlet or a product tells is what its stream tells.
    void alias(const std::string& port, const std::string& source) {
        for (const char* name : families)
            m_.add_built_in(port + "." + name, 1, [path = source + "." + name](Model& m, Indices i, const SourcePos& pos) { return m.value(path, i, pos); }, "from " + source);
        m_.add_built_in(port + ".m", 1, [path = source + ".m"](Model& m, Indices i, const SourcePos& pos) { return m.value(path, i, pos); }, "from " + source);
        for (const char* name : scalars)
            m_.add_built_in(port + "." + name, 0, [path = source + "." + name](Model& m, Indices i, const SourcePos& pos) { return m.value(path, i, pos); }, "from " + source);
        for (const char* name : {"T", "p"})
            m_.add_built_in(port + "." + name, 0, [path = source + "." + name](Model& m, Indices i, const SourcePos& pos) { return m.value(path, i, pos); }, "from " + source);
    }

    /// A torn stream: unknowns m[c], T and p that must equal what the source sends.
    void torn_stream(Stream& s, int group) {
        const std::string source = s.path, path = plant_.prefix + "recycle." + s.to_unit + "." + s.to_port + "." + std::to_string(group);
        declare_port(c_, path, s.phase);
        const auto unknown = [source, pos = s.pos, id = s.id, group](Model& m, const std::string& name, Indices i, double start, const char* unit, int in_group) {
            lang::Unknown u;
            u.kind = lang::Unknown::Kind::tear;
            u.path = id + ": " + name + (i.empty() ? "" : "[" + m.member_name(i[0]) + "]");
            u.equation = "what comes back equals what was assumed";
            u.pos = pos;
            u.start = m.graph.constant(start);
            u.group = in_group ? group : -1;
            const std::vector<lang::Member> index(i.begin(), i.end());
            const int k = static_cast<int>(m.unknowns().size());
            const lang::DimId dim = m.dim(unit);
            const lang::NodeId node = m.add_unknown(std::move(u), [source, name, index, pos, k, dim](Model& model) {
                return std::pair{model.value(source + "." + name, index, pos), Value{model.unknowns()[static_cast<size_t>(k)].node, dim, false, false}};
            });
            return Value{node, dim, false, false};
        };
        m_.add_built_in(path + ".m", 1, [unknown](Model& m, Indices i, const SourcePos&) { return unknown(m, "m", i, 0, "kg/s", 1); }, "recycle " + s.id);
        m_.add_built_in(path + ".T", 0, [unknown](Model& m, Indices i, const SourcePos&) { return unknown(m, "T", i, 298.15, "K", 0); }, "recycle " + s.id);
        m_.add_built_in(path + ".p", 0, [unknown](Model& m, Indices i, const SourcePos&) { return unknown(m, "p", i, 101325, "Pa", 0); }, "recycle " + s.id);
        s.path = path;
    }

    void wire() {
        int group = 0;
        for (Stream& s : plant_.streams)
            if (s.torn) torn_stream(s, ++groups_), ++group;
        for (const Product& p : plant_.products)
            if (const auto it = product_streams_.find(p.name); it != product_streams_.end()) alias(plant_.prefix + p.name, plant_.streams[it->second].path);
        for (const UnitInstance& u : plant_.units) {
            if (!u.type) continue;
            for (const Port& port : u.type->ports) {
                if (!port.in) continue;
                std::vector<std::string> sources;
                for (const Stream& s : plant_.streams)
                    if (s.to_unit == u.name && s.to_port == port.name) sources.push_back(s.path);
                const std::string path = u.prefix + port.name;
                if (!port.many && sources.size() == 1) alias(path, sources.front());
                else many(path, sources);
            }
        }
    }

    void many(const std::string& path, const std::vector<std::string>& sources) {
        const auto sum = [sources](const std::string& name, const char* unit) {
            return [sources, name, unit](Model& m, Indices i, const SourcePos& pos) {
                Value total{m.graph.zero(), m.dim(unit), false, false};
                for (const std::string& s : sources) total = m.add(total, m.value(s + "." + name, i, pos), pos);
                return total;
            };
        };
        m_.add_built_in(path + ".m", 1, sum("m", "kg/s"), "sum of what enters");
        m_.add_built_in(path + ".n", 1, sum("n", "mol/s"), "sum of what enters");
        constexpr std::pair<const char*, const char*> totals[] = {{"mass", "kg/s"}, {"moles", "mol/s"}, {"volume", "m3/s"}, {"H", "W"}, {"cod", "kg/s"}};
        for (const auto& [name, unit] : totals) m_.add_built_in(path + "." + name, 0, sum(name, unit), "sum of what enters");
        if (const Node* file = c_.library.load("language", "stream", "stream", {}))
            if (const Node* equations = file->find("many")) {
                const Scope* scope = m_.scope(nullptr, path + ".");
                for (const lang::Statement& s : c_.library.statements(*equations)) m_.add_rule(scope, s);
            }
    }

    // ---- energy, utilities

    /// Enthalpy in minus out plus the named terms but one.
    static Value balance(Model& m, const std::vector<std::string>& in, const std::vector<std::string>& out, const SourcePos& pos) {
        Value total{m.graph.zero(), m.dim("W"), false, false};
        for (const std::string& path : in) total = m.add(total, m.value(path, {}, pos), pos);
        for (const std::string& path : out) total = m.subtract(total, m.value(path, {}, pos), pos);
        return total;
    }

    void close_energy() {
        for (const UnitInstance& u : plant_.units) {
            if (!u.type) continue;
            std::vector<std::string> in, out;
            for (const Port& p : u.type->ports) (p.in ? in : out).push_back(u.prefix + p.name + ".H");
            const EnergyTerm* closing = nullptr;
            for (const EnergyTerm& t : u.energy) {
                if (t.closing) closing = &t;
                else (t.in ? in : out).push_back(t.path);
            }
            if (closing) {
                const bool inward = closing->in;
                m_.add_built_in(closing->path, 0, [in, out, inward](Model& m, Indices, const SourcePos& pos) {
                    return inward ? balance(m, out, in, pos) : balance(m, in, out, pos);
                }, "closes the energy balance");
            } else if (!u.closing.empty()) {
                const std::string path = u.prefix + u.closing;
                if (m_.declared(path)) {
                    const auto at = defined_at_.find(path);
                    d_.error(at == defined_at_.end() ? u.pos : at->second, MessageId::closing_is_defined, {u.closing, u.type->name})
                        .see(u.type->file->find("energy")->pos(), MessageId::closing_said_here);
                    continue;
                }
                m_.add_built_in(path, 0, [in, out, path, pos = u.pos](Model& m, Indices, const SourcePos&) {
                    lang::Unknown unknown;
                    unknown.path = path;
                    unknown.equation = "enthalpy in == enthalpy out";
                    unknown.pos = pos;
                    unknown.start = m.graph.constant(303.15);
                    const lang::NodeId node = m.add_unknown(std::move(unknown), [in, out, pos](Model& model) {
                        return std::pair{balance(model, in, {}, pos), balance(model, out, {}, pos)};
                    });
                    return Value{node, m.dim("K"), false, false};
                }, "closes the energy balance");
            }
            for (const Port& p : u.type->ports)
                if (!p.in) {
                    if (!m_.declared(u.prefix + p.name + ".T")) {
                        if (!not_closed_.count(u.type.get()) && reported_ports_.insert(&p).second) d_.error(p.pos, MessageId::outlet_without_temperature, {p.name, u.type->name});
                    } else {
                        m_.expect_dimension(u.prefix + p.name + ".T", m_.dim("K"));
                    }
                }
        }
    }

    void utilities() {
        std::map<std::string, std::pair<std::string, const Node*>> from; // carrier -> unit or item, content
        std::map<std::string, SourcePos> said_at;
        if (const Node* u = map_at(file_, "utilities"))
            for (const auto& e : u->entries()) {
                said_at[e.key] = e.value.pos();
                if (e.value.is_map()) {
                    check_keys(e.value, {"supply", "content"}, d_);
                    from[e.key] = {scalar_of(e.value, "supply", d_), e.value.find("content")};
                } else {
                    from[e.key] = {e.value.scalar(), nullptr};
                }
            }
        std::map<std::string, std::vector<std::string>> demands; // serving unit -> amounts
        std::map<std::string, std::string> contents;
        for (const UnitInstance& u : plant_.units)
            for (const Use& use : u.uses) {
                const auto it = from.find(use.carrier);
                if (it == from.end()) {
                    auto& d = d_.error(u.pos, MessageId::carrier_without_source, {use.carrier, u.name});
                    d.hint(MessageId::carrier_hint, {use.carrier});
                    from[use.carrier] = {use.carrier, nullptr}; // said once
                    continue;
                }
                const std::string& source = it->second.first;
                const auto serving = std::find_if(plant_.units.begin(), plant_.units.end(), [&](const UnitInstance& x) { return x.name == source; });
                if (serving != plant_.units.end()) {
                    if (!serving->type || serving->type->serves != use.carrier) {
                        d_.error(said_at[use.carrier], MessageId::unit_does_not_serve, {source, use.carrier});
                        continue;
                    }
                    demands[source].push_back(use.path);
                    continue;
                }
                Exchange x;
                x.id = u.name + "." + use.carrier;
                x.item = source;
                x.step = u.section;
                x.unit = u.name;
                x.pos = said_at[use.carrier] ? said_at[use.carrier] : use.pos;
                x.title = {use.carrier, use.carrier};
                x.amount = use.path;
                if (it->second.second) {
                    std::string& path = contents[use.carrier];
                    if (path.empty()) {
                        path = plant_.prefix + "utilities." + use.carrier + ".content";
                        declare_value(c_, path, {}, *it->second.second, plant_.scope, m_.dim("J/kg"), {"heat per mass of " + use.carrier, use.carrier + " 单位质量热量"});
                    }
                    x.content = path;
                }
                plant_.exchanges.push_back(std::move(x));
            }
        for (const UnitInstance& u : plant_.units) {
            if (!u.type || u.type->serves.empty()) continue;
            m_.add_built_in(u.prefix + "demand", 0, [paths = demands[u.name]](Model& m, Indices, const SourcePos& pos) {
                Value total{m.graph.zero(), m.dimensions.one(), true, false};
                for (const std::string& path : paths) total = m.add(total, m.value(path, {}, pos), pos);
                if (total.any_dim) total = {m.graph.zero(), m.dim("W"), false, false};
                return total;
            }, "sum of what the plant uses of " + u.type->serves);
        }
    }

    // ---- what crosses the boundary

    std::string section_fed(const std::string& feed) {
        for (const Stream& s : plant_.streams)
            if (s.from_unit.empty() && s.path == plant_.prefix + feed)
                for (const UnitInstance& u : plant_.units)
                    if (u.name == s.to_unit) return u.section;
        return plant_.sections.empty() ? "" : plant_.sections.front().first;
    }

    void exchanges() {
        std::vector<Exchange> list;
        for (const Feed& f : plant_.feeds) {
            auto supply = f.supply;
            if (f.free) supply.emplace_back("", "");
            for (const auto& [component, item] : supply) {
                Exchange x;
                x.id = component.empty() ? f.name : f.name + "." + component;
                x.title = f.title;
                x.item = item;
                x.component = component;
                x.step = f.section.empty() ? section_fed(f.name) : f.section;
                x.pos = f.supply_pos ? f.supply_pos : f.pos;
                x.stream = plant_.prefix + f.name;
                for (const Stream& s : plant_.streams)
                    if (s.path == x.stream) x.unit = s.to_unit;
                list.push_back(std::move(x));
            }
        }
        for (const Product& p : plant_.products) {
            Exchange x;
            x.id = p.name;
            x.title = p.title;
            x.pos = p.item_pos ? p.item_pos : p.pos;
            using As = Product::As;
            using Kind = Exchange::Kind;
            switch (p.as) {
            case As::product: x.kind = Kind::product; break;
            case As::coproduct: x.kind = Kind::coproduct, x.item = p.supply; break;
            case As::air: x.kind = Kind::air, x.item = p.treatment; break;
            case As::wastewater: x.kind = Kind::wastewater, x.item = p.treatment; break;
            case As::waste: x.kind = Kind::waste, x.item = p.treatment; break;
            case As::internal: continue;
            }
            if (const auto it = product_streams_.find(p.name); it != product_streams_.end()) {
                const Stream& s = plant_.streams[it->second];
                x.stream = plant_.prefix + p.name;
                x.unit = s.from_unit;
            } else if (!p.from_step.empty()) {
                x.unit = p.from_step;
                x.amount = plant_.prefix + p.from_step + ".basis";
            }
            for (const UnitInstance& u : plant_.units)
                if (u.name == x.unit) x.step = u.section;
            if (!p.section.empty()) x.step = p.section;
            if (!p.from_step.empty() && !m_.declared(x.amount)) {
                d_.error(p.pos, MessageId::unknown_unit, {p.from_step});
                continue;
            }
            if (x.kind == Kind::product) product_mass(p, x);
            list.push_back(std::move(x));
        }
        plant_.exchanges.insert(plant_.exchanges.begin(), list.begin(), list.end());
        for (Exchange& x : plant_.exchanges) x.member = m_.member(x.id);
    }

    void product_mass(const Product& p, const Exchange& x) {
        if (!plant_.product_path.empty()) {
            d_.error(p.pos, MessageId::two_products);
            return;
        }
        plant_.product_path = plant_.prefix + "pure_product";
        const std::string component = p.component;
        m_.add_built_in(plant_.product_path, 0, [x, component](Model& m, Indices, const SourcePos& pos) {
            if (x.stream.empty()) return m.value(x.amount, {}, pos);
            if (component.empty()) return m.value(x.stream + ".mass", {}, pos);
            const lang::Member index[1] = {m.member(component)};
            return m.value(x.stream + ".m", index, pos);
        }, "pure product");
    }

    Context& c_;
    Model& m_;
    Diagnostics& d_;
    const Node& file_;
    Plant plant_;
    lang::DimId mass_flow_ = 0;
    int groups_ = 0;
    std::map<std::string, SourcePos> names_;
    std::map<std::string, std::vector<std::pair<lang::Member, std::string>>> flows_;
    std::map<std::string, size_t> product_streams_;
    std::set<const lang::Statement*> reported_;
    std::set<const Port*> reported_ports_;
    std::set<const UnitType*> not_closed_;          // their energy is already complained about
    std::map<std::string, SourcePos> defined_at_;   // full path -> the equation that defines it
};

} // namespace

Plant build_plant(Context& c, const Node& file, const std::string& route) { return Builder(c, file, route).build(); }

const matter::Title& section_title(const Plant& plant, const std::string& name) {
    static const matter::Title none;
    for (const auto& [section, title] : plant.sections)
        if (section == name) return title;
    for (const UnitInstance& u : plant.units)
        if (u.name == name) return u.title;
    return none;
}

} // namespace viresco::plant
