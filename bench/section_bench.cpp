// One section of a plant, the counter-current extraction of penicillin G (bench/extraction), written by hand as
// one C++ function, against the same section as the engine runs it from its YAML files. Before anything is
// timed, both must agree to 1e-12 in every outlet flow and in the outlet temperature.
#include "matter/water.h"
#include "samples.h"
#include <array>
#include <cmath>

namespace viresco::bench {
namespace {

constexpr size_t n_components = 6;
constexpr std::array<const char*, n_components> names{
    "water", "penicillin_G", "phenylacetic_acid", "ammonium_sulfate", "glucose", "butyl_acetate"};
enum : size_t { water, penicillin, acid, sulfate, glucose, acetate };

/// What the section starts from, SI. Enthalpies h0 [J/kg] at 298.15 K; water's are those of IF97.
struct Input {
    std::array<double, n_components> feed{}, solvent{}, density{}, h0{}, cp{}, partition{}, pKa{};
    double T_feed, T_solvent, pH, solubility, water_uptake, energy_use;
    int stages;
};

struct Output {
    std::array<double, n_components> extract{}, raffinate{};
    double T;
};

/// models/units/counter_current_extractor.yaml as a programmer would write it.
Output by_hand(const Input& in) {
    double feed_volume = 0, solvent_volume = 0;
    for (size_t c = 0; c < n_components; ++c) {
        feed_volume += in.feed[c] / in.density[c];
        solvent_volume += in.solvent[c] / in.density[c];
    }
    Output out;
    for (size_t c = 0; c < n_components; ++c) {
        double D = in.partition[c];
        if (c == penicillin || c == acid) D /= 1 + std::pow(10, in.pH - in.pKa[c]);
        const double E = D * solvent_volume / feed_volume;
        double power = 1, sum = 1;
        for (int k = 0; k < in.stages; ++k) sum += power *= E;
        out.raffinate[c] = in.feed[c] / sum + (1 - power / sum) * in.solvent[c];
    }
    out.raffinate[acetate] = in.solubility * in.feed[water];
    out.raffinate[water] = in.feed[water] + in.solvent[water] - in.water_uptake * in.solvent[acetate];
    for (size_t c = 0; c < n_components; ++c) out.extract[c] = in.feed[c] + in.solvent[c] - out.raffinate[c];

    // Energy: both outlets leave at the temperature that takes up what comes in.
    constexpr double T0 = 298.15;
    const double shift = matter::water_formation_shift();
    const auto enthalpy = [&](const std::array<double, n_components>& m, double T) {
        double H = m[water] * (matter::water_enthalpy(T) + shift);
        for (size_t c = water + 1; c < n_components; ++c) H += m[c] * (in.h0[c] + in.cp[c] * (T - T0));
        return H;
    };
    const double H_in = enthalpy(in.feed, in.T_feed) + enthalpy(in.solvent, in.T_solvent) + in.energy_use * feed_volume;
    std::array<double, n_components> all{};
    double capacity = 0;
    for (size_t c = 0; c < n_components; ++c) {
        all[c] = out.extract[c] + out.raffinate[c];
        if (c != water) capacity += all[c] * in.cp[c];
    }
    out.T = in.T_feed;
    for (int k = 0; k < 20; ++k) {
        const double step = (enthalpy(all, out.T) - H_in) / (all[water] * matter::d_water_enthalpy(out.T) + capacity);
        out.T -= step;
        if (std::fabs(step) < 1e-8 * out.T) break; // the next step would be its square
    }
    return out;
}

struct Section {
    std::unique_ptr<cases::Case> c = compile(request("bench/extraction"));
    std::array<int32_t, n_components> extract, raffinate;
    int32_t T;

    Section() {
        const std::string unit = "extraction.extractor.";
        for (size_t k = 0; k < n_components; ++k) {
            extract[k] = c->find(unit + "extract.m[" + names[k] + "]")->slot;
            raffinate[k] = c->find(unit + "raffinate.m[" + names[k] + "]")->slot;
        }
        T = c->find(unit + "extract.T")->slot;
    }

