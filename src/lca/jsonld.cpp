#include "lca/jsonld.h"
#include "base/messages/lca.h"
#include "base/messages/lca_fmt.h"
#include "lca/archive.h"
#include "lca/draft.h"
#include "lca/monte_carlo_distribution.h"
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <set>
#include <simdjson.h>

namespace viresco::lca {
namespace {

namespace dom = simdjson::dom;
constexpr double not_given = std::numeric_limits<double>::quiet_NaN();

std::string text(dom::object o, std::string_view key) {
    std::string_view s;
    return o[key].get(s) == simdjson::SUCCESS ? std::string(s) : std::string();
}

double number(dom::object o, std::string_view key, double fallback = not_given) {
    double x = 0;
    return o[key].get(x) == simdjson::SUCCESS ? x : fallback;
}

/// A flag under its 1.x or its 2.x name.
bool flag(dom::object o, std::string_view old_key, std::string_view new_key) {
    bool b = false;
    if (o[new_key].get(b) == simdjson::SUCCESS) return b;
    return o[old_key].get(b) == simdjson::SUCCESS && b;
}

bool part(dom::object o, std::string_view key, dom::object& out) { return o[key].get(out) == simdjson::SUCCESS; }

/// Id of the entity that `key` refers to.
std::string reference(dom::object o, std::string_view key) {
    dom::object r;
    return part(o, key, r) ? text(r, "@id") : std::string();
}

template <class F>
void each(dom::object o, std::string_view key, F&& f) {
    dom::array items;
    if (o[key].get(items) != simdjson::SUCCESS) return;
    for (dom::element item : items) {
        dom::object x;
        if (item.get(x) == simdjson::SUCCESS) f(x);
    }
}

/// Kinds of files, in the order in which they are read: each refers only to those before it.
enum class Kind { unit_group, property, location, folder, flow, parameter, process, category, nw_set, method, none };
struct KindName {
    Kind kind;
    const char *folder, *type;
};
constexpr std::array<KindName, 10> kinds{{{Kind::unit_group, "unit_groups", "UnitGroup"},
                                          {Kind::property, "flow_properties", "FlowProperty"},
                                          {Kind::location, "locations", "Location"},
                                          {Kind::folder, "categories", "Category"},
                                          {Kind::flow, "flows", "Flow"},
                                          {Kind::parameter, "parameters", "Parameter"},
                                          {Kind::process, "processes", "Process"},
                                          {Kind::category, "lcia_categories", "ImpactCategory"},
                                          {Kind::nw_set, "nw_sets", "NwSet"},
                                          {Kind::method, "lcia_methods", "ImpactMethod"}}};

/// Makes `null` of NaN, Infinity and numbers beyond the range (JSON has none of them), so that the reader of the entity
/// can say whose number is missing. False where there is none.
bool without_impossible_numbers(std::string& json) {
    constexpr std::string_view between = "[]{}:, \t\r\n";
    std::string out;
    bool any = false;
    for (size_t i = 0, end = 0; i < json.size(); i = end) {
        end = i + 1;
        if (json[i] == '"') {
            while (end < json.size() && json[end] != '"') end += json[end] == '\\' ? 2 : 1;
            end = std::min(end + 1, json.size());
        } else if (between.find(json[i]) == std::string_view::npos) {
            end = std::min(json.find_first_of(between, i), json.size());
        }
        std::string token = json.substr(i, end - i);
        out += token;
        for (char& c : token) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        const bool word = token == "nan" || token == "-nan" || token == "inf" || token == "-inf" ||
                          token == "infinity" || token == "-infinity";
        const bool numeral = !token.empty() && token.find_first_not_of("0123456789+-.e") == std::string::npos;
        if (!word && (!numeral || std::isfinite(std::strtod(token.c_str(), nullptr)))) continue;
        out.replace(out.size() - token.size(), token.size(), "null");
        any = true;
    }
    if (any) json = std::move(out);
    return any;
}

class Reader {
public:
    Reader(Archive& archive, Database& db, ImportReport& report, Diagnostics& diagnostics)
        : archive_(archive), db_(db), report_(report), diagnostics_(diagnostics) {
        db_.index();
        for (size_t i = 0; i < db_.unit_groups.size(); ++i) group_at_[db_.unit_groups[i].id] = static_cast<int>(i);
        for (size_t i = 0; i < db_.methods.size(); ++i) method_at_[db_.methods[i].id] = static_cast<int>(i);
    }

