#include "rotation/native/step_request.h"

#include "rotation/native/settings.h"
#include "rotation/native/step_credentials.h"
#include "support/matchers.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace coffer::rotation::native {
namespace {

using test::IsOk;

TEST(StepRequestTest, EverythingIsRead) {
  const auto request = ParseStepRequest(R"({
      "Step":"setSecret", "SecretId":"arn", "ClientRequestToken":"v2", "NewPassword":"n\u0065w",
      "Current":{"VersionId":"v1","SecretString":"{\"a\":1}"},
      "Pending":{"VersionId":"v2","SecretBinary":"AAAA"}, "Previous":null,
      "Related":{"m":{"SecretString":"x"},"n":{"ErrorMessage":"no"},"o":{},"p":null},
      "Settings":{"ROTATOR":"mysql"}, "Unknown":[1]})");

  ASSERT_THAT(request, IsOk());
  EXPECT_EQ(request->step, RotationStep::kSetSecret);
  EXPECT_EQ(request->version_id, "v2");
  ASSERT_TRUE(request->current.has_value());
  EXPECT_EQ(request->current->version_id, "v1");
  EXPECT_EQ(request->current->text.ExposeText(), R"({"a":1})");
  EXPECT_FALSE(request->current->is_binary);
  ASSERT_TRUE(request->pending.has_value());
  EXPECT_TRUE(request->pending->is_binary);
  EXPECT_FALSE(request->previous.has_value());
  EXPECT_EQ(request->new_password.ExposeText(), "new");
  ASSERT_EQ(request->related.size(), 3U);
  EXPECT_EQ(request->related.at("m").text.ExposeText(), "x");
  EXPECT_EQ(request->related.at("n").error_message, "no");
  EXPECT_EQ(request->related.at("o").error_message, "it has no SecretString");
  EXPECT_EQ(request->settings.at("ROTATOR"), "mysql");
}

TEST(StepRequestTest, AVersionWithoutAValueIsNone) {
  const auto request =
      ParseStepRequest(R"({"Step":"createSecret","Pending":{"VersionId":"v2"},"Settings":{}})");

  ASSERT_THAT(request, IsOk());
  EXPECT_FALSE(request->pending.has_value());
}

TEST(StepRequestTest, WhatCannotBeRead) {
  const std::vector<std::string_view> cases = {
      "",
      "hunter2",
      "[]",
      "{}",
      R"({"Step":"create_secret","Settings":{}})",
      R"({"Step":1,"Settings":{}})",
      R"({"Step":"setSecret"})",
      R"({"Step":"setSecret","Settings":[]})",
      R"({"Step":"setSecret","Settings":{"A":1}})",
      R"({"Step":"setSecret","Settings":{},"Current":"hunter2"})",
      R"({"Step":"setSecret","Settings":{},"Current":{"SecretString":{}}})",
      R"({"Step":"setSecret","Settings":{},"Related":{"m":"hunter2"}})",
      R"({"Step":"setSecret","Settings":{},"NewPassword":["hunter2"]})",
  };
  for (const std::string_view document : cases) {
    const auto request = ParseStepRequest(document);
    ASSERT_FALSE(request.has_value()) << document;
    EXPECT_EQ(request.error().type, errors::kInvalidInput);
    EXPECT_FALSE(request.error().message.contains("hunter2")) << request.error().message;
  }
}

/// A value with these members beside the usual ones.
VersionValue Value(std::string_view username, std::string_view host, std::string_view more = "") {
  const std::string json = R"({"engine":"postgres","password":"p","username":")" +
                           std::string(username) + R"(","host":")" + std::string(host) + "\"" +
                           std::string(more) + "}";
  return {.version_id = "v", .is_binary = false, .text = SecretBytes::FromText(json)};
}

RelatedSecret Master(std::string_view host) {
  return {.text = std::move(Value("root", host).text), .error_message = {}};
}

