#include "base/messages/case.h"
#include "base/messages/lang.h"
#include "base/messages/plant.h"
#include "case/case.h"
#include "case/data_tables.h"
#include "economics/economics.h"
#include "lang/cut_runs.h"
#include "matter/quantity.h"
#include "schedule/timetable.h"
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

namespace viresco::cases {

using text::Node;

const matter::Datum& Case::datum(size_t parameter) const {
    for (auto s = settings.rbegin(); s != settings.rend(); ++s)
        if (s->parameter == static_cast<int>(parameter)) return s->datum;
    return program.parameters()[parameter].datum;
}

uint64_t Case::hash() const {
    // By name without folder, each file once: the same wherever the case lies.
    std::map<std::string, const SourceFile*> read;
    for (const SourceFile& f : request.sources->files()) read.emplace(f.path, &f);
    std::vector<std::string> texts;
    for (const auto& [path, f] : read) texts.push_back(path.substr(path.find_last_of('/') + 1) + "\n" + f->text);
    std::sort(texts.begin(), texts.end());
    texts.push_back(VIRESCO_VERSION);
    texts.push_back(request.scenario);
    for (const auto& [path, value] : request.settings) texts.push_back(path + "=" + value);
    uint64_t h = 14695981039346656037u; // FNV-1a
    for (const std::string& text : texts) {
        for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 1099511628211u;
        h = (h ^ 256) * 1099511628211u; // the end of a text
    }
    return h;
}

const Output* Case::find(const std::string& path) const {
    const auto it = by_path_.find(path);
    return it == by_path_.end() ? nullptr : &outputs_[static_cast<size_t>(it->second)];
}

int Case::find_named(const std::string& path) const {
    const auto it = by_path_.find(path);
    return it == by_path_.end() ? -1 : it->second;
}

/// Steps of the compiler: read the case, its scenario and settings; build routes; expand; make the program.
class Compiler {
public:
    Compiler(const Request& request, Diagnostics& warnings)
        : out_(new Case), warnings_(warnings), d_(out_->compile_diagnostics_) {
        out_->request = request;
        out_->library_ = std::make_unique<plant::Library>(request.models_folder, *request.sources, d_);
    }

    std::unique_ptr<Case> run() {
        read();
        build();
        program();
        for (const Diagnostic& d : d_.all()) {
            if (d.severity == Severity::warning) warnings_.warning(d.pos, d.message.id, d.message.args).hints = d.hints;
        }
        out_->files_ = out_->library_->files();
        return std::move(out_);
    }

private:
    plant::Library& library() { return *out_->library_; }

    const Node* case_file() {
        namespace fs = std::filesystem;
        fs::path path = out_->request.path;
        std::error_code ignored;
        if (fs::is_directory(path, ignored)) path /= "case.yaml";
        return library().load_file(path.lexically_normal().string(), "case");
    }

    std::vector<const Node*> files(const char* key, const char* folder, const char* kind) {
        return files(file_->find(key), key, folder, kind);
    }
    std::vector<const Node*> files(const Node* list, const char* key, const char* folder, const char* kind) {
        std::vector<const Node*> out;
        if (!list) return out;
        if (list->is_scalar()) {
            if (const Node* n = library().load(folder, kind, list->scalar(), list->pos())) out.push_back(n);
            return out;
        }
        if (!list->is_sequence()) d_.error(list->pos(), message::expected_list, {key});
        for (const Node& item : list->items())
            if (const Node* n = library().load(folder, kind, item.scalar(), item.pos())) out.push_back(n);
        return out;
    }

    void read() {
        out_->file = file_ = case_file();
        d_.throw_if_errors();
        const bool all_known = plant::check_keys(
            *file_,
            {"viresco",    "kind",          "title",       "description", "product",  "functional unit", "routes",
             "background", "prices",        "economics",   "indicators",  "limits",   "required trl",    "ranking",
             "barriers",   "batch records", "electricity", "scenarios",   "boundary", "correlations",    "data"},
            d_);
        out_->title = file_->find("title") ? matter::read_title(*file_->find("title"), d_)
                                           : matter::Title{"case", "案例"};
        out_->product = plant::scalar_of(*file_, "product", d_);
        // A key that is not known may be the one that seems to be missing.
        if (out_->product.empty() && all_known)
            d_.error({file_->pos().file, 1, 1, 1}, message::case_needs, {"product"});
        const Node* unit = file_->find("functional unit");
        if (!unit) {
            if (all_known) d_.error({file_->pos().file, 1, 1, 1}, message::case_needs, {"functional unit"});
        } else {
            const auto q = matter::read_quantity(*unit, d_);
            if (q && q->dimension().text() != "kg")
                d_.error(unit->pos(), message::functional_unit_mass, {unit->scalar()});
            else if (q)
                out_->functional_unit = *q;
        }
        if (const Node* trl = file_->find("required trl")) out_->required_trl = assess::read_level(*trl, d_);
        out_->electricity.pos = {file_->pos().file, 1, 1, 1};
        if (const Node* e = file_->find("electricity")) out_->electricity = lca::read_electricity(*e, d_);
        read_data_tables(library(), *file_, out_->tables, overrides_);
        scenario();
        for (const auto& [path, value] : out_->request.settings) {
            const Node* node = library().inline_text("--set " + path, value);
            if (node) overrides_.add(path, node, node->pos());
        }
        for (const Node* change : out_->request.changes)
            for (const auto& e : change->entries()) overrides_.add(e.key, &e.value, e.key_pos);
        d_.throw_if_errors();
    }

