// The command as users run it.
#include <array>
#include <atomic>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

struct Answer {
    int status = -1;
    std::string out, err;
    Json json() const { return Json::parse(out); }
};

std::string text_of(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::stringstream all;
    all << in.rdbuf();
    return all.str();
}

/// A folder of its own for each test.
class Command : public testing::Test {
protected:
    void SetUp() override {
        folder = fs::path(VIRESCO_BINARY_DIR) /
                 ("study_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
        fs::remove_all(folder);
        fs::create_directories(folder);
    }
    void TearDown() override { fs::remove_all(folder); }

    Answer run(const std::string& arguments, const std::string& before = {}) const {
        const std::string command = "cd '" + std::string(VIRESCO_SOURCE_DIR) + "' && " + before + " '" + VIRESCO_CLI +
                                    "' study " + arguments + " >'" + (folder / "out").string() + "' 2>'" +
                                    (folder / "err").string() + "' </dev/null";
        Answer a;
        const int status = std::system(command.c_str());
        a.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        a.out = text_of(folder / "out");
        a.err = text_of(folder / "err");
        return a;
    }
    std::string at(const char* name) const { return (folder / name).string(); }

    /// Refused with this status and this text.
    void expect_refused(const std::string& arguments, int status, const std::string& text) const {
        const Answer a = run(arguments);
        EXPECT_EQ(a.status, status) << arguments << "\n" << a.err;
        EXPECT_NE(a.err.find(text), std::string::npos) << arguments << "\n" << a.err;
    }

    fs::path folder;
};

const Json& indicator(const Json& document, const char* route, const char* id, const char* scenario = "base") {
    return document.at("scenarios").at(scenario).at("routes").at(route).at("indicators").at(id);
}

std::vector<double> by_input(const Json& list, const char* figure) {
    std::vector<double> out(list.size());
    for (const Json& x : list) out[x.at("input").get<size_t>()] = x.at(figure).get<double>();
    return out;
}

TEST_F(Command, SobolIndicesOfIshigamiAndG) {
    const Answer a = run("tests/study/ishigami --sobol --samples 4096 --json");
    ASSERT_EQ(a.status, 0) << a.err;
    const Json one = indicator(a.json(), "only", "ishigami").at("sobol");
    const double first[] = {.31391, .44241, 0}, total[] = {.55759, .44241, .24368};
    for (size_t k = 0; k < 3; ++k) {
        EXPECT_NEAR(by_input(one, "first")[k], first[k], 0.01);
        EXPECT_NEAR(by_input(one, "total")[k], total[k], 0.01);
    }
    const Json g =
        indicator(run("tests/study/g_function --sobol --samples 4096 --json").json(), "only", "g").at("sobol");
    const double g_first[] = {.71619, .17905, .02368, .00716, 7.2e-5, 7.2e-5, 7.2e-5, 7.2e-5};
    for (size_t k = 0; k < 8; ++k) EXPECT_NEAR(by_input(g, "first")[k], g_first[k], 0.01);
}

/// nu of Ishigami in closed form; bounds above the total indices.
TEST_F(Command, DerivativesOfIshigami) {
    const Answer a = run("tests/study/ishigami --dgsm --samples 8192 --json");
    ASSERT_EQ(a.status, 0) << a.err;
    const Json x = indicator(a.json(), "only", "ishigami");
    constexpr double pi = 3.14159265358979323846;
    const double p4 = std::pow(pi, 4), p6 = std::pow(pi, 6), p8 = p4 * p4;
    const double nu[] = {0.5 * (1 + 0.2 * p4 / 5 + 0.01 * p8 / 9), 49.0 / 2, 0.16 * p6 / 7 / 2};
    const double total[] = {.55759, .44241, .24368};
    for (size_t k = 0; k < 3; ++k) {
        EXPECT_NEAR(by_input(x.at("dgsm"), "nu")[k], nu[k], 0.01 * nu[k]);
        EXPECT_NEAR(by_input(x.at("dgsm"), "total_bound")[k], 4 * nu[k] / 13.84459, 0.02 * 4 * nu[k] / 13.84459);
        EXPECT_GT(by_input(x.at("dgsm"), "total_bound")[k], total[k]);
    }
}

/// D = F (a - b): F normal (10, 1), shared; a, b uniform, of width 1, means 1 and 1.5.
/// Var D = E F^2 E (a - b)^2 - (E D)^2 = 101 (1/6 + 1/4) - 25.
TEST_F(Command, PairedDifferenceHasTheAnalyticVariance) {
    for (const char* sampling : {"sobol", "lhs", "random"}) {
        const Answer a = run("tests/study/pair --samples 40000 --json --sampling " + std::string(sampling));
        ASSERT_EQ(a.status, 0) << a.err;
        const Json pair = a.json().at("scenarios").at("base").at("comparison").at(0).at("indicators").at("footprint");
        const double variance = std::pow(pair.at("difference").at("sd").get<double>(), 2);
        EXPECT_NEAR(variance, 101 * (1.0 / 6 + 0.25) - 25, 0.03 * 17.08) << sampling;
        EXPECT_NEAR(pair.at("difference").at("mean").get<double>(), -5, 0.06) << sampling;
        // P(a < b): b - a is triangular on [-0.5, 1.5].
        EXPECT_NEAR(pair.at("probability_first_better").get<double>(), 0.875, 0.006) << sampling;
        EXPECT_EQ(pair.at("verdict"), "no significant difference");
        // The same samples decide the ranking: the first route is better in 87.5 % of them, which is not enough.
        const Json ranking = a.json().at("scenarios").at("base").at("ranking");
        EXPECT_EQ(ranking.at("samples").at("used"), 40000);
        EXPECT_EQ(ranking.at("verdict"), "no_significant_difference");
        EXPECT_NEAR(ranking.at("pairs").at(0).at("by_criterion").at(0).at("probability_better").get<double>(), 0.875,
                    0.006);
    }
}

/// What is declared at one place is one random number, in all routes that read it; an override is one of its own.
TEST_F(Command, SharedAndSeparateDraws) {
    const auto spread = [&](const std::string& arguments) {
        const Answer a = run(arguments + " --samples 1000 --json");
        EXPECT_EQ(a.status, 0) << a.err;
        const Json document = a.json();
        return document.at("scenarios")
            .begin()
            .value()
            .at("comparison")
            .at(0)
            .at("indicators")
            .at("plain")
            .at("difference")
            .at("sd")
            .get<double>();
    };
    EXPECT_EQ(spread("tests/study/same_file"), 0);
    EXPECT_NEAR(spread("tests/study/pair"), std::sqrt(1.0 / 6), 0.01);
    EXPECT_EQ(spread("tests/study/pair --scenario drawn"), 0);
    const std::string own = "{value: 2 kg/kg, distribution: {uniform: [1, 3]}, independent: true}";
    EXPECT_NEAR(spread("tests/study/pair --set '*.own=" + own + "'"), std::sqrt(8.0 / 12), 0.03);
    // A plain override is a decision: it does not vary.
    EXPECT_NEAR(spread("tests/study/pair --scenario tuned"), std::sqrt(1.0 / 12), 0.01);
}

/// Adding a scenario changes nothing of the first one, and scenarios share what they have in common.
TEST_F(Command, ScenariosArePaired) {
    const Json alone = run("tests/study/pair --samples 500 --json").json();
    const Json both = run("tests/study/pair --samples 500 --json --scenario base,tuned").json();
    EXPECT_EQ(alone.at("scenarios").at("base"), both.at("scenarios").at("base"));
    EXPECT_EQ(indicator(both, "first", "footprint"), indicator(both, "first", "footprint", "tuned"));
}

TEST_F(Command, PreviewSaysWhatDiffersAndWhatItDoes) {
    const Answer a = run("tests/study/pair --scenario tuned --preview --json");
    ASSERT_EQ(a.status, 0) << a.err;
    const Json tuned = a.json().at("scenarios").at("tuned");
    ASSERT_EQ(tuned.at("differences").size(), 1U);
    EXPECT_EQ(tuned.at("differences").at(0).at("path"), "second.own");
    EXPECT_EQ(tuned.at("differences").at(0).at("scenario").at("value"), 2.0);
    EXPECT_EQ(tuned.at("differences").at(0).at("base").at("unit"), "kg/kg");
    EXPECT_NEAR(tuned.at("effect").at("second").at("footprint").at("change").get<double>(), 5, 1e-9);
    EXPECT_EQ(tuned.at("effect").at("first").at("footprint").at("change"), 0.0);
}

/// Rows of a CSV without quotes, the first line apart.
std::vector<std::vector<double>> numbers_of(const fs::path& csv) {
    std::vector<std::vector<double>> out;
    std::ifstream in(csv);
    std::string line, cell;
    std::getline(in, line);
    while (std::getline(in, line)) {
        std::vector<double>& row = out.emplace_back();
        std::istringstream cells(line);
        while (std::getline(cells, cell, ',')) row.push_back(cell.empty() ? NAN : std::atof(cell.c_str()));
    }
    return out;
}

/// A Gaussian copula with coefficient r gives uniform numbers the rank correlation 6/pi asin(r/2).
TEST_F(Command, CorrelatedInputs) {
    const Answer a = run("tests/study/correlated --samples 20000 --csv --out '" + at("study") + "'");
    ASSERT_EQ(a.status, 0) << a.err;
    const auto rows = numbers_of(folder / "study/samples.csv");
    ASSERT_EQ(rows.size(), 20000U);
    double cross = 0, first = 0, second = 0;
    for (const auto& r : rows) { // scenario, sample, failures, first: footprint, plain, second: footprint, plain
        cross += (r[5] - 1) * (r[7] - 1.5);
        first += (r[5] - 1) * (r[5] - 1);
        second += (r[7] - 1.5) * (r[7] - 1.5);
    }
    EXPECT_NEAR(cross / std::sqrt(first * second), 6 / 3.14159265358979 * std::asin(0.4), 0.01);
    EXPECT_NEAR(first / 20000, 1.0 / 12, 0.002);
    expect_refused("tests/study/correlated --sobol", 2, "inputs that do not depend on each other");
}

TEST_F(Command, LatinHypercubeReachesThePlant) {
    constexpr size_t n = 200;
    const Answer a = run("tests/study/pair --samples 200 --sampling lhs --csv --out '" + at("study") + "'");
    ASSERT_EQ(a.status, 0) << a.err;
    std::vector<int> slices(n, 0);
    for (const auto& r : numbers_of(folder / "study/samples.csv")) ++slices[static_cast<size_t>((r[5] - 0.5) * n)];
    for (const int count : slices) EXPECT_EQ(count, 1);
}

/// Samples outside the limits of a parameter are counted, told with an example, and left out of that route alone.
TEST_F(Command, SamplesOutsideLimitsAreCounted) {
    const Answer a = run("tests/study/pair --samples 10000 --json "
                         "--set 'first.own={value: 1 kg/kg, distribution: {normal: 1}}'");
    ASSERT_EQ(a.status, 0) << a.err;
    const Json routes = a.json().at("scenarios").at("base").at("routes");
    const Json failures = routes.at("first").at("failures");
    EXPECT_NEAR(failures.at("count").get<double>(), 10000 * 0.158655, 30); // P(z < -1)
    EXPECT_EQ(routes.at("second").at("failures").at("count"), 0);
    ASSERT_EQ(failures.at("reasons").size(), 1U);
    EXPECT_NE(failures.at("reasons").at(0).at("example").get<std::string>().find("first.own = -"), std::string::npos);
    EXPECT_NE(a.err.find("give no result"), std::string::npos);
    const Json x = routes.at("first").at("indicators").at("plain");
    EXPECT_EQ(x.at("samples").get<int>() + failures.at("count").get<int>(), 10000);
    // Normal (1, 1) cut at 0: mean 1 + phi(1)/Phi(1).
    EXPECT_NEAR(x.at("mean").get<double>(), 1 + 0.2419707 / 0.8413447, 0.01);
}

TEST_F(Command, SameBitsWithOneThreadTwoThreadsAndMpirun) {
    const std::string what = "tests/study/pair --samples 5000 --scenario base,drawn --csv --out '";
    ASSERT_EQ(run(what + at("one") + "' --jobs 1").status, 0);
    ASSERT_EQ(run(what + at("two") + "' --jobs 2").status, 0);
    EXPECT_EQ(text_of(folder / "one/outcomes.bin"), text_of(folder / "two/outcomes.bin"));
    EXPECT_EQ(text_of(folder / "one/samples.csv"), text_of(folder / "two/samples.csv"));
#ifdef VIRESCO_MPIRUN
    const std::string mpirun = std::string("OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 '") +
                               VIRESCO_MPIRUN + "' --oversubscribe -n 2";
    for (const char* jobs : {"1", "2"}) {
        fs::remove_all(folder / "mpi");
        const Answer a = run(what + at("mpi") + "' --jobs " + jobs, mpirun);
        ASSERT_EQ(a.status, 0) << a.err;
        EXPECT_EQ(text_of(folder / "one/outcomes.bin"), text_of(folder / "mpi/outcomes.bin"));
        EXPECT_EQ(text_of(folder / "one/samples.csv"), text_of(folder / "mpi/samples.csv"));
    }
    const Answer broken = run("tests/study/pair --scenario nothing", mpirun);
    EXPECT_EQ(broken.status, 2) << broken.err;
    EXPECT_NE(broken.err.find("nothing"), std::string::npos);
#endif
}

/// Killed at some moment with no chance to say anything, then resumed: the same bytes as without.
TEST_F(Command, KilledAndResumed) {
    const std::string what = "tests/study/g_function --sobol --samples 60000 --out ";
    ASSERT_EQ(run(what + "'" + at("whole") + "'").status, 0);
    const std::string part = at("cut") + "/outcomes.bin.part";
    int kills = 0;
    for (int round = 0; round < 4; ++round) {
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            std::freopen("/dev/null", "w", stdout);
            std::freopen("/dev/null", "w", stderr);
            if (::chdir(VIRESCO_SOURCE_DIR) != 0) std::_Exit(99);
            const std::string out = at("cut");
            ::execl(VIRESCO_CLI, VIRESCO_CLI, "study", "tests/study/g_function", "--sobol", "--samples", "60000",
                    "--jobs", "2", "--out", out.c_str(), round > 0 ? "--resume" : nullptr, nullptr);
            std::_Exit(99);
        }
        // Once something is written, a few milliseconds more.
        const auto size = [&] {
            std::error_code none;
            const auto n = fs::file_size(part, none);
            return none ? uintmax_t{0} : n;
        };
        const auto before = size();
        int status = 0;
        bool ended = false;
        for (int k = 0; k < 20000 && !ended && size() <= before + 100000; ++k) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
            ended = ::waitpid(child, &status, WNOHANG) == child;
        }
        if (ended) break;
        ::kill(child, SIGKILL);
        ::waitpid(child, &status, 0);
        kills += WIFSIGNALED(status) ? 1 : 0;
    }
    EXPECT_GE(kills, 1);
    if (!fs::exists(folder / "cut/outcomes.bin")) {
        const Answer a = run(what + "'" + at("cut") + "' --resume");
        ASSERT_EQ(a.status, 0) << a.err;
    }
    EXPECT_EQ(text_of(folder / "whole/outcomes.bin"), text_of(folder / "cut/outcomes.bin"));
}

