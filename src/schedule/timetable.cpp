#include "schedule/timetable.h"
#include "base/messages/schedule.h"
#include "schedule/analysis.h"
#include <algorithm>
#include <cmath>

namespace viresco::schedule {
namespace {

size_t size(int i) { return static_cast<size_t>(i); }

Operation& at(Recipe& r, Step s) { return r.procedures[size(s.procedure)].operations[size(s.operation)]; }

} // namespace

Timetable::Timetable(Facility facility, size_t recipe) : facility_(std::move(facility)), recipe_(recipe) {
    Recipe& r = facility_.recipes[recipe_];
    for (const Transfer& t : r.transfers) {
        Operation &giver = at(r, t.giver), &taker = at(r, t.taker);
        const bool given = std::any_of(giver.phases.begin(), giver.phases.end(),
                                       [](const Phase& p) { return p.given; });
        if (taker.phases.size() == 1 && given) taker.phases[0].given = nullptr;
    }
    for (size_t p = 0; p < r.procedures.size(); ++p)
        for (size_t o = 0; o < r.procedures[p].operations.size(); ++o) {
            const Operation& operation = r.procedures[p].operations[o];
            for (size_t k = 0; k < operation.phases.size(); ++k) {
                const Phase& phase = operation.phases[k];
                if (!phase.given) continue;
                std::string path = r.procedures[p].name + "." + operation.name;
                if (operation.phases.size() > 1) path += "." + phase.name;
                durations_.push_back(
                    {static_cast<int>(p), static_cast<int>(o), static_cast<int>(k), path, phase.given});
            }
        }
}

bool Timetable::times(const std::vector<Ticks>& durations, std::span<double> outcomes, Diagnostics& d) const {
    Recipe r = facility_.recipes[recipe_];
    for (size_t k = 0; k < durations_.size(); ++k)
        at(r, {durations_[k].procedure, durations_[k].operation}).phases[size(durations_[k].phase)].duration =
            durations[k];
    for (size_t round = 0; round <= r.transfers.size(); ++round) // a chain of transfers passes its duration on
        for (const Transfer& t : r.transfers) {
            Operation &giver = at(r, t.giver), &taker = at(r, t.taker);
            if (taker.phases.size() == 1 && !taker.phases[0].given)
                taker.phases[0].duration = giver.duration();
            else if (giver.phases.size() == 1 && !giver.phases[0].given)
                giver.phases[0].duration = taker.duration();
        }
    for (const Transfer& t : r.transfers) {
        const Operation &giver = at(r, t.giver), &taker = at(r, t.taker);
        if (giver.duration() == taker.duration()) continue;
        d.error(t.pos, message::schedule_transfer_times,
                {giver.name, time_text(Ratio(giver.duration()).seconds()), taker.name,
                 time_text(Ratio(taker.duration()).seconds())})
            .hint(message::schedule_transfer_hint);
        return false;
    }
    for (const UnitProcedure& p : r.procedures)
        if (std::all_of(p.operations.begin(), p.operations.end(),
                        [](const Operation& o) { return o.duration() == 0; })) {
            d.error(p.pos, message::schedule_procedure_empty, {p.name});
            return false;
        }
    const auto batch = timed_batch(facility_, r, d);
    if (!batch) return false;
    const std::vector<Load> all = loads(facility_, *batch);
    const Ratio bound = cycle_bound(all);
    Ratio cycle = r.cycle;
    if (r.cycle == 0)
        cycle = minimum_cycle(facility_, *batch, bound);
    else if (!given_cycle_fits(facility_, r, *batch, minimum_cycle(facility_, *batch, bound), d))
        return false;
    outcomes[0] = Ratio(batch->time).seconds();
    outcomes[1] = cycle.seconds();
    for (const Load& load : all) {
        double amount = static_cast<double>(facility_.capacity(load.limit));
        if (!facility_.is_pool(load.limit))
            amount *= facility_.resources[size(load.limit) - facility_.pools.size()].step;
        outcomes[2 + size(load.limit)] = load.bound.seconds() * amount;
    }
    return true;
}

bool Timetable::ticks_of(std::span<const double> inputs, std::vector<Ticks>& out, Diagnostics& d) const {
    constexpr double longest = 10 * 366 * 86400.0;
    out.clear();
    for (size_t k = 0; k < inputs.size(); ++k) {
        if (!(inputs[k] >= 0 && inputs[k] <= longest)) {
            d.error(durations_[k].given->pos(), message::schedule_duration_computed,
                    {durations_[k].path, time_text(inputs[k])});
            return false;
        }
        out.push_back(std::llround(inputs[k] * static_cast<double>(ticks_per_second)));
    }
    return true;
}

void Timetable::run(std::span<const double> inputs, int width, std::span<double> outcomes,
                    std::span<std::optional<Diagnostics>> failures) const {
    const auto w = static_cast<size_t>(width);
    std::vector<double> in(durations_.size()), out(n_outcomes());
    std::vector<Ticks> ticks;
    for (size_t l = 0; l < w; ++l) {
        for (size_t k = 0; k < in.size(); ++k) in[k] = inputs[k * w + l];
        Diagnostics d;
        const bool good = ticks_of(in, ticks, d) && times(ticks, out, d);
        for (size_t k = 0; k < out.size(); ++k) outcomes[k * w + l] = good ? out[k] : std::nan("");
        if (!good) failures[l] = std::move(d);
    }
}

void Timetable::derivatives(std::span<const double> inputs, std::span<double> jacobian) const {
    Diagnostics d;
    std::vector<Ticks> ticks;
    std::vector<double> here(n_outcomes()), there(n_outcomes());
    if (!ticks_of(inputs, ticks, d) || !times(ticks, here, d)) throw SolveError(std::move(d));
    for (size_t k = 0; k < ticks.size(); ++k) {
        // Exact on a linear piece: a second more is a whole number of ticks, and so is everything it moves.
        double step = 1;
        ticks[k] += ticks_per_second;
        Diagnostics ignored;
        bool good = times(ticks, there, ignored);
        ticks[k] -= ticks_per_second;
        if (!good && ticks[k] >= ticks_per_second) {
            step = -1;
            ticks[k] -= ticks_per_second;
            good = times(ticks, there, ignored);
            ticks[k] += ticks_per_second;
        }
        for (size_t o = 0; o < here.size(); ++o)
            jacobian[o * inputs.size() + k] = good ? (there[o] - here[o]) / step : std::nan("");
    }
}

uint64_t Timetable::hash() const {
    // The file decides, with what its names stand for: nothing else takes part.
    const SourceFile* file = recipe().pos.file;
    return std::hash<std::string>()(recipe().name + "\n" + (file ? file->text : ""));
}

} // namespace viresco::schedule
