#include "lca/methods.h"
#include "base/messages/lca.h"
#include "lca/archive.h"
#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>
#include <string_view>
#include <tuple>

namespace viresco::lca {
namespace {

std::string lower(std::string s) {
    for (char& c : s)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return s;
}

/// Reads a table of text cells (RFC 4180) row by row: the factor files are large, so no cell keeps its own place.
class Table {
public:
    Table(std::string_view text, char separator) : text_(text), separator_(separator) {
        if (text_.substr(0, 3) == "\xEF\xBB\xBF") i_ = 3;
    }

    bool next(std::vector<std::string>& cells) {
        if (i_ >= text_.size()) return false;
        row_ = line_++;
        size_t n = 0;
        bool more = true;
        while (more) {
            if (n == cells.size()) cells.emplace_back();
            std::string& cell = cells[n++];
            cell.clear();
            if (i_ < text_.size() && text_[i_] == '"') quoted(cell);
            while (i_ < text_.size() && text_[i_] != separator_ && text_[i_] != '\n') cell += text_[i_++];
            more = i_ < text_.size() && text_[i_] == separator_;
            ++i_;
            if (!more && !cell.empty() && cell.back() == '\r') cell.pop_back();
        }
        cells.resize(n);
        return true;
    }
    /// Number of the line at which the row begins.
    int row() const { return row_; }

private:
    void quoted(std::string& cell) {
        for (++i_; i_ < text_.size(); ++i_) {
            if (text_[i_] == '"') {
                if (i_ + 1 >= text_.size() || text_[i_ + 1] != '"') {
                    ++i_;
                    return;
                }
                ++i_;
            }
            line_ += text_[i_] == '\n';
            cell += text_[i_];
        }
    }
    std::string_view text_;
    char separator_;
    size_t i_ = 0;
    int row_ = 0, line_ = 1;
};

using Row = std::vector<std::string>;

class Reader {
public:
    Reader(const std::string& folder, Database& db, ImportReport& report, Diagnostics& diagnostics,
           SourceStore& sources)
        : folder_(folder), db_(db), report_(report), diagnostics_(diagnostics), sources_(sources) {
        db_.index();
    }

    bool run(const std::string& flow_map) {
        const int before = diagnostics_.n_errors();
        const auto archive = Archive::open(folder_, diagnostics_, &sources_);
        if (!archive) return false;
        units(*archive);
        locations(*archive);
        categories(*archive);
        if (diagnostics_.n_errors() == before) factors(*archive);
        if (diagnostics_.n_errors() == before) methods(*archive);
        if (diagnostics_.n_errors() == before && !flow_map.empty()) map(flow_map);
        return diagnostics_.n_errors() == before;
    }

private:
    static SourcePos at_line(Archive& archive, const std::string& name, int line) {
        SourcePos pos = archive.at(name);
        pos.line = line;
        return pos;
    }

    /// Runs f over the rows of a table; `columns` are looked up in its header. False after an error.
    template <class F>
    bool table(Archive& archive, const std::string& name, const std::vector<std::string>& columns, F&& f) {
        if (!archive.has(name)) {
            diagnostics_.error(archive.at(""), message::lca_missing_file, {archive.path(), name});
            return false;
        }
        std::string text;
        if (!archive.read(name, text, diagnostics_)) return false;
        Table rows(text, ',');
        Row header, cells, wanted(columns.size());
        rows.next(header);
        std::vector<size_t> at;
        for (const auto& c : columns) {
            const auto found = std::find(header.begin(), header.end(), c);
            if (found == header.end()) {
                diagnostics_.error(archive.at(name), message::lca_csv_columns, {c});
                return false;
            }
            at.push_back(static_cast<size_t>(found - header.begin()));
        }
        while (rows.next(cells)) {
            if (cells.size() != header.size()) {
                if (cells.size() == 1 && cells[0].empty()) continue; // an empty line
                diagnostics_.error(
                    at_line(archive, name, rows.row()), message::lca_csv_cells,
                    {std::to_string(rows.row()), std::to_string(cells.size()), std::to_string(header.size())});
                return false;
            }
            for (size_t k = 0; k < at.size(); ++k) wanted[k].swap(cells[at[k]]);
            f(wanted, rows.row());
        }
        return true;
    }

    /// `entities`: what the row is about, for the error.
    double number(Archive& archive, const std::string& name, const std::string& text, int row,
                  std::initializer_list<std::string> entities) {
        double x = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), x);
        if (error == std::errc() && end == text.data() + text.size() && std::isfinite(x)) return x;
        std::string about;
        for (const std::string& e : entities) about += (about.empty() ? "" : ", ") + e;
        diagnostics_.error(at_line(archive, name, row), message::lca_csv_number, {std::to_string(row), text})
            .hint(message::lca_csv_entity, {about});
        return 0;
    }

