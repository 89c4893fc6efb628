// Processes: one for each case.
#include "sbml/suite.h"
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace viresco::sbml {
namespace {

using Clock = std::chrono::steady_clock;

struct Child {
    pid_t pid;
    int pipe;
    size_t index;
    Clock::time_point began;
    std::string said; ///< one character of the kind, then the detail
    bool late = false;
};

Child start(const Case& c, size_t index) {
    int ends[2];
    if (::pipe(ends) != 0) return {-1, -1, index, Clock::now(), {}};
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::close(ends[0]);
        const Verdict v = judge(c);
        const std::string text = static_cast<char>('0' + static_cast<int>(v.kind)) + v.detail;
        for (size_t at = 0; at < text.size();) {
            const ssize_t n = ::write(ends[1], text.data() + at, text.size() - at);
            if (n < 0 && errno != EINTR) break;
            if (n > 0) at += static_cast<size_t>(n);
        }
        ::_exit(0);
    }
    ::close(ends[1]);
    return {pid, ends[0], index, Clock::now(), {}};
}

Verdict finish(const Child& child) {
    ::close(child.pipe);
    int status = 0;
    struct rusage usage {};
    while (::wait4(child.pid, &status, 0, &usage) < 0 && errno == EINTR) {
    }
    Verdict v;
    v.seconds = std::chrono::duration<double>(Clock::now() - child.began).count();
    v.memory = usage.ru_maxrss * 1024;
    if (child.late)
        v.kind = Verdict::Kind::timed_out;
    else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || child.said.empty())
        v.kind = Verdict::Kind::crashed;
    else {
        v.kind = static_cast<Verdict::Kind>(child.said[0] - '0');
        v.detail = child.said.substr(1);
    }
    return v;
}

} // namespace

std::vector<Verdict> run_suite(const std::vector<Case>& cases, const SuiteOptions& options) {
    std::vector<Verdict> out(cases.size());
    std::vector<Child> running;
    size_t next = 0, done = 0;
    while (done < cases.size()) {
        while (next < cases.size() && running.size() < static_cast<size_t>(std::max(1, options.jobs))) {
            running.push_back(start(cases[next], next));
            ++next;
        }
        std::vector<struct pollfd> pipes;
        pipes.reserve(running.size());
        for (const Child& c : running) pipes.push_back({c.pipe, POLLIN, 0});
        constexpr int patience = 100; // milliseconds
        ::poll(pipes.data(), static_cast<nfds_t>(pipes.size()), patience);
        for (size_t i = running.size(); i-- > 0;) {
            Child& c = running[i];
            bool ended = c.pid < 0;
            if (pipes[i].revents) {
                char buffer[4096];
                const ssize_t n = ::read(c.pipe, buffer, sizeof buffer);
                if (n > 0) c.said.append(buffer, static_cast<size_t>(n));
                ended = n == 0 || (n < 0 && errno != EINTR);
            }
            if (!ended && !c.late &&
                std::chrono::duration<double>(Clock::now() - c.began).count() > options.max_seconds) {
                c.late = true;
                ::kill(c.pid, SIGKILL);
            }
            if (!ended) continue;
            if (c.pid > 0)
                out[c.index] = finish(c);
            else
                out[c.index].kind = Verdict::Kind::crashed;
            running.erase(running.begin() + static_cast<std::ptrdiff_t>(i));
            ++done;
            if (options.progress) options.progress(done, cases.size());
        }
    }
    return out;
}

} // namespace viresco::sbml
