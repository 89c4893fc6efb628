#include "plant/unit_type.h"
#include "base/messages/plant.h"
#include "matter/quantity.h"
#include <sstream>

namespace viresco::plant {

const Port* UnitType::port(const std::string& wanted) const {
    for (const Port& p : ports)
        if (p.name == wanted) return &p;
    return nullptr;
}

std::vector<ParameterDeclaration> read_declarations(const text::Node& map, Diagnostics& diagnostics) {
    std::vector<ParameterDeclaration> out;
    if (!expect_map(map, "'parameters'", diagnostics)) return out;
    using Type = ParameterDeclaration::Type;
    using Per = ParameterDeclaration::Per;
    for (const auto& entry : map.entries()) {
        ParameterDeclaration d;
        d.name = entry.key;
        d.pos = entry.key_pos;
        d.node = &entry.value;
        d.title.en = d.title.zh = entry.key;
        if (!is_name(entry.key)) diagnostics.error(entry.key_pos, message::not_a_name, {entry.key});
        if (entry.value.is_map()) {
            check_keys(entry.value,
                       {"value", "unit", "range", "limits", "evidence", "source", "title", "type", "per", "formula",
                        "distribution", "pedigree", "independent"},
                       diagnostics);
            if (const auto* title = entry.value.find("title")) d.title = matter::read_title(*title, diagnostics);
            if (const auto* type = entry.value.find("type")) {
                const std::string& t = type->scalar();
                if (t == "component")
                    d.type = Type::component;
                else if (t == "components")
                    d.type = Type::components;
                else if (t == "integer")
                    d.type = Type::integer;
                else if (t != "number")
                    suggest(diagnostics.error(type->pos(), message::unknown_parameter_type, {t}), t,
                            {"number", "integer", "component", "components"});
            }
            if (const auto* per = entry.value.find("per")) {
                if (per->scalar() == "component")
                    d.per = Per::component;
                else if (per->scalar() == "reaction")
                    d.per = Per::reaction;
                else
                    diagnostics.error(per->pos(), message::unknown_per, {per->scalar()});
            }
            if (const auto* unit = entry.value.find("unit")) d.unit = matter::read_unit(*unit, diagnostics);
        }
        out.push_back(std::move(d));
    }
    return out;
}

UnitType read_unit_type(const text::Node& file, Library& library) {
    Diagnostics& diagnostics = library.diagnostics;
    UnitType out;
    out.file = &file;
    check_keys(file, {"viresco",     "kind",     "unit",       "title",     "source",    "evidence",   "description",
                      "unvalidated", "ports",    "parameters", "reactions", "equations", "energy",     "uses",
                      "size",        "requires", "serves",     "example",   "sets",      "states",     "events",
                      "kinetics",    "tells",    "run",        "holds",     "crosses",   "exceptions", "phases"},
               diagnostics);
    out.name = scalar_of(file, "unit", diagnostics);
    if (out.name.empty()) diagnostics.error(file.pos(), message::unit_without_name);
    if (const auto* title = file.find("title"))
        out.title = matter::read_title(*title, diagnostics);
    else
        out.title = {out.name, out.name};
    if (const auto* source = file.find("source"); source && source->is_scalar()) out.source = source->scalar();
    out.serves = scalar_of(file, "serves", diagnostics);
    out.kinetics = scalar_of(file, "kinetics", diagnostics);
    out.holds = scalar_of(file, "holds", diagnostics);
    out.crosses = scalar_of(file, "crosses", diagnostics);
    out.unvalidated = scalar_of(file, "unvalidated", diagnostics);

    if (const auto* ports = file.find("ports"); ports && expect_map(*ports, "'ports'", diagnostics)) {
        for (const auto& entry : ports->entries()) {
            Port p;
            p.name = entry.key;
            p.pos = entry.key_pos;
            if (!is_name(entry.key)) diagnostics.error(entry.key_pos, message::not_a_name, {entry.key});
            std::istringstream words(entry.value.scalar());
            std::string word;
            bool direction = false;
            while (words >> word) {
                if (word == "in" || word == "out")
                    p.in = word == "in", direction = true;
                else if (word == "many")
                    p.many = true;
                else if (word == "optional")
                    p.optional = true;
                else if (word == "gas" || word == "steam" || word == "liquid")
                    p.phase = word;
                else
                    suggest(diagnostics.error(entry.value.pos(), message::unknown_port_word, {word}), word,
                            {"in", "out", "many", "optional", "gas", "steam", "liquid"});
            }
            if (!direction) diagnostics.error(entry.value.pos(), message::port_without_direction, {entry.key});
            if (p.phase.empty()) p.phase = "liquid";
            out.ports.push_back(std::move(p));
        }
    }
    if (const auto* parameters = file.find("parameters")) out.parameters = read_declarations(*parameters, diagnostics);
    if (const auto* equations = file.find("equations")) {
        if (equations->is_scalar())
            out.equations = &library.statements(*equations);
        else
            diagnostics.error(equations->pos(), message::expected_text, {"equations"});
    }
    return out;
}

} // namespace viresco::plant
