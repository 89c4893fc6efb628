#include "lca/spreadsheet.h"
#include "base/messages/lca.h"
#include "base/messages/lca_fmt.h"
#include "lca/archive.h"
#include "lca/draft.h"
#include "lca/name_id.h"
#include "text/csv.h"
#include "text/encoding.h"
#include "text/places.h"
#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

namespace viresco::lca {
namespace {

using Cell = viresco::text::CsvTable::Cell;
using viresco::text::CsvTable;

enum Column {
    process,
    flow,
    kind,
    amount,
    unit,
    location,
    compartment,
    provider,
    allocation,
    uncertainty,
    spread,
    minimum,
    maximum,
    comment,
    n_columns
};
constexpr const char* column_names[n_columns] = {"process",  "flow",        "kind",     "amount",     "unit",
                                                 "location", "compartment", "provider", "allocation", "uncertainty",
                                                 "spread",   "minimum",     "maximum",  "comment"};
const std::vector<std::string> kinds = {"product",  "co-product", "input",     "avoided",  "emission",
                                        "resource", "waste",      "treatment", "parameter"};
const std::vector<std::string> distributions = {"lognormal", "normal", "triangular", "uniform"};

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& w : words) out += (out.empty() ? "" : ", ") + w;
    return out;
}

class Reader {
public:
    Reader(Archive& archive, Draft& draft) : archive_(archive), draft_(draft), diagnostics_(draft.diagnostics()) {
        for (const Flow& f : draft.db().flows) by_name_.emplace(key(f.name, f.category), f.id);
    }

    void read(const std::string& name) {
        std::string text;
        if (!archive_.read(name, text, diagnostics_)) return;
        const SourceFile& source = archive_.source(name, std::move(text));
        const int before = diagnostics_.n_errors();
        if (!viresco::text::check_encoding(viresco::text::Places(source), diagnostics_)) return;
        const CsvTable table = viresco::text::parse_csv(source, diagnostics_);
        if (diagnostics_.n_errors() > before || !columns_of(table, source)) return;
        for (const auto& row : table.rows)
            if (std::any_of(row.begin(), row.end(), [](const Cell& c) { return !c.text.empty(); })) read_row(row);
    }

    /// Processes in the order of their first rows.
    void finish() {
        for (const std::string& id : order_) {
            Draftling& d = processes_.at(id);
            if (d.p.reference < 0) diagnostics_.error(d.first, message::table_no_product, {d.p.name});
            int products = 0;
            for (const AllocationFactor& a : d.p.allocation) products += a.product >= 0;
            if (products) d.p.default_allocation = Allocation::physical;
            draft_.process(d.p, [&d] { return d.first; });
        }
        if (diagnostics_.has_errors()) return;
        Database& db = draft_.db();
        for (const auto& [id, exchange, cell] : suppliers_) {
            const int supplier = find_process(cell);
            if (supplier < 0) continue;
            db.processes[static_cast<size_t>(db.process_at.at(id))].exchanges[static_cast<size_t>(exchange)].provider =
                supplier;
        }
        draft_.evaluate_formulas([&](int process_at, int index) {
            Process& p = db.processes[static_cast<size_t>(process_at)];
            Exchange& e = p.exchanges[static_cast<size_t>(index)];
            if (const auto later = uncertain_.find({p.id, index}); later != uncertain_.end()) {
                Distribution d = later->second;
                if (d.kind == Distribution::Kind::lognormal) d.a = std::log(std::abs(e.amount));
                if (d.kind == Distribution::Kind::normal) d.a = e.amount;
                if (d.kind == Distribution::Kind::triangular) d.b = e.amount;
                draft_.set_distribution(e, d, p.id, p.name);
            }
        });
    }

private:
    struct Draftling {
        Process p;
        SourcePos first;
    };

    static std::string key(const std::string& name, const std::string& category) { return name + "\n" + category; }

