// viresco lca: import inventories and methods into one database file, solve, sample, explain, export.
#include "base/messages/lca_fmt.h"
#include "commands.h"
#include "lca/contribution.h"
#include "lca/contribution_gap.h"
#include "lca/contribution_sensitivity.h"
#include "lca/datapackage.h"
#include "lca/import.h"
#include "lca/jsonld.h"
#include "lca/link.h"
#include "lca/monte_carlo.h"
#include "lca/solver.h"
#include "lca/store.h"
#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fmt/format.h>
#include <new>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <set>
#include <sys/resource.h>
#include <unistd.h>

namespace viresco::cli {
namespace {

using Json = nlohmann::ordered_json;
using namespace viresco::lca;

struct Options {
    std::string file, db, linking, flow_map, decisions, format, text;
    std::vector<std::string> demands, versus, methods;
    bool all_methods = false, list_categories = false, list_methods = false;
    int draws = 1000, jobs = 1, top = 20, findings = 5;
    uint32_t seed = 1;
};

std::string short_number(double x) { return fmt::format("{:.6g}", x); }

Json diagnostics_json(const Diagnostics& d, const Common& common) { return Json::parse(d.json(common.language)); }

void load_or_throw(const std::string& path, Database& db) {
    Diagnostics diagnostics;
    std::error_code error;
    if (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error)) { // a pipe never ends
        diagnostics.error({}, message::store_foreign, {path}).hint(message::store_hint_import, {path});
        throw ConfigError(std::move(diagnostics));
    }
    if (!load(path, db, diagnostics)) throw ConfigError(std::move(diagnostics));
}

/// Terminal cells of a UTF-8 text, roughly: what is wide counts double.
std::string padded(const std::string& text, size_t width) {
    size_t cells = 0, end = 0;
    for (size_t i = 0; i < text.size();) {
        const auto c = static_cast<unsigned char>(text[i]);
        const size_t n = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
        const size_t w = n >= 3 ? 2 : 1;
        if (cells + w > width) break;
        cells += w;
        i += n;
        end = std::min(i, text.size());
    }
    return text.substr(0, end) + std::string(width - cells, ' ');
}

// --- import

Json findings_json(const ImportReport& report, Language language) {
    Json list = Json::array();
    for (const Finding& f : report.findings)
        list.push_back({{"kind", f.kind},
                        {"process", f.process},
                        {"flow", f.flow},
                        {"id", f.text.name()},
                        {"text", f.text.text(language)},
                        {"candidates", f.candidates}});
    return list;
}

void print_report(const char* title, const ImportReport& report, Language language, int shown) {
    fmt::print("{}\n", title);
    for (const auto& [name, n] : report.counts) fmt::print("  {:>9}  {}\n", n, name);
    std::map<std::string, int> printed;
    for (const Finding& f : report.findings) {
        const int n = ++printed[f.kind];
        if (n > shown) continue;
        fmt::print("  [{}] {}\n", f.kind, f.text.text(language));
    }
    for (const auto& [kind, n] : printed)
        if (n > shown)
            fmt::print("  [{}] .. {}\n", kind,
                       Message{message::lca_cli_more, {std::to_string(n - shown)}}.text(language));
}

/// The table of decisions, written beside its place first: what cannot be written is known before the database is.
class DecisionsFile {
public:
    DecisionsFile(const Database& db, const std::vector<Finding>& findings, const std::string& path) : path_(path) {
        std::error_code error;
        target_ = std::filesystem::canonical(path, error);
        if (error) target_ = path;
        const auto status = std::filesystem::status(target_, error);
        const bool exists = std::filesystem::exists(status);
        if (exists && (!std::filesystem::is_regular_file(status) || ::access(target_.c_str(), W_OK) != 0)) failed();
        temporary_ = target_.string() + "." + std::to_string(::getpid()) + ".part";
        try {
            write_decisions(db, findings, temporary_.string());
        } catch (const ConfigError&) { // it names the temporary file
            failed();
        }
        if (exists) std::filesystem::permissions(temporary_, status.permissions(), error);
    }
    DecisionsFile(const DecisionsFile&) = delete;
    DecisionsFile& operator=(const DecisionsFile&) = delete;
    ~DecisionsFile() {
        std::error_code ignored;
        if (!temporary_.empty()) std::filesystem::remove(temporary_, ignored);
    }
    void put_in_place() {
        std::error_code error;
        std::filesystem::rename(temporary_, target_, error);
        if (error) failed();
        temporary_.clear();
    }

private:
    [[noreturn]] void failed() const {
        Diagnostics diagnostics;
        diagnostics.error({}, message::lca_cli_decisions, {path_}).hint(message::store_hint_write);
        throw ConfigError(std::move(diagnostics));
    }
    std::string path_;
    std::filesystem::path target_, temporary_;
};

int import(const Common& common, const Options& o) {
    Database db;
    std::error_code error;
    if (!o.decisions.empty() &&
        std::filesystem::weakly_canonical(o.decisions, error) == std::filesystem::weakly_canonical(o.db, error))
        throw UsageError({message::lca_cli_same_file, {o.db}});
    const bool exists = std::filesystem::exists(o.db, error);
    if (exists) load_or_throw(o.db, db);
    const std::string before = exists ? content_hash(o.db) : std::string();
    Diagnostics diagnostics;
    ImportReport report;
    ImportOptions options;
    options.linking = o.linking;
    options.flow_map = o.flow_map;
    options.sources = common.sources;
    import_file(o.file, db, options, report, diagnostics);
    diagnostics.throw_if_errors();
    if (!o.decisions.empty() && std::filesystem::is_regular_file(o.decisions, error))
        read_decisions(o.decisions, db, *common.sources, diagnostics);
    diagnostics.throw_if_errors();
    LinkReport linked;
    Diagnostics linking;
    link(db, {}, linked, linking);
    const SourceFile& imported = common.sources->add(o.file, {}); // what linking finds came with this file
    for (Diagnostic d : linking.all()) {
        if (!d.pos) d.pos = {&imported, 0, 0, 1};
        diagnostics.add(d);
    }
    diagnostics.throw_if_errors();
    const bool still = std::filesystem::exists(o.db, error);
    if (still != exists || (exists && content_hash(o.db) != before)) {
        diagnostics.error({}, message::store_changed, {o.db}).hint(message::store_hint_again);
        diagnostics.throw_if_errors();
    }
    std::optional<DecisionsFile> decisions;
    if (!o.decisions.empty()) decisions.emplace(db, linked.findings, o.decisions);
    save(db, o.db);
    if (decisions) decisions->put_in_place();
    if (common.json) {
        Json out;
        out["database"] = {{"path", o.db},
                           {"hash", content_hash(o.db)},
                           {"linking", db.linking},
                           {"processes", db.processes.size()},
                           {"flows", db.flows.size()},
                           {"categories", db.categories.size()},
                           {"methods", db.methods.size()}};
        out["counts"] = report.counts;
        out["findings"] = findings_json(report, common.language);
        out["link"] = {{"counts", linked.counts}, {"findings", findings_json(linked, common.language)}};
        out["diagnostics"] = diagnostics_json(diagnostics, common);
        fmt::print("{}\n", out.dump());
        return 0;
    }
    const auto title = [&](MessageId id, std::vector<std::string> args) {
        return Message{id, std::move(args)}.text(common.language);
    };
    print_report(title(message::lca_cli_imported, {o.file, o.db}).c_str(), report, common.language, o.findings);
    print_report(title(message::lca_cli_linked, {db.linking}).c_str(), linked, common.language, o.findings);
    fmt::print("{}\n",
               title(message::lca_cli_database, {std::to_string(db.processes.size()), std::to_string(db.flows.size()),
                                                 std::to_string(db.categories.size()), content_hash(o.db)}));
    fmt::print(stderr, "{}", diagnostics.text(common.language));
    return 0;
}

// --- what is asked for

/// What a name can mean.
struct Meant {
    std::vector<int> activities; ///< columns of the system
    std::vector<int> idle;       ///< processes of that name that make nothing
    std::vector<int> dropped;    ///< processes with a co-product of that name that have no column for it
    bool nothing() const { return activities.empty() && idle.empty() && dropped.empty(); }
};

/// The process of an id; else those with exactly that name; else all that make the product with that id or name.
Meant meant(const Database& db, const System& system, const std::string& wanted) {
    Meant out;
    const auto take = [&](int process) {
        const int activity = find_activity(db, system, process);
        if (activity < 0)
            out.idle.push_back(process);
        else
            out.activities.push_back(activity);
    };
    if (const auto found = db.process_at.find(wanted); found != db.process_at.end()) {
        take(found->second);
        return out;
    }
    const int n = static_cast<int>(db.processes.size());
    for (int i = 0; i < n; ++i)
        if (db.processes[static_cast<size_t>(i)].name == wanted) take(i);
    if (!out.nothing()) return out;
    const auto is_wanted = [&](int flow) {
        const Flow& f = db.flows[static_cast<size_t>(flow)];
        return f.type != FlowType::elementary && (f.id == wanted || f.name == wanted);
    };
    for (size_t i = 0; i < system.activities.size(); ++i)
        if (is_wanted(system.activities[i].flow)) out.activities.push_back(static_cast<int>(i));
    if (!out.nothing()) return out;
    for (int i = 0; i < n; ++i)
        for (const Exchange& e : db.processes[static_cast<size_t>(i)].exchanges)
            if (!e.input && !e.avoided && is_wanted(e.flow) &&
                db.flows[static_cast<size_t>(e.flow)].type == FlowType::product) {
                out.dropped.push_back(i);
                break;
            }
    return out;
}

/// Column and amount of "NAME[=AMOUNT]"; a whole text that is a name has no amount in it. Column -1 after an error.
std::pair<int, double> find_demand(const Database& db, const System& system, const std::string& text,
                                   Diagnostics& diagnostics) {
    std::string wanted = text;
    double amount = 1;
    Meant found = meant(db, system, text);
    if (const size_t equal = text.rfind('='); found.nothing() && equal != std::string::npos) {
        wanted = text.substr(0, equal);
        const std::string number = text.substr(equal + 1);
        const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), amount);
        if (error != std::errc() || end != number.data() + number.size() || !std::isfinite(amount)) {
            diagnostics.error({}, message::lca_cli_amount, {number, text}).hint(message::lca_cli_amount_hint);
            return {-1, 0};
        }
        found = meant(db, system, wanted);
    }
    if (found.activities.size() == 1) return {found.activities.front(), amount};
    const auto process = [&](int i) -> const Process& { return db.processes[static_cast<size_t>(i)]; };
    if (!found.activities.empty()) {
        std::string list;
        for (size_t i = 0; i < std::min<size_t>(found.activities.size(), 8); ++i) {
            const Process& p = process(system.activities[static_cast<size_t>(found.activities[i])].process);
            list += (i ? ", " : "") + p.id + (p.location.empty() ? "" : " (" + p.location + ")");
        }
        const int first = system.activities[static_cast<size_t>(found.activities.front())].process;
        diagnostics
            .error({}, process(first).name == wanted ? message::lca_cli_several : message::lca_cli_several_makers,
                   {wanted, std::to_string(found.activities.size())})
            .hint(message::lca_cli_several_hint, {list + (found.activities.size() > 8 ? ", .." : "")});
    } else if (!found.idle.empty()) {
        diagnostics.error({}, message::lca_cli_makes_nothing,
                          {process(found.idle.front()).name, process(found.idle.front()).id});
    } else if (!found.dropped.empty()) {
        diagnostics.error({}, message::lca_cli_coproduct, {wanted, process(found.dropped.front()).name})
            .hint(message::lca_cli_coproduct_hint);
    } else {
        std::set<std::string> names;
        for (const Process& p : db.processes) names.insert(p.name);
        for (const Activity& a : system.activities) names.insert(db.flows[static_cast<size_t>(a.flow)].name);
        suggest(diagnostics.error({}, message::lca_cli_no_process, {wanted}), wanted, {names.begin(), names.end()});
    }
    return {-1, 0};
}

