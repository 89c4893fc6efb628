#pragma once
#include "lang/program.h"
#include "schedule/cycle.h"

namespace viresco::schedule {

/// Times of one recipe, alone in its facility, as values of a program: a plant's durations go in, its cycle time comes
/// out. Piecewise linear in the durations, with jumps of the cycle time where batches that met no longer do (or begin
/// to): derivatives are those of the piece that a longer duration leads to.
///
/// inputs    one for each of `durations()`, in order [s]
/// outcomes  recipe batch time [s]; cycle time [s] (as given, or the shortest); then for every limit of the facility
///           (pools, then resources) what a batch takes of it: amount x time, in its own unit x s
class Timetable final : public lang::RunSolver {
public:
    /// A phase whose time the recipe gives.
    struct Duration {
        int procedure = 0, operation = 0, phase = 0;
        std::string path; ///< "procedure.operation", "procedure.operation.phase" where it has several
        const text::Node* given = nullptr;
    };

    /// A phase on the taking side of a transfer follows the giving side, whatever it is given.
    Timetable(Facility, size_t recipe);

    const std::vector<Duration>& durations() const { return durations_; }
    const Facility& facility() const { return facility_; }
    const Recipe& recipe() const { return facility_.recipes[recipe_]; }
    size_t n_outcomes() const { return 2 + static_cast<size_t>(facility_.n_limits()); }

    void run(std::span<const double> inputs, int width, std::span<double> outcomes,
             std::span<std::optional<Diagnostics>> failures) const override;
    void derivatives(std::span<const double> inputs, std::span<double> jacobian) const override;
    uint64_t hash() const override;

private:
    /// Outcomes of whole ticks; errors to `d`, false then.
    bool times(const std::vector<Ticks>& durations, std::span<double> outcomes, Diagnostics& d) const;
    bool ticks_of(std::span<const double> inputs, std::vector<Ticks>& out, Diagnostics& d) const;

    Facility facility_;
    size_t recipe_;
    std::vector<Duration> durations_;
};

} // namespace viresco::schedule