    bool columns_of(const CsvTable& table, const SourceFile& source) {
        columns_.assign(n_columns, -1);
        std::vector<std::string> known(std::begin(column_names), std::end(column_names));
        bool good = true;
        for (size_t c = 0; c < table.header.size(); ++c) {
            const Cell& h = table.header[c];
            const auto found = std::find(known.begin(), known.end(), h.text);
            if (found != known.end()) {
                columns_[static_cast<size_t>(found - known.begin())] = static_cast<int>(c);
            } else if (!h.text.empty()) {
                Diagnostic& d = diagnostics_.error(h.pos, message::table_unknown_column, {h.text});
                suggest(d, h.text, known);
                if (d.hints.empty()) d.hint(message::table_columns, {joined(known)});
                good = false;
            }
        }
        for (const int c : {process, flow, kind, amount, unit})
            if (columns_[static_cast<size_t>(c)] < 0) {
                diagnostics_.error({&source, 1, 1, 1}, message::table_no_column, {column_names[c]});
                good = false;
            }
        return good;
    }

    const Cell& cell(const std::vector<Cell>& row, Column c) const {
        static const Cell none;
        const int at = columns_[c];
        return at < 0 ? none : row[static_cast<size_t>(at)];
    }

    bool number(const Cell& c, double& out) {
        const char* begin = c.text.data() + (c.text.starts_with('+') ? 1 : 0);
        const char* end = c.text.data() + c.text.size();
        const auto [last, error] = std::from_chars(begin, end, out);
        return error == std::errc() && last == end && std::isfinite(out);
    }

    bool number_or_error(const Cell& c, Column column, double& out) {
        if (number(c, out)) return true;
        Diagnostic& d = diagnostics_.error(c.pos, message::table_not_a_number, {column_names[column], c.text});
        if (c.text.find(',') != std::string::npos) d.hint(message::xml_hint_point);
        return false;
    }

    /// Number or formula.
    bool amount_of(const Cell& c, double& value, std::string& formula) {
        if (number(c, value)) return true;
        if (c.text.empty() || c.text.find_first_not_of("0123456789.,eE+- ") == std::string::npos)
            return number_or_error(c, amount, value);
        formula = c.text;
        value = 0;
        draft_.note_formula(formula, c.pos);
        draft_.report().count("formulas");
        return true;
    }

    void read_row(const std::vector<Cell>& row) {
        const Cell& name = cell(row, process);
        const Cell& what = cell(row, kind);
        if (std::find(kinds.begin(), kinds.end(), what.text) == kinds.end()) {
            Diagnostic& d = diagnostics_.error(what.pos, message::table_kind, {what.text});
            suggest(d, what.text, kinds);
            d.hint(message::table_kinds, {joined(kinds)});
            return;
        }
        const Cell& of = cell(row, flow);
        if (of.text.empty()) {
            diagnostics_.error(of.pos, message::table_empty, {column_names[flow]});
            return;
        }
        double value = 0;
        std::string formula;
        if (!amount_of(cell(row, amount), value, formula)) return;
        if (what.text == "parameter") return parameter(row, value, formula);
        if (name.text.empty()) {
            diagnostics_.error(name.pos, message::table_empty, {column_names[process]});
            return;
        }
        Draftling& d = process_of(name);
        exchange(row, d, value, formula);
    }

    Draftling& process_of(const Cell& name) {
        const std::string id = id_of(name.text);
        const auto [found, added] = processes_.try_emplace(id);
        if (added) {
            order_.push_back(id);
            found->second.first = name.pos;
            found->second.p.id = id;
            found->second.p.name = name.text;
            if (const auto known = draft_.db().process_at.find(id); known != draft_.db().process_at.end())
                found->second.p.name = draft_.db().processes[static_cast<size_t>(known->second)].name;
        }
        return found->second;
    }

    /// The id of a process of the database, or one made of the name.
    std::string id_of(const std::string& name) const {
        return draft_.db().process_at.count(name) ? name : name_id({"table process", name});
    }

    void parameter(const std::vector<Cell>& row, double value, const std::string& formula) {
        Parameter p;
        p.name = cell(row, flow).text;
        p.value = value;
        p.formula = formula;
        p.description = cell(row, comment).text;
        const Cell& owner = cell(row, process);
        auto& list = owner.text.empty() ? draft_.db().parameters : process_of(owner).p.parameters;
        if (!owner.text.empty() &&
            std::any_of(list.begin(), list.end(), [&](const Parameter& x) { return x.name == p.name; })) {
            diagnostics_.error(cell(row, flow).pos, message::table_parameter_twice, {p.name, owner.text});
            return;
        }
        Distribution d;
        if (!distribution_of(row, value, d)) return;
        if (d.given()) p.distribution = of_parameter(d, p, owner.text);
        std::erase_if(list, [&](const Parameter& x) { return x.name == p.name; });
        list.push_back(std::move(p));
    }