/// Categories named by id, by their name, or by the id or name of their method.
std::vector<int> find_categories(const Database& db, const Options& o, Diagnostics& diagnostics) {
    std::vector<int> out;
    const auto add = [&](int c) {
        if (std::find(out.begin(), out.end(), c) == out.end()) out.push_back(c);
    };
    if (o.methods.empty() || o.all_methods)
        for (int c = 0; c < static_cast<int>(db.categories.size()); ++c) add(c);
    for (const std::string& wanted : o.methods) {
        const size_t before = out.size();
        bool known = false;
        if (const auto found = db.category_at.find(wanted); found != db.category_at.end()) {
            add(found->second);
            continue;
        }
        for (const ImpactMethod& m : db.methods)
            if (m.id == wanted || m.name == wanted || (!m.name_zh.empty() && m.name_zh == wanted)) {
                known = true;
                for (const int c : m.categories) add(c);
            }
        if (!known)
            for (int c = 0; c < static_cast<int>(db.categories.size()); ++c)
                if (const ImpactCategory& x = db.categories[static_cast<size_t>(c)];
                    x.name == wanted || (!x.name_zh.empty() && x.name_zh == wanted)) {
                    known = true;
                    add(c);
                }
        if (known || out.size() > before) continue;
        std::vector<std::string> names;
        for (const ImpactMethod& m : db.methods) names.push_back(m.name);
        for (const ImpactCategory& c : db.categories) names.push_back(c.name);
        suggest(diagnostics.error({}, message::lca_cli_no_method, {wanted}), wanted, names);
    }
    if (out.empty() && !diagnostics.has_errors())
        diagnostics.error({}, message::lca_cli_no_categories, {o.db}).hint(message::lca_cli_no_categories_hint, {o.db});
    return out;
}

