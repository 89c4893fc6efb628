#include "lca/monte_carlo.h"
#include "base/diagnostic.h"
#include "lca/monte_carlo_check.h"
#include "lca/monte_carlo_formulas.h"
#include "lca/solver_lu.h"
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <exception>
#include <optional>
#include <thread>

namespace viresco::lca {
namespace {

size_t at(int i) { return static_cast<size_t>(i); }

/// What the draws of one run share: the part of the system that the demands reach, and where each entry comes from.
struct Plan {
    const Database& database;
    const System& system;
    std::span<const uint32_t> first_id;
    const MonteCarloOptions& options;

    Order order;
    Rows rows; ///< A of the reached activities, deterministic
    std::optional<UncertainParameters> parameters;
    DrawnEntries technosphere, diagonal, intervention, characterisation;
    // B: characterised flows only, by position; flows renumbered. C: by renumbered flow.
    std::vector<int> b_start{0}, b_row, c_start{0}, c_row;
    std::vector<double> b_value, c_value;
    size_t n = 0, n_flows = 0, n_categories = 0;

    std::vector<std::vector<double>> demand, supply; ///< by position, per demand; deterministic
    std::vector<double> unit;                        ///< n x categories: d(score)/d(demand), deterministic
    std::vector<double> weight;                      ///< of a change in a row: the largest relative change of a score
    // Control variate, per demand: means of A s, B s and C g at the deterministic s and g.
    std::vector<std::vector<double>> mean_use, mean_inventory, inventory;
    std::vector<double> mean_characterisation;

    Plan(const Database& d, const System& s, std::span<const uint32_t> ids,
         std::span<const std::vector<double>> demands, const MonteCarloOptions& o)
        : database(d), system(s), first_id(ids), options(o) {
        std::vector<int> wanted;
        for (const auto& f : demands) {
            for (size_t j = 0; j < f.size(); ++j) {
                if (f[j] != 0) wanted.push_back(static_cast<int>(j));
            }
        }
        const std::vector<char> reached = suppliers_of(s.technosphere, wanted);
        const std::vector<char> processes = processes_of(reached);
        parameters.emplace(d, s, processes);
        check(processes);
        order = consumers_first(s.technosphere, reached);
        rows = forward_rows(s, order);
        n = at(order.size());
        n_categories = at(s.characterisation.rows);
        take_technosphere();
        take_intervention();
        take_deterministic(demands);
        if (o.control_variate) take_means();
    }

    /// Entry `entry` of A (-1: its diagonal) or B.
    void add(DrawnEntries& to, size_t target, const Origin& o, double value, bool of_b, int entry) const {
        if (o.process < 0 || o.exchange < 0) return;
        parameters->add(to, target, o, first_id[at(o.process)] + static_cast<uint32_t>(o.exchange), value, of_b, entry);
    }

    std::vector<char> processes_of(const std::vector<char>& reached) const {
        std::vector<char> processes(database.processes.size(), 0);
        for (size_t j = 0; j < reached.size(); ++j) {
            if (reached[j] && system.activities[j].process >= 0) processes[at(system.activities[j].process)] = 1;
        }
        return processes;
    }

    /// An invalid uncertainty within reach is an error; elsewhere it does no harm.
    void check(const std::vector<char>& processes) const {
        Diagnostics bad;
        for (const UncertaintyFault& f : check_uncertainties(database, processes)) {
            if (f.severity == Severity::error) bad.error({}, f.text.id, f.text.args).hint(f.hint.id, f.hint.args);
        }
        parameters->check(processes, bad);
        bad.throw_if_errors();
    }

    void take_technosphere() {
        for (size_t k = 0; k < rows.entry.size(); ++k) {
            const int entry = rows.entry[k];
            add(technosphere, k, system.technosphere_origin[at(entry)], system.technosphere.value[at(entry)], false,
                entry);
        }
        for (size_t k = 0; k < rows.own_entry.size(); ++k) {
            const int entry = rows.own_entry[k];
            add(diagonal, n + k, system.technosphere_origin[at(entry)], system.technosphere.value[at(entry)], false,
                entry);
        }
        for (size_t i = 0; i < n; ++i) {
            const auto j = at(order.activity[i]);
            add(diagonal, i, system.diagonal_origin[j], system.diagonal[j], false, -1);
        }
    }

