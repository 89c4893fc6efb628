#include "schedule/read_recipe.h"
#include "base/messages/schedule.h"
#include "base/messages/text.h"
#include "schedule/analysis.h"
#include "schedule/read_values.h"
#include "text/check.h"
#include <algorithm>

namespace viresco::schedule {
namespace {

using text::Node;

size_t size(int i) { return static_cast<size_t>(i); }

class Reader {
public:
    Reader(const Facility& facility, Diagnostics& d) : facility_(facility), d_(d), values_(d) {}

    Recipe read(const Node::Entry& e) {
        Recipe r;
        r.name = e.key;
        r.pos = e.key_pos;
        r.title = title_of(e, d_);
        if (text::expect_map(e.value, "'" + e.key + "'", d_)) {
            text::check_keys(
                e.value, {"title", "description", "source", "output", "demand", "cycle time", "unit procedures"}, d_);
            quantities(e.value, r);
            const Node* map = e.value.find("unit procedures");
            if (!map || !map->is_map() || map->entries().empty()) {
                d_.error(map ? map->pos() : e.key_pos, message::schedule_entry_needs, {e.key, "unit procedures"});
            } else {
                for (const auto& p : map->entries()) procedure(p, r);
                for (const Pending& p : pending_) order(p, r);
                settle_transfers(r);
                limit_runs(r);
                const auto empty = [](const UnitProcedure& p) { return p.operations.empty(); };
                if (std::none_of(r.procedures.begin(), r.procedures.end(), empty)) check_orders(r, d_);
                for (const UnitProcedure& p : r.procedures)
                    if (!p.operations.empty() &&
                        std::all_of(p.operations.begin(), p.operations.end(),
                                    [](const Operation& o) { return o.duration() == 0; }) &&
                        !bad_times_)
                        d_.error(p.pos, message::schedule_procedure_empty, {p.name});
            }
        }
        return r;
    }

private:
    /// Checking and drawing take time that grows with the square of this.
    void limit_runs(const Recipe& r) {
        constexpr std::int64_t most = 5'000;
        std::int64_t runs = 0;
        for (const UnitProcedure& p : r.procedures) runs += p.cycles * static_cast<std::int64_t>(p.operations.size());
        if (runs > most)
            d_.error(r.pos, message::schedule_too_long, {r.name, std::to_string(runs), std::to_string(most)});
    }

    void quantities(const Node& map, Recipe& r) {
        const Node *output = map.find("output"), *demand = map.find("demand");
        const auto o = output ? values_.positive(*output, "output") : std::nullopt;
        const auto n = demand ? values_.positive(*demand, "demand") : std::nullopt;
        if (o) r.output = o->si, r.output_unit = o->unit, r.output_given = output;
        if (demand && !output) d_.error(demand->pos(), message::schedule_demand_without_output);
        if (n) r.demand = n->si, r.demand_pos = n->pos;
        if (o && n && o->unit.dimension != n->unit.dimension)
            d_.error(n->pos, message::schedule_demand_dimension, {n->unit.text, o->unit.text});
        if (const Node* cycle = map.find("cycle time")) {
            r.cycle = values_.time(*cycle, "cycle time");
            r.cycle_pos = cycle->pos();
        }
    }

    void procedure(const Node::Entry& e, Recipe& r) {
        UnitProcedure p;
        p.name = e.key;
        p.pos = e.key_pos;
        p.title = title_of(e, d_);
        const int index = static_cast<int>(r.procedures.size());
        if (!text::expect_map(e.value, "'" + e.key + "'", d_)) return;
        text::check_keys(e.value, {"title", "source", "in", "cycles", "filling", "setup", "operations", "turnaround"},
                         d_);
        if (const Node* in = e.value.find("in"); in && in->is_scalar()) {
            p.pool = index_of(facility_.pools, in->scalar());
            if (p.pool < 0)
                suggest(d_.error(in->pos(), message::schedule_unknown_pool, {in->scalar()}), in->scalar(),
                        names_of(facility_.pools));
        } else {
            d_.error(in ? in->pos() : e.key_pos, message::schedule_entry_needs, {e.key, "in"});
        }
        if (const Node* n = e.value.find("cycles")) p.cycles = static_cast<int>(values_.whole(*n, "cycles", 1, 10000));
        if (const Node* n = e.value.find("filling")) filling(*n, p);
        if (const Node* n = e.value.find("setup")) task(*n, "setup", e.value.pos(), Role::setup, index, p);
        const Node* operations = e.value.find("operations");
        if (!operations || !operations->is_map() || operations->entries().empty())
            d_.error(operations ? operations->pos() : e.key_pos, message::schedule_entry_needs, {e.key, "operations"});
        else
            for (const auto& o : operations->entries()) task(o.value, o.key, o.key_pos, Role::process, index, p);
        if (const Node* n = e.value.find("turnaround"))
            task(*n, "turnaround", e.value.pos(), Role::turnaround, index, p);
        r.procedures.push_back(std::move(p));
    }

