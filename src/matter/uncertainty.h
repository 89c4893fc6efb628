#pragma once
#include "base/diagnostic.h"
#include "text/node.h"
#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace viresco::matter {

struct Datum;

/// What a file says about the spread of a number beside its range: `distribution:`, `pedigree:`, `independent:`.
struct Uncertainty {
    enum class Kind { unstated, fixed, uniform, triangular, pert, normal, lognormal };
    Kind kind = Kind::unstated;
    /// uniform, triangular, pert: ends [SI] (the value is the mode). normal: standard deviation `low` [SI].
    /// lognormal: the value is the median, `low` the geometric standard deviation (above 1).
    double low = 0, high = 0;
    std::array<uint8_t, 5> pedigree{}; ///< scores 1 .. 5 of the five indicators; all 0: not given
    bool independent = false;          ///< shares its draws with nothing
    /// The range is that of the declaration of the parameter in a unit file: a span to expect, not the spread of the
    /// value that somebody chose within it.
    bool span_of_declaration = false;
    SourcePos pos;
};

const char* to_string(Uncertainty::Kind);

/// The keys of a datum that belong to its uncertainty.
extern const std::vector<std::string> uncertainty_keys;

/// Reads them from the map of a number whose value, unit and range are known; false after an error.
bool read_uncertainty(const text::Node& map, Datum&, Diagnostics&);

} // namespace viresco::matter
