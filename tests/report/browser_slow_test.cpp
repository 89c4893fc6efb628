// The page as a browser draws it. Skipped, loudly, where Chromium is not installed.
#include "report/fixture.h"
#include "report/report.h"
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <string>

using namespace viresco;
using nlohmann::json;

namespace {

std::string output_of(const std::string& command) {
    std::string out;
    FILE* pipe = popen(command.c_str(), "r");
    if (!pipe) return out;
    std::array<char, 65536> buffer{};
    for (size_t n; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) out.append(buffer.data(), n);
    pclose(pipe);
    return out;
}

class Browser : public testing::Test {
protected:
    void SetUp() override {
        if (output_of("command -v chromium").empty())
            GTEST_SKIP() << "chromium is not installed: the page was not opened";
    }

    /// The page's document after its script ran, without the script and style sheet themselves.
    std::string draw(const std::string& results, Language language, const std::string& then = "",
                     const report::Attached& attached = {}) {
        const std::string folder = std::string(VIRESCO_BINARY_DIR) + "/report-" +
                                   testing::UnitTest::GetInstance()->current_test_info()->name();
        output_of("mkdir -p '" + folder + "'");
        std::ofstream(folder + "/report.html") << report::render_report(results, language, attached)
                                               << "<script>setTimeout(() => {" << then << "}, 300)</script>";
        std::string page = output_of("chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
                                     "--disable-background-networking --disable-component-update --disable-sync "
                                     "--virtual-time-budget=3000 --window-size=1280,3000 --user-data-dir='" +
                                     folder + "/profile' --dump-dom 'file://" + folder + "/report.html' 2>/dev/null");
        for (const std::string tag : {"script", "style"})
            for (size_t at; (at = page.find("<" + tag)) != std::string::npos;)
                page.erase(at, page.find("</" + tag + ">", at) + tag.size() + 3 - at);
        return page;
    }

    static void expect_no_holes(const std::string& page) {
        for (const char* hole : {">NaN", "NaN ", "Infinity", ">undefined", "[object", ">null<", "{0}", "{1}"})
            EXPECT_EQ(page.find(hole), std::string::npos) << hole;
    }
};

} // namespace

TEST_F(Browser, DrawsEverySectionInBothLanguages) {
    const std::string sections[] = {"summary",   "comparison",  "by-step",  "by-input",  "input-flow", "mass-flow",
                                    "economics", "compliance",  "maturity", "flowsheet", "steps",      "inventory",
                                    "streams",   "assumptions", "closure",  "findings",  "reproduce"};
    for (const Language language : {Language::en, Language::zh}) {
        const std::string page = draw(fixture_text(), language);
        for (const auto& id : sections) EXPECT_NE(page.find("<section id=\"" + id + "\""), std::string::npos) << id;
        EXPECT_NE(page.find("54.2&nbsp;kg&nbsp;CO₂e/kg"), std::string::npos);
        EXPECT_NE(page.find("✓"), std::string::npos);
        EXPECT_NE(page.find(language == Language::zh ? "酶法裂解的碳足迹最低"
                                                     : "Enzymatic deacylation has the lowest carbon footprint"),
                  std::string::npos);
        expect_no_holes(page);
    }
}

TEST_F(Browser, SwitchesLanguageAndOpensAUnitByKeyboard) {
    const std::string page = draw(fixture_text(), Language::en,
                                  "document.querySelector('.switch button[lang=zh]').click();"
                                  "setTimeout(() => document.querySelector('g.unit').dispatchEvent("
                                  "new KeyboardEvent('keydown', {key: 'Enter', bubbles: true})), 300);");
    EXPECT_NE(page.find("<html lang=\"zh-CN\""), std::string::npos);
    EXPECT_NE(page.find("路线对比"), std::string::npos);
    EXPECT_EQ(page.find("Routes side by side"), std::string::npos);
    EXPECT_NE(page.find("class=\"unit-details\""), std::string::npos);
    EXPECT_NE(page.find("residence_time"), std::string::npos) << "the variables of the first unit";
}

