#include "services/secretsmanager/page_token.h"

#include "support/matchers.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace coffer::services::secretsmanager {
namespace {

using test::FailsWithCode;

QueryFingerprint Question(std::string_view filter) {
  QueryFingerprint question;
  question.Add("ListSecrets").Add(1).Add(filter);
  return question;
}

TEST(PageTokenTest, ComesBackAsItWas) {
  const store::ListPosition position{.number = 1'700'000'000'123, .name = "a/b", .id = 42};
  const std::string token = FormatPageToken(Question("x"), position);

  const auto parsed = ParsePageToken(Question("x"), token);

  ASSERT_THAT(parsed, test::IsOk());
  EXPECT_EQ(parsed->number, position.number);
  EXPECT_EQ(parsed->name, position.name);
  EXPECT_EQ(parsed->id, position.id);
}

TEST(PageTokenTest, IsRefusedForAnotherQuestion) {
  const std::string token = FormatPageToken(Question("x"), {});
  EXPECT_THAT(ParsePageToken(Question("y"), token), FailsWithCode(ErrorCode::kInvalidNextToken));
}

TEST(PageTokenTest, GarbageIsRefused) {
  const std::string token = FormatPageToken(Question("x"), {});
  for (const std::string& garbage : std::vector<std::string>{
           "a", "AAAA", token.substr(0, 8), token + "=", std::string(4096, 'A'), "\xff\xff"}) {
    EXPECT_THAT(ParsePageToken(Question("x"), garbage),
                FailsWithCode(ErrorCode::kInvalidNextToken));
  }
}

TEST(QueryFingerprintTest, PiecesDoNotRunTogether) {
  EXPECT_NE(QueryFingerprint().Add("ab").Add("c").value(),
            QueryFingerprint().Add("a").Add("bc").value());
}

}  // namespace
}  // namespace coffer::services::secretsmanager
