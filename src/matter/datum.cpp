#include "base/messages/matter.h"
#include "matter/component.h"
#include "matter/quantity.h"
#include <algorithm>
#include <cmath>

namespace viresco::matter {
namespace {

using text::Node;

const std::vector<std::string> datum_keys{"value", "unit", "range", "evidence", "source"};
const std::vector<std::string> evidence_names{"measured", "supplier", "literature", "estimate"};

void unknown_key(const Node::Entry& entry, const std::vector<std::string>& known, Diagnostics& diagnostics) {
    Diagnostic& d = diagnostics.error(entry.key_pos, message::components_unknown_key, {entry.key});
    suggest(d, entry.key, known);
    std::string list;
    for (const std::string& k : known) list += (list.empty() ? "" : ", ") + k;
    d.hint(message::components_known_keys, {list});
}

/// One end of a range: a number in the value's unit, or a quantity of the same dimension.
std::optional<double> read_end(const Node& node, const units::Unit& unit, Diagnostics& diagnostics) {
    const auto quantity = read_quantity(node, diagnostics);
    if (!quantity) return std::nullopt;
    if (quantity->unit.text.empty()) return unit.to_si(quantity->si);
    if (quantity->dimension() == unit.dimension) return quantity->si;
    diagnostics.error(node.pos(), message::datum_range_dimension,
                      {quantity->dimension().text(), unit.dimension.text()});
    return std::nullopt;
}

bool read_range(const Node& node, Datum& datum, Diagnostics& diagnostics) {
    const auto items = node.items();
    if (items.size() != 2 || !items[0].is_scalar() || !items[1].is_scalar()) {
        diagnostics.error(node.pos(), message::datum_range_form);
        return false;
    }
    const auto low = read_end(items[0], datum.unit, diagnostics), high = read_end(items[1], datum.unit, diagnostics);
    if (!low || !high) return false;
    const auto shown = [&](double si) { return units::format_number(datum.unit.from_si(si)); };
    if (*low > *high) {
        diagnostics.error(node.pos(), message::datum_range_order, {shown(*low), shown(*high)});
        return false;
    }
    if (datum.si < *low || datum.si > *high) {
        diagnostics.error(node.pos(), message::datum_value_outside_range, {shown(datum.si), shown(*low), shown(*high)});
        return false;
    }
    datum.low_si = low;
    datum.high_si = high;
    return true;
}

bool read_value(const Node& value, const Node* unit_node, Datum& datum, Diagnostics& diagnostics) {
    if (!value.is_scalar()) {
        diagnostics.error(value.pos(), message::datum_not_a_quantity, {"value"}).hint(message::datum_quantity_example);
        return false;
    }
    const auto quantity = read_quantity(value, diagnostics);
    if (!quantity) return false;
    datum.si = quantity->si;
    datum.unit = quantity->unit;
    datum.pos = value.pos();
    if (!unit_node) return true;
    if (!unit_node->is_scalar()) {
        diagnostics.error(unit_node->pos(), message::components_expected_text, {"unit"});
        return false;
    }
    if (!quantity->unit.text.empty()) {
        diagnostics.error(unit_node->pos(), message::datum_two_units, {unit_node->scalar()});
        return false;
    }
    const auto unit = read_unit(*unit_node, diagnostics);
    if (!unit) return false;
    datum.unit = *unit;
    datum.si = unit->to_si(quantity->si);
    return true;
}

} // namespace

const char* to_string(Evidence e) { return evidence_names[static_cast<size_t>(e)].c_str(); }

std::optional<Evidence> parse_evidence(std::string_view text) {
    const auto found = std::find(evidence_names.begin(), evidence_names.end(), text);
    if (found == evidence_names.end()) return std::nullopt;
    return static_cast<Evidence>(found - evidence_names.begin());
}

std::optional<Evidence> read_evidence(const Node& node, Diagnostics& diagnostics) {
    const auto evidence = parse_evidence(node.scalar());
    if (!evidence) {
        Diagnostic& d = diagnostics.error(node.pos(), message::unknown_evidence, {node.scalar()});
        suggest(d, node.scalar(), evidence_names);
        d.hint(message::evidence_classes);
    }
    return evidence;
}

std::optional<std::string> read_source(const Node& node, Diagnostics& diagnostics) {
    if (node.is_scalar()) return node.scalar();
    std::string out;
    bool good = node.is_map() && !node.entries().empty();
    for (const Node::Entry& entry : node.entries()) {
        good = good && entry.value.is_scalar();
        out += (out.empty() ? "" : ", ") + entry.key + ": " + entry.value.scalar();
    }
    if (good) return out;
    diagnostics.error(node.pos(), message::source_form);
    return std::nullopt;
}

std::optional<Datum> read_datum(const Node& node, Diagnostics& diagnostics,
                                const std::vector<std::string>& further_keys) {
    Datum datum;
    if (node.is_scalar()) {
        if (!read_value(node, nullptr, datum, diagnostics)) return std::nullopt;
        return datum;
    }
    if (!node.is_map()) {
        diagnostics.error(node.pos(), message::datum_not_a_quantity, {node.scalar()})
            .hint(message::datum_quantity_example);
        return std::nullopt;
    }
    bool good = true;
    for (const Node::Entry& entry : node.entries())
        if (std::find(datum_keys.begin(), datum_keys.end(), entry.key) == datum_keys.end() &&
            std::find(uncertainty_keys.begin(), uncertainty_keys.end(), entry.key) == uncertainty_keys.end() &&
            std::find(further_keys.begin(), further_keys.end(), entry.key) == further_keys.end()) {
            std::vector<std::string> known = datum_keys;
            known.insert(known.end(), uncertainty_keys.begin(), uncertainty_keys.end());
            known.insert(known.end(), further_keys.begin(), further_keys.end());
            unknown_key(entry, known, diagnostics);
            good = false;
        }
    const Node* value = node.find("value");
    if (!value) diagnostics.error(node.pos(), message::datum_without_value).hint(message::datum_quantity_example);
    const bool have_value = value && read_value(*value, node.find("unit"), datum, diagnostics);
    if (const Node* range = node.find("range"); range && have_value)
        good = read_range(*range, datum, diagnostics) && good;
    if (have_value) good = read_uncertainty(node, datum, diagnostics) && good;
    if (const Node* given = node.find("evidence")) {
        const auto evidence = read_evidence(*given, diagnostics);
        good = good && evidence;
        datum.evidence_given = evidence.has_value();
        datum.evidence = evidence.value_or(datum.evidence);
    }
    if (const Node* given = node.find("source")) {
        const auto source = read_source(*given, diagnostics);
        good = good && source;
        datum.source = source.value_or("");
    }
    if (!good || !have_value) return std::nullopt;
    return datum;
}

Title read_title(const Node& node, Diagnostics& diagnostics) {
    Title title;
    if (node.is_scalar()) {
        title.en = title.zh = node.scalar();
    } else if (node.is_map()) {
        for (const Node::Entry& entry : node.entries()) {
            if (entry.key != "en" && entry.key != "zh") {
                unknown_key(entry, {"en", "zh"}, diagnostics);
            } else if (!entry.value.is_scalar()) {
                diagnostics.error(entry.value.pos(), message::title_form);
                return title;
            } else {
                (entry.key == "en" ? title.en : title.zh) = entry.value.scalar();
            }
        }
        if (title.en.empty()) title.en = title.zh;
        if (title.zh.empty()) title.zh = title.en;
    } else {
        diagnostics.error(node.pos(), message::title_form);
        return title;
    }
    if (title.en.empty()) diagnostics.error(node.pos(), message::title_empty).hint(message::component_title_hint);
    return title;
}

} // namespace viresco::matter
