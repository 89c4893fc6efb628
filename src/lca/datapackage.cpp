#include "lca/datapackage.h"
#include "base/messages/lca.h"
#include "base/messages/lca_fmt.h"
#include "lca/archive.h"
#include "lca/draft.h"
#include "lca/npy.h"
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

namespace viresco::lca {
namespace {

using Json = nlohmann::json;

std::string text_of(const Json& o, const char* key) {
    const auto found = o.find(key);
    return found != o.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// One group of resources: the parts of (a share of) one matrix.
struct Group {
    std::string name, matrix, category, identifier;
    std::map<std::string, std::string> paths; ///< kind -> path
};

struct Entry {
    int64_t row = 0, col = 0;
    double value = 0;
    bool flip = false;
    Distribution distribution;
    bool negative = false; ///< the distribution says that the value is negative
};

/// What a number of the package stands for, where a mapping says so.
struct Label {
    std::string id, name, unit, category, location;
};

Distribution mirrored(Distribution d) {
    using Kind = Distribution::Kind;
    if (d.kind == Kind::normal) d.a = -d.a;
    if (d.kind == Kind::uniform) d = {d.kind, -d.b, -d.a, 0};
    if (d.kind == Kind::triangular) d = {d.kind, -d.c, -d.b, -d.a};
    return d;
}

class Reader {
public:
    Reader(Archive& archive, Draft& draft) : archive_(archive), draft_(draft) {}

    void read() {
        for (const std::string& name : archive_.names()) {
            const size_t slash = name.rfind('/');
            const size_t begin = slash == std::string::npos ? 0 : slash + 1;
            if (name.compare(begin, std::string::npos, "datapackage.json") != 0) continue;
            folder_ = name.substr(0, begin);
            metadata_ = name;
            break;
        }
        std::vector<Group> groups;
        if (!groups_of(groups)) return;
        labels();
        for (const Group& g : groups) {
            if (g.matrix == "technosphere_matrix" || g.matrix == "biosphere_matrix") {
                std::vector<Entry> entries;
                if (!entries_of(g, entries)) continue;
                auto& matrix = g.matrix == "technosphere_matrix" ? technosphere_ : biosphere_;
                merge(matrix, entries);
            } else if (g.matrix == "characterization_matrix") {
                std::vector<Entry> entries;
                if (entries_of(g, entries)) categories_.emplace_back(g, std::move(entries));
            } else {
                // Read, so that damage is found, but nothing in an inventory answers to it.
                std::vector<Entry> entries;
                if (g.matrix == "normalization_matrix" || g.matrix == "weighting_matrix") entries_of(g, entries);
                draft_.report().add("not_taken", "", "", {message::datapackage_not_taken, {g.name, g.matrix}});
            }
        }
        if (draft_.diagnostics().has_errors()) return;
        activities();
        for (const auto& [group, entries] : categories_) category(group, entries);
    }

private:
    using Matrix = std::map<std::pair<int64_t, int64_t>, std::vector<Entry>>; ///< (col, row)

    bool groups_of(std::vector<Group>& groups) {
        std::string text;
        if (!archive_.read(metadata_, text, draft_.diagnostics())) return false;
        const Json package = Json::parse(text, nullptr, false);
        const auto resources = package.is_object() ? package.find("resources") : package.end();
        if (package.is_discarded() || !package.is_object() || resources == package.end() || !resources->is_array()) {
            draft_.diagnostics().error(archive_.at(metadata_), message::datapackage_metadata, {metadata_});
            return false;
        }
        std::map<std::string, size_t> at;
        for (const Json& r : *resources) {
            if (!r.is_object()) continue;
            const std::string path = text_of(r, "path"), name = text_of(r, "name"), kind = text_of(r, "kind");
            if (path.ends_with(".parquet") || text_of(r, "format") == "parquet" ||
                text_of(package, "matrix_serialize_format_type") == "parquet") {
                draft_.diagnostics()
                    .error(archive_.at(metadata_), message::datapackage_parquet, {name, path})
                    .hint(message::datapackage_hint_numpy);
                return false;
            }
            if (text_of(r, "matrix").empty() || kind.empty()) {
                draft_.report().count("resources_not_taken"); // tables of names and the like
                continue;
            }
            const std::string group = text_of(r, "group");
            const auto [found, added] = at.emplace(group, groups.size());
            if (added) groups.push_back({group, text_of(r, "matrix"), text_of(r, "category"), {}, {}});
            Group& g = groups[found->second];
            if (r.contains("identifier")) {
                g.identifier.clear();
                if (r["identifier"].is_array())
                    for (const Json& part : r["identifier"])
                        g.identifier += (g.identifier.empty() ? "" : " / ") +
                                        (part.is_string() ? part.get<std::string>() : part.dump());
                else if (r["identifier"].is_string())
                    g.identifier = r["identifier"].get<std::string>();
            }
            g.paths[kind] = folder_ + path;
        }
        return true;
    }

    bool array_of(const Group& g, const char* kind, std::string& bytes, NpyArray& array) {
        const auto path = g.paths.find(kind);
        if (path == g.paths.end()) {
            draft_.diagnostics().error(archive_.at(metadata_), message::datapackage_no_part, {g.name, kind});
            return false;
        }
        std::string why;
        if (!archive_.read(path->second, bytes, draft_.diagnostics())) return false;
        if (array.parse(bytes, why)) return true;
        draft_.diagnostics().error(archive_.at(path->second), message::datapackage_array, {g.name, path->second, why});
        return false;
    }

    bool entries_of(const Group& g, std::vector<Entry>& out) {
        std::string index_bytes, data_bytes, flip_bytes, distribution_bytes;
        NpyArray index, data, flip, distribution;
        if (!array_of(g, "indices", index_bytes, index) || !array_of(g, "data", data_bytes, data)) return false;
        const bool flips = g.paths.count("flip"), distributions = g.paths.count("distributions");
        if (flips && !array_of(g, "flip", flip_bytes, flip)) return false;
        if (distributions && !array_of(g, "distributions", distribution_bytes, distribution)) return false;
        const int row = index.field("row"), col = index.field("col");
        const size_t n = index.rows();
        if (row < 0 || col < 0 || data.rows() != n || (flips && flip.rows() != n) ||
            (distributions && distribution.rows() != n)) {
            draft_.diagnostics().error(archive_.at(g.paths.at("indices")), message::datapackage_sizes,
                                       {g.name, std::to_string(n), std::to_string(data.rows())});
            return false;
        }
        if (g.category == "array" && data.columns() != 1)
            draft_.report().add("array_first_column", "", "",
                                {message::datapackage_array_column, {g.name, std::to_string(data.columns())}});
        if (data.columns() == 0) return true;
        for (size_t i = 0; i < n; ++i) {
            Entry e;
            e.row = index.integer(i, row);
            e.col = index.integer(i, col);
            e.value = data.number(i);
            e.flip = flips && flip.integer(i) != 0;
            if (!std::isfinite(e.value)) {
                draft_.diagnostics().error(archive_.at(g.paths.at("data")), message::datapackage_value,
                                           {g.name, std::to_string(e.row), std::to_string(e.col)});
                return false;
            }
            if (distributions && !distribution_of(distribution, i, e, g)) return false;
            out.push_back(e);
        }
        return true;
    }

    bool distribution_of(const NpyArray& a, size_t i, Entry& e, const Group& g) {
        using Kind = Distribution::Kind;
        int at[6];
        const char* names[6] = {"uncertainty_type", "loc", "scale", "minimum", "maximum", "negative"};
        for (int k = 0; k < 6; ++k)
            if ((at[k] = a.field(names[k])) < 0) {
                draft_.diagnostics().error(archive_.at(g.paths.at("distributions")), message::datapackage_no_part,
                                           {g.name, names[k]});
                return false;
            }
        const double loc = a.number(i, at[1]), scale = a.number(i, at[2]);
        const double low = a.number(i, at[3]), high = a.number(i, at[4]);
        e.negative = a.integer(i, at[5]) != 0;
        switch (const int64_t type = a.integer(i, at[0])) {
        case 0:
        case 1: break;
        case 2: e.distribution = {Kind::lognormal, loc, scale, 0}; break;
        case 3: e.distribution = {Kind::normal, loc, scale, 0}; break;
        case 4: e.distribution = {Kind::uniform, low, high, 0}; break;
        case 5: e.distribution = {Kind::triangular, low, loc, high}; break;
        default:
            draft_.report().add("bad_distribution", label("activity", e.col).id, "",
                                {message::datapackage_distribution,
                                 {g.name, std::to_string(e.row), std::to_string(e.col), std::to_string(type)}});
        }
        return true;
    }

    /// Entries of one group at one place add up; a later group takes the place of an earlier one.
    static void merge(Matrix& matrix, std::vector<Entry>& entries) {
        std::set<std::pair<int64_t, int64_t>> fresh;
        for (Entry& e : entries) {
            const std::pair key(e.col, e.row);
            auto& cell = matrix[key];
            if (fresh.insert(key).second) cell.clear();
            cell.push_back(e);
        }
    }

    void labels() {
        // Ours, inside the package.
        std::string text;
        if (archive_.has(folder_ + "mapping.json") &&
            archive_.read(folder_ + "mapping.json", text, draft_.diagnostics())) {
            const Json mapping = Json::parse(text, nullptr, false);
            if (mapping.is_array())
                for (const Json& m : mapping) {
                    if (!m.is_object() || !m.contains("number") || !m["number"].is_number_integer()) continue;
                    labels_[{text_of(m, "kind"), m["number"].get<int64_t>()}] = {
                        text_of(m, "id"), text_of(m, "name"), text_of(m, "unit"), text_of(m, "category"),
                        text_of(m, "location")};
                }
            return;
        }
        // [["name", number], ..] beside the package.
        std::string path = archive_.path();
        if (path.ends_with(".zip")) path.resize(path.size() - 4);
        Diagnostics none;
        const auto beside = Archive::open(path + "_mapping.json", none);
        if (!beside || !beside->read(beside->names().front(), text, none)) return;
        const Json mapping = Json::parse(text, nullptr, false);
        if (!mapping.is_array()) return;
        for (const Json& m : mapping)
            if (m.is_array() && m.size() == 2 && m[0].is_string() && m[1].is_number_integer())
                for (const char* kind : {"activity", "product", "flow"})
                    labels_[{kind, m[1].get<int64_t>()}] = {"", m[0].get<std::string>(), "", "", ""};
    }

    Label label(const std::string& kind, int64_t number) {
        const auto found = labels_.find({kind, number});
        Label l = found == labels_.end() ? Label{} : found->second;
        if (l.id.empty()) l.id = kind + " " + std::to_string(number);
        if (l.name.empty()) l.name = l.id;
        if (l.unit.empty()) l.unit = "(no unit)";
        return l;
    }

    int flow(const char* kind, int64_t number, FlowType type) {
        const Label l = label(kind, number);
        Flow f;
        f.id = l.id;
        f.name = l.name;
        f.category = l.category;
        f.location = l.location;
        f.type = type;
        return draft_.flow(std::move(f), l.unit);
    }

    void activities() {
        // The maker of each product: the diagonal entry, else the activity with the first positive entry.
        std::map<int64_t, int64_t> product_of;
        for (const auto& [key, cell] : technosphere_)
            if (key.first == key.second) product_of[key.first] = key.second;
        for (const auto& [key, cell] : technosphere_)
            if (!cell.empty() && !cell.front().flip && cell.front().value > 0)
                product_of.emplace(key.first, key.second);
        std::map<int64_t, int64_t> maker;
        for (const auto& [col, row] : product_of) maker.emplace(row, col);

        // Elementary exchanges stand behind the others and may be replaced alone, by a package of their matrix only.
        std::map<int64_t, Process> made;
        std::map<int64_t, std::vector<Exchange>> elementary;
        const auto process = [&](int64_t col) -> Process& {
            const auto [found, added] = made.try_emplace(col);
            Process& p = found->second;
            if (!added) return p;
            const Label l = label("activity", col);
            Database& db = draft_.db();
            if (const auto known = db.process_at.find(l.id); known != db.process_at.end()) {
                const Process& old = db.processes[static_cast<size_t>(known->second)];
                p = old;
                p.exchanges.clear();
                for (size_t k = 0; k < old.exchanges.size(); ++k) {
                    const Exchange& e = old.exchanges[k];
                    if (static_cast<int>(k) == old.reference) p.reference = static_cast<int>(p.exchanges.size());
                    (db.flows[static_cast<size_t>(e.flow)].type == FlowType::elementary ? elementary[col] : p.exchanges)
                        .push_back(e);
                }
            } else {
                p.id = l.id;
                p.name = l.name;
                p.category = l.category;
                p.location = l.location;
            }
            return p;
        };
        std::set<int64_t> cleared;
        std::vector<std::pair<int64_t, std::pair<int, int64_t>>> inputs; // col -> (exchange, maker)
        for (const auto& [key, cell] : technosphere_) {
            const auto& [col, row] = key;
            Process& p = process(col);
            if (cleared.insert(col).second) {
                p.exchanges.clear();
                p.reference = -1;
            }
            for (const Entry& given : cell) {
                Exchange e;
                e.flow = flow("product", row, FlowType::product);
                const auto own = product_of.find(col);
                const bool reference = own != product_of.end() && own->second == row && !given.flip && p.reference < 0;
                e.input = given.flip;
                e.amount = given.value;
                Distribution d = given.distribution;
                if (!given.flip && given.value < 0 && !reference) { // A(i, j) < 0 written without a flip: an input
                    e.input = true;
                    e.amount = -given.value;
                    d = mirrored(d);
                } else if (!given.flip && !reference) { // another activity's product: a negative input of it
                    e.input = true;
                    e.amount = -given.value;
                    d = mirrored(d);
                }
                take(e, "product", row, d, given, p);
                if (reference)
                    p.reference = static_cast<int>(p.exchanges.size());
                else if (const auto by = maker.find(row); by != maker.end())
                    inputs.emplace_back(col, std::pair(static_cast<int>(p.exchanges.size()), by->second));
                p.exchanges.push_back(std::move(e));
            }
        }
        cleared.clear();
        for (const auto& [key, cell] : biosphere_) {
            const auto& [col, row] = key;
            Process& p = process(col);
            if (cleared.insert(col).second) elementary[col].clear();
            for (const Entry& given : cell) {
                Exchange e;
                e.flow = flow("flow", row, FlowType::elementary);
                e.amount = given.flip ? -given.value : given.value;
                take(e, "flow", row, given.flip ? mirrored(given.distribution) : given.distribution, given, p);
                elementary[col].push_back(std::move(e));
            }
        }
        std::map<int64_t, int> at;
        for (auto& [col, p] : made) {
            auto& behind = elementary[col];
            p.exchanges.insert(p.exchanges.end(), behind.begin(), behind.end());
        }
        for (auto& [col, p] : made) at[col] = draft_.process(std::move(p), [this] { return archive_.at(metadata_); });
        for (const auto& [col, input] : inputs) {
            Database& db = draft_.db();
            const auto supplier = at.find(input.second);
            if (at[col] < 0 || supplier == at.end()) continue;
            db.processes[static_cast<size_t>(at[col])].exchanges[static_cast<size_t>(input.first)].provider =
                supplier->second;
        }
    }

    void take(Exchange& e, const char* kind, int64_t number, const Distribution& d, const Entry& given,
              const Process& p) {
        draft_.set_unit(e, label(kind, number).unit, p.name, [this] { return archive_.at(metadata_); });
        const bool turned = e.input && !given.flip && given.value > 0;
        if (d.kind == Distribution::Kind::lognormal && (turned || (given.value < 0 && given.negative))) {
            // Legal: the package says so itself, or it is only written the other way round.
            Exchange magnitude = e;
            magnitude.amount = std::abs(e.amount);
            draft_.set_distribution(magnitude, d, p.id, p.name);
            e.distribution = magnitude.distribution;
        } else {
            draft_.set_distribution(e, d, p.id, p.name);
        }
    }

    void category(const Group& group, const std::vector<Entry>& entries) {
        ImpactCategory c;
        c.id = group.identifier.empty() ? group.name : group.identifier;
        c.name = c.id;
        const Label l = label("category " + c.id, 0); // a mapping of ours knows its unit
        c.unit = l.unit == "(no unit)" ? "" : l.unit;
        for (const auto& [key, known] : labels_)
            if (key.first == "category" && known.id == c.id) c.unit = known.unit, c.name = known.name;
        int64_t general = 0;
        for (size_t i = 0; i < entries.size(); ++i) general = i ? std::min(general, entries[i].col) : entries[i].col;
        for (const Entry& e : entries) {
            ImpactFactor f;
            f.flow = flow("flow", e.row, FlowType::elementary);
            f.value = e.flip ? -e.value : e.value;
            if (e.col != general) f.location = draft_.location("location " + std::to_string(e.col));
            Exchange carrier;
            carrier.flow = f.flow;
            carrier.amount = f.value;
            draft_.set_distribution(carrier, e.distribution, c.id, c.name);
            f.distribution = carrier.distribution;
            c.factors.push_back(std::move(f));
        }
        draft_.category(std::move(c), [this] { return archive_.at(metadata_); });
    }

    Archive& archive_;
    Draft& draft_;
    std::string folder_, metadata_;
    std::map<std::pair<std::string, int64_t>, Label> labels_;
    Matrix technosphere_, biosphere_;
    std::vector<std::pair<Group, std::vector<Entry>>> categories_;
};

} // namespace

bool read_datapackage(Archive& archive, Database& into, ImportReport& report, Diagnostics& diagnostics) {
    Draft draft(into, report, diagnostics);
    Reader(archive, draft).read();
    return draft.commit(into);
}

} // namespace viresco::lca
