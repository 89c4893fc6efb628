// The penicillin fed-batch in lanes: the bits of every member are those of its run alone.
#include "integrate/ensemble.h"
#include "model_files.h"
#include <cstring>
#include <random>

namespace viresco::cases {
namespace {

TEST(Ensemble, FedBatchesHaveTheBitsOfTheirRunsAloneAndTheAccuracyAskedFor) {
    SourceStore sources;
    const auto s = compile(sources, "birol.yaml");
    const size_t n = s->parameters.size(), members = 27;
    std::mt19937_64 random(11);
    std::uniform_real_distribution<double> within(0.95, 1.05);
    std::vector<double> sets;
    for (size_t i = 0; i < members; ++i)
        for (size_t p = 0; p < n; ++p) {
            const bool kinetic = s->program.parameters()[p].path.find_first_of("TE") == std::string::npos;
            sets.push_back(s->parameters[p] * (kinetic ? within(random) : 1));
        }
    const std::vector<double> times{0, 36 * 3600.0, 100 * 3600.0};
    integrate::Options o, tight;
    o.rtol = 1e-7;
    o.method = tight.method = integrate::Method::rosenbrock;
    o.threads = 2;
    tight.rtol = 1e-11;
    const auto all = integrate::run_ensemble(s->program, sets, s->duration.si, times, o);
    const auto exact = integrate::run_ensemble(s->program, sets, s->duration.si, times, tight);
    lang::DynamicEvaluation e(s->program);
    for (size_t i = 0; i < members; ++i) {
        ASSERT_FALSE(all[i].failure) << all[i].failure->text(Language::en);
        e.set_parameters(std::span(sets).subspan(i * n, n));
        const auto alone = integrate::run(e, integrate::start(e, o), s->duration.si, times, o);
        const auto& member = all[i].trajectory;
        EXPECT_EQ(std::memcmp(alone.end.x.data(), member.end.x.data(), alone.end.x.size() * sizeof(double)), 0) << i;
        EXPECT_EQ(alone.statistics.steps, member.statistics.steps);
        ASSERT_EQ(member.points.size(), times.size());
        ASSERT_EQ(member.events.size(), 1u) << "the feed";
        EXPECT_EQ(member.events[0].time, alone.events[0].time);
        for (size_t k = 0; k < alone.end.x.size(); ++k) {
            const double reference = exact[i].trajectory.end.x[k];
            EXPECT_NEAR(member.end.x[k], reference, 1e-5 * std::abs(reference)) << i << " " << k;
        }
    }
}

} // namespace
} // namespace viresco::cases
