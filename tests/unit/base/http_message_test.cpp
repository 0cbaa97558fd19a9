#include "base/http_message.h"

#include "base/ascii.h"

#include <gtest/gtest.h>

#include <array>

namespace coffer::base {
namespace {

TEST(HttpRequestTest, FindsAHeaderWhateverItsLetterCase) {
  const std::array headers = {HttpHeader{"Host", "localhost"}, HttpHeader{"X-AMZ-Target", "t"}};
  const HttpRequest request{.headers = headers};

  EXPECT_EQ(request.Header("x-amz-target"), "t");
  EXPECT_EQ(request.Header("host"), "localhost");
}

TEST(HttpRequestTest, AnswersTheFirstOfRepeatedHeaders) {
  const std::array headers = {HttpHeader{"a", "first"}, HttpHeader{"A", "second"}};
  const HttpRequest request{.headers = headers};

  EXPECT_EQ(request.Header("a"), "first");
}

TEST(HttpRequestTest, TellsAnAbsentHeaderFromAnEmptyOne) {
  const std::array headers = {HttpHeader{"empty", ""}};
  const HttpRequest request{.headers = headers};

  EXPECT_NE(request.Header("empty").data(), nullptr);
  EXPECT_EQ(request.Header("absent").data(), nullptr);
}

TEST(HttpReplyTest, ResetForgetsTheReplyBefore) {
  HttpReply reply;
  reply.status = 400;
  reply.content_type = "text/plain";
  reply.extra_header = "Allow: POST\r\n";
  reply.request_id = "id";
  reply.body.Append("secret");
  reply.close = true;
  reply.head_only = true;

  reply.Reset();

  EXPECT_EQ(reply.status, 200);
  EXPECT_TRUE(reply.content_type.empty());
  EXPECT_TRUE(reply.extra_header.empty());
  EXPECT_TRUE(reply.request_id.empty());
  EXPECT_TRUE(reply.body.body().empty());
  EXPECT_FALSE(reply.close);
  EXPECT_FALSE(reply.head_only);
}

TEST(EqualsIgnoringCaseTest, ComparesEachByteOfEachLength) {
  for (std::size_t size = 1; size <= 20; ++size) {
    const std::string lower(size, 'q');
    for (std::size_t place = 0; place < size; ++place) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(size, 'Q');
        text[place] = static_cast<char>(byte);
        EXPECT_EQ(EqualsIgnoringCase(text, lower), byte == 'q' || byte == 'Q');
        std::string other = lower;
        other[place] = ToLower(static_cast<char>(byte));
        EXPECT_TRUE(EqualsIgnoringCase(text, other)) << byte;
      }
    }
  }
}

TEST(EqualsIgnoringCaseTest, FoldsAsciiLettersOnly) {
  EXPECT_TRUE(EqualsIgnoringCase("HoSt", "host"));
  EXPECT_FALSE(EqualsIgnoringCase("hosts", "host"));
  EXPECT_FALSE(EqualsIgnoringCase("@ost", "`ost"));
  EXPECT_FALSE(EqualsIgnoringCase("\xC3\x89", "\xC3\xA9"));
}

}  // namespace
}  // namespace coffer::base
