#include "rotation/native/settings.h"

#include "support/matchers.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace coffer::rotation::native {
namespace {

using test::IsOk;

TEST(SettingsTest, EverythingButTheRotatorHasADefault) {
  const auto settings = ParseSettings({{"ROTATOR", "postgresql"}});

  ASSERT_THAT(settings, IsOk());
  EXPECT_EQ(settings->engine, Engine::kPostgresql);
  EXPECT_EQ(settings->strategy, std::nullopt);
  EXPECT_EQ(settings->tls_fallback, TlsFallback::kRefusedOnly);
  EXPECT_EQ(settings->ca_file, "/etc/ssl/certs/ca-certificates.crt");
  EXPECT_EQ(settings->timeout_seconds, 30);
  EXPECT_TRUE(settings->sends_verifier);
  EXPECT_FALSE(settings->uses_dual_passwords);
  EXPECT_EQ(settings->host_parts, HostParts::kPercent);
  EXPECT_FALSE(settings->copies_grant_option);
  EXPECT_EQ(settings->username_limit, std::nullopt);
}

TEST(SettingsTest, EachSettingIsRead) {
  const auto settings = ParseSettings({{"ROTATOR", "mysql"},
                                       {"STRATEGY", "alternating-users"},
                                       {"TLS_FALLBACK", "never"},
                                       {"CA_FILE", "/ca.pem"},
                                       {"TIMEOUT_SECONDS", "900"},
                                       {"PASSWORD_TRANSPORT", "plaintext"},
                                       {"DUAL_PASSWORD", "Yes"},
                                       {"HOST_PARTS", "all"},
                                       {"COPY_GRANT_OPTION", "1"},
                                       {"USERNAME_CHARACTER_LIMIT", "16"},
                                       {"EXCLUDE_CHARACTERS", "anything"}});

  ASSERT_THAT(settings, IsOk());
  EXPECT_EQ(settings->engine, Engine::kMysql);
  EXPECT_EQ(settings->strategy, Strategy::kAlternatingUsers);
  EXPECT_EQ(settings->tls_fallback, TlsFallback::kNever);
  EXPECT_EQ(settings->ca_file, "/ca.pem");
  EXPECT_EQ(settings->timeout_seconds, 900);
  EXPECT_FALSE(settings->sends_verifier);
  EXPECT_TRUE(settings->uses_dual_passwords);
  EXPECT_EQ(settings->host_parts, HostParts::kAll);
  EXPECT_TRUE(settings->copies_grant_option);
  EXPECT_EQ(settings->username_limit, 16U);
}

TEST(SettingsTest, WhatMakesNoSenseIsNamed) {
  struct Case {
    std::string name;
    std::string value;
  };
  const std::vector<Case> cases = {
      {"ROTATOR", "oracle"},
      {"STRATEGY", "both"},
      {"TLS_FALLBACK", "yes"},
      {"CA_FILE", "ca.pem"},
      {"CA_FILE", ""},
      {"TIMEOUT_SECONDS", "0"},
      {"TIMEOUT_SECONDS", "901"},
      {"TIMEOUT_SECONDS", "5s"},
      {"TIMEOUT_SECONDS", ""},
      {"PASSWORD_TRANSPORT", "hash"},
      {"DUAL_PASSWORD", "on"},
      {"HOST_PARTS", "none"},
      {"COPY_GRANT_OPTION", ""},
      {"USERNAME_CHARACTER_LIMIT", "0"},
      {"TLS_FALBACK", "never"},
      {"rotator", "mysql"},
  };
  for (const auto& [name, value] : cases) {
    std::map<std::string, std::string> settings = {{"ROTATOR", "mysql"}};
    settings[name] = value;

    const auto parsed = ParseSettings(settings);

    ASSERT_FALSE(parsed.has_value()) << name << "=" << value;
    EXPECT_EQ(parsed.error().type, errors::kInvalidSettings);
    EXPECT_TRUE(parsed.error().message.contains(name)) << parsed.error().message;
  }
  EXPECT_FALSE(ParseSettings({}).has_value());
}

}  // namespace
}  // namespace coffer::rotation::native
