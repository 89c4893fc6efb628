// One property suite for every unit operation of the library: a plant of this unit alone, around its example.
#include "base/messages/case.h"
#include "unit_file.h"

namespace viresco::cases {
namespace {

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

TEST_P(EveryUnit, TwiceTheFeedIsTwiceTheResult) {
    UnitFile unit(GetParam());
    ASSERT_TRUE(unit.example);
    Workspace& w = unit.workspace;
    UnitFile::Results results[2];
    for (int k = 0; k < 2; ++k) {
        unit.write(k + 1);
        ASSERT_TRUE(w.run()) << w.messages;
        results[k] = unit.results();
    }
    ASSERT_FALSE(results[0].extensive.empty());
    if (unit.exception("scaling")) {
        double furthest = 0;
        for (const auto& [path, value] : results[0].extensive)
            if (std::fabs(value) > results[0].floor(path, 1e-6))
                furthest = std::max(furthest, std::fabs(results[1].extensive[path] / value - 2));
        EXPECT_GT(furthest, 1e-6) << "the exception is none: the unit is linear in its feeds";
        return;
    }
    for (const auto& [path, value] : results[0].extensive)
        EXPECT_NEAR(results[1].extensive[path], 2 * value, 1e-8 * std::fabs(value) + results[0].floor(path, 1e-9))
            << path;
    for (const auto& [path, value] : results[0].intensive)
        EXPECT_NEAR(results[1].intensive[path], value, 1e-9 * std::fabs(value)) << path;
}

TEST_P(EveryUnit, HoldsAtBothEndsOfEveryRange) {
    UnitFile unit(GetParam());
    ASSERT_TRUE(unit.example);
    unit.write();
    Workspace& w = unit.workspace;
    ASSERT_TRUE(w.run()) << w.messages;
    int fed_short = 0;
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
                if (d.message.id == message::negative_flow && unit.exception("range")) {
                    ++fed_short;
                    continue;
                }
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
    EXPECT_EQ(fed_short > 0, unit.exception("range")) << "the exception is none: the example feeds every value";
}

} // namespace
} // namespace viresco::cases
