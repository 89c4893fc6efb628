#include "lang/cut_runs.h"
#include "base/messages/lang.h"
#include <algorithm>

namespace viresco::lang {

std::vector<char> varying(const Graph& g) {
    std::vector<char> out(static_cast<size_t>(g.size()), 0);
    for (NodeId i = 0; i < g.size(); ++i) {
        const Node& n = g[i];
        char& v = out[static_cast<size_t>(i)];
        v = n.op == Op::state || n.op == Op::time;
        const NodeId operands[3] = {n.a, n.b, n.c};
        for (int k = 0; k < n_operands(n); ++k)
            if (out[static_cast<size_t>(operands[k])]) v = 1;
    }
    return out;
}

namespace {

/// Copies one run into a graph of its own: what does not change in time becomes an input.
class Cutter {
public:
    Cutter(Model& m, const RunRule& rule, const std::vector<char>& varies, const std::vector<int>& run_of_state,
           int self)
        : m_(m), rule_(rule), varies_(varies), run_of_state_(run_of_state), self_(self),
          map_(static_cast<size_t>(m.graph.size()), no_node) {}

    CutRun operator()(const std::vector<Event>& events) {
        std::vector<State>& all = m_.states();
        const Value duration = rule_.duration(m_);
        map_.resize(static_cast<size_t>(m_.graph.size()), no_node);
        duration_ = input(duration.node);
        local_.assign(all.size(), -1);
        for (size_t i = 0; i < all.size(); ++i) {
            if (run_of_state_[i] != self_) continue;
            local_[i] = static_cast<int>(in_.states.size());
            State s = all[i];
            s.node = in_.graph.state(local_[i]);
            in_.states.push_back(std::move(s));
        }
        out_.n_named_states = static_cast<int>(in_.states.size());
        for (size_t i = 0; i < all.size(); ++i) {
            if (local_[i] < 0) continue;
            State& s = in_.states[static_cast<size_t>(local_[i])];
            s.rate = per_run(copy(all[i].rate));
            s.start = copy(all[i].start);
        }
        for (const Event& e : events) {
            Event own = e;
            own.condition = copy(e.condition);
            own.set.clear();
            for (const auto& [state, value] : e.set)
                own.set.emplace_back(local_[static_cast<size_t>(state)], copy(value));
            in_.events.push_back(std::move(own));
        }
        for (const RunRule::Asked& a : rule_.asked) {
            const NodeId of = copy(a.of);
            out_.run.outcomes.push_back(a.outcome);
            if (!a.integral) {
                in_.outputs.push_back(of);
                continue;
            }
            State s;
            s.path = rule_.prefix + "integral " + std::to_string(in_.states.size());
            s.pos = rule_.pos;
            s.node = in_.graph.state(static_cast<int>(in_.states.size()));
            s.start = in_.graph.zero();
            s.rate = per_run(of);
            in_.outputs.push_back(s.node);
            in_.states.push_back(std::move(s));
        }
        out_.run.path = rule_.prefix.substr(0, rule_.prefix.size() - 1);
        out_.run.pos = rule_.pos;
        for (const std::string& path : input_names_) {
            Parameter p;
            p.path = path;
            in_.parameters.push_back(std::move(p));
        }
        out_.system = DynamicProgram::build(std::move(in_), m_.diagnostics);
        return std::move(out_);
    }

private:
    NodeId per_run(NodeId rate) { return in_.graph.multiply(rate, duration_); }

    NodeId input(NodeId i) {
        NodeId& at = map_[static_cast<size_t>(i)];
        if (at != no_node) return at;
        const Node& n = m_.graph[i];
        if (n.op == Op::constant) return at = in_.graph.constant(n.value);
        at = in_.graph.parameter(static_cast<int>(out_.run.inputs.size()));
        out_.run.inputs.push_back(i);
        input_names_.push_back(n.op == Op::parameter ? m_.parameters()[static_cast<size_t>(n.a)].path
                                                     : rule_.prefix + "input " + std::to_string(input_names_.size()));
        return at;
    }

