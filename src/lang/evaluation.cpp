#include "lang/evaluation.h"
#include "numerics/dense_lu.h"
#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace viresco::lang {
namespace {

constexpr double tolerance = 1e-10; // relative residual; one more Newton step follows
constexpr double tight = 1e-13;     // .. where that step goes with the factors of another place
constexpr double serves = 0.1;      // factors are kept as long as a step leaves no more of the residual than this
constexpr double tiny_step = 1e-14; // relative size of a step that can change nothing any more
constexpr int max_iterations = 80, max_halvings = 12, max_ticks = 2000;
constexpr double infinity = std::numeric_limits<double>::infinity();

} // namespace

Evaluation::Evaluation(const Program& program, int width) : Evaluation(program, kernels(width)) {}

Evaluation::Evaluation(const Program& program, const Kernels& set)
    : program_(program), kernels_(set), width_(set.width) {
    slots_.assign(static_cast<size_t>(program.n_slots() * width_), 0);
    for (const auto& [slot, value] : program.constants())
        for (int l = 0; l < width_; ++l) slots_[static_cast<size_t>(slot * width_ + l)] = value;
    size_t n = 0;
    for (const ImplicitBlock& b : program.implicit()) n = std::max(n, b.unknowns.size());
    const auto w = static_cast<size_t>(width_);
    u_.resize(n * w);
    du_.resize(n * w);
    saved_.resize(n * w);
    scale_.resize(n * w);
    rhs_.resize(n);
    rhs_lanes_.resize(n * w);
    lanes_.resize(w);
    own_.resize(w);
    status_.resize(w);

    // Streams number their flows by group; the numbers need not be dense.
    for (const Unknown& u : program.unknowns()) group_of_.push_back(u.group);
    int groups = 0;
    for (const int g : group_of_) groups = std::max(groups, g + 1);
    group_size_.assign(static_cast<size_t>(groups), 0);
}

/// A flow counts as converged relative to itself, down to 1e-9 of the largest flow of its stream.
double Evaluation::scale_floor(int unknown) const {
    const int group = group_of_[static_cast<size_t>(unknown)];
    return group < 0 ? 0.0 : 1e-9 * group_size_[static_cast<size_t>(group)];
}

void Evaluation::size_groups(const ImplicitBlock& block, int lane) {
    for (const int k : block.unknowns)
        if (const int g = group_of_[static_cast<size_t>(k)]; g >= 0) group_size_[static_cast<size_t>(g)] = 0;
    for (const int k : block.unknowns) {
        const int g = group_of_[static_cast<size_t>(k)];
        if (g < 0) continue;
        const double size = std::fabs(value(program_.unknown_slots()[static_cast<size_t>(k)].left, lane));
        if (std::isfinite(size))
            group_size_[static_cast<size_t>(g)] = std::max(group_size_[static_cast<size_t>(g)], size);
    }
}

double Evaluation::norm(const ImplicitBlock& block, int lane, std::vector<int>* worst) {
    size_groups(block, lane);
    double largest = 0;
    std::vector<std::pair<double, int>> all;
    for (const int k : block.unknowns) {
        const Program::UnknownSlots& s = program_.unknown_slots()[static_cast<size_t>(k)];
        const double left = value(s.left, lane), right = value(s.right, lane);
        const double scale = std::max({std::fabs(left), std::fabs(right), scale_floor(k), 1e-290});
        const double r = std::fabs(left - right) / scale;
        const double size = std::isfinite(r) ? r : infinity;
        largest = std::max(largest, size);
        if (worst) all.emplace_back(size, k);
    }
    if (worst) {
        std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
        for (size_t i = 0; i < all.size() && i < 6 && all[i].first > tolerance; ++i) worst->push_back(all[i].second);
    }
    return largest;
}

