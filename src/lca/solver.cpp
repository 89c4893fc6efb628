#include "lca/solver.h"
#include "base/diagnostic.h"
#include "base/messages/lca_num.h"
#include "lca/solver_lu.h"
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <fmt/format.h>
#include <limits>
#include <map>
#include <mutex>

namespace viresco::lca {
namespace {

size_t at(int i) { return static_cast<size_t>(i); }

/// r = b - P x and the sums it is measured by, in extended precision.
struct Residual {
    std::vector<double> r;
    double relative = 0, backward = 0;

    Residual(const Rows& p, std::span<const double> b, std::span<const double> x) : r(b.size()) {
        long double sum = 0, side = 0, size = 0;
        for (size_t i = 0; i < b.size(); ++i) {
            const long double own = static_cast<long double>(p.diagonal[i]) * x[i];
            long double rest = b[i] - own, magnitude = std::fabs(own);
            for (size_t k = at(p.start[i]); k < at(p.start[i + 1]); ++k) {
                const long double term = static_cast<long double>(p.value[k]) * x[at(p.column[k])];
                rest -= term;
                magnitude += std::fabs(term);
            }
            r[i] = static_cast<double>(rest);
            sum += std::fabs(rest);
            side += std::fabs(b[i]);
            size += magnitude;
        }
        relative = side > 0 ? static_cast<double>(sum / side) : static_cast<double>(sum);
        backward = side + size > 0 ? static_cast<double>(sum / (side + size)) : 0;
    }
};

} // namespace

struct Solver::Impl {
    const System& system;
    const Database* names;
    SolveOptions options;
    Order order;
    Rows forward, adjoint;
    mutable std::mutex mutex;
    mutable std::map<int, BlockLu> factors; ///< by block of the forward rows

    Impl(const System& s, const Database* d, const SolveOptions& o) : system(s), names(d), options(o) {
        check_entries();
        order = consumers_first(s.technosphere);
        forward = forward_rows(s, order);
        adjoint = adjoint_rows(s, order);
        check_diagonal();
    }

    std::string name(int activity) const {
        const int process = at(activity) < system.activities.size() ? system.activities[at(activity)].process : -1;
        if (!names || process < 0 || at(process) >= names->processes.size()) return fmt::format("#{}", activity);
        return names->processes[at(process)].name;
    }
    std::string product(int activity) const {
        const int flow = at(activity) < system.activities.size() ? system.activities[at(activity)].flow : -1;
        return names && flow >= 0 ? names->flows[at(flow)].name : name(activity);
    }

    void check_entries() const {
        Diagnostics bad;
        const auto check = [&](const char* what, const Columns& m, auto row_name) {
            for (int j = 0; j < m.columns(); ++j) {
                for (int k = m.start[at(j)]; k < m.start[at(j) + 1]; ++k) {
                    if (std::isfinite(m.value[at(k)])) continue;
                    bad.error({}, message::lca_bad_entry,
                              {what, name(j), row_name(m.row[at(k)]), fmt::format("{}", m.value[at(k)])});
                }
            }
        };
        check("input", system.technosphere, [&](int i) { return product(i); });
        check("elementary exchange", system.intervention, [&](int i) {
            const int flow = at(i) < system.flows.size() ? system.flows[at(i)] : -1;
            return names && flow >= 0 ? names->flows[at(flow)].name : fmt::format("#{}", i);
        });
        if (bad.has_errors()) throw SolveError(bad);
    }

    void check_diagonal() const {
        Diagnostics bad;
        for (int j = 0; j < static_cast<int>(system.diagonal.size()); ++j) {
            const double d = forward.diagonal[at(order.position[at(j)])];
            if (d == 0 || !std::isfinite(d)) {
                bad.error({}, message::lca_no_output, {name(j), product(j), fmt::format("{}", d)});
            }
        }
        if (bad.has_errors()) throw SolveError(bad);
    }

    /// Names of up to four activities of a block, the given one first.
    std::string some_of(int block, int first) const {
        std::string text = "'" + name(order.activity[at(first)]) + "'";
        int shown = 1;
        const int end = order.block_start[at(block) + 1];
        for (int i = order.block_start[at(block)]; i < end; ++i) {
            if (i == first) continue;
            if (++shown > 4) return text + ", ..";
            text += ", '" + name(order.activity[at(i)]) + "'";
        }
        return text;
    }

