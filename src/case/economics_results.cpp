#include "case/economics_results.h"
#include "economics/irr.h"
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace viresco::cases {

using Json = nlohmann::ordered_json;

namespace {

Json title_of(const matter::Title& t) { return {{"en", t.en}, {"zh", t.zh}}; }

Json quantity(double value, const std::string& unit) {
    return {{"value", std::isfinite(value) ? Json(value) : Json(nullptr)}, {"unit", unit.empty() ? "1" : unit}};
}

double value(const Case& c, const lang::Evaluation& e, const std::string& path) {
    const Output* o = c.find(path);
    return o && o->slot >= 0 && o->missing < 0 ? e.value(o->slot) : std::numeric_limits<double>::quiet_NaN();
}

/// name[0], name[1] ..; of a view where one is named: name[market,0] ..
std::vector<double> years(const Case& c, const lang::Evaluation& e, const std::string& family, int first) {
    std::vector<double> out(static_cast<size_t>(first), 0.0);
    for (int y = first;; ++y) {
        const std::string path = family + std::to_string(y) + "]";
        if (!c.find(path)) return out;
        out.push_back(value(c, e, path));
    }
}

Json numbers(const std::vector<double>& list) {
    Json out = Json::array();
    for (const double x : list) out.push_back(std::isfinite(x) ? Json(x) : Json(nullptr));
    return out;
}

int switch_of(const Case& c, const economics::Incentive& i) {
    return c.program.find_parameter("economics." + i.id + ".on");
}

} // namespace

EconomicsResults::EconomicsResults(const Case& c, const lang::Evaluation& e) : case_(c), evaluation_(e) {
    if (c.incentives.empty() || c.routes.empty() || !c.find(c.routes.front().prefix + "cash[market,0]")) return;
    for (const assess::Definition& def : c.definitions)
        for (const char* id : {"npv", "irr", "payback", "payback_discounted", "minimum_selling_price"})
            if (def.id == id) shown_.push_back(&def);
    std::vector<double> off = c.parameters;
    for (const auto& i : c.incentives)
        if (const int k = switch_of(c, i); k >= 0) off[static_cast<size_t>(k)] = 0;
    none_ = run(off);
    std::vector<double> so_far = off;
    for (const auto& i : c.incentives) {
        std::vector<double> only = off;
        if (const int k = switch_of(c, i); k >= 0) {
            only[static_cast<size_t>(k)] = 1;
            if (!i.what_if) so_far[static_cast<size_t>(k)] = 1;
        }
        alone_.push_back(run(only));
        added_.push_back(i.what_if ? Run{} : run(so_far));
    }
}

EconomicsResults::Run EconomicsResults::run(const std::vector<double>& parameters) const {
    lang::Evaluation e(case_.program, 1);
    const bool good = e.run(parameters);
    Run out;
    for (const plant::Plant& p : case_.routes) {
        std::vector<double> row;
        for (const assess::Definition* def : shown_) {
            const bool defined = !def->defined_if || value(case_, e, assess::condition_path(p, def->id)) == 1;
            row.push_back(good && defined ? def->unit.from_si(value(case_, e, assess::indicator_path(p, def->id)))
                                          : std::numeric_limits<double>::quiet_NaN());
        }
        out.values.push_back(std::move(row));
    }
    return out;
}

Json EconomicsResults::change(const Run& with, const Run& without, size_t route) const {
    Json out = Json::object();
    for (size_t k = 0; k < shown_.size(); ++k) {
        Json j = quantity(with.values[route][k], shown_[k]->unit.text);
        const double difference = with.values[route][k] - without.values[route][k];
        j["change"] = std::isfinite(difference) ? Json(difference) : Json(nullptr);
        out[shown_[k]->id] = std::move(j);
    }
    return out;
}

Json EconomicsResults::of(const plant::Plant& p) const {
    const Output* first = case_.find(p.prefix + "cash[market,0]");
    if (!first || first->slot < 0) return nullptr;
    const std::string money = case_.dimension_texts[static_cast<size_t>(first->dim)];
    const std::vector<double> cash = years(case_, evaluation_, p.prefix + "cash[market,", 0);
    const std::vector<double> discount = years(case_, evaluation_, p.prefix + "discount[", 0);
    std::vector<double> discounted, position;
    double sum = 0;
    for (size_t y = 0; y < cash.size(); ++y) {
        discounted.push_back(cash[y] * (y < discount.size() ? discount[y] : std::nan("")));
        position.push_back(sum += cash[y]);
    }
    Json out;
    out["cash_flow"] = {{"unit", money},
                        {"cash", numbers(cash)},
                        {"discounted", numbers(discounted)},
                        {"position", numbers(position)},
                        {"income_tax", numbers(years(case_, evaluation_, p.prefix + "income_tax[market,", 1))},
                        {"depreciation", numbers(years(case_, evaluation_, p.prefix + "depreciation[", 1))}};
    const economics::RatesOfReturn rates = economics::rates_of_return(cash);
    std::vector<double> percent;
    for (const double r : rates.rates) percent.push_back(100 * r);
    Json& irr = out["rates_of_return"];
    irr = {{"values", numbers(percent)}, {"unit", "%/a"}, {"sign_changes", rates.sign_changes}};
    if (rates.sign_changes == 0)
        irr["note"] = {{"en", "the cash flow never changes sign: there is no rate of return"},
                       {"zh", "现金流不变号：内部收益率不存在"}};
    else if (rates.rates.size() != 1)
        irr["note"] = rates.rates.empty()
                          ? Json{{"en", "no rate makes the present value zero"}, {"zh", "没有使净现值为零的收益率"}}
                          : Json{{"en", "several rates of return: none of them decides, use the net present value"},
                                 {"zh", "存在多个内部收益率，均不足以判断，请以净现值为准"}};
    if (shown_.empty()) return out;
    const size_t route = static_cast<size_t>(&p - case_.routes.data());
    out["without_incentives"] = change(none_, none_, route);
    Json list = Json::array();
    const Run* before = &none_;
    for (size_t k = 0; k < case_.incentives.size(); ++k) {
        const economics::Incentive& i = case_.incentives[k];
        const int on = switch_of(case_, i);
        Json j{{"id", i.id},
               {"title", title_of(i.title)},
               {"definition", title_of(i.definition)},
               {"source", i.source},
               {"verified", i.verified},
               {"what_if", i.what_if},
               {"on", on >= 0 && case_.parameters[static_cast<size_t>(on)] > 0},
               {"alone", change(alone_[k], none_, route)}};
        if (!i.what_if) {
            j["added"] = change(added_[k], *before, route);
            before = &added_[k];
        }
        list.push_back(std::move(j));
    }
    out["incentives"] = std::move(list);
    return out;
}

} // namespace viresco::cases
