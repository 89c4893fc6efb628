#include "base/message.h"
#include "base/messages/base.h"
#include <gtest/gtest.h>

namespace viresco {
namespace {

TEST(Message, FillsItsArguments) {
    const Message m{message::did_you_mean, {"'rate'"}};
    EXPECT_EQ(m.text(Language::en), "did you mean 'rate'?");
    EXPECT_EQ(m.text(Language::zh), "您是否想写 'rate'？");
    EXPECT_STREQ(m.name(), "did_you_mean");
}

TEST(Message, ArgumentsAreNotReadAsPatterns) {
    EXPECT_EQ((Message{message::free_text, {"{0} {1} {x}"}}.text(Language::en)), "{0} {1} {x}");
    EXPECT_EQ((Message{message::free_text, {}}.text(Language::en)), "");
}

} // namespace
} // namespace viresco