    const BlockLu& lu(int block) const {
        const std::lock_guard lock(mutex);
        auto found = factors.find(block);
        if (found == factors.end()) {
            found = factors.emplace(block, BlockLu(forward, block, options.fill_budget)).first;
        }
        const BlockLu::Failure& failure = found->second.failure();
        using Kind = BlockLu::Failure::Kind;
        if (failure.kind == Kind::none) return found->second;
        const int size = order.block_start[at(block) + 1] - order.block_start[at(block)];
        Diagnostics bad;
        if (failure.kind == Kind::singular) {
            bad.error({}, message::lca_singular,
                      {name(order.activity[at(failure.row)]), std::to_string(size), some_of(block, failure.row)})
                .hint(message::lca_singular_hint);
        } else {
            bad.error({}, message::lca_fill_budget,
                      {std::to_string(size), fmt::format("{:.3g}", failure.numbers),
                       fmt::format("{:.3g}", options.fill_budget),
                       name(order.activity[at(order.block_start[at(block) + 1] - 1)])})
                .hint(message::lca_fill_hint);
        }
        throw SolveError(bad);
    }

    Solution solve(std::span<const double> side, bool transposed) const {
        const Rows& p = transposed ? adjoint : forward;
        const auto n = static_cast<size_t>(p.size());
        const auto row = [&](size_t activity) {
            const auto position = at(order.position[activity]);
            return transposed ? n - 1 - position : position;
        };
        if (side.size() != n) {
            Diagnostics bad;
            bad.error({}, message::lca_demand_size, {std::to_string(side.size()), std::to_string(n)});
            throw SolveError(bad);
        }
        std::vector<double> b(n), x(n, 0);
        for (size_t j = 0; j < n; ++j) {
            b[row(j)] = side[j];
            if (std::isfinite(side[j])) continue;
            Diagnostics bad;
            bad.error({}, message::lca_demand_value, {name(static_cast<int>(j)), fmt::format("{}", side[j])});
            throw SolveError(bad);
        }
        const auto fallback = [&](int block, std::span<const double> local, std::span<double> out) {
            std::copy(local.begin(), local.end(), out.begin());
            if (!transposed) {
                lu(block).solve(out);
                return;
            }
            std::reverse(out.begin(), out.end());
            lu(p.blocks() - 1 - block).solve_transposed(out);
            std::reverse(out.begin(), out.end());
        };
        BlockOptions block_options{options.tolerance, options.max_sweeps, options.max_steps, {}};
        const BlockStatistics first = solve_blocks(p, b, x, block_options, fallback);
        Solution out;
        out.method = first.method;
        out.sweeps = first.sweeps;
        Residual residual(p, b, x);
        if (options.refine) refine(p, b, x, residual, out, fallback);
        if (!(residual.backward <= 1e-8)) not_solved(p, residual, x, transposed);
        out.residual = residual.backward;
        out.demand_residual = residual.relative;
        out.x.resize(n);
        for (size_t j = 0; j < n; ++j) out.x[j] = x[row(j)];
        return out;
    }

    /// Corrections from the residual while it falls by half or more and is not down to rounding.
    void refine(const Rows& p, std::span<const double> b, std::vector<double>& x, Residual& residual, Solution& out,
                const BlockFallback& fallback) const {
        constexpr double rounding = 4 * std::numeric_limits<double>::epsilon();
        const BlockOptions loose{1e-5, options.max_sweeps, options.max_steps, {}};
        for (int step = 0; step < 5 && residual.relative > rounding && std::isfinite(residual.relative); ++step) {
            std::vector<double> correction(x.size(), 0), next(x);
            solve_blocks(p, residual.r, correction, loose, fallback);
            for (size_t i = 0; i < x.size(); ++i) next[i] += correction[i];
            Residual better(p, b, next);
            if (!(better.relative < residual.relative)) return;
            const bool enough = better.relative > 0.5 * residual.relative;
            x.swap(next);
            std::swap(residual, better);
            ++out.corrections;
            if (enough) return;
        }
    }

