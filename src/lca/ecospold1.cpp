#include "lca/ecospold1.h"
#include "base/messages/lca.h"
#include "base/messages/lca_fmt.h"
#include "lca/draft.h"
#include "lca/name_id.h"
#include "lca/xml.h"
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <set>
#include <utility>

namespace viresco::lca {
namespace {

bool is_true(const pugi::xml_attribute& a) { return a.as_bool(false); }

std::string joined(const char* a, const char* b) { return *b ? std::string(a) + "/" + b : std::string(a); }

class Reader {
public:
    Reader(Archive& archive, Draft& draft) : archive_(archive), draft_(draft) {}

    void read(const std::string& name) {
        XmlFile file(archive_, name);
        if (!file.load(draft_.diagnostics())) return;
        const pugi::xml_node root = file.root();
        if (std::string_view(root.name()) != "ecoSpold" || !root.child("dataset")) {
            draft_.report().count("files_not_taken");
            return;
        }
        ++files_;
        for (const pugi::xml_node dataset : root.children("dataset")) {
            const pugi::xml_node information = dataset.child("metaInformation").child("processInformation");
            if (is_true(information.child("dataSetInformation").attribute("impactAssessmentResult")))
                impact_category(file, dataset, information);
            else
                process(file, dataset, information);
        }
    }

    int found() const { return files_; }

    /// Settles what is a waste, and links inputs that bear the number of a dataset of their name. Packages that number products instead (openLCA's
    /// exports) mean the same product where only its place or unit is written otherwise.
    void providers() {
        Database& db = draft_.db();
        // What one dataset gives away and another buys is a product, in whatever order they stand.
        for (const int f : wastes_)
            db.flows[static_cast<size_t>(f)].type = products_and_inputs_.count(f) ? FlowType::product : FlowType::waste;
        const auto& flow_at = [&](int i) -> const Flow& { return db.flows[static_cast<size_t>(i)]; };
        std::map<int, bool> made;
        for (const auto& [number, flows] : products_)
            for (const int f : flows) made[f] = true;
        for (const auto& [process, exchange, number] : inputs_) {
            const auto found = products_.find(number);
            Exchange& e = db.processes[static_cast<size_t>(process)].exchanges[static_cast<size_t>(exchange)];
            if (found == products_.end() || found->second.size() != 1 || made.count(e.flow)) continue;
            const int product = *found->second.begin();
            if (flow_at(product).name != flow_at(e.flow).name ||
                flow_at(product).properties.front().property != flow_at(e.flow).properties.front().property)
                continue;
            e.flow = product;
            draft_.report().count("products_by_number");
        }
        for (const auto& [process, exchange, number] : inputs_) {
            const auto found = datasets_.find(number);
            if (found == datasets_.end() || found->second < 0) continue;
            Exchange& e = db.processes[static_cast<size_t>(process)].exchanges[static_cast<size_t>(exchange)];
            const Process& supplier = db.processes[static_cast<size_t>(found->second)];
            if (supplier.reference < 0) continue;
            const int product = supplier.exchanges[static_cast<size_t>(supplier.reference)].flow;
            if (db.flows[static_cast<size_t>(product)].name != db.flows[static_cast<size_t>(e.flow)].name) continue;
            if (product != e.flow) {
                // The number decides; category or place of the product may be written otherwise.
                if (db.flows[static_cast<size_t>(product)].properties.front().property !=
                    db.flows[static_cast<size_t>(e.flow)].properties.front().property)
                    continue;
                e.flow = product;
            }
            e.provider = found->second;
            draft_.report().count("default_providers");
        }
    }

private:
    int flow_of(const pugi::xml_node& x, bool elementary, FlowType type) {
        Flow f;
        f.name = x.attribute("name").value();
        f.cas = x.attribute("CASNumber").value();
        f.formula = x.attribute("formula").value();
        f.category = joined(x.attribute("category").value(), x.attribute("subCategory").value());
        f.type = type;
        const char* category = x.attribute("category").value();
        const char* sub = x.attribute("subCategory").value();
        const char* unit = x.attribute("unit").value();
        if (elementary) {
            f.id = name_id({category, sub, f.name, unit});
        } else {
            f.location = x.attribute("location").value();
            f.id = name_id({category, sub, f.name, unit, f.location.empty() ? "GLO" : f.location,
                            is_true(x.attribute("infrastructureProcess")) ? "true" : "false"});
        }
        return draft_.flow(std::move(f), unit);
    }

