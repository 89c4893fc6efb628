#include "assess/batch_records.h"
#include "base/messages/assess_barriers.h"
#include "base/messages/plant.h"
#include "matter/quantity.h"
#include "text/csv.h"
#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

namespace viresco::assess {

using text::Node;

BatchStatistics statistics_of(std::span<const double> values, std::optional<double> lower,
                              std::optional<double> upper) {
    BatchStatistics out;
    double sum = 0;
    for (const double x : values) {
        if (std::isnan(x)) continue;
        ++out.recorded;
        sum += x;
        if ((lower && x < *lower) || (upper && x > *upper)) ++out.outside;
    }
    if (out.recorded == 0) return out;
    out.mean = sum / out.recorded;
    if (out.recorded < 2) return out;
    double squares = 0;
    for (const double x : values)
        if (!std::isnan(x)) squares += (x - out.mean) * (x - out.mean);
    out.deviation = std::sqrt(squares / (out.recorded - 1));
    if (!(out.deviation > 0)) return out;
    if (lower && upper) out.cp = (*upper - *lower) / (6 * out.deviation);
    double distance = std::numeric_limits<double>::infinity();
    if (lower) distance = std::min(distance, out.mean - *lower);
    if (upper) distance = std::min(distance, *upper - out.mean);
    if (lower || upper) out.cpk = distance / (3 * out.deviation);
    return out;
}

namespace {

class Reader {
public:
    explicit Reader(plant::Library& library) : library_(library), d_(library.diagnostics) {}

    std::optional<BatchRecords> read(const Node::Entry& e) {
        if (!plant::is_name(e.key)) d_.error(e.key_pos, message::not_a_name, {e.key});
        if (!plant::expect_map(e.value, "'" + e.key + "'", d_)) return std::nullopt;
        plant::check_keys(e.value, {"title", "file", "batch", "quantities"}, d_);
        const Node *file = e.value.find("file"), *batch = e.value.find("batch"), *list = e.value.find("quantities");
        const std::pair<const char*, bool> needs[] = {{"file", file && file->is_scalar()},
                                                      {"batch", batch && batch->is_scalar()},
                                                      {"quantities", list && list->is_map()}};
        for (const auto& [key, there] : needs)
            if (!there) d_.error(e.key_pos, message::batches_need, {e.key, key}).hint(message::batches_need_hint);
        if (!needs[0].second || !needs[1].second || !needs[2].second) return std::nullopt;
        const std::string here = file->pos().file->path;
        const std::string path = here.substr(0, here.find_last_of('/') + 1) + file->scalar();
        const SourceFile* source = text::read_file(library_.sources, path, d_, file->pos());
        if (!source) return std::nullopt;
        const int before = d_.n_errors();
        table_ = text::parse_csv(*source, d_);
        file_ = file->scalar();
        BatchRecords out;
        out.id = e.key;
        out.file = file_;
        out.title = e.value.find("title") ? matter::read_title(*e.value.find("title"), d_)
                                          : matter::Title{e.key, e.key};
        if (d_.n_errors() > before) return std::nullopt;
        if (table_.rows.empty()) {
            d_.error(file->pos(), message::batches_none, {file_});
            return std::nullopt;
        }
        out.batches = static_cast<int>(table_.rows.size());
        once(column(batch->scalar(), batch->pos()));
        for (const auto& q : list->entries()) quantity(q, out);
        int recorded = 0;
        for (const BatchQuantity& q : out.quantities) {
            recorded += q.statistics.recorded;
            if (std::isfinite(q.statistics.cpk) && !(q.statistics.cpk >= out.capability))
                out.capability = q.statistics.cpk;
        }
        if (!out.quantities.empty())
            out.completeness = static_cast<double>(recorded) /
                               (out.batches * static_cast<double>(out.quantities.size()));
        return out;
    }

private:
    /// Its place in the rows; the table's width after an error.
    size_t column(const std::string& name, const SourcePos& pos) {
        for (size_t k = 0; k < table_.header.size(); ++k)
            if (table_.header[k].text == name) return k;
        std::vector<std::string> known;
        std::string list;
        for (const auto& cell : table_.header) {
            known.push_back(cell.text);
            list += (list.empty() ? "" : ", ") + cell.text;
        }
        auto& d = d_.error(pos, message::batches_column, {name, file_});
        suggest(d, name, known);
        if (d.hints.empty()) d.hint(message::batches_columns_there, {list});
        return table_.header.size();
    }

