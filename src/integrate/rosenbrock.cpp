#include "integrate/stepper.h"
#include "numerics/sparse_lu.h"
#include <algorithm>
#include <cmath>

namespace viresco::integrate {
namespace {

/// RODAS: Rosenbrock method of order 4 with an embedded one of order 3, six stages, stiffly accurate, dense output.
/// E. Hairer, G. Wanner, Solving Ordinary Differential Equations II, section VI.4 (coefficients from memory of the
/// book's code, unverified against it; tests/integrate measure order 4 for ODE and DAE).
namespace rodas {
constexpr int stages = 6;
constexpr double gamma = 0.25;
constexpr double alpha[stages] = {0, 0.386, 0.21, 0.63, 1, 1};
constexpr double d[stages] = {0.25, -0.1043, 0.1035, -0.03620000000000023, 0, 0};
constexpr double a[stages][stages] = {
    {},
    {1.544000000000000},
    {0.9466785280815826, 0.2557011698983284},
    {3.314825187068521, 2.896124015972201, 0.9986419139977817},
    {1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950},
    {1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950, 1},
};
constexpr double c[stages][stages] = {
    {},
    {-5.668800000000000},
    {-2.430093356833875, -0.2063599157091915},
    {-0.1073529058151375, -9.594562251023355, -20.47028614809616},
    {7.496443313967647, -10.24680431464352, -33.99990352819905, 11.70890893206160},
    {8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136, -6.058818238834054},
};
constexpr double dense[2][5] = {
    {10.12623508344586, -7.487995877610167, -34.80091861555747, -7.992771707568823, 1.025137723295662},
    {-0.6762803392801253, 6.087714651680015, 16.43084320892478, 24.76722511418386, -6.594389125716872},
};
} // namespace rodas

class Rosenbrock final : public Stepper {
public:
    Rosenbrock(lang::DynamicEvaluation& e, const Options& o, std::vector<double> atol)
        : e_(e), o_(o), n_(static_cast<size_t>(e.program().n_variables())),
          n_states_(static_cast<size_t>(e.program().n_states())), atol_(std::move(atol)),
          lu_(e.program().jacobian().start, e.program().jacobian().row) {
        const auto& pattern = e.program().jacobian();
        j_.resize(pattern.row.size());
        w_.resize(pattern.row.size());
        for (size_t column = 0; column < n_; ++column)
            for (int k = pattern.start[column]; k < pattern.start[column + 1]; ++k)
                if (pattern.row[static_cast<size_t>(k)] == static_cast<int>(column)) diagonal_.push_back(k);
        for (auto* v : {&x0_, &x1_, &f_, &ft_, &y_, &c3_, &c4_}) v->resize(n_);
        for (auto& u : u_) u.resize(n_);
        zero_.resize(n_);
    }

    void restart(double time, std::span<const double> x, std::span<const double>) override {
        t1_ = time;
        std::copy(x.begin(), x.end(), x1_.begin());
        rejected_ = false;
        h_ = h_ > 0 ? std::min(h_, first_step()) : first_step();
    }

    double step(double stop) override {
        using Why = StepFailure::Why;
        x0_ = x1_;
        t0_ = t1_;
        e_.jacobian({&t0_, 1}, x0_, j_);
        e_.rates({&t0_, 1}, x0_, f_);
        ++count_.jacobians;
        ++count_.rates;
        const bool timed = e_.program().time_slot() >= 0;
        if (timed) {
            const int none = -1;
            const double one = 1;
            e_.rates_along({{&none, 1}, {&one, 1}, zero_}, ft_);
        }
        for (int tries = 0;; ++tries) {
            const double left = stop - t0_;
            double h = h_;
            const bool last = h >= left * (1 - 1e-12);
            if (last)
                h = left;
            else if (2 * h > left)
                h = left / 2; // two equal steps, rather than one and a very short one
            if (t0_ + h == t0_) throw StepFailure{Why::step_too_small, t0_};
            double error = 0;
            const bool good = attempt(h, timed, error);
            if (!good) {
                if (tries > 40) throw StepFailure{singular_ ? Why::singular : Why::not_a_number, t0_};
                h_ = h / 4;
                rejected_ = true;
                ++count_.failed_steps;
                continue;
            }
            const double factor = std::clamp(0.9 / std::pow(std::max(error, 1e-10), 0.25), 0.2, 6.0);
            if (error <= 1) {
                const double grown = h * (rejected_ ? std::min(factor, 1.0) : factor);
                if (!last || grown < h_)
                    h_ = grown; // a step cut short by `stop` says little
                else
                    h_ = std::max(h_, grown);
                rejected_ = false;
                ++count_.steps;
                t1_ = last ? stop : t0_ + h;
                return t1_;
            }
            h_ = h * factor;
            rejected_ = true;
            ++count_.failed_steps;
        }
    }

