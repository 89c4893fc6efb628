#include "integrate/rosenbrock.h"
#include "integrate/lanes.h"
#include "integrate/rodas5p.h"
#include "lang/scalar_math.h"
#include <algorithm>
#include <cmath>

namespace viresco::integrate {

using namespace rodas5p;

namespace {
/// Whether the rates themselves change with time; conditions of events may alone.
bool rates_of_time(const lang::DynamicProgram& program) {
    const int32_t time = program.time_slot();
    if (time < 0) return false;
    for (const int32_t rate : program.rate_slots())
        if (rate == time) return true;
    for (const lang::Instruction& i : program.rates())
        if (i.a == time || i.b == time || (i.op != lang::Op::property && i.c == time)) return true;
    return false;
}
} // namespace

template <int W>
RosenbrockLanes<W>::RosenbrockLanes(lang::DynamicEvaluation& e, const Elimination& order, double rtol)
    : e_(e), order_(order), n_(static_cast<size_t>(e.program().n_variables())),
      n_states_(static_cast<size_t>(e.program().n_states())), rtol_(rtol), timed_(rates_of_time(e.program())),
      kernels_(lang::kernels(W)) {
    const auto& pattern = e.program().jacobian();
    for (size_t column = 0; column < n_; ++column)
        for (int k = pattern.start[column]; k < pattern.start[column + 1]; ++k)
            if (pattern.row[static_cast<size_t>(k)] == static_cast<int>(column)) diagonal_.push_back(k);
    j_.resize(pattern.row.size() * W);
    w_.resize(j_.size());
    filled_.resize(order_.n_filled() * W);
    for (auto* v : {&atol_, &inverse_, &x0_, &x1_, &f_, &ft_, &y_, &work_, &bound_, &zero_, &rhs_}) v->resize(n_ * W);
    for (auto& u : u_) u.resize(n_ * W);
    for (auto& part : dense_) part.resize(n_ * W);
    for (int l = 0; l < W; ++l) t0_[l] = 0, h_[l] = 1;
}

template <int W>
void RosenbrockLanes<W>::begin(int lane, double time, std::span<const double> x, std::span<const double> atol,
                               double given) {
    Lane& me = lane_[lane];
    me = Lane{};
    me.given = given;
    for (size_t i = 0; i < n_; ++i) atol_[i * W + static_cast<size_t>(lane)] = atol[i];
    restart(lane, time, x);
}

template <int W>
void RosenbrockLanes<W>::restart(int lane, double time, std::span<const double> x) {
    Lane& me = lane_[lane];
    me.active = me.fresh = true;
    me.rejected = false;
    me.tries = 0;
    me.t0 = me.t1 = time;
    for (size_t i = 0; i < n_; ++i) x1_[i * W + static_cast<size_t>(lane)] = x[i];
    linearised_ = false;
}

template <int W>
double RosenbrockLanes<W>::first_step(int lane) const {
    double rate = 0;
    for (size_t k = static_cast<size_t>(lane); k < n_states_ * W; k += W)
        rate = std::max(rate, std::abs(f_[k]) / (atol_[k] + rtol_ * std::abs(x0_[k])));
    return rate > 0 ? 0.01 * lang::scalar::power(rtol_, 0.2) / (rate * rtol_) : 1.0;
}

/// Rates and Jacobian where every lane stands.
template <int W>
void RosenbrockLanes<W>::linearise() {
    if (linearised_) return;
    linearised_ = true;
    x0_ = x1_;
    for (int l = 0; l < W; ++l) t0_[l] = lane_[l].t0 = lane_[l].t1;
    e_.jacobian({t0_, W}, x0_, j_);
    e_.rates({t0_, W}, x0_, f_);
    if (timed_) {
        int none[W];
        double one[W];
        VIRESCO_EACH_LANE none[l] = -1, one[l] = 1;
        e_.rates_along({{none, W}, {one, W}, zero_}, ft_);
    }
}

template <int W>
void RosenbrockLanes<W>::choose_step(int l) {
    Lane& me = lane_[l];
    if (me.tries == 0) ++me.count.jacobians, ++me.count.rates;
    if (me.fresh) {
        const double guess = me.given > 0 ? me.given : first_step(l);
        me.h = me.h > 0 ? std::min(me.h, guess) : guess;
        me.given = 0;
        me.fresh = false;
    }
    const double left = me.stop - me.t0;
    double h = me.h;
    me.last = h >= left * (1 - 1e-12);
    if (me.last)
        h = left;
    else if (2 * h > left)
        h = left / 2; // two equal steps, rather than one and a very short one
    if (me.t0 + h == me.t0) {
        me.outcome = Outcome::failed;
        me.why = StepFailure::Why::step_too_small;
    }
    h_[l] = h;
}

/// W = M / (gamma h) - J, and its factors.
template <int W>
void RosenbrockLanes<W>::factor() {
    double inverse_step[W];
    VIRESCO_EACH_LANE inverse_step[l] = 1 / (gamma * h_[l]);
    for (size_t k = 0; k < j_.size(); ++k) w_[k] = -j_[k];
    for (size_t i = 0; i < n_states_; ++i) {
        double* w = w_.data() + static_cast<size_t>(diagonal_[i]) * W;
        VIRESCO_EACH_LANE w[l] += inverse_step[l];
    }
    for (int l = 0; l < W; ++l) lane_[l].alone = order_.empty();
    if (order_.empty()) return;
    std::fill(std::copy(w_.begin(), w_.end(), filled_.begin()), filled_.end(), 0.0);
    order_.factor<W>(filled_.data(), inverse_.data());
}

template <int W>
void RosenbrockLanes<W>::solve_alone(int l, const double* b, double* x) {
    std::vector<double> one(n_);
    for (size_t i = 0; i < n_; ++i) one[i] = b[i * W + static_cast<size_t>(l)];
    lane_[l].lu->solve(one);
    for (size_t i = 0; i < n_; ++i) x[i * W + static_cast<size_t>(l)] = one[i];
}

/// b = W^-1 b in every lane.
template <int W>
void RosenbrockLanes<W>::solve(std::vector<double>& b) {
    bool any = false;
    for (int l = 0; l < W; ++l) any = any || lane_[l].alone;
    if (any) rhs_ = b;
    if (!order_.empty()) order_.solve<W>(filled_.data(), inverse_.data(), b.data(), b.data(), work_.data());
    for (int l = 0; any && l < W; ++l)
        if (lane_[l].alone && lane_[l].lu) solve_alone(l, rhs_.data(), b.data());
}

/// to[k] = from[k] + sum over j of factor[j] u_j[k].
template <int W, int N, class Get>
void combine(size_t size, const double* from, const Get& u, const double (&factor)[N], int count, double* to) {
    widest<W>([&]() VIRESCO_INLINE {
        std::copy_n(from, size, to);
        for (int j = 0; j < count; ++j) {
            if (factor[j] == 0) continue;
            const double* uj = u[j].data();
            const double f = factor[j];
            VIRESCO_APART for (size_t k = 0; k < size; ++k) to[k] += f * uj[k];
        }
    });
}

/// Stage i (from 0): u_[i]; y_ is its argument.
template <int W>
void RosenbrockLanes<W>::stage(int i) {
    const size_t size = n_ * W;
    std::vector<double>& u = u_[i];
    if (i == 0) {
        u = f_;
    } else {
        if (i < 6) {
            combine<W>(size, x0_.data(), u_, a[i], i, y_.data());
        } else {
            const double* last = u_[i - 1].data();
            for (size_t k = 0; k < size; ++k) y_[k] += last[k];
        }
        VIRESCO_EACH_LANE stage_time_[l] = t0_[l] + alpha[i] * h_[l];
        e_.rates({stage_time_, W}, y_, u);
        combine<W>(n_states_ * W, zero_.data(), u_, c[i], i, work_.data());
        double inverse_step[W];
        VIRESCO_EACH_LANE inverse_step[l] = 1 / h_[l];
        for (size_t k = 0; k < n_states_ * W; k += W) {
            double* to = u.data() + k;
            const double* sum = work_.data() + k;
            VIRESCO_EACH_LANE to[l] += inverse_step[l] * sum[l];
        }
    }
    if (timed_ && d[i] != 0)
        for (size_t k = 0; k < size; k += W) {
            double* to = u.data() + k;
            const double* ft = ft_.data() + k;
            VIRESCO_EACH_LANE to[l] += h_[l] * d[i] * ft[l];
        }
    if (i > 0) {
        solve(u);
        return;
    }
    // The first solve tells which lanes the fixed order does not serve; they get pivots of their own.
    constexpr double worst = 1e-10;
    double error[W];
    if (!order_.empty()) {
        order_.solve<W>(filled_.data(), inverse_.data(), u.data(), y_.data(), work_.data());
        const auto& pattern = e_.program().jacobian();
        backward_error<W>(pattern.start, pattern.row, w_.data(), y_.data(), u.data(), work_.data(), bound_.data(),
                          error);
        for (int l = 0; l < W; ++l) lane_[l].alone = !(error[l] <= worst);
    }
    for (int l = 0; l < W; ++l) {
        Lane& me = lane_[l];
        if (!me.alone || !me.active || me.outcome == Outcome::failed) continue;
        const auto& pattern = e_.program().jacobian();
        std::vector<double> values(pattern.row.size());
        bool finite = true;
        for (size_t k = 0; k < values.size(); ++k) {
            values[k] = w_[k * W + static_cast<size_t>(l)];
            finite = finite && std::isfinite(values[k]);
        }
        me.lu = std::make_unique<numerics::SparseLu>(pattern.start, pattern.row); // no pivots of another matrix
        me.why = StepFailure::Why::not_a_number;
        if (!finite || !me.lu->factor(values)) {
            if (finite) me.why = StepFailure::Why::singular;
            me.outcome = Outcome::rejected;
            me.lu.reset();
            continue;
        }
        solve_alone(l, u.data(), y_.data());
    }
    std::swap(u, y_);
}

/// Accepts or rejects, and chooses the next step.
template <int W>
void RosenbrockLanes<W>::judge(int l, double error, double factor) {
    Lane& me = lane_[l];
    constexpr int most_tries = 40;
    const bool unsolved = me.outcome == Outcome::rejected;
    if (unsolved || !std::isfinite(error)) {
        if (!unsolved) me.why = StepFailure::Why::not_a_number;
        me.outcome = ++me.tries > most_tries ? Outcome::failed : Outcome::rejected;
        me.h = h_[l] / 4;
        me.rejected = true;
        ++me.count.failed_steps;
        return;
    }
    if (error > 1) {
        me.outcome = Outcome::rejected;
        me.h = h_[l] * factor;
        me.rejected = true;
        ++me.tries;
        ++me.count.failed_steps;
        return;
    }
    const double grown = h_[l] * (me.rejected ? std::min(factor, 1.0) : factor);
    // A step cut short by its end says little.
    me.h = !me.last || grown < me.h ? grown : std::max(me.h, grown);
    me.outcome = Outcome::accepted;
    me.rejected = false;
    me.tries = 0;
    ++me.count.steps;
    me.t1 = me.last ? me.stop : me.t0 + h_[l];
}

template <int W>
void RosenbrockLanes<W>::attempt() {
    linearise();
    interpolated_ = false;
    for (int l = 0; l < W; ++l) {
        lane_[l].outcome = Outcome::none;
        if (lane_[l].active) choose_step(l);
    }
    factor();
    for (int i = 0; i < stages; ++i) stage(i);
    double sum[W] = {}, error[W];
    const std::vector<double>& last = u_[stages - 1];
    widest<W>([&]() VIRESCO_INLINE {
        for (size_t k = 0; k < n_ * W; k += W) {
            const double *y = y_.data() + k, *u = last.data() + k, *x0 = x0_.data() + k, *atol = atol_.data() + k;
            double* x1 = x1_.data() + k;
            VIRESCO_EACH_LANE {
                x1[l] = y[l] + u[l];
                const double before = std::fabs(x0[l]), after = std::fabs(x1[l]);
                const double scaled = u[l] / (atol[l] + rtol_ * (before < after ? after : before));
                sum[l] += scaled * scaled;
            }
        }
        VIRESCO_EACH_LANE error[l] = std::sqrt(sum[l] / static_cast<double>(n_ ? n_ : 1));
    });
    // The factor by which the next step is longer: 0.9 / error^(1/5), with the one power of all lanes' width.
    double slots[3 * W];
    VIRESCO_EACH_LANE slots[l] = error[l] > 1e-12 ? error[l] : 1e-12, slots[W + l] = -0.2;
    const lang::Instruction power{lang::Op::power, 2, 0, 1, -1};
    kernels_.run(&power, &power + 1, slots);
    for (int l = 0; l < W; ++l) {
        Lane& me = lane_[l];
        if (!me.active) continue;
        me.count.rates += stages - 1;
        ++me.count.factorisations;
        if (me.outcome != Outcome::failed) judge(l, error[l], std::clamp(0.9 * slots[2 * W + l], 0.2, 6.0));
        if (me.outcome == Outcome::accepted)
            linearised_ = false;
        else // back to where it stood; dense output is of accepted steps
            for (size_t k = static_cast<size_t>(l); k < n_ * W; k += W) x1_[k] = x0_[k];
    }
}

template <int W>
void RosenbrockLanes<W>::interpolate() {
    if (interpolated_) return;
    interpolated_ = true;
    for (int i = 0; i < 3; ++i) combine<W>(n_ * W, zero_.data(), u_, dense[i], stages, dense_[i].data());
}

namespace {
inline double interpolant(double s, double x0, double x1, double e1, double e2, double e3) {
    return x0 * (1 - s) + s * (x1 + (1 - s) * (e1 + s * (e2 + s * e3)));
}
} // namespace

template <int W>
void RosenbrockLanes<W>::at(int l, double time, std::span<double> x) {
    const Lane& me = lane_[l];
    interpolate();
    const double s = me.t1 > me.t0 ? (time - me.t0) / (me.t1 - me.t0) : 1;
    for (size_t i = 0; i < n_; ++i) {
        const size_t k = i * W + static_cast<size_t>(l);
        x[i] = s == 1 ? x1_[k] : interpolant(s, x0_[k], x1_[k], dense_[0][k], dense_[1][k], dense_[2][k]);
    }
}

template <int W>
void RosenbrockLanes<W>::at_times(const double* time, std::span<double> x) {
    interpolate();
    double s[W];
    for (int l = 0; l < W; ++l) {
        const Lane& me = lane_[l];
        s[l] = me.t1 > me.t0 ? (time[l] - me.t0) / (me.t1 - me.t0) : 1;
    }
    widest<W>([&]() VIRESCO_INLINE {
        for (size_t k = 0; k < n_ * W; k += W) {
            const double *x0 = x0_.data() + k, *x1 = x1_.data() + k;
            const double *e1 = dense_[0].data() + k, *e2 = dense_[1].data() + k, *e3 = dense_[2].data() + k;
            double* to = x.data() + k;
            VIRESCO_EACH_LANE to[l] = s[l] == 1 ? x1[l] : interpolant(s[l], x0[l], x1[l], e1[l], e2[l], e3[l]);
        }
    });
}

template class RosenbrockLanes<1>;
template class RosenbrockLanes<8>;

} // namespace viresco::integrate
