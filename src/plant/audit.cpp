#include "plant/audit.h"
#include "base/messages/plant.h"

namespace viresco::plant {
namespace {

class Auditor {
public:
    Auditor(Context& c, const Plant& plant) : c_(c), m_(c.model), plant_(plant), quantities_{"mass"} {
        for (const std::string& e : c.components.elements()) quantities_.push_back(e);
        for (const char* q : {"charge", "COD", "energy"}) quantities_.emplace_back(q);
    }

    std::vector<Balance> run() {
        for (const UnitInstance& u : plant_.units) {
            if (!u.type || (u.type->ports.empty() && u.energy.empty())) continue;
            std::vector<std::string> in, out;
            for (const Stream& s : plant_.streams) {
                if (s.to_unit == u.name) in.push_back(s.path);
                if (s.from_unit == u.name) out.push_back(u.prefix + s.from_port);
            }
            add(u.name, in, out, {&u});
        }
        std::vector<std::string> in, out;
        for (const Stream& s : plant_.streams) {
            if (s.from_unit.empty()) in.push_back(s.path);
            if (s.to_unit.empty()) out.push_back(s.path);
        }
        std::vector<const UnitInstance*> all;
        for (const UnitInstance& u : plant_.units)
            if (u.type) all.push_back(&u);
        if (plant_.has_streams) add("", in, out, all);
        return std::move(list_);
    }

private:
    lang::Value amount(const std::string& stream, const std::string& quantity) {
        const auto key = stream + " " + quantity;
        if (const auto it = memo_.find(key); it != memo_.end()) return it->second;
        lang::Value v;
        if (quantity == "mass")
            v = m_.value(stream + ".mass", {}, {});
        else if (quantity == "COD")
            v = m_.value(stream + ".cod", {}, {});
        else if (quantity == "energy")
            v = m_.value(stream + ".H", {}, {});
        else {
            v = {m_.graph.zero(), 0, true, false};
            for (const auto& [k, flow] : flows(stream))
                v.node = m_.graph.add(v.node, m_.graph.multiply(flow, content(k, quantity)));
        }
        return memo_[key] = v;
    }

    /// Components that the stream carries, with their flows.
    const std::vector<std::pair<int, lang::NodeId>>& flows(const std::string& stream) {
        const auto [it, fresh] = flows_.try_emplace(stream);
        if (!fresh) return it->second;
        for (int k = 0; k < c_.components.size(); ++k) {
            const lang::Member index[1] = {m_.member(c_.components[k].name)};
            const lang::NodeId flow = m_.value(stream + ".m", index, {}).node;
            if (!m_.graph.is_zero(flow)) it->second.emplace_back(k, flow);
        }
        return it->second;
    }

    lang::NodeId content(int k, const std::string& quantity) {
        const matter::Component& component = c_.components[k];
        if (const auto content = component.content(quantity)) return m_.graph.constant(*content);
        return m_
            .missing(Message{message::component_lacks_property, {component.name, "content_" + quantity}}, 0,
                     component.pos)
            .node;
    }

    void add(const std::string& unit, const std::vector<std::string>& in, const std::vector<std::string>& out,
             const std::vector<const UnitInstance*>& units) {
        for (const std::string& q : quantities_) {
            lang::NodeId net = m_.graph.zero(), gross = m_.graph.zero();
            const auto count = [&](lang::NodeId n, bool enters) {
                net = enters ? m_.graph.add(net, n) : m_.graph.subtract(net, n);
                gross = m_.graph.add(gross, m_.graph.unary(lang::Op::abs, n));
            };
            for (const std::string& s : in) count(amount(s, q).node, true);
            for (const std::string& s : out) count(amount(s, q).node, false);
            if (q == "energy")
                for (const UnitInstance* u : units)
                    for (const EnergyTerm& t : u->energy) count(m_.value(t.path, {}, u->pos).node, t.in);
            if (m_.graph.is_zero(gross)) continue;
            list_.push_back({unit, q, net, gross});
        }
    }

    Context& c_;
    lang::Model& m_;
    const Plant& plant_;
    std::vector<std::string> quantities_;
    std::map<std::string, lang::Value> memo_;
    std::map<std::string, std::vector<std::pair<int, lang::NodeId>>> flows_;
    std::vector<Balance> list_;
};

} // namespace

std::vector<Balance> audit(Context& c, const Plant& plant) { return Auditor(c, plant).run(); }

} // namespace viresco::plant
