#include "kinetics/conservation.h"
#include "base/messages/kinetics.h"
#include "lang/value_at.h"
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace viresco::kinetics {

std::vector<std::string> conserved_quantities(const Process& p, const matter::ComponentTable& components) {
    std::vector<std::string> all = components.elements(), out;
    all.insert(all.end(), {"COD", "charge", "mass"});
    for (const std::string& q : all)
        if (std::all_of(p.cells.begin(), p.cells.end(),
                        [&](const Process::Cell& c) { return components[c.component].content(q).has_value(); }))
            out.push_back(q);
    return out;
}

bool complete(lang::Graph& g, const Process& p, const matter::ComponentTable& components,
              std::span<lang::NodeId> coefficients, Diagnostics& diagnostics) {
    std::vector<size_t> open, given;
    for (size_t k = 0; k < p.cells.size(); ++k) (coefficients[k] == lang::no_node ? open : given).push_back(k);
    if (open.empty()) return true;
    const auto quantities = conserved_quantities(p, components);
    const auto content = [&](size_t cell, size_t q) {
        return *components[p.cells[cell].component].content(quantities[q]);
    };
    // A x = -B y: x open, y given; both matrices are constants. Rows are scaled, then eliminated with complete pivoting.
    const size_t n = open.size(), m = given.size();
    std::vector<std::vector<double>> rows;
    for (size_t q = 0; q < quantities.size(); ++q) {
        std::vector<double> row(n + m);
        double scale = 0;
        for (size_t j = 0; j < n; ++j) row[j] = content(open[j], q);
        for (size_t j = 0; j < m; ++j) row[n + j] = -content(given[j], q);
        for (size_t j = 0; j < n; ++j) scale = std::max(scale, std::abs(row[j]));
        if (scale == 0) continue; // says nothing about the open ones
        for (double& v : row) v /= scale;
        rows.push_back(std::move(row));
    }
    std::vector<size_t> row_of(n, rows.size());
    std::vector<char> used(rows.size(), 0);
    for (size_t step = 0; step < n; ++step) {
        size_t column = n, at = rows.size();
        double best = 1e-9;
        for (size_t i = 0; i < rows.size(); ++i)
            for (size_t j = 0; j < n && !used[i]; ++j)
                if (row_of[j] == rows.size() && std::abs(rows[i][j]) > best)
                    best = std::abs(rows[i][j]), column = j, at = i;
        if (column == n) break;
        used[at] = 1;
        row_of[column] = at;
        for (size_t i = 0; i < rows.size(); ++i) {
            const double f = i == at ? 0 : rows[i][column] / rows[at][column];
            if (f == 0) continue;
            for (size_t k = 0; k < n + m; ++k) rows[i][k] -= f * rows[at][k];
            rows[i][column] = 0;
        }
    }
    bool good = true;
    for (size_t j = 0; j < n; ++j) {
        const Process::Cell& cell = p.cells[open[j]];
        if (row_of[j] == rows.size()) {
            std::string known;
            for (const std::string& q : quantities) known += (known.empty() ? "" : ", ") + q;
            diagnostics
                .error(cell.pos, message::coefficient_not_determined,
                       {components[cell.component].name, p.name, known.empty() ? "-" : known})
                .hint(message::coefficient_not_determined_hint);
            good = false;
            continue;
        }
        const std::vector<double>& row = rows[row_of[j]];
        lang::NodeId sum = g.zero();
        for (size_t k = 0; k < m; ++k) {
            double factor = row[n + k] / row[j];
            if (std::abs(factor) < 1e-14) continue;
            if (std::abs(factor - std::round(factor)) < 1e-14) factor = std::round(factor); // 1, not 0.9999999999999999
            sum = g.add(sum, g.multiply(g.constant(factor), coefficients[given[k]]));
        }
        coefficients[open[j]] = sum;
    }
    return good;
}

void check_continuity(const lang::Graph& g, const Process& p, const matter::ComponentTable& components,
                      std::span<const lang::NodeId> coefficients, std::span<const double> parameters,
                      Diagnostics& diagnostics) {
    const auto quantities = conserved_quantities(p, components);
    for (size_t k = 0; k < p.cells.size(); ++k)
        if (p.cells[k].value && !std::isfinite(lang::value_at(g, coefficients[k], parameters))) {
            diagnostics.error(p.cells[k].pos, message::coefficient_not_a_number,
                              {components[p.cells[k].component].name, p.name});
            return;
        }
    for (const std::string& q : quantities) {
        double net = 0, gross = 0;
        for (size_t k = 0; k < p.cells.size(); ++k) {
            const double amount = lang::value_at(g, coefficients[k], parameters) *
                                  *components[p.cells[k].component].content(q);
            net += amount;
            gross += std::abs(amount);
        }
        const auto exception = std::find_if(p.exceptions.begin(), p.exceptions.end(),
                                            [&](const auto& e) { return e.first == q; });
        const bool open = std::abs(net) > 1e-6 * gross || !std::isfinite(net);
        const std::string size = fmt::format("{:.6g}", net), relative = fmt::format("{:.2g}", std::abs(net) / gross);
        if (exception != p.exceptions.end()) {
            if (!open)
                diagnostics.error(p.pos, message::exception_without_need, {p.name, q});
            else
                diagnostics.warning(p.pos, message::named_exception, {p.name, q, size, exception->second});
        } else if (open) {
            diagnostics.error(p.pos, message::process_not_continuous, {p.name, q, size, relative})
                .hint(message::process_not_continuous_hint);
        }
    }
    for (const auto& [q, reason] : p.exceptions)
        if (std::find(quantities.begin(), quantities.end(), q) == quantities.end())
            diagnostics.error(p.pos, message::exception_unknown, {p.name, q});
}

} // namespace viresco::kinetics
