#pragma once
#include "kinetics/conservation.h"
#include "lang/model.h"
#include "lang/value_at.h"
#include "text/node.h"
#include <algorithm>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

namespace viresco::kinetics {

/// Components and a reaction model from texts or files, its coefficients evaluated without a unit around them.
class Matrix {
public:
    void components(const std::string& yaml) { components_of(store_.add("components.yaml", yaml)); }
    void components_file(const std::string& path) { components_of(*text::read_file(store_, path, diagnostics)); }
    void reactions(const std::string& yaml) { reactions_of(store_.add("reactions.yaml", yaml)); }
    void reactions_file(const std::string& path) { reactions_of(*text::read_file(store_, path, diagnostics)); }

    /// A parameter of the formulas [SI].
    void parameter(const std::string& name, double si, const std::string& unit = "1") {
        lang::Parameter p;
        p.path = name;
        p.datum.si = si;
        p.datum.unit = *units::parse_unit(unit);
        formulas_.bind_parameter(name, {}, formulas_.add_parameter(std::move(p)));
        parameters.push_back(si);
    }

    const Process& process(const std::string& name) const {
        const auto it = std::find_if(model.processes.begin(), model.processes.end(),
                                     [&](const Process& p) { return p.name == name; });
        EXPECT_NE(it, model.processes.end()) << name;
        return it == model.processes.end() ? model.processes.front() : *it;
    }

    /// Nodes of a process's cells, `?` filled in.
    bool complete(const Process& p) {
        nodes.clear();
        for (const Process::Cell& cell : p.cells) {
            nodes.push_back(lang::no_node);
            if (!cell.value) continue;
            expressions_.push_back(lang::parse_expression(*cell.value, diagnostics));
            if (expressions_.back()) nodes.back() = formulas_.evaluate(*expressions_.back(), nullptr).node;
        }
        return kinetics::complete(formulas_.graph, p, table, nodes, diagnostics);
    }
    void check(const Process& p) { check_continuity(formulas_.graph, p, table, nodes, parameters, diagnostics); }
    void complete_and_check() {
        for (const Process& p : model.processes)
            if (complete(p)) check(p);
    }
    double value(size_t cell) const { return lang::value_at(formulas_.graph, nodes[cell], parameters); }

    /// "line:column id" of every finding; warnings begin with "w ".
    std::vector<std::string> findings() const {
        std::vector<std::string> out;
        for (const Diagnostic& d : diagnostics.all())
            out.push_back((d.severity == Severity::warning ? "w " : "") + std::to_string(d.pos.line) + ":" +
                          std::to_string(d.pos.column) + " " + d.message.name());
        return out;
    }
    /// The only finding, with what both languages must name.
    void expect_only(const std::string& finding, const std::vector<std::string>& words) const {
        ASSERT_EQ(findings(), std::vector<std::string>{finding}) << diagnostics.text(Language::en);
        const Message& m = diagnostics.all().front().message;
        EXPECT_NE(m.text(Language::en), m.text(Language::zh));
        for (const Language l : {Language::en, Language::zh})
            for (const std::string& word : words) EXPECT_NE(m.text(l).find(word), std::string::npos) << m.text(l);
    }

    Diagnostics diagnostics;
    matter::ComponentTable table;
    ReactionModel model;
    std::vector<double> parameters;
    std::vector<lang::NodeId> nodes;

private:
    void components_of(const SourceFile& file) {
        documents_.push_back(text::parse_yaml(file, diagnostics));
        if (documents_.back()) table.read(*documents_.back(), diagnostics);
    }
    void reactions_of(const SourceFile& file) {
        documents_.push_back(text::parse_yaml(file, diagnostics));
        if (documents_.back()) model = read_reaction_model(*documents_.back(), table, diagnostics);
    }

    SourceStore store_;
    std::vector<std::unique_ptr<const text::Node>> documents_;
    std::vector<lang::ExprPtr> expressions_;
    lang::Model formulas_{diagnostics};
};

} // namespace viresco::kinetics
