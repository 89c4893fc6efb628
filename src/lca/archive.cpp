#include "lca/archive.h"
#include "base/messages/lca_fmt.h"
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <unistd.h>
#include <utility>
#include <zip.h>

namespace viresco::lca {
namespace fs = std::filesystem;
namespace {

bool decoration(std::string_view name) {
    const std::string_view last = name.substr(name.rfind('/') + 1);
    return name.starts_with("__MACOSX/") || last == ".DS_Store" || last == "Thumbs.db" || last == "desktop.ini";
}

/// A name that stays inside: no root, no drive, no "..", no zero byte.
bool safe(std::string_view name) {
    if (name.empty() || name.front() == '/' || name.find('\0') != std::string_view::npos) return false;
    if (name.size() > 1 && name[1] == ':') return false;
    for (size_t begin = 0; begin <= name.size();) {
        const size_t end = std::min(name.find('/', begin), name.size());
        if (name.substr(begin, end - begin) == "..") return false;
        begin = end + 1;
    }
    return true;
}

std::string printable(std::string name) {
    for (char& c : name)
        if (static_cast<unsigned char>(c) < 0x20) c = '?';
    return name;
}

/// The packing of a file that is no zip, by its first bytes; empty where unknown.
const char* other_packing(std::string_view head) {
    if (head.starts_with("7z\xBC\xAF\x27\x1C")) return "7z";
    if (head.starts_with("\x1F\x8B")) return "gzip";
    if (head.starts_with("Rar!")) return "rar";
    if (head.starts_with("BZh")) return "bzip2";
    if (head.starts_with(std::string_view("\xFD\x37zXZ\0", 6))) return "xz";
    return nullptr;
}

bool read_whole(const std::string& path, std::string& out, uint64_t limit, std::string& why) {
    std::FILE* const file = std::fopen(path.c_str(), "rb");
    if (!file) {
        why = std::strerror(errno);
        return false;
    }
    out.clear();
    char buffer[1 << 16];
    size_t n;
    while ((n = std::fread(buffer, 1, sizeof buffer, file)) > 0 && out.size() <= limit) out.append(buffer, n);
    const bool failed = std::ferror(file) != 0;
    if (failed) why = std::strerror(errno);
    std::fclose(file);
    if (out.size() > limit) why = "> " + std::to_string(limit) + " bytes";
    return !failed && out.size() <= limit;
}

} // namespace

struct Archive::Zip {
    zip_t* handle = nullptr;
    ~Zip() {
        if (handle) zip_discard(handle);
    }
};

Archive::Archive(std::string path, SourceStore* sources) : path_(std::move(path)), sources_(sources) {
    if (!sources_) {
        own_ = std::make_unique<SourceStore>();
        sources_ = own_.get();
    }
}

Archive::~Archive() = default;

std::unique_ptr<Archive> Archive::open(const std::string& path, Diagnostics& diagnostics, SourceStore* sources,
                                       const ArchiveLimits& limits) {
    std::unique_ptr<Archive> archive(new Archive(path, sources));
    archive->limits_ = limits;
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (status.type() == fs::file_type::none || status.type() == fs::file_type::unknown) {
        diagnostics.error({}, message::archive_unreadable, {path, error.message()});
        return nullptr;
    }
    if (!fs::exists(status)) {
        diagnostics.error({}, message::archive_missing, {path});
        return nullptr;
    }
    if (fs::is_directory(status)) return archive->open_folder(diagnostics) ? std::move(archive) : nullptr;
    if (!fs::is_regular_file(status)) { // a pipe or a device may never end
        diagnostics.error({}, message::archive_not_regular, {path});
        return nullptr;
    }
    std::FILE* const file = std::fopen(path.c_str(), "rb");
    if (!file) {
        diagnostics.error({}, message::archive_unreadable, {path, std::strerror(errno)});
        return nullptr;
    }
    char head[8] = {};
    const size_t n = std::fread(head, 1, sizeof head, file);
    std::fclose(file);
    const std::string_view begin(head, n);
    if (const char* packing = other_packing(begin)) {
        diagnostics.error({}, message::archive_packed_otherwise, {path, packing}).hint(message::archive_hint_unpack);
        return nullptr;
    }
    if (begin.starts_with("PK\x03\x04") || begin.starts_with("PK\x05\x06"))
        return archive->open_zip(diagnostics) ? std::move(archive) : nullptr;
    archive->names_ = {fs::path(path).filename().string()};
    return archive;
}

bool Archive::open_zip(Diagnostics& diagnostics) {
    int code = 0;
    zip_ = std::make_unique<Zip>();
    zip_->handle = zip_open(path_.c_str(), ZIP_RDONLY, &code);
    if (!zip_->handle) {
        zip_error_t error;
        zip_error_init_with_code(&error, code);
        diagnostics.error({}, message::archive_damaged, {path_, zip_error_strerror(&error)})
            .hint(message::archive_hint_again);
        zip_error_fini(&error);
        return false;
    }
    const auto count = static_cast<uint64_t>(zip_get_num_entries(zip_->handle, 0));
    if (count > limits_.max_entries) {
        diagnostics.error({}, message::archive_too_many,
                          {path_, std::to_string(count), std::to_string(limits_.max_entries)});
        return false;
    }
    std::error_code ignored;
    const uint64_t file_size = fs::file_size(path_, ignored);
    uint64_t total = 0, packed = 0;
    for (uint64_t i = 0; i < count; ++i) {
        zip_stat_t stat;
        zip_stat_init(&stat);
        const char* given = zip_get_name(zip_->handle, i, 0);
        if (!given || zip_stat_index(zip_->handle, i, 0, &stat) != 0) {
            diagnostics.error({}, message::archive_damaged, {path_, zip_strerror(zip_->handle)})
                .hint(message::archive_hint_again);
            return false;
        }
        std::string name = given;
        std::replace(name.begin(), name.end(), '\\', '/');
        if (!safe(name)) {
            diagnostics.error({}, message::archive_unsafe_name, {path_, printable(given)})
                .hint(message::archive_hint_unsafe);
            return false;
        }
        if (name.ends_with('/') || decoration(name)) continue;
        if (!index_.emplace(name, i).second) {
            diagnostics.error({}, message::archive_repeated_name, {path_, printable(name)});
            return false;
        }
        total += stat.size;
        packed += stat.comp_size;
        const bool ratio = stat.size > limits_.ratio_from &&
                           static_cast<double>(stat.size) > limits_.max_ratio * static_cast<double>(stat.comp_size);
        // Entries that share their bytes (overlapping, as in a flat bomb) sum to more than the file.
        if (ratio || stat.size > limits_.max_entry || packed > file_size) {
            diagnostics.error({}, message::archive_bomb,
                              {path_, printable(name), std::to_string(stat.size), std::to_string(stat.comp_size)});
            return false;
        }
        if (total > limits_.max_total) {
            diagnostics.error({}, message::archive_too_large,
                              {path_, std::to_string(total), std::to_string(limits_.max_total)});
            return false;
        }
    }
    for (const auto& [name, number] : index_) names_.push_back(name);
    return true;
}

bool Archive::open_folder(Diagnostics& diagnostics) {
    folder_ = true;
    std::error_code error;
    const fs::path root = fs::canonical(path_, error);
    uint64_t total = 0;
    // A folder that may not be entered is an error: what is in it would be missing without a word.
    auto it = error ? fs::recursive_directory_iterator() : fs::recursive_directory_iterator(root, error);
    for (; !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
        std::error_code each;
        const bool regular = it->is_regular_file(each);
        if (each == std::errc::permission_denied) {
            error = each;
            break;
        }
        if (!regular) continue;
        std::string name = it->path().lexically_relative(root).generic_string();
        if (decoration(name)) continue;
        if (it->is_symlink(each)) {
            const std::string target = fs::canonical(it->path(), each).string();
            if (each || !target.starts_with(root.string() + "/")) continue;
        }
        total += it->file_size(each);
        names_.push_back(std::move(name));
        if (names_.size() > limits_.max_entries) {
            diagnostics.error({}, message::archive_too_many,
                              {path_, std::to_string(names_.size()), std::to_string(limits_.max_entries)});
            return false;
        }
        if (total > limits_.max_total) {
            diagnostics.error({}, message::archive_too_large,
                              {path_, std::to_string(total), std::to_string(limits_.max_total)});
            return false;
        }
    }
    if (error) {
        diagnostics.error({}, message::archive_unreadable, {path_, error.message()});
        return false;
    }
    std::sort(names_.begin(), names_.end());
    return true;
}

bool Archive::has(const std::string& name) const { return std::binary_search(names_.begin(), names_.end(), name); }

bool Archive::read(const std::string& name, std::string& out, Diagnostics& diagnostics) {
    out.clear();
    if (!has(name)) {
        suggest(diagnostics.error({}, message::archive_no_entry, {path_, printable(name)}), name, names_);
        return false;
    }
    if (!zip_) {
        std::string why;
        const std::string path = folder_ ? path_ + "/" + name : path_;
        if (read_whole(path, out, limits_.max_entry, why)) return true;
        diagnostics.error(at(name), message::archive_unreadable, {path, why});
        return false;
    }
    const uint64_t index = index_.at(name);
    zip_stat_t stat;
    zip_stat_init(&stat);
    zip_file_t* file = nullptr;
    if (zip_stat_index(zip_->handle, index, 0, &stat) == 0) {
        if (stat.encryption_method != ZIP_EM_NONE) {
            diagnostics.error(at(name), message::archive_entry_encrypted, {path_, name});
            return false;
        }
        file = zip_fopen_index(zip_->handle, index, 0);
    }
    const auto damaged = [&](const char* why) {
        diagnostics.error(at(name), message::archive_entry_damaged, {path_, name, why})
            .hint(message::archive_hint_again);
        if (file) zip_fclose(file);
        out.clear();
        return false;
    };
    if (!file) return damaged(zip_strerror(zip_->handle));
    // Read in pieces: a header that promises too much must not cost the memory beforehand.
    constexpr uint64_t piece = uint64_t(16) << 20;
    while (true) {
        const size_t have = out.size();
        const uint64_t room = stat.size > have ? std::min(piece, stat.size - have) : 1;
        out.resize(have + room);
        const zip_int64_t n = zip_fread(file, out.data() + have, room);
        if (n < 0) return damaged(zip_file_strerror(file));
        out.resize(have + static_cast<size_t>(n));
        if (n == 0) break;
        if (out.size() > stat.size) return damaged("more data than announced");
    }
    if (out.size() < stat.size) return damaged("less data than announced");
    zip_fclose(file);
    return true;
}

SourcePos Archive::at(const std::string& name) {
    const auto [it, added] = places_.emplace(name, nullptr);
    if (added) it->second = &sources_->add(name.empty() || (!zip_ && !folder_) ? path_ : path_ + "/" + name, {});
    return {it->second, 0, 0, 1};
}

const SourceFile& Archive::source(const std::string& name, std::string text) {
    const SourceFile& file = sources_->add(!zip_ && !folder_ ? path_ : path_ + "/" + name, std::move(text));
    places_[name] = &file;
    return file;
}

// --- writing

struct ArchiveWriter::Zip {
    zip_t* handle = nullptr;
    std::string temporary;
    std::vector<std::unique_ptr<std::string>> contents; // libzip reads them when it closes
};

namespace {
[[noreturn]] void write_failed(const std::string& path, const std::string& why) {
    Diagnostics diagnostics;
    diagnostics.error({}, message::archive_write_failed, {path, why});
    throw ConfigError(std::move(diagnostics));
}
} // namespace

ArchiveWriter::ArchiveWriter(std::string path) : path_(std::move(path)), zip_(std::make_unique<Zip>()) {
    zip_->temporary = path_ + "." + std::to_string(::getpid()) + ".part";
    int code = 0;
    zip_->handle = zip_open(zip_->temporary.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
    if (!zip_->handle) write_failed(path_, std::strerror(errno));
}

ArchiveWriter::~ArchiveWriter() {
    if (zip_->handle) zip_discard(zip_->handle);
}

void ArchiveWriter::add(const std::string& name, std::string content) {
    zip_->contents.push_back(std::make_unique<std::string>(std::move(content)));
    const std::string& kept = *zip_->contents.back();
    zip_source_t* source = zip_source_buffer(zip_->handle, kept.data(), kept.size(), 0);
    zip_int64_t index = -1;
    if (source) index = zip_file_add(zip_->handle, name.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
        if (source) zip_source_free(source);
        write_failed(path_, zip_strerror(zip_->handle));
    }
    // A fixed date: the same database gives the same bytes.
    zip_file_set_dostime(zip_->handle, static_cast<zip_uint64_t>(index), 0, 0x21, 0);
}

void ArchiveWriter::close() {
    if (zip_close(zip_->handle) != 0) write_failed(path_, zip_strerror(zip_->handle));
    zip_->handle = nullptr;
    std::error_code error;
    fs::rename(zip_->temporary, path_, error);
    if (error) {
        fs::remove(zip_->temporary, error);
        write_failed(path_, "rename");
    }
}

} // namespace viresco::lca
