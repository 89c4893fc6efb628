#include "base/source.h"

namespace viresco {

std::string_view SourceFile::line(int number) const {
    size_t begin = text.starts_with("\xEF\xBB\xBF") ? 3 : 0; // a byte order mark is no character of line 1
    for (int i = 1; i < number; ++i) {
        begin = text.find('\n', begin);
        if (begin == std::string::npos) return {};
        ++begin;
    }
    size_t end = text.find('\n', begin);
    if (end == std::string::npos) end = text.size();
    if (end > begin && text[end - 1] == '\r') --end;
    return std::string_view(text).substr(begin, end - begin);
}

const SourceFile& SourceStore::add(std::string path, std::string text) {
    files_.push_back({std::move(path), std::move(text)});
    return files_.back();
}

std::string to_string(const SourcePos& pos) {
    if (!pos.file) return {};
    if (pos.line <= 0) return pos.file->path;
    return pos.file->path + ":" + std::to_string(pos.line) + ":" + std::to_string(pos.column);
}

} // namespace viresco
