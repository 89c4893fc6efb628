// One property suite for every unit operation of the library: a plant of this unit alone, around its example.
#include "base/messages/case.h"
#include "harness.h"
#include "text/node.h"
#include <algorithm>
#include <map>
#include <set>

namespace viresco::cases {
namespace {

using text::Node;
namespace fs = std::filesystem;

/// A node as one line of YAML.
std::string flow(const Node& n) {
    if (n.is_scalar()) {
        std::string out = "\"";
        for (const char c : n.scalar())
            out += c == '\n' ? "\\n" : c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
        return out + "\"";
    }
    std::string out;
    if (n.is_sequence()) {
        for (const Node& item : n.items()) out += (out.empty() ? "" : ", ") + flow(item);
        return "[" + out + "]";
    }
    for (const auto& e : n.entries()) out += (out.empty() ? "" : ", ") + e.key + ": " + flow(e.value);
    return "{" + out + "}";
}

/// A unit file and the plant around its example.
class UnitFile {
public:
    explicit UnitFile(const std::string& name) : name_(name), workspace(Workspace::of_this_test()) {
        const SourceFile* file = text::read_file(
            store_, std::string(VIRESCO_SOURCE_DIR) + "/models/units/" + name + ".yaml", diagnostics_);
        document_ = file ? text::parse_yaml(*file, diagnostics_) : nullptr;
        EXPECT_FALSE(diagnostics_.has_errors()) << diagnostics_.text(Language::en);
        example = document_ ? document_->find("example") : nullptr;
    }

    /// Writes the plant, every feed multiplied by `factor`.
    void write(double factor = 1) {
        std::string feeds, connections, products, units;
        std::map<std::string, std::string> utilities;
        const Node* given = example->find("feeds");
        const Node* ports = document_->find("ports");
        bool first = true;
        for (const auto& port : ports->entries()) {
            const std::string& direction = port.value.scalar();
            if (direction.rfind("in", 0) == 0) {
                const Node* feed = given ? given->find(port.key) : nullptr;
                if (!feed) continue; // an optional inlet; any other is an error of the plant
                std::string rest;
                for (const auto& e : feed->entries())
                    if (e.key != "flow") rest += e.key + ": " + flow(e.value) + ", ";
                std::string flows;
                for (const auto& e : feed->find("flow")->entries())
                    flows += (flows.empty() ? "" : ", ") + e.key + ": " + multiplied(e.value, factor);
                feeds += "  feed_" + port.key + ": {" + rest + "flow: {" + flows + "}, supply: none}\n";
                connections += "  feed_" + port.key + " -> u." + port.key + "\n";
            } else {
                connections += "  u." + port.key + " -> out_" + port.key + "\n";
                products += "  out_" + port.key + ": {as: " + (first ? "product" : "waste") + "}\n";
                first = false;
            }
        }
        if (first) {
            // A unit without outlets still stands in a plant with a product.
            feeds += "  through: {flow: {water: 1 kg/s}, supply: none}\n";
            connections += "  through -> product\n";
            products += "  product: {as: product}\n";
        }
        const Node* serves = document_->find("serves");
        if (serves && example->find("demand")) {
            const auto q = units::parse_quantity(example->find("demand")->scalar());
            workspace.write("consumer.yaml",
                            "viresco: 1\nkind: unit\nunit: consumer\nports: {}\nparameters: {amount: {unit: \"" +
                                q->dimension().text() + "\"}}\nuses: {" + serves->scalar() + ": amount}\n");
            units += "  consumer: {is: ./consumer.yaml, amount: " + multiplied(*example->find("demand"), factor) +
                     "}\n";
            utilities[serves->scalar()] = "u";
        }
        units += "  u: {is: " + name_;
        if (const Node* parameters = example->find("parameters"))
            for (const auto& e : parameters->entries()) units += ", " + e.key + ": " + flow(e.value);
        if (const Node* reactions = example->find("reactions")) units += ", reactions: " + flow(*reactions);
        units += "}\n";
        if (const Node* uses = document_->find("uses"))
            for (const auto& e : uses->entries())
                utilities.emplace(e.key, e.key == "steam" ? "{supply: steam, content: 2.2 MJ/kg}" : e.key);
        std::string carriers;
        for (const auto& [carrier, source] : utilities)
            carriers += (carriers.empty() ? "" : ", ") + carrier + ": " + source;
        const Node* components = example->find("components");
        workspace.write(
            "plant.yaml",
            "viresco: 1\nkind: plant\ncomponents: " + (components ? flow(*components) : "[common, beta_lactam]") +
                (feeds.empty() ? "" : "\nfeeds:\n" + feeds) + "\nunits:\n" + units + "connections: |\n" + connections +
                "products:\n" + products + "utilities: {" + carriers + "}\n");
        workspace.write_case();
    }

