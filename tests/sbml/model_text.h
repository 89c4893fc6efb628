#pragma once
#include "sbml/read.h"
#include "sbml/simulate.h"
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <string>
#include <unistd.h>

namespace viresco::sbml {

/// Without libsbml there is nothing to test.
class NeedsLibrary : public testing::Environment {
    void SetUp() override {
        if (!available()) GTEST_SKIP() << "built without libsbml";
    }
};
inline testing::Environment* const needs_library = testing::AddGlobalTestEnvironment(new NeedsLibrary);

/// A file that is gone after the test.
class TemporaryFile {
public:
    explicit TemporaryFile(const std::string& text) {
        char name[] = "/tmp/viresco-sbml-XXXXXX";
        const int number = ::mkstemp(name);
        EXPECT_GE(number, 0);
        ::close(number);
        path_ = name;
        std::ofstream(path_) << text;
    }
    ~TemporaryFile() { ::unlink(path_.c_str()); }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

inline std::string math(const std::string& content) {
    return "<math xmlns=\"http://www.w3.org/1998/Math/MathML\">" + content + "</math>";
}
inline std::string op(const std::string& name, const std::string& arguments) {
    return "<apply><" + name + "/>" + arguments + "</apply>";
}
inline std::string ci(const std::string& id) { return "<ci>" + id + "</ci>"; }
inline std::string cn(double v) {
    char text[64];
    std::snprintf(text, sizeof text, "%.17g", v);
    const std::string s = text;
    const size_t e = s.find('e');
    return e == std::string::npos ? "<cn>" + s + "</cn>"
                                  : "<cn type=\"e-notation\">" + s.substr(0, e) + "<sep/>" + s.substr(e + 1) + "</cn>";
}
const std::string time_symbol =
    "<csymbol encoding=\"text\" definitionURL=\"http://www.sbml.org/sbml/symbols/time\">t</csymbol>";

/// A Level 3 Version 2 model.
inline std::string model(const std::string& content, const std::string& attributes = "") {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?><sbml xmlns=\"http://www.sbml.org/sbml/level3/version2/core\" "
           "level=\"3\" "
           "version=\"2\"><model id=\"m\" " +
           attributes + ">" + content + "</model></sbml>";
}
inline std::string list(const std::string& what, const std::string& content) {
    return "<listOf" + what + ">" + content + "</listOf" + what + ">";
}
inline std::string parameter(const std::string& id, double value) {
    return "<parameter id=\"" + id + "\" value=\"" + std::to_string(value) + "\" constant=\"false\"/>";
}
inline std::string rate_rule(const std::string& id, const std::string& m) {
    return "<rateRule variable=\"" + id + "\">" + math(m) + "</rateRule>";
}
inline std::string assignment_rule(const std::string& id, const std::string& m) {
    return "<assignmentRule variable=\"" + id + "\">" + math(m) + "</assignmentRule>";
}
/// flags: initialValue, persistent, useValuesFromTriggerTime ("true"/"false"); delay and priority may be empty.
struct EventText {
    std::string trigger, target, value;
    std::string delay = {}, priority = {};
    bool initial_value = true, persistent = true, trigger_time = true;
};
inline std::string event(const EventText& e) {
    const auto flag = [](bool b) { return b ? "true" : "false"; };
    std::string s = std::string("<event useValuesFromTriggerTime=\"") + flag(e.trigger_time) +
                    "\"><trigger initialValue=\"" + flag(e.initial_value) + "\" persistent=\"" + flag(e.persistent) +
                    "\">" + math(e.trigger) + "</trigger>";
    if (!e.priority.empty()) s += "<priority>" + math(e.priority) + "</priority>";
    if (!e.delay.empty()) s += "<delay>" + math(e.delay) + "</delay>";
    return s +
           list("EventAssignments",
                "<eventAssignment variable=\"" + e.target + "\">" + math(e.value) + "</eventAssignment>") +
           "</event>";
}

inline Document read_text(const std::string& text) {
    static SourceStore sources; // messages point into it
    const TemporaryFile file(text);
    return read(file.path(), sources);
}
inline Result run_text(const std::string& text, double duration, int steps, std::vector<std::string> variables,
                       std::vector<std::string> amounts = {}, std::vector<std::string> concentrations = {}) {
    Request r;
    r.duration = duration;
    r.steps = steps;
    r.variables = std::move(variables);
    r.amounts = std::move(amounts);
    r.concentrations = std::move(concentrations);
    return simulate(compile(read_text(text)), r);
}
/// Value of a variable (by its place among those asked for) at a row.
inline double at(const Result& r, int row, int variable = 0) {
    return r.rows[static_cast<size_t>(row)][static_cast<size_t>(variable) + 1];
}

} // namespace viresco::sbml
