// The MPI module: linking MPI to the program itself would cost every start, and make it needed where nobody has it.
#include "study/ranks.h"
#include <mpi.h>

namespace {

viresco_ranks api;

void send(const void* bytes, size_t n) { MPI_Send(bytes, static_cast<int>(n), MPI_BYTE, 0, 0, MPI_COMM_WORLD); }

size_t poll(void* bytes, size_t capacity) {
    int there = 0;
    MPI_Status status;
    MPI_Iprobe(MPI_ANY_SOURCE, 0, MPI_COMM_WORLD, &there, &status);
    if (!there) return 0;
    int n = 0;
    MPI_Recv(bytes, static_cast<int>(capacity), MPI_BYTE, status.MPI_SOURCE, 0, MPI_COMM_WORLD, &status);
    MPI_Get_count(&status, MPI_BYTE, &n);
    return static_cast<size_t>(n);
}

void broadcast(void* bytes, size_t n) { MPI_Bcast(bytes, static_cast<int>(n), MPI_BYTE, 0, MPI_COMM_WORLD); }

void finalize() { MPI_Finalize(); }

void abort_all(int status) { MPI_Abort(MPI_COMM_WORLD, status); }

} // namespace

extern "C" __attribute__((visibility("default"))) const viresco_ranks* viresco_ranks_start() {
    int provided = 0;
    // Only the thread that starts it calls MPI.
    if (MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS) return nullptr;
    if (provided < MPI_THREAD_FUNNELED) return nullptr;
    MPI_Comm_rank(MPI_COMM_WORLD, &api.rank);
    MPI_Comm_size(MPI_COMM_WORLD, &api.size);
    api.send = send;
    api.poll = poll;
    api.broadcast = broadcast;
    api.finalize = finalize;
    api.abort = abort_all;
    return &api;
}
