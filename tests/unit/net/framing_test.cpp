#include "net/framing.h"

#include "unit/net/request_transcript.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace coffer {
namespace {

using test::Transcript;
using testing::ElementsAre;

struct Case {
  std::string_view name;
  std::string raw;
  std::vector<std::string> transcript;
};

std::string Post(std::string_view fields, std::string_view body = "") {
  return "POST / HTTP/1.1\r\nHost: h\r\n" + std::string(fields) + "\r\n" + std::string(body);
}

std::string Line(std::string_view request_line) {
  return std::string(request_line) + "\r\nHost: h\r\nContent-Length: 0\r\n\r\n";
}

std::vector<Case> AcceptedCases() {
  return {
      {"post", Post("Content-Length: 5\r\n", "hello"), {"POST / 5"}},
      {"empty body", Post("Content-Length: 0\r\n"), {"POST / 0"}},
      {"name in any case", Post("CONTENT-length: 5\r\n", "hello"), {"POST / 5"}},
      {"blanks around a value", Post("Content-Length: \t 5 \t\r\n", "hello"), {"POST / 5"}},
      {"no blank before a value", Post("Content-Length:5\r\n", "hello"), {"POST / 5"}},
      {"tab inside a value", Post("Content-Length: 0\r\nX: a\tb\r\n"), {"POST / 0"}},
      {"bytes above 0x7f in a value", Post("Content-Length: 0\r\nX: \xc3\xa9\r\n"), {"POST / 0"}},
      {"empty value", Post("Content-Length: 0\r\nX:\r\n"), {"POST / 0"}},
      {"version 1.0", Line("POST / HTTP/1.0"), {"POST / 0"}},
      {"query", Line("POST /a?b=c%20d HTTP/1.1"), {"POST /a?b=c%20d 0"}},
      {"get", "GET /health HTTP/1.1\r\nHost: h\r\n\r\n", {"GET /health 0"}},
      {"get with an empty body", Line("GET / HTTP/1.1"), {"GET / 0"}},
      {"head", "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n", {"HEAD / 0"}},
      {"another method without body", "OPTIONS / HTTP/1.1\r\nHost: h\r\n\r\n", {"OPTIONS / 0"}},
      {"unknown method with a body",
       "BREW / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab",
       {"BREW / 2"}},
      {"a body that looks like a request",
       Post("Content-Length: 18\r\n", "GET / HTTP/1.1\r\n\r\n"),
       {"POST / 18"}},
      {"pipelined",
       Post("Content-Length: 5\r\n", "hello") + Post("Content-Length: 2\r\n", "ab"),
       {"POST / 5", "POST / 2"}},
      {"pipelined, the second unfinished",
       Post("Content-Length: 5\r\n", "hello") + "POST / HT",
       {"POST / 5", "waiting"}},
      {"unfinished body", Post("Content-Length: 5\r\n", "hell"), {"waiting"}},
      {"unfinished header", "POST / HTTP/1.1\r\nHost: h\r\n", {"waiting"}},
      {"other fields may repeat", Post("Content-Length: 0\r\nX: 1\r\nX: 2\r\n"), {"POST / 0"}},
      {"keep-alive", Post("Content-Length: 0\r\nConnection: keep-alive\r\n"), {"POST / 0"}},
  };
}

// The lines of the table of what the parser alone accepts, or misreads.
std::vector<Case> LengthCases() {
  return {
      {"no length", Post("", "hello"), {"refused 411"}},
      {"gzip, then length",
       Post("Transfer-Encoding: gzip\r\nContent-Length: 5\r\n", "hello"),
       {"refused 411"}},
      {"length, then gzip",
       Post("Content-Length: 5\r\nTransfer-Encoding: gzip\r\n", "hello"),
       {"refused 411"}},
      {"identity",
       Post("Transfer-Encoding: identity\r\nContent-Length: 5\r\n", "hello"),
       {"refused 411"}},
      {"xchunked",
       Post("Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n", "hello"),
       {"refused 411"}},
      {"empty encoding",
       Post("Transfer-Encoding:\r\nContent-Length: 5\r\n", "hello"),
       {"refused 411"}},
      {"gzip alone", Post("Transfer-Encoding: gzip\r\n", "hello"), {"refused 411"}},
      {"chunked",
       Post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n"),
       {"refused 411"}},
      {"chunked, gzip",
       Post("Transfer-Encoding: chunked, gzip\r\n", "5\r\nhello\r\n0\r\n\r\n"),
       {"refused 411"}},
      {"chunked, chunked",
       Post("Transfer-Encoding: chunked, chunked\r\n", "5\r\nhello\r\n0\r\n\r\n"),
       {"refused 411"}},
      {"gzip, chunked", Post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), {"refused 411"}},
      {"chunked twice",
       Post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
       {"refused 411"}},
      {"chunked and length",
       Post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "hello"),
       {"refused 411"}},
      {"length and chunked",
       Post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "hello"),
       {"refused 411"}},
      {"1.0 with chunked",
       "POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       {"refused 411"}},
      {"trailer",
       Post("Transfer-Encoding: chunked\r\n", "0\r\nAuthorization: x\r\n\r\n"),
       {"refused 411"}},
      {"chunk extension",
       Post("Transfer-Encoding: chunked\r\n", "5;a=\"\n\"\r\nhello\r\n"),
       {"refused 411"}},
      {"the same length twice",
       Post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"),
       {"refused 400"}},
      {"two lengths", Post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"), {"refused 400"}},
      {"list of lengths", Post("Content-Length: 5, 5\r\n", "hello"), {"refused 400"}},
      {"leading zeros", Post("Content-Length: 005\r\n", "hello"), {"refused 400"}},
      {"plus sign", Post("Content-Length: +5\r\n", "hello"), {"refused 400"}},
      {"negative", Post("Content-Length: -5\r\n", "hello"), {"refused 400"}},
      {"hexadecimal", Post("Content-Length: 0x5\r\n", "hello"), {"refused 400"}},
      {"blank inside", Post("Content-Length: 5 5\r\n", "hello"), {"refused 400"}},
      {"empty length", Post("Content-Length:\r\n", "hello"), {"refused 400"}},
      {"overflow", Post("Content-Length: 18446744073709551621\r\n", "hello"), {"refused 400"}},
      {"too long", Post("Content-Length: 524289\r\n", "hello"), {"refused 413"}},
      {"get with a body",
       "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx",
       {"refused 400"}},
      {"head with a body",
       "HEAD / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx",
       {"refused 400"}},
  };
}

