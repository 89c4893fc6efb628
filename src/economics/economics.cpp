#include "economics/economics.h"
#include "base/messages/economics.h"
#include "base/messages/lca.h"

namespace viresco::economics {

using lang::Indices;
using lang::Model;
using lang::Value;
using text::Node;

void read_parameters(plant::Context& c, const std::vector<const Node*>& files) {
    const lang::Scope* scope = c.model.scope(nullptr, "economics.");
    for (const Node* file : files) {
        plant::check_keys(*file, {"viresco", "kind", "title", "source", "parameters", "equations"},
                          c.model.diagnostics);
        if (const Node* p = file->find("parameters"))
            for (const auto& declared : plant::read_declarations(*p, c.model.diagnostics))
                plant::declare_parameter(c, "economics.", declared, nullptr, scope, scope, {});
    }
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
            const Value cost = get("reference_cost");
            if (ratio.wrong || exponent.wrong || cost.wrong) return model.wrong();
            Value scaled{model.graph.multiply(cost.node, model.graph.power(ratio.node, exponent.node)), cost.dim, false,
                         false};
            return e.given.count("count") ? model.multiply(scaled, get("count")) : scaled;
        },
        "reference cost x (size / reference size)^exponent");
    m.add_built_in(p.prefix + "installation", 1, [by](Model& model, Indices i, const SourcePos& pos) -> Value {
        const plant::Equipment& e = *by.at(i[0]);
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
