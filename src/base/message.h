#pragma once
#include <compare>
#include <string>
#include <vector>

namespace viresco {

enum class Language { en, zh };

/// One text of the tables in messages/: its stable name ("unknown_name") and its pattern in both languages.
struct MessageText {
    constexpr MessageText(const char* n, const char* e, const char* z) : name(n), en(e), zh(z) {}
    MessageText(const MessageText&) = delete; // its address is its identity
    MessageText& operator=(const MessageText&) = delete;

    const char* name;
    const char* en;
    const char* zh;
};

/// Every text shown to a person is an entry of a table, message::unknown_name; messages/FOLDER.h holds those of a folder.
class MessageId {
public:
    constexpr MessageId(const MessageText& text) : text_(&text) {} // NOLINT(google-explicit-constructor): a name for it
    constexpr const MessageText& operator*() const { return *text_; }
    constexpr const MessageText* operator->() const { return text_; }
    friend constexpr auto operator<=>(MessageId, MessageId) = default;

private:
    const MessageText* text_;
};

} // namespace viresco

#define MESSAGE(id, en, zh) /* in messages/FOLDER.h only */                                                            \
    namespace viresco::message {                                                                                       \
    inline constexpr ::viresco::MessageText id{#id, en, zh};                                                           \
    }

MESSAGE(free_text, "{0}", "{0}")

namespace viresco {

/// A text with its arguments: {0} of the pattern is args[0].
struct Message {
    MessageId id = message::free_text;
    std::vector<std::string> args;

    std::string text(Language) const;
    /// The stable name of the text ("unknown_name"), for JSON and for tests.
    const char* name() const { return id->name; }
};

} // namespace viresco
