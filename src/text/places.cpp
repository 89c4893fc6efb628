#include "text/places.h"
#include <algorithm>

namespace viresco::text {

size_t count_points(std::string_view utf8) {
    return static_cast<size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) { return !is_continuation(c); }));
}

Places::Places(const SourceFile& file) : file_(&file), line_starts_{0} {
    const std::string& text = file.text;
    points_.reserve(text.size() / stride + 1);
    uint32_t n = 0;
    for (size_t i = 0; i < text.size(); ++i) {
        if (i % stride == 0) points_.push_back(n);
        n += !is_continuation(text[i]);
        if (text[i] == '\n') line_starts_.push_back(static_cast<uint32_t>(i + 1));
    }
    if (text.size() % stride == 0) points_.push_back(n);
}

size_t Places::points_before(size_t byte) const {
    const size_t block = byte / stride * stride;
    return points_[byte / stride] + count_points(std::string_view(file_->text).substr(block, byte - block));
}

size_t Places::line_start(size_t byte) const {
    return *(std::upper_bound(line_starts_.begin(), line_starts_.end(), byte) - 1);
}

SourcePos Places::at(size_t begin, size_t end) const {
    begin = std::min(begin, file_->text.size());
    end = std::clamp(end, begin, file_->text.size());
    const auto line = std::upper_bound(line_starts_.begin(), line_starts_.end(), begin);
    size_t before = points_before(begin) - points_before(*(line - 1));
    if (line - 1 == line_starts_.begin() && before > 0 && file_->text.starts_with(byte_order_mark)) --before;
    const size_t length = points_before(end) - points_before(begin);
    return {file_, static_cast<int>(line - line_starts_.begin()), static_cast<int>(before + 1),
            static_cast<int>(std::max<size_t>(1, length))};
}

} // namespace viresco::text
