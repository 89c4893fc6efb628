#include "schedule/cycle.h"
#include <algorithm>
#include <cassert>
#include <optional>

namespace viresco::schedule {
namespace {

/// Rounded towards minus infinity; b > 0.
template <class Int>
Int floor_div(Int a, Int b) {
    return a / b - (a % b < 0 ? 1 : 0);
}

/// Lays one limit's occupations on a circle of one cycle. All times are multiplied by the cycle's denominator, so
/// that they stay whole; Int is wide enough for them.
template <class Int>
class Circle {
public:
    Circle(const Occupation* begin, const Occupation* end, const Ratio& cycle)
        : begin_(begin), end_(end), cycle_(cycle), turn_(cycle.numerator()), scale_(cycle.denominator()) {}

    /// The place on the circle with the largest load; the load is told.
    Int fullest(std::int64_t& load) {
        std::int64_t always = 0;
        static thread_local std::vector<std::pair<Int, std::int64_t>> events; // capacity is kept, content is not
        events.clear();
        for (const Occupation* o = begin_; o != end_; ++o) {
            const Int length = (o->end - o->start) * scale_;
            always += o->amount * static_cast<std::int64_t>(length / turn_);
            const Int rest = length % turn_;
            if (rest == 0) continue;
            const Int from = o->start * scale_ % turn_, to = from + rest;
            events.emplace_back(from, o->amount);
            if (to <= turn_) {
                events.emplace_back(to, -o->amount);
            } else {
                events.emplace_back(turn_, -o->amount);
                events.emplace_back(Int{0}, o->amount);
                events.emplace_back(to - turn_, -o->amount);
            }
        }
        std::sort(events.begin(), events.end()); // at one place, what ends comes first: its amount is negative
        Int place = 0;
        std::int64_t now = always, most = always;
        for (const auto& [t, amount] : events) {
            now += amount;
            if (now > most) most = now, place = t;
        }
        load = most;
        return place;
    }

