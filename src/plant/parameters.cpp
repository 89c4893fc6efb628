#include "base/messages/matter.h"
#include "base/messages/plant.h"
#include "plant/plant.h"
#include <algorithm>
#include <cmath>

namespace viresco::plant {

using text::Node;
using Type = ParameterDeclaration::Type;
using Per = ParameterDeclaration::Per;

void Overrides::add(std::string path, const Node* value, SourcePos pos) {
    entries_.push_back({std::move(path), value, pos, false});
}

namespace {

bool addresses(const std::string& pattern, const std::string& path) {
    if (pattern == path) return true;
    if (pattern.compare(0, 2, "*.") != 0) return false;
    const size_t dot = path.find('.');
    return dot != std::string::npos && path.compare(dot + 1, std::string::npos, pattern, 2, std::string::npos) == 0;
}

} // namespace

const Node* Overrides::find(const std::string& full_path) {
    const Node* found = nullptr;
    for (Entry& e : entries_)
        if (addresses(e.path, full_path)) {
            e.used = true;
            found = e.value;
        }
    return found;
}

std::vector<std::string> Overrides::members(const std::string& table) const {
    std::vector<std::string> out;
    for (const Entry& e : entries_) {
        const size_t open = e.path.find('[');
        if (open == std::string::npos || e.path.back() != ']' || !addresses(e.path.substr(0, open), table)) continue;
        out.push_back(e.path.substr(open + 1, e.path.size() - open - 2));
    }
    return out;
}

namespace {

/// What a scalar is: a quantity, or a formula. "4 kWhh" is a quantity with a wrong unit, not a formula.
bool is_formula(const Node& node) {
    const std::string& t = node.scalar();
    if (t.empty()) return false;
    const auto first = static_cast<unsigned char>(t[0]);
    if ((first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') || first == '_' || first == '(' ||
        first >= 0x80)
        return true;
    if (units::parse_quantity(t)) return false;
    if (t.find('[') != std::string::npos) return true;
    for (const char* op : {" * ", " + ", " - ", " / ", "^"})
        if (t.find(op) != std::string::npos) return true;
    const char c = t[t[0] == '-' || t[0] == '+' ? 1 : 0];
    return !((c >= '0' && c <= '9') || c == '.' || c == '\0');
}

const std::vector<std::string> further_keys{"title", "limits", "type", "per", "formula"};

/// Reads a number with its provenance; the unit comes from `declared` where the value has none.
std::optional<matter::Datum> read_number(Context& c, const Node& node, const ParameterDeclaration& declared) {
    auto datum = matter::read_datum(node, c.model.diagnostics, further_keys);
    if (!datum) return datum;
    if (declared.unit && datum->unit.text.empty() && datum->unit.dimension.dimensionless() &&
        !declared.unit->dimension.dimensionless()) {
        auto& d = c.model.diagnostics.error(datum->pos, message::value_needs_unit,
                                            {declared.name, declared.unit->text});
        d.hint(message::write_value_with_unit, {units::format_number(datum->si) + " " + declared.unit->text});
        return std::nullopt;
    }
    return datum;
}

struct Limits {
    std::optional<double> low, high;
};

Limits read_limits(Context& c, const ParameterDeclaration& declared, const units::Unit& unit) {
    Limits out;
    const Node* limits = declared.node && declared.node->is_map() ? declared.node->find("limits") : nullptr;
    if (!limits) return out;
    if (limits->items().size() != 2) {
        c.model.diagnostics.error(limits->pos(), message::datum_range_form);
        return out;
    }
    for (int i = 0; i < 2; ++i) {
        const auto q = units::parse_quantity(limits->items()[static_cast<size_t>(i)].scalar());
        if (!q) {
            c.model.diagnostics.error(limits->items()[static_cast<size_t>(i)].pos(), message::datum_range_form);
            continue;
        }
        (i ? out.high : out.low) = q->unit.text.empty() ? unit.to_si(q->si) : q->si;
    }
    return out;
}

/// A value as a person writes it: 40 h, 0.3.
std::string plain(double si, const units::Unit& unit) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.6g", unit.from_si(si));
    return std::string(buffer) + (unit.text.empty() || unit.text == "1" ? "" : " " + unit.text);
}

void check_value(Context& c, const std::string& name, const lang::Parameter& p, double si, const SourcePos& pos) {
    const auto show = [&](double v) { return plain(v, p.datum.unit); };
    const double slack = 1e-12;
    if ((p.lowest && si < *p.lowest - slack * std::fabs(*p.lowest)) ||
        (p.highest && si > *p.highest + slack * std::fabs(*p.highest))) {
        c.model.diagnostics.error(
            pos, message::outside_limits,
            {name, show(si), p.lowest ? show(*p.lowest) : "-inf", p.highest ? show(*p.highest) : "inf"});
    } else if (p.datum.low_si && p.datum.high_si && (si < *p.datum.low_si || si > *p.datum.high_si)) {
        c.model.diagnostics.warning(pos, message::outside_range,
                                    {name, show(si), show(*p.datum.low_si), show(*p.datum.high_si)});
    }
}

bool same_dimension(Context& c, const std::string& name, const units::Unit& want, const matter::Datum& have) {
    if (want.dimension == have.unit.dimension) return true;
    if (have.unit.text.empty()) {
        auto& d = c.model.diagnostics.error(have.pos, message::value_needs_unit, {name, want.text});
        // A bare number for a temperature is meant in degC: nobody writes 60 K of a process.
        const std::string unit = want.text == "K" ? "degC" : want.text;
        d.hint(message::write_value_with_unit, {units::format_number(have.si) + " " + unit});
        return false;
    }
    if (want.dimension.dimensionless()) {
        c.model.diagnostics.error(have.pos, message::parameter_is_number, {name, have.unit.text});
        return false;
    }
    c.model.diagnostics.error(
        have.pos, message::parameter_dimension,
        {name, have.unit.text.empty() ? "1" : have.unit.text, want.text.empty() ? want.dimension.text() : want.text});
    return false;
}

/// A parameter that a specification varies is an unknown; its value is where the search starts.
void vary(Context& c, const std::string& path, const std::vector<lang::Member>& indices, Specification& s,
          const ParameterDeclaration& declared, const Node* start) {
    lang::Model& m = c.model;
    s.used = true;
    if (!start) {
        m.diagnostics.error(s.pos, message::specification_without_start, {s.name, path});
        return;
    }
    const auto datum = read_number(c, *start, declared);
    auto equation = std::make_shared<lang::Equation>(lang::parse_equation(*s.until, m.diagnostics));
    if (!datum || !equation->left) return;
    if (declared.unit && !same_dimension(c, path, *declared.unit, *datum)) return;
    lang::Unknown u;
    u.path = path;
    for (const lang::Member i : indices) u.path += "[" + m.member_name(i) + "]";
    u.equation = s.until->scalar();
    u.pos = s.until->pos();
    u.start = m.graph.constant(datum->si);
    u.unit = datum->unit;
    const Limits limits = read_limits(c, declared, declared.unit ? *declared.unit : datum->unit);
    u.lowest = limits.low;
    u.highest = limits.high;
    const lang::Scope* scope = s.scope;
    const lang::NodeId node = m.add_unknown(std::move(u), [equation, scope](lang::Model& model) {
        const lang::Value left = model.evaluate(*equation->left, scope);
        return std::pair{left, model.evaluate(*equation->right, scope)};
    });
    m.bind_value(path, indices, {node, m.dimensions.intern(datum->unit.dimension), false, false}, s.until->scalar(),
                 s.pos);
}

/// Declares one number: default, override, specification. `members` is empty or the member of a table.
void declare_number(Context& c, const std::string& path, const std::vector<std::string>& members,
                    const ParameterDeclaration& declared, const Node* given, const lang::Scope* given_scope,
                    const lang::Scope* own_scope, bool table_default) {
    lang::Model& m = c.model;
    std::string address = path;
    std::vector<lang::Member> indices;
    for (const std::string& member : members) {
        address += "[" + member + "]";
        indices.push_back(m.member(member));
    }
    c.addresses.push_back(address);
    const Node* override = c.overrides.find(address);
    const Node* own = declared.node;
    const auto formula_of = [](const Node* n) -> const Node* {
        if (!n) return nullptr;
        if (n->is_map()) return n->find("formula");
        return n->is_scalar() && is_formula(*n) ? n : nullptr;
    };
    const auto has_value = [](const Node* n) { return n && (n->is_scalar() || (n->is_map() && n->find("value"))); };

    // The unit that the declaration asks for, from `unit:` or from its own value.
    std::optional<matter::Datum> own_datum;
    if (has_value(own) && !formula_of(own)) {
        own_datum = read_number(c, *own, declared);
        if (!own_datum) return;
    }
    std::optional<units::Unit> want = declared.unit;
    if (!want && own_datum) want = own_datum->unit;

    const Node* base = given ? given : own;
    const lang::Scope* scope = given ? given_scope : own_scope;
    if (const Node* formula = formula_of(base); formula && !override) {
        if (!formula->is_scalar()) {
            m.diagnostics.error(formula->pos(), message::expected_text, {"formula"});
            return;
        }
        m.add_formula(path, indices, scope, lang::parse_expression(*formula, m.diagnostics), formula->pos());
        if (want && (members.empty() || declared.unit)) m.expect_dimension(path, m.dimensions.intern(want->dimension));
        return;
    }
    const bool base_is_number = has_value(base) && !formula_of(base);
    const Node* source = base_is_number ? base : override;
    if (const auto varied = c.varied.find(address); varied != c.varied.end() && declared.type == Type::number) {
        vary(c, path, indices, varied->second, declared,
             varied->second.from ? varied->second.from
             : override          ? override
                                 : source);
        return;
    }
    if (!source) {
        if (table_default) return; // a table without a default: members must be given one by one
        auto& d = m.diagnostics.error(c.instance ? c.instance : declared.pos, message::parameter_without_value,
                                      {address});
        if (c.instance) d.see(declared.pos, message::parameter_declared_here, {declared.name});
        if (want) d.hint(message::parameter_value_hint, {declared.name, want->text});
        return;
    }
    if (override && formula_of(override)) {
        m.diagnostics.error(override->pos(), message::override_is_formula, {address});
        return;
    }
    auto datum = source == own ? own_datum : read_number(c, *source, declared);
    if (!datum) return;
    if (want && !same_dimension(c, address, *want, *datum)) return;
    if (own_datum && source != own) {
        // A plain value keeps the declaration's span; its evidence is the giver's own.
        if (!datum->low_si) {
            datum->low_si = own_datum->low_si;
            datum->high_si = own_datum->high_si;
            datum->uncertainty.span_of_declaration = true;
        }
    }
    lang::Parameter p;
    p.path = address;
    p.datum = *datum;
    p.title = declared.title;
    p.integer = declared.type == Type::integer;
    const Limits limits = read_limits(c, declared, want ? *want : datum->unit);
    p.lowest = limits.low;
    p.highest = limits.high;
    check_value(c, address, p, p.datum.si, p.datum.pos);
    const SourcePos pos = datum->pos;

    std::optional<matter::Datum> setting;
    if (override && source != override) {
        const auto value = read_number(c, *override, declared);
        if (!value || !same_dimension(c, address, p.datum.unit, *value)) return;
        check_value(c, address, p, value->si, value->pos);
        setting = value;
    }
    if (p.integer) {
        // Integers shape the program: an override is compiled in.
        if (setting) p.datum.si = setting->si;
        if (p.datum.si != std::floor(p.datum.si) || std::fabs(p.datum.si) > 1e6) {
            m.diagnostics.error(pos, message::must_be_integer, {address, plain(p.datum.si, p.datum.unit)});
            return;
        }
        const int value = static_cast<int>(p.datum.si);
        m.add_integer(address, value, m.add_parameter(std::move(p)));
        return;
    }
    const units::Unit unit = p.datum.unit;
    const double si = p.datum.si;
    const int index = m.add_parameter(std::move(p));
    if (setting) c.settings.push_back({index, setting->si, *setting});
    if (c.dynamics.driven.count(address)) {
        // Its own value is where it starts; a time series sets it later.
        lang::State s;
        s.path = address;
        s.pos = pos;
        s.unit = unit;
        s.nominal = std::abs(si);
        const lang::DimId dim = m.dimensions.intern(unit.dimension);
        c.dynamics.states[address] = m.add_state(path, indices, s, true, [index, dim](lang::Model& model) {
            return lang::Value{model.graph.parameter(index), dim, false, false};
        });
    } else if (table_default)
        m.set_default_parameter(path, 1, index);
    else
        m.bind_parameter(path, indices, index);
}

void declare_component(Context& c, const std::string& path, const Node& value) {
    const int k = value.is_scalar() ? c.components.find(value.scalar()) : -1;
    if (k < 0) {
        auto& d = c.model.diagnostics.error(value.pos(), message::unknown_component, {value.scalar()});
        suggest(d, value.scalar(), c.components.names());
        return;
    }
    c.model.add_index(path, c.model.member(value.scalar()));
}

void declare_components_set(Context& c, const std::string& path, const Node& value) {
    std::vector<lang::Member> members;
    // A tag, or a set of the unit itself (`reacting`).
    const auto find = [&](const std::string& name) {
        const auto* own = c.model.find_set(path.substr(0, path.rfind('.') + 1) + name);
        return own ? own : c.model.find_set(name);
    };
    const auto add = [&](const Node& item) {
        if (c.components.find(item.scalar()) >= 0) {
            members.push_back(c.model.member(item.scalar()));
        } else if (const auto* tagged = find(item.scalar()); tagged && item.is_scalar()) {
            for (const lang::Member t : *tagged)
                if (std::find(members.begin(), members.end(), t) == members.end()) members.push_back(t);
        } else {
            auto& d = c.model.diagnostics.error(item.pos(), message::unknown_component, {item.scalar()});
            suggest(d, item.scalar(), c.components.names());
        }
    };
    if (value.is_sequence())
        for (const Node& item : value.items()) add(item);
    else if (value.is_scalar())
        add(value);
    else
        c.model.diagnostics.error(value.pos(), message::expected_list, {path});
    c.model.add_set(path, std::move(members));
}

} // namespace

void declare_parameter(Context& c, const std::string& prefix, const ParameterDeclaration& declared, const Node* given,
                       const lang::Scope* given_scope, const lang::Scope* own_scope,
                       const std::vector<std::string>& reactions) {
    const std::string path = prefix + declared.name;
    const Node* own_value = declared.node->is_map() ? declared.node->find("value") : declared.node;
    if (declared.type == Type::component || declared.type == Type::components) {
        if (declared.per == Per::reaction) return; // the reaction's own entry says it
        c.addresses.push_back(path);
        const Node* override = c.overrides.find(path);
        const Node* value = override ? override : given ? given : own_value;
        if (!value) {
            auto& d = c.model.diagnostics.error(c.instance ? c.instance : declared.pos,
                                                message::parameter_without_value, {path});
            if (c.instance) d.see(declared.pos, message::parameter_declared_here, {declared.name});
            return;
        }
        if (declared.type == Type::component)
            declare_component(c, path, *value);
        else
            declare_components_set(c, path, *value);
        return;
    }
    if (declared.per == Per::none) {
        declare_number(c, path, {}, declared, given, given_scope, own_scope, false);
        return;
    }
    // A table: one value for all, then members of their own.
    const bool map_of_members = given && given->is_map() && !given->find("value") && !given->find("formula");
    declare_number(c, path, {}, declared, map_of_members ? nullptr : given, given_scope, own_scope, true);
    ParameterDeclaration entry = declared;
    Node none;
    std::set<std::string> done;
    const auto known = [&](const std::string& member) {
        if (declared.per == Per::component) return c.components.find(member) >= 0;
        return std::find(reactions.begin(), reactions.end(), member) != reactions.end();
    };
    std::optional<units::Unit> unit = declared.unit;
    if (!unit && own_value && own_value->is_scalar())
        if (const auto q = units::parse_quantity(own_value->scalar())) unit = q->unit;
    entry.unit = unit;
    if (map_of_members)
        for (const auto& e : given->entries()) {
            if (!known(e.key)) {
                auto& d = c.model.diagnostics.error(
                    e.key_pos, declared.per == Per::component ? message::unknown_component : message::unknown_reaction,
                    {e.key});
                suggest(d, e.key, declared.per == Per::component ? c.components.names() : reactions);
                continue;
            }
            entry.node = &none;
            entry.pos = e.key_pos;
            declare_number(c, path, {e.key}, entry, &e.value, given_scope, given_scope, false);
            done.insert(e.key);
        }
    for (const std::string& member : c.overrides.members(path)) {
        if (done.count(member) || !known(member)) continue;
        entry.node = &none;
        declare_number(c, path, {member}, entry, nullptr, given_scope, given_scope, false);
        done.insert(member);
    }
}

void declare_value(Context& c, const std::string& path, std::vector<std::string> members, const Node& node,
                   const lang::Scope* scope, lang::DimId dim, const matter::Title& title) {
    ParameterDeclaration d;
    d.name = path.substr(path.rfind('.') + 1);
    d.pos = node.pos();
    d.title = title;
    Node none;
    d.node = &none;
    if (dim >= 0) {
        units::Unit u;
        u.dimension = c.model.dimensions[dim];
        u.text = u.dimension.text();
        d.unit = u;
    }
    declare_number(c, path, members, d, &node, scope, scope, false);
}

} // namespace viresco::plant
