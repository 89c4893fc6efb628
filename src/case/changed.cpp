#include "case/changed.h"
#include "matter/component.h"

namespace viresco::cases {

namespace {

/// Paths that an address stands for: "*.unit.x" is one of every route.
std::vector<std::string> paths_of(const Case& c, const std::string& address) {
    if (address.compare(0, 2, "*.") != 0) return {address};
    std::vector<std::string> out;
    for (const plant::Plant& p : c.routes) out.push_back(p.prefix + address.substr(2));
    return out;
}

/// The value as a number of this parameter; none where the compiler has to look at it (and may object to it).
std::optional<double> plain_value(const lang::Parameter& p, const text::Node& value) {
    Diagnostics ignored;
    const auto datum = matter::read_datum(value, ignored);
    if (!datum || ignored.has_errors() || p.integer) return std::nullopt;
    if (datum->unit.dimension != p.datum.unit.dimension) return std::nullopt;
    if (datum->unit.text.empty() && !p.datum.unit.dimension.dimensionless()) return std::nullopt;
    if ((p.lowest && datum->si < *p.lowest) || (p.highest && datum->si > *p.highest)) return std::nullopt;
    return datum->si;
}

bool only_parameters(const Case& c, const text::Node& change, std::vector<double>& parameters) {
    for (const auto& e : change.entries())
        for (const std::string& path : paths_of(c, e.key)) {
            const int k = c.program.find_parameter(path);
            if (k < 0) return false;
            const auto value = plain_value(c.program.parameters()[static_cast<size_t>(k)], e.value);
            if (!value) return false;
            parameters[static_cast<size_t>(k)] = *value;
        }
    return true;
}

} // namespace

Changed changed(const Case& c, const text::Node& change) {
    Changed out;
    out.compiled = &c;
    out.parameters = c.parameters;
    if (only_parameters(c, change, out.parameters)) return out;
    Request request = c.request;
    request.changes.push_back(&change);
    Diagnostics warnings;
    out.own = Case::compile(request, warnings);
    out.compiled = out.own.get();
    out.parameters = out.own->parameters;
    return out;
}

} // namespace viresco::cases