    /// The distribution, or none, with a finding, where it cannot be sampled.
    Distribution of_parameter(const Distribution& d, const Parameter& p, const std::string& owner) {
        ImportReport& report = draft_.report();
        report.count("uncertainties");
        const std::string process_id = owner.empty() ? "" : id_of(owner);
        if (!d.valid() || (d.kind == Distribution::Kind::lognormal && p.value == 0)) {
            report.add("bad_distribution", process_id, "",
                       {message::lca_bad_distribution, {owner, p.name, describe(d)}});
            return {};
        }
        if (d.kind == Distribution::Kind::lognormal && p.value < 0)
            report.add("negative_lognormal", process_id, "",
                       {message::draft_negative_lognormal, {owner, p.name, short_text(p.value)}});
        if (p.formula.empty() && far_from_middle(d, p.value))
            report.add("off_middle", process_id, "",
                       {message::lca_off_middle, {owner, p.name, short_text(p.value), describe(d)}});
        return d;
    }

    bool distribution_of(const std::vector<Cell>& row, double mean, Distribution& d) {
        using Kind = Distribution::Kind;
        const Cell& c = cell(row, uncertainty);
        if (c.text.empty()) return true;
        const auto found = std::find(distributions.begin(), distributions.end(), c.text);
        if (found == distributions.end()) {
            Diagnostic& error = diagnostics_.error(c.pos, message::table_distribution, {c.text});
            suggest(error, c.text, distributions);
            error.hint(message::table_kinds, {joined(distributions)});
            return false;
        }
        double a = 0, b = 0;
        const auto position = found - distributions.begin();
        if (position < 2) {
            if (!number_or_error(cell(row, spread), spread, a)) return false;
            if (position == 0 && a < 1) {
                diagnostics_.error(cell(row, spread).pos, message::table_spread, {cell(row, spread).text});
                return false;
            }
            if (position == 1 && a < 0) {
                diagnostics_.error(cell(row, spread).pos, message::table_sd, {cell(row, spread).text});
                return false;
            }
            d = position == 0 ? Distribution{Kind::lognormal, std::log(std::abs(mean)), std::log(a), 0}
                              : Distribution{Kind::normal, mean, a, 0};
            return true;
        }
        if (!number_or_error(cell(row, minimum), minimum, a) || !number_or_error(cell(row, maximum), maximum, b))
            return false;
        if (a > b) {
            diagnostics_.error(cell(row, minimum).pos, message::table_limits,
                               {cell(row, minimum).text, cell(row, maximum).text});
            return false;
        }
        d = position == 2 ? Distribution{Kind::triangular, a, mean, b} : Distribution{Kind::uniform, a, b, 0};
        return true;
    }

