#include "matter/quantity.h"

namespace viresco::matter {
namespace {

void report(const text::Node& node, const units::UnitError& error, Diagnostics& diagnostics) {
    Diagnostic& d = diagnostics.error(node.position(error.offset, error.length), error.message.id, error.message.args);
    d.hints.insert(d.hints.end(), error.hints.begin(), error.hints.end());
}

} // namespace

std::optional<units::Quantity> read_quantity(const text::Node& node, Diagnostics& diagnostics) {
    units::UnitError error;
    auto quantity = units::parse_quantity(node.scalar(), &error);
    if (!quantity) report(node, error, diagnostics);
    return quantity;
}

std::optional<units::Unit> read_unit(const text::Node& node, Diagnostics& diagnostics) {
    units::UnitError error;
    auto unit = units::parse_unit(node.scalar(), &error);
    if (!unit) report(node, error, diagnostics);
    return unit;
}

} // namespace viresco::matter
