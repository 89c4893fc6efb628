#pragma once
#include <deque>
#include <string>
#include <string_view>

namespace viresco {

/// One input file, kept whole so that every message can show the line it speaks of.
struct SourceFile {
    std::string path;
    std::string text;

    /// Line `number` (1-based) without its line end; empty when there is no such line.
    std::string_view line(int number) const;
};

/// Owns the source files of one compilation; addresses stay valid as files are added.
class SourceStore {
public:
    const SourceFile& add(std::string path, std::string text);
    const std::deque<SourceFile>& files() const { return files_; }

private:
    std::deque<SourceFile> files_;
};

/// A place in an input file. Lines and columns are 1-based and count Unicode code points;
/// `length` (code points) is what the caret line underlines. No file: the place is unknown.
struct SourcePos {
    const SourceFile* file = nullptr;
    int line = 0;
    int column = 0;
    int length = 1;

    explicit operator bool() const { return file != nullptr; }
};

/// "path:line:column", or the path alone where the line is unknown.
std::string to_string(const SourcePos&);

} // namespace viresco
