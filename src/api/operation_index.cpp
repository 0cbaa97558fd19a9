#include "api/operation_index.h"

#include "services/secretsmanager/operation_table.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace coffer::api {
namespace {

constexpr std::string_view kTargetPrefix = "secretsmanager.";

template <std::size_t kIndex>
constexpr IndexedOperation IndexRow() {
  constexpr auto kRow = std::get<kIndex>(sm::kOperations);
  if constexpr (std::is_null_pointer_v<std::remove_cv_t<decltype(kRow.kHandler)>>) {
    return {kRow.name, kRow.access, nullptr};
  } else {
    return {kRow.name, kRow.access, &DecodeCall<kRow.kHandler, kRow.authorizes>};
  }
}

template <std::size_t... kIndices>
constexpr auto IndexAll(std::index_sequence<kIndices...>) {
  return std::array{IndexRow<kIndices>()...};
}

constexpr std::array kIndex =
    IndexAll(std::make_index_sequence<std::tuple_size_v<decltype(sm::kOperations)>>{});
static_assert(std::ranges::is_sorted(kIndex, {}, &IndexedOperation::name));
static_assert(kIndex.size() == 23);

}  // namespace

std::span<const IndexedOperation> Operations() { return kIndex; }

const IndexedOperation* FindOperation(std::string_view target) {
  if (!target.starts_with(kTargetPrefix)) return nullptr;
  target.remove_prefix(kTargetPrefix.size());
  const auto* row = std::ranges::lower_bound(kIndex, target, {}, &IndexedOperation::name);
  return row != kIndex.end() && row->name == target ? row : nullptr;
}

}  // namespace coffer::api
