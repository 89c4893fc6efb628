// A `kind: plant` file: title, operation, specifications; the parts follow in the other files of Builder.
#include "base/messages/lang.h"
#include "base/messages/plant.h"
#include "plant/builder.h"
#include <algorithm>

namespace viresco::plant {

using lang::Indices;
using lang::Model;
using text::Node;

Builder::Builder(Context& c, const Node& file, const std::string& route)
    : c_(c), m_(c.model), d_(c.model.diagnostics), file_(file) {
    plant_.route = route;
    plant_.prefix = route.empty() ? "" : route + ".";
}

Plant Builder::build() {
    check_keys(file_,
               {"viresco", "kind", "title", "source", "components", "operation", "parameters", "sections", "feeds",
                "units", "connections", "products", "utilities", "specifications", "labour", "recipe"},
               d_);
    plant_.title = title(file_, plant_.route);
    // Names of the cost rules are seen from every route.
    plant_.scope = m_.scope(m_.scope(nullptr, "economics."), plant_.prefix);
    mass_flow_ = m_.dim("kg/s");
    sections();
    specifications();
    operation();
    if (const Node* p = file_.find("parameters"))
        for (const ParameterDeclaration& declared : read_declarations(*p, d_))
            declare_parameter(c_, plant_.prefix, declared, nullptr, plant_.scope, plant_.scope, {});
    labour();
    recipe();
    feeds();
    units();
    products();
    connections();
    tear();
    wire();
    close_energy();
    utilities();
    exchanges();
    for (const auto& [path, s] : c_.varied)
        if (!s.used && path.compare(0, plant_.prefix.size(), plant_.prefix) == 0) {
            auto& d = d_.error(s.pos, message::specification_varies_nothing,
                               {s.name, path.substr(plant_.prefix.size())});
            std::vector<std::string> known;
            for (const std::string& a : c_.addresses)
                if (a.compare(0, plant_.prefix.size(), plant_.prefix) == 0)
                    known.push_back(a.substr(plant_.prefix.size()));
            suggest(d, path.substr(plant_.prefix.size()), known);
        }
    return std::move(plant_);
}

matter::Title Builder::title(const Node& map, const std::string& fallback) {
    if (const Node* t = map.find("title")) return matter::read_title(*t, d_);
    return {fallback, fallback};
}

const Node* Builder::map_at(const Node& parent, const char* key) {
    const Node* n = parent.find(key);
    return n && expect_map(*n, std::string("'") + key + "'", d_) ? n : nullptr;
}

void Builder::name_of(const Node::Entry& e) {
    if (!is_name(e.key)) d_.error(e.key_pos, message::not_a_name, {e.key});
    const auto [it, fresh] = names_.emplace(e.key, e.key_pos);
    if (!fresh) d_.error(e.key_pos, message::defined_twice, {e.key}).see(it->second, message::first_defined_here);
}

std::string Builder::section_of(const Node& map, const std::string& fallback) {
    const std::string s = scalar_of(map, "section", d_);
    if (s.empty()) return fallback;
    for (const auto& [name, t] : plant_.sections)
        if (name == s) return s;
    auto& d = d_.error(map.find("section")->pos(), message::unknown_section, {s});
    std::vector<std::string> known;
    for (const auto& [name, t] : plant_.sections) known.push_back(name);
    suggest(d, s, known);
    return fallback;
}

void Builder::sections() {
    if (const Node* s = map_at(file_, "sections"))
        for (const auto& e : s->entries()) plant_.sections.emplace_back(e.key, matter::read_title(e.value, d_));
}

void Builder::specifications() {
    const Node* s = map_at(file_, "specifications");
    if (!s) return;
    for (const auto& e : s->entries()) {
        if (!expect_map(e.value, "'" + e.key + "'", d_)) continue;
        check_keys(e.value, {"vary", "until", "from", "title"}, d_);
        const std::string vary = scalar_of(e.value, "vary", d_);
        const Node* until = e.value.find("until");
        if (vary.empty() || !until || !until->is_scalar()) {
            d_.error(e.key_pos, message::specification_incomplete, {e.key});
            continue;
        }
        Specification spec{e.key, until, e.value.find("from"), plant_.scope, e.value.find("vary")->pos(), false};
        const auto [it, fresh] = c_.varied.emplace(plant_.prefix + vary, spec);
        if (!fresh) d_.error(spec.pos, message::specification_twice, {vary, it->second.name});
    }
}

void Builder::operation() {
    const Node* o = map_at(file_, "operation");
    for (const char* name : {"operating_time", "annual_output"}) {
        if (o && o->find(name)) continue;
        m_.add_built_in(
            plant_.prefix + "operation." + name, 0,
            [name, top = SourcePos{file_.pos().file, 1, 1, 1}](Model& m, Indices, const SourcePos& asked_at) {
                m.diagnostics.error(top, message::plant_needs_operation, {name}).see(asked_at, message::needed_here);
                return m.wrong();
            });
    }
    if (!o) return;
    check_keys(*o, {"operating_time", "annual_output"}, d_);
    if (const Node* t = o->find("operating_time"))
        declare_value(c_, plant_.prefix + "operation.operating_time", {}, *t, plant_.scope, m_.dimensions.one(),
                      {"operating time", "年运行时间"});
    if (const Node* t = o->find("annual_output"))
        declare_value(c_, plant_.prefix + "operation.annual_output", {}, *t, plant_.scope, mass_flow_,
                      {"annual output", "年产量"});
}

void Builder::labour() {
    const Node* l = map_at(file_, "labour");
    if (!l) {
        m_.add_built_in(plant_.prefix + "operators", 0,
                        [](Model& m, Indices, const SourcePos&) { return m.constant(0, m.dimensions.one()); });
        return;
    }
    check_keys(*l, {"operators"}, d_);
    if (const Node* n = l->find("operators"))
        declare_value(c_, plant_.prefix + "operators", {}, *n, plant_.scope, m_.dimensions.one(),
                      {"operators per shift", "每班操作工"});
}

Plant build_plant(Context& c, const Node& file, const std::string& route) { return Builder(c, file, route).build(); }

const matter::Title& section_title(const Plant& plant, const std::string& name) {
    static const matter::Title none;
    for (const auto& [section, title] : plant.sections)
        if (section == name) return title;
    for (const UnitInstance& u : plant.units)
        if (u.name == name) return u.title;
    return none;
}

} // namespace viresco::plant