    void filling(const Node& n, UnitProcedure& p) {
        const auto datum = values_.positive(n, "filling");
        if (!datum || p.pool < 0) return;
        const Pool& pool = facility_.pools[size(p.pool)];
        if (pool.size > 0 && datum->unit.dimension != pool.unit.dimension)
            d_.error(datum->pos, message::schedule_filling_dimension, {pool.name, p.name});
        else if (pool.size > 0 && datum->si > pool.size * (1 + 1e-12))
            d_.error(datum->pos, message::schedule_filling,
                     {p.name, units::format_number(datum->unit.from_si(datum->si)) + " " + datum->unit.text, pool.name,
                      units::format_number(pool.unit.from_si(pool.size)) + " " + pool.unit.text});
        else
            p.filling = datum->si;
    }

    /// An operation (also set-up or turnaround): a duration alone, {duration, uses ..} or {phases: ..}.
    void task(const Node& n, const std::string& name, const SourcePos& pos, Role role, int procedure,
              UnitProcedure& p) {
        Operation o;
        o.name = name;
        o.role = role;
        o.pos = role == Role::process ? pos : n.pos();
        o.title = {name, name};
        const Step step{procedure, static_cast<int>(p.operations.size())};
        if (!n.is_map() || n.find("value")) {
            o.phases.push_back({name, time(n, name), {}, &n});
        } else if (role == Role::process) {
            text::check_keys(n, {"title", "source", "duration", "uses", "phases", "after", "with"}, d_);
            if (const Node* after = n.find("after")) pending_.push_back({step, after, false});
            if (const Node* with = n.find("with")) pending_.push_back({step, with, true});
            phases(n, name, n.find("with") != nullptr, o);
        } else {
            text::check_keys(n, {"title", "source", "duration", "uses", "phases"}, d_);
            phases(n, name, false, o);
        }
        if (const Node* t = n.is_map() ? n.find("title") : nullptr) o.title = matter::read_title(*t, d_);
        p.operations.push_back(std::move(o));
    }

    void phases(const Node& n, const std::string& name, bool other_side_tells, Operation& o) {
        const Node *duration = n.find("duration"), *list = n.find("phases"), *used = n.find("uses");
        if ((duration && list) || (list && used) || (!duration && !list && !other_side_tells)) {
            d_.error(o.pos, message::schedule_duration_or_phases, {name});
            bad_times_ = true;
        }
        if (list && text::expect_map(*list, "'phases'", d_)) {
            for (const auto& e : list->entries()) {
                const bool full = e.value.is_map() && !e.value.find("value");
                if (full) text::check_keys(e.value, {"title", "source", "duration", "uses"}, d_);
                const Node* t = full ? e.value.find("duration") : &e.value;
                if (!t) d_.error(e.key_pos, message::schedule_entry_needs, {e.key, "duration"});
                o.phases.push_back(
                    {e.key, t ? time(*t, e.key) : 0, full ? uses(e.value.find("uses")) : std::vector<Use>{}, t});
            }
            return;
        }
        // Without a duration of its own, -1 stands for that of the other side until settle_transfers().
        o.phases.push_back({name, duration ? time(*duration, name) : other_side_tells ? -1 : 0, uses(used), duration});
    }

    Ticks time(const Node& n, const std::string& name) {
        const int before = d_.n_errors();
        const Ticks t = values_.time(n, name);
        if (d_.n_errors() > before) bad_times_ = true;
        return t;
    }

    std::vector<Use> uses(const Node* map) {
        std::vector<Use> out;
        if (!map || !text::expect_map(*map, "'uses'", d_)) return out;
        for (const auto& e : map->entries()) {
            const int i = index_of(facility_.resources, e.key);
            if (i < 0) {
                suggest(d_.error(e.key_pos, message::schedule_unknown_resource, {e.key}), e.key,
                        names_of(facility_.resources));
                continue;
            }
            const Resource& r = facility_.resources[size(i)];
            const auto datum = matter::read_datum(e.value, d_);
            if (!datum) continue;
            const std::string shown = units::format_number(r.unit.from_si(datum->si)) +
                                      (r.unit.text.empty() ? "" : " " + r.unit.text);
            if (datum->unit.dimension != r.unit.dimension)
                d_.error(datum->pos, message::schedule_use_dimension,
                         {e.key, r.unit.text.empty() ? "1" : r.unit.text,
                          datum->unit.text.empty() ? "1" : datum->unit.text});
            else if (const auto amount = values_.steps(r.unit.from_si(datum->si)); amount <= 0)
                d_.error(datum->pos, message::schedule_use_positive, {e.key, shown});
            else if (amount > r.capacity)
                d_.error(datum->pos, message::schedule_use_beyond,
                         {shown, e.key, units::format_number(static_cast<double>(r.capacity) * r.step)});
            else
                out.push_back({i, amount});
        }
        return out;
    }

