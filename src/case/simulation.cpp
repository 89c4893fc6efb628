#include "case/simulation.h"
#include "base/messages/case.h"
#include "base/messages/lang.h"
#include "base/messages/plant.h"
#include "lang/reduce.h"
#include "lca/background.h"
#include "matter/quantity.h"
#include "plant/audit_in_time.h"
#include <algorithm>
#include <filesystem>

namespace viresco::cases {

using text::Node;

/// Steps of the compiler: parameters, plant, states, equations and events become names, then one program in time.
class SystemCompiler {
public:
    SystemCompiler(const Simulation::Request& request, Diagnostics& warnings)
        : request_(request), warnings_(warnings), out_(new Simulation),
          model_(d_), context_{*(out_->library_ = std::make_unique<plant::Library>(request.models_folder,
                                                                                   *request.sources, d_)),
                               model_,
                               components_,
                               overrides_,
                               settings_,
                               {},
                               {},
                               {}} {}

    std::unique_ptr<Simulation> run() {
        read();
        d_.throw_if_errors();
        declare();
        d_.throw_if_errors();
        expand();
        d_.throw_if_errors();
        for (const Diagnostic& d : d_.all()) warnings_.warning(d.pos, d.message.id, d.message.args).hints = d.hints;
        return std::move(out_);
    }

private:
    struct PendingOutput {
        std::string name;
        SourcePos pos;
        lang::ExprPtr formula; // null: the name itself
    };

    plant::Library& library() { return *out_->library_; }

    void read() {
        namespace fs = std::filesystem;
        fs::path path = request_.path;
        std::error_code ignored;
        if (fs::is_directory(path, ignored))
            path /= fs::exists(path / "model.yaml", ignored) ? "model.yaml" : "plant.yaml";
        const Node* file = library().load_file(path.lexically_normal().string(), "");
        if (!file) return;
        const Node* kind = file->find("kind");
        if (kind->scalar() == "plant") {
            plant_file_ = file;
            out_->title = title_of(*file, "plant");
        } else if (kind->scalar() != "model") {
            d_.error(kind->pos(), message::kind_differs, {"model", kind->scalar()});
        } else {
            file_ = file;
            read_model();
        }
        for (const auto& [name, value] : request_.settings)
            if (const Node* node = library().inline_text("--set " + name, value))
                overrides_.add(name, node, node->pos());
    }

    matter::Title title_of(const Node& file, const char* fallback) {
        const Node* t = file.find("title");
        return t ? matter::read_title(*t, d_) : matter::Title{fallback, fallback};
    }

    void read_model() {
        plant::check_keys(*file_,
                          {"viresco", "kind",   "title",   "description", "source",     "unvalidated", "plant",
                           "set",     "begin",  "series",  "sets",        "parameters", "states",      "equations",
                           "events",  "phases", "outputs", "duration",    "every",      "background",  "electricity"},
                          d_);
        out_->title = title_of(*file_, "model");
        out_->unvalidated = plant::scalar_of(*file_, "unvalidated", d_);
        out_->duration = span_of("duration");
        out_->every = span_of("every");
        if (const Node* plant = file_->find("plant"))
            plant_file_ = library().load("plants", "plant", plant->scalar(), plant->pos());
        if (const Node* begin = file_->find("begin")) {
            out_->from_steady = begin->scalar() == "steady";
            if (begin->scalar() != "steady" && begin->scalar() != "start")
                suggest(d_.error(begin->pos(), message::begin_form, {begin->scalar()}), begin->scalar(),
                        {"steady", "start"});
        }
        if (const Node* set = file_->find("set"); set && plant::expect_map(*set, "'set'", d_))
            for (const auto& e : set->entries()) overrides_.add(e.key, &e.value, e.key_pos);
        if (const Node* series = file_->find("series")) {
            series_ = read_series(*series, library());
            for (const Series& s : series_)
                for (const auto& [address, pos] : s.addresses) context_.dynamics.driven.insert(address);
        }
    }

    units::Quantity span_of(const char* key) {
        const Node* n = file_->find(key);
        if (!n) return {};
        const auto q = matter::read_quantity(*n, d_);
        if (!q) return {};
        if (q->dimension().text() != "s" || !(q->si > 0)) {
            d_.error(n->pos(), message::span_of_time, {key, n->scalar()});
            return {};
        }
        return *q;
    }

