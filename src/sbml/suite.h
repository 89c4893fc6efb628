#pragma once
#include "sbml/simulate.h"
#include <functional>

namespace viresco::sbml {

/// One case of the SBML Test Suite (semantic part).
struct Case {
    std::string name;                     ///< "00001"
    std::string model, settings, results; ///< paths
    std::vector<std::string> tags;
};

struct Verdict {
    enum class Kind { passed, refused, failed, broken, crashed, timed_out } kind = Kind::broken;
    std::string detail; ///< features refused, separated by "; "; the worst difference; the error
    double seconds = 0;
    long memory = 0; ///< most resident, bytes
};
const char* name(Verdict::Kind);

/// Reads a case's settings. Throws ConfigError.
struct Settings {
    Request request;
    double absolute = 0, relative = 0;
};
Settings read_settings(const std::string& path);

/// Runs a case in this process: |difference| <= absolute + relative |expected| everywhere.
Verdict judge(const Case&);

/// The cases of a folder NNNNN/NNNNN-*, with their tags where an index.csv stands in it or above it. `folder` may also
/// be the one above, that holds semantic/. Throws ConfigError when there is none.
std::vector<Case> find_cases(const std::string& folder);

struct SuiteOptions {
    int jobs = 1;
    double max_seconds = 10;                                 ///< wall time per case
    std::function<void(size_t done, size_t total)> progress; ///< may be empty
};

/// Every case in a process of its own, so that one that crashes or does not end harms no other.
std::vector<Verdict> run_suite(const std::vector<Case>&, const SuiteOptions&);

} // namespace viresco::sbml