/// Sizes of the sides at the place that was accepted last. Seen by them, a step that makes both sides smaller is progress
/// even where the residual stays as large as the sides.
void Evaluation::keep_scales(const ImplicitBlock& block, int lane) {
    for (size_t i = 0; i < block.unknowns.size(); ++i) {
        const int k = block.unknowns[i];
        const Program::UnknownSlots& s = program_.unknown_slots()[static_cast<size_t>(k)];
        scale_[i * static_cast<size_t>(width_) + static_cast<size_t>(lane)] = std::max(
            {std::fabs(value(s.left, lane)), std::fabs(value(s.right, lane)), scale_floor(k), 1e-290});
    }
}

double Evaluation::norm_by_last_scales(const ImplicitBlock& block, int lane) const {
    double largest = 0;
    for (size_t i = 0; i < block.unknowns.size(); ++i) {
        const Program::UnknownSlots& s = program_.unknown_slots()[static_cast<size_t>(block.unknowns[i])];
        const double r = std::fabs(value(s.left, lane) - value(s.right, lane)) /
                         scale_[i * static_cast<size_t>(width_) + static_cast<size_t>(lane)];
        largest = std::max(largest, std::isfinite(r) ? r : infinity);
    }
    return largest;
}

void Evaluation::evaluate_residual(const ImplicitBlock& block) { run_tape(3 * block_index(block) + 1, block.residual); }

void Evaluation::use(std::shared_ptr<MachineCode> code) {
    assert(!code || code->width() == width_);
    code_ = std::move(code);
}

void Evaluation::run_tape(size_t k, const Tape& tape) {
    if (code_)
        if (const CompiledTape* compiled = code_->wanted(tape.size() * static_cast<size_t>(width_)))
            return compiled[k](slots_.data(), nullptr, nullptr);
    kernels_.run(tape.data(), tape.data() + tape.size(), slots_.data());
}

void Evaluation::run_straight(size_t stage) { run_tape(3 * stage, program_.straight()[stage]); }

void Evaluation::run_jacobian(const ImplicitBlock& block) { run_tape(3 * block_index(block) + 2, block.jacobian); }

/// The Jacobian tape has run; `good` is false where the Jacobian is singular.
void Evaluation::factor(const ImplicitBlock& block, int lane, Factors& f) const {
    const size_t n = block.unknowns.size();
    f.lu.assign(n * n, 0.0);
    f.scale.resize(n);
    f.pivot.resize(n);
    for (const ImplicitBlock::Entry& e : block.entries)
        f.lu[static_cast<size_t>(e.row) * n + static_cast<size_t>(e.column)] = value(e.slot, lane);
    for (size_t i = 0; i < n; ++i) {
        double largest = 0;
        for (size_t j = 0; j < n; ++j) largest = std::max(largest, std::fabs(f.lu[i * n + j]));
        f.scale[i] = largest > 0 && std::isfinite(largest) ? 1 / largest : 1;
        for (size_t j = 0; j < n; ++j) f.lu[i * n + j] *= f.scale[i];
    }
    f.good = numerics::lu_factor(f.lu, f.pivot);
}

/// The Jacobians' factors at the default parameters and the nominal solution: near there a step with them
/// is nearly a Newton step, at the price of a residual. They depend on the program alone.
void Evaluation::factor_nominal() {
    if (nominal_.size() == program_.implicit().size() || program_.nominal().empty()) return;
    nominal_.resize(program_.implicit().size());
    Evaluation e(program_, lang::kernels(1));
    e.load(program_.defaults());
    const auto run = [&](const Tape& tape) { e.kernels_.run(tape.data(), tape.data() + tape.size(), e.slots_.data()); };
    for (size_t k = 0; k < program_.nominal().size(); ++k)
        e.slots_[static_cast<size_t>(program_.unknown_slots()[k].node)] = program_.nominal()[k];
    for (size_t b = 0; b < nominal_.size(); ++b) {
        const ImplicitBlock& block = program_.implicit()[b];
        run(program_.straight()[b]);
        if (block.run >= 0) {
            e.run_in_time(b);
            continue;
        }
        run(block.residual);
        run(block.jacobian);
        e.factor(block, 0, nominal_[b]);
    }
}

