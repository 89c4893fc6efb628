#include "assess/ranking.h"
#include "base/messages/assess.h"
#include <algorithm>
#include <cmath>
#include <cstdio>

namespace viresco::assess {

namespace {

std::string percent(double p) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f %%", 100 * p);
    return text;
}

/// Quantile by linear interpolation between order statistics; `x` sorted.
double quantile(const std::vector<double>& x, double p) {
    const double at = p * static_cast<double>(x.size() - 1);
    const auto i = static_cast<size_t>(at);
    if (i + 1 >= x.size()) return x.back();
    return x[i] + (at - static_cast<double>(i)) * (x[i + 1] - x[i]);
}

/// The samples that count: routes that passed, criteria that are known for all of them, samples without a gap.
struct Sheet {
    std::vector<size_t> routes; // of the input
    std::vector<Criterion> criteria;
    std::vector<DecisionTable> samples;
    DecisionTable mean;
};

class Ranker {
public:
    explicit Ranker(const RankingInput& in) : in_(in) {}

    Ranking run() {
        check();
        gates();
        if (sheet_.routes.empty()) return done(Verdict::none_admissible, 0, message::rank_none_admissible, {});
        if (sheet_.routes.size() == 1) {
            const size_t only = sheet_.routes[0];
            return done(Verdict::only_admissible, only, message::rank_only_admissible, {in_.routes[only]});
        }
        read();
        if (sheet_.criteria.empty() || sheet_.samples.empty())
            return done(Verdict::no_significant_difference, 0, message::rank_nothing_known, {});
        for (size_t a = 0; a < sheet_.routes.size(); ++a)
            for (size_t b = a + 1; b < sheet_.routes.size(); ++b) pair(a, b);
        if (in_.public_comparison) out_.notes.push_back({message::rank_public, {}});
        if (sheet_.samples.size() == 1) out_.notes.push_back({message::rank_single_values, {}});
        if (dominance() || nothing_significant()) return std::move(out_);
        weigh();
        return std::move(out_);
    }

private:
    Ranking done(Verdict v, size_t winner, MessageId id, std::vector<std::string> args) {
        out_.verdict = v;
        out_.winner = winner;
        out_.text = {id, std::move(args)};
        return std::move(out_);
    }

    void check() const {
        Diagnostics d;
        const size_t expected = in_.routes.size() * in_.criteria.size() * in_.n_samples;
        if (in_.values.size() != expected || in_.n_samples == 0)
            d.error({}, message::ranking_shape, {std::to_string(in_.values.size()), std::to_string(expected)});
        for (const Gate& g : in_.gates)
            if (g.passed.size() != in_.routes.size())
                d.error({}, message::ranking_shape,
                        {std::to_string(g.passed.size()), std::to_string(in_.routes.size())});
        if (d.has_errors()) throw ConfigError(d);
        for (const WeightSet& w : in_.weight_sets) check_weights(w.weights, in_.criteria.size());
    }

    void gates() {
        out_.admitted.assign(in_.routes.size(), 1);
        for (const Gate& g : in_.gates)
            for (size_t r = 0; r < in_.routes.size(); ++r) {
                if (g.passed[r]) continue;
                out_.admitted[r] = 0;
                out_.notes.push_back({message::rank_gate, {in_.routes[r], g.name}});
            }
        for (size_t r = 0; r < in_.routes.size(); ++r)
            if (out_.admitted[r]) sheet_.routes.push_back(r);
    }

    double value(size_t route, size_t criterion, size_t sample) const {
        return in_.values[(route * in_.criteria.size() + criterion) * in_.n_samples + sample];
    }