    /// A cycle time before which batches still ask for more than `capacity` at once: of those that meet at `place`, so
    /// few as are too many (the greediest) do not part before the first two of them do.
    std::optional<Ratio> parting(Int place, std::int64_t capacity) const {
        struct Instance {
            const Occupation* what;
            Int batch;
        };
        std::vector<Instance> there;
        for (const Occupation* o = begin_; o != end_; ++o) {
            const Int last = floor_div(place - o->start * scale_, turn_);
            for (Int b = floor_div(place - o->end * scale_, turn_) + 1; b <= last; ++b) there.push_back({o, b});
        }
        std::stable_sort(there.begin(), there.end(),
                         [](const Instance& a, const Instance& b) { return a.what->amount > b.what->amount; });
        size_t enough = 0;
        for (std::int64_t sum = 0; enough < there.size() && sum <= capacity; ++enough)
            sum += there[enough].what->amount;
        there.resize(enough);
        std::optional<Ratio> first;
        for (const Instance& a : there)
            for (const Instance& b : there)
                if (a.batch < b.batch) {
                    const Ratio c(static_cast<Wide>(a.what->end - b.what->start), static_cast<Wide>(b.batch - a.batch));
                    if (c > cycle_ && (!first || c < *first)) first = c;
                }
        return first;
    }

private:
    const Occupation *begin_, *end_;
    Ratio cycle_;
    Int turn_, scale_;
};

/// True where the limit suffices; else `next` is raised to a cycle time before which it cannot.
template <class Int>
bool limit_fits(const Facility& facility, const Batch& batch, int limit, const Ratio& cycle, Ratio* next) {
    const Occupation* all = batch.occupations.data();
    const auto l = static_cast<size_t>(limit);
    if (batch.limit_begins[l] == batch.limit_begins[l + 1]) return true;
    Circle<Int> circle(all + batch.limit_begins[l], all + batch.limit_begins[l + 1], cycle);
    std::int64_t load = 0;
    const Int place = circle.fullest(load);
    if (load <= facility.capacity(limit)) return true;
    if (next) {
        const auto parting = circle.parting(place, facility.capacity(limit));
        assert(parting); // one batch alone asks for no more than there is
        if (parting && *parting > *next) *next = *parting;
    }
    return false;
}

bool one_fits(const Facility& facility, const Batch& batch, int limit, const Ratio& cycle, Ratio* next) {
    const bool narrow = static_cast<Wide>(batch.time + cycle.ceil()) * cycle.denominator() < (INT64_C(1) << 60) &&
                        cycle.numerator() < (INT64_C(1) << 60);
    return narrow ? limit_fits<std::int64_t>(facility, batch, limit, cycle, next)
                  : limit_fits<Wide>(facility, batch, limit, cycle, next);
}

/// Limits that are taken once per batch, in whole shares of what there is, suffice at every cycle time not below
/// their bound; the others must be looked at.
std::vector<int> delicate(const Facility& facility, const Batch& batch) {
    std::vector<int> out;
    for (int limit = 0; limit < facility.n_limits(); ++limit) {
        const size_t begin = batch.limit_begins[static_cast<size_t>(limit)];
        const size_t n = batch.limit_begins[static_cast<size_t>(limit) + 1] - begin;
        if (n > 1 || (n == 1 && facility.capacity(limit) % batch.occupations[begin].amount != 0)) out.push_back(limit);
    }
    return out;
}

} // namespace

std::vector<Load> loads(const Facility& facility, const Batch& batch) {
    std::vector<Load> out;
    out.reserve(static_cast<size_t>(facility.n_limits()));
    for (int limit = 0; limit < facility.n_limits(); ++limit) {
        Wide work = 0;
        const auto l = static_cast<size_t>(limit);
        for (size_t i = batch.limit_begins[l]; i < batch.limit_begins[l + 1]; ++i)
            work += static_cast<Wide>(batch.occupations[i].amount) *
                    (batch.occupations[i].end - batch.occupations[i].start);
        out.push_back({limit, Ratio(work, static_cast<Wide>(facility.capacity(limit)))});
    }
    return out;
}

Ratio cycle_bound(const std::vector<Load>& all) {
    Ratio most = 0;
    for (const Load& l : all) most = std::max(most, l.bound);
    return most;
}

bool fits(const Facility& facility, const Batch& batch, const Ratio& cycle, int* overloaded) {
    for (int limit = 0; limit < facility.n_limits(); ++limit)
        if (!one_fits(facility, batch, limit, cycle, nullptr)) {
            if (overloaded) *overloaded = limit;
            return false;
        }
    return true;
}

Ratio minimum_cycle(const Facility& facility, const Batch& batch, const Ratio& at_least) {
    Ratio cycle = std::max(at_least, cycle_bound(loads(facility, batch)));
    const std::vector<int> limits = delicate(facility, batch);
    for (size_t k = 0, content = 0; content < limits.size(); k = (k + 1) % limits.size(), ++content)
        for (Ratio next = cycle; !one_fits(facility, batch, limits[k], cycle, &next); cycle = next) {
            content = 0; // all must be content with the same cycle time, one after the other
            if (next == cycle) return std::max(cycle, Ratio(batch.time)); // meets itself: see time_batch
        }
    return cycle;
}

std::int64_t batches_within(Ticks span, Ticks batch_time, const Ratio& cycle) {
    return span < batch_time ? 0 : 1 + cycle.times_in(span - batch_time);
}

std::int64_t units_needed(Ticks occupied, const Ratio& cycle) {
    assert(occupied >= 0 && cycle > Ratio(0));
    const Wide n = static_cast<Wide>(occupied) * cycle.denominator(), d = cycle.numerator();
    return std::max<std::int64_t>(1, static_cast<std::int64_t>((n + d - 1) / d));
}

} // namespace viresco::schedule