/// Steps of all lanes with the nominal factors, into rhs_lanes_.
void Evaluation::nominal_directions(const ImplicitBlock& block, const Factors& f) {
    const size_t n = block.unknowns.size();
    const auto w = static_cast<size_t>(width_);
    for (size_t i = 0; i < n; ++i) {
        const Program::UnknownSlots& s = program_.unknown_slots()[static_cast<size_t>(block.unknowns[i])];
        for (size_t l = 0; l < w; ++l)
            rhs_lanes_[i * w + l] = f.scale[i] *
                                    (value(s.left, static_cast<int>(l)) - value(s.right, static_cast<int>(l)));
    }
    const std::span<double> rhs(rhs_lanes_.data(), n * w);
    if (w == 1)
        numerics::lu_solve(f.lu, f.pivot, rhs);
    else
        numerics::lu_solve_8(f.lu, f.pivot, rhs);
}

/// The step of one lane, into du_; false where there is none.
bool Evaluation::direction(const ImplicitBlock& block, int lane) {
    const size_t n = block.unknowns.size();
    const auto w = static_cast<size_t>(width_), l = static_cast<size_t>(lane);
    if (lanes_[l].nominal) {
        for (size_t i = 0; i < n; ++i) rhs_[i] = rhs_lanes_[i * w + l];
    } else {
        const Factors& f = own_[l];
        if (!f.good) return false;
        for (size_t i = 0; i < n; ++i) {
            const Program::UnknownSlots& s = program_.unknown_slots()[static_cast<size_t>(block.unknowns[i])];
            rhs_[i] = f.scale[i] * (value(s.left, lane) - value(s.right, lane));
        }
        numerics::lu_solve(f.lu, f.pivot, {rhs_.data(), n});
    }
    for (size_t i = 0; i < n; ++i) {
        if (!std::isfinite(rhs_[i])) return false;
        du_[i * w + l] = rhs_[i];
    }
    return true;
}

