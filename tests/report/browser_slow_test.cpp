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
    std::string draw(const std::string& results, Language language, const std::string& then = "") {
        const std::string folder = std::string(VIRESCO_BINARY_DIR) + "/report-" +
                                   testing::UnitTest::GetInstance()->current_test_info()->name();
        output_of("mkdir -p '" + folder + "'");
        std::ofstream(folder + "/report.html")
            << report::render_report(results, language) << "<script>setTimeout(() => {" << then << "}, 300)</script>";
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
    const std::string sections[] = {"summary",     "comparison", "by-step",  "by-input",  "input-flow",
                                    "mass-flow",   "flowsheet",  "steps",    "inventory", "streams",
                                    "assumptions", "closure",    "findings", "reproduce"};
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
