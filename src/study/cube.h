#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace viresco::study {

/// The outcome cube (scenario x row x column) in one file, filled in any order by chunks of rows.
///
/// The file (format: docs/study.md): a header in JSON that says what everything is, then one slot of fixed size per
/// chunk: mark, check sum, the numbers, a flag word per row and route. A slot counts once its check sum is right, so that
/// what was written before a kill stays and what was cut off is done again. While incomplete the file is called
/// NAME.part; `finish` gives it its name. Without a name it is a temporary file that nobody sees.
class Cube {
public:
    struct Shape {
        uint64_t scenarios = 1, rows = 0, columns = 0, flags = 0;
        uint64_t chunk_rows = 64;
        uint64_t chunks_per_scenario() const { return (rows + chunk_rows - 1) / chunk_rows; }
        uint64_t chunks() const { return scenarios * chunks_per_scenario(); }
        bool operator==(const Shape&) const = default;
    };

    /// Where a cube without a name is kept: what the system calls its folder of temporary files (TMPDIR). Throws
    /// ConfigError where there is none.
    static std::string temporary_folder();
    /// A new file; `header` describes it. Throws ConfigError where the folder cannot be written, or where `name` or its
    /// part is there already.
    static std::unique_ptr<Cube> create(const std::string& name, const Shape&, const std::string& header);
    /// Goes on with NAME.part, or reads the finished NAME. Throws ConfigError where neither is there or where the header
    /// is another (`differs` says what to print of two headers: theirs and ours).
    static std::unique_ptr<Cube>
    resume(const std::string& name, const Shape&, const std::string& header,
           const std::function<std::string(const std::string&, const std::string&)>& differs);
    Cube(const Cube&) = delete;
    Cube& operator=(const Cube&) = delete;
    ~Cube();

    const Shape& shape() const { return shape_; }
    bool finished() const { return finished_; }
    /// Whether the slot holds a whole chunk.
    bool has(uint64_t chunk) const;
    /// Rows of a chunk: the last one of a scenario may be shorter. First row within the scenario.
    uint64_t first_row(uint64_t chunk) const;
    uint64_t rows_of(uint64_t chunk) const;

    /// One chunk: numbers (rows x columns) and flags (rows x flags). `write` may be called from any thread; it throws
    /// ConfigError where the disk is full.
    struct Chunk {
        std::vector<double> values;
        std::vector<uint32_t> flags;
    };
    void write(uint64_t chunk, const Chunk&);
    /// False where it is not there or damaged.
    bool read(uint64_t chunk, Chunk&) const;
    /// What is written survives a power failure.
    void flush();
    /// All chunks are there: the file gets its name.
    void finish();

private:
    Cube(int file, std::string name, const Shape& shape, uint64_t start)
        : file_(file), name_(std::move(name)), shape_(shape), start_(start) {}
    uint64_t slot_bytes() const;
    int file_;
    std::string name_; ///< empty: temporary
    Shape shape_;
    uint64_t start_; ///< of the first slot
    bool finished_ = false;
};

} // namespace viresco::study