TEST_F(Browser, ShowsHostileTextsAsText) {
    json results = json::parse(fixture_text());
    results["case"]["title"]["en"] = "</script><img src=x onerror=document.title='broken'>";
    const std::string page = draw(results.dump(), Language::en);
    EXPECT_EQ(page.find("<img"), std::string::npos);
    EXPECT_NE(page.find("&lt;img src=x"), std::string::npos);
}

TEST_F(Browser, LeavesOutWhatACaseDoesNotHave) {
    const std::string least =
        R"({"viresco": "0.1.0", "schema": 1, "case": {"title": {"en": "Least", "zh": "最小"}}, "routes": {
        "one": {"indicators": {"unit_cost": {"value": null, "unit": "CNY/kg"}, "carbon_footprint": {"value": 2.5, "unit": "kgCO2e/kg"}}}}})";
    const std::string page = draw(least, Language::en);
    EXPECT_NE(page.find("2.5"), std::string::npos);
    EXPECT_NE(page.find("not defined"), std::string::npos);
    for (const char* id : {"streams", "flowsheet", "mass-flow", "input-flow", "uncertainty", "economics", "schedule",
                           "compliance", "maturity", "inventory", "assumptions", "closure"})
        EXPECT_EQ(page.find("<section id=\"" + std::string(id) + "\""), std::string::npos) << id;
    expect_no_holes(page);
}

namespace {

/// 300 samples of two indicators, with a tornado.
report::Document study_document() {
    nlohmann::ordered_json s;
    s["viresco"] = "0.1.0";
    s["case"]["command"] = "viresco study examples/6-apa/integrated --samples 300";
    s["study"] = {{"analysis", "uncertainty"}, {"sampling", "sobol"}, {"samples", 300}, {"seed", 7}, {"inputs", 1},
                  {"evaluations", 300}};
    s["inputs"] = json::array({{{"key", "k"},
                                {"title", {{"en", "titre of the broth"}, {"zh", "发酵效价"}}},
                                {"value", 50},
                                {"unit", "kg/m3"},
                                {"distribution", "triangular [40, 50, 60]"}}});
    auto& base = s["scenarios"]["base"];
    base["title"] = {{"en", "base"}, {"zh", "基准"}};
    for (const char* route : {"chemical", "enzymatic"}) {
        for (const char* id : {"carbon_footprint", "unit_cost"}) {
            const double middle = std::string(route) == "chemical" ? 80 : 55;
            json points = json::array();
            for (int k = 0; k < 300; ++k) points.push_back(k == 5 ? json() : json(middle + (k * 37) % 100 / 10.0));
            base["points"]["routes"][route][id] = points;
            base["routes"][route]["indicators"][id] = {
                {"unit", std::string(id) == "unit_cost" ? "CNY/kg" : "kgCO2e/kg"},
                {"title", {{"en", id}, {"zh", id}}},
                {"better", "lower"},
                {"nominal", middle},
                {"mean", middle + 5},
                {"quantiles",
                 {{"0.05", middle + 0.5},
                  {"0.25", middle + 2.5},
                  {"0.5", middle + 5},
                  {"0.75", middle + 7.5},
                  {"0.95", middle + 9.5}}},
                {"tornado", json::array({{{"input", 0},
                                          {"address", "x.fermenter.titre"},
                                          {"low", middle + 8},
                                          {"high", middle + 3},
                                          {"rank_correlation", -0.7}}})}};
        }
        base["routes"][route]["failures"] = {
            {"count", 1},
            {"of", 300},
            {"reasons", json::array({{{"reason", {{"en", "a negative flow"}, {"zh", "流量为负"}}}, {"count", 1}}})}};
    }
    base["points"]["samples"] = 300;
    base["comparison"] = json::array({{{"first", "chemical"},
                                       {"second", "enzymatic"},
                                       {"indicators",
                                        {{"carbon_footprint",
                                          {{"unit", "kgCO2e/kg"},
                                           {"better", "lower"},
                                           {"interval", {-1.0, 2.0}},
                                           {"probability_first_better", 0.3},
                                           {"verdict", "no significant difference"}}}}}}});
    return {"study.json", s.dump()};
}

report::Document schedule_document() {
    const json s = {{"title", "t"},
                    {"recipes", json::array({{{"name", "apa"},
                                              {"title", "6-APA"},
                                              {"batch_time", {{"value", 72000.0}, {"unit", "s"}}},
                                              {"cycle_time", {{"value", 36000.0}, {"unit", "s"}}},
                                              {"minimum_cycle_time", {{"value", 36000.0}, {"unit", "s"}}},
                                              {"batches_per_year", 200},
                                              {"time_bottleneck", "big_tank"}}})},
                    {"year",
                     {{"end", {{"value", 1e6}, {"unit", "s"}}},
                      {"units", json::array({json::array({"big_tank", 1, 0, "fill", 0.0, 36000.0}),
                                             json::array({"big_tank", 1, 1, "fill", 36000.0, 72000.0})})},
                      {"limits", json::array({{{"name", "big_tank"}, {"peak", 1.0}, {"mean", 0.5}, {"count", 1}}})}}}};
    return {"schedule.json", s.dump()};
}

} // namespace

