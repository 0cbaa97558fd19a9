#include "requests.h"

#include "api/operation_index.h"
#include "api/query_index.h"

#include <gtest/gtest.h>

#include <set>

namespace coffer::test {
namespace {

std::set<std::string> OperationsThatWrite() {
  std::set<std::string> names;
  const auto add = [&](const auto& service) {
    for (const auto& operation : service.operations) {
      if (operation.access != services::secretsmanager::Access::kWrite) continue;
      names.insert(std::string(service.rules.service) + ":" + std::string(operation.name));
    }
  };
  for (const api::JsonService& service : api::JsonServices()) add(service);
  for (const char* version : {"2010-05-08", "2011-06-15"}) add(*api::FindQueryService(version));
  return names;
}

// A new operation has to be put into the table, or nobody knows what a power cut makes of it.
TEST(MutationsTest, EveryOperationThatWritesHasARow) {
  std::set<std::string> rows;
  for (const Mutation& mutation : Mutations()) rows.insert(NameOf(mutation.request));
  EXPECT_EQ(rows, OperationsThatWrite());
}

}  // namespace
}  // namespace coffer::test