    /// An `after:` or `with:`, until all operations of the recipe are known.
    struct Pending {
        Step step;
        const Node* node;
        bool transfer;
    };

    void order(const Pending& p, Recipe& r) {
        if (p.transfer) {
            const auto other = p.node->is_scalar() ? find_step(*p.node, p.step, r) : std::nullopt;
            if (!p.node->is_scalar()) d_.error(p.node->pos(), message::expected_text, {"with"});
            if (!other) return;
            if (other->procedure == p.step.procedure)
                d_.error(p.node->pos(), message::schedule_transfer_self, {r.procedures[size(p.step.procedure)].name});
            else
                r.transfers.push_back({*other, p.step, p.node->pos()});
            return;
        }
        if (p.node->is_sequence())
            for (const Node& n : p.node->items()) after(n, p.step, r);
        else
            after(*p.node, p.step, r);
    }

    void after(const Node& n, Step step, Recipe& r) {
        Link l;
        l.to = step;
        l.pos = n.pos();
        const Node* name = &n;
        if (n.is_map()) {
            text::check_keys(n, {"start of", "end of", "lag"}, d_);
            const Node *start = n.find("start of"), *end = n.find("end of");
            if ((start != nullptr) == (end != nullptr)) {
                d_.error(n.pos(), message::schedule_after_form);
                return;
            }
            name = start ? start : end;
            l.from_start = start != nullptr;
            if (const Node* lag = n.find("lag")) l.lag = values_.lag(*lag);
        }
        if (!name->is_scalar()) {
            d_.error(name->pos(), message::schedule_after_form);
            return;
        }
        if (const auto from = find_step(*name, step, r)) {
            l.from = *from;
            r.links.push_back(l);
        }
    }

    std::optional<Step> find_step(const Node& n, Step here, const Recipe& r) {
        const std::string& text = n.scalar();
        const size_t dot = text.find('.');
        if (text.empty() || (dot != std::string::npos && text.find('.', dot + 1) != std::string::npos)) {
            d_.error(n.pos(), message::schedule_reference_form, {text});
            return std::nullopt;
        }
        const int p = dot == std::string::npos ? here.procedure : index_of(r.procedures, text.substr(0, dot));
        const std::string name = dot == std::string::npos ? text : text.substr(dot + 1);
        if (p >= 0)
            if (const int o = index_of(r.procedures[size(p)].operations, name); o >= 0) return Step{p, o};
        std::vector<std::string> known;
        for (const UnitProcedure& u : r.procedures)
            for (const Operation& o : u.operations) known.push_back(u.name + "." + o.name);
        suggest(d_.error(n.pos(), message::schedule_unknown_operation, {text}), text, known);
        return std::nullopt;
    }

    /// Both sides of a transfer last equally long; one of them may leave its duration to the other.
    void settle_transfers(Recipe& r) {
        const auto operation = [&](Step s) -> Operation& {
            return r.procedures[size(s.procedure)].operations[size(s.operation)];
        };
        const auto open = [](const Operation& o) { return o.phases.size() == 1 && o.phases[0].duration < 0; };
        for (bool settled = true; settled;) { // a chain of transfers may pass a duration on
            settled = false;
            for (const Transfer& t : r.transfers) {
                Operation &a = operation(t.giver), &b = operation(t.taker);
                if (open(a) == open(b)) continue;
                (open(a) ? a : b).phases[0].duration = (open(a) ? b : a).duration();
                settled = true;
            }
        }
        for (UnitProcedure& p : r.procedures)
            for (Operation& o : p.operations)
                if (open(o)) {
                    if (!d_.has_errors()) d_.error(o.pos, message::schedule_duration_or_phases, {o.name});
                    o.phases[0].duration = 0;
                }
        for (const Transfer& t : r.transfers) {
            const Operation &a = operation(t.giver), &b = operation(t.taker);
            if (a.duration() == b.duration() || bad_times_) continue;
            d_.error(
                  t.pos, message::schedule_transfer_times,
                  {a.name, time_text(Ratio(a.duration()).seconds()), b.name, time_text(Ratio(b.duration()).seconds())})
                .hint(message::schedule_transfer_hint);
        }
    }

    const Facility& facility_;
    Diagnostics& d_;
    Values values_;
    std::vector<Pending> pending_;
    bool bad_times_ = false; // an error about a time was told already: do not complain about its consequences
};

} // namespace

Recipe read_recipe(const Node::Entry& e, const Facility& facility, Diagnostics& d) {
    return Reader(facility, d).read(e);
}

} // namespace viresco::schedule
