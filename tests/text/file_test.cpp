#include "as_nobody.h"
#include "base/messages/base.h"
#include "base/messages/text.h"
#include "text/node.h"
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace viresco::text {
namespace {

/// A folder of its own for every test.
class File : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "viresco_file_XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
    }
    void TearDown() override {
        ::chmod(folder_.c_str(), 0700);
        const std::string command = "rm -rf '" + folder_ + "'";
        EXPECT_EQ(std::system(command.c_str()), 0);
    }
    std::string path(const std::string& name) const { return folder_ + "/" + name; }
    void put(const std::string& name, const std::string& text) const { std::ofstream(path(name)) << text; }

    const SourceFile* read(const std::string& name, size_t max_bytes = 1000) {
        diagnostics_ = {};
        return read_file(store_, path(name), diagnostics_, {}, max_bytes);
    }
    const Diagnostic& error() const { return diagnostics_.all().at(0); }

    std::string folder_;
    SourceStore store_;
    Diagnostics diagnostics_;
};

TEST_F(File, WrittenReadsBack) {
    const std::string text("甲: 1\r\n\0x", 11);
    write_file(path("a.yaml"), text);
    const SourceFile* file = read("a.yaml");
    ASSERT_TRUE(file);
    EXPECT_EQ(file->text, text);
    EXPECT_EQ(file->path, path("a.yaml"));
    write_file(path("a.yaml"), "short");
    EXPECT_EQ(read("a.yaml")->text, "short");
}

TEST_F(File, WritingKeepsModeAndLinksAndLeavesNothingBehind) {
    put("target", "old");
    ASSERT_EQ(::chmod(path("target").c_str(), 0640), 0);
    ASSERT_EQ(::symlink("target", path("link").c_str()), 0);
    write_file(path("link"), "new");
    EXPECT_EQ(read("target")->text, "new");
    struct stat status {};
    ASSERT_EQ(::lstat(path("target").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777u, 0640u);
    ASSERT_EQ(::lstat(path("link").c_str(), &status), 0);
    EXPECT_TRUE(S_ISLNK(status.st_mode));
    ASSERT_FALSE(read("none"));
    EXPECT_EQ(error().hints.at(0).args.at(0), "link, target"); // no temporary file
}

TEST_F(File, MissingNamesWhatIsNear) {
    put("fermenter.yaml", "");
    put("still.yaml", "");
    EXPECT_FALSE(read("fermentor.yaml"));
    EXPECT_EQ(error().message.id, message::file_missing);
    EXPECT_EQ(error().message.args.at(0), path("fermentor.yaml"));
    EXPECT_EQ(error().hints.at(0).id, message::did_you_mean);
    EXPECT_EQ(error().hints.at(0).args.at(0), "'fermenter.yaml'");

    EXPECT_FALSE(read("zzzzzzzzzzzzzzz"));
    EXPECT_EQ(error().hints.at(0).id, message::file_folder_holds);
    EXPECT_EQ(error().hints.at(0).args.at(0), "fermenter.yaml, still.yaml");

    EXPECT_FALSE(read("no/folder/x.yaml"));
    EXPECT_EQ(error().hints.at(0).id, message::file_folder_missing);
    EXPECT_EQ(error().hints.at(0).args.at(0), path("no/folder"));
}

TEST_F(File, TheErrorStandsWhereTheFileWasAskedFor) {
    const SourceFile& asking = store_.add("case.yaml", "is: x\n");
    EXPECT_EQ(read_file(store_, path("x"), diagnostics_, {&asking, 1, 5, 1}), nullptr);
    EXPECT_EQ(to_string(error().pos), "case.yaml:1:5");
}

TEST_F(File, FolderAndSize) {
    EXPECT_FALSE(read("."));
    EXPECT_EQ(error().message.id, message::file_is_folder);
    put("big", std::string(1001, 'x'));
    EXPECT_FALSE(read("big"));
    EXPECT_EQ(error().message.id, message::file_too_large);
    EXPECT_EQ(error().message.args, (std::vector<std::string>{path("big"), "1001", "1000"}));
    put("fits", std::string(1000, 'x'));
    EXPECT_TRUE(read("fits"));
    ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
    EXPECT_FALSE(read("pipe")); // and does not wait for a writer
    EXPECT_EQ(error().message.id, message::file_not_regular);
}

TEST_F(File, NoPermission) {
    put("secret", "x");
    ASSERT_EQ(::chmod(path("").c_str(), 0755), 0);
    ASSERT_EQ(::chmod(path("secret").c_str(), 0644), 0);
    {
        const AsNobody nobody; // the superuser may read everything
        ASSERT_TRUE(read("secret")) << "the folder itself must not be what forbids it";
    }
    ASSERT_EQ(::chmod(path("secret").c_str(), 0), 0);
    const AsNobody nobody;
    EXPECT_FALSE(read("secret"));
    EXPECT_EQ(error().message.id, message::file_permission);
}

TEST_F(File, WritingFailsWithItsReason) {
    const auto failure = [](const std::string& where) {
        try {
            write_file(where, "x");
        } catch (const ConfigError& e) {
            return std::string(e.diagnostics().all().at(0).message.name()) + " " +
                   e.diagnostics().all().at(0).message.args.at(0);
        }
        return std::string("written");
    };
    EXPECT_EQ(failure(path("no/such/folder.txt")), "file_write_failed " + path("no/such/folder.txt"));
    EXPECT_EQ(failure(folder_), "file_write_failed " + folder_);
}

} // namespace
} // namespace viresco::text
