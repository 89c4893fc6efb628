// Columns in time against closed forms of the equilibrium-dispersive model, against another code, and against themselves.
#include "../plant/harness.h"
#include "case/simulation.h"
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace viresco::cases {
namespace {

/// `value` to a relative accuracy.
#define EXPECT_REL(value, expected, relative) EXPECT_NEAR(value, expected, std::fabs(expected) * (relative))

std::string number(double x) { return units::format_number(x); }

/// A unit file with another number of cells in place of its 100.
std::string with_cells(std::string file, int n) {
    const auto replace = [&](const std::string& from, const std::string& to) {
        size_t at = file.find(from);
        EXPECT_NE(at, std::string::npos) << from;
        for (; at != std::string::npos; at = file.find(from, at + to.size())) file.replace(at, from.size(), to);
    };
    const std::string all = std::to_string(n), less = std::to_string(n - 1);
    replace("1..100", "1.." + all);
    replace("1..99", "1.." + less);
    replace("length / 100", "length / " + all);
    replace("100]", all + "]");
    replace(" 99]", " " + less + "]");
    return file;
}

/// A column alone with a feed of constant volume whose concentrations follow a table: outlet concentrations over time. Dilute enough
/// that what is dissolved has no volume.
class Column {
public:
    struct Step {
        double time; ///< [s]
        std::vector<double> feed;
    };
    std::string unit = "chromatography_column";
    std::string parameters;
    std::vector<std::string> components;
    std::vector<Step> steps;
    double flow = 2e-5; ///< [m3/s]
    int cells = 100;
    double rtol = 1e-7;

    /// Outlet concentrations [kg/m3] of each component at the times.
    std::vector<std::vector<double>> run(const std::vector<double>& times) {
        Workspace w;
        SourceStore sources;
        Diagnostics ignored;
        const std::string file = text::read_file(sources,
                                                 std::string(VIRESCO_SOURCE_DIR) + "/models/units/" + unit + ".yaml",
                                                 ignored)
                                     ->text;
        w.write("column.yaml", cells == 100 ? file : with_cells(file, cells));
        std::string concentrations, table = "time", columns, outputs;
        for (size_t k = 0; k < components.size(); ++k) {
            const std::string& c = components[k];
            concentrations += (k ? ", " : "") + c + ": " + number(steps.front().feed[k]) + " kg/m3";
            table += "," + c;
            columns += (k ? ", " : "") + ("\"inlet.concentration[" + c + "]\": {column: " + c + ", unit: kg/m3}");
            outputs += "  " + c + "_out: {formula: \"outlet.m[" + c + "] / (" + number(flow) +
                       " [m3/s])\", unit: kg/m3}\n";
            outputs += "  " + c + "_held: {formula: \"column.held[" + c + "]\", unit: kg}\n";
        }
        for (const Step& step : steps) {
            table += "\n" + number(step.time);
            for (const double c : step.feed) table += "," + number(c);
        }
        w.write("table.csv", table + "\n");
        w.write("plant.yaml", "viresco: 1\nkind: plant\ncomponents: [common, biologics]\nfeeds:\n  inlet: {volume: " +
                                  number(flow) + " m3/s, concentration: {" + concentrations +
                                  "}, supply: none}\nunits:\n  column: {is: ./column.yaml, " + parameters +
                                  "}\nconnections: inlet -> column.feed; column.out -> outlet\nproducts: {outlet: {as: "
                                  "product}}\n");
        w.write("model.yaml", "viresco: 1\nkind: model\nplant: ./plant.yaml\nduration: 1 s\nseries:\n  feed: {file: "
                              "table.csv, time: s, columns: {" +
                                  columns + "}}\noutputs:\n" + outputs);
        Simulation::Request request;
        request.path = w.folder() + "model.yaml";
        request.models_folder = std::string(VIRESCO_SOURCE_DIR) + "/models";
        request.sources = &sources;
        Diagnostics warnings;
        const auto s = Simulation::compile(request, warnings);
        lang::DynamicEvaluation e(s->program);
        e.set_parameters(s->parameters);
        integrate::Options o;
        o.rtol = rtol;
        o.schedule = &s->schedule;
        const auto at = [&](const integrate::Point& p, const std::string& path) {
            std::vector<double> values(s->program.output_slots().size());
            e.outputs({&p.time, 1}, p.x, values);
            for (size_t k = 0; k < s->outputs.size(); ++k)
                if (s->outputs[k].path == path) return s->outputs[k].unit.from_si(values[k]);
            ADD_FAILURE() << "no output " << path;
            return std::nan("");
        };
        const integrate::Point begin = integrate::start(e, o);
        const auto trajectory = integrate::run(e, begin, times.back(), times, o);
        worst_closure = 0;
        held.clear();
        for (const Closure& c : closure(*s, e, begin, trajectory.end, false))
            worst_closure = std::max(worst_closure, c.relative);
        EXPECT_TRUE(s->not_audited.empty());
        std::vector<std::vector<double>> out(components.size());
        for (const auto& p : trajectory.points)
            for (size_t k = 0; k < components.size(); ++k) out[k].push_back(at(p, components[k] + "_out"));
        for (const std::string& c : components) held.push_back(at(trajectory.end, c + "_held"));
        return out;
    }
    double worst_closure = 0;
    std::vector<double> held; ///< at the end [kg]
};

std::vector<double> every(double step, double until) {
    std::vector<double> out;
    for (int k = 1; k * step <= until * (1 + 1e-12); ++k) out.push_back(k * step);
    return out;
}

constexpr double L = 1, area = 1e-3, porosity = 0.6, F = 0.4 / 0.6, u = 2e-5 / (0.6 * 1e-3); // Q / (porosity area)
const std::string bed = "length: 1 m, area: 1e-3 m2, porosity: 0.6, plate_height: 0 m, ";

/// Pulse of 10 s of one component that binds linearly, D = 1e-4 m2/s.
Column pulse(const std::string& unit, double henry, double dispersion = 1e-4) {
    Column c;
    c.unit = unit;
    c.components = {"glucose"};
    c.parameters = bed + "followed: [glucose], dispersion: " + number(dispersion) +
                   " m2/s, henry: {glucose: " + number(henry) + "}";
    c.steps = {{0, {1e-3}}, {10, {0}}};
    return c;
}

struct Moments {
    double mass, mean, variance;
};
/// Of what leaves, by the trapezium rule, less those of the pulse.
Moments moments(const std::vector<double>& t, const std::vector<double>& c, double pulse) {
    double m0 = 0, m1 = 0, m2 = 0;
    for (size_t k = 0; k < t.size(); ++k) m0 += c[k], m1 += c[k] * t[k], m2 += c[k] * t[k] * t[k];
    const double mean = m1 / m0;
    return {m0 * t[0] / (1e-3 * pulse), mean - pulse / 2, m2 / m0 - mean * mean - pulse * pulse / 12};
}

TEST(Chromatography, MomentsOfALinearIsotherm) {
    // Closed inlet and free outlet: mean L/u (1 + F K), variance mean^2 (2/Pe - 2/Pe^2 (1 - exp(-Pe))), Pe = u L / D.
    for (const double K : {0.0, 1.0, 4.0}) {
        Column c = pulse("chromatography_column", K, 3e-4);
        const double mean = L / u * (1 + F * K), Pe = u * L / 3e-4;
        const auto times = every(0.25, 3 * mean + 20);
        const Moments m = moments(times, c.run(times)[0], 10);
        EXPECT_NEAR(m.mass, 1, 1e-5) << K;
        EXPECT_REL(m.mean, mean, 1e-3) << K;
        EXPECT_REL(m.variance, mean * mean * (2 / Pe - 2 / (Pe * Pe) * -std::expm1(-Pe)), 0.01) << K;
        EXPECT_LE(c.worst_closure, 1e-9);
    }
}

TEST(Chromatography, SlowBindingWidensThePeakAsItsSecondMomentSays) {
    // dq/dt = k (K C - q) adds 2 (L/u) F K / k to the variance and nothing to the mean.
    const double K = 2;
    const auto times = every(0.5, 250);
    double variance[2];
    for (const int slow : {0, 1}) {
        Column c = pulse("lumped_rate_column", K, 3e-4);
        c.parameters += std::string(", rate: {glucose: ") + (slow ? "0.5" : "50") + " 1/s}";
        const Moments m = moments(times, c.run(times)[0], 10);
        EXPECT_REL(m.mean, L / u * (1 + F * K), 1e-3);
        EXPECT_LE(c.worst_closure, 1e-9);
        variance[slow] = m.variance;
    }
    EXPECT_REL(variance[1] - variance[0], 2 * (L / u) * F * K * (1 / 0.5 - 1 / 50.0), 0.01);
}

TEST(Chromatography, FollowsTheCurveOfAnotherCodeWithSecondOrder) {
    // CASEMA (semi-analytical, error below 1e-20), lumped rate model with linear kinetics, benchmark of CADET-Verification.
    const char* data = std::getenv("VIRESCO_REFERENCE_DATA");
    if (!data) GTEST_SKIP() << "VIRESCO_REFERENCE_DATA is not set";
    std::ifstream file(std::string(data) + "/models/chromatography/LRM_dynLin_1comp_benchmark1.csv");
    if (!file) GTEST_SKIP() << "no chromatography in the reference data";
    std::vector<double> reference, times = every(1, 150);
    std::string line;
    std::getline(file, line);
    for (double t = 0; std::getline(file, line) && t <= 150; ++t) {
        double time = 0, value = 0;
        char comma = 0;
        std::istringstream(line) >> time >> comma >> value;
        ASSERT_EQ(time, t);
        if (t > 0) reference.push_back(value);
    }
    ASSERT_EQ(reference.size(), times.size());
    double error[3], peak = 0, largest[3];
    for (const int k : {0, 1, 2}) {
        Column c = pulse("lumped_rate_column", 1); // ka = kd = 1/s
        c.cells = 50 << k;
        c.rtol = 1e-8;
        const auto out = c.run(times)[0];
        double sum = 0;
        error[k] = largest[k] = 0;
        for (size_t i = 0; i < times.size(); ++i) {
            const double e = std::fabs(out[i] / 1e-3 - reference[i]);
            error[k] += e;
            sum += reference[i];
            largest[k] = std::max(largest[k], e);
            peak = std::max(peak, reference[i]);
        }
        error[k] /= sum;
        EXPECT_LE(c.worst_closure, 1e-9);
    }
    EXPECT_LT(largest[1], 4e-3 * peak); // a hundred cells
    EXPECT_LT(largest[2], 1.2e-3 * peak);
    EXPECT_GT(std::log2(error[0] / error[1]), 1.8);
    EXPECT_GT(std::log2(error[1] / error[2]), 1.8);
}

TEST(Chromatography, ALangmuirFrontIsAShockAndItsRearAWave) {
    // Load at C0: the front leaves at L/u (1 + F H / (1 + b C0)). Then clean: the concentration C of the rear leaves at
    // t1 + L/u (1 + F H / (1 + b C)^2).
    const double H = 4, b = 1e3, C0 = 2e-3, load = 200;
    Column c = pulse("chromatography_column", H, 1e-6);
    c.cells = 200;
    c.parameters += ", affinity: {glucose: 1e3 m3/kg}";
    c.steps = {{0, {C0}}, {load, {0}}};
    const auto times = every(0.5, 400);
    const auto out = c.run(times)[0];
    EXPECT_LE(c.worst_closure, 1e-9);
    const auto crossing = [&](double level, double from) {
        for (size_t k = 1; k < times.size(); ++k)
            if (times[k] > from && (out[k - 1] - level) * (out[k] - level) <= 0)
                return times[k - 1] + 0.5 * (level - out[k - 1]) / (out[k] - out[k - 1]);
        ADD_FAILURE() << level;
        return std::nan("");
    };
    const double front = L / u * (1 + F * H / (1 + b * C0));
    EXPECT_NEAR(crossing(0.5 * C0, 0), front, 5e-3 * front);
    EXPECT_LT(crossing(0.9 * C0, 0) - crossing(0.1 * C0, 0), 0.04 * front); // it stays sharp
    for (const double level : {0.8, 0.5, 0.2, 0.1}) {
        const double C = level * C0, rear = load + L / u * (1 + F * H / std::pow(1 + b * C, 2));
        EXPECT_NEAR(crossing(C, load), rear, 0.01 * (rear - load)) << level;
    }
}

TEST(Chromatography, FastBindingIsEquilibrium) {
    const auto times = every(2, 200);
    std::vector<double> out[2];
    for (const int fast : {0, 1}) {
        Column c = pulse(fast ? "lumped_rate_column" : "chromatography_column", 3);
        c.parameters += ", affinity: {glucose: 2e3 m3/kg}";
        if (fast) c.parameters += ", rate: {glucose: 1e4 1/s}";
        out[fast] = c.run(times)[0];
    }
    const double peak = *std::max_element(out[0].begin(), out[0].end());
    for (size_t k = 0; k < times.size(); ++k) EXPECT_NEAR(out[1][k], out[0][k], 1e-3 * peak) << times[k];
}

TEST(Chromatography, AStrongerComponentPushesTheWeakerOneOut) {
    Column c;
    c.components = {"glucose", "sucrose"};
    c.parameters =
        bed +
        "followed: [glucose, sucrose], dispersion: 1e-5 m2/s, henry: {glucose: 2, sucrose: 6}, affinity: {glucose: 1e3 "
        "m3/kg, sucrose: 3e3 m3/kg}";
    c.steps = {{0, {1e-3, 1e-3}}};
    const auto out = c.run(every(2, 400));
    EXPECT_GT(*std::max_element(out[0].begin(), out[0].end()), 1.1e-3); // more than is fed
    EXPECT_LE(*std::max_element(out[1].begin(), out[1].end()), 1.0001e-3);
    // Loaded through, the bed holds what the isotherm says.
    const double crowding = 1 + 1 + 3;
    EXPECT_REL(c.held[0], L * area * 1e-3 * (porosity + 0.4 * 2 / crowding), 1e-4);
    EXPECT_REL(c.held[1], L * area * 1e-3 * (porosity + 0.4 * 6 / crowding), 1e-4);
    EXPECT_LE(c.worst_closure, 1e-9);
}

TEST(Chromatography, AModifierBringsWhatIsBoundOff) {
    // henry 200 without salt: bound. With 20 g/m3 of salt exp(-0.5 x 20) of it is left: it leaves with the salt.
    Column c;
    c.components = {"glucose", "sodium_chloride"};
    c.parameters = bed + "followed: [glucose, sodium_chloride], dispersion: 1e-5 m2/s, henry: {glucose: 200}, "
                         "modifier: [sodium_chloride], "
                         "sensitivity: {glucose: 500 m3/kg}";
    c.steps = {{0, {1e-3, 0}}, {100, {0, 0}}, {200, {0, 0.02}}};
    const auto times = every(1, 300);
    const auto out = c.run(times);
    double before = 0;
    for (size_t k = 0; k < times.size(); ++k)
        if (times[k] <= 200) before += out[0][k] * 2e-5;
    EXPECT_LT(before, 1e-9 * 2e-6);
    EXPECT_LT(c.held[0], 1e-3 * 2e-6); // of 100 s of feed: 2e-6 kg
    EXPECT_LE(c.worst_closure, 1e-9);
}

constexpr double salt_weight = 0.058443; // kg/mol

/// The ion exchanger at a salt concentration [mol/m3], which the bed is equilibrated with.
Column exchanger(double salt, double protein, double henry = 2) {
    Column c;
    c.unit = "ion_exchange_column";
    c.components = {"mab", "sodium_chloride"};
    c.parameters =
        bed +
        "dispersion: 1e-4 m2/s, proteins: [mab], charge: {mab: 3}, shielding: {mab: 50}, weight: {mab: 150 kg/mol}, "
        "rate: {mab: 10 1/s}, henry: {mab: " +
        number(henry) + "}, start: {salinity: " + number(salt) + " mol/m3}";
    c.steps = {{0, {protein, salt * salt_weight}}};
    return c;
}

TEST(IonExchange, RetentionFallsWithSaltByThePowerOfTheCharge) {
    for (const double salt : {80.0, 100.0, 200.0}) {
        Column c = exchanger(salt, 1e-3);
        c.steps.push_back({10, {0, salt * salt_weight}});
        const double H = 2 * std::pow(100 / salt, 3), mean = L / u * (1 + F * H);
        const auto times = every(0.5, 3 * mean);
        const auto out = c.run(times);
        const Moments m = moments(times, out[0], 10);
        // The salt's own volume makes the flow 0.3 % larger.
        EXPECT_REL(m.mean, mean, 0.01) << salt;
        EXPECT_LE(c.worst_closure, 1e-9);
    }
}

TEST(IonExchange, TheLoadedBedIsAtStericMassAction) {
    const double salt = 50, protein = 0.5;
    Column c = exchanger(salt, protein, 20), without = exchanger(salt, 0, 20);
    const auto out = c.run(every(20, 8000));
    without.run({8000});
    EXPECT_REL(out[0].back(), protein, 2e-3);
    // Q = 20 (C / 150) ((500 - 53 Q) / 500)^3 (100 / 50)^3 by bisection
    double low = 0, high = 500.0 / 53;
    for (int k = 0; k < 100; ++k) {
        const double Q = (low + high) / 2;
        (20 * protein / 150 * std::pow(1 - 53 * Q / 500, 3) * 8 > Q ? low : high) = Q;
    }
    EXPECT_GT(53 * low, 10); // of 500 sites: the bed is not dilute
    EXPECT_REL(c.held[0], area * L * (porosity * protein + 0.4 * 150 * low), 3e-3);
    // Each mol bound has set three mol of salt free.
    EXPECT_REL(without.held[1] - c.held[1], area * L * salt_weight * 0.4 * 3 * low, 0.03); // its volume thins the salt
    EXPECT_LE(c.worst_closure, 1e-9);
}

TEST(IonExchange, TheExampleSeparatesAnAntibodyFromItsImpurity) {
    SourceStore sources;
    Simulation::Request request;
    request.path = std::string(VIRESCO_SOURCE_DIR) + "/examples/chromatography/model.yaml";
    request.models_folder = std::string(VIRESCO_SOURCE_DIR) + "/models";
    request.sources = &sources;
    Diagnostics warnings;
    const auto s = Simulation::compile(request, warnings);
    lang::DynamicEvaluation e(s->program);
    e.set_parameters(s->parameters);
    integrate::Options o;
    o.schedule = &s->schedule;
    const integrate::Point begin = integrate::start(e, o);
    const auto t = integrate::run(e, begin, s->duration.si, {}, o);
    std::vector<double> values(s->program.output_slots().size());
    e.outputs({&t.end.time, 1}, t.end.x, values);
    const auto at = [&](const std::string& path) {
        for (size_t k = 0; k < s->outputs.size(); ++k)
            if (s->outputs[k].path == path) return s->outputs[k].unit.from_si(values[k]);
        return std::nan("");
    };
    EXPECT_NEAR(at("loaded"), 80, 1e-3); // 30 L/h x 32 min x 5 g/L
    EXPECT_GT(at("yield"), 99.9);
    EXPECT_LT(at("impurity"), 0.3); // of 100 mg/g that were loaded
    EXPECT_EQ(t.events.size(), 4u);
    for (const Closure& c : closure(*s, e, begin, t.end, false)) EXPECT_LE(c.relative, 1e-9) << c.quantity;
}

} // namespace
} // namespace viresco::cases
