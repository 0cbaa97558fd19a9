#include "api/operation_index.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace coffer::api {
namespace {

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(OperationIndexTest, HoldsAws23Operations) {
  const std::string names =
      ReadFile(std::filesystem::path(COFFER_SOURCE_DIR) / "tests/data/operations.txt");
  std::string indexed;
  for (const IndexedOperation& operation : JsonServices().front().operations) {
    indexed += std::string(operation.name) + "\n";
  }
  EXPECT_EQ(indexed, names);
}

TEST(OperationIndexTest, EveryOperationIsDocumented) {
  const std::string page =
      ReadFile(std::filesystem::path(COFFER_SOURCE_DIR) / "docs/compatibility.md");
  for (const IndexedOperation& operation : JsonServices().front().operations) {
    EXPECT_NE(page.find("| " + std::string(operation.name) + " | "), std::string::npos)
        << operation.name;
  }
}

/// The name of the operation that is found, with its service in front.
std::string Found(std::string_view target) {
  const JsonService* service = FindJsonService(target);
  const IndexedOperation* operation = service == nullptr ? nullptr : service->Find(target);
  return operation == nullptr
             ? "none"
             : std::string(service->rules.service) + ":" + std::string(operation->name);
}

TEST(OperationIndexTest, TargetsAreFoundExactly) {
  EXPECT_EQ(Found("secretsmanager.GetSecretValue"), "secretsmanager:GetSecretValue");
  EXPECT_EQ(Found("TrentService.CreateKey"), "kms:CreateKey");
  for (const char* target :
       {"", "GetSecretValue", "secretsmanager.", "secretsmanager.getSecretValue",
        "SecretsManager.GetSecretValue", "secretsmanager.GetSecretValueX", "secretsmanager.Zzz",
        "TrentService.", "TrentService.GetSecretValue", "kms.CreateKey"}) {
    EXPECT_EQ(Found(target), "none") << target;
  }
}

}  // namespace
}  // namespace coffer::api