TEST(StepCredentialsTest, SingleUser) {
  StepRequest request;
  request.current = Value("app", "db");
  request.pending = Value("app", "db", R"(,"port":5432)");
  request.previous = Value("app", "db");

  const auto credentials = CredentialsToSet(request, Settings());

  ASSERT_THAT(credentials, IsOk());
  EXPECT_EQ(credentials->strategy, Strategy::kSingleUser);
  EXPECT_TRUE(credentials->previous_password.has_value());
  EXPECT_FALSE(credentials->master.has_value());
}

TEST(StepCredentialsTest, APreviousValueOfSomethingElseIsLeftOut) {
  for (auto [username, host] : {std::pair("other", "db"), std::pair("app", "elsewhere")}) {
    StepRequest request;
    request.current = Value("app", "db");
    request.pending = Value("app", "db");
    request.previous = Value(username, host);

    const auto credentials = CredentialsToSet(request, Settings());

    ASSERT_THAT(credentials, IsOk());
    EXPECT_FALSE(credentials->previous_password.has_value());
  }
}

TEST(StepCredentialsTest, AlternatingUsers) {
  StepRequest request;
  request.current = Value("app", "db", R"(,"masterarn":"m")");
  request.pending = Value("app_clone", "db");
  request.related.emplace("m", Master("db"));

  const auto credentials = CredentialsToSet(request, Settings());

  ASSERT_THAT(credentials, IsOk());
  EXPECT_EQ(credentials->strategy, Strategy::kAlternatingUsers);
  ASSERT_TRUE(credentials->master.has_value());
  EXPECT_EQ(credentials->master->username, "root");
}

TEST(StepCredentialsTest, WhatDoesNotFitTogether) {
  struct Case {
    VersionValue current;
    std::optional<VersionValue> pending;
    std::optional<RelatedSecret> master;
    std::string_view type;
  };
  constexpr std::string_view kMaster = R"(,"masterarn":"m")";
  std::vector<Case> cases;
  const auto add = [&](VersionValue current, std::optional<VersionValue> pending,
                       std::optional<RelatedSecret> master, std::string_view type) {
    cases.push_back({std::move(current), std::move(pending), std::move(master), type});
  };
  add(Value("app", "db"), std::nullopt, {}, errors::kInvalidSecret);
  add(Value("app", "db"), Value("root", "db"), {}, errors::kPendingMismatch);
  add(Value("app", "db"), Value("app_clone", "db"), {}, errors::kPendingMismatch);
  add(Value("app", "db"), Value("app", "DB"), {}, errors::kPendingMismatch);
  add(Value("app", "db"), Value("app", "db", R"(,"port":1)"), {}, errors::kPendingMismatch);
  add(Value("app", "db", kMaster), Value("app", "db"), Master("db"), errors::kPendingMismatch);
  add(Value("app", "db", kMaster), Value("app_clone", "db"), {}, errors::kMasterSecretUnavailable);
  add(Value("app", "db", kMaster), Value("app_clone", "db"), RelatedSecret{{}, "denied"},
      errors::kMasterSecretUnavailable);
  add(Value("app", "db", kMaster), Value("app_clone", "db"),
      RelatedSecret{SecretBytes::FromText("{}"), ""}, errors::kMasterSecretInvalid);
  add(Value("app", "db", kMaster), Value("app_clone", "db"), Master("elsewhere"),
      errors::kMasterSecretOtherHost);
  for (auto& entry : cases) {
    StepRequest request;
    request.current = std::move(entry.current);
    request.pending = std::move(entry.pending);
    if (entry.master) request.related.emplace("m", std::move(*entry.master));

    const auto credentials = CredentialsToSet(request, Settings());

    ASSERT_FALSE(credentials.has_value());
    EXPECT_EQ(credentials.error().type, entry.type) << credentials.error().message;
  }
}

TEST(StepCredentialsTest, WhatIsTestedIsTheUserOrItsClone) {
  for (auto [username, host, is_allowed] :
       {std::tuple("app", "db", true), std::tuple("app_clone", "db", true),
        std::tuple("root", "db", false), std::tuple("app", "elsewhere", false)}) {
    StepRequest request;
    request.current = Value("app", "db");
    request.pending = Value(username, host);

    EXPECT_EQ(CredentialToTest(request, Settings()).has_value(), is_allowed) << username << host;
  }
}

}  // namespace
}  // namespace coffer::rotation::native