    [[noreturn]] void not_solved(const Rows& p, const Residual& residual, std::span<const double> x,
                                 bool transposed) const {
        size_t worst = 0;
        double largest = -1;
        for (size_t i = 0; i < x.size(); ++i) {
            const double r = std::fabs(residual.r[i] * p.inverse[i]);
            if (!(r <= largest)) {
                largest = std::isfinite(r) ? r : std::numeric_limits<double>::infinity();
                worst = i;
            }
        }
        double low = std::fabs(p.diagonal[worst]), high = low;
        for (size_t k = at(p.start[worst]); k < at(p.start[worst + 1]); ++k) {
            const double v = std::fabs(p.value[k]);
            if (v > 0) low = std::min(low, v), high = std::max(high, v);
        }
        const int activity = order.activity[transposed ? x.size() - 1 - worst : worst];
        Diagnostics bad;
        bad.error({}, message::lca_not_solved, {fmt::format("{:.3g}", residual.backward), name(activity)})
            .hint(message::lca_scaling_hint, {fmt::format("{:.3g}", low), fmt::format("{:.3g}", high)});
        throw SolveError(bad);
    }
};

Solver::Solver(const System& system, const Database* names, const SolveOptions& options)
    : impl_(std::make_unique<Impl>(system, names, options)) {}
Solver::~Solver() = default;
Solver::Solver(Solver&&) noexcept = default;
Solver& Solver::operator=(Solver&&) noexcept = default;

const System& Solver::system() const { return impl_->system; }
const Order& Solver::order() const { return impl_->order; }
std::string Solver::name(int activity) const { return impl_->name(activity); }

Solution Solver::solve(std::span<const double> demand) const { return impl_->solve(demand, false); }

Solution Solver::solve(int activity, double amount) const {
    std::vector<double> demand(impl_->system.diagonal.size(), 0);
    demand.at(at(activity)) = amount;
    return solve(demand);
}

Solution Solver::solve_transposed(std::span<const double> weight) const { return impl_->solve(weight, true); }

std::vector<double> Solver::inventory(std::span<const double> supply) const {
    const Columns& b = impl_->system.intervention;
    std::vector<double> g(at(b.rows), 0);
    for (size_t j = 0; j < at(b.columns()); ++j) {
        if (supply[j] == 0) continue;
        for (size_t k = at(b.start[j]); k < at(b.start[j + 1]); ++k) g[at(b.row[k])] += b.value[k] * supply[j];
    }
    return g;
}

std::vector<double> Solver::scores(std::span<const double> inventory) const {
    const Columns& c = impl_->system.characterisation;
    std::vector<double> out(at(c.rows), 0);
    for (size_t f = 0; f < at(c.columns()); ++f) {
        for (size_t k = at(c.start[f]); k < at(c.start[f + 1]); ++k) out[at(c.row[k])] += c.value[k] * inventory[f];
    }
    return out;
}

std::vector<double> Solver::factors(int category) const {
    const Columns& c = impl_->system.characterisation;
    std::vector<double> out(at(impl_->system.intervention.rows), 0);
    for (size_t f = 0; f < at(c.columns()); ++f) {
        for (size_t k = at(c.start[f]); k < at(c.start[f + 1]); ++k) {
            if (c.row[k] == category) out[f] += c.value[k];
        }
    }
    return out;
}

std::vector<double> Solver::direct_scores(int category) const {
    const std::vector<double> factor = factors(category);
    const Columns& b = impl_->system.intervention;
    std::vector<double> out(at(b.columns()), 0);
    for (size_t j = 0; j < at(b.columns()); ++j) {
        for (size_t k = at(b.start[j]); k < at(b.start[j + 1]); ++k) out[j] += b.value[k] * factor[at(b.row[k])];
    }
    return out;
}

Solution Solver::unit_scores(int category) const { return solve_transposed(direct_scores(category)); }

UnitScores::UnitScores(const Solver& solver, std::span<const int> categories) {
    std::vector<int> wanted(categories.begin(), categories.end());
    if (wanted.empty()) {
        for (int c = 0; c < solver.system().characterisation.rows; ++c) wanted.push_back(c);
    }
    n_categories_ = static_cast<int>(wanted.size());
    const size_t n = solver.system().diagonal.size();
    values_.resize(n * wanted.size());
    for (size_t c = 0; c < wanted.size(); ++c) {
        const Solution s = solver.unit_scores(wanted[c]);
        worst_residual_ = std::max(worst_residual_, s.residual);
        for (size_t j = 0; j < n; ++j) values_[j * wanted.size() + c] = s.x[j];
    }
}

std::span<const double> UnitScores::of(int activity) const {
    return std::span(values_).subspan(at(activity) * at(n_categories_), at(n_categories_));
}

void UnitScores::scores(std::span<const int> activity, std::span<const double> amount, std::span<double> out) const {
    std::fill(out.begin(), out.end(), 0.0);
    for (size_t k = 0; k < activity.size(); ++k) {
        const std::span<const double> unit = of(activity[k]);
        for (size_t c = 0; c < unit.size(); ++c) out[c] += amount[k] * unit[c];
    }
}

} // namespace viresco::lca
