#pragma once
#include "jit/link.h"
#include <cstdint>
#include <optional>
#include <string>

namespace viresco::jit {

/// Machine code in files, one per program: `<folder>/<key>.code`. Safe under concurrent runs (a file is written under
/// another name and renamed) and against damaged files (a checksum over all of it). Since what is read will run, only
/// files that belong to this user and that nobody else may write are taken. Failures are silent: nothing is cached then.
class Cache {
public:
    /// Empty folder: no cache. Beyond `limit` bytes in the folder the files used least recently go.
    explicit Cache(std::string folder, uint64_t limit = 64u << 20);

    /// $XDG_CACHE_HOME/viresco/jit, or ~/.cache/viresco/jit; empty where neither is known.
    static std::string user_folder();

    std::optional<Blob> read(const std::string& key) const;
    void write(const std::string& key, const Blob&) const;

private:
    std::string path(const std::string& key) const;
    void make_room(uint64_t size) const;

    std::string folder_;
    uint64_t limit_;
};

} // namespace viresco::jit
