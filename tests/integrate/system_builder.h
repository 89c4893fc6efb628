#pragma once
#include "integrate/run.h"
#include <cmath>
#include <functional>
#include <gtest/gtest.h>

namespace viresco::integrate {

/// A small system written with graph nodes.
struct SystemBuilder {
    lang::DynamicProgram::Input in;
    lang::Graph& g = in.graph;

    lang::NodeId constant(double v) { return g.constant(v); }
    lang::NodeId parameter(const std::string& name, double value) {
        lang::Parameter p;
        p.path = name;
        p.datum.si = value;
        in.parameters.push_back(p);
        return g.parameter(static_cast<int>(in.parameters.size()) - 1);
    }
    lang::NodeId state_from(const std::string& name, lang::NodeId start) {
        lang::State s;
        s.path = name;
        s.node = g.state(static_cast<int>(in.states.size()));
        s.start = start;
        s.rate = g.zero();
        s.nominal = 1;
        in.states.push_back(s);
        return s.node;
    }
    lang::NodeId state(const std::string& name, double start) { return state_from(name, constant(start)); }
    void rate(size_t i, lang::NodeId r) { in.states[i].rate = r; }
    lang::NodeId unknown(const std::string& name, double start) {
        lang::Unknown u;
        u.path = u.equation = name;
        u.node = g.unknown(static_cast<int>(in.unknowns.size()));
        u.start = constant(start);
        in.unknowns.push_back(u);
        return u.node;
    }
    void equation(size_t i, lang::NodeId left, lang::NodeId right) {
        in.unknowns[i].left = left;
        in.unknowns[i].right = right;
    }
    void event(const std::string& name, lang::NodeId condition, std::vector<std::pair<int, lang::NodeId>> set,
               bool ends = false) {
        in.events.push_back({name, {}, condition, std::move(set), ends});
    }
    lang::DynamicProgram build() {
        Diagnostics d;
        auto program = lang::DynamicProgram::build(std::move(in), d);
        EXPECT_FALSE(d.has_errors()) << d.text(Language::en);
        return program;
    }
};

/// A program with its evaluation at the default parameters.
struct System {
    explicit System(lang::DynamicProgram p) : program(std::move(p)), evaluation(program) {
        parameters = program.defaults();
        evaluation.set_parameters(parameters);
    }
    Trajectory run(double until, const Options& o, std::vector<double> times = {}) {
        evaluation.set_parameters(parameters);
        return integrate::run(evaluation, start(evaluation, o), until, times, o);
    }
    lang::DynamicProgram program;
    lang::DynamicEvaluation evaluation;
    std::vector<double> parameters;
};

inline Options with(Method m, double rtol) {
    Options o;
    o.method = m;
    o.rtol = rtol;
    return o;
}

} // namespace viresco::integrate
