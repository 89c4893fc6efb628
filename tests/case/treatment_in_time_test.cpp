// The treatment train in time: UASB by ADM1 and activated sludge by ASM1 on the wastewater of the steady case.
#include "case/simulation.h"
#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

namespace viresco::cases {
namespace {

constexpr double day = 86400, molar_volume = 22.41396954; // Nm3/kmol

class Train {
public:
    explicit Train(const std::string& file, std::vector<std::pair<std::string, std::string>> settings = {}) {
        Simulation::Request request;
        request.path = VIRESCO_SOURCE_DIR "/examples/treatment/" + file;
        request.settings = std::move(settings);
        request.models_folder = VIRESCO_SOURCE_DIR "/models";
        request.sources = &sources_;
        Diagnostics warnings;
        s = Simulation::compile(request, warnings);
        EXPECT_TRUE(warnings.all().empty()) << warnings.text(Language::en);
        e = std::make_unique<lang::DynamicEvaluation>(s->program);
        e->set_parameters(s->parameters);
    }
    integrate::Point steady() {
        integrate::Statistics ignored;
        return integrate::steady(*e, integrate::start(*e, {}), {}, ignored);
    }
    double at(const integrate::Point& p, const std::string& path) {
        const double out = s->value(*e, p, path);
        EXPECT_TRUE(std::isfinite(out)) << path;
        return out;
    }
    void expect_closed(const integrate::Point& begin, const integrate::Point& end, bool resting) {
        const auto all = closure(*s, *e, begin, end, resting);
        std::vector<std::string> names;
        for (const Closure& c : all) {
            names.push_back(c.quantity);
            EXPECT_LE(c.relative, 1e-9) << c.quantity;
        }
        EXPECT_EQ(std::count(names.begin(), names.end(), "COD"), 1);
        EXPECT_EQ(std::count(names.begin(), names.end(), "N"), 1);
        EXPECT_TRUE(s->not_audited.empty());
    }

