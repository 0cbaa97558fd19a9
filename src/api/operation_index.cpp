#include "api/operation_index.h"

#include "api/kms_call.h"
#include "services/kms/operation_table.h"
#include "services/secretsmanager/operation_table.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace coffer::api {
namespace {

namespace kms = services::kms;

template <std::size_t kIndex>
constexpr IndexedOperation IndexRow() {
  constexpr auto kRow = std::get<kIndex>(sm::kOperations);
  return {kRow.name, kRow.access, &DecodeCall<kRow.kHandler, kRow.authorizes, kRow.access>};
}

template <std::size_t kIndex>
constexpr IndexedOperation KmsRow() {
  constexpr auto kRow = std::get<kIndex>(kms::kOperations);
  const bool is_write = kRow.access == kms::Access::kWrite;
  return {kRow.name, is_write ? sm::Access::kWrite : sm::Access::kRead,
          &DecodeKmsCall<kRow.kHandler>};
}

template <std::size_t... kIndices>
constexpr auto IndexAll(std::index_sequence<kIndices...> /*rows*/) {
  return std::array{IndexRow<kIndices>()...};
}
template <std::size_t... kIndices>
constexpr auto KmsRows(std::index_sequence<kIndices...> /*rows*/) {
  return std::array{KmsRow<kIndices>()...};
}

constexpr std::array kIndex =
    IndexAll(std::make_index_sequence<std::tuple_size_v<decltype(sm::kOperations)>>{});
constexpr std::array kKmsRows =
    KmsRows(std::make_index_sequence<std::tuple_size_v<decltype(kms::kOperations)>>{});
static_assert(std::ranges::is_sorted(kIndex, {}, &IndexedOperation::name));
static_assert(std::ranges::is_sorted(kKmsRows, {}, &IndexedOperation::name));
static_assert(kIndex.size() == 23);

constexpr std::array kServices{
    JsonService{.target_prefix = "secretsmanager.",
                .rules = {.service = "secretsmanager"},
                .operations = kIndex},
    JsonService{
        .target_prefix = "TrentService.", .rules = {.service = "kms"}, .operations = kKmsRows},
};

}  // namespace

const IndexedOperation* JsonService::Find(std::string_view target) const {
  target.remove_prefix(target_prefix.size());
  const auto row = std::ranges::lower_bound(operations, target, {}, &IndexedOperation::name);
  return row != operations.end() && row->name == target ? &*row : nullptr;
}

std::span<const JsonService> JsonServices() { return kServices; }

const JsonService* FindJsonService(std::string_view target) {
  for (const JsonService& service : kServices) {
    if (target.starts_with(service.target_prefix)) return &service;
  }
  return nullptr;
}

}  // namespace coffer::api
