#include "jit/cache.h"
#include "jit/functions.h"
#include "random_system.h"
#include <fstream>
#include <sys/stat.h>
#include <thread>

namespace viresco::jit {
namespace {

namespace fs = std::filesystem;

Blob blob(char fill, size_t size) {
    Blob b;
    b.bytes.assign(table_entries * sizeof(void*) + size, fill);
    b.entries = {table_entries * sizeof(void*), table_entries * sizeof(void*) + size - 1};
    return b;
}

std::string only_file(const std::string& folder) {
    std::vector<std::string> all;
    for (const auto& f : fs::directory_iterator(folder)) all.push_back(f.path());
    EXPECT_EQ(all.size(), 1u);
    return all.empty() ? "" : all[0];
}

std::string content(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void put(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

TEST(Cache, GivesBackWhatWasWritten) {
    const Folder folder;
    const Cache cache(folder.path);
    EXPECT_FALSE(cache.read("key"));
    cache.write("key", blob('x', 5000));
    const auto back = cache.read("key");
    ASSERT_TRUE(back);
    EXPECT_EQ(back->bytes, blob('x', 5000).bytes);
    EXPECT_EQ(back->entries, blob('x', 5000).entries);
    EXPECT_FALSE(cache.read("another key"));
    EXPECT_FALSE(Cache("").read("key"));
}

TEST(Cache, TakesNoDamagedFile) {
    const Folder folder;
    const Cache cache(folder.path);
    cache.write("key", blob('x', 200));
    const std::string path = only_file(folder.path), good = content(path);
    ASSERT_TRUE(cache.read("key"));
    for (size_t k = 0; k < good.size(); ++k) { // every byte counts
        std::string bad = good;
        bad[k] = static_cast<char>(bad[k] ^ 0x10);
        put(path, bad);
        ASSERT_FALSE(cache.read("key")) << "byte " << k;
        put(path, good.substr(0, k));
        ASSERT_FALSE(cache.read("key")) << "cut at " << k;
    }
    put(path, good + "x");
    EXPECT_FALSE(cache.read("key"));
    put(path, good);
    EXPECT_TRUE(cache.read("key"));
}

TEST(Cache, TakesNoFileThatOthersCouldHaveWritten) {
    const Folder folder;
    const Cache cache(folder.path);
    cache.write("key", blob('x', 200));
    const std::string path = only_file(folder.path);
    ASSERT_EQ(chmod(path.c_str(), 0666), 0);
    EXPECT_FALSE(cache.read("key"));
    ASSERT_EQ(chmod(path.c_str(), 0600), 0);
    EXPECT_TRUE(cache.read("key"));
    const std::string moved = folder.path + "/moved";
    fs::rename(path, moved);
    fs::create_symlink(moved, path);
    EXPECT_FALSE(cache.read("key"));
}

TEST(Cache, LetsTheLeastUsedGo) {
    const Folder folder;
    const Cache cache(folder.path, 10000);
    for (int k = 0; k < 5; ++k) {
        cache.write("key " + std::to_string(k), blob('x', 3000));
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        (void)cache.read("key 0"); // used all the time
    }
    EXPECT_TRUE(cache.read("key 0"));
    EXPECT_FALSE(cache.read("key 1"));
    EXPECT_TRUE(cache.read("key 4"));
}

TEST(Cache, MayBeUsedByManyAtOnce) {
    const Folder folder;
    std::vector<std::thread> threads;
    std::atomic<int> wrong = 0, found = 0;
    for (int t = 0; t < 8; ++t)
        threads.emplace_back([&, t] {
            const Cache cache(folder.path, 60000);
            for (int k = 0; k < 60; ++k) {
                const std::string key = "key " + std::to_string((k + t) % 5);
                const auto fill = static_cast<char>('a' + (k + t) % 5);
                if (const auto b = cache.read(key)) {
                    ++found;
                    if (b->bytes != blob(fill, 8000).bytes) ++wrong;
                }
                cache.write(key, blob(fill, 8000));
            }
        });
    for (std::thread& t : threads) t.join();
    EXPECT_EQ(wrong, 0);
    EXPECT_GT(found, 50);
    for (const auto& f : fs::directory_iterator(folder.path)) EXPECT_EQ(f.path().extension(), ".code") << f.path();
}

using CacheOfCode = MachineCode;

TEST_F(CacheOfCode, ProgramsComeFromIt) {
    const Folder folder;
    const auto p = random_system(5, 60);
    Options o = at_once(1);
    o.cache_folder = folder.path + "/deeper";
    const auto first = compile(p, o);
    ASSERT_TRUE(first->ready());
    EXPECT_FALSE(first->report().cached);
    const std::string path = only_file(o.cache_folder), good = content(path);

    o.plugin = "/nowhere"; // what comes from the cache needs no code generator
    const auto second = compile(p, o);
    ASSERT_TRUE(second->ready());
    EXPECT_TRUE(second->report().cached);
    lang::DynamicEvaluation a(p), b(p);
    b.use(second);
    for (auto* e : {&a, &b}) e->set_parameters(p.defaults());
    const std::vector<double> x{0.1, 0.2, 0.3, 0.4, 0.5}, t{1};
    const auto u = everything(a, t, x), v = everything(b, t, x);
    for (size_t k = 0; k < u.size(); ++k) EXPECT_TRUE(same(u[k], v[k]));

    EXPECT_FALSE(compile(random_system(6, 60), o)->ready()) << "another program is not taken from it";
    o.width = 8;
    EXPECT_FALSE(compile(p, o)->ready()) << "nor another width";
    o.width = 1;
    put(path, good.substr(0, good.size() / 2));
    EXPECT_FALSE(compile(p, o)->ready());
    o.plugin.clear();
    const auto third = compile(p, o);
    ASSERT_TRUE(third->ready());
    EXPECT_FALSE(third->report().cached);
    EXPECT_EQ(content(path), good) << "made again, the same bytes";
}

} // namespace
} // namespace viresco::jit
