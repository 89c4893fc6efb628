#include "lca/background_database.h"
#include "base/messages/lca.h"
#include "lca/import.h"
#include "lca/link.h"
#include "lca/solver.h"
#include "lca/store.h"
#include "matter/quantity.h"
#include "plant/library.h"
#include <algorithm>
#include <filesystem>
#include <optional>

namespace viresco::lca {

using text::Node;

struct BackgroundDatabase::Impl {
    struct Impact {
        std::string name;
        units::Unit unit; // of the score
        std::vector<double> unit_scores;
        bool unverified;
    };
    std::string files;
    Database database;
    System system;
    std::vector<Impact> impacts;
};

BackgroundDatabase::~BackgroundDatabase() = default;

bool BackgroundDatabase::verified() const {
    return std::none_of(impl_->impacts.begin(), impl_->impacts.end(),
                        [](const Impl::Impact& i) { return i.unverified; });
}

namespace {

/// Position of the entity whose id or name is `wanted`; an error names what is close.
template <class Entity>
int find(const std::vector<Entity>& all, const Node& wanted, MessageId none, Diagnostics& d) {
    std::vector<int> found;
    for (size_t i = 0; i < all.size(); ++i) {
        if (all[i].id == wanted.scalar()) return static_cast<int>(i);
        if (all[i].name == wanted.scalar()) found.push_back(static_cast<int>(i));
    }
    if (found.size() == 1) return found.front();
    if (found.empty()) {
        std::vector<std::string> known;
        for (const Entity& e : all) known.push_back(e.name);
        suggest(d.error(wanted.pos(), none, {wanted.scalar()}), wanted.scalar(), known);
        return -1;
    }
    std::string ids;
    for (const int i : found)
        if (ids.size() < 200) ids += (ids.empty() ? "" : ", ") + all[static_cast<size_t>(i)].id;
    d.error(wanted.pos(), message::database_several, {wanted.scalar(), std::to_string(found.size()), ids});
    return -1;
}

} // namespace

std::unique_ptr<BackgroundDatabase> BackgroundDatabase::open(const Node& file, SourceStore& sources, Diagnostics& d) {
    std::unique_ptr<BackgroundDatabase> out(new BackgroundDatabase);
    out->impl_ = std::make_unique<Impl>();
    Impl& impl = *out->impl_;
    const Node& named = *file.find("database");
    std::vector<const Node*> files;
    if (named.is_scalar()) files.push_back(&named);
    for (const Node& n : named.items()) files.push_back(&n);
    const auto folder = std::filesystem::path(file.pos().file->path).parent_path();
    for (const Node* n : files) {
        const std::string path = (folder / n->scalar()).lexically_normal().string();
        impl.files += (impl.files.empty() ? "" : " + ") + n->scalar();
        Diagnostics found;
        ImportReport report;
        ImportOptions options;
        options.sources = &sources;
        const bool stored = !content_hash(path).empty();
        if (stored ? load(path, impl.database, found) : import_file(path, impl.database, options, report, found))
            continue;
        d.error(n->pos(), message::database_unreadable, {path});
        d.append(found);
        return out;
    }
    Diagnostics linking;
    LinkReport report;
    impl.system = link(impl.database, {}, report, linking);
    if (linking.has_errors()) {
        d.append(linking);
        return out;
    }
    const Node* impacts = file.find("impacts");
    if (!impacts || !impacts->is_map()) {
        d.error(named.pos(), message::database_needs_impacts);
        return out;
    }
    const Solver solver(impl.system, &impl.database);
    for (const auto& e : impacts->entries()) {
        if (!plant::expect_map(e.value, "'" + e.key + "'", d)) continue;
        plant::check_keys(e.value, {"category", "unit"}, d);
        const Node *category = e.value.find("category"), *unit = e.value.find("unit");
        if (!category || !unit) {
            d.error(e.key_pos, message::database_needs_impacts);
            continue;
        }
        const int k = find(impl.database.categories, *category, message::method_no_category, d);
        const auto u = matter::read_unit(*unit, d);
        if (k < 0 || !u) continue;
        const auto row = std::find(impl.system.categories.begin(), impl.system.categories.end(), k);
        impl.impacts.push_back({e.key, *u, solver.unit_scores(static_cast<int>(row - impl.system.categories.begin())).x,
                                impl.database.categories[static_cast<size_t>(k)].unverified});
    }
    return out;
}

std::vector<std::pair<std::string, matter::Datum>>
BackgroundDatabase::factors(const Node& process, const units::Unit& unit, Diagnostics& d) const {
    std::vector<std::pair<std::string, matter::Datum>> out;
    if (impl_->impacts.empty()) return out; // told when it was opened
    const Database& db = impl_->database;
    const int at = find(db.processes, process, message::database_no_process, d);
    if (at < 0) return out;
    const Process& p = db.processes[static_cast<size_t>(at)];
    const int activity = find_activity(db, impl_->system, at);
    if (activity < 0) {
        d.error(process.pos(), message::database_makes_nothing, {p.name});
        return out;
    }
    const Flow& flow = db.flows[static_cast<size_t>(impl_->system.activities[static_cast<size_t>(activity)].flow)];
    std::string reference = "1";
    if (!flow.properties.empty() && flow.properties.front().property >= 0) {
        const FlowProperty& property = db.properties[static_cast<size_t>(flow.properties.front().property)];
        if (property.unit_group >= 0) {
            const UnitGroup& group = db.unit_groups[static_cast<size_t>(property.unit_group)];
            reference = group.units[static_cast<size_t>(group.reference)].name;
        }
    }
    const auto counted = units::parse_unit(reference);
    if (!counted || counted->dimension != unit.dimension) {
        d.error(process.pos(), message::database_unit, {p.name, reference, unit.text});
        return out;
    }
    for (const Impl::Impact& impact : impl_->impacts) {
        matter::Datum datum;
        datum.unit = *units::parse_unit(impact.unit.text + "/" + unit.text);
        // Per item unit as written: score per reference unit x reference units in one item unit.
        const double per_unit = impact.unit_scores[static_cast<size_t>(activity)] * unit.factor / counted->factor;
        datum.si = datum.unit.to_si(per_unit);
        datum.evidence = matter::Evidence::literature;
        datum.evidence_given = true;
        datum.source = impl_->files + ": " + p.name + (p.location.empty() ? "" : " (" + p.location + ")");
        datum.pos = process.pos();
        out.emplace_back(impact.name, std::move(datum));
    }
    return out;
}

} // namespace viresco::lca