    void exchange(const std::vector<Cell>& row, Draftling& d, double value, const std::string& formula) {
        const std::string& what = cell(row, kind).text;
        const bool elementary = what == "emission" || what == "resource";
        const bool waste = what == "waste" || what == "treatment";
        const bool reference = what == "product" || what == "treatment";
        const Cell& unit_cell = cell(row, unit);
        if (unit_cell.text.empty()) {
            diagnostics_.error(unit_cell.pos, message::table_empty, {column_names[unit]});
            return;
        }
        if (!draft_.knows(unit_cell.text)) { // as a unit of its own it would meet no factor and count as nothing
            Diagnostic& error = diagnostics_.error(unit_cell.pos, message::table_unknown_unit, {unit_cell.text});
            suggest(error, unit_cell.text, draft_.known_units());
            error.hint(message::table_unknown_unit_hint);
            return;
        }
        Exchange e;
        e.amount = value;
        e.formula = formula;
        e.input = what == "input" || what == "avoided" || what == "resource" || what == "treatment";
        e.avoided = what == "avoided";
        e.comment = cell(row, comment).text;
        const std::string& name = cell(row, flow).text;
        std::string category = cell(row, compartment).text;
        if (elementary && category.empty()) {
            if (what == "emission") {
                diagnostics_.error(cell(row, flow).pos, message::table_compartment, {name});
                return;
            }
            category = "resource";
        }
        std::string id = name;
        if (!draft_.db().flow_at.count(id)) {
            const auto known = by_name_.find(key(name, elementary ? category : ""));
            id = known != by_name_.end() ? known->second
                 : elementary            ? name_id({"table flow", category, name})
                                         : name_id({"table flow", name});
        }
        Flow f;
        f.id = id;
        f.name = name;
        f.type = elementary ? FlowType::elementary : waste ? FlowType::waste : FlowType::product;
        if (elementary) f.category = category;
        e.flow = draft_.flow(std::move(f), unit_cell.text);
        const Flow& known = draft_.db().flows[static_cast<size_t>(e.flow)];
        if ((known.type == FlowType::elementary) != elementary) {
            diagnostics_.error(cell(row, kind).pos, message::table_flow_type, {name, what});
            return;
        }
        if (!draft_.set_unit(e, unit_cell.text, d.p.name, [&] { return unit_cell.pos; })) return;
        const Cell& place = cell(row, location);
        if (elementary)
            e.location = draft_.location(place.text);
        else if (reference)
            d.p.location = place.text;
        if (reference) {
            if (d.p.reference >= 0) {
                diagnostics_.error(cell(row, kind).pos, message::table_two_products, {d.p.name});
                return;
            }
            d.p.reference = static_cast<int>(d.p.exchanges.size());
        }
        if (reference && value == 0 && formula.empty()) {
            diagnostics_.error(cell(row, amount).pos, message::table_zero_product, {d.p.name});
            return;
        }
        if (const Cell& share = cell(row, allocation); !share.text.empty()) {
            AllocationFactor a;
            a.method = Allocation::physical;
            a.product = e.flow;
            if (!number_or_error(share, allocation, a.value)) return;
            if (a.value < 0 || a.value > 1) {
                diagnostics_.error(share.pos, message::table_share, {share.text});
                return;
            }
            d.p.allocation.push_back(std::move(a));
        }
        Distribution distribution;
        if (!distribution_of(row, value, distribution)) return;
        const int index = static_cast<int>(d.p.exchanges.size());
        if (!formula.empty())
            uncertain_[{d.p.id, index}] = distribution;
        else
            draft_.set_distribution(e, distribution, d.p.id, d.p.name);
        if (const Cell& by = cell(row, provider); !by.text.empty()) suppliers_.push_back({d.p.id, index, by});
        d.p.exchanges.push_back(std::move(e));
    }

    int find_process(const Cell& c) {
        const Database& db = draft_.db();
        for (const std::string& id : {c.text, name_id({"table process", c.text})})
            if (const auto found = db.process_at.find(id); found != db.process_at.end()) return found->second;
        int at = -1, n = 0;
        std::vector<std::string> names;
        for (size_t i = 0; i < db.processes.size(); ++i) {
            names.push_back(db.processes[i].name);
            if (db.processes[i].name == c.text) at = static_cast<int>(i), ++n;
        }
        if (n == 1) return at;
        Diagnostic& d = n == 0 ? diagnostics_.error(c.pos, message::table_no_provider, {c.text})
                               : diagnostics_.error(c.pos, message::table_many_providers, {c.text, std::to_string(n)});
        if (n == 0) suggest(d, c.text, names);
        return -1;
    }

    struct Supplier {
        std::string process;
        int exchange;
        Cell cell;
    };
    Archive& archive_;
    Draft& draft_;
    Diagnostics& diagnostics_;
    std::vector<int> columns_;
    std::map<std::string, std::string> by_name_; // name and compartment -> flow id
    std::map<std::string, Draftling> processes_;
    std::vector<std::string> order_;
    std::vector<Supplier> suppliers_;
    std::map<std::pair<std::string, int>, Distribution> uncertain_;
};

} // namespace

bool read_spreadsheet(Archive& archive, Database& into, ImportReport& report, Diagnostics& diagnostics) {
    Draft draft(into, report, diagnostics);
    Reader reader(archive, draft);
    for (const std::string& name : archive.names()) {
        if (name.ends_with(".csv") || name.ends_with(".CSV") || archive.names().size() == 1)
            reader.read(name);
        else
            report.count("files_not_taken");
    }
    if (!diagnostics.has_errors()) reader.finish();
    return draft.commit(into);
}

} // namespace viresco::lca
