#include "base/diagnostic.h"
#include "report/fixture.h"
#include "report/report.h"
#include "text/csv.h"
#include <gtest/gtest.h>
#include <map>
#include <nlohmann/json.hpp>

using namespace viresco;
using nlohmann::json;

namespace {

using Row = std::map<std::string, std::string>;

/// Rows of one table by column name, read back with the project's own strict reader.
std::vector<Row> rows(const std::string& results, const std::string& name) {
    for (const auto& [file, text] : report::csv_tables(results)) {
        if (file != name) continue;
        SourceStore store;
        Diagnostics out;
        const auto table = text::parse_csv(store.add(file, text), out);
        EXPECT_FALSE(out.has_errors()) << out.text(Language::en);
        std::vector<Row> found;
        for (const auto& cells : table.rows) {
            Row row;
            for (size_t k = 0; k < cells.size(); ++k) row[table.header[k].text] = cells[k].text;
            found.push_back(row);
        }
        return found;
    }
    ADD_FAILURE() << name << " is missing";
    return {};
}

} // namespace

TEST(CsvTables, IndicatorsReadBackBitForBit) {
    const json results = json::parse(fixture_text());
    size_t n = 0;
    for (const Row& row : rows(fixture_text(), "indicators.csv")) {
        const json& indicator = results["routes"][row.at("route")]["indicators"][row.at("indicator")];
        if (indicator["value"].is_null())
            EXPECT_EQ(row.at("value"), "") << row.at("indicator");
        else
            EXPECT_EQ(std::stod(row.at("value")), indicator["value"].get<double>());
        EXPECT_EQ(row.at("unit"), indicator["unit"]);
        EXPECT_EQ(row.at("title_zh"), indicator["title"]["zh"]);
        ++n;
    }
    EXPECT_EQ(n,
              results["routes"]["chemical"]["indicators"].size() + results["routes"]["enzymatic"]["indicators"].size());
}

TEST(CsvTables, StreamsHaveOneColumnPerComponentThatSumToTheMass) {
    const json results = json::parse(fixture_text());
    const auto found = rows(fixture_text(), "streams.csv");
    ASSERT_EQ(found.size(),
              results["routes"]["chemical"]["streams"].size() + results["routes"]["enzymatic"]["streams"].size());
    for (const Row& row : found) {
        double sum = 0;
        for (const auto& [column, text] : row) {
            const bool component = column.ends_with(" [kg/h]") && column != "mass [kg/h]";
            if (component && !text.empty()) sum += std::stod(text);
        }
        const double mass = std::stod(row.at("mass [kg/h]"));
        EXPECT_NEAR(sum, mass, 1e-9 * mass) << row.at("route") << ' ' << row.at("id");
    }
}

TEST(CsvTables, InventoryImpactsSumToTheFootprintWithoutCredits) {
    const json results = json::parse(fixture_text());
    std::map<std::string, double> sum;
    for (const Row& row : rows(fixture_text(), "inventory.csv"))
        if (row.at("kind") != "credit" && !row.at("gwp100 [kgCO2e]").empty())
            sum[row.at("route")] += std::stod(row.at("gwp100 [kgCO2e]"));
    for (const auto& [route, total] : sum)
        EXPECT_NEAR(total, results["routes"][route]["indicators"]["carbon_footprint"]["value"].get<double>(),
                    1e-9 * total)
            << route;
    EXPECT_EQ(sum.size(), 2u);
}

TEST(CsvTables, ClosureTellsWhatIsNotDefined) {
    bool plant = false, unit = false;
    for (const Row& row : rows(fixture_text(), "closure.csv")) {
        if (row.at("unit") == "fermenter" && row.at("quantity") == "mass") unit = true;
        if (row.at("unit").empty() && row.at("quantity") == "charge") {
            plant = true;
            EXPECT_EQ(row.at("value"), "");
            EXPECT_EQ(row.at("status"), "not defined");
            EXPECT_EQ(row.at("missing"), "corn_steep_liquor biomass antifoam");
        }
    }
    EXPECT_TRUE(plant && unit);
}

