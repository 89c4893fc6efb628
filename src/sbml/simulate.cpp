#include "sbml/simulate.h"
#include "base/messages/sbml.h"
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <limits>
#include <random>

namespace viresco::sbml {
namespace {

double seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }
bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

/// An execution that waits for its time.
struct Pending {
    size_t event;
    double time;
    std::vector<double> values; ///< of the trigger time; empty: those of the execution
};

class Run {
public:
    Run(const Compiled& model, const Request& request) : model_(model), request_(request), evaluation_(model.program) {
        parameters_ = model.program.defaults();
        x_.assign(static_cast<size_t>(model.program.n_states()), 0.0);
        on_.assign(model.program.events().size(), 0);
        for (const CompiledEvent& e : model.events) held_.push_back(e.initial_value);
        columns();
    }

    Result result() {
        const double began = seconds();
        begin();
        happen();
        row(0);
        const double interval = request_.duration / request_.steps;
        options_.rtol = request_.rtol;
        options_.atol = 1e-6;
        options_.max_step = interval;
        options_.max_seconds = request_.max_seconds;
        int next = 1;
        const auto output_time = [&](int k) { return k == request_.steps ? request_.duration : k * interval; };
        while (next <= request_.steps) {
            double stop = request_.duration;
            for (const Pending& p : pending_) stop = std::min(stop, p.time);
            std::vector<double> times;
            for (int k = next; k <= request_.steps && output_time(k) <= stop; ++k) times.push_back(output_time(k));
            next += go(stop, times);
            options_.max_seconds = request_.max_seconds - (seconds() - began);
        }
        return std::move(result_);
    }

private:
    void columns() {
        Diagnostics d;
        result_.columns.emplace_back("time");
        const auto listed = [](const std::vector<std::string>& list, const std::string& id) {
            return std::find(list.begin(), list.end(), id) != list.end();
        };
        for (const std::string& id : request_.variables) {
            const Variable* v = model_.find(id);
            result_.columns.push_back(id);
            if (!v) {
                std::vector<std::string> known;
                for (const Variable& other : model_.variables) known.push_back(other.id);
                suggest(d.error({}, message::sbml_unknown_variable, {id}), id, known);
                continue;
            }
            const bool amount = listed(request_.amounts, id), concentration = listed(request_.concentrations, id);
            if ((amount || concentration) && v->amount < 0) d.error({}, message::sbml_not_a_species, {id});
            shown_.push_back(amount ? v->amount : concentration ? v->concentration : v->value);
        }
        d.throw_if_errors();
    }

    // --- values

    const std::vector<double>& look() {
        outputs_.resize(model_.program.output_slots().size());
        evaluation_.outputs({&time_, 1}, x_, outputs_);
        return outputs_;
    }
    double output(int i) const { return outputs_[static_cast<size_t>(i)]; }
    double& kept(const Place& p) { return (p.state ? x_ : parameters_)[static_cast<size_t>(p.index)]; }

    /// Start values may use each other in any order: they settle after as many rounds as they are deep.
    void begin() {
        for (const Assignment& s : model_.starts) kept(s.place) = std::nan("");
        for (size_t round = 0; round <= model_.starts.size(); ++round) {
            const auto x = x_, p = parameters_;
            evaluation_.set_parameters(parameters_);
            look();
            for (const Assignment& s : model_.starts)
                kept(s.place) = s.volume < 0 ? output(s.value) : output(s.value) * output(s.volume);
            if (same_bits(x, x_) && same_bits(p, parameters_)) break;
        }
        evaluation_.set_parameters(parameters_);
        std::vector<double> rates(x_.size());
        evaluation_.rates({&time_, 1}, x_, rates);
        Diagnostics d;
        double least = 1;
        for (size_t i = 0; i < x_.size(); ++i) {
            const lang::State& s = model_.program.states()[i];
            if (!std::isfinite(x_[i]) && rates[i] != 0)
                d.error(s.pos, message::sbml_not_finite, {s.path, fmt::format("{}", x_[i])})
                    .hint(message::sbml_not_finite_hint);
            if (std::isfinite(x_[i]) && x_[i] != 0) least = std::min(least, std::abs(x_[i]));
        }
        d.throw_if_errors();
        for (const double x : x_) options_.sizes.push_back(x != 0 && std::isfinite(x) ? std::abs(x) : least);
    }

    void row(double time) {
        look();
        std::vector<double> r{time};
        for (const int i : shown_) r.push_back(output(i));
        result_.rows.push_back(std::move(r));
    }

    // --- time

    /// To `stop`, or the next event; returns how many of the times asked for are done.
    int go(double stop, const std::vector<double>& times) {
        integrate::Point from;
        from.time = time_;
        from.x = x_;
        from.on = on_;
        flags(from);
        // A rounding is no span to integrate over.
        if (stop - time_ <= 1e-15 * std::abs(stop)) from.time = stop;
        const integrate::Trajectory run = integrate::run(evaluation_, from, stop, times, options_);
        result_.steps += run.statistics.steps;
        const double end = run.end.time;
        int done = 0;
        for (const integrate::Point& p : run.points) {
            time_ = p.time;
            x_ = p.x;
            // What is true at this very time happens there, though it was found a rounding later.
            const bool near = end - p.time <= 1e-9 * std::abs(end);
            if (near && (p.time == end || differs())) break;
            row(p.time);
            ++done;
        }
        if (done == static_cast<int>(run.points.size())) {
            time_ = end;
            x_ = run.end.x;
        }
        happen();
        while (done < static_cast<int>(times.size()) && times[static_cast<size_t>(done)] <= time_) {
            row(times[static_cast<size_t>(done)]);
            ++done;
        }
        return done;
    }
    bool differs() {
        look();
        for (size_t k = 0; k < held_.size(); ++k)
            if ((output(model_.events[k].trigger) != 0) != (held_[k] != 0)) return true;
        return false;
    }
    /// Which conditions hold: those of triggers exactly (>= also where both sides are equal).
    void flags(integrate::Point& p) {
        std::vector<double> margins(on_.size());
        if (!on_.empty()) evaluation_.margins({&p.time, 1}, p.x, margins);
        for (size_t k = 0; k < on_.size(); ++k) p.on[k] = margins[k] > 0;
        for (size_t k = 0; k < held_.size(); ++k) {
            p.on[2 * k] = held_[k] != 0 || p.on[2 * k];
            p.on[2 * k + 1] = held_[k] == 0 || p.on[2 * k + 1];
        }
    }

