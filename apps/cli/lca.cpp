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
#include <nlohmann/json.hpp>
#include <numeric>

namespace viresco::cli {
namespace {

using Json = nlohmann::ordered_json;
using namespace viresco::lca;

struct Options {
    std::string file, db, linking, flow_map, decisions, format;
    std::vector<std::string> demands, versus, methods;
    bool all_methods = false;
    int draws = 1000, jobs = 1, top = 20, findings = 5;
    uint32_t seed = 1;
};

std::string short_number(double x) { return fmt::format("{:.6g}", x); }

Json diagnostics_json(const Diagnostics& d, const Common& common) { return Json::parse(d.json(common.language)); }

void load_or_throw(const std::string& path, Database& db) {
    Diagnostics diagnostics;
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

int import(const Common& common, const Options& o) {
    Database db;
    std::error_code error;
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
    if (!o.decisions.empty() && std::filesystem::exists(o.decisions, error))
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
    save(db, o.db);
    if (!o.decisions.empty()) write_decisions(db, linked.findings, o.decisions);
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

/// Splits "ID=AMOUNT" at the last '=' that a number follows.
std::pair<std::string, double> split_demand(const std::string& text) {
    const size_t equal = text.rfind('=');
    if (equal != std::string::npos) {
        double amount = 0;
        const char* begin = text.data() + equal + 1;
        const auto [end, error] = std::from_chars(begin, text.data() + text.size(), amount);
        if (error == std::errc() && end == text.data() + text.size() && std::isfinite(amount))
            return {text.substr(0, equal), amount};
    }
    return {text, 1.0};
}

/// Process of an id or an exact name; else of the product with that id or name.
int find_process(const Database& db, const std::string& wanted, Diagnostics& diagnostics) {
    if (const auto found = db.process_at.find(wanted); found != db.process_at.end()) return found->second;
    std::vector<int> named, making;
    for (int i = 0; i < static_cast<int>(db.processes.size()); ++i) {
        const Process& p = db.processes[static_cast<size_t>(i)];
        if (p.name == wanted) named.push_back(i);
        if (p.reference < 0) continue;
        const Flow& product = db.flows[static_cast<size_t>(p.exchanges[static_cast<size_t>(p.reference)].flow)];
        if (product.id == wanted || product.name == wanted) making.push_back(i);
    }
    const std::vector<int>& found = named.empty() ? making : named;
    if (found.size() == 1) return found.front();
    if (found.empty()) {
        std::vector<std::string> names;
        for (const Process& p : db.processes) names.push_back(p.name);
        suggest(diagnostics.error({}, message::lca_cli_no_process, {wanted}), wanted, names);
        return -1;
    }
    std::string list;
    for (size_t i = 0; i < std::min<size_t>(found.size(), 8); ++i) {
        const Process& p = db.processes[static_cast<size_t>(found[i])];
        list += (i ? ", " : "") + p.id + (p.location.empty() ? "" : " (" + p.location + ")");
    }
    diagnostics.error({}, message::lca_cli_several, {wanted, std::to_string(found.size())})
        .hint(message::lca_cli_several_hint, {list + (found.size() > 8 ? ", .." : "")});
    return -1;
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
            if (m.id == wanted || m.name == wanted) {
                known = true;
                for (const int c : m.categories) add(c);
            }
        if (!known)
            for (int c = 0; c < static_cast<int>(db.categories.size()); ++c)
                if (db.categories[static_cast<size_t>(c)].name == wanted) {
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

/// A loaded and linked database with the categories asked for only.
struct Study {
    Database db;
    LinkReport report;
    System system;
    std::vector<std::string> method_of; ///< name of the method per category
    std::vector<double> demand, versus;
    Json demand_json = Json::array();

    explicit Study(const Options& o) {
        load_or_throw(o.db, db);
        Diagnostics diagnostics;
        const std::vector<int> chosen = find_categories(db, o, diagnostics);
        std::vector<int> processes;
        for (const std::string& d : o.demands)
            processes.push_back(find_process(db, split_demand(d).first, diagnostics));
        std::vector<int> others;
        for (const std::string& d : o.versus) others.push_back(find_process(db, split_demand(d).first, diagnostics));
        diagnostics.throw_if_errors();
        std::vector<ImpactCategory> categories;
        for (const int c : chosen) {
            method_of.emplace_back();
            for (const ImpactMethod& m : db.methods)
                if (std::find(m.categories.begin(), m.categories.end(), c) != m.categories.end())
                    method_of.back() = m.name;
            categories.push_back(std::move(db.categories[static_cast<size_t>(c)]));
        }
        db.categories = std::move(categories); // in the order of the system's rows
        db.methods.clear();
        db.index();
        LinkOptions options;
        options.linking = o.linking;
        system = link(db, options, report, diagnostics);
        diagnostics.throw_if_errors();
        demand = vector_of(o.demands, processes, diagnostics, true);
        versus = vector_of(o.versus, others, diagnostics, false);
        diagnostics.throw_if_errors();
    }

    std::vector<double> vector_of(const std::vector<std::string>& texts, const std::vector<int>& processes,
                                  Diagnostics& diagnostics, bool tell) {
        std::vector<double> f(system.activities.size(), 0.0);
        for (size_t i = 0; i < texts.size(); ++i) {
            const Process& p = db.processes[static_cast<size_t>(processes[i])];
            const int activity = find_activity(db, system, processes[i]);
            if (activity < 0) {
                diagnostics.error({}, message::lca_cli_makes_nothing, {p.name, p.id});
                continue;
            }
            const double amount = split_demand(texts[i]).second;
            f[static_cast<size_t>(activity)] += amount;
            if (tell)
                demand_json.push_back({{"process", p.id},
                                       {"name", p.name},
                                       {"location", p.location},
                                       {"amount", amount},
                                       {"unit", unit_of(activity)}});
        }
        return f;
    }

    /// The reference unit in which the product of an activity is counted.
    std::string unit_of(int activity) const {
        const Flow& f = db.flows[static_cast<size_t>(system.activities[static_cast<size_t>(activity)].flow)];
        const int property = f.properties.empty() ? -1 : f.properties.front().property;
        const int group = property < 0 ? -1 : db.properties[static_cast<size_t>(property)].unit_group;
        if (group < 0) return {};
        const UnitGroup& g = db.unit_groups[static_cast<size_t>(group)];
        return g.units.empty() ? std::string() : g.units[static_cast<size_t>(g.reference)].name;
    }

    Json category_json(size_t c) const {
        Json j = {{"unit", db.categories[c].unit}, {"name", db.categories[c].name}};
        if (!method_of[c].empty()) j["method"] = method_of[c];
        return j;
    }
    std::string title(size_t c) const {
        return (method_of[c].empty() ? "" : method_of[c] + ": ") + db.categories[c].name;
    }
    void print_demand() const {
        for (const Json& d : demand_json)
            fmt::print("{} {}  {}{}\n", short_number(d["amount"].get<double>()), d["unit"].get<std::string>(),
                       d["name"].get<std::string>(),
                       d["location"].get<std::string>().empty() ? "" : " (" + d["location"].get<std::string>() + ")");
    }
};

// --- solve

int solve(const Common& common, const Options& o) {
    const Study study(o);
    const Solver solver(study.system, &study.db);
    const Solution s = solver.solve(study.demand);
    const std::vector<double> scores = solver.scores(solver.inventory(s.x));
    if (common.json) {
        Json out, list = Json::object();
        for (size_t c = 0; c < scores.size(); ++c) {
            Json j = {{"value", scores[c]}};
            j.update(study.category_json(c));
            list[study.db.categories[c].id] = std::move(j);
        }
        out["scores"] = std::move(list);
        out["residual"] = s.residual;
        out["solver"] = to_string(s.method);
        out["demand"] = study.demand_json;
        out["linking"] = o.linking.empty() ? study.db.linking : o.linking;
        out["counts"] = study.report.counts;
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

int sample(const Common& common, const Options& o) {
    const Study study(o);
    const MonteCarlo sampler(study.db, study.system);
    MonteCarloOptions options;
    options.draws = o.draws;
    options.seed = o.seed;
    options.threads = o.jobs;
    std::vector<std::vector<double>> demands{study.demand};
    if (!o.versus.empty()) demands.push_back(study.versus);
    const MonteCarloResult result = sampler.run(demands, options);
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
                    {"demand", study.demand_json}};
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
    return 0;
}

// --- contributions, sensitivity

Json part_json(const Study& study, const Part& p) {
    Json j = {{"name", p.label}, {"value", p.value}, {"share", p.share}};
    if (p.activity >= 0)
        j["process"] =
            study.db.processes[static_cast<size_t>(study.system.activities[static_cast<size_t>(p.activity)].process)]
                .id;
    if (p.flow >= 0)
        j["flow"] = study.db.flows[static_cast<size_t>(study.system.flows[static_cast<size_t>(p.flow)])].id;
    return j;
}

Json category_part_json(const CategoryPart& p) {
    Json parts = Json::array();
    for (const CategoryPart& x : p.parts) parts.push_back(category_part_json(x));
    return {{"name", p.name}, {"value", p.value}, {"share", p.share}, {"parts", std::move(parts)}};
}

int contributions(const Common& common, const Options& o) {
    const Study study(o);
    const Solver solver(study.system, &study.db);
    const Solution s = solver.solve(study.demand);
    Json list = Json::object();
    const auto text = [&](MessageId id) { return Message{id, {}}.text(common.language); };
    if (!common.json) study.print_demand();
    for (size_t c = 0; c < study.db.categories.size(); ++c) {
        const Contributions parts(solver, study.db, s.x, static_cast<int>(c));
        const std::vector<Part> lists[] = {parts.by_process(o.top), parts.by_flow(o.top), parts.by_location()};
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
                j["upstream"].push_back({{"name", u.label},
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
    if (common.json)
        fmt::print(
            "{}\n",
            Json{{"contributions", std::move(list)}, {"residual", s.residual}, {"demand", study.demand_json}}.dump());
    return 0;
}

int sensitivity(const Common& common, const Options& o) {
    const Study study(o);
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
    if (common.json)
        fmt::print(
            "{}\n",
            Json{{"sensitivity", std::move(list)}, {"residual", s.residual}, {"demand", study.demand_json}}.dump());
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
    lca_command->require_subcommand(1);
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
                        "ID[=AMOUNT]: process by id or exact name, amount in the product's reference unit (repeatable)")
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
    sub->add_option("--findings", o->findings, "findings shown of each kind")->check(CLI::NonNegativeNumber);

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
}

} // namespace viresco::cli
