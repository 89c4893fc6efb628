#include "matter/component.h"
#include "base/messages/matter.h"
#include "matter/element.h"
#include "matter/quantity.h"
#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>

namespace viresco::matter {
namespace {

using text::Node;

const std::vector<std::string> file_keys{"viresco", "kind", "title", "description", "source", "components"};
const std::vector<std::string> component_keys{"title",      "description", "formula", "contents", "cas",
                                              "state",      "tags",        "basis",   "symbol",   "concentration",
                                              "properties", "evidence",    "source"};
const std::vector<std::string> states{"solid", "liquid", "gas"};

/// Properties every model may rely on, with the unit that fixes their dimension.
struct KnownProperty {
    const char* name;
    const char* unit;
    bool positive;
};
constexpr KnownProperty known_properties[] = {
    {"molar_mass", "kg/mol", true},
    {"density", "kg/m3", true},
    {"heat_capacity", "J/kg/K", true},
    {"heat_capacity_gas", "J/kg/K", true},
    {"formation_enthalpy", "J/kg", false},
    {"heat_of_vaporisation", "J/kg", true},
    {"pKa", "", false},
    {"solubility", "kg/m3", false},
    {"thod", "", false},
    {"antoine_A", "", false},
    {"antoine_B", "K", true},
    {"antoine_C", "K", false},
    {"boiling_point", "K", true},
    {"melting_point", "K", true},
    {"viscosity", "Pa*s", true},
    {"diffusivity", "m2/s", true},
    {"log_P", "", false},
};

const KnownProperty* find_known(std::string_view name) {
    for (const KnownProperty& k : known_properties)
        if (k.name == name) return &k;
    return nullptr;
}

std::vector<std::string> known_property_names() {
    std::vector<std::string> out;
    for (const KnownProperty& k : known_properties) out.emplace_back(k.name);
    return out;
}

units::Unit unit_of(std::string_view text) { return text.empty() ? units::Unit{} : units::parse_unit(text).value(); }

std::string joined(const std::vector<std::string>& names) {
    std::string out;
    for (const std::string& n : names) out += (out.empty() ? "" : ", ") + n;
    return out;
}

bool contains(const std::vector<std::string>& list, const std::string& x) {
    return std::find(list.begin(), list.end(), x) != list.end();
}

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}

/// Punctuation of other scripts looks like a letter to a byte test: blanks, dashes, full-width forms.
constexpr std::string_view foreign_punctuation[] = {"\u00A0", "\u00B7", "\u2010", "\u2011", "\u2012", "\u2013",
                                                    "\u2014", "\u2212", "\u3000", "\u3001", "\u3002", "\uFF08",
                                                    "\uFF09", "\uFF0C", "\uFF0D", "\uFF1A"};

/// The same name with what is not allowed turned to '_': "6-APA" -> "_6_APA". A good name stays as it is.
std::string repaired(std::string_view name) {
    std::string out;
    if (name.empty() || (name[0] >= '0' && name[0] <= '9')) out += '_';
    while (!name.empty()) {
        const auto* sign = std::find_if(std::begin(foreign_punctuation), std::end(foreign_punctuation),
                                        [&](std::string_view s) { return name.starts_with(s); });
        const bool foreign = sign != std::end(foreign_punctuation);
        out += !foreign && is_name_character(name[0]) ? name[0] : '_';
        name.remove_prefix(foreign ? sign->size() : 1);
    }
    return out;
}

/// Reads one component; every error of it goes to the diagnostics.
class Reader {
public:
    Reader(Component& component, Diagnostics& diagnostics) : c_(component), diagnostics_(diagnostics) {}

    void read(const Node& node) {
        for (const Node::Entry& e : node.entries())
            if (!contains(component_keys, e.key)) unknown_key(e);
        read_title_of(node);
        read_scalars(node);
        if (const Node* n = node.find("basis")) read_basis(*n);
        if (const Node* n = node.find("concentration")) read_concentration(*n);
        if (const Node* n = node.find("formula")) read_formula(*n);
        if (const Node* n = node.find("contents")) {
            if (c_.carried)
                read_carried_contents(*n);
            else
                read_contents(*n, node.find("formula"));
        }
        if (const Node* n = node.find("properties")) read_properties(*n);
        derive(node);
    }

private:
    void unknown_key(const Node::Entry& e) {
        Diagnostic& d = diagnostics_.error(e.key_pos, message::components_unknown_key, {e.key});
        if (find_known(e.key)) {
            d.hint(message::components_key_is_property, {e.key});
            return;
        }
        suggest(d, e.key, component_keys);
        d.hint(message::components_known_keys, {joined(component_keys)});
    }

