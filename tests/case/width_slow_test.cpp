// One lane's bits do not depend on the width, nor on its neighbours, also far from the nominal solution.
#include "compiled.h"
#include <random>

namespace viresco::cases {
namespace {

TEST(Width, ALaneHasTheBitsOfARunAlone) {
    const auto c = compile_example("6-apa/integrated");
    lang::Evaluation eight(c->program, 8), one(c->program, 1);
    const size_t n = c->parameters.size();
    std::mt19937_64 random(7);
    const auto uniform = [&] { return static_cast<double>(random() >> 11) * 0x1p-53; };
    std::vector<double> all(n * 8), own(n);
    int compared = 0, different = 0;
    for (int batch = 0; batch < 60; ++batch) {
        for (size_t i = 0; i < n; ++i)
            for (size_t l = 0; l < 8; ++l)
                all[i * 8 + l] = c->parameters[i] *
                                 (c->program.parameters()[i].datum.low_si ? 0.9 + 0.2 * uniform() : 1);
        eight.run(all);
        for (size_t l = 0; l < 8; ++l) {
            for (size_t i = 0; i < n; ++i) own[i] = all[i * 8 + l];
            if (!one.run(own)) continue;
            ASSERT_TRUE(eight.status(static_cast<int>(l)).converged);
            ++compared;
            for (const int32_t slot : c->program.root_slots()) {
                if (slot < 0) continue;
                const double a = one.value(slot), b = eight.value(slot, static_cast<int>(l));
                if (a == b || (std::isnan(a) && std::isnan(b))) continue;
                if (different++ < 5)
                    ADD_FAILURE() << "batch " << batch << " lane " << l << " slot " << slot << ": " << a << " alone, "
                                  << b << " (" << a - b << "), Newton " << one.status().newton_iterations << " "
                                  << eight.status(static_cast<int>(l)).newton_iterations;
                break;
            }
        }
    }
    EXPECT_GT(compared, 300);
    EXPECT_EQ(different, 0);
}

} // namespace
} // namespace viresco::cases
