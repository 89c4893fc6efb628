#include "study/design.h"
#include "numerics/random_bits.h"
#include <numeric>

namespace viresco::study {

const char* to_string(Analysis a) {
    constexpr const char* names[] = {"uncertainty", "sobol", "morris", "dgsm"};
    return names[static_cast<int>(a)];
}

const char* to_string(Sampling s) {
    constexpr const char* names[] = {"sobol", "lhs", "random"};
    return names[static_cast<int>(s)];
}

namespace {

/// Sobol indices take two independent points at once.
int dimensions_of(const Plan& plan, int inputs) { return plan.analysis == Analysis::sobol ? 2 * inputs : inputs; }

/// Seed 0 of the sequence means unscrambled, whose first point is the corner: no seed of a user gives that.
uint64_t scramble_of(uint64_t seed) {
    const uint64_t s = numerics::mixed(seed, 0x536F626F6CU);
    return s == 0 ? 1 : s;
}

} // namespace

Design::Design(const Plan& plan, int inputs)
    : plan_(plan), inputs_(inputs),
      sobol_(plan.sampling == Sampling::sobol ? dimensions_of(plan, inputs) : 0, scramble_of(plan.seed)),
      lhs_(plan.samples, plan.seed) {}

uint64_t Design::block() const {
    const auto k = static_cast<uint64_t>(inputs_);
    return plan_.analysis == Analysis::sobol ? k + 2 : plan_.analysis == Analysis::morris ? k + 1 : 1;
}

double Design::coordinate(uint64_t sample, int dimension) const {
    switch (plan_.sampling) {
    case Sampling::sobol: return sobol_.at(sample, dimension);
    case Sampling::lhs: return lhs_.at(sample, dimension);
    case Sampling::random: break;
    }
    return numerics::unit_number(numerics::mixed(plan_.seed, static_cast<uint64_t>(dimension), sample));
}

void Design::point(uint64_t row, std::span<double> u) const {
    const uint64_t number = row / block(), part = row % block();
    if (plan_.analysis == Analysis::morris) {
        const Trajectory t = trajectory(number);
        for (size_t k = 0; k < u.size(); ++k) u[k] = t.start[k];
        for (size_t s = 0; s < part; ++s) {
            const auto k = static_cast<size_t>(t.order[s]);
            u[k] += t.step[k];
        }
        return;
    }
    const bool second = plan_.analysis == Analysis::sobol && part == 1;
    for (int k = 0; k < inputs_; ++k) u[static_cast<size_t>(k)] = coordinate(number, second ? inputs_ + k : k);
    if (part >= 2) {
        const int k = static_cast<int>(part) - 2;
        u[static_cast<size_t>(k)] = coordinate(number, inputs_ + k);
    }
}

Design::Trajectory Design::trajectory(uint64_t number) const {
    Trajectory t;
    const auto n = static_cast<size_t>(inputs_);
    t.order.resize(n);
    std::iota(t.order.begin(), t.order.end(), 0);
    const uint64_t key = numerics::mixed(plan_.seed, 0x4D6F72726973U, number);
    for (size_t k = n; k > 1; --k) std::swap(t.order[k - 1], t.order[numerics::mixed(key, k) % k]);
    for (size_t k = 0; k < n; ++k) {
        const uint64_t bits = numerics::mixed(key, ~uint64_t{0}, k);
        const double low = (bits & 1U) != 0 ? 1.0 / 3 : 0; // the lower of the two levels that the input takes
        const bool down = (bits & 2U) != 0;
        t.start.push_back(down ? low + morris_step : low);
        t.step.push_back(down ? -morris_step : morris_step);
    }
    return t;
}

} // namespace viresco::study
