#include "lca/method_files.h"
#include "base/messages/lca.h"
#include "lca/archive.h"
#include "lca/draft.h"
#include "matter/component.h"
#include "plant/library.h"
#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>
#include <optional>
#include <set>

namespace viresco::lca {
namespace {

using text::Node;

enum class Compartment { unknown, air, water, soil, resource };

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

/// Told by the first part of the category path that tells one (models/methods/README.md, rule 1).
Compartment compartment_of(const std::string& category) {
    const auto has = [](const std::string& part, std::initializer_list<const char*> words) {
        return std::any_of(words.begin(), words.end(),
                           [&](const char* w) { return part.find(w) != std::string::npos; });
    };
    size_t at = 0;
    while (at <= category.size()) {
        const size_t end = std::min(category.find('/', at), category.size());
        const std::string part = lower(std::string_view(category).substr(at, end - at));
        if (has(part, {"resource", "raw material"}) || part == "in ground" || part == "in water" || part == "in air" ||
            part == "land" || part == "biotic")
            return Compartment::resource;
        if (has(part, {"air", "atmosphere"})) return Compartment::air;
        if (has(part, {"water", "river", "lake", "ocean"})) return Compartment::water;
        if (has(part, {"soil"})) return Compartment::soil;
        at = end + 1;
    }
    return Compartment::unknown;
}

/// Letters and digits alone, in lower case; a text in square brackets at the end is left out (rule 3).
std::string plain(std::string_view name) {
    if (!name.empty() && name.back() == ']')
        if (const size_t open = name.rfind('['); open != std::string_view::npos) name = name.substr(0, open);
    std::string out;
    for (const char c : lower(name))
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80) out += c;
    return out;
}

std::string without_leading_zeros(const std::string& cas) {
    const size_t first = cas.find_first_not_of('0');
    return first == std::string::npos ? std::string() : cas.substr(first);
}

struct Factor {
    std::string name;
    std::vector<std::string> also;
    std::string cas, location;
    double value = 0;
    std::optional<Compartment> compartment; // nullopt: anywhere
    std::vector<std::pair<std::string, double>> per;
};
struct Category {
    std::string id;
    SourcePos pos;
    ImpactCategory out;
    bool verified = false;
    std::vector<Factor> factors;
    std::vector<std::pair<std::string, SourcePos>> sum;
};

class Reader {
public:
    Reader(Database& into, ImportReport& report, Diagnostics& diagnostics)
        : db_(into), report_(report), d_(diagnostics) {}

    void file(const Node& root) {
        plant::check_keys(root, {"viresco", "kind", "title", "licence", "source", "verified", "categories", "methods"},
                          d_);
        verified_ = verified(root, false);
        if (const Node* list = root.find("categories"); list && plant::expect_map(*list, "'categories'", d_))
            for (const auto& e : list->entries()) category(e);
        if (const Node* list = root.find("methods"); list && plant::expect_map(*list, "'methods'", d_))
            for (const auto& e : list->entries()) methods_.push_back(&e);
    }

    void finish() {
        for (Category& c : categories_)
            if (c.sum.empty()) attach(c);
        for (Category& c : categories_)
            if (!c.sum.empty()) add_up(c);
        if (d_.has_errors()) return;
        for (Category& c : categories_) {
            report_.count("impact_categories");
            report_.count("factors", static_cast<int>(c.out.factors.size()));
            const auto at = db_.category_at.find(c.id);
            if (at == db_.category_at.end()) {
                db_.categories.push_back(std::move(c.out));
                db_.index();
            } else {
                report_.add("replaced", c.id, "", {message::lca_replaced, {c.out.name}});
                db_.categories[static_cast<size_t>(at->second)] = std::move(c.out);
            }
        }
        for (const Node::Entry* e : methods_) method(*e);
        if (d_.has_errors()) return;
        int left_out = 0;
        for (size_t k = 0; k < db_.flows.size(); ++k) {
            const Flow& f = db_.flows[k];
            const Compartment where = compartment_of(f.category);
            const bool counts = f.type == FlowType::elementary && where != Compartment::unknown &&
                                where != Compartment::soil;
            left_out += counts && !taken_.count(static_cast<int>(k));
        }
        if (left_out) report_.count("flows_without_factor", left_out);
        if (!by_cas_.empty()) report_.count("matched_by_cas", static_cast<int>(by_cas_.size()));
    }

private:
    std::optional<double> number(const Node& n) {
        const std::string& t = n.scalar();
        double v = 0;
        const auto [end, error] = std::from_chars(t.data(), t.data() + t.size(), v);
        if (error == std::errc() && end == t.data() + t.size() && std::isfinite(v)) return v;
        d_.error(n.pos(), message::method_number, {t});
        return std::nullopt;
    }

