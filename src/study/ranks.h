#pragma once
#include "base/diagnostic.h"
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

extern "C" {

/// What the MPI module offers (mpi/module.cpp); opened only where mpirun started the program.
struct viresco_ranks {
    int rank, size;
    void (*send)(const void* bytes, size_t n);    ///< to rank 0
    size_t (*poll)(void* bytes, size_t capacity); ///< at rank 0: one message of anyone, 0 if there is none yet
    void (*broadcast)(void* bytes, size_t n);     ///< from rank 0
    void (*finalize)();
    void (*abort)(int status);
};
}

namespace viresco::study {

/// The processes of one study: one, or those that mpirun started. Rank 0 keeps the cube and reports.
class Ranks {
public:
    /// Throws ConfigError where mpirun started the program but MPI cannot be used.
    Ranks();
    Ranks(const Ranks&) = delete;
    Ranks& operator=(const Ranks&) = delete;
    ~Ranks();

    int rank() const { return api_ ? api_->rank : 0; }
    int size() const { return api_ ? api_->size : 1; }
    bool root() const { return rank() == 0; }
    void send(const std::vector<char>& bytes) { api_->send(bytes.data(), bytes.size()); }
    bool poll(std::vector<char>& bytes, size_t capacity);
    void broadcast(std::vector<char>& bytes);
    /// Ends every process at once.
    void abort(int status);

private:
    const viresco_ranks* api_ = nullptr;
};

} // namespace viresco::study
