#include "base/messages/lca_fmt.h"
#include "import_fixture.h"
#include "lca/archive.h"

namespace viresco::lca {
namespace {

struct ArchiveTest : test::ImportFixture {
    std::unique_ptr<Archive> open(const std::string& path, const ArchiveLimits& limits = {}) {
        return Archive::open(path, diagnostics, &sources, limits);
    }
};

TEST_F(ArchiveTest, ZipFolderAndFileReadAlike) {
    const std::vector<std::pair<std::string, std::string>> entries = {
        {"b/2.json", "two"}, {"a.json", std::string("o\0e", 3)}, {"b/1.json", ""}};
    for (const auto& [name, text] : entries) file("in/" + name, text);
    for (const std::string& path : {zip("x.zip", entries), (folder / "in").string()}) {
        const auto archive = open(path);
        ASSERT_TRUE(archive) << messages();
        EXPECT_EQ(archive->names(), (std::vector<std::string>{"a.json", "b/1.json", "b/2.json"}));
        for (const auto& [name, text] : entries) {
            std::string read = "x";
            EXPECT_TRUE(archive->read(name, read, diagnostics));
            EXPECT_EQ(read, text) << path << " " << name;
        }
    }
    const auto single = open((folder / "in/b/2.json").string());
    ASSERT_TRUE(single);
    std::string text;
    EXPECT_TRUE(single->read("2.json", text, diagnostics));
    EXPECT_EQ(text, "two");
}

TEST_F(ArchiveTest, WritesTheSameBytesAgain) {
    const std::string a = zip("a.zip", {{"x", "1"}, {"y", std::string(10000, 'y')}}),
                      b = zip("b.zip", {{"x", "1"}, {"y", std::string(10000, 'y')}});
    EXPECT_EQ(content(a), content(b));
}

TEST_F(ArchiveTest, MissingEntryNamesItsNeighbours) {
    const auto archive = open(zip("x.zip", {{"processes/1.json", "{}"}}));
    std::string text;
    EXPECT_FALSE(archive->read("processes/2.json", text, diagnostics));
    EXPECT_TRUE(raised(message::archive_no_entry));
    EXPECT_NE(messages().find("processes/1.json"), std::string::npos);
}

class UnsafeName : public ArchiveTest, public testing::WithParamInterface<const char*> {};
TEST_P(UnsafeName, IsRefused) {
    EXPECT_FALSE(open(zip("x.zip", {{"good.json", "{}"}, {GetParam(), "{}"}})));
    EXPECT_TRUE(raised(message::archive_unsafe_name)) << messages();
    EXPECT_NE(messages().find("x.zip"), std::string::npos);
}
INSTANTIATE_TEST_SUITE_P(All, UnsafeName,
                         testing::Values("../up.json", "a/../../up.json", "/etc/passwd", "..\\up.json", "C:\\up.json",
                                         "a/.."));

TEST_F(ArchiveTest, DotsInsideNamesAreFine) {
    EXPECT_TRUE(open(zip("x.zip", {{"a..b/c...json", "{}"}}))) << messages();
}

TEST_F(ArchiveTest, RepeatedNameIsRefused) {
    std::string bytes = content(zip("x.zip", {{"aa.json", "{}"}, {"ab.json", "{}"}}));
    for (size_t at; (at = bytes.find("ab.json")) != std::string::npos;) bytes.replace(at, 7, "aa.json");
    EXPECT_FALSE(open(file("y.zip", bytes)));
    EXPECT_TRUE(raised(message::archive_repeated_name) || raised(message::archive_damaged)) << messages();
}

TEST_F(ArchiveTest, BombIsRefusedBeforeUnpacking) {
    EXPECT_FALSE(open(zip("bomb.zip", {{"small", "x"}, {"zeros.json", std::string(32u << 20, '\0')}})));
    ASSERT_TRUE(raised(message::archive_bomb)) << messages();
    EXPECT_NE(messages().find("zeros.json"), std::string::npos);
    EXPECT_NE(messages().find("33554432"), std::string::npos);
}

TEST_F(ArchiveTest, LimitsOfSizeAndNumber) {
    const std::string path = zip("x.zip", {{"a", std::string(1000, 'a')}, {"b", std::string(1000, 'b')}});
    ArchiveLimits total;
    total.max_total = 1500;
    EXPECT_FALSE(open(path, total));
    EXPECT_TRUE(raised(message::archive_too_large));
    ArchiveLimits entry;
    entry.max_entry = 999;
    EXPECT_FALSE(open(path, entry));
    EXPECT_TRUE(raised(message::archive_bomb));
    ArchiveLimits number;
    number.max_entries = 1;
    EXPECT_FALSE(open(path, number));
    EXPECT_TRUE(raised(message::archive_too_many));
    ArchiveLimits enough;
    enough.max_total = 2000, enough.max_entries = 2, enough.max_entry = 1000;
    EXPECT_TRUE(open(path, enough));
}

TEST_F(ArchiveTest, EveryTruncationIsNoticed) {
    std::string noise;
    for (unsigned i = 0, x = 1; i < 4000; ++i) noise += static_cast<char>((x = x * 1664525u + 1013904223u) >> 24);
    const std::string bytes = content(zip("x.zip", {{"a", noise}, {"b", "short"}}));
    for (size_t length = 4; length < bytes.size(); length += 97) {
        Diagnostics found;
        const std::string path = file("cut.zip", bytes.substr(0, length));
        const auto archive = Archive::open(path, found);
        EXPECT_FALSE(archive) << length;
        EXPECT_TRUE(found.has_errors()) << length;
    }
}

TEST_F(ArchiveTest, DamageIsNoticedByTheChecksum) {
    std::string noise;
    for (unsigned i = 0, x = 7; i < 4000; ++i) noise += static_cast<char>((x = x * 1664525u + 1013904223u) >> 24);
    std::string bytes = content(zip("x.zip", {{"a", noise}}));
    bytes[2000] = static_cast<char>(bytes[2000] ^ 1);
    const auto archive = open(file("y.zip", bytes));
    ASSERT_TRUE(archive) << messages();
    std::string text;
    EXPECT_FALSE(archive->read("a", text, diagnostics));
    EXPECT_TRUE(raised(message::archive_entry_damaged));
    EXPECT_NE(messages().find("y.zip/a"), std::string::npos) << messages();
    EXPECT_EQ(text, "");
}

TEST_F(ArchiveTest, OtherPackingsAreNamed) {
    EXPECT_FALSE(open(file("x.7z", "7z\xBC\xAF\x27\x1C....")));
    EXPECT_TRUE(raised(message::archive_packed_otherwise));
    EXPECT_NE(messages().find("unpack it"), std::string::npos);
}

TEST_F(ArchiveTest, LinksOutOfAFolderAreNotFollowed) {
    file("in/a.json", "{}");
    std::error_code error;
    std::filesystem::create_symlink(file("secret", "s"), folder / "in/b.json", error);
    if (error) GTEST_SKIP() << "no symbolic links here";
    const auto archive = open((folder / "in").string());
    EXPECT_EQ(archive->names(), std::vector<std::string>{"a.json"});
}

TEST_F(ArchiveTest, MissingFile) {
    EXPECT_FALSE(open((folder / "none.zip").string()));
    EXPECT_TRUE(raised(message::archive_missing));
}

} // namespace
} // namespace viresco::lca
