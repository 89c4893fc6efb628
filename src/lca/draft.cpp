#include "lca/draft.h"
#include "base/messages/lca.h"
#include "base/messages/lca_fmt.h"
#include "lca/formulas.h"
#include "lca/name_id.h"
#include "units/unit.h"
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <span>
#include <utility>

namespace viresco::lca {
namespace {

struct UnitRow {
    const char* name;
    double factor;
};
struct Quantity {
    const char* name;               ///< of the flow property
    std::span<const UnitRow> units; ///< first: the reference unit
};

// Unit names as EcoSpold, SimaPro and Brightway write them; factors are definitions (SI; US units by NIST SP 811).
constexpr UnitRow mass[] = {
    {"kg", 1},           {"g", 1e-3},        {"mg", 1e-6},           {"ug", 1e-9},         {"µg", 1e-9},
    {"ng", 1e-12},       {"t", 1e3},         {"ton", 1e3},           {"kt", 1e6},          {"kton", 1e6},
    {"Mt", 1e9},         {"lb", 0.45359237}, {"oz", 0.028349523125}, {"sh tn", 907.18474}, {"kilogram", 1},
    {"tn.sh", 907.18474}};
constexpr UnitRow energy[] = {{"MJ", 1},
                              {"kJ", 1e-3},
                              {"J", 1e-6},
                              {"GJ", 1e3},
                              {"TJ", 1e6},
                              {"PJ", 1e9},
                              {"kWh", 3.6},
                              {"MWh", 3600},
                              {"GWh", 3.6e6},
                              {"TWh", 3.6e9},
                              {"Wh", 3.6e-3},
                              {"btu", 1.05505585262e-3},
                              {"MMBtu", 1055.05585262},
                              {"kcal", 4.184e-3},
                              {"megajoule", 1},
                              {"kilowatt hour", 3.6}};
constexpr UnitRow volume[] = {{"m3", 1},
                              {"l", 1e-3},
                              {"L", 1e-3},
                              {"dm3", 1e-3},
                              {"ml", 1e-6},
                              {"cm3", 1e-6},
                              {"gal (US liq)", 3.785411784e-3},
                              {"bbl", 0.158987294928},
                              {"cu ft", 0.028316846592},
                              {"ft3", 0.028316846592},
                              {"cubic meter", 1},
                              {"litre", 1e-3}};
constexpr UnitRow area[] = {{"m2", 1}, {"cm2", 1e-4}, {"km2", 1e6}, {"ha", 1e4}, {"square meter", 1}};
constexpr UnitRow length[] = {{"m", 1},         {"km", 1e3},  {"cm", 1e-2},      {"mm", 1e-3},
                              {"mi", 1609.344}, {"meter", 1}, {"kilometer", 1e3}};
constexpr UnitRow time[] = {{"h", 1},    {"hr", 1},   {"s", 1. / 3600}, {"min", 1. / 60}, {"d", 24},
                            {"day", 24}, {"a", 8760}, {"year", 8760},   {"hour", 1}};
constexpr UnitRow number[] = {{"Item(s)", 1}, {"unit", 1}, {"p", 1}, {"items", 1}, {"Stk.", 1}, {"piece", 1}};
constexpr UnitRow mass_transport[] = {{"t*km", 1},    {"tkm", 1},         {"metric ton*km", 1}, {"kg*km", 1e-3},
                                      {"kgkm", 1e-3}, {"t*mi", 1.609344}, {"tmy", 1.609344},    {"ton kilometer", 1}};
constexpr UnitRow person_transport[] = {
    {"p*km", 1}, {"pkm", 1}, {"personkm", 1}, {"person*km", 1}, {"person kilometer", 1}};
constexpr UnitRow item_transport[] = {{"v*km", 1}, {"vkm", 1}, {"Items*km", 1}, {"vehicle kilometer", 1}};
constexpr UnitRow area_time[] = {{"m2*a", 1},    {"m2a", 1},    {"ha*a", 1e4},  {"ha a", 1e4},
                                 {"km2*a", 1e6}, {"km2a", 1e6}, {"cm2a", 1e-4}, {"square meter-year", 1}};
constexpr UnitRow volume_time[] = {{"m3*a", 1},         {"m3a", 1},   {"m3y", 1}, {"cubic meter-year", 1},
                                   {"m3day", 1. / 365}, {"l*a", 1e-3}};
constexpr UnitRow length_time[] = {{"m*a", 1}, {"ma", 1}, {"my", 1}, {"km*a", 1e3}, {"kmy", 1e3}, {"meter-year", 1}};
constexpr UnitRow mass_time[] = {{"kg*a", 1}, {"kga", 1}, {"kgy", 1}, {"kg*d", 1. / 365}, {"kg day", 1. / 365}};
constexpr UnitRow radioactivity[] = {{"kBq", 1}, {"Bq", 1e-3}, {"MBq", 1e3}, {"mBq", 1e-6}, {"kilo Becquerel", 1}};
constexpr Quantity quantities[] = {{"Mass", mass},
                                   {"Energy", energy},
                                   {"Volume", volume},
                                   {"Area", area},
                                   {"Length", length},
                                   {"Time", time},
                                   {"Number", number},
                                   {"Mass transport", mass_transport},
                                   {"Person transport", person_transport},
                                   {"Item transport", item_transport},
                                   {"Area*Time", area_time},
                                   {"Volume*Time", volume_time},
                                   {"Length*Time", length_time},
                                   {"Mass*Time", mass_time},
                                   {"Radioactivity", radioactivity}};

const Quantity* quantity_of(const std::string& unit) {
    for (const Quantity& q : quantities)
        for (const UnitRow& row : q.units)
            if (unit == row.name) return &q;
    return nullptr;
}

std::string unit_names(const Database& db, int property) {
    const int group = property < 0 ? -1 : db.properties[static_cast<size_t>(property)].unit_group;
    std::string names;
    if (group < 0) return names;
    for (const UnitOfGroup& u : db.unit_groups[static_cast<size_t>(group)].units) {
        if (names.size() > 60) return names + ", ..";
        names += (names.empty() ? "" : ", ") + u.name;
    }
    return names;
}

} // namespace

bool conventional_unit(const std::string& name) { return quantity_of(name) || units::parse_unit(name); }

bool far_from_middle(const Distribution& d, double amount) {
    using Kind = Distribution::Kind;
    constexpr double part = 0.1;
    switch (d.kind) {
    case Kind::none: return false;
    case Kind::lognormal:
        // ln(mode) = mu - sigma^2, ln(mean) = mu + sigma^2 / 2.
        return amount == 0 ||
               std::abs(std::log(std::abs(amount)) - d.a) > std::max(std::log(1 + part), 1.001 * d.b * d.b);
    case Kind::normal: return std::abs(amount - d.a) > part * std::max(std::abs(amount), std::abs(d.a));
    case Kind::triangular:
    case Kind::uniform: {
        const double high = d.kind == Kind::uniform ? d.b : d.c;
        const double slack = 1e-6 * std::max(std::abs(d.a), std::abs(high)); // figures rounded in the file
        return amount < d.a - slack || amount > high + slack;
    }
    }
    return false;
}

std::string describe(const Distribution& d) {
    using Kind = Distribution::Kind;
    switch (d.kind) {
    case Kind::none: break;
    case Kind::lognormal: return "lognormal, " + short_text(std::exp(d.a)) + ", " + short_text(std::exp(d.b));
    case Kind::normal: return "normal, " + short_text(d.a) + ", " + short_text(d.b);
    case Kind::triangular: return "triangular, " + short_text(d.a) + ", " + short_text(d.b) + ", " + short_text(d.c);
    case Kind::uniform: return "uniform, " + short_text(d.a) + ", " + short_text(d.b);
    }
    return {};
}

Draft::Draft(const Database& original, ImportReport& report, Diagnostics& diagnostics)
    : db_(original), report_(report), diagnostics_(diagnostics), errors_before_(diagnostics.n_errors()) {
    db_.index();
    const auto take = [&](int i) {
        const FlowProperty& p = db_.properties[static_cast<size_t>(i)];
        if (p.unit_group < 0) return;
        for (const UnitOfGroup& u : db_.unit_groups[static_cast<size_t>(p.unit_group)].units) {
            units_.try_emplace(u.name, Unit{i, u.factor});
            for (const std::string& s : u.synonyms) units_.try_emplace(s, Unit{i, u.factor});
        }
    };
    // Several properties may share a group (energy: heating values): the plain ones come first.
    for (const Quantity& q : quantities)
        for (int i = 0; i < static_cast<int>(db_.properties.size()); ++i)
            if (db_.properties[static_cast<size_t>(i)].name == q.name) take(i);
    for (int i = 0; i < static_cast<int>(db_.properties.size()); ++i) take(i);
}

int Draft::unit_group(const std::string& name, const std::string& reference) {
    const std::string id = name_id({"flow property", name});
    if (const auto found = db_.property_at.find(id); found != db_.property_at.end()) return found->second;
    UnitGroup group;
    group.id = name_id({"unit group", name});
    group.name = "Units of " + name;
    group.units.push_back({name_id({"unit", name, reference}), reference, 1, {}});
    db_.unit_groups.push_back(std::move(group));
    db_.properties.push_back({id, name, static_cast<int>(db_.unit_groups.size()) - 1});
    const int property = static_cast<int>(db_.properties.size()) - 1;
    db_.property_at[id] = property;
    units_.try_emplace(reference, Unit{property, 1});
    return property;
}

void Draft::define_unit(const std::string& name, const std::string& quantity, double factor,
                        const std::string& reference) {
    if (units_.count(name) || quantity_of(name)) return;
    if (!(factor > 0) || !std::isfinite(factor)) return;
    const Unit base = units_.count(reference) || quantity_of(reference) ? unit(reference)
                                                                        : Unit{unit_group(quantity, reference), 1};
    const int group = db_.properties[static_cast<size_t>(base.property)].unit_group;
    db_.unit_groups[static_cast<size_t>(group)].units.push_back(
        {name_id({"unit", quantity, name}), name, factor * base.factor, {}});
    units_[name] = {base.property, factor * base.factor};
}

bool Draft::knows(const std::string& name) {
    if (units_.count(name) || quantity_of(name)) return true;
    const auto given = units::parse_unit(name);
    if (!given) return false;
    for (const char* quantity : {"kg", "MJ", "m3", "m2", "m", "h"}) {
        const auto base = units::parse_unit(quantity);
        if (base && base->dimension == given->dimension && base->offset == given->offset)
            define_unit(name, quantity_of(quantity)->name, given->factor / base->factor, quantity);
    }
    return true;
}

std::vector<std::string> Draft::known_units() const {
    std::vector<std::string> names;
    for (const auto& [name, unit] : units_) names.push_back(name);
    for (const Quantity& q : quantities)
        for (const UnitRow& row : q.units) names.emplace_back(row.name);
    return names;
}

Draft::Unit Draft::unit(const std::string& name) {
    if (const auto found = units_.find(name); found != units_.end()) return found->second;
    if (const Quantity* q = quantity_of(name)) {
        const int property = unit_group(q->name, q->units.front().name);
        const FlowProperty& p = db_.properties[static_cast<size_t>(property)];
        UnitGroup& group = db_.unit_groups[static_cast<size_t>(p.unit_group)];
        for (const UnitRow& row : q->units) {
            if (!units_.try_emplace(row.name, Unit{property, row.factor}).second) continue;
            group.units.push_back({name_id({"unit", q->name, row.name}), row.name, row.factor, {}});
        }
        return units_.at(name);
    }
    report_.add("unknown_unit", "", "", {message::draft_own_unit, {name}});
    const Unit own{unit_group(name.empty() ? "?" : name, name), 1};
    units_[name] = own;
    return own;
}

int Draft::flow(Flow f, const std::string& unit_name) {
    if (const auto found = db_.flow_at.find(f.id); found != db_.flow_at.end()) return found->second;
    if (f.properties.empty()) f.properties.push_back({unit(unit_name).property, 1});
    const int at = static_cast<int>(db_.flows.size());
    db_.flow_at[f.id] = at;
    db_.flows.push_back(std::move(f));
    report_.count("flows");
    return at;
}

int Draft::location(const std::string& code) {
    if (code.empty()) return -1;
    for (size_t i = 0; i < db_.locations.size(); ++i)
        if (db_.locations[i].code == code) return static_cast<int>(i);
    db_.locations.push_back({name_id({"location", code}), code, code});
    return static_cast<int>(db_.locations.size()) - 1;
}

int Draft::process(Process p, const Where& where) {
    if (!seen_.emplace("process " + p.id, true).second) {
        diagnostics_.error(where(), message::lca_duplicate_id, {"process", p.name + " (" + p.id + ")"})
            .hint(message::lca_duplicate_hint);
        return -1;
    }
    report_.count("processes");
    report_.count("exchanges", static_cast<int>(p.exchanges.size()));
    if (p.reference < 0) report_.add("no_reference", p.id, "", {message::lca_no_reference, {p.name}});
    if (const auto found = db_.process_at.find(p.id); found != db_.process_at.end()) {
        report_.add("replaced", p.id, "", {message::lca_replaced, {p.name}});
        db_.processes[static_cast<size_t>(found->second)] = std::move(p);
        return found->second;
    }
    const int at = static_cast<int>(db_.processes.size());
    db_.process_at[p.id] = at;
    db_.processes.push_back(std::move(p));
    return at;
}

int Draft::category(ImpactCategory c, const Where& where) {
    if (!seen_.emplace("category " + c.id, true).second) {
        diagnostics_.error(where(), message::lca_duplicate_id, {"category", c.name + " (" + c.id + ")"})
            .hint(message::lca_duplicate_hint);
        return -1;
    }
    report_.count("categories");
    report_.count("factors", static_cast<int>(c.factors.size()));
    if (const auto found = db_.category_at.find(c.id); found != db_.category_at.end()) {
        report_.add("replaced", c.id, "", {message::lca_replaced, {c.name}});
        db_.categories[static_cast<size_t>(found->second)] = std::move(c);
        return found->second;
    }
    const int at = static_cast<int>(db_.categories.size());
    db_.category_at[c.id] = at;
    db_.categories.push_back(std::move(c));
    return at;
}

bool Draft::set_unit(Exchange& e, const std::string& unit_name, const std::string& process_name, const Where& where) {
    const Unit u = unit(unit_name);
    const Flow& f = db_.flows[static_cast<size_t>(e.flow)];
    e.unit = unit_name;
    if (f.properties.empty() || f.properties.front().property == u.property) {
        e.to_reference = u.factor;
        return true;
    }
    // The same group under another property of the flow (a heating value for energy), or a property with a factor.
    const auto group = [&](int p) { return p < 0 ? -1 : db_.properties[static_cast<size_t>(p)].unit_group; };
    for (const PropertyFactor& p : f.properties) {
        if (p.property != u.property && group(p.property) != group(u.property)) continue;
        e.property = p.property;
        e.to_reference = u.factor / p.factor;
        report_.count("converted_properties");
        return true;
    }
    diagnostics_.error(where(), message::draft_wrong_unit, {process_name, f.name, unit_name})
        .hint(message::lca_unknown_unit_hint, {unit_names(db_, f.properties.front().property)});
    return false;
}

void Draft::set_distribution(Exchange& e, const Distribution& d, const std::string& process_id,
                             const std::string& process_name) {
    if (!d.given()) return;
    report_.count("uncertainties");
    const bool no_spread = d.kind == Distribution::Kind::lognormal || d.kind == Distribution::Kind::normal
                               ? d.b == 0
                               : d.a == (d.kind == Distribution::Kind::uniform ? d.b : d.c);
    if (no_spread && std::isfinite(d.a)) {
        report_.count("uncertainties_without_spread");
        ++without_spread_[process_id];
        return;
    }
    if (!d.valid() || (d.kind == Distribution::Kind::lognormal && e.amount == 0)) {
        const Flow& f = db_.flows[static_cast<size_t>(e.flow)];
        report_.add("bad_distribution", process_id, f.id,
                    {message::lca_bad_distribution,
                     {process_name, f.name, fmt::format("{:.6g}; {:.6g}; {:.6g}", d.a, d.b, d.c)}});
        return;
    }
    if (d.kind == Distribution::Kind::lognormal && e.amount < 0) {
        const Flow& f = db_.flows[static_cast<size_t>(e.flow)];
        report_.add("negative_lognormal", process_id, f.id,
                    {message::draft_negative_lognormal, {process_name, f.name, fmt::format("{:.6g}", e.amount)}});
    }
    if (far_from_middle(d, e.amount)) {
        const Flow& f = db_.flows[static_cast<size_t>(e.flow)];
        report_.add("off_middle", process_id, f.id,
                    {message::lca_off_middle, {process_name, f.name, short_text(e.amount), describe(d)}});
    }
    e.distribution = d;
}

bool Draft::evaluate_formulas(const std::function<void(int, int)>& after) {
    Diagnostics found;
    const auto formulas = Formulas::compile(db_, found);
    for (Diagnostic d : found.all()) {
        for (const std::string& arg : d.message.args)
            if (const auto place = formulas_.find(arg); !d.pos && place != formulas_.end()) d.pos = place->second;
        diagnostics_.add(d);
    }
    if (!formulas) return false;
    for (size_t k = 0; k < formulas->outputs().size(); ++k) {
        const Formulas::Output& o = formulas->outputs()[k];
        if (o.kind == Formulas::Output::Kind::factor) continue;
        Process& p = db_.processes[static_cast<size_t>(o.owner)];
        if (!seen_.count("process " + p.id)) continue;
        if (o.kind == Formulas::Output::Kind::allocation) {
            p.allocation[static_cast<size_t>(o.index)].value = formulas->values()[k];
            continue;
        }
        p.exchanges[static_cast<size_t>(o.index)].amount = formulas->values()[k];
        after(o.owner, o.index);
    }
    return true;
}

bool Draft::commit(Database& original) {
    if (diagnostics_.n_errors() > errors_before_) return false;
    for (const auto& [id, n] : without_spread_) {
        const auto found = db_.process_at.find(id);
        const std::string name = found == db_.process_at.end() ? id
                                                               : db_.processes[static_cast<size_t>(found->second)].name;
        report_.add("without_spread", id, "", {message::lca_no_spread, {name, std::to_string(n)}});
    }
    db_.index();
    original = std::move(db_);
    return true;
}

} // namespace viresco::lca
