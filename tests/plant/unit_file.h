#pragma once
#include "harness.h"
#include "text/node.h"
#include <map>
#include <set>

namespace viresco::cases {

/// A node as one line of YAML.
inline std::string flow(const text::Node& n) {
    if (n.is_scalar()) {
        std::string out = "\"";
        for (const char c : n.scalar())
            out += c == '\n' ? "\\n" : c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
        return out + "\"";
    }
    std::string out;
    if (n.is_sequence()) {
        for (const text::Node& item : n.items()) out += (out.empty() ? "" : ", ") + flow(item);
        return "[" + out + "]";
    }
    for (const auto& e : n.entries()) out += (out.empty() ? "" : ", ") + e.key + ": " + flow(e.value);
    return "{" + out + "}";
}

/// A unit of the same dimension made of gram, centimetre, hour and kilomole; per cent for a pure number.
inline std::string other_unit(const units::Dimension& dimension) {
    static const std::map<std::string, std::string> others{{"kg", "g"}, {"m", "cm"}, {"s", "h"}, {"mol", "kmol"}};
    if (dimension.dimensionless()) return "%";
    std::string out;
    for (const auto& e : dimension.exponents()) {
        if (e.denominator != 1) return dimension.text();
        const auto other = others.find(e.base);
        out += (out.empty() ? "" : ".") + (other == others.end() ? e.base : other->second) +
               (e.numerator == 1 ? "" : "^" + std::to_string(e.numerator));
    }
    return out;
}

inline std::string in_other_unit(double si, const units::Dimension& dimension) {
    const std::string text = other_unit(dimension);
    const auto unit = units::parse_unit(text);
    EXPECT_TRUE(unit && unit->dimension == dimension) << text;
    return unit ? units::format_number(unit->from_si(si)) + " " + text : "";
}

/// A unit file of the library and the plant around its example.
class UnitFile {
public:
    explicit UnitFile(const std::string& name) : name_(name) {
        document_ = read("units", name);
        example = document_ ? document_->find("example") : nullptr;
    }

    /// How the plant is written.
    struct Writing {
        double factor = 1;        ///< of every feed
        bool reversed = false;    ///< the components' files, and the components in them, in reverse order
        const Case* as = nullptr; ///< every number of this plant once more, in other units
    };

    void write(double factor = 1) { write(Writing{factor}); }

