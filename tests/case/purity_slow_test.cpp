// Evaluation is a pure function: 10,000 evaluations of the integrated plants in random order, on one and
// two threads, alone and in lanes of 8, give the same bits.
#include "compiled.h"
#include "lang/kernels.h"
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <numeric>
#include <random>
#include <thread>

namespace viresco::cases {
namespace {

constexpr size_t n_samples = 10'000;

uint64_t mix(uint64_t h, const double x) {
    uint64_t bits;
    std::memcpy(&bits, &x, sizeof bits);
    h ^= bits + 0x9E3779B97F4A7C15u + (h << 6) + (h >> 2);
    return h * 0xFF51AFD7ED558CCDu;
}

/// Sample `k` of the parameters: each moved by up to 1 % of itself, from a counter alone.
double sample(double value, size_t parameter, size_t k) {
    uint64_t x = (static_cast<uint64_t>(k) << 20) + parameter + 1;
    x ^= x >> 33;
    x *= 0xFF51AFD7ED558CCDu;
    x ^= x >> 33;
    x *= 0xC4CEB9FE1A85EC53u;
    x ^= x >> 33;
    return value * (1 + 0.01 * (2 * (static_cast<double>(x >> 11) * 0x1p-53) - 1));
}

class Purity : public testing::Test {
protected:
    Purity() : c(compile_example("6-apa/integrated")) {
        for (const plant::Plant& p : c->routes)
            for (const auto& def : c->definitions)
                if (const Output* o = c->find(assess::indicator_path(p, def.id)); o && o->slot >= 0)
                    slots.push_back(o->slot);
        for (const lang::Parameter& p : c->program.parameters())
            moves.push_back(!p.integer && !(p.highest && p.datum.si * 1.01 > *p.highest));
    }

    /// Runs the samples of `order` and returns the hash of each sample's results.
    void run(const lang::Kernels& set, const std::vector<size_t>& order, std::vector<uint64_t>& hashes) const {
        const auto w = static_cast<size_t>(set.width);
        lang::Evaluation e(c->program, set);
        const size_t n = c->parameters.size();
        std::vector<double> p(n * w);
        for (size_t at = 0; at < order.size(); at += w) {
            for (size_t l = 0; l < w; ++l) {
                const size_t k = order[std::min(at + l, order.size() - 1)];
                for (size_t i = 0; i < n; ++i)
                    p[i * w + l] = moves[i] ? sample(c->parameters[i], i, k) : c->parameters[i];
            }
            e.run(p);
            for (size_t l = 0; l < w && at + l < order.size(); ++l) {
                uint64_t h = static_cast<uint64_t>(e.status(static_cast<int>(l)).newton_iterations);
                for (const int32_t slot : slots) h = mix(h, e.value(slot, static_cast<int>(l)));
                hashes[order[at + l]] = h;
                failed += !e.status(static_cast<int>(l)).converged;
            }
        }
    }

    std::unique_ptr<Case> c;
    std::vector<int32_t> slots;
    std::vector<char> moves;
    mutable int failed = 0;
};

uint64_t total(const std::vector<uint64_t>& hashes) {
    uint64_t h = 0;
    for (const uint64_t x : hashes) h = (h ^ x) * 0x100000001B3u;
    return h;
}

TEST_F(Purity, SameBitsInAnyOrderOnAnyThreadsInAnyLanes) {
    std::vector<size_t> order(n_samples);
    std::iota(order.begin(), order.end(), 0);
    std::vector<uint64_t> reference(n_samples), again(n_samples);
    run(lang::kernels(8), order, reference);
    EXPECT_EQ(failed, 0);
    std::printf("hash of %zu evaluations: %016llx\n", n_samples, static_cast<unsigned long long>(total(reference)));

    std::mt19937 random(20261122);
    std::shuffle(order.begin(), order.end(), random);
    // Two threads, lanes of 8 with other neighbours.
    const auto half = order.begin() + n_samples / 2;
    std::thread other([&] { run(lang::kernels(8), {half, order.end()}, again); });
    run(lang::kernels(8), {order.begin(), half}, again);
    other.join();
    EXPECT_EQ(total(again), total(reference));
    for (size_t k = 0; k < n_samples; ++k) ASSERT_EQ(again[k], reference[k]) << "sample " << k;

    // One by one, on two threads.
    std::fill(again.begin(), again.end(), 0);
    std::thread second([&] { run(lang::kernels(1), {half, order.end()}, again); });
    run(lang::kernels(1), {order.begin(), half}, again);
    second.join();
    EXPECT_EQ(total(again), total(reference));
    for (size_t k = 0; k < n_samples; ++k) ASSERT_EQ(again[k], reference[k]) << "sample " << k;
}

TEST_F(Purity, EveryInstructionSetGivesTheSameBits) {
    int count = 0;
    const lang::Kernels* const* sets = lang::all_kernels(count);
    std::vector<size_t> order(400);
    std::iota(order.begin(), order.end(), 0);
    std::vector<uint64_t> reference(400), other(400);
    run(*sets[0], order, reference);
    for (int k = 1; k < count; ++k) {
        run(*sets[k], order, other);
        EXPECT_EQ(total(other), total(reference)) << sets[k]->name;
    }
}

} // namespace
} // namespace viresco::cases
