#include "jit/link.h"
#include "random_system.h"
#include <thread>

namespace viresco::jit {
namespace {

TEST(Fallback, WithoutTheModuleEverythingIsInterpreted) {
    const auto p = random_system(9, 50);
    Options o = at_once(1);
    o.plugin = "/nowhere/libviresco_jit.so";
    const auto code = compile(p, o);
    EXPECT_FALSE(code->ready());
    lang::DynamicEvaluation a(p), b(p);
    b.use(code);
    for (auto* e : {&a, &b}) e->set_parameters(p.defaults());
    const std::vector<double> x{0.1, 0.2, 0.3, 0.4, 0.5}, t{1};
    const auto u = everything(a, t, x), v = everything(b, t, x);
    for (size_t k = 0; k < u.size(); ++k) EXPECT_TRUE(same(u[k], v[k]));
    Diagnostics warnings;
    warn(*code, warnings);
    ASSERT_EQ(warnings.all().size(), 1u);
    EXPECT_STREQ(warnings.all()[0].message.name(), "no_machine_code");
    ASSERT_EQ(warnings.all()[0].hints.size(), 2u);
    EXPECT_STREQ(warnings.all()[0].hints[0].name(), "jit_no_plugin");
    EXPECT_FALSE(warnings.has_errors());
}

TEST(Fallback, OffMeansOff) {
    Options o;
    o.mode = Mode::off;
    EXPECT_EQ(compile(random_system(1, 10), o), nullptr);
    EXPECT_EQ(parse_mode("off"), Mode::off);
    EXPECT_EQ(parse_mode("auto"), Mode::automatic);
    EXPECT_EQ(parse_mode("on"), Mode::on);
    EXPECT_EQ(parse_mode("yes"), std::nullopt);
}

TEST(Fallback, AnInstructionSetThatIsNotThereIsNotUsed) {
    if (best_level() == 8) GTEST_SKIP() << "this processor has them all";
    Options o = at_once(8);
    o.level = 8;
    const auto code = compile(random_system(1, 10), o);
    EXPECT_FALSE(code->ready());
    EXPECT_TRUE(code->report().problem);
}

using Automatic = MachineCode;

TEST_F(Automatic, CompilesOnceInterpretingHasTakenAsLong) {
    const auto p = random_system(3, 60);
    Options o;
    const auto code = compile(p, o);
    EXPECT_FALSE(code->ready());
    lang::DynamicEvaluation a(p), e(p);
    e.use(code);
    a.set_parameters(p.defaults());
    e.set_parameters(p.defaults());
    const std::vector<double> x{0.1, 0.2, 0.3, 0.4, 0.5};
    const double t = 1;
    std::vector<double> expected(5), f(5);
    a.rates({&t, 1}, x, expected);
    long calls = 0;
    while (!code->ready() && ++calls < 10000000) {
        e.rates({&t, 1}, x, f);
        for (size_t k = 0; k < 5; ++k) ASSERT_TRUE(same(f[k], expected[k]));
    }
    EXPECT_GT(calls, 1000);
    ASSERT_TRUE(code->ready());
    e.rates({&t, 1}, x, f);
    for (size_t k = 0; k < 5; ++k) EXPECT_TRUE(same(f[k], expected[k]));
}

TEST_F(Automatic, ManyThreadsShareTheCode) {
    const auto p = random_system(3, 60);
    Options o;
    const auto code = compile(p, o);
    const std::vector<double> x{0.1, 0.2, 0.3, 0.4, 0.5};
    std::vector<double> expected(5);
    lang::DynamicEvaluation a(p);
    a.set_parameters(p.defaults());
    const double t = 1;
    a.rates({&t, 1}, x, expected);
    std::atomic<int> wrong = 0;
    std::vector<std::thread> threads;
    for (int k = 0; k < 4; ++k)
        threads.emplace_back([&] {
            lang::DynamicEvaluation e(p);
            e.use(code);
            e.set_parameters(p.defaults());
            std::vector<double> f(5);
            for (int i = 0; i < 2000000 && (i < 100 || !code->ready()); ++i) {
                e.rates({&t, 1}, x, f);
                for (size_t j = 0; j < 5; ++j) wrong += !same(f[j], expected[j]);
            }
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(wrong, 0);
    EXPECT_TRUE(code->ready());
}

TEST(Link, RefusesWhatIsNoObjectFile) {
    for (const std::string& bytes : {std::string(), std::string("ELF"), std::string(5000, 'x'),
                                     std::string("\x7f"
                                                 "ELF\x02\x01\x01") +
                                         std::string(300, '\xff')}) {
        Blob blob;
        std::string error;
        EXPECT_FALSE(link({bytes}, 1, blob, error));
    }
    Blob blob;
    std::string error;
    EXPECT_FALSE(link({}, 1, blob, error)) << "no code of the tape";
    EXPECT_EQ(error, "t0");
}

} // namespace
} // namespace viresco::jit
