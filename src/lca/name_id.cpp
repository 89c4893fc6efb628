#include "lca/name_id.h"
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace viresco::lca {
namespace {

/// MD5 (RFC 1321), which version 3 UUIDs are made of; not for security.
std::array<uint8_t, 16> md5(std::string text) {
    constexpr int shifts[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
    const uint64_t bits = uint64_t(text.size()) * 8;
    text += '\x80';
    while (text.size() % 64 != 56) text += '\0';
    for (int i = 0; i < 8; ++i) text += static_cast<char>(bits >> (8 * i));
    std::array<uint32_t, 64> sines;
    for (size_t i = 0; i < 64; ++i)
        sines[i] = static_cast<uint32_t>(std::floor(std::abs(std::sin(static_cast<double>(i + 1))) * 4294967296.0));
    std::array<uint32_t, 4> state{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
    for (size_t at = 0; at < text.size(); at += 64) {
        std::array<uint32_t, 16> m;
        for (size_t i = 0; i < 16; ++i) {
            m[i] = 0;
            for (size_t k = 4; k-- > 0;) m[i] = (m[i] << 8) | static_cast<uint8_t>(text[at + 4 * i + k]);
        }
        auto [a, b, c, d] = state;
        for (uint32_t i = 0; i < 64; ++i) {
            uint32_t f = 0, g = 0;
            switch (i / 16) {
            case 0: f = (b & c) | (~b & d), g = i; break;
            case 1: f = (d & b) | (~d & c), g = (5 * i + 1) % 16; break;
            case 2: f = b ^ c ^ d, g = (3 * i + 5) % 16; break;
            default: f = c ^ (b | ~d), g = (7 * i) % 16;
            }
            f += a + sines[i] + m[g];
            a = d, d = c, c = b;
            b += std::rotl(f, shifts[i / 16][i % 4]);
        }
        state[0] += a, state[1] += b, state[2] += c, state[3] += d;
    }
    std::array<uint8_t, 16> out;
    for (size_t i = 0; i < 16; ++i) out[i] = static_cast<uint8_t>(state[i / 4] >> (8 * (i % 4)));
    return out;
}

std::string_view trimmed(std::string_view s) {
    while (!s.empty() && static_cast<unsigned char>(s.front()) <= ' ') s.remove_prefix(1);
    while (!s.empty() && static_cast<unsigned char>(s.back()) <= ' ') s.remove_suffix(1);
    return s;
}

} // namespace

std::string name_id(std::initializer_list<std::string_view> parts) {
    std::string path;
    bool first = true;
    for (const std::string_view part : parts) {
        if (!first) path += '/';
        first = false;
        for (const char c : trimmed(part)) path += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    auto hash = md5(std::move(path));
    hash[6] = static_cast<uint8_t>((hash[6] & 0x0F) | 0x30);
    hash[8] = static_cast<uint8_t>((hash[8] & 0x3F) | 0x80);
    std::string id;
    for (size_t i = 0; i < 16; ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) id += '-';
        id += "0123456789abcdef"[hash[i] >> 4];
        id += "0123456789abcdef"[hash[i] & 15];
    }
    return id;
}

} // namespace viresco::lca
