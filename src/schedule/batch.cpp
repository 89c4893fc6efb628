#include "schedule/batch.h"
#include <algorithm>
#include <limits>
#include <numeric>

namespace viresco::schedule {
namespace {

/// Runs that start together (transfers) form one event; `to` comes at least `weight` after `from`.
struct Arc {
    int from = 0, to = 0;
    Ticks weight = 0;
};

class Timer {
public:
    Timer(const Facility& facility, const Recipe& recipe) : facility_(facility), recipe_(recipe) {}

    std::variant<Batch, OrderCycle, Blocked> run() {
        place_runs();
        join_transfers();
        add_links();
        if (!longest_paths()) return OrderCycle{circle()};
        for (;;) {
            tighten();
            occupy();
            const std::vector<int> meeting = first_conflict();
            if (meeting.empty()) break;
            if (batch_.waits.size() == most_waits || !separate(meeting)) return blocked(meeting);
            longest_paths();
        }
        finish();
        return std::move(batch_);
    }

private:
    size_t at(int i) const { return static_cast<size_t>(i); }

    void place_runs() {
        first_.reserve(recipe_.procedures.size() + 1);
        for (size_t p = 0; p < recipe_.procedures.size(); ++p) {
            const UnitProcedure& procedure = recipe_.procedures[p];
            first_.push_back(static_cast<int>(batch_.runs.size()));
            const auto add = [&](Role role, int cycle) {
                for (size_t o = 0; o < procedure.operations.size(); ++o)
                    if (procedure.operations[o].role == role) {
                        batch_.runs.push_back({{static_cast<int>(p), static_cast<int>(o)}, cycle, 0, 0});
                        durations_.push_back(procedure.operations[o].duration());
                    }
            };
            add(Role::setup, 0);
            for (int c = 0; c < procedure.cycles; ++c) add(Role::process, c);
            add(Role::turnaround, 0);
        }
        first_.push_back(static_cast<int>(batch_.runs.size()));
    }

    int first_run(Step s) const {
        for (int i = first_[at(s.procedure)]; i < first_[at(s.procedure) + 1]; ++i)
            if (batch_.runs[at(i)].step == s) return i;
        return -1;
    }
    int last_run(Step s) const {
        for (int i = first_[at(s.procedure) + 1]; i-- > first_[at(s.procedure)];)
            if (batch_.runs[at(i)].step == s) return i;
        return -1;
    }

    int root(int i) const {
        while (event_[at(i)] != i) i = event_[at(i)];
        return i;
    }

    void join_transfers() {
        event_.resize(batch_.runs.size());
        std::iota(event_.begin(), event_.end(), 0);
        for (const Transfer& t : recipe_.transfers) {
            const int a = root(last_run(t.giver)), b = root(first_run(t.taker));
            event_[at(std::max(a, b))] = std::min(a, b);
        }
        for (size_t i = 0; i < event_.size(); ++i) event_[i] = root(static_cast<int>(i));
    }

    void add_links() {
        for (size_t p = 0; p + 1 < first_.size(); ++p)
            for (int i = first_[p] + 1; i < first_[p + 1]; ++i)
                arcs_.push_back({event_[at(i) - 1], event_[at(i)], durations_[at(i) - 1]});
        for (const Link& l : recipe_.links) {
            const int from = l.from_start ? first_run(l.from) : last_run(l.from), to = first_run(l.to);
            arcs_.push_back({event_[at(from)], event_[at(to)], (l.from_start ? 0 : durations_[at(from)]) + l.lag});
        }
    }

    /// Arcs by the event they leave; false where they go round in a circle (then `waiting_` > 0 on and behind it).
    bool longest_paths() {
        const size_t n = batch_.runs.size();
        out_begins_.assign(n + 1, 0);
        waiting_.assign(n, 0);
        for (const Arc& a : arcs_) ++out_begins_[at(a.from) + 1], ++waiting_[at(a.to)];
        for (size_t i = 0; i < n; ++i) out_begins_[i + 1] += out_begins_[i];
        out_.resize(arcs_.size());
        std::vector<int>& fill = scratch_;
        fill.assign(out_begins_.begin(), out_begins_.end() - 1);
        for (const Arc& a : arcs_) out_[at(fill[at(a.from)]++)] = a;
        start_.assign(n, 0);
        std::vector<int>& ready = order_;
        ready.clear();
        for (size_t i = 0; i < n; ++i)
            if (event_[i] == static_cast<int>(i) && waiting_[i] == 0) ready.push_back(static_cast<int>(i));
        size_t n_events = 0;
        for (size_t i = 0; i < n; ++i) n_events += event_[i] == static_cast<int>(i);
        for (size_t k = 0; k < ready.size(); ++k)
            for (int o = out_begins_[at(ready[k])]; o < out_begins_[at(ready[k]) + 1]; ++o) {
                const Arc& a = out_[at(o)];
                start_[at(a.to)] = std::max(start_[at(a.to)], start_[at(a.from)] + a.weight);
                if (--waiting_[at(a.to)] == 0) ready.push_back(a.to);
            }
        batch_.time = 0;
        for (size_t i = 0; i < n; ++i) batch_.time = std::max(batch_.time, start_[at(event_[i])] + durations_[i]);
        return ready.size() == n_events;
    }