    /// Components that may leave: those that enter and those of the reactions.
    std::set<std::string> known_components() const {
        std::set<std::string> out;
        if (const Node* feeds = example->find("feeds"))
            for (const auto& feed : feeds->entries())
                for (const auto& e : feed.value.find("flow")->entries()) out.insert(e.key);
        for (const Node* list : {document_->find("reactions"), example->find("reactions")})
            if (list)
                for (const auto& r : list->entries()) {
                    std::string word;
                    for (const char c : r.value.find("equation")->scalar() + " ") {
                        if (c != ' ' && c != '+')
                            word += c;
                        else
                            out.insert(word), word.clear();
                    }
                }
        return out;
    }
    std::vector<std::string> outlets() const {
        std::vector<std::string> out;
        for (const auto& port : document_->find("ports")->entries())
            if (port.value.scalar().rfind("out", 0) == 0) out.push_back(port.key);
        return out;
    }
    const Node* find(const char* key) const { return document_->find(key); }

private:
    static std::string multiplied(const Node& quantity, double factor) {
        const auto q = units::parse_quantity(quantity.scalar());
        EXPECT_TRUE(q) << quantity.scalar();
        return q ? units::format_number(q->si * factor) + " " + q->dimension().text() : "";
    }

    std::string name_;
    SourceStore store_;
    Diagnostics diagnostics_;
    std::unique_ptr<const Node> document_;

public:
    const Node* example = nullptr;
    Workspace workspace;
};

/// A unit with states has no plant at rest, and what is not counted in kg has no mass to charge; those are tested where
/// they run (case/benchmark_plants_test.cpp, case/library_test.cpp).
bool in_time(const std::string& path) {
    SourceStore store;
    Diagnostics diagnostics;
    const SourceFile* file = text::read_file(store, path, diagnostics);
    const auto document = file ? text::parse_yaml(*file, diagnostics) : nullptr;
    if (!document) return false;
    if (document->find("states")) return true;
    const Node* example = document->find("example");
    const Node* components = example ? example->find("components") : nullptr;
    if (!components) return false;
    const auto carried = [](const Node& n) { return n.scalar() == "asm1" || n.scalar() == "adm1"; };
    return std::any_of(components->items().begin(), components->items().end(), carried);
}

std::vector<std::string> unit_names() {
    std::vector<std::string> out;
    for (const auto& entry : fs::directory_iterator(std::string(VIRESCO_SOURCE_DIR) + "/models/units"))
        if (entry.path().extension() == ".yaml" && !in_time(entry.path().string()))
            out.push_back(entry.path().stem().string());
    std::sort(out.begin(), out.end());
    return out;
}

class EveryUnit : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Library, EveryUnit, testing::ValuesIn(unit_names()),
                         [](const auto& unit) { return unit.param; });

constexpr double closed = 1e-9;

TEST_P(EveryUnit, RunsItsExampleAndConservesWhatItIsGiven) {
    UnitFile unit(GetParam());
    ASSERT_TRUE(unit.example) << "every unit shows an example";
    unit.write();
    Workspace& w = unit.workspace;
    ASSERT_TRUE(w.run()) << w.messages;
    EXPECT_TRUE(w.evaluation->status().converged);
    const auto [closure, of] = w.worst_balance();
    EXPECT_LE(closure, closed) << of;
    std::set<std::string> audited;
    for (const Case::Audit& a : w.compiled->audit()) {
        EXPECT_LT(a.missing, 0) << "not audited: " << a.unit << " " << a.quantity;
        if (a.unit == "u") audited.insert(a.quantity);
    }
    if (unit.outlets().empty()) return;
    for (const char* quantity : {"mass", "energy"}) EXPECT_TRUE(audited.count(quantity)) << quantity;
}

TEST_P(EveryUnit, WhatDoesNotEnterDoesNotLeave) {
    UnitFile unit(GetParam());
    ASSERT_TRUE(unit.example);
    unit.write();
    Workspace& w = unit.workspace;
    ASSERT_TRUE(w.run()) << w.messages;
    const std::set<std::string> known = unit.known_components();
    int zeros = 0;
    for (const std::string& port : unit.outlets())
        for (int k = 0; k < w.compiled->components.size(); ++k) {
            const std::string& c = w.compiled->components[k].name;
            if (known.count(c)) continue;
            const Output* o = w.compiled->find("r.u." + port + ".m[" + c + "]");
            if (!o || o->slot < 0) continue;
            EXPECT_EQ(w.evaluation->value(o->slot), 0.0) << port << " " << c;
            ++zeros;
        }
    EXPECT_TRUE(zeros > 0 || unit.outlets().empty());
}

/// Units that are not linear in their feeds, each with the reason.
const std::map<std::string, std::string>& not_linear() {
    static const std::map<std::string, std::string> list{
        {"flow_splitter", "a given flow is taken, whatever comes"},
        {"yield_fermenter", "the volume decides what is turned over, not the feed"}};
    return list;
}

TEST_P(EveryUnit, TwiceTheFeedIsTwiceTheResult) {
    if (const auto it = not_linear().find(GetParam()); it != not_linear().end()) GTEST_SKIP() << it->second;
    UnitFile unit(GetParam());
    ASSERT_TRUE(unit.example);
    Workspace& w = unit.workspace;
    std::map<std::string, double> extensive[2], intensive[2];
    for (int k = 0; k < 2; ++k) {
        unit.write(k + 1);
        ASSERT_TRUE(w.run()) << w.messages;
        for (size_t i = 0; i < w.compiled->named.size(); ++i) {
            const std::string& path = w.compiled->named[i].path;
            const Output& o = w.compiled->outputs()[i];
            if (path.rfind("r.u.", 0) != 0 || o.slot < 0 || o.missing >= 0) continue;
            for (const std::string& port : unit.outlets()) {
                const std::string p = "r.u." + port + ".";
                if (path.rfind(p, 0) != 0) continue;
                const std::string name = path.substr(p.size());
                if (name == "T" || name == "p")
                    intensive[k][path] = w.evaluation->value(o.slot);
                else if (name.rfind("m[", 0) == 0 || name == "mass" || name == "H" || name == "cod")
                    extensive[k][path] = w.evaluation->value(o.slot);
            }
            if (path.rfind("r.u.uses.", 0) == 0 || path.rfind("r.u.energy.", 0) == 0)
                extensive[k][path] = w.evaluation->value(o.slot);
        }
        for (const plant::UnitInstance& u : w.compiled->routes.front().units)
            if (u.name == "u")
                for (const auto& term : u.energy) extensive[k][term.path] = w.value(term.path);
    }
    ASSERT_FALSE(extensive[0].empty());
    double size = 0;
    for (const auto& [path, value] : extensive[0])
        if (path.find(".m[") != std::string::npos) size = std::max(size, std::fabs(value));
    for (const auto& [path, value] : extensive[0]) {
        const double floor = path.find(".m[") != std::string::npos ? 1e-9 * size
                                                                   : 1e-9 * std::max(1.0, std::fabs(value));
        EXPECT_NEAR(extensive[1][path], 2 * value, 1e-8 * std::fabs(value) + floor) << path;
    }
    for (const auto& [path, value] : intensive[0])
        EXPECT_NEAR(intensive[1][path], value, 1e-9 * std::fabs(value)) << path;
}

/// Units whose example cannot feed every value of their parameters, each with the reason.
const std::map<std::string, std::string>& fed_short() {
    static const std::map<std::string, std::string> list{
        {"table_chemical_deacylation",
         "a consumption table wants its feeds in its own proportions; those of the example stay"}};
    return list;
}

TEST_P(EveryUnit, HoldsAtBothEndsOfEveryRange) {
    UnitFile unit(GetParam());
    ASSERT_TRUE(unit.example);
    unit.write();
    Workspace& w = unit.workspace;
    ASSERT_TRUE(w.run()) << w.messages;
    const auto judge = [&](const std::string& what, bool good) {
        if (good) {
            const auto [closure, of] = w.worst_balance();
            EXPECT_LE(closure, closed) << what << ": " << of;
            return;
        }
        // A combination may be impossible, but then the unit itself says so.
        EXPECT_FALSE(w.failure.all().empty()) << what;
        for (const Diagnostic& d : w.failure.all())
            if (d.severity == Severity::error) {
                if (d.message.id == message::negative_flow && fed_short().count(GetParam())) continue;
                EXPECT_EQ(d.message.id, message::requirement_failed) << what << "\n" << w.messages;
                EXPECT_FALSE(d.message.args.at(1).empty()) << what;
            }
    };
    std::vector<std::pair<std::string, std::string>> integers;
    for (size_t p = 0; p < w.compiled->program.parameters().size(); ++p) {
        const lang::Parameter& parameter = w.compiled->program.parameters()[p];
        if (parameter.path.rfind("r.u.", 0) != 0 || !parameter.datum.low_si || !parameter.datum.high_si) continue;
        for (const double end : {*parameter.datum.low_si, *parameter.datum.high_si}) {
            if (parameter.integer) {
                integers.emplace_back(parameter.path, units::format_number(end));
                continue;
            }
            std::vector<double> moved = w.compiled->parameters;
            moved[p] = end;
            judge(parameter.path + " = " + units::format_number(parameter.datum.unit.from_si(end)) + " " +
                      parameter.datum.unit.text,
                  w.evaluate(&moved));
        }
    }
    // Whole numbers shape the program: compiled anew.
    for (const auto& [path, value] : integers) judge(path + " = " + value, w.run({{path, value}}));
}

} // namespace
} // namespace viresco::cases
