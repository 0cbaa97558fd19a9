#include "api/key_context.h"

#include "base/ascii.h"
#include "keyring/key_name.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace coffer::api {

using policy::ContextValue;

policy::ContextValue KeyContext::Find(const policy::ContextKey& key) const {
  const std::string_view name = key.name();
  if (name.starts_with("aws:")) return FindGlobal(key);
  if (name == "kms:calleraccount") return facts_.identity.principal.account;
  if (name == "kms:keyspec") return std::string("SYMMETRIC_DEFAULT");
  if (name == "kms:keyusage") return std::string("ENCRYPT_DECRYPT");
  if (name == "kms:keyorigin") return std::string("AWS_KMS");
  if (name == "kms:multiregion") return std::string("false");
  if (use_ != nullptr) return FindOfUse(name);
  return message_ == nullptr ? FindOfRequest(name) : FindOfMessage(name);
}

// Names in an encryption context have letter case, those of condition keys have none.
ContextValue KeyContext::FindOfMessage(std::string_view name) const {
  constexpr std::string_view kOfContext = "kms:encryptioncontext:";
  if (name == "kms:encryptionalgorithm") return std::string("SYMMETRIC_DEFAULT");
  if (name == "kms:encryptioncontextkeys") {
    if (message_->empty()) return {};
    std::vector<std::string> names;
    for (const auto& entry : *message_) names.push_back(entry.first);
    return names;
  }
  if (!name.starts_with(kOfContext)) return FindOfRequest(name);
  const std::string_view wanted = name.substr(kOfContext.size());
  for (const auto& [key, value] : *message_) {
    if (std::ranges::equal(key, wanted, {}, base::ToLower)) return value;
  }
  return {};
}

ContextValue KeyContext::FindOfRequest(std::string_view name) const {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kParameters{
      {{"kms:bypasspolicylockoutsafetycheck", "BypassPolicyLockoutSafetyCheck"},
       {"kms:rotationperiodindays", "RotationPeriodInDays"},
       {"kms:schedulekeydeletionpendingwindowindays", "PendingWindowInDays"}}};
  const auto found =
      std::ranges::find(kParameters, name, &std::pair<std::string_view, std::string_view>::first);
  if (found != kParameters.end()) return facts_.parameters.Find(found->second);
  if (name != "kms:requestalias") return {};
  const ContextValue sent = facts_.parameters.Find("KeyId");
  const auto* key_id = std::get_if<std::string>(&sent);
  if (key_id == nullptr) return {};
  const auto arn = keyring::ParseKeyArn(*key_id);
  const std::string_view resource = arn ? arn->resource : std::string_view(*key_id);
  return resource.starts_with("alias/") ? ContextValue(std::string(resource)) : ContextValue();
}

ContextValue KeyContext::FindOfUse(std::string_view name) const {
  if (name == "kms:viaservice") {
    return "secretsmanager." + std::string(use_->region) + ".amazonaws.com";
  }
  if (name == "kms:encryptionalgorithm") return std::string("SYMMETRIC_DEFAULT");
  if (name == "kms:encryptioncontext:secretarn") return std::string(use_->secret_arn);
  if (name == "kms:encryptioncontext:secretversionid") return std::string(use_->version_id);
  if (name == "kms:encryptioncontextkeys") {
    return std::vector<std::string>{"SecretARN", "SecretVersionId"};
  }
  return {};
}

ContextValue KeyContext::FindGlobal(const policy::ContextKey& key) const {
  if (key.family() == "aws:resourcetag/") {
    const auto tag = std::ranges::find_if(key_tags_, [&](const secrets::Tag& candidate) {
      return std::ranges::equal(candidate.key, key.member(), {}, base::ToLower);
    });
    return tag == key_tags_.end() ? ContextValue() : ContextValue(tag->value);
  }
  if (use_ != nullptr) {
    // What the request says to Secrets Manager is not said to KMS.
    if (key.family() == "aws:requesttag/" || key.name() == "aws:tagkeys") return {};
    if (key.name() == "aws:viaawsservice") return std::string("true");
  }
  return global_.Find(key);
}

}  // namespace coffer::api
