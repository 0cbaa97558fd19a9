#include "api/query_index.h"

#include "api/query_call.h"
#include "services/iam/operation_table.h"
#include "services/sts/operation_table.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <tuple>
#include <utility>

namespace coffer::api {
namespace {

namespace iam = services::iam;
namespace sts = services::sts;

template <std::size_t kIndex>
constexpr QueryOperation IamRow() {
  constexpr auto kRow = std::get<kIndex>(iam::kOperations);
  const bool is_write = kRow.access == iam::Access::kWrite;
  return {kRow.name, is_write ? sm::Access::kWrite : sm::Access::kRead, false,
          &DecodeQueryCall<IamCall, kRow.kHandler>};
}

template <std::size_t kIndex>
constexpr QueryOperation StsRow() {
  constexpr auto kRow = std::get<kIndex>(sts::kOperations);
  return {kRow.name, sm::Access::kRead, kRow.may_be_presigned,
          &DecodeQueryCall<StsCall, kRow.kHandler>};
}

template <std::size_t... kIndices>
constexpr auto IamRows(std::index_sequence<kIndices...> /*rows*/) {
  return std::array{IamRow<kIndices>()...};
}
template <std::size_t... kIndices>
constexpr auto StsRows(std::index_sequence<kIndices...> /*rows*/) {
  return std::array{StsRow<kIndices>()...};
}

constexpr std::array kIamRows =
    IamRows(std::make_index_sequence<std::tuple_size_v<decltype(iam::kOperations)>>{});
constexpr std::array kStsRows =
    StsRows(std::make_index_sequence<std::tuple_size_v<decltype(sts::kOperations)>>{});
static_assert(std::ranges::is_sorted(kIamRows, {}, &QueryOperation::name));
static_assert(std::ranges::is_sorted(kStsRows, {}, &QueryOperation::name));

constexpr std::chrono::minutes kTolerance{15};

constexpr std::array kServices{
    QueryService{.version = "2010-05-08",
                 .rules = {.service = "iam", .clock_tolerance = kTolerance},
                 .xml_namespace = IamCall::kNamespace,
                 .operations = kIamRows},
    QueryService{.version = "2011-06-15",
                 .rules = {.service = "sts", .clock_tolerance = kTolerance},
                 .xml_namespace = StsCall::kNamespace,
                 .operations = kStsRows},
};

}  // namespace

const QueryOperation* QueryService::Find(std::string_view action) const {
  const auto found = std::ranges::lower_bound(operations, action, {}, &QueryOperation::name);
  return found != operations.end() && found->name == action ? &*found : nullptr;
}

const QueryService* FindQueryService(std::string_view version) {
  const auto* const found = std::ranges::find(kServices, version, &QueryService::version);
  return found == kServices.end() ? nullptr : found;
}

}  // namespace coffer::api
