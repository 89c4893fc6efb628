#include "case/explain.h"
#include "base/messages/case.h"
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <set>

namespace viresco::cases {
namespace {

class Explainer {
public:
    Explainer(const Case& c, const lang::Evaluation& e, const plant::Plant& p, int depth, Language language)
        : c_(c), e_(e), plant_(p), depth_(depth), language_(language) {}

    std::string run(const assess::Definition& def) {
        const Output* total = c_.find(assess::indicator_path(plant_, def.id));
        const double value = e_.value(total->slot);
        line("", fmt::format("{} = {}   {}", def.id, show(value, def.unit), def.title.in(language_)));
        line("", fmt::format("{}: {}, {}", text(message::explain_route), plant_.route, plant_.title.in(language_)));
        if (!def.definition.in(language_).empty()) line("", def.definition.in(language_));
        line("", fmt::format("{} = {}   {}", def.id, one_line(def.formula->scalar()), place(def.formula->pos())));
        if (def.additive)
            parts(def, value);
        else
            walk(c_.find_named(assess::indicator_path(plant_, def.id)), "", depth_ + 1);
        if (!unverified_.empty()) {
            line("", "");
            line("", text(message::explain_unverified));
            for (const std::string& u : unverified_) line("  ", u);
        }
        return std::move(out_);
    }

private:
    struct Part {
        const plant::Exchange* exchange;
        double value;
    };

    std::string text(MessageId id, std::vector<std::string> args = {}) const {
        return Message{id, std::move(args)}.text(language_);
    }
    void line(const std::string& indent, const std::string& content) { out_ += indent + content + "\n"; }

    static std::string one_line(const std::string& s) {
        std::string out;
        for (const char ch : s) {
            if (ch == '\n' || ch == ' ') {
                if (!out.empty() && out.back() != ' ') out += ' ';
            } else {
                out += ch;
            }
        }
        return out;
    }
    static std::string show(double si, const units::Unit& unit) { return lang::format_si(si, unit, 4); }

    std::string show(const Output& o) const {
        static const std::map<std::string, const char*> readable{
            {"W", "kW"}, {"kg/s", "kg/h"}, {"m3/s", "m3/h"}, {"mol/s", "kmol/h"}};
        const std::string& dim = c_.dimension_texts[static_cast<size_t>(o.dim)];
        const auto it = readable.find(dim);
        const auto unit = units::parse_unit(it == readable.end() ? dim : it->second);
        return lang::format_si(e_.value(o.slot), unit ? *unit : units::Unit{}, 4);
    }

    std::string place(const SourcePos& pos) const {
        if (!pos.file) return {};
        const std::string& models = c_.request.models_folder;
        std::string path = pos.file->path;
        if (!models.empty() && path.compare(0, models.size(), models) == 0)
            path = "models" + path.substr(models.size());
        return path + (pos.line > 0 ? ":" + std::to_string(pos.line) : "");
    }

    /// "1.1 kgCO2e/kg  models/..:14 (estimate: engineering estimate)"
    std::string provenance(int parameter) const {
        const auto k = static_cast<size_t>(parameter);
        const matter::Datum& from = c_.datum(k);
        std::string out = show(c_.parameters[k], c_.program.parameters()[k].datum.unit) + "   " + place(from.pos) +
                          " (" + matter::to_string(from.evidence);
        if (!from.source.empty()) out += ": " + from.source;
        return out + ")";
    }

