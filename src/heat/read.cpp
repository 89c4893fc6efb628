#include "heat/read.h"
#include "base/messages/heat.h"
#include "base/messages/text.h"
#include "matter/quantity.h"
#include "text/check.h"
#include <cmath>

namespace viresco::heat {
namespace {

using text::Node;

class Reader {
public:
    explicit Reader(Diagnostics& d) : d_(d) {}

    Problem read(const Node& file) {
        text::check_keys(
            file, {"viresco", "kind", "title", "description", "source", "minimum temperature difference", "streams"},
            d_);
        if (const Node* t = file.find("title")) out_.title = matter::read_title(*t, d_);
        if (const Node* n = file.find("minimum temperature difference"))
            out_.minimum_difference = difference(*n, "minimum temperature difference");
        else
            d_.error(file.pos(), message::heat_needs, {"minimum temperature difference"});
        const Node* streams = file.find("streams");
        if (!streams || !streams->is_map() || streams->entries().empty())
            d_.error(streams ? streams->pos() : file.pos(), message::heat_needs, {"streams"});
        else
            for (const auto& e : streams->entries()) stream(e);
        return std::move(out_);
    }

private:
    /// A quantity in the dimension `si`; NaN where there is none, or after an error at its place.
    double quantity(const Node* n, const std::string& name, const char* si, const char* example) {
        const auto datum = n ? matter::read_datum(*n, d_) : std::nullopt;
        if (datum && datum->unit.dimension == units::parse_unit(si)->dimension) return datum->si;
        if (datum)
            d_.error(datum->pos, message::heat_dimension,
                     {name, example, datum->unit.text.empty() ? "1" : datum->unit.text});
        return std::nan("");
    }

    double difference(const Node& n, const std::string& name) {
        const auto datum = matter::read_datum(n, d_);
        if (!datum) return 0;
        if (datum->unit.dimension.text() == "K" && datum->unit.offset == 0 && datum->si >= 0) return datum->si;
        d_.error(datum->pos, message::heat_difference, {name, n.is_scalar() ? n.scalar() : datum->unit.text});
        return 0;
    }

    void stream(const Node::Entry& e) {
        Stream s;
        s.name = e.key;
        s.pos = e.key_pos;
        s.title = {e.key, e.key};
        if (!text::expect_map(e.value, "'" + e.key + "'", d_)) return;
        text::check_keys(
            e.value, {"title", "source", "is", "from", "to", "heat capacity flow", "duty", "segments", "contribution"},
            d_);
        if (const Node* t = e.value.find("title")) s.title = matter::read_title(*t, d_);
        if (const Node* n = e.value.find("contribution")) s.contribution = difference(*n, "contribution");
        int direction = 0; // 1: cooled, -1: heated, 0: not known yet
        if (const Node* is = e.value.find("is")) {
            direction = is->scalar() == "hot" ? 1 : is->scalar() == "cold" ? -1 : 0;
            if (direction == 0) d_.error(is->pos(), message::heat_is, {is->scalar()});
        }
        const int errors = d_.n_errors();
        if (const Node* list = e.value.find("segments")) {
            for (const char* key : {"from", "to", "duty", "heat capacity flow"})
                if (const Node* n = e.value.find(key)) d_.error(n->pos(), message::heat_segments_alone, {key});
            if (!list->is_sequence() || list->items().empty())
                d_.error(list->pos(), message::expected_list, {"'segments'"});
            for (const Node& n : list->items()) {
                if (!text::expect_map(n, "'segments'", d_)) continue;
                text::check_keys(n, {"from", "to", "heat capacity flow", "duty"}, d_);
                segment(n, n.pos(), e.key, direction, s);
            }
        } else {
            segment(e.value, e.key_pos, e.key, direction, s);
        }
        if (direction == 0 && d_.n_errors() == errors) d_.error(e.key_pos, message::heat_direction, {e.key});
        s.hot = direction > 0;
        out_.streams.push_back(std::move(s));
    }

    void segment(const Node& n, const SourcePos& pos, const std::string& name, int& direction, Stream& s) {
        const Node *from = n.find("from"), *to = n.find("to"), *flow = n.find("heat capacity flow"),
                   *duty = n.find("duty");
        if (!from) d_.error(pos, message::heat_entry_needs, {name, "from"});
        if (!to) d_.error(pos, message::heat_entry_needs, {name, "to"});
        if ((flow != nullptr) == (duty != nullptr)) d_.error(pos, message::heat_flow_or_duty, {name});
        const double a = quantity(from, "from", "K", "120 degC"), b = quantity(to, "to", "K", "120 degC");
        const double c = quantity(flow, "heat capacity flow", "W/K", "2 kW/K");
        const double q = quantity(duty, "duty", "W", "300 kW");
        if (c <= 0 || q <= 0)
            d_.error((flow ? flow : duty)->pos(), message::heat_positive, {flow ? "heat capacity flow" : "duty"})
                .hint(message::heat_positive_hint);
        if (std::isnan(a) || std::isnan(b) || (std::isnan(c) && std::isnan(q))) return;
        const int here = a > b ? 1 : a < b ? -1 : 0;
        if (here == 0 && !std::isnan(c)) d_.error(pos, message::heat_isothermal, {name});
        if (here != 0 && direction != 0 && here != direction) d_.error(from->pos(), message::heat_turns, {name});
        if (direction == 0) direction = here;
        if (!s.segments.empty() && s.segments.back().to != a)
            d_.error(from->pos(), message::heat_gap, {name, units::format_number(s.segments.back().to - 273.15)});
        s.segments.push_back({a, b, std::isnan(q) ? c * std::abs(b - a) : q});
    }

    Diagnostics& d_;
    Problem out_;
};

} // namespace

Problem read_problem(const Node& file, Diagnostics& diagnostics) { return Reader(diagnostics).read(file); }

} // namespace viresco::heat
