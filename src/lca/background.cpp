#include "lca/background.h"
#include "base/messages/lca.h"
#include "base/messages/plant.h"
#include "lca/background_database.h"
#include "matter/quantity.h"
#include <algorithm>

namespace viresco::lca {

using lang::Indices;
using lang::Model;
using lang::Value;
using plant::Context;
using plant::Exchange;
using text::Node;

namespace {

const std::vector<std::string> plain_keys{"title",  "category", "unit",     "evidence",
                                          "source", "factors",  "verified", "process"};
const std::vector<std::string> attributes{"water_content", "mass", "energy", "energy_equivalent"};

/// Declares one factor as a parameter `background.<item>.<factor>`.
void declare_factor(Context& c, Item& item, const std::string& root, const std::string& name, matter::Datum datum) {
    lang::Parameter p;
    p.path = root + "." + name;
    p.datum = datum;
    p.title = item.title;
    c.addresses.push_back(p.path);
    const Node* override = c.overrides.find(p.path);
    const std::string path = p.path;
    const int index = c.model.add_parameter(std::move(p));
    c.model.bind_parameter(path, {}, index);
    item.factors[name] = index;
    if (!override) return;
    const auto value = matter::read_datum(*override, c.model.diagnostics);
    if (!value) return;
    if (value->unit.dimension != datum.unit.dimension) {
        c.model.diagnostics.error(override->pos(), message::parameter_dimension,
                                  {path, value->unit.text.empty() ? "1" : value->unit.text, datum.unit.text});
        return;
    }
    c.settings.push_back({index, value->si, *value});
    if (datum.low_si && datum.high_si && (value->si < *datum.low_si || value->si > *datum.high_si)) {
        const auto shown = [&](double si) {
            return units::format_number(datum.unit.from_si(si)) + " " + datum.unit.text;
        };
        c.model.diagnostics.warning(override->pos(), message::outside_range,
                                    {path, shown(value->si), shown(*datum.low_si), shown(*datum.high_si)});
    }
}

/// Reads one factor of a file.
void factor(Context& c, Item& item, const std::string& root, const std::string& name, const Node& node,
            const matter::Datum& defaults) {
    auto datum = matter::read_datum(node, c.model.diagnostics);
    if (!datum) return;
    if (!datum->evidence_given) datum->evidence = defaults.evidence;
    if (datum->source.empty()) datum->source = defaults.source;
    declare_factor(c, item, root, name, *datum);
}

matter::Datum defaults_of(Context& c, const Node& map) {
    matter::Datum out;
    if (const Node* e = map.find("evidence"))
        if (const auto v = matter::read_evidence(*e, c.model.diagnostics)) out.evidence = *v;
    if (const Node* s = map.find("source"))
        if (const auto v = matter::read_source(*s, c.model.diagnostics)) out.source = *v;
    return out;
}

/// The factor set of electricity that the case chose.
void choose(Context& c, Item& item, const Node& factors, const Electricity& wanted, const matter::Datum& defaults) {
    item.choice = wanted.pos;
    if (wanted.region.empty() && wanted.year == 0) { // an error only where electricity is used
        item.not_chosen = true;
        return;
    }
    std::vector<std::string> known;
    for (const Node& f : factors.items()) {
        if (!plant::expect_map(f, "a factor", c.model.diagnostics)) return;
        const auto get = [&](const char* key) { return f.find(key) ? f.find(key)->scalar() : std::string(); };
        known.push_back(get("region") + " " + get("type") + " " + get("year"));
        if (get("region") != wanted.region || get("type") != wanted.type || get("year") != std::to_string(wanted.year))
            continue;
        matter::Datum own = defaults_of(c, f);
        if (!f.find("evidence")) own.evidence = defaults.evidence;
        item.electricity_type = wanted.type;
        if (const Node* v = f.find("verified")) item.verified = v->scalar() == "true";
        for (const auto& e : f.entries()) {
            if (e.key == "region" || e.key == "type" || e.key == "year" || e.key == "evidence" || e.key == "source" ||
                e.key == "verified")
                continue;
            factor(c, item, "electricity", e.key, e.value, own);
        }
        return;
    }
    const std::string text = wanted.region + " " + wanted.type + " " + std::to_string(wanted.year);
    auto& d = c.model.diagnostics.error(wanted.pos, message::no_such_electricity, {text});
    suggest(d, text, known);
}

} // namespace

Electricity read_electricity(const Node& map, Diagnostics& d, Electricity e) {
    e.pos = map.pos();
    if (!plant::expect_map(map, "'electricity'", d)) return e;
    plant::check_keys(map, {"region", "type", "year"}, d);
    if (const Node* n = map.find("region")) e.region = n->scalar();
    if (const Node* n = map.find("type")) {
        e.type = n->scalar();
        if (e.type != "footprint" && e.type != "emission")
            suggest(d.error(n->pos(), message::unknown_electricity_type, {e.type}), e.type, {"footprint", "emission"});
    }
    if (const Node* n = map.find("year")) e.year = std::atoi(n->scalar().c_str());
    return e;
}

const Item* Background::find(const std::string& name) const {
    const auto it = items.find(name);
    return it == items.end() ? nullptr : &it->second;
}

Background read_background(Context& c, const std::vector<const Node*>& files, const Electricity& electricity) {
    Background out;
    Diagnostics& d = c.model.diagnostics;
    // A later file's item replaces an earlier one's.
    struct Given {
        const Node::Entry* entry;
        BackgroundDatabase* database;
    };
    std::map<std::string, Given> entries;
    std::vector<std::unique_ptr<BackgroundDatabase>> databases;
    for (const Node* file : files) {
        plant::check_keys(*file, {"viresco", "kind", "title", "source", "licence", "items", "database", "impacts"}, d);
        BackgroundDatabase* database = nullptr;
        if (file->find("database")) {
            databases.push_back(BackgroundDatabase::open(*file, c.library.sources, d));
            database = databases.back().get();
        }
        if (const Node* items = file->find("items"); items && plant::expect_map(*items, "'items'", d))
            for (const auto& e : items->entries()) entries[e.key] = {&e, database};
    }
    for (const auto& [name, given] : entries) {
        const Node::Entry* const entry = given.entry;
        const Node& map = entry->value;
        if (!plant::expect_map(map, "'" + name + "'", d)) continue;
        Item item;
        item.name = name;
        item.pos = entry->key_pos;
        item.title = map.find("title") ? matter::read_title(*map.find("title"), d) : matter::Title{name, name};
        item.category = map.find("category") ? map.find("category")->scalar() : "material";
        if (item.category != "material" && item.category != "water" && item.category != "energy" &&
            item.category != "treatment")
            suggest(d.error(map.find("category")->pos(), message::unknown_category, {item.category}), item.category,
                    {"material", "water", "energy", "treatment"});
        if (const Node* u = map.find("unit")) {
            if (const auto unit = matter::read_unit(*u, d)) item.unit = *unit;
        } else {
            d.error(entry->key_pos, message::item_without_unit, {name});
        }
        if (const Node* v = map.find("verified")) item.verified = v->scalar() == "true";
        const matter::Datum defaults = defaults_of(c, map);
        for (const auto& e : map.entries()) {
            if (std::find(plain_keys.begin(), plain_keys.end(), e.key) != plain_keys.end()) continue;
            factor(c, item, "background." + name, e.key, e.value, defaults);
        }
        if (const Node* factors = map.find("factors")) choose(c, item, *factors, electricity, defaults);
        if (const Node* process = map.find("process")) {
            if (!given.database)
                d.error(process->pos(), message::process_without_database, {name});
            else {
                if (!given.database->verified()) item.verified = false;
                for (auto& [impact, datum] : given.database->factors(*process, item.unit, d)) {
                    if (map.find("evidence")) datum.evidence = defaults.evidence;
                    declare_factor(c, item, "background." + name, impact, datum);
                }
            }
        }
        for (const auto& [f, index] : item.factors)
            if (std::find(attributes.begin(), attributes.end(), f) == attributes.end() &&
                std::find(out.impacts.begin(), out.impacts.end(), f) == out.impacts.end())
                out.impacts.push_back(f);
        out.items.emplace(name, std::move(item));
    }
    return out;
}

void read_prices(Context& c, const std::vector<const Node*>& files) {
    Diagnostics& d = c.model.diagnostics;
    std::map<std::string, std::pair<const Node::Entry*, matter::Datum>> entries;
    for (const Node* file : files) {
        plant::check_keys(*file, {"viresco", "kind", "title", "evidence", "source", "items"}, d);
        const matter::Datum defaults = defaults_of(c, *file);
        if (const Node* items = file->find("items"); items && plant::expect_map(*items, "'items'", d))
            for (const auto& e : items->entries()) entries[e.key] = {&e, defaults};
    }
    for (const auto& [name, entry] : entries) {
        Item item;
        item.title = {name, name};
        factor(c, item, "prices", name, entry.first->value, entry.second);
        if (const auto it = item.factors.find(name); it != item.factors.end()) {
            const auto& p = c.model.parameters()[static_cast<size_t>(it->second)];
            if (p.datum.si < 0)
                d.error(p.datum.pos, message::negative_price, {name, lang::format_si(p.datum.si, p.datum.unit)});
        }
    }
}

namespace {

/// Attributes of one route's exchanges as built-in families of the model.
class Attributes {
public:
    Attributes(Context& c, const plant::Plant& p, const Background& b) : c_(c), m_(c.model), plant_(p), background_(b) {
        for (const Exchange& x : p.exchanges) by_member_[x.member] = &x;
    }

