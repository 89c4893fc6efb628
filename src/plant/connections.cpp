// Streams: connections, tearing of loops, what inlets and products tell.
#include "base/messages/plant.h"
#include "plant/builder.h"
#include <algorithm>

namespace viresco::plant {

using lang::Indices;
using lang::Model;
using lang::Scope;
using lang::Value;
using text::Node;

namespace {

/// What a stream tells under its port's name.
constexpr const char* told[] = {"m", "n", "w", "x", "c", "mass", "moles", "volume", "H", "cod", "TSS", "T", "p"};

} // namespace

std::optional<Builder::End> Builder::end_of(const Node& node, size_t begin, const std::string& word, bool source) {
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
        auto& d = d_.error(e.pos, source ? message::unknown_feed : message::unknown_product, {word});
        for (const UnitInstance& u : plant_.units)
            if (u.name == word) d.hint(message::name_the_port, {word});
        if (source)
            for (const Product& p : plant_.products)
                if (p.name == word) d.hint(message::product_is_target, {word});
        if (!source)
            for (const Feed& f : plant_.feeds)
                if (f.name == word) d.hint(message::feed_is_source, {word});
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
            suggest(d_.error(node.position(begin + dot + 1, e.port.size()), message::unknown_port, {e.port, u.name}),
                    e.port, known);
            return std::nullopt;
        }
        if (e.declared->in == source) {
            d_.error(e.pos, source ? message::inlet_as_source : message::outlet_as_target, {word});
            return std::nullopt;
        }
        return e;
    }
    std::vector<std::string> known;
    for (const UnitInstance& u : plant_.units) known.push_back(u.name);
    suggest(d_.error(node.position(begin, dot), message::unknown_unit, {e.unit}), e.unit, known);
    return std::nullopt;
}

void Builder::connections() {
    const Node* node = file_.find("connections");
    if (!node) return;
    if (!node->is_scalar()) {
        d_.error(node->pos(), message::expected_text, {"connections"});
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
                d_.error(node->position(a, b - a), message::connection_form, {t.substr(a, b - a)});
                complete = false;
            } else {
                const auto [fa, fb] = trim(a, arrow);
                const auto [ta, tb] = trim(arrow + 2, stop);
                const auto from = end_of(*node, fa, t.substr(fa, fb - fa), true);
                const auto to = end_of(*node, ta, t.substr(ta, tb - ta), false);
                if (from && to)
                    connect(*from, *to, sources, targets);
                else
                    complete = false;
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
            if (p.in && !p.many && !p.optional && !targets.count(name))
                d_.error(u.pos, message::inlet_not_connected, {name});
            if (!p.in && !sources.count(name))
                d_.error(u.pos, message::outlet_not_connected, {name}).hint(message::outlet_hint);
        }
    }
    for (const Feed& f : plant_.feeds)
        if (!sources.count(f.name)) d_.error(f.pos, message::feed_not_connected, {f.name});
    for (const Product& p : plant_.products)
        if (p.from_step.empty() && !targets.count(p.name)) d_.error(p.pos, message::product_not_connected, {p.name});
}

void Builder::connect(const End& from, const End& to, std::map<std::string, SourcePos>& sources,
                      std::map<std::string, SourcePos>& targets) {
    const auto full = [](const End& e) { return e.unit.empty() ? e.port : e.unit + "." + e.port; };
    const auto [s, fresh_source] = sources.emplace(full(from), from.pos);
    if (!fresh_source)
        d_.error(from.pos, message::outlet_used_twice, {full(from)})
            .see(s->second, message::first_used_here)
            .hint(message::use_splitter);
    const auto [g, fresh_target] = targets.emplace(full(to), to.pos);
    if (!fresh_target && !(to.declared && to.declared->many))
        d_.error(to.pos, message::inlet_used_twice, {full(to)})
            .see(g->second, message::first_used_here)
            .hint(message::use_mixer);
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

void Builder::tear() {
    std::map<std::string, std::vector<size_t>> leaving;
    for (size_t k = 0; k < plant_.streams.size(); ++k)
        if (!plant_.streams[k].from_unit.empty() && !plant_.streams[k].to_unit.empty())
            leaving[plant_.streams[k].from_unit].push_back(k);
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
            if (state[s.to_unit] == 1)
                s.torn = true;
            else if (!state[s.to_unit]) {
                state[s.to_unit] = 1;
                path.push_back({s.to_unit, 0});
            }
        }
    }
}

