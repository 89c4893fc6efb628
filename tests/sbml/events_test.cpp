// The order of things at one moment: delays, priorities, persistence, values of trigger and of execution time.
#include "base/messages/sbml.h"
#include "model_text.h"
#include <cmath>

namespace viresco::sbml {
namespace {

const std::string since(double t) { return op("geq", time_symbol + cn(t)); }
std::string numbers(std::initializer_list<std::pair<const char*, double>> list_of) {
    std::string out;
    for (const auto& [id, value] : list_of) out += parameter(id, value);
    return list("Parameters", out);
}

TEST(Events, AreFoundWhereTheirConditionTurnsTrue) {
    // x = t: set back to 0 at x > 0.7 again and again, 0.7 apart.
    const std::string text = model(numbers({{"x", 0}, {"n", 0}}) + list("Rules", rate_rule("x", cn(1))) +
                                   list("Events", event({op("gt", ci("x") + cn(0.7)), "x", cn(0)})));
    const Result r = run_text(text, 10, 100, {"x"});
    for (int row = 0; row <= 100; ++row) {
        const double t = 0.1 * row, k = std::floor(t / 0.7);
        if (std::fabs(t / 0.7 - std::round(t / 0.7)) > 1e-6) {
            EXPECT_NEAR(at(r, row), t - 0.7 * k, 1e-8) << t;
        }
    }
    EXPECT_EQ(r.events, 14);
}

TEST(Events, AtTheStartFollowTheInitialValueOfTheTrigger) {
    for (const bool initial : {true, false}) {
        EventText e{op("geq", time_symbol + cn(0)), "x", cn(7)};
        e.initial_value = initial;
        const Result r = run_text(model(numbers({{"x", 1}}) + list("Events", event(e))), 1, 1, {"x"});
        EXPECT_EQ(at(r, 0), initial ? 1 : 7);
        EXPECT_EQ(at(r, 1), initial ? 1 : 7);
    }
}

TEST(Events, StrictAndWeakComparisonsDifferAtAnOutputTime) {
    const Result weak = run_text(model(numbers({{"x", 0}}) + list("Events", event({since(1), "x", cn(1)}))), 2, 4,
                                 {"x"});
    const Result strict = run_text(
        model(numbers({{"x", 0}}) + list("Events", event({op("gt", time_symbol + cn(1)), "x", cn(1)}))), 2, 4, {"x"});
    EXPECT_EQ(at(weak, 2), 1);
    EXPECT_EQ(at(strict, 2), 0);
    EXPECT_EQ(at(strict, 3), 1);
}

TEST(Events, DelayedTakeTheValuesOfTheirTriggerOrOfTheirExecution) {
    for (const bool of_trigger : {true, false}) {
        EventText e{since(1.05), "y", ci("x")};
        e.delay = cn(2);
        e.trigger_time = of_trigger;
        const std::string text = model(numbers({{"x", 0}, {"y", 0}}) + list("Rules", rate_rule("x", cn(1))) +
                                       list("Events", event(e)));
        const Result r = run_text(text, 4, 40, {"y"});
        EXPECT_EQ(at(r, 30), 0); // 3.0
        EXPECT_NEAR(at(r, 31), of_trigger ? 1.05 : 3.05, 1e-8);
    }
}

TEST(Events, OneThatDoesNotPersistIsTakenBack) {
    // The trigger holds from 1.05 to 2.05; the delay is 3.
    for (const bool persistent : {true, false}) {
        EventText e{op("and", since(1.05) + op("lt", time_symbol + cn(2.05))), "x", cn(1)};
        e.delay = cn(3);
        e.persistent = persistent;
        const Result r = run_text(model(numbers({{"x", 0}}) + list("Events", event(e))), 6, 60, {"x"});
        EXPECT_EQ(at(r, 40), 0);
        EXPECT_EQ(at(r, 60), persistent ? 1 : 0);
    }
}

TEST(Events, OfOneMomentRunByPriority) {
    // Each writes a digit behind the others.
    const auto digit = [](double n, const std::string& priority) {
        EventText e{since(1), "x", op("plus", op("times", cn(10) + ci("x")) + cn(n)), "", priority};
        e.trigger_time = false;
        return event(e);
    };
    const Result r = run_text(model(numbers({{"x", 0}}) + list("Events", digit(1, cn(5)) + digit(2, cn(9)) +
                                                                             digit(3, "") + digit(4, cn(-1)))),
                              2, 2, {"x"});
    EXPECT_EQ(at(r, 2), 2143); // without a priority comes last
}

TEST(Events, PrioritiesAreLookedAtAgainAfterEveryExecution) {
    // The first to run turns the order of the other two around.
    const auto digit = [](double n, const std::string& priority, const std::string& target, const std::string& value) {
        EventText e{since(1), target, value, "", priority};
        e.trigger_time = false;
        (void)n;
        return event(e);
    };
    const auto append = [](double n) { return op("plus", op("times", cn(10) + ci("x")) + cn(n)); };
    const Result r = run_text(model(numbers({{"x", 0}, {"p", 1}}) +
                                    list("Events", digit(1, op("times", ci("p") + cn(2)), "x", append(1)) +
                                                       digit(2, op("times", ci("p") + cn(1)), "x", append(2)) +
                                                       digit(3, cn(100), "p", cn(-1)))),
                              2, 2, {"x"});
    EXPECT_EQ(at(r, 2), 21);
}

TEST(Events, SetOffEachOther) {
    // x -> y -> z at one moment; the values of the trigger time do not see what happened since.
    const Result r = run_text(
        model(numbers({{"x", 0}, {"y", 0}, {"z", 0}}) +
              list("Events", event({since(1), "x", cn(1)}) + event({op("gt", ci("x") + cn(0.5)), "y", cn(2)}) +
                                 event({op("gt", ci("y") + cn(0.5)), "z", op("plus", ci("x") + ci("y"))}))),
        2, 2, {"x", "y", "z"});
    EXPECT_EQ(at(r, 1, 0), 1);
    EXPECT_EQ(at(r, 1, 1), 2);
    EXPECT_EQ(at(r, 1, 2), 3);
}

TEST(Events, WithoutEndAreAnError) {
    EventText on{op("lt", ci("x") + cn(0.5)), "x", cn(1)}, off{op("gt", ci("x") + cn(0.5)), "x", cn(0)};
    on.initial_value = false;
    const std::string text = model(numbers({{"x", 0}}) + list("Events", event(on) + event(off)));
    try {
        run_text(text, 1, 1, {"x"});
        FAIL();
    } catch (const SolveError& e) {
        EXPECT_EQ(e.diagnostics().all().front().message.id, MessageId(message::sbml_events_endless));
    }
    EventText late{since(0.5), "x", cn(1)};
    late.delay = cn(-1);
    try {
        run_text(model(numbers({{"x", 0}}) + list("Events", event(late))), 1, 1, {"x"});
        FAIL();
    } catch (const SolveError& e) {
        EXPECT_EQ(e.diagnostics().all().front().message.args,
                  (std::vector<std::string>{"event 1", e.diagnostics().all().front().message.args[1], "-1"}));
    }
}

TEST(Events, APulseShorterThanTheStepsIsNotMissed) {
    // Nothing changes: without a limit the steps would leap over the pulse from 5.01 to 5.3.
    const std::string pulse = op("and", op("gt", time_symbol + cn(5.01)) + op("lt", time_symbol + cn(5.3)));
    const Result r = run_text(model(numbers({{"x", 0}}) + list("Events", event({pulse, "x", cn(1)}))), 10, 10, {"x"});
    EXPECT_EQ(at(r, 5), 0);
    EXPECT_EQ(at(r, 6), 1);
}

} // namespace
} // namespace viresco::sbml