/// The reference unit of a flow; empty where it has none.
std::string reference_unit(const Database& db, const Flow& f) {
    const int property = f.properties.empty() ? -1 : f.properties.front().property;
    const int group = property < 0 ? -1 : db.properties[static_cast<size_t>(property)].unit_group;
    if (group < 0) return {};
    const UnitGroup& g = db.unit_groups[static_cast<size_t>(group)];
    return g.units.empty() ? std::string() : g.units[static_cast<size_t>(g.reference)].name;
}

/// A loaded and linked database with the categories asked for only.
struct Study {
    Database db;
    LinkReport report;
    System system;
    std::vector<std::string> method_of; ///< name of the method per category
    std::vector<ImpactMethod> methods;  ///< their categories as rows of the system, -1: not asked for
    Language language = Language::en;
    std::vector<double> demand, versus;
    Json demand_json = Json::array();

    Study(const Options& o, Language shown) : language(shown) {
        load_or_throw(o.db, db);
        Diagnostics diagnostics;
        const std::vector<int> chosen = find_categories(db, o, diagnostics);
        std::vector<ImpactCategory> categories;
        for (const int c : chosen) {
            method_of.emplace_back();
            for (const ImpactMethod& m : db.methods)
                if (std::find(m.categories.begin(), m.categories.end(), c) != m.categories.end())
                    method_of.back() = language == Language::zh && !m.name_zh.empty() ? m.name_zh : m.name;
            categories.push_back(std::move(db.categories[static_cast<size_t>(c)]));
        }
        db.categories = std::move(categories); // in the order of the system's rows
        methods = std::move(db.methods);
        for (ImpactMethod& m : methods)
            for (int& c : m.categories) {
                const auto at = std::find(chosen.begin(), chosen.end(), c);
                c = at == chosen.end() ? -1 : static_cast<int>(at - chosen.begin());
            }
        db.methods.clear();
        db.index();
        LinkOptions options;
        options.linking = o.linking;
        const int errors = diagnostics.n_errors(); // of the methods: told together with those of the demand
        system = link(db, options, report, diagnostics);
        if (diagnostics.n_errors() > errors) diagnostics.throw_if_errors();
        columns_.assign(db.processes.size(), 0);
        for (const Activity& a : system.activities) ++columns_[static_cast<size_t>(a.process)];
        demand = vector_of(o.demands, diagnostics, true);
        versus = vector_of(o.versus, diagnostics, false);
        diagnostics.throw_if_errors();
    }

    std::vector<double> vector_of(const std::vector<std::string>& texts, Diagnostics& diagnostics, bool tell) {
        std::vector<double> f(system.activities.size(), 0.0);
        for (const std::string& text : texts) {
            const auto [activity, amount] = find_demand(db, system, text, diagnostics);
            if (activity < 0) continue;
            f[static_cast<size_t>(activity)] += amount;
            if (!tell) continue;
            const Activity& a = system.activities[static_cast<size_t>(activity)];
            const Process& p = db.processes[static_cast<size_t>(a.process)];
            demand_json.push_back({{"process", p.id},
                                   {"name", p.name},
                                   {"location", p.location},
                                   {"product", db.flows[static_cast<size_t>(a.flow)].name},
                                   {"amount", amount},
                                   {"unit", unit_of(activity)}});
            demand_labels_.push_back(label(activity, p.name));
        }
        return f;
    }

