#include "study/model.h"
#include <algorithm>
#include <cmath>
#include <limits>

namespace viresco::study {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
/// Rounds after which a sample is finished alone: most need 5 to 20, those that fail more than a thousand.
constexpr int patience = 40;
constexpr double open_balance = 1e-6; ///< of what crosses the boundary, as cases::evaluate has it

} // namespace

Worker::Worker(const Model& m, size_t scenario, const Design& design, bool derivatives)
    : model_(m), scenario_(m.scenarios()[scenario]), targets_(m.inputs().targets(scenario)), design_(design),
      derivatives_(derivatives), evaluation_(scenario_.compiled->program, width),
      single_(scenario_.compiled->program, 1) {
    evaluation_.set_patience(patience);
    if (scenario_.code) evaluation_.use(scenario_.code);
    const auto n = static_cast<size_t>(m.inputs().size());
    u_.resize(n);
    x_.resize(n);
    lanes_.resize(n * width);
    parameters_.resize(scenario_.compiled->parameters.size() * width);
    outside_.resize(width * m.routes().size());
}

std::vector<double> Worker::parameters(uint64_t row) {
    std::vector<double> out = scenario_.compiled->parameters;
    design_.point(row, u_);
    model_.inputs().values(u_, x_);
    for (const Inputs::Target& t : targets_) out[static_cast<size_t>(t.parameter)] = x_[static_cast<size_t>(t.input)];
    return out;
}

Cube::Chunk Worker::rows(uint64_t first, uint64_t n) {
    const size_t columns = model_.columns().size(), inputs = x_.size(), routes = model_.routes().size();
    Cube::Chunk out;
    out.values.assign(n * columns * (derivatives_ ? 1 + inputs : 1), nan);
    out.flags.assign(n * routes, 0);
    for (uint64_t k = 0; k < n; k += width) batch(first + k, std::min<size_t>(width, n - k), out, k);
    return out;
}

void Worker::batch(uint64_t first, size_t n, Cube::Chunk& out, size_t at) {
    const std::vector<double>& nominal = scenario_.compiled->parameters;
    const size_t routes = model_.routes().size(), inputs = x_.size();
    for (size_t i = 0; i < nominal.size(); ++i)
        std::fill_n(parameters_.begin() + static_cast<long>(i * width), width, nominal[i]);
    std::fill(outside_.begin(), outside_.end(), 0U);
    for (size_t l = 0; l < n; ++l) {
        design_.point(first + l, u_);
        model_.inputs().values(u_, x_);
        for (size_t k = 0; k < inputs; ++k) lanes_[k * width + l] = x_[k];
        for (size_t k = 0; k < targets_.size(); ++k) {
            const Inputs::Target& t = targets_[k];
            const double x = x_[static_cast<size_t>(t.input)];
            parameters_[static_cast<size_t>(t.parameter) * width + l] = x;
            const lang::Parameter& p = scenario_.compiled->program.parameters()[static_cast<size_t>(t.parameter)];
            const double slack = 1e-12 * std::fabs(x);
            if ((!p.lowest || x >= *p.lowest - slack) && (!p.highest || x <= *p.highest + slack)) continue;
            const Failure f{Failure::Kind::outside_limits, static_cast<uint32_t>(t.input)};
            for (size_t r = 0; r < routes; ++r)
                if (scenario_.route_of_target[k] == r || scenario_.route_of_target[k] == routes)
                    if (uint32_t& word = outside_[l * routes + r]; word == 0) word = f.word();
        }
    }
    evaluation_.run(parameters_);
    evaluation_.run_audit();
    std::vector<size_t> together, alone;
    for (size_t l = 0; l < n; ++l) (evaluation_.status(static_cast<int>(l)).converged ? together : alone).push_back(l);
    for (const size_t l : together) read(evaluation_, l, l, out, at + l);
    if (derivatives_) derivatives(evaluation_, together, out, at);
    for (const size_t l : alone) {
        std::vector<double> own(nominal.size());
        for (size_t i = 0; i < own.size(); ++i) own[i] = parameters_[i * width + l];
        single_.run(own);
        single_.run_audit();
        read(single_, 0, l, out, at + l);
        const size_t one[1] = {l};
        if (derivatives_) derivatives(single_, one, out, at);
    }
}

/// Flags and columns of a sample of the batch, from a lane of an evaluation.
void Worker::read(lang::Evaluation& e, size_t l, size_t sample, Cube::Chunk& out, size_t at) {
    const size_t routes = model_.routes().size(), columns = model_.columns().size();
    const std::span<uint32_t> flags(&out.flags[at * routes], routes);
    for (size_t r = 0; r < routes; ++r) flags[r] = outside_[sample * routes + r];
    judge(e, l, flags);
    double* const row = &out.values[at * columns * (derivatives_ ? 1 + x_.size() : 1)];
    const int lane = static_cast<int>(l);
    for (size_t c = 0; c < columns; ++c) {
        const Column& column = model_.columns()[c];
        if (flags[column.route_index] != 0 || scenario_.slots[c] < 0) continue;
        if (scenario_.conditions[c] >= 0 && e.value(scenario_.conditions[c], lane) != 1) continue;
        const double y = e.value(scenario_.slots[c], lane);
        if (std::isfinite(y)) row[c] = column.unit.from_si(y);
    }
}

