// The adapter of IDAS (SUNDIALS): everything of it is in this file.
#include "integrate/consistent.h"
#include "integrate/stepper.h"
#include <algorithm>
#include <cmath>
#include <idas/idas.h>
#include <nvector/nvector_serial.h>
#include <sunlinsol/sunlinsol_klu.h>
#include <sunmatrix/sunmatrix_sparse.h>

namespace viresco::integrate {
namespace {

/// F(t, y, y') = 0: y' - f of the states, g of the unknowns.
class Ida final : public Stepper {
public:
    Ida(lang::DynamicEvaluation& evaluation, const Options& options, std::vector<double> atol)
        : e_(evaluation), o_(options), n_(evaluation.program().n_variables()),
          n_states_(static_cast<size_t>(evaluation.program().n_states())), algebraic_(evaluation),
          out_(static_cast<size_t>(n_)) {
        SUNContext_Create(nullptr, &context_);
        y_ = N_VNew_Serial(n_, context_);
        yp_ = N_VClone(y_);
        atol_ = N_VClone(y_);
        id_ = N_VClone(y_);
        std::copy(atol.begin(), atol.end(), view(atol_).begin());
        for (size_t i = 0; i < view(id_).size(); ++i) view(id_)[i] = i < n_states_ ? 1 : 0;
        const auto& pattern = e_.program().jacobian();
        matrix_ = SUNSparseMatrix(n_, n_, std::max<sunindextype>(1, static_cast<sunindextype>(pattern.row.size())),
                                  CSC_MAT, context_);
        solver_ = SUNLinSol_KLU(y_, matrix_, context_);
        memory_ = IDACreate(context_);
        if (const int m = static_cast<int>(o_.sensitivities.size())) {
            s_ = N_VCloneVectorArray(m, y_);
            sp_ = N_VCloneVectorArray(m, y_);
        }
    }
    ~Ida() override {
        IDAFree(&memory_);
        SUNLinSolFree(solver_);
        SUNMatDestroy(matrix_);
        const int m = static_cast<int>(o_.sensitivities.size());
        if (s_) N_VDestroyVectorArray(s_, m);
        if (sp_) N_VDestroyVectorArray(sp_, m);
        for (N_Vector v : {y_, yp_, atol_, id_}) N_VDestroy(v);
        SUNContext_Free(&context_);
    }
    Ida(const Ida&) = delete;
    Ida& operator=(const Ida&) = delete;

    void restart(double time, std::span<const double> x, std::span<const double> s) override {
        std::copy(x.begin(), x.end(), view(y_).begin());
        if (!algebraic_.speed(time, x, view(yp_))) throw StepFailure{StepFailure::Why::singular, time};
        const size_t m = o_.sensitivities.size();
        for (size_t k = 0; k < m; ++k) {
            for (size_t i = 0; i < x.size(); ++i) view(s_[k])[i] = s[i * m + k];
            // s' of the states; that of the unknowns would need second derivatives and only starts the first step.
            along(time, x, o_.sensitivities[k], view(s_[k]), view(sp_[k]));
            std::fill(view(sp_[k]).begin() + static_cast<ptrdiff_t>(n_states_), view(sp_[k]).end(), 0.0);
        }
        stuck_ = 0;
        last_ = time;
        if (started_) {
            add_counters(finished_); // IDAReInit sets its counters to zero
            IDAReInit(memory_, time, y_, yp_);
            if (m) IDASensReInit(memory_, IDA_STAGGERED, s_, sp_);
            return;
        }
        started_ = true;
        IDAInit(memory_, residual, time, y_, yp_);
        IDASetErrHandlerFn(
            memory_, [](int, const char*, const char*, char*, void*) {}, nullptr);
        IDASVtolerances(memory_, o_.rtol, atol_);
        IDASetUserData(memory_, this);
        IDASetId(memory_, id_);
        IDASetLinearSolver(memory_, solver_, matrix_);
        IDASetJacFn(memory_, jacobian);
        IDASetMaxNumSteps(memory_, -1);
        IDASetMaxErrTestFails(memory_, 20);
        IDASetMaxConvFails(memory_, 30);
        if (m) {
            IDASensInit(memory_, static_cast<int>(m), IDA_STAGGERED, sensitivity, s_, sp_);
            IDASetSensErrCon(memory_, SUNTRUE);
            std::vector<double> size = parameter_sizes(e_.program(), o_);
            IDASetSensParams(memory_, nullptr, size.data(), nullptr);
            IDASensEEtolerances(memory_);
        }
    }

    double step(double stop) override {
        IDASetStopTime(memory_, stop);
        realtype t = 0;
        not_finite_ = false;
        const int flag = IDASolve(memory_, stop, &t, y_, yp_, IDA_ONE_STEP);
        using Why = StepFailure::Why;
        if (flag >= 0) {
            stuck_ = t - last_ <= 4e-16 * std::abs(t) ? stuck_ + 1 : 0;
            last_ = t;
            if (stuck_ < 20) return t;
            throw StepFailure{Why::step_too_small, t};
        }
        IDAGetCurrentTime(memory_, &t);
        throw StepFailure{not_finite_                                          ? Why::not_a_number
                          : flag == IDA_ERR_FAIL                               ? Why::step_too_small
                          : flag == IDA_LSETUP_FAIL || flag == IDA_LSOLVE_FAIL ? Why::singular
                                                                               : Why::too_many_failures,
                          t};
    }

