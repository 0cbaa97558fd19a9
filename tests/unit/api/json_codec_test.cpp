#include "api/json_codec.h"

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

constexpr std::array<std::string_view, 3> kKeys{"name", "all", "tag-key"};

bool IsLowerCase(std::string_view text) {
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string_view::npos;
}

struct Tag {
  std::string key;
  std::optional<std::string> value;

  static constexpr auto Members() {
    return std::tuple{Required("Key", &Tag::key, {1, 8}), Optional("Value", &Tag::value, {0, 8})};
  }
};

struct Filter {
  std::optional<std::string> key;
  std::optional<std::vector<std::string>> values;

  static constexpr auto Members() {
    return std::tuple{Optional("Key", &Filter::key, {}, {.allowed = kKeys}),
                      Optional("Values", &Filter::values, {1, 3},
                               {.item_range = {1, 6}, .pattern = {"^[a-z-]*$", &IsLowerCase}})};
  }
};

struct Rules {
  std::optional<std::int64_t> automatically_after_days;
  std::optional<std::string> duration;

  static constexpr auto Members() {
    return std::tuple{
        Optional("AutomaticallyAfterDays", &Rules::automatically_after_days, {1, 1000}),
        Optional("Duration", &Rules::duration, {2, 3},
                 {.pattern = {"[0-9h]+", [](std::string_view text) {
                                return text.find_first_not_of("0123456789h") ==
                                       std::string_view::npos;
                              }}})};
  }
};

/// One of everything.
struct Request {
  std::string secret_id;
  std::optional<std::string> token;
  std::optional<std::int64_t> length;
  std::optional<bool> force;
  std::optional<Timestamp> since;
  std::optional<base::SecretText> secret_string;
  std::optional<base::SecretBlob> secret_binary;
  std::optional<std::vector<std::string>> version_stages;
  std::optional<std::vector<Tag>> tags;
  std::optional<std::vector<Filter>> filters;
  std::optional<Rules> rotation_rules;

  static constexpr auto Members() {
    return std::tuple{
        Required("SecretId", &Request::secret_id, {1, 2048}),
        Optional("RotationToken", &Request::token, {4, 8}, {.sensitive = true}),
        Optional("PasswordLength", &Request::length, {1, 4096}),
        Optional("Force", &Request::force),
        Optional("Since", &Request::since),
        Optional("SecretString", &Request::secret_string, {1, 16}),
        Optional("SecretBinary", &Request::secret_binary, {1, 4}),
        Optional("VersionStages", &Request::version_stages, {1, 2}, {.item_range = {1, 10}}),
        Optional("Tags", &Request::tags),
        Optional("Filters", &Request::filters, {0, 2}),
        Optional("RotationRules", &Request::rotation_rules)};
  }
};

std::string OneViolation(std::string_view detail) {
  return "1 validation error detected: " + std::string(detail);
}

TEST(DecodeRequestTest, ReadsEveryType) {
  const auto request = DecodeRequest<Request>(R"({
    "SecretId": "na\u006de", "PasswordLength": 12, "Force": true, "Since": 1523477145.713,
    "SecretString": "hush\n", "SecretBinary": "AP8=", "VersionStages": ["A", "B"],
    "Tags": [{"Key": "k", "Value": ""}, {"Key": "l"}],
    "Filters": [{"Key": "all", "Values": ["x"]}, {}],
    "RotationRules": {"AutomaticallyAfterDays": 30}})");

  ASSERT_THAT(request, test::IsOk());
  EXPECT_EQ(request->secret_id, "name");
  EXPECT_EQ(request->token, std::nullopt);
  EXPECT_EQ(request->length, 12);
  EXPECT_EQ(request->force, true);
  EXPECT_EQ(request->since, Timestamp(std::chrono::milliseconds(1523477145713)));
  EXPECT_EQ(request->secret_string->bytes.ExposeText(), "hush\n");
  EXPECT_EQ(request->secret_binary->bytes.ExposeText(), "\0\xff"s);
  EXPECT_EQ(request->version_stages, (std::vector{"A"s, "B"s}));
  ASSERT_EQ(request->tags->size(), 2U);
  EXPECT_EQ(request->tags->at(0).value, "");
  EXPECT_EQ(request->tags->at(1).value, std::nullopt);
  EXPECT_EQ(request->filters->at(0).values, std::vector{"x"s});
  EXPECT_EQ(request->filters->at(1).key, std::nullopt);
  EXPECT_EQ(request->rotation_rules->automatically_after_days, 30);
}