    bool run() {
        const int before = diagnostics_.n_errors();
        sort_files();
        bool any = false;
        for (const auto& kind : kinds) {
            for (const std::string& name : files_[static_cast<size_t>(kind.kind)]) read(name, kind);
            any = any || (!files_[static_cast<size_t>(kind.kind)].empty() && kind.kind != Kind::folder);
        }
        if (!any && diagnostics_.n_errors() == before)
            diagnostics_.error(archive_.at(""), message::lca_no_inventory, {archive_.path()});
        resolve_providers();
        return diagnostics_.n_errors() == before;
    }

private:
    // ---- files
    void sort_files() {
        std::map<std::string, int> others;
        const auto folder_of = [](const std::string& name) {
            const size_t slash = name.rfind('/');
            const std::string path = slash == std::string::npos ? std::string() : name.substr(0, slash);
            return path.substr(path.rfind('/') + 1);
        };
        const bool sorted = std::any_of(archive_.names().begin(), archive_.names().end(), [&](const std::string& name) {
            return std::any_of(kinds.begin(), kinds.end(),
                               [&](const KindName& k) { return folder_of(name) == k.folder; });
        });
        for (const std::string& name : archive_.names()) {
            const size_t slash = name.rfind('/');
            const std::string folder = folder_of(name);
            const bool json = name.size() > 5 && name.compare(name.size() - 5, 5, ".json") == 0;
            const std::string file = name.substr(slash + 1);
            if (file == "context.json") continue;
            if (file == "openlca.json") {
                read_package(name);
                continue;
            }
            auto kind = Kind::none;
            for (const auto& k : kinds)
                if (json && folder == k.folder) kind = k.kind;
            if (kind == Kind::none && json && (folder.empty() || !sorted)) kind = kind_of(name);
            if (kind == Kind::none)
                ++others[folder.empty() ? file : folder];
            else
                files_[static_cast<size_t>(kind)].push_back(name);
        }
        for (const auto& [folder, n] : others) {
            report_.add("not_taken", "", "", {message::lca_not_taken, {std::to_string(n), folder}});
            report_.count("files_not_taken", n);
        }
    }

    bool load(const std::string& name, dom::object& out) {
        if (!archive_.read(name, buffer_, diagnostics_)) return false;
        dom::element root;
        auto error = parser_.parse(buffer_).get(root);
        repaired_ = error && without_impossible_numbers(buffer_);
        if (repaired_) error = parser_.parse(buffer_).get(root);
        if (error) {
            diagnostics_.error(archive_.at(name), message::lca_not_json, {simdjson::error_message(error)});
            return false;
        }
        if (root.get(out) != simdjson::SUCCESS) {
            diagnostics_.error(archive_.at(name), message::lca_json_object);
            return false;
        }
        return true;
    }

    Kind kind_of(const std::string& name) {
        dom::object o;
        if (!load(name, o)) return Kind::none;
        const std::string type = text(o, "@type");
        for (const auto& k : kinds)
            if (type == k.type) return k.kind;
        return Kind::none;
    }

    void read_package(const std::string& name) {
        dom::object o;
        if (!load(name, o)) return;
        dom::array libraries;
        if (o["libraries"].get(libraries) != simdjson::SUCCESS) return;
        for (dom::element e : libraries) {
            std::string_view id;
            dom::object library;
            if (e.get(library) == simdjson::SUCCESS)
                report_.add("library", "", "", {message::lca_library, {text(library, "id")}});
            else if (e.get(id) == simdjson::SUCCESS)
                report_.add("library", "", "", {message::lca_library, {std::string(id)}});
        }
    }

    void read(const std::string& name, const KindName& kind) {
        dom::object o;
        if (!load(name, o)) return;
        const std::string id = text(o, "@id");
        if (id.empty() && kind.kind != Kind::parameter) {
            diagnostics_.error(archive_.at(name), message::lca_without_id, {kind.type});
            return;
        }
        if (!id.empty() && !seen_.insert(std::string(kind.folder) + id).second) {
            diagnostics_.error(archive_.at(name), message::lca_duplicate_id, {kind.type, id})
                .hint(message::lca_duplicate_hint);
            return;
        }
        if (kind.kind != Kind::folder) report_.count(kind.folder);
        file_ = name;
        const bool repaired = repaired_;
        const int before = diagnostics_.n_errors();
        take(kind, id, o);
        if (repaired && diagnostics_.n_errors() == before) // the number was of something else
            diagnostics_.error(archive_.at(name), message::lca_nan_in_json);
    }

    void take(const KindName& kind, const std::string& id, dom::object o) {
        switch (kind.kind) {
        case Kind::unit_group: return unit_group(id, o);
        case Kind::property: return property(id, o);
        case Kind::location: return location(id, o);
        case Kind::folder: folders_[id] = {text(o, "name"), reference(o, "category")}; return;
        case Kind::flow: return flow(id, o);
        case Kind::parameter: return db_parameter(parameter(o));
        case Kind::process: return process(id, o);
        case Kind::category: return impact_category(id, o);
        case Kind::nw_set: nw_sets_[id] = nw_set(id, o); return;
        case Kind::method: return method(id, o);
        case Kind::none: return;
        }
    }

