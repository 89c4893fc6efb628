#include "lca/archive.h"
#include "lca/jsonld.h"
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <unordered_map>

namespace viresco::lca {
namespace {

using Json = nlohmann::ordered_json;

/// Writes one entity per file, <folder>/<id>.json. Source: GreenDelta/olca-schema (CC0), yaml/.
class Writer {
public:
    Writer(const Database& db, ArchiveWriter& archive) : db_(db), archive_(archive) {}

    void run() {
        archive_.add("openlca.json", Json{{"schemaVersion", 2}}.dump());
        for (const UnitGroup& g : db_.unit_groups) unit_group(g);
        for (const FlowProperty& p : db_.properties) property(p);
        for (const Location& l : db_.locations) {
            Json o = entity("Location", l.id, l.name);
            o["code"] = l.code;
            add("locations", l.id, o);
        }
        for (const Flow& f : db_.flows) flow(f);
        for (const Parameter& p : db_.parameters) {
            Json o = parameter(p, "GLOBAL_SCOPE");
            o["@id"] = "parameter-" + p.name;
            add("parameters", "parameter-" + p.name, o);
        }
        for (const Process& p : db_.processes) process(p);
        for (const ImpactCategory& c : db_.categories) category(c);
        for (const ImpactMethod& m : db_.methods) method(m);
    }

private:
    static Json entity(const char* type, const std::string& id, const std::string& name) {
        return Json{{"@type", type}, {"@id", id}, {"name", name}};
    }
    /// Names of files hold no separators.
    void add(const std::string& folder, std::string id, const Json& o) {
        for (char& c : id)
            if (c == '/' || c == '\\' || c == ':') c = '_';
        std::string name = folder + "/" + id + ".json";
        for (int n = 2; !names_.insert(name).second; ++n) name = folder + "/" + id + "_" + std::to_string(n) + ".json";
        archive_.add(name, o.dump(-1, ' ', false, Json::error_handler_t::replace));
    }
    template <class T>
    static Json reference(const char* type, const std::vector<T>& all, int i) {
        const T& x = all[static_cast<size_t>(i)];
        return Json{{"@type", type}, {"@id", x.id}, {"name", x.name}};
    }
    static void text(Json& o, const char* key, const std::string& value) {
        if (!value.empty()) o[key] = value;
    }

    void unit_group(const UnitGroup& g) {
        Json o = entity("UnitGroup", g.id, g.name);
        o["units"] = Json::array();
        for (size_t i = 0; i < g.units.size(); ++i) {
            const UnitOfGroup& u = g.units[i];
            Json unit = entity("Unit", u.id, u.name);
            unit["conversionFactor"] = u.factor;
            unit["isRefUnit"] = static_cast<int>(i) == g.reference;
            if (!u.synonyms.empty()) unit["synonyms"] = u.synonyms;
            o["units"].push_back(unit);
        }
        add("unit_groups", g.id, o);
    }

    void property(const FlowProperty& p) {
        Json o = entity("FlowProperty", p.id, p.name);
        if (p.unit_group >= 0) o["unitGroup"] = reference("UnitGroup", db_.unit_groups, p.unit_group);
        add("flow_properties", p.id, o);
    }

    static const char* type_name(FlowType t) {
        return t == FlowType::elementary ? "ELEMENTARY_FLOW" : t == FlowType::waste ? "WASTE_FLOW" : "PRODUCT_FLOW";
    }

    void flow(const Flow& f) {
        Json o = entity("Flow", f.id, f.name);
        const bool elementary = f.type == FlowType::elementary && !f.category.empty();
        text(o, "category", (elementary ? "Elementary flows/" : "") + f.category);
        o["flowType"] = type_name(f.type);
        text(o, "cas", f.cas);
        text(o, "formula", f.formula);
        location(o, f.location);
        o["flowProperties"] = Json::array();
        for (size_t i = 0; i < f.properties.size(); ++i)
            if (f.properties[i].property >= 0)
                o["flowProperties"].push_back(
                    {{"@type", "FlowPropertyFactor"},
                     {"flowProperty", reference("FlowProperty", db_.properties, f.properties[i].property)},
                     {"conversionFactor", f.properties[i].factor},
                     {"isRefFlowProperty", i == 0}});
        add("flows", f.id, o);
    }