TEST(DecodeRequestTest, AcceptsWhatTheProtocolAllows) {
  struct Case {
    std::string_view body;
    std::string_view secret_id;
  };
  const std::vector<Case> cases = {
      {R"({"SecretId":"a","Unknown":{"x":[1,null]},"secretid":5})", "a"},
      {R"({"SecretId":"a","PasswordLength":null,"Tags":null,"RotationRules":null})", "a"},
      {R"({"SecretId":"a","PasswordLength":12.0})", "a"},
      {R"({"SecretId":"a","PasswordLength":1e2})", "a"},
      {R"({"Tags":[],"Filters":[],"RotationRules":{},"SecretId":"\u00e9"})", "é"},
  };
  for (const Case& entry : cases) {
    const auto request = DecodeRequest<Request>(entry.body);

    ASSERT_THAT(request, test::IsOk()) << entry.body;
    EXPECT_EQ(request->secret_id, entry.secret_id);
  }
}

TEST(DecodeRequestTest, TreatsAnEmptyBodyAsAnEmptyObject) {
  EXPECT_THAT(DecodeRequest<Rules>(""), test::IsOk());
  EXPECT_THAT(DecodeRequest<base::NoOutput>(""), test::IsOk());
}

TEST(DecodeRequestTest, RefusesABodyThatIsNotAnObjectWithoutAText) {
  for (const std::string_view body :
       {"null", "[]", "\"SecretId\"", "1", "{", " ", "{\"SecretId\":\"a\",}",
        "{\"SecretId\":\"a\",\"SecretId\":\"a\"}", "\xef\xbb\xbf{}", "{\"SecretId\":\"\xff\"}"}) {
    EXPECT_THAT(DecodeRequest<Request>(body), FailsWith(ErrorCode::kSerialization, "")) << body;
  }
}

TEST(DecodeRequestTest, RefusesValuesOfTheWrongType) {
  struct Case {
    std::string_view member;
    std::string_view message;
  };
  const std::vector<Case> cases = {
      {R"("SecretId":1)", "NUMBER_VALUE can not be converted to a String"},
      {R"("SecretId":1.5)", "DECIMAL_VALUE can not be converted to a String"},
      {R"("SecretId":true)", "TRUE_VALUE can not be converted to a String"},
      {R"("SecretId":false)", "FALSE_VALUE can not be converted to a String"},
      {R"("SecretId":{})", "Start of structure or map found where not expected."},
      {R"("SecretId":[])", "Start of list found where not expected"},
      {R"("SecretString":7)", "NUMBER_VALUE can not be converted to a String"},
      {R"("PasswordLength":"12")", "STRING_VALUE can not be converted to a Long"},
      {R"("PasswordLength":1.5)", "DECIMAL_VALUE can not be converted to a Long"},
      {R"("PasswordLength":1e300)", "DECIMAL_VALUE can not be converted to a Long"},
      {R"("PasswordLength":true)", "TRUE_VALUE can not be converted to a Long"},
      {R"("Force":"true")", "STRING_VALUE can not be converted to a Boolean"},
      {R"("Force":0)", "NUMBER_VALUE can not be converted to a Boolean"},
      {R"("Since":"now")", "STRING_VALUE can not be converted to a Timestamp"},
      {R"("Since":1e300)", "DECIMAL_VALUE can not be converted to a Timestamp"},
      {R"("SecretBinary":1)", "NUMBER_VALUE can not be converted to a Blob"},
      {R"("SecretBinary":"AP8")", "only base-64-encoded strings are convertible to bytes"},
      {R"("SecretBinary":"A*==")", "only base-64-encoded strings are convertible to bytes"},
      {R"("VersionStages":"A")", "Unexpected field type"},
      {R"("VersionStages":{})", "Start of structure or map found where not expected."},
      {R"("VersionStages":["A",1])", "NUMBER_VALUE can not be converted to a String"},
      {R"("VersionStages":[[]])", "Start of list found where not expected"},
      {R"("Tags":{})", "Start of structure or map found where not expected."},
      {R"("Tags":["a"])", "Unexpected field type"},
      {R"("Tags":[[]])", "Start of list found where not expected"},
      {R"("RotationRules":[])", "Start of list found where not expected"},
      {R"("RotationRules":7)", "Unexpected field type"},
      {R"("RotationRules":{"Duration":7})", "NUMBER_VALUE can not be converted to a String"},
  };
  for (const Case& entry : cases) {
    const std::string body = "{" + std::string(entry.member) + "}";
    EXPECT_THAT(DecodeRequest<Request>(body),
                FailsWith(ErrorCode::kSerialization, std::string(entry.message)))
        << body;
  }
}