/// Derivatives of samples of the batch: lane = sample in eight lanes, the only one in one.
void Worker::derivatives(lang::Evaluation& e, std::span<const size_t> samples, Cube::Chunk& out, size_t at) {
    const size_t columns = model_.columns().size(), inputs = x_.size(), w = static_cast<size_t>(e.width());
    std::vector<double> sums(inputs);
    for (size_t c = 0; c < columns && !samples.empty(); ++c) {
        if (scenario_.slots[c] < 0) continue;
        const std::pair<int32_t, double> seed[1] = {{scenario_.slots[c], 1.0}};
        e.gradient(seed, gradient_);
        for (const size_t sample : samples) {
            double* const row = &out.values[(at + sample) * columns * (1 + inputs)];
            if (std::isnan(row[c])) continue;
            std::fill(sums.begin(), sums.end(), 0.0);
            for (const Inputs::Target& t : targets_)
                sums[static_cast<size_t>(t.input)] +=
                    gradient_[static_cast<size_t>(t.parameter) * w + (w == 1 ? 0 : sample)];
            for (size_t k = 0; k < inputs; ++k) {
                const bool logarithmic = model_.inputs().list()[k].distribution.kind() == Distribution::Kind::lognormal;
                row[columns + c * inputs + k] = sums[k] * (logarithmic ? lanes_[k * width + sample] : 1) /
                                                model_.columns()[c].unit.factor;
            }
        }
    }
}

/// The first reason, in the order in which cases::evaluate looks for them, why a lane has no result in each route.
void Worker::judge(const lang::Evaluation& evaluation, size_t l, std::span<uint32_t> flags) const {
    using Kind = Failure::Kind;
    const int lane = static_cast<int>(l);
    const size_t routes = flags.size();
    const auto fail = [&](size_t route, Kind kind, size_t detail) {
        const Failure f{kind, static_cast<uint32_t>(detail)};
        for (size_t r = 0; r < routes; ++r)
            if ((r == route || route >= routes) && flags[r] == 0) flags[r] = f.word();
    };
    const lang::Program& program = scenario_.compiled->program;
    if (!evaluation.status(lane).converged) {
        // The status names one block; another route's may have failed as well.
        bool found = false;
        for (size_t b = 0; b < program.implicit().size(); ++b)
            for (const int k : program.implicit()[b].unknowns) {
                const auto& s = program.unknown_slots()[static_cast<size_t>(k)];
                const double left = evaluation.value(s.left, lane), right = evaluation.value(s.right, lane);
                const double size = std::max(std::fabs(left), std::fabs(right));
                if (std::fabs(left - right) <= 1e-6 * size + 1e-12) continue;
                fail(scenario_.route_of_block[b], Kind::not_converged, b);
                found = true;
                break;
            }
        const int block = evaluation.status(lane).block;
        const bool known = block >= 0 && static_cast<size_t>(block) < scenario_.route_of_block.size();
        if (known)
            fail(scenario_.route_of_block[static_cast<size_t>(block)], Kind::not_converged, static_cast<size_t>(block));
        else if (!found)
            fail(routes, Kind::not_converged, 0);
    }
    for (size_t k = 0; k < scenario_.requirements.size(); ++k) {
        const auto& w = scenario_.requirements[k];
        if (evaluation.value(w.slot, lane) != 1) fail(w.route, Kind::requirement, k);
    }
    for (size_t k = 0; k < scenario_.specifications.size(); ++k) {
        const auto& w = scenario_.specifications[k];
        const double v = evaluation.value(w.slot, lane), slack = 1e-9 * std::fabs(v);
        if (!(v >= w.lowest - slack && v <= w.highest + slack)) fail(w.route, Kind::specification, k);
    }
    for (const auto& w : scenario_.products)
        if (!std::isfinite(evaluation.value(w.slot, lane))) fail(w.route, Kind::not_a_number, 0);
    for (size_t k = 0; k < scenario_.flows.size(); ++k) {
        const auto& w = scenario_.flows[k];
        const double flow = evaluation.value(w.slot, lane);
        if (flow < 0 && flow < -1e-9 * std::max(std::fabs(evaluation.value(w.other, lane)), 1e-9))
            fail(w.route, Kind::negative_flow, k);
    }
    for (size_t k = 0; k < scenario_.balances.size(); ++k) {
        const auto& w = scenario_.balances[k];
        const double gross = evaluation.value(w.other, lane);
        if (std::fabs(evaluation.value(w.slot, lane)) > open_balance * gross) fail(w.route, Kind::balance, k);
    }
}

} // namespace viresco::study
