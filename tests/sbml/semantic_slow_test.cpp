// The SBML Test Suite, semantic part: every case that needs nothing refused passes at the suite's tolerance.
#include "model_text.h"
#include "sbml/suite.h"
#include <set>

namespace viresco::sbml {
namespace {

TEST(SemanticSuite, EveryCaseThatIsNotRefusedPasses) {
    const char* data = std::getenv("VIRESCO_REFERENCE_DATA");
    if (!data) GTEST_SKIP() << "VIRESCO_REFERENCE_DATA is not set: the cases of the SBML Test Suite are not at hand";
    const auto cases = find_cases(std::string(data) + "/models/sbml");
    SuiteOptions options;
    options.jobs = 2;
    const auto verdicts = run_suite(cases, options);
    const std::set<std::string> may_refuse{"AlgebraicRule", "CSymbolDelay", "FastReaction"};
    size_t passed = 0;
    for (size_t i = 0; i < cases.size(); ++i) {
        const Verdict& v = verdicts[i];
        bool may = false;
        for (const std::string& tag : cases[i].tags) may = may || may_refuse.contains(tag) || tag.starts_with("fbc:");
        if (v.kind == Verdict::Kind::passed)
            ++passed;
        else
            EXPECT_TRUE(v.kind == Verdict::Kind::refused && may)
                << cases[i].name << " " << name(v.kind) << ": " << v.detail;
    }
    EXPECT_GE(passed, 824u);
}

} // namespace
} // namespace viresco::sbml