    std::vector<std::pair<std::string, double>> per(const Node& n) {
        std::vector<std::pair<std::string, double>> out;
        if (n.is_scalar()) out.emplace_back(n.scalar(), 1.0);
        for (const auto& e : n.entries())
            if (const auto v = number(e.value)) out.emplace_back(e.key, *v);
        if (out.empty()) d_.error(n.pos(), message::method_per);
        return out;
    }

    std::optional<Compartment> compartment(const Node& n) {
        static const std::vector<std::pair<std::string, Compartment>> known{{"air", Compartment::air},
                                                                            {"water", Compartment::water},
                                                                            {"soil", Compartment::soil},
                                                                            {"resource", Compartment::resource}};
        for (const auto& [name, value] : known)
            if (n.scalar() == name) return value;
        suggest(d_.error(n.pos(), message::method_compartment, {n.scalar()}), n.scalar(),
                {"air", "water", "soil", "resource"});
        return std::nullopt;
    }

    void title(const Node::Entry& e, std::string& en, std::string& zh) {
        en = e.key;
        const Node* given = e.value.find("title");
        if (!given) return;
        const matter::Title t = matter::read_title(*given, d_);
        en = t.en;
        if (t.zh != t.en) zh = t.zh;
    }

    /// `verified:` of a map, or what the map around it says.
    bool verified(const Node& map, bool around) {
        const Node* n = map.find("verified");
        if (!n) return around;
        if (n->scalar() != "true" && n->scalar() != "false")
            d_.error(n->pos(), message::method_verified, {n->scalar()});
        return n->scalar() == "true";
    }

    void category(const Node::Entry& e) {
        if (!plant::expect_map(e.value, "'" + e.key + "'", d_)) return;
        plant::check_keys(e.value, {"title", "source", "verified", "unit", "per", "compartment", "factors", "sum"}, d_);
        Category c;
        c.id = c.out.id = e.key;
        c.pos = e.key_pos;
        title(e, c.out.name, c.out.name_zh);
        c.verified = verified(e.value, verified_);
        c.out.unit = plant::scalar_of(e.value, "unit", d_);
        if (!plant::is_name(e.key)) d_.error(e.key_pos, message::method_id, {e.key});
        if (std::any_of(categories_.begin(), categories_.end(), [&](const Category& x) { return x.id == c.id; }))
            d_.error(e.key_pos, message::method_twice, {e.key});
        if (const Node* sum = e.value.find("sum"))
            for (const Node& n : sum->items()) c.sum.emplace_back(n.scalar(), n.pos());
        const Node* factors = e.value.find("factors");
        if (!factors && c.sum.empty()) d_.error(e.key_pos, message::method_without_factors, {e.key});
        std::optional<Compartment> where;
        if (const Node* n = e.value.find("compartment")) where = compartment(*n);
        std::vector<std::pair<std::string, double>> unit;
        if (const Node* n = e.value.find("per")) unit = per(*n);
        if (factors)
            for (const Node& n : factors->items()) factor(c, n, where, unit);
        categories_.push_back(std::move(c));
    }

    void factor(Category& c, const Node& n, std::optional<Compartment> where,
                const std::vector<std::pair<std::string, double>>& unit) {
        if (!plant::expect_map(n, "a factor", d_)) return;
        plant::check_keys(n, {"name", "also", "cas", "value", "location", "compartment", "per", "source", "verified"},
                          d_);
        Factor f;
        if (!verified(n, c.verified)) c.out.unverified = true;
        f.name = plant::scalar_of(n, "name", d_);
        if (const Node* also = n.find("also"))
            for (const Node& a : also->items()) f.also.push_back(plain(a.scalar()));
        f.cas = without_leading_zeros(plant::scalar_of(n, "cas", d_));
        f.location = plant::scalar_of(n, "location", d_);
        const Node* value = n.find("value");
        if (!value || f.name.empty()) {
            d_.error(n.pos(), message::method_factor_needs);
            return;
        }
        if (const auto v = number(*value)) f.value = *v;
        f.compartment = n.find("compartment") ? compartment(*n.find("compartment")) : where;
        f.per = n.find("per") ? per(*n.find("per")) : unit;
        if (f.per.empty()) d_.error(n.pos(), message::method_per);
        c.factors.push_back(std::move(f));
    }

    /// Value per reference unit of the flow, or nothing where `per` has no unit of it (rule 2).
    std::optional<double> per_reference(const Factor& f, const Flow& flow) const {
        for (const PropertyFactor& p : flow.properties) {
            if (p.property < 0) continue;
            const int group = db_.properties[static_cast<size_t>(p.property)].unit_group;
            if (group < 0) continue;
            for (const auto& [unit, share] : f.per)
                for (const UnitOfGroup& u : db_.unit_groups[static_cast<size_t>(group)].units)
                    if (u.name == unit || std::find(u.synonyms.begin(), u.synonyms.end(), unit) != u.synonyms.end())
                        return f.value * share / u.factor * p.factor;
        }
        return std::nullopt;
    }

