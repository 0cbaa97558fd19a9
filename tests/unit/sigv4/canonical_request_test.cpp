#include "sigv4/canonical_request.h"

#include "signed_request.h"
#include "sigv4/text.h"

#include <gtest/gtest.h>

#include <string>

namespace coffer::sigv4 {
namespace {

using test::ExampleRequest;
using test::OwnedRequest;
using test::RequestView;

std::optional<std::string> Canonical(const OwnedRequest& owned, std::string_view signed_headers) {
  const RequestView view(owned);
  std::string out;
  if (!AppendCanonicalRequest(out, *view, signed_headers,
                              crypto::Sha256(base::AsBytes(owned.body)))) {
    return std::nullopt;
  }
  return out;
}

constexpr std::string_view kEmptyHash =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

TEST(CanonicalRequestTest, MatchesTheWorkedExample) {
  EXPECT_EQ(Canonical(ExampleRequest(), "content-type;host;x-amz-date;x-amz-target"),
            "POST\n/\n\ncontent-type:application/x-amz-json-1.1\nhost:127.0.0.1:18080\n"
            "x-amz-date:20260115T120000Z\nx-amz-target:secretsmanager.GetSecretValue\n\n"
            "content-type;host;x-amz-date;x-amz-target\n"
            "96ab3eb77e3be78761024a58c002a6044199bcfbb32f49e358eec8d7e31ae7d7");
}

TEST(CanonicalRequestTest, PathIsNormalizedAndEncodedAsItStandsOnTheWire) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", "/"},
      {"/", "/"},
      {"//", "/"},
      {"/./", "/"},
      {"/a/../", "/"},
      {"/../../a", "/a"},
      {"/a//b/./c/", "/a/b/c/"},
      {"/a%20b", "/a%2520b"},
      {"/a b~", "/a%20b~"},
      {"/?x", "/"},
  };
  for (const auto& [target, path] : cases) {
    const OwnedRequest owned{
        .method = "GET", .target = std::string(target), .headers = {}, .body = {}};
    const auto canonical = Canonical(owned, "");
    ASSERT_FALSE(canonical.has_value()) << "an empty name is not a header";

    OwnedRequest with_host = owned;
    with_host.Set("Host", "h");
    EXPECT_TRUE(Canonical(with_host, "host")->starts_with(Concatenate({"GET\n", path, "\n"})))
        << target;
  }
}

TEST(CanonicalRequestTest, ValuesAreTrimmedAndRepeatedOnesJoinedInOrder) {
  const OwnedRequest owned{
      .method = "GET",
      .target = "/",
      .headers = {{"A", " \t b \t c  "}, {"x", "\"q   q\""}, {"a", ""}, {"a", "z"}},
      .body = {}};

  EXPECT_EQ(Canonical(owned, "x;a"),
            Concatenate({"GET\n/\n\nx:\"q q\"\na:b c,,z\n\nx;a\n", kEmptyHash}));
}

TEST(CanonicalRequestTest, RefusesAListThatNamesAbsentOrRepeatedHeaders) {
  OwnedRequest owned = ExampleRequest();

  EXPECT_TRUE(Canonical(owned, "host").has_value());
  for (const std::string_view list : {"host;absent", "host;host", "host;x-amz-date;host", "Host",
                                      "host;", ";host", "", "host;;x-amz-date"}) {
    EXPECT_FALSE(Canonical(owned, list).has_value()) << list;
  }
}

TEST(CanonicalRequestTest, TakesSixtyFourSignedHeadersAndNoMore) {
  OwnedRequest owned;
  std::string list;
  for (int i = 0; i < 64; ++i) {
    owned.Set(Concatenate({"h", std::to_string(i)}), "v");
    list.append(i == 0 ? "h" : ";h").append(std::to_string(i));
  }
  EXPECT_TRUE(Canonical(owned, list).has_value());

  owned.Set("h64", "v");
  EXPECT_FALSE(Canonical(owned, list + ";h64").has_value());
}

TEST(CanonicalRequestTest, SignedNamesAreMatchedWhole) {
  EXPECT_TRUE(IsSigned("content-type;host;x-amz-date", "host"));
  EXPECT_TRUE(IsSigned("host", "host"));
  EXPECT_FALSE(IsSigned("content-type;hostname;x-host", "host"));
  EXPECT_FALSE(IsSigned("", "host"));
}

}  // namespace
}  // namespace coffer::sigv4