    /// `name` of a column; with its product where the process has several.
    std::string label(int activity, const std::string& name) const {
        if (activity < 0) return name;
        const Activity& a = system.activities[static_cast<size_t>(activity)];
        if (columns_[static_cast<size_t>(a.process)] < 2) return name;
        return name + " [" + db.flows[static_cast<size_t>(a.flow)].name + "]";
    }

    /// Warns of processes that would have to run backwards although nothing replaces their product and no demand is
    /// negative: together they need more of their products than they make. `x`: supply of the demand.
    Diagnostics check_supply(const std::vector<double>& x) const {
        const size_t n = x.size();
        std::vector<double> terms(n); // sum of the absolute terms of each balance: what rounding is measured by
        std::vector<char> replaced(n, 0), explained(n, 0);
        for (size_t j = 0; j < n; ++j) {
            terms[j] += std::fabs(system.diagonal[j] * x[j]) + std::fabs(demand[j]);
            if (demand[j] / system.diagonal[j] < 0) replaced[j] = 1;
        }
        const auto each_entry = [&](size_t column, auto f) {
            const auto begin = static_cast<size_t>(system.technosphere.start[column]);
            const auto end = static_cast<size_t>(system.technosphere.start[column + 1]);
            for (size_t k = begin; k < end; ++k)
                f(static_cast<size_t>(system.technosphere.row[k]), system.technosphere.value[k]);
        };
        for (size_t k = 0; k < n; ++k) {
            if (x[k] == 0) continue;
            each_entry(k, [&](size_t j, double a) {
                terms[j] += std::fabs(a * x[k]);
                if (j != k && a / system.diagonal[j] > 0 && x[k] > 0) replaced[j] = 1; // an avoided product
            });
        }
        const auto backwards = [&](size_t j) {
            return x[j] < 0 && std::fabs(system.diagonal[j] * x[j]) > 1e-6 * terms[j];
        };
        std::vector<size_t> next; // what a replaced process would have used is not needed either
        for (size_t j = 0; j < n; ++j)
            if (replaced[j] && backwards(j)) {
                explained[j] = 1;
                next.push_back(j);
            }
        while (!next.empty()) {
            const size_t k = next.back();
            next.pop_back();
            each_entry(k, [&](size_t j, double a) {
                if (explained[j] || a / system.diagonal[j] >= 0 || !backwards(j)) return;
                explained[j] = 1;
                next.push_back(j);
            });
        }
        Diagnostics out;
        std::string names;
        int count = 0;
        for (size_t j = 0; j < n; ++j) {
            if (explained[j] || !backwards(j)) continue;
            if (++count <= 5) {
                const Process& p = db.processes[static_cast<size_t>(system.activities[j].process)];
                names += (count > 1 ? ", '" : "'") + label(static_cast<int>(j), p.name) + "'";
            }
        }
        if (count > 0)
            out.warning({}, message::lca_cli_backwards, {std::to_string(count), names + (count > 5 ? ", .." : "")})
                .hint(message::lca_cli_backwards_hint);
        return out;
    }

    /// The reference unit in which the product of an activity is counted.
    std::string unit_of(int activity) const {
        return reference_unit(db, db.flows[static_cast<size_t>(system.activities[static_cast<size_t>(activity)].flow)]);
    }

    Json category_json(size_t c) const {
        Json j = {{"unit", db.categories[c].unit}, {"name", name_of(c)}};
        if (db.categories[c].unverified) j["verified"] = false;
        if (!method_of[c].empty()) j["method"] = method_of[c];
        return j;
    }
    const std::string& name_of(size_t c) const {
        const ImpactCategory& category = db.categories[c];
        return language == Language::zh && !category.name_zh.empty() ? category.name_zh : category.name;
    }
    std::string title(size_t c) const {
        std::string out = (method_of[c].empty() ? "" : method_of[c] + ": ") + name_of(c);
        if (db.categories[c].unverified) out += "  " + Message{message::lca_cli_unverified, {}}.text(language);
        return out;
    }
    /// Normalised and weighted scores of every set of a method whose categories were all asked for.
    Json sets_json(const std::vector<double>& scores) const {
        Json out = Json::array();
        for (const ImpactMethod& m : methods) {
            if (m.categories.empty() || std::count(m.categories.begin(), m.categories.end(), -1)) continue;
            for (const NormalisationSet& s : m.sets) {
                Json categories = Json::object();
                double total = 0;
                for (size_t k = 0; k < m.categories.size(); ++k) {
                    const auto c = static_cast<size_t>(m.categories[k]);
                    const double weighted = s.weighted(k, scores[c]);
                    total += weighted;
                    categories[db.categories[c].id] = {{"normalised", s.normalised(k, scores[c])},
                                                       {"weighted", weighted}};
                }
                out.push_back({{"method", m.id},
                               {"set", s.id},
                               {"name", s.name},
                               {"unit", s.unit},
                               {"categories", std::move(categories)},
                               {"weighted_total", total}});
            }
        }
        return out;
    }
    void print_demand() const {
        for (size_t i = 0; i < demand_json.size(); ++i) {
            const Json& d = demand_json[i];
            fmt::print("{} {}  {}{}\n", short_number(d["amount"].get<double>()), d["unit"].get<std::string>(),
                       demand_labels_[i],
                       d["location"].get<std::string>().empty() ? "" : " (" + d["location"].get<std::string>() + ")");
        }
    }

private:
    std::vector<int> columns_; ///< number of columns of each process
    std::vector<std::string> demand_labels_;
};