    void read_title_of(const Node& node) {
        if (const Node* title = node.find("title")) {
            c_.title = read_title(*title, diagnostics_);
            return;
        }
        diagnostics_.error(c_.pos, message::component_without_title, {c_.name}).hint(message::component_title_hint);
    }

    bool expect_text(const char* key, const Node& node) {
        if (!node.is_scalar()) diagnostics_.error(node.pos(), message::components_expected_text, {key});
        return node.is_scalar();
    }

    void read_scalars(const Node& node) {
        c_.symbol = c_.name;
        if (const Node* n = node.find("symbol"); n && expect_text("symbol", *n)) c_.symbol = n->scalar();
        if (const Node* n = node.find("cas"); n && expect_text("cas", *n)) c_.cas = n->scalar();
        if (const Node* n = node.find("description")) read_title(*n, diagnostics_); // for the reader of the file
        if (const Node* n = node.find("evidence")) evidence_ = read_evidence(*n, diagnostics_);
        if (const Node* n = node.find("source")) source_ = read_source(*n, diagnostics_).value_or("");
        if (const Node* n = node.find("state"); n && expect_text("state", *n)) {
            const auto found = std::find(states.begin(), states.end(), n->scalar());
            if (found != states.end()) {
                c_.state = static_cast<Phase>(found - states.begin());
            } else {
                Diagnostic& d = diagnostics_.error(n->pos(), message::component_state, {n->scalar()});
                suggest(d, n->scalar(), states);
                d.hint(message::component_states);
            }
        }
        if (const Node* n = node.find("tags")) {
            if (!n->is_sequence()) diagnostics_.error(n->pos(), message::components_expected_list, {"tags"});
            for (const Node& tag : n->items())
                if (expect_text("tags", tag)) c_.tags.push_back(tag.scalar());
        }
    }

    void read_basis(const Node& node) {
        const auto unit = read_unit(node, diagnostics_);
        if (!unit) return;
        const units::Dimension kg = units::Dimension::base("kg"), mol = units::Dimension::base("mol");
        if (unit->dimension != kg && unit->dimension != mol && !is_tagged_mass(unit->dimension)) {
            diagnostics_.error(node.pos(), message::component_basis, {node.scalar()});
            return;
        }
        c_.basis = unit->dimension;
        c_.carried = c_.basis != kg;
        if (c_.carried) c_.mass = std::nullopt;
        if (c_.basis == units::Dimension::base("kgCOD")) c_.thod = 1;
    }

    /// Publications leave the tag away: g/m3 of COD.
    void read_concentration(const Node& node) {
        const auto unit = read_unit(node, diagnostics_);
        if (!unit) return;
        const units::Dimension per_volume = unit_of("1/m3").dimension;
        const bool fits = unit->dimension == c_.basis * per_volume ||
                          (is_tagged_mass(c_.basis) && unit->dimension == unit_of("kg/m3").dimension);
        if (!fits)
            diagnostics_.error(node.pos(), message::component_dimension,
                               {"concentration", unit->dimension.text(), (c_.basis * per_volume).text()});
        else
            c_.concentration = *unit;
    }

    static bool is_tagged_mass(const units::Dimension& d) {
        return d.exponents().size() == 1 && d.exponents()[0].numerator == 1 && d.exponents()[0].denominator == 1 &&
               d.exponents()[0].base.size() > 2 && d.exponents()[0].base.starts_with("kg") && d.text() != "kgce";
    }

