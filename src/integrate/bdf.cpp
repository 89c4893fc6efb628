// The adapter of SUNDIALS: everything of CVODES is in this file.
#include "integrate/stepper.h"
#include <algorithm>
#include <cmath>
#include <cvodes/cvodes.h>
#include <nvector/nvector_serial.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunlinsol/sunlinsol_klu.h>
#include <sunmatrix/sunmatrix_sparse.h>

namespace viresco::integrate {
namespace {

class Bdf final : public Stepper {
public:
    Bdf(lang::DynamicEvaluation& evaluation, const Options& options, std::vector<double> atol)
        : evaluation_(evaluation), options_(options), n_(evaluation.program().n_variables()) {
        SUNContext_Create(nullptr, &context_);
        x_ = N_VNew_Serial(n_, context_);
        atol_ = N_VNew_Serial(n_, context_);
        std::copy(atol.begin(), atol.end(), N_VGetArrayPointer(atol_));
        const auto& pattern = evaluation.program().jacobian();
        matrix_ = SUNSparseMatrix(n_, n_, std::max<sunindextype>(1, static_cast<sunindextype>(pattern.row.size())),
                                  CSC_MAT, context_);
        solver_ = SUNLinSol_KLU(x_, matrix_, context_);
        memory_ = CVodeCreate(CV_BDF, context_);
        if (const size_t m = options.sensitivities.size()) {
            s_ = N_VCloneVectorArray(static_cast<int>(m), x_);
            direction_.resize(static_cast<size_t>(n_));
        }
    }
    ~Bdf() override {
        CVodeFree(&memory_);
        SUNLinSolFree(solver_);
        SUNMatDestroy(matrix_);
        if (s_) N_VDestroyVectorArray(s_, static_cast<int>(options_.sensitivities.size()));
        N_VDestroy(x_);
        N_VDestroy(atol_);
        SUNContext_Free(&context_);
    }
    Bdf(const Bdf&) = delete;
    Bdf& operator=(const Bdf&) = delete;

    void restart(double time, std::span<const double> x, std::span<const double> s) override {
        std::copy(x.begin(), x.end(), N_VGetArrayPointer(x_));
        const size_t m = options_.sensitivities.size();
        for (size_t k = 0; k < m; ++k)
            for (size_t i = 0; i < static_cast<size_t>(n_); ++i) N_VGetArrayPointer(s_[k])[i] = s[i * m + k];
        collect();
        stuck_ = 0;
        last_ = time;
        if (started_) {
            CVodeReInit(memory_, time, x_);
            if (m) CVodeSensReInit(memory_, CV_STAGGERED, s_);
            return;
        }
        started_ = true;
        CVodeInit(memory_, rates, time, x_);
        CVodeSetErrHandlerFn(
            memory_, [](int, const char*, const char*, char*, void*) {}, nullptr);
        CVodeSVtolerances(memory_, options_.rtol, atol_);
        CVodeSetUserData(memory_, this);
        CVodeSetLinearSolver(memory_, solver_, matrix_);
        CVodeSetJacFn(memory_, jacobian);
        CVodeSetMaxNumSteps(memory_, -1);
        CVodeSetMaxErrTestFails(memory_, 20);
        CVodeSetMaxConvFails(memory_, 30);
        if (m) {
            CVodeSensInit1(memory_, static_cast<int>(m), CV_STAGGERED, sensitivity, s_);
            CVodeSetSensErrCon(memory_, SUNTRUE);
            std::vector<double> size = parameter_sizes(evaluation_.program(), options_);
            CVodeSetSensParams(memory_, nullptr, size.data(), nullptr);
            CVodeSensEEtolerances(memory_);
        }
    }

    double step(double stop) override {
        CVodeSetStopTime(memory_, stop);
        realtype t = 0;
        not_finite_ = false;
        const int flag = CVode(memory_, stop, x_, &t, CV_ONE_STEP);
        if (flag >= 0) {
            // CVODES itself goes on for ever with steps that no longer move the time.
            stuck_ = t - last_ <= 4e-16 * std::abs(t) ? stuck_ + 1 : 0;
            last_ = t;
            if (stuck_ < 20) return t;
            throw StepFailure{StepFailure::Why::step_too_small, t};
        }
        CVodeGetCurrentTime(memory_, &t);
        using Why = StepFailure::Why;
        throw StepFailure{not_finite_              ? Why::not_a_number
                          : flag == CV_ERR_FAILURE ? Why::step_too_small
                                                   : Why::too_many_failures,
                          t};
    }