void Builder::alias(const std::string& port, const std::string& source) {
    for (const char* name : told) m_.add_alias(port + "." + name, source + "." + name);
}

void Builder::torn_stream(Stream& s, int group) {
    const std::string source = s.path,
                      path = plant_.prefix + "recycle." + s.to_unit + "." + s.to_port + "." + std::to_string(group);
    declare_port(c_, path, s.phase);
    const auto unknown = [source, pos = s.pos, id = s.id, group](Model& m, const std::string& name, Indices i,
                                                                 double start, lang::DimId dim, int in_group) {
        lang::Unknown u;
        u.kind = lang::Unknown::Kind::tear;
        u.path = id + ": " + name + (i.empty() ? "" : "[" + m.member_name(i[0]) + "]");
        u.equation = "what comes back equals what was assumed";
        u.pos = pos;
        u.start = m.graph.constant(start);
        u.group = in_group ? group : -1;
        const std::vector<lang::Member> index(i.begin(), i.end());
        const int k = static_cast<int>(m.unknowns().size());
        const lang::NodeId node = m.add_unknown(std::move(u), [source, name, index, pos, k, dim](Model& model) {
            return std::pair{model.value(source + "." + name, index, pos),
                             Value{model.unknowns()[static_cast<size_t>(k)].node, dim, false, false}};
        });
        return Value{node, dim, false, false};
    };
    m_.add_built_in(
        path + ".m", 1,
        [unknown, &c = c_](Model& m, Indices i, const SourcePos&) {
            return unknown(m, "m", i, 0, flow_dimension(c, i), 1);
        },
        "recycle " + s.id);
    m_.add_built_in(
        path + ".T", 0,
        [unknown](Model& m, Indices i, const SourcePos&) { return unknown(m, "T", i, 298.15, m.dim("K"), 0); },
        "recycle " + s.id);
    m_.add_built_in(
        path + ".p", 0,
        [unknown](Model& m, Indices i, const SourcePos&) { return unknown(m, "p", i, 101325, m.dim("Pa"), 0); },
        "recycle " + s.id);
    s.path = path;
}

void Builder::wire() {
    int group = 0;
    for (Stream& s : plant_.streams)
        if (s.torn) torn_stream(s, ++groups_), ++group;
    for (const Product& p : plant_.products)
        if (const auto it = product_streams_.find(p.name); it != product_streams_.end())
            alias(plant_.prefix + p.name, plant_.streams[it->second].path);
    for (const UnitInstance& u : plant_.units) {
        if (!u.type) continue;
        for (const Port& port : u.type->ports) {
            if (!port.in) continue;
            std::vector<std::string> sources;
            for (const Stream& s : plant_.streams)
                if (s.to_unit == u.name && s.to_port == port.name) sources.push_back(s.path);
            const std::string path = u.prefix + port.name;
            if (!port.many && sources.size() == 1)
                alias(path, sources.front());
            else
                many(path, sources);
        }
    }
}

void Builder::many(const std::string& path, const std::vector<std::string>& sources) {
    const auto sum = [sources](const std::string& name, const char* unit) {
        return [sources, name, unit](Model& m, Indices i, const SourcePos& pos) {
            Value total{m.graph.zero(), unit ? m.dim(unit) : 0, unit == nullptr, false};
            for (const std::string& s : sources) total = m.add(total, m.value(s + "." + name, i, pos), pos);
            return total;
        };
    };
    m_.add_built_in(path + ".m", 1, sum("m", nullptr), "sum of what enters"); // of any basis
    m_.add_built_in(path + ".n", 1, sum("n", "mol/s"), "sum of what enters");
    constexpr std::pair<const char*, const char*> totals[] = {
        {"mass", "kg/s"}, {"moles", "mol/s"}, {"volume", "m3/s"}, {"H", "W"}, {"cod", "kg/s"}};
    for (const auto& [name, unit] : totals)
        m_.add_built_in(path + "." + name, 0, sum(name, unit), "sum of what enters");
    if (const Node* file = c_.library.load("language", "stream", "stream", {}))
        if (const Node* equations = file->find("many")) {
            const Scope* scope = m_.scope(nullptr, path + ".");
            for (const lang::Statement& s : c_.library.statements(*equations)) m_.add_rule(scope, s);
        }
}

} // namespace viresco::plant