    /// Position of the entity with this id; a new one at the end where there is none.
    template <class T>
    int place(std::vector<T>& all, std::unordered_map<std::string, int>& at, const std::string& id) {
        const auto [entry, fresh] = at.try_emplace(id, static_cast<int>(all.size()));
        if (fresh) {
            all.emplace_back();
            all.back().id = id;
        }
        return entry->second;
    }

    // ---- units, properties, locations
    void unit_group(const std::string& id, dom::object o) {
        UnitGroup group;
        group.id = id;
        group.name = text(o, "name");
        each(o, "units", [&](dom::object u) {
            UnitOfGroup unit{text(u, "@id"), text(u, "name"), number(u, "conversionFactor", 1), {}};
            if (!(unit.factor > 0) || !std::isfinite(unit.factor))
                diagnostics_.error(archive_.at(file_), message::lca_bad_factor, {unit.name, short_text(unit.factor)});
            dom::array synonyms;
            if (u["synonyms"].get(synonyms) == simdjson::SUCCESS)
                for (dom::element s : synonyms) {
                    std::string_view name;
                    if (s.get(name) == simdjson::SUCCESS) unit.synonyms.emplace_back(name);
                }
            if (flag(u, "referenceUnit", "isRefUnit")) group.reference = static_cast<int>(group.units.size());
            group.units.push_back(std::move(unit));
        });
        db_.unit_groups[static_cast<size_t>(place(db_.unit_groups, group_at_, id))] = std::move(group);
    }

    void property(const std::string& id, dom::object o) {
        const int at = place(db_.properties, db_.property_at, id);
        const std::string group = reference(o, "unitGroup");
        auto& p = db_.properties[static_cast<size_t>(at)];
        p.name = text(o, "name");
        if (!group.empty()) p.unit_group = place(db_.unit_groups, group_at_, group);
    }

    void location(const std::string& id, dom::object o) {
        auto& l = db_.locations[static_cast<size_t>(place(db_.locations, db_.location_at, id))];
        l.name = text(o, "name");
        l.code = text(o, "code");
    }

    int location_of(dom::object o, std::string_view key) {
        dom::object r;
        if (!part(o, key, r)) return -1;
        const std::string id = text(r, "@id");
        if (id.empty()) return -1;
        const int at = place(db_.locations, db_.location_at, id);
        auto& l = db_.locations[static_cast<size_t>(at)];
        if (l.name.empty()) l.name = text(r, "name");
        return at;
    }

    std::string location_code(dom::object o, std::string_view key) {
        const int at = location_of(o, key);
        if (at < 0) return {};
        const auto& l = db_.locations[static_cast<size_t>(at)];
        return l.code.empty() ? l.name : l.code;
    }

    /// "air/urban": in 1.x a reference into categories/, in 2.x the path as text.
    std::string category_path(dom::object o) const {
        std::string path;
        std::string_view direct;
        dom::object r;
        dom::array parts;
        if (o["category"].get(direct) == simdjson::SUCCESS)
            path = direct;
        else if (part(o, "category", r)) {
            path = text(r, "name");
            std::string id = text(r, "@id");
            if (r["categoryPath"].get(parts) == simdjson::SUCCESS) {
                path = joined(parts) + (parts.size() ? "/" : "") + path;
            } else {
                int depth = 0; // a folder that contains itself would never end
                for (auto f = folders_.find(id); f != folders_.end() && depth < 20; ++depth) {
                    const auto up = folders_.find(f->second.parent);
                    if (up == folders_.end()) break;
                    path = up->second.name + "/" + path;
                    f = up;
                }
            }
        } else if (o["categoryPath"].get(parts) == simdjson::SUCCESS)
            path = joined(parts);
        const std::string prefix = "Elementary flows/";
        return path.compare(0, prefix.size(), prefix) == 0 ? path.substr(prefix.size()) : path;
    }

    static std::string joined(dom::array parts) {
        std::string path;
        for (dom::element e : parts) {
            std::string_view s;
            if (e.get(s) == simdjson::SUCCESS) path += (path.empty() ? "" : "/") + std::string(s);
        }
        return path;
    }

    // ---- flows
    static FlowType flow_type(const std::string& name) {
        if (name == "ELEMENTARY_FLOW") return FlowType::elementary;
        return name == "WASTE_FLOW" ? FlowType::waste : FlowType::product;
    }

