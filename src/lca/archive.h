#pragma once
#include "base/diagnostic.h"
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace viresco::lca {

/// Limits against hostile archives; exceeding one is an error that names the archive and its entry.
struct ArchiveLimits {
    uint64_t max_entry = uint64_t(2) << 30; ///< bytes of one entry, unpacked
    uint64_t max_total = uint64_t(8) << 30; ///< bytes of all entries, unpacked
    uint64_t max_entries = 2'000'000;
    double max_ratio = 200; ///< unpacked / packed, for entries above `ratio_from` bytes
    uint64_t ratio_from = uint64_t(8) << 20;
};

/// What an importer reads from: a zip file, a folder with all below it, or one file (then its only entry).
///
/// Names are relative, with '/', sorted; folders themselves are not listed. A zip whose names leave it ("../x", "/x",
/// "C:x"), repeat, or that would unpack beyond the limits is refused as a whole. Files that only decorate
/// (__MACOSX/, .DS_Store) are passed over; so are links that lead out of a folder.
class Archive {
public:
    /// Null after an error. `sources`: where the places of later errors live; it must outlive the diagnostics.
    /// Without it the archive owns them: then the diagnostics must be shown while the archive lives.
    static std::unique_ptr<Archive> open(const std::string& path, Diagnostics&, SourceStore* sources = nullptr,
                                         const ArchiveLimits& = {});
    ~Archive();
    Archive(const Archive&) = delete;
    Archive& operator=(const Archive&) = delete;

    const std::string& path() const { return path_; }
    const std::vector<std::string>& names() const { return names_; }
    bool has(const std::string& name) const;
    /// False after an error: no such entry, truncated, damaged (CRC), larger than it says.
    bool read(const std::string& name, std::string& out, Diagnostics&);

    /// The entry as the place of an error, "inventory.zip/processes/1.json"; an empty name: the archive.
    SourcePos at(const std::string& name);
    /// The entry with its text, so that errors can show their line.
    const SourceFile& source(const std::string& name, std::string text);

private:
    struct Zip;
    Archive(std::string path, SourceStore* sources);
    bool open_zip(Diagnostics&);
    bool open_folder(Diagnostics&);

    std::string path_;
    ArchiveLimits limits_;
    std::vector<std::string> names_;
    std::map<std::string, const SourceFile*> places_;
    std::map<std::string, uint64_t> index_; // name -> number in the zip
    std::unique_ptr<Zip> zip_;
    bool folder_ = false;
    std::unique_ptr<SourceStore> own_;
    SourceStore* sources_;
};

/// Writes a zip file: beside `path` first, put in its place by close(), so that no half archive is left behind.
/// Throws ConfigError if the file cannot be written.
class ArchiveWriter {
public:
    explicit ArchiveWriter(std::string path);
    ~ArchiveWriter();
    ArchiveWriter(const ArchiveWriter&) = delete;
    ArchiveWriter& operator=(const ArchiveWriter&) = delete;
    void add(const std::string& name, std::string content);
    void close();

private:
    struct Zip;
    std::string path_;
    std::unique_ptr<Zip> zip_;
};

} // namespace viresco::lca
