#include "case/data_tables.h"
#include "base/messages/assess_barriers.h"
#include "base/messages/case.h"
#include "base/messages/text.h"
#include "matter/quantity.h"
#include "text/csv.h"
#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

namespace viresco::cases {

using text::Node;
using Cell = text::CsvTable::Cell;

namespace {

std::string trimmed(const std::string& s) {
    const size_t begin = s.find_first_not_of(" \t"), end = s.find_last_not_of(" \t");
    return begin == std::string::npos ? "" : s.substr(begin, end - begin + 1);
}

/// "fermenter.ferment_time [h]": a name and the unit in brackets, if any. A member stands in brackets without a blank
/// before it: "broth.flow[water] [kg/h]".
std::pair<std::string, std::string> name_and_unit(const std::string& heading) {
    const size_t open = heading.rfind(" [");
    if (open == std::string::npos || heading.back() != ']') return {heading, ""};
    return {trimmed(heading.substr(0, open)), trimmed(heading.substr(open + 2, heading.size() - open - 3))};
}

class Reader {
public:
    Reader(plant::Library& library, std::deque<Node>& values, plant::Overrides& overrides)
        : library_(library), d_(library.diagnostics), values_(values), overrides_(overrides) {}

    void read(const Node& entry) {
        if (!plant::expect_map(entry, "'data'", d_)) return;
        plant::check_keys(entry, {"file", "route", "statistic", "per", "evidence", "source"}, d_);
        const Node* file = entry.find("file");
        if (!file || !file->is_scalar()) {
            d_.error(entry.pos(), message::data_needs_file);
            return;
        }
        const std::string here = file->pos().file->path;
        const SourceFile* source = text::read_file(
            library_.sources, here.substr(0, here.find_last_of('/') + 1) + file->scalar(), d_, file->pos());
        if (!source) return;
        const int before = d_.n_errors();
        table_ = text::parse_csv(*source, d_);
        for (Cell& cell : table_.header) cell.text = trimmed(cell.text);
        for (auto& row : table_.rows)
            for (Cell& cell : row) cell.text = trimmed(cell.text);
        file_ = file->scalar();
        prefix_ = plant::scalar_of(entry, "route", d_);
        prefix_ = prefix_.empty() ? "" : prefix_ + ".";
        statistic_ = choice(entry, "statistic", {"mean", "median", "last", "sum"}, "mean");
        evidence_ = choice(entry, "evidence", {"measured", "supplier", "literature", "estimate"}, "measured");
        source_ = plant::scalar_of(entry, "source", d_);
        per_ = entry.find("per");
        if (d_.n_errors() > before) return;
        if (table_.rows.empty() || table_.header.size() < 2) {
            d_.error(file->pos(), message::data_empty, {file_});
            return;
        }
        const std::string& first = table_.header[0].text;
        if (first == "parameter")
            parameters();
        else if (first == "component")
            streams();
        else
            records();
    }

private:
    std::string choice(const Node& entry, const char* key, const std::vector<std::string>& known, const char* usual) {
        const Node* n = entry.find(key);
        if (!n) return usual;
        if (std::find(known.begin(), known.end(), n->scalar()) != known.end()) return n->scalar();
        suggest(d_.error(n->pos(), message::data_choice, {key, n->scalar()}), n->scalar(), known);
        return usual;
    }

    /// nullopt for an empty cell, and after an error.
    std::optional<double> number(const Cell& cell) {
        if (cell.text.empty()) return std::nullopt;
        double v = 0;
        const char* end = cell.text.data() + cell.text.size();
        const auto r = std::from_chars(cell.text.data(), end, v);
        if (r.ec == std::errc{} && r.ptr == end && std::isfinite(v)) return v;
        d_.error(cell.pos, message::batches_number, {cell.text}).hint(message::batches_number_hint);
        return std::nullopt;
    }

