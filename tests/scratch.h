#pragma once
#include <algorithm>
#include <filesystem>
#include <gtest/gtest.h>
#include <string>

namespace viresco {

/// A folder of the running test's own, gone with it: tests run side by side.
class Scratch {
public:
    static std::string of_this_test() {
        const testing::TestInfo* test = testing::UnitTest::GetInstance()->current_test_info();
        std::string name = std::string(test->test_suite_name()) + "_" + test->name();
        std::replace(name.begin(), name.end(), '/', '_');
        return name;
    }
    explicit Scratch(const std::string& name = of_this_test()) : path_(testing::TempDir() + "viresco_" + name + "/") {
        std::filesystem::remove_all(path_);
        std::filesystem::create_directories(path_);
    }
    ~Scratch() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    /// With "/" at its end.
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

} // namespace viresco