    /// A conversion factor; 1 after an error.
    double positive(Archive& archive, const std::string& name, const std::string& text, int row,
                    const std::string& entity) {
        const int before = diagnostics_.n_errors();
        const double x = number(archive, name, text, row, {entity});
        if (x > 0) return x;
        if (diagnostics_.n_errors() == before)
            diagnostics_.error(at_line(archive, name, row), message::lca_bad_factor, {entity, text});
        return 1;
    }

    // ---- units: those of the database hold where the id is known already
    void units(Archive& archive) {
        std::map<std::string, int> known;
        for (size_t i = 0; i < db_.unit_groups.size(); ++i) known[db_.unit_groups[i].id] = static_cast<int>(i);
        std::map<std::string, int> group_by_name;
        std::set<int> fresh;
        std::map<int, std::string> reference;
        table(archive, "unit_groups.csv", {"ID", "Name", "Reference unit"}, [&](const Row& r, int) {
            const auto [entry, is_new] = known.try_emplace(r[0], static_cast<int>(db_.unit_groups.size()));
            if (is_new) {
                db_.unit_groups.push_back({r[0], r[1], {}, 0});
                fresh.insert(entry->second);
                reference[entry->second] = r[2];
            }
            group_by_name[r[1]] = entry->second;
        });
        const std::string units = "units.csv";
        table(archive, units, {"ID", "Name", "Conversion factor", "Unit group"}, [&](const Row& r, int row) {
            const auto found = group_by_name.find(r[3]);
            if (found == group_by_name.end() || !fresh.count(found->second)) return;
            auto& group = db_.unit_groups[static_cast<size_t>(found->second)];
            if (r[1] == reference[found->second]) group.reference = static_cast<int>(group.units.size());
            const double factor = positive(archive, units, r[2], row, r[1]);
            group.units.push_back({r[0], r[1], factor, {}});
        });
        table(archive, "flow_properties.csv", {"ID", "Name", "Unit group"}, [&](const Row& r, int) {
            const auto [entry, is_new] = db_.property_at.try_emplace(r[0], static_cast<int>(db_.properties.size()));
            if (is_new) {
                const auto group = group_by_name.find(r[2]);
                db_.properties.push_back({r[0], r[1], group == group_by_name.end() ? -1 : group->second});
            }
            property_by_name_[lower(r[1])] = entry->second;
        });
    }

    void locations(Archive& archive) {
        if (archive.has("locations.csv"))
            table(archive, "locations.csv", {"ID", "Name", "Code"}, [&](const Row& r, int) {
                location_by_code_[r[2]] = {r[0], r[1]};
            });
        for (size_t i = 0; i < db_.locations.size(); ++i)
            location_at_code_[db_.locations[i].code] = static_cast<int>(i);
    }

    int location(const std::string& code) {
        if (code.empty()) return -1;
        const auto [entry, fresh] = location_at_code_.try_emplace(code, static_cast<int>(db_.locations.size()));
        if (fresh) {
            const auto known = location_by_code_.find(code);
            if (known == location_by_code_.end())
                report_.add("unknown_location", "", "", {message::lca_csv_location, {code}});
            const bool listed = known != location_by_code_.end();
            db_.locations.push_back({listed ? known->second.first : code, code, listed ? known->second.second : code});
        }
        return entry->second;
    }

    void categories(Archive& archive) {
        table(archive, "lcia_categories.csv", {"ID", "Name", "Reference unit"}, [&](const Row& r, int) {
            listed_[r[0]] = {r[1], r[2]};
        });
    }

    // ---- factors
    void factors(Archive& folder) {
        for (const std::string& name : folder.names())
            if (name.compare(0, 13, "lcia_factors/") == 0) factor_file(folder, name);
        if (folder.has("lcia_factors.zip")) {
            const auto zip = Archive::open(folder_ + "/lcia_factors.zip", diagnostics_, &sources_);
            if (!zip) return;
            for (const std::string& name : zip->names())
                if (name.size() > 4 && name.compare(name.size() - 4, 4, ".csv") == 0) factor_file(*zip, name);
        }
        if (read_.empty() && !diagnostics_.has_errors())
            diagnostics_.error(folder.at(""), message::lca_missing_file, {folder.path(), "lcia_factors.zip"});
    }