std::vector<Case> FieldCases() {
  const std::string length = "Content-Length: 0\r\n";
  const std::string twice = "Content-Length: 0\r\nX-Amz-Date: 1\r\nx-amz-date: 1\r\n";
  return {
      {"no Host", "POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n", {"refused 400"}},
      {"empty Host", "POST / HTTP/1.1\r\nHost: \r\nContent-Length: 0\r\n\r\n", {"refused 400"}},
      {"two Host", Post(length + "Host: h\r\n"), {"refused 400"}},
      {"two Authorization",
       Post(length + "Authorization: a\r\nAuthorization: a\r\n"),
       {"refused 400"}},
      {"two X-Amz-Date", Post(twice), {"refused 400"}},
      {"two X-Amz-Target",
       Post(length + "X-Amz-Target: a\r\nX-Amz-Target: b\r\n"),
       {"refused 400"}},
      {"two X-Amz-Security-Token",
       Post(length + "X-Amz-Security-Token: a\r\nX-Amz-Security-Token: a\r\n"),
       {"refused 400"}},
      {"two X-Amz-Content-Sha256",
       Post(length + "X-Amz-Content-Sha256: a\r\nX-Amz-Content-Sha256: a\r\n"),
       {"refused 400"}},
      {"two Content-Type",
       Post(length + "Content-Type: a\r\nContent-Type: a\r\n"),
       {"refused 400"}},
      {"leading blank", Post(" Content-Length: 5\r\n", "hello"), {"refused 400"}},
      {"folded line", Post("X: a\r\n b\r\n" + length), {"refused 400"}},
      {"line folded with a tab", Post("X: a\r\n\tb\r\n" + length), {"refused 400"}},
      {"folded encoding", Post("Transfer-Encoding:\r\n chunked\r\n"), {"refused 400"}},
      {"blank before the colon", Post("Content-Length : 5\r\n", "hello"), {"refused 400"}},
      {"no colon", Post(length + "nonsense\r\n"), {"refused 400"}},
      {"no name", Post(length + ": x\r\n"), {"refused 400"}},
      {"blank in a name", Post(length + "a b: x\r\n"), {"refused 400"}},
      {"NUL in a name", Post(length + std::string("a\0b: x\r\n", 8)), {"refused 400"}},
      {"NUL in a value", Post(length + std::string("X: a\0b\r\n", 8)), {"refused 400"}},
      {"control byte in a value", Post(length + "X: a\x01z\r\n"), {"refused 400"}},
      {"DEL in a value", Post(length + "X: a\x7fz\r\n"), {"refused 400"}},
      {"bare CR in a value", Post(length + "X: a\rz\r\n"), {"refused 400"}},
      {"bare LF in a value", Post(length + "X: a\nz\r\n"), {"refused 400"}},
      {"bare LF ends a line", "POST / HTTP/1.1\nHost: h\n\n", {"refused 400"}},
      {"CR CR LF ends a line", Post(length + "X: a\r\r\n"), {"refused 400"}},
      {"Upgrade", Post(length + "Connection: Upgrade\r\nUpgrade: h2c\r\n"), {"refused 400"}},
      {"strange expectation", Post(length + "Expect: x\r\n"), {"refused 417"}},
  };
}