    void declare() {
        scope_ = model_.scope(nullptr, "");
        const SourcePos top = (file_ ? file_ : plant_file_)->pos();
        model_.bind_value("time", {}, {model_.graph.time(), model_.dim("s"), false, false}, "time", top);
        if (plant_file_) declare_plant();
        if (file_) declare_model();
        for (const Series& s : series_)
            for (const auto& [address, pos] : s.addresses)
                if (!context_.dynamics.states.count(address))
                    suggest(d_.error(pos, message::no_such_address, {address}), address, context_.addresses);
        for (const plant::Overrides::Entry& o : overrides_.entries())
            if (!o.used) suggest(d_.error(o.pos, message::no_such_address, {o.path}), o.path, context_.addresses);
        if (model_.states().empty() && !d_.has_errors())
            d_.error({top.file, 1, 1, 1}, plant_file_ ? message::plant_without_states : message::model_needs_states);
    }

    void declare_plant() {
        if (const Node* list = plant_file_->find("components"))
            for (const Node& item : list->items())
                if (const Node* n = library().load("components", "components", item.scalar(), item.pos()))
                    components_.read(*n, d_);
        d_.throw_if_errors();
        plant::declare_components(context_);
        plant_ = plant::build_plant(context_, *plant_file_, "");
        if (plant_.recipe)
            d_.error(plant_.recipe->pos, message::recipe_in_simulation).hint(message::run_in_simulation_hint);
    }

    void declare_model() {
        if (const Node* sets = file_->find("sets"); sets && plant::expect_map(*sets, "'sets'", d_))
            for (const auto& e : sets->entries()) plant::declare_set(context_, "", e);
        if (const Node* list = file_->find("background")) declare_background(*list);
        if (const Node* list = file_->find("parameters"))
            for (const plant::ParameterDeclaration& p : plant::read_declarations(*list, d_))
                plant::declare_parameter(context_, "", p, nullptr, scope_, scope_, {});
        if (const Node* states = file_->find("states"); states && plant::expect_map(*states, "'states'", d_))
            for (const auto& e : states->entries()) plant::declare_state(context_, "", scope_, e, nullptr, nullptr);
        if (const Node* equations = file_->find("equations"))
            for (const lang::Statement& s : library().statements(*equations)) model_.add_rule(scope_, s);
        if (const Node* events = file_->find("events"); events && plant::expect_map(*events, "'events'", d_))
            for (const auto& e : events->entries()) plant::declare_event(context_, "", scope_, e);
        if (const Node* phases = file_->find("phases")) plant::declare_phases(context_, "", scope_, *phases);
        if (const Node* outputs = file_->find("outputs"); outputs && plant::expect_map(*outputs, "'outputs'", d_))
            for (const auto& e : outputs->entries()) declare_output(e);
    }

    /// Life-cycle factors as names: `background.glucose.gwp100`, `electricity.gwp100`. So a run has impact rates.
    void declare_background(const Node& list) {
        std::vector<const Node*> files;
        for (const Node& item : list.items())
            if (const Node* n = library().load("background", "background", item.scalar(), item.pos()))
                files.push_back(n);
        lca::Electricity electricity;
        if (const Node* e = file_->find("electricity")) electricity = lca::read_electricity(*e, d_);
        lca::read_background(context_, files, electricity);
    }

    void declare_output(const Node::Entry& e) {
        Simulation::Output o;
        o.path = e.key;
        o.title = {e.key, e.key};
        const Node* unit = &e.value;
        PendingOutput p{e.key, e.key_pos, nullptr};
        if (e.value.is_map()) {
            plant::check_keys(e.value, {"formula", "unit", "title"}, d_);
            unit = e.value.find("unit");
            if (const Node* f = e.value.find("formula")) p.formula = lang::parse_expression(*f, d_);
            if (const Node* t = e.value.find("title")) o.title = matter::read_title(*t, d_);
        }
        if (unit) o.unit = matter::read_unit(*unit, d_).value_or(units::Unit{});
        pending_outputs_.emplace_back(std::move(o), std::move(p));
    }

    void add_output(const std::string& path, const lang::Value& v, const units::Unit& unit,
                    const matter::Title& title) {
        out_->outputs.push_back({path, unit, title});
        outputs_.push_back(v.node);
    }