bool Evaluation::solve_block(size_t index, bool from_start) {
    const ImplicitBlock& block = program_.implicit()[index];
    if (block.run >= 0) return run_in_time(index);
    const size_t n = block.unknowns.size();
    const auto w = static_cast<size_t>(width_);
    const auto unknown_slot = [&](size_t i) {
        return program_.unknown_slots()[static_cast<size_t>(block.unknowns[i])];
    };
    const auto put = [&](size_t lane) {
        for (size_t i = 0; i < n; ++i) slots_[static_cast<size_t>(unknown_slot(i).node) * w + lane] = u_[i * w + lane];
    };
    const auto begin_at = [&](size_t i, size_t lane) {
        const auto k = static_cast<size_t>(block.unknowns[i]);
        if (!from_start && k < program_.nominal().size()) return program_.nominal()[k];
        return unknown_slot(i).start >= 0 ? value(unknown_slot(i).start, static_cast<int>(lane)) : 0.0;
    };
    // Factors of another place save Jacobians, at the price of more residuals: only where that is the better deal.
    const bool sparing = !from_start && block.jacobian.size() > block.residual.size();
    const auto restart = [&](size_t lane, int substitutions) {
        for (size_t i = 0; i < n; ++i) u_[i * w + lane] = saved_[i * w + lane] = begin_at(i, lane);
        put(lane);
        lanes_[lane].substitutions = substitutions;
        lanes_[lane].last_scales = false;
        lanes_[lane].phase = Phase::step;
        lanes_[lane].halvings = lanes_[lane].iterations = 0;
        lanes_[lane].norm = infinity;
        // The nominal factors are for the neighbourhood of the nominal solution.
        lanes_[lane].nominal = sparing && lanes_[lane].restarts == 0 && index < nominal_.size() && nominal_[index].good;
        lanes_[lane].exact = !lanes_[lane].nominal;
    };
    for (size_t l = 0; l < w; ++l) {
        lanes_[l] = {};
        restart(l, from_start ? 40 : 0);
    }
    evaluate_residual(block);

    bool dirty = false;
    const int ticks = patience_ > 0 ? patience_ : max_ticks;
    for (int tick = 0; tick < ticks; ++tick) {
        bool stepping = false, active = false;
        // What came of the last trial?
        for (size_t l = 0; l < w; ++l) {
            LaneState& s = lanes_[l];
            s.steps = false;
            if (s.phase == Phase::done || s.phase == Phase::failed) continue;
            const double now = norm(block, static_cast<int>(l));
            if (s.substitutions > 0) {
                // Successive substitution of the tears, to come near before Newton takes over.
                --s.substitutions;
                const double relax = s.restarts > 1 ? 0.5 : 1.0;
                for (size_t i = 0; i < n; ++i) {
                    const Unknown& u = program_.unknowns()[static_cast<size_t>(block.unknowns[i])];
                    const double next = value(unknown_slot(i).left, static_cast<int>(l));
                    if (u.kind == Unknown::Kind::tear && std::isfinite(next))
                        u_[i * w + l] += relax * (next - u_[i * w + l]);
                    saved_[i * w + l] = u_[i * w + l];
                }
                put(l);
                active = true;
                continue;
            }
            const auto accept = [&] {
                s.norm = now;
                s.halvings = 0;
                s.phase = Phase::step;
                for (size_t i = 0; i < n; ++i) saved_[i * w + l] = u_[i * w + l];
                keep_scales(block, static_cast<int>(l));
            };
            const auto fail = [&] {
                if (s.restarts < 3) {
                    ++s.restarts;
                    restart(l, s.restarts == 1 ? 60 : s.restarts == 2 ? 400 : 1000);
                    return;
                }
                for (size_t i = 0; i < n; ++i) u_[i * w + l] = saved_[i * w + l];
                put(l);
                dirty = true;
                s.phase = Phase::failed;
            };
            if (s.phase == Phase::polish) {
                if (now > std::max(s.norm, 1e-15)) {
                    for (size_t i = 0; i < n; ++i) u_[i * w + l] = saved_[i * w + l];
                    put(l);
                    dirty = true;
                } else {
                    s.norm = now;
                }
                s.phase = Phase::done;
                continue;
            }
            if (s.phase == Phase::back) {
                s.phase = Phase::step;
            } else if (s.phase == Phase::trial && !s.exact && !(now <= tight || now < serves * s.norm)) {
                // The factors at hand do not serve here: on with the Jacobian of this place, or of the last.
                s.exact = true;
                if (now < s.norm) {
                    accept();
                } else {
                    for (size_t i = 0; i < n; ++i) u_[i * w + l] = saved_[i * w + l];
                    put(l);
                    s.phase = Phase::back;
                    active = true;
                    continue;
                }
            } else if (s.phase == Phase::trial) {
                const double enough = s.norm * (1 - 1e-4 * s.alpha);
                if (!s.exact || now <= tolerance || now < enough ||
                    (s.last_scales && norm_by_last_scales(block, static_cast<int>(l)) < enough)) {
                    if (sparing && s.alpha == 1 && now < serves * s.norm) s.exact = false;
                    accept();
                } else if (++s.halvings > max_halvings && s.last_scales) {
                    fail();
                    active = true;
                    continue;
                } else {
                    s.alpha /= 2;
                    if (s.halvings > max_halvings) { // the same step once more, by the sizes before it
                        s.last_scales = true;
                        s.halvings = 0;
                        s.alpha = 1;
                    }
                    for (size_t i = 0; i < n; ++i) u_[i * w + l] = saved_[i * w + l] - s.alpha * du_[i * w + l];
                    put(l);
                    active = true;
                    continue;
                }
            } else if (s.norm == infinity) {
                accept();
            }
            if (s.phase == Phase::step && ++s.iterations > max_iterations) {
                fail();
                active = true;
                continue;
            }
            s.steps = s.phase == Phase::step;
            stepping = stepping || s.steps;
            active = true;
        }
        if (!active) {
            if (dirty) evaluate_residual(block);
            break;
        }
        if (stepping) {
            bool exact = false, nominal = false;
            for (const LaneState& s : lanes_) {
                if (!s.steps) continue;
                exact = exact || s.exact;
                nominal = nominal || (s.nominal && !s.exact);
            }
            if (exact) run_jacobian(block);
            if (nominal) nominal_directions(block, nominal_[index]);
            for (size_t l = 0; l < w; ++l) {
                LaneState& s = lanes_[l];
                if (!s.steps) continue;
                if (s.exact) {
                    factor(block, static_cast<int>(l), own_[l]);
                    s.nominal = false;
                }
                if (!direction(block, static_cast<int>(l))) {
                    // No direction here: counts as a trial that cannot be accepted.
                    for (size_t i = 0; i < n; ++i) du_[i * w + l] = 0;
                    s.halvings = max_halvings;
                }
                size_groups(block, static_cast<int>(l));
                bool moves = false;
                for (size_t i = 0; i < n; ++i) {
                    const double u = saved_[i * w + l];
                    moves = moves || std::fabs(du_[i * w + l]) >
                                         tiny_step * std::max(std::fabs(u), scale_floor(block.unknowns[i]));
                    u_[i * w + l] = u - du_[i * w + l];
                }
                put(l);
                s.alpha = 1;
                s.phase = s.norm <= (s.exact ? tolerance : tight) || (!moves && s.halvings < max_halvings)
                              ? Phase::polish
                              : Phase::trial;
            }
        }
        evaluate_residual(block);
    }
    bool converged = true;
    for (size_t l = 0; l < w; ++l) {
        LaneStatus& status = status_[l];
        status.newton_iterations += lanes_[l].iterations;
        const bool good = lanes_[l].phase == Phase::done;
        const double final_norm = norm(block, static_cast<int>(l), good || !status.converged ? nullptr : &status.worst);
        status.residual = std::max(status.residual, final_norm);
        if (!good && status.converged) {
            status.converged = false;
            status.block = static_cast<int>(index);
        }
        converged = converged && good;
    }
    return converged;
}

