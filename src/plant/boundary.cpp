// Feeds, products and the list of exchanges: what crosses the boundary of the plant.
#include "base/messages/plant.h"
#include "plant/builder.h"
#include <algorithm>
#include <cmath>

namespace viresco::plant {

using lang::Indices;
using lang::Model;
using lang::Value;
using text::Node;

void Builder::flow_table(const std::string& port, const Node& flow) {
    for (const auto& e : flow.entries()) {
        if (c_.components.find(e.key) < 0) {
            suggest(d_.error(e.key_pos, message::unknown_component, {e.key}), e.key, c_.components.names());
            continue;
        }
        // The parameter is <feed>.flow[x]; m[x] of the stream is that.
        const std::string path = port + ".flow";
        const lang::Member member = m_.member(e.key);
        declare_value(c_, path, {e.key}, e.value, plant_.scope, flow_dimension(c_, {&member, 1}),
                      {"flow of " + e.key, e.key + " 流量"});
        flows_[port].push_back({member, path});
    }
    m_.add_built_in(port + ".m", 1, [list = flows_[port]](Model& m, Indices i, const SourcePos& pos) {
        for (const auto& [member, path] : list)
            if (member == i[0]) return m.value(path, i, pos);
        return Value{m.graph.zero(), m.dim("kg/s"), true, false};
    });
}

void Builder::composition(const std::string& port, const Node& feed, const Node& table) {
    declare_value(c_, port + ".supplied", {}, *feed.find("mass"), plant_.scope, mass_flow_, {"flow", "流量"});
    double total = 0;
    bool constant = true;
    std::vector<lang::Member> members;
    for (const auto& e : table.entries()) {
        if (c_.components.find(e.key) < 0) {
            suggest(d_.error(e.key_pos, message::unknown_component, {e.key}), e.key, c_.components.names());
            continue;
        }
        const auto q = units::parse_quantity(e.value.scalar());
        if (q)
            total += q->si;
        else
            constant = false;
        declare_value(c_, port + ".composition", {e.key}, e.value, plant_.scope, m_.dimensions.one(),
                      {"mass fraction of " + e.key, e.key + " 质量分数"});
        members.push_back(m_.member(e.key));
    }
    if (constant && std::abs(total - 1) > 1e-9)
        d_.error(table.pos(), message::composition_sum, {units::format_number(std::round(total * 1e9) / 1e9)});
    m_.add_built_in(port + ".m", 1, [members, port](Model& m, Indices i, const SourcePos& pos) {
        if (std::find(members.begin(), members.end(), i[0]) == members.end())
            return Value{m.graph.zero(), m.dim("kg/s"), true, false};
        return m.multiply(m.value(port + ".supplied", {}, pos), m.value(port + ".composition", i, pos));
    });
}

/// A volume of water with what it carries: `volume: 18446 m3/d, concentration: {S_S: 69.5 gCOD/m3}`.
void Builder::concentrations(const std::string& port, const Node& feed, const Node& table) {
    declare_value(c_, port + ".supplied_volume", {}, *feed.find("volume"), plant_.scope, m_.dim("m3/s"),
                  {"volume flow", "体积流量"});
    std::vector<lang::Member> members;
    for (const auto& e : table.entries()) {
        const int k = c_.components.find_symbol(e.key);
        if (k < 0) {
            suggest(d_.error(e.key_pos, message::unknown_component, {e.key}), e.key, c_.components.names());
            continue;
        }
        const std::string& name = c_.components[k].name;
        members.push_back(m_.member(name));
        declare_value(c_, port + ".concentration", {name}, e.value, plant_.scope,
                      m_.dimensions.divide(m_.dimensions.intern(c_.components[k].basis), m_.dim("m3")),
                      {"concentration of " + name, name + " 浓度"});
    }
    m_.add_built_in(port + ".m", 1,
                    [members, port, water = m_.member("water")](Model& m, Indices i, const SourcePos& pos) {
                        const bool listed = std::find(members.begin(), members.end(), i[0]) != members.end();
                        if (!listed && i[0] != water) return Value{m.graph.zero(), 0, true, false};
                        return m.multiply(m.value(port + ".supplied_volume", {}, pos),
                                          m.value(listed ? port + ".concentration" : "density", i, pos));
                    });
}

void Builder::feeds() {
    const Node* f = map_at(file_, "feeds");
    if (!f) return;
    for (const auto& e : f->entries()) {
        name_of(e);
        if (!expect_map(e.value, "'" + e.key + "'", d_)) continue;
        const bool all_known = check_keys(
            e.value,
            {"flow", "mass", "composition", "volume", "concentration", "T", "p", "phase", "supply", "section", "title"},
            d_);
        Feed feed;
        feed.name = e.key;
        feed.pos = e.key_pos;
        feed.title = title(e.value, e.key);
        feed.section = section_of(e.value, "");
        if (const std::string phase = scalar_of(e.value, "phase", d_); !phase.empty()) {
            feed.phase = phase;
            if (phase != "gas" && phase != "liquid" && phase != "steam")
                suggest(d_.error(e.value.find("phase")->pos(), message::unknown_phase, {phase}), phase,
                        {"gas", "liquid", "steam"}),
                    feed.phase = "liquid";
        }
        if (all_known || e.value.find("supply")) supply(feed, e.value, e.key_pos);
        const std::string port = plant_.prefix + e.key;
        declare_port(c_, port, feed.phase);
        const Node* flow = e.value.find("flow");
        const Node* parts = e.value.find("composition");
        if (flow && !parts && expect_map(*flow, "'flow'", d_))
            flow_table(port, *flow);
        else if (!flow && parts && e.value.find("mass") && expect_map(*parts, "'composition'", d_))
            composition(port, e.value, *parts);
        else if (const Node* dissolved = e.value.find("concentration"); !flow && !parts && dissolved &&
                                                                        e.value.find("volume") &&
                                                                        expect_map(*dissolved, "'concentration'", d_))
            concentrations(port, e.value, *dissolved);
        else if ((!flow || parts) && all_known)
            d_.error(e.key_pos, message::feed_form, {e.key});
        temperature_and_pressure(port, e.value);
        plant_.feeds.push_back(std::move(feed));
    }
}

void Builder::supply(Feed& feed, const Node& map, const SourcePos& pos) {
    const Node* s = map.find("supply");
    if (!s) {
        d_.error(pos, message::feed_without_supply, {feed.name}).hint(message::feed_supply_hint);
        return;
    }
    feed.supply_pos = s->pos();
    if (s->is_scalar()) {
        if (s->scalar() == "none")
            feed.free = true;
        else
            feed.supply.emplace_back("", s->scalar());
    } else if (s->is_map()) {
        for (const auto& e : s->entries()) {
            if (c_.components.find(e.key) < 0)
                suggest(d_.error(e.key_pos, message::unknown_component, {e.key}), e.key, c_.components.names());
            feed.supply.emplace_back(e.key, e.value.scalar());
        }
    } else {
        d_.error(s->pos(), message::expected_text, {"supply"});
    }
}

void Builder::temperature_and_pressure(const std::string& port, const Node& map) {
    if (const Node* t = map.find("T"))
        declare_value(c_, port + ".T", {}, *t, plant_.scope, m_.dim("K"), {"temperature", "温度"});
    else
        m_.add_built_in(
            port + ".T", 0, [](Model& m, Indices, const SourcePos&) { return m.constant(298.15, "K"); }, "25 degC");
    if (const Node* p = map.find("p"))
        declare_value(c_, port + ".p", {}, *p, plant_.scope, m_.dim("Pa"), {"pressure", "压力"});
    else
        m_.add_built_in(
            port + ".p", 0, [](Model& m, Indices, const SourcePos&) { return m.constant(101325, "Pa"); }, "1 atm");
}

void Builder::products() {
    const Node* p = map_at(file_, "products");
    if (!p) {
        d_.error({file_.pos().file, 1, 1, 1}, message::plant_without_product);
        return;
    }
    using As = Product::As;
    static const std::vector<std::pair<std::string, As>> kinds{{"product", As::product}, {"coproduct", As::coproduct},
                                                               {"air", As::air},         {"wastewater", As::wastewater},
                                                               {"waste", As::waste},     {"internal", As::internal}};
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
            auto& d = d_.error(e.value.find("as") ? e.value.find("as")->pos() : e.key_pos,
                               message::unknown_product_kind, {as});
            suggest(d, as, {"product", "coproduct", "air", "wastewater", "waste", "internal"});
            product.as = As::internal;
            unsure = true;
        } else {
            product.as = kind->second;
        }
        if (product.from_step.empty()) name_of(e);
        if (!product.component.empty() && c_.components.size() > 0 && product.from_step.empty() &&
            c_.components.find(product.component) < 0)
            suggest(d_.error(e.value.find("component")->pos(), message::unknown_component, {product.component}),
                    product.component, c_.components.names());
        plant_.products.push_back(std::move(product));
    }
    if (!unsure && std::none_of(plant_.products.begin(), plant_.products.end(),
                                [](const Product& x) { return x.as == As::product; }))
        d_.error(p->pos(), message::plant_without_product);
}

