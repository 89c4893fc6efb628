#include "study/run.h"
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

namespace viresco::study {
namespace {

using Clock = std::chrono::steady_clock;

/// A chunk as a message: its number, its numbers, its flags.
std::vector<char> packed(uint64_t chunk, const Cube::Chunk& c) {
    const size_t numbers = c.values.size() * 8, flags = c.flags.size() * 4;
    std::vector<char> out(8 + numbers + flags);
    std::memcpy(out.data(), &chunk, 8);
    if (numbers > 0) std::memcpy(out.data() + 8, c.values.data(), numbers);
    if (flags > 0) std::memcpy(out.data() + 8 + numbers, c.flags.data(), flags);
    return out;
}

/// Threads that take chunk after chunk of a list.
class Crew {
public:
    Crew(const Model& model, const Design& design, const Cube::Shape& shape, std::vector<uint64_t> list,
         const RunOptions& options, std::function<void(uint64_t, Cube::Chunk&&)> sink)
        : model_(model), design_(design), shape_(shape), list_(std::move(list)), options_(options),
          sink_(std::move(sink)) {
        for (int k = 0; k < options.jobs; ++k)
            threads_.emplace_back([this] {
                try {
                    work();
                } catch (...) {
                    const std::lock_guard lock(mutex_);
                    if (!error_) error_ = std::current_exception();
                    failed_ = true;
                }
                const std::lock_guard lock(mutex_);
                ++ended_;
                changed_.notify_all();
            });
    }
    Crew(const Crew&) = delete;
    Crew& operator=(const Crew&) = delete;
    ~Crew() {
        failed_ = true; // nobody starts another chunk
        for (std::thread& t : threads_) t.join();
    }

    /// Waits a little; true once every thread has ended. Throws what one of them threw.
    bool wait(std::chrono::milliseconds time) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, time, [this] { return ended_ == options_.jobs; });
        if (error_ && ended_ == options_.jobs) std::rethrow_exception(error_);
        return ended_ == options_.jobs;
    }

private:
    void work() {
        std::vector<std::unique_ptr<Worker>> workers(shape_.scenarios);
        for (;;) {
            if (failed_ || (options_.stop && *options_.stop)) return;
            const size_t k = next_.fetch_add(1);
            if (k >= list_.size()) return;
            const uint64_t chunk = list_[k], scenario = chunk / shape_.chunks_per_scenario();
            const uint64_t first = chunk % shape_.chunks_per_scenario() * shape_.chunk_rows;
            auto& worker = workers[scenario];
            if (!worker) worker = std::make_unique<Worker>(model_, scenario, design_, options_.derivatives);
            sink_(chunk, worker->rows(first, std::min(shape_.chunk_rows, shape_.rows - first)));
        }
    }

    const Model& model_;
    const Design& design_;
    const Cube::Shape shape_;
    const std::vector<uint64_t> list_;
    const RunOptions& options_;
    std::function<void(uint64_t, Cube::Chunk&&)> sink_;
    std::atomic<size_t> next_ = 0;
    std::atomic<bool> failed_ = false;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::exception_ptr error_;
    int ended_ = 0;
    std::vector<std::thread> threads_;
};

