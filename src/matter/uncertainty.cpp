#include "matter/uncertainty.h"
#include "base/messages/matter.h"
#include "matter/component.h"
#include "matter/quantity.h"
#include <algorithm>

namespace viresco::matter {
namespace {

using text::Node;
using Kind = Uncertainty::Kind;

const std::vector<std::string> kind_names{"unstated", "fixed", "uniform", "triangular", "pert", "normal", "lognormal"};

Kind kind_of(const std::string& name) {
    const auto found = std::find(kind_names.begin() + 1, kind_names.end(), name);
    return found == kind_names.end() ? Kind::unstated : static_cast<Kind>(found - kind_names.begin());
}

void unknown_kind(const Node& node, const std::string& name, Diagnostics& diagnostics) {
    Diagnostic& d = diagnostics.error(node.pos(), message::distribution_unknown, {name});
    suggest(d, name, {kind_names.begin() + 1, kind_names.end()});
    d.hint(message::distribution_kinds);
}

/// The two ends of {uniform: [1, 3]}.
bool read_ends(const Node& node, Datum& datum, Diagnostics& diagnostics) {
    Uncertainty& u = datum.uncertainty;
    const auto items = node.items();
    if (items.size() != 2) {
        diagnostics.error(node.pos(), message::distribution_ends, {to_string(u.kind)});
        return false;
    }
    double ends[2] = {0, 0};
    for (size_t k = 0; k < 2; ++k) {
        const auto q = items[k].is_scalar() ? read_quantity(items[k], diagnostics) : std::nullopt;
        if (!q) {
            if (!items[k].is_scalar())
                diagnostics.error(items[k].pos(), message::distribution_ends, {to_string(u.kind)});
            return false;
        }
        if (!q->unit.text.empty() && q->dimension() != datum.unit.dimension) {
            diagnostics.error(items[k].pos(), message::datum_range_dimension,
                              {q->dimension().text(), datum.unit.dimension.text()});
            return false;
        }
        ends[k] = q->unit.text.empty() ? datum.unit.to_si(q->si) : q->si;
    }
    u.low = ends[0];
    u.high = ends[1];
    const auto shown = [&](double si) { return units::format_number(datum.unit.from_si(si)); };
    if (u.low > u.high) {
        diagnostics.error(node.pos(), message::distribution_order, {shown(u.low), shown(u.high)})
            .hint(message::distribution_order_hint, {to_string(u.kind), shown(u.high), shown(u.low)});
        return false;
    }
    if (u.kind != Kind::uniform && (datum.si < u.low || datum.si > u.high)) {
        diagnostics.error(node.pos(), message::distribution_mode_outside,
                          {shown(datum.si), shown(u.low), shown(u.high)});
        return false;
    }
    return true;
}

/// The standard deviation of {normal: 0.2} or the geometric one of {lognormal: 1.3}.
bool read_width(const Node& node, Datum& datum, Diagnostics& diagnostics) {
    Uncertainty& u = datum.uncertainty;
    if (!node.is_scalar()) {
        diagnostics.error(node.pos(), message::distribution_width, {to_string(u.kind)});
        return false;
    }
    const auto q = read_quantity(node, diagnostics);
    if (!q) return false;
    if (u.kind == Kind::lognormal) {
        u.low = q->si;
        if (q->dimension().dimensionless() && u.low >= 1) return true;
        diagnostics.error(node.pos(), message::distribution_geometric, {node.scalar()});
        return false;
    }
    if (!q->unit.text.empty() && q->dimension() != datum.unit.dimension) {
        diagnostics.error(node.pos(), message::datum_range_dimension,
                          {q->dimension().text(), datum.unit.dimension.text()});
        return false;
    }
    u.low = q->unit.text.empty() ? q->si * datum.unit.factor : q->si - q->unit.offset; // a difference
    if (u.low >= 0) return true;
    diagnostics.error(node.pos(), message::distribution_negative_sd, {node.scalar()});
    return false;
}

bool read_distribution(const Node& node, Datum& datum, Diagnostics& diagnostics) {
    Uncertainty& u = datum.uncertainty;
    if (node.is_map() && node.entries().size() == 1) {
        const Node::Entry& entry = node.entries().front();
        u.kind = kind_of(entry.key);
        if (u.kind == Kind::unstated || u.kind == Kind::fixed) {
            unknown_kind(node, entry.key, diagnostics);
            return false;
        }
        const bool by_width = u.kind == Kind::normal || u.kind == Kind::lognormal;
        return by_width ? read_width(entry.value, datum, diagnostics) : read_ends(entry.value, datum, diagnostics);
    }
    if (!node.is_scalar()) {
        diagnostics.error(node.pos(), message::distribution_form).hint(message::distribution_kinds);
        return false;
    }
    u.kind = kind_of(node.scalar());
    if (u.kind == Kind::unstated) {
        unknown_kind(node, node.scalar(), diagnostics);
        return false;
    }
    if (u.kind == Kind::fixed) return true;
    if (u.kind == Kind::normal || u.kind == Kind::lognormal) {
        diagnostics.error(node.pos(), message::distribution_width, {to_string(u.kind)});
        return false;
    }
    if (!datum.low_si) {
        diagnostics.error(node.pos(), message::distribution_needs_range, {to_string(u.kind)});
        return false;
    }
    u.low = *datum.low_si;
    u.high = *datum.high_si;
    return true;
}

bool read_pedigree(const Node& node, Datum& datum, Diagnostics& diagnostics) {
    const auto items = node.items();
    bool good = items.size() == 5;
    for (size_t k = 0; good && k < 5; ++k) {
        const std::string& text = items[k].scalar();
        good = text.size() == 1 && text[0] >= '1' && text[0] <= '5';
        if (good) datum.uncertainty.pedigree[k] = static_cast<uint8_t>(text[0] - '0');
    }
    if (!good) diagnostics.error(node.pos(), message::pedigree_form);
    return good;
}

} // namespace

const std::vector<std::string> uncertainty_keys{"distribution", "pedigree", "independent"};

const char* to_string(Kind k) { return kind_names[static_cast<size_t>(k)].c_str(); }

bool read_uncertainty(const Node& map, Datum& datum, Diagnostics& diagnostics) {
    Uncertainty& u = datum.uncertainty;
    bool good = true;
    if (const Node* n = map.find("distribution")) {
        u.pos = n->pos();
        good = read_distribution(*n, datum, diagnostics);
    }
    if (const Node* n = map.find("pedigree")) {
        u.pos = n->pos();
        good = read_pedigree(*n, datum, diagnostics) && good;
        if (good && u.kind != Kind::unstated && u.kind != Kind::lognormal) {
            diagnostics.error(n->pos(), message::pedigree_beside, {to_string(u.kind)});
            good = false;
        }
        if (good && u.kind == Kind::unstated) {
            u.kind = Kind::lognormal;
            u.low = 1;
        }
    }
    if (good && u.kind == Kind::lognormal && !(datum.si > 0)) {
        diagnostics.error(u.pos, message::lognormal_not_positive, {units::format_number(datum.unit.from_si(datum.si))});
        good = false;
    }
    if (const Node* n = map.find("independent")) {
        if (n->scalar() != "true" && n->scalar() != "false") {
            diagnostics.error(n->pos(), message::independent_form, {n->scalar()});
            good = false;
        }
        u.independent = n->scalar() == "true";
    }
    return good;
}

} // namespace viresco::matter
