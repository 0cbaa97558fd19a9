#include "api/query_codec.h"

#include "support/matchers.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace coffer::api {
namespace {

using namespace std::string_literals;
using base::Optional;
using base::Required;
using test::FailsWith;
using test::IsOk;

constexpr std::array<std::string_view, 2> kStatuses{"Active", "Inactive"};

bool IsSessionName(std::string_view text) { return text.find(':') == std::string_view::npos; }

struct Tag {
  std::string key;
  std::string value;

  static constexpr auto Members() {
    return std::tuple{Required("Key", &Tag::key, {1, 8}), Required("Value", &Tag::value, {0, 8})};
  }
};

struct ContextEntry {
  std::optional<std::string> name;
  std::optional<std::vector<std::string>> values;
  std::optional<std::vector<Tag>> tags;

  static constexpr auto Members() {
    return std::tuple{Optional("ContextKeyName", &ContextEntry::name, {1, 8}),
                      Optional("ContextKeyValues", &ContextEntry::values),
                      Optional("Tags", &ContextEntry::tags)};
  }
};

struct Device {
  std::optional<std::string> serial;
  std::optional<std::int64_t> slot;

  static constexpr auto Members() {
    return std::tuple{Optional("SerialNumber", &Device::serial, {3, 9}),
                      Optional("Slot", &Device::slot, {1, 4})};
  }
};

/// One of everything.
struct Request {
  std::string role_arn;
  std::optional<std::string> session_name;
  std::optional<std::string> status;
  std::optional<std::string> token_code;
  std::optional<base::SecretText> password;
  std::optional<base::EncodedDocument> document;
  std::optional<std::int64_t> duration;
  std::optional<bool> only_attached;
  std::optional<Timestamp> since;
  std::optional<Device> device;
  std::optional<std::vector<std::string>> tag_keys;
  std::optional<std::vector<Tag>> tags;
  std::vector<ContextEntry> entries;

