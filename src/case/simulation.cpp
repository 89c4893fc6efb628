#include "case/simulation.h"
#include "base/messages/case.h"
#include "base/messages/lang.h"
#include "base/messages/plant.h"
#include "lca/background.h"
#include "matter/quantity.h"
#include "text/csv.h"
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace viresco::cases {

using text::Node;

/// Steps of the compiler: parameters, states, equations and events become names of the model, then one program in time.
class ModelCompiler {
public:
    ModelCompiler(const Simulation::Request& request, Diagnostics& warnings)
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
    struct PendingEvent {
        std::string name;
        SourcePos pos;
        lang::ExprPtr when;
        std::vector<std::tuple<std::string, SourcePos, lang::ExprPtr>> set;
        bool ends = false;
    };
    struct PendingOutput {
        std::string name;
        SourcePos pos;
        lang::ExprPtr formula; // null: the name itself
    };

    void read() {
        namespace fs = std::filesystem;
        fs::path path = request_.path;
        std::error_code ignored;
        if (fs::is_directory(path, ignored)) path /= "model.yaml";
        file_ = out_->library_->load_file(path.lexically_normal().string(), "model");
        if (!file_) return;
        plant::check_keys(*file_,
                          {"viresco", "kind", "title", "description", "source", "unvalidated", "sets", "parameters",
                           "states", "equations", "events", "outputs", "duration", "every", "background",
                           "electricity"},
                          d_);
        out_->title = file_->find("title") ? matter::read_title(*file_->find("title"), d_)
                                           : matter::Title{"model", "模型"};
        out_->unvalidated = plant::scalar_of(*file_, "unvalidated", d_);
        out_->duration = span_of("duration");
        out_->every = span_of("every");
        for (const auto& [name, value] : request_.settings)
            if (const Node* node = out_->library_->inline_text("--set " + name, value))
                overrides_.add(name, node, node->pos());
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
        model_.bind_value("time", {}, {model_.graph.time(), model_.dim("s"), false, false}, "time", file_->pos());
        if (const Node* sets = file_->find("sets"); sets && plant::expect_map(*sets, "'sets'", d_))
            for (const auto& e : sets->entries()) declare_set(e);
        if (const Node* list = file_->find("background")) declare_background(*list);
        if (const Node* list = file_->find("parameters"))
            for (const plant::ParameterDeclaration& p : plant::read_declarations(*list, d_))
                plant::declare_parameter(context_, "", p, nullptr, scope_, scope_, {});
        const Node* states = file_->find("states");
        if (!states)
            d_.error({file_->pos().file, 1, 1, 1}, message::model_needs_states);
        else if (plant::expect_map(*states, "'states'", d_))
            for (const auto& e : states->entries()) declare_state(e);
        if (const Node* equations = file_->find("equations"))
            for (const lang::Statement& s : out_->library_->statements(*equations)) model_.add_rule(scope_, s);
        if (const Node* events = file_->find("events"); events && plant::expect_map(*events, "'events'", d_))
            for (const auto& e : events->entries()) declare_event(e);
        if (const Node* outputs = file_->find("outputs"); outputs && plant::expect_map(*outputs, "'outputs'", d_))
            for (const auto& e : outputs->entries()) declare_output(e);
        for (const plant::Overrides::Entry& o : overrides_.entries())
            if (!o.used) suggest(d_.error(o.pos, message::no_such_address, {o.path}), o.path, context_.addresses);
    }

    /// Life-cycle factors as names: `background.glucose.gwp100`, `electricity.gwp100`. So a run has impact rates.
    void declare_background(const Node& list) {
        std::vector<const Node*> files;
        for (const Node& item : list.items())
            if (const Node* n = out_->library_->load("background", "background", item.scalar(), item.pos()))
                files.push_back(n);
        lca::Electricity electricity;
        if (const Node* e = file_->find("electricity")) electricity = lca::read_electricity(*e, d_);
        lca::read_background(context_, files, electricity);
    }

    /// `layers: 1..10` or `[a, b, c]`.
    void declare_set(const Node::Entry& e) {
        std::vector<lang::Member> members;
        if (e.value.is_sequence()) {
            for (const Node& n : e.value.items()) members.push_back(model_.member(n.scalar()));
        } else {
            const std::string& t = e.value.scalar();
            const size_t dots = t.find("..");
            const int first = std::atoi(t.c_str());
            const int last = dots == std::string::npos ? first - 1 : std::atoi(t.c_str() + dots + 2);
            constexpr int most = 100'000;
            if (dots == std::string::npos || last < first || last - first > most) {
                d_.error(e.value.pos(), message::member_set_form, {e.key});
                return;
            }
            for (int i = first; i <= last; ++i) members.push_back(model_.member(std::to_string(i)));
        }
        model_.add_set(e.key, std::move(members));
    }

    void declare_state(const Node::Entry& e) {
        if (!plant::is_name(e.key)) d_.error(e.key_pos, message::not_a_name, {e.key});
        const Node* start = e.value.is_map() ? e.value.find("start") : &e.value;
        if (e.value.is_map())
            plant::check_keys(e.value, {"start", "per", "nominal", "unit", "held", "title", "evidence", "source"}, d_);
        if (!start) {
            d_.error(e.key_pos, message::state_needs_start, {e.key});
            return;
        }
        std::vector<std::vector<lang::Member>> at{{}};
        if (const Node* per = e.value.is_map() ? e.value.find("per") : nullptr) {
            const auto* members = model_.find_set(per->scalar());
            if (!members) {
                suggest(d_.error(per->pos(), message::unknown_set, {per->scalar()}), per->scalar(), {});
                return;
            }
            at.clear();
            for (const lang::Member m : *members) at.push_back({m});
        }
        if (start->is_sequence() && start->items().size() != at.size()) {
            d_.error(start->pos(), message::starts_and_members,
                     {e.key, std::to_string(start->items().size()), std::to_string(at.size())});
            return;
        }
        lang::State s;
        s.pos = e.key_pos;
        const bool held = e.value.is_map() && plant::scalar_of(e.value, "held", d_) == "true";
        const auto given = [&](const char* key) { return e.value.is_map() ? e.value.find(key) : nullptr; };
        if (const Node* unit = given("unit")) s.unit = matter::read_unit(*unit, d_).value_or(units::Unit{});
        if (const Node* nominal = given("nominal"))
            if (const auto q = matter::read_datum(*nominal, d_)) s.nominal = q->si;
        for (size_t k = 0; k < at.size(); ++k) {
            const Node& value = start->is_sequence() ? start->items()[k] : *start;
            s.path = e.key + (at[k].empty() ? "" : "[" + model_.member_name(at[k].front()) + "]");
            // A number is a parameter of its own, `X.start`: so it can be set and differentiated.
            const std::string parameter = e.key + ".start";
            const std::vector<std::string> members = at[k].empty() ? std::vector<std::string>{}
                                                                   : std::vector{model_.member_name(at[k].front())};
            plant::declare_value(context_, parameter, members, value, scope_, -1, {e.key, e.key});
            if (!given("unit"))
                if (const auto q = units::parse_quantity(value.scalar())) s.unit = q->unit;
            const auto indices = at[k];
            states_[s.path] = model_.add_state(
                e.key, indices, s, held,
                [parameter, indices, pos = s.pos](lang::Model& m) { return m.value(parameter, indices, pos); });
        }
    }

    void declare_event(const Node::Entry& e) {
        if (!plant::expect_map(e.value, "'" + e.key + "'", d_)) return;
        plant::check_keys(e.value, {"when", "set", "end", "title"}, d_);
        const Node* when = e.value.find("when");
        if (!when || !when->is_scalar()) {
            d_.error(e.key_pos, message::event_needs_when, {e.key});
            return;
        }
        PendingEvent event{e.key, e.key_pos, lang::parse_expression(*when, d_), {}, false};
        if (const Node* set = e.value.find("set"); set && plant::expect_map(*set, "'set'", d_))
            for (const auto& s : set->entries())
                event.set.emplace_back(s.key, s.key_pos, lang::parse_expression(s.value, d_));
        event.ends = plant::scalar_of(e.value, "end", d_) == "true";
        if (event.set.empty() && !event.ends) d_.error(e.key_pos, message::event_without_effect, {e.key});
        events_.push_back(std::move(event));
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
        out_->outputs.push_back(std::move(o));
        pending_outputs_.push_back(std::move(p));
    }

    void expand() {
        model_.close_states();
        lang::DynamicProgram::Input in;
        for (PendingEvent& e : events_) {
            if (!e.when) continue;
            lang::Event event{e.name, e.pos, model_.evaluate(*e.when, scope_).node, {}, e.ends};
            for (auto& [name, pos, formula] : e.set) {
                const auto state = states_.find(name);
                if (state == states_.end()) {
                    std::vector<std::string> known;
                    for (const auto& [path, ignored] : states_) known.push_back(path);
                    suggest(d_.error(pos, message::event_sets_no_state, {e.name, name}), name, known);
                    continue;
                }
                if (!formula) continue;
                const lang::Value v = model_.evaluate(*formula, scope_);
                const lang::State& s = model_.states()[static_cast<size_t>(state->second)];
                if (!v.wrong && !v.any_dim && model_.dimensions[v.dim] != s.unit.dimension)
                    d_.error(formula->span.pos(), message::wrong_dimension,
                             {name, s.unit.dimension.text(), model_.dimensions.text(v.dim)});
                event.set.emplace_back(state->second, v.node);
            }
            in.events.push_back(std::move(event));
        }
        if (pending_outputs_.empty()) {
            for (const lang::State& s : model_.states()) {
                out_->outputs.push_back({s.path, s.unit, {s.path, s.path}});
                in.outputs.push_back(s.node);
            }
        }
        for (size_t k = 0; k < pending_outputs_.size(); ++k) {
            const PendingOutput& p = pending_outputs_[k];
            const lang::Value v = p.formula ? model_.evaluate(*p.formula, scope_) : model_.value(p.name, {}, p.pos);
            const units::Unit& unit = out_->outputs[k].unit;
            if (!v.wrong && !v.any_dim && model_.dimensions[v.dim] != unit.dimension)
                d_.error(p.pos, message::wrong_dimension,
                         {p.name, unit.dimension.text(), model_.dimensions.text(v.dim)});
            in.outputs.push_back(v.node);
        }
        model_.close_equations();
        d_.throw_if_errors();
        for (const lang::Missing& m : model_.missing_list()) d_.error(m.where, m.what.id, m.what.args);
        d_.throw_if_errors();
        in.graph = std::move(model_.graph);
        in.parameters = model_.parameters();
        in.states = std::move(model_.states());
        in.unknowns = model_.unknowns();
        out_->program = lang::DynamicProgram::build(std::move(in), d_);
        d_.throw_if_errors();
        out_->parameters = out_->program.defaults();
        for (const plant::Setting& s : settings_) out_->parameters[static_cast<size_t>(s.parameter)] = s.si;
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
    const Node* file_ = nullptr;
    const lang::Scope* scope_ = nullptr;
    std::map<std::string, int> states_;
    std::vector<PendingEvent> events_;
    std::vector<PendingOutput> pending_outputs_;
};

std::unique_ptr<Simulation> Simulation::compile(const Request& request, Diagnostics& warnings) {
    return ModelCompiler(request, warnings).run();
}

namespace {

const units::Unit& time_unit(const Simulation& s) {
    static const units::Unit second = *units::parse_unit("s");
    return s.duration.si > 0 ? s.duration.unit : second;
}

std::vector<double> outputs_at(lang::DynamicEvaluation& e, const Simulation& s, const integrate::Point& p) {
    std::vector<double> out(s.outputs.size());
    e.outputs({&p.time, 1}, p.x, out);
    for (size_t k = 0; k < out.size(); ++k) out[k] = s.outputs[k].unit.from_si(out[k]);
    return out;
}

std::string unit_text(const units::Unit& u) { return u.text.empty() ? "1" : u.text; }

} // namespace

std::string simulation_json(const Simulation& s, lang::DynamicEvaluation& e, const integrate::Trajectory& run) {
    using Json = nlohmann::ordered_json;
    const units::Unit& unit = time_unit(s);
    Json out;
    out["time"] = {{"value", unit.from_si(run.end.time)}, {"unit", unit_text(unit)}};
    if (!s.unvalidated.empty()) out["unvalidated"] = s.unvalidated;
    const auto values = outputs_at(e, s, run.end);
    Json outputs = Json::object();
    for (size_t k = 0; k < values.size(); ++k)
        outputs[s.outputs[k].path] = {{"value", values[k]}, {"unit", unit_text(s.outputs[k].unit)}};
    out["outputs"] = std::move(outputs);
    Json events = Json::array();
    for (const integrate::Occurrence& o : run.events)
        events.push_back({{"event", s.program.events()[static_cast<size_t>(o.event)].path},
                          {"time", {{"value", unit.from_si(o.time)}, {"unit", unit_text(unit)}}}});
    out["events"] = std::move(events);
    out["statistics"] = {{"steps", run.statistics.steps},
                         {"failed_steps", run.statistics.failed_steps},
                         {"rates", run.statistics.rates},
                         {"jacobians", run.statistics.jacobians},
                         {"factorisations", run.statistics.factorisations},
                         {"states", s.program.n_states()},
                         {"unknowns", s.program.n_variables() - s.program.n_states()},
                         {"operations", s.program.n_operations()}};
    return out.dump(2);
}

std::string simulation_csv(const Simulation& s, lang::DynamicEvaluation& e, const integrate::Trajectory& run) {
    const auto column = [](const std::string& name, const units::Unit& unit) {
        return text::csv_cell(name + (unit.text.empty() ? "" : " [" + unit.text + "]"));
    };
    const units::Unit& unit = time_unit(s);
    std::string out = column("time", unit);
    for (const Simulation::Output& o : s.outputs) out += "," + column(o.path, o.unit);
    out += "\n";
    for (const integrate::Point& p : run.points) {
        out += units::format_number(unit.from_si(p.time));
        for (const double v : outputs_at(e, s, p)) out += "," + units::format_number(v);
        out += "\n";
    }
    return out;
}

} // namespace viresco::cases
