// The judge itself: right is right, wrong is wrong, and a case that does not end harms no other.
#include "model_text.h"
#include "sbml/suite.h"
#include <filesystem>

namespace viresco::sbml {
namespace {

namespace fs = std::filesystem;

/// A folder of cases that is gone after the test.
class Folder {
public:
    Folder() {
        char name[] = "/tmp/viresco-suite-XXXXXX";
        path_ = ::mkdtemp(name);
    }
    ~Folder() { fs::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    void add(const std::string& name, const std::string& text, const std::string& results) {
        fs::create_directory(path_ / name);
        std::ofstream(path_ / name / (name + "-sbml-l3v2.xml")) << text;
        std::ofstream(path_ / name / (name + "-results.csv")) << results;
        std::ofstream(path_ / name / (name + "-settings.txt"))
            << "start: 0\nduration: 2\nsteps: 2\nvariables: x\nabsolute: 0.01\nrelative: "
               "0.1\namount:\nconcentration:\n";
    }
    fs::path path() const { return path_; }

private:
    fs::path path_;
};

TEST(Suite, JudgesByTheToleranceOfTheCase) {
    // x = t: 0, 1, 2; what is allowed at 1 is 0.01 + 0.1 |expected|.
    const std::string line = model(list("Parameters", parameter("x", 0)) + list("Rules", rate_rule("x", cn(1))));
    Folder folder;
    folder.add("00001", line, "time,x\n0,0\n1,1\n2,2\n");
    folder.add("00002", line, "time,x\n0,0.0099\n1,1.12\n2,1.82\n");
    folder.add("00003", line, "time,x\n0,0\n1,1.13\n2,2\n");
    folder.add("00004", line, "time,x\n0,0\n1,NaN\n2,2\n");
    folder.add("00005", line, "time,x\n0,0\n1,1\n");
    folder.add("00006", line, "time,y\n0,0\n1,1\n2,2\n");
    folder.add("00007",
               model(list("Parameters", parameter("x", 0)) +
                     list("Rules", "<algebraicRule>" + math(ci("x")) + "</algebraicRule>")),
               "time,x\n0,0\n1,1\n2,2\n");
    folder.add("00008", "no model", "time,x\n0,0\n1,1\n2,2\n");
    // Events that set each other off: an error of its own; with next to no time: stopped from outside.
    std::ofstream(folder.path() / "index.csv") << "case,type,features,componentTags,testTags\n"
                                                  "00001,TimeCourse,,RateRule Parameter,Amount\n";
    const auto cases = find_cases(folder.path().string());
    ASSERT_EQ(cases.size(), 8u);
    EXPECT_EQ(cases[0].tags, (std::vector<std::string>{"RateRule", "Parameter", "Amount"}));
    size_t last = 0;
    SuiteOptions options;
    options.jobs = 3;
    options.progress = [&](size_t done, size_t total) {
        EXPECT_EQ(done, last + 1);
        EXPECT_EQ(total, 8u);
        last = done;
    };
    const auto verdicts = run_suite(cases, options);
    EXPECT_EQ(last, 8u);
    using Kind = Verdict::Kind;
    const Kind expected[] = {Kind::passed, Kind::passed, Kind::failed,  Kind::failed,
                             Kind::failed, Kind::failed, Kind::refused, Kind::broken};
    for (size_t i = 0; i < 8; ++i) EXPECT_EQ(verdicts[i].kind, expected[i]) << cases[i].name << verdicts[i].detail;
    EXPECT_EQ(verdicts[2].detail, "x at 1: " + number(std::stod(verdicts[2].detail.substr(8))) + ", expected 1.13");
    EXPECT_EQ(verdicts[6].detail, "algebraic rule");
    EXPECT_GT(verdicts[0].memory, 1 << 20);
}

TEST(Suite, StopsACaseThatDoesNotEnd) {
    // Ten thousand events a second.
    const std::string text = model(
        list("Parameters", parameter("x", 0) + parameter("r", 0)) +
        list("Events", event({op("gt", op("minus", time_symbol + ci("r")) + cn(1e-7)), "r", time_symbol})));
    Folder folder;
    folder.add("00001", text, "time,x\n0,0\n1,0\n2,0\n");
    folder.add("00002", model(list("Parameters", parameter("x", 0))), "time,x\n0,0\n1,0\n2,0\n");
    SuiteOptions options;
    options.max_seconds = 0.5;
    const auto verdicts = run_suite(find_cases(folder.path().string()), options);
    EXPECT_EQ(verdicts[0].kind, Verdict::Kind::timed_out);
    EXPECT_EQ(verdicts[1].kind, Verdict::Kind::passed) << verdicts[1].detail;
}

TEST(Suite, AFolderWithoutCasesIsAnError) {
    Folder folder;
    EXPECT_THROW(find_cases(folder.path().string()), ConfigError);
    EXPECT_THROW(find_cases((folder.path() / "nowhere").string()), ConfigError);
}

} // namespace
} // namespace viresco::sbml