    /// A property that has no file: its unit group is one unit.
    int property_at(dom::object o, std::string_view key, const std::string& unit) {
        dom::object r;
        if (!part(o, key, r)) return -1;
        const std::string id = text(r, "@id");
        if (id.empty()) return -1;
        const int at = place(db_.properties, db_.property_at, id);
        auto& p = db_.properties[static_cast<size_t>(at)];
        if (p.name.empty()) p.name = text(r, "name");
        const bool bare = p.unit_group < 0 || db_.unit_groups[static_cast<size_t>(p.unit_group)].units.empty();
        if (bare && !unit.empty()) {
            if (p.unit_group < 0) p.unit_group = place(db_.unit_groups, group_at_, "units of " + id);
            auto& group = db_.unit_groups[static_cast<size_t>(p.unit_group)];
            if (group.name.empty()) group.name = "Units of " + p.name;
            group.units.push_back({"", unit, 1, {}});
            report_.add("property_from_reference", "", "", {message::lca_property_from_reference, {p.name, unit}});
        }
        return at;
    }

    void flow(const std::string& id, dom::object o) {
        Flow f;
        f.id = id;
        f.name = text(o, "name");
        f.type = flow_type(text(o, "flowType"));
        f.cas = text(o, "cas");
        f.formula = text(o, "formula");
        f.category = category_path(o);
        f.location = location_code(o, "location");
        each(o, "flowProperties", [&](dom::object p) {
            const int at = property_at(p, "flowProperty", "");
            const double factor = number(p, "conversionFactor", 1);
            if (at < 0) return;
            if (!(factor > 0) || !std::isfinite(factor))
                diagnostics_.error(archive_.at(file_), message::lca_bad_factor, {f.name, short_text(factor)});
            f.properties.push_back({at, factor});
            if (flag(p, "referenceFlowProperty", "isRefFlowProperty"))
                std::swap(f.properties.front(), f.properties.back());
        });
        const int at = place(db_.flows, db_.flow_at, id);
        Flow& known = db_.flows[static_cast<size_t>(at)];
        if (!known.properties.empty() && !f.properties.empty() &&
            known.properties.front().property != f.properties.front().property) {
            // Exchanges that are already there were converted to the other reference unit.
            report_.add("flow_kept", "", id,
                        {message::lca_flow_kept,
                         {f.name, property_name(known.properties.front().property),
                          property_name(f.properties.front().property)}});
            return;
        }
        known = std::move(f);
    }

    std::string property_name(int at) const { return at < 0 ? "" : db_.properties[static_cast<size_t>(at)].name; }

    /// The flow that an exchange or a factor refers to; one without a file is taken from the reference itself.
    int flow_of(dom::object user, const std::string& unit) {
        dom::object r;
        if (!part(user, "flow", r)) return -1;
        const std::string id = text(r, "@id");
        if (id.empty()) return -1;
        const int at = place(db_.flows, db_.flow_at, id);
        Flow& f = db_.flows[static_cast<size_t>(at)];
        if (f.name.empty() && f.properties.empty()) {
            f.name = text(r, "name");
            f.type = flow_type(text(r, "flowType"));
            f.category = category_path(r);
            f.location = text(r, "location");
            const std::string given = text(r, "refUnit");
            const int property = property_at(user, "flowProperty", given.empty() ? unit : given);
            if (property >= 0) db_.flows[static_cast<size_t>(at)].properties.push_back({property, 1});
            report_.add("flow_from_reference", "", id, {message::lca_flow_from_reference, {f.name}});
        } else if (f.properties.empty()) {
            const int property = property_at(user, "flowProperty", unit);
            if (property >= 0) f.properties.push_back({property, 1});
        }
        return at;
    }