    /// A stream tells its flow, its temperature where something sets it, TSS, and concentrations of what is in it.
    void stream_outputs(const std::string& name, const std::string& path, const SourcePos& pos) {
        static const units::Unit flow = *units::parse_unit("m3/d"), tss = *units::parse_unit("g/m3");
        const lang::Value volume = model_.value(path + ".volume", {}, pos);
        if (volume.wrong) return;
        add_output(name + ".flow", volume, flow, {name, name});
        bool suspended = false;
        for (int k = 0; k < components_.size(); ++k) {
            const matter::Component& c = components_[k];
            if (!c.carried) continue;
            const lang::Member index[1] = {model_.member(c.name)};
            const lang::Value m = model_.value(path + ".m", index, pos);
            if (m.wrong || model_.graph.is_zero(m.node)) continue;
            suspended = suspended || std::find(c.tags.begin(), c.tags.end(), "suspended") != c.tags.end();
            units::Unit unit;
            unit.dimension = c.basis * units::parse_unit("1/m3")->dimension;
            unit.text = unit.dimension.text();
            if (c.concentration) unit = *c.concentration;
            const std::string as = name + "." + (named(name + "." + c.symbol) ? c.name : c.symbol);
            add_output(as, model_.divide(m, volume), unit, c.title);
        }
        if (suspended) add_output(name + ".TSS", model_.value(path + ".TSS", {}, pos), tss, {"TSS", "悬浮固体"});
    }

    bool named(const std::string& path) const {
        return std::any_of(out_->outputs.begin(), out_->outputs.end(), [&](const auto& o) { return o.path == path; });
    }

    void plant_outputs() {
        for (const plant::Product& p : plant_.products) stream_outputs(p.name, p.name, p.pos);
        for (const plant::Feed& f : plant_.feeds) stream_outputs(f.name, f.name, f.pos);
        for (const plant::UnitInstance& u : plant_.units)
            if (u.type)
                for (const plant::Port& port : u.type->ports)
                    if (!port.in && port.phase == "liquid")
                        stream_outputs(u.name + "." + port.name, u.prefix + port.name, u.pos);
    }

    /// A concentration C[S_S] of a unit is told as <unit>.S_S, any other state under its own path.
    void state_outputs() {
        for (const lang::State& s : model_.states()) {
            std::string path = s.path;
            matter::Title title{s.path, s.path};
            const size_t open = path.find(".C[");
            if (open != std::string::npos && path.back() == ']' && path.find('[', open + 3) == std::string::npos) {
                const int k = components_.find(path.substr(open + 3, path.size() - open - 4));
                if (k >= 0) {
                    title = components_[k].title;
                    path = path.substr(0, open + 1) + components_[k].symbol;
                }
            }
            add_output(path, {s.node, 0, true, false}, s.unit, title);
        }
    }

    /// What a unit file lists under `tells:`.
    void unit_outputs() {
        for (const plant::UnitInstance& u : plant_.units) {
            const Node* tells = u.type ? u.type->file->find("tells") : nullptr;
            if (!tells || !plant::expect_map(*tells, "'tells'", d_)) continue;
            for (const auto& e : tells->entries()) {
                const auto unit = matter::read_unit(e.value, d_);
                if (!unit) continue;
                const lang::Value v = model_.value(u.prefix + e.key, {}, e.key_pos);
                check_dimension(u.prefix + e.key, e.value.pos(), v, *unit);
                add_output(u.name + "." + e.key, v, *unit, {e.key, e.key});
            }
        }
    }

    void check_dimension(const std::string& name, const SourcePos& pos, const lang::Value& v, const units::Unit& unit) {
        if (!v.wrong && !v.any_dim && model_.dimensions[v.dim] != unit.dimension)
            d_.error(pos, message::wrong_dimension, {name, unit.dimension.text(), model_.dimensions.text(v.dim)});
    }

