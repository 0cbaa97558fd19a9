#include "store/secret_codec.h"

#include "support/fake_row_mac.h"
#include "support/sample_secrets.h"

#include <gtest/gtest.h>

#include <functional>

namespace coffer::store {
namespace {

using secrets::StagingLabels;
using secrets::Tag;

TEST(SecretCodecTest, TagsComeBackInTheirOrder) {
  const std::vector<std::vector<Tag>> cases = {
      {},
      {{.key = "k", .value = "v"}},
      {{.key = "z", .value = ""}, {.key = "a", .value = "größe"}, {.key = "", .value = "x"}},
  };
  for (const auto& tags : cases) EXPECT_EQ(DecodeTags(EncodeTags(tags)), tags);
}

TEST(SecretCodecTest, LabelsComeBack) {
  const std::vector<StagingLabels> cases = {
      StagingLabels(),
      StagingLabels(StagingLabels::Map{{"AWSCURRENT", "v1"}}),
      StagingLabels(
          StagingLabels::Map{{"AWSCURRENT", "v2"}, {"AWSPREVIOUS", "v1"}, {"mine", "v1"}}),
  };
  for (const auto& labels : cases) EXPECT_EQ(DecodeLabels(EncodeLabels(labels)), labels);
}

TEST(SecretCodecTest, TagsThatWereCutOrExtendedAreRefused) {
  const std::vector<std::byte> whole = EncodeTags(std::vector<Tag>{{.key = "key", .value = "v"}});

  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THROW(static_cast<void>(DecodeTags(std::span(whole).first(size))), IntegrityError);
  }
  std::vector<std::byte> extended = whole;
  extended.push_back(std::byte{0});
  EXPECT_THROW(static_cast<void>(DecodeTags(extended)), IntegrityError);
  std::vector<std::byte> huge(4, std::byte{0xFF});
  EXPECT_THROW(static_cast<void>(DecodeTags(huge)), IntegrityError);
}

TEST(SecretCodecTest, TheMacCoversEverythingThatIsShownOrDecidedOn) {
  using Change = std::function<void(secrets::Secret&)>;
  const std::vector<std::pair<const char*, Change>> changes = {
      {"id", [](auto& s) { s.id = 9; }},
      {"generation", [](auto& s) { s.generation = 9; }},
      {"account", [](auto& s) { s.address.account = "999999999999"; }},
      {"region", [](auto& s) { s.address.region = "eu-west-1"; }},
      {"name", [](auto& s) { s.address.name = "other"; }},
      {"suffix", [](auto& s) { s.arn_suffix = "zzzzzz"; }},
      {"description", [](auto& s) { s.description = "other"; }},
      {"no description", [](auto& s) { s.description.reset(); }},
      {"key", [](auto& s) { s.kms_key_id.reset(); }},
      {"type", [](auto& s) { s.type.reset(); }},
      {"owning service", [](auto& s) { s.owning_service.reset(); }},
      {"primary region", [](auto& s) { s.primary_region.reset(); }},
      {"policy", [](auto& s) { s.resource_policy.reset(); }},
      {"tag", [](auto& s) { s.tags->front().value = "red"; }},
      {"empty tags", [](auto& s) { s.tags->clear(); }},
      {"no tags", [](auto& s) { s.tags.reset(); }},
      {"created", [](auto& s) { s.created += std::chrono::milliseconds(1); }},
      {"changed", [](auto& s) { s.last_changed += std::chrono::milliseconds(1); }},
      {"deleted", [](auto& s) { s.deleted.reset(); }},
      {"purge", [](auto& s) { s.purge_at.reset(); }},
      {"labels",
       [](auto& s) {
         s.labels = StagingLabels(StagingLabels::Map{{"AWSCURRENT", "v1"}});
       }},
      {"version count", [](auto& s) { s.version_count = 1; }},
  };
  const test::FakeRowMac mac;
  const secrets::Secret secret = test::FullSecret("name");

  for (const auto& [what, change] : changes) {
    secrets::Secret changed = secret;
    change(changed);
    EXPECT_NE(EncodedSecret(changed, mac).mac, EncodedSecret(secret, mac).mac) << what;
  }
}

TEST(SecretCodecTest, TheMacLeavesOutTheLastAccess) {
  const test::FakeRowMac mac;
  secrets::Secret secret = test::FullSecret("name");
  const RowMac::Tag before = EncodedSecret(secret, mac).mac;

  secret.last_accessed = 20'000;

  EXPECT_EQ(EncodedSecret(secret, mac).mac, before);
}

}  // namespace
}  // namespace coffer::store