    void factor_file(Archive& archive, const std::string& name) {
        table(archive, name, {"LCIA category", "Flow", "Flow property", "Flow unit", "Location", "Factor"},
              [&](const Row& r, int row) {
                  const int c = category(archive, name, row, r[0]);
                  if (c < 0) return;
                  ImpactFactor f;
                  const int property = property_named(r[2]);
                  f.flow = flow(r[1], property);
                  f.value = number(archive, name, r[5], row, {listed_[r[0]].first, r[1]}) /
                            unit_factor(archive, name, row, property, r[3], r[1]);
                  f.location = location(r[4]);
                  report_.count("factors");
                  auto& all = db_.categories[static_cast<size_t>(c)].factors;
                  const auto [entry, first] = factor_at_.try_emplace({c, f.flow, f.location}, all.size());
                  if (first)
                      all.push_back(f);
                  else
                      repeated(all[entry->second], f, c);
              });
    }

    /// A flow that a category has twice: the later factor holds.
    void repeated(ImpactFactor& known, const ImpactFactor& later, int c) {
        report_.count("repeated_factors");
        if (known.value != later.value) {
            const ImpactCategory& category_of = db_.categories[static_cast<size_t>(c)];
            const std::string& id = db_.flows[static_cast<size_t>(later.flow)].id;
            report_.add("contradicting_factor", category_of.id, id,
                        {message::lca_repeated_factor,
                         {category_of.name, id, short_text(known.value), short_text(later.value)}});
        }
        known = later;
    }

    int property_named(const std::string& name) const {
        const auto found = property_by_name_.find(lower(name));
        return found == property_by_name_.end() ? -1 : found->second;
    }

    int category(Archive& archive, const std::string& file, int row, const std::string& id) {
        if (id == last_id_) return last_category_;
        last_id_ = id;
        last_category_ = -1;
        const auto listed = listed_.find(id);
        if (listed == listed_.end()) {
            diagnostics_.error(at_line(archive, file, row), message::lca_csv_category, {id});
            return -1;
        }
        const auto [entry, fresh] = db_.category_at.try_emplace(id, static_cast<int>(db_.categories.size()));
        if (fresh) {
            ImpactCategory c;
            c.id = id;
            c.name = listed->second.first;
            c.unit = listed->second.second;
            db_.categories.push_back(std::move(c));
        }
        if (read_.insert(id).second) {
            report_.count("lcia_categories");
            if (!fresh) {
                db_.categories[static_cast<size_t>(entry->second)].factors.clear();
                report_.add("replaced", id, "", {message::lca_replaced, {listed->second.first}});
            }
        }
        return last_category_ = entry->second;
    }

    /// A flow of which only the id is known: its name comes from the flow map or from an inventory.
    int flow(const std::string& id, int property) {
        const auto [entry, fresh] = db_.flow_at.try_emplace(id, static_cast<int>(db_.flows.size()));
        if (fresh) {
            Flow f;
            f.id = id;
            f.type = FlowType::elementary;
            if (property >= 0) f.properties.push_back({property, 1});
            db_.flows.push_back(std::move(f));
            report_.count("flows_by_id");
        }
        return entry->second;
    }

    double unit_factor(Archive& archive, const std::string& file, int row, int property, const std::string& unit,
                       const std::string& flow_id) {
        const int g = property < 0 ? -1 : db_.properties[static_cast<size_t>(property)].unit_group;
        const std::string name = property < 0 ? std::string() : db_.properties[static_cast<size_t>(property)].name;
        if (g >= 0)
            for (const auto& u : db_.unit_groups[static_cast<size_t>(g)].units)
                if (u.name == unit) return u.factor;
        diagnostics_.error(at_line(archive, file, row), message::lca_unknown_unit, {file, flow_id, unit, name});
        return 1;
    }

