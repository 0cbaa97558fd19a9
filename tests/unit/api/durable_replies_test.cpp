#include "sql/sqlite_database.h"
#include "store/schema.h"
#include "support/api_over_database.h"
#include "support/recording_vfs.h"
#include "support/temporary_directory.h"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <regex>
#include <string>
#include <string_view>

namespace coffer::api {
namespace {

struct Step {
  std::string_view operation;
  std::string_view body;
};

// Every operation that writes, on a few secrets.
constexpr auto kSteps = std::to_array<Step>({
    {"CreateSecret", R"({"Name":"a","SecretString":"one","Description":"d",
                         "ClientRequestToken":"00000000-0000-4000-8000-000000000001"})"},
    {"CreateSecret", R"({"Name":"b","SecretBinary":"AAEC","KmsKeyId":"alias/mine",
                         "Tags":[{"Key":"team","Value":"blue"}],
                         "ClientRequestToken":"00000000-0000-4000-8000-000000000002"})"},
    {"CreateSecret", R"({"Name":"empty",
                         "ClientRequestToken":"00000000-0000-4000-8000-000000000003"})"},
    {"PutSecretValue", R"({"SecretId":"a","SecretString":"two",
                           "ClientRequestToken":"00000000-0000-4000-8000-000000000004"})"},
    {"PutSecretValue", R"({"SecretId":"a","SecretString":"three","VersionStages":["MINE"],
                           "ClientRequestToken":"00000000-0000-4000-8000-000000000005"})"},
    {"UpdateSecretVersionStage", R"({"SecretId":"a","VersionStage":"AWSCURRENT",
                                     "MoveToVersionId":"00000000-0000-4000-8000-000000000005",
                                     "RemoveFromVersionId":"00000000-0000-4000-8000-000000000004"})"},
    {"UpdateSecret", R"({"SecretId":"a","Description":"changed"})"},
    {"UpdateSecret", R"({"SecretId":"a","SecretString":"four",
                         "ClientRequestToken":"00000000-0000-4000-8000-000000000006"})"},
    {"UpdateSecret", R"({"SecretId":"a","KmsKeyId":"alias/another"})"},
    {"TagResource", R"({"SecretId":"b","Tags":[{"Key":"stage","Value":"test"}]})"},
    {"UntagResource", R"({"SecretId":"b","TagKeys":["team"]})"},
    {"PutResourcePolicy", R"({"SecretId":"b","ResourcePolicy":"{\"Statement\":[{)"
                          R"(\"Effect\":\"Deny\",\"Principal\":\"*\",)"
                          R"(\"Action\":\"*\",\"Resource\":\"*\"}]}"})"},
    {"DeleteResourcePolicy", R"({"SecretId":"b"})"},
    {"PutResourcePolicy", R"({"SecretId":"a","ResourcePolicy":"{\"Statement\":[{)"
                          R"(\"Effect\":\"Deny\",\"Principal\":\"*\",)"
                          R"(\"Action\":\"*\",\"Resource\":\"*\"}]}"})"},
    {"DeleteSecret", R"({"SecretId":"b","RecoveryWindowInDays":7})"},
    {"DeleteSecret", R"({"SecretId":"empty","ForceDeleteWithoutRecovery":true})"},
    {"RestoreSecret", R"({"SecretId":"b"})"},
    {"PutSecretValue", R"({"SecretId":"b","SecretString":"text now",
                           "ClientRequestToken":"00000000-0000-4000-8000-000000000007"})"},
});

/// All that the API tells about the secrets. Dates of access are left out: they are not durable
/// when a read is answered, and no write depends on them.
std::string Describe(test::ApiOverDatabase& api) {
  static const std::regex kAccessDate(R"re("LastAccessedDate":[0-9.E+]+,?)re");
  std::string told = api.Call("ListSecrets", R"({"IncludePlannedDeletion":true})");
  for (const std::string_view name : {"a", "b", "empty"}) {
    const std::string body = R"({"SecretId":")" + std::string(name) + R"("})";
    for (const std::string_view operation :
         {"DescribeSecret", "GetResourcePolicy", "GetSecretValue", "ListSecretVersionIds"}) {
      told += "\n" + api.Call(operation, body);
    }
  }
  return std::regex_replace(told, kAccessDate, "");
}

std::string DescribeAfterPowerLoss(const test::RecordingVfs& vfs,
                                   const std::filesystem::path& directory) {
  vfs.WriteSyncedImage(directory);
  sql::SqliteOptions reopening;
  reopening.file = directory / "coffer.db";
  reopening.synchronous = "OFF";  // Nobody pulls the plug of the image.
  try {
    sql::SqliteDatabase database(reopening, store::SqliteSchema());
    test::ApiOverDatabase api(database, /*random_seed=*/2);
    return Describe(api);
  } catch (const std::exception& failure) {
    return failure.what();
  }
}

/// Takes the steps, and after each reply asks what a power loss at that moment would leave.
/// Answers after how many of them that is not what the reply had promised.
int CountBrokenPromises(const std::string& synchronous) {
  const test::TemporaryDirectory directory;
  test::RecordingVfs vfs;
  sql::SqliteOptions options;
  options.file = directory.path() / "coffer.db";
  options.vfs = vfs.name();
  options.synchronous = synchronous;
  options.idle_checkpoint_pages = 8;  // So that some steps fall around checkpoints.
  options.forced_checkpoint_pages = 16;
  sql::SqliteDatabase database(options, store::SqliteSchema());
  test::ApiOverDatabase api(database);
  int broken = 0;
  for (std::size_t step = 0; step < kSteps.size(); ++step) {
    const std::string answer = api.Call(kSteps[step].operation, kSteps[step].body);
    EXPECT_EQ(api.reply().status, 200) << kSteps[step].operation << ": " << answer;
    const std::string left =
        DescribeAfterPowerLoss(vfs, directory.path() / ("image-" + std::to_string(step)));
    if (left != Describe(api)) ++broken;
  }
  return broken;
}

TEST(DurableRepliesTest, PowerLossTakesNothingThatWasAnswered) {
  EXPECT_EQ(CountBrokenPromises("FULL"), 0);
}

// The test above is worth nothing if it could not fail.
TEST(DurableRepliesTest, TheRecordingSeesWhatIsLostWithoutSyncs) {
  EXPECT_GT(CountBrokenPromises("OFF"), 0);
}

}  // namespace
}  // namespace coffer::api
