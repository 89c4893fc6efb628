#include "base/messages/plant.h"
#include "plant/plant.h"

namespace viresco::plant {

namespace {

/// Dimension of a content: per basis. Of a component counted in kg that is a plain number.
lang::DimId per_basis(lang::Model& m, const matter::Component& component, const char* unit) {
    return m.dimensions.divide(m.dim(unit), m.dimensions.intern(component.basis));
}

/// The value of a property, "missing" for a component that lacks it (an error only if it is ever needed).
lang::BuiltIn property_family(Context& c, const std::string& property, lang::DimId dim) {
    return [&c, property, dim](lang::Model& m, lang::Indices indices, const SourcePos&) -> lang::Value {
        const std::string& name = m.member_name(indices[0]);
        const int k = c.components.find(name);
        if (k >= 0) {
            const auto it = c.components[k].properties.find(property);
            if (it != c.components[k].properties.end()) {
                lang::Value v = m.value("components." + name + "." + property, {}, it->second.pos);
                if (property == "thod" && c.components[k].carried) v.dim = per_basis(m, c.components[k], "kg");
                return v;
            }
        }
        return m.missing(Message{message::component_lacks_property, {name, property}}, dim,
                         k >= 0 ? c.components[k].pos : SourcePos{});
    };
}

} // namespace

void declare_components(Context& c) {
    lang::Model& m = c.model;
    std::vector<lang::Member> all, states[3], carried;
    std::map<std::string, std::vector<lang::Member>> tags;
    std::map<std::string, lang::DimId> properties;
    for (int i = 0; i < c.components.size(); ++i) {
        const matter::Component& component = c.components[i];
        const lang::Member member = m.member(component.name);
        all.push_back(member);
        if (component.carried)
            carried.push_back(member);
        else
            states[static_cast<int>(component.state)].push_back(member);
        for (const std::string& tag : component.tags) tags[tag].push_back(member);
        for (const auto& [name, datum] : component.properties) {
            const std::string path = "components." + component.name + "." + name;
            const lang::DimId dim = m.dimensions.intern(datum.unit.dimension);
            properties.emplace(name, dim);
            // Molar mass and ThOD follow from the formula: constants of nature, not inputs.
            if (name == "molar_mass" || name == "thod") {
                const double si = datum.si;
                m.add_built_in(
                    path, 0,
                    [si, dim](lang::Model& model, lang::Indices, const SourcePos&) { return model.constant(si, dim); },
                    component.formula ? component.formula->text : "");
                continue;
            }
            lang::Parameter p;
            p.path = path;
            p.datum = datum;
            p.title = component.title;
            c.addresses.push_back(path);
            const text::Node* override = c.overrides.find(path);
            const int index = m.add_parameter(std::move(p));
            m.bind_parameter(path, {}, index);
            if (!override) continue;
            const auto value = matter::read_datum(*override, m.diagnostics);
            if (!value) continue;
            if (value->unit.dimension != datum.unit.dimension) {
                m.diagnostics.error(override->pos(), message::parameter_dimension,
                                    {path, value->unit.text, datum.unit.text});
                continue;
            }
            c.settings.push_back({index, value->si, *value});
        }
    }
    m.member("water");
    m.add_set("components", all);
    m.add_set("carried", carried);
    m.add_set("state_solid", states[0]);
    m.add_set("state_liquid", states[1]);
    m.add_set("state_gas", states[2]);
    tags.try_emplace("suspended"); // what is counted as TSS
    for (auto& [tag, members] : tags) {
        if (m.find_set(tag) != nullptr) {
            m.diagnostics.error(c.components[0].pos, message::reserved_tag, {tag});
            continue;
        }
        m.add_set(tag, std::move(members));
    }
    for (const char* standard : {"heat_capacity", "heat_capacity_gas", "heat_of_vaporisation", "density",
                                 "formation_enthalpy", "molar_mass", "thod"}) {
        const char* unit = std::string_view(standard) == "density"                       ? "kg/m3"
                           : std::string_view(standard) == "molar_mass"                  ? "kg/mol"
                           : std::string_view(standard) == "thod"                        ? "1"
                           : std::string_view(standard).substr(0, 13) == "heat_capacity" ? "J/kg/K"
                                                                                         : "J/kg";
        properties.emplace(standard, m.dim(unit));
    }
    for (const auto& [name, dim] : properties) m.add_built_in(name, 1, property_family(c, name, dim));
    const auto contents = [&c, &m](const std::string& quantity, const char* unit) {
        m.add_built_in("content_" + quantity, 1,
                       [&c, quantity, unit](lang::Model& model, lang::Indices indices, const SourcePos&) {
                           const int k = c.components.find(model.member_name(indices[0]));
                           // Of a component counted in kg a fraction; of a carried one kgN/kgCOD, where there is such a tag.
                           const std::string tagged = "kg" + quantity;
                           const bool tag = k >= 0 && c.components[k].carried && units::parse_unit(tagged).has_value();
                           const lang::DimId dim = k >= 0
                                                       ? per_basis(model, c.components[k], tag ? tagged.c_str() : unit)
                                                       : 0;
                           if (k >= 0)
                               if (const auto content = c.components[k].content(quantity))
                                   return model.constant(*content, dim);
                           return model.missing(Message{message::component_lacks_property,
                                                        {model.member_name(indices[0]), "content_" + quantity}},
                                                dim, k >= 0 ? c.components[k].pos : SourcePos{});
                       });
    };
    for (const std::string& element : c.components.elements()) contents(element, "kg");
    contents("COD", "kg");
    contents("mass", "kg");
    contents("charge", "mol");
}

lang::DimId flow_dimension(Context& c, lang::Indices component) {
    const int k = c.components.find(c.model.member_name(component[0]));
    const lang::DimId basis = k < 0 ? c.model.dim("kg") : c.model.dimensions.intern(c.components[k].basis);
    return c.model.dimensions.divide(basis, c.model.dim("s"));
}

void declare_port(Context& c, const std::string& path, const std::string& phase) {
    lang::Model& m = c.model;
    const text::Node* file = c.library.load("language", "stream", "stream", {});
    if (!file) return;
    const lang::Scope* scope = m.scope(nullptr, path + ".");
    for (const std::string& section : {std::string("every"), phase}) {
        const text::Node* equations = file->find(section);
        if (!equations) {
            m.diagnostics.error(file->pos(), message::stream_section_missing, {section});
            continue;
        }
        for (const lang::Statement& s : c.library.statements(*equations)) m.add_rule(scope, s);
    }
}

} // namespace viresco::plant
