#include "jit/cache.h"
#include "jit/functions.h"
#include "jit/hash.h"
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace viresco::jit {
namespace {

namespace fs = std::filesystem;

/// In front of the file: mark and length; then the key, the entries, the code.
struct Header {
    char mark[8];
    uint64_t check[2]; // of all that follows
    uint64_t key_size, n_entries, n_bytes;
};
constexpr char mark[8] = {'v', 'i', 'r', 'e', 's', 'c', 'o', '1'};

std::array<uint64_t, 2> checksum(const char* body, size_t size) {
    Hash h;
    h.text(body, size);
    return h.value();
}

/// A file opened for reading that only this user could have written.
class Reader {
public:
    explicit Reader(const std::string& path) : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) {
        struct stat s {};
        if (fd_ >= 0 && (fstat(fd_, &s) != 0 || !S_ISREG(s.st_mode) || s.st_uid != geteuid() ||
                         (s.st_mode & (S_IWGRP | S_IWOTH)) != 0 || s.st_size > (1 << 28))) {
            close(fd_);
            fd_ = -1;
        }
    }
    ~Reader() {
        if (fd_ >= 0) close(fd_);
    }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    std::string all() const {
        std::string out;
        char part[1 << 16];
        ssize_t n = 0;
        while (fd_ >= 0 && (n = ::read(fd_, part, sizeof part)) > 0) out.append(part, static_cast<size_t>(n));
        return out;
    }
    void touch() const { // the order of use decides what goes first
        if (fd_ >= 0) (void)futimens(fd_, nullptr);
    }

private:
    int fd_;
};

} // namespace

Cache::Cache(std::string folder, uint64_t limit) : folder_(std::move(folder)), limit_(limit) {}

std::string Cache::user_folder() {
    if (const char* x = std::getenv("XDG_CACHE_HOME"); x && *x == '/') return std::string(x) + "/viresco/jit";
    if (const char* h = std::getenv("HOME"); h && *h == '/') return std::string(h) + "/.cache/viresco/jit";
    return {};
}

std::string Cache::path(const std::string& key) const {
    Hash h;
    h.text(key);
    return folder_ + "/" + h.hex() + ".code";
}

std::optional<Blob> Cache::read(const std::string& key) const {
    if (folder_.empty()) return {};
    const Reader file(path(key));
    const std::string all = file.all();
    Header h{};
    if (all.size() < sizeof h) return {};
    std::memcpy(&h, all.data(), sizeof h);
    const char* body = all.data() + sizeof h;
    const size_t size = all.size() - sizeof h;
    if (std::memcmp(h.mark, mark, sizeof mark) != 0 || h.key_size > size || h.n_entries > size / 8 ||
        h.n_bytes > size || h.key_size + 8 * h.n_entries + h.n_bytes != size)
        return {};
    if (const auto sum = checksum(body, size); sum[0] != h.check[0] || sum[1] != h.check[1]) return {};
    if (key.compare(0, key.size(), body, h.key_size) != 0) return {};
    Blob blob;
    blob.entries.resize(h.n_entries);
    std::memcpy(blob.entries.data(), body + h.key_size, 8 * h.n_entries);
    blob.bytes.assign(body + h.key_size + 8 * h.n_entries, h.n_bytes);
    const bool inside = blob.bytes.size() >= table_entries * sizeof(void*) &&
                        std::all_of(blob.entries.begin(), blob.entries.end(),
                                    [&](uint64_t e) { return e >= table_entries * sizeof(void*) && e < h.n_bytes; });
    if (!inside) return {};
    file.touch();
    return blob;
}

void Cache::write(const std::string& key, const Blob& blob) const {
    if (folder_.empty()) return;
    std::error_code failed;
    if (!fs::is_directory(folder_, failed)) {
        fs::create_directories(folder_, failed);
        fs::permissions(folder_, fs::perms::owner_all, failed);
    }
    std::string body = key;
    body.append(reinterpret_cast<const char*>(blob.entries.data()), 8 * blob.entries.size());
    body += blob.bytes;
    Header h{{}, {}, key.size(), blob.entries.size(), blob.bytes.size()};
    std::memcpy(h.mark, mark, sizeof mark);
    const auto sum = checksum(body.data(), body.size());
    h.check[0] = sum[0];
    h.check[1] = sum[1];
    make_room(sizeof h + body.size());
    static std::atomic<unsigned> number = 0; // threads of one process
    const std::string to = path(key);
    const std::string part = to + "." + std::to_string(getpid()) + "." + std::to_string(number++) + ".part";
    const int fd = open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return;
    std::string all(reinterpret_cast<const char*>(&h), sizeof h);
    all += body;
    size_t done = 0;
    while (done < all.size()) {
        const ssize_t n = ::write(fd, all.data() + done, all.size() - done);
        if (n <= 0) break;
        done += static_cast<size_t>(n);
    }
    const bool good = close(fd) == 0 && done == all.size();
    if (!good || std::rename(part.c_str(), to.c_str()) != 0) (void)unlink(part.c_str());
}

void Cache::make_room(uint64_t size) const {
    struct File {
        fs::file_time_type used;
        uint64_t size;
        fs::path path;
    };
    std::vector<File> files;
    uint64_t total = size;
    std::error_code failed;
    for (fs::directory_iterator i(folder_, failed), end; !failed && i != end; i.increment(failed)) {
        std::error_code gone; // by another run meanwhile
        const uint64_t bytes = i->file_size(gone);
        const auto used = i->last_write_time(gone);
        if (gone) continue;
        files.push_back({used, bytes, i->path()});
        total += bytes;
    }
    std::sort(files.begin(), files.end(), [](const File& a, const File& b) { return a.used < b.used; });
    for (const File& f : files) {
        if (total <= limit_) break;
        fs::remove(f.path, failed);
        total -= f.size;
    }
}

} // namespace viresco::jit