    /// One scenario, or several on top of each other: "green-power+high-recycle".
    void scenario() {
        const std::string& wanted = out_->request.scenario;
        out_->scenario_title = {"base", "基准"};
        if (wanted.empty() || wanted == "base") return;
        for (size_t begin = 0; begin <= wanted.size();) {
            const size_t end = std::min(wanted.find('+', begin), wanted.size());
            scenario(wanted.substr(begin, end - begin), begin == 0);
            begin = end + 1;
        }
    }

    void scenario(const std::string& wanted, bool first) {
        const Node* list = file_->find("scenarios");
        const Node* s = list ? list->find(wanted) : nullptr;
        if (!s) {
            std::vector<std::string> known;
            if (list)
                for (const auto& e : list->entries()) known.push_back(e.key);
            auto& d = d_.error(list ? list->pos() : SourcePos{file_->pos().file, 1, 1, 1}, message::unknown_scenario,
                               {wanted});
            suggest(d, wanted, known);
            return;
        }
        if (!plant::expect_map(*s, "'" + wanted + "'", d_)) return;
        plant::check_keys(*s, {"title", "set", "electricity"}, d_);
        const matter::Title title = s->find("title") ? matter::read_title(*s->find("title"), d_)
                                                     : matter::Title{wanted, wanted};
        matter::Title& whole = out_->scenario_title;
        whole = first ? title : matter::Title{whole.en + " + " + title.en, whole.zh + " + " + title.zh};
        if (const Node* e = s->find("electricity")) {
            if (electricity_of_) contradiction(wanted, "electricity", e->pos(), electricity_of_->pos());
            electricity_of_ = e;
            out_->electricity = lca::read_electricity(*e, d_, out_->electricity);
        }
        if (const Node* set = s->find("set"); set && plant::expect_map(*set, "'set'", d_))
            for (const auto& e : set->entries()) {
                for (const auto& before : overrides_.entries())
                    if (before.path == e.key && !same(*before.value, e.value))
                        contradiction(wanted, e.key, e.key_pos, before.pos);
                overrides_.add(e.key, &e.value, e.key_pos);
            }
    }

    static bool same(const Node& a, const Node& b) {
        return &a == &b || (a.is_scalar() && b.is_scalar() && a.scalar() == b.scalar());
    }

    /// Two scenarios that are to hold together say different things.
    void contradiction(const std::string& scenario, const std::string& what, const SourcePos& pos,
                       const SourcePos& before) {
        auto& d = d_.error(pos, message::scenarios_contradict, {out_->request.scenario, scenario, what});
        d.see(before, message::scenario_says_before, {what});
        d.hint(message::scenarios_contradict_hint);
    }

