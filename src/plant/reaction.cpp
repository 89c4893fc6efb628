#include "plant/reaction.h"
#include "base/messages/lang.h"
#include "base/messages/plant.h"
#include <charconv>
#include <cmath>
#include <set>

namespace viresco::plant {
namespace {

struct Term {
    int component = -1;
    double coefficient = 1;
    bool unknown = false;
    int side = -1; // -1 left, +1 right
    SourcePos pos;
};

/// Cuts the equation into terms; errors at their own characters.
std::optional<std::vector<Term>> terms(const text::Node& node, const matter::ComponentTable& components,
                                       Diagnostics& diagnostics) {
    const std::string& text = node.scalar();
    std::vector<Term> out;
    size_t i = 0;
    int side = -1;
    bool need_term = true, good = true, arrow = false;
    const auto space = [&] {
        while (i < text.size() && (text[i] == ' ' || text[i] == '\t' || text[i] == '\n')) ++i;
    };
    while (space(), i < text.size()) {
        if (text.compare(i, 2, "->") == 0 || text.compare(i, 3, "→") == 0) {
            if (arrow) {
                diagnostics.error(node.position(i), message::reaction_two_arrows);
                return std::nullopt;
            }
            if (need_term) {
                diagnostics.error(node.position(i), message::reaction_term_expected, {"->"});
                return std::nullopt;
            }
            i += text[i] == '-' ? 2 : 3;
            side = 1;
            arrow = need_term = true;
            continue;
        }
        if (text[i] == '+') {
            if (need_term) {
                diagnostics.error(node.position(i), message::reaction_term_expected, {"+"});
                return std::nullopt;
            }
            ++i;
            need_term = true;
            continue;
        }
        Term t;
        t.side = side;
        if (text[i] == '?') {
            t.unknown = true;
            ++i;
            space();
        } else if ((text[i] >= '0' && text[i] <= '9') || text[i] == '.') {
            const auto r = std::from_chars(text.data() + i, text.data() + text.size(), t.coefficient);
            if (r.ec == std::errc::result_out_of_range) {
                diagnostics.error(node.position(i), message::number_out_of_range);
                return std::nullopt;
            }
            i = static_cast<size_t>(r.ptr - text.data());
            space();
            if (i < text.size() && text[i] == '*') ++i, space();
        }
        const size_t begin = i;
        while (i < text.size() && text[i] != ' ' && text[i] != '+' && text[i] != '\n' && text[i] != '\t' &&
               text.compare(i, 2, "->") != 0 && text.compare(i, 3, "→") != 0)
            ++i;
        const std::string name = text.substr(begin, i - begin);
        t.pos = node.position(begin, name.size());
        if (name.empty()) {
            diagnostics.error(node.position(std::min(begin, text.size() ? text.size() - 1 : 0)),
                              message::reaction_term_expected, {text.substr(begin, 1)});
            return std::nullopt;
        }
        if (!need_term) {
            auto& d = diagnostics.error(t.pos, message::reaction_plus_expected, {name});
            if (name == "=" || name == "=>" || name == "<->") d.hint(message::reaction_example);
            return std::nullopt;
        }
        t.component = components.find(name);
        if (t.component < 0) {
            auto& d = diagnostics.error(t.pos, message::unknown_component, {name});
            suggest(d, name, components.names());
            good = false;
        } else if (!components[t.component].formula) {
            diagnostics.error(t.pos, message::reaction_needs_formula, {name});
            good = false;
        }
        out.push_back(t);
        need_term = false;
    }
    if (!arrow)
        diagnostics.error(node.pos(), message::reaction_without_arrow, {text}).hint(message::reaction_example);
    else if (need_term)
        diagnostics.error(node.position(text.empty() ? 0 : text.size() - 1), message::reaction_term_expected, {""});
    if (!arrow || need_term || !good) return std::nullopt;
    return out;
}

/// Content of a quantity in one mol: an element's count, or the charge.
double content(const matter::Component& c, const std::string& element) {
    if (element == "charge") return c.formula->charge;
    const auto it = c.formula->elements.find(element);
    return it == c.formula->elements.end() ? 0.0 : it->second;
}

} // namespace

std::optional<Reaction> read_reaction(const std::string& name, const text::Node& node,
                                      const matter::ComponentTable& components, Diagnostics& diagnostics) {
    if (!node.is_scalar()) {
        diagnostics.error(node.pos(), message::expected_text, {"equation"});
        return std::nullopt;
    }
    auto list = terms(node, components, diagnostics);
    if (!list) return std::nullopt;

    std::set<std::string> quantities{"charge"};
    std::vector<size_t> unknowns;
    for (size_t k = 0; k < list->size(); ++k) {
        for (const auto& [element, count] : components[(*list)[k].component].formula->elements)
            quantities.insert(element);
        if ((*list)[k].unknown) unknowns.push_back(k);
    }
    if (unknowns.size() == list->size()) {
        // Without one given coefficient nothing says how much: all zero would balance too.
        const Term& first = list->front();
        diagnostics.error(first.pos, message::reaction_not_determined, {components[first.component].name})
            .hint(message::reaction_fix_one);
        return std::nullopt;
    }
    // Rows: element balances; columns: unknown coefficients; right-hand side: minus the known terms.
    const size_t n = unknowns.size();
    std::vector<std::vector<double>> rows;
    for (const std::string& q : quantities) {
        std::vector<double> row(n + 1, 0.0);
        for (size_t j = 0; j < n; ++j)
            row[j] = (*list)[unknowns[j]].side * content(components[(*list)[unknowns[j]].component], q);
        for (const Term& t : *list)
            if (!t.unknown) row[n] -= t.side * t.coefficient * content(components[t.component], q);
        rows.push_back(std::move(row));
    }
    size_t rank = 0;
    for (size_t j = 0; j < n; ++j) {
        size_t best = rank;
        for (size_t i = rank; i < rows.size(); ++i)
            if (std::fabs(rows[i][j]) > std::fabs(rows[best][j])) best = i;
        if (rank >= rows.size() || std::fabs(rows[best][j]) < 1e-9) {
            diagnostics
                .error((*list)[unknowns[j]].pos, message::reaction_not_determined,
                       {components[(*list)[unknowns[j]].component].name})
                .hint(message::reaction_fix_one);
            return std::nullopt;
        }
        std::swap(rows[rank], rows[best]);
        for (size_t i = 0; i < rows.size(); ++i) {
            if (i == rank) continue;
            const double f = rows[i][j] / rows[rank][j];
            for (size_t k = j; k <= n; ++k) rows[i][k] -= f * rows[rank][k];
        }
        ++rank;
    }
    for (size_t j = 0; j < n; ++j) (*list)[unknowns[j]].coefficient = rows[j][n] / rows[j][j];

    Reaction out;
    out.name = name;
    out.pos = node.pos();
    for (const Term& t : *list) out.coefficients[t.component] += t.side * t.coefficient;
    std::string residuals;
    for (const std::string& q : quantities) {
        double net = 0, gross = 0;
        for (const Term& t : *list) {
            const double amount = t.coefficient * content(components[t.component], q);
            net += t.side * amount;
            gross += std::fabs(amount);
        }
        if (std::fabs(net) > 1e-6 * std::max(gross, 1e-6))
            residuals += (residuals.empty() ? "" : ", ") + q + " " + (net > 0 ? "+" : "") +
                         units::format_number(std::round(net * 1e6) / 1e6);
    }
    if (!residuals.empty()) {
        diagnostics.error(node.pos(), message::reaction_not_balanced, {name, residuals})
            .hint(message::reaction_balance_hint);
        return std::nullopt;
    }
    return out;
}

} // namespace viresco::plant