bool Evaluation::run_in_time(size_t index) {
    const auto& [run, inputs, outcomes] = program_.runs()[static_cast<size_t>(program_.implicit()[index].run)];
    const auto w = static_cast<size_t>(width_);
    std::vector<double> given(inputs.size() * w), found(outcomes.size() * w);
    std::vector<std::optional<Diagnostics>> failures(w);
    for (size_t i = 0; i < inputs.size(); ++i)
        std::copy_n(slots_.data() + static_cast<size_t>(inputs[i]) * w, w, given.data() + i * w);
    run.solver->run(given, width_, found, failures);
    for (size_t j = 0; j < outcomes.size(); ++j)
        if (outcomes[j] >= 0)
            std::copy_n(found.data() + j * w, w, slots_.data() + static_cast<size_t>(outcomes[j]) * w);
    bool good = true;
    for (size_t l = 0; l < w; ++l) {
        if (!failures[l]) continue;
        good = false;
        LaneStatus& status = status_[l];
        if (status.converged) {
            status.converged = false;
            status.block = static_cast<int>(index);
            status.failure = std::move(failures[l]);
        }
    }
    return good;
}

const std::vector<double>& Evaluation::run_derivatives(int run, int lane) {
    const auto w = static_cast<size_t>(width_);
    run_derivatives_.resize(program_.runs().size() * w);
    std::vector<double>& known = run_derivatives_[static_cast<size_t>(run) * w + static_cast<size_t>(lane)];
    if (!known.empty()) return known;
    const Program::RunSlots& r = program_.runs()[static_cast<size_t>(run)];
    std::vector<double> given;
    for (const int32_t i : r.inputs) given.push_back(value(i, lane));
    known.resize(r.inputs.size() * r.outcomes.size());
    r.run.solver->derivatives(given, known);
    return known;
}

