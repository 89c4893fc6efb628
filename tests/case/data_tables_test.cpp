// CSV tables of a case against the numbers they hold, by hand; and their errors, each at its cell.
#include "compiled.h"
#include "plant/harness.h"

namespace viresco::cases {
namespace {

constexpr const char* plant = R"(viresco: 1
kind: plant
operation: {operating_time: 8000 h/a, annual_output: 100 t/a}
components: [common]
parameters:
  time: {value: 40 h, range: [30 h, 60 h], evidence: estimate}
  yield: {value: 0.8, limits: [0, 1], evidence: literature, source: a book}
  power: {value: 1 kWh/kg, evidence: estimate}
feeds: {sugar: {T: 25 degC, flow: {glucose: 1 kg/s, water: 3 kg/s}, supply: none}}
units:
  line:
    inventory:
      basis: operation.annual_output / operation.operating_time
      consumption: {electricity: 'power * if(time > 0 [s], 1, 2) * if(yield > 0, 1, 2)'}
connections: |
  sugar -> through
products: {thing: {as: product, from: line, component: water}, through: {as: waste}}
)";

class Case : public Workspace {
public:
    bool with(const std::string& data, const std::string& csv) {
        write("table.csv", csv);
        write("plant.yaml", plant);
        write_case("data: [" + data + "]\n");
        return run();
    }
    const matter::Datum& datum(const char* path) const {
        return compiled->datum(static_cast<size_t>(compiled->program.find_parameter(path)));
    }
    std::string refused(const std::string& csv, const std::string& data = "{file: table.csv, route: r}") {
        EXPECT_FALSE(with(data, csv));
        return error();
    }
};

constexpr double hour = 3600;

TEST(DataTables, Parameters) {
    Case c;
    ASSERT_TRUE(c.with("{file: table.csv, route: r}", "parameter,value,unit,low,high,evidence,source\n"
                                                      "time,50,h,45,55,measured,logbook 7\n"
                                                      ",,,,,,\n"
                                                      "yield,0.9,,,,,\n"))
        << c.messages;
    EXPECT_NEAR(c.value("r.time"), 50 * hour, 1e-9);
    EXPECT_EQ(c.value("r.yield"), 0.9);
    EXPECT_EQ(c.datum("r.time").evidence, matter::Evidence::measured);
    EXPECT_EQ(c.datum("r.time").source, "logbook 7");
    EXPECT_NEAR(*c.datum("r.time").low_si, 45 * hour, 1e-9);
    EXPECT_EQ(c.datum("r.yield").evidence, matter::Evidence::measured); // a table is what was measured
    EXPECT_EQ(c.datum("r.yield").source, "table.csv");
    // The command line comes last.
    ASSERT_TRUE(c.run({{"r.time", "20 h"}}));
    EXPECT_NEAR(c.value("r.time"), 20 * hour, 1e-9);
}

TEST(DataTables, BatchRecordsByTheirStatistic) {
    const char* csv = "batch;time [h];yield\nB1;40;0.7\nB2;44;\nB3;54;0.9\n";
    const std::pair<const char*, double> expected[] = {{"mean", 46}, {"median", 44}, {"last", 54}};
    for (const auto& [statistic, hours] : expected) {
        Case c;
        ASSERT_TRUE(c.with(std::string("{file: table.csv, route: r, statistic: ") + statistic + "}", csv))
            << c.messages;
        EXPECT_NEAR(c.value("r.time"), hours * hour, 1e-6) << statistic;
        EXPECT_NEAR(*c.datum("r.time").low_si, 40 * hour, 1e-6);
        EXPECT_NEAR(*c.datum("r.time").high_si, 54 * hour, 1e-6);
        EXPECT_FALSE(c.datum("r.yield").low_si); // two batches say little of the spread
        EXPECT_EQ(c.datum("r.time").source, std::string("table.csv: ") + statistic + " of 3");
    }
}

/// Meter readings: specific consumption is sum over sum, not the mean of ratios.
TEST(DataTables, MetersPerOutput) {
    Case c;
    ASSERT_TRUE(c.with("{file: table.csv, per: made}",
                       "month,made [t],r.power [MWh]\n2024-01,10,30\n2024-02,30,60\n2024-03,20,30\n"))
        << c.messages;
    EXPECT_NEAR(c.value("r.power"), 120.0 / 60 * 3.6e9 / 1000, 1e-3); // 2 MWh/t
    EXPECT_NEAR(*c.datum("r.power").low_si, 1.5 * 3.6e6, 1e-3);
    EXPECT_NEAR(*c.datum("r.power").high_si, 3 * 3.6e6, 1e-3);
    EXPECT_EQ(c.datum("r.power").evidence, matter::Evidence::measured);
}

TEST(DataTables, Streams) {
    Case c;
    ASSERT_TRUE(c.with("{file: table.csv, route: r}", "component,sugar [kg/h]\nglucose,7200\nwater,\nT [degC],60\n"))
        << c.messages;
    EXPECT_NEAR(c.value("r.sugar.m[glucose]"), 2, 1e-12);
    EXPECT_NEAR(c.value("r.sugar.m[water]"), 3, 1e-12); // an empty cell says nothing
    EXPECT_NEAR(c.value("r.sugar.T"), 333.15, 1e-9);
}

TEST(DataTables, ErrorsStandAtTheirCells) {
    Case c;
    EXPECT_EQ(c.refused("parameter,value,unit\ntime,fast,h\n"), "table.csv:2:6 batches_number");
    EXPECT_EQ(c.refused("parameter,value,unit\ntime,4,kg\n"), "table.csv:2:6 parameter_dimension");
    EXPECT_EQ(c.refused("parameter,value,unit\ntime,4,hourz\n"), "table.csv:2:8 unit_unknown");
    EXPECT_EQ(c.refused("parameter,value,unit\ntimes,4,h\n"), "table.csv:2:7 no_such_address");
    EXPECT_EQ(c.refused("parameter,value,unit\ntime,,h\n"), "table.csv:2:6 data_no_value");
    EXPECT_EQ(c.refused("parameter,value,unit\ntime,4,h\ntime,5,h\n"), "table.csv:3:1 data_parameter_twice");
    EXPECT_EQ(c.refused("parameter,value,low\nyield,0.4,0.3\n"), "table.csv:2:11 data_half_range");
    EXPECT_EQ(c.refused("parameter,value,units\nyield,0.4,1\n"), "table.csv:1:17 data_unknown_column");
    EXPECT_EQ(c.refused("parameter,unit\nyield,1\n"), "table.csv:1:1 data_needs_column");
    EXPECT_EQ(c.refused("parameter,value\nyield,1.5\n"), "table.csv:2:7 outside_limits");
    EXPECT_EQ(c.refused("parameter,value,evidence\nyield,0.5,hearsay\n"), "table.csv:2:11 unknown_evidence");
    EXPECT_EQ(c.refused("batch,time [h]\nB1,40\nB2,4o\n"), "table.csv:3:4 batches_number");
    EXPECT_EQ(c.refused("batch,time [h]\nB1,\n"), "table.csv:1:7 data_no_record");
    EXPECT_EQ(c.refused("batch,time [h]\n"), "case.yaml:8:15 data_empty");
    EXPECT_EQ(c.refused("batch,time [h]\nB1,1,2\n"), "table.csv:2:1 csv_cells");
    EXPECT_EQ(c.refused("m,made [t],power [MWh]\n1,0,3\n", "{file: table.csv, route: r, per: made}"),
              "table.csv:2:3 data_not_positive");
    EXPECT_EQ(c.refused("m,made [t]\n1,0\n", "{file: table.csv, per: maid}"), "case.yaml:8:31 data_needs_column");
    EXPECT_EQ(c.refused("a,b\n1,2\n", "{file: table.csv, statistic: mode}"), "case.yaml:8:37 data_choice");
    EXPECT_EQ(c.refused("a,b\n1,2\n", "{route: r}"), "case.yaml:8:8 data_needs_file");
    EXPECT_EQ(c.refused("component,sugar [kg/h]\nglukose,1\n"), "table.csv:2:9 no_such_address");
    // All of a file's errors at once.
    EXPECT_FALSE(c.with("{file: table.csv, route: r}", "parameter,value,unit\ntime,fast,h\nyield,2x,\n"));
    EXPECT_EQ(c.failure.n_errors(), 2);
}

/// What a result rests on changes its hash, where the case lies does not.
TEST(DataTables, TheHashFollowsTheInputs) {
    const auto hash = [](const char* csv, const std::string& name,
                         std::vector<std::pair<std::string, std::string>> set = {}) {
        Workspace w(name);
        w.write("table.csv", csv);
        w.write("plant.yaml", plant);
        w.write_case("data: [{file: table.csv, route: r}]\n");
        EXPECT_TRUE(w.run(std::move(set))) << w.messages;
        return w.compiled->hash();
    };
    const char* csv = "parameter,value,unit,low,high\ntime,50,h,45,55\n";
    const uint64_t first = hash(csv, "hash_a");
    EXPECT_EQ(hash(csv, "hash_b"), first);
    EXPECT_NE(hash("parameter,value,unit,low,high\ntime,50,h,45,56\n", "hash_a"), first);
    EXPECT_NE(hash(csv, "hash_a", {{"r.time", "51 h"}}), first);
}

} // namespace
} // namespace viresco::cases
