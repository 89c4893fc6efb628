#pragma once
#include "case/case.h"
#include <algorithm>
#include <benchmark/benchmark.h>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

/// What the benchmarks share: compiled cases, moved parameters, checked evaluation.
namespace viresco::bench {

/// The request for a folder of the repository; routes empty: all. The files' texts live as long as the program.
inline cases::Request request(const std::string& folder, std::vector<std::string> routes = {}) {
    static SourceStore sources;
    cases::Request out;
    out.path = std::string(VIRESCO_SOURCE_DIR) + "/" + folder;
    out.routes = std::move(routes);
    out.models_folder = std::string(VIRESCO_SOURCE_DIR) + "/models";
    out.sources = &sources;
    return out;
}

inline std::unique_ptr<cases::Case> compile(const cases::Request& r) {
    try {
        Diagnostics warnings;
        return cases::Case::compile(r, warnings);
    } catch (const ConfigError& error) {
        std::fputs(error.diagnostics().text(Language::en).c_str(), stderr);
        std::abort();
    }
}

/// Parameters of `count` samples, each parameter moved by up to 1 % of itself, as the test of purity does it.
/// [k]: n_parameters x width, parameter-major; samples k * width .. k * width + width - 1.
inline std::vector<std::vector<double>> samples(const cases::Case& c, size_t width, size_t count) {
    const auto moved = [](double value, size_t parameter, size_t k) {
        uint64_t x = (static_cast<uint64_t>(k) << 20) + parameter + 1;
        x ^= x >> 33;
        x *= 0xFF51AFD7ED558CCDu;
        x ^= x >> 33;
        x *= 0xC4CEB9FE1A85EC53u;
        x ^= x >> 33;
        return value * (1 + 0.01 * (2 * (static_cast<double>(x >> 11) * 0x1p-53) - 1));
    };
    const size_t n = c.parameters.size();
    std::vector<std::vector<double>> out(count / width, std::vector<double>(n * width));
    for (size_t i = 0; i < n; ++i) {
        const lang::Parameter& p = c.program.parameters()[i];
        const double value = c.parameters[i];
        const bool moves = !p.integer && !(p.highest && value * 1.01 > *p.highest);
        for (size_t k = 0; k < out.size() * width; ++k)
            out[k / width][i * width + k % width] = moves ? moved(value, i, k) : value;
    }
    return out;
}

/// A benchmark of evaluations that do not converge would mean nothing.
inline void run(lang::Evaluation& e, const std::vector<double>& parameters) {
    if (e.run(parameters)) return;
    std::fputs("an evaluation did not converge\n", stderr);
    std::abort();
}

/// Processor time of this program: other programs on the machine disturb it less than the wall clock.
inline double seconds() {
    timespec t{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

inline double median(std::vector<double> x) {
    std::nth_element(x.begin(), x.begin() + static_cast<ptrdiff_t>(x.size() / 2), x.end());
    return x[x.size() / 2];
}

} // namespace viresco::bench
