#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

namespace viresco::jit {

/// 128 bits of two differently mixed sums: tells programs and damaged files apart, is no protection against forgery.
class Hash {
public:
    void word(uint64_t w) {
        a_ = mix(a_ ^ w);
        b_ = mix(b_ + w * 0x9E3779B97F4A7C15u + 0x632BE59BD9B4E019u);
    }
    void number(double d) {
        uint64_t w = 0;
        std::memcpy(&w, &d, sizeof w);
        word(w);
    }
    void text(const char* s, size_t n) {
        word(n);
        for (size_t k = 0; k < n; k += 8) {
            uint64_t w = 0;
            std::memcpy(&w, s + k, n - k < 8 ? n - k : 8);
            word(w);
        }
    }
    void text(const std::string& s) { text(s.data(), s.size()); }
    std::array<uint64_t, 2> value() const { return {a_, b_}; }
    std::string hex() const {
        std::string out;
        for (const uint64_t w : {a_, b_})
            for (int k = 60; k >= 0; k -= 4) out += "0123456789abcdef"[(w >> k) & 15];
        return out;
    }

private:
    static uint64_t mix(uint64_t x) { // the finaliser of splitmix64
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
        return x ^ (x >> 31);
    }
    uint64_t a_ = 0x243F6A8885A308D3u, b_ = 0x13198A2E03707344u;
};

} // namespace viresco::jit
