#include "policy/public_access.h"

#include "policy/resource_policy.h"

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

TEST(PublicAccessTest, TheLargestPoliciesAreReadLikeAnyOther) {
  constexpr std::size_t kLargestPolicy = 20'480;
  std::string actions = R"("*")";
  for (int i = 1; i < 5'000; ++i) actions += R"(,"*")";
  const std::string many_values =
      R"({"Statement":{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":[)" + actions +
      R"(],"Resource":"*"}})";
  const std::string long_key =
      Policy("Allow", R"("Principal":{"AWS":"111111111111"},"Condition":{"StringEquals":{")" +
                          std::string(20'000, 'k') + R"(":"v"}})");

  for (const std::string& document : {many_values, long_key}) {
    ASSERT_LE(document.size(), kLargestPolicy);
    ASSERT_TRUE(CheckResourcePolicy(document).has_value());
    EXPECT_FALSE(AllowsAnyPrincipal(document));
  }
}

}  // namespace
}  // namespace coffer::policy