    /// A place that is kept as its code (or name).
    void location(Json& o, const std::string& code) const {
        if (code.empty()) return;
        for (size_t i = 0; i < db_.locations.size(); ++i)
            if (db_.locations[i].code == code || (db_.locations[i].code.empty() && db_.locations[i].name == code)) {
                o["location"] = reference("Location", db_.locations, static_cast<int>(i));
                return;
            }
        o["location"] = {{"@type", "Location"}, {"@id", "location-" + code}, {"name", code}};
    }

    static void uncertainty(Json& o, const Distribution& d) {
        using K = Distribution::Kind;
        Json u{{"@type", "Uncertainty"}};
        switch (d.kind) {
        case K::none: return;
        case K::lognormal:
            u["distributionType"] = "LOG_NORMAL_DISTRIBUTION";
            u["geomMean"] = std::exp(d.a);
            u["geomSd"] = std::exp(d.b);
            break;
        case K::normal:
            u["distributionType"] = "NORMAL_DISTRIBUTION";
            u["mean"] = d.a;
            u["sd"] = d.b;
            break;
        case K::triangular:
            u["distributionType"] = "TRIANGLE_DISTRIBUTION";
            u["minimum"] = d.a;
            u["mode"] = d.b;
            u["maximum"] = d.c;
            break;
        case K::uniform:
            u["distributionType"] = "UNIFORM_DISTRIBUTION";
            u["minimum"] = d.a;
            u["maximum"] = d.b;
            break;
        }
        o["uncertainty"] = u;
    }

    static Json parameter(const Parameter& p, const char* scope) {
        Json o{{"@type", "Parameter"}, {"name", p.name}, {"parameterScope", scope}};
        o["isInputParameter"] = p.formula.empty();
        o["value"] = p.value;
        text(o, "formula", p.formula);
        text(o, "description", p.description);
        uncertainty(o, p.distribution);
        return o;
    }

    /// Unit and property of an amount. A unit that the group does not know cannot be written: the amount is then in the
    /// reference unit (factor returned: what the amount is to be multiplied by).
    double unit(Json& o, int flow_index, int property_index, const std::string& name, double to_reference) const {
        const Flow& f = db_.flows[static_cast<size_t>(flow_index)];
        if (f.properties.empty() || f.properties[0].property < 0) return 1;
        PropertyFactor used = f.properties[0];
        for (const auto& p : f.properties)
            if (p.property == property_index) used = p;
        o["flowProperty"] = reference("FlowProperty", db_.properties, used.property);
        const int g = db_.properties[static_cast<size_t>(used.property)].unit_group;
        if (g < 0) return 1;
        const UnitGroup& group = db_.unit_groups[static_cast<size_t>(g)];
        for (const UnitOfGroup& u : group.units) {
            const double factor = u.factor / used.factor;
            const bool named = u.name == name || std::count(u.synonyms.begin(), u.synonyms.end(), name);
            if (!named || std::abs(factor - to_reference) > 1e-12 * std::abs(factor)) continue;
            o["unit"] = entity("Unit", u.id, name);
            return 1;
        }
        if (group.units.empty()) return 1;
        const UnitOfGroup& u = group.units[static_cast<size_t>(group.reference)];
        o["unit"] = entity("Unit", u.id, u.name);
        return to_reference * used.factor / u.factor;
    }

    Json flow_reference(int i) const {
        Json o = reference("Flow", db_.flows, i);
        o["flowType"] = type_name(db_.flows[static_cast<size_t>(i)].type);
        return o;
    }