    NodeId copy(NodeId root) {
        std::vector<NodeId> stack{root};
        while (!stack.empty()) {
            const NodeId id = stack.back();
            NodeId& at = map_[static_cast<size_t>(id)];
            const Node n = m_.graph[id];
            if (at != no_node) {
                stack.pop_back();
            } else if (!varies_[static_cast<size_t>(id)]) {
                input(id);
                stack.pop_back();
            } else if (n.op == Op::state) {
                if (local_[static_cast<size_t>(n.a)] < 0) {
                    m_.diagnostics.error(rule_.pos, message::run_mixes,
                                         {rule_.prefix, m_.states()[static_cast<size_t>(n.a)].path});
                    at = in_.graph.zero();
                } else {
                    at = in_.states[static_cast<size_t>(local_[static_cast<size_t>(n.a)])].node;
                }
                stack.pop_back();
            } else if (n.op == Op::time) {
                at = in_.graph.multiply(in_.graph.time(), duration_);
                stack.pop_back();
            } else {
                const NodeId operands[3] = {n.a, n.b, n.c};
                NodeId mapped[3] = {no_node, no_node, no_node};
                bool ready = true;
                for (int k = 0; k < n_operands(n); ++k) {
                    mapped[k] = map_[static_cast<size_t>(operands[k])];
                    if (mapped[k] == no_node) stack.push_back(operands[k]), ready = false;
                }
                if (!ready) continue;
                at = in_.graph.make(n, mapped[0], mapped[1], mapped[2]);
                stack.pop_back();
            }
        }
        return map_[static_cast<size_t>(root)];
    }

    Model& m_;
    const RunRule& rule_;
    const std::vector<char>& varies_;
    const std::vector<int>& run_of_state_;
    const int self_;
    CutRun out_;
    DynamicProgram::Input in_;
    std::vector<NodeId> map_;
    std::vector<int> local_; // per state of the model: its number here
    std::vector<std::string> input_names_;
    NodeId duration_ = no_node;
};

} // namespace

std::vector<CutRun> cut_runs(Model& m, const std::vector<Event>& events) {
    std::vector<CutRun> out;
    if (m.runs().empty()) return out;
    const auto under = [](const std::string& path, const std::string& prefix) { return path.rfind(prefix, 0) == 0; };
    std::vector<int> run_of_state;
    for (const State& s : m.states()) {
        run_of_state.push_back(-1);
        for (size_t r = 0; r < m.runs().size(); ++r)
            if (under(s.path, m.runs()[r].prefix)) run_of_state.back() = static_cast<int>(r);
    }
    const std::vector<char> varies = varying(m.graph);
    for (const Unknown& u : m.unknowns())
        for (const NodeId side : {u.left, u.right})
            if (side != no_node && varies[static_cast<size_t>(side)]) {
                m.diagnostics.error(u.pos, message::run_with_equations, {u.path, u.equation});
                break;
            }
    for (const Named& n : m.named()) {
        if (n.value.wrong || n.path == "time" || !varies[static_cast<size_t>(n.value.node)]) continue;
        const bool inside = std::any_of(m.runs().begin(), m.runs().end(),
                                        [&](const RunRule& r) { return under(n.path, r.prefix); });
        if (!inside) m.error(n.pos, message::varies_in_time, {n.path}).hint(message::varies_in_time_hint, {n.path});
    }
    if (m.diagnostics.has_errors()) return out;
    for (size_t r = 0; r < m.runs().size(); ++r) {
        const RunRule& rule = m.runs()[r];
        std::vector<Event> own;
        for (const Event& e : events)
            if (under(e.path, rule.prefix)) {
                if (e.ends) m.diagnostics.error(e.pos, message::run_cannot_end, {e.path});
                own.push_back(e);
            }
        out.push_back(Cutter(m, rule, varies, run_of_state, static_cast<int>(r))(own));
    }
    return out;
}

} // namespace viresco::lang