TEST(CsvTables, DecisionTablesHoldWhatTheResultsSay) {
    json results = json::parse(fixture_text());
    results["comparison"]["ranking"] = {{"verdict", "preferred"},
                                        {"winner", "enzymatic"},
                                        {"admitted", {{"chemical", false}, {"enzymatic", true}}},
                                        {"scored", json::array({{{"method", "topsis"},
                                                                 {"weights", "equal"},
                                                                 {"score", {0.25, nullptr}},
                                                                 {"probability_first", {0.1, 0.9}}}})}};
    results["routes"]["chemical"]["limits"] = json::array({{{"id", "cod"},
                                                            {"standard", "GB 1"},
                                                            {"verified", false},
                                                            {"limit", {{"value", 120.5}, {"unit", "mg/L"}}},
                                                            {"measured", {{"value", nullptr}, {"unit", "mg/L"}}},
                                                            {"status", "not_defined"}}});
    results["routes"]["chemical"]["maturity"] = {
        {"weakest", "b"},
        {"steps", json::array({{{"unit", "a"}, {"trl", 9}}, {{"unit", "b"}, {"trl", 4}, {"mrl", nullptr}}})}};
    results["routes"]["chemical"]["economics"] = {
        {"cash_flow",
         {{"unit", "CNY2024"},
          {"cash", {-10.5, 4.25}},
          {"discounted", {-10.5, 4}},
          {"position", {-10.5, -6.25}},
          {"income_tax", {0}}}},
        {"incentives", json::array({{{"id", "grant"},
                                     {"on", true},
                                     {"alone", {{"npv", {{"value", 3}, {"unit", "CNY2024"}, {"change", 1}}}}}}})}};
    for (const char* part : {"limits", "maturity", "economics"}) results["routes"]["enzymatic"].erase(part);
    const std::string text = results.dump();

    const auto ranking = rows(text, "ranking.csv");
    ASSERT_EQ(ranking.size(), 2u);
    EXPECT_EQ(ranking[0].at("admitted"), "false");
    EXPECT_EQ(ranking[0].at("score"), "0.25");
    EXPECT_EQ(ranking[1].at("score"), "");
    EXPECT_EQ(ranking[1].at("probability_first"), "0.9");
    EXPECT_EQ(ranking[1].at("winner"), "enzymatic");
    const auto limits = rows(text, "limits.csv");
    ASSERT_EQ(limits.size(), 1u);
    EXPECT_EQ(limits[0].at("limit"), "120.5");
    EXPECT_EQ(limits[0].at("limit_unit"), "mg/L");
    EXPECT_EQ(limits[0].at("measured"), "");
    EXPECT_EQ(limits[0].at("verified"), "false");
    const auto maturity = rows(text, "maturity.csv");
    ASSERT_EQ(maturity.size(), 2u);
    EXPECT_EQ(maturity[0].at("weakest"), "false");
    EXPECT_EQ(maturity[1].at("weakest"), "true");
    EXPECT_EQ(maturity[1].at("trl"), "4");
    const auto cash = rows(text, "cash_flow.csv");
    ASSERT_EQ(cash.size(), 2u);
    EXPECT_EQ(cash[1].at("position"), "-6.25");
    EXPECT_EQ(cash[1].at("income_tax"), "") << "a shorter list";
    const auto incentives = rows(text, "incentives.csv");
    ASSERT_EQ(incentives.size(), 1u);
    EXPECT_EQ(incentives[0].at("alone_change"), "1");
    EXPECT_EQ(incentives[0].at("added"), "");

    results["comparison"]["ranking"]["scored"] = json::array();
    EXPECT_EQ(rows(results.dump(), "ranking.csv").size(), 2u) << "no weights were needed: the verdict alone";
}

TEST(CsvTables, AwkwardTextsSurvive) {
    const std::string awkward = "a \"b\", c\nd; 发酵\\";
    json results = json::parse(fixture_text());
    results["routes"]["chemical"]["parameters"][0]["source"] = awkward;
    results["routes"]["chemical"]["parameters"][0]["value"] = nullptr;
    const auto found = rows(results.dump(), "parameters.csv");
    EXPECT_EQ(found.at(0).at("source"), awkward);
    EXPECT_EQ(found.at(0).at("value"), "");
    EXPECT_EQ(found.at(1).at("low"), results["routes"]["chemical"]["parameters"][1]["range"][0].dump());
}

TEST(CsvTables, ResultsWithoutOptionalPartsGiveHeaders) {
    const std::string least = R"({"routes": {"one": {"indicators": {"unit_cost": {"value": 2.5, "unit": "CNY/kg"}}}}})";
    EXPECT_EQ(report::csv_tables(least).size(), 11u);
    EXPECT_EQ(rows(least, "indicators.csv").size(), 1u);
    for (const char* name : {"inventory.csv", "streams.csv", "steps.csv", "closure.csv", "parameters.csv",
                             "ranking.csv", "limits.csv", "maturity.csv", "cash_flow.csv", "incentives.csv"})
        EXPECT_TRUE(rows(least, name).empty()) << name;
}