    void declare() {
        for (const Exchange& x : plant_.exchanges)
            if (!x.item.empty() && !background_.find(x.item)) {
                std::vector<std::string> known;
                for (const auto& [name, item] : background_.items) known.push_back(name);
                suggest(m_.diagnostics.error(x.pos, message::unknown_item, {x.item}), x.item, known);
            }
        std::vector<std::string> names{"amount", "mass", "water", "cod", "volume", "voc", "energy", "energy_equivalent",
                                       "cost"};
        names.insert(names.end(), background_.impacts.begin(), background_.impacts.end());
        auto self = std::make_shared<Attributes>(*this);
        for (const std::string& name : names)
            m_.add_built_in(plant_.prefix + name, 1, [self, name](Model& m, Indices i, const SourcePos& pos) {
                const auto it = self->by_member_.find(i[0]);
                if (it != self->by_member_.end()) return self->attribute(name, *it->second, pos);
                m.diagnostics.error(pos, message::not_an_exchange, {m.member_name(i[0])});
                return m.wrong();
            });
        m_.add_built_in(plant_.prefix + "m", 2, [by = by_member_](Model& m, Indices i, const SourcePos& pos) {
            const auto it = by.find(i[0]);
            const lang::Member component[1] = {i[1]};
            if (it == by.end() || it->second->stream.empty() ||
                (!it->second->component.empty() && m.member_name(i[1]) != it->second->component))
                return Value{m.graph.zero(), m.dim("kg/s"), false, false};
            return m.value(it->second->stream + ".m", component, pos);
        });
        m_.add_built_in(
            plant_.prefix + "product", 0,
            [path = plant_.product_path](Model& m, Indices, const SourcePos& pos) { return m.value(path, {}, pos); },
            "pure product");
    }

private:
    Value attribute(const std::string& name, const Exchange& x, const SourcePos& pos) {
        if (name == "amount") return amount(x, pos);
        if (name == "mass") return mass(x, pos);
        if (name == "water") return water(x, pos);
        if (name == "cod" || name == "volume") {
            const char* unit = name == "cod" ? "kg/s" : "m3/s";
            return x.stream.empty() || !x.component.empty() ? zero(unit) : m_.value(x.stream + "." + name, {}, pos);
        }
        if (name == "voc") return voc(x, pos);
        if (name == "energy" || name == "energy_equivalent") return times(x, name, "W", pos);
        if (name == "cost") return cost(x, pos);
        return impact_of(x, name, pos);
    }