// --- solve

int solve(const Common& common, const Options& o) {
    const Study study(o, common.language);
    const Solver solver(study.system, &study.db);
    const Solution s = solver.solve(study.demand);
    const std::vector<double> scores = solver.scores(solver.inventory(s.x));
    const Diagnostics warnings = study.check_supply(s.x);
    if (common.json) {
        Json out, list = Json::object();
        for (size_t c = 0; c < scores.size(); ++c) {
            Json j = {{"value", scores[c]}};
            j.update(study.category_json(c));
            list[study.db.categories[c].id] = std::move(j);
        }
        out["scores"] = std::move(list);
        if (Json sets = study.sets_json(scores); !sets.empty()) out["normalised"] = std::move(sets);
        out["residual"] = s.residual;
        out["solver"] = to_string(s.method);
        out["demand"] = study.demand_json;
        out["linking"] = o.linking.empty() ? study.db.linking : o.linking;
        out["counts"] = study.report.counts;
        out["diagnostics"] = diagnostics_json(warnings, common);
        fmt::print("{}\n", out.dump());
        return 0;
    }
    study.print_demand();
    for (size_t c = 0; c < scores.size(); ++c)
        fmt::print("  {:>13}  {}  {}\n", short_number(scores[c]), padded(study.db.categories[c].unit, 16),
                   study.title(c));
    fmt::print("{}\n",
               Message{message::lca_cli_residual, {fmt::format("{:.2g}", s.residual), to_string(s.method)}}.text(
                   common.language));
    fmt::print(stderr, "{}", warnings.text(common.language));
    return 0;
}

// --- sample

const std::vector<double> quantile_levels = {0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975};

Json summary_json(const ScoreSummary& s, const Gap& gap) {
    Json quantiles = Json::object(), shifts = Json::array();
    for (size_t q = 0; q < quantile_levels.size(); ++q)
        quantiles[fmt::format("{}", quantile_levels[q])] = s.quantiles[q];
    for (const GapPart& p : gap.shifts) shifts.push_back({{"label", p.label}, {"value", p.value}, {"share", p.share}});
    return {{"deterministic", s.deterministic},
            {"mean", s.mean},
            {"sd", s.sd},
            {"standard_error", s.standard_error},
            {"controlled_mean", s.controlled_mean},
            {"controlled_error", s.controlled_error},
            {"quantiles", std::move(quantiles)},
            // Why the mean is not the deterministic score.
            {"gap",
             {{"mean_minus_deterministic", s.mean - s.deterministic},
              {"amounts_off_their_means", gap.at_means - gap.deterministic},
              {"curvature", gap.curvature},
              {"sampling", s.mean - gap.mean()},
              {"largest", std::move(shifts)}}}};
}

/// Bytes that a run may take: half of the machine's memory, or what the shell allows.
double usable_memory() {
    double bytes = 0.5 * static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
    rlimit allowed{};
    if (::getrlimit(RLIMIT_AS, &allowed) == 0 && allowed.rlim_cur != RLIM_INFINITY)
        bytes = std::min(bytes, static_cast<double>(allowed.rlim_cur));
    return bytes;
}

/// All scores are kept, beside each its first-order term, and one column of them is sorted.
MonteCarloResult run_draws(const MonteCarlo& sampler, const std::vector<std::vector<double>>& demands,
                           size_t categories, const MonteCarloOptions& options) {
    const double scores = static_cast<double>(demands.size()) * static_cast<double>(categories);
    const double needed = 8.0 * options.draws * (2 * scores + 3), usable = usable_memory();
    const auto refuse = [&] {
        Diagnostics diagnostics;
        diagnostics
            .error({}, message::lca_cli_memory,
                   {std::to_string(options.draws), fmt::format("{:.0f}", scores), fmt::format("{:.3g}", needed / 1e9),
                    fmt::format("{:.3g}", usable / 1e9)})
            .hint(message::lca_cli_memory_hint);
        throw ConfigError(std::move(diagnostics));
    };
    if (needed > usable) refuse();
    try {
        return sampler.run(demands, options);
    } catch (const std::bad_alloc&) {
        refuse();
        throw;
    }
}

