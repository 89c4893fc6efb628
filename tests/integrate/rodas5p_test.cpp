// The coefficients satisfy the order conditions: E. Hairer, G. Wanner, Solving Ordinary Differential Equations II,
// section IV.7 (from memory, unverified): sum b_i Phi_i(t) = 1 / gamma(t) for every rooted tree t of p vertices or fewer,
// where a vertex with one child passes through beta = alpha + gamma and one with more through alpha.
#include "integrate/rodas5p.h"
#include <array>
#include <cmath>
#include <gtest/gtest.h>
#include <memory>
#include <vector>

namespace viresco::integrate::rodas5p {
namespace {

using Vector = std::array<double, stages>;
using Matrix = std::array<Vector, stages>;

/// Gamma^-1 = diag(1 / gamma) - C; all stages' a.
struct Method {
    Method() {
        for (int i = 0; i < stages; ++i) { // Gamma = inverse of a lower triangle
            for (int j = 0; j <= i; ++j) {
                double sum = i == j ? 1 : 0;
                for (int k = j; k < i; ++k) sum += c[i][k] * Gamma[at(k)][at(j)];
                Gamma[at(i)][at(j)] = sum * gamma;
            }
        }
        Matrix full{};
        for (int i = 0; i < 6; ++i)
            for (int j = 0; j < i && j < 5; ++j) full[at(i)][at(j)] = a[i][j];
        full[6] = full[5];
        full[6][5] = 1;
        full[7] = full[6];
        full[7][6] = 1;
        for (int i = 0; i < stages; ++i)
            for (int j = 0; j < stages; ++j) {
                for (int k = 0; k < stages; ++k) alpha_[at(i)][at(j)] += full[at(i)][at(k)] * Gamma[at(k)][at(j)];
                beta[at(i)][at(j)] = alpha_[at(i)][at(j)] + Gamma[at(i)][at(j)];
            }
        Vector m = full[7];
        for (int j = 0; j < stages; ++j)
            for (int k = 0; k < stages; ++k) embedded[at(j)] += m[at(k)] * Gamma[at(k)][at(j)];
        m[7] = 1;
        for (int j = 0; j < stages; ++j)
            for (int k = 0; k < stages; ++k) b[at(j)] += m[at(k)] * Gamma[at(k)][at(j)];
    }
    static size_t at(int i) { return static_cast<size_t>(i); }
    Matrix Gamma{}, alpha_{}, beta{};
    Vector b{}, embedded{};
};

struct Tree {
    std::vector<const Tree*> children;
    int order = 1;
    double density = 1;
    Vector phi{};
};

/// Every rooted tree of up to `most` vertices: children are taken in the order of the list, so none comes twice.
std::vector<std::vector<const Tree*>> trees(int most, const Method& method, std::vector<std::unique_ptr<Tree>>& store) {
    std::vector<std::vector<const Tree*>> by_order(static_cast<size_t>(most) + 1);
    std::vector<const Tree*> all;
    for (int order = 1; order <= most; ++order) {
        std::vector<std::vector<const Tree*>> forests;
        std::vector<const Tree*> chosen;
        const auto choose = [&](auto&& self, size_t from, int left) -> void {
            if (left == 0) forests.push_back(chosen);
            for (size_t k = from; k < all.size(); ++k) {
                if (all[k]->order > left) continue;
                chosen.push_back(all[k]);
                self(self, k, left - all[k]->order);
                chosen.pop_back();
            }
        };
        choose(choose, 0, order - 1);
        for (const auto& children : forests) {
            auto t = std::make_unique<Tree>();
            t->children = children;
            t->phi.fill(1);
            for (const Tree* child : children) {
                t->order += child->order;
                t->density *= child->density;
                const Matrix& through = children.size() == 1 ? method.beta : method.alpha_;
                for (size_t i = 0; i < stages; ++i) {
                    double sum = 0;
                    for (size_t j = 0; j < stages; ++j) sum += through[i][j] * child->phi[j];
                    t->phi[i] *= sum;
                }
            }
            t->density *= t->order;
            by_order[static_cast<size_t>(order)].push_back(t.get());
            store.push_back(std::move(t));
        }
        for (const Tree* t : by_order[static_cast<size_t>(order)]) all.push_back(t);
    }
    return by_order;
}

double defect(const Vector& b, const Tree& t) {
    double sum = 0;
    for (size_t i = 0; i < stages; ++i) sum += b[i] * t.phi[i];
    return std::abs(sum - 1 / t.density);
}

TEST(Rodas5p, MeetsTheSeventeenConditionsOfOrderFiveAndItsCompanionThoseOfOrderFour) {
    const Method method;
    std::vector<std::unique_ptr<Tree>> store;
    const auto by_order = trees(6, method, store);
    const std::vector<size_t> known{0, 1, 1, 2, 4, 9, 20}; // numbers of rooted trees
    for (size_t order = 1; order <= 6; ++order) ASSERT_EQ(by_order[order].size(), known[order]);
    double of_five = 0, of_six = 0;
    for (size_t order = 1; order <= 5; ++order)
        for (const Tree* t : by_order[order]) {
            EXPECT_LT(defect(method.b, *t), 1e-13) << "order " << order << ", density " << t->density;
            if (order <= 4) {
                EXPECT_LT(defect(method.embedded, *t), 1e-13) << "order " << order << ", density " << t->density;
            } else {
                of_five = std::max(of_five, defect(method.embedded, *t));
            }
        }
    for (const Tree* t : by_order[6]) of_six = std::max(of_six, defect(method.b, *t));
    EXPECT_GT(of_five, 1e-5) << "the companion has to be of lower order, or there is no estimate of the error";
    EXPECT_GT(of_six, 1e-5);
}

TEST(Rodas5p, RowSumsAreTheStagesTimesAndTheirGammas) {
    const Method method;
    for (size_t i = 0; i < stages; ++i) {
        double alpha_sum = 0, gamma_sum = 0;
        for (size_t j = 0; j < stages; ++j) {
            alpha_sum += method.alpha_[i][j];
            gamma_sum += method.Gamma[i][j];
        }
        EXPECT_NEAR(alpha_sum, alpha[i], 1e-13) << i;
        EXPECT_NEAR(gamma_sum, d[i], 1e-13) << i;
    }
}

TEST(Rodas5p, DenseOutputIsOfOrderFour) {
    // Weights of stage i at s: x(s) = (1 - s) x0 + s (x1 + (1 - s)(e1 + s (e2 + s e3))); conditions scale with s^order.
    const Method method;
    std::vector<std::unique_ptr<Tree>> store;
    const auto by_order = trees(4, method, store);
    for (const double s : {0.1, 0.35, 0.5, 0.8}) {
        Vector weight{};
        for (size_t j = 0; j < stages; ++j) {
            weight[j] = s * method.b[j];
            for (size_t k = 0; k < stages; ++k)
                weight[j] += s * (1 - s) * (dense[0][k] + s * (dense[1][k] + s * dense[2][k])) * method.Gamma[k][j];
        }
        for (size_t order = 1; order <= 4; ++order)
            for (const Tree* t : by_order[order]) {
                double sum = 0;
                for (size_t i = 0; i < stages; ++i) sum += weight[i] * t->phi[i];
                EXPECT_NEAR(sum, std::pow(s, static_cast<double>(order)) / t->density, 1e-12)
                    << "s " << s << " order " << order << " density " << t->density;
            }
    }
}

} // namespace
} // namespace viresco::integrate::rodas5p