    void parts(const assess::Definition& def, double total) {
        double sum_of_steps = 0, sum_of_exchanges = 0;
        std::vector<std::pair<std::string, double>> steps;
        for (const std::string& s : assess::steps_of(plant_)) {
            steps.emplace_back(s, e_.value(c_.find(assess::indicator_path(plant_, def.id, s))->slot));
            sum_of_steps += steps.back().second;
        }
        std::stable_sort(steps.begin(), steps.end(),
                         [](const auto& a, const auto& b) { return std::fabs(a.second) > std::fabs(b.second); });
        for (size_t i = 0; i < steps.size(); ++i) {
            const auto& [step, value] = steps[i];
            const bool last = i + 1 == steps.size();
            const matter::Title& title = plant::section_title(plant_, step);
            line(last ? "└─ " : "├─ ", fmt::format("{} {}   {}",
                                                   step + (title.in(language_).empty() || title.in(language_) == step
                                                               ? ""
                                                               : " (" + title.in(language_) + ")"),
                                                   show(value, def.unit), percent(value, total)));
            const std::string bar = last ? "   " : "│  ";
            std::vector<Part> list;
            for (const plant::Exchange& x : plant_.exchanges) {
                const double v = e_.value(c_.find(assess::share_path(plant_, def.id, x.id))->slot);
                if (x.step != step) continue;
                sum_of_exchanges += v;
                if (v != 0) list.push_back({&x, v});
            }
            std::stable_sort(list.begin(), list.end(),
                             [](const Part& a, const Part& b) { return std::fabs(a.value) > std::fabs(b.value); });
            for (size_t k = 0; k < list.size(); ++k) exchange(def, list[k], total, bar, k + 1 == list.size());
        }
        line("",
             text(message::explain_sums, {show(sum_of_steps, def.unit), show(sum_of_exchanges, def.unit),
                                          show(total, def.unit), fmt::format("{:.1e}", relative(sum_of_steps, total)),
                                          fmt::format("{:.1e}", relative(sum_of_exchanges, total))}));
    }

    static double relative(double a, double b) { return b != 0 ? std::fabs(a - b) / std::fabs(b) : std::fabs(a - b); }
    static std::string percent(double part, double total) {
        return total != 0 ? fmt::format("{:.1f} %", 100 * part / total) : "";
    }

    void exchange(const assess::Definition& def, const Part& part, double total, const std::string& bar, bool last) {
        const plant::Exchange& x = *part.exchange;
        const lca::Item* item = c_.background.find(x.item);
        const double product = e_.value(c_.find(plant_.product_path)->slot);
        const Output* amount = c_.find(plant_.prefix + "amount[" + x.id + "]");
        const units::Unit unit = item ? item->unit : *units::parse_unit("kg");
        line(bar + (last ? "└─ " : "├─ "),
             fmt::format("{} {}   {}", x.id, show(part.value, def.unit), percent(part.value, total)));
        const std::string inner = bar + (last ? "   " : "│  ");
        units::Unit per = unit;
        per.text += "/kg";
        line(inner, fmt::format("{}: {}{}", text(message::explain_amount), show(e_.value(amount->slot) / product, per),
                                item ? "  (" + item->title.in(language_) + ")" : ""));
        if (item)
            for (const char* factor : {"gwp100", "energy", "energy_equivalent", "mass", "water_content"}) {
                const auto it = item->factors.find(factor);
                if (it == item->factors.end() || !uses(assess::share_path(plant_, def.id, x.id), it->second)) continue;
                line(inner, fmt::format("{} {}{}: {}", item->name,
                                        item->electricity_type.empty() ? "" : item->electricity_type + " ", factor,
                                        provenance(it->second)));
                if (!item->verified)
                    unverified_.insert(item->name + " " + factor + "   " +
                                       place(c_.program.parameters()[static_cast<size_t>(it->second)].datum.pos));
            }
        const int price = c_.program.find_parameter("prices." + x.item);
        if (price >= 0 && uses(assess::share_path(plant_, def.id, x.id), price))
            line(inner,
                 fmt::format("{} {}: {}", item ? item->name : x.item, text(message::explain_price), provenance(price)));
        if (std::fabs(part.value) < 0.02 * std::fabs(total)) return; // small parts are not walked
        walk(c_.find_named(x.stream.empty() ? x.amount : x.stream + ".mass"), inner, depth_);
    }

