#include "integrate/consistent.h"
#include "integrate/rosenbrock.h"

namespace viresco::integrate {

Elimination eliminate(const lang::DynamicProgram& program) {
    const auto& pattern = program.jacobian();
    std::vector<double> size;
    if (!program.unknowns().empty()) {
        // Which unknown an equation is solved for: by the size of the entries at the start with default parameters.
        lang::DynamicEvaluation e(program);
        std::vector<double> x(static_cast<size_t>(program.n_variables()));
        const double time = 0;
        e.set_parameters(program.defaults());
        e.start(x);
        Algebraic(e).satisfy(time, x);
        size.resize(pattern.row.size());
        e.jacobian({&time, 1}, x, size);
    }
    return {pattern.start, pattern.row, program.n_states(), size};
}

namespace {

/// One lane as a Stepper.
class Rosenbrock final : public Stepper {
public:
    Rosenbrock(lang::DynamicEvaluation& e, const Options& o, std::vector<double> atol, double first_step)
        : order_(eliminate(e.program())), lanes_(e, order_, o.rtol), atol_(std::move(atol)), first_step_(first_step) {}

    void restart(double time, std::span<const double> x, std::span<const double>) override {
        if (began_)
            lanes_.restart(0, time, x);
        else
            lanes_.begin(0, time, x, atol_, first_step_);
        began_ = true;
    }
    double step(double stop) override {
        lanes_.stop_at(0, stop);
        for (;;) {
            lanes_.attempt();
            switch (lanes_.outcome(0)) {
            case RosenbrockLanes<1>::Outcome::accepted: return lanes_.time(0);
            case RosenbrockLanes<1>::Outcome::failed: throw lanes_.failure(0);
            default: break;
            }
        }
    }
    void at(double time, std::span<double> x) override { lanes_.at(0, time, x); }
    void sensitivities_at(double, std::span<double>) override {}
    void count(Statistics& s) const override { s = lanes_.statistics(0); }
    double next_step() const override { return lanes_.next_step(0); }

private:
    Elimination order_;
    RosenbrockLanes<1> lanes_;
    std::vector<double> atol_;
    double first_step_;
    bool began_ = false;
};

} // namespace

std::unique_ptr<Stepper> make_rosenbrock(lang::DynamicEvaluation& e, const Options& o, std::vector<double> atol,
                                         double first_step) {
    return std::make_unique<Rosenbrock>(e, o, std::move(atol), first_step);
}

} // namespace viresco::integrate