    /// Walks backwards among the events that never became ready, until one comes again.
    std::vector<Step> circle() const {
        std::vector<int> path, seen(batch_.runs.size(), -1);
        int at_event = 0;
        while (waiting_[at(at_event)] == 0) ++at_event;
        while (seen[at(at_event)] < 0) {
            seen[at(at_event)] = static_cast<int>(path.size());
            path.push_back(at_event);
            for (const Arc& a : arcs_)
                if (a.to == at_event && waiting_[at(a.from)] > 0) {
                    at_event = a.from;
                    break;
                }
        }
        std::vector<Step> out;
        for (size_t k = path.size(); k-- > at(seen[at(at_event)]);)
            if (const Step s = batch_.runs[at(path[k])].step; out.empty() || !(out.back() == s)) out.push_back(s);
        const auto first = std::min_element(out.begin(), out.end(), [](Step a, Step b) {
            return a.procedure != b.procedure ? a.procedure < b.procedure : a.operation < b.operation;
        });
        std::rotate(out.begin(), first, out.end());
        return out;
    }

    /// Moves procedures right, with everything that follows them without a gap, where that occupies no more equipment
    /// in sum and something waits for them anyhow.
    void tighten() {
        const size_t n_procedures = first_.size() - 1;
        for (int pass = 0; pass < 64; ++pass) {
            bool moved = false;
            for (size_t p = 0; p < n_procedures; ++p) moved = move_right(event_[at(first_[p])]) || moved;
            if (!moved) return;
        }
    }

    bool move_right(int from) {
        std::vector<int>& set = scratch_;
        inside_.assign(batch_.runs.size(), 0);
        set.assign(1, from);
        inside_[at(from)] = 1;
        Ticks room = std::numeric_limits<Ticks>::max();
        bool awaited = false;
        for (size_t k = 0; k < set.size(); ++k)
            for (int o = out_begins_[at(set[k])]; o < out_begins_[at(set[k]) + 1]; ++o) {
                const Arc& a = out_[at(o)];
                if (!inside_[at(a.to)] && start_[at(a.to)] == start_[at(a.from)] + a.weight) {
                    inside_[at(a.to)] = 1;
                    set.push_back(a.to);
                }
            }
        for (const int e : set)
            for (int o = out_begins_[at(e)]; o < out_begins_[at(e) + 1]; ++o)
                if (const Arc& a = out_[at(o)]; !inside_[at(a.to)]) {
                    awaited = true;
                    room = std::min(room, start_[at(a.to)] - start_[at(a.from)] - a.weight);
                }
        if (!awaited) return false;
        int longer = 0;
        for (size_t p = 0; p + 1 < first_.size(); ++p)
            longer += inside_[at(event_[at(first_[p + 1]) - 1])] - inside_[at(event_[at(first_[p])])];
        if (longer > 0) return false;
        for (size_t i = 0; i < event_.size(); ++i)
            if (inside_[at(event_[i])]) room = std::min(room, batch_.time - start_[at(event_[i])] - durations_[i]);
        if (room <= 0) return false;
        for (const int e : set) start_[at(e)] += room;
        return true;
    }

    void occupy() {
        const size_t n = recipe_.procedures.size();
        batch_.starts.resize(n);
        batch_.ends.resize(n);
        batch_.occupations.clear();
        holders_.clear();
        for (size_t i = 0; i < batch_.runs.size(); ++i) {
            batch_.runs[i].start = start_[at(event_[i])];
            batch_.runs[i].end = batch_.runs[i].start + durations_[i];
        }
        const int n_pools = static_cast<int>(facility_.pools.size());
        for (size_t p = 0; p < n; ++p) {
            batch_.starts[p] = batch_.runs[at(first_[p])].start;
            batch_.ends[p] = batch_.runs[at(first_[p + 1]) - 1].end;
            hold({recipe_.procedures[p].pool, 1, batch_.starts[p], batch_.ends[p], static_cast<int>(p)}, -1);
        }
        for (size_t i = 0; i < batch_.runs.size(); ++i) {
            const Run& run = batch_.runs[i];
            Ticks t = run.start;
            for (const Phase& phase :
                 recipe_.procedures[at(run.step.procedure)].operations[at(run.step.operation)].phases) {
                for (const Use& u : phase.uses)
                    hold({n_pools + u.resource, u.amount, t, t + phase.duration, run.step.procedure},
                         static_cast<int>(i));
                t += phase.duration;
            }
        }
        std::sort(holders_.begin(), holders_.end(), [](const Holder& a, const Holder& b) {
            if (a.what.limit != b.what.limit) return a.what.limit < b.what.limit;
            if (a.what.start != b.what.start) return a.what.start < b.what.start;
            return a.what.procedure != b.what.procedure ? a.what.procedure < b.what.procedure : a.run < b.run;
        });
    }

    /// An occupation and the run that holds it; -1: the whole procedure does.
    struct Holder {
        Occupation what;
        int run = -1;
    };
    void hold(const Occupation& o, int run) {
        if (o.end > o.start) holders_.push_back({o, run});
    }

