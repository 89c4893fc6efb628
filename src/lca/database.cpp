#include "lca/database.h"
#include <cmath>

namespace viresco::lca {
namespace {

template <class Entities>
void index_of(const Entities& entities, std::unordered_map<std::string, int>& at) {
    at.clear();
    at.reserve(entities.size());
    for (size_t i = 0; i < entities.size(); ++i) at.emplace(entities[i].id, static_cast<int>(i));
}

} // namespace

bool Distribution::valid() const {
    if (!std::isfinite(a) || !std::isfinite(b) || !std::isfinite(c)) return false;
    switch (kind) {
    case Kind::none: return true;
    case Kind::lognormal:
    case Kind::normal: return b > 0;
    case Kind::triangular: return a <= b && b <= c && a < c;
    case Kind::uniform: return a < b;
    }
    return false;
}

Distribution Distribution::scaled(double factor) const {
    if (kind == Kind::lognormal) return {kind, a + std::log(factor), b, c};
    return {kind, a * factor, b * factor, c * factor};
}

double NormalisationSet::normalised(size_t k, double impact) const {
    return k < normalisation.size() && normalisation[k] != 0 ? impact / normalisation[k] : 0;
}

double NormalisationSet::weighted(size_t k, double impact) const { return k < weight.size() ? impact * weight[k] : 0; }

void Database::index() {
    index_of(flows, flow_at);
    index_of(processes, process_at);
    index_of(categories, category_at);
    index_of(properties, property_at);
    index_of(locations, location_at);
}

} // namespace viresco::lca
