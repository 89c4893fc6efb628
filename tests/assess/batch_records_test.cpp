// Batch statistics in closed form, and batch records with mistakes at their cells.
#include "assess/batch_records.h"
#include "scratch.h"
#include <cmath>
#include <fstream>

namespace viresco::assess {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

TEST(BatchStatistics, FollowTheirDefinitions) {
    const std::vector<double> x{1, 2, 3, 4, 5}; // mean 3, variance 10/4
    const BatchStatistics s = statistics_of(x, 0.0, 8.0);
    EXPECT_EQ(s.recorded, 5);
    EXPECT_EQ(s.outside, 0);
    EXPECT_NEAR(s.mean, 3, 1e-15);
    EXPECT_NEAR(s.deviation, std::sqrt(2.5), 1e-15);
    EXPECT_NEAR(s.cp, 8 / (6 * std::sqrt(2.5)), 1e-15);
    EXPECT_NEAR(s.cpk, 3 / (3 * std::sqrt(2.5)), 1e-15); // the lower limit is the nearer one
    EXPECT_NEAR(statistics_of(x, std::nullopt, 8.0).cpk, 5 / (3 * std::sqrt(2.5)), 1e-15);
    EXPECT_TRUE(std::isnan(statistics_of(x, std::nullopt, 8.0).cp)); // two sides are needed
    EXPECT_TRUE(std::isnan(statistics_of(x, std::nullopt, std::nullopt).cpk));
    EXPECT_EQ(statistics_of(x, 1.5, 4.5).outside, 2);
    EXPECT_LT(statistics_of(x, 3.5, 8.0).cpk, 0); // a mean outside is negative, not less bad by its scatter
}

TEST(BatchStatistics, ShiftAndScaleChangeNothing) {
    const std::vector<double> x{47.2, 51.1, 49.9, 50.4, 48.8, 52.3};
    const double cpk = statistics_of(x, 42.0, 60.0).cpk;
    std::vector<double> y;
    for (const double v : x) y.push_back(1000 * (v - 42));
    EXPECT_NEAR(statistics_of(y, 0.0, 18000.0).cpk, cpk, 1e-12 * cpk);
}

TEST(BatchStatistics, LeaveOutWhatWasNotRecorded) {
    const std::vector<double> with{none, 1, 2, none, 3}, without{1, 2, 3};
    const BatchStatistics a = statistics_of(with, 0.0, std::nullopt), b = statistics_of(without, 0.0, std::nullopt);
    EXPECT_EQ(a.recorded, 3);
    EXPECT_EQ(a.mean, b.mean);
    EXPECT_EQ(a.cpk, b.cpk);
}

TEST(BatchStatistics, OfOneBatchOrOfEqualOnesSayNothing) {
    EXPECT_TRUE(std::isnan(statistics_of(std::vector<double>{1}, 0.0, 2.0).cpk));
    EXPECT_TRUE(std::isnan(statistics_of(std::vector<double>{1, 1, 1}, 0.0, 2.0).cpk));
    EXPECT_TRUE(std::isnan(statistics_of(std::vector<double>{none}, 0.0, 2.0).mean));
}

/// Records of a case with this table and this map of quantities.
std::vector<BatchRecords> read(const std::string& csv, const std::string& quantities, Diagnostics& d) {
    static SourceStore sources;
    const Scratch scratch;
    std::ofstream(scratch.path() + "batches.csv") << csv;
    std::ofstream(scratch.path() + "case.yaml")
        << "viresco: 1\nkind: case\nbatch records:\n  pilot:\n    file: batches.csv\n"
        << "    batch: id\n    quantities: " << quantities << "\n";
    plant::Library library(std::string(VIRESCO_SOURCE_DIR) + "/models", sources, d);
    const text::Node* file = library.load_file(scratch.path() + "case.yaml", "case");
    return read_batch_records(library, *file->find("batch records"));
}

TEST(BatchRecords, AreReadWithTheirUnitsAndTheirGaps) {
    Diagnostics d;
    const auto list = read(
        "id,titre,purity\nA,48,99.0\nB,50,\nC,52,98.0\nD,,98.5\n",
        "{titre: {unit: g/L, lower: 0.042 kg/L, upper: 60}, p: {column: purity, unit: \"%\", lower: 0.97}}", d);
    ASSERT_FALSE(d.has_errors()) << d.text(Language::en);
    ASSERT_EQ(list.size(), 1u);
    const BatchRecords& r = list[0];
    EXPECT_EQ(r.batches, 4);
    EXPECT_NEAR(r.completeness, 6.0 / 8, 1e-15);
    EXPECT_NEAR(*r.quantities[0].lower, 42, 1e-12);   // another unit of the same dimension
    EXPECT_NEAR(*r.quantities[1].lower, 0.97, 1e-15); // no unit: in the unit of the column
    EXPECT_NEAR(r.quantities[0].statistics.cpk, 8.0 / (3 * 2), 1e-12);
    EXPECT_NEAR(r.capability, 8.0 / 6, 1e-12); // the least of the two
}

TEST(BatchRecords, MistakesStandAtTheirCells) {
    const auto first = [](const std::string& csv, const std::string& quantities) {
        Diagnostics d;
        read(csv, quantities, d);
        EXPECT_EQ(d.n_errors(), 1) << d.text(Language::en);
        return d.has_errors() ? d.all().front() : Diagnostic{};
    };
    const std::string q = "{titre: {unit: g/L, lower: 42, upper: 60}}";
    const Diagnostic number = first("id,titre\nA,48\nB,n/a\n", q);
    EXPECT_STREQ(number.message.name(), "batches_number");
    EXPECT_EQ(number.pos.line, 3);
    EXPECT_EQ(number.pos.column, 3);
    EXPECT_FALSE(number.hints.empty());
    const Diagnostic twice = first("id,titre\nA,48\nB,49\nA,50\n", q);
    EXPECT_STREQ(twice.message.name(), "batches_twice");
    EXPECT_EQ(twice.pos.line, 4);
    const Diagnostic column = first("id,titer\nA,48\n", q);
    EXPECT_STREQ(column.message.name(), "batches_column");
    EXPECT_FALSE(column.hints.empty());
    EXPECT_STREQ(first("id,titre\n", q).message.name(), "batches_none");
    EXPECT_STREQ(first("id,titre\nA,1\n", "{titre: {unit: g/L, lower: 60, upper: 42}}").message.name(),
                 "batches_limits");
    EXPECT_STREQ(first("id,titre\nA,1\n", "{titre: {unit: g/L, lower: 60 kg}}").message.name(), "batches_unit");
}

} // namespace
} // namespace viresco::assess
