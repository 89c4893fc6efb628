// Energy balances with their closing terms, and where carriers come from.
#include "base/messages/plant.h"
#include "plant/builder.h"
#include <algorithm>

namespace viresco::plant {

using lang::Indices;
using lang::Model;
using lang::Value;
using text::Node;

Value Builder::balance(Model& m, const std::vector<std::string>& in, const std::vector<std::string>& out,
                       const SourcePos& pos) {
    Value total{m.graph.zero(), m.dim("W"), false, false};
    for (const std::string& path : in) total = m.add(total, m.value(path, {}, pos), pos);
    for (const std::string& path : out) total = m.subtract(total, m.value(path, {}, pos), pos);
    return total;
}

void Builder::close_energy() {
    for (const UnitInstance& u : plant_.units) {
        if (!u.type) continue;
        std::vector<std::string> in, out;
        for (const Port& p : u.type->ports) (p.in ? in : out).push_back(u.prefix + p.name + ".H");
        const EnergyTerm* closing = nullptr;
        for (const EnergyTerm& t : u.energy) {
            if (t.closing)
                closing = &t;
            else
                (t.in ? in : out).push_back(t.path);
        }
        if (closing) {
            const bool inward = closing->in;
            m_.add_built_in(
                closing->path, 0,
                [in, out, inward](Model& m, Indices, const SourcePos& pos) {
                    return inward ? balance(m, out, in, pos) : balance(m, in, out, pos);
                },
                "closes the energy balance");
        } else if (!u.closing.empty()) {
            const std::string path = u.prefix + u.closing;
            if (m_.declared(path)) {
                const auto at = defined_at_.find(path);
                d_.error(at == defined_at_.end() ? u.pos : at->second, message::closing_is_defined,
                         {u.closing, u.type->name})
                    .see(u.type->file->find("energy")->pos(), message::closing_said_here);
                continue;
            }
            m_.add_built_in(
                path, 0,
                [in, out, path, pos = u.pos](Model& m, Indices, const SourcePos&) {
                    lang::Unknown unknown;
                    unknown.path = path;
                    unknown.equation = "enthalpy in == enthalpy out";
                    unknown.pos = pos;
                    unknown.start = m.graph.constant(303.15);
                    const lang::NodeId node = m.add_unknown(std::move(unknown), [in, out, pos](Model& model) {
                        return std::pair{balance(model, in, {}, pos), balance(model, out, {}, pos)};
                    });
                    return Value{node, m.dim("K"), false, false};
                },
                "closes the energy balance");
        }
        for (const Port& p : u.type->ports)
            if (!p.in) {
                if (!m_.declared(u.prefix + p.name + ".T")) {
                    if (!not_closed_.count(u.type.get()) && reported_ports_.insert(&p).second)
                        d_.error(p.pos, message::outlet_without_temperature, {p.name, u.type->name});
                } else {
                    m_.expect_dimension(u.prefix + p.name + ".T", m_.dim("K"));
                }
            }
    }
}

void Builder::utilities() {
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
                auto& d = d_.error(u.pos, message::carrier_without_source, {use.carrier, u.name});
                d.hint(message::carrier_hint, {use.carrier});
                from[use.carrier] = {use.carrier, nullptr}; // said once
                continue;
            }
            const std::string& source = it->second.first;
            const auto serving = std::find_if(plant_.units.begin(), plant_.units.end(),
                                              [&](const UnitInstance& x) { return x.name == source; });
            if (serving != plant_.units.end()) {
                if (!serving->type || serving->type->serves != use.carrier) {
                    d_.error(said_at[use.carrier], message::unit_does_not_serve, {source, use.carrier});
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
                    declare_value(c_, path, {}, *it->second.second, plant_.scope, m_.dim("J/kg"),
                                  {"heat per mass of " + use.carrier, use.carrier + " 单位质量热量"});
                }
                x.content = path;
            }
            plant_.exchanges.push_back(std::move(x));
        }
    for (const UnitInstance& u : plant_.units) {
        if (!u.type || u.type->serves.empty()) continue;
        m_.add_built_in(
            u.prefix + "demand", 0,
            [paths = demands[u.name]](Model& m, Indices, const SourcePos& pos) {
                Value total{m.graph.zero(), m.dimensions.one(), true, false};
                for (const std::string& path : paths) total = m.add(total, m.value(path, {}, pos), pos);
                if (total.any_dim) total = {m.graph.zero(), m.dim("W"), false, false};
                return total;
            },
            "sum of what the plant uses of " + u.type->serves);
    }
}

} // namespace viresco::plant
