#include "lca/ecospold2.h"
#include "base/messages/lca.h"
#include "base/messages/lca_fmt.h"
#include "lca/draft.h"
#include "lca/xml.h"
#include <algorithm>
#include <cmath>
#include <utility>

namespace viresco::lca {
namespace {

class Reader {
public:
    Reader(Archive& archive, Draft& draft) : archive_(archive), draft_(draft) {}

    void read(const std::string& name) {
        XmlFile file(archive_, name);
        if (!file.load(draft_.diagnostics())) return;
        const pugi::xml_node root = file.root();
        if (std::string_view(root.name()) != "ecoSpold") {
            draft_.report().count("files_not_taken");
            return;
        }
        for (const char* kind : {"activityDataset", "childActivityDataset"})
            for (const pugi::xml_node dataset : root.children(kind)) {
                ++datasets_;
                process(file, dataset);
            }
    }

    int found() const { return datasets_; }

    void providers() {
        Database& db = draft_.db();
        for (const auto& [process, exchange, activity] : links_) {
            Exchange& e = db.processes[static_cast<size_t>(process)].exchanges[static_cast<size_t>(exchange)];
            const auto found = activities_.find({activity, db.flows[static_cast<size_t>(e.flow)].id});
            if (found != activities_.end()) {
                e.provider = found->second;
                draft_.report().count("default_providers");
                continue;
            }
            const Process& p = db.processes[static_cast<size_t>(process)];
            const Flow& f = db.flows[static_cast<size_t>(e.flow)];
            draft_.report().add("unknown_provider", p.id, f.id,
                                {message::lca_unknown_provider, {p.name, f.name, activity}});
        }
    }

private:
    Distribution distribution(XmlFile& file, const pugi::xml_node& x, const std::string& entity, Exchange* e) {
        using Kind = Distribution::Kind;
        Diagnostics& d = draft_.diagnostics();
        const pugi::xml_node u = x.child("uncertainty");
        if (const pugi::xml_node p = u.child("pedigreeMatrix"); p && e) {
            const char* names[5] = {"reliability", "completeness", "temporalCorrelation", "geographicalCorrelation",
                                    "furtherTechnologyCorrelation"};
            for (size_t i = 0; i < 5; ++i)
                e->pedigree[i] = static_cast<uint8_t>(std::clamp(p.attribute(names[i]).as_int(0), 0, 5));
        }
        const double none = std::nan("");
        if (const pugi::xml_node l = u.child("lognormal")) {
            const double variance = file.number(l, "variance", entity, d, 0);
            if (e) e->base_sigma = std::sqrt(std::max(variance, 0.0));
            const double all = file.number(l, "varianceWithPedigreeUncertainty", entity, d, variance);
            return {Kind::lognormal, file.number(l, "mu", entity, d, none), std::sqrt(all), 0};
        }
        if (const pugi::xml_node n = u.child("normal")) {
            const double all = file.number(n, "varianceWithPedigreeUncertainty", entity, d,
                                           file.number(n, "variance", entity, d, 0));
            return {Kind::normal, file.number(n, "meanValue", entity, d, none), std::sqrt(all), 0};
        }
        if (const pugi::xml_node t = u.child("triangular"))
            return {Kind::triangular, file.number(t, "minValue", entity, d, none),
                    file.number(t, "mostLikelyValue", entity, d, none), file.number(t, "maxValue", entity, d, none)};
        if (const pugi::xml_node f = u.child("uniform"))
            return {Kind::uniform, file.number(f, "minValue", entity, d, none),
                    file.number(f, "maxValue", entity, d, none), 0};
        return {};
    }

    /// A variable of the process that formulas may use.
    void variable(const pugi::xml_node& x, Parameter&& parameter, Process& p) {
        parameter.name = x.attribute("variableName").value();
        if (parameter.name.empty()) return;
        for (const Parameter& known : p.parameters)
            if (known.name == parameter.name) return; // the value stands with the first
        p.parameters.push_back(std::move(parameter));
    }

