#include "base/diagnostic.h"
#include "base/messages/report.h"
#include "report/report.h"
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <spawn.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

extern char** environ;

namespace viresco::report {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(MessageId id, std::vector<std::string> arguments) {
    Diagnostics out;
    out.error({}, id, std::move(arguments)).hint(message::report_hint_print);
    throw SolveError(std::move(out));
}

/// The first of the known browsers on the search path; empty where there is none.
std::string browser() {
    const char* path = std::getenv("PATH");
    std::string list = path ? path : "";
    for (const char* name : {"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"})
        for (size_t begin = 0; begin <= list.size();) {
            const size_t end = std::min(list.find(':', begin), list.size());
            std::string file = list.substr(begin, end - begin) + "/" + name;
            if (end > begin && ::access(file.c_str(), X_OK) == 0) return file;
            begin = end + 1;
        }
    return {};
}

/// Runs a program silently; its exit status, -1 where it did not end in time.
int run(const std::string& program, const std::vector<std::string>& arguments, std::chrono::seconds most) {
    std::vector<char*> argv{const_cast<char*>(program.c_str())};
    for (const std::string& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    for (const int fd : {0, 1, 2}) posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP); // its helpers end with it
    pid_t child = 0;
    const int error = posix_spawn(&child, program.c_str(), &actions, &attributes, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (error != 0) fail(message::report_browser_failed, {program, std::strerror(error)});
    const auto end = std::chrono::steady_clock::now() + most;
    for (int status = 0;;) {
        const pid_t done = ::waitpid(child, &status, WNOHANG);
        if (done == child) return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
        if (std::chrono::steady_clock::now() > end) {
            ::kill(-child, SIGKILL);
            ::waitpid(child, &status, 0);
            return -1;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

/// A folder that goes with its owner.
class Profile {
public:
    Profile() : path_((fs::temp_directory_path() / "viresco-browser-XXXXXX").string()) {
        if (!::mkdtemp(path_.data())) fail(message::report_browser_failed, {path_, std::strerror(errno)});
    }
    ~Profile() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    Profile(const Profile&) = delete;
    Profile& operator=(const Profile&) = delete;
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

} // namespace

void print_pdf(const std::string& html, const std::string& pdf) {
    const std::string program = browser();
    if (program.empty()) fail(message::report_no_browser, {});
    const Profile profile;
    std::error_code ignored;
    const std::string whole = fs::absolute(html, ignored).string(), target = fs::absolute(pdf, ignored).string();
    fs::remove(target, ignored);
    std::vector<std::string> arguments{"--headless",
                                       "--disable-gpu",
                                       "--no-first-run",
                                       "--disable-background-networking",
                                       "--disable-component-update",
                                       "--disable-sync",
                                       "--virtual-time-budget=20000",
                                       "--no-pdf-header-footer",
                                       "--print-to-pdf-no-header",
                                       "--user-data-dir=" + profile.path(),
                                       "--print-to-pdf=" + target};
    if (::geteuid() == 0) arguments.emplace_back("--no-sandbox"); // it refuses to start for root otherwise
    std::string url = "file://";
    for (const char c : whole) // what a URL gives another meaning
        if (c == '%' || c == '#' || c == '?' || c == ' ') {
            constexpr const char* digits = "0123456789ABCDEF";
            url += '%';
            url += digits[(c >> 4) & 15];
            url += digits[c & 15];
        } else {
            url += c;
        }
    arguments.push_back(url);
    const int status = run(program, arguments, std::chrono::seconds(120));
    if (status != 0 || !fs::exists(target, ignored) || fs::file_size(target, ignored) == 0)
        fail(message::report_browser_failed, {program, "status " + std::to_string(status)});
}

} // namespace viresco::report
