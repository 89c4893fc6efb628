#pragma once
#include "lang/kernels.h"
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace viresco::lang {

/// A tape as machine code: reads the slots that the tape reads, with the bits of the interpreter; those of a dynamic
/// system's variables from `variables`, so that it need not wait for them to be copied. Of the results only those of its
/// `TapeUse` are written: `keep` to their slots, `out` one after the other to `out` (each `width` doubles); all others
/// stay in registers. The three arrays are apart. No state, any thread.
using CompiledTape = void (*)(double* slots, const double* variables, double* out);

/// A tape and what is read of its results.
struct TapeUse {
    const Tape* tape;
    std::vector<int32_t> keep; ///< slots that others read afterwards
    std::vector<int32_t> out;  ///< -1: zero
};

/// Machine code for the tapes of one program and one width (made by jit/; this folder only calls it). It may appear
/// while evaluations run: bits do not depend on it. Shared by any number of evaluations and threads.
class MachineCode {
public:
    virtual ~MachineCode() = default;
    MachineCode(const MachineCode&) = delete;
    MachineCode& operator=(const MachineCode&) = delete;

    int width() const { return width_; }
    /// The code of every tape of the program, in the order of its `tapes()`; null: interpret. Once there it stays.
    const CompiledTape* ready() const { return ready_.load(std::memory_order_acquire); }
    /// The same, where so many operations are about to be interpreted: what may make compiling worth while.
    const CompiledTape* wanted(size_t operations) {
        const CompiledTape* const code = ready();
        return code ? code : missed(operations);
    }

protected:
    explicit MachineCode(int width) : width_(width) {}
    /// There is no code yet: the place to make it.
    virtual const CompiledTape* missed(size_t operations) = 0;
    void publish(const CompiledTape* code) { ready_.store(code, std::memory_order_release); }

private:
    std::atomic<const CompiledTape*> ready_ = nullptr;
    int width_;
};

} // namespace viresco::lang