    /// Per basis: elements (kg or mol), COD (kg of oxygen or COD), charge (mol), mass (kg).
    void read_carried_contents(const Node& node) {
        if (!node.is_map()) {
            diagnostics_.error(node.pos(), message::components_expected_map, {"contents"});
            return;
        }
        const units::Dimension mol = units::Dimension::base("mol"), kg = units::Dimension::base("kg");
        for (const Node::Entry& e : node.entries()) {
            const Element* element = find_element(e.key);
            if (!element && e.key != "COD" && e.key != "charge" && e.key != "mass") {
                Diagnostic& d = diagnostics_.error(e.key_pos, message::formula_unknown_element, {e.key});
                auto known = element_symbols();
                known.insert(known.end(), {"COD", "charge", "mass"});
                suggest(d, e.key, known);
                continue;
            }
            const auto content = read_datum(e.value, diagnostics_);
            if (!content) continue;
            units::Dimension counted = content->unit.dimension * c_.basis;
            const bool plain = content->unit.dimension.dimensionless();
            const bool moles = counted == mol, mass = counted == kg || (is_tagged_mass(counted) && !moles);
            const bool good = content->si == 0 || (e.key == "charge" ? moles : element ? moles || mass : mass);
            if (!good || (plain && is_tagged_mass(c_.basis) && e.key == "charge" && content->si != 0)) {
                diagnostics_.error(content->pos, message::component_content_dimension,
                                   {e.key, content->unit.dimension.text(), c_.basis.text()});
                continue;
            }
            if (element && content->si < 0) {
                diagnostics_.error(content->pos, message::component_content_negative,
                                   {e.key, units::format_number(content->si)});
                continue;
            }
            if (e.key == "COD")
                c_.thod = content->si;
            else if (e.key == "charge")
                c_.charge = content->si;
            else if (e.key == "mass")
                c_.mass = content->si;
            else
                c_.contents[e.key] = content->si * (moles ? element->weight / 1000 : 1);
        }
    }

    void read_formula(const Node& node) {
        if (!expect_text("formula", node)) return;
        units::UnitError error;
        c_.formula = parse_formula(node.scalar(), &error);
        if (!c_.formula) {
            Diagnostic& d = diagnostics_.error(node.position(error.offset, error.length), error.message.id,
                                               error.message.args);
            d.hints.insert(d.hints.end(), error.hints.begin(), error.hints.end());
            return;
        }
        const double M = c_.formula->molar_mass();
        for (const auto& [symbol, count] : c_.formula->elements)
            c_.contents[symbol] = count * find_element(symbol)->weight / 1000 / M;
        c_.charge = c_.formula->charge / M;
        if (const double thod = c_.formula->thod(); std::isfinite(thod)) c_.thod = thod / M;
    }

    void read_contents(const Node& node, const Node* formula) {
        if (formula) {
            diagnostics_.error(node.pos(), message::component_formula_and_contents, {c_.name})
                .hint(message::component_formula_or_contents_hint);
            return;
        }
        if (!node.is_map()) {
            diagnostics_.error(node.pos(), message::components_expected_map, {"contents"});
            return;
        }
        double sum = 0, reduction = 0;
        for (const Node::Entry& e : node.entries()) {
            const Element* element = find_element(e.key);
            if (!element) {
                Diagnostic& d = diagnostics_.error(e.key_pos, message::formula_unknown_element, {e.key});
                suggest(d, e.key, element_symbols());
                continue;
            }
            const auto content = read_datum(e.value, diagnostics_);
            if (!content || !has_dimension(e.key, *content, unit_of(""))) continue;
            if (!(content->si >= 0)) {
                diagnostics_.error(content->pos, message::component_content_negative,
                                   {e.key, units::format_number(content->si)});
                continue;
            }
            c_.contents[e.key] = content->si;
            sum += content->si;
            reduction += content->si / (element->weight / 1000) * element->reduction.value_or(std::nan(""));
        }
        if (std::isfinite(reduction)) c_.thod = 0.008 * reduction;
        c_.charge = 0;
        // Rounded analyses may sum to a hair above one.
        if (sum > 1 + 1e-6)
            diagnostics_.error(node.pos(), message::component_contents_sum, {c_.name, units::format_number(sum)});
    }

    bool has_dimension(const std::string& name, const Datum& datum, const units::Unit& expected) {
        if (datum.unit.dimension == expected.dimension) return true;
        diagnostics_.error(datum.pos, message::component_dimension,
                           {name, datum.unit.dimension.text(), expected.dimension.text()});
        return false;
    }

    /// J/mol -> J/kg where a property is wanted per kg.
    bool to_expected(const std::string& name, Datum& datum, const units::Unit& expected) {
        const bool per_kg = expected.text.starts_with("J/kg");
        if (!per_kg || datum.unit.dimension != expected.dimension * unit_of("kg/mol").dimension)
            return has_dimension(name, datum, expected);
        if (!c_.formula) {
            diagnostics_
                .error(datum.pos, message::component_dimension,
                       {name, datum.unit.dimension.text(), expected.dimension.text()})
                .hint(message::component_molar_needs_formula);
            return false;
        }
        const double M = c_.formula->molar_mass();
        datum.si /= M;
        if (datum.low_si) datum.low_si = *datum.low_si / M;
        if (datum.high_si) datum.high_si = *datum.high_si / M;
        datum.unit.factor /= M; // so that from_si() still shows the number as it was written
        datum.unit.dimension = expected.dimension;
        return true;
    }