    void write(const Writing& how) {
        std::string feeds, connections, products, units;
        std::map<std::string, std::string> utilities;
        const text::Node* given = example->find("feeds");
        const text::Node* ports = document_->find("ports");
        bool first = true;
        for (const auto& port : ports->entries()) {
            const std::string& direction = port.value.scalar();
            if (direction.rfind("in", 0) == 0) {
                const text::Node* feed = given ? given->find(port.key) : nullptr;
                if (!feed) continue; // an optional inlet; any other is an error of the plant
                std::string rest;
                for (const auto& e : feed->entries())
                    if (e.key != "flow")
                        rest += e.key + ": " + (e.key == "phase" ? e.value.scalar() : quantity(e.value, 1, how)) + ", ";
                std::string flows;
                for (const auto& e : feed->find("flow")->entries())
                    flows += (flows.empty() ? "" : ", ") + e.key + ": " + quantity(e.value, how.factor, how);
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
        const text::Node* serves = document_->find("serves");
        if (serves && example->find("demand")) {
            const auto q = units::parse_quantity(example->find("demand")->scalar());
            workspace.write("consumer.yaml",
                            "viresco: 1\nkind: unit\nunit: consumer\nports: {}\nparameters: {amount: {unit: \"" +
                                q->dimension().text() + "\"}}\nuses: {" + serves->scalar() + ": amount}\n");
            units += "  consumer: {is: ./consumer.yaml, amount: " +
                     quantity(*example->find("demand"), how.factor, how) + "}\n";
            utilities[serves->scalar()] = "u";
        }
        units += "  u: {is: " + name_;
        const std::map<std::string, std::string> again = how.as ? parameters_of(*how.as) : decltype(again){};
        for (const auto& [name, value] : again) units += ", " + name + ": " + value;
        if (const text::Node* parameters = example->find("parameters"))
            for (const auto& e : parameters->entries())
                if (!again.count(e.key)) units += ", " + e.key + ": " + (how.as ? in_others(e.value) : flow(e.value));
        if (const text::Node* reactions = example->find("reactions")) units += ", reactions: " + flow(*reactions);
        units += "}\n";
        if (const text::Node* uses = document_->find("uses"))
            for (const auto& e : uses->entries()) utilities.emplace(e.key, supply_of(e.key));
        std::string carriers;
        for (const auto& [carrier, source] : utilities)
            carriers += (carriers.empty() ? "" : ", ") + carrier + ": " + source;
        workspace.write("plant.yaml", "viresco: 1\nkind: plant\ncomponents: " + components(how.reversed) +
                                          (feeds.empty() ? "" : "\nfeeds:\n" + feeds) + "\nunits:\n" + units +
                                          "connections: |\n" + connections + "products:\n" + products + "utilities: {" +
                                          carriers + "}\n");
        workspace.write_case();
    }

    /// Components that may leave: those that enter and those of the reactions.
    std::set<std::string> known_components() const {
        std::set<std::string> out;
        if (const text::Node* feeds = example->find("feeds"))
            for (const auto& feed : feeds->entries())
                for (const auto& e : feed.value.find("flow")->entries()) out.insert(e.key);
        for (const text::Node* list : {document_->find("reactions"), example->find("reactions")})
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
    const text::Node* find(const char* key) const { return document_->find(key); }
    /// Whether the file gives a reason why a property does not hold for it; the test then looks whether that is so.
    bool exception(const char* property) const {
        const text::Node* exceptions = example->find("exceptions");
        const text::Node* reason = exceptions ? exceptions->find(property) : nullptr;
        EXPECT_FALSE(reason && reason->scalar().empty()) << property;
        return reason;
    }

    /// What the unit's last run says of what grows with its feeds (flows, energy terms, uses) and of what does not
    /// (temperature and pressure).
    struct Results {
        std::map<std::string, double> extensive, intensive;
        std::map<std::string, lang::DimId> dimension;
        std::map<lang::DimId, double> largest; ///< absolute value of a dimension
        /// Values below this are rounding errors of the large ones.
        double floor(const std::string& path, double relative) const {
            return relative * largest.at(dimension.at(path));
        }
    };
    Results results() const {
        const Workspace& w = workspace;
        Results out;
        for (size_t i = 0; i < w.compiled->named.size(); ++i) {
            const std::string& path = w.compiled->named[i].path;
            const Output& o = w.compiled->outputs()[i];
            if (path.rfind("r.u.", 0) != 0 || o.slot < 0 || o.missing >= 0) continue;
            for (const std::string& port : outlets()) {
                const std::string p = "r.u." + port + ".";
                if (path.rfind(p, 0) != 0) continue;
                const std::string name = path.substr(p.size());
                if (name == "T" || name == "p")
                    out.intensive[path] = w.evaluation->value(o.slot);
                else if (name.rfind("m[", 0) == 0 || name == "mass" || name == "H" || name == "cod")
                    out.extensive[path] = w.evaluation->value(o.slot);
            }
            if (path.rfind("r.u.uses.", 0) == 0 || path.rfind("r.u.energy.", 0) == 0)
                out.extensive[path] = w.evaluation->value(o.slot);
        }
        for (const plant::UnitInstance& u : w.compiled->routes.front().units)
            if (u.name == "u")
                for (const auto& term : u.energy) out.extensive[term.path] = w.value(term.path);
        for (const auto* part : {&out.extensive, &out.intensive})
            for (const auto& [path, value] : *part) {
                const Output* o = w.compiled->find(path);
                const lang::DimId dimension = o ? o->dim : 0;
                out.dimension[path] = dimension;
                out.largest[dimension] = std::max(out.largest[dimension], std::fabs(value));
            }
        return out;
    }

private:
    std::unique_ptr<const text::Node> read(const std::string& folder, const std::string& name) {
        const SourceFile* file = text::read_file(
            store_, std::string(VIRESCO_SOURCE_DIR) + "/models/" + folder + "/" + name + ".yaml", diagnostics_);
        auto document = file ? text::parse_yaml(*file, diagnostics_) : nullptr;
        EXPECT_FALSE(diagnostics_.has_errors()) << diagnostics_.text(Language::en);
        return document;
    }

    /// Most carriers are called like the item they are bought as.
    static std::string supply_of(const std::string& carrier) {
        if (carrier == "steam") return "{supply: steam, content: 2.2 MJ/kg}";
        return carrier == "chromatography_resin" ? "ion_exchange_resin" : carrier;
    }

    static std::string quantity(const text::Node& node, double factor, const Writing& how) {
        const auto q = units::parse_quantity(node.scalar());
        EXPECT_TRUE(q) << node.scalar();
        if (!q) return "";
        if (how.as) return in_other_unit(q->si * factor, q->dimension());
        return units::format_number(q->si * factor) + " " + q->dimension().text();
    }

    /// A parameter of the example; of a table its values.
    static std::string in_others(const text::Node& node) {
        if (node.is_map()) {
            std::string out;
            for (const auto& e : node.entries()) out += (out.empty() ? "" : ", ") + e.key + ": " + in_others(e.value);
            return "{" + out + "}";
        }
        const auto q = node.is_scalar() ? units::parse_quantity(node.scalar()) : std::nullopt;
        return q ? in_other_unit(q->si, q->dimension()) : flow(node);
    }

    /// The unit's own parameters, one value each, in other units; tables are those of the example.
    std::map<std::string, std::string> parameters_of(const Case& c) const {
        std::map<std::string, std::string> out;
        const text::Node* given = example->find("parameters");
        for (size_t i = 0; i < c.parameters.size(); ++i) {
            const lang::Parameter& p = c.program.parameters()[i];
            const std::string name = p.path.rfind("r.u.", 0) == 0 ? p.path.substr(4) : "";
            if (name.empty() || p.integer || name.find_first_of(".[") != std::string::npos) continue;
            if (const text::Node* node = given ? given->find(name) : nullptr; node && !node->is_scalar()) continue;
            out[name] = in_other_unit(c.parameters[i], p.datum.unit.dimension);
        }
        return out;
    }

    std::string components(bool reversed) {
        const text::Node* list = example->find("components");
        std::vector<std::string> names;
        if (list)
            for (const text::Node& n : list->items()) names.push_back(n.scalar());
        else
            names = {"common", "beta_lactam"};
        std::string out;
        for (const std::string& name : names) {
            if (!reversed) {
                out += (out.empty() ? "" : ", ") + name;
                continue;
            }
            const auto file = read("components", name);
            std::string entries;
            for (const auto& e : file->find("components")->entries())
                entries.insert(0, "  " + e.key + ": " + flow(e.value) + "\n");
            workspace.write(name + ".yaml", "viresco: 1\nkind: components\ncomponents:\n" + entries);
            out = "./" + name + ".yaml" + (out.empty() ? "" : ", ") + out;
        }
        return "[" + out + "]";
    }

    std::string name_;
    SourceStore store_;
    Diagnostics diagnostics_;
    std::unique_ptr<const text::Node> document_;

public:
    const text::Node* example = nullptr;
    Workspace workspace;
};

/// A unit with states has no plant at rest unless its run ends, and what is not counted in kg has no mass to charge; those are tested where
/// they run (case/benchmark_plants_test.cpp, case/library_test.cpp).
inline bool in_time(const std::string& path, bool runs) {
    SourceStore store;
    Diagnostics diagnostics;
    const SourceFile* file = text::read_file(store, path, diagnostics);
    const auto document = file ? text::parse_yaml(*file, diagnostics) : nullptr;
    if (!document) return false;
    if (document->find("states") && !(runs && document->find("run"))) return true;
    const text::Node* example = document->find("example");
    const text::Node* components = example ? example->find("components") : nullptr;
    if (!components) return false;
    const auto carried = [](const text::Node& n) { return n.scalar() == "asm1" || n.scalar() == "adm1"; };
    return std::any_of(components->items().begin(), components->items().end(), carried);
}

/// runs: also units with a batch in time of their own.
inline std::vector<std::string> unit_names(bool runs = true) {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(std::string(VIRESCO_SOURCE_DIR) + "/models/units"))
        if (entry.path().extension() == ".yaml" && !in_time(entry.path().string(), runs))
            out.push_back(entry.path().stem().string());
    std::sort(out.begin(), out.end());
    return out;
}

} // namespace viresco::cases