    bool unit_is_known(const std::string& unit, const SourcePos& pos) {
        return unit.empty() || matter::read_unit(Node::of(unit, pos), d_).has_value();
    }

    /// One value, its numbers in `unit`, as if it stood in a file at `pos`.
    void put(const std::string& address, double value, const std::string& unit,
             std::optional<std::pair<double, double>> range, const std::string& evidence, const std::string& source,
             const SourcePos& pos, const SourcePos& evidence_pos = {}) {
        const auto quantity = [&](double v) {
            return Node::of(units::format_number(v) + (unit.empty() ? "" : " " + unit), pos);
        };
        std::vector<Node::Entry> map;
        map.push_back({"value", pos, quantity(value)});
        if (range && range->first < range->second) {
            std::vector<Node> ends;
            ends.push_back(quantity(range->first));
            ends.push_back(quantity(range->second));
            map.push_back({"range", pos, Node::of(std::move(ends), pos)});
        }
        map.push_back({"evidence", pos, Node::of(evidence, evidence_pos ? evidence_pos : pos)});
        map.push_back({"source", pos, Node::of(source, pos)});
        values_.push_back(Node::of(std::move(map), pos));
        overrides_.add(prefix_ + address, &values_.back(), pos);
    }

    std::string source_or(const std::string& own) const { return source_.empty() ? file_ + own : source_; }

    /// Rows: parameter, value, unit and, where there are such columns, low, high, evidence, source.
    void parameters() {
        std::map<std::string, size_t> columns;
        const std::vector<std::string> known{"parameter", "value", "unit", "low", "high", "evidence", "source", "note"};
        for (size_t k = 0; k < table_.header.size(); ++k) {
            const Cell& cell = table_.header[k];
            if (std::find(known.begin(), known.end(), cell.text) == known.end())
                suggest(d_.error(cell.pos, message::data_unknown_column, {cell.text}), cell.text, known);
            else if (!columns.emplace(cell.text, k).second)
                d_.error(cell.pos, message::data_column_twice, {cell.text});
        }
        if (!columns.count("value")) {
            d_.error(table_.header[0].pos, message::data_needs_column, {"value"});
            return;
        }
        std::set<std::string> seen;
        for (const auto& row : table_.rows) {
            const auto cell = [&](const char* name) -> const Cell* {
                const auto it = columns.find(name);
                return it == columns.end() ? nullptr : &row[it->second];
            };
            const Cell& name = row[columns.at("parameter")];
            if (name.text.empty()) continue; // a line between groups
            if (!seen.insert(name.text).second) d_.error(name.pos, message::data_parameter_twice, {name.text});
            const Cell& value = *cell("value");
            const std::string unit = cell("unit") ? cell("unit")->text : "";
            const bool known_unit = !cell("unit") || unit_is_known(unit, cell("unit")->pos);
            if (value.text.empty()) {
                d_.error(value.pos, message::data_no_value, {name.text});
                continue;
            }
            const auto v = number(value);
            const auto low = cell("low") ? number(*cell("low")) : std::nullopt,
                       high = cell("high") ? number(*cell("high")) : std::nullopt;
            if (low.has_value() != high.has_value())
                d_.error((low ? cell("low") : cell("high"))->pos, message::data_half_range);
            if (!v || !known_unit) continue;
            std::string evidence = evidence_, source = source_or("");
            SourcePos evidence_pos = value.pos;
            if (cell("evidence") && !cell("evidence")->text.empty()) {
                evidence = cell("evidence")->text;
                evidence_pos = cell("evidence")->pos;
            }
            if (cell("source") && !cell("source")->text.empty()) source = cell("source")->text;
            put(name.text, *v, unit, low && high ? std::optional(std::pair{*low, *high}) : std::nullopt, evidence,
                source, value.pos, evidence_pos);
        }
    }