    void at(double time, std::span<double> x) override {
        CVodeGetDky(memory_, time, 0, x_);
        std::copy_n(N_VGetArrayPointer(x_), n_, x.begin());
    }
    void sensitivities_at(double time, std::span<double> s) override {
        const size_t m = options_.sensitivities.size();
        if (!m) return;
        CVodeGetSensDky(memory_, time, 0, s_);
        for (size_t k = 0; k < m; ++k)
            for (size_t i = 0; i < static_cast<size_t>(n_); ++i) s[i * m + k] = N_VGetArrayPointer(s_[k])[i];
    }
    void count(Statistics& s) const override {
        Statistics now = finished_;
        add_counters(now);
        s = now;
    }

private:
    /// CVodeReInit sets its counters to zero.
    void collect() {
        if (started_) add_counters(finished_);
    }
    void add_counters(Statistics& s) const {
        long steps = 0, rates = 0, setups = 0, failed = 0, jacobians = 0;
        if (!started_) return;
        CVodeGetNumSteps(memory_, &steps);
        CVodeGetNumRhsEvals(memory_, &rates);
        CVodeGetNumLinSolvSetups(memory_, &setups);
        CVodeGetNumErrTestFails(memory_, &failed);
        CVodeGetNumJacEvals(memory_, &jacobians);
        s.steps += steps;
        s.rates += rates;
        s.factorisations += setups;
        s.failed_steps += failed;
        s.jacobians += jacobians;
    }
    std::span<const double> view(N_Vector v) const { return {N_VGetArrayPointer(v), static_cast<size_t>(n_)}; }
    std::span<double> view(N_Vector v) { return {N_VGetArrayPointer(v), static_cast<size_t>(n_)}; }

    static int rates(realtype t, N_Vector x, N_Vector dx, void* self) {
        auto& b = *static_cast<Bdf*>(self);
        b.evaluation_.rates({&t, 1}, b.view(x), b.view(dx));
        for (const double v : b.view(dx))
            if (!std::isfinite(v)) {
                b.not_finite_ = true;
                return 1; // a smaller step may do
            }
        return 0;
    }
    static int jacobian(realtype t, N_Vector x, N_Vector, SUNMatrix to, void* self, N_Vector, N_Vector, N_Vector) {
        auto& b = *static_cast<Bdf*>(self);
        const auto& pattern = b.evaluation_.program().jacobian();
        std::copy(pattern.start.begin(), pattern.start.end(), SUNSparseMatrix_IndexPointers(to));
        std::copy(pattern.row.begin(), pattern.row.end(), SUNSparseMatrix_IndexValues(to));
        b.evaluation_.jacobian({&t, 1}, b.view(x), {SUNSparseMatrix_Data(to), pattern.row.size()});
        return 0;
    }
    static int sensitivity(int, realtype t, N_Vector x, N_Vector dx, int k, N_Vector s, N_Vector ds, void* self,
                           N_Vector, N_Vector) {
        auto& b = *static_cast<Bdf*>(self);
        if (k == 0) b.evaluation_.rates({&t, 1}, b.view(x), b.direction_); // CVODES asks for all of one point in turn
        (void)dx;
        const int parameter = b.options_.sensitivities[static_cast<size_t>(k)];
        b.evaluation_.rates_along({{&parameter, 1}, {}, b.view(s)}, b.view(ds));
        return 0;
    }

    lang::DynamicEvaluation& evaluation_;
    const Options& options_;
    sunindextype n_;
    SUNContext context_ = nullptr;
    N_Vector x_ = nullptr, atol_ = nullptr;
    N_Vector* s_ = nullptr;
    SUNMatrix matrix_ = nullptr;
    SUNLinearSolver solver_ = nullptr;
    void* memory_ = nullptr;
    bool started_ = false, not_finite_ = false;
    double last_ = 0;
    int stuck_ = 0;
    Statistics finished_;
    std::vector<double> direction_;
};

} // namespace

std::unique_ptr<Stepper> make_bdf(lang::DynamicEvaluation& e, const Options& o, std::vector<double> atol) {
    return std::make_unique<Bdf>(e, o, std::move(atol));
}

} // namespace viresco::integrate