    void build() {
        const Node* routes = file_->find("routes");
        if (!routes || !plant::expect_map(*routes, "'routes'", d_) || routes->entries().empty()) {
            d_.error({file_->pos().file, 1, 1, 1}, message::case_needs, {"routes"});
            d_.throw_if_errors();
        }
        std::vector<std::pair<std::string, const Node*>> plants;
        std::vector<std::string> known;
        for (const auto& e : routes->entries()) {
            known.push_back(e.key);
            if (!plant::is_name(e.key)) d_.error(e.key_pos, message::not_a_name, {e.key});
            const auto& wanted = out_->request.routes;
            if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), e.key) == wanted.end()) continue;
            std::string name = e.value.scalar();
            if (name.find(".yaml") == std::string::npos) name += ".yaml";
            if (const Node* p = library().load("plants", "plant", name, e.value.pos())) plants.emplace_back(e.key, p);
        }
        for (const std::string& r : out_->request.routes)
            if (std::find(known.begin(), known.end(), r) == known.end())
                suggest(d_.error(routes->pos(), message::unknown_route, {r}), r, known);
        d_.throw_if_errors();

        model_ = std::make_unique<lang::Model>(d_);
        context_ = std::make_unique<plant::Context>(
            plant::Context{library(), *model_, out_->components, overrides_, out_->settings, {}, {}, {}});
        std::vector<const Node*> read;
        for (const auto& [name, p] : plants)
            if (const Node* list = p->find("components"))
                for (const Node& item : list->items()) {
                    const Node* n = library().load("components", "components", item.scalar(), item.pos());
                    if (!n || std::find(read.begin(), read.end(), n) != read.end()) continue;
                    read.push_back(n);
                    out_->components.read(*n, d_);
                }
        d_.throw_if_errors();
        plant::declare_components(*context_);
        out_->background = lca::read_background(*context_, files("background", "background", "background"),
                                                out_->electricity);
        const auto prices = files("prices", "prices", "prices");
        lca::read_prices(*context_, prices);
        const auto economics = files("economics", "economics", "economics");
        out_->incentives = economics::read_parameters(*context_, economics);
        out_->definitions = assess::read_definitions(library(), files("indicators", "indicators", "indicators"));
        if (const Node* ranking = file_->find("ranking"))
            out_->ranking = assess::read_ranking(*ranking, out_->definitions, d_);
        out_->limits = assess::read_limits(*context_, files("limits", "limits", "limits"));
        if (const Node* records = file_->find("batch records")) {
            out_->batch_records = assess::read_batch_records(library(), *records);
            assess::declare_batch_records(*context_, out_->batch_records);
        }
        if (const Node* barriers = file_->find("barriers")) {
            const auto registers = files(barriers->find("register"), "register", "barriers", "barriers");
            d_.throw_if_errors(); // without its register nothing that the case says of barriers is known
            out_->barriers = assess::read_barriers(*context_, *barriers, registers, out_->definitions);
        }
        d_.throw_if_errors();
        for (const auto& [name, p] : plants) {
            out_->routes.push_back(plant::build_plant(*context_, *p, name));
            out_->maturity.push_back(assess::read_maturity(*p, d_));
            for (const lang::State& s : model_->states()) {
                const auto& runs = model_->runs();
                const bool in_a_run = std::any_of(
                    runs.begin(), runs.end(), [&](const lang::RunRule& r) { return s.path.rfind(r.prefix, 0) == 0; });
                if (in_a_run || d_.has_errors()) continue;
                d_.error({p->pos().file, 1, 1, 1}, message::plant_in_time, {s.path}).hint(message::plant_in_time_hint);
            }
        }
        d_.throw_if_errors();
        for (const plant::Plant& p : out_->routes) {
            lca::declare_exchanges(*context_, p, out_->background);
            economics::declare_costs(*context_, p, economics, out_->product);
            assess::declare_indicators(*context_, p, out_->background, out_->definitions);
            assess::declare_maturity(*context_, p, out_->maturity[static_cast<size_t>(&p - out_->routes.data())]);
            assess::declare_limits(*context_, p, out_->limits);
            if (out_->barriers) assess::declare_barriers(*context_, p, *out_->barriers, out_->limits, out_->incentives);
            if (out_->request.shares) assess::declare_shares(*context_, p, out_->background, out_->definitions);
        }
        for (const std::string& reason : context_->dynamics.unvalidated)
            d_.warning({}, message::case_unvalidated, {reason});
        unused_overrides();
        changes_of_barriers();
        d_.throw_if_errors();
    }

    /// What actions against barriers change must be there, also while none of them is evaluated.
    void changes_of_barriers() {
        if (!out_->barriers) return;
        plant::Overrides changes;
        const auto add = [&](const Node* set) {
            if (!set) return;
            for (const auto& e : set->entries()) changes.add(e.key, &e.value, e.key_pos);
        };
        for (const assess::BarrierAction& a : out_->barriers->actions) add(a.set);
        for (const assess::Barrier& b : out_->barriers->barriers)
            for (const assess::Proxy& x : b.proxies) add(x.target);
        plant::Overrides tables; // a member of a table may be of the change's own
        for (const auto& e : changes.entries()) tables.add(e.path.substr(0, e.path.find('[')), e.value, e.pos);
        for (const std::string& address : context_->addresses) {
            changes.find(address);
            tables.find(address);
        }
        for (size_t i = 0; i < changes.entries().size(); ++i)
            if (!changes.entries()[i].used && !tables.entries()[i].used) no_such_address(changes.entries()[i]);
    }

    void unused_overrides() {
        for (const auto& e : overrides_.entries())
            if (!e.used) no_such_address(e);
    }

    void no_such_address(const plant::Overrides::Entry& e) {
        const std::string route = e.path.substr(0, e.path.find('.'));
        const Node* routes = file_->find("routes");
        const bool other_route = routes->find(route) && std::none_of(out_->routes.begin(), out_->routes.end(),
                                                                     [&](const auto& p) { return p.route == route; });
        if (other_route) return;
        auto& d = d_.error(e.pos, message::no_such_address, {e.path});
        suggest(d, e.path, context_->addresses);
        // A unit's own parameters, when the unit is known.
        const std::string parent = e.path.substr(0, e.path.rfind('.') + 1);
        std::string list;
        for (const std::string& a : context_->addresses)
            if (!parent.empty() && a.compare(0, parent.size(), parent) == 0 && list.size() < 300)
                list += (list.empty() ? "" : ", ") + a.substr(parent.size());
        if (!list.empty() && d.hints.empty()) d.hint(message::addresses_there, {parent, list});
    }

    /// Everything a result may need is expanded here, in a fixed order.
    void expand(const plant::Plant& p) {
        lang::Model& m = *model_;
        const auto ask = [&](const std::string& path, const SourcePos& pos) { m.value(path, {}, pos); };
        for (const auto& def : out_->definitions) {
            if (def.defined_if) ask(assess::condition_path(p, def.id), def.pos);
            ask(assess::indicator_path(p, def.id), def.pos);
        }
        for (const assess::Limit& l : out_->limits) {
            ask(assess::measured_path(p, l), l.pos);
            if (l.defined_if) ask(assess::measured_if_path(p, l), l.pos);
            ask(assess::value_path(l), l.pos);
        }
        if (out_->barriers)
            for (const assess::Barrier& b : out_->barriers->barriers) {
                ask(assess::likelihood_path(b), b.pos);
                for (const assess::Proxy& x : b.proxies)
                    for (const std::string& path : {assess::proxy_path(p, b, x), assess::proxy_if_path(p, b, x)})
                        if (m.declared(path)) ask(path, x.pos);
            }
        for (const std::string& step : assess::steps_of(p))
            for (const auto& def : out_->definitions)
                if (def.additive) ask(assess::indicator_path(p, def.id, step), def.pos);
        for (const auto& x : p.exchanges) {
            const lang::Member index[1] = {x.member};
            std::vector<std::string> names{"amount", "mass"};
            for (const std::string& impact : out_->background.impacts) names.push_back(impact);
            if (file_->find("prices")) names.emplace_back("cost");
            for (const std::string& name : names) m.value(p.prefix + name, index, x.pos);
            if (out_->request.shares)
                for (const auto& def : out_->definitions)
                    if (def.additive) ask(assess::share_path(p, def.id, x.id), def.pos);
        }
        for (const auto& s : p.streams) {
            for (const char* name : {".mass", ".T", ".p", ".H", ".cod"}) ask(s.path + name, s.pos);
            for (int k = 0; k < out_->components.size(); ++k) {
                const lang::Member index[1] = {m.member(out_->components[k].name)};
                m.value(s.path + ".m", index, s.pos);
            }
        }
        for (const auto& u : p.units) {
            for (const auto& t : u.energy) ask(t.path, u.pos);
            for (const auto& use : u.uses) ask(use.path, use.pos);
            for (const auto& check : u.checks) ask(check.path, check.node->pos());
            if (u.type && u.type->equations)
                for (const lang::Statement& s : *u.type->equations)
                    if (s.indices.empty() && s.target.find('.') == std::string::npos)
                        ask(u.prefix + s.target, s.target_span.pos());
            for (const std::string& path : u.sizes) ask(path, u.pos);
            messages(u);
        }
        // Every declared parameter of the route is part of the program, whether used or not.
    }

    /// Values that the message of a requirement prints.
    void messages(const plant::UnitInstance& u) {
        for (const auto& check : u.checks)
            for (const auto& e : check.node->find("message")->entries()) {
                const std::string& t = e.value.scalar();
                for (size_t i = 0; (i = t.find('{', i)) != std::string::npos; ++i) {
                    const size_t end = t.find('}', i);
                    if (end == std::string::npos) break;
                    const std::string path = u.prefix + "message." + t.substr(i + 1, end - i - 1);
                    if (!model_->declared(path))
                        model_->add_formula(path, {}, check.scope, lang::parse_expression(e.value, i + 1, end, d_),
                                            e.value.position(i));
                    if (model_->declared(path)) model_->value(path, {}, e.value.position(i));
                }
            }
    }

    void program() {
        lang::Model& m = *model_;
        for (const plant::Plant& p : out_->routes) expand(p);
        m.close_states();
        const std::vector<lang::Event> events = plant::close_events(*context_);
        m.close_equations();
        for (const auto& check : context_->dynamics.checks) check();
        d_.throw_if_errors();
        std::vector<plant::Balance> balances;
        std::vector<std::string> route_of;
        for (const plant::Plant& p : out_->routes)
            for (plant::Balance& b : plant::audit(*context_, p)) {
                balances.push_back(b);
                route_of.push_back(p.route);
            }
        lang::Program::Input in;
        const std::vector<lang::TimeRun> schedules = recipes();
        m.close_equations();
        d_.throw_if_errors();
        runs_in_time(events, in);
        in.runs.insert(in.runs.end(), schedules.begin(), schedules.end());
        for (const lang::Named& n : m.named())
            in.roots.push_back(varies_[static_cast<size_t>(n.value.node)] ? lang::no_node : n.value.node);
        const size_t n_named = in.roots.size();
        for (const plant::Balance& b : balances) {
            in.audit.push_back(b.net);
            in.audit.push_back(b.gross);
        }
        in.graph = std::move(m.graph);
        in.parameters = std::move(m.parameters());
        in.unknowns = std::move(m.unknowns());
        out_->missing = m.missing_texts();
        out_->missing_list = m.missing_list();
        out_->program = lang::Program::build(std::move(in), d_);
        d_.throw_if_errors();
        out_->named.assign(m.named().begin(), m.named().end());
        for (size_t i = 0; i < n_named; ++i) {
            Output o;
            o.slot = out_->program.root_slots()[i];
            o.missing = out_->program.root_missing()[i];
            o.dim = out_->named[i].value.dim;
            out_->outputs_.push_back(o);
            out_->by_path_.emplace(out_->named[i].path, static_cast<int>(i));
        }
        for (size_t k = 0; k < balances.size(); ++k)
            out_->audit_.push_back({route_of[k], balances[k].unit, balances[k].quantity,
                                    out_->program.audit_slots()[2 * k], out_->program.audit_slots()[2 * k + 1],
                                    out_->program.audit_missing()[2 * k + 1]});
        for (lang::DimId i = 0; i < m.dimensions.size(); ++i) out_->dimension_texts.push_back(m.dimensions.text(i));
        out_->overrides = overrides_.entries();
        report_missing();
        out_->parameters = out_->program.defaults();
        for (const plant::Setting& s : out_->settings) out_->parameters[static_cast<size_t>(s.parameter)] = s.si;
        nominal();
        electricity_types();
    }

    /// Cycle times of the plants' recipes, from durations that are values of the plants.
    std::vector<lang::TimeRun> recipes() {
        std::vector<lang::TimeRun> out;
        for (const plant::Plant& p : out_->routes) {
            if (!p.recipe) continue;
            lang::TimeRun run{p.recipe->path, p.recipe->pos, {}, p.recipe->outcomes, p.recipe->timetable};
            for (const std::string& duration : p.recipe->inputs)
                run.inputs.push_back(model_->value(duration, {}, p.recipe->pos).node);
            out.push_back(std::move(run));
            const schedule::Facility& f = p.recipe->timetable->facility();
            std::vector<std::string> told{"batch_time", "cycle_time", "batches"};
            if (p.recipe->timetable->recipe().output_given) told.push_back("capacity");
            for (int limit = 0; limit < f.n_limits(); ++limit)
                for (const char* name : {"per_batch.", "use."}) told.push_back(name + f.limit_name(limit));
            for (const std::string& name : told) model_->value(p.recipe->path + "." + name, {}, p.recipe->pos);
        }
        return out;
    }

    /// Batches within the steady plants. What a plant needs of them must be one number, not a course in time.
    void runs_in_time(const std::vector<lang::Event>& events, lang::Program::Input& in) {
        lang::Model& m = *model_;
        const std::vector<lang::CutRun> cut = lang::cut_runs(m, events);
        varies_ = lang::varying(m.graph);
        std::unordered_map<std::string, SourcePos> vary;
        for (const lang::Named& n : m.named())
            if (varies_[static_cast<size_t>(n.value.node)]) vary.emplace(n.path, n.pos);
        const auto need = [&](const std::string& path) {
            if (const auto found = vary.find(path); found != vary.end())
                m.error(found->second, message::varies_in_time, {path}).hint(message::varies_in_time_hint, {path});
        };
        for (const plant::Plant& p : out_->routes) {
            if (m.runs().empty()) break;
            for (const auto& s : p.streams) {
                for (const char* name : {".T", ".p", ".mass"}) need(s.path + name);
                for (int k = 0; k < out_->components.size(); ++k) need(s.path + ".m[" + out_->components[k].name + "]");
            }
            for (const auto& u : p.units) {
                for (const auto& t : u.energy) need(t.path);
                for (const auto& use : u.uses) need(use.path);
                for (const auto& check : u.checks) need(check.path);
                for (const std::string& path : u.sizes) need(path);
            }
        }
        d_.throw_if_errors();
        for (const lang::CutRun& c : cut) {
            in.runs.push_back(c.run);
            auto batch = std::make_shared<integrate::BatchRun>(c.system, c.n_named_states);
            out_->batches.push_back(batch);
            in.runs.back().solver = std::move(batch);
        }
    }

    /// A property, price or factor that is needed and not there.
    void report_missing() {
        std::vector<char> said(out_->missing.size(), 0);
        for (const plant::Plant& p : out_->routes) {
            const auto need = [&](const std::string& path) {
                const Output* o = out_->find(path);
                if (!o || o->missing < 0 || said[static_cast<size_t>(o->missing)]) return;
                said[static_cast<size_t>(o->missing)] = 1;
                const lang::Named& n = out_->named[static_cast<size_t>(out_->find_named(path))];
                const lang::Missing& what = out_->missing_list[static_cast<size_t>(o->missing)];
                if (!what.where)
                    d_.error(n.pos, what.what.id, what.what.args);
                else
                    d_.error(what.where, what.what.id, what.what.args).see(n.pos, message::needed_by, {path});
            };
            for (const auto& s : p.streams)
                for (const char* name : {".mass", ".H"}) need(s.path + name);
            for (const auto& def : out_->definitions) need(assess::indicator_path(p, def.id));
        }
        d_.throw_if_errors();
    }

    void nominal() {
        lang::Evaluation e(out_->program, 1);
        const std::vector<double> defaults = out_->program.defaults();
        if (!e.solve_nominal(defaults)) {
            // A setting may be what makes the case solvable: then the nominal solution is its own.
            if (out_->settings.empty() || !e.solve_nominal(out_->parameters)) throw SolveError(blocked(*out_, e));
        }
        for (size_t r = 0; r < out_->batches.size(); ++r) {
            std::vector<double> inputs;
            for (const int32_t slot : out_->program.runs()[r].inputs) inputs.push_back(e.value(slot));
            out_->batches[r]->learn(inputs);
        }
        out_->program.set_nominal(e.solution());
    }

    /// An emission factor where a footprint factor is required, or the reverse.
    void electricity_types() {
        const auto* item = out_->background.find("electricity");
        if (!item || item->electricity_type.empty()) return;
        for (const auto& def : out_->definitions) {
            if (def.electricity.empty() || def.electricity == item->electricity_type) continue;
            const std::string chosen = out_->electricity.region + " " + std::to_string(out_->electricity.year);
            d_.warning(out_->electricity.pos, message::electricity_type_differs,
                       {def.id, def.electricity, item->electricity_type, chosen})
                .hint(message::electricity_type_hint);
        }
    }

