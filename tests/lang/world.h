#pragma once
#include "lang/evaluation.h"
#include "lang/model.h"
#include "text/node.h"
#include <cmath>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace viresco::lang {

/// Formula text as the scalar `f` of a small document: lines from 2 on, columns from 3 on.
struct Formula {
    SourceStore store;
    Diagnostics diagnostics;
    std::unique_ptr<const text::Node> root;
    const text::Node* node = nullptr;

    explicit Formula(const std::string& text) {
        std::string yaml = "f: |\n";
        size_t i = 0;
        while (i <= text.size()) {
            const size_t end = std::min(text.find('\n', i), text.size());
            yaml += "  " + text.substr(i, end - i) + "\n";
            i = end + 1;
        }
        root = text::parse_yaml(store.add("formula.yaml", yaml), diagnostics);
        if (root) node = root->find("f");
    }

    /// "line:column id" of every error, in order, the first line of the formula being 1 and its first column 1.
    std::vector<std::string> errors() const {
        std::vector<std::string> out;
        for (const Diagnostic& d : diagnostics.all())
            if (d.severity == Severity::error)
                out.push_back(std::to_string(d.pos.line - 1) + ":" + std::to_string(d.pos.column - 2) + " " +
                              d.message.name());
        return out;
    }
    std::string error(size_t i = 0) const { return i < errors().size() ? errors()[i] : "no error"; }
    bool hinted(MessageId id) const {
        for (const Diagnostic& d : diagnostics.all())
            for (const Message& h : d.hints)
                if (h.id == id) return true;
        return false;
    }
};

/// A model made of statements and parameters, compiled on demand.
class World : public Formula {
public:
    explicit World(const std::string& text) : Formula(text), model(diagnostics) {
        if (!node) return;
        statements_ = parse_statements(*node, diagnostics);
        for (const char* set : {"all", "acids", "solvents"}) model.add_set(set, members(set));
        model.add_integer("n", 4);
        model.add_index("key", model.member("acetic"));
    }
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    /// Components "water acetic citric butanol"; acids the middle two, butanol the solvent.
    std::vector<Member> members(const std::string& set) {
        std::vector<Member> out;
        for (const char* name : {"water", "acetic", "citric", "butanol"}) {
            const std::string c = name;
            const bool acid = c == "acetic" || c == "citric";
            if (set == "all" || (set == "acids" && acid) || (set == "solvents" && c == "butanol"))
                out.push_back(model.member(c));
        }
        return out;
    }

    World& parameter(const std::string& name, double si, const std::string& unit = "1") {
        Parameter p;
        p.path = name;
        p.datum.si = si;
        p.datum.unit = *units::parse_unit(unit);
        model.bind_parameter(name, {}, model.add_parameter(std::move(p)));
        return *this;
    }
    /// A table over members of a set.
    World& table(const std::string& name, const std::vector<std::pair<std::string, double>>& values,
                 const std::string& unit = "1") {
        for (const auto& [member, si] : values) {
            Parameter p;
            p.path = name + "[" + member + "]";
            p.datum.si = si;
            p.datum.unit = *units::parse_unit(unit);
            model.bind_parameter(name, {model.member(member)}, model.add_parameter(std::move(p)));
        }
        return *this;
    }

    void declare() {
        if (declared_) return;
        declared_ = true;
        for (const Statement& s : statements_) model.add_rule(nullptr, s);
    }
    Value value(const std::string& path, const std::vector<std::string>& indices = {}) {
        declare();
        std::vector<Member> list;
        for (const std::string& i : indices) list.push_back(model.member(i));
        return model.value(path, list, {});
    }
    std::string dimension(const std::string& path) {
        const Value v = value(path);
        return v.wrong ? "wrong" : v.any_dim ? "any" : model.dimensions.text(v.dim);
    }

    /// Compiles the program of all names without an index that the statements define, and of what was asked for.
    bool compile() {
        declare();
        for (const Statement& s : statements_)
            if (s.indices.empty()) model.value(s.target, {}, s.target_span.pos());
        model.close_equations();
        if (diagnostics.has_errors()) return false;
        Program::Input in;
        for (const Named& n : model.named()) {
            paths_.push_back(n.path);
            in.roots.push_back(n.value.node);
        }
        in.graph = model.graph;
        in.parameters = model.parameters();
        in.unknowns = model.unknowns();
        in.missing = model.missing_texts();
        program = Program::build(std::move(in), diagnostics);
        return !diagnostics.has_errors();
    }
    /// Compiles and solves at the defaults; the nominal solution is set.
    bool solve() {
        if (!compile()) return false;
        evaluation = std::make_unique<Evaluation>(program, 1);
        if (!evaluation->solve_nominal(program.defaults())) return false;
        program.set_nominal(evaluation->solution());
        return evaluation->run(program.defaults());
    }
    int32_t slot(const std::string& path) const {
        for (size_t i = 0; i < paths_.size(); ++i)
            if (paths_[i] == path) return program.root_slots()[i];
        return -1;
    }
    /// Index of what is missing for a name, or -1.
    int missing(const std::string& path) const {
        for (size_t i = 0; i < paths_.size(); ++i)
            if (paths_[i] == path) return program.root_missing()[i];
        return -2;
    }
    double operator[](const std::string& path) const {
        const int32_t s = slot(path);
        return s < 0 || !evaluation ? std::nan("") : evaluation->value(s);
    }
    /// d path / d parameter in reverse and in forward mode.
    std::pair<double, double> derivative(const std::string& path, const std::string& parameter) {
        const auto p = static_cast<size_t>(program.find_parameter(parameter));
        const std::pair<int32_t, double> seed{slot(path), 1.0};
        std::vector<double> gradient, dots, direction(static_cast<size_t>(program.n_parameters()), 0.0);
        evaluation->gradient({&seed, 1}, gradient);
        direction[p] = 1;
        evaluation->tangent(direction, dots);
        return {gradient[p], dots[static_cast<size_t>(slot(path))]};
    }

    Model model;
    Program program;
    std::unique_ptr<Evaluation> evaluation;

private:
    std::vector<Statement> statements_;
    std::vector<std::string> paths_;
    bool declared_ = false;
};

} // namespace viresco::lang
