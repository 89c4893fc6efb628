#pragma once
#include <filesystem>
#include <gtest/gtest.h>
#include <string>

namespace viresco::cases {

/// A folder of the running test's own, with "/" at its end: tests run side by side.
inline std::string scratch() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    const std::string folder = testing::TempDir() + "viresco_" + test->test_suite_name() + "_" + test->name() + "/";
    std::filesystem::create_directories(folder);
    return folder;
}

} // namespace viresco::cases