TEST_F(Browser, DrawsAStudyAndAScheduleThatAreAttached) {
    report::Attached attached;
    attached.studies = {study_document()};
    attached.schedule = schedule_document();
    attached.explanations = R"({"chemical": {"npv": {"en": "npv = 62 MCNY, explained", "zh": "净现值"}}})";
    const std::string page = draw(fixture_text(), Language::en, "", attached);
    const auto section = [&](const std::string& id) {
        const size_t begin = page.find("<section id=\"" + id + "\""), end = page.find("</section>", begin);
        return begin == std::string::npos ? std::string() : page.substr(begin, end - begin);
    };
    const std::string uncertainty = section("uncertainty"), plan = section("schedule"), decision = section("summary");
    EXPECT_NE(decision.find("300 samples over 1 uncertain inputs"), std::string::npos);
    EXPECT_NE(decision.find("titre of the broth"), std::string::npos) << "what it depends on";
    EXPECT_NE(uncertainty.find("no significant difference"), std::string::npos);
    EXPECT_NE(uncertainty.find("titre of the broth"), std::string::npos);
    EXPECT_NE(uncertainty.find("a negative flow"), std::string::npos);
    size_t drawings = 0;
    for (size_t at = uncertainty.find("<svg"); at != std::string::npos; at = uncertainty.find("<svg", at + 1))
        ++drawings;
    EXPECT_EQ(drawings, 5u) << "two distributions, the cloud, two tornados";
    EXPECT_NE(plan.find("<svg"), std::string::npos);
    EXPECT_NE(plan.find(">big tank<"), std::string::npos);
    EXPECT_NE(page.find("--samples 300"), std::string::npos) << "how to make the study again";
    expect_no_holes(page);
}

TEST_F(Browser, ExplainsAnIndicatorOnAClick) {
    report::Attached attached;
    attached.explanations = R"({"chemical": {"carbon_footprint": {"en": "explained at length", "zh": "详解"}}})";
    const std::string page = draw(fixture_text(), Language::en,
                                  "document.querySelector('#comparison button.explain').click();", attached);
    const size_t begin = page.find("<dialog"), end = page.find("</dialog>");
    ASSERT_NE(begin, std::string::npos);
    const std::string dialog = page.substr(begin, end - begin);
    EXPECT_NE(dialog.find("open=\"\""), std::string::npos);
    EXPECT_NE(dialog.find("sum(carbon_footprint[e] for e in exchanges)"), std::string::npos) << "the formula";
    EXPECT_NE(dialog.find("models/indicators/core.yaml:20"), std::string::npos);
    EXPECT_NE(dialog.find("explained at length"), std::string::npos);
}
