#include "assess/maturity.h"
#include <gtest/gtest.h>

namespace viresco::assess {
namespace {

TEST(Maturity, StagesOfThePath) {
    EXPECT_EQ(stage_of(4).en, "laboratory research");
    EXPECT_EQ(stage_of(5).en, "pilot validation");
    EXPECT_EQ(stage_of(7).zh, "小规模应用（示范线）");
    EXPECT_EQ(stage_of(9).en, "industrial");
    EXPECT_EQ(stage_of(0).en, "not stated");
}

TEST(Maturity, LevelsOutsideTheirScaleAreRefused) {
    SourceStore sources;
    Diagnostics d;
    plant::Library library("", sources, d);
    const auto read = [&](const std::string& trl) {
        const text::Node* plant = library.inline_text("plant", "{units: {a: {trl: " + trl + "}}}");
        const int before = d.n_errors();
        const Maturity m = read_maturity(*plant, d);
        return std::pair{m.trl, d.n_errors() - before};
    };
    EXPECT_EQ(read("6"), (std::pair{6, 0}));
    EXPECT_EQ(read("{trl: 6, mrl: 10}"), (std::pair{6, 0}));
    EXPECT_EQ(read("0").second, 1);
    EXPECT_EQ(read("10").second, 1);
    EXPECT_EQ(read("4.5").second, 1);
    EXPECT_EQ(read("{trl: 6, mrl: 11}").second, 1);
    EXPECT_EQ(read("{mrl: 5}").second, 1);
    EXPECT_EQ(read("{trl: 5, lrt: 6}").second, 1);
}

} // namespace
} // namespace viresco::assess
