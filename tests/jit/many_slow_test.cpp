#include "random_system.h"

namespace viresco::jit {
namespace {

TEST_F(MachineCode, ThousandsOfRandomSystemsHaveTheBitsOfTheInterpreter) {
    int finite = 0;
    for (unsigned seed = 251; seed <= 2000; ++seed) {
        compare_random_system(seed, finite);
        if (HasFatalFailure()) return;
    }
    EXPECT_GT(finite, 100000);
}

} // namespace
} // namespace viresco::jit
