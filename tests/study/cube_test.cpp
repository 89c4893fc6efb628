#include "base/diagnostic.h"
#include "study/cube.h"
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <gtest/gtest.h>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace viresco::study {
namespace {

class CubeFile : public testing::Test {
protected:
    void SetUp() override {
        folder = std::filesystem::path(VIRESCO_BINARY_DIR) /
                 ("cube_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
        std::filesystem::remove_all(folder);
        std::filesystem::create_directories(folder);
        name = (folder / "outcomes.bin").string();
    }
    void TearDown() override { std::filesystem::remove_all(folder); }

    static Cube::Chunk chunk(const Cube& cube, uint64_t k) {
        Cube::Chunk c;
        for (uint64_t i = 0; i < cube.rows_of(k) * cube.shape().columns; ++i)
            c.values.push_back(static_cast<double>(k) + 0.001 * static_cast<double>(i));
        c.flags.assign(cube.rows_of(k) * cube.shape().flags, static_cast<uint32_t>(k));
        return c;
    }
    static std::string first_message(const std::function<void()>& f) {
        try {
            f();
        } catch (const ConfigError& e) {
            return e.diagnostics().all().front().message.name();
        }
        return "none";
    }
    static std::string differs(const std::string& theirs, const std::string& ours) { return theirs + "/" + ours; }

    std::filesystem::path folder;
    std::string name;
    const Cube::Shape shape{2, 150, 3, 2, 64}; // chunks of 64, 64 and 22 rows, twice
};

TEST_F(CubeFile, KeepsWhatWasWrittenInAnyOrder) {
    {
        const auto cube = Cube::create(name, shape, "{}");
        for (const uint64_t k : {5U, 0U, 3U}) cube->write(k, chunk(*cube, k));
    }
    const auto cube = Cube::resume(name, shape, "{}", differs);
    for (uint64_t k = 0; k < shape.chunks(); ++k) {
        Cube::Chunk c;
        EXPECT_EQ(cube->read(k, c), k == 5 || k == 0 || k == 3) << k;
        if (!cube->has(k)) continue;
        EXPECT_EQ(c.values, chunk(*cube, k).values);
        EXPECT_EQ(c.flags, chunk(*cube, k).flags);
    }
    EXPECT_EQ(cube->rows_of(2), 22U);
    EXPECT_EQ(cube->first_row(4), 64U);
    EXPECT_FALSE(cube->finished());
    cube->finish();
    EXPECT_TRUE(std::filesystem::exists(name));
    EXPECT_FALSE(std::filesystem::exists(name + ".part"));
    EXPECT_TRUE(Cube::resume(name, shape, "{}", differs)->finished());
}

/// Every way in which a kill can cut a chunk off: it is not there, and nothing else is lost.
TEST_F(CubeFile, AChunkThatWasCutOffIsNotThere) {
    uint64_t whole = 0;
    {
        const auto cube = Cube::create(name, shape, "{}");
        cube->write(0, chunk(*cube, 0));
        whole = std::filesystem::file_size(name + ".part");
        cube->write(1, chunk(*cube, 1));
    }
    const uint64_t both = std::filesystem::file_size(name + ".part");
    for (uint64_t size = both - 1; size >= whole; size -= 97) {
        std::filesystem::resize_file(name + ".part", size);
        const auto cube = Cube::resume(name, shape, "{}", differs);
        EXPECT_TRUE(cube->has(0));
        EXPECT_FALSE(cube->has(1)) << size;
    }
}

TEST_F(CubeFile, AWrongByteIsNoticed) {
    {
        const auto cube = Cube::create(name, shape, "{}");
        cube->write(0, chunk(*cube, 0));
    }
    const int file = ::open((name + ".part").c_str(), O_WRONLY);
    ASSERT_EQ(::pwrite(file, "x", 1, 4096 + 500), 1);
    ::close(file);
    EXPECT_FALSE(Cube::resume(name, shape, "{}", differs)->has(0));
}

TEST_F(CubeFile, RefusesWhatIsNotItsOwn) {
    EXPECT_EQ(first_message([&] { Cube::resume(name, shape, "{}", differs); }), "cube_nothing_to_resume");
    Cube::create(name, shape, "{\"seed\":1}");
    EXPECT_EQ(first_message([&] { Cube::create(name, shape, "{}"); }), "cube_exists");
    EXPECT_EQ(first_message([&] { Cube::resume(name, shape, "{\"seed\":2}", differs); }), "cube_other_study");
    std::FILE* f = std::fopen((name + ".part").c_str(), "w");
    std::fputs("something else altogether, long enough to be a head", f);
    std::fclose(f);
    EXPECT_EQ(first_message([&] { Cube::resume(name, shape, "{}", differs); }), "cube_foreign");
    EXPECT_EQ(first_message([&] { Cube::create((folder / "no/such/folder").string(), shape, "{}"); }), "cube_write");
}

TEST_F(CubeFile, AFullDiskIsTold) {
    const auto cube = Cube::create(name, shape, "{}");
    rlimit old{};
    ::getrlimit(RLIMIT_FSIZE, &old);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN); // the write then fails as on a full disk
    const rlimit small{4096 + 100, old.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
    const std::string told = first_message([&] { cube->write(0, chunk(*cube, 0)); });
    ::setrlimit(RLIMIT_FSIZE, &old);
    std::signal(SIGXFSZ, handler);
    EXPECT_EQ(told, "cube_write");
    EXPECT_FALSE(cube->has(0));
}

TEST_F(CubeFile, WithoutANameNothingStays) {
    const auto cube = Cube::create("", shape, "{}");
    cube->write(0, chunk(*cube, 0));
    EXPECT_TRUE(cube->has(0));
    EXPECT_TRUE(std::filesystem::is_empty(folder));
}

} // namespace
} // namespace viresco::study