    struct Conversion {
        int property = -1;
        double factor = 1;
    };
    /// What makes an amount in the unit and property of `user` one in the flow's reference unit.
    Conversion conversion(dom::object user, int flow_index, const std::string& where) {
        const Flow& f = db_.flows[static_cast<size_t>(flow_index)];
        Conversion c;
        dom::object r;
        PropertyFactor used = f.properties.empty() ? PropertyFactor{} : f.properties.front();
        if (part(user, "flowProperty", r)) {
            const auto at = db_.property_at.find(text(r, "@id"));
            const int wanted = at == db_.property_at.end() ? -1 : at->second;
            const auto has = std::find_if(f.properties.begin(), f.properties.end(),
                                          [&](const PropertyFactor& p) { return p.property == wanted; });
            if (has == f.properties.end()) {
                std::string list;
                for (const auto& p : f.properties) list += (list.empty() ? "" : ", ") + property_name(p.property);
                diagnostics_.error(archive_.at(file_), message::lca_unknown_property, {where, f.name, text(r, "name")})
                    .hint(message::lca_unknown_property_hint, {list});
                return c;
            }
            used = *has;
            if (has != f.properties.begin()) {
                c.property = used.property;
                report_.count("converted_properties");
            }
        }
        c.factor = 1 / used.factor;
        if (!part(user, "unit", r) || used.property < 0) return c;
        const int g = db_.properties[static_cast<size_t>(used.property)].unit_group;
        if (g < 0) return c;
        const auto& units = db_.unit_groups[static_cast<size_t>(g)].units;
        const std::string id = text(r, "@id"), name = text(r, "name");
        auto unit = std::find_if(units.begin(), units.end(),
                                 [&](const UnitOfGroup& u) { return !id.empty() && u.id == id; });
        if (unit == units.end())
            unit = std::find_if(units.begin(), units.end(), [&](const UnitOfGroup& u) {
                return !name.empty() && (u.name == name || std::count(u.synonyms.begin(), u.synonyms.end(), name));
            });
        if (unit == units.end()) {
            std::string list;
            for (const auto& u : units) list += (list.empty() ? "" : ", ") + u.name;
            diagnostics_
                .error(archive_.at(file_), message::lca_unknown_unit,
                       {where, f.name, name, property_name(used.property)})
                .hint(message::lca_unknown_unit_hint, {list});
            return c;
        }
        if (unit->factor != 1) report_.count("converted_units");
        c.factor *= unit->factor;
        return c;
    }

    // ---- uncertainty and parameters
    static Distribution distribution(dom::object o, std::string& unknown) {
        dom::object u;
        Distribution d;
        if (!part(o, "uncertainty", u)) return d;
        const std::string type = text(u, "distributionType");
        if (type == "LOG_NORMAL_DISTRIBUTION")
            d = {Distribution::Kind::lognormal, std::log(std::abs(number(u, "geomMean"))),
                 std::log(number(u, "geomSd")), 0};
        else if (type == "NORMAL_DISTRIBUTION")
            d = {Distribution::Kind::normal, number(u, "mean"), number(u, "sd"), 0};
        else if (type == "TRIANGLE_DISTRIBUTION")
            d = {Distribution::Kind::triangular, number(u, "minimum"), number(u, "mode"), number(u, "maximum")};
        else if (type == "UNIFORM_DISTRIBUTION")
            d = {Distribution::Kind::uniform, number(u, "minimum"), number(u, "maximum"), 0};
        else if (!type.empty() && type != "NO_DISTRIBUTION")
            unknown = type;
        return d;
    }

    /// True where the distribution stands for one certain number: openLCA writes a geometric deviation of 0 or 1.
    static bool without_spread(const Distribution& d) {
        using K = Distribution::Kind;
        switch (d.kind) {
        case K::none: return false;
        case K::lognormal: return d.b == 0 || d.b == -std::numeric_limits<double>::infinity();
        case K::normal: return d.b == 0;
        case K::triangular: return d.a == d.b && d.b == d.c;
        case K::uniform: return d.a == d.b;
        }
        return false;
    }

    /// What an uncertainty belongs to: ids for the findings, names for their texts.
    struct Uncertain {
        std::string process, flow, name, what;
        double amount;
        std::string formula;
    };

    /// The uncertainty of `o`, or none, with a finding, where it cannot be used.
    Distribution checked(dom::object o, const Uncertain& of) {
        std::string unknown;
        const Distribution d = distribution(o, unknown);
        if (!unknown.empty())
            report_.add("unknown_distribution", of.process, of.flow,
                        {message::lca_unknown_distribution, {of.name, of.what, unknown}});
        if (!d.given()) return d;
        report_.count("uncertainties");
        if (without_spread(d)) {
            report_.count("uncertainties_without_spread");
            return {};
        }
        if (!d.valid()) {
            report_.add("bad_distribution", of.process, of.flow,
                        {message::lca_bad_distribution, {of.name, of.what, describe(d)}});
            return {};
        }
        if (d.kind == Distribution::Kind::lognormal && of.amount < 0)
            report_.add("negative_lognormal", of.process, of.flow,
                        {message::draft_negative_lognormal, {of.name, of.what, short_text(of.amount)}});
        if (of.formula.empty() && far_from_middle(d, of.amount)) // a formula gives the middle itself
            report_.add("off_middle", of.process, of.flow,
                        {message::lca_off_middle, {of.name, of.what, short_text(of.amount), describe(d)}});
        return d;
    }

    /// `owner_id`, `owner`: of a process or a category; empty: of the database.
    Parameter parameter(dom::object o, const std::string& owner_id = {}, const std::string& owner = {}) {
        Parameter p;
        p.name = text(o, "name");
        p.value = number(o, "value", 0);
        p.description = text(o, "description");
        if (!flag(o, "inputParameter", "isInputParameter")) p.formula = text(o, "formula");
        p.distribution = checked(o, {owner_id, "", owner, p.name, p.value, p.formula});
        return p;
    }