    /// Numbers of exchanges within their process: the source's own where they differ from each other.
    static std::vector<int> numbers(const Process& p) {
        std::vector<int> out;
        std::set<int> seen;
        for (const Exchange& e : p.exchanges) {
            out.push_back(e.internal_id);
            seen.insert(e.internal_id);
        }
        if (seen.size() < p.exchanges.size() || seen.count(0))
            for (size_t i = 0; i < out.size(); ++i) out[i] = static_cast<int>(i) + 1;
        return out;
    }

    Json exchange(const Process& p, size_t k, int number) const {
        const Exchange& e = p.exchanges[k];
        Json o{{"@type", "Exchange"}, {"internalId", number}, {"flow", flow_reference(e.flow)}};
        const double factor = unit(o, e.flow, e.property, e.unit, e.to_reference);
        o["amount"] = e.amount * factor;
        if (!e.formula.empty())
            o["amountFormula"] = factor == 1 ? e.formula : "(" + e.formula + ") * " + Json(factor).dump();
        o["isInput"] = e.input;
        o["isAvoidedProduct"] = e.avoided;
        o["isQuantitativeReference"] = p.reference == static_cast<int>(k);
        if (e.provider >= 0) o["defaultProvider"] = reference("Process", db_.processes, e.provider);
        if (e.location >= 0) o["location"] = reference("Location", db_.locations, e.location);
        uncertainty(o, e.distribution.given() ? e.distribution.scaled(factor) : e.distribution);
        if (e.base_sigma > 0) o["baseUncertainty"] = std::exp(e.base_sigma);
        std::string quality;
        bool any = false;
        for (const uint8_t score : e.pedigree) {
            quality += (quality.empty() ? "(" : ";") + (score ? std::to_string(score) : std::string("n.a."));
            any = any || score;
        }
        if (any) o["dqEntry"] = quality + ")";
        text(o, "description", e.comment);
        return o;
    }

    void process(const Process& p) {
        Json o = entity("Process", p.id, p.name);
        text(o, "category", p.category);
        text(o, "description", p.description);
        location(o, p.location);
        o["processType"] = p.type == ProcessType::result ? "LCI_RESULT" : "UNIT_PROCESS";
        o["defaultAllocationMethod"] = method_name(p.default_allocation);
        Json documentation{{"@type", "ProcessDocumentation"}};
        text(documentation, "validFrom", p.valid_from);
        text(documentation, "validUntil", p.valid_until);
        if (documentation.size() > 1) o["processDocumentation"] = documentation;
        const auto number = numbers(p);
        o["exchanges"] = Json::array();
        for (size_t k = 0; k < p.exchanges.size(); ++k) o["exchanges"].push_back(exchange(p, k, number[k]));
        if (!number.empty()) o["lastInternalId"] = *std::max_element(number.begin(), number.end());
        o["allocationFactors"] = Json::array();
        for (const AllocationFactor& f : p.allocation) {
            Json factor{{"@type", "AllocationFactor"},
                        {"allocationType", method_name(f.method)},
                        {"product", flow_reference(f.product)},
                        {"value", f.value}};
            text(factor, "formula", f.formula);
            if (f.exchange >= 0) factor["exchange"] = {{"internalId", number[static_cast<size_t>(f.exchange)]}};
            o["allocationFactors"].push_back(factor);
        }
        if (!p.parameters.empty()) o["parameters"] = Json::array();
        for (const Parameter& x : p.parameters) o["parameters"].push_back(parameter(x, "PROCESS_SCOPE"));
        add("processes", p.id, o);
    }

    static const char* method_name(Allocation a) {
        switch (a) {
        case Allocation::physical: return "PHYSICAL_ALLOCATION";
        case Allocation::economic: return "ECONOMIC_ALLOCATION";
        case Allocation::causal: return "CAUSAL_ALLOCATION";
        case Allocation::none: break;
        }
        return "NO_ALLOCATION";
    }