void Evaluation::load(std::span<const double> parameters) {
    run_derivatives_.clear();
    const auto w = static_cast<size_t>(width_);
    for (size_t p = 0; p < program_.parameter_slots().size(); ++p) {
        const int32_t slot = program_.parameter_slots()[p];
        if (slot < 0) continue;
        for (size_t l = 0; l < w; ++l) slots_[static_cast<size_t>(slot) * w + l] = parameters[p * w + l];
    }
}

bool Evaluation::run(std::span<const double> parameters) {
    factor_nominal();
    load(parameters);
    for (LaneStatus& s : status_) s = {};
    bool good = true;
    for (size_t stage = 0; stage < program_.straight().size(); ++stage) {
        if (stage > 0) good = solve_block(stage - 1, false) && good;
        run_straight(stage);
    }
    return good;
}

bool Evaluation::solve_nominal(std::span<const double> parameters) {
    load(parameters);
    for (LaneStatus& s : status_) s = {};
    for (size_t stage = 0; stage < program_.straight().size(); ++stage) {
        if (stage > 0 && !solve_block(stage - 1, true)) return false;
        run_straight(stage);
    }
    return true;
}

std::vector<double> Evaluation::solution() const {
    std::vector<double> out;
    for (const Program::UnknownSlots& s : program_.unknown_slots()) out.push_back(value(s.node));
    return out;
}

void Evaluation::run_audit() { run_tape(3 * program_.implicit().size() + 1, program_.audit()); }

void Evaluation::gradient(std::span<const std::pair<int32_t, double>> seeds, std::vector<double>& result) {
    const auto w = static_cast<size_t>(width_);
    adjoints_.assign(slots_.size(), 0);
    for (const auto& [slot, seed] : seeds)
        for (size_t l = 0; l < w; ++l) adjoints_[static_cast<size_t>(slot) * w + l] += seed;
    const auto reverse = [&](const Tape& tape) {
        kernels_.reverse(tape.data(), tape.data() + tape.size(), slots_.data(), adjoints_.data());
    };
    for (size_t stage = program_.straight().size(); stage-- > 0;) {
        reverse(program_.straight()[stage]);
        if (stage == 0) break;
        const ImplicitBlock& block = program_.implicit()[stage - 1];
        if (block.run >= 0) {
            const auto& [run, inputs, outcomes] = program_.runs()[static_cast<size_t>(block.run)];
            for (size_t l = 0; l < w; ++l)
                for (size_t j = 0; j < outcomes.size(); ++j) {
                    if (outcomes[j] < 0) continue;
                    double& bar = adjoints_[static_cast<size_t>(outcomes[j]) * w + l];
                    if (bar == 0) continue;
                    const std::vector<double>& d = run_derivatives(block.run, static_cast<int>(l));
                    for (size_t i = 0; i < inputs.size(); ++i)
                        adjoints_[static_cast<size_t>(inputs[i]) * w + l] += bar * d[j * inputs.size() + i];
                    bar = 0;
                }
            continue;
        }
        const size_t n = block.unknowns.size();
        reverse(block.residual);
        // y(u(p), p): u' = -J^-1 F_p, so the unknowns' adjoint u_bar becomes -J^-T u_bar on the residuals.
        for (const Instruction& i : block.residual)
            for (size_t l = 0; l < w; ++l) adjoints_[static_cast<size_t>(i.result) * w + l] = 0;
        run_jacobian(block);
        for (size_t l = 0; l < w; ++l) {
            std::vector<double> lambda(n);
            bool any = false;
            for (size_t i = 0; i < n; ++i) {
                lambda[i] = adjoints_[static_cast<size_t>(
                                          program_.unknown_slots()[static_cast<size_t>(block.unknowns[i])].node) *
                                          w +
                                      l];
                any = any || lambda[i] != 0;
            }
            if (!any) continue;
            Factors& f = own_[l];
            factor(block, static_cast<int>(l), f);
            numerics::lu_solve_transposed(f.lu, f.pivot, lambda);
            for (size_t i = 0; i < n; ++i) {
                const Program::UnknownSlots& s = program_.unknown_slots()[static_cast<size_t>(block.unknowns[i])];
                const double v = lambda[i] * f.scale[i];
                adjoints_[static_cast<size_t>(s.left) * w + l] -= v;
                adjoints_[static_cast<size_t>(s.right) * w + l] += v;
            }
        }
        reverse(block.residual);
        for (size_t i = 0; i < n; ++i)
            for (size_t l = 0; l < w; ++l)
                adjoints_[static_cast<size_t>(program_.unknown_slots()[static_cast<size_t>(block.unknowns[i])].node) *
                              w +
                          l] = 0;
    }
    result.assign(program_.parameter_slots().size() * w, 0);
    for (size_t p = 0; p < program_.parameter_slots().size(); ++p)
        if (const int32_t slot = program_.parameter_slots()[p]; slot >= 0)
            for (size_t l = 0; l < w; ++l) result[p * w + l] = adjoints_[static_cast<size_t>(slot) * w + l];
}

