#include "base/messages/text.h"
#include "text/csv.h"
#include <gtest/gtest.h>
#include <random>

namespace viresco::text {
namespace {

struct Table {
    SourceStore store;
    Diagnostics diagnostics;
    CsvTable csv;
    explicit Table(std::string text) { csv = parse_csv(store.add("t.csv", std::move(text)), diagnostics); }
    std::string error(size_t i = 0) const {
        if (i >= diagnostics.all().size()) return "no error";
        const Diagnostic& d = diagnostics.all()[i];
        return std::to_string(d.pos.line) + ":" + std::to_string(d.pos.column) + " " + d.message.name();
    }
};

TEST(Csv, CellsAndPlaces) {
    const Table t("\xEF\xBB\xBFname,浓度,note\r\n甲醇,1.5,\"a, \"\"b\"\"\"\r\n\r\nx,,\"two\r\nlines\"\r\n");
    ASSERT_FALSE(t.diagnostics.has_errors()) << t.diagnostics.text(Language::en);
    ASSERT_EQ(t.csv.header.size(), 3u);
    EXPECT_EQ(t.csv.header[0].text, "name");
    EXPECT_EQ(t.csv.header[0].pos.column, 1);
    EXPECT_EQ(t.csv.header[1].pos.column, 6);
    EXPECT_EQ(t.csv.header[1].pos.length, 2);
    ASSERT_EQ(t.csv.rows.size(), 2u);
    EXPECT_EQ(t.csv.rows[0][2].text, "a, \"b\"");
    EXPECT_EQ(t.csv.rows[0][1].pos.line, 2);
    EXPECT_EQ(t.csv.rows[0][1].pos.column, 4);
    EXPECT_EQ(t.csv.rows[1][0].pos.line, 4);
    EXPECT_EQ(t.csv.rows[1][1].text, "");
    EXPECT_EQ(t.csv.rows[1][2].text, "two\r\nlines");
}

TEST(Csv, SemicolonsAreRecognised) {
    const Table t("a;b;c\n1,5;2,5;\"x;y\"");
    ASSERT_EQ(t.csv.rows.size(), 1u);
    EXPECT_EQ(t.csv.rows[0][0].text, "1,5");
    EXPECT_EQ(t.csv.rows[0][2].text, "x;y");
}

TEST(Csv, EveryBadRowIsReported) {
    const Table t("a,b\n1\n1,2\n1,2,3\n");
    ASSERT_EQ(t.diagnostics.n_errors(), 2);
    EXPECT_EQ(t.error(0), "2:1 csv_cells");
    EXPECT_EQ(t.error(1), "4:1 csv_cells");
    EXPECT_EQ(t.diagnostics.all()[1].message.args, (std::vector<std::string>{"3", "2"}));
    EXPECT_EQ(t.diagnostics.all()[1].hints.at(0).id, message::csv_hint_quote);
}

TEST(Csv, Rejected) {
    EXPECT_EQ(Table("").error(), "1:1 csv_empty");
    EXPECT_EQ(Table("a,b,a\n").error(), "1:5 csv_duplicate_column");
    EXPECT_EQ(Table("a,b\n1,x\"y\n").error(), "2:4 csv_stray_quote");
    EXPECT_EQ(Table("a,b\n1,\"x\"y\n").error(), "2:6 csv_after_quote");
    EXPECT_EQ(Table("a,b\n1,\"xy\n2,3\n").error(), "2:3 csv_unclosed_quote");
    EXPECT_EQ(Table("a,b\n1,\xBC\xD7\n").error(), "2:3 text_not_utf8");
}

TEST(Csv, RandomTablesReadBackEqual) {
    std::mt19937 random(7);
    const std::vector<std::string> pieces{"a", "浓度", ",", ";", "\"", "\n", "\r\n", " ", "1.5", "·", "'"};
    for (int k = 0; k < 2000; ++k) {
        const size_t n_columns = 1 + random() % 4, n_rows = random() % 5;
        const char* end = random() % 2 ? "\n" : "\r\n";
        std::vector<std::vector<std::string>> want(n_rows, std::vector<std::string>(n_columns));
        std::string text;
        for (size_t j = 0; j < n_columns; ++j) text.append(j ? ",c" : "c").append(std::to_string(j));
        text += end;
        for (auto& row : want) {
            for (size_t j = 0; j < n_columns; ++j) {
                for (size_t n = random() % 4; n > 0; --n) row[j] += pieces[random() % pieces.size()];
                text.append(j ? "," : "").append(csv_cell(row[j]));
            }
            text += end;
        }
        const Table t(text);
        ASSERT_FALSE(t.diagnostics.has_errors()) << text << t.diagnostics.text(Language::en);
        ASSERT_EQ(t.csv.rows.size(), n_rows) << text;
        for (size_t i = 0; i < n_rows; ++i)
            for (size_t j = 0; j < n_columns; ++j) EXPECT_EQ(t.csv.rows[i][j].text, want[i][j]) << text;
    }
}

} // namespace
} // namespace viresco::text
