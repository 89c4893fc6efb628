// The museum of broken inputs (tests/bad_input/README.md): every folder holds a case with one defect and the message
// that the program must give for it, word for word, in the right place.
#include <algorithm>
#include <cctype>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace fs = std::filesystem;

namespace {

const fs::path museum = fs::path(VIRESCO_SOURCE_DIR) / "tests" / "bad_input";
// From a folder of the museum: messages must not depend on where the source tree lies.
constexpr const char* models = "../../../models";
constexpr auto time_limit = std::chrono::seconds(10);

std::string read(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

/// A folder that is gone when the test ends.
struct TemporaryFolder {
    fs::path path;
    TemporaryFolder() {
        std::string pattern = (fs::temp_directory_path() / "viresco-museum-XXXXXX").string();
        path = mkdtemp(pattern.data());
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() { fs::remove_all(path); }
};

struct Outcome {
    int status = -1; // exit status; -1: killed by a signal or by the time limit
    std::string out, err;
};

/// Runs "viresco <arguments>" (shell quoting) in a folder.
Outcome viresco(const fs::path& folder, const std::string& arguments) {
    const TemporaryFolder streams;
    const std::string out = streams.path / "out", err = streams.path / "err";
    const std::string command = std::string("exec '") + VIRESCO_CLI + "' " + arguments + " >'" + out + "' 2>'" + err +
                                "'";
    const pid_t child = fork();
    if (child == 0) {
        setenv("VIRESCO_MODELS", models, 1);
        if (chdir(folder.c_str()) == 0) execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
        _exit(127);
    }
    Outcome run;
    int status = 0;
    const auto start = std::chrono::steady_clock::now();
    while (waitpid(child, &status, WNOHANG) == 0) {
        if (std::chrono::steady_clock::now() - start > time_limit) {
            kill(child, SIGKILL);
            waitpid(child, &status, 0);
            ADD_FAILURE() << "viresco " << arguments << " ran longer than " << time_limit.count() << " s";
            break;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    if (WIFEXITED(status)) run.status = WEXITSTATUS(status);
    run.out = read(out);
    run.err = read(err);
    return run;
}

struct Expected {
    int status = -1;
    std::string command, text;
};

Expected expected(const fs::path& folder) {
    const std::string all = read(folder / "expected.txt");
    std::istringstream in(all);
    std::string status, command;
    std::getline(in, status);
    std::getline(in, command);
    EXPECT_EQ(status.substr(0, 6), "exit: ");
    EXPECT_EQ(command.substr(0, 9), "command: ");
    Expected e;
    const std::string number = status.substr(std::min<size_t>(6, status.size()));
    e.status = number.empty() || std::isdigit(static_cast<unsigned char>(number[0])) == 0 ? -1
                                                                                          : std::atoi(number.c_str());
    e.command = command.substr(std::min<size_t>(9, command.size()));
    if (in.good()) e.text = all.substr(static_cast<size_t>(in.tellg()));
    return e;
}

/// What lies in a folder: name, size and time of last change.
std::map<std::string, std::pair<uintmax_t, fs::file_time_type>> contents(const fs::path& folder) {
    std::map<std::string, std::pair<uintmax_t, fs::file_time_type>> out;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        out[entry.path().string()] = {entry.is_regular_file() ? entry.file_size() : 0, entry.last_write_time()};
    return out;
}

/// The places "file:line:column" that begin the lines of a message, related places among them.
std::vector<std::string> places(const std::string& text) {
    std::vector<std::string> out;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
        const size_t end = line.find(": "), begin = line.find_first_not_of(' ');
        if (end == std::string::npos || begin == std::string::npos || begin >= end) continue;
        const std::string place = line.substr(begin, end - begin);
        const size_t column = place.rfind(':'), number = column == std::string::npos || column == 0
                                                             ? std::string::npos
                                                             : place.rfind(':', column - 1);
        if (number == std::string::npos || column + 1 == place.size()) continue;
        const auto digits = [&](size_t a, size_t b) {
            return a < b && std::all_of(place.begin() + static_cast<long>(a), place.begin() + static_cast<long>(b),
                                        [](unsigned char c) { return std::isdigit(c) != 0; });
        };
        if (digits(number + 1, column) && digits(column + 1, place.size())) out.push_back(place);
    }
    return out;
}

bool regenerating() { return std::getenv("VIRESCO_REGENERATE") != nullptr; }

/// Writes what the program says now; the two texts are printed where they differ.
void regenerate(const fs::path& folder, const Expected& old, const Outcome& run) {
    if (old.status == run.status && old.text == run.err) return;
    std::printf("--- %s: exit %d -> %d\n%s+++\n%s", folder.filename().c_str(), old.status, run.status, old.text.c_str(),
                run.err.c_str());
    std::ofstream(folder / "expected.txt", std::ios::binary)
        << "exit: " << run.status << "\ncommand: " << old.command << "\n"
        << run.err;
}

std::vector<std::string> folders() {
    std::vector<std::string> out;
    for (const auto& entry : fs::directory_iterator(museum))
        if (entry.is_directory()) out.push_back(entry.path().filename().string());
    std::sort(out.begin(), out.end());
    return out;
}

class Museum : public testing::TestWithParam<std::string> {
protected:
    fs::path folder() const { return museum / GetParam(); }
};

TEST_P(Museum, SaysWhatIsExpected) {
    const Expected e = expected(folder());
    const auto before = contents(folder());
    const Outcome plain = viresco(folder(), e.command);
    EXPECT_EQ(contents(folder()), before) << "something was written into the folder";
    if (regenerating()) {
        regenerate(folder(), e, plain);
    } else {
        EXPECT_EQ(plain.status, e.status);
        EXPECT_EQ(plain.err, e.text);
    }
    // A case that fails shows no results.
    if (plain.status != 0) {
        EXPECT_EQ(plain.out, "");
    }

    const Outcome json = viresco(folder(), e.command + " --json");
    EXPECT_EQ(json.status, plain.status);
    if (plain.status == 64) return; // wrong usage: nothing was read
    const auto document = nlohmann::json::parse(json.out, nullptr, false);
    ASSERT_FALSE(document.is_discarded()) << "standard output is not one JSON document:\n" << json.out.substr(0, 300);
    if (plain.status == 0) return;
    EXPECT_EQ(json.err, "");
    const auto& list = document.at("diagnostics");
    ASSERT_FALSE(list.empty());
    // The same findings, in the same places.
    std::vector<std::string> errors;
    for (const auto& d : list) {
        EXPECT_FALSE(d.at("message").get<std::string>().empty());
        if (d.at("file") != "")
            errors.push_back(d.at("file").get<std::string>() + ":" + std::to_string(d.at("line").get<int>()) + ":" +
                             std::to_string(d.at("column").get<int>()));
    }
    const auto said = places(plain.err);
    for (const std::string& place : errors) EXPECT_NE(std::find(said.begin(), said.end(), place), said.end()) << place;
}

TEST_P(Museum, SaysTheSameInChinese) {
    const Expected e = expected(folder());
    const Outcome english = viresco(folder(), e.command), chinese = viresco(folder(), e.command + " --lang zh");
    EXPECT_EQ(chinese.status, english.status);
    EXPECT_EQ(places(chinese.err), places(english.err));
    if (english.err.empty()) {
        EXPECT_EQ(chinese.err, "");
        return;
    }
    if (english.status == 64) {
        EXPECT_NE(chinese.err, english.err);
        return;
    }
    EXPECT_TRUE(chinese.err.find("错误: ") != std::string::npos || chinese.err.find("警告: ") != std::string::npos)
        << chinese.err;
    for (const char* word : {": error: ", ": warning: ", "  hint: "})
        EXPECT_EQ(chinese.err.find(word), std::string::npos) << chinese.err;
    // No line is left in English: all lines but the excerpts of the user's own text hold Chinese.
    std::istringstream in(chinese.err);
    for (std::string line; std::getline(in, line);) {
        const bool excerpt = line.find(" | ") != std::string::npos &&
                             line.find_first_not_of(" 0123456789") == line.find('|');
        const bool chinese_line = std::any_of(line.begin(), line.end(),
                                              [](char c) { return static_cast<unsigned char>(c) >= 0xE4; });
        EXPECT_TRUE(excerpt || chinese_line) << line;
    }
}

INSTANTIATE_TEST_SUITE_P(All, Museum, testing::ValuesIn(folders()), [](const auto& exhibit) { return exhibit.param; });

TEST(MuseumSize, HoldsAtLeastSixty) {
    EXPECT_GE(folders().size(), 60u);
    std::set<std::string> texts;
    for (const std::string& name : folders()) {
        const Expected e = expected(museum / name);
        EXPECT_TRUE(e.status == 0 || e.status == 1 || e.status == 2 || e.status == 64) << name;
        EXPECT_TRUE(e.text.empty() || texts.insert(e.text).second) << name << " shows what another exhibit shows";
    }
}

constexpr const char* small_case =
    "viresco: 1\nkind: case\nproduct: water\nfunctional unit: 1 kg\nroutes: {main: plant.yaml}\n";

TEST(MuseumMade, VeryLargeFile) {
    const TemporaryFolder f;
    std::ofstream(f.path / "case.yaml") << small_case;
    {
        std::ofstream plant(f.path / "plant.yaml");
        const std::string line(999, '#');
        for (int i = 0; i < 100'000; ++i) plant << line << '\n';
    }
    const Outcome run = viresco(f.path, "evaluate .");
    EXPECT_EQ(run.status, 2);
    EXPECT_EQ(run.err, "case.yaml:5:16: error: the file 'plant.yaml' has 100000000 bytes; at most 33554432 are read\n"
                       "    5 | routes: {main: plant.yaml}\n"
                       "      |                ^~~~~~~~~~\n");
}

TEST(MuseumMade, TenThousandLevels) {
    const TemporaryFolder f;
    std::ofstream(f.path / "case.yaml") << small_case;
    std::ofstream(f.path / "plant.yaml") << "viresco: 1\nkind: plant\nunits: " << std::string(10'000, '[')
                                         << std::string(10'000, ']') << '\n';
    const Outcome run = viresco(f.path, "evaluate .");
    EXPECT_EQ(run.status, 2);
    EXPECT_NE(run.err.find("plant.yaml:3:"), std::string::npos) << run.err;
    EXPECT_NE(run.err.find("error: nested more than "), std::string::npos) << run.err;
    EXPECT_LT(run.err.size(), 1000u) << run.err;
}

TEST(MuseumMade, TenThousandLevelsInAFormula) {
    const TemporaryFolder f;
    std::ofstream(f.path / "case.yaml") << small_case;
    std::ofstream(f.path / "plant.yaml") << "viresco: 1\nkind: plant\nparameters: {x: \"" << std::string(10'000, '(')
                                         << '1' << std::string(10'000, ')') << "\"}\n";
    const Outcome run = viresco(f.path, "evaluate .");
    EXPECT_EQ(run.status, 2);
    EXPECT_NE(run.err.find("error: the formula is nested more than "), std::string::npos) << run.err;
}

TEST(MuseumMade, NothingIsWrittenWhereTheCaseFails) {
    for (const char* name : {"misspelt_unit_operation", "recycle_without_outlet", "negative_flow", "outside_limits"}) {
        const TemporaryFolder f;
        const Outcome run = viresco(museum / name, "evaluate . --out '" + (f.path / "out").string() + "'");
        EXPECT_NE(run.status, 0) << name;
        EXPECT_FALSE(fs::exists(f.path / "out")) << name << " left half-written results";
    }
}

} // namespace
