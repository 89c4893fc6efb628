// Every text of every folder, as a table.
#include "base/message.h"
#include <gtest/gtest.h>
#include <set>
#include <string_view>

namespace {

struct Entry {
    std::string_view name, en, zh;
};
#undef MESSAGE
#define MESSAGE(id, en, zh) {#id, en, zh},
constexpr Entry table[] = {
#include "base/messages/all.h"
};

std::set<char> slots(std::string_view text) {
    std::set<char> found;
    for (size_t i = 0; i + 2 < text.size(); ++i)
        if (text[i] == '{' && text[i + 2] == '}' && text[i + 1] >= '0' && text[i + 1] <= '9') found.insert(text[i + 1]);
    return found;
}

bool has_chinese(std::string_view text) {
    for (const char c : text)
        if (static_cast<unsigned char>(c) >= 0xE3) return true;
    return false;
}

TEST(MessageTable, BothLanguagesUseTheSameSlotsWithoutGaps) {
    for (const Entry& entry : table) {
        // The sentence is the unit file's own, given in both languages: {1} English, {2} Chinese.
        if (std::string_view(entry.name) == "requirement_failed") continue;
        EXPECT_EQ(slots(entry.en), slots(entry.zh)) << entry.name;
        char next = '0';
        for (const char slot : slots(entry.en)) EXPECT_EQ(slot, next++) << entry.name << ": a slot is left out";
    }
}

TEST(MessageTable, NamesAreUniqueAndTextsAreGivenInBothLanguages) {
    std::set<std::string_view> names;
    for (const Entry& entry : table) {
        EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
        EXPECT_FALSE(entry.en.empty()) << entry.name;
        EXPECT_FALSE(has_chinese(entry.en)) << entry.name << ": " << entry.en;
        // Text made of slots and signs only reads the same in both languages.
        const bool only_slots = entry.en.find_first_of("abcdefghijklmnopqrstuvwxyz") == std::string_view::npos;
        EXPECT_TRUE(only_slots || has_chinese(entry.zh)) << entry.name << ": " << entry.zh;
    }
}

} // namespace
