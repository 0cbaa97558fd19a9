#include "policy/pinning.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::policy {
namespace {

constexpr std::string_view kAlice = "arn:aws:iam::111122223333:user/team/alice";
constexpr std::string_view kAliceId = "AIDAALICEALICEALICE2";
constexpr std::string_view kRole = "arn:aws:iam::111122223333:role/R";
constexpr std::string_view kRoleId = "AROAROLEROLEROLEROL2";
constexpr std::string_view kGhost = "arn:aws:iam::111122223333:user/ghost";

/// Knows alice and R; misses the ghost.
class TwoPrincipals final : public PrincipalDirectory {
 public:
  [[nodiscard]] NamedPrincipal Find(std::string_view principal) const override {
    for (const auto& [id, arn] : arns) {
      if (arn == principal) return {.unique_id = id};
    }
    return {.unique_id = std::nullopt, .is_missing = principal == kGhost};
  }
  [[nodiscard]] std::optional<std::string> ArnOf(std::string_view unique_id) const override {
    const auto found = arns.find(std::string(unique_id));
    return found == arns.end() ? std::nullopt : std::optional(found->second);
  }

  std::map<std::string, std::string> arns{{std::string(kAliceId), std::string(kAlice)},
                                          {std::string(kRoleId), std::string(kRole)}};
};

/// `text` with `$alice` and the like filled in: as ARNs, or as ids.
std::string Filled(std::string text, bool with_ids) {
  const std::vector<std::pair<std::string_view, std::string_view>> names{
      {"$alice", with_ids ? kAliceId : kAlice}, {"$role", with_ids ? kRoleId : kRole}};
  for (const auto& [name, value] : names) {
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name)) {
      text.replace(at, name.size(), value);
    }
  }
  return text;
}

TEST(PinningTest, IdsTakeThePlaceOfArnsAndBack) {
  const TwoPrincipals directory;
  const std::string spread =
      "{ \"Statement\" :\t[ {\"Principal\":{\"Service\":\"a.amazonaws.com\", \"AWS\" :\n"
      "[ \"*\",\"$role\" ,\"111122223333\"]} },\n{\"NotPrincipal\":{\"AWS\":\"$alice\"}}\n]}\n";
  const std::string others =
      R"({"Statement":{"Principal":{"AWS":["arn:aws:iam::111122223333:root",)"
      R"("arn:aws:iam::999999999999:user/x","AIDAGONEGONEGONEGON2",)"
      R"("arn:aws:sts::111122223333:assumed-role/R/s"]}}})";
  for (const std::string& text : std::vector<std::string>{
           R"({"Statement":{"Effect":"Allow","Principal":{"AWS":"$alice"},"Action":"*"}})",
           R"({"Statement":{"Effect":"Deny","NotPrincipal":{"AWS":["$alice","$role"]}}})",
           spread,
           others,
           R"({"Statement":[{"Principal":"*"},{"Principal":{"AWS":"*"}}]})",
           // Escapes elsewhere, which are not touched.
           R"({"Id":"a\"\\","Statement":{"Principal":{"AWS":"$alice"},"Sid":"\u0041\\"}})",
       }) {
    const std::string given = Filled(text, false);

    const auto pinned = PinPrincipals(given, directory);

    ASSERT_TRUE(pinned.has_value()) << text;
    EXPECT_EQ(*pinned, Filled(text, true));
    EXPECT_EQ(ShowPrincipals(*pinned, directory), given);
  }
}

TEST(PinningTest, OnlyPrincipalsArePinned) {
  const std::string text =
      Filled(R"({"Id":"$alice","Statement":[{"Sid":"$role","Principal":{"Service":"$alice",)"
             R"("Federated":"$role"},"Resource":"$alice","Condition":{"ArnEquals":)"
             R"({"aws:PrincipalArn":"$alice","Principal":"$role","AWS":["$alice"]}}}]})",
             false);
  const std::string ids = Filled(R"({"Statement":{"Principal":"*","Resource":"$alice"}})", true);
  const TwoPrincipals directory;

  EXPECT_EQ(PinPrincipals(text, directory), text);
  EXPECT_EQ(ShowPrincipals(ids, directory), ids);
}

TEST(PinningTest, WritesAnotherSpellingOfAnArnItsOwnWay) {
  const TwoPrincipals directory;
  const std::string escaped =
      R"({"Statement":{"Principal":{"AWS":["arn:aws:iam::111122223333:user\/team\/alice","*"]}}})";

  const auto pinned = PinPrincipals(escaped, directory);

  ASSERT_TRUE(pinned.has_value());
  EXPECT_EQ(*pinned, Filled(R"({"Statement":{"Principal":{"AWS":["$alice","*"]}}})", true));
}

TEST(PinningTest, WhoIsGivenByHisIdIsShownByHisArn) {
  const std::string text = R"({"Statement":{"Principal":{"AWS":"$alice"}}})";
  const TwoPrincipals directory;

  EXPECT_EQ(PinPrincipals(Filled(text, true), directory), Filled(text, true));
  EXPECT_EQ(ShowPrincipals(Filled(text, true), directory), Filled(text, false));
}

TEST(PinningTest, NamesTheFirstWhoIsMissing) {
  const TwoPrincipals directory;
  const std::string text =
      R"({"Statement":[{"Principal":{"AWS":["$alice","*"]}},{"NotPrincipal":{"AWS":)"
      R"("arn:aws:iam::111122223333:user/ghost"}}]})";

  const auto pinned = PinPrincipals(Filled(text, false), directory);

  ASSERT_FALSE(pinned.has_value());
  EXPECT_EQ(pinned.error(), kGhost);
}

TEST(PinningTest, ShowsWhereSomebodyIsNowAndTheIdOfWhoIsNoMore) {
  TwoPrincipals directory;
  const std::string stored =
      Filled(R"({"Statement":{"Principal":{"AWS":["$alice","$role"]}}})", true);
  // A path may hold what JSON escapes.
  directory.arns[std::string(kAliceId)] = R"(arn:aws:iam::111122223333:user/a"\b/alicia)";
  directory.arns.erase(std::string(kRoleId));

  EXPECT_EQ(
      ShowPrincipals(stored, directory),
      R"({"Statement":{"Principal":{"AWS":["arn:aws:iam::111122223333:user/a\"\\b/alicia",")" +
          std::string(kRoleId) + R"("]}}})");
}

TEST(PinningTest, AStoredPolicyIsJson) {
  EXPECT_THROW((void)ShowPrincipals("{", TwoPrincipals()), std::invalid_argument);
}

}  // namespace
}  // namespace coffer::policy