    void read() {
        for (size_t k = 0; k < in_.criteria.size(); ++k) {
            bool known = true;
            for (const size_t r : sheet_.routes) {
                bool any = false;
                for (size_t s = 0; s < in_.n_samples; ++s) any = any || std::isfinite(value(r, k, s));
                known = known && any;
            }
            if (known)
                used_.push_back(k);
            else
                out_.notes.push_back({message::rank_criterion_left_out, {in_.criteria[k].id}});
        }
        for (const size_t k : used_) sheet_.criteria.push_back(in_.criteria[k]);
        DecisionTable t{sheet_.criteria, {}};
        sheet_.mean = t;
        sheet_.mean.values.assign(sheet_.routes.size() * used_.size(), 0.0);
        for (size_t s = 0; s < in_.n_samples; ++s) {
            t.values.clear();
            bool whole = true;
            for (const size_t r : sheet_.routes)
                for (const size_t k : used_) {
                    t.values.push_back(value(r, k, s));
                    whole = whole && std::isfinite(t.values.back());
                }
            if (!whole) {
                ++out_.samples_left_out;
                continue;
            }
            for (size_t i = 0; i < t.values.size(); ++i) sheet_.mean.values[i] += t.values[i];
            sheet_.samples.push_back(t);
        }
        for (double& x : sheet_.mean.values) x /= static_cast<double>(std::max<size_t>(1, sheet_.samples.size()));
        out_.samples_used = sheet_.samples.size();
        if (out_.samples_left_out > 0)
            out_.notes.push_back({message::rank_samples_left_out,
                                  {std::to_string(out_.samples_left_out), std::to_string(in_.n_samples)}});
    }

    /// The interval of a list of differences, and whether zero is outside.
    Difference interval(std::vector<double> d) const {
        Difference out;
        for (const double x : d) out.mean += x;
        out.mean /= static_cast<double>(d.size());
        std::sort(d.begin(), d.end());
        out.low = quantile(d, (1 - in_.probability) / 2);
        out.high = quantile(d, (1 + in_.probability) / 2);
        out.significant = out.low > 0 || out.high < 0;
        return out;
    }

    void pair(size_t a, size_t b) {
        Pair p{sheet_.routes[a], sheet_.routes[b], {}, 0, 0};
        const auto n = static_cast<double>(sheet_.samples.size());
        for (size_t k = 0; k < sheet_.criteria.size(); ++k) {
            std::vector<double> d;
            double better = 0;
            for (const DecisionTable& t : sheet_.samples) {
                d.push_back(t.at(a, k) - t.at(b, k));
                if (sheet_.criteria[k].higher_is_better ? d.back() > 0 : d.back() < 0) better += 1;
            }
            p.by_criterion.push_back(interval(std::move(d)));
            p.by_criterion.back().probability_better = better / n;
        }
        for (const DecisionTable& t : sheet_.samples) {
            bool a_better = false, b_better = false;
            for (size_t k = 0; k < sheet_.criteria.size(); ++k) {
                const double d = sheet_.criteria[k].higher_is_better ? t.at(a, k) - t.at(b, k)
                                                                     : t.at(b, k) - t.at(a, k);
                a_better = a_better || d > 0;
                b_better = b_better || d < 0;
            }
            if (a_better && !b_better) p.probability_a_dominates += 1 / n;
            if (b_better && !a_better) p.probability_b_dominates += 1 / n;
        }
        out_.pairs.push_back(std::move(p));
    }

    /// One route better than every other in all criteria.
    bool dominance() {
        for (const size_t r : sheet_.routes) {
            double least = 1;
            for (const Pair& p : out_.pairs) {
                if (p.a == r) least = std::min(least, p.probability_a_dominates);
                if (p.b == r) least = std::min(least, p.probability_b_dominates);
            }
            if (!(least > in_.probability)) continue;
            constexpr size_t enough = 100; // samples, as a study wants them for a verdict
            if (const size_t n = sheet_.samples.size(); n == 1)
                done_in_place(Verdict::dominates, r, message::rank_dominates_single, {in_.routes[r]});
            else if (n < enough)
                done_in_place(Verdict::dominates, r, message::rank_dominates_few,
                              {in_.routes[r], percent(least), std::to_string(n)});
            else
                done_in_place(Verdict::dominates, r, message::rank_dominates, {in_.routes[r], percent(least)});
            return true;
        }
        return false;
    }

    bool nothing_significant() {
        for (const Pair& p : out_.pairs)
            for (const Difference& d : p.by_criterion)
                if (d.significant) return false;
        done_in_place(Verdict::no_significant_difference, 0, message::rank_no_difference, {percent(in_.probability)});
        return true;
    }

    void done_in_place(Verdict v, size_t winner, MessageId id, std::vector<std::string> args) {
        out_.verdict = v;
        out_.winner = winner;
        out_.text = {id, std::move(args)};
    }

