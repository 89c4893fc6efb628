#include "jit/jit.h"
#include "base/messages/jit.h"
#include "jit/cache.h"
#include "jit/hash.h"
#include "jit/memory.h"
#include "jit/request.h"
#include <algorithm>
#include <chrono>
#include <dlfcn.h>
#include <mutex>
#include <thread>
#include <unistd.h>

namespace viresco::jit {
namespace {

/// Seconds that an operation takes to compile and to interpret (2 ns; docs/dev/performance.md): their ratio says after
/// how many operations compiling is no longer the longer way.
constexpr double compile_seconds[] = {8e-6, 45e-6, 45e-6}, interpret_seconds = 2e-9, plugin_seconds = 0.03;
/// Programs up to this size are worth the best code: it is a fifth faster, and takes five times as long to make.
constexpr size_t small_program = 2000;
constexpr int code_version = 1; ///< to be raised with any change of the code made for a program

std::string features(int level) {
    return level == 8 ? "+avx512f,+avx512dq,+avx512vl,+avx2" : level == 4 ? "+avx2" : "+sse2";
}

/// The plug-in stands beside the program's folder: <prefix>/lib/viresco for <prefix>/bin, lib/viresco in a build tree.
std::vector<std::string> plugin_places(const std::string& given) {
    if (!given.empty()) return {given};
    std::string self(4096, '\0');
    const ssize_t n = readlink("/proc/self/exe", self.data(), self.size());
    if (n <= 0) return {};
    self.resize(static_cast<size_t>(n));
    std::vector<std::string> out;
    for (int up = 0; up < 3; ++up) {
        const size_t slash = self.rfind('/');
        if (slash == std::string::npos) break;
        self.resize(slash);
        if (up > 0) out.push_back(self + "/lib/viresco/libviresco_jit.so");
    }
    return out;
}

/// Opened once and never closed: LLVM keeps state that outlives a module.
CompileFunction open_plugin(const std::string& given, std::string& error) {
    error = "libviresco_jit.so";
    for (const std::string& path : plugin_places(given)) {
        if (access(path.c_str(), R_OK) != 0) continue;
        void* const module = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
        void* const f = module ? dlsym(module, compile_function) : nullptr;
        if (f) return reinterpret_cast<CompileFunction>(f);
        const char* const why = dlerror();
        error = why ? why : path;
    }
    return nullptr;
}

class Compiled : public Code {
public:
    Compiled(std::vector<lang::TapeUse> tapes, std::vector<std::pair<int32_t, double>> constants, int n_slots,
             int n_variables, Options options)
        : Code(options.width), tapes_(std::move(tapes)), constants_(std::move(constants)), n_slots_(n_slots),
          n_variables_(n_variables), options_(std::move(options)), cache_(options_.cache_folder) {
        const int best = best_level();
        level_ = options_.level > 0 ? options_.level : best;
        lanes_ = std::min(options_.width, level_);
        if (best == 1 || level_ > best) {
            tried_ = true;
            report_.problem = Message{message::jit_processor, {}};
            return;
        }
        for (const lang::TapeUse& t : tapes_) operations_ += t.tape->size();
        effort_ = options_.effort >= 0 ? options_.effort : operations_ <= small_program ? 2 : 0;
        const std::lock_guard lock(mutex_);
        if (const auto start = now(); const auto found = cache_.read(key())) {
            report_.cached = true;
            load(*found, start);
        }
        if (!ready() && options_.mode == Mode::on) make();
    }

    Report report() const override {
        const std::lock_guard lock(mutex_);
        return report_;
    }

private:
    using Clock = std::chrono::steady_clock;
    static Clock::time_point now() { return Clock::now(); }

    const lang::CompiledTape* missed(size_t operations) override {
        if (tried_.load(std::memory_order_relaxed)) return nullptr;
        const double spent = static_cast<double>(interpreted_.fetch_add(operations, std::memory_order_relaxed)) *
                             interpret_seconds;
        if (spent < plugin_seconds + compile_seconds[effort_] * static_cast<double>(operations_)) return nullptr;
        const std::unique_lock lock(mutex_, std::try_to_lock);
        if (!lock) return nullptr; // another thread is at it
        if (!tried_) make();
        return ready();
    }

