#include "integrate/elimination.h"
#include "numerics/sparse_lu.h"
#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <random>

namespace viresco::integrate {
namespace {

struct Matrix {
    std::vector<int> start{0}, row;
    std::vector<double> value;
};

/// A strong diagonal and `density` of the rest.
Matrix random_matrix(size_t n, double density, std::mt19937_64& random) {
    std::uniform_real_distribution<double> unit(-1, 1), chance(0, 1);
    Matrix m;
    for (size_t c = 0; c < n; ++c) {
        for (size_t r = 0; r < n; ++r)
            if (r == c || chance(random) < density) {
                m.row.push_back(static_cast<int>(r));
                m.value.push_back(unit(random) + (r == c ? 3 : 0));
            }
        m.start.push_back(static_cast<int>(m.row.size()));
    }
    return m;
}

template <int W>
std::vector<double> solve(const Elimination& e, const std::vector<double>& values, const std::vector<double>& b) {
    std::vector<double> filled(e.n_filled() * W), inverse(b.size()), x(b.size()), work(b.size());
    std::copy(values.begin(), values.end(), filled.begin());
    e.factor<W>(filled.data(), inverse.data());
    e.solve<W>(filled.data(), inverse.data(), b.data(), x.data(), work.data());
    return x;
}

TEST(Elimination, SolvesLikeKluAndEveryLaneLikeOneAlone) {
    std::mt19937_64 random(7);
    std::uniform_real_distribution<double> unit(-1, 1);
    for (const auto& [n, density] : {std::pair<size_t, double>{1, 0}, {6, 0.6}, {40, 0.08}, {150, 0.02}}) {
        const Matrix m = random_matrix(n, density, random);
        const Elimination e(m.start, m.row, static_cast<int>(n), {});
        ASSERT_FALSE(e.empty());
        std::vector<double> lanes(m.value.size() * 8), b(n * 8);
        for (double& v : b) v = unit(random);
        for (size_t k = 0; k < m.value.size(); ++k)
            for (size_t l = 0; l < 8; ++l) lanes[k * 8 + l] = m.value[k] * (1 + 0.05 * unit(random));
        const auto x = solve<8>(e, lanes, b);
        std::vector<double> r(n * 8), bound(n * 8);
        double error[8];
        backward_error<8>(m.start, m.row, lanes.data(), x.data(), b.data(), r.data(), bound.data(), error);
        numerics::SparseLu klu(m.start, m.row);
        for (size_t l = 0; l < 8; ++l) {
            EXPECT_LT(error[l], 1e-13);
            std::vector<double> one(m.value.size()), rhs(n);
            for (size_t k = 0; k < one.size(); ++k) one[k] = lanes[k * 8 + l];
            for (size_t i = 0; i < n; ++i) rhs[i] = b[i * 8 + l];
            const auto alone = solve<1>(e, one, rhs);
            ASSERT_TRUE(klu.factor(one));
            klu.solve(rhs);
            for (size_t i = 0; i < n; ++i) {
                EXPECT_EQ(std::memcmp(&alone[i], &x[i * 8 + l], sizeof(double)), 0) << n << " " << i;
                EXPECT_NEAR(alone[i], rhs[i], 1e-11 * (1 + std::abs(rhs[i])));
            }
        }
    }
}

TEST(Elimination, MatchesRowsWithoutADiagonal) {
    // One state, and two equations that are each solved for the other's unknown: [[5 1 0], [1 0 2], [1 3 0]].
    const std::vector<int> start{0, 3, 5, 6}, row{0, 1, 2, 0, 2, 1};
    const std::vector<double> value{5, 1, 1, 1, 3, 2};
    const Elimination e(start, row, 1, value);
    ASSERT_FALSE(e.empty());
    const auto x = solve<1>(e, value, {7, 7, 7}); // 5a + b = 7, a + 2c = 7, a + 3b = 7: a = 1, b = 2, c = 3
    EXPECT_NEAR(x[0], 1, 1e-15);
    EXPECT_NEAR(x[1], 2, 1e-15);
    EXPECT_NEAR(x[2], 3, 1e-15);
    const std::vector<int> none_start{0, 2, 4, 4}, none_row{0, 1, 0, 2};
    EXPECT_TRUE(Elimination(none_start, none_row, 1, {}).empty()) << "no equation has the third unknown";
}

TEST(Elimination, TheResidualTellsAVanishedPivot) {
    const std::vector<int> start{0, 2, 4}, row{0, 1, 0, 1};
    const Elimination e(start, row, 2, {});
    for (const double pivot : {1.0, 1e-18, 0.0}) {
        const std::vector<double> value{pivot, 1, 1, 3}, b{1, 2};
        const auto x = solve<1>(e, value, b);
        double r[2], bound[2], error = 0;
        backward_error<1>(start, row, value.data(), x.data(), b.data(), r, bound, &error);
        EXPECT_EQ(!(error < 1e-10), pivot < 1) << pivot << " " << error;
    }
}

} // namespace
} // namespace viresco::integrate
