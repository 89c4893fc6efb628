#include "base/messages/plant.h"
#include "plant/plant.h"

namespace viresco::plant {

namespace {

/// The value of a property, "missing" for a component that lacks it (an error only if it is ever needed).
lang::BuiltIn property_family(Context& c, const std::string& property, lang::DimId dim) {
    return [&c, property, dim](lang::Model& m, lang::Indices indices, const SourcePos&) -> lang::Value {
        const std::string& name = m.member_name(indices[0]);
        const int k = c.components.find(name);
        if (k >= 0) {
            const auto it = c.components[k].properties.find(property);
            if (it != c.components[k].properties.end())
                return m.value("components." + name + "." + property, {}, it->second.pos);
        }
        return m.missing(Message{message::component_lacks_property, {name, property}}, dim,
                         k >= 0 ? c.components[k].pos : SourcePos{});
    };
}

} // namespace

void declare_components(Context& c) {
    lang::Model& m = c.model;
    std::vector<lang::Member> all, states[3];
    std::map<std::string, std::vector<lang::Member>> tags;
    std::map<std::string, lang::DimId> properties;
    for (int i = 0; i < c.components.size(); ++i) {
        const matter::Component& component = c.components[i];
        const lang::Member member = m.member(component.name);
        all.push_back(member);
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
            c.settings.push_back({index, value->si});
        }
    }
    m.member("water");
    m.add_set("components", all);
    m.add_set("state_solid", states[0]);
    m.add_set("state_liquid", states[1]);
    m.add_set("state_gas", states[2]);
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
    for (const std::string& element : c.components.elements()) {
        m.add_built_in("content_" + element, 1,
                       [&c, element](lang::Model& model, lang::Indices indices, const SourcePos&) {
                           const int k = c.components.find(model.member_name(indices[0]));
                           if (k < 0 || (!c.components[k].formula && c.components[k].contents.empty()))
                               return model.missing(Message{message::component_lacks_property,
                                                            {model.member_name(indices[0]), "content_" + element}},
                                                    0, k >= 0 ? c.components[k].pos : SourcePos{});
                           const auto it = c.components[k].contents.find(element);
                           return model.constant(it == c.components[k].contents.end() ? 0.0 : it->second, 0);
                       });
    }
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
