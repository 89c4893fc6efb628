#pragma once
#include "plant/plant.h"
#include <limits>
#include <span>

namespace viresco::assess {

/// What the batches of a campaign say of one quantity; values in its unit as written, NaN: not defined.
struct BatchStatistics {
    int recorded = 0; ///< batches that have a value
    int outside = 0;  ///< .. that is not within the specification
    double mean = std::numeric_limits<double>::quiet_NaN();
    double deviation = std::numeric_limits<double>::quiet_NaN(); ///< of the sample, divisor n - 1
    double cp = std::numeric_limits<double>::quiet_NaN();        ///< (upper - lower) / (6 deviation)
    double cpk = std::numeric_limits<double>::quiet_NaN(); ///< least distance of the mean to a limit / (3 deviation)
};

/// NaN among `values`: not recorded. Fewer than two values or no scatter: no deviation, no capability. The deviation is
/// that of all batches, short and long term together (some call such a Cpk a Ppk).
BatchStatistics statistics_of(std::span<const double> values, std::optional<double> lower, std::optional<double> upper);

struct BatchQuantity {
    std::string id;
    matter::Title title;
    units::Unit unit;
    std::optional<double> lower, upper; ///< specification, in the unit
    BatchStatistics statistics;
};

/// Batches of one campaign or scale, read from a CSV file with one row per batch.
struct BatchRecords {
    std::string id, file; ///< file as the case writes it
    matter::Title title;
    int batches = 0;
    double completeness = 0; ///< recorded values per values wanted
    double capability =
        std::numeric_limits<double>::quiet_NaN(); ///< least cpk of the quantities that have a specification
    std::vector<BatchQuantity> quantities;
};

/// Reads the `batch records:` of a case. Errors at the cell: what is no number, a batch that comes twice, a missing column.
std::vector<BatchRecords> read_batch_records(plant::Library&, const text::Node& of_case);

/// Names for limits and barriers: batches.<records>.count, .completeness, .capability, and the least of all records under
/// batches.count, .completeness, .capability.
void declare_batch_records(plant::Context&, const std::vector<BatchRecords>&);

} // namespace viresco::assess
