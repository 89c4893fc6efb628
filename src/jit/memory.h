#pragma once
#include "jit/link.h"
#include "lang/machine_code.h"
#include <string>
#include <vector>

namespace viresco::jit {

/// A blob in executable memory: never writable and executable at once.
class Memory {
public:
    Memory() = default;
    ~Memory();
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;
    /// lanes: of its vector functions. False where the system does not allow it: `error` says why.
    bool load(const Blob&, int lanes, std::string& error);
    const std::vector<lang::CompiledTape>& entries() const { return entries_; }
    size_t size() const { return size_; }

private:
    void* at_ = nullptr;
    size_t size_ = 0;
    std::vector<lang::CompiledTape> entries_;
};

} // namespace viresco::jit
