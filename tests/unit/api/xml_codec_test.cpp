#include "api/xml_codec.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace coffer::api {
namespace {

using base::Optional;
using base::Required;

constexpr std::string_view kNamespace = "https://iam.amazonaws.com/doc/2010-05-08/";

struct Tag {
  std::string key;
  std::optional<std::string> value;

  static constexpr auto Members() {
    return std::tuple{Required("Key", &Tag::key), Optional("Value", &Tag::value)};
  }
};

struct Reply {
  std::string arn;
  std::optional<std::string> description;
  std::optional<std::int64_t> size;
  bool truncated = false;
  std::optional<Timestamp> created;
  std::optional<base::SecretText> secret;
  std::optional<base::EncodedDocument> document;
  std::vector<std::string> names;
  std::optional<std::vector<Tag>> tags;
  std::optional<std::map<std::string, std::int64_t>> summary;
  std::optional<std::map<std::string, Tag>> labels;
  std::optional<Tag> tag;

  static constexpr auto Members() {
    return std::tuple{Required("Arn", &Reply::arn),
                      Optional("Description", &Reply::description),
                      Optional("Size", &Reply::size),
                      Required("IsTruncated", &Reply::truncated),
                      Optional("CreateDate", &Reply::created),
                      Optional("SecretAccessKey", &Reply::secret),
                      Optional("PolicyDocument", &Reply::document),
                      Required("Names", &Reply::names),
                      Optional("Tags", &Reply::tags),
                      Optional("SummaryMap", &Reply::summary),
                      Optional("Labels", &Reply::labels),
                      Optional("Tag", &Reply::tag)};
  }
};

std::string Encoded(const auto& response) {
  base::ReplyBuffer out;
  EncodeXmlReply("GetIt", kNamespace, "id-1", response, out);
  return std::string(out.body());
}

std::string Wrapped(const std::string& result) {
  return R"(<GetItResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">)" + result +
         "<ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></GetItResponse>";
}

TEST(EncodeXmlReplyTest, OmitsWhatIsAbsentAndWritesWhatIsEmpty) {
  EXPECT_EQ(Encoded(Reply{}),
            Wrapped("<GetItResult><Arn/><IsTruncated>false</IsTruncated><Names/></GetItResult>"));
}

TEST(EncodeXmlReplyTest, WritesEveryType) {
  const Reply reply{.arn = "arn:<x>",
                    .description = "",
                    .size = -5,
                    .truncated = true,
                    .created = Timestamp(std::chrono::milliseconds(1768478400123)),
                    .secret = base::SecretText{SecretBytes::FromText("a/b+c&d")},
                    .document = base::EncodedDocument{R"({"Action": "s:*", "é~-._/+": 1})"},
                    .names = {"a", ""},
                    .tags = std::vector<Tag>{{"k", "v"}, {"l", std::nullopt}},
                    .summary = std::map<std::string, std::int64_t>{{"Users", 3}, {"a&b", 0}},
                    .labels = std::map<std::string, Tag>{{"x", {"k", "v"}}},
                    .tag = Tag{"", std::nullopt}};

  EXPECT_EQ(
      Encoded(reply),
      Wrapped("<GetItResult><Arn>arn:&lt;x&gt;</Arn><Description/><Size>-5</Size>"
              "<IsTruncated>true</IsTruncated><CreateDate>2026-01-15T12:00:00Z</CreateDate>"
              "<SecretAccessKey>a/b+c&amp;d</SecretAccessKey>"
              "<PolicyDocument>%7B%22Action%22%3A%20%22s%3A%2A%22%2C%20%22%C3%A9~-._%2F%2B%22%3A"
              "%201%7D</PolicyDocument>"
              "<Names><member>a</member><member/></Names>"
              "<Tags><member><Key>k</Key><Value>v</Value></member>"
              "<member><Key>l</Key></member></Tags>"
              "<SummaryMap><entry><key>Users</key><value>3</value></entry>"
              "<entry><key>a&amp;b</key><value>0</value></entry></SummaryMap>"
              "<Labels><entry><key>x</key><value><Key>k</Key><Value>v</Value></value></entry>"
              "</Labels><Tag><Key/></Tag></GetItResult>"));
}

TEST(EncodeXmlReplyTest, WritesNoResultForAnOperationWithoutOutput) {
  EXPECT_EQ(Encoded(base::NoOutput{}), Wrapped(""));
}

TEST(EncodeXmlErrorTest, AnErrorReplacesAHalfWrittenReply) {
  base::HttpReply reply;
  reply.request_id = "id-1";
  reply.body.Append("<GetItResponse><SecretAccessKey>hu");

  EncodeXmlError({ErrorCode::kNoSuchEntity, "The user with name <x> & 'y' cannot be found."},
                 kNamespace, reply);

  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(reply.content_type, "text/xml");
  EXPECT_EQ(reply.body.body(),
            R"(<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error>)"
            "<Type>Sender</Type><Code>NoSuchEntity</Code><Message>The user with name &lt;x&gt; "
            "&amp; &apos;y&apos; cannot be found.</Message></Error><RequestId>id-1</RequestId>"
            "</ErrorResponse>");
}

TEST(EncodeXmlErrorTest, TellsWhoseFaultItIsAndOmitsAnEmptyMessage) {
  base::HttpReply reply;

  EncodeXmlError({ErrorCode::kInternalServiceError, ""}, kNamespace, reply);

  EXPECT_EQ(reply.status, 500);
  EXPECT_EQ(reply.body.body(),
            R"(<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error>)"
            "<Type>Receiver</Type><Code>ServiceFailure</Code></Error><RequestId/>"
            "</ErrorResponse>");
}

}  // namespace
}  // namespace coffer::api
