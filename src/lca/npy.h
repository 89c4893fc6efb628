#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace viresco::lca {

/// A NumPy .npy array in memory (versions 1 to 3, little-endian or single bytes, C or Fortran order, at most two
/// dimensions): numbers, flags, or records with named fields.
/// Source: NumPy's format description (numpy.lib.format), from memory: unverified.
class NpyArray {
public:
    /// False with the reason in `why`; `bytes` must outlive the array.
    bool parse(std::string_view bytes, std::string& why);

    size_t rows() const { return shape_.empty() ? 1 : shape_[0]; }
    size_t columns() const { return shape_.size() < 2 ? 1 : shape_[1]; }
    /// -1: no such field. Field 0 of an array without records is the number itself.
    int field(std::string_view name) const;
    double number(size_t row, int field = 0, size_t column = 0) const;
    int64_t integer(size_t row, int field = 0, size_t column = 0) const;

private:
    struct Field {
        std::string name;
        char kind = 'f'; ///< f i u b
        size_t size = 8, offset = 0;
    };
    const char* at(size_t row, size_t column, const Field&) const;

    std::vector<Field> fields_;
    size_t item_ = 0;
    bool fortran_ = false;
    std::vector<size_t> shape_;
    std::string_view data_;
};

/// The bytes of a .npy file: `descr` as in its header ("'<f8'", "[('row', '<i4'), ('col', '<i4')]").
std::string npy_file(const std::string& descr, size_t rows, std::string_view data);

} // namespace viresco::lca
