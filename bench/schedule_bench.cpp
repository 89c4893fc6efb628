// A recipe of 60 unit procedures in two trains that share cleaning, steam and people; a year of its campaigns.
#include "schedule/campaign.h"
#include <benchmark/benchmark.h>

namespace viresco::schedule {
namespace {

/// Two trains of 30 stages each. Every unit is set up with steam and cleaned by one of three skids.
Facility sixty_procedures() {
    Facility f;
    f.operating_time = 330 * 24 * ticks_per_hour;
    f.resources.resize(3);
    const std::int64_t capacities[] = {3, 20, 12}; // skids, t/h of steam, people
    for (size_t i = 0; i < 3; ++i) f.resources[i].capacity = capacities[i];
    const auto operation = [](Role role, Ticks minutes, std::vector<Use> uses) {
        Operation o;
        o.role = role;
        o.phases.push_back({"", minutes * 60 * ticks_per_second, std::move(uses)});
        return o;
    };
    Recipe& r = f.recipes.emplace_back();
    for (int train = 0; train < 2; ++train)
        for (int k = 0; k < 30; ++k) {
            Pool& pool = f.pools.emplace_back();
            const Ticks minutes = 240 + 37 * ((k * 7 + train * 11) % 13) + (k % 6 == 0 ? 1500 : 0);
            pool.count = k % 6 == 0 ? 3 : 1;
            UnitProcedure& p = r.procedures.emplace_back();
            p.pool = static_cast<int>(f.pools.size()) - 1;
            p.operations.push_back(operation(Role::setup, 30, {{1, 4}}));
            p.operations.push_back(operation(Role::process, 45, {{2, 1}}));
            p.operations.push_back(operation(Role::process, minutes, {}));
            p.operations.push_back(operation(Role::process, 45, {{2, 1}}));
            p.operations.push_back(operation(Role::turnaround, 40, {{0, 1}}));
            const int here = static_cast<int>(r.procedures.size()) - 1;
            if (k > 0) r.transfers.push_back({{here - 1, 3}, {here, 1}, {}});
        }
    return f;
}

void batch_and_cycle_time(benchmark::State& state) {
    const Facility f = sixty_procedures();
    for (auto _ : state) {
        const auto result = time_batch(f, f.recipes[0]);
        const Batch& b = std::get<Batch>(result);
        benchmark::DoNotOptimize(minimum_cycle(f, b, Ratio(1)));
    }
    const auto result = time_batch(f, f.recipes[0]);
    const Batch& b = std::get<Batch>(result);
    state.counters["batch_h"] = Ratio(b.time).seconds() / 3600;
    state.counters["waits"] = static_cast<double>(b.waits.size());
    state.counters["bound_h"] = cycle_bound(loads(f, b)).seconds() / 3600;
    state.counters["cycle_h"] = minimum_cycle(f, b, Ratio(1)).seconds() / 3600;
}
BENCHMARK(batch_and_cycle_time)->Unit(benchmark::kMillisecond);

/// As soon as possible: every start is searched for among everything that is taken already.
void campaign_year(benchmark::State& state) {
    Facility f = sixty_procedures();
    const auto result = time_batch(f, f.recipes[0]);
    const Batch& b = std::get<Batch>(result);
    f.campaigns = {{0, 0, 0, 0, {}}};
    const Ratio pace = state.range(0) ? minimum_cycle(f, b, Ratio(1)) : Ratio(0);
    size_t batches = 0;
    for (auto _ : state) batches = run_year(f, {{&b, pace}}).batches.size();
    state.counters["batches"] = static_cast<double>(batches);
}
BENCHMARK(campaign_year)->ArgName("even")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

} // namespace
} // namespace viresco::schedule