    Value zero(const char* unit) { return {m_.graph.zero(), m_.dim(unit), false, false}; }
    Value self(const char* attribute, const Exchange& x, const SourcePos& pos) {
        const lang::Member index[1] = {x.member};
        return m_.value(plant_.prefix + attribute, index, pos);
    }
    Value of(const std::string& item, const std::string& name, const SourcePos& pos) {
        const Item& i = *background_.find(item);
        return m_.value(m_.parameters()[static_cast<size_t>(i.factors.at(name))].path, {}, pos);
    }
    bool has(const std::string& item, const char* name) const {
        const Item* i = background_.find(item);
        return i && i->factors.count(name);
    }

    Value stream_mass(const Exchange& x, const SourcePos& pos) {
        if (x.component.empty()) return m_.value(x.stream + ".mass", {}, pos);
        const lang::Member index[1] = {m_.member(x.component)};
        return m_.value(x.stream + ".m", index, pos);
    }

    /// In units of the item per second; a stream's mass where there is no item.
    Value amount(const Exchange& x, const SourcePos& pos) {
        const Item* item = background_.find(x.item);
        Value v = x.stream.empty() ? m_.value(x.amount, {}, pos) : stream_mass(x, pos);
        if (!x.content.empty()) v = m_.divide(v, m_.value(x.content, {}, pos));
        if (!item || v.wrong) return v;
        const lang::DimId want = m_.dimensions.divide(m_.dimensions.intern(item->unit.dimension), m_.dim("s"));
        if (v.any_dim) return {v.node, want, false, false};
        if (v.dim == want) return v;
        if (has(x.item, "mass")) {
            const Value by_mass = m_.divide(v, of(x.item, "mass", pos));
            if (by_mass.dim == want) return by_mass;
        }
        auto& d = m_.diagnostics.error(x.pos, message::exchange_dimension,
                                       {x.id, m_.dimensions.text(v.dim), x.item, item->unit.text + "/s"});
        if (m_.dimensions.text(v.dim) == "W" && m_.dimensions.text(want) == "kg/s")
            d.hint(message::exchange_content_hint, {x.item});
        return m_.wrong();
    }

