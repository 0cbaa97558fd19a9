#include "services/kms/shapes.h"

#include <gtest/gtest.h>

namespace coffer::services::kms {
namespace {

TEST(KmsShapesTest, TagsAreAddedAndReplaced) {
  const std::vector<Tag> added{{.key = "a", .value = "2"}, {.key = "c", .value = "3"}};

  const auto tags = WithTags({{.key = "a", .value = "1"}, {.key = "b", .value = "1"}}, added);

  ASSERT_TRUE(tags);
  EXPECT_EQ(*tags, (std::vector<secrets::Tag>{{.key = "a", .value = "2"},
                                              {.key = "b", .value = "1"},
                                              {.key = "c", .value = "3"}}));
}

TEST(KmsShapesTest, TagsThatAreRefused) {
  std::vector<Tag> many;
  for (int i = 0; i < 51; ++i) many.push_back({.key = std::to_string(i), .value = ""});
  const std::pair<std::vector<Tag>, std::string> cases[] = {
      {{{.key = "a", .value = ""}, {.key = "a", .value = "1"}}, "Duplicate tag keys"},
      {{{.key = "aws:a", .value = ""}}, "Tags beginning with aws: are reserved"},
      {many, "Too many tags"},
  };
  for (const auto& [added, message] : cases) {
    const auto tags = WithTags({}, added);
    ASSERT_FALSE(tags) << message;
    EXPECT_EQ(tags.error(), (ApiError{ErrorCode::kTag, message}));
  }
}

TEST(KmsShapesTest, MarkersComeBack) {
  EXPECT_EQ(ParseMarker(std::nullopt).value(), "");
  EXPECT_EQ(ParseMarker(FormatMarker("alias/a")).value(), "alias/a");
  EXPECT_EQ(ParseMarker("no marker").error().code, ErrorCode::kInvalidMarker);
}

TEST(KmsShapesTest, ADisabledKeySaysSo) {
  store::KeyRow key;
  key.account = "111122223333";
  key.region = "us-east-1";
  key.name = "k";

  const KeyMetadata metadata =
      MetadataOf(key, {.description = "d", .is_enabled = false, .policy = {}, .tags = {}}, {});

  EXPECT_EQ(metadata.arn, "arn:aws:kms:us-east-1:111122223333:key/k");
  EXPECT_EQ(metadata.key_state, "Disabled");
  EXPECT_FALSE(metadata.is_enabled);
  EXPECT_EQ(metadata.key_manager, "CUSTOMER");
  EXPECT_EQ(metadata.description, "d");
}

}  // namespace
}  // namespace coffer::services::kms