    Distribution distribution(XmlFile& file, const pugi::xml_node& x, double mean, const std::string& entity) {
        using Kind = Distribution::Kind;
        const double none = std::nan("");
        const auto value = [&](const char* attribute, double fallback) {
            return x.attribute(attribute) ? file.number(x, attribute, entity, draft_.diagnostics(), none) : fallback;
        };
        switch (x.attribute("uncertaintyType").as_int(0)) {
        case 1: {
            const double squared = value("standardDeviation95", none); // 0: none was given
            return {Kind::lognormal, std::log(std::abs(mean)), squared == 0 ? 0 : std::log(squared) / 2, 0};
        }
        case 2: return {Kind::normal, mean, value("standardDeviation95", none) / 2, 0};
        case 3: {
            const double low = value("minValue", none), high = value("maxValue", none);
            return {Kind::triangular, low, value("mostLikelyValue", 3 * mean - low - high), high};
        }
        case 4: return {Kind::uniform, value("minValue", none), value("maxValue", none), 0};
        default: return {};
        }
    }

    void process(XmlFile& file, const pugi::xml_node& dataset, const pugi::xml_node& information) {
        const pugi::xml_node function = information.child("referenceFunction");
        const std::string number = dataset.attribute("number").value();
        Process p;
        p.name = function.attribute("name").value();
        if (!function || p.name.empty()) {
            draft_.diagnostics().error(file.at(dataset), message::ecospold_without_name, {number});
            return;
        }
        p.category = joined(function.attribute("category").value(), function.attribute("subCategory").value());
        p.location = information.child("geography").attribute("location").value();
        p.description = function.attribute("generalComment").value();
        p.type = information.child("dataSetInformation").attribute("type").as_int(1) == 2 ? ProcessType::result
                                                                                          : ProcessType::unit_process;
        const pugi::xml_node time = information.child("timePeriod");
        const auto date = [&](const char* day, const char* month, const char* year) {
            for (const char* name : {day, month, year})
                if (const pugi::xml_node n = time.child(name)) return std::string(n.text().get()).substr(0, 10);
            return std::string();
        };
        p.valid_from = date("startDate", "startYearMonth", "startYear");
        p.valid_until = date("endDate", "endYearMonth", "endYear");
        const pugi::xml_node source = dataset.child("metaInformation").child("modellingAndValidation").child("source");
        if (source)
            p.source = fmt::format("{} ({}): {}", source.attribute("firstAuthor").value(),
                                   source.attribute("year").value(), source.attribute("title").value());
        const bool infrastructure = is_true(function.attribute("infrastructureProcess"));
        const char* category = function.attribute("category").value();
        const char* sub = function.attribute("subCategory").value();
        const char* unit = function.attribute("unit").value();
        const char* kind = information.child("dataSetInformation").attribute("type").as_int(0) == 1 ? "U" : "S";
        const std::string place = p.location.empty() ? "GLO" : p.location;
        p.id = name_id({category, sub, p.name, unit, place, infrastructure ? "true" : "false", kind});
        if (const auto known = numbers_.find(p.id); known != numbers_.end() && known->second != number) {
            draft_.report().add("same_name", p.id, "",
                                {message::ecospold_same_name, {p.name, place, known->second, number}});
            p.id = name_id({category, sub, p.name, unit, place, infrastructure ? "true" : "false", kind, number});
        }
        numbers_.emplace(p.id, number);

        std::map<std::string, int> by_number; // products and other exchanges, for allocation
        std::vector<std::pair<int, std::string>> inputs;
        for (const pugi::xml_node x : dataset.child("flowData").children("exchange")) {
            const pugi::xml_node in = x.child("inputGroup"), out = x.child("outputGroup");
            const std::string flow_name = x.attribute("name").value();
            const std::string entity = p.name + ": " + flow_name;
            if (flow_name.empty() || (!in && !out)) {
                draft_.diagnostics().error(file.at(x), message::ecospold_exchange,
                                           {p.name, x.attribute("number").value()});
                continue;
            }
            const int group = (in ? in : out).text().as_int(-1);
            const bool elementary = group == 4;
            Exchange e;
            e.input = static_cast<bool>(in);
            e.amount = file.number(x, "meanValue", entity, draft_.diagnostics(), std::nan(""));
            e.flow = flow_of(x, elementary,
                             elementary          ? FlowType::elementary
                             : out && group == 3 ? FlowType::waste
                                                 : FlowType::product);
            if (!elementary) (out && group == 3 ? wastes_ : products_and_inputs_).insert(e.flow);
            e.avoided = out && group == 1;
            e.comment = x.attribute("generalComment").value();
            e.internal_id = x.attribute("number").as_int(0);
            if (std::isnan(e.amount) || !draft_.set_unit(e, x.attribute("unit").value(), p.name, file.place(x)))
                continue;
            draft_.set_distribution(e, distribution(file, x, e.amount, entity), p.id, p.name);
            const int index = static_cast<int>(p.exchanges.size());
            if (out && group == 0) {
                if (p.reference >= 0)
                    draft_.report().add("second_reference", p.id, "",
                                        {message::ecospold_second_reference, {p.name, flow_name}});
                else
                    p.reference = index;
            }
            if (e.input && !elementary) inputs.emplace_back(index, x.attribute("number").value());
            by_number.emplace(x.attribute("number").value(), index);
            p.exchanges.push_back(std::move(e));
        }
        if (p.reference < 0 && function.attribute("amount")) {
            // Results and old packages name their product only in the reference function.
            Exchange e;
            e.amount = file.number(function, "amount", p.name, draft_.diagnostics(), std::nan(""));
            e.flow = flow_of(function, false, FlowType::product);
            if (!std::isnan(e.amount) && draft_.set_unit(e, unit, p.name, file.place(function))) {
                p.reference = static_cast<int>(p.exchanges.size());
                p.exchanges.push_back(std::move(e));
            }
        }
        allocation(file, dataset, by_number, p);
        const int at = draft_.process(std::move(p), file.place(dataset));
        if (at < 0) return;
        const Process& made = draft_.db().processes[static_cast<size_t>(at)];
        if (made.reference >= 0) {
            const Exchange& product = made.exchanges[static_cast<size_t>(made.reference)];
            products_[std::to_string(product.internal_id)].insert(product.flow);
        }
        if (!number.empty() && !datasets_.emplace(number, at).second)
            datasets_[number] = -1; // not unique: names nothing
        for (auto& [index, n] : inputs) inputs_.push_back({at, index, std::move(n)});
    }