    void db_parameter(Parameter p) {
        for (auto& known : db_.parameters)
            if (known.name == p.name) {
                known = std::move(p);
                return;
            }
        db_.parameters.push_back(std::move(p));
    }

    // ---- processes
    void process(const std::string& id, dom::object o) {
        Process p;
        p.id = id;
        p.name = text(o, "name");
        p.category = category_path(o);
        p.location = location_code(o, "location");
        p.description = text(o, "description");
        p.type = text(o, "processType") == "LCI_RESULT" ? ProcessType::result : ProcessType::unit_process;
        dom::object doc;
        if (part(o, "processDocumentation", doc)) {
            p.valid_from = text(doc, "validFrom").substr(0, 10);
            p.valid_until = text(doc, "validUntil").substr(0, 10);
            dom::object publication;
            if (part(doc, "publication", publication)) p.source = text(publication, "name");
        }
        if (db_.process_at.count(id)) report_.add("replaced", id, "", {message::lca_replaced, {p.name}});
        const int at = place(db_.processes, db_.process_at, id);
        each(o, "parameters", [&](dom::object x) { p.parameters.push_back(parameter(x, id, p.name)); });

        std::unordered_map<std::string, int> by_id;
        const int spreadless = report_["uncertainties_without_spread"];
        each(o, "exchanges", [&](dom::object x) { exchange(x, p, at, by_id); });
        if (const int n = report_["uncertainties_without_spread"] - spreadless)
            report_.add("without_spread", id, "", {message::lca_no_spread, {p.name, std::to_string(n)}});
        if (p.reference < 0) report_.add("no_reference", id, "", {message::lca_no_reference, {p.name}});
        allocation(o, p, by_id);
        db_.processes[static_cast<size_t>(at)] = std::move(p);
    }

    void exchange(dom::object x, Process& p, int process_index, std::unordered_map<std::string, int>& by_id) {
        Exchange e;
        dom::object r;
        if (part(x, "unit", r)) e.unit = text(r, "name");
        e.flow = flow_of(x, e.unit);
        if (e.flow < 0) {
            diagnostics_.error(archive_.at(file_), message::lca_exchange_without_flow,
                               {p.name, std::to_string(p.exchanges.size() + 1)});
            return;
        }
        const std::string& name = db_.flows[static_cast<size_t>(e.flow)].name;
        e.amount = number(x, "amount");
        if (!std::isfinite(e.amount)) {
            diagnostics_.error(archive_.at(file_), message::lca_amount_missing, {p.name, name});
            return;
        }
        const auto c = conversion(x, e.flow, p.name);
        e.property = c.property;
        e.to_reference = c.factor;
        e.formula = text(x, "amountFormula");
        e.input = flag(x, "input", "isInput");
        e.avoided = flag(x, "avoidedProduct", "isAvoidedProduct");
        e.location = location_of(x, "location");
        e.comment = text(x, "description");
        e.internal_id = static_cast<int>(number(x, "internalId", 0));
        e.distribution = checked(x,
                                 {p.id, db_.flows[static_cast<size_t>(e.flow)].id, p.name, name, e.amount, e.formula});
        const double base = number(x, "baseUncertainty", 0);
        if (base > 1) e.base_sigma = std::log(base);
        std::string quality = text(x, "dqEntry");
        if (quality.empty()) quality = text(x, "pedigreeUncertainty");
        e.pedigree = pedigree(quality);
        // A basic uncertainty with a pedigree is a distribution; of a pedigree alone nobody said so.
        const bool reference_flow = flag(x, "quantitativeReference", "isQuantitativeReference");
        if (!e.distribution.given() && base >= 1 && !quality.empty() && !reference_flow) {
            e.distribution = pedigree_distribution(e.amount, e.pedigree, e.base_sigma);
            if (e.distribution.given()) report_.count("distribution_from_pedigree");
        }

        const int index = static_cast<int>(p.exchanges.size());
        const std::string provider = reference(x, "defaultProvider");
        if (!provider.empty()) providers_.push_back({process_index, index, provider});
        if (e.internal_id) by_id["#" + std::to_string(e.internal_id)] = index;
        if (const std::string own = text(x, "@id"); !own.empty()) by_id[own] = index;
        // A flow that several exchanges have is no way to name one of them.
        const auto [flow_entry, alone] = by_id.try_emplace("flow " + std::to_string(e.flow), index);
        if (!alone) flow_entry->second = -1;
        if (reference_flow) p.reference = index;
        report_.count("exchanges");
        p.exchanges.push_back(std::move(e));
    }