TEST_F(Command, AnInterruptKeepsWhatIsDone) {
    const std::string what = "tests/study/g_function --sobol --samples 400000 --out '" + at("study") + "'";
    const Answer stopped = run(what, "timeout -s INT 0.4");
    EXPECT_NE(stopped.err.find("interrupted"), std::string::npos) << stopped.err;
    EXPECT_NE(stopped.err.find("--resume"), std::string::npos);
    EXPECT_TRUE(fs::exists(folder / "study/outcomes.bin.part"));
}

TEST_F(Command, BadInput) {
    const std::string pair = "tests/study/pair ";
    expect_refused(pair + "--set 'first.own={value: 1 kg/kg, distribution: {uniform: [3, 2]}}'", 2,
                   "the smallest value 3 of the distribution lies above the largest 2");
    expect_refused(pair + "--set 'first.own={value: 1 kg/kg, distribution: {triangular: [2, 3]}}'", 2,
                   "outside [2, 3]");
    expect_refused(pair + "--set 'first.own={value: 1 kg/kg, distribution: {lognormal: 0.5}}'", 2, "at least 1");
    expect_refused(pair + "--set 'first.own={value: 1 kg/kg, distribution: gaussian}'", 2,
                   "no distribution 'gaussian'");
    expect_refused(pair + "--set 'first.own={value: 1 kg/kg, distribution: pert}'", 2, "needs the range");
    expect_refused(pair + "--set 'first.own={value: 1 kg/kg, pedigree: [1, 2, 6, 1, 1]}'", 2, "five scores");
    expect_refused("tests/study/broken/correlations.yaml", 2, "not positive definite");
    expect_refused(pair + "--scenario tuned+tuned-otherwise", 2, "contradictory");
    expect_refused(pair + "--scenario tuned,tuned", 2, "asked for twice");
    expect_refused(pair + "--scenario nowhere", 2, "no scenario 'nowhere'");
    expect_refused(pair + "--indicator foot", 2, "no indicator 'foot'");
    expect_refused(pair + "--out /dev/null/study", 2, "cannot write '/dev/null/study'");
    expect_refused(pair + "--resume", 64, "--out");
    expect_refused(pair + "--csv", 64, "--out");
    expect_refused(pair + "--sobol --morris", 64, "choose one");
    expect_refused(pair + "--samples 0", 64, "");
    ASSERT_EQ(run(pair + "--samples 200 --out '" + at("study") + "'").status, 0);
    const std::string again = pair + "--out '" + at("study") + "' ";
    expect_refused(again + "--samples 200", 2, "is there already");
    expect_refused(again + "--samples 200 --resume --seed 2", 2, "seed was 1, is 2");
    expect_refused(again + "--samples 201 --resume", 2, "samples was 200, is 201");
    expect_refused(again + "--samples 200 --resume --set second.own='1.6 kg/kg'", 2, "case was");
    EXPECT_EQ(run(again + "--samples 200 --resume").status, 0); // nothing left to do: the same results
    expect_refused(pair + "--resume --out '" + at("other") + "'", 2, "nothing to go on with");
}

TEST_F(Command, AFullDiskIsToldAndResumed) {
    const std::string what = "tests/study/g_function --sobol --samples 20000 --out '" + at("study") + "'";
    // A limit on the size of files fails as a full disk does, once its signal is ignored.
    const Answer full = run(what, "trap '' XFSZ; ulimit -f 300;");
    EXPECT_EQ(full.status, 2) << full.err;
    EXPECT_NE(full.err.find("cannot write"), std::string::npos) << full.err;
    const Answer a = run(what + " --resume");
    EXPECT_EQ(a.status, 0) << a.err;
}

} // namespace
