#include "base/reply_buffer.h"

#include <gtest/gtest.h>

#include <string>

namespace coffer::base {
namespace {

TEST(ReplyBufferTest, CollectsWhatIsAppended) {
  ReplyBuffer buffer;

  EXPECT_TRUE(buffer.body().empty());
  buffer.Append("{\"a\":");
  buffer.Append('1');
  buffer.Append("");
  buffer.Append("}");

  EXPECT_EQ(buffer.body(), "{\"a\":1}");
}

TEST(ReplyBufferTest, KeepsItsContentAsItGrows) {
  ReplyBuffer buffer;
  std::string expected;
  for (int i = 0; i < 20'000; ++i) {
    const std::string piece = std::to_string(i) + ',';
    buffer.Append(piece);
    expected += piece;
  }

  EXPECT_EQ(buffer.body(), expected);
}

TEST(ReplyBufferTest, GivesBackWhatExtendAskedTooMuch) {
  ReplyBuffer buffer;
  buffer.Append("ab");
  char* room = buffer.Extend(10);
  room[0] = 'c';
  buffer.Shrink(9);
  buffer.Append('d');

  EXPECT_EQ(buffer.body(), "abcd");
}

TEST(ReplyBufferTest, PutsTheHeadDirectlyBeforeTheBody) {
  ReplyBuffer buffer;
  buffer.Append("body");

  EXPECT_EQ(buffer.WithHead("head "), "head body");
  EXPECT_EQ(buffer.WithHead("other "), "other body");
  EXPECT_EQ(buffer.body(), "body");
}

TEST(ReplyBufferTest, TakesAHeadThatFillsTheRoomAndAnEmptyBody) {
  const std::string head(ReplyBuffer::kHeadRoom, 'h');
  ReplyBuffer buffer;

  EXPECT_EQ(buffer.WithHead(head), head);
  buffer.Append("x");
  EXPECT_EQ(buffer.WithHead(head), head + "x");
}

TEST(ReplyBufferTest, ClearWipesAllThatWasWritten) {
  ReplyBuffer buffer;
  buffer.Append("plaintext");
  char* start = buffer.Extend(0) - std::string_view("plaintext").size();
  buffer.Append("secret");
  buffer.Shrink(15);

  buffer.Clear();

  EXPECT_TRUE(buffer.body().empty());
  EXPECT_EQ(std::string(start, 15), std::string(15, '\0'));
}

TEST(ReplyBufferTest, ClearedBodyIsWipedAndReplaced) {
  ReplyBuffer buffer;
  buffer.Append("half a reply");
  const char* start = buffer.body().data();

  buffer.Clear();

  EXPECT_EQ(std::string(start, 12), std::string(12, '\0'));
  buffer.Append("error");
  EXPECT_EQ(buffer.body(), "error");
}

TEST(ReplyBufferTest, IsReusableAfterALargeReplyGaveItsMemoryBack) {
  ReplyBuffer buffer;
  buffer.Append(std::string(1'000'000, 'x'));

  buffer.Clear();
  buffer.Append("small");

  EXPECT_EQ(buffer.WithHead("head "), "head small");
}

}  // namespace
}  // namespace coffer::base