    void at(double time, std::span<double> x) override {
        const double s = t1_ > t0_ ? (time - t0_) / (t1_ - t0_) : 1;
        for (size_t i = 0; i < n_; ++i) x[i] = x0_[i] * (1 - s) + s * (x1_[i] + (1 - s) * (c3_[i] + s * c4_[i]));
        if (s == 1) std::copy(x1_.begin(), x1_.end(), x.begin());
    }
    void sensitivities_at(double, std::span<double>) override {}
    void count(Statistics& s) const override { s = count_; }

private:
    double first_step() {
        e_.rates({&t1_, 1}, x1_, f_);
        double rate = 0;
        for (size_t i = 0; i < n_states_; ++i) rate = std::max(rate, std::abs(f_[i]) / weight(x1_[i], i));
        return rate > 0 ? 0.01 * std::pow(o_.rtol, 0.25) / (rate * o_.rtol) : 1.0;
    }
    double weight(double x, size_t i) const { return atol_[i] + o_.rtol * std::abs(x); }

    bool attempt(double h, bool timed, double& error) {
        using namespace rodas;
        // W = M / (gamma h) - J
        for (size_t k = 0; k < j_.size(); ++k) w_[k] = -j_[k];
        for (size_t i = 0; i < n_states_; ++i) w_[static_cast<size_t>(diagonal_[i])] += 1 / (gamma * h);
        ++count_.factorisations;
        singular_ = false;
        for (const double v : w_)
            if (!std::isfinite(v)) return false;
        if (!lu_.factor(w_)) {
            singular_ = true;
            return false;
        }
        for (int i = 0; i < stages; ++i) {
            auto& u = u_[i];
            if (i == 0) {
                u = f_;
            } else {
                y_ = x0_;
                for (int j = 0; j < i; ++j)
                    if (a[i][j] != 0)
                        for (size_t k = 0; k < n_; ++k) y_[k] += a[i][j] * u_[j][k];
                const double t = t0_ + alpha[i] * h;
                e_.rates({&t, 1}, y_, u);
                ++count_.rates;
                for (int j = 0; j < i; ++j)
                    for (size_t k = 0; k < n_states_; ++k) u[k] += c[i][j] / h * u_[j][k];
            }
            if (timed && d[i] != 0)
                for (size_t k = 0; k < n_; ++k) u[k] += h * d[i] * ft_[k];
            lu_.solve(u);
        }
        double sum = 0;
        for (size_t k = 0; k < n_; ++k) {
            x1_[k] = y_[k] + u_[5][k]; // y_ is the sixth stage's argument
            const double size = weight(std::max(std::abs(x0_[k]), std::abs(x1_[k])), k);
            sum += (u_[5][k] / size) * (u_[5][k] / size);
        }
        error = n_ ? std::sqrt(sum / static_cast<double>(n_)) : 0;
        if (!std::isfinite(error)) return false;
        for (size_t k = 0; k < n_; ++k) {
            c3_[k] = c4_[k] = 0;
            for (int j = 0; j < 5; ++j) {
                c3_[k] += dense[0][j] * u_[j][k];
                c4_[k] += dense[1][j] * u_[j][k];
            }
        }
        return true;
    }

    lang::DynamicEvaluation& e_;
    const Options& o_;
    size_t n_, n_states_;
    std::vector<double> atol_;
    numerics::SparseLu lu_;
    std::vector<double> j_, w_, x0_, x1_, f_, ft_, y_, c3_, c4_, zero_;
    std::vector<double> u_[rodas::stages];
    std::vector<int> diagonal_;
    double t0_ = 0, t1_ = 0, h_ = 0;
    bool rejected_ = false, singular_ = false;
    Statistics count_;
};

} // namespace

std::unique_ptr<Stepper> make_rosenbrock(lang::DynamicEvaluation& e, const Options& o, std::vector<double> atol) {
    return std::make_unique<Rosenbrock>(e, o, std::move(atol));
}

} // namespace viresco::integrate