public:
    static Diagnostics blocked(const Case& c, const lang::Evaluation& e);

private:
    std::unique_ptr<Case> out_;
    Diagnostics& warnings_;
    Diagnostics& d_;
    const Node* file_ = nullptr;
    const Node* electricity_of_ = nullptr; ///< of a scenario
    plant::Overrides overrides_;
    std::unique_ptr<lang::Model> model_;
    std::unique_ptr<plant::Context> context_;
    std::vector<char> varies_; // per node of the model's graph: it changes in time
};

namespace {

/// The first named values that are not numbers although what they rest on is.
std::vector<Diagnostic> not_numbers(const Case& c, const lang::Evaluation& e, size_t at_most) {
    Diagnostics wrong;
    for (size_t i = 0; i < c.named.size() && wrong.all().size() < at_most; ++i) {
        const Output& o = c.outputs()[i];
        if (o.slot < 0 || o.missing >= 0 || std::isfinite(e.value(o.slot))) continue;
        const lang::Named* n = &c.named[i];
        std::set<const lang::Named*> walked{n};
        bool deeper = true;
        while (deeper) {
            deeper = false;
            for (const int use : n->uses) {
                const Output& u = c.outputs()[static_cast<size_t>(use)];
                const lang::Named* next = &c.named[static_cast<size_t>(use)];
                if (u.slot >= 0 && u.missing < 0 && !std::isfinite(e.value(u.slot)) && walked.insert(next).second) {
                    n = next;
                    deeper = true;
                    break;
                }
            }
        }
        // A conditional indicator may be meaningless where its condition does not hold.
        const auto conditional = [](const std::string& path) {
            return path.find(".indicators.") != std::string::npos || path.find(".steps.") != std::string::npos ||
                   path.find(".barriers.") != std::string::npos;
        };
        if (conditional(n->path) || conditional(c.named[i].path)) continue;
        auto& d = wrong.error(n->pos, message::not_a_number, {n->path, n->span.node ? n->span.text() : n->note});
        for (const int use : n->uses) {
            const Output& u = c.outputs()[static_cast<size_t>(use)];
            if (u.slot >= 0)
                d.see(c.named[static_cast<size_t>(use)].pos, message::operand_value,
                      {c.named[static_cast<size_t>(use)].path, units::format_number(e.value(u.slot))});
        }
    }
    return wrong.all();
}

/// Flows below zero, where they arise: not again in what follows from them.
std::vector<Diagnostic> negative_flows(const Case& c, const lang::Evaluation& e) {
    const units::Unit kgh = *units::parse_unit("kg/h");
    Diagnostics wrong;
    for (const plant::Plant& p : c.routes)
        for (int k = 0; k < c.components.size(); ++k) {
            const std::string& component = c.components[k].name;
            std::vector<const plant::Stream*> negative;
            for (const auto& s : p.streams) {
                const Output* o = c.find(s.path + ".m[" + component + "]");
                if (!o || o->slot < 0) continue;
                const double mass = e.value(c.find(s.path + ".mass")->slot), flow = e.value(o->slot);
                if (std::isfinite(flow) && flow < -1e-9 * std::max(std::abs(mass), 1e-9)) negative.push_back(&s);
            }
            const auto follows = [&](const plant::Stream* s) {
                return std::any_of(negative.begin(), negative.end(), [&](const plant::Stream* before) {
                    return !s->from_unit.empty() && before->to_unit == s->from_unit;
                });
            };
            // In a loop everything follows from everything.
            const bool loop = std::all_of(negative.begin(), negative.end(), follows);
            for (const plant::Stream* s : negative) {
                if (!loop && follows(s)) continue;
                const std::string flow = lang::format_si(e.value(c.find(s->path + ".m[" + component + "]")->slot), kgh);
                if (!s->from_unit.empty()) {
                    wrong.error(s->pos, message::negative_flow, {s->id, component, flow})
                        .hint(message::negative_flow_hint);
                    continue;
                }
                const std::string feed = s->path.substr(p.prefix.size());
                const int given = c.find_named(s->path + ".flow[" + component + "]");
                wrong.error(given >= 0 ? c.named[static_cast<size_t>(given)].pos : s->pos,
                            message::flow_of_feed_negative, {feed, component, flow});
            }
        }
    return wrong.all();
}

/// Units that do not conserve what they are audited for; runs the audit.
std::vector<Diagnostic> open_balances(const Case& c, lang::Evaluation& e) {
    constexpr double limit = 1e-6; // of what crosses the unit's boundary
    e.run_audit();
    Diagnostics wrong;
    for (const plant::Plant& p : c.routes)
        for (const auto& u : p.units) {
            std::string open;
            for (const Case::Audit& a : c.audit()) {
                if (a.route != p.route || a.unit != u.name || a.missing >= 0) continue;
                const double net = std::abs(e.value(a.net)), gross = e.value(a.gross);
                if (!(net > limit * gross)) continue;
                char size[32];
                std::snprintf(size, sizeof size, " %.2g", net / gross);
                open += (open.empty() ? "" : ", ") + a.quantity + size;
            }
            if (!open.empty())
                wrong.error(u.pos, message::balance_open, {p.route + "." + u.name, u.type ? u.type->name : "", open})
                    .hint(message::balance_open_hint);
        }
    return wrong.all();
}

} // namespace

