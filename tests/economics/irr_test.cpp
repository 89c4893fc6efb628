#include "economics/irr.h"
#include <cmath>
#include <gtest/gtest.h>
#include <random>

namespace viresco::economics {
namespace {

/// Present value of 1 a year for n years.
double annuity(double rate, int n) { return (1 - std::pow(1 + rate, -n)) / rate; }

TEST(PresentValue, OfEqualPaymentsIsTheAnnuity) {
    std::vector<double> flows(11, 3.0);
    flows[0] = 0;
    for (const double rate : {0.01, 0.08, 0.3, 2.0})
        EXPECT_NEAR(present_value(flows, rate), 3 * annuity(rate, 10), 1e-13 * 3 * annuity(rate, 10));
}

TEST(RatesOfReturn, OfAnAnnuityIsTheRateItWasMadeWith) {
    for (const double rate : {-0.3, -0.05, 1e-4, 0.08, 0.4, 5.0}) {
        std::vector<double> flows(16, 1.0);
        flows[0] = -annuity(rate, 15);
        const auto found = rates_of_return(flows);
        ASSERT_EQ(found.rates.size(), 1u);
        EXPECT_EQ(found.sign_changes, 1);
        EXPECT_NEAR(found.rates[0], rate, 1e-12 * (1 + std::abs(rate)));
    }
}

/// Turton et al., Analysis, Synthesis and Design of Chemical Processes, 3rd ed., examples 10.1 to 10.3: land 10, capital 90 and
/// 60, working capital 30, sales 75, cost 30, tax 45 %, 5-year MACRS, salvage 10 (million $). Printed: cumulative cash position
/// 170.5, net present value at 10 % 17.12, rate of return 12.1 %.
/// digilib.universitaspertamina.ac.id/ebook/Analysis,%20Synthesis,%20and%20Design%20of%20Chemical%20Processes, pages 300-304;
/// the data of the example: solutioninn.com/study-help/analysis-synthesis-and-design-of-chemical-processes (question 1161656).
TEST(PublishedExample, TurtonChemicalPlant) {
    const double macrs[] = {0.2, 0.32, 0.192, 0.1152, 0.1152, 0.0576, 0, 0, 0, 0};
    std::vector<double> flows{-10, -90, -60 - 30};
    for (const double share : macrs) flows.push_back((75 - 30 - 150 * share) * (1 - 0.45) + 150 * share);
    flows.back() += 10 * (1 - 0.45) + 30 + 10; // salvage after tax, working capital, land
    EXPECT_NEAR(present_value(flows, 0), 170.5, 0.05);
    EXPECT_NEAR(present_value(flows, 0.10), 17.12, 0.005);
    const auto found = rates_of_return(flows);
    ASSERT_EQ(found.rates.size(), 1u);
    EXPECT_NEAR(found.rates[0], 0.121, 0.0005);
}

/// The same book, example 10.4 (page 306), project A: 60 now, then 10 and nine times 12; printed rate of return 14.3 %.
TEST(PublishedExample, TurtonProjectA) {
    std::vector<double> flows{-60, 10};
    flows.insert(flows.end(), 9, 12.0);
    const auto found = rates_of_return(flows);
    ASSERT_EQ(found.rates.size(), 1u);
    EXPECT_NEAR(found.rates[0], 0.143, 0.0005);
}

/// A strip mine: -1.6, +10, -10 (million $): 25 % and 400 %; net present value -0.77 at a cost of capital of 10 %. "Comparison of
/// the NPV and IRR methods", issuhub.com/view/index/5621?pageIndex=272 (the stored text lost the brackets of negative sums).
TEST(PublishedExample, StripMineHasTwoRates) {
    const double flows[] = {-1.6, 10, -10};
    const auto found = rates_of_return(flows);
    ASSERT_EQ(found.rates.size(), 2u);
    EXPECT_NEAR(found.rates[0], 0.25, 1e-12);
    EXPECT_NEAR(found.rates[1], 4.00, 1e-11);
    EXPECT_EQ(found.sign_changes, 2);
    EXPECT_NEAR(present_value(flows, 0.1), -0.77, 0.005);
}

/// -252, 1431, -3035, 2850, -1000: "search between 20 and 70 percent" (brainmass.com, multiple IRRs, 39308). As a polynomial in
/// 1 + r it is -252 (x - 5/4)(x - 4/3)(x - 10/7)(x - 5/3).
TEST(PublishedExample, FourRates) {
    const double flows[] = {-252, 1431, -3035, 2850, -1000};
    const auto found = rates_of_return(flows);
    ASSERT_EQ(found.rates.size(), 4u);
    const double exact[] = {1.0 / 4, 1.0 / 3, 3.0 / 7, 2.0 / 3};
    for (size_t i = 0; i < 4; ++i) EXPECT_NEAR(found.rates[i], exact[i], 1e-9);
}

TEST(RatesOfReturn, FindsEveryRateThatAProductWasMadeOf) {
    std::mt19937_64 random(20251123);
    for (int trial = 0; trial < 300; ++trial) {
        const int n = 1 + static_cast<int>(random() % 6);
        std::vector<double> wanted, flows{1};
        double rate = -0.5;
        for (int k = 0; k < n; ++k) { // flows = product of (1 + r_k) v - 1: zero at v = 1/(1 + r_k)
            rate += 0.1 + 0.4 * static_cast<double>(random() % 1000) / 1000;
            wanted.push_back(rate);
            std::vector<double> next(flows.size() + 1, 0.0);
            for (size_t i = 0; i < flows.size(); ++i) {
                next[i] -= flows[i];
                next[i + 1] += flows[i] * (1 + rate);
            }
            flows = next;
        }
        // A factor without positive zeros: a project twice as long with the same rates.
        std::vector<double> longer(flows.size() + 1, 0.0);
        for (size_t i = 0; i < flows.size(); ++i) {
            longer[i] += flows[i];
            longer[i + 1] += 0.7 * flows[i];
        }
        const auto found = rates_of_return(longer);
        ASSERT_EQ(found.rates.size(), wanted.size()) << "trial " << trial;
        for (size_t i = 0; i < wanted.size(); ++i) EXPECT_NEAR(found.rates[i], wanted[i], 1e-7);
        EXPECT_LE(found.rates.size(), static_cast<size_t>(found.sign_changes)); // Descartes
    }
}

TEST(RatesOfReturn, ARateThatIsOnlyTouchedCountsOnce) {
    const double flows[] = {1, -2.2, 1.21}; // (1.1 v - 1)^2
    const auto found = rates_of_return(flows);
    ASSERT_EQ(found.rates.size(), 1u);
    EXPECT_NEAR(found.rates[0], 0.1, 1e-7);
}

TEST(RatesOfReturn, NoneWithoutAChangeOfSign) {
    for (const std::vector<double>& flows : {std::vector<double>{}, {0, 0}, {5, 1, 2}, {-5, 0, -2}, {-5, NAN, 2}}) {
        const auto found = rates_of_return(flows);
        EXPECT_TRUE(found.rates.empty());
        EXPECT_EQ(found.sign_changes, 0);
    }
    const double never[] = {3, -4, 3}; // changes sign, but the value never does
    EXPECT_TRUE(rates_of_return(never).rates.empty());
    EXPECT_EQ(rates_of_return(never).sign_changes, 2);
}

TEST(RatesOfReturn, DoNotDependOnMoneyOrOnYearsWithoutCash) {
    const double flows[] = {-100, 30, 40, 50, -5}, more[] = {0, -1e9, 3e8, 4e8, 5e8, -5e7, 0};
    const auto a = rates_of_return(flows), b = rates_of_return(more);
    ASSERT_EQ(a.rates.size(), b.rates.size());
    for (size_t i = 0; i < a.rates.size(); ++i) EXPECT_NEAR(a.rates[i], b.rates[i], 1e-12);
}

} // namespace
} // namespace viresco::economics