    Value mass(const Exchange& x, const SourcePos& pos) {
        if (!x.stream.empty()) return stream_mass(x, pos);
        const Value v = self("amount", x, pos);
        if (v.wrong || v.dim == m_.dim("kg/s")) return v;
        if (has(x.item, "mass")) return m_.multiply(v, of(x.item, "mass", pos));
        return zero("kg/s");
    }

    Value water(const Exchange& x, const SourcePos& pos) {
        if (!x.stream.empty()) {
            if (!x.component.empty() && x.component != "water") return zero("kg/s");
            const lang::Member index[1] = {m_.member("water")};
            return m_.value(x.stream + ".m", index, pos);
        }
        if (has(x.item, "water_content")) return m_.multiply(self("mass", x, pos), of(x.item, "water_content", pos));
        const Item* item = background_.find(x.item);
        return item && item->category == "water" ? self("mass", x, pos) : zero("kg/s");
    }

    Value voc(const Exchange& x, const SourcePos& pos) {
        Value total = zero("kg/s");
        const auto* members = m_.find_set("voc");
        if (x.stream.empty() || !x.component.empty() || !members) return total;
        for (const lang::Member c : *members) {
            const lang::Member index[1] = {c};
            total = m_.add(total, m_.value(x.stream + ".m", index, pos), pos);
        }
        return total;
    }

    Value times(const Exchange& x, const std::string& factor, const char* unit, const SourcePos& pos) {
        if (!has(x.item, factor.c_str())) return zero(unit);
        return m_.multiply(self("amount", x, pos), of(x.item, factor, pos));
    }

