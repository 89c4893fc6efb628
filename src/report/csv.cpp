#include "text/csv.h"
#include "report/report.h"
#include "report/results.h"
#include <map>

namespace viresco::report {
namespace {

/// A table whose further columns appear as rows need them.
class Table {
public:
    explicit Table(std::vector<std::string> columns) {
        for (auto& c : columns) column(c);
    }

    void begin_row() { rows_.emplace_back(); }

    void set(const std::string& name, std::string cell) {
        const size_t k = column(name);
        auto& row = rows_.back();
        if (row.size() <= k) row.resize(k + 1);
        row[k] = std::move(cell);
    }

    std::string csv() const {
        std::string out;
        const auto line = [&](const std::vector<std::string>& cells) {
            for (size_t k = 0; k < columns_.size(); ++k) {
                if (k > 0) out += ',';
                if (k < cells.size()) out += text::csv_cell(cells[k]);
            }
            out += '\n';
        };
        line(columns_);
        for (const auto& row : rows_) line(row);
        return out;
    }

private:
    size_t column(const std::string& name) {
        const auto [at, added] = place_.emplace(name, columns_.size());
        if (added) columns_.push_back(name);
        return at->second;
    }

    std::vector<std::string> columns_;
    std::map<std::string, size_t> place_;
    std::vector<std::vector<std::string>> rows_;
};

const Json& member(const Json& object, const char* key) {
    static const Json nothing;
    const auto at = object.is_object() ? object.find(key) : object.end();
    return object.is_object() && at != object.end() ? *at : nothing;
}

/// Numbers in the shortest form that reads back the same; null and what is missing are empty.
std::string cell(const Json& value) {
    if (value.is_null()) return {};
    return value.is_string() ? value.get<std::string>() : value.dump();
}

void titles(Table& table, const Json& object) {
    table.set("title_en", cell(member(member(object, "title"), "en")));
    table.set("title_zh", cell(member(member(object, "title"), "zh")));
}

/// A quantity in a column that names its unit: "mass [kg/h]".
void quantity(Table& table, const std::string& name, const Json& value) {
    if (!value.is_object()) return;
    table.set(name + " [" + cell(member(value, "unit")) + "]", cell(member(value, "value")));
}

/// A quantity whose unit differs from row to row: columns `name` and `name`_unit.
void quantity_pair(Table& table, const std::string& name, const Json& value) {
    if (!value.is_object()) return;
    table.set(name, cell(member(value, "value")));
    table.set(name + "_unit", cell(member(value, "unit")));
}

template <class Row>
void each_member(const Json& object, const Row& row) {
    if (!object.is_object()) return;
    for (const auto& [name, value] : object.items()) row(name, value);
}

void copy(Table& table, const Json& object, std::initializer_list<const char*> keys) {
    for (const char* key : keys) table.set(key, cell(member(object, key)));
}

Table indicators(const Json& routes) {
    Table table({"route", "indicator", "title_en", "title_zh", "value", "unit", "boundary", "better", "measured",
                 "supplier", "literature", "estimate"});
    each_member(routes, [&](const std::string& route, const Json& data) {
        each_member(member(data, "indicators"), [&](const std::string& id, const Json& indicator) {
            table.begin_row();
            table.set("route", route);
            table.set("indicator", id);
            titles(table, indicator);
            copy(table, indicator, {"value", "unit", "boundary", "better"});
            copy(table, member(indicator, "evidence"), {"measured", "supplier", "literature", "estimate"});
        });
    });
    return table;
}

Table inventory(const Json& routes) {
    Table table({"route",       "id",          "title_en", "title_zh",    "step",   "direction", "kind",
                 "per_fu",      "per_fu_unit", "amount",   "amount_unit", "cost",   "cost_unit", "factor",
                 "factor_unit", "factor_type", "evidence", "verified",    "source", "file",      "line"});
    each_member(routes, [&](const std::string& route, const Json& data) {
        for (const Json& item : member(data, "inventory")) {
            table.begin_row();
            table.set("route", route);
            titles(table, item);
            copy(table, item, {"id", "step", "direction", "kind"});
            for (const char* key : {"per_fu", "amount", "cost", "factor"}) quantity_pair(table, key, member(item, key));
            const Json& factor = member(item, "factor");
            table.set("factor_type", cell(member(factor, "type")));
            copy(table, factor, {"evidence", "verified", "source", "file", "line"});
            each_member(member(item, "impacts"),
                        [&](const std::string& id, const Json& impact) { quantity(table, id, impact); });
        }
    });
    return table;
}

Table streams(const Json& routes) {
    Table table({"route", "id", "name", "title_en", "title_zh", "from", "to", "phase"});
    each_member(routes, [&](const std::string& route, const Json& data) {
        for (const Json& stream : member(data, "streams")) {
            table.begin_row();
            table.set("route", route);
            titles(table, stream);
            copy(table, stream, {"id", "name", "from", "to", "phase"});
            for (const char* key : {"mass", "T", "p", "enthalpy", "cod"}) quantity(table, key, member(stream, key));
            each_member(member(stream, "components"),
                        [&](const std::string& id, const Json& flow) { quantity(table, id, flow); });
        }
    });
    return table;
}

Table steps(const Json& routes) {
    Table table({"route", "step", "title_en", "title_zh"});
    each_member(routes, [&](const std::string& route, const Json& data) {
        each_member(member(data, "steps"), [&](const std::string& name, const Json& step) {
            table.begin_row();
            table.set("route", route);
            table.set("step", name);
            titles(table, step);
            each_member(member(step, "indicators"),
                        [&](const std::string& id, const Json& value) { quantity(table, id, value); });
        });
    });
    return table;
}

/// Rows of the plant have an empty `unit`.
Table closure(const Json& routes) {
    Table table({"route", "unit", "quantity", "value", "limit", "status", "missing"});
    each_member(routes, [&](const std::string& route, const Json& data) {
        const auto rows = [&](const std::string& unit, const Json& audit) {
            each_member(audit, [&](const std::string& name, const Json& residual) {
                table.begin_row();
                table.set("route", route);
                table.set("unit", unit);
                table.set("quantity", name);
                copy(table, residual, {"value", "limit", "status"});
                std::string missing;
                for (const Json& component : member(residual, "missing")) {
                    if (!missing.empty()) missing += ' ';
                    missing += cell(component);
                }
                table.set("missing", missing);
            });
        };
        rows("", member(data, "closure"));
        each_member(member(data, "units"),
                    [&](const std::string& name, const Json& unit) { rows(name, member(unit, "closure")); });
    });
    return table;
}

Table parameters(const Json& routes) {
    Table table({"route", "path", "title_en", "title_zh", "value", "unit", "low", "high", "evidence", "source", "file",
                 "line", "overridden"});
    each_member(routes, [&](const std::string& route, const Json& data) {
        for (const Json& parameter : member(data, "parameters")) {
            table.begin_row();
            table.set("route", route);
            titles(table, parameter);
            copy(table, parameter, {"path", "value", "unit", "evidence", "source", "file", "line", "overridden"});
            const Json& range = member(parameter, "range");
            if (range.is_array() && range.size() == 2) {
                table.set("low", cell(range[0]));
                table.set("high", cell(range[1]));
            }
        }
    });
    return table;
}

/// A row per set of weights and method, and route; where no weights were needed, one per route with the verdict alone.
Table ranking(const Json& results) {
    Table table({"route", "admitted", "verdict", "winner", "method", "weights", "score", "probability_first"});
    const Json& r = member(member(results, "comparison"), "ranking");
    if (!r.is_object()) return table;
    const Json& routes = member(member(results, "comparison"), "routes");
    const auto row = [&](size_t k) {
        table.begin_row();
        table.set("route", cell(routes[k]));
        table.set("admitted", cell(member(member(r, "admitted"), cell(routes[k]).c_str())));
        copy(table, r, {"verdict", "winner"});
    };
    for (const Json& scored : member(r, "scored"))
        for (size_t k = 0; k < routes.size(); ++k) {
            row(k);
            copy(table, scored, {"method", "weights"});
            table.set("score", cell(member(scored, "score")[k]));
            table.set("probability_first", cell(member(scored, "probability_first")[k]));
        }
    if (member(r, "scored").empty())
        for (size_t k = 0; k < routes.size(); ++k) row(k);
    return table;
}

Table limits(const Json& routes) {
    Table table({"route", "id", "title_en", "title_zh", "standard", "edition", "table", "effective", "side", "limit",
                 "limit_unit", "measured", "measured_unit", "margin", "status", "verified", "mandatory", "source"});
    each_member(routes, [&](const std::string& route, const Json& data) {
        for (const Json& limit : member(data, "limits")) {
            table.begin_row();
            table.set("route", route);
            titles(table, limit);
            for (const char* key : {"limit", "measured"}) quantity_pair(table, key, member(limit, key));
            copy(table, limit,
                 {"id", "standard", "edition", "table", "effective", "side", "margin", "status", "verified",
                  "mandatory", "source"});
        }
    });
    return table;
}

Table maturity(const Json& routes) {
    Table table({"route", "unit", "title_en", "title_zh", "trl", "mrl", "critical", "weakest", "evidence", "date"});
    each_member(routes, [&](const std::string& route, const Json& data) {
        const Json& levels = member(data, "maturity");
        for (const Json& step : member(levels, "steps")) {
            table.begin_row();
            table.set("route", route);
            titles(table, step);
            copy(table, step, {"unit", "trl", "mrl", "critical", "evidence", "date"});
            table.set("weakest", member(step, "unit") == member(levels, "weakest") ? "true" : "false");
        }
    });
    return table;
}

Table cash_flow(const Json& routes) {
    Table table({"route", "year", "unit", "cash", "discounted", "position", "income_tax", "depreciation"});
    each_member(routes, [&](const std::string& route, const Json& data) {
        const Json& flow = member(member(data, "economics"), "cash_flow");
        for (size_t year = 0; year < member(flow, "cash").size(); ++year) {
            table.begin_row();
            table.set("route", route);
            table.set("year", std::to_string(year));
            table.set("unit", cell(member(flow, "unit")));
            for (const char* key : {"cash", "discounted", "position", "income_tax", "depreciation"})
                if (const Json& list = member(flow, key); year < list.size()) table.set(key, cell(list[year]));
        }
    });
    return table;
}

/// The effect of each incentive alone, and added to those before it.
Table incentives(const Json& routes) {
    Table table({"route", "incentive", "title_en", "title_zh", "on", "what_if", "verified", "source", "indicator",
                 "unit", "alone", "alone_change", "added", "added_change"});
    each_member(routes, [&](const std::string& route, const Json& data) {
        for (const Json& incentive : member(member(data, "economics"), "incentives"))
            each_member(member(incentive, "alone"), [&](const std::string& id, const Json& alone) {
                table.begin_row();
                table.set("route", route);
                table.set("incentive", cell(member(incentive, "id")));
                titles(table, incentive);
                copy(table, incentive, {"on", "what_if", "verified", "source"});
                table.set("indicator", id);
                const Json& added = member(member(incentive, "added"), id.c_str());
                table.set("unit", cell(member(alone, "unit")));
                table.set("alone", cell(member(alone, "value")));
                table.set("alone_change", cell(member(alone, "change")));
                table.set("added", cell(member(added, "value")));
                table.set("added_change", cell(member(added, "change")));
            });
    });
    return table;
}

} // namespace

std::vector<std::pair<std::string, std::string>> csv_tables(const std::string& results_json) {
    const Json results = parse_results(results_json);
    const Json& routes = results["routes"];
    return {{"indicators.csv", indicators(routes).csv()}, {"inventory.csv", inventory(routes).csv()},
            {"streams.csv", streams(routes).csv()},       {"steps.csv", steps(routes).csv()},
            {"closure.csv", closure(routes).csv()},       {"parameters.csv", parameters(routes).csv()},
            {"ranking.csv", ranking(results).csv()},      {"limits.csv", limits(routes).csv()},
            {"maturity.csv", maturity(routes).csv()},     {"cash_flow.csv", cash_flow(routes).csv()},
            {"incentives.csv", incentives(routes).csv()}};
}

} // namespace viresco::report
