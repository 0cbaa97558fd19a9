#include "net/reply_head.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace coffer {
namespace {

constexpr std::string_view kDate = "Sun, 06 Nov 1994 08:49:37 GMT";

std::string Head(const base::HttpReply& reply, bool keep_alive) {
  net::ReplyHeadMemory memory;
  return std::string(net::WriteReplyHead(reply, kDate, keep_alive, memory));
}

TEST(ReplyHeadTest, WritesEveryLine) {
  base::HttpReply reply;
  reply.request_id = "id-1";
  reply.content_type = "application/x-amz-json-1.1";
  reply.extra_header = "Allow: POST\r\n";
  reply.body.Append("hello");

  EXPECT_EQ(Head(reply, true),
            "HTTP/1.1 200 OK\r\n"
            "x-amzn-RequestId: id-1\r\n"
            "Content-Type: application/x-amz-json-1.1\r\n"
            "Allow: POST\r\n"
            "Content-Length: 5\r\n"
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Connection: keep-alive\r\n\r\n");
}

TEST(ReplyHeadTest, LeavesOutWhatIsEmpty) {
  base::HttpReply reply;
  reply.status = 404;

  EXPECT_EQ(Head(reply, false),
            "HTTP/1.1 404 Not Found\r\n"
            "Content-Length: 0\r\n"
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Connection: close\r\n\r\n");
}

// IAM's EntityAlreadyExists: as an unknown status it would be an internal error, which SDKs retry.
TEST(ReplyHeadTest, KnowsConflicts) {
  base::HttpReply reply;
  reply.status = 409;

  EXPECT_TRUE(Head(reply, true).starts_with("HTTP/1.1 409 Conflict\r\n"));
}

TEST(ReplyHeadTest, CallsAnUnknownStatusAnInternalError) {
  base::HttpReply reply;
  reply.status = 299;

  EXPECT_TRUE(Head(reply, true).starts_with("HTTP/1.1 500 Internal Server Error\r\n"));
}

TEST(ReplyHeadTest, RefusesToOverrunItsMemory) {
  base::HttpReply reply;
  reply.request_id = std::string(600, 'x');

  EXPECT_THROW(static_cast<void>(Head(reply, true)), std::length_error);
}

}  // namespace
}  // namespace coffer