    void read_properties(const Node& node) {
        if (!node.is_map()) {
            diagnostics_.error(node.pos(), message::components_expected_map, {"properties"});
            return;
        }
        for (const Node::Entry& e : node.entries()) {
            auto datum = read_datum(e.value, diagnostics_);
            if (!datum) continue;
            if (const KnownProperty* known = find_known(e.key)) {
                if (c_.formula && (e.key == "molar_mass" || e.key == "thod")) {
                    diagnostics_.error(e.key_pos, message::component_derived, {e.key});
                    continue;
                }
                if (!to_expected(e.key, *datum, unit_of(known->unit))) continue;
                if (known->positive && !(datum->si > 0)) {
                    diagnostics_.error(datum->pos, message::component_not_positive,
                                       {e.key, units::format_number(datum->unit.from_si(datum->si))});
                    continue;
                }
            } else {
                warn_if_misspelt(e);
            }
            if (!datum->evidence_given && evidence_) {
                datum->evidence = *evidence_;
                datum->evidence_given = true;
            }
            if (datum->source.empty()) datum->source = source_;
            c_.properties[e.key] = *datum;
        }
    }

    /// A model may define properties of its own, but "heat_capcity" would silently be no heat capacity.
    void warn_if_misspelt(const Node::Entry& e) {
        std::vector<std::string> close;
        for (const std::string& name : suggestions(e.key, known_property_names()))
            if (name.find(e.key) == std::string::npos && e.key.find(name) == std::string::npos) close.push_back(name);
        if (close.empty()) return;
        suggest(diagnostics_.warning(e.key_pos, message::component_property_misspelt, {e.key}), e.key, close);
    }

    void add(const char* name, double si, const char* unit, Evidence evidence, std::string source,
             const SourcePos& pos) {
        Datum datum;
        datum.si = si;
        datum.unit = unit_of(unit);
        datum.evidence = evidence;
        datum.evidence_given = true;
        datum.source = std::move(source);
        datum.pos = pos;
        c_.properties[name] = std::move(datum);
    }

    void derive(const Node& node) {
        const Node* basis = node.find("formula") ? node.find("formula") : node.find("contents");
        const SourcePos pos = basis ? basis->pos() : c_.pos;
        // A formula with whole counts is a fact; a mean formula is as good as its source.
        Evidence evidence = evidence_.value_or(Evidence::estimate);
        if (c_.formula && std::all_of(c_.formula->elements.begin(), c_.formula->elements.end(),
                                      [](const auto& e) { return e.second == std::floor(e.second); }))
            evidence = Evidence::literature;
        const std::string from = c_.formula ? "formula " + c_.formula->text : std::string("element contents");
        if (c_.formula)
            add("molar_mass", c_.formula->molar_mass(), "kg/mol", evidence,
                from + " and IUPAC 2021 abridged atomic weights", pos);
        if (c_.carried) {
            if (c_.thod) add("thod", *c_.thod, "", evidence, "contents as published", pos);
            return;
        }
        if (const auto given = c_.properties.find("thod"); given != c_.properties.end())
            c_.thod = given->second.si;
        else if (!c_.contents.empty() && c_.thod)
            add("thod", *c_.thod, "", evidence, from + ": 8 g O2 per unit of reduction, N as NH3, S as sulfate", pos);
        if (!c_.properties.contains("formation_enthalpy"))
            if (const auto h = estimated_formation())
                add("formation_enthalpy", *h, "J/kg", Evidence::estimate,
                    "estimated from ThOD: 460 kJ per mol O2 of oxidation to CO2, H2O(l), NH3(g), H2SO4(l), H3PO4(s), "
                    "HCl(g) and hydroxides",
                    pos);
    }

    /// Formation enthalpy [J/kg] = that of the products of complete oxidation + heat of oxidation. Water takes the
    /// hydrogen which the other products leave (or gives what they lack); an ion counts with H+ at zero enthalpy.
    std::optional<double> estimated_formation() const {
        if (c_.contents.empty() || !c_.thod) return std::nullopt;
        double hydrogen = -c_.charge.value_or(0), enthalpy = 0;
        for (const auto& [symbol, content] : c_.contents) {
            const double n = content / (find_element(symbol)->weight / 1000);
            if (symbol == "H") hydrogen += n;
            if (symbol == "H" || symbol == "O" || n == 0) continue;
            const OxidisedProduct* product = find_oxidised_product(symbol);
            if (!product) return std::nullopt;
            hydrogen -= n * product->hydrogen;
            enthalpy += n * product->formation_enthalpy;
        }
        return enthalpy + hydrogen / 2 * water_formation_enthalpy + heat_per_oxygen * *c_.thod / 0.032;
    }