    void take_intervention() {
        std::vector<int> flow(at(system.intervention.rows), -1);
        const Columns& b = system.intervention;
        const Columns& c = system.characterisation;
        for (int activity : order.activity) {
            for (size_t k = at(b.start[at(activity)]); k < at(b.start[at(activity) + 1]); ++k) {
                const auto f = at(b.row[k]);
                if (c.start[f] == c.start[f + 1]) continue; // no category counts it
                if (flow[f] < 0) {
                    flow[f] = static_cast<int>(n_flows++);
                    for (size_t q = at(c.start[f]); q < at(c.start[f + 1]); ++q) {
                        parameters->add_factor(characterisation, c_row.size(),
                                               first_id.back() + static_cast<uint32_t>(q), static_cast<int>(q));
                        c_row.push_back(c.row[q]);
                        c_value.push_back(c.value[q]);
                    }
                    c_start.push_back(static_cast<int>(c_row.size()));
                }
                add(intervention, b_row.size(), system.intervention_origin[k], b.value[k], true, static_cast<int>(k));
                b_row.push_back(flow[f]);
                b_value.push_back(b.value[k]);
            }
            b_start.push_back(static_cast<int>(b_row.size()));
        }
    }

    void take_deterministic(std::span<const std::vector<double>> demands) {
        const Solver solver(system, &database);
        const UnitScores all(solver);
        unit.resize(n * n_categories);
        std::vector<double> direct(n * n_categories, 0);
        for (size_t i = 0; i < n; ++i) {
            const std::span<const double> of = all.of(order.activity[i]);
            std::copy(of.begin(), of.end(), unit.begin() + static_cast<ptrdiff_t>(i * n_categories));
            for (size_t k = at(b_start[i]); k < at(b_start[i + 1]); ++k) {
                for (size_t q = at(c_start[at(b_row[k])]); q < at(c_start[at(b_row[k]) + 1]); ++q) {
                    direct[i * n_categories + at(c_row[q])] += b_value[k] * c_value[q];
                }
            }
        }
        std::vector<double> size(n_categories, 0); // of the smallest demand: direct scores without their signs
        for (const auto& f : demands) {
            const std::vector<double> s = solver.solve(f).x;
            std::vector<double> by_position(n), wanted(n), own(n_categories, 0);
            for (size_t i = 0; i < n; ++i) {
                by_position[i] = s[at(order.activity[i])];
                wanted[i] = f[at(order.activity[i])];
                for (size_t c = 0; c < n_categories; ++c) {
                    own[c] += std::fabs(by_position[i] * direct[i * n_categories + c]);
                }
            }
            for (size_t c = 0; c < n_categories; ++c) size[c] = size[c] == 0 ? own[c] : std::min(size[c], own[c]);
            supply.push_back(std::move(by_position));
            demand.push_back(std::move(wanted));
        }
        weight.assign(n, 0);
        for (size_t i = 0; i < n; ++i) {
            for (size_t c = 0; c < n_categories; ++c) {
                if (size[c] == 0) continue;
                weight[i] = std::max(weight[i], std::fabs(rows.diagonal[i] * unit[i * n_categories + c]) / size[c]);
            }
        }
    }

    void take_means() {
        std::vector<double> a = rows.value, d = diagonal_values(), b = b_value;
        mean_characterisation = c_value;
        take_mean(technosphere, a);
        take_mean(diagonal, d);
        take_mean(intervention, b);
        take_mean(characterisation, mean_characterisation);
        fold_own(d);
        for (const auto& s : supply) {
            mean_use.emplace_back(n);
            for (size_t i = 0; i < n; ++i) mean_use.back()[i] = use(a.data(), d.data(), s.data(), i);
            mean_inventory.push_back(inventory_of(b, s));
            inventory.push_back(inventory_of(b_value, s));
        }
    }