void Evaluation::tangent(std::span<const double> direction, std::vector<double>& dots) {
    const auto w = static_cast<size_t>(width_);
    dots.assign(slots_.size(), 0);
    for (size_t p = 0; p < program_.parameter_slots().size(); ++p)
        if (const int32_t slot = program_.parameter_slots()[p]; slot >= 0)
            for (size_t l = 0; l < w; ++l) dots[static_cast<size_t>(slot) * w + l] = direction[p * w + l];
    const auto forward = [&](const Tape& tape) {
        kernels_.forward(tape.data(), tape.data() + tape.size(), slots_.data(), dots.data());
    };
    for (size_t stage = 0; stage < program_.straight().size(); ++stage) {
        if (stage > 0) {
            const ImplicitBlock& block = program_.implicit()[stage - 1];
            if (block.run >= 0) {
                const auto& [run, inputs, outcomes] = program_.runs()[static_cast<size_t>(block.run)];
                for (size_t l = 0; l < w; ++l) {
                    const std::vector<double>& d = run_derivatives(block.run, static_cast<int>(l));
                    for (size_t j = 0; j < outcomes.size(); ++j) {
                        if (outcomes[j] < 0) continue;
                        double sum = 0;
                        for (size_t i = 0; i < inputs.size(); ++i)
                            sum += d[j * inputs.size() + i] * dots[static_cast<size_t>(inputs[i]) * w + l];
                        dots[static_cast<size_t>(outcomes[j]) * w + l] = sum;
                    }
                }
                forward(program_.straight()[stage]);
                continue;
            }
            const size_t n = block.unknowns.size();
            forward(block.residual);
            run_jacobian(block);
            for (size_t l = 0; l < w; ++l) {
                Factors& f = own_[l];
                factor(block, static_cast<int>(l), f);
                for (size_t i = 0; i < n; ++i) {
                    const Program::UnknownSlots& s = program_.unknown_slots()[static_cast<size_t>(block.unknowns[i])];
                    rhs_[i] = f.scale[i] *
                              (dots[static_cast<size_t>(s.left) * w + l] - dots[static_cast<size_t>(s.right) * w + l]);
                }
                numerics::lu_solve(f.lu, f.pivot, {rhs_.data(), n});
                for (size_t i = 0; i < n; ++i)
                    dots[static_cast<size_t>(program_.unknown_slots()[static_cast<size_t>(block.unknowns[i])].node) *
                             w +
                         l] = -rhs_[i];
            }
            forward(block.residual);
        }
        forward(program_.straight()[stage]);
    }
}

} // namespace viresco::lang
