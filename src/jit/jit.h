#pragma once
#include "base/diagnostic.h"
#include "lang/dynamic.h"
#include "lang/evaluation.h"
#include <memory>
#include <optional>
#include <string>
#include <string_view>

/// Machine code for programs: the interpreter's bits, several times faster.
namespace viresco::jit {

enum class Mode {
    off,
    automatic, ///< code of an earlier run at once; else when interpreting has taken as long as compiling will
    on         ///< before the first evaluation
};
/// "off", "auto" or "on".
std::optional<Mode> parse_mode(std::string_view);

struct Options {
    Mode mode = Mode::automatic;
    int width = 1;            ///< lanes of the evaluations that will use it: 1 or 8
    int level = 0;            ///< instruction set: 2 (SSE2), 4 (AVX2), 8 (AVX-512); 0: the best of this processor
    int effort = -1;          ///< 0: compiled soonest, 2: runs fastest; -1: as fits the size of the program
    size_t largest = 400;     ///< operations of one function
    int threads = 2;          ///< of the compiler
    std::string cache_folder; ///< empty: no cache; see Cache::user_folder
    std::string plugin;       ///< path of the module; empty: beside the program
};

/// The best instruction set of this processor, by the doubles of its vectors: 2, 4 or 8; 1: none there is code for.
int best_level();

/// How the code came about.
struct Report {
    bool cached = false;
    double seconds = 0; ///< to find or to make it, wall clock
    size_t bytes = 0;
    std::optional<Message> problem; ///< why there is none
    bool no_plugin = false;
};

class Code : public lang::MachineCode {
public:
    using lang::MachineCode::MachineCode;
    /// Once ready() or tried; until then empty.
    virtual Report report() const = 0;
};

/// Never fails: without code every evaluation interprets, and `report` says why. The program must outlive it. Mode off:
/// null.
std::shared_ptr<Code> compile(const lang::DynamicProgram&, const Options&);
std::shared_ptr<Code> compile(const lang::Program&, const Options&);

/// Adds a warning where code was asked for (Mode::on) and there is none.
void warn(const Code&, Diagnostics& warnings);

} // namespace viresco::jit