    Component& c_;
    Diagnostics& diagnostics_;
    std::optional<Evidence> evidence_; // defaults of the component's properties
    std::string source_;
};

/// The file's own keys; false when there are no components to read.
bool check_file(const Node& file, Diagnostics& diagnostics) {
    if (!file.is_map()) {
        diagnostics.error(file.pos(), message::components_file_form);
        return false;
    }
    for (const Node::Entry& e : file.entries())
        if (!contains(file_keys, e.key)) {
            Diagnostic& d = diagnostics.error(e.key_pos, message::components_unknown_key, {e.key});
            suggest(d, e.key, file_keys);
            d.hint(message::components_known_keys, {joined(file_keys)});
        }
    const struct {
        const char* key;
        const char* value;
        MessageId wrong;
    } fixed[] = {{"viresco", "1", message::components_version}, {"kind", "components", message::components_kind}};
    for (const auto& f : fixed) {
        const Node* node = file.find(f.key);
        if (!node)
            diagnostics.error(file.pos(), message::components_missing_key, {f.key}).hint(message::components_file_form);
        else if (node->scalar() != f.value)
            diagnostics.error(node->pos(), f.wrong, {node->scalar()});
    }
    if (const Node* title = file.find("title")) read_title(*title, diagnostics);
    if (const Node* source = file.find("source")) read_source(*source, diagnostics);
    const Node* components = file.find("components");
    if (!components)
        diagnostics.error(file.pos(), message::components_missing_key, {"components"})
            .hint(message::components_file_form);
    else if (!components->is_map())
        diagnostics.error(components->pos(), message::components_expected_map, {"components"});
    return components && components->is_map();
}

} // namespace

void ComponentTable::read(const Node& file, Diagnostics& diagnostics) {
    if (!check_file(file, diagnostics)) return;
    for (const Node::Entry& entry : file.find("components")->entries()) {
        const std::string& name = entry.key;
        if (const std::string good = repaired(name); good != name) {
            diagnostics.error(entry.key_pos, message::component_name, {name})
                .hint(message::component_name_hint, {good});
            continue;
        }
        if (const int first = find(name); first >= 0) {
            diagnostics.error(entry.key_pos, message::component_twice, {name})
                .see((*this)[first].pos, message::component_first_defined, {name});
            continue;
        }
        Component component;
        component.name = name;
        component.pos = entry.key_pos;
        if (entry.value.is_map())
            Reader(component, diagnostics).read(entry.value);
        else
            diagnostics.error(entry.value.pos(), message::components_expected_map, {name});
        components_.push_back(std::move(component)); // also after an error: other files may speak of it
    }
}

int ComponentTable::find(std::string_view name) const {
    const auto found = std::find_if(components_.begin(), components_.end(),
                                    [&](const Component& c) { return c.name == name; });
    return found == components_.end() ? -1 : static_cast<int>(found - components_.begin());
}

int ComponentTable::find_symbol(std::string_view name) const {
    if (const int k = find(name); k >= 0) return k;
    const auto found = std::find_if(components_.begin(), components_.end(),
                                    [&](const Component& c) { return c.symbol == name; });
    return found == components_.end() ? -1 : static_cast<int>(found - components_.begin());
}

std::vector<std::string> ComponentTable::names() const {
    std::vector<std::string> out;
    for (const Component& c : components_) out.push_back(c.name);
    return out;
}

std::vector<std::string> ComponentTable::elements() const {
    std::set<std::string> out;
    for (const Component& c : components_)
        for (const auto& [symbol, content] : c.contents)
            if (content > 0) out.insert(symbol);
    return {out.begin(), out.end()};
}

std::optional<double> Component::content(const std::string& quantity) const {
    if (quantity == "mass") return mass;
    if (quantity == "COD") return thod;
    if (quantity == "charge") return charge;
    if (const auto it = contents.find(quantity); it != contents.end()) return it->second;
    if (carried || (contents.empty() && !formula)) return std::nullopt;
    return 0;
}

} // namespace viresco::matter
