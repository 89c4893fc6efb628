#include "base/messages/lca_fmt.h"
#include "lca/archive.h"
#include "lca/datapackage.h"
#include "lca/link.h"
#include "lca/npy.h"
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

namespace viresco::lca {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
void append(std::string& out, T x) {
    out.append(reinterpret_cast<const char*>(&x), sizeof x);
}

/// The three or four arrays of one group, filled entry by entry.
struct Group {
    std::string name, matrix;
    std::string indices, data, flip, distributions;
    size_t rows = 0;
    bool any_flip = false, any_distribution = false;

    /// `value` is the entry of the matrix; `d` the distribution of value / factor.
    void add(int64_t row, int64_t col, double value, bool flipped, Distribution d, double factor) {
        using Kind = Distribution::Kind;
        const double written = flipped ? -value : value;
        const double f = flipped ? -factor : factor;
        append(indices, row);
        append(indices, col);
        append(data, written);
        append(flip, static_cast<uint8_t>(flipped));
        any_flip = any_flip || flipped;
        const double none = std::nan("");
        uint8_t type = 0;
        double loc = written, scale = none, low = none, high = none;
        switch (f == 0 ? Kind::none : d.kind) {
        case Kind::none: break;
        case Kind::lognormal: type = 2, loc = d.a + std::log(std::abs(f)), scale = d.b; break;
        case Kind::normal: type = 3, loc = d.a * f, scale = d.b * std::abs(f); break;
        case Kind::uniform: type = 4, low = std::min(d.a * f, d.b * f), high = std::max(d.a * f, d.b * f); break;
        case Kind::triangular:
            type = 5, loc = d.b * f, low = std::min(d.a * f, d.c * f), high = std::max(d.a * f, d.c * f);
            break;
        }
        any_distribution = any_distribution || type != 0;
        append(distributions, type);
        for (const double x : {loc, scale, none, low, high}) append(distributions, x);
        append(distributions, static_cast<uint8_t>(written < 0));
        ++rows;
    }
};

void write_group(ArchiveWriter& zip, Json& resources, const Group& g, const Json& extra) {
    const auto part = [&](const char* kind, const char* descr, const std::string& bytes) {
        const std::string path = g.name + "." + kind + ".npy";
        Json r = {{"profile", "data-resource"},
                  {"format", "npy"},
                  {"mediatype", "application/octet-stream"},
                  {"name", g.name + "." + kind},
                  {"matrix", g.matrix},
                  {"kind", kind},
                  {"path", path},
                  {"group", g.name},
                  {"category", "vector"},
                  {"nrows", g.rows}};
        r.update(extra);
        resources.push_back(std::move(r));
        zip.add(path, npy_file(descr, g.rows, bytes));
    };
    part("indices", "[('row', '<i8'), ('col', '<i8')]", g.indices);
    part("data", "'<f8'", g.data);
    if (g.any_flip) part("flip", "'|b1'", g.flip);
    if (g.any_distribution)
        part("distributions",
             "[('uncertainty_type', '|u1'), ('loc', '<f8'), ('scale', '<f8'), ('shape', '<f8'), ('minimum', '<f8'), "
             "('maximum', '<f8'), ('negative', '|b1')]",
             g.distributions);
}

std::string reference_unit(const Database& db, const Flow& f) {
    const int property = f.properties.empty() ? -1 : f.properties.front().property;
    const int group = property < 0 ? -1 : db.properties[static_cast<size_t>(property)].unit_group;
    if (group < 0 || db.unit_groups[static_cast<size_t>(group)].units.empty()) return {};
    const UnitGroup& g = db.unit_groups[static_cast<size_t>(group)];
    return g.units[static_cast<size_t>(g.reference)].name;
}

} // namespace