    /// Does a named value rest on a parameter (through names, not through solved unknowns)?
    bool uses(const std::string& path, int parameter) const {
        std::set<int> seen;
        std::vector<int> stack{c_.find_named(path)};
        while (!stack.empty()) {
            const int i = stack.back();
            stack.pop_back();
            if (i < 0 || !seen.insert(i).second) continue;
            const lang::Named& n = c_.named[static_cast<size_t>(i)];
            if (n.kind == lang::Named::Kind::parameter && n.parameter == parameter) return true;
            stack.insert(stack.end(), n.uses.begin(), n.uses.end());
        }
        return false;
    }

    /// Prints a named value's formula and what it uses.
    void walk(int id, const std::string& indent, int levels) {
        if (id < 0 || levels <= 0) return;
        const lang::Named& n = c_.named[static_cast<size_t>(id)];
        if (n.kind != lang::Named::Kind::formula && n.uses.size() == 1) { // an alias: go through
            walk_one(n.uses.front(), indent, levels);
            return;
        }
        std::set<int> said;
        for (const int use : n.uses) {
            if (!said.insert(use).second) continue;
            walk_one(use, indent, levels);
        }
    }

    void walk_one(int id, const std::string& indent, int levels) {
        const lang::Named& n = c_.named[static_cast<size_t>(id)];
        const Output& o = c_.outputs()[static_cast<size_t>(id)];
        if (o.slot < 0 || e_.value(o.slot) == 0) return; // what is zero explains nothing
        if (n.kind == lang::Named::Kind::parameter) {
            const lang::Parameter& p = c_.program.parameters()[static_cast<size_t>(n.parameter)];
            line(indent + "· ", fmt::format("{} = {}", p.path, provenance(n.parameter)));
            return;
        }
        if (n.kind == lang::Named::Kind::unknown) {
            line(indent + "· ",
                 fmt::format("{} = {}   {}", n.path, show(o),
                             text(message::explain_solved, {n.note.empty() ? one_line(n.span.text()) : n.note})));
            return;
        }
        if (n.kind == lang::Named::Kind::built_in) {
            if (n.uses.empty()) {
                line(indent + "· ", fmt::format("{} = {}   {}", n.path, show(o),
                                                n.note.compare(0, 8, "recycle ") == 0
                                                    ? text(message::explain_recycle, {n.note.substr(8)})
                                                : n.note.compare(0, 9, "schedule ") == 0
                                                    ? text(message::explain_schedule, {n.note.substr(9)})
                                                    : n.note));
                return;
            }
            if (n.uses.size() == 1) { // "what an inlet tells is what its stream tells"
                walk_one(n.uses.front(), indent, levels);
                return;
            }
        }
        const bool again = !walked_.insert(id).second;
        line(indent + "· ", fmt::format("{} = {}{}{}", n.path, show(o),
                                        n.span.node ? "   = " + one_line(n.span.text()) + "   " + place(n.span.pos())
                                        : n.note.empty() ? ""
                                                         : "   (" + n.note + ")",
                                        again ? "   " + text(message::explain_above) : ""));
        if (!again) walk(id, indent + "  ", levels - 1);
    }

    const Case& c_;
    const lang::Evaluation& e_;
    const plant::Plant& plant_;
    int depth_;
    Language language_;
    std::string out_;
    std::set<int> walked_;
    std::set<std::string> unverified_;
};

} // namespace

std::string explain(const Case& c, const lang::Evaluation& e, const plant::Plant& p, const std::string& indicator,
                    int depth, Language language) {
    std::vector<std::string> known;
    for (const assess::Definition& def : c.definitions) {
        known.push_back(def.id);
        if (def.id == indicator) return Explainer(c, e, p, depth, language).run(def);
    }
    Diagnostics d;
    suggest(d.error({}, message::unknown_indicator, {indicator}), indicator, known);
    throw ConfigError(d);
}

} // namespace viresco::cases
