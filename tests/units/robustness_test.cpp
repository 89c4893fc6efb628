// Properties over all known units, random products and random bytes; threads; huge inputs.
#include "base/messages/units.h"
#include "units/unit.h"
#include <algorithm>
#include <bit>
#include <cmath>
#include <gtest/gtest.h>
#include <random>
#include <set>
#include <string>
#include <thread>

using namespace viresco;
using namespace viresco::units;

namespace {

/// The text of the dimension reads back to the same dimension, in SI.
void expect_round_trip(const Dimension& dimension, const std::string& from) {
    UnitError error;
    const auto unit = parse_unit(dimension.text(), &error);
    ASSERT_TRUE(unit) << dimension.text() << " from " << from << ": " << error.message.text(Language::en);
    EXPECT_EQ(unit->dimension, dimension) << dimension.text() << " from " << from;
    EXPECT_EQ(unit->factor, 1) << dimension.text() << " from " << from;
    EXPECT_EQ(unit->offset, 0);
}

TEST(Properties, EveryKnownUnitRoundTrips) {
    const auto known = known_units();
    ASSERT_GT(known.size(), 150u);
    std::set<std::string> names;
    for (const auto& [name, dimension] : known) {
        EXPECT_TRUE(names.insert(name).second) << name << " twice";
        const auto unit = parse_unit(name);
        ASSERT_TRUE(unit) << name;
        EXPECT_EQ(unit->dimension.text(), dimension) << name;
        expect_round_trip(unit->dimension, name);
    }
}

/// A random unit of known names, operators, powers and parentheses, without degC and degF.
std::string random_unit(std::mt19937& random, const std::vector<std::string>& names, int depth = 0) {
    const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
    static const char* const operators[] = {"*", ".", " * ", "/", " / ", "\u00B7"};
    static const char* const powers[] = {"", "", "", "^2", "-1", "^-3", "**2", "\u00B2", "^(1/2)", "^(-3/4)"};
    std::string text;
    for (unsigned i = 0, n = 1 + below(4); i < n; ++i) {
        if (i > 0) text += operators[below(6)];
        if (depth < 3 && below(4) == 0) {
            text += '(';
            text += random_unit(random, names, depth + 1);
            text += ')';
        } else {
            text += names[below(static_cast<unsigned>(names.size()))];
        }
        text += powers[below(10)];
    }
    return text;
}

std::vector<std::string> linear_names() {
    std::vector<std::string> names;
    for (const auto& [name, dimension] : known_units())
        if (parse_unit(name)->offset == 0) names.push_back(name);
    return names;
}

TEST(Properties, RandomProductsRoundTrip) {
    const auto names = linear_names();
    std::mt19937 random(20240607);
    int n_read = 0;
    for (int i = 0; i < 5000; ++i) {
        const std::string text = random_unit(random, names);
        UnitError error;
        const auto unit = parse_unit(text, &error);
        if (!unit) { // only a range may stop a well-formed unit
            EXPECT_TRUE(error.message.id == message::unit_exponent_range ||
                        error.message.id == message::unit_factor_range)
                << text << ": " << error.message.text(Language::en);
            continue;
        }
        ++n_read;
        expect_round_trip(unit->dimension, text);
        if (const auto inverse = parse_unit(std::string("1/(").append(text).append(")"))) {
            EXPECT_NEAR(inverse->factor * unit->factor, 1, 1e-14) << text;
            EXPECT_EQ(inverse->dimension, unit->dimension.pow(-1)) << text;
        }
    }
    EXPECT_GT(n_read, 4000);
}

TEST(Properties, FormattedNumbersReadBackBitForBit) {
    std::mt19937_64 random(7);
    for (int i = 0; i < 20000; ++i) {
        const double value = std::bit_cast<double>(random());
        if (!std::isfinite(value)) continue;
        const auto quantity = parse_quantity(format_number(value));
        ASSERT_TRUE(quantity) << format_number(value);
        EXPECT_EQ(std::bit_cast<uint64_t>(quantity->si), std::bit_cast<uint64_t>(value + 0.0)) << format_number(value);
    }
}

TEST(Properties, FourThreadsReadAlike) {
    const auto known = known_units();
    std::vector<std::vector<double>> results(4);
    std::vector<std::thread> threads;
    for (auto& result : results)
        threads.emplace_back([&result, &known] {
            for (int round = 0; round < 4; ++round)
                for (const auto& [name, dimension] : known) {
                    UnitError error;
                    result.push_back(parse_quantity("2 " + name)->si);
                    result.push_back(static_cast<double>(parse_unit(name + "x", &error) ? 0 : error.hints.size()));
                }
        });
    for (auto& thread : threads) thread.join();
    for (const auto& result : results) EXPECT_EQ(result, results.front());
    EXPECT_EQ(results.front().size(), 8 * known.size());
}

void expect_sane_error(const std::string& text, const UnitError& error) {
    EXPECT_LE(error.offset, text.size()) << text;
    EXPECT_GE(error.length, 1u) << text;
    EXPECT_LE(error.offset + error.length, text.size() + 1) << text;
    EXPECT_FALSE(error.message.text(Language::en).empty());
    EXPECT_LT(error.message.text(Language::en).size(), 300u);
}

TEST(Robustness, RandomTextNeverCrashesAndWhatIsAcceptedRoundTrips) {
    static const char* const pieces[] = {
        "kg",     "m",      "s",      "N",      "CO2e", "CNY",  "2024", "%", "degC", "Nm3", "U",      "mol", "h",
        "d",      "kWh",    "1",      "2",      "-",    "^",    "**",   "*", ".",    "/",   "(",      ")",   " ",
        "\u00B2", "\u207B", "\u00B7", "\u00B5", "\xFF", "\xC3", "e",    "_", ",",    "0x",  "\u00A0", "g"};
    std::mt19937 random(99);
    int n_accepted = 0;
    for (int i = 0; i < 20000; ++i) {
        std::string text;
        for (auto k = random() % 9; k > 0; --k)
            text += random() % 12 == 0 ? std::string(1, static_cast<char>(random() % 256))
                                       : pieces[random() % std::size(pieces)];
        UnitError error;
        if (const auto unit = parse_unit(text, &error)) {
            ++n_accepted;
            EXPECT_TRUE(std::isnormal(unit->factor));
            expect_round_trip(unit->dimension, text);
            const auto again = parse_unit(unit->text);
            ASSERT_TRUE(again) << text;
            EXPECT_EQ(again->factor, unit->factor);
        } else {
            expect_sane_error(text, error);
        }
        UnitError quantity_error;
        if (!parse_quantity(text, &quantity_error)) expect_sane_error(text, quantity_error);
    }
    EXPECT_GT(n_accepted, 1500) << "the test must also reach the accepting side";
}

std::string repeated(const std::string& piece, size_t size) {
    std::string text;
    while (text.size() < size) text += piece;
    return text;
}

TEST(Robustness, LongTextOfAnything) {
    for (const char* piece : {"(", ")", "m", "m.", "kg ", "1", "1/", "^", "-", " ", "kg/kg/", "\u00B2", "\xFF", "(m/",
                              "%", "ppm99.", "\xE4\xBD\xA0"}) {
        const std::string text = repeated(piece, 1 << 17);
        UnitError error;
        if (!parse_unit(text, &error)) expect_sane_error(text, error);
        if (!parse_quantity("1 " + text, &error)) expect_sane_error("1 " + text, error);
        if (!parse_quantity(text, &error)) expect_sane_error(text, error);
    }
    UnitError error;
    EXPECT_FALSE(parse_unit(std::string(1 << 20, '('), &error));
    EXPECT_EQ(error.message.id, message::unit_too_deep);
    EXPECT_EQ(error.offset, 64u);
    EXPECT_TRUE(parse_unit(std::string(64, '(') + "m" + std::string(64, ')')));
}

TEST(Robustness, MessagesShowBrokenBytesEscaped) {
    UnitError error;
    EXPECT_FALSE(parse_unit("kg\xFF", &error));
    EXPECT_EQ(error.message.args, std::vector<std::string>{"\\xFF"});
    EXPECT_FALSE(parse_quantity("a\x01\xC3 kg", &error));
    EXPECT_EQ(error.message.args, std::vector<std::string>{"a\\x01\\xC3"});
}

} // namespace
