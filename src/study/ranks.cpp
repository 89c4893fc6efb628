#include "study/ranks.h"
#include "base/messages/study.h"
#include <cstdlib>
#include <dlfcn.h>
#include <unistd.h>

namespace viresco::study {
namespace {

bool started_by_mpirun() {
    for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK"})
        if (std::getenv(name)) return true;
    return false;
}

std::string folder_of_program() {
    char path[4096];
    const ssize_t n = ::readlink("/proc/self/exe", path, sizeof path - 1);
    if (n <= 0) return ".";
    const std::string file(path, static_cast<size_t>(n));
    return file.substr(0, file.rfind('/'));
}

} // namespace

Ranks::Ranks() {
    if (!started_by_mpirun()) return;
    std::string why;
    // Installed: bin/viresco and lib/viresco/..; in the build tree the program lies one folder deeper.
    for (const char* place : {"/../lib/viresco/", "/../../lib/viresco/"}) {
        const std::string path = folder_of_program() + place + "libviresco_mpi.so";
        void* const module = ::dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL); // MPI opens further modules that need it
        if (!module) {
            const char* error = ::dlerror();
            why += (why.empty() ? "" : "; ") + std::string(error ? error : path.c_str());
            continue;
        }
        using Start = const viresco_ranks* (*)();
        if (const auto start = reinterpret_cast<Start>(::dlsym(module, "viresco_ranks_start"))) api_ = start();
        if (api_) return;
    }
    Diagnostics d;
    d.error({}, message::mpi_missing, {why}).hint(message::mpi_missing_hint);
    throw ConfigError(std::move(d));
}

Ranks::~Ranks() {
    if (api_) api_->finalize();
}

bool Ranks::poll(std::vector<char>& bytes, size_t capacity) {
    if (size() == 1) return false;
    bytes.resize(capacity);
    bytes.resize(api_->poll(bytes.data(), capacity));
    return !bytes.empty();
}

void Ranks::broadcast(std::vector<char>& bytes) {
    if (size() == 1) return;
    uint64_t n = bytes.size();
    api_->broadcast(&n, sizeof n);
    bytes.resize(n);
    api_->broadcast(bytes.data(), bytes.size());
}

void Ranks::abort(int status) {
    if (api_) api_->abort(status);
}

} // namespace viresco::study