/// What is known of a block that did not converge: its worst equations with both sides.
Diagnostics Compiler::blocked(const Case& c, const lang::Evaluation& e) {
    Diagnostics out;
    const lang::LaneStatus& status = e.status(0);
    if (status.failure) return *status.failure;
    char residual[32];
    std::snprintf(residual, sizeof residual, "%.3g", status.residual);
    auto& d = out.error({}, message::not_converged, {std::to_string(status.newton_iterations), residual});
    for (const int k : status.worst) {
        const lang::Unknown& u = c.program.unknowns()[static_cast<size_t>(k)];
        const auto& s = c.program.unknown_slots()[static_cast<size_t>(k)];
        const auto side = [&](int slot) {
            char number[32];
            std::snprintf(number, sizeof number, "%.6g", e.value(slot));
            return std::isnan(e.value(slot)) ? std::string("nan")
                                             : number + u.sides_unit; // whatever the sign bit of a NaN
        };
        d.see(u.pos, message::blocking_equation, {u.path, u.equation, side(s.left) + ", " + side(s.right)});
    }
    // What cannot be right by itself says more than an equation that it spoils.
    for (const Diagnostic& cause : not_numbers(c, e, 1)) {
        d.related.emplace_back(cause.pos, cause.message);
        for (const auto& r : cause.related) d.related.push_back(r);
    }
    for (const Diagnostic& cause : negative_flows(c, e)) d.related.emplace_back(cause.pos, cause.message);
    d.hint(message::not_converged_hint);
    return out;
}

