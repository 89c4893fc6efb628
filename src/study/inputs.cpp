#include "study/inputs.h"
#include "base/messages/study.h"
#include "lca/random.h"
#include "matter/quantity.h"
#include "numerics/statistics.h"
#include <algorithm>
#include <cmath>
#include <map>

namespace viresco::study {

using cases::Case;
using text::Node;

namespace {

/// Paths within files by the place of the value.
class DeclaredAt {
public:
    /// "file: path.in.it"; "file: line, column" for what is not in a file of the case (--set).
    std::string key(Case& c, const SourcePos& pos) {
        if (!pos.file) return {};
        const std::string& file = pos.file->path;
        auto found = files_.find(file);
        if (found == files_.end()) {
            found = files_.emplace(file, Paths{}).first;
            const bool is_file = file.size() > 5 && file.compare(file.size() - 5, 5, ".yaml") == 0;
            if (const Node* document = is_file ? c.library().load_file(file, "") : nullptr)
                walk(*document, "", found->second);
        }
        const auto path = found->second.find({pos.line, pos.column});
        return shown(c, file) + ": " +
               (path != found->second.end() ? path->second
                                            : std::to_string(pos.line) + ", " + std::to_string(pos.column));
    }

private:
    using Paths = std::map<std::pair<int, int>, std::string>;
    static void walk(const Node& node, const std::string& path, Paths& out) {
        if (node.is_scalar()) out.emplace(std::pair{node.pos().line, node.pos().column}, path);
        for (const Node::Entry& e : node.entries()) walk(e.value, path.empty() ? e.key : path + "." + e.key, out);
        size_t k = 0;
        for (const Node& item : node.items()) walk(item, path + "[" + std::to_string(k++) + "]", out);
    }
    static std::string shown(const Case& c, const std::string& file) {
        const std::string& models = c.request.models_folder;
        const bool inside = !models.empty() && file.compare(0, models.size(), models) == 0;
        return inside ? "models" + file.substr(models.size()) : file;
    }
    std::map<std::string, Paths> files_;
};

} // namespace

Inputs::Inputs(std::span<const std::unique_ptr<Case>> scenarios, Diagnostics& warnings) {
    std::map<std::string, int> by_key;
    DeclaredAt declared;
    for (const auto& owner : scenarios) {
        Case& c = *owner;
        std::vector<Target>& targets = targets_.emplace_back();
        std::map<int, const plant::Setting*> settings;
        for (const plant::Setting& s : c.settings) settings[s.parameter] = &s;
        for (int i = 0; i < c.program.n_parameters(); ++i) {
            const lang::Parameter& p = c.program.parameters()[static_cast<size_t>(i)];
            if (p.integer || c.program.parameter_slots()[static_cast<size_t>(i)] < 0) continue;
            const auto setting = settings.find(i);
            const matter::Datum& datum = setting == settings.end() ? p.datum : setting->second->datum;
            const Distribution distribution = Distribution::of(datum);
            if (distribution.fixed()) continue;
            const std::string root = p.path.substr(0, p.path.find('.'));
            const bool of_route = std::any_of(c.routes.begin(), c.routes.end(),
                                              [&](const plant::Plant& route) { return route.route == root; });
            // Prices, factors and properties are one parameter for all routes: the address says it. So it does for
            // factors of a database, whose impacts all stand at one place.
            const bool place = (of_route || setting != settings.end()) && !datum.uncertainty.independent;
            std::string key = place ? declared.key(c, datum.pos) : p.path;
            if (key.empty()) key = p.path;
            auto found = by_key.find(key);
            if (found != by_key.end() &&
                !(list_[static_cast<size_t>(found->second)].distribution == distribution)) { // one place, two numbers
                key += " (" + p.path + ")";
                found = by_key.find(key);
            }
            if (found == by_key.end()) {
                found = by_key.emplace(key, size()).first;
                list_.push_back({key, {}, p.title, datum, distribution});
            }
            std::vector<std::string>& addresses = list_[static_cast<size_t>(found->second)].addresses;
            if (std::find(addresses.begin(), addresses.end(), p.path) == addresses.end()) addresses.push_back(p.path);
            targets.push_back({i, found->second});
        }
    }
    if (!scenarios.empty()) read_correlations(*scenarios.front(), warnings);
}

/// correlations: [{of: [a, b], coefficient: 0.6}, ..]
void Inputs::read_correlations(const Case& c, Diagnostics& warnings) {
    const Node* list = c.file->find("correlations");
    if (!list) return;
    Diagnostics d;
    if (!list->is_sequence()) d.error(list->pos(), message::correlations_form);
    struct Pair {
        int a, b;
        double coefficient;
        const Node* node;
    };
    std::vector<Pair> pairs;
    const auto find = [&](const Node& node) {
        std::vector<std::string> known;
        for (size_t k = 0; k < list_.size(); ++k)
            for (const std::string& address : list_[k].addresses) {
                if (address == node.scalar()) return static_cast<int>(k);
                known.push_back(address);
            }
        if (c.program.find_parameter(node.scalar()) >= 0)
            d.error(node.pos(), message::correlation_of_fixed, {node.scalar()});
        else
            suggest(d.error(node.pos(), message::correlation_of_unknown, {node.scalar()}), node.scalar(), known);
        return -1;
    };
    for (const Node& item : list->items()) {
        if (!text::expect_map(item, "a correlation", d) || !text::check_keys(item, {"of", "coefficient"}, d)) continue;
        const Node *of = item.find("of"), *coefficient = item.find("coefficient");
        const auto q = coefficient && coefficient->is_scalar() ? units::parse_quantity(coefficient->scalar())
                                                               : std::nullopt;
        if (!of || of->items().size() < 2 || !q || !q->dimension().dimensionless()) {
            d.error(item.pos(), message::correlations_form);
            continue;
        }
        if (!(std::fabs(q->si) <= 1)) {
            d.error(coefficient->pos(), message::correlation_coefficient, {coefficient->scalar()});
            continue;
        }
        std::vector<int> members;
        for (const Node& n : of->items())
            if (const int k = find(n); k >= 0) members.push_back(k);
        for (size_t i = 0; i < members.size(); ++i)
            for (size_t j = 0; j < i; ++j) {
                if (members[i] == members[j]) { // one random number already
                    warnings.warning(of->pos(), message::correlation_with_itself,
                                     {of->items()[i].scalar(), of->items()[j].scalar()});
                    continue;
                }
                pairs.push_back({members[i], members[j], q->si, &item});
            }
    }
    d.throw_if_errors();
    for (const Pair& p : pairs)
        for (const int k : {p.a, p.b})
            if (std::find(correlated_.begin(), correlated_.end(), k) == correlated_.end()) correlated_.push_back(k);
    std::sort(correlated_.begin(), correlated_.end());
    const size_t n = correlated_.size();
    cholesky_.assign(n * n, 0);
    for (size_t i = 0; i < n; ++i) cholesky_[i * n + i] = 1;
    const auto at = [&](int k) {
        return static_cast<size_t>(std::lower_bound(correlated_.begin(), correlated_.end(), k) - correlated_.begin());
    };
    for (const Pair& p : pairs) {
        const size_t a = at(p.a), b = at(p.b);
        if (const double before = cholesky_[a * n + b]; before != 0 && before != p.coefficient)
            d.error(p.node->pos(), message::correlation_twice,
                    {list_[static_cast<size_t>(p.a)].addresses.front(),
                     list_[static_cast<size_t>(p.b)].addresses.front(), units::format_number(before),
                     units::format_number(p.coefficient)});
        cholesky_[a * n + b] = cholesky_[b * n + a] = p.coefficient;
    }
    if (const size_t row = numerics::cholesky(cholesky_, n); row < n && !d.has_errors())
        d.error(list->pos(), message::correlations_not_definite,
                {list_[static_cast<size_t>(correlated_[row])].addresses.front()})
            .hint(message::correlations_not_definite_hint);
    d.throw_if_errors();
}

void Inputs::values(std::span<const double> u, std::span<double> x) const {
    const size_t n = correlated_.size();
    std::vector<double> moved;
    if (n > 0) {
        std::vector<double> z(n);
        moved.assign(u.begin(), u.end());
        for (size_t i = 0; i < n; ++i) z[i] = lca::normal_quantile(u[static_cast<size_t>(correlated_[i])]);
        for (size_t i = 0; i < n; ++i) {
            double sum = 0;
            for (size_t j = 0; j <= i; ++j) sum += cholesky_[i * n + j] * z[j];
            // Far in the upper tail the probability rounds to 1, where no quantile is.
            moved[static_cast<size_t>(correlated_[i])] = std::clamp(numerics::normal_probability(sum), 1e-300,
                                                                    1 - 0x1p-53);
        }
        u = moved;
    }
    for (size_t k = 0; k < list_.size(); ++k) x[k] = list_[k].distribution.quantile(u[k]);
}

std::string inputs_csv(const Inputs& inputs) {
    const auto quoted = [](const std::string& text) {
        std::string out = "\"";
        for (const char ch : text) out += ch == '"' ? std::string("\"\"") : std::string(1, ch);
        return out + "\"";
    };
    std::string out = "input,key,value,unit,distribution,evidence,source,addresses\n";
    for (size_t k = 0; k < inputs.list().size(); ++k) {
        const Input& in = inputs.list()[k];
        const units::Unit& unit = in.datum.unit;
        std::string addresses;
        for (const std::string& a : in.addresses) addresses += (addresses.empty() ? "" : " ") + a;
        out += std::to_string(k) + "," + quoted(in.key) + "," + units::format_number(unit.from_si(in.datum.si)) + "," +
               quoted(unit.text.empty() ? "1" : unit.text) + "," + quoted(in.distribution.text(unit)) + "," +
               matter::to_string(in.datum.evidence) + "," + quoted(in.datum.source) + "," + quoted(addresses) + "\n";
    }
    return out;
}

} // namespace viresco::study
