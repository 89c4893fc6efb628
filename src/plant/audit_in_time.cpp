#include "plant/audit_in_time.h"
#include <algorithm>

namespace viresco::plant {
namespace {

class Auditor {
public:
    Auditor(Context& c, const Plant& plant) : c_(c), m_(c.model), plant_(plant) {}

    TimeAudit run() {
        for (const UnitInstance& u : plant_.units) {
            if (!u.type || u.type->ports.empty()) continue;
            if (u.type->holds.empty() && u.type->file->find("states"))
                out_.left_out.push_back(u.name);
            else
                counted_.push_back(&u);
        }
        std::vector<std::string> quantities{"mass"};
        for (const std::string& e : c_.components.elements()) quantities.push_back(e);
        for (const char* q : {"charge", "COD"}) quantities.emplace_back(q);
        for (const std::string& q : quantities) balance(q);
        return std::move(out_);
    }

private:
    using Amounts = std::vector<std::pair<int, lang::NodeId>>; ///< component, amount or flow in its basis

    const Amounts& amounts(const std::string& family) {
        const auto [it, fresh] = amounts_.try_emplace(family);
        if (!fresh) return it->second;
        for (int k = 0; k < c_.components.size(); ++k) {
            const lang::Member index[1] = {m_.member(c_.components[k].name)};
            const lang::Value v = m_.value(family, index, {});
            if (!v.wrong && !m_.graph.is_zero(v.node)) it->second.emplace_back(k, v.node);
        }
        return it->second;
    }

    bool declares(const Amounts& list, const std::string& q) const {
        return std::all_of(list.begin(), list.end(),
                           [&](const auto& a) { return c_.components[a.first].content(q).has_value(); });
    }

    lang::NodeId total(const Amounts& list, const std::string& q) {
        lang::NodeId sum = m_.graph.zero();
        for (const auto& [k, amount] : list)
            sum = m_.graph.add(sum, m_.graph.multiply(amount, m_.graph.constant(*c_.components[k].content(q))));
        return sum;
    }

    std::vector<std::pair<std::string, bool>> streams_of(const UnitInstance& u) const {
        std::vector<std::pair<std::string, bool>> out;
        for (const Stream& s : plant_.streams) {
            if (s.to_unit == u.name) out.emplace_back(s.path, true);
            if (s.from_unit == u.name) out.emplace_back(u.prefix + s.from_port, false);
        }
        return out;
    }

    void balance(const std::string& q) {
        std::vector<const UnitInstance*> units;
        std::vector<std::string> reasons;
        for (const UnitInstance* u : counted_) {
            bool all = true;
            for (const auto& [prefix, quantity, reason] : c_.dynamics.exceptions)
                if (prefix == u->prefix && quantity == q) {
                    if (all) reasons.push_back(reason);
                    all = false;
                }
            for (const auto& [stream, in] : streams_of(*u)) all = all && declares(amounts(stream + ".m"), q);
            for (const std::string* family : {&u->type->holds, &u->type->crosses})
                if (!family->empty()) all = all && declares(amounts(u->prefix + *family), q);
            if (all) units.push_back(u);
        }
        const auto counted = [&](const std::string& name) {
            return std::any_of(units.begin(), units.end(), [&](const UnitInstance* u) { return u->name == name; });
        };
        lang::Graph& g = m_.graph;
        TimeBalance b{q, g.zero(), g.zero(), g.zero(), std::move(reasons)};
        const auto count = [&](lang::NodeId n, bool enters) {
            b.net = enters ? g.add(b.net, n) : g.subtract(b.net, n);
            b.gross = g.add(b.gross, g.unary(lang::Op::abs, n));
        };
        // What goes from one of these units to another cancels.
        for (const Stream& s : plant_.streams) {
            const bool to = counted(s.to_unit), from = counted(s.from_unit);
            if (to && !from) count(total(amounts(s.path + ".m"), q), true);
            if (from && !to) count(total(amounts(plant_.prefix + s.from_unit + "." + s.from_port + ".m"), q), false);
        }
        for (const UnitInstance* u : units) {
            if (!u->type->holds.empty()) b.held = g.add(b.held, total(amounts(u->prefix + u->type->holds), q));
            if (!u->type->crosses.empty()) count(total(amounts(u->prefix + u->type->crosses), q), true);
        }
        if (!g.is_zero(b.held) || !g.is_zero(b.gross)) out_.balances.push_back(std::move(b));
    }

    Context& c_;
    lang::Model& m_;
    const Plant& plant_;
    std::vector<const UnitInstance*> counted_;
    std::map<std::string, Amounts> amounts_;
    TimeAudit out_;
};

} // namespace

TimeAudit audit_in_time(Context& c, const Plant& plant) { return Auditor(c, plant).run(); }

} // namespace viresco::plant
