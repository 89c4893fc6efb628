#include "jit/memory.h"
#include "jit/functions.h"
#include <cerrno>
#include <cstring>
#include <sys/mman.h>

namespace viresco::jit {

Memory::~Memory() {
    if (at_) munmap(at_, size_);
}

bool Memory::load(const Blob& blob, int lanes, std::string& error) {
    void* const at = mmap(nullptr, blob.bytes.size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) {
        error = std::strerror(errno);
        return false;
    }
    at_ = at;
    size_ = blob.bytes.size();
    std::memcpy(at_, blob.bytes.data(), size_);
    fill_table(static_cast<void**>(at_), lanes);
    if (mprotect(at_, size_, PROT_READ | PROT_EXEC) != 0) {
        error = std::strerror(errno);
        return false;
    }
    for (const uint64_t e : blob.entries)
        entries_.push_back(reinterpret_cast<lang::CompiledTape>(static_cast<char*>(at_) + e));
    return true;
}

} // namespace viresco::jit
