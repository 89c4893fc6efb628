#include "base/message.h"

namespace viresco {
namespace {

struct Entry {
    const char* name;
    const char* en;
    const char* zh;
};

constexpr Entry table[] = {
#define MESSAGE(id, en, zh) {#id, en, zh},
#include "base/messages/all.def"
#undef MESSAGE
};

} // namespace

const char* Message::name() const { return table[static_cast<size_t>(id)].name; }

std::string Message::text(Language language) const {
    const Entry& entry = table[static_cast<size_t>(id)];
    const std::string pattern = language == Language::zh ? entry.zh : entry.en;
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