    void allocation(XmlFile& file, const pugi::xml_node& dataset, const std::map<std::string, int>& by_number,
                    Process& p) {
        int unused = 0;
        for (const pugi::xml_node a : dataset.child("flowData").children("allocation")) {
            const auto product = by_number.find(a.attribute("referenceToCoProduct").value());
            const double fraction = file.number(a, "fraction", p.name + ": allocation", draft_.diagnostics(),
                                                std::nan(""));
            for (const pugi::xml_node x : a.children("referenceToInputOutput")) {
                const auto exchange = by_number.find(x.text().get());
                if (product == by_number.end() || exchange == by_number.end()) {
                    ++unused;
                    continue;
                }
                p.default_allocation = Allocation::causal;
                p.allocation.push_back({Allocation::causal,
                                        p.exchanges[static_cast<size_t>(product->second)].flow,
                                        exchange->second,
                                        fraction / 100,
                                        {}});
                draft_.report().count("allocation_factors");
            }
        }
        if (unused)
            draft_.report().add("allocation_exchange", p.id, "",
                                {message::lca_allocation_exchange, {p.name, std::to_string(unused)}});
    }

    void impact_category(XmlFile& file, const pugi::xml_node& dataset, const pugi::xml_node& information) {
        const pugi::xml_node function = information.child("referenceFunction");
        const std::string method_name = function.attribute("category").value();
        ImpactCategory c;
        c.name = joined(function.attribute("subCategory").value(), function.attribute("name").value());
        c.unit = function.attribute("unit").value();
        c.id = name_id(
            {function.attribute("subCategory").value(), function.attribute("name").value(), c.unit, method_name});
        for (const pugi::xml_node x : dataset.child("flowData").children("exchange")) {
            ImpactFactor f;
            const std::string entity = c.name + ": " + x.attribute("name").value();
            f.value = file.number(x, "meanValue", entity, draft_.diagnostics(), std::nan(""));
            f.flow = flow_of(x, true, FlowType::elementary);
            Exchange unit; // the factor is per unit of the exchange
            unit.flow = f.flow;
            if (std::isnan(f.value) || !draft_.set_unit(unit, x.attribute("unit").value(), c.name, file.place(x)))
                continue;
            f.value /= unit.to_reference;
            c.factors.push_back(std::move(f));
        }
        const int at = draft_.category(std::move(c), file.place(dataset));
        if (at < 0) return;
        const std::string id = name_id({method_name});
        auto& methods = draft_.db().methods;
        for (ImpactMethod& m : methods)
            if (m.id == id) {
                if (std::find(m.categories.begin(), m.categories.end(), at) == m.categories.end())
                    m.categories.push_back(at);
                return;
            }
        ImpactMethod m;
        m.id = id;
        m.name = method_name;
        m.categories = {at};
        methods.push_back(std::move(m));
        draft_.report().count("methods");
    }

    struct Input {
        int process, exchange;
        std::string number;
    };
    Archive& archive_;
    Draft& draft_;
    int files_ = 0;
    std::map<std::string, std::string> numbers_;    // process id -> number
    std::map<std::string, int> datasets_;           // number -> process
    std::map<std::string, std::set<int>> products_; // number of a reference product -> flows
    std::vector<Input> inputs_;
    std::set<int> wastes_, products_and_inputs_; // flows
};

} // namespace

bool read_ecospold1(Archive& archive, Database& into, ImportReport& report, Diagnostics& diagnostics) {
    Draft draft(into, report, diagnostics);
    Reader reader(archive, draft);
    return read_entries(archive, draft, {".xml", ".XML"}, reader, "EcoSpold 1") && draft.commit(into);
}

} // namespace viresco::lca
