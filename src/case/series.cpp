// Time series of inputs, held between their rows.
#include "base/messages/case.h"
#include "case/simulation.h"
#include "matter/quantity.h"
#include "text/csv.h"
#include <charconv>
#include <cmath>

namespace viresco::cases {

using text::Node;

namespace {

class SeriesReader {
public:
    explicit SeriesReader(plant::Library& library) : library_(library), d_(library.diagnostics) {}

    std::optional<Series> read(const Node::Entry& e) {
        if (!text::expect_map(e.value, "'" + e.key + "'", d_)) return std::nullopt;
        text::check_keys(e.value, {"file", "time", "columns", "repeat", "title", "source"}, d_);
        const Node* file = e.value.find("file");
        const Node* time = e.value.find("time");
        const Node* columns = e.value.find("columns");
        if (!file || !file->is_scalar() || !time || !time->is_scalar() || !columns || !columns->is_map()) {
            d_.error(e.key_pos, message::series_form, {e.key});
            return std::nullopt;
        }
        const std::string here = file->pos().file->path;
        const std::string path = here.substr(0, here.find_last_of('/') + 1) + file->scalar();
        const SourceFile* source = text::read_file(library_.sources, path, d_, file->pos());
        if (!source) return std::nullopt;
        const text::CsvTable table = text::parse_csv(*source, d_);
        Series out;
        const auto time_unit = matter::read_unit(*time, d_);
        if (!time_unit) return std::nullopt;
        if (time_unit->dimension.text() != "s") {
            d_.error(time->pos(), message::span_of_time, {"time", time->scalar()});
            return std::nullopt;
        }
        std::vector<size_t> places;
        for (const auto& c : columns->entries()) {
            if (!text::expect_map(c.value, "'" + c.key + "'", d_)) continue;
            text::check_keys(c.value, {"column", "unit"}, d_);
            const std::string name = text::scalar_of(c.value, "column", d_);
            size_t k = 0;
            while (k < table.header.size() && table.header[k].text != name) ++k;
            if (k == table.header.size()) {
                std::vector<std::string> known;
                for (const auto& cell : table.header) known.push_back(cell.text);
                suggest(d_.error(c.value.pos(), message::series_unknown_column, {name, path}), name, known);
                continue;
            }
            units::Unit unit;
            if (const Node* u = c.value.find("unit")) unit = matter::read_unit(*u, d_).value_or(units::Unit{});
            places.push_back(k);
            out.addresses.emplace_back(c.key, c.key_pos);
            out.units.push_back(unit);
        }
        if (d_.has_errors()) return std::nullopt;
        for (const auto& row : table.rows) {
            out.times.push_back(time_unit->to_si(number(row[0])));
            if (d_.has_errors()) return std::nullopt;
            if (out.times.size() > 1 && !(out.times.back() > out.times[out.times.size() - 2])) {
                d_.error(row[0].pos, message::series_not_ascending, {row[0].text});
                return std::nullopt;
            }
            for (size_t k = 0; k < places.size(); ++k) out.values.push_back(out.units[k].to_si(number(row[places[k]])));
        }
        if (out.times.empty()) {
            d_.error(file->pos(), message::series_empty, {path});
            return std::nullopt;
        }
        repeat(e.value, out);
        return out;
    }

private:
    double number(const text::CsvTable::Cell& cell) {
        double v = 0;
        const auto r = std::from_chars(cell.text.data(), cell.text.data() + cell.text.size(), v);
        if (r.ec != std::errc{} || r.ptr != cell.text.data() + cell.text.size() || !std::isfinite(v))
            d_.error(cell.pos, message::series_not_a_number, {cell.text});
        return v;
    }

    /// `repeat: {every: 14 d, times: 2}`: the same rows again.
    void repeat(const Node& map, Series& out) {
        const Node* node = map.find("repeat");
        if (!node || !text::expect_map(*node, "'repeat'", d_)) return;
        text::check_keys(*node, {"every", "times"}, d_);
        const Node* every = node->find("every");
        const std::string times = text::scalar_of(*node, "times", d_);
        const auto q = every ? matter::read_quantity(*every, d_) : std::nullopt;
        const int n = std::atoi(times.c_str());
        if (!q || q->dimension().text() != "s" || q->si <= out.times.back() - out.times.front() || n < 1 || n > 10000) {
            d_.error(node->pos(), message::series_repeat_form);
            return;
        }
        const size_t rows = out.times.size(), values = out.values.size();
        for (int k = 1; k < n; ++k) {
            for (size_t i = 0; i < rows; ++i) out.times.push_back(out.times[i] + k * q->si);
            for (size_t i = 0; i < values; ++i) out.values.push_back(out.values[i]);
        }
    }

    plant::Library& library_;
    Diagnostics& d_;
};

} // namespace

std::vector<Series> read_series(const Node& map, plant::Library& library) {
    std::vector<Series> out;
    if (!text::expect_map(map, "'series'", library.diagnostics)) return out;
    for (const auto& e : map.entries())
        if (auto s = SeriesReader(library).read(e)) out.push_back(std::move(*s));
    return out;
}

} // namespace viresco::cases
