#include "lca/monte_carlo_check.h"
#include "base/messages/lca_num.h"
#include "lca/monte_carlo_distribution.h"
#include <cmath>
#include <cstddef>
#include <fmt/format.h>

namespace viresco::lca {
namespace {

using Kind = Distribution::Kind;

std::string number(double x) { return fmt::format("{:.6g}", x); }

const char* kind_name(Kind kind) {
    switch (kind) {
    case Kind::none: return "none";
    case Kind::lognormal: return "lognormal";
    case Kind::normal: return "normal";
    case Kind::triangular: return "triangular";
    case Kind::uniform: return "uniform";
    }
    return "";
}

struct Check {
    std::vector<UncertaintyFault>& faults;
    UncertaintyFault place; ///< without texts
    std::string process, exchange;

    void fault(MessageId text, std::vector<std::string> values, MessageId hint, Severity severity = Severity::error) {
        UncertaintyFault f = place;
        f.severity = severity;
        f.text = {text, {process, exchange}};
        f.text.args.insert(f.text.args.end(), values.begin(), values.end());
        f.hint = {hint, {}};
        faults.push_back(std::move(f));
    }

    bool finite(const Distribution& d, std::initializer_list<std::pair<const char*, double>> values) {
        for (const auto& [name, value] : values) {
            if (std::isfinite(value)) continue;
            fault(message::lca_distribution_number, {name, kind_name(d.kind), number(value)},
                  message::lca_deviation_hint);
            return false;
        }
        return true;
    }

    void distribution(const Distribution& d, double amount) {
        switch (d.kind) {
        case Kind::none: return;
        case Kind::lognormal:
            if (!finite(d, {{"mu", d.a}, {"sigma", d.b}})) return;
            if (d.b <= 0) fault(message::lca_sigma, {number(d.b)}, message::lca_sigma_hint);
            if (amount == 0) fault(message::lca_lognormal_zero, {}, message::lca_lognormal_zero_hint);
            return;
        case Kind::normal:
            if (!finite(d, {{"mean", d.a}, {"standard deviation", d.b}})) return;
            if (d.b <= 0) fault(message::lca_deviation, {number(d.b)}, message::lca_deviation_hint);
            return;
        case Kind::triangular:
            if (!finite(d, {{"minimum", d.a}, {"mode", d.b}, {"maximum", d.c}})) return;
            if (d.a > d.c) {
                bounds(d, d.c);
            } else if (d.b < d.a || d.b > d.c) {
                fault(message::lca_mode, {number(d.b), number(d.a), number(d.c)}, message::lca_mode_hint);
            }
            return;
        case Kind::uniform:
            if (!finite(d, {{"minimum", d.a}, {"maximum", d.b}})) return;
            if (d.a > d.b) bounds(d, d.b);
            return;
        }
    }
    void bounds(const Distribution& d, double maximum) {
        fault(message::lca_bounds, {kind_name(d.kind), number(d.a), number(maximum)}, message::lca_bounds_hint);
    }

    void pedigree(const Exchange& e) {
        for (size_t k = 0; k < e.pedigree.size(); ++k) {
            if (e.pedigree[k] <= 5) continue;
            fault(message::lca_pedigree_score, {std::to_string(e.pedigree[k]), pedigree_indicators[k]},
                  message::lca_pedigree_hint);
        }
        if (!std::isfinite(e.base_sigma) || e.base_sigma < 0) {
            fault(message::lca_base_sigma, {number(e.base_sigma)}, message::lca_base_sigma_hint);
        }
    }

    /// A drawn reference amount divides everything else: it must stay away from 0.
    void reference(const Exchange& e) {
        const Distribution& d = e.distribution;
        if (d.kind == Kind::none || d.kind == Kind::lognormal) return;
        constexpr double far = 2.9e-7; // five standard deviations of a normal distribution
        const double low = quantile(d, e.amount, far), high = quantile(d, e.amount, 1 - far);
        if (low * high > 0) return;
        fault(message::lca_output_uncertain, {kind_name(d.kind)}, message::lca_output_uncertain_hint,
              Severity::warning);
    }
};

} // namespace

std::vector<UncertaintyFault> check_uncertainties(const Database& database, std::span<const char> processes) {
    std::vector<UncertaintyFault> faults;
    const auto flow_name = [&](int flow) {
        return flow >= 0 && static_cast<size_t>(flow) < database.flows.size()
                   ? database.flows[static_cast<size_t>(flow)].name
                   : fmt::format("#{}", flow);
    };
    for (size_t p = 0; p < database.processes.size(); ++p) {
        if (!processes.empty() && !processes[p]) continue;
        const Process& process = database.processes[p];
        for (size_t k = 0; k < process.exchanges.size(); ++k) {
            const Exchange& e = process.exchanges[k];
            if (e.distribution.kind == Kind::none && e.base_sigma == 0 && e.pedigree == decltype(e.pedigree){})
                continue;
            UncertaintyFault place;
            place.process = static_cast<int>(p);
            place.exchange = static_cast<int>(k);
            Check check{faults, place, process.name, flow_name(e.flow)};
            const size_t before = faults.size();
            check.distribution(e.distribution, e.amount);
            check.pedigree(e);
            if (faults.size() == before && static_cast<int>(k) == process.reference) check.reference(e);
        }
    }
    for (size_t c = 0; c < database.categories.size(); ++c) {
        const ImpactCategory& category = database.categories[c];
        for (size_t k = 0; k < category.factors.size(); ++k) {
            const ImpactFactor& f = category.factors[k];
            if (f.distribution.kind == Kind::none) continue;
            UncertaintyFault place;
            place.category = static_cast<int>(c);
            place.factor = static_cast<int>(k);
            Check{faults, place, category.name, flow_name(f.flow)}.distribution(f.distribution, f.value);
        }
    }
    return faults;
}

bool check_uncertainties(const Database& database, Diagnostics& diagnostics) {
    bool valid = true;
    for (const UncertaintyFault& f : check_uncertainties(database)) {
        const bool error = f.severity == Severity::error;
        Diagnostic& d = error ? diagnostics.error({}, f.text.id, f.text.args)
                              : diagnostics.warning({}, f.text.id, f.text.args);
        d.hint(f.hint.id, f.hint.args);
        valid &= !error;
    }
    return valid;
}

} // namespace viresco::lca
