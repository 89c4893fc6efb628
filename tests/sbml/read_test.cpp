// What is refused is refused by name; what is wrong is said with its place.
#include "base/messages/sbml.h"
#include "model_text.h"

namespace viresco::sbml {
namespace {

std::vector<std::string> refused(const std::string& text) {
    try {
        read_text(text);
    } catch (const Refused& e) {
        EXPECT_EQ(e.diagnostics().all().size(), e.features().size());
        EXPECT_NE(e.diagnostics().text(Language::en).find(e.features().front()), std::string::npos);
        return e.features();
    }
    return {};
}
using Names = std::vector<std::string>;

TEST(Read, RefusesByName) {
    const std::string p = list("Parameters", parameter("x", 1));
    const std::string delay = "<csymbol encoding=\"text\" "
                              "definitionURL=\"http://www.sbml.org/sbml/symbols/delay\">delay</csymbol>";
    EXPECT_EQ(refused(model(p)), Names{});
    EXPECT_EQ(refused(model(p + list("Rules", "<algebraicRule>" + math(ci("x")) + "</algebraicRule>"))),
              Names{"algebraic rule"});
    EXPECT_EQ(
        refused(model(p + list("Constraints", "<constraint>" + math(op("gt", ci("x") + cn(0))) + "</constraint>"))),
        Names{"constraint"});
    // All that is refused is named at once.
    EXPECT_EQ(refused(model(p + list("Rules", rate_rule("x", "<apply>" + delay + ci("x") + cn(1) + "</apply>") +
                                                  "<algebraicRule>" + math(ci("x")) + "</algebraicRule>"))),
              (Names{"delay()", "algebraic rule"}));
    const std::string fast =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><sbml xmlns=\"http://www.sbml.org/sbml/level3/version1/core\" "
        "level=\"3\" version=\"1\">"
        "<model>" +
        list("Reactions", "<reaction id=\"J\" reversible=\"false\" fast=\"true\"/>") + "</model></sbml>";
    EXPECT_EQ(refused(fast), Names{"fast reaction"});
    const auto package = [&](const std::string& name, const std::string& uri, const char* required) {
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?><sbml "
               "xmlns=\"http://www.sbml.org/sbml/level3/version1/core\" level=\"3\" "
               "version=\"1\" xmlns:" +
               name + "=\"" + uri + "\" " + name + ":required=\"" + required + "\"><model" +
               (name == "fbc" ? " fbc:strict=\"false\"" : "") + ">" + p + "</model></sbml>";
    };
    EXPECT_EQ(refused(package("fbc", "http://www.sbml.org/sbml/level3/version1/fbc/version2", "false")),
              Names{"flux balance (fbc)"});
    EXPECT_EQ(refused(package("arrays", "http://www.sbml.org/sbml/level3/version1/arrays/version1", "true")),
              Names{"package arrays"});
    EXPECT_EQ(refused(package("arrays", "http://www.sbml.org/sbml/level3/version1/arrays/version1", "false")), Names{});
    EXPECT_EQ(refused(package("layout", "http://www.sbml.org/sbml/level3/version1/layout/version1", "false")), Names{});
    const std::string level_1 =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><sbml xmlns=\"http://www.sbml.org/sbml/level1\" level=\"1\" "
        "version=\"2\"><model>" +
        list("Compartments", "<compartment name=\"c\"/>") + "</model></sbml>";
    EXPECT_EQ(refused(level_1), Names{"SBML Level 1"});
}

MessageId complaint(const std::string& text) {
    try {
        compile(read_text(text));
    } catch (const ConfigError& e) {
        return e.diagnostics().all().front().message.id;
    }
    return message::free_text;
}

TEST(Read, SaysWhatIsWrong) {
    const std::string p = list("Parameters", parameter("x", 1) + parameter("y", 1));
    EXPECT_EQ(complaint("no XML"), MessageId(message::sbml_unreadable));
    EXPECT_EQ(complaint(model(p).substr(0, model(p).size() - 20)), MessageId(message::sbml_unreadable));
    EXPECT_EQ(complaint("<?xml version=\"1.0\" encoding=\"UTF-8\"?><html/>"), MessageId(message::sbml_unreadable));
    EXPECT_EQ(complaint(model(p + list("Rules", rate_rule("x", ci("z"))))), MessageId(message::sbml_unknown_symbol));
    EXPECT_EQ(complaint(model(p + list("Rules", rate_rule("z", ci("x"))))), MessageId(message::sbml_unknown_symbol));
    EXPECT_EQ(complaint(model(p + list("Rules", rate_rule("x", "<apply><ci>f</ci>" + ci("x") + "</apply>")))),
              MessageId(message::sbml_unknown_function));
    EXPECT_EQ(complaint(model(p + list("Rules", rate_rule("x", op("sin", ci("x") + ci("x")))))),
              MessageId(message::sbml_wrong_count));
    EXPECT_EQ(complaint(model(p + list("Rules", assignment_rule("x", ci("y")) + assignment_rule("y", ci("x"))))),
              MessageId(message::sbml_cycle));
    EXPECT_EQ(complaint(model(p + list("Rules", assignment_rule("x", cn(1)) + rate_rule("x", cn(1))))),
              MessageId(message::sbml_twice));
    EXPECT_EQ(complaint(model(list("Parameters", parameter("x", 1) + parameter("x", 1)))),
              MessageId(message::sbml_twice));
    const std::string loop = "<functionDefinition id=\"f\">" +
                             math("<lambda><bvar><ci>a</ci></bvar><apply><ci>f</ci><ci>a</ci></apply></lambda>") +
                             "</functionDefinition>";
    EXPECT_EQ(complaint(model(list("FunctionDefinitions", loop) + p +
                              list("Rules", rate_rule("x", "<apply><ci>f</ci>" + ci("x") + "</apply>")))),
              MessageId(message::sbml_cycle));
}

TEST(Read, SaysWhere) {
    const std::string text = model("\n\n<listOfParameters>" + parameter("x", 1) + "</listOfParameters>\n" +
                                   list("Rules", "\n" + rate_rule("x", ci("z"))));
    const TemporaryFile file(text);
    SourceStore sources;
    try {
        compile(read(file.path(), sources));
        FAIL();
    } catch (const ConfigError& e) {
        EXPECT_EQ(e.diagnostics().all().front().pos.line, 5);
        EXPECT_EQ(e.diagnostics().all().front().pos.file->path, file.path());
    }
}

TEST(Read, AStartWithoutValueIsAnError) {
    const std::string text = model(list("Parameters", "<parameter id=\"x\" constant=\"false\"/>") +
                                   list("Rules", rate_rule("x", cn(1))));
    try {
        run_text(text, 1, 1, {"x"});
        FAIL();
    } catch (const ConfigError& e) {
        EXPECT_EQ(e.diagnostics().all().front().message.id, MessageId(message::sbml_not_finite));
        EXPECT_EQ(e.diagnostics().all().front().message.args.front(), "x");
    }
}

} // namespace
} // namespace viresco::sbml
