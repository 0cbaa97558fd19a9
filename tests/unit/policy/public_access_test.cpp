#include "policy/policy_document.h"

#include <gtest/gtest.h>

#include <string>

namespace coffer::policy {
namespace {

std::string Policy(const std::string& effect, const std::string& principal) {
  return R"({"Version":"2012-10-17","Statement":{"Effect":")" + effect + R"(",)" + principal +
         R"(,"Action":"secretsmanager:GetSecretValue","Resource":"*"}})";
}

TEST(PublicAccessTest, AllowingEverybodyIsPublic) {
  EXPECT_TRUE(AllowsAnyPrincipal(Policy("Allow", R"("Principal":"*")")));
  EXPECT_TRUE(AllowsAnyPrincipal(Policy("Allow", R"("Principal":{"AWS":"*"})")));
  EXPECT_TRUE(AllowsAnyPrincipal(Policy("Allow", R"("Principal":{"AWS":["111111111111","*"]})")));
  EXPECT_TRUE(AllowsAnyPrincipal(Policy("Allow", R"("NotPrincipal":{"AWS":"111111111111"})")));
}

TEST(PublicAccessTest, NamedPrincipalsAndDenialsAreNot) {
  EXPECT_FALSE(AllowsAnyPrincipal(Policy("Allow", R"("Principal":{"AWS":"111111111111"})")));
  EXPECT_FALSE(AllowsAnyPrincipal(Policy("Deny", R"("Principal":"*")")));
  EXPECT_FALSE(AllowsAnyPrincipal(R"({"Version":"2012-10-17","Statement":[]})"));
}

TEST(PublicAccessTest, OneOpenStatementOfSeveralSuffices) {
  const std::string closed = R"({"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"})";
  const std::string open = R"({"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"})";
  EXPECT_TRUE(AllowsAnyPrincipal(R"({"Statement":[)" + closed + "," + open + "]}"));
}

}  // namespace
}  // namespace coffer::policy