    void process(XmlFile& file, const pugi::xml_node& dataset) {
        const pugi::xml_node description = dataset.child("activityDescription");
        const pugi::xml_node activity = description.child("activity");
        Process p;
        p.name = activity.child("activityName").text().get();
        const std::string activity_id = activity.attribute("id").value();
        if (activity_id.empty() || p.name.empty()) {
            draft_.diagnostics().error(file.at(dataset), message::ecospold2_without_id, {p.name});
            return;
        }
        p.location = description.child("geography").child("shortname").text().get();
        p.valid_from = description.child("timePeriod").attribute("startDate").value();
        p.valid_until = description.child("timePeriod").attribute("endDate").value();
        p.type = activity.attribute("type").as_int(1) == 2 ? ProcessType::result : ProcessType::unit_process;
        for (const pugi::xml_node c : description.children("classification"))
            if (p.category.empty() ||
                std::string_view(c.child("classificationSystem").text().get()).starts_with("ISIC"))
                p.category = c.child("classificationValue").text().get();
        for (const pugi::xml_node t : activity.child("generalComment").children("text"))
            p.description += (p.description.empty() || !*t.text().get() ? "" : "\n") + std::string(t.text().get());
        std::vector<std::pair<int, std::string>> links;
        std::string product;
        for (const pugi::xml_node x : dataset.child("flowData").children()) {
            const std::string_view kind = x.name();
            if (kind == "intermediateExchange" || kind == "elementaryExchange")
                exchange(file, x, kind == "elementaryExchange", p, links, product);
            else if (kind == "parameter") {
                const std::string name = x.child("name").text().get();
                Parameter q;
                q.value = file.number(x, "amount", p.name + ": " + name, draft_.diagnostics(), std::nan(""));
                q.formula = x.attribute("mathematicalRelation").value();
                q.description = name;
                q.distribution = distribution(file, x, p.name + ": " + name, nullptr);
                if (!q.distribution.valid()) q.distribution = {};
                variable(x, std::move(q), p);
            }
        }
        // An activity has a file per product; the first keeps the activity's id.
        p.id = activity_id;
        if (const auto known = products_.find(p.id); known != products_.end() && known->second != product)
            p.id += "_" + product;
        products_.emplace(p.id, product);
        const int at = draft_.process(std::move(p), file.place(dataset));
        if (at < 0) return;
        activities_[{activity_id, product}] = at;
        for (auto& [index, id] : links) links_.push_back({at, index, std::move(id)});
    }

    void exchange(XmlFile& file, const pugi::xml_node& x, bool elementary, Process& p,
                  std::vector<std::pair<int, std::string>>& links, std::string& product) {
        const pugi::xml_node in = x.child("inputGroup"), out = x.child("outputGroup");
        Flow f;
        f.name = x.child("name").text().get();
        f.id = x.attribute(elementary ? "elementaryExchangeId" : "intermediateExchangeId").value();
        if (f.id.empty() || f.name.empty() || (!in && !out)) {
            draft_.diagnostics().error(file.at(x), message::ecospold_exchange, {p.name, f.name});
            return;
        }
        const std::string entity = p.name + ": " + f.name;
        f.cas = x.attribute("casNumber").value();
        f.formula = x.attribute("formula").value();
        f.type = elementary ? FlowType::elementary : FlowType::product;
        if (elementary) {
            const pugi::xml_node c = x.child("compartment");
            const std::string sub = c.child("subcompartment").text().get();
            f.category = std::string(c.child("compartment").text().get()) + (sub.empty() ? "" : "/" + sub);
        }
        Exchange e;
        const std::string unit = x.child("unitName").text().get();
        e.input = static_cast<bool>(in);
        e.amount = file.number(x, "amount", entity, draft_.diagnostics(), std::nan(""));
        e.formula = x.attribute("mathematicalRelation").value();
        e.comment = x.child("comment").text().get();
        const std::string flow_id = f.id;
        e.flow = draft_.flow(std::move(f), unit);
        if (std::isnan(e.amount) || !draft_.set_unit(e, unit, p.name, file.place(x))) return;
        draft_.set_distribution(e, distribution(file, x, entity, &e), p.id.empty() ? p.name : p.id, p.name);
        Parameter q;
        q.value = e.amount;
        q.formula = e.formula;
        variable(x, std::move(q), p);
        const int index = static_cast<int>(p.exchanges.size());
        if (out && out.text().as_int(-1) == 0 && e.amount != 0) {
            if (p.reference < 0) {
                p.reference = index;
                product = flow_id;
            } else {
                draft_.report().add("second_reference", p.id, flow_id,
                                    {message::ecospold_second_reference, {p.name, entity}});
            }
        }
        const std::string link = x.attribute("activityLinkId").value();
        if (!link.empty() && in) links.emplace_back(index, link);
        p.exchanges.push_back(std::move(e));
    }

    struct Link {
        int process, exchange;
        std::string activity;
    };
    Archive& archive_;
    Draft& draft_;
    int datasets_ = 0;
    std::map<std::string, std::string> products_;                   // process id -> product
    std::map<std::pair<std::string, std::string>, int> activities_; // activity, product -> process
    std::vector<Link> links_;
};

} // namespace

bool read_ecospold2(Archive& archive, Database& into, ImportReport& report, Diagnostics& diagnostics) {
    Draft draft(into, report, diagnostics);
    Reader reader(archive, draft);
    return read_entries(archive, draft, {".spold", ".xml"}, reader, "ecoSpold 2") && draft.commit(into);
}

} // namespace viresco::lca
