#include "assess/maturity.h"
#include "base/messages/assess.h"
#include "matter/quantity.h"
#include <cstdlib>

namespace viresco::assess {

using text::Node;

namespace {

/// A level between 1 and `highest`; 0 after an error.
int level(const Node& node, const char* what, int highest, Diagnostics& d) {
    const std::string text = node.is_scalar() ? node.scalar() : "";
    char* end = nullptr;
    const long n = std::strtol(text.c_str(), &end, 10);
    if (!text.empty() && *end == '\0' && n >= 1 && n <= highest) return static_cast<int>(n);
    d.error(node.pos(), message::maturity_level, {what, text, std::to_string(highest)});
    return 0;
}

} // namespace

const std::vector<Stage>& stages() {
    static const std::vector<Stage> list{{"laboratory", {"laboratory research", "实验室研究"}, 1, 4},
                                         {"pilot", {"pilot validation", "中试验证"}, 5, 6},
                                         {"demonstration", {"demonstration line", "小规模应用（示范线）"}, 7, 8},
                                         {"industry", {"industrial", "产业化推广"}, 9, 9}};
    return list;
}

matter::Title stage_of(int trl) {
    for (const Stage& s : stages())
        if (trl >= s.lowest && trl <= s.highest) return s.title;
    return {"not stated", "未说明"};
}

int read_level(const Node& node, Diagnostics& d) { return level(node, "TRL", 9, d); }

Maturity read_maturity(const Node& plant_file, Diagnostics& d) {
    Maturity out;
    const Node* units = plant_file.find("units");
    if (!units || !units->is_map()) return out;
    for (const auto& e : units->entries()) {
        const Node* trl = e.value.is_map() ? e.value.find("trl") : nullptr;
        if (!trl) {
            ++out.silent;
            continue;
        }
        StepMaturity step;
        step.unit = e.key;
        step.title = e.value.find("title") ? matter::read_title(*e.value.find("title"), d)
                                           : matter::Title{e.key, e.key};
        if (trl->is_map()) {
            plant::check_keys(*trl, {"trl", "mrl", "evidence", "date", "critical"}, d);
            if (const Node* n = trl->find("trl"))
                step.trl = level(*n, "TRL", 9, d);
            else
                d.error(trl->pos(), message::maturity_needs, {e.key, "trl"});
            if (const Node* n = trl->find("mrl")) step.mrl = level(*n, "MRL", 10, d);
            step.evidence = plant::scalar_of(*trl, "evidence", d);
            step.date = plant::scalar_of(*trl, "date", d);
            step.critical = plant::scalar_of(*trl, "critical", d) != "false";
        } else {
            step.trl = level(*trl, "TRL", 9, d);
        }
        if (step.critical) {
            if (step.trl > 0 && (out.trl == 0 || step.trl < out.trl)) {
                out.trl = step.trl;
                out.weakest = step.unit;
            }
            if (step.mrl > 0 && (out.mrl == 0 || step.mrl < out.mrl)) out.mrl = step.mrl;
        }
        out.steps.push_back(std::move(step));
    }
    return out;
}

void declare_maturity(plant::Context& c, const plant::Plant& p, const Maturity& m) {
    const lang::DimId one = c.model.dimensions.one();
    const auto bind = [&](const char* name, int value) {
        c.model.bind_value(p.prefix + name, {}, c.model.constant(value, one), "lowest level of a critical step", {});
    };
    bind("technology_readiness", m.trl);
    bind("manufacturing_readiness", m.mrl);
}

} // namespace viresco::assess