/// Rank 0: writes its own chunks and those that the others send.
bool keep(const Model& model, const Design& design, Cube& cube, const std::vector<uint64_t>& pending, Ranks& ranks,
          const RunOptions& options) {
    const Cube::Shape& shape = cube.shape();
    std::vector<uint64_t> own;
    size_t expected = 0;
    for (size_t k = 0; k < pending.size(); ++k)
        if (k % static_cast<size_t>(ranks.size()) == 0)
            own.push_back(pending[k]);
        else
            ++expected;
    const uint64_t all = shape.scenarios * shape.rows;
    uint64_t missing = 0;
    for (const uint64_t chunk : pending) missing += cube.rows_of(chunk);
    std::atomic<uint64_t> done = all - missing;
    Crew crew(model, design, shape, std::move(own), options, [&](uint64_t chunk, Cube::Chunk&& c) {
        cube.write(chunk, c);
        done += cube.rows_of(chunk);
    });
    auto flushed = Clock::now();
    const size_t capacity = 8 + shape.chunk_rows * (8 * shape.columns + 4 * shape.flags);
    std::vector<char> bytes;
    bool ended = false;
    while (!ended || expected > 0) {
        if (options.stop && *options.stop && ended) return false;
        ended = crew.wait(std::chrono::milliseconds(expected > 0 ? (ended ? 0 : 2) : 50));
        if (ended && expected > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        while (expected > 0 && ranks.poll(bytes, capacity)) {
            uint64_t chunk = 0;
            std::memcpy(&chunk, bytes.data(), 8);
            Cube::Chunk c;
            c.values.resize(cube.rows_of(chunk) * shape.columns);
            c.flags.resize(cube.rows_of(chunk) * shape.flags);
            const size_t numbers = c.values.size() * 8;
            if (numbers > 0) std::memcpy(c.values.data(), bytes.data() + 8, numbers);
            if (!c.flags.empty()) std::memcpy(c.flags.data(), bytes.data() + 8 + numbers, c.flags.size() * 4);
            cube.write(chunk, c);
            done += cube.rows_of(chunk);
            --expected;
        }
        if (options.progress) options.progress(done, all);
        if (Clock::now() - flushed > std::chrono::seconds(2)) {
            cube.flush();
            flushed = Clock::now();
        }
    }
    cube.flush();
    return done == all;
}

/// Any other rank: sends what it computes; sending waits for rank 0, so little heaps up.
bool hand_over(const Model& model, const Design& design, const Cube::Shape& shape, const std::vector<uint64_t>& pending,
               Ranks& ranks, const RunOptions& options) {
    std::vector<uint64_t> own;
    for (size_t k = 0; k < pending.size(); ++k)
        if (k % static_cast<size_t>(ranks.size()) == static_cast<size_t>(ranks.rank())) own.push_back(pending[k]);
    const size_t wanted = own.size();
    size_t sent = 0;
    std::mutex mutex;
    std::deque<std::vector<char>> queue;
    Crew crew(model, design, shape, std::move(own), options, [&](uint64_t chunk, Cube::Chunk&& c) {
        std::vector<char> bytes = packed(chunk, c);
        const std::lock_guard lock(mutex);
        queue.push_back(std::move(bytes));
    });
    bool ended = false;
    for (;;) {
        ended = crew.wait(std::chrono::milliseconds(2));
        for (;;) {
            std::vector<char> bytes;
            {
                const std::lock_guard lock(mutex);
                if (queue.empty()) break;
                bytes = std::move(queue.front());
                queue.pop_front();
            }
            ranks.send(bytes);
            ++sent;
        }
        if (ended) return sent == wanted;
    }
}

} // namespace

Cube::Shape shape_of(const Model& model, const Design& design, bool derivatives) {
    Cube::Shape s;
    s.scenarios = model.scenarios().size();
    s.rows = design.rows();
    s.columns = model.columns().size() * (derivatives ? 1 + static_cast<size_t>(model.inputs().size()) : 1);
    s.flags = model.routes().size();
    if (derivatives) s.chunk_rows = 16;
    return s;
}

bool run(const Model& model, const Design& design, Cube* cube, const Cube::Shape& shape, Ranks& ranks,
         const RunOptions& options) {
    std::vector<char> there(shape.chunks(), 0);
    if (cube)
        for (uint64_t k = 0; k < shape.chunks(); ++k) there[k] = cube->has(k) ? 1 : 0;
    ranks.broadcast(there);
    std::vector<uint64_t> pending;
    for (uint64_t k = 0; k < shape.chunks(); ++k)
        if (!there[k]) pending.push_back(k);
    return cube ? keep(model, design, *cube, pending, ranks, options)
                : hand_over(model, design, shape, pending, ranks, options);
}

} // namespace viresco::study