void write_datapackage(const Database& db, const std::string& linking, const std::string& path) {
    LinkReport report;
    Diagnostics diagnostics;
    LinkOptions options;
    options.linking = linking;
    const System system = link(db, options, report, diagnostics);
    diagnostics.throw_if_errors();
    const auto n = static_cast<int64_t>(system.activities.size());
    const auto flow_number = [&](int row) { return n + 1 + row; };
    const auto exchange_of = [&](const Origin& o) -> const Exchange* {
        if (o.process < 0 || o.exchange < 0) return nullptr;
        return &db.processes[static_cast<size_t>(o.process)].exchanges[static_cast<size_t>(o.exchange)];
    };

    ArchiveWriter zip(path);
    Json resources = Json::array(), mapping = Json::array();
    Group technosphere, biosphere;
    technosphere.name = "technosphere", technosphere.matrix = "technosphere_matrix";
    biosphere.name = "biosphere", biosphere.matrix = "biosphere_matrix";
    const auto add = [&](Group& g, int64_t row, int64_t col, double value, const Origin& o, bool flips) {
        const Exchange* e = exchange_of(o);
        g.add(row, col, value, flips && value < 0, e ? e->distribution : Distribution{}, o.factor);
    };
    for (int64_t j = 0; j < n; ++j) {
        const auto column = static_cast<size_t>(j);
        add(technosphere, j + 1, j + 1, system.diagonal[column], system.diagonal_origin[column], false);
        for (int k = system.technosphere.start[column]; k < system.technosphere.start[column + 1]; ++k) {
            const auto entry = static_cast<size_t>(k);
            add(technosphere, system.technosphere.row[entry] + 1, j + 1, system.technosphere.value[entry],
                system.technosphere_origin[entry], true);
        }
        for (int k = system.intervention.start[column]; k < system.intervention.start[column + 1]; ++k) {
            const auto entry = static_cast<size_t>(k);
            add(biosphere, flow_number(system.intervention.row[entry]), j + 1, system.intervention.value[entry],
                system.intervention_origin[entry], false);
        }
        const Activity& a = system.activities[column];
        const Process& p = db.processes[static_cast<size_t>(a.process)];
        const Flow& product = db.flows[static_cast<size_t>(a.flow)];
        const bool reference = p.reference >= 0 && p.exchanges[static_cast<size_t>(p.reference)].flow == a.flow;
        mapping.push_back({{"number", j + 1},
                           {"kind", "activity"},
                           {"id", reference ? p.id : p.id + "/" + product.id},
                           {"name", p.name},
                           {"category", p.category},
                           {"location", p.location}});
        mapping.push_back({{"number", j + 1},
                           {"kind", "product"},
                           {"id", product.id},
                           {"name", product.name},
                           {"unit", reference_unit(db, product)},
                           {"category", product.category},
                           {"location", product.location}});
    }
    for (size_t row = 0; row < system.flows.size(); ++row) {
        const Flow& f = db.flows[static_cast<size_t>(system.flows[row])];
        const int place = row < system.locations.size() ? system.locations[row] : -1;
        const std::string code = place < 0 ? "" : db.locations[static_cast<size_t>(place)].code;
        mapping.push_back({{"number", flow_number(static_cast<int>(row))},
                           {"kind", "flow"},
                           {"id", code.empty() ? f.id : f.id + "/" + code},
                           {"name", f.name},
                           {"unit", reference_unit(db, f)},
                           {"category", f.category},
                           {"location", code}});
    }
    write_group(zip, resources, technosphere, Json::object());
    if (biosphere.rows) write_group(zip, resources, biosphere, Json::object());
    std::vector<Group> categories(system.categories.size());
    for (size_t j = 0; j + 1 < system.characterisation.start.size(); ++j)
        for (int k = system.characterisation.start[j]; k < system.characterisation.start[j + 1]; ++k) {
            const auto entry = static_cast<size_t>(k);
            Group& g = categories[static_cast<size_t>(system.characterisation.row[entry])];
            const Distribution d = system.characterisation_distribution.empty()
                                       ? Distribution{}
                                       : system.characterisation_distribution[entry];
            g.add(flow_number(static_cast<int>(j)), 0, system.characterisation.value[entry], false, d, 1);
        }
    for (size_t c = 0; c < categories.size(); ++c) {
        const ImpactCategory& category = db.categories[static_cast<size_t>(system.categories[c])];
        categories[c].name = "category-" + std::to_string(c + 1);
        categories[c].matrix = "characterization_matrix";
        write_group(zip, resources, categories[c], {{"global_index", 0}, {"identifier", Json::array({category.id})}});
        mapping.push_back({{"number", c + 1},
                           {"kind", "category"},
                           {"id", category.id},
                           {"name", category.name},
                           {"unit", category.unit}});
    }
    Json package = {{"profile", "data-package"},
                    {"name", "viresco"},
                    {"resources", std::move(resources)},
                    {"combinatorial", false},
                    {"sequential", false},
                    {"seed", nullptr},
                    {"64_bit_indices", true},
                    {"sum_intra_duplicates", true},
                    {"sum_inter_duplicates", false},
                    {"matrix_serialize_format_type", "numpy"}};
    zip.add("datapackage.json", package.dump(1));
    zip.add("mapping.json", mapping.dump());
    zip.close();
}

} // namespace viresco::lca
