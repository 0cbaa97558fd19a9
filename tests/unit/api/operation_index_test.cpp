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
  for (const IndexedOperation& operation : Operations()) {
    indexed += std::string(operation.name) + "\n";
  }
  EXPECT_EQ(indexed, names);
}

TEST(OperationIndexTest, EveryOperationIsDocumentedAsItIs) {
  const std::string page =
      ReadFile(std::filesystem::path(COFFER_SOURCE_DIR) / "docs/compatibility.md");
  for (const IndexedOperation& operation : Operations()) {
    const std::string state = operation.decode == nullptr ? "not built" : "built";
    EXPECT_NE(page.find("| " + std::string(operation.name) + " | " + state + " |"),
              std::string::npos)
        << operation.name;
  }
}

TEST(OperationIndexTest, TargetsAreFoundExactly) {
  ASSERT_NE(FindOperation("secretsmanager.GetSecretValue"), nullptr);
  EXPECT_EQ(FindOperation("secretsmanager.GetSecretValue")->name, "GetSecretValue");
  for (const char* target :
       {"", "GetSecretValue", "secretsmanager.", "secretsmanager.getSecretValue",
        "SecretsManager.GetSecretValue", "secretsmanager.GetSecretValueX", "secretsmanager.Zzz",
        "TrentService.Decrypt"}) {
    EXPECT_EQ(FindOperation(target), nullptr) << target;
  }
}

}  // namespace
}  // namespace coffer::api