    /// Everything that decides the code, readable at its beginning.
    std::string key() const {
        Hash h;
        h.word(static_cast<uint64_t>(code_version));
        h.word(static_cast<uint64_t>(lang::Op::property)); // operations are numbered up to this one
        h.word(options_.largest);
        h.word(static_cast<uint64_t>(n_slots_));
        h.word(static_cast<uint64_t>(n_variables_));
        h.word(constants_.size());
        for (const auto& [slot, value] : constants_) {
            h.word(static_cast<uint64_t>(slot));
            h.number(value);
        }
        for (const lang::TapeUse& t : tapes_) {
            h.word(t.tape->size());
            for (const lang::Instruction& i : *t.tape)
                for (const int32_t w : {static_cast<int32_t>(i.op), i.result, i.a, i.b, i.c})
                    h.word(static_cast<uint64_t>(w));
            for (const auto* slots : {&t.keep, &t.out}) {
                h.word(slots->size());
                for (const int32_t s : *slots) h.word(static_cast<uint64_t>(s));
            }
        }
        return std::string(VIRESCO_VERSION) + features(level_) + "-" + std::to_string(options_.width) + "-" +
               std::to_string(effort_) + "-" + h.hex();
    }

    void make() {
        tried_ = true;
        const auto start = now();
        std::string error;
        const CompileFunction compile = open_plugin(options_.plugin, error);
        if (!compile) {
            report_.no_plugin = true;
            report_.problem = Message{message::jit_no_plugin, {error}};
            return;
        }
        Request r;
        for (const lang::TapeUse& t : tapes_) r.tapes.push_back(schedule(t, n_slots_, options_.largest));
        r.constants = constants_;
        r.n_slots = n_slots_;
        r.n_variables = n_variables_;
        r.width = options_.width;
        r.lanes = lanes_;
        r.features = features(level_);
        r.effort = effort_;
        r.threads = operations_ > 1000
                        ? std::min(options_.threads, static_cast<int>(std::thread::hardware_concurrency()))
                        : 1;
        std::vector<std::string> objects;
        Blob blob;
        if (!compile(r, objects, error) || !link(objects, tapes_.size(), blob, error)) {
            report_.problem = Message{message::jit_failed, {error}};
            return;
        }
        if (load(blob, start)) cache_.write(key(), blob);
    }

    bool load(const Blob& blob, Clock::time_point start) {
        std::string error;
        if (blob.entries.size() != tapes_.size()) return false;
        if (!memory_.load(blob, lanes_, error)) {
            report_.problem = Message{message::jit_no_memory, {error}};
            return false;
        }
        report_.bytes = memory_.size();
        report_.seconds = std::chrono::duration<double>(now() - start).count();
        tried_ = true;
        publish(memory_.entries().data());
        return true;
    }

    const std::vector<lang::TapeUse> tapes_;
    const std::vector<std::pair<int32_t, double>> constants_;
    const int n_slots_, n_variables_;
    const Options options_;
    const Cache cache_;
    int level_ = 1, lanes_ = 1, effort_ = 2;
    size_t operations_ = 0;
    std::atomic<uint64_t> interpreted_ = 0;
    std::atomic<bool> tried_ = false;
    mutable std::mutex mutex_;
    Memory memory_;
    Report report_;
};

} // namespace

std::optional<Mode> parse_mode(std::string_view text) {
    if (text == "off") return Mode::off;
    if (text == "auto") return Mode::automatic;
    if (text == "on") return Mode::on;
    return {};
}

int best_level() {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        return 8;
    return __builtin_cpu_supports("avx2") ? 4 : 2;
#else
    return 1;
#endif
}

std::shared_ptr<Code> compile(const lang::DynamicProgram& p, const Options& o) {
    if (o.mode == Mode::off) return nullptr;
    return std::make_shared<Compiled>(p.tapes(), p.constants(), p.n_slots(), p.n_variables(), o);
}

std::shared_ptr<Code> compile(const lang::Program& p, const Options& o) {
    if (o.mode == Mode::off) return nullptr;
    return std::make_shared<Compiled>(p.tapes(), p.constants(), p.n_slots(), 0, o);
}

void warn(const Code& code, Diagnostics& warnings) {
    const Report r = code.report();
    if (!r.problem) return;
    auto& w = warnings.warning({}, message::no_machine_code).hint(r.problem->id, r.problem->args);
    if (r.no_plugin) w.hint(message::jit_no_plugin_hint);
}

} // namespace viresco::jit