    /// "(1;3;2;4;n.a.)".
    static std::array<uint8_t, 5> pedigree(const std::string& entry) {
        std::array<uint8_t, 5> scores{};
        size_t k = 0;
        for (const char c : entry) {
            if (c == ';') ++k;
            if (k < 5 && c >= '1' && c <= '5') scores[k] = static_cast<uint8_t>(c - '0');
        }
        return scores;
    }

    static Allocation allocation_method(const std::string& name) {
        if (name == "PHYSICAL_ALLOCATION") return Allocation::physical;
        if (name == "ECONOMIC_ALLOCATION") return Allocation::economic;
        return name == "CAUSAL_ALLOCATION" ? Allocation::causal : Allocation::none;
    }

    void allocation(dom::object o, Process& p, const std::unordered_map<std::string, int>& by_id) {
        p.default_allocation = allocation_method(text(o, "defaultAllocationMethod"));
        int lost_products = 0, lost_exchanges = 0;
        each(o, "allocationFactors", [&](dom::object x) {
            AllocationFactor f;
            f.method = allocation_method(text(x, "allocationType"));
            f.value = number(x, "value", 0);
            f.formula = text(x, "formula");
            const auto product = db_.flow_at.find(reference(x, "product"));
            if (product != db_.flow_at.end()) f.product = product->second;
            const bool own = std::any_of(p.exchanges.begin(), p.exchanges.end(),
                                         [&](const Exchange& e) { return e.flow == f.product; });
            if (f.product < 0 || !own) {
                ++lost_products;
                return;
            }
            if (f.method == Allocation::causal) {
                f.exchange = exchange_of(x, p, by_id, db_.flow_at);
                if (f.exchange < 0) {
                    ++lost_exchanges;
                    return;
                }
            }
            report_.count("allocation_factors");
            p.allocation.push_back(std::move(f));
        });
        const auto lost = [&](int n, const char* kind, MessageId id) {
            if (!n) return;
            report_.add(kind, p.id, "", {id, {p.name, std::to_string(n)}});
            report_.count("allocation_factors_not_used", n);
        };
        lost(lost_products, "allocation_product", message::lca_allocation_product);
        lost(lost_exchanges, "allocation_exchange", message::lca_allocation_exchange);
    }

    /// The exchange that a causal factor is for: by its number or id where the flow agrees (files repeat numbers),
    /// else by its flow where only one exchange has it.
    static int exchange_of(dom::object factor, const Process& p, const std::unordered_map<std::string, int>& by_id,
                           const std::unordered_map<std::string, int>& flow_at) {
        dom::object r;
        if (!part(factor, "exchange", r)) return -1;
        const auto named = flow_at.find(reference(r, "flow"));
        const int wanted = named == flow_at.end() ? -1 : named->second;
        const auto find = [&](const std::string& key) {
            const auto found = by_id.find(key);
            if (found == by_id.end() || found->second < 0) return -1;
            const bool agrees = wanted < 0 || p.exchanges[static_cast<size_t>(found->second)].flow == wanted;
            return agrees ? found->second : -1;
        };
        int at = find("#" + std::to_string(static_cast<int>(number(r, "internalId", 0))));
        if (at < 0) at = find(text(r, "@id"));
        return at < 0 ? find("flow " + std::to_string(wanted)) : at;
    }

    void resolve_providers() {
        for (const auto& [process_index, index, id] : providers_) {
            Process& p = db_.processes[static_cast<size_t>(process_index)];
            if (static_cast<size_t>(index) >= p.exchanges.size()) continue; // of a process with errors
            Exchange& e = p.exchanges[static_cast<size_t>(index)];
            const auto found = db_.process_at.find(id);
            if (found != db_.process_at.end()) {
                e.provider = found->second;
                report_.count("default_providers");
                continue;
            }
            const Flow& f = db_.flows[static_cast<size_t>(e.flow)];
            report_.add("unknown_provider", p.id, f.id, {message::lca_unknown_provider, {p.name, f.name, id}});
        }
    }

