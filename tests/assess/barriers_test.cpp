// The curve from a proxy to a score, in closed form.
#include "assess/barriers.h"
#include <cmath>
#include <gtest/gtest.h>

namespace viresco::assess {
namespace {

using Curve = std::vector<ScorePoint>;

TEST(BarrierScore, IsLinearBetweenThePointsAndLevelBeyond) {
    const Curve payback{{2, 0}, {5, 2}, {10, 4}};
    EXPECT_EQ(score_at(payback, -1), 0);
    EXPECT_EQ(score_at(payback, 2), 0);
    EXPECT_NEAR(score_at(payback, 3.5), 1, 1e-15);
    EXPECT_EQ(score_at(payback, 5), 2);
    EXPECT_NEAR(score_at(payback, 7), 2 + 2 * 2.0 / 5, 1e-15);
    EXPECT_EQ(score_at(payback, 10), 4);
    EXPECT_EQ(score_at(payback, 1e9), 4);
    EXPECT_EQ(score_at(payback, INFINITY), 4);
    const Curve skills{{30, 4}, {60, 2}, {95, 0}};
    EXPECT_NEAR(score_at(skills, 45), 3, 1e-15);
    EXPECT_NEAR(score_at(skills, 80), 2 * 15.0 / 35, 1e-15);
}

TEST(BarrierScore, OfWhatIsNotDefinedIsNotDefined) {
    EXPECT_TRUE(std::isnan(score_at(Curve{{0, 0}, {1, 4}}, NAN)));
    EXPECT_TRUE(std::isnan(score_at(Curve{}, 1)));
}

TEST(BarrierScore, NeverLeavesZeroToFour) {
    const Curve curve{{-3, 4}, {0, 1.5}, {0.1, 1.5}, {7, 0}};
    double before = 4;
    for (double x = -5; x < 10; x += 0.01) {
        const double score = score_at(curve, x);
        EXPECT_GE(score, 0);
        EXPECT_LE(score, before); // falls all the way, without a jump
        EXPECT_LT(before - score, 0.01 * 2.5 / 3 + 1e-12 + (x > -0.01 ? 0.003 : 0));
        before = score;
    }
    EXPECT_EQ(before, 0);
}

TEST(BarrierScore, TargetIsWhereTheLeastScoreBegins) {
    EXPECT_EQ(target_of(Curve{{2, 0}, {5, 2}, {10, 4}}), 2);
    EXPECT_EQ(target_of(Curve{{0, 0}, {1, 0}, {5, 4}}), 1);
    EXPECT_EQ(target_of(Curve{{30, 4}, {95, 0}}), 95);
    EXPECT_EQ(target_of(Curve{{30, 4}, {80, 1}, {95, 1}}), 80);
    for (const Curve& c : {Curve{{2, 0}, {5, 2}}, Curve{{30, 4}, {80, 1}, {95, 1}}})
        EXPECT_EQ(score_at(c, target_of(c)), std::min(c.front().score, c.back().score));
}

} // namespace
} // namespace viresco::assess