int sample(const Common& common, const Options& o) {
    const Study study(o, common.language);
    const MonteCarlo sampler(study.db, study.system);
    MonteCarloOptions options;
    options.draws = o.draws;
    options.seed = o.seed;
    options.threads = o.jobs;
    std::vector<std::vector<double>> demands{study.demand};
    if (!o.versus.empty()) demands.push_back(study.versus);
    const MonteCarloResult result = run_draws(sampler, demands, study.db.categories.size(), options);
    const Diagnostics warnings = study.check_supply(Solver(study.system, &study.db).solve(study.demand).x);
    Json list = Json::object();
    for (size_t c = 0; c < study.db.categories.size(); ++c) {
        const int row = static_cast<int>(c);
        Json j = summary_json(result.summary(0, row, quantile_levels),
                              explain_gap(study.db, study.system, study.demand, row, 5));
        if (!o.versus.empty()) {
            const ScoreSummary d = result.difference(0, 1, row, quantile_levels);
            j["difference"] = {{"mean", d.mean},
                               {"sd", d.sd},
                               {"deterministic", d.deterministic},
                               {"share_first_larger", d.share_positive}};
        }
        j.update(study.category_json(c));
        list[study.db.categories[c].id] = std::move(j);
    }
    if (common.json) {
        Json out = {{"scores", list},
                    {"draws", result.draws},
                    {"seed", o.seed},
                    {"residual", result.residual},
                    {"escalated_draws", result.escalated},
                    {"demand", study.demand_json},
                    {"diagnostics", diagnostics_json(warnings, common)}};
        fmt::print("{}\n", out.dump());
        return 0;
    }
    study.print_demand();
    const auto text = [&](MessageId id, std::vector<std::string> args = {}) {
        return Message{id, std::move(args)}.text(common.language);
    };
    for (size_t c = 0; c < study.db.categories.size(); ++c) {
        const Json& j = list[study.db.categories[c].id];
        const auto number = [&](const char* key) { return short_number(j[key].get<double>()); };
        fmt::print("{} [{}]\n", study.title(c), study.db.categories[c].unit);
        fmt::print("{}\n", text(message::lca_cli_sampled,
                                {number("mean"), number("sd"), short_number(j["quantiles"]["0.025"].get<double>()),
                                 short_number(j["quantiles"]["0.5"].get<double>()),
                                 short_number(j["quantiles"]["0.975"].get<double>()), number("deterministic")}));
        fmt::print("{}\n", text(message::lca_cli_gap, {short_number(j["gap"]["mean_minus_deterministic"].get<double>()),
                                                       short_number(j["gap"]["amounts_off_their_means"].get<double>()),
                                                       short_number(j["gap"]["curvature"].get<double>()),
                                                       short_number(j["gap"]["sampling"].get<double>())}));
        if (j.contains("difference"))
            fmt::print("{}\n",
                       text(message::lca_cli_difference,
                            {short_number(j["difference"]["mean"].get<double>()),
                             short_number(j["difference"]["sd"].get<double>()),
                             fmt::format("{:.1f}", 100 * j["difference"]["share_first_larger"].get<double>())}));
    }
    fmt::print(stderr, "{}", warnings.text(common.language));
    return 0;
}

// --- contributions, sensitivity

Json part_json(const Study& study, const Part& p) {
    Json j = {{"name", p.label}, {"value", p.value}, {"share", p.share}};
    if (p.activity >= 0) {
        const Activity& a = study.system.activities[static_cast<size_t>(p.activity)];
        j["process"] = study.db.processes[static_cast<size_t>(a.process)].id;
        j["product"] = study.db.flows[static_cast<size_t>(a.flow)].name;
    }
    if (p.flow >= 0)
        j["flow"] = study.db.flows[static_cast<size_t>(study.system.flows[static_cast<size_t>(p.flow)])].id;
    return j;
}

Json category_part_json(const CategoryPart& p) {
    Json parts = Json::array();
    for (const CategoryPart& x : p.parts) parts.push_back(category_part_json(x));
    return {{"name", p.name}, {"value", p.value}, {"share", p.share}, {"parts", std::move(parts)}};
}

/// What every explanation of scores ends with: how well it was solved, and what is odd about the supply.
int finish(const Study& study, const Solution& s, const char* key, Json list, const Common& common) {
    const Diagnostics warnings = study.check_supply(s.x);
    if (common.json)
        fmt::print("{}\n", Json{{key, std::move(list)},
                                {"residual", s.residual},
                                {"demand", study.demand_json},
                                {"diagnostics", diagnostics_json(warnings, common)}}
                               .dump());
    else
        fmt::print(stderr, "{}", warnings.text(common.language));
    return 0;
}

int contributions(const Common& common, const Options& o) {
    const Study study(o, common.language);
    const Solver solver(study.system, &study.db);
    const Solution s = solver.solve(study.demand);
    Json list = Json::object();
    const auto text = [&](MessageId id) { return Message{id, {}}.text(common.language); };
    if (!common.json) study.print_demand();
    for (size_t c = 0; c < study.db.categories.size(); ++c) {
        const Contributions parts(solver, study.db, s.x, static_cast<int>(c));
        std::vector<Part> lists[] = {parts.by_process(o.top), parts.by_flow(o.top), parts.by_location()};
        for (Part& p : lists[0]) p.label = study.label(p.activity, p.label);
        if (common.json) {
            Json j = {{"value", parts.total()}};
            j.update(study.category_json(c));
            const char* names[] = {"processes", "flows", "locations"};
            for (size_t k = 0; k < 3; ++k) {
                j[names[k]] = Json::array();
                for (const Part& p : lists[k]) j[names[k]].push_back(part_json(study, p));
            }
            j["stages"] = category_part_json(parts.by_category());
            j["upstream"] = Json::array();
            for (const UpstreamPart& u : upstream(parts, solver.unit_scores(static_cast<int>(c)).x, o.top))
                j["upstream"].push_back({{"name", study.label(u.activity, u.label)},
                                         {"amount", u.amount},
                                         {"direct", u.direct},
                                         {"upstream", u.upstream},
                                         {"share", u.share}});
            list[study.db.categories[c].id] = std::move(j);
            continue;
        }
        fmt::print("{}: {} {}\n", study.title(c), short_number(parts.total()), study.db.categories[c].unit);
        const MessageId titles[] = {message::lca_cli_by_process, message::lca_cli_by_flow,
                                    message::lca_cli_by_location};
        for (size_t k = 0; k < 3; ++k) {
            fmt::print(" {}\n", text(titles[k]));
            for (size_t i = 0; i < std::min(lists[k].size(), static_cast<size_t>(o.top)); ++i)
                fmt::print("  {:>13} {:>6.1f} %  {}\n", short_number(lists[k][i].value), 100 * lists[k][i].share,
                           lists[k][i].label);
        }
    }
    return finish(study, s, "contributions", std::move(list), common);
}

