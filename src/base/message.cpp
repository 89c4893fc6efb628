#include "base/message.h"

namespace viresco {

std::string Message::text(Language language) const {
    const std::string pattern = language == Language::zh ? id->zh : id->en;
    std::string out;
    for (size_t i = 0; i < pattern.size(); ++i) {
        const bool slot = pattern[i] == '{' && i + 2 < pattern.size() && pattern[i + 2] == '}' &&
                          pattern[i + 1] >= '0' && pattern[i + 1] <= '9';
        if (!slot) {
            out += pattern[i];
            continue;
        }
        const auto k = static_cast<size_t>(pattern[i + 1] - '0');
        if (k < args.size()) out += args[k];
        i += 2;
    }
    return out;
}

} // namespace viresco