std::unique_ptr<Case> Case::compile(const Request& request, Diagnostics& warnings) {
    return Compiler(request, warnings).run();
}

namespace {

/// "{name}" in a requirement's message: the value, three significant digits, in a unit people use.
std::string fill(const Case& c, const lang::Evaluation& e, const std::string& prefix, const std::string& text) {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
        const size_t end = text[i] == '{' ? text.find('}', i) : std::string::npos;
        if (end == std::string::npos) {
            out += text[i];
            continue;
        }
        const std::string name = text.substr(i + 1, end - i - 1);
        const int k = c.find_named(prefix + "message." + name);
        if (k >= 0) {
            const Output& o = c.outputs()[static_cast<size_t>(k)];
            units::Unit unit;
            const std::string dim = c.dimension_texts[static_cast<size_t>(o.dim)];
            if (const auto u = units::parse_unit(dim)) unit = *u;
            if (dim == "K" && (name == "T" || name.ends_with(".T"))) unit = *units::parse_unit("degC");
            // The unit of the parameter that the name stands for, if it is one.
            const int p = c.program.find_parameter(prefix + name);
            if (p >= 0) unit = c.program.parameters()[static_cast<size_t>(p)].datum.unit;
            if (unit.text == "1" || unit.text.empty()) unit.text = "";
            out += lang::format_si(e.value(o.slot), unit, 3);
        }
        i = end;
    }
    return out;
}

} // namespace

