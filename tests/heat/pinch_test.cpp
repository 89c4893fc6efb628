// Published targets, closed forms, and random streams against a brute-force cascade.
#include "heat/pinch.h"
#include "heat/read.h"
#include "heat/results.h"
#include "text/node.h"
#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <random>

namespace viresco::heat {
namespace {

/// Positive capacity flow [kW/K]; temperatures in degC.
Stream sensible(double from, double to, double flow) {
    Stream s;
    s.hot = from > to;
    s.segments = {{from, to, flow * std::abs(to - from)}};
    return s;
}
Stream latent(bool hot, double at, double duty) {
    Stream s;
    s.hot = hot;
    s.segments = {{at, at, duty}};
    return s;
}
Problem problem(double difference, std::vector<Stream> streams) {
    Problem p;
    p.minimum_difference = difference;
    p.streams = std::move(streams);
    return p;
}

void expect(const Problem& p, double hot, double cold, const std::vector<double>& pinches) {
    const Targets t = targets(p);
    EXPECT_NEAR(t.hot_utility, hot, 1e-9);
    EXPECT_NEAR(t.cold_utility, cold, 1e-9);
    ASSERT_EQ(t.pinches.size(), pinches.size());
    for (size_t i = 0; i < pinches.size(); ++i) EXPECT_NEAR(t.pinches[i], pinches[i], 1e-9);
}

// Kemp, Pinch Analysis and Process Integration, 2nd ed., p. 4: streams and targets (20 and 60 kW, pinch 85 degC) as
// reprinted in the README of github.com/FitzOReilly/pina (opened). By hand: 165..145 +60, 145..140 +2.5, 140..85 -82.5,
// 85..55 +75, 55..25 -15.
TEST(Published, KempFourStreams) {
    expect(problem(10, {sensible(20, 135, 2), sensible(170, 60, 3), sensible(80, 140, 4), sensible(150, 30, 1.5)}), 20,
           60, {85});
}

// tests/test_pinch_analyzer.py of github.com/FitzOReilly/pina (opened), test_2_stream_example.
TEST(Published, PinaTwoStreams) {
    expect(problem(20, {sensible(20, 200, 1), sensible(150, 50, 1.8)}), 70, 70, {140});
    const Targets t = targets(problem(20, {sensible(20, 200, 1), sensible(150, 50, 1.8)}));
    EXPECT_NEAR(t.recovery, 110, 1e-9);
    const double heat[] = {70, 0, 80, 70}, temperature[] = {210, 140, 40, 30};
    ASSERT_EQ(t.grand_composite.size(), 4u);
    for (size_t i = 0; i < 4; ++i) {
        EXPECT_NEAR(t.grand_composite[i].heat, heat[i], 1e-9);
        EXPECT_NEAR(t.grand_composite[i].temperature, temperature[i], 1e-9);
    }
}

// The same file, test_extended_pinch: no heat passes between 94 and 21.
TEST(Published, PinaExtendedPinch) { expect(problem(2, {sensible(20, 95, 3), sensible(95, 6, 3)}), 6, 48, {94, 21}); }

// The same file, test_2_pinches: a cold stream with boiling in the middle.
TEST(Published, PinaTwoPinches) {
    Stream cold;
    cold.hot = false;
    cold.segments = {{50, 100, 50}, {100, 100, 40}, {100, 200, 100}};
    expect(problem(10, {cold, sensible(150, 20, 2)}), 60, 130, {145, 105});
}

// The same file, test_individual_temp_shift and test_neutralizing_streams: contributions of single streams.
TEST(Published, PinaContributions) {
    Problem p = problem(10, {latent(false, 100, 40)});
    p.streams[0].contribution = 10;
    EXPECT_NEAR(targets(p).grand_composite.front().temperature, 110, 1e-12);
    EXPECT_NEAR(targets(p).hot_utility, 40, 1e-12);
    Problem q = problem(10, {latent(false, 100, 40), latent(true, 100, 40)});
    EXPECT_NEAR(targets(q).hot_utility, 40, 1e-12) << "5 K apart on either side, nothing is exchanged";
    for (Stream& s : q.streams) s.contribution = 0;
    expect(q, 0, 0, {});
    EXPECT_TRUE(targets(q).threshold);
}

/// A stream by its duty and, where it is >= 0, its contribution.
Stream by_duty(double from, double to, double duty, double contribution = -1) {
    Stream s = sensible(from, to, duty / std::abs(to - from));
    if (contribution >= 0) s.contribution = contribution;
    return s;
}

// Problems of the literature with the results of another program: examples/stream_data and examples/results of
// github.com/waikato-ahuora-smart-energy-systems/OpenPinch (opened; the papers themselves were not).
// "Adjiman et al": 650-370 K and 590-370 K against 410-650 K and 350-500 K, contributions of 5.33 K.
TEST(Published, AdjimanFourStreams) {
    expect(problem(2 * 5.33, {by_duty(376.85, 96.85, 2800), by_duty(316.85, 96.85, 4400), by_duty(136.85, 376.85, 3600),
                              by_duty(76.85, 226.85, 1950)}),
           459.9, 2109.9, {311.52});
}

// "Ciric and Floudas": seven streams, contributions of 7.45 K.
TEST(Published, CiricFloudasSevenStreams) {
    expect(problem(2 * 7.45, {by_duty(160, 110, 351.6), by_duty(249, 138, 936.84), by_duty(227, 106, 1429.74),
                              by_duty(271, 146, 875), by_duty(96, 160, 585.22), by_duty(115, 217, 744.19),
                              by_duty(140, 250, 1980)}),
           229.96855672500334, 513.7385567250037, {147.45});
}

// "Linhoff and Ahmad" (sic): nine streams, each with a contribution of its own.
TEST(Published, LinnhoffAhmadContributions) {
    expect(problem(0, {by_duty(327, 40, 28700, 26.23), by_duty(220, 160, 9600, 1), by_duty(220, 60, 9600, 12),
                       by_duty(160, 45, 46000, 4), by_duty(100, 300, 20000, 4), by_duty(35, 164, 9030, 26.23),
                       by_duty(85, 138, 18550, 2), by_duty(60, 170, 6600, 12), by_duty(140, 300, 32000, 26.23)}),
           23999.8, 31719.8, {166.23});
}

// An examination question (physicsforums.com/threads/pinch-technology-question.313342, which gives no answer; solved by
// hand): hot 350-50 at 0.2 and 250-50 at 0.4 kW/K, cold 20-200 at 0.1 and 100-300 at 0.3, 25 K. Shifted by 12.5: 337.5 -
// 312.5 +5; 312.5 - 237.5 at 0.2 - 0.3 = -7.5; 237.5 - 212.5 at +0.3 = 7.5; and a surplus from there down. Least flow
// -2.5 at 237.5: hot utility 2.5; cold utility 140 - 78 + 2.5 = 64.5; hot streams pinch at 250, cold ones at 225.
TEST(Published, ExaminationQuestion) {
    expect(
        problem(25, {sensible(350, 50, 0.2), sensible(250, 50, 0.4), sensible(20, 200, 0.1), sensible(100, 300, 0.3)}),
        2.5, 64.5, {237.5});
}

// The four-stream problem of Linnhoff and Hindmarsh, Chem. Eng. Sci. 38 (1983) 745: data and targets from memory
// (unverified: only the first page was read); the targets follow from the cascade by hand. 20 K: shifted 140..135 2 x 5 =
// +10; 135..110 (2 - 2.5) x 25 = -12.5; 110..80 (2 - 5.5) x 30 = -105; 80..50 (2 + 8 - 5.5) x 30 = +135; 50..35
// -5.5 x 15 = -82.5; 35..30 -2.5 x 5 = -12.5. Least -107.5 at 80.
TEST(Published, LinnhoffHindmarshFourStreams) {
    expect(problem(20, {sensible(150, 60, 2), sensible(90, 60, 8), sensible(20, 125, 2.5), sensible(25, 100, 3)}),
           107.5, 40, {80});
}

// Hand-solved threshold problem: a hot stream that is warm enough for everything. Cooling alone, no pinch; cooling stays
// the difference of the duties for every dTmin up to the threshold (200 - 120 = 80 K at the hot end), then heating comes.
TEST(Targets, Threshold) {
    for (const double difference : {0.0, 10.0, 80.0}) {
        const Targets t = targets(problem(difference, {sensible(200, 60, 3), sensible(20, 120, 1)}));
        EXPECT_NEAR(t.hot_utility, 0, 1e-9) << difference;
        EXPECT_NEAR(t.cold_utility, 320, 1e-9) << difference;
        EXPECT_TRUE(t.threshold);
        EXPECT_TRUE(t.pinches.empty());
    }
    expect(problem(90, {sensible(200, 60, 3), sensible(20, 120, 1)}), 10, 330, {155});
    EXPECT_NEAR(targets(problem(5, {sensible(20, 80, 2)})).hot_utility, 120, 1e-9);
    EXPECT_NEAR(targets(problem(5, {sensible(80, 20, 2)})).cold_utility, 120, 1e-9);
    EXPECT_EQ(targets(problem(5, {})).hot_utility, 0);
}

double heat_above(const Problem& p, double level, bool hot) {
    double sum = 0;
    for (const Stream& s : p.streams) {
        if (s.hot != hot) continue;
        const double shift = s.contribution.value_or(p.minimum_difference / 2) * (s.hot ? -1 : 1);
        for (const Segment& g : s.segments) {
            const double top = std::max(g.from, g.to) + shift, bottom = std::min(g.from, g.to) + shift;
            sum += g.duty *
                   (top == bottom ? (top >= level ? 1 : 0) : std::clamp((top - level) / (top - bottom), 0.0, 1.0));
        }
    }
    return sum;
}

/// The least hot utility as the linear program has it: for every temperature, what cold streams take above it is at most
/// what hot streams and the utility give there. Its optimum lies at an end of a segment, from above or from below.
double bound(const Problem& p) {
    double most = 0;
    for (const Stream& s : p.streams)
        for (const Segment& g : s.segments)
            for (const double t : {g.from, g.to}) {
                const double at = t + s.contribution.value_or(p.minimum_difference / 2) * (s.hot ? -1 : 1);
                for (const double level : {at, std::nextafter(at, 1e9)})
                    most = std::max(most, heat_above(p, level, false) - heat_above(p, level, true));
            }
    return most;
}

Problem drawn(std::mt19937_64& random) {
    const auto pick = [&](int low, int high) {
        return low + static_cast<int>(random() % static_cast<unsigned>(high - low + 1));
    };
    Problem p;
    p.minimum_difference = pick(0, 40);
    for (int n = pick(1, 8); n > 0; --n) {
        Stream s = pick(0, 4) == 0 ? latent(pick(0, 1) == 0, pick(0, 300), pick(1, 500))
                                   : sensible(pick(0, 300) + 0.5, pick(0, 300), pick(1, 80) / 8.0);
        if (pick(0, 5) == 0) s.contribution = pick(0, 20);
        p.streams.push_back(std::move(s));
    }
    return p;
}

TEST(Properties, BalanceBoundMonotonyCurves) {
    std::mt19937_64 random(7);
    int with_pinch = 0, thresholds = 0;
    for (int i = 0; i < 5000; ++i) {
        SCOPED_TRACE(i);
        Problem p = drawn(random);
        double given = 0, taken = 0;
        for (const Stream& s : p.streams)
            for (const Segment& g : s.segments) (s.hot ? given : taken) += g.duty;
        const Targets t = targets(p);
        const double e = 1e-9 * (given + taken);
        ASSERT_NEAR(t.hot_utility, bound(p), e);
        ASSERT_NEAR(given + t.hot_utility, taken + t.cold_utility, e);
        ASSERT_NEAR(t.recovery, given - t.cold_utility, e);
        ASSERT_GE(t.hot_utility, 0);
        ASSERT_GE(t.cold_utility, 0);
        for (const Corner& c : t.grand_composite) ASSERT_GE(c.heat, 0);
        ASSERT_NEAR(t.grand_composite.front().heat, t.hot_utility, e);
        ASSERT_NEAR(t.grand_composite.back().heat, t.cold_utility, e);
        ASSERT_NEAR(t.hot_composite.empty() ? 0 : t.hot_composite.back().heat, given, e);
        ASSERT_NEAR(t.cold_composite.empty() ? t.cold_utility : t.cold_composite.back().heat, t.cold_utility + taken,
                    e);
        for (const double pinch : t.pinches) // from just above: a condensing stream at the pinch gives below it
            ASSERT_TRUE(std::abs(heat_above(p, pinch, false) - heat_above(p, pinch, true) - t.hot_utility) < e ||
                        std::abs(heat_above(p, std::nextafter(pinch, 1e9), false) -
                                 heat_above(p, std::nextafter(pinch, 1e9), true) - t.hot_utility) < e);
        with_pinch += !t.pinches.empty();
        thresholds += t.threshold;
        p.minimum_difference += 5;
        ASSERT_GE(targets(p).hot_utility, t.hot_utility - e) << "a larger difference never needs less";
        // Twice the streams, half of each: the same.
        p.minimum_difference -= 5;
        const size_t n = p.streams.size();
        for (size_t k = 0; k < n; ++k) {
            for (Segment& g : p.streams[k].segments) g.duty /= 2;
            p.streams.push_back(p.streams[k]);
        }
        ASSERT_NEAR(targets(p).hot_utility, t.hot_utility, e);
    }
    EXPECT_GT(with_pinch, 1000);
    EXPECT_GT(thresholds, 500);
}

struct Read {
    SourceStore sources;
    Diagnostics found;
    Problem problem;
    explicit Read(const std::string& text) {
        if (const auto node = text::parse_yaml(sources.add("heat.yaml", text), found))
            problem = read_problem(*node, found);
    }
};

TEST(Reader, FilesAndResults) {
    const Read r(R"(viresco: 1
kind: heat_streams
minimum temperature difference: 10 K
streams:
  a: {from: 20 degC, to: 135 degC, heat capacity flow: 2 kW/K}
  b: {from: 170 degC, to: 60 degC, duty: 330 kW}
  c: {segments: [{from: 80 degC, to: 100 degC, duty: 80 kW}, {from: 100 degC, to: 140 degC, duty: 160 kW}]}
  d: {from: 150 degC, to: 30 degC, duty: 180 kW, contribution: 5 K}
)");
    ASSERT_EQ(r.found.text(Language::en), "");
    const Targets t = targets(r.problem);
    EXPECT_NEAR(t.hot_utility, 20e3, 1e-6);
    EXPECT_NEAR(t.cold_utility, 60e3, 1e-6);
    ASSERT_EQ(t.pinches.size(), 1u);
    EXPECT_NEAR(t.pinches[0], 273.15 + 85, 1e-9);
    const std::string text = screen_text(r.problem, t, Language::en);
    EXPECT_NE(text.find("85 degC shifted: hot streams 90 degC, cold streams 80 degC"), std::string::npos) << text;
    for (const Language l : {Language::en, Language::zh}) {
        const std::string svg = drawing(r.problem, t, l);
        EXPECT_EQ(std::count(svg.begin(), svg.end(), '\0'), 0);
        EXPECT_EQ(svg.find("nan"), std::string::npos);
        size_t lines = 0;
        for (size_t at = svg.find("<polyline"); at != std::string::npos; at = svg.find("<polyline", at + 1)) ++lines;
        EXPECT_EQ(lines, 3u);
    }
}

TEST(Reader, AllErrorsAtOnce) {
    const Read r(R"(viresco: 1
kind: heat_streams
minimum temperature difference: 10 degC
streams:
  a: {from: 20 kg, to: 135 degC, heat capacity flow: 2 kW}
  b: {from: 170 degC, duty: -330 kW}
  c: {from: 100 degC, to: 100 degC, duty: 80 kW}
  d: {from: 100 degC, to: 100 degC, is: warm, heat capacity flow: 1 kW/K, duty: 1 kW}
  e: {segments: [{from: 80 degC, to: 100 degC, duty: 80 kW}, {from: 90 degC, to: 60 degC, duty: 1 kW}]}
)");
    std::vector<std::string> errors;
    for (const Diagnostic& d : r.found.all()) errors.push_back(std::to_string(d.pos.line) + ":" + d.message.name());
    EXPECT_EQ(errors,
              (std::vector<std::string>{"3:heat_difference", "5:heat_dimension", "5:heat_dimension",
                                        "6:heat_entry_needs", "6:heat_positive", "7:heat_direction", "8:heat_is",
                                        "8:heat_flow_or_duty", "8:heat_isothermal", "9:heat_turns", "9:heat_gap"}))
        << r.found.text(Language::en);
}

} // namespace
} // namespace viresco::heat