std::string Builder::section_fed(const std::string& feed) {
    for (const Stream& s : plant_.streams)
        if (s.from_unit.empty() && s.path == plant_.prefix + feed)
            for (const UnitInstance& u : plant_.units)
                if (u.name == s.to_unit) return u.section;
    return plant_.sections.empty() ? "" : plant_.sections.front().first;
}

void Builder::exchanges() {
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
            x.stream = s.path;
            x.unit = s.from_unit;
        } else if (!p.from_step.empty()) {
            x.unit = p.from_step;
            x.amount = plant_.prefix + p.from_step + ".basis";
        }
        for (const UnitInstance& u : plant_.units)
            if (u.name == x.unit) x.step = u.section;
        if (!p.section.empty()) x.step = p.section;
        if (!p.from_step.empty() && !m_.declared(x.amount)) {
            d_.error(p.pos, message::unknown_unit, {p.from_step});
            continue;
        }
        if (x.kind == Kind::product) product_mass(p, x);
        list.push_back(std::move(x));
    }
    plant_.exchanges.insert(plant_.exchanges.begin(), list.begin(), list.end());
    for (Exchange& x : plant_.exchanges) x.member = m_.member(x.id);
}

void Builder::product_mass(const Product& p, const Exchange& x) {
    if (!plant_.product_path.empty()) {
        d_.error(p.pos, message::two_products);
        return;
    }
    plant_.product_path = plant_.prefix + "pure_product";
    const std::string component = p.component;
    m_.add_built_in(
        plant_.product_path, 0,
        [x, component](Model& m, Indices, const SourcePos& pos) {
            if (x.stream.empty()) return m.value(x.amount, {}, pos);
            if (component.empty()) return m.value(x.stream + ".mass", {}, pos);
            const lang::Member index[1] = {m.member(component)};
            return m.value(x.stream + ".m", index, pos);
        },
        "pure product");
}

} // namespace viresco::plant
