#include "base/messages/text.h"
#include "text/node.h"
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace viresco::text {
namespace {

/// Closes a file descriptor at the end of the scope.
struct Descriptor {
    int number;
    explicit Descriptor(int n) : number(n) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number >= 0) ::close(number);
    }
};

std::string folder_of(const std::string& path) {
    const size_t slash = path.rfind('/');
    return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

std::string base_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

bool is_folder(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

std::vector<std::string> visible_names(const std::string& folder) {
    std::vector<std::string> names;
    DIR* const directory = ::opendir(folder.c_str());
    if (!directory) return names;
    constexpr size_t enough = 10'000;
    while (const dirent* entry = ::readdir(directory))
        if (entry->d_name[0] != '.' && names.size() < enough) names.emplace_back(entry->d_name);
    ::closedir(directory);
    std::sort(names.begin(), names.end());
    return names;
}

/// What lies near a file that is missing.
void hint_missing(Diagnostic& d, const std::string& path) {
    const std::string folder = folder_of(path);
    if (!is_folder(folder)) {
        d.hint(message::file_folder_missing, {folder});
        return;
    }
    const auto names = visible_names(folder);
    suggest(d, base_name(path), names);
    if (!d.hints.empty() || names.empty()) return;
    constexpr size_t shown = 8;
    std::string list;
    for (size_t i = 0; i < std::min(shown, names.size()); ++i) list += (i ? ", " : "") + names[i];
    d.hint(message::file_folder_holds, {list + (names.size() > shown ? ", ..." : "")});
}

void open_failed(Diagnostics& diagnostics, const SourcePos& asked_at, const std::string& path, int cause) {
    if (cause == ENOENT || cause == ENOTDIR)
        hint_missing(diagnostics.error(asked_at, message::file_missing, {path}), path);
    else if (cause == EACCES)
        diagnostics.error(asked_at, message::file_permission, {path});
    else
        diagnostics.error(asked_at, message::file_read_failed, {path, std::strerror(cause)});
}

[[noreturn]] void write_failed(const std::string& path, int cause) {
    Diagnostics diagnostics;
    diagnostics.error({}, message::file_write_failed, {path, std::strerror(cause)}).hint(message::file_hint_write);
    throw ConfigError(std::move(diagnostics));
}

/// Errno of the failure, or 0.
int write_all(int descriptor, std::string_view content) {
    while (!content.empty()) {
        const ssize_t n = ::write(descriptor, content.data(), content.size());
        if (n < 0 && errno != EINTR) return errno;
        if (n > 0) content.remove_prefix(static_cast<size_t>(n));
    }
    return ::fsync(descriptor) == 0 ? 0 : errno;
}

} // namespace

const SourceFile* read_file(SourceStore& store, const std::string& path, Diagnostics& diagnostics,
                            const SourcePos& asked_at, size_t max_bytes) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) {
        open_failed(diagnostics, asked_at, path, errno);
        return nullptr;
    }
    if (!S_ISREG(status.st_mode)) {
        const MessageId id = S_ISDIR(status.st_mode) ? message::file_is_folder : message::file_not_regular;
        diagnostics.error(asked_at, id, {path});
        return nullptr;
    }
    const auto size = static_cast<size_t>(status.st_size);
    if (size > max_bytes) {
        diagnostics.error(asked_at, message::file_too_large, {path, std::to_string(size), std::to_string(max_bytes)});
        return nullptr;
    }
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.number < 0) {
        open_failed(diagnostics, asked_at, path, errno);
        return nullptr;
    }
    std::string text(size, '\0');
    size_t have = 0;
    while (have < size) {
        const ssize_t n = ::read(file.number, text.data() + have, size - have);
        if (n == 0) break; // the file shrank meanwhile
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            open_failed(diagnostics, asked_at, path, errno);
            return nullptr;
        }
        have += static_cast<size_t>(n);
    }
    text.resize(have);
    return &store.add(path, std::move(text));
}

void write_file(const std::string& path, std::string_view content) {
    // Through a link, the file it names is replaced, not the link.
    std::string target = path;
    if (char* real = ::realpath(path.c_str(), nullptr)) {
        target = real;
        std::free(real);
    }
    if (is_folder(target)) write_failed(path, EISDIR);
    struct stat status {};
    const bool exists = ::stat(target.c_str(), &status) == 0;

    std::string temporary;
    int number = -1;
    for (int attempt = 0; attempt < 100 && number < 0; ++attempt) {
        temporary = target + "." + std::to_string(::getpid()) + "-" + std::to_string(attempt) + ".tmp";
        number = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (number < 0 && errno != EEXIST) break;
    }
    if (number < 0) write_failed(path, errno);
    int cause = 0;
    {
        const Descriptor file(number);
        cause = write_all(file.number, content);
        if (cause == 0 && exists && ::fchmod(file.number, status.st_mode & 07777) != 0) cause = errno;
    }
    if (cause == 0 && std::rename(temporary.c_str(), target.c_str()) != 0) cause = errno;
    if (cause != 0) {
        ::unlink(temporary.c_str());
        write_failed(path, cause);
    }
    // The new name itself survives a power failure only once its folder is on the disk.
    const Descriptor folder(::open(folder_of(target).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.number >= 0) ::fsync(folder.number);
}

} // namespace viresco::text