    void at(double time, std::span<double> x) override {
        IDAGetDky(memory_, time, 0, y_);
        std::copy_n(view(y_).begin(), n_, x.begin());
    }
    void sensitivities_at(double time, std::span<double> s) override {
        const size_t m = o_.sensitivities.size();
        if (!m) return;
        IDAGetSensDky(memory_, time, 0, s_);
        for (size_t k = 0; k < m; ++k)
            for (size_t i = 0; i < static_cast<size_t>(n_); ++i) s[i * m + k] = view(s_[k])[i];
    }
    void count(Statistics& s) const override {
        s = finished_;
        add_counters(s);
    }

private:
    void add_counters(Statistics& s) const {
        long steps = 0, rates = 0, setups = 0, failed = 0, jacobians = 0;
        if (!started_) return;
        IDAGetNumSteps(memory_, &steps);
        IDAGetNumResEvals(memory_, &rates);
        IDAGetNumLinSolvSetups(memory_, &setups);
        IDAGetNumErrTestFails(memory_, &failed);
        IDAGetNumJacEvals(memory_, &jacobians);
        s.steps += steps;
        s.rates += rates;
        s.factorisations += setups;
        s.failed_steps += failed;
        s.jacobians += jacobians;
    }
    std::span<double> view(N_Vector v) const { return {N_VGetArrayPointer(v), static_cast<size_t>(n_)}; }
    /// f_x s + f_p, with g_x s + g_p in the rows of unknowns.
    void along(double time, std::span<const double> x, int parameter, std::span<const double> s, std::span<double> to) {
        e_.rates({&time, 1}, x, out_);
        e_.rates_along({{&parameter, 1}, {}, s}, to);
    }

    static int residual(realtype t, N_Vector y, N_Vector yp, N_Vector r, void* self) {
        auto& me = *static_cast<Ida*>(self);
        const std::span<double> out = me.view(r);
        me.e_.rates({&t, 1}, me.view(y), out);
        for (size_t i = 0; i < me.n_states_; ++i) out[i] = me.view(yp)[i] - out[i];
        for (const double v : out)
            if (!std::isfinite(v)) {
                me.not_finite_ = true;
                return 1; // a smaller step may do
            }
        return 0;
    }
    /// dF/dy + cj dF/dy'.
    static int jacobian(realtype t, realtype cj, N_Vector y, N_Vector, N_Vector, SUNMatrix to, void* self, N_Vector,
                        N_Vector, N_Vector) {
        auto& me = *static_cast<Ida*>(self);
        const auto& pattern = me.e_.program().jacobian();
        std::copy(pattern.start.begin(), pattern.start.end(), SUNSparseMatrix_IndexPointers(to));
        std::copy(pattern.row.begin(), pattern.row.end(), SUNSparseMatrix_IndexValues(to));
        double* values = SUNSparseMatrix_Data(to);
        me.e_.jacobian({&t, 1}, me.view(y), {values, pattern.row.size()});
        for (size_t column = 0; column < static_cast<size_t>(me.n_); ++column)
            for (auto k = static_cast<size_t>(pattern.start[column]);
                 k < static_cast<size_t>(pattern.start[column + 1]); ++k) {
                const auto row = static_cast<size_t>(pattern.row[k]);
                if (row < me.n_states_) values[k] = (row == column ? cj : 0) - values[k];
            }
        return 0;
    }
    static int sensitivity(int m, realtype t, N_Vector y, N_Vector, N_Vector, N_Vector* s, N_Vector* sp, N_Vector* r,
                           void* self, N_Vector, N_Vector, N_Vector) {
        auto& me = *static_cast<Ida*>(self);
        me.e_.rates({&t, 1}, me.view(y), me.out_);
        for (int k = 0; k < m; ++k) {
            const int parameter = me.o_.sensitivities[static_cast<size_t>(k)];
            const std::span<double> out = me.view(r[k]);
            me.e_.rates_along({{&parameter, 1}, {}, me.view(s[k])}, out);
            for (size_t i = 0; i < me.n_states_; ++i) out[i] = me.view(sp[k])[i] - out[i];
        }
        return 0;
    }

    lang::DynamicEvaluation& e_;
    const Options& o_;
    sunindextype n_;
    size_t n_states_;
    Algebraic algebraic_;
    std::vector<double> out_;
    SUNContext context_ = nullptr;
    N_Vector y_ = nullptr, yp_ = nullptr, atol_ = nullptr, id_ = nullptr;
    N_Vector *s_ = nullptr, *sp_ = nullptr;
    SUNMatrix matrix_ = nullptr;
    SUNLinearSolver solver_ = nullptr;
    void* memory_ = nullptr;
    bool started_ = false, not_finite_ = false;
    double last_ = 0;
    int stuck_ = 0;
    Statistics finished_;
};

} // namespace

std::unique_ptr<Stepper> make_ida(lang::DynamicEvaluation& e, const Options& o, std::vector<double> atol) {
    return std::make_unique<Ida>(e, o, std::move(atol));
}

} // namespace viresco::integrate