int sensitivity(const Common& common, const Options& o) {
    const Study study(o, common.language);
    const Solver solver(study.system, &study.db);
    const Solution s = solver.solve(study.demand);
    const Sensitivities all(solver, study.db);
    Json list = Json::object();
    if (!common.json) study.print_demand();
    for (size_t c = 0; c < study.db.categories.size(); ++c) {
        const Sensitivity x = all.of(s.x, solver.unit_scores(static_cast<int>(c)).x, static_cast<int>(c));
        const std::vector<RankedAmount> lists[] = {all.top(x, o.top, false), all.top(x, o.top, true)};
        if (common.json) {
            Json j = {{"value", x.score}, {"sd", x.sd}, {"mean_shift", x.mean_shift}};
            j.update(study.category_json(c));
            const char* names[] = {"by_elasticity", "by_variance"};
            for (size_t k = 0; k < 2; ++k) {
                j[names[k]] = Json::array();
                for (const RankedAmount& r : lists[k])
                    j[names[k]].push_back({{"name", r.label},
                                           {"amount", r.amount},
                                           {"derivative", r.derivative},
                                           {"elasticity", r.elasticity},
                                           {"variance_share", r.variance_share}});
            }
            list[study.db.categories[c].id] = std::move(j);
            continue;
        }
        fmt::print("{}: {} {}\n", study.title(c), short_number(x.score), study.db.categories[c].unit);
        fmt::print("{}\n", Message{message::lca_cli_sensitivity, {short_number(x.sd), short_number(x.mean_shift)}}.text(
                               common.language));
        for (const RankedAmount& r : lists[0])
            fmt::print("  {:>8.3f} {:>6.1f} %  {}\n", r.elasticity, 100 * r.variance_share, r.label);
    }
    return finish(study, s, "sensitivity", std::move(list), common);
}

// --- list

/// Lower case of the letters a to z: enough to find names.
std::string folded(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

Json listed_process(const Database& db, const Process& p) {
    Json j = {{"id", p.id}, {"name", p.name}, {"location", p.location}, {"product", ""}, {"unit", ""}};
    if (p.reference >= 0) {
        const Flow& f = db.flows[static_cast<size_t>(p.exchanges[static_cast<size_t>(p.reference)].flow)];
        j["product"] = f.name;
        j["unit"] = reference_unit(db, f);
    }
    j["coproducts"] = Json::array();
    for (size_t k = 0; k < p.exchanges.size(); ++k) {
        const Exchange& e = p.exchanges[k];
        const Flow& f = db.flows[static_cast<size_t>(e.flow)];
        if (static_cast<int>(k) != p.reference && !e.input && !e.avoided && f.type == FlowType::product)
            j["coproducts"].push_back(f.name);
    }
    return j;
}

Json listed(const Database& db, const Options& o, Language language) {
    Json out = Json::array();
    const auto name = [&](const auto& x) {
        return language == Language::zh && !x.name_zh.empty() ? x.name_zh : x.name;
    };
    if (o.list_methods) {
        for (const ImpactMethod& m : db.methods) {
            Json categories = Json::array();
            for (const int c : m.categories) categories.push_back(db.categories[static_cast<size_t>(c)].id);
            out.push_back({{"id", m.id}, {"name", name(m)}, {"categories", std::move(categories)}});
        }
    } else if (o.list_categories) {
        for (size_t c = 0; c < db.categories.size(); ++c) {
            Json of = Json::array();
            for (const ImpactMethod& m : db.methods)
                if (std::count(m.categories.begin(), m.categories.end(), static_cast<int>(c))) of.push_back(name(m));
            const ImpactCategory& category = db.categories[c];
            Json j = {{"id", category.id}, {"name", name(category)}, {"unit", category.unit}, {"methods", of}};
            if (category.unverified) j["verified"] = false;
            out.push_back(std::move(j));
        }
    } else {
        for (const Process& p : db.processes) out.push_back(listed_process(db, p));
    }
    return out;
}

int list_database(const Common& common, const Options& o) {
    Database db;
    load_or_throw(o.db, db);
    const std::string wanted = folded(o.text);
    const auto holds = [&](const auto& self, const Json& j) -> bool { // in any of its texts
        if (j.is_string()) return folded(j.get<std::string>()).find(wanted) != std::string::npos;
        return j.is_structured() && std::any_of(j.begin(), j.end(), [&](const Json& part) { return self(self, part); });
    };
    Json entries = Json::array();
    for (Json& j : listed(db, o, common.language))
        if (wanted.empty() || holds(holds, j)) entries.push_back(std::move(j));
    const char* what = o.list_methods ? "methods" : o.list_categories ? "categories" : "processes";
    if (common.json) {
        fmt::print("{}\n", Json{{what, std::move(entries)}}.dump());
        return 0;
    }
    size_t widest = 0;
    for (const Json& j : entries) widest = std::max(widest, j["id"].get_ref<const std::string&>().size());
    for (const Json& j : entries) {
        const auto text = [&](const char* key) { return j[key].get<std::string>(); };
        std::string line = text("id") + std::string(widest - text("id").size(), ' ') + "  " + text("name");
        if (o.list_methods) {
            line += fmt::format("  ({})", j["categories"].size());
        } else if (o.list_categories) {
            line += " [" + text("unit") + "]";
            for (const Json& m : j["methods"]) line += "  " + m.get<std::string>();
            if (j.contains("verified")) line += "  " + Message{message::lca_cli_unverified, {}}.text(common.language);
        } else {
            if (!text("location").empty()) line += " (" + text("location") + ")";
            if (!text("product").empty()) line += " -> " + text("product") + " [" + text("unit") + "]";
            for (const Json& product : j["coproducts"]) line += " + " + product.get<std::string>();
        }
        fmt::print("{}\n", line);
    }
    fmt::print(stderr, "{}\n",
               Message{message::lca_cli_listed,
                       {std::to_string(entries.size()), std::to_string(o.list_methods      ? db.methods.size()
                                                                       : o.list_categories ? db.categories.size()
                                                                                           : db.processes.size())}}
                   .text(common.language));
    return 0;
}

// --- export

int write(const Common& common, const Options& o) {
    Database db;
    load_or_throw(o.db, db);
    if (o.format == "jsonld")
        write_jsonld(db, o.file);
    else
        write_datapackage(db, o.linking, o.file);
    if (common.json)
        fmt::print("{}\n", Json{{"written", o.file}, {"format", o.format}}.dump());
    else
        fmt::print("{}\n", Message{message::lca_cli_written, {o.file}}.text(common.language));
    return 0;
}

} // namespace

