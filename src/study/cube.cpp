#include "study/cube.h"
#include "base/diagnostic.h"
#include "base/messages/study.h"
#include "numerics/random_bits.h"
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace viresco::study {
namespace {

constexpr char magic[16] = "viresco-cube 1\n";
constexpr uint64_t page = 4096;

[[noreturn]] void failed(const std::string& path, int cause) {
    Diagnostics d;
    d.error({}, message::cube_write, {path.empty() ? "$TMPDIR" : path, std::strerror(cause)})
        .hint(path.empty() ? message::cube_temporary_hint : message::cube_write_hint);
    throw ConfigError(std::move(d));
}

/// Errno of the failure, or 0.
int write_at(int file, const void* bytes, size_t n, uint64_t at) {
    const char* p = static_cast<const char*>(bytes);
    while (n > 0) {
        const ssize_t written = ::pwrite(file, p, n, static_cast<off_t>(at));
        if (written < 0 && errno != EINTR) return errno;
        if (written <= 0) continue;
        p += written;
        at += static_cast<uint64_t>(written);
        n -= static_cast<size_t>(written);
    }
    return 0;
}

bool read_at(int file, void* bytes, size_t n, uint64_t at) {
    char* p = static_cast<char*>(bytes);
    while (n > 0) {
        const ssize_t got = ::pread(file, p, n, static_cast<off_t>(at));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        p += got;
        at += static_cast<uint64_t>(got);
        n -= static_cast<size_t>(got);
    }
    return true;
}

struct Head {
    char magic[16];
    uint64_t header_bytes, start;
};

uint64_t check_sum(uint64_t chunk, const char* bytes, size_t n) {
    uint64_t h = numerics::mixed(chunk + 1, n);
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        uint64_t word = 0;
        std::memcpy(&word, bytes + i, 8);
        h = numerics::mixed(h ^ word);
    }
    uint64_t rest = 0;
    std::memcpy(&rest, bytes + i, n - i);
    return numerics::mixed(h ^ rest);
}

bool exists(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0;
}

std::string folder_of(const std::string& path) {
    const size_t slash = path.rfind('/');
    return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

} // namespace

std::string Cube::temporary_folder() {
    std::error_code error;
    const std::filesystem::path folder = std::filesystem::temp_directory_path(error);
    if (error) failed("", error.value());
    return folder.string();
}

std::unique_ptr<Cube> Cube::create(const std::string& name, const Shape& shape, const std::string& header) {
    int file = -1;
    if (name.empty()) {
        std::string path = temporary_folder() + "/viresco-study-XXXXXX";
        file = ::mkstemp(path.data());
        if (file < 0) failed(path, errno);
        ::unlink(path.c_str());
    } else {
        for (const std::string& there : {name, name + ".part"}) {
            if (!exists(there)) continue;
            Diagnostics d;
            d.error({}, message::cube_exists, {there}).hint(message::cube_exists_hint);
            throw ConfigError(std::move(d));
        }
        file = ::open((name + ".part").c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file < 0) failed(name + ".part", errno);
    }
    Head head{};
    std::memcpy(head.magic, magic, sizeof magic);
    head.header_bytes = header.size();
    head.start = (sizeof head + header.size() + page - 1) / page * page;
    std::unique_ptr<Cube> out(new Cube(file, name, shape, head.start));
    int cause = write_at(file, header.data(), header.size(), sizeof head);
    if (cause == 0) cause = write_at(file, &head, sizeof head, 0); // last: a head tells that the header is whole
    if (cause != 0) {
        if (!name.empty()) ::unlink((name + ".part").c_str());
        failed(name.empty() ? name : name + ".part", cause);
    }
    return out;
}

std::unique_ptr<Cube> Cube::resume(const std::string& name, const Shape& shape, const std::string& header,
                                   const std::function<std::string(const std::string&, const std::string&)>& differs) {
    const bool part = exists(name + ".part");
    const std::string path = part ? name + ".part" : name;
    Diagnostics d;
    if (!exists(path)) {
        d.error({}, message::cube_nothing_to_resume, {name + ".part"}).hint(message::cube_nothing_to_resume_hint);
        throw ConfigError(std::move(d));
    }
    const int file = ::open(path.c_str(), (part ? O_RDWR : O_RDONLY) | O_CLOEXEC);
    if (file < 0) failed(path, errno);
    Head head{};
    std::string theirs;
    const bool known = read_at(file, &head, sizeof head, 0) && std::memcmp(head.magic, magic, sizeof magic) == 0 &&
                       head.header_bytes < 1U << 30;
    if (known) theirs.resize(head.header_bytes);
    std::unique_ptr<Cube> out(new Cube(file, name, shape, head.start));
    out->finished_ = !part;
    if (!known || !read_at(file, theirs.data(), theirs.size(), sizeof head)) {
        d.error({}, message::cube_foreign, {path}).hint(message::cube_exists_hint);
        throw ConfigError(std::move(d));
    }
    if (theirs != header) {
        d.error({}, message::cube_other_study, {path, differs(theirs, header)}).hint(message::cube_other_study_hint);
        throw ConfigError(std::move(d));
    }
    return out;
}

Cube::~Cube() {
    if (file_ >= 0) ::close(file_);
}

uint64_t Cube::slot_bytes() const {
    const uint64_t bytes = 16 + shape_.chunk_rows * (8 * shape_.columns + 4 * shape_.flags);
    return (bytes + 7) / 8 * 8;
}

uint64_t Cube::first_row(uint64_t chunk) const { return chunk % shape_.chunks_per_scenario() * shape_.chunk_rows; }

uint64_t Cube::rows_of(uint64_t chunk) const { return std::min(shape_.chunk_rows, shape_.rows - first_row(chunk)); }

void Cube::write(uint64_t chunk, const Chunk& c) {
    const size_t numbers = c.values.size() * 8, flags = c.flags.size() * 4;
    std::vector<char> slot(16 + numbers + flags);
    if (numbers > 0) std::memcpy(slot.data() + 16, c.values.data(), numbers);
    if (flags > 0) std::memcpy(slot.data() + 16 + numbers, c.flags.data(), flags);
    const uint64_t mark = chunk + 1, sum = check_sum(chunk, slot.data() + 16, numbers + flags);
    std::memcpy(slot.data(), &mark, 8);
    std::memcpy(slot.data() + 8, &sum, 8);
    const int cause = write_at(file_, slot.data(), slot.size(), start_ + chunk * slot_bytes());
    if (cause != 0) failed(name_.empty() ? name_ : name_ + ".part", cause);
}

bool Cube::read(uint64_t chunk, Chunk& c) const {
    c.values.resize(rows_of(chunk) * shape_.columns);
    c.flags.resize(rows_of(chunk) * shape_.flags);
    const size_t numbers = c.values.size() * 8, flags = c.flags.size() * 4;
    std::vector<char> slot(16 + numbers + flags);
    if (!read_at(file_, slot.data(), slot.size(), start_ + chunk * slot_bytes())) return false;
    uint64_t mark = 0, sum = 0;
    std::memcpy(&mark, slot.data(), 8);
    std::memcpy(&sum, slot.data() + 8, 8);
    if (mark != chunk + 1 || sum != check_sum(chunk, slot.data() + 16, numbers + flags)) return false;
    if (numbers > 0) std::memcpy(c.values.data(), slot.data() + 16, numbers);
    if (flags > 0) std::memcpy(c.flags.data(), slot.data() + 16 + numbers, flags);
    return true;
}

bool Cube::has(uint64_t chunk) const {
    Chunk c;
    return read(chunk, c);
}

void Cube::flush() {
    if (!name_.empty()) ::fsync(file_);
}

void Cube::finish() {
    if (name_.empty() || finished_) return;
    flush();
    const std::string part = name_ + ".part";
    if (std::rename(part.c_str(), name_.c_str()) != 0) failed(name_, errno);
    finished_ = true;
    const int folder = ::open(folder_of(name_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0) { // the new name too survives a power failure
        ::fsync(folder);
        ::close(folder);
    }
}

} // namespace viresco::study