    /// The holders (indices) that are too many for a limit at the earliest time this happens; empty: none are.
    std::vector<int> first_conflict() const {
        std::vector<int> out, active;
        Ticks earliest = std::numeric_limits<Ticks>::max();
        std::int64_t load = 0;
        for (size_t i = 0; i < holders_.size(); ++i) {
            const Occupation& o = holders_[i].what;
            if (i == 0 || holders_[i - 1].what.limit != o.limit) active.clear(), load = 0;
            std::erase_if(active, [&](int k) {
                const Occupation& other = holders_[at(k)].what;
                if (other.end > o.start) return false;
                load -= other.amount;
                return true;
            });
            active.push_back(static_cast<int>(i));
            load += o.amount;
            if (load > facility_.capacity(o.limit) && o.start < earliest) earliest = o.start, out = active;
        }
        return out;
    }

    int first_event(const Holder& h) const { return event_[at(h.run >= 0 ? h.run : first_[at(h.what.procedure)])]; }
    int last_run_of(const Holder& h) const { return h.run >= 0 ? h.run : first_[at(h.what.procedure) + 1] - 1; }

    bool reaches(int from, int to) {
        inside_.assign(batch_.runs.size(), 0);
        scratch_.assign(1, from);
        inside_[at(from)] = 1;
        for (size_t k = 0; k < scratch_.size(); ++k) {
            if (scratch_[k] == to) return true;
            for (int o = out_begins_[at(scratch_[k])]; o < out_begins_[at(scratch_[k]) + 1]; ++o)
                if (const int next = out_[at(o)].to; !inside_[at(next)])
                    inside_[at(next)] = 1, scratch_.push_back(next);
        }
        return false;
    }

    /// Lets one of the holders, rather one that started late, wait for the end of another, rather one that ends early.
    bool separate(const std::vector<int>& meeting) {
        std::vector<int> late(meeting.rbegin(), meeting.rend()), early = meeting;
        std::stable_sort(late.begin(), late.end(),
                         [&](int a, int b) { return holders_[at(a)].what.start > holders_[at(b)].what.start; });
        std::stable_sort(early.begin(), early.end(),
                         [&](int a, int b) { return holders_[at(a)].what.end < holders_[at(b)].what.end; });
        for (const int l : late)
            for (const int e : early) {
                if (l == e) continue;
                const Holder &waits = holders_[at(l)], &ends = holders_[at(e)];
                const int from = event_[at(last_run_of(ends))], to = first_event(waits);
                if (reaches(to, from)) continue;
                const Run& run = batch_.runs[at(last_run_of(ends))];
                const Ticks until = ends.what.end - run.start;          // from the start of that run
                const Ticks offset = waits.what.start - start_[at(to)]; // into the run that waits
                arcs_.push_back({from, to, until - offset});
                const int waiting = waits.run >= 0 ? waits.run : first_[at(waits.what.procedure)];
                batch_.waits.push_back({batch_.runs[at(waiting)].step, run.step, ends.what.limit});
                return true;
            }
        return false;
    }

    Blocked blocked(const std::vector<int>& meeting) const {
        Blocked out;
        out.given_up = batch_.waits.size() == most_waits;
        for (const int k : meeting) {
            const Holder& h = holders_[at(k)];
            out.limit = h.what.limit;
            out.steps.push_back(batch_.runs[at(h.run >= 0 ? h.run : first_[at(h.what.procedure)])].step);
        }
        return out;
    }

    /// Counts from the first start, and lists the occupations by limit.
    void finish() {
        Ticks begin = std::numeric_limits<Ticks>::max();
        for (const Ticks t : batch_.starts) begin = std::min(begin, t);
        for (Run& r : batch_.runs) r.start -= begin, r.end -= begin;
        for (Ticks& t : batch_.starts) t -= begin;
        for (Ticks& t : batch_.ends) t -= begin;
        batch_.time -= begin;
        batch_.limit_begins.assign(at(facility_.n_limits()) + 1, 0);
        for (Holder& h : holders_) {
            h.what.start -= begin;
            h.what.end -= begin;
            batch_.occupations.push_back(h.what);
            ++batch_.limit_begins[at(h.what.limit) + 1];
        }
        std::partial_sum(batch_.limit_begins.begin(), batch_.limit_begins.end(), batch_.limit_begins.begin());
    }

    const Facility& facility_;
    const Recipe& recipe_;
    Batch batch_;
    std::vector<Ticks> durations_, start_;   // of runs; of events
    std::vector<int> first_, event_, order_; // first run of each procedure; run -> event (its smallest run)
    std::vector<Arc> arcs_, out_;            // out_: by the event they leave
    std::vector<int> out_begins_, waiting_, scratch_;
    std::vector<char> inside_;
    std::vector<Holder> holders_;
};

} // namespace

std::variant<Batch, OrderCycle, Blocked> time_batch(const Facility& facility, const Recipe& recipe) {
    return Timer(facility, recipe).run();
}

} // namespace viresco::schedule