    /// Means of what the first-order term sees.
    void take_mean(const DrawnEntries& entries, std::vector<double>& values) const {
        entries.samples.means(values);
        if (entries.has_formulas()) entries.apply_linear(parameters->means().linear, parameters->nominal(), values);
    }

    /// Diagonal without own entries, then the own entries: what the samples of the diagonal write to.
    std::vector<double> diagonal_values() const {
        std::vector<double> d(n + rows.own_entry.size());
        for (size_t i = 0; i < n; ++i) d[i] = system.diagonal[at(order.activity[i])];
        for (size_t k = 0; k < rows.own_entry.size(); ++k) d[n + k] = system.technosphere.value[at(rows.own_entry[k])];
        return d;
    }
    void fold_own(std::vector<double>& d) const {
        for (size_t k = 0; k < rows.own_row.size(); ++k) d[at(rows.own_row[k])] += d[n + k];
    }

    /// Row i of A s.
    double use(const double* a, const double* d, const double* s, size_t i) const {
        double sum = d[i] * s[i];
        for (size_t k = at(rows.start[i]); k < at(rows.start[i + 1]); ++k) sum += a[k] * s[at(rows.column[k])];
        return sum;
    }
    std::vector<double> inventory_of(const std::vector<double>& b, const std::vector<double>& s) const {
        std::vector<double> g(n_flows, 0);
        for (size_t i = 0; i < n; ++i) {
            for (size_t k = at(b_start[i]); k < at(b_start[i + 1]); ++k) g[at(b_row[k])] += b[k] * s[i];
        }
        return g;
    }
};

/// One thread's matrices; they are overwritten by every draw.
struct Worker {
    const Plan& plan;
    Rows rows;
    std::vector<double> d, b, c, x, g, g_fixed;
    std::optional<FormulaDraws> formulas;
    /// Matrices with linear formulas, for the first-order term; empty where they are as the others.
    std::vector<double> a_linear, d_linear, b_linear, c_linear;
    int sweeps = 0, escalated = 0;
    double residual = 0;

    explicit Worker(const Plan& p)
        : plan(p), rows(p.rows), d(p.diagonal_values()), b(p.b_value), c(p.c_value), x(p.n), g(p.n_flows),
          g_fixed(p.n_flows) {
        if (!p.parameters->empty()) formulas.emplace(*p.parameters, p.database);
    }

    void run(uint32_t draw, double* scores, double* first_order) {
        const FormulaValues* at_formulas = nullptr;
        if (formulas) at_formulas = &formulas->of(plan.options.seed, draw, plan.options.control_variate);
        draw_entries(plan.technosphere, draw, at_formulas, rows.value, a_linear);
        if (!plan.diagonal.empty()) {
            d = plan.diagonal_values();
            draw_entries(plan.diagonal, draw, at_formulas, d, d_linear);
            plan.fold_own(d);
            if (!d_linear.empty()) plan.fold_own(d_linear);
            std::copy_n(d.begin(), plan.n, rows.diagonal.begin());
            rows.set_inverse();
        }
        draw_entries(plan.intervention, draw, at_formulas, b, b_linear);
        draw_entries(plan.characterisation, draw, at_formulas, c, c_linear);
        bool escalates = false;
        for (size_t k = 0; k < plan.demand.size(); ++k) {
            const std::vector<double>& start = plan.supply[k];
            std::copy(start.begin(), start.end(), x.begin());
            BlockOptions options;
            options.tolerance = plan.options.tolerance;
            options.weight = plan.weight;
            const BlockStatistics s = solve_blocks(rows, plan.demand[k], x, options, fallback(draw));
            sweeps = std::max(sweeps, s.sweeps);
            escalates |= s.method > SolveMethod::gauss_seidel;
            if (draw % 100 == 0) look_at_residual(plan.demand[k]);
            score(start, scores + k * plan.n_categories, first_order ? first_order + k * plan.n_categories : nullptr,
                  k);
        }
        escalated += escalates ? 1 : 0;
    }

private:
    void draw_entries(const DrawnEntries& entries, uint32_t draw, const FormulaValues* at_formulas,
                      std::vector<double>& values, std::vector<double>& linear) const {
        entries.samples.draw(plan.options.seed, draw, values);
        if (!entries.has_formulas()) return;
        if (plan.options.control_variate) {
            linear = values;
            entries.apply_linear(at_formulas->linear, plan.parameters->nominal(), linear);
        }
        entries.apply(at_formulas->exact, values);
    }
    static const double* first_of(const std::vector<double>& linear, const std::vector<double>& exact) {
        return (linear.empty() ? exact : linear).data();
    }

