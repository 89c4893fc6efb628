#include "jit/link.h"
#include "jit/functions.h"
#include <cstring>
#include <elf.h>
#include <map>

namespace viresco::jit {
namespace {

constexpr uint64_t nowhere = ~uint64_t{0};

/// One object file, its sections placed in the blob. Every place is checked: a reader of files trusts none of them.
class Object {
public:
    Object(const std::string& bytes, std::string& blob) : bytes_(bytes), blob_(blob) {
        Elf64_Ehdr h{};
        if (!read(0, h) || std::memcmp(h.e_ident, ELFMAG, SELFMAG) != 0 || h.e_machine != EM_X86_64 ||
            h.e_type != ET_REL)
            return;
        sections_.resize(h.e_shnum);
        for (size_t k = 0; k < sections_.size(); ++k)
            if (!read(h.e_shoff + k * sizeof(Elf64_Shdr), sections_[k])) return;
        for (const Elf64_Shdr& s : sections_) {
            const bool placed = (s.sh_flags & SHF_ALLOC) != 0 && s.sh_type == SHT_PROGBITS;
            at_.push_back(placed ? place(s) : nowhere);
            if (s.sh_type == SHT_SYMTAB) symbols_ = &s;
        }
        good_ = true;
    }
    bool good() const { return good_; }

    /// Names defined here with their offsets in the blob.
    void define(std::map<std::string, uint64_t>& names) const {
        each_symbol([&](const Elf64_Sym& s, const std::string& name) {
            if (!name.empty() && s.st_shndx != SHN_UNDEF && s.st_shndx < at_.size() && at_[s.st_shndx] != nowhere)
                names.emplace(name, at_[s.st_shndx] + s.st_value);
        });
    }

    bool relocate(const std::map<std::string, uint64_t>& names, std::string& error) {
        std::vector<uint64_t> where;
        std::vector<std::string> called;
        each_symbol([&](const Elf64_Sym& s, const std::string& name) {
            const auto found = names.find(name);
            where.push_back(s.st_shndx != SHN_UNDEF && s.st_shndx < at_.size() && at_[s.st_shndx] != nowhere
                                ? at_[s.st_shndx] + s.st_value
                            : found != names.end() ? found->second
                                                   : nowhere);
            called.push_back(name);
        });
        for (const Elf64_Shdr& s : sections_) {
            if (s.sh_type != SHT_RELA || s.sh_info >= at_.size() || at_[s.sh_info] == nowhere) continue;
            for (uint64_t k = 0; k < s.sh_size / sizeof(Elf64_Rela); ++k) {
                Elf64_Rela r{};
                if (!read(s.sh_offset + k * sizeof r, r)) return false;
                const auto type = ELF64_R_TYPE(r.r_info);
                const auto symbol = ELF64_R_SYM(r.r_info);
                const uint64_t place = at_[s.sh_info] + r.r_offset;
                if ((type != R_X86_64_PC32 && type != R_X86_64_PLT32) || symbol >= where.size() ||
                    where[symbol] == nowhere || place + 4 > blob_.size()) {
                    error = "relocation " + std::to_string(type) + " of " +
                            (symbol < called.size() ? called[symbol] : std::string("?"));
                    return false;
                }
                const auto distance = static_cast<int64_t>(where[symbol]) + r.r_addend - static_cast<int64_t>(place);
                const auto short_distance = static_cast<int32_t>(distance);
                if (short_distance != distance) return false;
                std::memcpy(blob_.data() + place, &short_distance, 4);
            }
        }
        return true;
    }

private:
    template <class T>
    bool read(uint64_t offset, T& to) const {
        if (offset > bytes_.size() || bytes_.size() - offset < sizeof to) return false;
        std::memcpy(&to, bytes_.data() + offset, sizeof to);
        return true;
    }
    uint64_t place(const Elf64_Shdr& s) {
        if (s.sh_offset > bytes_.size() || bytes_.size() - s.sh_offset < s.sh_size || s.sh_addralign > 4096)
            return nowhere;
        const size_t align = s.sh_addralign > 1 ? s.sh_addralign : 1;
        blob_.resize((blob_.size() + align - 1) / align * align, '\0');
        const uint64_t here = blob_.size();
        blob_.append(bytes_, s.sh_offset, s.sh_size);
        return here;
    }
    template <class F>
    void each_symbol(F f) const {
        if (!symbols_ || symbols_->sh_link >= sections_.size()) return;
        const Elf64_Shdr& strings = sections_[symbols_->sh_link];
        for (uint64_t k = 0; k < symbols_->sh_size / sizeof(Elf64_Sym); ++k) {
            Elf64_Sym s{};
            if (!read(symbols_->sh_offset + k * sizeof s, s)) return;
            const uint64_t name = strings.sh_offset + s.st_name;
            f(s, name < bytes_.size() ? std::string(bytes_.c_str() + name) : std::string());
        }
    }

    const std::string& bytes_;
    std::string& blob_;
    std::vector<Elf64_Shdr> sections_;
    std::vector<uint64_t> at_;
    const Elf64_Shdr* symbols_ = nullptr;
    bool good_ = false;
};

} // namespace

bool link(const std::vector<std::string>& objects, size_t n_tapes, Blob& blob, std::string& error) {
    blob.bytes.assign(table_entries * sizeof(void*), '\0');
    std::vector<Object> parts;
    parts.reserve(objects.size());
    std::map<std::string, uint64_t> names{{"functions", 0}};
    for (const std::string& bytes : objects) {
        if (!parts.emplace_back(bytes, blob.bytes).good()) {
            error = "object file";
            return false;
        }
        parts.back().define(names);
    }
    for (Object& part : parts)
        if (!part.relocate(names, error)) return false;
    for (size_t k = 0; k < n_tapes; ++k) {
        const auto found = names.find("t" + std::to_string(k));
        if (found == names.end()) {
            error = "t" + std::to_string(k);
            return false;
        }
        blob.entries.push_back(found->second);
    }
    return true;
}

} // namespace viresco::jit
