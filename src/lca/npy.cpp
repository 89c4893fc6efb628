#include "lca/npy.h"
#include <cctype>
#include <charconv>
#include <cstring>
#include <limits>
#include <optional>

namespace viresco::lca {
namespace {

/// Reads the little Python literal of the header: strings, numbers, names, tuples, lists, one map.
struct Literal {
    std::string_view in;
    void blank() {
        while (!in.empty() && (in.front() == ' ' || in.front() == '\n')) in.remove_prefix(1);
    }
    bool take(char c) {
        blank();
        if (in.empty() || in.front() != c) return false;
        in.remove_prefix(1);
        return true;
    }
    std::optional<std::string> text() {
        blank();
        if (in.empty() || (in.front() != '\'' && in.front() != '"')) return {};
        const size_t end = in.find(in.front(), 1);
        if (end == std::string_view::npos) return {};
        std::string s(in.substr(1, end - 1));
        in.remove_prefix(end + 1);
        return s;
    }
    std::string word() {
        blank();
        size_t n = 0;
        while (n < in.size() && (std::isalnum(static_cast<unsigned char>(in[n])) || in[n] == '_')) ++n;
        std::string s(in.substr(0, n));
        in.remove_prefix(n);
        return s;
    }
};

uint64_t little(const char* p, size_t n) {
    uint64_t x = 0;
    std::memcpy(&x, p, n); // the machine is little-endian (store.cpp asserts it)
    return x;
}

double half(uint16_t h) {
    const int exponent = (h >> 10) & 31, fraction = h & 1023;
    double x = exponent == 0 ? fraction / 1024.0 / 16384
                             : (1 + fraction / 1024.0) * static_cast<double>(1ull << exponent) / 32768;
    if (exponent == 31)
        x = fraction ? std::numeric_limits<double>::quiet_NaN() : std::numeric_limits<double>::infinity();
    return h & 0x8000 ? -x : x;
}

} // namespace

bool NpyArray::parse(std::string_view bytes, std::string& why) {
    const auto fail = [&](const char* reason) {
        why = reason;
        return false;
    };
    if (bytes.size() < 10 || !bytes.starts_with("\x93NUMPY")) return fail("no NumPy array");
    const bool wide = bytes[6] >= 2;
    const size_t begin = wide ? 12 : 10;
    if (bytes.size() < begin) return fail("truncated header");
    const size_t length = little(bytes.data() + 8, wide ? 4 : 2);
    if (bytes.size() - begin < length) return fail("truncated header");
    Literal header{bytes.substr(begin, length)};
    data_ = bytes.substr(begin + length);
    fields_.clear();
    shape_.clear();
    item_ = 0;
    bool described = false, shaped = false;
    const auto add = [&](std::string name, const std::string& type) {
        // "<f8", "|u1", "|b1": order, kind, bytes
        if (type.size() < 3 || (type[0] != '<' && type[0] != '|' && type[0] != '=')) return false;
        Field f{std::move(name), type[1], 0, item_};
        std::from_chars(type.data() + 2, type.data() + type.size(), f.size);
        const bool good = f.kind == 'f' ? f.size == 2 || f.size == 4 || f.size == 8
                                        : (f.kind == 'i' || f.kind == 'u' || f.kind == 'b') &&
                                              (f.size == 1 || f.size == 2 || f.size == 4 || f.size == 8);
        if (!good) return false;
        item_ += f.size;
        fields_.push_back(std::move(f));
        return true;
    };
    if (!header.take('{')) return fail("unreadable header");
    while (!header.take('}')) {
        const auto key = header.text();
        if (!key || !header.take(':')) return fail("unreadable header");
        if (*key == "descr") {
            described = true;
            if (header.take('[')) {
                while (!header.take(']')) {
                    if (!header.take('(')) return fail("unreadable record type");
                    const auto name = header.text();
                    header.take(',');
                    const auto type = header.text();
                    if (!name || !type || !header.take(')') || !add(*name, *type)) return fail("record type not read");
                    header.take(',');
                }
            } else {
                const auto type = header.text();
                if (!type || !add("", *type)) return fail("number type not read (big-endian or objects)");
            }
        } else if (*key == "fortran_order") {
            fortran_ = header.word() == "True";
        } else if (*key == "shape") {
            shaped = true;
            if (!header.take('(')) return fail("unreadable shape");
            while (!header.take(')')) {
                const std::string n = header.word();
                size_t size = 0;
                if (n.empty() || std::from_chars(n.data(), n.data() + n.size(), size).ec != std::errc())
                    return fail("unreadable shape");
                shape_.push_back(size);
                header.take(',');
            }
        } else {
            return fail("unknown key in header");
        }
        header.take(',');
    }
    if (!described || !shaped || fields_.empty()) return fail("incomplete header");
    if (shape_.size() > 2) return fail("more than two dimensions");
    // Bounds of a forged header: the product must not overflow.
    const size_t have = data_.size() / item_;
    if (rows() != 0 && columns() > have / rows()) return fail("fewer numbers than announced");
    if (rows() > have && columns() != 0) return fail("fewer numbers than announced");
    return true;
}

int NpyArray::field(std::string_view name) const {
    for (size_t i = 0; i < fields_.size(); ++i)
        if (fields_[i].name == name) return static_cast<int>(i);
    return -1;
}

const char* NpyArray::at(size_t row, size_t column, const Field& f) const {
    const size_t index = fortran_ ? column * rows() + row : row * columns() + column;
    return data_.data() + index * item_ + f.offset;
}

double NpyArray::number(size_t row, int field, size_t column) const {
    const Field& f = fields_[static_cast<size_t>(field)];
    const char* p = at(row, column, f);
    if (f.kind != 'f') return static_cast<double>(integer(row, field, column));
    if (f.size == 2) return half(static_cast<uint16_t>(little(p, 2)));
    if (f.size == 4) {
        float x;
        std::memcpy(&x, p, 4);
        return static_cast<double>(x);
    }
    double x;
    std::memcpy(&x, p, 8);
    return x;
}

int64_t NpyArray::integer(size_t row, int field, size_t column) const {
    const Field& f = fields_[static_cast<size_t>(field)];
    if (f.kind == 'f') return static_cast<int64_t>(number(row, field, column));
    const uint64_t x = little(at(row, column, f), f.size);
    if (f.kind == 'i' && f.size < 8) {
        const int shift = static_cast<int>(64 - 8 * f.size);
        return static_cast<int64_t>(x << shift) >> shift;
    }
    return static_cast<int64_t>(x);
}

std::string npy_file(const std::string& descr, size_t rows, std::string_view data) {
    std::string header = "{'descr': " + descr + ", 'fortran_order': False, 'shape': (" + std::to_string(rows) + ",), }";
    while ((10 + header.size() + 1) % 64 != 0) header += ' ';
    header += '\n';
    std::string out = "\x93NUMPY";
    out += '\x01';
    out += '\0';
    out += static_cast<char>(header.size() & 255);
    out += static_cast<char>(header.size() >> 8);
    out += header;
    out += data;
    return out;
}

} // namespace viresco::lca
