#pragma once
#include "lang/evaluation.h"
#include "lca/formulas.h"
#include "lca/monte_carlo_samples.h"
#include "lca/system.h"
#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

namespace viresco::lca {

/// Values of the formulas that vary, by number of the formula (UncertainParameters).
struct FormulaValues {
    std::vector<double> exact, linear; ///< linear: to first order around the parameters' own values
};

/// What varies in a list of matrix entries: by distributions of their own, by formulas, or by both.
class DrawnEntries {
public:
    Samples samples; ///< of entries with a formula: what multiplies it

    bool empty() const { return samples.empty() && entries_.empty(); }
    bool has_formulas() const { return !entries_.empty(); }
    /// Puts the formulas' values in, after samples.draw() or samples.means(). `nominal`, `at`: per formula. Linear:
    /// amount x share to first order around `nominal`.
    void apply(std::span<const double> at, std::span<double> values) const;
    void apply_linear(std::span<const double> at, std::span<const double> nominal, std::span<double> values) const;

private:
    friend class UncertainParameters;
    /// base x (sampled, if so) x amount x share.
    struct Entry {
        uint32_t target = 0;
        bool sampled = false;
        int amount = -1;                        ///< formula; -1: `fixed`
        uint32_t first_share = 0, n_shares = 0; ///< into shares_, formulas that add to share
        double base = 1, fixed = 1, share = 1;  ///< share: the part that does not vary
    };
    double share(const Entry&, std::span<const double>) const;
    std::vector<Entry> entries_;
    std::vector<int> shares_;
};

/// The uncertain parameters behind the formulas of a system, and the formulas that follow them; nothing in a system
/// without formulas. `processes`: one mark per process to look at; empty: all of them. The random number of a parameter
/// is f(seed, draw, its position among all parameters), numbered from the end so that it is none of an exchange's.
/// Database and system must outlive this. Shared by threads; each has its own FormulaDraws.
class UncertainParameters {
public:
    /// Throws ConfigError where the formulas cannot be used (circular parameters, unknown names).
    UncertainParameters(const Database&, const System&, std::span<const char> processes = {});

    bool empty() const { return !formulas_ || formulas_->outputs().empty(); }
    /// Reports every distribution from which no value can be drawn, of the parameters that the formulas use, and those
    /// around 0 that go with a formula.
    void check(std::span<const char> processes, Diagnostics&) const;

    /// Entry `target` of a list: entry number `entry` of A without its diagonal or of B, which comes from an exchange;
    /// -1: of the diagonal. `id`: number of the exchange. `value`: as linked.
    void add(DrawnEntries& to, size_t target, const Origin&, uint32_t id, double value, bool intervention,
             int entry) const;
    /// Entry `entry` of C.
    void add_factor(DrawnEntries& to, size_t target, uint32_t id, int entry) const;

    /// Formulas at the means of the parameters; their linear form there: its mean.
    const FormulaValues& means() const { return means_; }
    /// Formulas at the parameters' own values.
    const std::vector<double>& nominal() const { return nominal_; }

    const Formulas& formulas() const { return *formulas_; }
    const Samples& inputs() const { return inputs_; }

    /// Number of a formula that varies, -1: none.
    int formula(Formulas::Output::Kind, int owner, int index) const;
    const Parameter& parameter(const Formulas::Input&) const;
    /// Whether the amount of an exchange (factor of a category) is what a formula gives.
    bool by_formula(int process, int exchange) const;
    bool factor_by_formula(int entry) const;

private:
    const Database* database_;
    const System* system_;
    std::optional<Formulas> formulas_;
    Samples inputs_;
    std::unordered_map<uint64_t, int> exchange_, allocation_, factor_;       ///< formulas by owner and index
    std::unordered_map<int, int> shared_technosphere_, shared_intervention_; ///< by entry: into System::shared
    std::vector<double> nominal_;
    FormulaValues means_;
};

/// One thread's evaluation of the formulas: eight neighbouring draws at a time. A draw's bits do not depend on which
/// others are asked for.
class FormulaDraws {
public:
    FormulaDraws(const UncertainParameters&, const Database&);
    /// Throws SolveError where a formula is not finite in this draw.
    const FormulaValues& of(uint32_t seed, uint32_t draw, bool linear);

private:
    static constexpr uint32_t width = 8;
    void evaluate(uint32_t seed, bool linear);

    const UncertainParameters& parameters_;
    const Database& database_;
    lang::Evaluation drawn_, nominal_;
    std::vector<double> inputs_, defaults_, numbers_, dots_;
    std::optional<uint32_t> first_; ///< draw of the first lane
    uint32_t seed_ = 0;
    bool linear_ = false;
    FormulaValues values_;
};

/// The value that a distribution spreads around: median, mean, mode or midpoint.
double middle(const Distribution&, double amount);

} // namespace viresco::lca