    BlockFallback fallback(uint32_t draw) const {
        return [this, draw](int block, std::span<const double> side, std::span<double> out) {
            const BlockLu lu(rows, block, SolveOptions{}.fill_budget);
            if (lu.failure().kind != BlockLu::Failure::Kind::none) {
                // The ordinary solver, on this very draw, says what is wrong with it.
                const MonteCarlo again(plan.database, plan.system);
                const System system = again.realise(plan.options.seed, draw);
                (void)Solver(system, &plan.database).solve(plan.order.activity[at(rows.block_start[at(block)])]);
            }
            std::copy(side.begin(), side.end(), out.begin());
            lu.solve(out);
        };
    }

    void look_at_residual(const std::vector<double>& f) {
        double sum = 0, size = 0;
        for (size_t i = 0; i < plan.n; ++i) {
            sum += std::fabs(f[i] - plan.use(rows.value.data(), rows.diagonal.data(), x.data(), i));
            size += std::fabs(f[i]) + std::fabs(rows.diagonal[i] * x[i]);
            for (size_t k = at(rows.start[i]); k < at(rows.start[i + 1]); ++k) {
                size += std::fabs(rows.value[k] * x[at(rows.column[k])]);
            }
        }
        residual = std::max(residual, size > 0 ? sum / size : sum);
    }