    void once(size_t k) {
        if (k >= table_.header.size()) return;
        std::set<std::string> seen;
        for (const auto& row : table_.rows)
            if (!seen.insert(row[k].text).second) d_.error(row[k].pos, message::batches_twice, {row[k].text});
    }

    void quantity(const Node::Entry& e, BatchRecords& out) {
        if (!plant::is_name(e.key)) d_.error(e.key_pos, message::not_a_name, {e.key});
        if (!plant::expect_map(e.value, "'" + e.key + "'", d_)) return;
        plant::check_keys(e.value, {"title", "column", "unit", "lower", "upper"}, d_);
        BatchQuantity q;
        q.id = e.key;
        q.title = e.value.find("title") ? matter::read_title(*e.value.find("title"), d_) : matter::Title{e.key, e.key};
        if (const Node* u = e.value.find("unit")) q.unit = matter::read_unit(*u, d_).value_or(units::Unit{});
        q.lower = limit(e, "lower", q.unit);
        q.upper = limit(e, "upper", q.unit);
        if (q.lower && q.upper && !(*q.lower < *q.upper))
            d_.error(e.value.find("upper")->pos(), message::batches_limits,
                     {e.key, e.value.find("lower")->scalar(), e.value.find("upper")->scalar()});
        const Node* named = e.value.find("column");
        const size_t k = column(named ? named->scalar() : e.key, named ? named->pos() : e.key_pos);
        if (k >= table_.header.size()) return;
        std::vector<double> values;
        for (const auto& row : table_.rows) values.push_back(number(row[k]));
        q.statistics = statistics_of(values, q.lower, q.upper);
        out.quantities.push_back(std::move(q));
    }

    /// A specification in the unit of the quantity; one without a unit is meant in it.
    std::optional<double> limit(const Node::Entry& e, const char* key, const units::Unit& unit) {
        const Node* node = e.value.find(key);
        if (!node) return std::nullopt;
        const auto q = matter::read_quantity(*node, d_);
        if (!q) return std::nullopt;
        if (q->unit.text.empty()) return q->si;
        if (q->dimension() == unit.dimension) return unit.from_si(q->si);
        d_.error(node->pos(), message::batches_unit, {e.key, node->scalar(), unit.text.empty() ? "1" : unit.text});
        return std::nullopt;
    }

    /// An empty cell is a value that was not recorded.
    double number(const text::CsvTable::Cell& cell) {
        if (cell.text.empty()) return std::numeric_limits<double>::quiet_NaN();
        double v = 0;
        const auto r = std::from_chars(cell.text.data(), cell.text.data() + cell.text.size(), v);
        if (r.ec == std::errc{} && r.ptr == cell.text.data() + cell.text.size() && std::isfinite(v)) return v;
        d_.error(cell.pos, message::batches_number, {cell.text}).hint(message::batches_number_hint);
        return std::numeric_limits<double>::quiet_NaN();
    }

    plant::Library& library_;
    Diagnostics& d_;
    text::CsvTable table_;
    std::string file_;
};

} // namespace

std::vector<BatchRecords> read_batch_records(plant::Library& library, const Node& of_case) {
    std::vector<BatchRecords> out;
    if (!plant::expect_map(of_case, "'batch records'", library.diagnostics)) return out;
    for (const auto& e : of_case.entries())
        if (auto records = Reader(library).read(e)) out.push_back(std::move(*records));
    return out;
}

void declare_batch_records(plant::Context& c, const std::vector<BatchRecords>& list) {
    if (list.empty()) return;
    const lang::DimId one = c.model.dimensions.one();
    const auto bind = [&](const std::string& path, double x) {
        const lang::Value value = std::isfinite(x) ? c.model.constant(x, one)
                                                   : c.model.missing({message::batches_no_capability, {path}}, one);
        c.model.bind_value(path, {}, value, "from the batch records", {});
    };
    const auto all = [&](const std::string& prefix, double count, double completeness, double capability) {
        bind(prefix + "count", count);
        bind(prefix + "completeness", completeness);
        bind(prefix + "capability", capability);
    };
    double count = list.front().batches, completeness = 1, capability = list.front().capability;
    for (const BatchRecords& r : list) {
        all("batches." + r.id + ".", r.batches, r.completeness, r.capability);
        count = std::min<double>(count, r.batches);
        completeness = std::min(completeness, r.completeness);
        if (std::isfinite(r.capability) && !(r.capability >= capability)) capability = r.capability;
    }
    all("batches.", count, completeness, capability);
}

} // namespace viresco::assess