TEST(DecodeRequestTest, ReportsBrokenConstraints) {
  const std::string failed = " failed to satisfy constraint: ";
  struct Case {
    std::string member;
    std::string detail;
  };
  const std::vector<Case> cases = {
      {R"("SecretId":"")",
       "Value '' at 'secretId'" + failed + "Member must have length greater than or equal to 1"},
      {R"("SecretId":null)", "Value null at 'secretId'" + failed + "Member must not be null"},
      {R"("SecretId":"a","PasswordLength":5555)",
       "Value '5555' at 'passwordLength'" + failed +
           "Member must have value less than or equal to 4096"},
      {R"("SecretId":"a","PasswordLength":0)",
       "Value '0' at 'passwordLength'" + failed +
           "Member must have value greater than or equal to 1"},
      {R"("SecretId":"a","SecretString":"")",
       "Value at 'secretString'" + failed + "Member must have length greater than or equal to 1"},
      {R"("SecretId":"a","SecretString":"é234567890123456")",
       "Value at 'secretString'" + failed + "Member must have length less than or equal to 16"},
      {R"("SecretId":"a","SecretBinary":"")",
       "Value at 'secretBinary'" + failed + "Member must have length greater than or equal to 1"},
      {R"("SecretId":"a","SecretBinary":"AAAAAAA=")",
       "Value at 'secretBinary'" + failed + "Member must have length less than or equal to 4"},
      {R"("SecretId":"a","RotationToken":"abc")",
       "Value at 'rotationToken'" + failed + "Member must have length greater than or equal to 4"},
      {R"("SecretId":"a","VersionStages":[])",
       "Value '[]' at 'versionStages'" + failed +
           "Member must have length greater than or equal to 1"},
      {R"("SecretId":"a","VersionStages":["a","b","c"])",
       "Value '[a, b, c]' at 'versionStages'" + failed +
           "Member must have length less than or equal to 2"},
      {R"("SecretId":"a","VersionStages":["a",""])",
       "Value '[a, ]' at 'versionStages'" + failed +
           "Member must satisfy constraint: [Member must have length less than or equal to 10, "
           "Member must have length greater than or equal to 1]"},
      {R"("SecretId":"a","VersionStages":["a",null])",
       "Value null at 'versionStages.2.member'" + failed + "Member must not be null"},
      {R"("SecretId":"a","Tags":[{"Key":"a"},{}])",
       "Value null at 'tags.2.member.key'" + failed + "Member must not be null"},
      {R"("SecretId":"a","Tags":[null])",
       "Value null at 'tags.1.member'" + failed + "Member must not be null"},
      {R"("SecretId":"a","Tags":[{"Key":"123456789"}])",
       "Value '123456789' at 'tags.1.member.key'" + failed +
           "Member must have length less than or equal to 8"},
      {R"("SecretId":"a","Filters":[{"Key":"bad"}])",
       "Value 'bad' at 'filters.1.member.key'" + failed +
           "Member must satisfy enum value set: [name, all, tag-key]"},
      {R"("SecretId":"a","Filters":[{"Values":["A"]}])",
       "Value '[A]' at 'filters.1.member.values'" + failed +
           "Member must satisfy constraint: [Member must have length less than or equal to 6, "
           "Member must have length greater than or equal to 1, Member must satisfy regular "
           "expression pattern: ^[a-z-]*$]"},
      {R"("SecretId":"a","Filters":[{},{},{}])",
       "Value at 'filters'" + failed + "Member must have length less than or equal to 2"},
      {R"("SecretId":"a","RotationRules":{"AutomaticallyAfterDays":1001})",
       "Value '1001' at 'rotationRules.automaticallyAfterDays'" + failed +
           "Member must have value less than or equal to 1000"},
      {R"("SecretId":"a","RotationRules":{"Duration":"4m"})",
       "Value '4m' at 'rotationRules.duration'" + failed +
           "Member must satisfy regular expression pattern: [0-9h]+"},
  };
  for (const Case& entry : cases) {
    EXPECT_THAT(DecodeRequest<Request>("{" + entry.member + "}"),
                FailsWith(ErrorCode::kValidation, OneViolation(entry.detail)));
  }
}

TEST(DecodeRequestTest, ReportsAllViolationsInTheOrderOfTheMembers) {
  EXPECT_THAT(
      DecodeRequest<Request>(
          R"({"RotationRules":{"Duration":"x"},"Filters":[{"Key":"k"}],"SecretString":""})"),
      FailsWith(ErrorCode::kValidation,
                "5 validation errors detected: "
                "Value null at 'secretId' failed to satisfy constraint: Member must not be null; "
                "Value at 'secretString' failed to satisfy constraint: "
                "Member must have length greater than or equal to 1; "
                "Value 'k' at 'filters.1.member.key' failed to satisfy constraint: "
                "Member must satisfy enum value set: [name, all, tag-key]; "
                "Value 'x' at 'rotationRules.duration' failed to satisfy constraint: "
                "Member must have length greater than or equal to 2; "
                "Value 'x' at 'rotationRules.duration' failed to satisfy constraint: "
                "Member must satisfy regular expression pattern: [0-9h]+"));
}

