#include "api/call.h"
#include "base/shape.h"
#include "services/secretsmanager/operation_table.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace coffer::api {
namespace {

/// Lines such as `CreateSecret input AddReplicaRegions.Region`.
using Lines = std::set<std::string>;

template <class T>
struct Inner {
  using Type = T;
};
template <class T>
struct Inner<std::optional<T>> : Inner<T> {};
template <class T>
struct Inner<std::vector<T>> : Inner<T> {};

template <base::Shape T>
void AddMembers(const std::string& prefix, Lines& lines) {
  const auto add = [&](const auto& member) {
    const std::string line = prefix + std::string(member.name);
    lines.insert(line);
    using Type = typename Inner<typename std::decay_t<decltype(member)>::ValueType>::Type;
    if constexpr (base::Shape<Type>) AddMembers<Type>(line + ".", lines);
  };
  std::apply([&](const auto&... members) { (add(members), ...); }, T::Members());
}

template <class Row>
void AddOperation(const Row& row, Lines& lines) {
  using Traits = HandlerTraits<std::remove_cv_t<decltype(Row::kHandler)>>;
  const std::string name(row.name);
  AddMembers<typename Traits::RequestType>(name + " input ", lines);
  AddMembers<typename Traits::ResultType::value_type>(name + " output ", lines);
}

// tests/compatibility/test_model.py holds the same file against AWS's model. To write it anew, run
// this test with WRITE_MODEL_MEMBERS=1.
TEST(ModelMembersTest, TheFileHasTheMembersOfAllRequestsAndReplies) {
  Lines lines;
  std::apply([&](const auto&... rows) { (AddOperation(rows, lines), ...); }, sm::kOperations);
  std::string text;
  for (const std::string& line : lines) text += line + "\n";

  const auto file = std::filesystem::path(COFFER_SOURCE_DIR) / "tests/data/members.txt";
  if (std::getenv("WRITE_MODEL_MEMBERS") != nullptr) std::ofstream(file) << text;
  std::ifstream in(file);
  const std::string written{std::istreambuf_iterator<char>(in), {}};
  EXPECT_EQ(text, written);
}

}  // namespace
}  // namespace coffer::api
