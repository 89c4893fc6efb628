#include "integrate/ensemble.h"
#include "base/messages/integrate.h"
#include "integrate/course.h"
#include "integrate/rosenbrock.h"
#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

namespace viresco::integrate {
namespace {

constexpr int width = 8;
using Lanes = RosenbrockLanes<width>;

struct Task {
    const lang::DynamicProgram& program;
    const Elimination& order;
    std::span<const double> parameters;
    double until;
    std::span<const double> times;
    const Options& options;
    std::vector<Member>& members;
    std::shared_ptr<lang::MachineCode> code;
    std::atomic<size_t> next{0};
};

/// One thread: eight lanes that take members from the task until there are none left.
class Worker {
public:
    explicit Worker(Task& task)
        : task_(task), evaluation_(task.program, width), lanes_(evaluation_, task.order, task.options.rtol),
          n_parameters_(static_cast<size_t>(task.program.n_parameters())), n_events_(task.program.events().size()),
          parameters_(n_parameters_ * width), x_(static_cast<size_t>(task.program.n_variables()) * width),
          margins_(n_events_ * width), of_lane_(n_events_ * Course::parts * width) {
        evaluation_.use(task.code);
        const auto defaults = task.program.defaults(); // what lanes without a member compute with
        for (size_t p = 0; p < n_parameters_; ++p)
            std::fill_n(parameters_.begin() + static_cast<long>(p * width), width, defaults[p]);
        for (int l = 0; l < width; ++l) alone_.emplace_back(task.program);
    }

    void run() {
        for (int l = 0; l < width; ++l) load(l);
        while (busy_ > 0) {
            if (changed_) evaluation_.set_parameters(parameters_);
            changed_ = false;
            lanes_.attempt();
            look_for_events();
            for (int l = 0; l < width; ++l) {
                if (!course_[l]) continue;
                try {
                    go_on(l);
                } catch (const SolveError& e) {
                    lose(l, e);
                }
            }
        }
    }

private:
    struct View final : DenseOutput {
        View(Lanes& all, int l) : lanes(all), lane(l) {}
        void at(double time, std::span<double> x) override { lanes.at(lane, time, x); }
        void sensitivities_at(double, std::span<double>) override {}
        Lanes& lanes;
        int lane;
    };

    /// The next member that has anything to integrate takes the lane.
    void load(int l) {
        lanes_.rest(l);
        course_[l].reset();
        for (;;) {
            const size_t member = task_.next++;
            if (member >= task_.members.size()) return;
            member_[l] = member;
            try {
                const auto set = task_.parameters.subspan(member * n_parameters_, n_parameters_);
                lang::DynamicEvaluation& e = alone_[static_cast<size_t>(l)];
                e.set_parameters(set);
                const Point from = start(e, task_.options);
                course_[l] = std::make_unique<Course>(e, from, task_.until, task_.times, task_.options);
                if (course_[l]->done()) {
                    task_.members[member].trajectory = course_[l]->finish({}, 0);
                    course_[l].reset();
                    continue;
                }
                for (size_t p = 0; p < n_parameters_; ++p) parameters_[p * width + static_cast<size_t>(l)] = set[p];
                changed_ = true;
                const Point& p = course_[l]->point();
                lanes_.begin(l, p.time, p.x, absolute_tolerances(task_.program, from, task_.options), 0);
                lanes_.stop_at(l, course_[l]->stop());
                ++busy_;
                return;
            } catch (const SolveError& e) {
                task_.members[member].failure = e.diagnostics();
                course_[l].reset();
            }
        }
    }

    void done(int l) {
        --busy_;
        load(l);
    }
    void lose(int l, const SolveError& e) {
        task_.members[member_[l]].failure = e.diagnostics();
        done(l);
    }

    /// Margins at the part ends of every lane's step.
    void look_for_events() {
        if (!n_events_) return;
        double time[width] = {};
        for (int part = 1; part <= Course::parts; ++part) {
            for (int l = 0; l < width; ++l)
                if (course_[l]) time[l] = course_[l]->part_end(part, lanes_.time(l));
            lanes_.at_times(time, x_);
            evaluation_.margins({time, width}, x_, margins_);
            for (size_t k = 0; k < n_events_; ++k)
                for (size_t l = 0; l < width; ++l)
                    of_lane_[(l * Course::parts + static_cast<size_t>(part - 1)) * n_events_ + k] =
                        margins_[k * width + l];
        }
    }

    void go_on(int l) {
        Course& course = *course_[l];
        switch (lanes_.outcome(l)) {
        case Lanes::Outcome::failed: course.fail(lanes_.failure(l));
        case Lanes::Outcome::accepted: break;
        default: return;
        }
        View dense(lanes_, l);
        const size_t count = Course::parts * n_events_;
        const bool anew = course.take(dense, lanes_.time(l),
                                      std::span(of_lane_).subspan(static_cast<size_t>(l) * count, count));
        if (course.done()) {
            task_.members[member_[l]].trajectory = course.finish(lanes_.statistics(l), anew ? 0 : lanes_.next_step(l));
            done(l);
            return;
        }
        if (anew) lanes_.restart(l, course.point().time, course.point().x);
        lanes_.stop_at(l, course.stop());
    }

    Task& task_;
    lang::DynamicEvaluation evaluation_;
    Lanes lanes_;
    size_t n_parameters_, n_events_;
    std::vector<double> parameters_, x_, margins_, of_lane_; // of_lane_: lane x part x event
    std::vector<lang::DynamicEvaluation> alone_;             // one set each, for what happens to one lane
    std::unique_ptr<Course> course_[width];
    size_t member_[width] = {};
    int busy_ = 0;
    bool changed_ = true;
};

} // namespace

std::vector<Member> run_ensemble(const lang::DynamicProgram& program, std::span<const double> parameters, double until,
                                 std::span<const double> times, const Options& options,
                                 std::shared_ptr<lang::MachineCode> code) {
    if (!options.sensitivities.empty()) {
        Diagnostics d;
        d.error({}, message::ensemble_without_sensitivities);
        throw ConfigError(d);
    }
    const auto n = static_cast<size_t>(program.n_parameters());
    std::vector<Member> out(n ? parameters.size() / n : 0);
    const Elimination order = eliminate(program);
    Task task{program, order, parameters, until, times, options, out, std::move(code)};
    size_t threads = options.threads > 0 ? static_cast<size_t>(options.threads) : std::thread::hardware_concurrency();
    threads = std::clamp<size_t>((out.size() + width - 1) / width, 1, std::max<size_t>(threads, 1));
    std::exception_ptr lost;
    std::mutex lock;
    const auto work = [&] {
        try {
            Worker(task).run();
        } catch (...) {
            const std::lock_guard guard(lock);
            lost = std::current_exception();
        }
    };
    std::vector<std::thread> others;
    for (size_t i = 1; i < threads; ++i) others.emplace_back(work);
    work();
    for (std::thread& t : others) t.join();
    if (lost) std::rethrow_exception(lost);
    return out;
}

} // namespace viresco::integrate