    void score(const std::vector<double>& start, double* scores, double* first_order, size_t k) {
        std::fill(g.begin(), g.end(), 0.0);
        std::fill(g_fixed.begin(), g_fixed.end(), 0.0);
        const int* row = plan.b_row.data();
        const double* b_first = first_of(b_linear, b);
        for (size_t i = 0; i < plan.n; ++i) {
            const double s = x[i], fixed = start[i];
            for (size_t q = at(plan.b_start[i]); q < at(plan.b_start[i + 1]); ++q) {
                g[at(row[q])] += b[q] * s;
                if (first_order) g_fixed[at(row[q])] += b_first[q] * fixed;
            }
        }
        std::fill_n(scores, plan.n_categories, 0.0);
        for (size_t f = 0; f < plan.n_flows; ++f) {
            for (size_t q = at(plan.c_start[f]); q < at(plan.c_start[f + 1]); ++q) {
                scores[plan.c_row[q]] += c[q] * g[f];
            }
        }
        if (!first_order) return;
        // lambda^T (E[A] - A) s + c^T (B - E[B]) s + (C - E[C]) g, all at the deterministic lambda, s, g, c.
        const double *a_first = first_of(a_linear, rows.value), *d_first = first_of(d_linear, rows.diagonal);
        const double* c_first = first_of(c_linear, c);
        std::fill_n(first_order, plan.n_categories, 0.0);
        for (size_t i = 0; i < plan.n; ++i) {
            const double shift = plan.mean_use[k][i] - plan.use(a_first, d_first, start.data(), i);
            if (shift == 0) continue;
            const double* unit = plan.unit.data() + i * plan.n_categories;
            for (size_t q = 0; q < plan.n_categories; ++q) first_order[q] += unit[q] * shift;
        }
        for (size_t f = 0; f < plan.n_flows; ++f) {
            const double shift = g_fixed[f] - plan.mean_inventory[k][f], fixed = plan.inventory[k][f];
            for (size_t q = at(plan.c_start[f]); q < at(plan.c_start[f + 1]); ++q) {
                first_order[plan.c_row[q]] += plan.c_value[q] * shift +
                                              (c_first[q] - plan.mean_characterisation[q]) * fixed;
            }
        }
    }
};

ScoreSummary summarise(std::vector<double> x, const std::vector<double>& control, std::span<const double> levels) {
    ScoreSummary out;
    const auto n = static_cast<double>(x.size());
    if (x.empty()) return out;
    // Sums of differences from the first draw: no rounding where all draws are alike.
    double control_mean = 0, positive = 0;
    for (size_t k = 0; k < x.size(); ++k) {
        out.mean += x[k] - x[0];
        if (!control.empty()) control_mean += control[k];
        if (x[k] > 0) ++positive;
    }
    out.mean = x[0] + out.mean / n;
    control_mean /= n;
    out.share_positive = positive / n;
    double xx = 0, xc = 0, cc = 0;
    for (size_t k = 0; k < x.size(); ++k) {
        const double dx = x[k] - out.mean, dc = control.empty() ? 0 : control[k] - control_mean;
        xx += dx * dx, xc += dx * dc, cc += dc * dc;
    }
    out.sd = x.size() > 1 ? std::sqrt(xx / (n - 1)) : 0;
    out.standard_error = out.sd / std::sqrt(n);
    out.controlled_mean = out.mean;
    out.controlled_error = out.standard_error;
    if (cc > 0 && xx > 0) {
        out.controlled_mean -= xc / cc * control_mean;
        out.controlled_error *= std::sqrt(std::max(0.0, 1 - xc * xc / (xx * cc)));
    }
    std::sort(x.begin(), x.end());
    for (double level : levels) {
        const double place = std::clamp(level, 0.0, 1.0) * (n - 1);
        const auto low = static_cast<size_t>(place);
        const size_t high = std::min(low + 1, x.size() - 1);
        out.quantiles.push_back(x[low] + (place - std::floor(place)) * (x[high] - x[low]));
    }
    return out;
}

} // namespace

double MonteCarloResult::score(int draw, int demand, int category) const {
    return scores[(at(draw) * at(demands) + at(demand)) * at(categories) + at(category)];
}

ScoreSummary MonteCarloResult::summary(int demand, int category, std::span<const double> levels) const {
    std::vector<double> x, control;
    const size_t step = at(demands) * at(categories), place = at(demand) * at(categories) + at(category);
    for (size_t k = place; k < scores.size(); k += step) {
        x.push_back(scores[k]);
        if (!first_order.empty()) control.push_back(first_order[k]);
    }
    ScoreSummary out = summarise(std::move(x), control, levels);
    out.deterministic = deterministic[place];
    return out;
}

ScoreSummary MonteCarloResult::difference(int a, int b, int category, std::span<const double> levels) const {
    std::vector<double> x, control;
    const size_t step = at(demands) * at(categories);
    const size_t first = at(a) * at(categories) + at(category), second = at(b) * at(categories) + at(category);
    for (size_t k = 0; k < scores.size(); k += step) {
        x.push_back(scores[k + first] - scores[k + second]);
        if (!first_order.empty()) control.push_back(first_order[k + first] - first_order[k + second]);
    }
    ScoreSummary out = summarise(std::move(x), control, levels);
    out.deterministic = deterministic[first] - deterministic[second];
    return out;
}

MonteCarlo::MonteCarlo(const Database& database, const System& system) : database_(&database), system_(&system) {
    uint32_t next = 0;
    for (const Process& p : database.processes) {
        first_id_.push_back(next);
        next += static_cast<uint32_t>(p.exchanges.size());
    }
    first_id_.push_back(next); // of the characterisation factors
}

MonteCarloResult MonteCarlo::run(std::span<const std::vector<double>> demands, const MonteCarloOptions& options) const {
    const Plan plan(*database_, *system_, first_id_, demands, options);
    MonteCarloResult out;
    out.draws = options.draws;
    out.demands = static_cast<int>(demands.size());
    out.categories = static_cast<int>(plan.n_categories);
    const size_t per_draw = demands.size() * plan.n_categories;
    out.scores.resize(at(options.draws) * per_draw);
    if (options.control_variate) out.first_order.resize(out.scores.size());
    const Solver solver(*system_, database_);
    for (const auto& f : demands) {
        const auto scores = solver.scores(solver.inventory(solver.solve(f).x));
        out.deterministic.insert(out.deterministic.end(), scores.begin(), scores.end());
    }
    const int n_threads = std::clamp(options.threads, 1, std::max(1, options.draws));
    std::vector<Worker> workers(at(n_threads), Worker(plan));
    std::vector<std::exception_ptr> failures(at(n_threads));
    const auto work = [&](int thread) {
        try {
            const int first = static_cast<int>(static_cast<int64_t>(options.draws) * thread / n_threads);
            const int last = static_cast<int>(static_cast<int64_t>(options.draws) * (thread + 1) / n_threads);
            for (int k = first; k < last; ++k) {
                double* control = options.control_variate ? out.first_order.data() + at(k) * per_draw : nullptr;
                workers[at(thread)].run(options.first_draw + static_cast<uint32_t>(k),
                                        out.scores.data() + at(k) * per_draw, control);
            }
        } catch (...) {
            failures[at(thread)] = std::current_exception();
        }
    };
    std::vector<std::thread> threads;
    for (int t = 1; t < n_threads; ++t) threads.emplace_back(work, t);
    work(0);
    for (std::thread& t : threads) t.join();
    for (const std::exception_ptr& failure : failures) {
        if (failure) std::rethrow_exception(failure);
    }
    for (const Worker& w : workers) {
        out.sweeps = std::max(out.sweeps, w.sweeps);
        out.escalated += w.escalated;
        out.residual = std::max(out.residual, w.residual);
    }
    return out;
}

namespace {

/// change(entries, values) for each of the four lists of entries of a copy of the system.
template <class F>
System changed(const UncertainParameters& parameters, const System& system, std::span<const uint32_t> first_id,
               F change) {
    System out = system;
    const auto take = [&](const std::vector<Origin>& origins, std::vector<double>& values, bool of_b, bool diagonal) {
        DrawnEntries entries;
        for (size_t k = 0; k < origins.size(); ++k) {
            const Origin& o = origins[k];
            if (o.process < 0 || o.exchange < 0) continue;
            parameters.add(entries, k, o, first_id[at(o.process)] + static_cast<uint32_t>(o.exchange), values[k], of_b,
                           diagonal ? -1 : static_cast<int>(k));
        }
        change(entries, values);
    };
    take(system.diagonal_origin, out.diagonal, false, true);
    take(system.technosphere_origin, out.technosphere.value, false, false);
    take(system.intervention_origin, out.intervention.value, true, false);
    DrawnEntries entries;
    for (size_t k = 0; k < system.characterisation.value.size(); ++k) {
        parameters.add_factor(entries, k, first_id.back() + static_cast<uint32_t>(k), static_cast<int>(k));
    }
    change(entries, out.characterisation.value);
    return out;
}

} // namespace

System MonteCarlo::realise(uint32_t seed, uint32_t draw) const {
    const UncertainParameters parameters(*database_, *system_);
    std::optional<FormulaDraws> formulas;
    if (!parameters.empty()) formulas.emplace(parameters, *database_);
    return changed(parameters, *system_, first_id_, [&](const DrawnEntries& entries, std::vector<double>& values) {
        entries.samples.draw(seed, draw, values);
        if (entries.has_formulas()) entries.apply(formulas->of(seed, draw, false).exact, values);
    });
}

System MonteCarlo::mean_system() const {
    const UncertainParameters parameters(*database_, *system_);
    return changed(parameters, *system_, first_id_, [&](const DrawnEntries& entries, std::vector<double>& values) {
        entries.samples.means(values);
        if (entries.has_formulas()) entries.apply(parameters.means().exact, values);
    });
}

} // namespace viresco::lca