    /// Factors of a category, and those that its flows hand on to their other names (Database::aliases), which the
    /// format does not know: a flow of the inventory without a factor of its own has that of its alias x the alias's.
    std::vector<ImpactFactor> factors(const ImpactCategory& c) const {
        std::vector<ImpactFactor> all = c.factors;
        std::unordered_map<int, std::vector<const ImpactFactor*>> of;
        for (const ImpactFactor& f : c.factors) of[f.flow].push_back(&f);
        std::unordered_map<int, const FlowAlias*> alias; // the last one of a flow holds, as in link()
        std::vector<int> order;
        for (const FlowAlias& a : db_.aliases) {
            const auto from = db_.flow_at.find(a.from), to = db_.flow_at.find(a.to);
            if (from == db_.flow_at.end() || to == db_.flow_at.end()) continue;
            if (alias.insert_or_assign(from->second, &a).second) order.push_back(from->second);
        }
        for (const int from : order) {
            const FlowAlias& a = *alias.at(from);
            const auto theirs = of.find(db_.flow_at.at(a.to));
            if (of.count(from) || theirs == of.end()) continue;
            for (const ImpactFactor* f : theirs->second) {
                ImpactFactor own = *f;
                own.flow = from;
                own.value *= a.factor;
                if (!own.formula.empty() && a.factor != 1)
                    own.formula = "(" + own.formula + ") * " + Json(a.factor).dump();
                if (own.distribution.given()) own.distribution = own.distribution.scaled(a.factor);
                all.push_back(std::move(own));
            }
        }
        return all;
    }

    void category(const ImpactCategory& c) {
        Json o = entity("ImpactCategory", c.id, c.name);
        text(o, "refUnit", c.unit);
        if (!c.parameters.empty()) o["parameters"] = Json::array();
        for (const Parameter& p : c.parameters) o["parameters"].push_back(parameter(p, "IMPACT_SCOPE"));
        o["impactFactors"] = Json::array();
        for (const ImpactFactor& f : factors(c)) {
            Json factor{{"@type", "ImpactFactor"}, {"flow", flow_reference(f.flow)}};
            const double per = 1 / unit(factor, f.flow, -1, "", 1); // reference units of the group in the one written
            factor["value"] = f.value * per;
            text(factor, "formula",
                 per == 1 || f.formula.empty() ? f.formula : "(" + f.formula + ") * " + Json(per).dump());
            if (f.location >= 0) factor["location"] = reference("Location", db_.locations, f.location);
            uncertainty(factor, f.distribution.given() ? f.distribution.scaled(per) : f.distribution);
            o["impactFactors"].push_back(factor);
        }
        add("lcia_categories", c.id, o);
    }

    void method(const ImpactMethod& m) {
        Json o = entity("ImpactMethod", m.id, m.name);
        o["impactCategories"] = Json::array();
        for (const int c : m.categories)
            o["impactCategories"].push_back(reference("ImpactCategory", db_.categories, c));
        if (!m.sets.empty()) o["nwSets"] = Json::array();
        for (const NormalisationSet& s : m.sets) {
            Json set = entity("NwSet", s.id, s.name);
            text(set, "weightedScoreUnit", s.unit);
            set["factors"] = Json::array();
            for (size_t k = 0; k < m.categories.size(); ++k)
                set["factors"].push_back(
                    {{"@type", "NwFactor"},
                     {"impactCategory", reference("ImpactCategory", db_.categories, m.categories[k])},
                     {"normalisationFactor", s.normalisation[k]},
                     {"weightingFactor", s.weight[k]}});
            o["nwSets"].push_back(set);
        }
        add("lcia_methods", m.id, o);
    }

    const Database& db_;
    ArchiveWriter& archive_;
    std::set<std::string> names_;
};

} // namespace

void write_jsonld(const Database& db, const std::string& path) {
    ArchiveWriter archive(path);
    Writer(db, archive).run();
    archive.close();
}

} // namespace viresco::lca