    // ---- impact assessment
    void impact_category(const std::string& id, dom::object o) {
        ImpactCategory c;
        c.id = id;
        c.name = text(o, "name");
        c.unit = text(o, "refUnit");
        if (c.unit.empty()) c.unit = text(o, "referenceUnitName");
        each(o, "parameters", [&](dom::object x) { c.parameters.push_back(parameter(x, id, c.name)); });
        each(o, "impactFactors", [&](dom::object x) {
            ImpactFactor f;
            dom::object r;
            f.flow = flow_of(x, part(x, "unit", r) ? text(r, "name") : std::string());
            if (f.flow < 0) {
                diagnostics_.error(archive_.at(file_), message::lca_exchange_without_flow,
                                   {c.name, std::to_string(c.factors.size() + 1)});
                return;
            }
            const double factor = conversion(x, f.flow, c.name).factor;
            const std::string& name = db_.flows[static_cast<size_t>(f.flow)].name;
            f.formula = text(x, "formula");
            f.location = location_of(x, "location");
            f.value = number(x, "value") / factor;
            if (!std::isfinite(f.value)) {
                diagnostics_.error(archive_.at(file_), message::lca_amount_missing, {c.name, name});
                return;
            }
            if (!f.formula.empty() && factor != 1) f.formula = "(" + f.formula + ")/" + precise(factor);
            const std::string& flow_id = db_.flows[static_cast<size_t>(f.flow)].id;
            f.distribution = checked(x, {id, flow_id, c.name, name, number(x, "value"), f.formula}).scaled(1 / factor);
            report_.count("factors");
            c.factors.push_back(std::move(f));
        });
        if (db_.category_at.count(id)) report_.add("replaced", id, "", {message::lca_replaced, {c.name}});
        db_.categories[static_cast<size_t>(place(db_.categories, db_.category_at, id))] = std::move(c);
    }

    static std::string precise(double x) {
        char buffer[40];
        std::snprintf(buffer, sizeof buffer, "%.17g", x);
        return buffer;
    }

    struct NwSet {
        NormalisationSet set;
        std::map<std::string, std::pair<double, double>> factors;
    };
    static NwSet nw_set(const std::string& id, dom::object o) {
        NwSet s;
        s.set.id = id;
        s.set.name = text(o, "name");
        s.set.unit = text(o, "weightedScoreUnit");
        each(o, "factors", [&](dom::object f) {
            s.factors[reference(f, "impactCategory")] = {number(f, "normalisationFactor", 0),
                                                         number(f, "weightingFactor", 0)};
        });
        return s;
    }

    void method(const std::string& id, dom::object o) {
        ImpactMethod m;
        m.id = id;
        m.name = text(o, "name");
        std::vector<Parameter> parameters; // 1.x: of the method, for its categories
        each(o, "parameters", [&](dom::object x) { parameters.push_back(parameter(x, id, m.name)); });
        each(o, "impactCategories", [&](dom::object c) {
            const std::string category = text(c, "@id");
            const auto found = db_.category_at.find(category);
            if (found == db_.category_at.end()) {
                report_.add("unknown_category", category, "",
                            {message::lca_method_category, {m.name, text(c, "name")}});
                return;
            }
            m.categories.push_back(found->second);
            auto& own = db_.categories[static_cast<size_t>(found->second)].parameters;
            own.insert(own.end(), parameters.begin(), parameters.end());
        });
        each(o, "nwSets", [&](dom::object s) {
            const std::string set_id = text(s, "@id");
            const auto apart = nw_sets_.find(set_id);
            NwSet set = apart == nw_sets_.end() ? nw_set(set_id, s) : apart->second;
            for (const int c : m.categories) {
                const auto& [normalisation, weight] = set.factors[db_.categories[static_cast<size_t>(c)].id];
                set.set.normalisation.push_back(normalisation);
                set.set.weight.push_back(weight);
            }
            m.sets.push_back(std::move(set.set));
        });
        if (method_at_.count(id)) report_.add("replaced", id, "", {message::lca_replaced, {m.name}});
        db_.methods[static_cast<size_t>(place(db_.methods, method_at_, id))] = std::move(m);
    }

    struct Folder {
        std::string name, parent;
    };
    struct PendingProvider {
        int process, exchange;
        std::string id;
    };
    Archive& archive_;
    Database& db_;
    ImportReport& report_;
    Diagnostics& diagnostics_;
    dom::parser parser_;
    std::string buffer_, file_;
    bool repaired_ = false; // buffer_ had numbers that JSON does not have
    std::array<std::vector<std::string>, static_cast<size_t>(Kind::none)> files_;
    std::set<std::string> seen_;
    std::unordered_map<std::string, int> group_at_, method_at_;
    std::unordered_map<std::string, Folder> folders_;
    std::map<std::string, NwSet> nw_sets_;
    std::vector<PendingProvider> providers_;
};

} // namespace

bool read_jsonld(Archive& archive, Database& into, ImportReport& report, Diagnostics& diagnostics) {
    Database next = into;
    ImportReport found;
    if (!Reader(archive, next, found, diagnostics).run()) return false;
    next.index();
    into = std::move(next);
    for (const auto& [name, n] : found.counts) report.counts[name] += n;
    report.findings.insert(report.findings.end(), found.findings.begin(), found.findings.end());
    return true;
}

} // namespace viresco::lca