    /// Units that no flow is counted in and that are none elsewhere: most likely misspelt.
    void check_units(const Category& c) {
        std::set<std::string> told;
        for (const Factor& f : c.factors)
            for (const auto& [unit, share] : f.per) {
                if (units_of_flows().count(unit) || conventional_unit(unit) || !told.insert(unit).second) continue;
                const std::vector<std::string> known(units_of_flows().begin(), units_of_flows().end());
                report_.add("per_unknown", c.id, "", {message::method_per_unknown, {c.out.name, f.name, unit}},
                            suggestions(unit, known));
            }
    }

    const std::set<std::string>& units_of_flows() {
        if (!units_.empty()) return units_;
        std::set<int> groups;
        for (const Flow& f : db_.flows)
            for (const PropertyFactor& p : f.properties)
                if (p.property >= 0) groups.insert(db_.properties[static_cast<size_t>(p.property)].unit_group);
        for (const int g : groups) {
            if (g < 0) continue;
            for (const UnitOfGroup& u : db_.unit_groups[static_cast<size_t>(g)].units) {
                units_.insert(u.name);
                units_.insert(u.synonyms.begin(), u.synonyms.end());
            }
        }
        return units_;
    }

    void attach(Category& c) {
        check_units(c);
        std::vector<std::string> names; // as written
        for (const Factor& f : c.factors) names.push_back(f.name);
        std::vector<int> misfits(c.factors.size()); // flows that a factor meets, in another unit, and that get none
        for (Factor& f : c.factors) f.name = plain(f.name);
        for (size_t k = 0; k < db_.flows.size(); ++k) {
            const Flow& flow = db_.flows[k];
            if (flow.type != FlowType::elementary) continue;
            const Compartment where = compartment_of(flow.category);
            const std::string name = plain(flow.name), cas = without_leading_zeros(flow.cas);
            const size_t comma = flow.name.rfind(", ");
            const std::string tail = comma == std::string::npos ? std::string() : plain(flow.name.substr(comma + 2));
            // Best rank over all factors, per location.
            std::map<std::string, std::pair<int, double>> best; // location -> rank, value
            std::vector<size_t> misfit;
            for (const Factor& f : c.factors) {
                int rank = 0;
                if (f.compartment && (where == Compartment::unknown || *f.compartment != where)) continue;
                const auto among = [&](const std::string& t) {
                    return std::find(f.also.begin(), f.also.end(), t) != f.also.end();
                };
                if (f.name == name)
                    rank = 1;
                else if (among(name) || (!f.cas.empty() && !tail.empty() && among(tail)))
                    rank = 2;
                else if (!f.cas.empty() && f.cas == cas)
                    rank = 3;
                if (rank == 0) continue;
                const auto value = per_reference(f, flow);
                if (!value) {
                    misfit.push_back(static_cast<size_t>(&f - c.factors.data()));
                    continue;
                }
                const auto at = best.find(f.location);
                if (at == best.end() || rank < at->second.first) best[f.location] = {rank, *value};
            }
            if (best.empty())
                for (const size_t i : misfit) ++misfits[i];
            for (const auto& [location, found] : best) {
                taken_.insert(static_cast<int>(k));
                if (found.first == 3) by_cas_.insert(static_cast<int>(k));
                if (found.second == 0) continue;
                ImpactFactor out;
                out.flow = static_cast<int>(k);
                out.value = found.second;
                if (!location.empty()) {
                    const auto at = std::find_if(
                        db_.locations.begin(), db_.locations.end(),
                        [&, wanted = location](const Location& l) { return l.code == wanted; });
                    if (at == db_.locations.end()) continue; // nothing of the database is there
                    out.location = static_cast<int>(at - db_.locations.begin());
                }
                c.out.factors.push_back(out);
            }
        }
        for (size_t i = 0; i < misfits.size(); ++i) {
            if (!misfits[i]) continue;
            std::string list;
            for (const auto& [unit, share] : c.factors[i].per) list += (list.empty() ? "" : ", ") + unit;
            report_.add("per_misfit", c.id, "",
                        {message::method_per_misfit, {c.out.name, names[i], std::to_string(misfits[i]), list}});
        }
    }

    void add_up(Category& c) {
        std::map<std::pair<int, int>, double> total;
        for (const auto& [id, pos] : c.sum) {
            const auto part = std::find_if(categories_.begin(), categories_.end(),
                                           [&, wanted = id](const Category& x) { return x.id == wanted; });
            if (part == categories_.end() || !part->sum.empty()) {
                std::vector<std::string> known;
                for (const Category& x : categories_)
                    if (x.sum.empty()) known.push_back(x.id);
                suggest(d_.error(pos, message::method_no_category, {id}), id, known);
                continue;
            }
            c.out.unverified = c.out.unverified || part->out.unverified;
            for (const ImpactFactor& f : part->out.factors) total[{f.flow, f.location}] += f.value;
        }
        for (const auto& [at, value] : total) {
            ImpactFactor f;
            f.flow = at.first;
            f.location = at.second;
            f.value = value;
            if (value != 0) c.out.factors.push_back(f);
        }
    }

