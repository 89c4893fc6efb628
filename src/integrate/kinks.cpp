#include "integrate/kinks.h"
#include <algorithm>
#include <cmath>

namespace viresco::integrate {

using lang::Instruction;
using lang::Op;

namespace {

double left_of(const lang::DynamicEvaluation& e, const Instruction& i) { return e.value(i.a); }
double right_of(const lang::DynamicEvaluation& e, const Instruction& i) { return i.op == Op::abs ? 0.0 : e.value(i.b); }

} // namespace

Kinks::Kinks(const lang::DynamicProgram& program) : program_(program) {
    for (const Instruction& i : program.rates())
        if (i.op == Op::min || i.op == Op::max || i.op == Op::abs || i.op == Op::less) kinks_.push_back(i);
    side_.resize(kinks_.size());
    changes_.resize(kinks_.size());
}

void Kinks::look(lang::DynamicEvaluation& e, double time, std::span<const double> x) {
    e.trace_rates({&time, 1}, x);
    for (size_t k = 0; k < kinks_.size(); ++k) {
        const char now = left_of(e, kinks_[k]) < right_of(e, kinks_[k]);
        if (looks_ == 0)
            changes_[k] = 0;
        else
            changes_[k] += now != side_[k];
        side_[k] = now;
    }
    ++looks_;
}

std::optional<Kinks::Kink> Kinks::busiest(const lang::DynamicEvaluation& e) const {
    const auto most = std::max_element(changes_.begin(), changes_.end());
    if (looks_ == 0 || most == changes_.end() || *most == 0) return std::nullopt;
    return describe(e, static_cast<size_t>(most - changes_.begin()));
}

std::optional<Kinks::Kink> Kinks::tie(lang::DynamicEvaluation& e, double time, std::span<const double> x,
                                      double tolerance) const {
    e.trace_rates({&time, 1}, x);
    size_t best = kinks_.size();
    double nearest = tolerance;
    for (size_t k = 0; k < kinks_.size(); ++k) {
        const double l = left_of(e, kinks_[k]), r = right_of(e, kinks_[k]), size = std::max(std::abs(l), std::abs(r));
        const double apart = size > 0 ? std::abs(l - r) / size : 0;
        if (apart < nearest) best = k, nearest = apart;
    }
    if (best == kinks_.size()) return std::nullopt;
    return describe(e, best);
}

Kinks::Kink Kinks::describe(const lang::DynamicEvaluation& e, size_t k) const {
    const Instruction& kink = kinks_[k];
    Kink out;
    out.operation = kink.op == Op::min ? "min" : kink.op == Op::max ? "max" : kink.op == Op::abs ? "abs" : "if";
    out.left = left_of(e, kink);
    out.right = right_of(e, kink);
    out.changes = changes_[k];
    // Which rates it reaches: the tape is in the order of its operations.
    std::vector<char> reached(static_cast<size_t>(program_.n_slots()), 0);
    const auto touched = [&](int32_t slot) { return slot >= 0 && reached[static_cast<size_t>(slot)]; };
    reached[static_cast<size_t>(kink.result)] = 1;
    for (const Instruction& i : program_.rates())
        if (touched(i.a) || touched(i.b) || (i.op != Op::property && touched(i.c)))
            reached[static_cast<size_t>(i.result)] = 1;
    int named = 0;
    for (size_t i = 0; i < program_.rate_slots().size(); ++i) {
        if (!touched(program_.rate_slots()[i])) continue;
        if (++named == 4) {
            out.variables += ", ..";
            break;
        }
        out.variables += (named > 1 ? ", '" : "'") + program_.variable_path(static_cast<int>(i)) + "'";
    }
    return out;
}

} // namespace viresco::integrate