  static constexpr auto Members() {
    return std::tuple{Required("RoleArn", &Request::role_arn, {4, 2048}),
                      Optional("RoleSessionName", &Request::session_name, {2, 64},
                               {.pattern = {"[\\w+=,.@-]*", &IsSessionName}}),
                      Optional("Status", &Request::status, {}, {.allowed = kStatuses}),
                      Optional("TokenCode", &Request::token_code, {6, 6}, {.sensitive = true}),
                      Optional("Password", &Request::password, {1, 8}),
                      Optional("PolicyDocument", &Request::document, {1, 16}),
                      Optional("DurationSeconds", &Request::duration, {900, 43200}),
                      Optional("OnlyAttached", &Request::only_attached),
                      Optional("Since", &Request::since),
                      Optional("Device", &Request::device),
                      Optional("TagKeys", &Request::tag_keys, {0, 3}, {.item_range = {1, 8}}),
                      Optional("Tags", &Request::tags, {0, 3}),
                      Optional("ContextEntries", &Request::entries)};
  }
};

Result<Request> Decoded(std::string_view text) {
  ASSIGN_OR_RETURN(const auto form, FormFields::Parse(text));
  return DecodeQuery<Request>(form);
}

TEST(DecodeQueryTest, ReadsEveryType) {
  const auto request = Decoded(
      "Action=DoIt&Version=2011-06-15&RoleArn=role&RoleSessionName=a+b&Status=Active"
      "&TokenCode=123456&Password=hush%21&PolicyDocument=%7B%22a%22%3A+1%7D&DurationSeconds=900"
      "&OnlyAttached=true&Since=2026-01-15T12%3A00%3A00.5Z&Device.SerialNumber=abc&Device.Slot=2"
      "&TagKeys.member.1=x&TagKeys.member.2=y&Tags.member.1.Key=k&Tags.member.1.Value=v"
      "&ContextEntries.member.1.ContextKeyName=n"
      "&ContextEntries.member.1.ContextKeyValues.member.1=v"
      "&ContextEntries.member.1.Tags.member.1.Key=k&ContextEntries.member.1.Tags.member.1.Value="
      "&ContextEntries.member.2=");

  ASSERT_THAT(request, IsOk());
  EXPECT_EQ(request->role_arn, "role");
  EXPECT_EQ(request->session_name, "a b");
  EXPECT_EQ(request->status, "Active");
  EXPECT_EQ(request->token_code, "123456");
  EXPECT_EQ(request->password->bytes.ExposeText(), "hush!");
  EXPECT_EQ(request->document->text, R"({"a": 1})");
  EXPECT_EQ(request->duration, 900);
  EXPECT_EQ(request->only_attached, true);
  EXPECT_EQ(request->since, Timestamp(std::chrono::milliseconds(1768478400500)));
  EXPECT_EQ(request->device->serial, "abc");
  EXPECT_EQ(request->device->slot, 2);
  EXPECT_EQ(request->tag_keys, (std::vector{"x"s, "y"s}));
  ASSERT_EQ(request->tags->size(), 1U);
  EXPECT_EQ(request->tags->at(0).key, "k");
  EXPECT_EQ(request->tags->at(0).value, "v");
  ASSERT_EQ(request->entries.size(), 2U);
  EXPECT_EQ(request->entries[0].name, "n");
  EXPECT_EQ(request->entries[0].values, std::vector{"v"s});
  EXPECT_EQ(request->entries[0].tags->at(0).value, "");
  EXPECT_EQ(request->entries[1].name, std::nullopt);
}

TEST(DecodeQueryTest, LeavesOutWhatIsAbsent) {
  const auto request = Decoded("RoleArn=role&Unknown=1&roleArn=2&Tag.member.x=3");

  ASSERT_THAT(request, IsOk());
  EXPECT_EQ(request->role_arn, "role");
  EXPECT_EQ(request->status, std::nullopt);
  EXPECT_EQ(request->duration, std::nullopt);
  EXPECT_EQ(request->device, std::nullopt);
  EXPECT_EQ(request->tag_keys, std::nullopt);
  EXPECT_EQ(request->tags, std::nullopt);
  EXPECT_TRUE(request->entries.empty());
}

TEST(DecodeQueryTest, TakesTheFirstOfSeveralValues) {
  EXPECT_EQ(Decoded("RoleArn=first&RoleArn=second")->role_arn, "first");
}

TEST(DecodeQueryTest, ReadsLists) {
  using List = std::optional<std::vector<std::string>>;
  struct Case {
    std::string_view text;
    List keys;
  };
  const std::vector<Case> cases = {
      {"TagKeys=", List::value_type{}},
      {"TagKeys", List::value_type{}},
      {"TagKeys.member.1=a", {{"a"}}},
      {"TagKeys=&TagKeys.member.1=a", {{"a"}}},
      {"TagKeys.member.2=b&TagKeys.member.1=a", {{"a", "b"}}},
      {"TagKeys.member.10=c&TagKeys.member.9=b&TagKeys.member.1=a", {{"a", "b", "c"}}},
      {"TagKeys.member.4000000000=b&TagKeys.member.7=a", {{"a", "b"}}},
      {"TagKeys.member.1=a&TagKeys.member.1=b", {{"a"}}},
      {"TagKey=x", std::nullopt},
  };
  for (const Case& entry : cases) {
    const auto request = Decoded("RoleArn=role&" + std::string(entry.text));

    ASSERT_THAT(request, IsOk()) << entry.text;
    EXPECT_EQ(request->tag_keys, entry.keys) << entry.text;
  }
}

TEST(DecodeQueryTest, OrdersStructuresByTheirNumbers) {
  const auto request = Decoded(
      "RoleArn=role&Tags.member.10.Value=3&Tags.member.2.Value=2&Tags.member.10.Key=c"
      "&Tags.member.2.Key=b&Tags.member.1.Key=a&Tags.member.1.Value=1");

  ASSERT_THAT(request, IsOk());
  ASSERT_EQ(request->tags->size(), 3U);
  EXPECT_EQ(request->tags->at(0).key + request->tags->at(0).value, "a1");
  EXPECT_EQ(request->tags->at(1).key + request->tags->at(1).value, "b2");
  EXPECT_EQ(request->tags->at(2).key + request->tags->at(2).value, "c3");
}

TEST(DecodeQueryTest, ReadsLongLists) {
  std::string text = "RoleArn=role";
  for (int i = 1000; i > 0; --i) {
    text += "&ContextEntries.member." + std::to_string(i) + ".ContextKeyName=" + std::to_string(i);
  }

  const auto request = Decoded(text);

  ASSERT_THAT(request, IsOk());
  ASSERT_EQ(request->entries.size(), 1000U);
  EXPECT_EQ(request->entries[0].name, "1");
  EXPECT_EQ(request->entries[999].name, "1000");
}

TEST(DecodeQueryTest, RefusesValuesOfTheWrongType) {
  const std::string structure = "Start of structure or map found where not expected.";
  const std::string no_list = "Unexpected list element termination";
  const std::string no_structure = "Unexpected complex element termination";
  struct Case {
    std::string_view text;
    std::string message;
  };
  const std::vector<Case> cases = {
      {"RoleArn.member.1=a", structure},
      {"RoleArn=a&RoleArn.x=b", structure},
      {"Password.x=b", structure},
      {"PolicyDocument.x=b", structure},
      {"DurationSeconds.x=1", structure},
      {"DurationSeconds=", "STRING_VALUE can not be converted to a Long"},
      {"DurationSeconds=NaN", "STRING_VALUE can not be converted to a Long"},
      {"DurationSeconds=900.0", "STRING_VALUE can not be converted to a Long"},
      {"DurationSeconds=%2B900", "STRING_VALUE can not be converted to a Long"},
      {"DurationSeconds=+900", "STRING_VALUE can not be converted to a Long"},
      {"DurationSeconds=9223372036854775808", "STRING_VALUE can not be converted to a Long"},
      {"OnlyAttached=", "STRING_VALUE can not be converted to a Boolean"},
      {"OnlyAttached=True", "STRING_VALUE can not be converted to a Boolean"},
      {"OnlyAttached=1", "STRING_VALUE can not be converted to a Boolean"},
      {"Since=", "STRING_VALUE can not be converted to a Timestamp"},
      {"Since=yesterday", "STRING_VALUE can not be converted to a Timestamp"},
      {"Since=2026-02-30T12:00:00Z", "STRING_VALUE can not be converted to a Timestamp"},
      {"Device=phone", no_structure},
      {"Device=phone&Device.Slot=1", no_structure},
      {"TagKeys=a", no_list},
      {"TagKeys=a&TagKeys.member.1=a", no_list},
      {"TagKeys.member=", no_list},
      {"TagKeys.member=a", no_list},
      {"TagKeys.1=a", no_list},
      {"TagKeys.Member.1=a", no_list},
      {"TagKeys.member.1=a&TagKeys.x=b", no_list},
      {"TagKeys.member.=a", no_list},
      {"TagKeys.member.0=a", no_list},
      {"TagKeys.member.01=a", no_list},
      {"TagKeys.member.-1=a", no_list},
      {"TagKeys.member.x=a", no_list},
      {"TagKeys.member.1x=a", no_list},
      {"TagKeys.member.4294967296=a", no_list},
      {"TagKeys.member.1.Key=a", structure},
      {"Tags.member.1=a", no_structure},
      {"Tags.member.1-.Key=a", no_list},
      {"Tags.member.1.Key.x=a", structure},
      {"ContextEntries.member.1.ContextKeyValues.x=a", no_list},
  };
  for (const Case& entry : cases) {
    EXPECT_THAT(Decoded(entry.text), FailsWith(ErrorCode::kSerialization, entry.message))
        << entry.text;
  }
}

TEST(DecodeQueryTest, ReportsBrokenConstraints) {
  const std::string failed = " failed to satisfy constraint: ";
  struct Case {
    std::string_view text;
    std::string detail;
  };
  const std::vector<Case> cases = {
      {"", "Value null at 'roleArn'" + failed + "Member must not be null"},
      {"RoleArn=",
       "Value '' at 'roleArn'" + failed + "Member must have length greater than or equal to 4"},
      {"RoleArn=role&RoleSessionName=Session1:2",
       "Value 'Session1:2' at 'roleSessionName'" + failed +
           "Member must satisfy regular expression pattern: [\\w+=,.@-]*"},
      {"RoleArn=role&Status=On", "Value 'On' at 'status'" + failed +
                                     "Member must satisfy enum value set: [Active, Inactive]"},
      {"RoleArn=role&TokenCode=12345",
       "Value at 'tokenCode'" + failed + "Member must have length greater than or equal to 6"},
      {"RoleArn=role&Password=123456789",
       "Value at 'password'" + failed + "Member must have length less than or equal to 8"},
      {"RoleArn=role&PolicyDocument=", "Value '' at 'policyDocument'" + failed +
                                           "Member must have length greater than or equal to 1"},
      {"RoleArn=role&DurationSeconds=899",
       "Value '899' at 'durationSeconds'" + failed +
           "Member must have value greater than or equal to 900"},
      {"RoleArn=role&DurationSeconds=-1",
       "Value '-1' at 'durationSeconds'" + failed +
           "Member must have value greater than or equal to 900"},
      {"RoleArn=role&Device.Slot=5",
       "Value '5' at 'device.slot'" + failed + "Member must have value less than or equal to 4"},
      {"RoleArn=role&TagKeys.member.1=a&TagKeys.member.5=",
       "Value '[a, ]' at 'tagKeys'" + failed +
           "Member must satisfy constraint: [Member must have length less than or equal to 8, "
           "Member must have length greater than or equal to 1]"},
      {"RoleArn=role&TagKeys.member.1=a&TagKeys.member.2=b&TagKeys.member.3=c&TagKeys.member.4=d",
       "Value '[a, b, c, d]' at 'tagKeys'" + failed +
           "Member must have length less than or equal to 3"},
      {"RoleArn=role&Tags.member.1.Key=a&Tags.member.1.Value=&Tags.member.7.Value=b",
       "Value null at 'tags.2.member.key'" + failed + "Member must not be null"},
      {"RoleArn=role&ContextEntries.member.1.Tags.member.1.Key=123456789"
       "&ContextEntries.member.1.Tags.member.1.Value=",
       "Value '123456789' at 'contextEntries.1.member.tags.1.member.key'" + failed +
           "Member must have length less than or equal to 8"},
  };
  for (const Case& entry : cases) {
    EXPECT_THAT(Decoded(entry.text),
                FailsWith(ErrorCode::kValidation, "1 validation error detected: " + entry.detail))
        << entry.text;
  }
}

TEST(DecodeQueryTest, ReportsAllViolationsInTheOrderOfTheMembers) {
  EXPECT_THAT(Decoded("Tags.member.1.Key=&DurationSeconds=1"),
              FailsWith(ErrorCode::kValidation,
                        "4 validation errors detected: "
                        "Value null at 'roleArn' failed to satisfy constraint: "
                        "Member must not be null; "
                        "Value '1' at 'durationSeconds' failed to satisfy constraint: "
                        "Member must have value greater than or equal to 900; "
                        "Value '' at 'tags.1.member.key' failed to satisfy constraint: "
                        "Member must have length greater than or equal to 1; "
                        "Value null at 'tags.1.member.value' failed to satisfy constraint: "
                        "Member must not be null"));
}

TEST(DecodeQueryTest, AWrongTypeWinsOverBrokenConstraints) {
  EXPECT_THAT(Decoded("Tags=x"),
              FailsWith(ErrorCode::kSerialization, "Unexpected list element termination"));
}

}  // namespace
}  // namespace coffer::api
