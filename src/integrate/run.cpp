#include "integrate/run.h"
#include "base/messages/integrate.h"
#include "integrate/consistent.h"
#include "integrate/course.h"
#include <cmath>
#include <fmt/format.h>

namespace viresco::integrate {
namespace {

std::string number(double v) { return fmt::format("{:.6g}", v); }

Method choose(const lang::DynamicProgram& program, const Options& options) {
    const bool algebraic = !program.unknowns().empty(), sensitivities = !options.sensitivities.empty();
    Method method = options.method;
    if (method == Method::automatic) {
        // A method of many steps begins anew at order 1 whenever inputs change.
        constexpr size_t many = 100;
        const bool restarts = options.schedule && options.schedule->rows.size() > many;
        if (restarts && !sensitivities)
            method = Method::rosenbrock;
        else
            method = algebraic ? Method::ida : Method::bdf;
    }
    Diagnostics d;
    if (method == Method::rosenbrock && sensitivities)
        d.error({}, message::sensitivities_need_bdf).hint(message::let_the_method_be_chosen);
    if (method == Method::bdf && algebraic)
        d.error(program.unknowns().front().pos, message::method_needs_ode, {program.unknowns().front().path})
            .hint(message::let_the_method_be_chosen);
    if (d.has_errors()) throw ConfigError(d);
    return method;
}

} // namespace

std::vector<double> absolute_tolerances(const lang::DynamicProgram& program, const Point& from,
                                        const Options& options) {
    const std::vector<double>& start = from.start.empty() ? from.x : from.start;
    std::vector<double> out;
    for (size_t i = 0; i < start.size(); ++i) {
        const bool state = i < program.states().size();
        double size = !options.sizes.empty() ? options.sizes[i] : state ? program.states()[i].nominal : 0;
        if (size <= 0) size = std::abs(start[i]);
        if (size <= 0 || !std::isfinite(size)) size = state ? program.states()[i].unit.factor : 1;
        out.push_back(options.atol * options.rtol * size);
    }
    return out;
}

std::vector<double> parameter_sizes(const lang::DynamicProgram& program, const Options& options) {
    std::vector<double> out;
    for (const int k : options.sensitivities) {
        const double size = std::abs(program.parameters()[static_cast<size_t>(k)].datum.si);
        out.push_back(size > 0 ? size : 1);
    }
    return out;
}

Point start(lang::DynamicEvaluation& e, const Options& options) {
    const lang::DynamicProgram& program = e.program();
    Point p;
    const size_t n = static_cast<size_t>(program.n_variables()), m = options.sensitivities.size();
    p.x.resize(n);
    e.start(p.x);
    for (size_t i = 0; i < static_cast<size_t>(program.n_states()); ++i)
        if (!std::isfinite(p.x[i])) {
            Diagnostics d;
            d.error(program.states()[i].pos, message::start_not_finite, {program.states()[i].path, number(p.x[i])});
            throw SolveError(d);
        }
    Algebraic algebraic(e);
    const auto inconsistent = [&] {
        Diagnostics d;
        const lang::Unknown& u = program.unknowns().front();
        d.error(u.pos, message::inconsistent_start, {u.path, u.equation});
        throw SolveError(d);
    };
    if (!algebraic.satisfy(0, p.x)) inconsistent();
    p.start = p.x;
    p.s.assign(n * m, 0);
    std::vector<double> column(n);
    for (size_t j = 0; j < m; ++j) {
        e.start_along({&options.sensitivities[j], 1}, column);
        for (size_t i = 0; i < n; ++i) p.s[i * m + j] = column[i];
    }
    if (!algebraic.satisfy_sensitivities(0, p.x, options.sensitivities, p.s)) inconsistent();
    p.on.assign(program.events().size(), 0);
    return p;
}

void warn_negative(const lang::DynamicProgram& program, const Trajectory& t, Diagnostics& warnings) {
    for (const Negative& n : t.negative) {
        const lang::State& s = program.states()[static_cast<size_t>(n.state)];
        warnings.warning(s.pos, message::state_negative, {s.path, number(n.since), number(n.lowest)})
            .hint(message::state_negative_hint);
    }
}

Trajectory run(lang::DynamicEvaluation& e, const Point& from, double until, std::span<const double> times,
               const Options& options) {
    const lang::DynamicProgram& program = e.program();
    const Method method = choose(program, options);
    Course course(e, from, until, times, options);
    Statistics statistics;
    if (course.done()) return course.finish(statistics, 0);
    const auto atol = absolute_tolerances(program, from, options);
    const auto stepper = method == Method::rosenbrock ? make_rosenbrock(e, options, atol, from.step)
                         : method == Method::ida      ? make_ida(e, options, atol)
                                                      : make_bdf(e, options, atol);
    const auto begin = [&] { stepper->restart(course.point().time, course.point().x, course.point().s); };
    const size_t n_events = program.events().size();
    std::vector<double> margins(Course::parts * n_events), x(from.x.size());
    bool anew = true;
    while (!course.done()) {
        double b = 0;
        try {
            if (anew) begin();
            b = stepper->step(course.stop());
        } catch (const StepFailure& failure) {
            course.fail(failure);
        }
        for (int part = 1; n_events && part <= Course::parts; ++part) {
            const double time = course.part_end(part, b);
            stepper->at(time, x);
            e.margins({&time, 1}, x, std::span(margins).subspan(static_cast<size_t>(part - 1) * n_events, n_events));
        }
        anew = course.take(*stepper, b, margins);
    }
    stepper->count(statistics);
    return course.finish(statistics, anew ? 0 : stepper->next_step());
}

} // namespace viresco::integrate