void evaluate(const Case& c, lang::Evaluation& e, std::span<const double> parameters) {
    if (!e.run(parameters)) throw SolveError(Compiler::blocked(c, e));
    Diagnostics wrong;
    for (const plant::Plant& p : c.routes) {
        for (const auto& u : p.units)
            for (const auto& check : u.checks) {
                const Output* o = c.find(check.path);
                const double v = o ? e.value(o->slot) : 1;
                if (v == 1) continue;
                const Node* message = check.node->find("message");
                const auto text = [&](const char* language) {
                    const Node* t = message->is_map() ? message->find(language) : message;
                    return t ? fill(c, e, u.prefix, t->scalar()) : std::string();
                };
                const std::string where = p.route + "." + u.name;
                wrong
                    .error(u.pos, message::requirement_failed,
                           {where, text("en"), text("zh").empty() ? text("en") : text("zh")})
                    .see(check.node->find("check")->pos(), message::requirement_here,
                         {check.node->find("check")->scalar()});
            }
    }
    if (wrong.has_errors()) throw ConfigError(wrong);
    for (size_t k = 0; k < c.program.unknowns().size(); ++k) {
        const lang::Unknown& u = c.program.unknowns()[k];
        const double v = e.value(c.program.unknown_slots()[k].node), slack = 1e-9 * std::abs(v);
        if ((!u.lowest || v >= *u.lowest - slack) && (!u.highest || v <= *u.highest + slack)) continue;
        const auto show = [&](const std::optional<double>& x, const char* none) {
            if (!x) return std::string(none);
            char number[32];
            std::snprintf(number, sizeof number, "%.6g", u.unit.from_si(*x));
            return number + (u.unit.text.empty() ? "" : " " + u.unit.text);
        };
        wrong.error(u.pos, message::specification_outside_limits,
                    {u.path, u.equation, show(v, ""), show(u.lowest, "-inf"), show(u.highest, "inf")});
    }
    if (wrong.has_errors()) throw ConfigError(wrong);
    for (const Diagnostic& d : not_numbers(c, e, 1)) wrong.add(d);
    for (const Diagnostic& d : negative_flows(c, e)) wrong.add(d);
    if (wrong.has_errors()) throw ConfigError(wrong);
    for (const Diagnostic& d : open_balances(c, e)) wrong.add(d);
    if (wrong.has_errors()) throw ConfigError(wrong);
}

} // namespace viresco::cases
