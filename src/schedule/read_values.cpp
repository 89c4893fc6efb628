#include "schedule/read_values.h"
#include "base/messages/schedule.h"
#include "matter/quantity.h"
#include <algorithm>
#include <charconv>
#include <cmath>

namespace viresco::schedule {

using text::Node;

namespace {

constexpr double longest = 10 * 366 * 86400.0;

Ticks ticks(double seconds) { return std::llround(seconds * static_cast<double>(ticks_per_second)); }

std::string shown(const Node& n) {
    const Node* value = n.is_map() ? n.find("value") : &n;
    return value ? value->scalar() : "";
}

} // namespace

matter::Title title_of(const Node::Entry& e, Diagnostics& d) {
    const Node* t = e.value.is_map() ? e.value.find("title") : nullptr;
    return t ? matter::read_title(*t, d) : matter::Title{e.key, e.key};
}

Ticks Values::time(const Node& n, const std::string& name) {
    const auto datum = matter::read_datum(n, d_);
    if (!datum) return 0;
    if (datum->unit.dimension.text() != "s" || !(datum->si >= 0))
        d_.error(datum->pos, message::schedule_time, {name, shown(n)});
    else if (datum->si > longest)
        d_.error(datum->pos, message::schedule_time_long, {name, shown(n)});
    else
        return ticks(datum->si);
    return 0;
}

Ticks Values::lag(const Node& n) {
    const auto q = matter::read_quantity(n, d_);
    if (!q) return 0;
    if (q->dimension().text() == "s" && std::abs(q->si) <= longest) return ticks(q->si);
    d_.error(n.pos(), message::schedule_lag, {n.scalar()});
    return 0;
}

std::int64_t Values::whole(const Node& n, const std::string& name, std::int64_t low, std::int64_t high) {
    const std::string& s = n.scalar();
    std::int64_t value = 0;
    const auto r = std::from_chars(s.data(), s.data() + s.size(), value);
    if (n.is_scalar() && r.ec == std::errc{} && r.ptr == s.data() + s.size() && value >= low && value <= high)
        return value;
    d_.error(n.pos(), message::schedule_whole, {name, std::to_string(low), std::to_string(high), s});
    return low;
}

std::optional<matter::Datum> Values::positive(const Node& n, const std::string& name) {
    auto datum = matter::read_datum(n, d_);
    if (datum && !(datum->si > 0)) {
        d_.error(datum->pos, message::schedule_positive, {name, shown(n)});
        return std::nullopt;
    }
    return datum;
}

std::int64_t Values::steps(double value) { return std::llround(std::clamp(value, -1e9, 1e9) * 1e6); }

} // namespace viresco::schedule
