#include "economics/economics.h"
#include "base/messages/economics.h"
#include "base/messages/lca.h"
#include "base/messages/plant.h"

namespace viresco::economics {

using lang::Indices;
using lang::Model;
using lang::Value;
using text::Node;

namespace {

/// `on`, `from` or `until` of an incentive: a parameter `economics.<id>.<key>`, and a member of the family `incentive_<key>`.
void declare_date(plant::Context& c, const lang::Scope* scope, const Node& incentive, const Incentive& i,
                  const SourcePos& pos, const char* key, double otherwise) {
    const std::string path = "economics." + i.id + "." + key;
    if (const Node* given = incentive.find(key)) {
        plant::ParameterDeclaration declared;
        declared.name = i.id + "." + key;
        declared.pos = given->pos();
        declared.title = {i.title.en + ": " + key, i.title.zh + "：" + key};
        declared.node = given;
        plant::declare_parameter(c, "economics.", declared, nullptr, scope, scope, {});
    } else {
        const Value value = c.model.constant(otherwise, c.model.dimensions.one());
        c.model.bind_value(path, {}, value, "not stated", pos);
    }
    const lang::Member member[1] = {c.model.member(i.id)};
    c.model.add_formula(std::string("economics.incentive_") + key, {member[0]}, nullptr,
                        lang::parse_expression(*c.library.inline_text(path, path), c.model.diagnostics), pos);
}

void read_incentives(plant::Context& c, const lang::Scope* scope, const Node& list, std::vector<Incentive>& out) {
    Diagnostics& d = c.model.diagnostics;
    if (!plant::expect_map(list, "'incentives'", d)) return;
    for (const auto& e : list.entries()) {
        if (!plant::is_name(e.key)) d.error(e.key_pos, message::not_a_name, {e.key});
        if (!plant::expect_map(e.value, "'" + e.key + "'", d)) continue;
        plant::check_keys(e.value, {"title", "definition", "on", "from", "until", "source", "verified", "what_if"}, d);
        Incentive i;
        i.id = e.key;
        i.title = e.value.find("title") ? matter::read_title(*e.value.find("title"), d) : matter::Title{e.key, e.key};
        if (const Node* t = e.value.find("definition")) i.definition = matter::read_title(*t, d);
        i.source = plant::scalar_of(e.value, "source", d);
        i.verified = plant::scalar_of(e.value, "verified", d) == "true";
        i.what_if = plant::scalar_of(e.value, "what_if", d) == "true";
        if (i.source.empty()) d.error(e.key_pos, message::incentive_without_source, {e.key});
        for (const char* key : {"on", "from"})
            if (!e.value.find(key)) d.error(e.key_pos, message::incentive_needs, {e.key, key});
        declare_date(c, scope, e.value, i, e.key_pos, "on", 0);
        declare_date(c, scope, e.value, i, e.key_pos, "from", 0);
        declare_date(c, scope, e.value, i, e.key_pos, "until", 9999);
        out.push_back(std::move(i));
    }
}

} // namespace

std::vector<Incentive> read_parameters(plant::Context& c, const std::vector<const Node*>& files) {
    const lang::Scope* scope = c.model.scope(nullptr, "economics.");
    std::vector<Incentive> incentives;
    for (const Node* file : files) {
        plant::check_keys(*file,
                          {"viresco", "kind", "title", "source", "sets", "parameters", "incentives", "equations"},
                          c.model.diagnostics);
        if (const Node* p = file->find("parameters"))
            for (const auto& declared : plant::read_declarations(*p, c.model.diagnostics))
                plant::declare_parameter(c, "economics.", declared, nullptr, scope, scope, {});
        if (const Node* sets = file->find("sets"); sets && plant::expect_map(*sets, "'sets'", c.model.diagnostics))
            for (const auto& e : sets->entries()) plant::declare_set(c, "economics.", e);
        if (const Node* list = file->find("incentives")) read_incentives(c, scope, *list, incentives);
    }
    std::vector<lang::Member> members;
    for (const Incentive& i : incentives) members.push_back(c.model.member(i.id));
    c.model.add_set("economics.incentives", std::move(members));
    return incentives;
}

void declare_costs(plant::Context& c, const plant::Plant& p, const std::vector<const Node*>& files,
                   const std::string& product) {
    Model& m = c.model;
    for (const Node* file : files)
        if (const Node* equations = file->find("equations"))
            for (const lang::Statement& s : c.library.statements(*equations)) m.add_rule(p.scope, s);
    std::vector<lang::Member> members;
    std::map<lang::Member, const plant::Equipment*> by;
    for (const plant::Equipment& e : p.equipment) {
        members.push_back(m.member(e.name));
        by[members.back()] = &e;
    }
    m.add_set(p.prefix + "equipment", members);
    m.add_built_in(
        p.prefix + "purchase", 1,
        [by](Model& model, Indices i, const SourcePos& pos) -> Value {
            const plant::Equipment& e = *by.at(i[0]);
            const auto get = [&](const char* name) { return model.value(e.prefix + name, {}, pos); };
            const Value ratio = model.divide(get("size"), get("reference_size"));
            if (!ratio.wrong && ratio.dim != model.dimensions.one()) {
                model.diagnostics.error(e.pos, message::capital_size_units, {e.name, model.dimensions.text(ratio.dim)});
                return model.wrong();
            }
            const Value exponent = e.given.count("exponent") ? get("exponent")
                                                             : model.value("economics.exponent", {}, pos);
            Value cost = get("reference_cost");
            if (e.given.count("index")) cost = model.multiply(cost, get("index"));
            if (ratio.wrong || exponent.wrong || cost.wrong) return model.wrong();
            Value scaled{model.graph.multiply(cost.node, model.graph.power(ratio.node, exponent.node)), cost.dim, false,
                         false};
            return e.given.count("count") ? model.multiply(scaled, get("count")) : scaled;
        },
        "reference cost x (size / reference size)^exponent");
    m.add_built_in(p.prefix + "installation", 1, [by](Model& model, Indices i, const SourcePos& pos) -> Value {
        const plant::Equipment& e = *by.at(i[0]);
        if (!e.parts.empty()) { // the equipment itself, and per its price what is built around it
            Value sum = model.constant(1, model.dimensions.one());
            for (const std::string& part : e.parts) {
                const lang::Member index[1] = {model.member(part)};
                sum = model.add(sum, model.value(e.prefix + "installation_factors", index, pos), pos);
            }
            return sum;
        }
        if (e.given.count("installation_factor")) return model.value(e.prefix + "installation_factor", {}, pos);
        return model.constant(0, model.dimensions.one());
    });
    const std::string price = "prices." + product;
    m.add_built_in(
        p.prefix + "product_price", 0,
        [price, product](Model& model, Indices, const SourcePos& pos) -> Value {
            if (model.declared(price)) return model.value(price, {}, pos);
            return model.missing(Message{message::no_price, {product}}, 0);
        },
        "price of the product");
}

} // namespace viresco::economics