void add_lca(CLI::App& app, const std::function<void(CLI::App*)>& shared, const std::function<const Common&()>& common,
             int& status) {
    const auto options = std::make_shared<Options>();
    Options* o = options.get();
    auto* lca_command = app.add_subcommand("lca", "life-cycle inventories: import, solve, sample, explain, export");
    // Unknown words are kept (see below), so that they are called unknown commands.
    lca_command->require_subcommand(0, 1);
    const auto add = [&](const char* name, const char* text, int (*run)(const Common&, const Options&)) {
        auto* sub = lca_command->add_subcommand(name, text);
        shared(sub);
        sub->callback([options, common, run, &status] { status = run(common(), *options); });
        return sub;
    };
    const auto linking = [&](CLI::App* sub) {
        sub->add_option("--linking", o->linking,
                        "file: providers, allocation, avoided products as the file says; plain: none of it")
            ->check(CLI::IsMember({"file", "plain"}));
    };
    const auto study = [&](CLI::App* sub) {
        sub->add_option("--db", o->db, "database made by lca import")->required();
        sub->add_option("--demand", o->demands,
                        "ID[=AMOUNT]: process or product by id or exact name, amount in the product's reference unit "
                        "(repeatable)")
            ->required()
            ->allow_extra_args(false);
        sub->add_option("--method", o->methods, "impact category or method, by id or name (repeatable)")
            ->allow_extra_args(false);
        sub->add_flag("--all-methods", o->all_methods, "all categories of the database (also without --method)");
        linking(sub);
    };
    auto* sub = add("import", "read inventories or impact methods into a database (format recognised)", import);
    sub->add_option("FILE", o->file, "file or folder")->required();
    sub->add_option("--into", o->db, "database file; made if it is not there")->required();
    linking(sub);
    sub->add_option("--flow-map", o->flow_map, "of a folder of impact methods: CSV, or a zip of one");
    sub->add_option("--decisions", o->decisions,
                    "CSV of decisions on unlinked inputs: read if it is there, then completed");
    sub->add_option("--findings", o->findings, "findings shown of each kind")->check(CLI::Range(0, 1'000'000));

    sub = add("list", "processes, impact categories or methods of a database", list_database);
    sub->add_option("TEXT", o->text, "only those with this text in id, name, location or product");
    sub->add_option("--db", o->db, "database made by lca import")->required();
    auto* categories = sub->add_flag("--categories", o->list_categories, "impact categories");
    sub->add_flag("--methods", o->list_methods, "impact methods")->excludes(categories);

    study(add("solve", "impacts of a demand", solve));

    sub = add("sample", "Monte Carlo over all uncertain amounts", sample);
    study(sub);
    sub->add_option("--versus", o->versus, "an alternative: ID[=AMOUNT], sampled with the same draws (repeatable)")
        ->allow_extra_args(false);
    sub->add_option("--draws", o->draws)->check(CLI::Range(2, 100'000'000));
    sub->add_option("--seed", o->seed);
    sub->add_option("--jobs", o->jobs, "threads; the result does not depend on it")->check(CLI::Range(1, 1024));

    sub = add("contributions", "what a score is made of: processes, flows, places, stages", contributions);
    study(sub);
    sub->add_option("--top", o->top, "lines of each list")->check(CLI::Range(1, 100'000));

    sub = add("sensitivity", "amounts a score depends on most, and its first-order standard deviation", sensitivity);
    study(sub);
    sub->add_option("--top", o->top, "lines of each list")->check(CLI::Range(1, 100'000));

    sub = add("export", "write the database for other programs", write);
    sub->add_option("FILE", o->file, "zip file to write")->required();
    sub->add_option("--db", o->db)->required();
    sub->add_option("--format", o->format)->required()->check(CLI::IsMember({"jsonld", "datapackage"}));
    linking(sub);

    lca_command->allow_extras();
    lca_command->parse_complete_callback([lca_command] {
        std::string known;
        for (const CLI::App* command : lca_command->get_subcommands({}))
            known += (known.empty() ? "" : ", ") + command->get_name();
        const std::vector<std::string> unknown = lca_command->remaining();
        if (!unknown.empty() && unknown.front().rfind('-', 0) == 0) throw CLI::ExtrasError(unknown);
        if (!unknown.empty())
            throw CLI::ParseError("lca: unknown command '" + unknown.front() + "': one of " + known,
                                  CLI::ExitCodes::ExtrasError);
        if (lca_command->get_subcommands().empty())
            throw CLI::ParseError("lca needs a command: " + known, CLI::ExitCodes::RequiredError);
    });
}

} // namespace viresco::cli