    std::unique_ptr<Simulation> s;
    std::unique_ptr<lang::DynamicEvaluation> e;

private:
    SourceStore sources_;
};

void expect_between(double value, double lowest, double highest, const char* what) {
    EXPECT_GE(value, lowest) << what;
    EXPECT_LE(value, highest) << what;
}

// The ranges are those that the steady case is compared with (its README).
TEST(TreatmentInTime, SteadyStateLiesInTheRangesExpected) {
    Train train("in_time.yaml");
    const auto p = train.steady();
    train.expect_closed(p, p, true);
    EXPECT_NEAR(train.at(p, "cod_load"), 692.94 * 24, 0.002 * 692.94 * 24); // of the steady case, kg/h
    expect_between(train.at(p, "loading"), 5, 10, "loading");
    expect_between(train.at(p, "uasb_removal"), 0.75, 0.88, "COD removed by the UASB");
    expect_between(train.at(p, "methane_yield"), 0.30, molar_volume / 64, "methane per COD removed");
    expect_between(train.at(p, "anaerobic_sludge"), 0.05, 0.10, "anaerobic sludge");
    expect_between(train.at(p, "aerobic_sludge"), 0.30, 0.45, "activated sludge");
    EXPECT_GT(train.at(p, "alkalinity"), 0);
    EXPECT_NEAR(train.at(p, "oxygen"), 2, 1e-6); // the controller has no offset
    // what sulfate takes: a mole of methane for nine tenths of the sulfate
    const double sulfate = 692.1 * 25.49e-3 + 361.1 * 4.08e-3;
    EXPECT_NEAR(train.at(p, "methane") - train.at(p, "methane_left"), 0.9 * sulfate * molar_volume, 1e-3);
}

// Raw COD = effluent + cake + gas + what is dissolved in it and lost + oxygen taken up, with nitrate and N2 as ASM1 counts them.
TEST(TreatmentInTime, CodGoesIntoWaterSludgeGasAndOxygen) {
    Train train("in_time.yaml");
    const auto p = train.steady();
    const auto asm1 = [&](const std::string& stream) {
        double sum = 0;
        for (const char* c : {"S_I", "S_S", "X_I", "X_S", "X_BH", "X_BA", "X_P"}) sum += train.at(p, stream + "." + c);
        sum -= train.at(p, stream + ".S_O") + 4.57 * train.at(p, stream + ".S_NO") +
               1.71 * train.at(p, stream + ".S_N2");
        return sum * 1e-3 * train.at(p, stream + ".flow");
    };
    const auto dissolved = [&](const std::string& stream) {
        return (train.at(p, stream + ".S_ch4") + train.at(p, stream + ".S_h2")) * train.at(p, stream + ".flow");
    };
    const double methane = train.at(p, "methane") / molar_volume * 64;
    const double gas = methane * (1 + train.at(p, "uasb.gas_h2") / train.at(p, "uasb.gas_ch4"));
    double oxygen = 0; // kLa (saturation - S_O) V, warmer by ten degrees
    for (const std::string tank : {"aerobic1", "aerobic2"})
        oxygen += train.at(p, "air_valve") * 800 * std::pow(1.024, 10) *
                  (train.at(p, tank + ".saturation") - train.at(p, tank + ".S_O")) * 1e-3 * 500;
    const double raw = train.at(p, "cod_load");
    const double lost = dissolved("separator.overflow") + dissolved("drawing.taken");
    EXPECT_NEAR(asm1("effluent") + asm1("cake") + gas + lost + oxygen, raw, 1e-6 * raw);
    EXPECT_GT(gas, 0.6 * raw);
    EXPECT_GT(oxygen, 0.1 * raw);
}

TEST(TreatmentInTime, ARunFromTheSteadyStateStaysThere) {
    Train train("in_time_plant.yaml");
    const auto p = train.steady();
    const auto run = integrate::run(*train.e, p, 20 * day, {}, {});
    train.expect_closed(p, run.end, false);
    for (const char* name : {"uasb.pH", "uasb.X_ac", "uasb.S_ac", "aerobic2.X_BA", "aerobic2.S_NO", "cake.flow"})
        EXPECT_NEAR(train.at(run.end, name), train.at(p, name), 1e-5 * std::abs(train.at(p, name))) << name;
}

TEST(TreatmentInTime, TwiceTheLoadIsRemovedLess) {
    Train once("in_time.yaml");
    Train twice("in_time.yaml",
                {{"raffinate.supplied_volume", "1384.2 m3/d"}, {"washings.supplied_volume", "722.2 m3/d"}});
    const auto p = once.steady(), q = twice.steady();
    EXPECT_NEAR(twice.at(q, "cod_load"), 2 * once.at(p, "cod_load"), 1e-6 * once.at(p, "cod_load"));
    EXPECT_LT(twice.at(q, "uasb_removal"), once.at(p, "uasb_removal") - 0.02);
    EXPECT_GT(twice.at(q, "methane"), 1.5 * once.at(p, "methane"));
    EXPECT_LT(twice.at(q, "methane"), 2 * once.at(p, "methane"));
}

// The batches bring in ten days what the steady load brings; the means come near the steady state though the load swings by a quarter.
TEST(TreatmentInTime, MeansOverBatchesAreNearTheSteadyState) {
    Train train("in_time.yaml");
    ASSERT_TRUE(train.s->from_steady);
    const auto p = train.steady();
    integrate::Options o;
    o.schedule = &train.s->schedule;
    const double until = train.s->duration.si;
    ASSERT_EQ(until, 60 * day);
    std::vector<double> times;
    for (double t = 50 * day + 0.5 * day; t < until; t += day) times.push_back(t);
    const auto run = integrate::run(*train.e, p, until, times, o);
    train.expect_closed(p, run.end, false);
    for (const char* name : {"cod_load", "uasb_removal", "methane", "power", "aeration_power", "sludge"})
        EXPECT_NEAR(train.at(run.end, name), train.at(p, name), 0.01 * train.at(p, name)) << name;
    double least = 1e9, most = 0;
    for (const auto& point : run.points) {
        least = std::min(least, train.at(point, "methane_now"));
        most = std::max(most, train.at(point, "methane_now"));
        EXPECT_GT(train.at(point, "alkalinity"), 0);
    }
    EXPECT_EQ(run.points.size(), 10u);
    EXPECT_GT(most, 1.3 * least);
}

} // namespace
} // namespace viresco::cases