    // --- events

    /// Everything that happens at this time.
    void happen() {
        constexpr int endless = 100'000;
        for (int round = 0;; ++round) {
            triggers();
            const size_t chosen = choose();
            if (chosen == pending_.size()) return;
            const Pending p = pending_[chosen];
            pending_.erase(pending_.begin() + static_cast<std::ptrdiff_t>(chosen));
            execute(p);
            ++result_.events;
            if (round > endless) {
                Diagnostics d;
                const CompiledEvent& e = model_.events[p.event];
                d.error(e.pos, message::sbml_events_endless, {number(time_), e.id});
                throw SolveError(d);
            }
        }
    }
    /// Looks at the triggers: what turned true is put down, what turned false and does not persist is taken back.
    void triggers() {
        look();
        for (size_t k = 0; k < held_.size(); ++k) {
            const CompiledEvent& e = model_.events[k];
            const bool now = output(e.trigger) != 0, before = held_[k] != 0;
            held_[k] = now;
            if (!now && before && !e.persistent)
                std::erase_if(pending_, [&](const Pending& p) { return p.event == k; });
            if (!now || before) continue;
            Pending p{k, time_, {}};
            if (e.delay >= 0) {
                const double delay = output(e.delay);
                if (!(delay >= 0)) {
                    Diagnostics d;
                    d.error(e.pos, message::sbml_negative_delay, {e.id, number(time_), number(delay)});
                    throw SolveError(d);
                }
                p.time += delay;
            }
            if (e.values_from_trigger_time)
                for (const Assignment& a : e.assignments) p.values.push_back(output(a.value));
            pending_.push_back(std::move(p));
        }
    }
    /// Of the executions that are due, the one of highest priority as it is now; those without priority come last, in
    /// the order in which they were triggered.
    size_t choose() {
        const auto priority = [&](const Pending& p) {
            const int i = model_.events[p.event].priority;
            const double v = i < 0 ? std::nan("") : output(i);
            return std::isnan(v) ? -std::numeric_limits<double>::infinity() : v;
        };
        std::vector<size_t> best;
        double highest = 0;
        for (size_t i = 0; i < pending_.size(); ++i) {
            if (pending_[i].time > time_) continue;
            const double v = priority(pending_[i]);
            if (!best.empty() && v < highest) continue;
            if (best.empty() || v > highest) best.clear();
            highest = v;
            best.push_back(i);
        }
        if (best.empty()) return pending_.size();
        if (best.size() == 1 || std::isinf(highest)) return best.front();
        return best[random_() % best.size()];
    }
    /// All assignments of an event at once. A concentration is one in the volume before; where an event also changes the
    /// volume, the amounts stay.
    void execute(const Pending& p) {
        const CompiledEvent& e = model_.events[p.event];
        look();
        std::vector<double> values = p.values;
        if (!e.values_from_trigger_time)
            for (const Assignment& a : e.assignments) values.push_back(output(a.value));
        std::vector<double> volumes;
        for (const Diluted& c : model_.diluted) volumes.push_back(output(c.volume));
        for (size_t i = 0; i < values.size(); ++i) {
            const Assignment& a = e.assignments[i];
            kept(a.place) = a.volume < 0 ? values[i] : values[i] * output(a.volume);
        }
        evaluation_.set_parameters(parameters_);
        look();
        for (size_t i = 0; i < volumes.size(); ++i) {
            const Diluted& c = model_.diluted[i];
            if (const double now = output(c.volume); now != volumes[i]) kept(c.place) *= volumes[i] / now;
        }
    }

    const Compiled& model_;
    const Request& request_;
    lang::DynamicEvaluation evaluation_;
    integrate::Options options_;
    double time_ = 0;
    std::vector<double> x_, parameters_, outputs_;
    std::vector<char> on_, held_;
    std::vector<Pending> pending_;
    std::vector<int> shown_;
    std::minstd_rand random_{20071}; ///< fixed: a run is repeatable
    Result result_;
};

} // namespace

std::string number(double v) {
    return std::isnan(v) ? "NaN" : std::isinf(v) ? v > 0 ? "INF" : "-INF" : fmt::format("{}", v);
}

std::string Result::csv() const {
    std::string out;
    for (size_t i = 0; i < columns.size(); ++i) out += (i ? "," : "") + columns[i];
    out += '\n';
    for (const auto& r : rows) {
        for (size_t i = 0; i < r.size(); ++i) out += (i ? "," : "") + number(r[i]);
        out += '\n';
    }
    return out;
}

Result simulate(const Compiled& model, const Request& request) { return Run(model, request).result(); }

} // namespace viresco::sbml
