#pragma once
#include "numerics/latin_hypercube.h"
#include "numerics/sobol.h"
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace viresco::study {

/// What is asked of a study, and how the unit cube is filled.
enum class Analysis { uncertainty, sobol, morris, dgsm };
enum class Sampling { sobol, lhs, random };
const char* to_string(Analysis);
const char* to_string(Sampling);

struct Plan {
    Analysis analysis = Analysis::uncertainty;
    Sampling sampling = Sampling::sobol;
    uint64_t samples = 1000; ///< points; base points (Sobol indices); trajectories (Morris)
    uint64_t seed = 1;
};

/// The points of the unit cube that a study evaluates, by row: a pure function of (plan, inputs, row).
///
/// uncertainty, dgsm: row = sample. Sobol indices: blocks of inputs + 2 rows: A, B, then A with input i from B
/// (Saltelli 2010: unverified). Morris: trajectories of inputs + 1 rows on a grid of four levels, each changing one
/// input by 2/3 (Morris 1991: unverified).
class Design {
public:
    Design(const Plan&, int inputs);

    int inputs() const { return inputs_; }
    uint64_t rows() const { return plan_.samples * block(); }
    /// Rows that belong together.
    uint64_t block() const;
    /// u of a row; size inputs(). In (0, 1), in [0, 1] for Morris.
    void point(uint64_t row, std::span<double> u) const;

    /// Morris: the order in which a trajectory changes the inputs, and the sign of each change (by input).
    struct Trajectory {
        std::vector<int> order;
        std::vector<double> start, step;
    };
    Trajectory trajectory(uint64_t number) const;
    static constexpr double morris_step = 2.0 / 3;

private:
    double coordinate(uint64_t sample, int dimension) const;
    Plan plan_;
    int inputs_;
    numerics::SobolSequence sobol_;
    numerics::LatinHypercube lhs_;
};

} // namespace viresco::study
