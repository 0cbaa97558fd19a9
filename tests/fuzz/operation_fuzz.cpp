// Each operation of the JSON services: its body as a typed request, and what is answered.
// Input: a target and, behind a blank, `r` for the user who may read a little; then, in the next
// line, the body. Where the target is of no operation, it still chooses one.

#include "api/kms_call.h"
#include "api/operation_index.h"
#include "base/fnv1a.h"
#include "checks.h"
#include "services/kms/operation_table.h"
#include "services/secretsmanager/operation_table.h"
#include "small_vault.h"

#include <cstdint>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace {

using coffer::fuzz::Require;
using coffer::fuzz::SmallVault;

struct Target {
  std::string_view prefix;
  std::string_view service;
  std::string_view operation;
};

std::vector<Target> AllTargets() {
  std::vector<Target> targets;
  for (const auto& service : coffer::api::JsonServices()) {
    for (const auto& operation : service.operations) {
      std::string_view prefix = service.target_prefix;
      prefix.remove_suffix(1);
      targets.push_back({prefix, service.rules.service, operation.name});
    }
  }
  return targets;
}

const Target& Choose(std::string_view name) {
  static const std::vector<Target> kTargets = AllTargets();
  for (const Target& target : kTargets) {
    if (name.ends_with(target.operation) && name.starts_with(target.prefix)) return target;
  }
  coffer::base::Fnv1a hash;
  hash.Add(name);
  return kTargets[hash.value() % kTargets.size()];
}

/// What was read as a request can be written, and reads back to what writes the same.
template <class Request>
void CheckRoundTrip(std::string_view body) {
  const auto request = coffer::api::DecodeRequest<Request>(body);
  if (!request) return Require(coffer::base::IsValidUtf8(request.error().message));
  coffer::base::ReplyBuffer once;
  coffer::api::EncodeReply(*request, once);
  const auto again = coffer::api::DecodeRequest<Request>(once.body());
  Require(again.has_value());
  coffer::base::ReplyBuffer twice;
  coffer::api::EncodeReply(*again, twice);
  Require(once.body() == twice.body());
}

template <template <class> class Traits, class Row>
void CheckRow(const Row& row, std::string_view operation, std::string_view body) {
  using Request = typename Traits<std::remove_cv_t<decltype(Row::kHandler)>>::RequestType;
  if (row.name == operation) CheckRoundTrip<Request>(body);
}

void CheckRequest(const Target& target, std::string_view body) {
  if (target.service == "kms") {
    std::apply(
        [&](const auto&... rows) {
          (CheckRow<coffer::api::KmsHandlerTraits>(rows, target.operation, body), ...);
        },
        coffer::services::kms::kOperations);
  } else {
    std::apply(
        [&](const auto&... rows) {
          (CheckRow<coffer::api::HandlerTraits>(rows, target.operation, body), ...);
        },
        coffer::services::secretsmanager::kOperations);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static SmallVault vault;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(input.find('\n'), input.size());
  std::string_view line = input.substr(0, end);
  const std::string_view body = input.substr(std::min(end + 1, input.size()));
  const bool is_reader = line.ends_with(" r");
  if (is_reader) line.remove_suffix(2);

  const Target& target = Choose(line);
  CheckRequest(target, body);
  (void)vault.api().CallService(std::string(target.prefix), std::string(target.service),
                                target.operation, body,
                                is_reader ? SmallVault::kReader : SmallVault::kAdministrator);
  coffer::fuzz::CheckReply(vault.api().reply());
  const std::string_view reply = vault.api().reply().body.body();
  const bool is_told = reply.find(SmallVault::kCanary) != std::string_view::npos;
  Require(!is_told || target.operation == "GetSecretValue" ||
          target.operation == "BatchGetSecretValue" || body.find(SmallVault::kCanary) != body.npos);
  vault.Restore();
  return 0;
}