    /// The parameters of one sample as the function by hand takes them.
    Input input(const std::vector<double>& parameters) const {
        const auto at = [&](const std::string& path, double absent = 0) {
            const int p = c->program.find_parameter(path);
            return p < 0 ? absent : parameters[static_cast<size_t>(p)];
        };
        Input in;
        for (size_t k = 0; k < n_components; ++k) {
            const std::string name = names[k], index = "[" + name + "]", component = "components." + name + ".";
            in.feed[k] = at("extraction.filtrate.flow" + index);
            in.solvent[k] = at("extraction.solvent.flow" + index);
            in.partition[k] = at("extraction.extractor.partition" + index);
            in.density[k] = at(component + "density");
            in.h0[k] = at(component + "formation_enthalpy");
            in.cp[k] = at(component + "heat_capacity");
            in.pKa[k] = at(component + "pKa");
        }
        in.T_feed = at("extraction.filtrate.T");
        in.T_solvent = at("extraction.solvent.T");
        in.pH = at("extraction.extractor.pH");
        in.solubility = at("extraction.extractor.solubility");
        in.water_uptake = at("extraction.extractor.water_uptake");
        in.energy_use = at("extraction.extractor.energy_use");
        in.stages = static_cast<int>(at("extraction.extractor.stages"));
        return in;
    }

    /// The largest relative difference between the engine and the function by hand; aborts above 1e-12.
    double difference(const std::vector<std::vector<double>>& parameters) const {
        lang::Evaluation e(c->program, 1);
        double largest = 0;
        for (const std::vector<double>& p : parameters) {
            run(e, p);
            const Output hand = by_hand(input(p));
            // Flows relative to what enters of the component: an outlet is what is left of it.
            const auto compare = [&](double engine, double other, double size, const char* what) {
                if (engine == other) return;
                const double d = std::fabs(engine - other) / size;
                largest = std::max(largest, d);
                if (d <= 1e-12) return;
                std::fprintf(stderr, "%s: engine %.17g, by hand %.17g\n", what, engine, other);
                std::abort();
            };
            for (size_t k = 0; k < n_components; ++k) {
                const double entering = hand.extract[k] + hand.raffinate[k];
                compare(e.value(extract[k]), hand.extract[k], entering, names[k]);
                compare(e.value(raffinate[k]), hand.raffinate[k], entering, names[k]);
            }
            compare(e.value(T), hand.T, hand.T, "temperature");
        }
        return largest;
    }
};

const Section& section() {
    static const Section s;
    return s;
}

double hand_seconds = 0; // per evaluation: the first benchmark measures it, the others divide by it

void hand(benchmark::State& state) {
    const auto parameters = samples(*section().c, 1, 64);
    state.counters["difference"] = section().difference(parameters);
    std::vector<Input> inputs;
    for (const auto& p : parameters) inputs.push_back(section().input(p));
    size_t k = 0;
    const double start = seconds();
    for (auto _ : state) benchmark::DoNotOptimize(by_hand(inputs[k++ % inputs.size()]));
    hand_seconds = (seconds() - start) / static_cast<double>(state.iterations());
}
BENCHMARK(hand);

/// Argument: lanes. `ratio`: time of a sample over that of the function by hand.
void engine(benchmark::State& state) {
    const auto width = static_cast<size_t>(state.range(0));
    const auto parameters = samples(*section().c, width, 64);
    lang::Evaluation e(section().c->program, static_cast<int>(width));
    size_t k = 0;
    double newton = 0;
    const double start = seconds();
    for (auto _ : state) {
        run(e, parameters[k++ % parameters.size()]);
        newton += e.status(0).newton_iterations;
    }
    const double done = static_cast<double>(state.iterations()) * static_cast<double>(width);
    if (hand_seconds > 0) state.counters["ratio"] = (seconds() - start) / done / hand_seconds;
    state.counters["newton"] = newton / static_cast<double>(state.iterations());
    state.counters["operations"] = section().c->program.n_operations();
    state.counters["per_sample"] = benchmark::Counter(done, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(engine)->Arg(1)->Arg(8)->ArgName("lanes");

} // namespace
} // namespace viresco::bench