    void expand() {
        for (const lang::RunRule& r : model_.runs())
            d_.error(r.pos, message::run_in_simulation, {r.prefix.substr(0, r.prefix.size() - 1)})
                .hint(message::run_in_simulation_hint);
        d_.throw_if_errors();
        model_.close_states();
        lang::DynamicProgram::Input in;
        in.events = plant::close_events(context_);
        if (plant_file_) {
            plant_outputs();
            unit_outputs();
        }
        if (plant_file_ || pending_outputs_.empty()) state_outputs();
        for (const auto& [o, p] : pending_outputs_) {
            const lang::Value v = p.formula ? model_.evaluate(*p.formula, scope_) : model_.value(p.name, {}, p.pos);
            check_dimension(p.name, p.pos, v, o.unit);
            add_output(o.path, v, o.unit, o.title);
        }
        std::vector<lang::NodeId> audited;
        if (plant_file_ && request_.audit) audited = audit();
        model_.close_equations();
        for (const auto& check : context_.dynamics.checks) check();
        d_.throw_if_errors();
        for (const lang::Missing& m : model_.missing_list()) d_.error(m.where, m.what.id, m.what.args);
        d_.throw_if_errors();
        schedule();
        for (const std::string& reason : context_.dynamics.unvalidated)
            out_->unvalidated += (out_->unvalidated.empty() ? "" : "; ") + reason;
        in.graph = std::move(model_.graph);
        in.parameters = model_.parameters();
        in.states = std::move(model_.states());
        in.unknowns = model_.unknowns();
        in.outputs = std::move(outputs_);
        in.outputs.insert(in.outputs.end(), audited.begin(), audited.end());
        lang::reduce(in);
        out_->program = lang::DynamicProgram::build(std::move(in), d_);
        d_.throw_if_errors();
        out_->parameters = out_->program.defaults();
        for (const plant::Setting& s : settings_) out_->parameters[static_cast<size_t>(s.parameter)] = s.si;
    }

    /// Balances as further states: what crosses the boundary is integrated with everything else.
    std::vector<lang::NodeId> audit() {
        plant::TimeAudit audit = plant::audit_in_time(context_, plant_);
        out_->not_audited = std::move(audit.left_out);
        std::vector<lang::NodeId> out;
        const auto integral = [&](const std::string& name, lang::NodeId rate) {
            lang::State s;
            s.path = name;
            s.node = model_.graph.state(static_cast<int>(model_.states().size()));
            s.start = model_.graph.zero();
            s.rate = rate;
            s.nominal = 1e30; // it decides no step
            model_.states().push_back(s);
            return s.node;
        };
        for (plant::TimeBalance& b : audit.balances) {
            const std::string name = "audit." + b.quantity;
            out.insert(out.end(),
                       {b.held, integral(name + ".net", b.net), integral(name + ".gross", b.gross), b.net, b.gross});
            out_->audit.push_back({b.quantity, std::move(b.exceptions)});
        }
        return out;
    }

    /// Rows of all series in one order of time.
    void schedule() {
        for (const Series& s : series_) {
            std::vector<int> variables;
            for (size_t k = 0; k < s.addresses.size(); ++k) {
                const auto& [address, pos] = s.addresses[k];
                const int state = context_.dynamics.states.at(address);
                variables.push_back(state);
                if (s.units[k].dimension != model_.states()[static_cast<size_t>(state)].unit.dimension)
                    d_.error(pos, message::wrong_dimension,
                             {address, model_.states()[static_cast<size_t>(state)].unit.dimension.text(),
                              s.units[k].dimension.text()});
            }
            for (size_t i = 0; i < s.times.size(); ++i) {
                integrate::Schedule::Row row{s.times[i], {}};
                for (size_t k = 0; k < variables.size(); ++k)
                    row.set.emplace_back(variables[k], s.values[i * variables.size() + k]);
                out_->schedule.rows.push_back(std::move(row));
            }
        }
        std::stable_sort(out_->schedule.rows.begin(), out_->schedule.rows.end(),
                         [](const auto& a, const auto& b) { return a.time < b.time; });
        d_.throw_if_errors();
    }

    const Simulation::Request& request_;
    Diagnostics& warnings_;
    Diagnostics d_;
    std::unique_ptr<Simulation> out_;
    lang::Model model_;
    matter::ComponentTable components_;
    plant::Overrides overrides_;
    std::vector<plant::Setting> settings_;
    plant::Context context_;
    plant::Plant plant_;
    const Node *file_ = nullptr, *plant_file_ = nullptr;
    const lang::Scope* scope_ = nullptr;
    std::vector<Series> series_;
    std::vector<std::pair<Simulation::Output, PendingOutput>> pending_outputs_;
    std::vector<lang::NodeId> outputs_;
};

std::unique_ptr<Simulation> Simulation::compile(const Request& request, Diagnostics& warnings) {
    return SystemCompiler(request, warnings).run();
}

} // namespace viresco::cases
