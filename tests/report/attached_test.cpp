#include "base/diagnostic.h"
#include "report/fixture.h"
#include "report/report.h"
#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace viresco;
using nlohmann::json;

namespace {

std::string attached_json(const std::string& page) {
    const std::string open = "<script type=\"application/json\" id=\"attached\">";
    const size_t at = page.find(open);
    if (at == std::string::npos) return {};
    const size_t begin = at + open.size();
    return page.substr(begin, page.find("</script>", begin) - begin);
}

/// A study with one route and `n` inputs by Sobol indices.
json study(const std::string& route, int n) {
    json indices = json::array();
    for (int k = 0; k < n; ++k) indices.push_back({{"input", k}, {"address", "a</script>"}, {"total", 1.0 / (k + 1)}});
    json s = {{"study", {{"analysis", "sobol"}}},
              {"inputs", json::array({{{"key", "k"}, {"addresses", {"x", "y"}}, {"source", "s"}}})}};
    s["scenarios"]["base"]["routes"][route]["indicators"]["unit_cost"] = {{"unit", "CNY/kg"}, {"sobol", indices}};
    return s;
}

/// Bars every 12 h for 60 days, last first, of batches of 20 h.
json schedule() {
    json bars = json::array();
    for (int k = 119; k >= 0; --k) bars.push_back({"tank", 1, k, "fill", k * 43200.0, k * 43200.0 + 40000});
    return {{"title", "t"},
            {"recipes", json::array({{{"batch_time", {{"value", 72000.0}, {"unit", "s"}}}}})},
            {"year", {{"batches", json::array({1, 2})}, {"units", bars}, {"limits", json::array()}}}};
}

std::string told(const report::Attached& attached) {
    try {
        report::render_report(fixture_text(), Language::en, attached);
    } catch (const ConfigError& error) {
        return error.diagnostics().text(Language::en);
    }
    return "no error";
}

} // namespace

TEST(Attached, NothingLeavesThePageAsItIs) {
    EXPECT_EQ(attached_json(report::render_report(fixture_text(), Language::en)), "");
    report::Attached empty;
    empty.explanations = "{}";
    EXPECT_EQ(attached_json(report::render_report(fixture_text(), Language::en, empty)), "");
}

TEST(Attached, StudiesArriveWithTheirLargestInputs) {
    report::Attached attached;
    attached.studies = {{"one", study("chemical", 40).dump()}, {"two", study("enzymatic", 3).dump()}};
    const std::string text = attached_json(report::render_report(fixture_text(), Language::en, attached));
    EXPECT_EQ(text.find('<'), std::string::npos) << "nothing can close the element";
    const json found = json::parse(text);
    ASSERT_EQ(found["studies"].size(), 2u);
    const json& of = found["studies"][0]["scenarios"]["base"]["routes"]["chemical"]["indicators"]["unit_cost"]["sobol"];
    ASSERT_EQ(of.size(), 12u);
    EXPECT_EQ(of[0]["total"], 1.0);
    EXPECT_EQ(of[0]["address"], "a</script>");
    EXPECT_FALSE(found["studies"][0]["inputs"][0].contains("addresses"));
    EXPECT_FALSE(found.contains("schedule"));
}

TEST(Attached, ScheduleIsCutToItsFirstMonthWhateverItsOrder) {
    report::Attached attached;
    attached.schedule = report::Document{"plan", schedule().dump()};
    const json year = json::parse(
        attached_json(report::render_report(fixture_text(), Language::en, attached)))["schedule"]["year"];
    ASSERT_EQ(year["units"].size(), 60u);
    for (const json& bar : year["units"]) EXPECT_LT(bar[4].get<double>(), 30 * 86400.0);
    EXPECT_FALSE(year.contains("batches"));
}

TEST(Attached, ExplanationsArriveInBothLanguages) {
    report::Attached attached;
    attached.explanations = json{{"chemical", {{"npv", {{"en", "npv = 1"}, {"zh", "净现值"}}}}}}.dump();
    const json found = json::parse(attached_json(report::render_report(fixture_text(), Language::zh, attached)));
    EXPECT_EQ(found["explanations"]["chemical"]["npv"]["zh"], "净现值");
}

TEST(Attached, WrongDocumentsAreToldByNameWithTheRemedy) {
    report::Attached attached;
    for (const char* text : {"", "no json", "{}", "[]", "{\"scenarios\": 3}"}) {
        attached.studies = {{"file.json", text}};
        EXPECT_NE(told(attached).find("'file.json' is not the document of a study"), std::string::npos) << text;
        EXPECT_NE(told(attached).find("viresco study CASE --out DIR"), std::string::npos);
    }
    attached.studies = {{"file.json", study("another", 1).dump()}};
    EXPECT_NE(told(attached).find("knows none of the routes"), std::string::npos) << told(attached);
    attached.studies.clear();
    attached.schedule = report::Document{"plan.json", study("chemical", 1).dump()};
    EXPECT_NE(told(attached).find("'plan.json' is not the document of a schedule"), std::string::npos);
}

TEST(Pdf, WithoutABrowserTheMessageSaysWhatToDo) {
    const char* before = std::getenv("PATH");
    const std::string path = before ? before : "";
    ::setenv("PATH", "/nowhere::", 1);
    std::string said;
    try {
        report::print_pdf("a.html", "a.pdf");
    } catch (const SolveError& error) {
        said = error.diagnostics().text(Language::en);
    }
    ::setenv("PATH", path.c_str(), 1);
    EXPECT_NE(said.find("no Chromium or Chrome was found"), std::string::npos) << said;
    EXPECT_NE(said.find("print it from there"), std::string::npos) << said;
}