    /// Weights of the criteria in use: those left out give theirs to the others.
    std::vector<WeightSet> weight_sets() const {
        std::vector<WeightSet> sets = in_.weight_sets;
        if (sets.empty()) sets.push_back({"equal", equal_weights(in_.criteria.size())});
        for (WeightSet& set : sets) {
            std::vector<double> kept;
            double sum = 0;
            for (const size_t k : used_) {
                kept.push_back(set.weights[k]);
                sum += kept.back();
            }
            for (double& w : kept) w = sum > 0 ? w / sum : 1 / static_cast<double>(kept.size());
            set.weights = std::move(kept);
        }
        return sets;
    }

    Scored score(Method method, const WeightSet& set) const {
        const size_t m = sheet_.routes.size();
        const auto n = static_cast<double>(sheet_.samples.size());
        Scored out{method, set.name, {}, {}, 0, true};
        out.score.assign(in_.routes.size(), std::nan(""));
        out.probability_first.assign(in_.routes.size(), 0.0);
        const std::vector<double> at_mean = scores(method, sheet_.mean, set.weights);
        for (size_t i = 0; i < m; ++i) out.score[sheet_.routes[i]] = at_mean[i];
        std::vector<std::vector<double>> all;
        for (const DecisionTable& t : sheet_.samples) {
            all.push_back(scores(method, t, set.weights));
            const double best = *std::max_element(all.back().begin(), all.back().end());
            const auto ties = static_cast<double>(std::count(all.back().begin(), all.back().end(), best));
            for (size_t i = 0; i < m; ++i)
                if (all.back()[i] >= best) out.probability_first[sheet_.routes[i]] += 1 / (n * ties);
        }
        size_t first = 0;
        for (size_t i = 1; i < m; ++i)
            if (out.probability_first[sheet_.routes[i]] > out.probability_first[sheet_.routes[first]]) first = i;
        out.first = sheet_.routes[first];
        for (size_t i = 0; i < m; ++i) {
            if (i == first) continue;
            std::vector<double> d;
            for (const auto& s : all) d.push_back(s[first] - s[i]);
            out.significant = out.significant && interval(std::move(d)).low > 0;
        }
        return out;
    }

    void weigh() {
        const std::vector<WeightSet> sets = weight_sets();
        for (const WeightSet& set : sets)
            for (const Method method : {Method::weighted_sum, Method::topsis, Method::promethee})
                out_.scored.push_back(score(method, set));
        const std::vector<WeightShare> shares = weight_map(sheet_.mean);
        out_.weight_shares.resize(in_.routes.size());
        std::vector<std::string> names;
        for (size_t i = 0; i < sheet_.routes.size(); ++i) {
            out_.weight_shares[sheet_.routes[i]] = shares[i];
            names.push_back(in_.routes[sheet_.routes[i]]);
        }
        out_.reversals = rank_reversals(sheet_.mean, names, sets);
        for (Reversal& r : out_.reversals) {
            r.ahead = sheet_.routes[r.ahead];
            r.behind = sheet_.routes[r.behind];
            out_.notes.push_back(
                {r.added ? message::rank_reversal_added : message::rank_reversal_dropped,
                 {in_.routes[r.ahead], in_.routes[r.behind], to_string(r.method), r.weight_set, r.third}});
        }
        const size_t first = out_.scored.front().first;
        bool same = true, any = false, all = true;
        double least = 1;
        for (const Scored& s : out_.scored) {
            same = same && s.first == first;
            any = any || s.significant;
            all = all && s.significant;
            least = std::min(least, s.probability_first[first]);
        }
        if (!any)
            done_in_place(Verdict::no_significant_difference, 0, message::rank_no_difference_weighted,
                          {percent(in_.probability)});
        else if (same && all)
            done_in_place(Verdict::preferred, first, message::rank_preferred, {in_.routes[first], percent(least)});
        else
            done_in_place(Verdict::depends_on_weights, 0, message::rank_depends, {});
    }

    const RankingInput& in_;
    Ranking out_;
    Sheet sheet_;
    std::vector<size_t> used_; // criteria of the input
};

} // namespace

const char* to_string(Verdict v) {
    switch (v) {
    case Verdict::none_admissible: return "none_admissible";
    case Verdict::only_admissible: return "only_admissible";
    case Verdict::dominates: return "dominates";
    case Verdict::no_significant_difference: return "no_significant_difference";
    case Verdict::preferred: return "preferred";
    case Verdict::depends_on_weights: break;
    }
    return "depends_on_weights";
}

Ranking rank(const RankingInput& input) { return Ranker(input).run(); }

} // namespace viresco::assess
