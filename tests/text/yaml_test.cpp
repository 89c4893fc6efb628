#include "base/messages/base.h"
#include "base/messages/text.h"
#include "text/yaml_reading.h"
#include <gtest/gtest.h>
#include <ostream>

namespace viresco::text {
namespace {

const Node& at(const Node& node, std::string_view key) {
    const Node* found = node.find(key);
    EXPECT_NE(found, nullptr) << "no key " << key;
    static const Node none;
    return found ? *found : none;
}

TEST(Yaml, ValuesAndPlacesOfANestedFile) {
    const Reading r("viresco: 1\n"
                    "growth:\n"
                    "  rate: mu_max * S / (K_S + S) * X # Monod\n"
                    "  stoichiometry: {X: 1, S: -1/Y_XS, O2: ?, NH3: ? , CO2: '?'}\n"
                    "  notes:\n"
                    "  - 甲醇·乙酸：\"浓度\"\n"
                    "  -\n"
                    "  - ~\n");
    ASSERT_TRUE(r.root) << r.diagnostics.text(Language::en);
    const Node& growth = at(*r.root, "growth");
    EXPECT_EQ(place(growth.pos()), "3:3");
    EXPECT_EQ(growth.entries()[0].key, "rate");
    EXPECT_EQ(place(growth.entries()[0].key_pos), "3:3");
    EXPECT_EQ(growth.entries()[0].key_pos.length, 4);
    const Node& rate = at(growth, "rate");
    EXPECT_EQ(rate.scalar(), "mu_max * S / (K_S + S) * X");
    EXPECT_EQ(place(rate.pos()), "3:9");
    EXPECT_EQ(rate.pos().length, 26);
    EXPECT_EQ(place(rate.position(rate.scalar().find("K_S"))), "3:23");

    const Node& nu = at(growth, "stoichiometry");
    EXPECT_EQ(nu.entries().size(), 5u);
    for (const char* unknown : {"O2", "NH3", "CO2"}) {
        EXPECT_EQ(at(nu, unknown).scalar(), "?");
        EXPECT_EQ(at(nu, unknown).quoted(), std::string(unknown) == "CO2");
    }
    EXPECT_EQ(place(at(nu, "O2").pos()), "4:41");
    EXPECT_EQ(place(at(nu, "NH3").pos()), "4:49");

    const Node& notes = at(growth, "notes");
    ASSERT_EQ(notes.items().size(), 3u);
    EXPECT_EQ(notes.items()[0].scalar(), "甲醇·乙酸：\"浓度\"");
    EXPECT_EQ(place(notes.items()[0].position(notes.items()[0].scalar().find("浓"))), "6:12");
    EXPECT_TRUE(notes.items()[1].is_null());
    EXPECT_EQ(place(notes.items()[1].pos()), "7:3");
    EXPECT_TRUE(notes.items()[2].is_null());
    EXPECT_EQ(place(notes.items()[2].pos()), "8:5");
    EXPECT_EQ(r.root->find("absent"), nullptr);
    EXPECT_TRUE(rate.items().empty());
    EXPECT_TRUE(rate.entries().empty());
}

TEST(Yaml, QuotedScalarsAreNeverNull) {
    const Reading r("{a: null, b: 'null', c: ~, d: \"~\", e: , f: \"\"}");
    ASSERT_TRUE(r.root);
    EXPECT_TRUE(at(*r.root, "a").is_null());
    EXPECT_TRUE(at(*r.root, "b").is_scalar());
    EXPECT_TRUE(at(*r.root, "c").is_null());
    EXPECT_EQ(at(*r.root, "d").scalar(), "~");
    EXPECT_TRUE(at(*r.root, "e").is_null());
    EXPECT_TRUE(at(*r.root, "f").is_scalar());
    EXPECT_TRUE(at(*r.root, "f").quoted());
}

TEST(Yaml, QuestionMarkIsTextWhereNothingFollowsIt) {
    for (const char* text :
         {"a: ?\n", "a: ? # unknown\n", "{a: ?}", "{a: ? , b: 1}", "{a: ?, b: 1}", "a: ?\r\n", "a: ?"}) {
        const Reading r(text);
        ASSERT_TRUE(r.root) << text << r.diagnostics.text(Language::en);
        EXPECT_EQ(at(*r.root, "a").scalar(), "?") << text;
    }
    const Reading list("[?, x?, \"what? \", ?y]");
    ASSERT_TRUE(list.root) << list.diagnostics.text(Language::en);
    EXPECT_EQ(list.root->items()[0].scalar(), "?");
    EXPECT_EQ(list.root->items()[1].scalar(), "x?");
    EXPECT_EQ(list.root->items()[2].scalar(), "what? ");
    EXPECT_EQ(list.root->items()[3].scalar(), "?y");
}

TEST(Yaml, ByteOrderMarkTakesNoColumn) {
    const Reading plain("a: {b: \n}x"), marked("\xEF\xBB\xBF"
                                               "a: {b: \n}x");
    EXPECT_EQ(plain.error(), marked.error());
    const Reading good("\xEF\xBB\xBF"
                       "a: 1\nb: 2\n");
    ASSERT_TRUE(good.root);
    EXPECT_EQ(place(at(*good.root, "a").pos()), "1:4");
    EXPECT_EQ(place(at(*good.root, "b").pos()), "2:4");
}

TEST(Yaml, LineEndsCrLfReadAsLf) {
    const std::string lf =
        "a: |\n  x = 1\n\n  甲 = 2\nb: >\n  one\n  two\n\n  three\nc: plain\n  goes on\nd: \"x\n  y\"\ne: [1,\n 2]\n";
    std::string crlf;
    for (const char c : lf) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
    const Reading a(lf), b(crlf);
    ASSERT_TRUE(a.root && b.root) << b.diagnostics.text(Language::en);
    for (const char* key : {"a", "b", "c", "d"}) {
        const Node &x = at(*a.root, key), &y = at(*b.root, key);
        ASSERT_EQ(x.scalar(), y.scalar()) << key;
        for (size_t i = 0; i < x.scalar().size(); ++i)
            EXPECT_EQ(place(x.position(i)), place(y.position(i))) << key << " byte " << i;
    }
    EXPECT_EQ(place(at(*b.root, "e").items()[1].pos()), "15:2");
}

// ---- What is rejected, and where ----

struct Case {
    const char* name;
    std::string text;
    std::string expected;
    MessageId hint = message::free_text; // none
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.text; }

class Rejected : public testing::TestWithParam<Case> {};

TEST_P(Rejected, AtItsPlaceWithItsHint) {
    const Reading r(GetParam().text);
    EXPECT_EQ(r.error(), GetParam().expected) << r.diagnostics.text(Language::en);
    EXPECT_EQ(r.diagnostics.all().size(), 1u) << r.diagnostics.text(Language::en);
    const bool hint_expected = GetParam().hint != message::free_text;
    EXPECT_TRUE(!hint_expected || r.hinted(GetParam().hint)) << r.diagnostics.text(Language::en);
    const bool only_duplicate = r.error().ends_with("yaml_duplicate_key");
    EXPECT_EQ(r.root != nullptr, only_duplicate);
}

namespace M = message;
using namespace std::string_literals;
const Case encoding[] = {
    {"Utf16LittleEndian", "\xFF\xFE"s + "a\0:\0"s, "1:1 text_utf16", M::text_hint_utf8},
    {"Utf16BigEndian", "\xFE\xFF\0a\0:"s, "1:1 text_utf16"},
    {"Binary", "a: 中\nPK\0\1"s, "2:3 text_binary"},
    {"BadByte", "中: 文\n键: 甲\xFFx\n", "2:5 text_not_utf8", M::text_hint_utf8},
    {"Gbk", "a: 1\nname: \xBC\xD7\xB4\xBC\n", "2:7 text_not_utf8", M::text_hint_utf8},
    {"Overlong", "a: \xC0\xAF", "1:4 text_not_utf8"},
    {"OverlongThree", "a: \xE0\x80\xAF", "1:4 text_not_utf8"},
    {"Surrogate", "a: \xED\xA0\x80", "1:4 text_not_utf8"},
    {"BeyondUnicode", "a: \xF4\x90\x80\x80", "1:4 text_not_utf8"},
    {"CutShort", "a: \xE4\xB8", "1:4 text_not_utf8"},
    {"ControlCharacter", "a: 1\nb: x\x07\n", "2:5 text_control_character", M::text_hint_delete_character},
    {"ZeroWidthSpace", "a: 1\nb\u200B: x\n", "2:2 text_control_character"},
    {"LoneReturn", "a: 1\rb: 2\r", "1:5 text_lone_return", M::text_hint_line_ends},
};
const Case unwanted[] = {
    {"Empty", "", "1:1 yaml_empty"},
    {"OnlyComments", "# nothing\n\n  # here\n", "1:1 yaml_empty"},
    {"OnlyNull", "~\n", "1:1 yaml_empty"},
    {"OnlyMarker", "---\n", "1:1 yaml_empty"},
    {"DuplicateKey", "a: 1\nb: {x: 1, y: 2, x: 3}\n", "2:17 yaml_duplicate_key", M::yaml_hint_duplicate},
    {"Anchor", "a: 1\nb: &name {c: 1}\n", "2:4 yaml_anchor"},
    {"AnchorAtKey", "&k a: 1\n", "1:1 yaml_anchor"},
    {"Alias", "a: 1\nb: *name\n", "2:4 yaml_alias", M::yaml_hint_quote_any},
    {"StarWithoutName", "a: *\n", "1:4 yaml_alias"},
    {"Tag", "a:\n  - !!str 1\n", "2:5 yaml_tag"},
    {"TagAtMap", "a: !t {b: 1}\n", "1:4 yaml_tag"},
    {"NonSpecificTag", "a: ! x\n", "1:4 yaml_tag"},
    {"ListAsKey", "a: 1\n[b]: 2\n", "2:1 yaml_key_not_text"},
    {"MapAsKeyInFlow", "{{a: 1}: b}", "1:2 yaml_key_not_text"},
    {"NullAsKey", "~: 1\n", "1:1 yaml_key_not_text"},
    {"ExplicitKey", "a: 1\n? b\n: 2\n", "2:1 yaml_explicit_key", M::yaml_hint_plain_key},
    {"EmptyKey", "a: 1\n: 2\n", "2:1 yaml_key_empty"},
    {"WideBlank", "a:\n  b: 1\n\u3000c: 2\n", "3:1 yaml_key_wide_blank", M::yaml_hint_plain_blank},
    {"SecondDocument", "a: 1\n---\nb: 1\n", "2:1 yaml_several_documents", M::yaml_hint_one_document},
    {"DocumentAfterDots", "a: 1\n...\nb: 1\n", "3:1 yaml_several_documents"},
    {"EmptyEntry", "a: [1,,2]\n", "1:7 yaml_empty_entry"},
    {"TabBeforeKey", "a:\n\tb: 1\n", "2:1 yaml_tab", M::yaml_hint_tab},
    {"TabBeforeItem", "a:\n\t- 1\n", "2:1 yaml_tab"},
    {"TabAfterSpaces", "a:\n  b: 1\n  \tc: 2\n", "3:3 yaml_tab"},
    {"TabInFlow", "a: {\n\tb: 1}\n", "2:1 yaml_tab"},
    {"TabInBlockText", "a: |\n\tx\n", "2:1 yaml_tab"},
    {"ListInText", "a:\n - 1\n  - 2\n", "3:3 yaml_list_in_text", M::yaml_hint_list_in_text},
    {"ControlEscape", "a: \"x\\u0001\"\n", "1:6 yaml_control_escape", M::yaml_hint_control_escape},
    {"NextLineEscape", "a: \"x\\Ny\"\n", "1:6 yaml_control_escape"},
    {"NamedControlEscape", "a: \"\\\\\\0\"\n", "1:7 yaml_control_escape"},
};
const Case syntax[] = {
    {"FullWidthColonLast", "中: 文\n温度：3\n", "2:1 yaml_missing_colon", M::yaml_hint_full_width},
    {"FullWidthColonFirst", "温度：3\n压力: 2\n", "1:1 yaml_missing_colon", M::yaml_hint_full_width},
    {"FullWidthColonInFlow", "a: {温度：3}\n", "1:5 yaml_missing_colon", M::yaml_hint_full_width},
    {"FullWidthComma", "a: {b: 1，c: 2}\n", "1:11 yaml_missing_comma", M::yaml_hint_full_width},
    {"NoSpaceAfterColon", "a:1\nb: 2\n", "1:1 yaml_missing_colon", M::yaml_hint_colon_space},
    {"NoSpaceAfterColonInFlow", "{a: 1, b:2}", "1:8 yaml_missing_colon", M::yaml_hint_colon_space},
    {"MissingColon", "a: 1\nb\nc: 2\n", "2:1 yaml_missing_colon", M::yaml_hint_colon},
    {"MissingColonAtEnd", "a: 1\nb\n", "2:1 yaml_missing_colon", M::yaml_hint_colon},
    {"TwoColons", "title: Ethanol: a fuel\n", "1:15 yaml_two_colons", M::yaml_hint_quote_any},
    {"TooFarRight", "a: 1\n  b: 2\n", "2:3 yaml_indentation", M::yaml_hint_indentation},
    {"TooFarLeft", "a:\n    b: 1\n  c: 2\n", "3:3 yaml_indentation", M::yaml_hint_indentation},
    {"MapBelowList", "- 1\nb: 2\n", "2:1 yaml_indentation"},
    {"BlockTextTooFarLeft", "a: |\n    x = 1\n  y = 2\n", "3:3 yaml_indentation"},
    {"ItemBelowValue", "a: 1\n- 2\n", "2:1 yaml_list_item_misplaced", M::yaml_hint_list},
    {"ItemTooFarLeft", "a:\n  - 1\n - 2\n", "3:2 yaml_list_item_misplaced"},
    {"ItemAfterKey", "a: - 1\n", "1:4 yaml_list_item_misplaced", M::yaml_hint_list},
    {"NoSpaceAfterDash", "a:\n  - b\n  -c\n", "3:3 yaml_list_item_misplaced", M::yaml_hint_dash_space},
    {"TextAfterQuotes", "a: \"x\" y\n", "1:8 yaml_text_after_value", M::yaml_hint_quote_any},
    {"TextAfterList", "a: [1] kg\n", "1:8 yaml_text_after_value"},
    {"UnclosedList", "b: 1\na: [1, 2\n", "2:4 yaml_unclosed_bracket", M::yaml_hint_close},
    {"UnclosedListAtEnd", "[{a: 1}, 2", "1:1 yaml_unclosed_bracket"},
    {"UnclosedMapBeforeKey", "a: {x: 1\nb: 3\n", "1:4 yaml_unclosed_bracket"},
    {"InnerUnclosed", "a: [1, {x: 2\n", "1:8 yaml_unclosed_bracket"},
    {"MissingComma", "{a: 1 b: 2}", "1:8 yaml_missing_comma"},
    {"MissingCommaAtLineEnd", "a: {b: 1,\n  c: 2\n  d: 3}\n", "3:3 yaml_missing_comma"},
    {"WrongBracket", "a: [1, 2}\n", "1:9 yaml_stray_bracket", M::yaml_hint_brackets},
    {"StrayBracket", "a: ]\n", "1:4 yaml_stray_bracket"},
    {"UnclosedDoubleQuote", "a: 1\nb: \"abc\nc: 2\n", "2:4 yaml_unclosed_quote", M::yaml_hint_close},
    {"UnclosedSingleQuote", "a: 'it''s\n", "1:4 yaml_unclosed_quote"},
    {"UnclosedQuoteAtEnd", "a: [\"b\", \"c d", "1:10 yaml_unclosed_quote"},
    {"UnknownEscape", "a: \"\\q\"\n", "1:5 yaml_escape", M::yaml_hint_escape},
    {"WindowsPath", "a: \"C:\\Users\"\n", "1:7 yaml_escape", M::yaml_hint_escape},
    {"BadHexEscape", "a: \"\\x4\"", "1:5 yaml_escape"},
    {"ReservedAt", "a: 1\nb: @x, y\n", "2:4 yaml_reserved_character", M::yaml_hint_quote},
    {"ReservedPercent", "a: %x\n", "1:4 yaml_reserved_character"},
    {"QuestionBeforeText", "a: ? b\n", "1:4 yaml_question_mark", M::yaml_hint_quote_any},
    {"TextAfterBar", "a: |x\n  b\n", "1:5 yaml_block_header", M::yaml_hint_block},
};
const auto name_of = [](const auto& parameter) { return std::string(parameter.param.name); };
INSTANTIATE_TEST_SUITE_P(Encoding, Rejected, testing::ValuesIn(encoding), name_of);
INSTANTIATE_TEST_SUITE_P(Unwanted, Rejected, testing::ValuesIn(unwanted), name_of);
INSTANTIATE_TEST_SUITE_P(Syntax, Rejected, testing::ValuesIn(syntax), name_of);

TEST(Yaml, DuplicateKeyPointsAtTheFirstAndKeepsIt) {
    const Reading r("x:\n  键: 1\n  b: 2\n  键: 3\n");
    ASSERT_EQ(r.error(), "4:3 yaml_duplicate_key");
    const Diagnostic& d = r.diagnostics.all()[0];
    EXPECT_EQ(d.message.args, std::vector<std::string>{"键"});
    ASSERT_EQ(d.related.size(), 1u);
    EXPECT_EQ(place(d.related[0].first), "2:3");
    EXPECT_EQ(at(at(*r.root, "x"), "键").scalar(), "1");
}

TEST(Yaml, DuplicateKeysAreFoundInLargeMaps) {
    std::string text;
    for (int i = 0; i < 1000; ++i) text += "key" + std::to_string(i) + ": " + std::to_string(i) + "\n";
    const Reading good(text), bad(text + "key500: 0\n");
    ASSERT_TRUE(good.root);
    EXPECT_EQ(good.root->entries().size(), 1000u);
    EXPECT_EQ(bad.error(), "1001:1 yaml_duplicate_key");
    EXPECT_EQ(place(bad.diagnostics.all()[0].related.at(0).first), "501:1");
}

TEST(Yaml, AllErrorsOfAFileAreReportedTogether) {
    const Reading r("a: &x 1\na: 2\nb: *x\n? c\n: 3\nd: !t 4\ne: [1,,2]\nf: [1\n");
    const char* expected[] = {"1:4 yaml_anchor",          "2:1 yaml_duplicate_key", "3:4 yaml_alias",
                              "4:1 yaml_explicit_key",    "6:4 yaml_tag",           "7:7 yaml_empty_entry",
                              "8:4 yaml_unclosed_bracket"};
    ASSERT_EQ(r.diagnostics.all().size(), std::size(expected)) << r.diagnostics.text(Language::en);
    for (size_t i = 0; i < std::size(expected); ++i) EXPECT_EQ(r.error(i), expected[i]);
}

TEST(Yaml, AFloodOfErrorsEnds) {
    std::string text;
    for (int i = 0; i < 10'000; ++i) text += "a: 1\n";
    const Reading r(text);
    EXPECT_LE(r.diagnostics.all().size(), 1000u);
    EXPECT_EQ(r.root, nullptr);
}

TEST(Yaml, AnUnclosedQuoteBeforeASyntaxErrorIsMentioned) {
    const Reading r("a: \"abc\nb: \"x\"\n");
    ASSERT_EQ(r.error(), "2:5 yaml_text_after_value");
    ASSERT_EQ(r.diagnostics.all()[0].related.size(), 1u);
    EXPECT_EQ(place(r.diagnostics.all()[0].related[0].first), "1:4");
}

// ---- Hostile input ----

std::string repeated(const std::string& s, size_t n) {
    std::string out;
    for (size_t i = 0; i < n; ++i) out += s;
    return out;
}

TEST(YamlLimits, TenThousandLevelsAreRefusedAtTheHundredAndFirst) {
    constexpr size_t n = 10'000;
    const Reading closed(repeated("[", n) + repeated("]", n)), dashes(repeated("- ", n) + "x");
    EXPECT_EQ(closed.error(), "1:101 yaml_too_deep");
    EXPECT_EQ(dashes.error(), "1:201 yaml_too_deep");
    for (const char* unit : {"[", "{a: ", "[a: ", "{[", "? ", ": ", "- : ", "[? ", "[\n", "- ? "}) {
        const Reading open(repeated(unit, n));
        ASSERT_FALSE(open.diagnostics.all().empty());
        const size_t last = open.diagnostics.all().size() - 1;
        EXPECT_TRUE(open.error(last).ends_with("yaml_too_deep")) << unit << open.error(last);
        EXPECT_EQ(open.root, nullptr);
    }
    std::string indented;
    for (size_t i = 0; i < 1000; ++i) indented += repeated(" ", i) + "a:\n";
    EXPECT_EQ(Reading(indented).error(), "101:101 yaml_too_deep");
}

TEST(YamlLimits, AHundredLevelsAreRead) {
    const Reading r(repeated("[", 100) + repeated("]", 100));
    EXPECT_TRUE(r.root) << r.error();
}

TEST(YamlLimits, SizeAndNumberOfValues) {
    EXPECT_EQ(Reading("a: 1234567\n", {.max_bytes = 10}).error(), "0:0 yaml_too_large");
    EXPECT_TRUE(Reading("[1, 2, 3]", {.max_nodes = 4}).root);
    EXPECT_EQ(Reading("[1, 2, 3]", {.max_nodes = 3}).error(), "1:8 yaml_too_many_values");
}

// With a cost per value that grows with the line's length these would take minutes, not seconds.
TEST(YamlLimits, LongLinesStayLinear) {
    constexpr size_t n = 200'000;
    const Reading flow(std::string("[") + repeated("甲, ", n) + "b]");
    ASSERT_TRUE(flow.root);
    EXPECT_EQ(flow.root->items().size(), n + 1);
    EXPECT_EQ(flow.root->items().back().pos().column, static_cast<int>(2 + 3 * n));
    EXPECT_TRUE(Reading(repeated(" ", n) + std::string("[") + repeated("a, ", n) + "b]").root);
    EXPECT_TRUE(Reading(std::string("a: \"") + repeated("\\n ", n) + "\"").root);
    EXPECT_TRUE(Reading(std::string("a: |\n") + repeated("  x\n\n", n)).root);
    EXPECT_TRUE(Reading(repeated("-\n", n)).root);
}

} // namespace
} // namespace viresco::text
