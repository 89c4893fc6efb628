#include "base/diagnostic.h"
#include "report/assets.h"
#include "report/fixture.h"
#include "report/report.h"
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace viresco;
using nlohmann::json;

namespace {

size_t count(std::string_view text, std::string_view what) {
    size_t n = 0;
    for (size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) ++n;
    return n;
}

std::string embedded_json(const std::string& page) {
    const std::string open = "<script type=\"application/json\" id=\"results\">";
    const size_t begin = page.find(open) + open.size();
    return page.substr(begin, page.find("</script>", begin) - begin);
}

} // namespace

TEST(Report, EmbedsTheFixtureUnchangedInBothLanguages) {
    const std::string text = fixture_text();
    for (const Language language : {Language::en, Language::zh}) {
        const std::string page = report::render_report(text, language);
        EXPECT_EQ(json::parse(embedded_json(page)), json::parse(text));
        EXPECT_NE(page.find("Chemical deacylation"), std::string::npos);
        EXPECT_NE(page.find("化学裂解法"), std::string::npos);
        EXPECT_NE(page.find("Routes side by side"), std::string::npos) << "English texts of the page";
        EXPECT_NE(page.find("路线对比"), std::string::npos) << "Chinese texts of the page";
    }
}

TEST(Report, LanguageOpensThePage) {
    const std::string text = fixture_text();
    const std::string en = report::render_report(text, Language::en), zh = report::render_report(text, Language::zh);
    EXPECT_NE(en.find("<html lang=\"en\">"), std::string::npos);
    EXPECT_NE(en.find("<title>6-APA: enzymatic against chemical deacylation – Viresco</title>"), std::string::npos);
    EXPECT_NE(zh.find("<html lang=\"zh-CN\">"), std::string::npos);
    EXPECT_NE(zh.find("<title>6-APA：酶法与化学法裂解对比 – Viresco</title>"), std::string::npos);
}

TEST(Report, HostileTextsCannotLeaveTheirElement) {
    const std::string nasty = "</script><script>alert(1)</script><!-- <script> ]]> </title></style> & \" ' \\";
    json results = json::parse(fixture_text());
    results["case"]["title"]["en"] = nasty;
    results["case"]["command"] = nasty;
    results["diagnostics"][0]["message"] = nasty;
    results["routes"][nasty] = results["routes"]["chemical"];
    const std::string page = report::render_report(results.dump(), Language::en);

    const std::string data = embedded_json(page);
    EXPECT_EQ(data.find('<'), std::string::npos);
    EXPECT_EQ(json::parse(data), results);
    // The page's own program may speak of scripts in its strings but never close one.
    const std::string_view script = report::page_script();
    EXPECT_EQ(count(script, "</script"), 0u);
    EXPECT_EQ(count(page, "</script>"), 2u);
    EXPECT_EQ(count(page, "<!--"), count(script, "<!--"));
    EXPECT_EQ(count(page, "</title>"), 1u + count(script, "</title>"));
    EXPECT_NE(page.find("<title>&lt;/script&gt;&lt;script&gt;alert(1)"), std::string::npos);
}

TEST(Report, IsSmallAndNeedsNoNetwork) {
    const std::string page = report::render_report(fixture_text(), Language::en);
    EXPECT_LT(page.size(), 2000000u);
    EXPECT_LT(report::page_script().size(), 900000u);
    EXPECT_EQ(count(report::page_style(), "url("), 0u);
    EXPECT_EQ(count(report::page_style(), "@import"), 0u);
    EXPECT_EQ(count(page, "<link"), 0u);
    EXPECT_EQ(count(page, "<script src"), 0u);
    EXPECT_NE(page.find("default-src 'none'"), std::string::npos);
}

TEST(Report, WrongInputIsToldWithTheRemedy) {
    const auto message = [](const std::string& text) -> std::string {
        try {
            report::render_report(text, Language::en);
        } catch (const ConfigError& error) {
            return error.diagnostics().text(Language::en);
        }
        return "no error";
    };
    EXPECT_NE(message("{\"routes\": ").find("not valid JSON (at byte 12)"), std::string::npos)
        << message("{\"routes\": ");
    for (const char* text : {"{}", "[]", "3", "{\"routes\": []}"}) {
        EXPECT_NE(message(text).find("hold no 'routes'"), std::string::npos) << text;
        EXPECT_NE(message(text).find("viresco evaluate"), std::string::npos) << text;
    }
    EXPECT_THROW(report::csv_tables("{}"), ConfigError);
}

TEST(Simulation, IsAPageOfItsOwnThatEmbedsItsDocument) {
    const std::string run =
        R"({"kind":"simulation","title":{"en":"A <b>run</b>","zh":"\u8fd0\u884c"},"time":{"unit":"h","values":[0,1]},)"
        R"("outputs":[{"path":"X","title":{"en":"X","zh":"X"},"unit":"g/L","values":[1,2]}],"events":[],"statistics":{}})";
    const std::string page = report::render_simulation(run, Language::en);
    EXPECT_NE(page.find("<title>A &lt;b&gt;run&lt;/b&gt; – Viresco</title>"), std::string::npos);
    EXPECT_NE(page.find("\\u003cb>run"), std::string::npos) << "nothing in the document can close its element";
    EXPECT_NE(page.find("default-src 'none'"), std::string::npos);
    EXPECT_NE(report::render_simulation(run, Language::zh).find("<html lang=\"zh-CN\">"), std::string::npos);
    EXPECT_THROW(report::render_simulation("{}", Language::en), ConfigError);
    EXPECT_THROW(report::render_simulation("no json", Language::en), ConfigError);
}