TEST(DecodeRequestTest, AWrongTypeWinsOverBrokenConstraints) {
  EXPECT_THAT(DecodeRequest<Request>(R"({"SecretId":"","RotationRules":[]})"),
              FailsWith(ErrorCode::kSerialization, "Start of list found where not expected"));
}

TEST(DecodeRequestTest, CountsCharactersOfStrings) {
  const std::string eight = R"({"Key":"éééééééé"})";
  const std::string nine = R"({"Key":"ééééééééé"})";

  EXPECT_THAT(DecodeRequest<Tag>(eight), test::IsOk());
  EXPECT_THAT(DecodeRequest<Tag>(nine), test::FailsWithCode(ErrorCode::kValidation));
}

TEST(DecodeRequestTest, CutsLongValuesBetweenCharacters) {
  const std::string long_value = std::string(1023, 'a') + std::string(2000, 'b');

  EXPECT_THAT(DecodeRequest<Request>(R"({"SecretId":")" + long_value + R"("})"),
              FailsWith(ErrorCode::kValidation,
                        OneViolation("Value '" + std::string(1023, 'a') +
                                     "b...' at 'secretId' failed to satisfy constraint: Member "
                                     "must have length less than or equal to 2048")));

  const std::string split = std::string(1023, 'a') + "é" + std::string(2000, 'b');

  EXPECT_THAT(DecodeRequest<Request>(R"({"SecretId":")" + split + R"("})"),
              FailsWith(ErrorCode::kValidation,
                        OneViolation("Value '" + std::string(1023, 'a') +
                                     "...' at 'secretId' failed to satisfy constraint: Member "
                                     "must have length less than or equal to 2048")));
}

struct Reply {
  std::string arn;
  std::optional<std::string> description;
  std::optional<std::int64_t> days;
  std::optional<bool> enabled;
  std::optional<base::SecretText> secret_string;
  std::optional<base::SecretBlob> secret_binary;
  std::vector<std::string> stages;
  std::optional<std::vector<Tag>> tags;
  std::optional<std::map<std::string, std::vector<std::string>>> versions;
  std::optional<Rules> rules;
  std::optional<Timestamp> created_date;

  static constexpr auto Members() {
    return std::tuple{Required("ARN", &Reply::arn),
                      Optional("Description", &Reply::description),
                      Optional("Days", &Reply::days),
                      Optional("Enabled", &Reply::enabled),
                      Optional("SecretString", &Reply::secret_string),
                      Optional("SecretBinary", &Reply::secret_binary),
                      Required("Stages", &Reply::stages),
                      Optional("Tags", &Reply::tags),
                      Optional("VersionIdsToStages", &Reply::versions),
                      Optional("Rules", &Reply::rules),
                      Optional("CreatedDate", &Reply::created_date)};
  }
};

std::string Encoded(const auto& response) {
  base::ReplyBuffer out;
  EncodeReply(response, out);
  return std::string(out.body());
}

TEST(EncodeReplyTest, OmitsWhatIsAbsentAndWritesWhatIsEmpty) {
  EXPECT_EQ(Encoded(Reply{}), R"({"ARN":"","Stages":[]})");
}

TEST(EncodeReplyTest, WritesEveryType) {
  const Reply reply{
      .arn = "arn:\"x\"",
      .description = "é\n",
      .days = 30,
      .enabled = false,
      .secret_string = base::SecretText{SecretBytes::FromText(R"({"password":"p"})")},
      .secret_binary = base::SecretBlob{SecretBytes::FromText("footest")},
      .stages = {"AWSCURRENT", "b\\"},
      .tags = std::vector<Tag>{{"k", "v"}, {"l", std::nullopt}},
      .versions = std::map<std::string, std::vector<std::string>>{{"id\"", {"A"}}, {"j", {}}},
      .rules = Rules{},
      .created_date = Timestamp(std::chrono::milliseconds(1523477145713))};

  EXPECT_EQ(Encoded(reply),
            R"({"ARN":"arn:\"x\"","Description":"é\n","Days":30,"Enabled":false,)"
            R"("SecretString":"{\"password\":\"p\"}","SecretBinary":"Zm9vdGVzdA==",)"
            R"("Stages":["AWSCURRENT","b\\"],"Tags":[{"Key":"k","Value":"v"},{"Key":"l"}],)"
            R"("VersionIdsToStages":{"id\"":["A"],"j":[]},"Rules":{},)"
            R"("CreatedDate":1523477145.713})");
}

TEST(EncodeReplyTest, WritesNothingForAnOperationWithoutOutput) {
  EXPECT_EQ(Encoded(base::NoOutput{}), "");
}

}  // namespace
}  // namespace coffer::api
