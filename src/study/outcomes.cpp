#include "study/outcomes.h"
#include "base/messages/study.h"

namespace viresco::study {

bool Rows::next(std::span<const double>& values, std::span<const uint32_t>& flags) {
    const Cube::Shape& s = cube_.shape();
    if (row_ == s.rows) return false;
    const uint64_t inside = row_ % s.chunk_rows;
    if (inside == 0) {
        const uint64_t chunk = scenario_ * s.chunks_per_scenario() + row_ / s.chunk_rows;
        if (!cube_.read(chunk, chunk_)) {
            Diagnostics d;
            d.error({}, message::cube_damaged, {"outcomes.bin", std::to_string(chunk)});
            throw ConfigError(std::move(d));
        }
    }
    values = std::span<const double>(chunk_.values).subspan(inside * s.columns, s.columns);
    flags = std::span<const uint32_t>(chunk_.flags).subspan(inside * s.flags, s.flags);
    ++row_;
    return true;
}

std::vector<std::vector<double>> columns_of(const Cube& cube, uint64_t scenario, size_t first, size_t n) {
    std::vector<std::vector<double>> out(n);
    for (auto& column : out) column.reserve(cube.shape().rows);
    Rows rows(cube, scenario);
    std::span<const double> values;
    std::span<const uint32_t> flags;
    while (rows.next(values, flags))
        for (size_t k = 0; k < n; ++k) out[k].push_back(values[first + k]);
    return out;
}

} // namespace viresco::study
