// Any text as formulas: parsed, expanded in a small model, compiled, evaluated and differentiated.
#include "lang/evaluation.h"
#include "lang/model.h"
#include "text/node.h"
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>

using namespace viresco;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

/// A place lies in the file, on a line that is there.
void require_places(const Diagnostics& diagnostics) {
    for (const Diagnostic& d : diagnostics.all()) {
        if (!d.pos.file) continue;
        require(d.pos.line >= 1 && d.pos.column >= 1 && d.pos.length >= 1);
    }
    (void)diagnostics.text(Language::zh);
}

void declare_small_plant(lang::Model& model) {
    std::vector<lang::Member> all;
    for (const char* name : {"water", "acid"}) all.push_back(model.member(name));
    model.add_set("components", all);
    model.add_set("acids", {all[1]});
    model.add_integer("n", 3);
    model.add_index("key", all[1]);
    for (const auto& [name, unit, si] : {std::tuple{"p", "1", 0.5}, {"m", "kg/s", 2.0}, {"T", "K", 300.0}}) {
        lang::Parameter parameter;
        parameter.path = name;
        parameter.datum.si = si;
        parameter.datum.unit = *units::parse_unit(unit);
        model.bind_parameter(name, {}, model.add_parameter(std::move(parameter)));
    }
}

/// What the formulas define, as a program; its derivatives in both modes where all is a number.
void evaluate(lang::Model& model, const std::vector<lang::Statement>& statements, Diagnostics& diagnostics) {
    for (const lang::Statement& s : statements) model.add_rule(nullptr, s);
    for (const lang::Statement& s : statements)
        if (s.indices.empty()) model.value(s.target, {}, s.target_span.pos());
    model.close_equations();
    if (diagnostics.has_errors()) return;
    lang::Program::Input input;
    for (const lang::Named& n : model.named()) input.roots.push_back(n.value.node);
    input.graph = model.graph;
    input.parameters = model.parameters();
    input.unknowns = model.unknowns();
    input.missing = model.missing_texts();
    lang::Program program = lang::Program::build(std::move(input), diagnostics);
    if (diagnostics.has_errors()) return;
    lang::Evaluation one(program, 1);
    if (!one.solve_nominal(program.defaults())) {
        require(!one.status().converged && !one.status().worst.empty());
        return;
    }
    program.set_nominal(one.solution());
    one.run(program.defaults());
    // Eight equal lanes give eight times what one gives.
    std::vector<double> samples, gradient, dots;
    for (const double x : program.defaults()) samples.insert(samples.end(), 8, x);
    lang::Evaluation wide(program, 8);
    require(wide.run(samples) == one.status().converged);
    std::vector<std::pair<int32_t, double>> seeds;
    for (const int32_t slot : program.root_slots()) {
        const double x = one.value(slot), y = wide.value(slot, 7);
        require(x == y || (std::isnan(x) && std::isnan(y)));
        seeds.emplace_back(slot, 1.0);
    }
    if (!one.status().converged) return;
    one.gradient(seeds, gradient);
    one.tangent(std::vector<double>(gradient.size(), 1.0), dots);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    // The text becomes a block scalar: every line of it with an indentation of its own.
    std::string yaml = "f: |\n ";
    for (size_t i = 0; i < size; ++i) {
        yaml += static_cast<char>(data[i]);
        if (data[i] == '\n') yaml += ' ';
    }
    SourceStore store;
    Diagnostics reading;
    const auto root = text::parse_yaml(store.add("fuzz.yaml", yaml), reading);
    const text::Node* node = root ? root->find("f") : nullptr;
    if (!node || !node->is_scalar()) return 0;

    Diagnostics of_expression, of_equation, diagnostics;
    {
        lang::Model model(of_expression);
        declare_small_plant(model);
        const auto expression = lang::parse_expression(*node, of_expression);
        require(expression || of_expression.has_errors());
        if (expression) require(model.evaluate(*expression, nullptr).wrong == of_expression.has_errors());
        require_places(of_expression);
    }
    const lang::Equation equation = lang::parse_equation(*node, of_equation);
    require((equation.left && equation.right) || of_equation.has_errors());
    require_places(of_equation);
    {
        lang::Model model(diagnostics);
        declare_small_plant(model);
        const auto statements = lang::parse_statements(*node, diagnostics);
        evaluate(model, statements, diagnostics);
        require_places(diagnostics);
    }
    return 0;
}
