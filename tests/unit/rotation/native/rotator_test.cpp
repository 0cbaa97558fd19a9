#include "rotation/native/rotator.h"

#include "support/matchers.h"
#include "unit/rotation/native/fake_database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace coffer::rotation::native {
namespace {

using test::IsOk;
using ::testing::ElementsAre;

constexpr std::string_view kOld =
    R"({"engine":"postgres","host":"db","port":1,"username":"app","password":"old-pass"})";
constexpr std::string_view kNew =
    R"({"engine":"postgres","host":"db","port":1,"username":"app","password":"new-pass"})";

VersionValue Version(std::string_view id, std::string_view text) {
  return {.version_id = std::string(id), .is_binary = false, .text = SecretBytes::FromText(text)};
}

class RotatorTest : public ::testing::Test {
 protected:
  RotatorTest() {
    request_.version_id = "v2";
    request_.current = Version("v1", kOld);
    request_.new_password = SecretBytes::FromText("new-pass");
    database_.passwords = {{"app", "old-pass"}};
  }

  Outcome<StepAnswer> Run(RotationStep step) {
    request_.step = step;
    return rotator_.Run(request_, settings_);
  }

  StepRequest request_;
  Settings settings_;
  FakeDatabase database_;
  FakeConnector<PostgresqlSession> postgresql_{database_};
  FakeConnector<Session> mysql_{database_};
  Rotator rotator_{postgresql_, mysql_};
};

TEST_F(RotatorTest, CreateMakesAValueAndAsksNobody) {
  const auto answer = Run(RotationStep::kCreateSecret);

  ASSERT_THAT(answer, IsOk());
  ASSERT_TRUE(answer->has_value());
  EXPECT_EQ(answer->value().ExposeText(), kNew);
  EXPECT_THAT(database_.log, ElementsAre());
}

TEST_F(RotatorTest, CreateKeepsWhatIsThere) {
  request_.pending = Version("v2", "anything");

  const auto answer = Run(RotationStep::kCreateSecret);

  ASSERT_THAT(answer, IsOk());
  EXPECT_FALSE(answer->has_value());
}

TEST_F(RotatorTest, CreateNeedsACurrentText) {
  request_.current->is_binary = true;
  EXPECT_EQ(Run(RotationStep::kCreateSecret).error().type, errors::kInvalidSecret);
  request_.current.reset();
  EXPECT_EQ(Run(RotationStep::kCreateSecret).error().type, errors::kInvalidSecret);
}

TEST_F(RotatorTest, SetAndTestReachTheDatabase) {
  request_.pending = Version("v2", kNew);

  EXPECT_THAT(Run(RotationStep::kSetSecret), IsOk());
  EXPECT_FALSE(database_.log.empty());
  EXPECT_EQ(Run(RotationStep::kTestSecret).error().type, errors::kLoginFailed);
  database_.passwords = {{"app", "new-pass"}};
  EXPECT_THAT(Run(RotationStep::kTestSecret), IsOk());
}

TEST_F(RotatorTest, NothingIsDoneForAVersionThatIsCurrent) {
  request_.current = Version("v2", "no database secret at all");
  for (const auto step : {RotationStep::kCreateSecret, RotationStep::kSetSecret,
                          RotationStep::kTestSecret, RotationStep::kFinishSecret}) {
    EXPECT_THAT(Run(step), IsOk());
  }
  EXPECT_THAT(database_.log, ElementsAre());
}

TEST_F(RotatorTest, EveryPasswordOfTheRequestIsRedacted) {
  request_.pending = Version("v2", kNew);
  request_.previous = Version("v0", R"({"password":"older-pass","username":"somebody"})");
  request_.related.emplace("m",
                           RelatedSecret{SecretBytes::FromText(R"({"password":"top-pass"})"), ""});
  request_.related.emplace("n", RelatedSecret{SecretBytes::FromText("no-json"), ""});
  request_.new_password = SecretBytes::FromText("even-newer");

  const Redactor redactor = RedactorFor(request_);

  EXPECT_EQ(
      redactor.Redact("old-pass|new-pass|older-pass|top-pass|no-json|even-newer|somebody|app"),
      "***|***|***|***|***|***|somebody|app");
}

}  // namespace
}  // namespace coffer::rotation::native
