#pragma once
#include <string>
#include <vector>

namespace viresco {

enum class Language { en, zh };

/// Every text shown to a person is an entry of one table (messages/*.def, English and Chinese).
enum class MessageId {
#define MESSAGE(id, en, zh) id,
#include "base/messages/all.def"
#undef MESSAGE
};

/// A text of the table with its arguments filled in: {0} is args[0].
struct Message {
    MessageId id = MessageId::free_text;
    std::vector<std::string> args;

    std::string text(Language) const;
    /// The stable name of the text ("unknown_name"), for JSON and for tests.
    const char* name() const;
};

} // namespace viresco