    /// Rows: components, and T and p; columns: feeds, with the unit of the flows.
    void streams() {
        for (size_t k = 1; k < table_.header.size(); ++k) {
            const auto [feed, unit] = name_and_unit(table_.header[k].text);
            if (!unit_is_known(unit, table_.header[k].pos)) continue;
            for (const auto& row : table_.rows) {
                const auto [name, own] = name_and_unit(row[0].text);
                const auto v = number(row[k]);
                if (!v || name.empty()) continue;
                const bool state = name == "T" || name == "p";
                if (!unit_is_known(own, row[0].pos)) continue;
                put(feed + (state ? "." + name : ".flow[" + name + "]"), *v, state || !own.empty() ? own : unit,
                    std::nullopt, evidence_, source_or(""), row[k].pos);
            }
        }
    }

    /// Rows: batches or periods; columns: parameters. An empty cell was not recorded.
    void records() {
        size_t base = 0;
        std::string base_unit;
        if (per_) {
            for (size_t k = 1; k < table_.header.size(); ++k)
                if (name_and_unit(table_.header[k].text).first == per_->scalar()) base = k;
            if (base == 0) {
                std::vector<std::string> known;
                for (size_t k = 1; k < table_.header.size(); ++k)
                    known.push_back(name_and_unit(table_.header[k].text).first);
                suggest(d_.error(per_->pos(), message::data_needs_column, {per_->scalar()}), per_->scalar(), known);
                return;
            }
            base_unit = name_and_unit(table_.header[base].text).second;
        }
        for (size_t k = 1; k < table_.header.size(); ++k) {
            const Cell& heading = table_.header[k];
            const auto [name, unit] = name_and_unit(heading.text);
            if (name.empty() || k == base) continue;
            if (!unit_is_known(unit, heading.pos)) continue;
            std::vector<double> values;
            double sum = 0, base_sum = 0;
            for (const auto& row : table_.rows) {
                const auto v = number(row[k]);
                const double b = per_ ? number(row[base]).value_or(std::nan("")) : 1;
                if (!v || std::isnan(b)) continue;
                if (!(b > 0)) {
                    d_.error(row[base].pos, message::data_not_positive, {per_->scalar(), row[base].text});
                    continue;
                }
                values.push_back(*v / b);
                sum += *v;
                base_sum += b;
            }
            if (values.empty()) {
                d_.error(heading.pos, message::data_no_record, {name});
                continue;
            }
            double value = per_ ? sum / base_sum : sum / static_cast<double>(values.size());
            if (statistic_ == "sum" && !per_) value = sum;
            if (statistic_ == "last") value = values.back();
            std::sort(values.begin(), values.end());
            const size_t n = values.size();
            if (statistic_ == "median") value = (values[(n - 1) / 2] + values[n / 2]) / 2;
            const bool spread = n >= 3 && statistic_ != "sum";
            const std::string of = units_of(unit, base_unit);
            put(name, value, of, spread ? std::optional(std::pair{values.front(), values.back()}) : std::nullopt,
                evidence_, source_or(": " + statistic_ + " of " + std::to_string(n)), heading.pos);
        }
    }

    std::string units_of(const std::string& unit, const std::string& per) const {
        if (!per_) return unit;
        if (per.empty()) return unit;
        return (unit.empty() ? "1" : unit) + "/(" + per + ")";
    }

    plant::Library& library_;
    Diagnostics& d_;
    std::deque<Node>& values_;
    plant::Overrides& overrides_;
    text::CsvTable table_;
    std::string file_, prefix_, statistic_, evidence_, source_;
    const Node* per_ = nullptr;
};

} // namespace

void read_data_tables(plant::Library& library, const Node& of_case, std::deque<Node>& values,
                      plant::Overrides& overrides) {
    const Node* list = of_case.find("data");
    if (!list) return;
    if (!list->is_sequence()) {
        library.diagnostics.error(list->pos(), message::expected_list, {"'data'"});
        return;
    }
    for (const Node& entry : list->items()) Reader(library, values, overrides).read(entry);
}

} // namespace viresco::cases