    void method(const Node::Entry& e) {
        if (!plant::expect_map(e.value, "'" + e.key + "'", d_)) return;
        plant::check_keys(e.value, {"title", "source", "verified", "categories", "sets"}, d_);
        ImpactMethod m;
        m.id = e.key;
        title(e, m.name, m.name_zh);
        const auto category_named = [&](const std::string& id, const SourcePos& pos) {
            const auto at = db_.category_at.find(id);
            if (at != db_.category_at.end()) return at->second;
            std::vector<std::string> known;
            for (const ImpactCategory& c : db_.categories) known.push_back(c.id);
            suggest(d_.error(pos, message::method_no_category, {id}), id, known);
            return -1;
        };
        if (const Node* list = e.value.find("categories"))
            for (const Node& n : list->items())
                if (const int k = category_named(n.scalar(), n.pos()); k >= 0) m.categories.push_back(k);
        if (const Node* sets = e.value.find("sets"))
            for (const auto& s : sets->entries()) {
                plant::check_keys(s.value, {"title", "source", "verified", "unit", "normalisation", "weight"}, d_);
                NormalisationSet set;
                set.id = s.key;
                set.name = s.value.find("title") ? matter::read_title(*s.value.find("title"), d_).en : s.key;
                set.unit = plant::scalar_of(s.value, "unit", d_);
                set.normalisation.assign(m.categories.size(), 0);
                set.weight.assign(m.categories.size(), 0);
                const auto fill = [&](const char* key, std::vector<double>& to) {
                    const Node* map = s.value.find(key);
                    if (!map || !plant::expect_map(*map, key, d_)) return;
                    for (const auto& v : map->entries()) {
                        const int k = category_named(v.key, v.key_pos);
                        const auto at = std::find(m.categories.begin(), m.categories.end(), k);
                        if (k >= 0 && at == m.categories.end()) {
                            d_.error(v.key_pos, message::method_not_of_method, {v.key, e.key});
                            continue;
                        }
                        const Node* value = v.value.is_map() ? v.value.find("value") : &v.value;
                        if (!value) {
                            d_.error(v.key_pos, message::method_factor_needs);
                            continue;
                        }
                        if (const auto x = number(*value); x && k >= 0)
                            to[static_cast<size_t>(at - m.categories.begin())] = *x;
                    }
                };
                fill("normalisation", set.normalisation);
                fill("weight", set.weight);
                // The file weighs the normalised result; the database weighs the impact itself.
                for (size_t k = 0; k < set.weight.size(); ++k)
                    if (set.normalisation[k] > 0) set.weight[k] /= set.normalisation[k];
                m.sets.push_back(std::move(set));
            }
        report_.count("methods");
        const auto at = std::find_if(db_.methods.begin(), db_.methods.end(),
                                     [&](const ImpactMethod& x) { return x.id == m.id; });
        if (at == db_.methods.end()) {
            db_.methods.push_back(std::move(m));
        } else {
            report_.add("replaced", m.id, "", {message::lca_replaced, {m.name}});
            *at = std::move(m);
        }
    }

    bool verified_ = false; // of the file being read
    Database& db_;
    ImportReport& report_;
    Diagnostics& d_;
    std::vector<Category> categories_;
    std::vector<const Node::Entry*> methods_;
    std::set<int> taken_, by_cas_;
    std::set<std::string> units_; // of the flows, made at need
};

} // namespace

bool read_method_files(Archive& archive, Database& into, ImportReport& report, Diagnostics& diagnostics) {
    Database changed = into;
    Reader reader(changed, report, diagnostics);
    std::vector<std::unique_ptr<const Node>> documents;
    for (const std::string& name : archive.names()) {
        if (!name.ends_with(".yaml")) continue;
        std::string text;
        if (!archive.read(name, text, diagnostics)) return false;
        auto document = text::parse_yaml(archive.source(name, std::move(text)), diagnostics);
        if (!document) continue;
        documents.push_back(std::move(document));
        reader.file(*documents.back());
    }
    if (diagnostics.has_errors()) return false;
    reader.finish();
    if (diagnostics.has_errors()) return false;
    changed.index();
    into = std::move(changed);
    return true;
}

void check_method_file(const Node& file, Diagnostics& diagnostics) {
    Database none;
    ImportReport report;
    Reader(none, report, diagnostics).file(file);
}

} // namespace viresco::lca
