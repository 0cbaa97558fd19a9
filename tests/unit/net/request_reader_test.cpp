#include "net/request_reader.h"

#include "unit/net/request_transcript.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace coffer {
namespace {

using net::RequestReader;
using test::Transcript;
using testing::ElementsAre;

std::string Head(std::string_view fields) {
  return "POST /path HTTP/1.1\r\nHost: h\r\n" + std::string(fields) + "\r\n";
}

void Feed(RequestReader& reader, std::string_view bytes) {
  const auto room = reader.Room();
  ASSERT_GE(room.size(), bytes.size());
  std::ranges::copy(bytes, room.begin());
  reader.Received(bytes.size());
}

TEST(RequestReaderTest, ViewsStayRightWhenTheBodyMakesTheBufferMove) {
  const net::Limits limits;
  const std::string body(300'000, 'b');
  const std::string raw =
      Head("X-Amz-Target: t\r\nContent-Length: " + std::to_string(body.size()) + "\r\n") + body;
  net::MemoryBudget memory(limits.max_request_memory_bytes);
  RequestReader reader(limits, memory);
  std::string_view rest = raw;
  while (!rest.empty()) {
    const auto room = reader.Room();
    const std::size_t count = std::min(room.size(), rest.size());
    std::ranges::copy(rest.substr(0, count), room.begin());
    reader.Received(count);
    rest.remove_prefix(count);
    ASSERT_TRUE(reader.Advance());
  }

  const base::HttpRequest request = reader.request();

  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/path");
  EXPECT_EQ(request.Header("x-amz-target"), "t");
  EXPECT_EQ(request.body, body);
}

TEST(RequestReaderTest, TellsWhichPartIsMissing) {
  const net::Limits limits;
  net::MemoryBudget memory(limits.max_request_memory_bytes);
  RequestReader reader(limits, memory);
  EXPECT_EQ(reader.stage(), RequestReader::Stage::kIdle);

  Feed(reader, "P");
  ASSERT_EQ(reader.Advance(), RequestReader::Progress::kNeedMore);
  EXPECT_EQ(reader.stage(), RequestReader::Stage::kHead);

  Feed(reader, Head("Content-Length: 2\r\n").substr(1));
  ASSERT_EQ(reader.Advance(), RequestReader::Progress::kNeedMore);
  EXPECT_EQ(reader.stage(), RequestReader::Stage::kBody);

  Feed(reader, "ab");
  ASSERT_EQ(reader.Advance(), RequestReader::Progress::kComplete);
  reader.Next();
  EXPECT_EQ(reader.stage(), RequestReader::Stage::kIdle);
}

TEST(RequestReaderTest, AsksOnceForTheBodyThatIsExpected) {
  const std::string head = Head("Content-Length: 2\r\nExpect: 100-Continue\r\n");

  EXPECT_THAT(Transcript({head, "a", "b"}), ElementsAre("continue", "POST /path 2"));
}

TEST(RequestReaderTest, DoesNotAskForABodyThatIsThere) {
  const std::string head = Head("Content-Length: 2\r\nExpect: 100-continue\r\n");

  EXPECT_THAT(Transcript({head + "ab"}), ElementsAre("POST /path 2"));
}

TEST(RequestReaderTest, DoesNotAskClientsOfVersion10) {
  const std::string head =
      "POST / HTTP/1.0\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";

  EXPECT_THAT(Transcript({head, "ab"}), ElementsAre("POST / 2"));
}

TEST(RequestReaderTest, RefusesALargeBodyBeforeAskingForIt) {
  const std::string head = Head("Expect: 100-continue\r\nContent-Length: 999999\r\n");

  EXPECT_THAT(Transcript({head}), ElementsAre("refused 413"));
}

TEST(RequestReaderTest, GivesMemoryOfALargeBodyBack) {
  const std::string large(500'000, 'x');
  const std::string raw =
      Head("Content-Length: 500000\r\n") + large + Head("Content-Length: 0\r\n");

  EXPECT_THAT(Transcript({raw, "POST"}),
              ElementsAre("POST /path 500000", "POST /path 0", "waiting"));
}

TEST(RequestReaderTest, DoesNotReserveMemoryOnAClaimAlone) {
  const net::Limits limits;
  net::MemoryBudget memory(limits.max_request_memory_bytes);
  RequestReader reader(limits, memory);
  Feed(reader, Head("Content-Length: 500000\r\n"));

  ASSERT_EQ(reader.Advance(), RequestReader::Progress::kNeedMore);

  EXPECT_LT(reader.Room().size(), 16'384U);
}

TEST(RequestReaderTest, RefusesALargeRequestWhenMemoryIsTaken) {
  net::Limits limits;
  limits.max_request_memory_bytes = 40'000;
  const std::string large = Head("Content-Length: 50000\r\n") + std::string(50'000, 'b');
  const std::string small = Head("Content-Length: 9000\r\n") + std::string(9'000, 'b');

  EXPECT_THAT(Transcript({large}, limits), ElementsAre("refused 503"));
  EXPECT_THAT(Transcript({small, small}, limits),
              ElementsAre("POST /path 9000", "POST /path 9000"));
}

}  // namespace
}  // namespace coffer