    Value cost(const Exchange& x, const SourcePos& pos) {
        if (x.item.empty()) return {m_.graph.zero(), 0, true, false};
        const std::string price = "prices." + x.item;
        if (!m_.declared(price)) return m_.missing(Message{message::no_price, {x.item}}, 0, x.pos);
        const Value p = m_.value(price, {}, pos);
        const Item& item = *background_.find(x.item);
        const lang::DimId money = m_.dimensions.multiply(p.dim, m_.dimensions.intern(item.unit.dimension));
        const std::string text = m_.dimensions.text(money);
        if (!p.wrong && text.find_first_of("/.") != std::string::npos) { // an amount of money is a base unit
            for (const lang::Parameter& q : m_.parameters())
                if (q.path == price)
                    m_.error(q.datum.pos, message::price_dimension, {x.item, q.datum.unit.text, item.unit.text});
            return m_.wrong();
        }
        return m_.multiply(self("amount", x, pos), p);
    }

    Value impact_of(const Exchange& x, const std::string& impact, const SourcePos& pos) {
        Value total{m_.graph.zero(), 0, true, false};
        if (!x.item.empty() && x.kind != Exchange::Kind::product) {
            if (has(x.item, impact.c_str()))
                total = m_.multiply(self("amount", x, pos), of(x.item, impact, pos));
            else if (background_.find(x.item)->not_chosen)
                return m_.missing(Message{message::electricity_not_chosen, {x.item}}, 0,
                                  background_.find(x.item)->choice);
            else
                return m_.missing(Message{message::no_impact_factor, {x.item, impact}}, 0,
                                  background_.find(x.item)->pos);
        }
        // What leaves to the air acts by itself: components with a factor of their own (fossil carbon, halogens).
        if (x.kind == Exchange::Kind::air && !x.stream.empty() && m_.declared(impact)) {
            for (int k = 0; k < c_.components.size(); ++k) {
                if (!c_.components[k].properties.count(impact)) continue;
                const lang::Member index[1] = {m_.member(c_.components[k].name)};
                const Value flow = m_.value(x.stream + ".m", index, pos);
                if (!m_.graph.is_zero(flow.node))
                    total = m_.add(total, m_.multiply(flow, m_.value(impact, index, pos)), pos);
            }
        }
        return total;
    }

    Context& c_;
    Model& m_;
    const plant::Plant& plant_;
    const Background& background_;
    std::map<lang::Member, const Exchange*> by_member_;
};

} // namespace

void declare_exchanges(Context& c, const plant::Plant& p, const Background& b) {
    Attributes(c, p, b).declare();
    declare_sets(c, p, b, p.prefix, [](const Exchange&) { return true; });
}

void declare_sets(Context& c, const plant::Plant& p, const Background& b, const std::string& prefix,
                  const std::function<bool(const Exchange&)>& keep) {
    using Kind = Exchange::Kind;
    const auto set = [&](const char* name, const auto& in) {
        std::vector<lang::Member> members;
        for (const Exchange& x : p.exchanges)
            if (keep(x) && in(x)) members.push_back(x.member);
        c.model.add_set(prefix + name, std::move(members));
    };
    const auto input_of = [&](const Exchange& x, std::initializer_list<const char*> categories) {
        const Item* item = b.find(x.item);
        if (x.kind != Kind::input || !item) return false;
        return std::any_of(categories.begin(), categories.end(), [&](const char* k) { return item->category == k; });
    };
    set("exchanges", [](const Exchange&) { return true; });
    set("material_inputs", [&](const Exchange& x) { return input_of(x, {"material", "water", "treatment"}); });
    set("water_inputs", [&](const Exchange& x) { return input_of(x, {"water"}); });
    set("energy_inputs", [&](const Exchange& x) { return input_of(x, {"energy"}); });
    set("products", [](const Exchange& x) { return x.kind == Kind::product; });
    set("coproducts", [](const Exchange& x) { return x.kind == Kind::coproduct; });
    set("air", [](const Exchange& x) { return x.kind == Kind::air; });
    set("wastewater", [](const Exchange& x) { return x.kind == Kind::wastewater; });
    set("waste", [](const Exchange& x) { return x.kind == Kind::waste; });
}

} // namespace viresco::lca