    // ---- methods
    void methods(Archive& archive) {
        std::map<std::string, std::string> id_of;
        std::map<std::string, int> at;
        std::map<std::string, int> known;
        for (size_t i = 0; i < db_.methods.size(); ++i) known[db_.methods[i].id] = static_cast<int>(i);
        table(archive, "lcia_methods.csv", {"ID", "Name"}, [&](const Row& r, int) { id_of[r[1]] = r[0]; });
        table(archive, "lcia_method_categories.csv", {"LCIA method", "LCIA category"}, [&](const Row& r, int) {
            if (!read_.count(r[1])) return;
            const auto [entry, first] = at.try_emplace(r[0], 0);
            if (first) {
                const std::string id = id_of.count(r[0]) ? id_of[r[0]] : r[0];
                const auto [place, fresh] = known.try_emplace(id, static_cast<int>(db_.methods.size()));
                if (fresh) db_.methods.emplace_back();
                ImpactMethod method;
                method.id = id;
                method.name = r[0];
                db_.methods[static_cast<size_t>(place->second)] = std::move(method);
                entry->second = place->second;
                report_.count("lcia_methods");
            }
            db_.methods[static_cast<size_t>(entry->second)].categories.push_back(db_.category_at[r[1]]);
        });
        const std::string sets = "lcia_method_nw_sets.csv";
        if (!archive.has(sets)) return;
        table(archive, sets,
              {"LCIA method", "NW set - ID", "NW set - name", "LCIA category", "Nomalisation factor",
               "Weighting factor", "Weighting score unit"},
              [&](const Row& r, int row) {
                  const auto method = at.find(r[0]);
                  if (method == at.end() || !read_.count(r[3])) return;
                  ImpactMethod& m = db_.methods[static_cast<size_t>(method->second)];
                  auto set = std::find_if(m.sets.begin(), m.sets.end(),
                                          [&](const NormalisationSet& s) { return s.id == r[1]; });
                  if (set == m.sets.end()) {
                      m.sets.push_back({r[1], r[2], r[6], {}, {}});
                      set = m.sets.end() - 1;
                      set->normalisation.resize(m.categories.size());
                      set->weight.resize(m.categories.size());
                  }
                  const auto c = std::find(m.categories.begin(), m.categories.end(), db_.category_at[r[3]]);
                  if (c == m.categories.end()) return;
                  const auto k = static_cast<size_t>(c - m.categories.begin());
                  if (!r[4].empty()) set->normalisation[k] = number(archive, sets, r[4], row, {r[0], r[2], r[3]});
                  if (!r[5].empty()) set->weight[k] = number(archive, sets, r[5], row, {r[0], r[2], r[3]});
              });
    }

    // ---- flow map: source id; target id; factor; source name, category, location; target name, category, ..
    void map(const std::string& path) {
        const auto archive = Archive::open(path, diagnostics_, &sources_);
        if (!archive) return;
        std::map<std::string, size_t> known; // a later line about the same flow holds
        for (size_t i = 0; i < db_.aliases.size(); ++i) known[db_.aliases[i].from] = i;
        for (const std::string& name : archive->names()) {
            std::string text;
            if (!archive->read(name, text, diagnostics_)) return;
            Table rows(text, ';');
            Row r;
            while (rows.next(r)) {
                if (r.size() == 1 && r[0].empty()) continue;
                if (r.size() < 3) {
                    diagnostics_.error(at_line(*archive, name, rows.row()), message::lca_csv_cells,
                                       {std::to_string(rows.row()), std::to_string(r.size()), "3"});
                    return;
                }
                FlowAlias alias{r[0], r[1], positive(*archive, name, r[2], rows.row(), r[0])};
                if (r.size() > 7)
                    if (const auto target = db_.flow_at.find(r[1]); target != db_.flow_at.end()) {
                        Flow& f = db_.flows[static_cast<size_t>(target->second)];
                        const std::string prefix = "Elementary flows/";
                        if (f.name.empty()) {
                            f.name = r[6];
                            f.category = r[7].compare(0, prefix.size(), prefix) ? r[7] : r[7].substr(prefix.size());
                        }
                    }
                const auto [entry, fresh] = known.try_emplace(alias.from, db_.aliases.size());
                if (fresh)
                    db_.aliases.push_back(std::move(alias));
                else
                    db_.aliases[entry->second] = std::move(alias);
                report_.count("flow_aliases");
            }
        }
    }

    std::string folder_;
    Database& db_;
    ImportReport& report_;
    Diagnostics& diagnostics_;
    SourceStore& sources_;
    std::map<std::string, int> property_by_name_, location_at_code_;
    std::map<std::string, std::pair<std::string, std::string>> location_by_code_, listed_;
    std::set<std::string> read_;
    std::map<std::tuple<int, int, int>, size_t> factor_at_; // (category, flow, location) -> factor
    std::string last_id_;
    int last_category_ = -1;
};

} // namespace

bool read_reference_data(const std::string& folder, const std::string& flow_map, Database& into, ImportReport& report,
                         Diagnostics& diagnostics, SourceStore* sources) {
    Database next = into;
    ImportReport found;
    SourceStore own;
    Diagnostics raised;
    const bool good = Reader(folder, next, found, raised, sources ? *sources : own).run(flow_map);
    for (Diagnostic d : raised.all()) {
        if (!sources) { // the places go with the store of this call
            d.pos = {};
            d.related.clear();
        }
        diagnostics.add(d);
    }
    if (!good) return false;
    next.index();
    into = std::move(next);
    for (const auto& [name, n] : found.counts) report.counts[name] += n;
    report.findings.insert(report.findings.end(), found.findings.begin(), found.findings.end());
    return true;
}

} // namespace viresco::lca
