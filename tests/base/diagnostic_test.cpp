#include "base/diagnostic.h"
#include "base/messages/base.h"
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace viresco {
namespace {

std::string report(const SourcePos& pos, Language language = Language::en) {
    Diagnostics d;
    d.error(pos, message::free_text, {"wrong"});
    return d.text(language);
}

TEST(SourceFile, Lines) {
    const SourceFile file{"f", "\xEF\xBB\xBF"
                               "one\r\n\ntwo"};
    EXPECT_EQ(file.line(1), "one");
    EXPECT_EQ(file.line(2), "");
    EXPECT_EQ(file.line(3), "two");
    EXPECT_EQ(file.line(4), "");
}

TEST(SourceStore, AddressesStayValid) {
    SourceStore store;
    const SourceFile* first = &store.add("first", "x");
    for (int i = 0; i < 1000; ++i) store.add("f", "y");
    EXPECT_EQ(first, &store.files().front());
    EXPECT_EQ(first->path, "first");
}

TEST(SourcePos, Text) {
    const SourceFile file{"a.yaml", ""};
    EXPECT_EQ(to_string({&file, 3, 7}), "a.yaml:3:7");
    EXPECT_EQ(to_string({&file, 0, 0}), "a.yaml");
    EXPECT_EQ(to_string({}), "");
}

TEST(Excerpt, CaretUnderTheWord) {
    const SourceFile file{"a.yaml", "first\nrate: mu_maxx * X\n"};
    EXPECT_EQ(report({&file, 2, 7, 7}), "a.yaml:2:7: error: wrong\n"
                                        "    2 | rate: mu_maxx * X\n"
                                        "      |       ^~~~~~~\n");
}

TEST(Excerpt, ChineseTakesTwoCellsPerCharacter) {
    const SourceFile file{"a.yaml", "温度: 甲乙 x（y\n"};
    EXPECT_EQ(report({&file, 1, 5, 2}, Language::zh), "a.yaml:1:5: 错误: wrong\n"
                                                      "    1 | 温度: 甲乙 x（y\n"
                                                      "      |       ^^~~\n");
    // 温度 4 cells, ": " 2, 甲乙 4, " x" 2, （ 2: y stands in cell 15.
    EXPECT_EQ(report({&file, 1, 10, 1}), "a.yaml:1:10: error: wrong\n"
                                         "    1 | 温度: 甲乙 x（y\n"
                                         "      | " +
                                             std::string(14, ' ') + "^\n");
}

TEST(Excerpt, PlacesOutsideTheLine) {
    const SourceFile file{"a.yaml", "abc\n"};
    EXPECT_EQ(report({&file, 1, 4, 1}), "a.yaml:1:4: error: wrong\n    1 | abc\n      |    ^\n");
    EXPECT_EQ(report({&file, 1, 99, 5}), "a.yaml:1:99: error: wrong\n    1 | abc\n      |    ^\n");
    EXPECT_EQ(report({&file, 9, 1, 1}), "a.yaml:9:1: error: wrong\n");
    EXPECT_EQ(report({&file, 0, 0, 1}), "a.yaml: error: wrong\n");
    EXPECT_EQ(report({}), "error: wrong\n");
}

TEST(Excerpt, LongLinesAreCutAroundTheCaret) {
    const SourceFile file{"a", std::string(500, 'x') + "Y" + std::string(500, 'z')};
    const std::string text = report({&file, 1, 501, 1});
    const size_t line = text.find(" | ") + 3, marks = text.find(" | ", line) + 3;
    EXPECT_EQ(text[line + text.find('^') - marks], 'Y');
    EXPECT_LT(text.size(), 400u);
}

TEST(Excerpt, TabsKeepTheCaretInPlace) {
    const SourceFile file{"a", "a:\tb"};
    EXPECT_EQ(report({&file, 1, 4, 1}), "a:1:4: error: wrong\n    1 | a: b\n      |    ^\n");
}

TEST(Diagnostics, HintsAndRelatedPlaces) {
    const SourceFile file{"a.yaml", "x: 1\nx: 2\n"};
    Diagnostics d;
    d.error({&file, 2, 1, 1}, message::free_text, {"twice"})
        .hint(message::free_text, {"rename"})
        .see({&file, 1, 1, 1}, message::free_text, {"first"});
    EXPECT_EQ(d.text(Language::en), "a.yaml:2:1: error: twice\n"
                                    "    2 | x: 2\n"
                                    "      | ^\n"
                                    "  a.yaml:1:1: first\n"
                                    "  hint: rename\n");
    EXPECT_NE(d.text(Language::zh).find("提示：rename"), std::string::npos);
}

TEST(Diagnostics, WarningsAreNoErrors) {
    Diagnostics d;
    d.warning({}, message::free_text, {"odd"});
    EXPECT_FALSE(d.has_errors());
    EXPECT_NO_THROW(d.throw_if_errors());
    EXPECT_EQ(d.text(Language::en), "warning: odd\n");
    Diagnostics all;
    all.error({}, message::free_text, {"bad"});
    all.append(d);
    EXPECT_EQ(all.n_errors(), 1);
    EXPECT_EQ(all.all().size(), 2u);
    try {
        all.throw_if_errors();
        FAIL() << "must throw";
    } catch (const ConfigError& e) {
        EXPECT_STREQ(e.what(), "error: bad\nwarning: odd\n");
        EXPECT_EQ(e.diagnostics().all().size(), 2u);
    }
}

TEST(Diagnostics, ShowsAHundredErrorsAndCountsTheRest) {
    Diagnostics d;
    for (int i = 0; i < 130; ++i) d.error({}, message::free_text, {"bad"});
    const std::string text = d.text(Language::en);
    size_t n = 0;
    for (size_t at = text.find("bad"); at != std::string::npos; at = text.find("bad", at + 1)) ++n;
    EXPECT_EQ(n, 100u);
    EXPECT_TRUE(text.ends_with("30 further errors are not shown\n"));
}

TEST(Diagnostics, Json) {
    const SourceFile file{"a.yaml", "键: \"x\"\n"};
    Diagnostics d;
    d.error({&file, 1, 4, 3}, message::did_you_mean, {"'y'"}).hint(message::free_text, {"h \xFF"});
    d.warning({}, message::free_text, {"w"});
    const auto json = nlohmann::json::parse(d.json(Language::zh));
    ASSERT_EQ(json.size(), 2u);
    EXPECT_EQ(json[0]["severity"], "error");
    EXPECT_EQ(json[0]["id"], "did_you_mean");
    EXPECT_EQ(json[0]["file"], "a.yaml");
    EXPECT_EQ(json[0]["line"], 1);
    EXPECT_EQ(json[0]["column"], 4);
    EXPECT_EQ(json[0]["message"], "您是否想写 'y'？");
    EXPECT_EQ(json[0]["hints"][0], "h \uFFFD"); // broken UTF-8 cannot break the JSON
    EXPECT_EQ(json[0]["excerpt"], "    1 | 键: \"x\"\n      |     ^~~\n");
    EXPECT_EQ(json[1]["severity"], "warning");
    EXPECT_EQ(json[1]["file"], "");
    EXPECT_EQ(json[1]["excerpt"], "");
}

using Names = std::vector<std::string>;

TEST(Suggestions, TyposBestFirst) {
    const Names known{"mu_max", "mu_min", "K_S", "Y_XS", "temperature", "pressure"};
    EXPECT_EQ(suggestions("mu_mx", known).at(0), "mu_max");
    EXPECT_EQ(suggestions("temprature", known), Names{"temperature"});
    EXPECT_EQ(suggestions("preSSure", known), Names{"pressure"});
    EXPECT_EQ(suggestions("k_s", known).at(0), "K_S");
    EXPECT_EQ(suggestions("temp", known), Names{"temperature"});
    EXPECT_EQ(suggestions("distillate", known), Names{});
}

TEST(Suggestions, ATranspositionIsOneMistake) {
    // Two replacements would be too far for so short a name.
    EXPECT_EQ(suggestions("ab", {"ba"}), Names{"ba"});
    EXPECT_EQ(suggestions("ab", {"cd"}), Names{});
    EXPECT_EQ(suggestions("pressrue", {"pressure"}), Names{"pressure"});
}

TEST(Suggestions, AtMostThreeAndNeverTheNameItself) {
    EXPECT_EQ(suggestions("feed", {"feed", "feed1", "feed2", "feed3", "feed4"}).size(), 3u);
    for (const std::string& name : suggestions("feed", {"feed", "feed1"})) EXPECT_NE(name, "feed");
    EXPECT_EQ(suggestions(std::string(1000, 'x'), {std::string(999, 'x')}), Names{});
}

TEST(Suggestions, BecomeAHint) {
    Diagnostics d;
    suggest(d.error({}, message::free_text, {"unknown 'fead'"}), "fead", {"feed", "fed"});
    ASSERT_EQ(d.all()[0].hints.size(), 1u);
    EXPECT_EQ(d.all()[0].hints[0].id, message::did_you_mean);
    EXPECT_EQ(d.all()[0].hints[0].args[0].substr(0, 6), "'feed'");
    suggest(d.error({}, message::free_text, {"unknown"}), "zzzzzz", {"feed"});
    EXPECT_TRUE(d.all()[1].hints.empty());
}

} // namespace
} // namespace viresco