std::vector<Case> RequestLineCases() {
  return {
      {"absolute form", Line("POST http://evil/ HTTP/1.1"), {"refused 400"}},
      {"asterisk form", Line("OPTIONS * HTTP/1.1"), {"refused 400"}},
      {"authority form", Line("CONNECT h:443 HTTP/1.1"), {"refused 400"}},
      {"fragment", Line("POST /#x HTTP/1.1"), {"refused 400"}},
      {"bytes above 0x7f in the target", Line("POST /\xc3\xa9 HTTP/1.1"), {"refused 400"}},
      {"DEL in the target", Line("POST /\x7f HTTP/1.1"), {"refused 400"}},
      {"tab in the target", Line("POST /\tx HTTP/1.1"), {"refused 400"}},
      {"two blanks", Line("POST  / HTTP/1.1"), {"refused 400"}},
      {"blank after the version", Line("POST / HTTP/1.1 "), {"refused 400"}},
      {"leading blank", Line(" POST / HTTP/1.1"), {"refused 400"}},
      {"lower-case method", Line("post / HTTP/1.1"), {"refused 400"}},
      {"no method", Line("/ HTTP/1.1"), {"refused 400"}},
      {"no target", Line("POST HTTP/1.1"), {"refused 400"}},
      {"leading empty line", "\r\n" + Line("POST / HTTP/1.1"), {"refused 400"}},
      {"0.9", "GET /\r\n\r\n", {"refused 400"}},
      {"version 1.2", Line("POST / HTTP/1.2"), {"refused 505"}},
      {"version 2.0", Line("POST / HTTP/2.0"), {"refused 505"}},
      {"preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {"refused 505"}},
      {"not HTTP", Line("POST / HTTX/1.1"), {"refused 400"}},
      {"lower-case http", Line("POST / http/1.1"), {"refused 400"}},
  };
}

std::vector<Case> AllCases() {
  std::vector<Case> all = AcceptedCases();
  for (auto* more : {&LengthCases, &FieldCases, &RequestLineCases}) {
    for (Case& one : (*more)()) all.push_back(std::move(one));
  }
  return all;
}

TEST(FramingTest, DecidesEachCaseOfTheTable) {
  ASSERT_GE(AllCases().size(), 95U);
  for (const Case& one : AllCases()) {
    SCOPED_TRACE(one.name);
    EXPECT_EQ(Transcript({one.raw}), one.transcript);
  }
}

TEST(FramingTest, DecidesTheSameWhereverTheBytesAreSplit) {
  for (const Case& one : AllCases()) {
    SCOPED_TRACE(one.name);
    const std::string_view raw = one.raw;
    for (std::size_t at = 1; at < raw.size(); ++at) {
      ASSERT_EQ(Transcript({raw.substr(0, at), raw.substr(at)}), one.transcript) << "at " << at;
    }
  }
}

TEST(FramingTest, DecidesTheSameByteByByte) {
  for (const Case& one : AllCases()) {
    SCOPED_TRACE(one.name);
    std::vector<std::string_view> pieces;
    for (const char& byte : one.raw) pieces.emplace_back(&byte, 1);
    EXPECT_EQ(Transcript(pieces), one.transcript);
  }
}

TEST(FramingTest, DecidesTheSameBehindAnotherRequest) {
  const std::string first = Post("Content-Length: 5\r\n", "hello");
  for (const Case& one : AllCases()) {
    SCOPED_TRACE(one.name);
    std::vector<std::string> expected = one.transcript;
    expected.insert(expected.begin(), "POST / 5");
    EXPECT_EQ(Transcript({first + one.raw}), expected);
  }
}

TEST(FramingTest, NeverParsesWhatFollowsARefusal) {
  const std::string good = Post("Content-Length: 5\r\n", "hello");
  for (const Case& one : AllCases()) {
    if (!one.transcript.back().starts_with("refused")) continue;
    SCOPED_TRACE(one.name);
    EXPECT_EQ(Transcript({one.raw + good}), one.transcript);
    EXPECT_EQ(Transcript({one.raw, good, good}), one.transcript);
  }
}

TEST(FramingTest, AcceptsAsManyFieldsAsAllowedAndNoMore) {
  std::string fields = "Content-Length: 0\r\n";
  for (std::size_t i = 2; i < net::kMaxHeaderFields; ++i) fields += "X: y\r\n";

  EXPECT_THAT(Transcript({Post(fields)}), ElementsAre("POST / 0"));
  EXPECT_THAT(Transcript({Post(fields + "X: y\r\n")}), ElementsAre("refused 431"));
}

TEST(FramingTest, AcceptsALongHeaderUpToTheLimit) {
  const std::string rest = Post("Content-Length: 0\r\nX: \r\n");
  const std::size_t limit = net::Limits{}.max_header_bytes;
  const auto padded = [&](std::size_t size) {
    return Post("Content-Length: 0\r\nX: " + std::string(size - rest.size(), 'x') + "\r\n");
  };

  EXPECT_THAT(Transcript({padded(limit)}), ElementsAre("POST / 0"));
  EXPECT_THAT(Transcript({padded(limit + 1)}), ElementsAre("refused 431"));
}

TEST(FramingTest, RefusesAHeaderThatNeverEndsAtTheLimit) {
  const std::string endless(net::Limits{}.max_header_bytes, 'x');

  EXPECT_THAT(Transcript({endless}), ElementsAre("refused 431"));
}

TEST(FramingTest, KeepsTheConnectionOnlyWhereBothSidesCan) {
  const std::vector<std::pair<std::string, bool>> cases = {
      {Post("Content-Length: 0\r\n"), true},
      {Post("Content-Length: 0\r\nConnection: close\r\n"), false},
      {Post("Content-Length: 0\r\nConnection: Keep-Alive, CLOSE\r\n"), false},
      {Line("POST / HTTP/1.0"), false},
      {"POST / HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n", false},
  };
  for (const auto& [raw, kept] : cases) {
    net::RequestHead head;
    ASSERT_TRUE(net::ParseHead(raw, 1000, head)) << raw;
    EXPECT_EQ(head.keep_alive, kept) << raw;
  }
}

TEST(FramingTest, ReportsFieldsInTheOrderOfTheWire) {
  net::RequestHead head;
  const std::string raw = Post("Content-Length: 0\r\nX-One:  a b \r\nx-two:\tc\r\n");

  ASSERT_TRUE(net::ParseHead(raw, 1000, head));

  ASSERT_EQ(head.headers.size(), 4U);
  EXPECT_EQ(head.headers[2].name, "X-One");
  EXPECT_EQ(head.headers[2].value, "a b");
  EXPECT_EQ(head.headers[3].name, "x-two");
  EXPECT_EQ(head.headers[3].value, "c");
}

}  // namespace
}  // namespace coffer
